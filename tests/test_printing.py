"""Whatever nnlib shows can be printed: where a terminal knows no ×, an x stands for it."""

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_bad_calls import scene

import nnlib
from nnlib import derivations, exercises, sweep, widgets
from nnlib.exercises.predictions import all_predictions
from nnlib.index_notation import FACTOR

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
    "the exercises": exercises.EXERCISES,
    "the predictions": all_predictions(),
    "a pattern": FACTOR,
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


LISTS = "the exercises", "the predictions", "a pattern"
OURS = [name for name, thing in THINGS.items() if type(thing).__module__.startswith("nnlib.")]
OURS += LISTS


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


def in_a_terminal(*arguments, **env):
    """What Python prints in a terminal that is set to ASCII."""
    looks = {"env": {**os.environ, "PYTHONIOENCODING": "ascii", **env}, "capture_output": True}
    done = subprocess.run([sys.executable, *arguments], **looks, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_terminal_set_to_ascii_shows_the_digits():
    program = "import nnlib; digits = nnlib.load_digits(); print(digits, repr(digits.train))"
    assert "28 x 28 pixels" in in_a_terminal("-c", program)


def test_copies_are_made_in_a_folder_of_any_name(tmp_path):
    notebooks = Path(__file__).parents[1] / "notebooks"
    in_a_terminal(notebooks, tmp_path / "wö")
    said = in_a_terminal(notebooks, tmp_path / "wö", "--fresh", "03")
    assert r"w\xf6: 1 new file" in said and r"kept as " in said


def test_mnist_is_missed_in_a_folder_of_any_name(tmp_path):
    (tmp_path / "nnlib").write_text("a file where the cache should be")
    program = "from nnlib import load_mnist_or_digits; load_mnist_or_digits()"
    home = tmp_path.rename(tmp_path.with_name("cö"))
    said = in_a_terminal("-c", program, XDG_CACHE_HOME=str(home), NNLIB_MNIST="")
    assert r"c\xf6" in said and "built-in digits" in said
