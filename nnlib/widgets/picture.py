"""A matplotlib figure in one Image widget, redrawn fast enough to follow a slider.

What stays is drawn once and kept as a background; what moves is drawn over it (blitting). No
pyplot: nothing is registered anywhere, so nothing leaks.
"""

import io

import ipywidgets
import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

DPI = 100
LOOK = {"font.size": 13, "axes.spines.top": False, "axes.spines.right": False}  # for the back row


class Picture:
    """A figure of width x height pixels in the widget `image`.

    Draw on its `axes(...)`, name the artists that will move with `moving(...)`, then `refresh()`
    after each change of theirs, and `refresh(everything=True)` after a change of axes or labels.
    """

    def __init__(self, width=1000, height=400):
        self.figure = Figure((width / DPI, height / DPI), dpi=DPI, layout="constrained")
        self._canvas = FigureCanvasAgg(self.figure)
        self._moving = []
        self._background = None
        layout = ipywidgets.Layout(width="100%", max_width=f"{width}px", height="auto")
        self.image = ipywidgets.Image(format="png", layout=layout)

    def axes(self, rows=1, columns=1, **kwargs):
        """New axes, as figure.subplots makes them, in large type."""
        with matplotlib.rc_context(LOOK):
            return self.figure.subplots(rows, columns, **kwargs)

    def moving(self, *artists):
        """Name artists that change from one refresh to the next; returns them."""
        for artist in artists:
            artist.set_animated(True)
        self._moving += artists
        return artists

    def refresh(self, everything=False):
        """Draw again and show it; everything=True draws the background again too."""
        if everything or self._background is None:
            self.figure.set_layout_engine("constrained")
            self._canvas.draw()
            self.figure.set_layout_engine("none")  # keep the places until the next full drawing
            self._background = self._canvas.copy_from_bbox(self.figure.bbox)
        self._canvas.restore_region(self._background)
        for artist in self._moving:
            self.figure.draw_artist(artist)
        self.image.value = self._png()

    def _png(self):
        file = io.BytesIO()
        pixels = Image.fromarray(np.asarray(self._canvas.buffer_rgba())).convert("RGB")
        pixels.save(file, "png", compress_level=1)
        return file.getvalue()
