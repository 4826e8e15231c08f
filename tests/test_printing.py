"""Whatever nnlib shows can be printed: where a terminal knows no ×, an x stands for it."""

import contextlib
import io
import os
import subprocess
import sys

import numpy as np
import pytest
from test_bad_calls import scene

import nnlib
from nnlib import derivations, sweep, widgets

NAMES = scene()
NET, DIGITS, ROWS = (NAMES[name] for name in ("net", "digits", "rows"))
DERIVATION = NAMES["derivation"]
THINGS = {
    **NAMES,
    **{name: getattr(derivations, name) for name in derivations.__all__},
    "a line": DERIVATION.lines(DERIVATION.sample(np.random.default_rng(0)))[-1],
    "a step": DERIVATION.steps[0],
    "a split": DIGITS.train,
    "a recipe": sweep.Recipe(),
    "a result": sweep.Result(sweep.Recipe(), NET, (0.5,), 1.0),
    "a verdict": NAMES["check_my_gradient"](1, 1),
    "an activation of one's own": nnlib.Activation("ψ → ∞", np.tanh, np.tanh),
}
BOARDS = {
    "digit_pad": lambda: widgets.digit_pad(NAMES["big_net"], DIGITS),
    "derivation_stepper": lambda: widgets.derivation_stepper(DERIVATION),
    "contraction_explorer": lambda: widgets.contraction_explorer(ROWS, ROWS.T),
    "softmax_board": widgets.softmax_board,
}


def printed(thing, encoding="ascii"):
    """What a terminal that knows only these letters shows of a thing and of its repr."""
    terminal = io.TextIOWrapper(io.BytesIO(), encoding, write_through=True)
    with contextlib.redirect_stdout(terminal):
        print(thing, repr(thing))
    return terminal.buffer.getvalue().decode(encoding)


OURS = [name for name, thing in THINGS.items() if type(thing).__module__.startswith("nnlib.")]


@pytest.mark.parametrize("name", OURS)
def test_everything_public_can_be_printed_where_only_ascii_is_known(name):
    assert printed(THINGS[name])


@pytest.mark.parametrize("name", BOARDS)
def test_a_board_too(name):
    board = BOARDS[name]()
    assert printed(board)
    board.close()


@pytest.mark.parametrize(
    "name, words, plainly",
    [
        ("digits", "28 × 28 pixels", "28 x 28 pixels"),
        ("QUADRATIC", "½ Σ_k (a_k - y_k)²", "1/2 sum_k (a_k - y_k)^2"),
        ("an activation of one's own", "ψ → ∞", r"\u03c8 -> \u221e"),
    ],
)
def test_a_letter_that_is_not_known_has_another_in_its_place(name, words, plainly):
    assert plainly in printed(THINGS[name]) and words in printed(THINGS[name], "utf-8")


def test_a_terminal_set_to_ascii_shows_the_digits():
    program = "import nnlib; digits = nnlib.load_digits(); print(digits, repr(digits.train))"
    looks = {"env": {**os.environ, "PYTHONIOENCODING": "ascii"}, "capture_output": True}
    done = subprocess.run([sys.executable, "-c", program], **looks, text=True)
    assert "28 x 28 pixels" in done.stdout, done.stderr
