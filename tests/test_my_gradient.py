"""check_my_gradient names the slip, check_my_activation the wrong slope; neither ever raises."""

import datetime
import decimal
import math
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hostile import Hostile, HostileError
from hypothesis import example, given, settings
from hypothesis import strategies as st
from minutes import is_exercise
from test_folded_code import PYTHON
from test_given_away import lines, lines_computed

import nnlib
from nnlib import CUBE, IDENTITY, RELU, SIGMOID, SOFTMAX, SQUARE, TANH, Activation, Network
from nnlib import SUM_OF_SQUARES as SUM
from nnlib.exercises import check_my_activation, check_my_gradient, session, so_far
from nnlib.exercises.my_activation import POINTS
from nnlib.exercises.my_gradient import NAMES, passed_forward, slopes, slopes_of
from nnlib.exercises.verdict import NOTHING
from nnlib.gradcheck import EPS

SMOOTH = (SIGMOID, TANH, SQUARE, CUBE)
BOTH = ("dW1", "dW2")


def toy(seed, n=10, n_in=3, hidden=4, n_out=1):
    rng = np.random.default_rng(seed)
    shapes = {"X": (n, n_in), "Y": (n, n_out), "W1": (n_in, hidden), "W2": (hidden, n_out)}
    return {name: rng.uniform(-1, 1, shape) for name, shape in shapes.items()}


def with_biases(seed, **sizes):
    data, rng = toy(seed, **sizes), np.random.default_rng(seed)
    biases = {f"b{l}": rng.uniform(-1, 1, data[f"W{l}"].shape[1]) for l in (1, 2)}
    return data | biases


def all_true(data, f1=SQUARE, f2=CUBE):
    """{dW1: …, dW2: …, db1: …, db2: …}, as the network sends them back."""
    sizes = [data["X"].shape[1], *data["W2"].shape]
    biases = [data.get("b1", np.zeros(sizes[1])), data.get("b2", np.zeros(sizes[2]))]
    start = {"weights": [data["W1"], data["W2"]], "biases": biases}
    net = Network(sizes, activations=[f1, f2], cost=SUM, **start)
    dW, db = net.backward(*net.forward(data["X"]), data["Y"])
    return dict(zip(("dW1", "dW2", "db1", "db2"), (*dW, *db), strict=True))


def true(data, f1=SQUARE, f2=CUBE):
    return tuple(all_true(data, f1, f2)[name] for name in BOTH)


nets = st.builds(
    toy,
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(5, 12),
    n_in=st.integers(2, 5),
    hidden=st.integers(2, 6),
)


@given(data=nets, f1=st.sampled_from(SMOOTH), f2=st.sampled_from((*SMOOTH, IDENTITY)))
def test_what_the_network_sends_back_is_called_right(data, f1, f2):
    verdict = check_my_gradient(*true(data, f1, f2), **data, f1=f1, f2=f2)
    assert verdict.right
    assert repr(verdict) == "✓ right\ndW1: right.\ndW2: right."


@given(data=nets)
def test_a_gradient_measured_by_differences_is_called_right(data):
    dW1, dW2 = (d * (1 + 1e-9) for d in true(data))
    assert check_my_gradient(dW1, dW2, **data).right


@given(data=nets, f1=st.sampled_from(SMOOTH))
def test_the_ways_downhill_of_the_source_are_right_and_called_so(data, f1):
    dW1, dW2 = true(data, f1)
    verdict = check_my_gradient(-dW1, -dW2, **data, f1=f1)
    assert verdict.right and verdict.sentences[:2] == ("dW1: right.", "dW2: right.")
    assert "the ways downhill, minus the slopes" in verdict.sentences[2]


@pytest.mark.parametrize("turned", [0, 1])
def test_one_sign_alone_turned_is_a_slip(turned):
    mine = list(true(toy(0)))
    mine[turned] = -mine[turned]
    verdict = check_my_gradient(*mine, **toy(0))
    words = "this is what you get when the sign is turned."
    assert verdict.sentences[turned] == f"{BOTH[turned]}: {words}"
    assert verdict.sentences[1 - turned].endswith("right.")


def test_one_way_downhill_beside_nothing_is_right_and_called_so():
    verdict = check_my_gradient(-true(toy(0))[0], ..., **toy(0))
    words = "This is the way downhill, minus the slope: a step adds it, W1 + η dW1."
    assert verdict.sentences == ("dW1: right.", "dW2: nothing written yet.", words)


def test_two_stubs_are_nothing_written_yet():
    def stub(Y, A1, Y_hat):
        return ...

    for mine in ((..., ...), (stub, stub), (stub, ...)):
        assert check_my_gradient(*mine).state == NOTHING


@pytest.mark.parametrize("way", [1, -1])
def test_a_transpose_that_is_missing_is_named_though_the_shapes_do_not_allow_it(way):
    verdict = check_my_gradient(
        lambda X, Y, Y_hat, Z1, Z2, W2: way * X @ (4 * (Y_hat - Y) * 1.5 * Z2**2 @ W2.T * 2 * Z1),
        lambda X, A1, Y, Y_hat, Z2: way * A1 @ (6 * (Y_hat - Y) * Z2**2),
    )
    for name, of in (("dW1", "X"), ("dW2", "A1")):
        words = f"{name}: this is what you get when the transpose of {of} is missing. It fails:"
        assert words in told(verdict)


def test_a_slip_in_one_way_downhill_is_named_without_its_sign():
    data = toy(0)
    _, dW2 = true(data)
    verdict = check_my_gradient(-slip(data, "dW1", "f1' is missing"), -dW2, **data)
    assert verdict.sentences == (
        "dW1: this is what you get when f1' is missing.",
        "dW2: right.",
    )


def test_a_wrong_element_in_one_way_downhill_is_told_downhill():
    dW1, dW2 = true(toy(0))
    almost = -dW1
    almost[1, 2] += 1
    for other in (-dW2, None):
        verdict = check_my_gradient(almost, other, **toy(0))
        assert "dW1: 1 of 12 elements is wrong; the first is [1, 2]" in told(verdict)


def letters(data, f1=SQUARE, f2=CUBE):
    return passed_forward(data, f1, f2)


def slip(data, name, *words, f1=SQUARE, f2=CUBE):
    """One slope with these slips in it."""
    return slopes_of(letters(data, f1, f2), slopes.slipped(*words))[name]


def slips_that_show(name, many):
    """The slips, or pairs of them, of which each changes this slope: tried where all shapes fit."""
    net = letters(with_biases(0, n=4, n_in=4, hidden=4, n_out=4), SIGMOID, TANH)
    wrong = {(): slopes_of(net)} | {w: slopes_of(net, f) for w, f in slopes.singles.items()}
    shows = [w for w in slopes.slips if (wrong[w,][name] != wrong[()][name]).any()]
    return [two for two in slopes.pairs if set(two) <= set(shows)] if many == 2 else shows


def single_slips():
    for name in NAMES:
        for words in slips_that_show(name, 1):
            yield pytest.param(name, words, id=f"{name}, {words}")


def sizes_that_hide(words):
    """A missing transpose leaves a matrix of the right shape only if it is square."""
    square = {"X": {"n": 5, "n_in": 5}, "A1": {"n": 5, "hidden": 5}, "W2": {"n_out": 4}}
    return square[words.split()[3]] if "transpose" in words else {}


@pytest.mark.parametrize("name, words", list(single_slips()))
@settings(max_examples=8)
@given(seed=st.integers(0, 2**32 - 1), f1=st.sampled_from((SIGMOID, TANH)))
def test_each_slip_is_named(name, words, seed, f1):
    data = with_biases(seed, **sizes_that_hide(words))
    mine = all_true(data, f1, TANH)
    mine[name] = slip(data, name, words, f1=f1, f2=TANH)
    verdict = check_my_gradient(**mine, **data, f1=f1, f2=TANH)
    assert not verdict.right
    assert f"{name}: this is what you get when {words}." in verdict.sentences
    assert sum(sentence.endswith("right.") for sentence in verdict.sentences) == 3


@settings(max_examples=8)
@given(seed=st.integers(0, 2**32 - 1))
def test_single_slips_are_told_apart_for_squares_and_cubes_too(seed):
    data, mine = toy(seed), all_true(toy(seed))
    for name in BOTH:
        for words in slips_that_show(name, 1):
            if "transpose" not in words and "written for a" not in words:
                wrong = mine | {name: slip(data, name, words)}
                verdict = check_my_gradient(*(wrong[one] for one in BOTH), **data)
                assert f"when {words}" in told(verdict)


@pytest.mark.thorough
@settings(max_examples=3, deadline=None)
@example(seed=106, f1=SIGMOID)
@given(seed=st.integers(0, 2**32 - 1), f1=st.sampled_from((SIGMOID, TANH)))
def test_two_slips_at_once_are_named(seed, f1):
    # x² and x³ are left out: 2x² is x (2x), so there some pairs of slips do give the same numbers
    data = toy(seed)
    mine = all_true(data, f1, TANH)
    for name in BOTH:
        for two in slips_that_show(name, 2):
            if any("transpose" in words for words in two):
                continue
            numbers, *alone = (slip(data, name, *some, f1=f1, f2=TANH) for some in (two, *zip(two)))
            # where a Z2 is near 0, one slip may hide behind the other
            if not any(np.allclose(numbers, one, rtol=1e-6, atol=0) for one in alone):
                wrong = mine | {name: numbers}
                verdict = check_my_gradient(wrong["dW1"], wrong["dW2"], **data, f1=f1, f2=TANH)
                both = "; and " if any("," in words for words in two) else " and "
                assert f"when {both.join(two)}." in told(verdict)


@pytest.mark.parametrize(
    "factor, words",
    [
        (0.5, "when the factor 2 is missing."),
        (2, "when the factor 2 stands twice."),
        (-0.5, "when the sign is turned and the factor 2 is missing."),
        (0.1, "when the mean over the samples is taken for the sum, or η = 0.1 is already in it"),
        (0.05, "when the factor 2 is missing and the mean over the samples is taken for the sum, "
         "or η = 0.05 is already in it."),
        (0.03, "when η = 0.03 is already in it."),
        (7, "when everything is 7 times what it should be."),
    ],
)  # fmt: skip
def test_a_factor_is_told_by_what_it_comes_of(factor, words):
    dW1, dW2 = true(toy(0))
    assert words in told(check_my_gradient(factor * dW1, dW2, **toy(0)))


def test_a_slip_is_named_apart_from_a_common_factor():
    data = toy(0)
    wrong = slip(data, "dW1", "f1' is missing") / 20
    verdict = check_my_gradient(wrong, true(data)[1], **data)
    words = "when f1' is missing, and apart from that the factor 2 is missing and the mean"
    assert words in told(verdict)


def test_a_common_factor_on_both_ways_downhill_keeps_the_sources_direction():
    data = toy(0)
    dW1, dW2 = true(data)
    verdict = check_my_gradient(-0.03 * dW1, -0.03 * dW2, **data)
    assert [s.split(": ")[1] for s in verdict.sentences] == [
        "this is what you get when η = 0.03 is already in it."
    ] * 2


@given(data=nets, eta=st.floats(0.01, 0.9), wrong=st.booleans())
def test_W2_after_its_update_is_named_with_the_learning_rate(data, eta, wrong):
    functions = {"f1": SIGMOID, "f2": TANH}
    dW1, dW2 = true(data, **functions)
    net = letters(data, **functions)
    if wrong:
        dW2 = dW2 + 1
    updated = slopes_of(net | {"W2": data["W2"] - eta * dW2})["dW1"]
    verdict = check_my_gradient(updated, dW2, **data, **functions)
    assert "when W2 is taken after its update (by" in verdict.sentences[0]
    assert float(verdict.sentences[0].split("(by ")[1].split()[0]) == pytest.approx(eta, rel=0.01)


def test_W2_after_its_update_is_named_beside_another_slip():
    data = toy(0)
    dW1, dW2 = true(data, TANH, TANH)
    net = letters(data, TANH, TANH)
    later = net | {"W2": data["W2"] - 0.1 * dW2}
    wrong = slopes_of(later, slopes.slipped("f2' is missing"))["dW1"]
    verdict = check_my_gradient(wrong, dW2, **data, f1=TANH, f2=TANH)
    assert "when f2' is missing and W2 is taken after its update (by 0.1 dW2)" in told(verdict)


def test_weights_after_the_step_are_no_slopes():
    data = toy(0)
    dW1, dW2 = true(data)
    verdict = check_my_gradient(dW1, data["W2"] - 0.3 * dW2, **data)
    assert verdict.sentences[1] == "dW2: these are W2 after the step with η = 0.3, not the slopes."


def test_the_slopes_in_the_biases_are_asked_with_the_biases():
    data = with_biases(0)
    mine = all_true(data)
    assert check_my_gradient(**mine, **data).right
    assert check_my_gradient(mine["dW1"], mine["dW2"], **data).right
    rows = mine | {"db1": mine["db1"][None]}
    assert check_my_gradient(**rows, **data).right
    without = {name: data[name] for name in ("X", "Y", "W1", "W2")}
    assert "b1 and b2 missing" in told(check_my_gradient(**mine, **without))


def test_the_mean_in_a_bias_is_named():
    data = with_biases(0)
    mine = all_true(data)
    verdict = check_my_gradient(**mine | {"db1": mine["db1"] / 10}, **data)
    assert "db1: this is what you get when the mean over the samples is taken" in told(verdict)


def test_the_mean_in_the_bias_of_one_output_is_named():
    data = with_biases(0)
    mine = all_true(data)
    assert mine["db2"].shape == (1,)
    verdict = check_my_gradient(**mine | {"db2": mine["db2"] / 10}, **data)
    words = "db2: this is what you get when the mean over the samples is taken for the sum."
    assert words in told(verdict)


@pytest.mark.parametrize("way", [1, -1])
def test_the_learning_rate_in_the_bias_of_one_output_is_known_from_that_in_the_weights(way):
    data = with_biases(0)
    mine = {name: way * 0.03 * slope for name, slope in all_true(data).items()}
    for sentence in check_my_gradient(**mine, **data).sentences[:4]:
        assert sentence.endswith(": this is what you get when η = 0.03 is already in it.")


def test_errors_that_come_back_without_the_weights_are_named():
    def dW1(X, Z1, Z2, Y, Y_hat, f1, f2):
        return X.T @ (2 * (Y_hat - Y) * f2.slope(Z2) * f1.slope(Z1))

    data = toy(0)
    verdict = check_my_gradient(dW1, true(data)[1], **data)
    assert "dW1: this is what you get when W2 is left out on the way back." in told(verdict)


def told(verdict):
    """The sentences on one line."""
    return " ".join(repr(verdict).split())


def test_a_long_sentence_is_broken_between_words():
    wrong = Activation("mine", SIGMOID.value, lambda z: z * (1 - z))
    lines = repr(check_my_activation(wrong)).splitlines()
    assert len(lines) > 1 and max(map(len, lines)) <= 96
    assert " ".join(lines) == f"✗ not yet: {check_my_activation(wrong).sentences[0]}"


def test_swapped_matrices_are_named():
    data = toy(0)
    dW1, dW2 = true(data)
    verdict = check_my_gradient(dW2, dW1, **data)
    assert "The two matrices are swapped: dW1 stands in the place of dW2." in told(verdict)
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
    assert "2 of 12 elements are wrong; the first is [1, 2]:" in told(verdict)


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


def delta_2(Y, Z2, Y_hat, f2):
    return 2 * (Y_hat - Y) * f2.slope(Z2)


def dW1(X, Y, W2, Z1, Z2, Y_hat, f1, f2):
    return X.T @ (delta_2(Y, Z2, Y_hat, f2) @ W2.T * f1.slope(Z1))


def dW2(A1, Y, Z2, Y_hat, f2):
    return A1.T @ delta_2(Y, Z2, Y_hat, f2)


def dW2_for_one_output(A1, Y, Z2, Y_hat, f2):
    return A1.T @ delta_2(Y, Z2, Y_hat, f2).sum(axis=1, keepdims=True)


def db2(Y, Z2, Y_hat, f2):
    return delta_2(Y, Z2, Y_hat, f2).sum(axis=0)


def db2_without_b2(A1, W2, Y, f2):
    Z2 = A1 @ W2
    return delta_2(Y, Z2, f2.value(Z2), f2).sum(axis=0)


def test_functions_are_judged_on_a_net_with_two_outputs_too():
    assert check_my_gradient(dW1, dW2).right
    assert "dW2: its shape is (3, 1)" in told(check_my_gradient(dW1, dW2_for_one_output))


def test_functions_for_the_biases_are_judged_on_biases_that_are_not_0():
    assert check_my_gradient(dW1, dW2, db2=db2).right
    assert "db2: no usual slip" in told(check_my_gradient(dW1, dW2, db2=db2_without_b2))


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
    assert check_my_gradient(spoils, dW2, **toy(0)).sentences[1] == "dW2: right."


def test_a_function_beside_None_needs_no_data():
    verdict = check_my_gradient(None, lambda A1, Y_hat, Y, Z2: 6 * A1.T @ ((Y_hat - Y) * Z2**2))
    assert verdict.sentences == (
        "dW1: expected an array of real numbers, got None; is a `return` missing?",
        "dW2: right.",
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
        (np.zeros((2, 6)), "the same number of elements, on other axes"),
        (5, "which transpose or which axis is missing?"),
    ],
)
def test_what_is_no_gradient_is_told_in_words(mine, words):
    _, dW2 = true(toy(0))
    verdict = check_my_gradient(mine, dW2, **toy(0))
    assert words in verdict.sentences[0]
    assert verdict.sentences[1] == "dW2: right."


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


def fails(error):
    def function(X, Y, W1, W2):
        raise error

    return function


ODD = (
    *(None, True, 0, -1, 2**100, math.nan, math.inf, 1e308, 1 + 2j, "", "dW1", b"bytes"),
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
    assert all(repr(verdict) for verdict in verdicts)


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
    assert repr(verdict) == f"✓ right: {activation.name}: the slope is right from −4 to 4."


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
            lambda z: np.tanh(z).astype(np.float32),
            lambda z: 1 - np.tanh(z) ** 2,
            "the value comes in float32, too coarse to measure a slope by: write astype(z.dtype)",
        ),
        (
            lambda z: np.maximum(z, 0, out=z),
            lambda z: (z > 0) * 1.0,
            "the value changes its argument: let it work on a copy, z.copy().",
        ),
        (
            np.tanh,
            lambda z: np.square(np.tanh(z, out=z)),
            "the slope changes its argument: let it work on a copy, z.copy().",
        ),
        (np.sort, np.ones_like, "the value at one point depends on the other points"),
        (lambda z: z / np.abs(z).max(), np.ones_like, "the value at one point depends on the"),
        (np.maximum.accumulate, lambda z: 1, "the value at one point depends on the other points"),
        (np.tanh, lambda z: np.sort(1 - np.tanh(z) ** 2), "the slope at one point depends on the"),
        (lambda z: np.sort(z, axis=-1), lambda z: 1, "the value at one point depends on the other"),
        (lambda z: np.tanh(z).ravel(), np.cos, "the value has the shape (4,) for (2, 2) points"),
        (lambda z: np.tanh(z).tolist(), np.cos, "the value comes as a list: return an array, np.a"),
        (lambda z: tuple(z), lambda z: 1, "the value comes as a tuple: return an array, np.array"),
        (np.sin, lambda z: np.cos(z).tolist(), "the slope comes as a list: return an array"),
        (lambda z: np.array([max(0, x) for x in z]), np.sign, "the value fails on an array: Val"),
        (np.sin, lambda z: None, "the slope is no curve: expected an array of real numbers, got"),
        (lambda z: 3 * z, lambda z: 1, "yours is 1, it should be 3. Everything is 0.333333 times"),
        (np.tanh, lambda z: 1, "yours is 1, it should be 0.00134"),
        (
            lambda z: None,
            np.cos,
            "the value is no curve: expected an array of real numbers, got None; is a `return`",
        ),
    ],
)
def test_a_wrong_activation_is_told_in_words_before_any_gradient(value, slope, words):
    mine = Activation("mine", value, slope)
    for verdict in (check_my_activation(mine), check_my_gradient(*true(toy(0)), **toy(0), f1=mine)):
        assert not verdict.right
        assert words in told(verdict)


POINT = -4.0
BENT = np.vectorize(lambda z: z if z > 0 else 0), np.vectorize(lambda z: 1 if z < 0 else z)


@pytest.mark.parametrize(
    "value, slope, words",
    [
        (BENT[0], lambda z: z > 0, "the value comes in int64"),
        (BENT[1], lambda z: z > 0, "the value comes in int64"),
        (np.vectorize(BENT[0].pyfunc, otypes=[int]), lambda z: z > 0, "the value comes in int64"),
        (lambda z: z**2 / 2, BENT[1], "the slope comes in int64"),
        (lambda z: np.where(z > 0, 1, 0), lambda z: 1.0, "yours is 1, it should be 0"),
        (lambda z: np.maximum(z, 0), lambda z: 1 * (z < 0), "yours is 0, it should be 1"),
        (np.abs, lambda z: (z > 1) + np.sign(z), "yours is 2, it should be 1"),
    ],
)
def test_whole_numbers_of_all_are_told_as_the_cause_only_where_they_are(value, slope, words):
    verdict = told(check_my_activation(Activation("mine", value, slope)))
    assert words in verdict
    told_so = "whole numbers all: write np.vectorize(…, otypes=[float]), or 0.0 and 1.0 for"
    assert (told_so in verdict) == ("int64" in words)


@pytest.mark.parametrize("kind", [float, None])
def test_who_writes_otypes_or_floats_as_told_is_right(kind):
    bent = BENT[0].pyfunc if kind else lambda z: z if z > 0 else 0.0
    value = np.vectorize(bent, otypes=kind and [kind])
    assert check_my_activation(Activation("mine", value, lambda z: z > 0)).right
    coarse = np.vectorize(bent, otypes=[np.float32])
    verdict = told(check_my_activation(Activation("mine", coarse, lambda z: z > 0)))
    assert "too coarse to measure a slope by: write astype(z.dtype) or otypes=[float]" in verdict


@pytest.mark.parametrize(
    "value, slope",
    [
        (lambda z: np.tanh(z).astype(z.dtype), lambda z: 1 - np.tanh(z) ** 2),
        (lambda z: np.maximum(z, 0, out=z.copy()), lambda z: (z > 0).astype(np.float32)),
        (lambda z: z, lambda z: 1),
        (lambda z: 1 - 2 * z, lambda z: np.float64(-2)),
    ],
)
def test_who_does_as_told_is_right_and_one_number_is_the_slope_of_a_line(value, slope):
    assert check_my_activation(Activation("mine", value, slope)).right


def test_the_slopes_of_a_net_with_a_line_for_activation_are_judged():
    line = Activation("line", lambda z: 2 * z, lambda z: 2)
    data = toy(0)
    assert check_my_gradient(*true(data, line, line), **data, f1=line, f2=line).right


def test_a_wrong_times_slope_is_told():
    f = Activation("mine", np.sin, np.cos, times_slope=lambda v, z, a: v * np.sin(z))
    assert told(check_my_activation(f)) == "✗ not yet: mine: times_slope is not v * slope(z)."


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


def test_what_an_activation_raises_at_a_few_points_only_is_told():
    for error in (SystemExit(), GeneratorExit()):

        def tanh(z, error=error):
            if z.size < 400:
                raise error
            return np.tanh(z)

        mine = Activation("mine", tanh, lambda z: 1 - np.tanh(z) ** 2)
        assert f"the value fails on an array: {type(error).__name__}" in told(
            check_my_activation(mine)
        )


def test_a_right_activation_of_ones_own_passes():
    mine = Activation("mine", np.sin, np.cos)
    verdict = check_my_gradient(
        lambda X, W2, A, C, Ỹ, f1, f2: 2 * X.T @ (((Ỹ * f2.slope(C)) @ W2.T) * f1.slope(A)),
        lambda B, C, Ỹ, f2: 2 * B.T @ (Ỹ * f2.slope(C)),
        f1=mine,
        f2=mine,
    )
    assert verdict.right


def test_a_slope_that_is_wrong_far_out_only_is_named_where_the_inputs_reach_as_far():
    relu6 = Activation("relu6", lambda z: np.clip(z, 0, 6), lambda z: (z > 0) * 1.0)
    for size, words in ((0.3, "right"), (30, "relu6: the slope is wrong")):
        data = toy(0) | {"X": size * toy(0)["X"]}
        mine = all_true(data, relu6, relu6)
        told_of = told(check_my_gradient(mine["dW1"], mine["dW2"], **data, f1=relu6, f2=relu6))
        assert words in told_of


def test_so_far_counts_ones_own_gradient_in_notebook_4():
    session.FOUND.clear()
    check_my_gradient(..., ...)
    assert "nothing written yet: your own gradient." in " ".join(repr(so_far(4)).split())
    check_my_gradient(*true(toy(0)), **toy(0))
    assert so_far(4).right and "right: your own gradient." in repr(so_far(4))
    assert "your own gradient" not in repr(so_far(5))


def of_section_10():
    """(the cell of one's own gradient in notebook 4, what is folded below it, the other code)."""
    path = Path(__file__).resolve().parents[1] / "notebooks" / "04_gradients_by_hand.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    (n,) = [n for n, cell in enumerate(cells) if "return ...\n\n\ncheck_my" in cell.source]
    others = [c.source for c in cells if c.cell_type == "code" and not is_exercise(c)]
    return cells[n].source, "\n".join(PYTHON.findall(cells[n + 1].source)), others


def test_the_solution_folded_below_ones_own_gradient_is_right():
    cell, solution, _ = of_section_10()
    space = vars(nnlib) | {"check_my_gradient": check_my_gradient}
    exec(solution, space)
    assert eval(cell.rpartition("\n\n\n")[2], space).right


def test_ones_own_gradient_asks_for_no_line_that_stands_open_in_the_notebook():
    _, solution, others = of_section_10()
    asked = lines_computed(solution)
    assert asked and not asked & set().union(*map(lines, others))


def test_a_function_that_changes_its_letters_is_told():
    def dW2(A1, Y_hat, Y, Z2):
        Y_hat -= Y
        return A1.T @ (2 * Y_hat * 3 * Z2**2)

    told_of = told(check_my_gradient(..., dW2))
    assert "dW2: your function changes its argument Y_hat: let it begin with" in told_of


def test_a_function_that_fails_is_told_to_fail():
    dW2 = true(toy(0))[1]
    verdict = check_my_gradient(lambda X: X @ undefined, dW2, **toy(0))  # noqa: F821
    assert verdict.state == "it fails" and "NameError" in told(verdict)
    assert check_my_gradient(2 * dW2, dW2, **toy(0)).state == "not yet"
    broken = Activation("mine", lambda z: z / undefined, lambda z: 1)  # noqa: F821
    assert check_my_activation(broken).state == "it fails"
    verdict = check_my_gradient(*true(toy(0)), **toy(0), f1=broken)
    assert verdict.state == "it fails" and "f1: mine: the value fails" in told(verdict)


def test_an_activation_that_draws_is_told_to_be_another_the_second_time():
    rng = np.random.default_rng(0)
    drawn = Activation("mine", lambda z: z + rng.normal(size=z.shape), lambda z: 1)
    words = "mine: the value is another the second time: leave out what is drawn or counted."
    assert words in told(check_my_activation(drawn))
