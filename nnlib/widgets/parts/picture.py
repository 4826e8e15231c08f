"""A matplotlib figure in one Image widget, redrawn fast enough to follow a slider.

What stays is drawn once and kept as a background; what moves is drawn over it (blitting). No
pyplot: nothing is registered anywhere, so nothing leaks.
"""

import base64

import ipywidgets
import matplotlib
import numpy as np
from matplotlib.figure import Figure

from nnlib.widgets.parts.text_and_png import DPI, Canvas, as_png

LOOK = {"font.size": 13, "axes.spines.top": False, "axes.spines.right": False}  # for the back row
NONE = -1.0  # less room than any label takes


class Picture:
    """A figure of width x height pixels in the widget `image`.

    Draw on its `axes(...)`, name the artists that will move with `moving(...)`, then `refresh()`
    after each change of theirs, and `refresh(everything=True)` after a change of axes or labels.
    `has_new(limits)` says when the axes have to change, and sees to the background itself.
    """

    def __init__(self, width=1000, height=400):
        self.figure = Figure((width / DPI, height / DPI), dpi=DPI, layout="none")
        self._canvas = Canvas(self.figure)
        self._moving = []
        self._background, self._limits, self._room = None, None, NONE
        layout = ipywidgets.Layout(width="100%", max_width=f"{width}px", height="auto")
        self.image = ipywidgets.Image(format="png", layout=layout)

    def axes(self, rows=1, columns=1, **kwargs):
        """New axes, as figure.subplots makes them, in large type."""
        with matplotlib.rc_context(LOOK):
            return self.figure.subplots(rows, columns, **kwargs)

    def moving(self, *artists):
        """Name artists that change from one refresh to the next; they do not push axes about."""
        for artist in artists:
            artist.set(animated=True, in_layout=False)
        self._moving += artists

    def clear(self):
        """Empty the axes: nothing is drawn on them any more, nothing moves, no place is kept."""
        self._moving, self._room = [], NONE
        for ax in self.figure.axes:
            ax.clear()

    def has_new(self, limits):
        """Whether these limits of the axes are others than the last; all is drawn anew then."""
        if limits == self._limits:
            return False
        self._limits, self._background = limits, None
        return True

    def refresh(self, everything=False):
        """Draw again and show it; everything=True draws the background again too."""
        if everything or self._background is None:
            self._draw_all()
        self._canvas.restore_region(self._background)
        renderer = self._canvas.get_renderer()
        for artist in self._moving:
            artist.draw(renderer)
        self.image.value = as_png(np.asarray(self._canvas.buffer_rgba()))

    def still(self):
        """The picture as a MIME bundle, for readers without a kernel."""
        return {"image/png": base64.b64encode(self.image.value).decode()}

    def make_room(self):
        """Take the next limits for new, and find places for the axes anew when all is drawn."""
        self._limits, self._room = None, NONE

    def _draw_all(self):
        """Draw the background. The axes move only where a label has no room, for it takes long."""
        self._canvas.draw()
        if np.any(self._widths() > self._room):
            self.figure.set_layout_engine("constrained")
            self._canvas.draw()
            self.figure.set_layout_engine("none")
            self._room = self._widths()
        self._background = self._canvas.copy_from_bbox(self.figure.bbox)

    def _widths(self):
        """The pixels of the longest label of every axis."""
        axes = [axis for ax in self.figure.axes for axis in (ax.xaxis, ax.yaxis)]
        labels = [[tick.label1 for tick in axis.get_major_ticks()] for axis in axes]
        width = self._canvas.get_renderer().width_of
        return np.array([max(map(width, some), default=0) for some in labels])
