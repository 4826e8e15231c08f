"""Every door that takes an array gives the same answer to the same kind of thing.

A door is the code of a call with _ where the array goes. Each kind of thing is made of an array
that is right there; what is refused is refused in the same words at all doors.
"""

import numpy as np
import pytest
from test_bad_calls import scene

from nnlib._support.checks import array_of_numbers

FIT = "fit(net, {}, eta=0, epochs=1, rng=rng, progress=False)".format
TOY = "check_my_gradient({}, X=X, Y=X[:, :1], W1=rows[:, :2], W2=rows[:, :1])".format
DOORS = [  # what the door calls the array, an array that is right, the call
    ("X", "X", "net.forward(_)"),
    ("X", "X", "net.predict(_)"),
    ("X", "X", "net.classify(_)"),
    ("X", "X", "net.accuracy(_, labels)"),
    ("labels", "labels", "net.accuracy(X, _)"),
    ("X", "X", "net.cost_of(_, Y)"),
    ("Y", "Y", "net.cost_of(X, _)"),
    ("Y", "Y", "net.backward(Z, A, _)"),
    ("weights[0]", "rows", "Network([2, 3], weights=[_])"),
    ("biases[0]", "rows[0]", "Network([2, 3], weights=[rows], biases=[_])"),
    ("X", "X", "sgd(net, _, Y, eta=0.5, rng=rng)"),
    ("Y", "Y", "sgd(net, X, _, eta=0.5, rng=rng)"),
    ("X", "X", FIT("_, Y")),
    ("Y", "Y", FIT("X, _")),
    ("evaluation X", "X", FIT("X, Y, evaluation=(_, Y)")),
    ("evaluation Y", "Y", FIT("X, Y, evaluation=(X, _)")),
    ("X", "X", "check_gradients(net, _, Y)"),
    ("Y", "Y", "check_gradients(net, X, _)"),
    ("f()", "X", "central_differences(lambda: _, [rows])"),
    ("gradients", "X", "largest_relative_error([_], [X], 1.0)"),
    ("slopes", "X", "largest_relative_error([X], [_], 1.0)"),
    ("images", "digits.train.images", "draw_digits(ax, _)"),
    ("W", "big_net.W[0]", "draw_weights(ax, _)"),
    ("labels", "labels", "draw_confusion(ax, _, labels)"),
    ("found", "labels", "draw_confusion(ax, labels, _)"),
    ("outputs", "Y", "draw_reliability(ax, _, labels)"),
    ("labels", "labels", "draw_reliability(ax, Y, _)"),
    ("W[0]", "rows", "draw_net(ax, [_])"),
    ("b[0]", "rows[0]", "draw_net(ax, [rows], [_])"),
    ("blocks, X", "X", "draw_blocks(ax, ('X', _))"),
    ("ink", "np.eye(4)", "like_mnist(_)"),
    ("A", "rows", "product.lengths(A=_, B=rows.T)"),
    ("A", "rows", "product.evaluate(A=_, B=rows.T)"),
    ("A", "rows", "product.contract(A=_, B=rows.T)"),
    ("A", "rows", "product.written_out((0, 0), A=_, B=rows.T)"),
    ("A", "rows", "contraction_explorer(_, rows)"),
    ("B", "rows", "contraction_explorer(rows, _)"),
    ("X", "X", "knob_board(net, _, Y)"),
    ("Y", "Y", "knob_board(net, X, _)"),
    ("X", "X", "weight_watcher(_, labels[:, None])"),
    ("Y", "labels[:, None]", "weight_watcher(X, _)"),
    ("dW1", "rows[:, :2]", TOY("_, rows[:, :1]")),
    ("X", "X", TOY("X, X").replace("X=X", "X=_")),
]


class Frame:
    """What a data frame is to NumPy: a thing that turns itself into an array."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array if dtype is None else self.array.astype(dtype)


def endless(_):
    """A list that contains itself, twice: who follows it blindly never comes back."""
    rows = [1.0]
    rows += [rows, rows]
    return rows


NO_NUMBERS = "expected an array of real numbers, got "
REFUSED = {  # made of an array that is right, and what each door says to it
    "masked": (np.ma.masked_invalid, "expected plain numbers, got masked ones; fill them in first"),
    "a list of masked rows": (
        lambda a: [np.ma.masked_invalid(row) for row in a],
        "expected plain numbers, got masked ones; fill them in first",
    ),
    "objects": (lambda a: a.astype(object), NO_NUMBERS + "an array of object"),
    "a frame of objects": (lambda a: Frame(a.astype(object)), NO_NUMBERS + "an array of object"),
    "strings": (lambda a: a.astype("U8"), NO_NUMBERS + "an array of <U8"),
    "complex": (lambda a: a + 0j, NO_NUMBERS + "an array of complex"),
    "lists of complex": (lambda a: (a + 0j).tolist(), NO_NUMBERS + "an array of complex128"),
    "dates": (lambda a: np.full(a.shape, np.datetime64("2026-01-01")), NO_NUMBERS + "an array of"),
    "rows of two lengths": (lambda a: [[1.0, 2.0], [3.0]], NO_NUMBERS + "rows of different"),
    "a list that contains itself": (endless, NO_NUMBERS + "lists in lists, over 32 deep; look"),
    "a word": (lambda a: "picture", NO_NUMBERS + "'picture'"),
    "a dict": (lambda a: {"a": 1}, NO_NUMBERS + "{'a': 1}"),
    "a set": (lambda a: {1}, NO_NUMBERS + "{1}"),
}
TAKEN = {
    "nested lists": lambda a: a.tolist(),
    "a list of rows": list,
    "a frame of numbers": Frame,
    "big-endian numbers": lambda a: a.astype(a.dtype.newbyteorder(">")),
}
name_of_call = {"ids": [call for _, _, call in DOORS]}


def answer(call, right, make):
    """What a door says to the thing that is made of the right array, "" if it takes it."""
    names = scene()
    names["_"] = make(eval(right, names))
    try:
        verdict = eval(call, names)
    except ValueError as refusal:
        return str(refusal)
    sentences = getattr(verdict, "sentences", ())  # a check of an exercise never raises
    return next((sentence for sentence in sentences if "expected" in sentence), "")


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("name, right, call", DOORS, **name_of_call)
def test_what_holds_no_plain_numbers_is_refused_in_the_same_words_at_every_door(
    name, right, call, kind
):
    make, words = REFUSED[kind]
    assert answer(call, right, make).startswith(f"{name}: {words}")


@pytest.mark.thorough
@pytest.mark.parametrize("kind", TAKEN)
@pytest.mark.parametrize("name, right, call", DOORS, **name_of_call)
def test_what_holds_plain_numbers_is_taken_at_every_door(name, right, call, kind):
    assert answer(call, right, TAKEN[kind]) == ""


def test_an_array_that_fits_comes_back_itself():
    array = np.ones((2, 3), np.float32)
    assert array_of_numbers(array, "X", array.dtype) is array


def test_truth_values_are_0_and_1():
    truths = array_of_numbers([True, False], "X")
    assert truths.dtype == int and truths.tolist() == [1, 0]
