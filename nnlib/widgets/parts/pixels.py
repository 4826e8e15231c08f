"""Images among what moves, for which matplotlib's own resampling takes long."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.image import AxesImage


class Pixels(AxesImage):
    """As matplotlib draws it with interpolation="nearest" where the first row is uppermost."""

    def draw(self, renderer):
        colours = self.to_rgba(self.get_array(), self.get_alpha(), bytes=True)
        words = np.ascontiguousarray(colours).view(np.uint32)[..., 0]
        corners = self.axes.transData.transform(np.reshape(self.get_extent(), (2, 2)).T)
        (left, low), (right, top) = np.rint(np.sort(corners, axis=0)).astype(int)
        paint(renderer, left, low, enlarged(words[::-1], top - low, right - left))


class Kept(AxesImage):
    """As matplotlib draws it; resampled anew only where numbers, colours or place are others."""

    made = None

    def make_image(self, *how):
        ax = self.axes
        place = *self.get_clim(), *self.get_extent(), *ax.viewLim.extents, *ax.bbox.extents
        if not self.made or self.made[0] is not self.get_array() or self.made[1] != place:
            self.made = self.get_array(), place, super().make_image(*how)
        return self.made[2]


def pixels(ax, array, aspect="equal", limits=(0, 1), kind=Pixels, **looks):
    """Pixels on axes, as ax.imshow makes an image; limits are the numbers of the first and the
    last colour.
    """
    image = kind(ax, **looks)
    image.set(data=array, clim=limits)
    ax.set_aspect(aspect)
    image.set_extent(image.get_extent())  # to which it sets the limits of the axes
    return ax.add_image(image)


def colour_map(*colours, steps=256):
    """A map of numbers to colours, from the first to the last, each as "#rrggbb"."""
    return LinearSegmentedColormap.from_list("", colours, steps)


def paint(renderer, left, low, words):
    """Draw colours (high, wide), each one word of four bytes, the lowest row first."""
    gc = renderer.new_gc()
    renderer.draw_image(gc, left, low, words.view(np.uint8).reshape(*words.shape, 4))
    gc.restore()


def enlarged(words, high, wide):
    """An array (rows, columns) on so many pixels."""
    rows, columns = (
        np.arange(side) * length // side
        for side, length in zip((high, wide), words.shape, strict=True)
    )
    return words.take(rows, 0).take(columns, 1)
