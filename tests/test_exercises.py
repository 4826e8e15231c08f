"""check_my_gradient names the slip, check_my_activation the wrong slope; neither ever raises."""

import datetime
import decimal
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nnlib import CUBE, IDENTITY, RELU, SIGMOID, SOFTMAX, SQUARE, TANH, Activation, Network
from nnlib import SUM_OF_SQUARES as SUM
from nnlib.exercises import (
    PIECES,
    POINTS,
    SLIPS,
    check_my_activation,
    check_my_gradient,
    close,
    forward,
    gradient,
    slipped,
    slips_behind,
)
from nnlib.gradcheck import EPS

SMOOTH = (SIGMOID, TANH, SQUARE, CUBE)


def toy(seed, n=10, n_in=3, hidden=4, n_out=1):
    rng = np.random.default_rng(seed)
    shapes = {"X": (n, n_in), "Y": (n, n_out), "W1": (n_in, hidden), "W2": (hidden, n_out)}
    return {name: rng.uniform(-1, 1, shape) for name, shape in shapes.items()}


def true(data, f1=SQUARE, f2=CUBE):
    net = forward(**data, f1=f1, f2=f2)
    return gradient("δW1", net), gradient("δW2", net)


nets = st.builds(
    toy,
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(5, 12),
    n_in=st.integers(2, 5),
    hidden=st.integers(2, 6),
)


@given(data=nets, f1=st.sampled_from(SMOOTH), f2=st.sampled_from((*SMOOTH, IDENTITY)))
def test_the_true_gradients_are_what_the_network_sends_back(data, f1, f2):
    sizes = [data["X"].shape[1], data["W1"].shape[1], 1]
    weights = [data["W1"], data["W2"]]
    net = Network(sizes, activations=[f1, f2], cost=SUM, weights=weights, biases=False)
    dW, _ = net.backward(*net.forward(data["X"]), data["Y"])
    for found, slope in zip(true(data, f1, f2), dW, strict=True):
        np.testing.assert_allclose(found, -slope, rtol=1e-9, atol=1e-12)


@given(data=nets, f1=st.sampled_from(SMOOTH), f2=st.sampled_from((*SMOOTH, IDENTITY)))
def test_a_right_gradient_is_called_right(data, f1, f2):
    verdict = check_my_gradient(*true(data, f1, f2), **data, f1=f1, f2=f2)
    assert verdict.right
    assert repr(verdict) == "δW1: right.\nδW2: right."


@given(data=nets)
def test_a_gradient_measured_by_differences_is_called_right(data):
    dW1, dW2 = (d * (1 + 1e-8) for d in true(data))
    assert check_my_gradient(dW1, dW2, **data).right


def single_slips():
    for name in PIECES:
        for slip in SLIPS:
            if slip.piece in PIECES[name]:
                yield pytest.param(name, slip, id=f"{name}, {slip.words}")


def sizes_that_hide(slip):
    """A missing transpose leaves a matrix of the right shape only if it is square."""
    square = {"X.T": {"n": 5, "n_in": 5}, "B.T": {"n": 5, "hidden": 5}, "W2.T": {"n_out": 4}}
    return square[slip.piece] if "transpose" in slip.words else {}


@pytest.mark.parametrize("name, slip", list(single_slips()))
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), f1=st.sampled_from(SMOOTH), f2=st.sampled_from(SMOOTH))
def test_each_slip_is_named(name, slip, seed, f1, f2):
    data = toy(seed, **sizes_that_hide(slip))
    net = forward(**data, f1=f1, f2=f2)
    mine = dict(zip(("δW1", "δW2"), true(data, f1, f2), strict=True))
    wrong = gradient(name, net | {slip.piece: slip.instead(net)})
    assume(not close(wrong, mine[name]))  # near 0 a function is its tangent, and no slip shows
    mine[name] = wrong
    verdict = check_my_gradient(mine["δW1"], mine["δW2"], **data, f1=f1, f2=f2)
    assert not verdict.right
    assert f"{name}: this is what you get when {slip.words}." in verdict.sentences
    assert sum(sentence.endswith("right.") for sentence in verdict.sentences) == 1


def confused(name, net, most):
    """Every (slips, what they are taken for) where the two differ, for up to so many slips."""
    right = gradient(name, net)
    wrong = [pair for pair in slipped(name, net) if len(pair[0]) <= most]
    taken = [(slips, slips_behind(array, name, right, net)) for slips, array in wrong]
    return [(slips, found) for slips, found in taken if found and slips != found]


@pytest.mark.thorough
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), f1=st.sampled_from((SIGMOID, TANH)))
def test_no_slip_and_no_two_slips_are_confused_with_others(seed, f1):
    # x² and x³ are left out: 2x² is x (2x), so there some pairs of slips do give the same numbers
    net = forward(**toy(seed), f1=f1, f2=TANH)
    assert [pair for name in PIECES for pair in confused(name, net, most=2)] == []


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_single_slips_are_told_apart_for_squares_and_cubes_too(seed):
    net = forward(**toy(seed), f1=SQUARE, f2=CUBE)
    assert [pair for name in PIECES for pair in confused(name, net, most=1)] == []


def test_two_and_three_slips_at_once_are_named():
    data = toy(0)
    net = forward(**data, f1=SQUARE, f2=CUBE)
    dW1 = -(data["X"].T @ ((net["Ỹ"] * net["f2'"]) @ data["W2"].T))
    dW2 = 2 * net["B"].T @ data["Y"]
    verdict = check_my_gradient(dW1, dW2, **data)
    assert "δW1: this is what you get when the sign is turned" in verdict.sentences[0]
    assert "the factor 2 is missing and f1' is missing." in verdict.sentences[0]
    assert "Y stands where Ỹ belongs and f2' is missing." in verdict.sentences[1]


@given(data=nets, eta=st.floats(0.01, 1), wrong=st.booleans())
def test_W2_after_its_update_is_named_with_the_learning_rate(data, eta, wrong):
    functions = {"f1": SIGMOID, "f2": TANH}
    dW1, dW2 = true(data, **functions)
    if wrong:
        dW2 = dW2 + 1
    updated = data["W2"] + eta * dW2
    pieces = forward(**data, **functions) | {"W2.T": updated.T}
    verdict = check_my_gradient(gradient("δW1", pieces), dW2, **data, **functions)
    assert "when W2 is taken after its update (by" in verdict.sentences[0]
    assert float(verdict.sentences[0].split("(by ")[1].split()[0]) == pytest.approx(eta, rel=0.01)


def told(verdict):
    """The sentences on one line."""
    return " ".join(repr(verdict).split())


def test_a_long_sentence_is_broken_between_words():
    wrong = Activation("mine", SIGMOID.value, lambda z: z * (1 - z))
    lines = repr(check_my_activation(wrong)).splitlines()
    assert len(lines) > 1 and max(map(len, lines)) <= 96
    assert " ".join(lines) == " ".join(check_my_activation(wrong).sentences)


def test_swapped_matrices_are_named():
    data = toy(0)
    dW1, dW2 = true(data)
    verdict = check_my_gradient(dW2, dW1, **data)
    assert repr(verdict) == "The two matrices are swapped: δW1 stands in the place of δW2."
    assert "are the two matrices swapped?" in told(check_my_gradient(3 * dW2, dW2, **data))


def test_a_transposed_gradient_is_told():
    dW1, dW2 = true(toy(0))
    verdict = check_my_gradient(dW1.T, dW2, **toy(0))
    assert "shape is (4, 3), but that of W1 is (3, 4)" in told(verdict)
    assert "it has to be transposed" in told(verdict)


def test_the_first_wrong_element_is_named():
    dW1, dW2 = true(toy(0))
    dW1[1, 2] += 1
    dW1[2, 0] += 1
    verdict = check_my_gradient(dW1, dW2, **toy(0))
    assert "wrong in 2 of 12 elements; the first of them: element [1, 2]" in told(verdict)


def test_a_constant_factor_is_told():
    dW1, dW2 = true(toy(0))
    assert "δW1: 7 times what it should be" in told(check_my_gradient(7 * dW1, dW2, **toy(0)))


def test_numbers_without_any_sense_are_told():
    dW1, _ = true(toy(0))
    verdict = check_my_gradient(dW1, np.full((4, 1), 9.0), **toy(0))
    assert "no usual slip gives these numbers" in told(verdict)


def test_a_gradient_of_zeros_proves_nothing_and_says_so():
    data = toy(0) | {"W2": np.zeros((4, 1))}
    assert "every element is 0" in told(check_my_gradient(*true(data), **data))


def test_functions_of_the_letters_are_called_by_their_names():
    verdict = check_my_gradient(
        lambda X, Ỹ, f2, C, W2, f1, A: 2 * X.T @ (((Ỹ * f2.slope(C)) @ W2.T) * f1.slope(A)),
        lambda Ỹ, C, B: 2 * B.T @ (Ỹ * 3 * C**2),
    )
    assert verdict.right


def test_a_function_of_four_arguments_gets_the_data_and_the_weights():
    verdict = check_my_gradient(
        lambda x, y, w1, w2: 2 * x.T @ (y - x @ w1 @ w2) @ w2.T,
        lambda x, y, w1, w2: 2 * (x @ w1).T @ (y - x @ w1 @ w2),
        f1=IDENTITY,
        f2=IDENTITY,
    )
    assert verdict.right


def test_a_function_cannot_spoil_the_numbers_it_is_given():
    def spoils(B):
        B *= 0
        return B

    _, dW2 = true(toy(0))
    assert check_my_gradient(spoils, dW2, **toy(0)).sentences[1] == "δW2: right."


def test_a_function_beside_None_needs_no_data():
    verdict = check_my_gradient(None, lambda B, Ỹ, C: 6 * B.T @ (Ỹ * C**2))
    assert verdict.sentences == (
        "δW1: expected an array of real numbers, got None; is a `return` missing?",
        "δW2: right.",
    )


@pytest.mark.parametrize(
    "mine, words",
    [
        (None, "got None; is a `return` missing?"),
        (lambda X: None, "got None; is a `return` missing?"),
        (lambda X, Ỹ: X @ Ỹ, "Is a transpose missing?"),
        (lambda X: 1 / 0, "your function fails: ZeroDivisionError"),
        (lambda a, b: a, "your function asks for a, b; write it as a function of X, Y, W1, W2"),
        (np.full((3, 4), np.nan), "expected finite numbers, got nan at element [0, 0]"),
        (np.full((3, 4), np.inf), "expected finite numbers, got inf at element [0, 0]"),
        ("a word", "expected an array of real numbers, got 'a word'"),
        ([[1, 2], [3]], "got rows of different lengths"),
        (1j * np.ones((3, 4)), "expected an array of real numbers, got an array of complex128"),
        (np.zeros((2, 6)), "the same number of elements, in another order"),
        (5, "which transpose is missing?"),
    ],
)
def test_what_is_no_gradient_is_told_in_words(mine, words):
    _, dW2 = true(toy(0))
    verdict = check_my_gradient(mine, dW2, **toy(0))
    assert words in verdict.sentences[0]
    assert verdict.sentences[1] == "δW2: right."


@pytest.mark.parametrize(
    "change, words",
    [
        ({"Y": None}, "Y missing: pass what you computed with, X=X, Y=Y, W1=W1, W2=W2."),
        ({"W1": np.ones((9, 4))}, "do not hook onto each other: X (10, 3), Y (10, 1), W1 (9, 4)"),
        ({"Y": np.ones((4, 1))}, "do not hook onto each other"),
        ({"Y": np.ones(10)}, "expected matrices, with two axes each"),
        ({"X": np.ones((0, 3)), "Y": np.ones((0, 1))}, "expected matrices, with two axes each"),
        ({"X": "data"}, "X: expected an array of real numbers"),
        ({"X": np.full((10, 3), 1e200)}, "not finite for these numbers: take smaller ones"),
        ({"f1": np.tanh}, "f1: expected an Activation such as SQUARE"),
        ({"f2": SOFTMAX}, "f2: this check is for functions that act element by element"),
    ],
)
def test_data_that_cannot_be_used_is_told_in_words(change, words):
    verdict = check_my_gradient(*true(toy(0)), **(toy(0) | change))
    assert not verdict.right
    assert words in told(verdict)


class Hostile:
    """Fails wherever it is touched."""

    def __repr__(self):
        raise RuntimeError("no repr")

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array")

    def __eq__(self, other):
        raise RuntimeError("no ==")

    __hash__ = None


class HostileError(Exception):
    def __str__(self):
        raise RuntimeError("no str")


def fails(error):
    def function(X, Y, W1, W2):
        raise error

    return function


ODD = (
    *(None, True, 0, -1, 2**100, math.nan, math.inf, 1e308, 1 + 2j, "", "δW1", b"bytes"),
    *([], [[]], [[[]]], [None], [["a"]], [[1], [2, 3]], {}, {"a": 1}, {1, 2}, (), range(3)),
    *(object(), object, Hostile(), Hostile, int, len, print, np.exp, np.dot, np, SQUARE),
    *(decimal.Decimal("0.1"), datetime.date(2020, 1, 1), slice(3), Ellipsis, iter([1]), 1e-320),
    *(np.float32(1), np.array(None), np.array("x"), np.array([]), np.zeros(0), np.ones((3, 4, 1))),
    *(np.zeros((3, 0)), np.ones((4, 3)), np.full((3, 4), 1e308), np.full((3, 4), np.nan)),
    *(np.ones((3, 4), dtype=object), np.ones((3, 4), dtype=bool), np.ones((3, 4), np.float16)),
    *(np.ma.masked_all((3, 4)), np.array(["a"] * 4), np.datetime64("2020-01-01")),
    *(lambda: None, lambda X: X, lambda *args: 1, lambda **kwargs: 1, lambda a, b, c: a),
    *(lambda X, *, Y: X, lambda X=0: X, lambda X, Y, W1, W2: Hostile(), lambda X: X[99]),
    *(fails(KeyError("x")), fails(HostileError()), fails(SystemExit()), fails(MemoryError())),
    *(fails(StopIteration()), fails(RecursionError()), lambda X: exec("1 +"), lambda X: [X, X]),
)


def test_no_odd_input_makes_a_check_raise():
    data, (dW1, dW2) = toy(0), true(toy(0))
    letters = ("X", "Y", "W1", "W2", "f1", "f2")
    verdicts = [check_my_gradient(odd, dW2, **data) for odd in ODD]
    verdicts += [check_my_gradient(dW1, odd, **data) for odd in ODD]
    verdicts += [check_my_gradient(odd, odd) for odd in ODD]
    verdicts += [check_my_gradient(dW1, dW2, **data | {k: odd}) for odd in ODD for k in letters]
    verdicts += [check_my_activation(odd) for odd in ODD if odd is not SQUARE]
    assert len(verdicts) > 200
    assert all(verdict.sentences and repr(verdict) for verdict in verdicts)


@pytest.mark.parametrize("odd", [f for f in ODD if callable(f)])
def test_no_odd_activation_makes_a_check_raise(odd):
    for activation in (Activation("odd", odd, np.cos), Activation("odd", np.sin, odd)):
        assert repr(check_my_activation(activation))
    times = Activation("odd", np.sin, np.cos, times_slope=odd)
    assert repr(check_my_activation(times))


@pytest.mark.parametrize("activation", [IDENTITY, SIGMOID, TANH, RELU, SQUARE, CUBE])
def test_the_activations_of_nnlib_are_called_right(activation):
    verdict = check_my_activation(activation)
    assert verdict.right
    assert repr(verdict) == f"{activation.name}: the slope is right from −4 to 4."


@pytest.mark.parametrize(
    "value, slope, words",
    [
        (np.tanh, lambda z: 1 - z**2, "It is right for a = f(z), but z comes in: compute a first."),
        (np.sin, lambda z: -np.cos(z), "yours is 1, it should be -1. The sign is turned."),
        (np.square, lambda z: z, "A factor 2 is missing."),
        (np.tanh, lambda z: 2 * (1 - np.tanh(z) ** 2), "A factor 2 is too many."),
        (np.tanh, np.tanh, "That is the value itself."),
        (np.sin, lambda z: np.cos(z) + (z > 3), "wrong at 50 of 400 points; most at z = "),
        (np.sqrt, lambda z: 0.5 / np.sqrt(z), "the value is not finite at z = -4."),
        (np.abs, lambda z: np.abs(z) / (z - POINT), "the slope is not finite at z = -4."),
        (lambda z: math.exp(z), np.exp, "the value fails on an array: TypeError"),
        (np.sum, np.ones_like, "the value has the shape () for (400,) points"),
        (SOFTMAX.value, SOFTMAX.value, "the value at one point depends on the other points"),
        (
            lambda z: None,
            np.cos,
            "the value is no curve: expected an array of real numbers, got None; is a `return`",
        ),
    ],
)
def test_a_wrong_activation_is_told_in_words(value, slope, words):
    verdict = check_my_activation(Activation("mine", value, slope))
    assert not verdict.right
    assert words in told(verdict)


POINT = -4.0


def test_a_wrong_times_slope_is_told():
    f = Activation("mine", np.sin, np.cos, times_slope=lambda v, z, a: v * np.sin(z))
    assert repr(check_my_activation(f)) == "mine: times_slope is not v * slope(z)."


def test_a_kink_is_not_called_wrong():
    leaky = Activation("leaky", lambda z: np.maximum(0.1 * z, z), lambda z: np.where(z > 0, 1, 0.1))
    assert check_my_activation(leaky).right


@pytest.mark.parametrize("beside", [-1.5, -0.999, 0.0, 0.5, 1.5])
def test_a_kink_at_a_point_or_close_beside_it_is_not_called_wrong(beside):
    kink = POINTS[300] + beside * EPS
    bent = Activation("bent", lambda z: np.abs(z - kink), lambda z: np.sign(z - kink))
    assert check_my_activation(bent).right


WRONG_SLOPE = Activation("mine", lambda z: 1 / (1 + np.exp(-z)), lambda z: z * (1 - z))
MEAN_TAKEN = Activation("mine", lambda z: z - z.mean(), lambda z: np.ones_like(z))


@pytest.mark.parametrize(
    "mine, words",
    [(WRONG_SLOPE, "the slope is wrong"), (MEAN_TAKEN, "depends on the other points")],
)
@pytest.mark.parametrize("place", ["f1", "f2"])
def test_a_wrong_activation_of_ones_own_is_named_before_a_gradient_is_called_right(
    mine, words, place
):
    fs = {"f1": SQUARE, "f2": CUBE, place: mine}
    verdict = check_my_gradient(
        lambda X, W2, A, C, Ỹ, f1, f2: 2 * X.T @ (((Ỹ * f2.slope(C)) @ W2.T) * f1.slope(A)),
        lambda B, C, Ỹ, f2: 2 * B.T @ (Ỹ * f2.slope(C)),
        **fs,
    )
    assert not verdict.right
    assert f"{place}: mine: the" in str(verdict) and words in str(verdict)


def test_a_right_activation_of_ones_own_passes():
    mine = Activation("mine", np.sin, np.cos)
    verdict = check_my_gradient(
        lambda X, W2, A, C, Ỹ, f1, f2: 2 * X.T @ (((Ỹ * f2.slope(C)) @ W2.T) * f1.slope(A)),
        lambda B, C, Ỹ, f2: 2 * B.T @ (Ỹ * f2.slope(C)),
        f1=mine,
        f2=mine,
    )
    assert verdict.right
