"""The bending board: a digit, the grid on which it is read, and the digit that comes of it.

Bending computes, BentGrid draws, BendingBoard has the controls.
"""

import numpy as np

from nnlib._support.checks import array_of_numbers, checked_matrix, checked_seed
from nnlib._support.hints import door
from nnlib.datasets.bending import Bending, checked_images, read_at
from nnlib.datasets.handwriting import SIDE
from nnlib.widgets.parts.board import Board, slider
from nnlib.widgets.parts.picture import Drawing, Picture
from nnlib.widgets.parts.pixels import colour_map, pixels

SLIDERS_OF = {  # what Bending calls it: how the slider does, its range and step
    "sigma": ("σ, pixels", 1, 12, 0.5),
    "alpha": ("α, strength", 0, 100, 2),
    "degrees": ("angle, °", 0, 45, 1),
    "scale": ("scale", 0, 0.5, 0.05),
}


@door
def bending_board(image, *, seed=0):
    """A board that bends one image, (784,) or (1, 784): your own digit, or one of the test images.

    seed  of the random numbers: the same seed and the same sliders bend alike
    ``board.bend`` is the Bending as the sliders have it, ``board.image`` the bent image (1, 784).
    """
    image = checked_matrix(np.atleast_2d(array_of_numbers(image, "image")), "image", 1)
    return BendingBoard(checked_images(image, "image"), seed)


class BentGrid(Drawing):
    """On the left a digit, and over it the bent grid of the places where it is read; on the right
    the image that is read there.
    """

    def build(self, figure, look):
        axes = figure.subplots(*((2, 1) if look.narrow else (1, 2)))
        ink = colour_map(look.colours.paper, look.colours.ink)
        self._digits = [pixels(ax, np.zeros((SIDE, SIDE)), cmap=ink) for ax in axes]
        self._digits[0].set_alpha(0.35)
        (self._grid,) = axes[0].plot([], [], color=look.colours.blue, lw=1.2)
        for ax, title in zip(axes, ("where it is read", "what is read"), strict=True):
            ax.set(title=title, xlim=(-2, SIDE + 1), ylim=(SIDE + 1, -2))
            ax.set_axis_off()
        return [*self._digits, self._grid]

    def show(self, image, places, bent):
        for digit, ink in zip(self._digits, (image, bent), strict=True):
            digit.set_data(ink.reshape(SIDE, SIDE))
        self._grid.set_data(*as_lines(places))
        return ()


def as_lines(places):
    """x, y of the grid's rows and columns, every third pixel, in one line with gaps."""
    grid = places[:, 0].reshape(2, SIDE, SIDE)[::-1]
    gap = np.full((2, len(grid[0, ::3]), 1), np.nan)
    lines = [np.concatenate([some[:, ::3], gap], axis=2) for some in (grid, grid.swapaxes(1, 2))]
    return np.concatenate(lines, axis=1).reshape(2, -1)


class BendingBoard(Board):
    """The controls. `bend` is the Bending, `image` what it makes of the digit."""

    def __init__(self, image, seed):
        super().__init__()
        self._image, self._seed = image, checked_seed(seed)
        self.picture = Picture(BentGrid(), 360, tall=620)
        again = self.button("Another draw", self._again, "148px", "success")
        self._sliders = {
            name: slider(words, getattr(Bending, name), *ends_and_step, 90, 330)
            for name, (words, *ends_and_step) in SLIDERS_OF.items()
        }
        self.listen(None, *self._sliders.values())
        self.stack([*self._sliders.values(), again], self.picture, self.sentence)
        self.act(None)

    def _again(self):
        self._seed += 1

    def refresh(self, said):
        knobs = {name: slider.value for name, slider in self._sliders.items()}
        self.bend = Bending(**knobs, shift=0)
        places = self.bend.places(1, np.random.default_rng(self._seed))
        self.image = read_at(self._image, places)
        self.picture.show(self._image, places, self.image)
        straight = np.indices((SIDE, SIDE)).reshape(2, 1, -1)
        moved = np.hypot(*(places - straight))
        self.say(
            f"A pixel is read {moved.mean():.1f} pixels from its place on average, at most "
            f"{moved.max():.1f}. The elastic part is made of {len(self.bend.basis) - 3} modes."
        )
