"""What all boards share: they live with their cell, leave nothing behind, and have a still twin."""

import gc
import itertools
import sys
import weakref
from types import SimpleNamespace

import numpy as np
import pytest
from hand import inside, living, words

from nnlib import IDENTITY, SUM_OF_SQUARES, TANH, Network, load_digits
from nnlib import widgets as w
from nnlib.derivations import WEIGHT_DECAY
from nnlib.widgets import alternative_text, still_twin
from nnlib.widgets.parts import board as board_module

X = np.random.default_rng(0).uniform(-1, 1, (5, 3))


def toy_net():
    rng, f = np.random.default_rng(0), [TANH, IDENTITY]
    return Network([3, 4, 1], activations=f, cost=SUM_OF_SQUARES, biases=False, rng=rng)


def digits_net():
    return Network([784, 5, 10], rng=np.random.default_rng(0))


MAKERS = {
    "bending_board": lambda: w.bending_board(load_digits().test.images[0]),
    "contraction_explorer": lambda: w.contraction_explorer(np.eye(2), np.ones((2, 3))),
    "derivation_stepper": lambda: w.derivation_stepper(WEIGHT_DECAY),
    "digit_pad": lambda: w.digit_pad(digits_net(), load_digits()),
    "knob_board": lambda: w.knob_board(toy_net(), X, X[:, :1]),
    "playground": lambda: w.playground(),
    "sample_explorer": lambda: w.sample_explorer(),
    "slowdown_explorer": lambda: w.slowdown_explorer(),
    "softmax_board": lambda: w.softmax_board(),
    "sweep_board": lambda: w.sweep_board(load_digits(), {"eta": [0.5], "l2": [0.0]}),
    "training_cockpit": lambda: w.training_cockpit(load_digits()),
    "weight_watcher": lambda: w.weight_watcher(),
}
each_board = pytest.mark.parametrize("name", MAKERS)


def test_no_board_is_left_out():
    assert set(MAKERS) == set(w.__all__) - {"alternative_text", "still_twin"}


@each_board
def test_closing_a_board_leaves_no_widget_behind(name):
    before = living()
    MAKERS[name]().close()
    assert living() == before


@each_board
def test_a_closed_board_is_forgotten(name):
    board = MAKERS[name]()
    there = weakref.WeakSet(inside(board))
    board.close()
    del board
    gc.collect()
    assert list(there) == []


@each_board
def test_closing_one_board_leaves_another_of_its_kind_alive(name):
    one, another = MAKERS[name](), MAKERS[name]()
    one.close()
    wholes = list(inside(another))
    parts = [getattr(whole, name, None) for whole in wholes for name in ("layout", "style")]
    closed = [part for part in (*wholes, *parts) if part is not None and part.comm is None]
    another.close()
    assert closed == []


@each_board
def test_a_reader_without_a_kernel_sees_a_still_twin(name):
    board = MAKERS[name]()
    twin = still_twin(board.model_id)
    shown, _ = board._repr_mimebundle_()
    board.close()
    assert set(twin) & {"image/png", "text/markdown"}
    assert set(twin) <= set(shown)


def test_a_still_twin_has_alternative_text_that_says_what_the_board_says():
    board = w.softmax_board()
    _, metadata = board._repr_mimebundle_()
    alt = metadata["image/png"]["alt"]
    assert alt.startswith("Six plots") and alt.endswith(words(board))
    assert alternative_text(board.model_id) == alt
    board.close()


class Shell:
    """An IPython shell that runs one cell after another, none of which another shell has.

    A client that names no cells hands on their code alone.
    """

    shells = itertools.count()

    def __init__(self):
        self.number = next(self.shells)
        self.runs, self.user_ns = 0, {"Out": {}}
        self.history_manager = SimpleNamespace(outputs={})

    def run(self, cell, make, named=True):
        self.runs += 1
        self.parent = {"header": {"msg_id": str(self.runs)}}
        name = f"{cell} of {self.number}"
        self.parent |= {"metadata": {"cellId": name}} if named else {"content": {"code": name}}
        output = make()
        self.user_ns["Out"][self.runs] = self.user_ns[f"_{self.runs}"] = output
        self.history_manager.outputs[self.runs] = ["what the page shows"]
        return output

    def drop_by_id(self, names):
        for name, value in names.items():
            assert self.user_ns.pop(name) is value

    def get_parent(self):
        return self.parent


@pytest.fixture
def shell(monkeypatch):
    shell = Shell()
    monkeypatch.setattr(board_module, "get_ipython", lambda: shell)
    return shell


def test_running_a_cell_again_closes_its_board(shell):
    old = shell.run("a", w.softmax_board)
    new = shell.run("a", w.softmax_board)
    assert old.comm is None and new.comm is not None
    new.close()


def test_a_board_that_was_replaced_is_not_kept_among_the_outputs(shell):
    for _ in range(3):
        new = shell.run("a", w.softmax_board)
    assert shell.user_ns == {"Out": {3: new}, "_3": new}
    assert set(shell.history_manager.outputs) == {3}
    new.close()


def test_two_boards_of_one_cell_live_side_by_side(shell):
    one, other = shell.run("a", lambda: (w.softmax_board(), w.softmax_board()))
    assert one.comm is not None and other.comm is not None
    one.close()
    other.close()


def test_boards_of_other_cells_stay(shell):
    one, other = shell.run("a", w.softmax_board), shell.run("b", w.softmax_board)
    assert one.comm is not None
    one.close()
    other.close()


def test_equal_cells_of_a_client_that_names_none_leave_each_other_their_boards(shell):
    boards = [shell.run("a", board_module.Board, named=False) for _ in range(2)]
    assert [board.comm is None for board in boards] == [False, False]
    for board in boards:
        board.close()


def test_where_no_cell_is_named_a_board_goes_after_a_few_more_runs_of_its_code(shell):
    boards = [shell.run("a", board_module.Board, named=False) for _ in range(7)]
    assert [board.comm is None for board in boards] == [True] * 2 + [False] * 5
    assert set(shell.user_ns["Out"]) == {3, 4, 5, 6, 7}
    for board in boards:
        board.close()


def test_no_board_opens_a_pyplot_figure():
    for make in MAKERS.values():
        make().close()
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or pyplot.get_fignums() == []
