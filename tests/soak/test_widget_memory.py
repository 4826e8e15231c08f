"""A thousand moves of every board: one figure, the same widgets, no more memory, one picture each.

Costs about four minutes of one core.
"""

import gc
import sys

import ipywidgets
import numpy as np
import psutil
import pytest
from hand import SLIDERS, inside, living, send
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from test_board import MAKERS

from nnlib.widgets.pad import SENT, DigitPad

WARM, MOVES = 100, 1_000
MEGABYTES = 10  # that the process may grow by: a picture kept for every move would take 50


class Hand:
    """Moves one control of a board after another, each to a random place."""

    def __init__(self, board):
        self.board, self.rng, self.moves = board, np.random.default_rng(0), 0
        parts = [*inside(board), *(part for spare in board.spare for part in inside(spare))]
        self.sliders = [widget for widget in parts if isinstance(widget, SLIDERS)]
        self.buttons = [widget for widget in parts if isinstance(widget, ipywidgets.Button)]

    def move(self):
        self.moves += 1
        if isinstance(self.board, DigitPad):
            ink = self.rng.integers(0, 255, SENT * SENT, dtype=np.uint8)
            send(self.board, {"kind": "drawing"}, ink.tobytes())
        elif self.sliders:
            self.slide(self.sliders[self.moves % len(self.sliders)])
        else:
            self.buttons[self.moves % len(self.buttons)].click()

    def slide(self, slider):
        if isinstance(slider, ipywidgets.SelectionSlider):
            slider.index = int(self.rng.integers(len(slider.options)))
            return
        low, high = np.sort(self.rng.uniform(slider.min, slider.max, 2))
        kind = int if isinstance(slider.min, int) else float
        several = isinstance(slider.value, tuple)
        slider.value = (kind(low), kind(high)) if several else kind(high)


def alive(kind):
    return sum(isinstance(thing, kind) for thing in gc.get_objects())


def counted():
    """(widgets, figures, artists, megabytes) as they are now."""
    gc.collect()
    megabytes = psutil.Process().memory_info().rss / 1e6
    return np.array([len(living()), alive(Figure), alive(Artist), megabytes])


@pytest.mark.parametrize("name", MAKERS)
def test_a_thousand_moves_leave_nothing_behind(name, tell):
    board = MAKERS[name]()
    hand, pictures = Hand(board), []
    for widget in inside(board):
        if widget.has_trait("value") and isinstance(widget.value, (bytes, memoryview)):
            widget.observe(lambda change: pictures.append(hand.moves), "value")
    for _ in range(WARM):
        hand.move()
    before, pictures[:] = counted(), []
    for _ in range(MOVES):
        hand.move()
    widgets, figures, artists, megabytes = counted() - before
    board.close()
    most = max(np.bincount(pictures), default=0) if pictures else 0
    tell(
        f"{name}: {MOVES:,} moves, {len(pictures):,} pictures, at most {most} a move, "
        f"{figures:+.0f} figures, {widgets:+.0f} widgets, {megabytes:+.1f} MB"
    )
    assert max(widgets, figures) <= 0  # less: what an earlier test had left is gone
    assert artists < MOVES / 2  # not one a move; a larger matrix has more numbers
    assert megabytes < MEGABYTES
    assert most <= 1
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or pyplot.get_fignums() == []
