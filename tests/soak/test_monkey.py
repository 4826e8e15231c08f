"""A monkey at every board: 300 random actions leave no error, no stale picture and no memory.

Costs about two minutes of one core.
"""

import gc

import ipywidgets
import numpy as np
import psutil
import pytest
from amounts import amount
from hand import FIELDS, LISTS, SLIDERS, Page, arrive, controls, inside, send, words
from test_board import MAKERS

from nnlib import load_digits
from nnlib import widgets as w
from nnlib.widgets.pad import SENT

WARM = 30  # actions, after which memory is counted
ACTIONS, LOOKS = WARM + amount(270), 10  # how often the picture is held against one drawn anew
MEGABYTES = 60  # that the process may grow by
FEW = load_digits().few(50)
# What trains, trains little: without an event loop a press of Start runs to the end.
MAKERS = MAKERS | {
    "sweep_board": lambda: w.sweep_board(FEW, {"eta": [0.5, 9], "l2": [0, 1]}, epochs=1, n_jobs=1),
    "training_cockpit": lambda: w.training_cockpit(FEW, epochs=1),
}
KEYS = ("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Enter", " ")
PAPERS = ((255, 255, 255), (17, 17, 17))


class Monkey:
    """Does anything to a board that a hand can do."""

    def __init__(self, board, rng):
        self.board, self.rng = board, rng
        self.page = Page(board.picture) if board.picture else None

    def any_of(self, things):
        return things[int(self.rng.integers(len(things)))]

    def act(self):
        """Move a control three times of five; else touch the picture, or move it elsewhere."""
        doing = self.rng.random()
        if doing < 0.6 or self.page is None:
            self.move(self.any_of([c for c in controls(self.board) if not c.disabled]))
        elif doing < 0.95:
            self.touch()
        else:
            width, ratio = int(self.rng.integers(300, 1000)), self.any_of((1, 1.5, 2))
            self.page.look(width, ratio, self.any_of(PAPERS))

    def move(self, control):
        if isinstance(control, ipywidgets.Button):
            control.click()
        elif isinstance(control, ipywidgets.Checkbox):
            control.value = not control.value
        elif isinstance(control, (*LISTS, ipywidgets.SelectionSlider)):
            control.index = int(self.rng.integers(len(control.options)))
        elif isinstance(control, ipywidgets.Text):
            control.value = self.any_of(("C_ik = A_ij B_jk", "ij->ji", "C_i = A_ij", "no formula"))
        elif isinstance(control, (*SLIDERS, *FIELDS, ipywidgets.Play)):
            low, high = np.sort(self.rng.uniform(control.min, control.max, 2))
            kind = int if isinstance(control.min, int) else float
            pair = isinstance(control.value, tuple)
            control.value = (kind(low), kind(high)) if pair else kind(high)

    def touch(self):
        """A drag over the picture or on a handle of it, keys, or a drawing on the sheet."""
        handles = len(self.page.handles)
        on = [*range(handles), *[-1] * self.board.picture.surface]
        if hasattr(self.board, "images"):
            ink = self.rng.integers(0, 255, SENT * SENT, dtype=np.uint8)
            send(self.board, {"kind": "drawing"}, ink.tobytes())
        elif on and self.rng.random() < 0.5:
            key = {"key": self.any_of(KEYS), "shift": bool(self.rng.random() < 0.2)}
            arrive(self.board.picture, {"kind": "key", "handle": self.any_of(on)} | key)
        elif on:
            handle = self.any_of(on)
            for kind in ("down", "move", "move", "up"):
                x, y = self.rng.uniform(-0.1, 1.1, 2)
                arrive(self.board.picture, {"kind": kind, "handle": handle, "x": x, "y": y})


def megabytes():
    gc.collect()
    return psutil.Process().memory_info().rss / 1e6


def is_fresh(monkey):
    """Whether the page says what a picture drawn from scratch would say."""
    if monkey.page is None:
        return True
    look, before = monkey.board.picture.look, said_in(monkey.page)
    monkey.page.look(look.width, look.ratio, tuple(bytes.fromhex(look.colours.paper[1:])))
    return said_in(monkey.page) == before


def said_in(page):
    """All that is written on a page's picture, and all that its handles say."""
    return [label["text"] for label in page.labels], [handle["aria"] for handle in page.handles]


@pytest.mark.parametrize("name", MAKERS)
def test_a_monkey_leaves_no_error_no_stale_number_and_no_memory(name, tell):
    board = MAKERS[name]()
    monkey, stale = Monkey(board, np.random.default_rng(0)), []
    for action in range(ACTIONS):
        if action == WARM:
            before = megabytes()
        monkey.act()  # an error in a callback comes through
        if action % (ACTIONS // LOOKS) == 0 and not is_fresh(monkey):
            stale.append(action)
    grown, said = megabytes() - before, words(board)
    widgets = len(list(inside(board)))
    board.close()
    tell(f"{name}: {ACTIONS} actions, {widgets} widgets, {grown:+.0f} MB; {said:.60}")
    assert stale == [] and said and grown <= MEGABYTES
