"""A time line: the moments of a run on a slider, and Play, which walks along them."""

import ipywidgets

from nnlib.widgets.parts.board import player, sized

MOMENT_TICK = 300  # milliseconds between two moments of Play


class TimeLine:
    """The slider and the Play button of a board; show(place) hears where a hand or Play goes."""

    def __init__(self, board, show, name, whole=360, **looks):
        self._board, self._show, self._putting, self.last = board, show, False, 1
        self.slider = ipywidgets.IntSlider(max=1, description=name, **sized(90, whole), **looks)
        self.play = player(MOMENT_TICK, "Play from here, or stop and go back", max=1)
        for control in (self.slider, self.play):
            control.observe(self._moved, "value")

    at = property(lambda self: self.slider.value)

    def put(self, at, last=None):
        """Stand at this place, and end at the last; nobody is told."""
        self._putting, self.last = True, self.last if last is None else last
        end = max(1, self.last)  # a slider from 0 to 0 cannot be drawn
        for control in (self.slider, self.play):
            # the end before a place beyond the old one: a browser would clamp it, and send that
            control.max = max(control.max, end)
            control.value = at
            control.max = end
        self._putting = False

    def _moved(self, change):
        if not self._putting:
            self._board.act(lambda: self._show(min(change["new"], self.last)))
