"""Hints are followed to the letter: the line that a refusal tells to write is run, and works."""

import re

import numpy as np
import pytest

from nnlib import IDENTITY, QUADRATIC, SIGMOID, Network, fit

RNG = np.random.default_rng(0)
ROWS, LABELS = RNG.uniform(size=(4, 6)), np.array([0, 1, 0, 1])
COLUMN = RNG.uniform(size=4)
PICTURES = RNG.uniform(size=(4, 2, 3))


class Series:
    """What a column of a data frame does: it becomes an array, and takes no [:, None]."""

    def __init__(self, values):
        self.values = np.asarray(values)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)

    def __getitem__(self, place):
        raise IndexError("multi-dimensional indexing is no longer supported")


def net(*sizes, **looks):
    return Network(list(sizes), rng=np.random.default_rng(0), **looks)


CALLS = {  # name -> the call, the name that the hint speaks of, what stands under it
    "one sample": (net(6, 2).predict, "X", ROWS[0]),
    "one sample as a list": (net(6, 2).predict, "X", ROWS[0].tolist()),
    "one input": (net(1, 2).predict, "X", COLUMN),
    "a column of a data frame": (net(1, 2).predict, "X", Series(COLUMN)),
    "samples as columns": (net(6, 2).predict, "X", ROWS.T),
    "pictures": (net(6, 2).predict, "X", PICTURES),
    "one picture": (net(6, 2).predict, "X", PICTURES[0]),
    "one sample as a column": (net(6, 2).predict, "X", ROWS[0][:, None]),
    "class numbers": (lambda Y: net(6, 2).cost_of(ROWS, Y), "labels", LABELS),
    "one output": (lambda Y: net(6, 1).cost_of(ROWS, Y), "Y", LABELS),
    "one output of a data frame": (lambda Y: net(6, 1).cost_of(ROWS, Y), "Y", Series(LABELS)),
    "targets as columns": (lambda Y: net(6, 2).cost_of(ROWS, Y), "Y", np.eye(2)[LABELS].T),
    "names of classes": (lambda y: net(6, 2).accuracy(ROWS, y), "names", np.array(list("abab"))),
    "names in a list": (lambda y: net(6, 2).accuracy(ROWS, y), "names", list("abab")),
    "weights as in books with columns": (
        lambda W: net(6, 2, weights=W), "weights", [np.ones((2, 6))]
    ),
    "biases as in books with columns": (
        lambda b: net(6, 2, biases=b), "biases", [np.ones((2, 1))]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_the_line_that_a_refusal_tells_to_write_works(name):
    call, letter, given = CALLS[name]
    with pytest.raises(ValueError) as refusal:
        call(given)
    line = re.search(r"write (np\.[a-z]+\(.*?\)(?:\[[^]]+\])?)(?:[ :;]|$)", str(refusal.value))[1]
    obeyed = eval(line, {"np": np, letter: given})
    call([obeyed] if letter in ("weights", "biases") else obeyed)


def test_targets_beyond_0_and_1_are_learnt_as_the_hint_says():
    x = np.linspace(-1, 1, 40)[:, None]
    y = np.sin(3 * x)
    with pytest.raises(ValueError, match="use cost=QUADRATIC with IDENTITY in the output layer"):
        net(1, 10, 1).cost_of(x, y)
    obeyed = net(1, 10, 1, activations=[SIGMOID, IDENTITY], cost=QUADRATIC)
    history = fit(obeyed, x, y, eta=0.3, epochs=1000, rng=np.random.default_rng(1), progress=False)
    assert history.training_cost[-1] < 0.01  # with sigmoid outputs, which end at 0: 0.13


HEADER, HOLE = ROWS.copy(), ROWS.copy()
HEADER[0], HOLE[2, 3] = np.nan, np.inf


@pytest.mark.parametrize(
    "X, words",
    [
        (HEADER, "the first in row 0, column 0: is row 0 a header line?"),
        (HOLE, "the first in row 2, column 3; leave such rows out"),
    ],
)
def test_the_place_of_a_missing_value_is_told(X, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        net(6, 2).predict(X)
    net(6, 2).predict(X[np.isfinite(X).all(axis=1)])
