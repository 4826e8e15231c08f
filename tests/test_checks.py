"""checks: a bad call gets one sentence, expected, got, what to do; a good one works."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from refusals import DOOR, files_of_nnlib

from nnlib import (
    CROSS_ENTROPY,
    IDENTITY,
    LOG_LIKELIHOOD,
    ONES,
    QUADRATIC,
    RELU,
    SIGMOID,
    SOFTMAX,
    TANH,
    Network,
    check_gradients,
    fit,
    sgd,
)

X = np.random.default_rng(0).random((6, 2))
LABELS = np.array([0, 1, 2, 0, 1, 2])
Y = np.eye(3)[LABELS]
NAN = float("nan")
HUGE = 10**400  # an integer past every float


def net(**options):
    return Network([2, 3], **{"weights": ONES, **options})


def new(sizes, **options):
    return lambda: Network(sizes, **{"rng": np.random.default_rng(0), **options})


def predict(X):
    return lambda: net().predict(X)


def cost(X, Y, net=net, **options):
    return lambda: net().cost_of(X, Y, **options)


def accuracy(labels, net=net):
    return lambda: net().accuracy(X, labels)


def fitted(X=X, Y=Y, net=net, **options):
    defaults = {"eta": 0.5, "epochs": 1, "rng": np.random.default_rng(0), "progress": False}
    return lambda: fit(net(), X, Y, **{**defaults, **options})


def changed(name, value):
    return lambda: setattr(sgd(net(), X, Y, eta=1, rng=np.random.default_rng(0)), name, value)


def softmax_net():
    return net(activations=SOFTMAX, cost=LOG_LIKELIHOOD)


def one_output():
    return Network([2, 1], weights=ONES)


def single():
    return net(dtype=np.float32)


def objects():
    return X.astype(object)


BAD_SIZES = [
    [784], [], [784, 0, 10], [2, -1], [2, 2.5], [2, NAN], [2, float("inf")], [2, None], [2, "3"],
    "23", 5, None, X, np.array([[2], [3]]), [[2, 3]], {2, "a"}, [2, 1j],
]  # fmt: skip
BAD_INPUTS = [
    X[0], X[:, :1], X[:0], X[None], X.T, 3.0, None, "picture", [["a", "b"]], objects(), X + 1j,
    [[1, 2], [3]], [], [[]], {"a": 1}, np.array(["2024-01-01"], "datetime64[D]"),
]  # fmt: skip
BAD_TARGETS = [
    LABELS, Y[0], Y[:, :2], Y[:5], Y.T, Y[None], None, "zero", Y.astype(object), Y + 1j, [[1], [2]],
    [[1, 0, 0], [1]], 1.0,
]  # fmt: skip
NOT_POSITIVE = [-1, -0.5, NAN, float("inf"), -float("inf"), "0.5", None, 1j, [0.5], True, HUGE]
NOT_COUNTS = [-1, 2.5, 2.0, NAN, "10", None, [10], True, float("inf"), 1e3]

# What is called, and a word that its sentence must hold. Each row is one bad call.
BAD_CALLS = {
    "sizes": [(new(s), "two or more whole numbers") for s in BAD_SIZES]
    + [(new([784, 10**6, 10]), "fewer neurons"), (new([2, 10**15]), "at most 50,000,000")],
    "activations": [
        (new([2, 3], activations="sigmoid"), "SIGMOID"),
        (new([2, 3], activations=None), "SIGMOID"),
        (new([2, 3], activations=np.tanh), "TANH"),
        (new([2, 3], activations=[SIGMOID, "tanh"]), "expected one, or 1"),
        (new([2, 3, 2], activations=["relu", SIGMOID]), "'relu'"),
        (new([2, 3], activations=[]), "got 0"),
        (new([2, 3, 2], activations=[SIGMOID]), "expected one, or 2"),
    ],
    "cost": [
        (new([2, 3], cost="cross-entropy"), "CROSS_ENTROPY"),
        (new([2, 3], cost=None), "QUADRATIC"),
        (new([2, 3], cost=SIGMOID), "your own Cost"),
        (new([2, 3], activations=SOFTMAX), "use cost=LOG_LIKELIHOOD"),
        (new([2, 3], activations=RELU), "use cost=QUADRATIC"),
        (new([2, 3], cost=LOG_LIKELIHOOD), "use cost=CROSS_ENTROPY"),
    ],
    "weights": [
        (new([2, 3], weights=w), "list of 1 arrays of shapes (2, 3)")
        for w in (None, "ones", 1.0, np.ones((2, 3)), [], [np.ones((2, 3))] * 2)
    ]
    + [
        (new([2, 3], weights=[np.ones((3, 2))]), "expected shape (2, 3), got (3, 2)"),
        (new([2, 3], weights=[np.ones(3)]), "expected shape (2, 3), got (3,)"),
        (new([2, 3], weights=[np.full((2, 3), NAN)]), "finite"),
        (new([2, 3], weights=[[[1, 2, 3], [4, 5]]]), "different lengths"),
        (new([2, 3], weights=[[["a"] * 3] * 2]), "real numbers"),
        (new([2, 3], weights=[np.full((2, 3), 1e300)], dtype=np.float32), "too large for float32"),
    ],
    "biases": [
        (new([2, 3], biases=b), "True, False or a list of 1 arrays of shapes (3,)")
        for b in (None, 0, 1, "yes", np.zeros(3), [], [np.zeros(3)] * 2)
    ]
    + [
        (new([2, 3], biases=[np.zeros(2)]), "expected shape (3,), got (2,)"),
        (new([2, 3], biases=[np.full(3, np.inf)]), "finite"),
    ],
    "dtype": [
        (new([2, 3], dtype=d), "np.float64 or np.float32")
        for d in (None, np.float16, int, "single precision", complex, {"a": 1}, 64, ">f8")
    ],
    "rng": [
        (new([2, 3], rng=r), "write rng=np.random.default_rng(0)")
        for r in (None, 0, np.random, np.random.RandomState(0), "seed")
    ]
    + [(fitted(rng=r), "write rng=np.random.default_rng(0)") for r in (None, 0)],
    "X": [(predict(x), "X: expected") for x in BAD_INPUTS]
    + [(fitted(X=x), "X: expected") for x in BAD_INPUTS]
    + [(cost(x, Y), "X: expected") for x in BAD_INPUTS]
    + [(fitted(X=X * NAN), "NaN"), (fitted(X=X - np.inf), "NaN or infinity")]
    + [(predict(X[0]), "write np.asarray(X)[None, :]")]
    + [(fitted(X=X * 1e300, net=single), "too large")],
    "Y": [(fitted(Y=y), "Y: expected") for y in BAD_TARGETS]
    + [(cost(X, y), "Y: expected") for y in BAD_TARGETS]
    + [
        (fitted(Y=LABELS), "write np.eye(3)[labels]"),
        (cost(X, LABELS % 2, net=one_output), "write np.asarray(Y)[:, None]"),
        (fitted(Y=Y * NAN), "NaN"),
        (fitted(Y=2 * Y), "from 0 to 1, got 0 to 2"),
        (fitted(Y=-Y), "from 0 to 1, got -1 to"),
        (cost(X, 255 * Y), "use cost=QUADRATIC"),
        (fitted(Y=2 * Y, net=softmax_net), "sum to 1"),
        (cost(X, 0 * Y, net=softmax_net), "write np.eye(3)[np.asarray(Y).argmax(axis=1)]"),
    ],
    "labels": [
        (accuracy(Y), "write np.asarray(labels).argmax(axis=1)"),
        (accuracy(LABELS[:5]), "expected shape (6,)"),
        (accuracy(LABELS[:, None]), "expected shape (6,)"),
        (accuracy(3), "expected shape (6,)"),
        (accuracy(LABELS + 1), "from 0 to 2"),
        (accuracy(LABELS - 1), "from 0 to 2"),
        (accuracy(LABELS / 2), "whole numbers"),
        (accuracy(list("abcabc")), "real numbers"),
        (accuracy([None] * 6), "real numbers"),
        (accuracy([[0], [1, 2]]), "different lengths"),
        (accuracy(LABELS, net=one_output), "from 0 to 1"),
    ],
    "eta": [(fitted(eta=v), "eta: expected a finite number of at least 0") for v in NOT_POSITIVE]
    + [(changed("eta", v), "eta: expected") for v in NOT_POSITIVE],
    "l2": [(fitted(l2=v), "l2: expected a finite number of at least 0") for v in NOT_POSITIVE]
    + [(changed("l2", v), "l2: expected") for v in NOT_POSITIVE]
    + [(cost(X, Y, l2=v), "l2: expected") for v in NOT_POSITIVE],
    "n": [(cost(X, Y, l2=1, n=v), "n: expected a whole number") for v in (0, -5, 2.5, "6")],
    "batch_size": [
        (fitted(batch_size=v), "batch_size: expected a whole number of at least 1")
        for v in [0, *NOT_COUNTS]
    ]
    + [(changed("batch_size", v), "batch_size: expected") for v in [0, *NOT_COUNTS]],
    "epochs": [
        (fitted(epochs=v), "epochs: expected a whole number of at least 0") for v in NOT_COUNTS
    ],
    "evaluation": [
        (fitted(evaluation=v), "expected a pair (X, Y)") for v in (X, 5, (X,), (X, Y, LABELS), "a")
    ]
    + [
        (fitted(evaluation=(X, LABELS)), "write np.eye(3)[labels]"),
        (fitted(evaluation=(X[:, :1], Y)), "expected shape (n, 2)"),
        (fitted(evaluation=(X * NAN, Y)), "NaN"),
        (fitted(evaluation=(X, Y[:3])), "expected shape (6, 3)"),
    ],
    "monitor": [
        (fitted(monitor=v), "a list out of training_cost")
        for v in ("training_cost", ["cost"], False, 5, [None], [["training_cost"]])
    ]
    + [(fitted(monitor=["evaluation_cost"]), "pass evaluation=(X, Y)")],
    "gradients": [
        (lambda: check_gradients(net(), X, LABELS), "Y: expected"),
        (lambda: check_gradients(net(), X[0], Y), "X: expected"),
    ],
}
CALLS = [
    pytest.param(call, words, id=f"{door}-{i}")
    for door, calls in BAD_CALLS.items()
    for i, (call, words) in enumerate(calls)
]


@pytest.mark.parametrize("call, words", CALLS)
def test_a_bad_call_is_stopped_at_the_door_with_one_sentence(call, words):
    with pytest.raises((ValueError, TypeError)) as refusal:
        call()
    sentence = str(refusal.value)
    assert words in sentence
    assert "\n" not in sentence and len(sentence) < 600
    assert files_of_nnlib(refusal.value) == [DOOR], "no corridor behind it"


def test_there_are_enough_bad_calls_to_mean_something():
    assert len(CALLS) >= 150


# Odd but honest calls work, and mean the same

TIDY = np.array([[0.5, 1.0], [0.25, 0.0], [1.0, 0.125]])  # exact in every float type

ODD_INPUTS = {
    "lists": TIDY.tolist(),
    "tuples": tuple(map(tuple, TIDY)),
    "float16": TIDY.astype(np.float16),
    "float32": TIDY.astype(np.float32),
    "big-endian": TIDY.astype(">f8"),
    "Fortran order": np.asfortranarray(TIDY),
    "every other row": np.repeat(TIDY, 2, axis=0)[::2],
    "backwards twice": TIDY[::-1].copy()[::-1],
}


@pytest.mark.parametrize("name", ODD_INPUTS)
def test_the_same_numbers_in_another_form_give_the_same_answer(name):
    np.testing.assert_array_equal(net().predict(ODD_INPUTS[name]), net().predict(TIDY))


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64])
def test_whole_numbers_and_truth_values_are_taken_as_numbers(dtype):
    whole = np.array([[0, 1], [1, 1]], dtype)
    np.testing.assert_array_equal(net().predict(whole), net().predict(whole.astype(float)))


@pytest.mark.parametrize("options", [{"eta": Fraction(1, 2)}, {"eta": np.float32(0.5)}])
def test_any_real_number_is_a_learning_rate(options):
    assert fitted(**options)().training_cost == fitted(eta=0.5)().training_cost


def test_eta_0_is_allowed_and_changes_nothing():
    trained = net()
    fitted(net=lambda: trained, eta=0)()
    np.testing.assert_array_equal(trained.W[0], net().W[0])


def test_a_mini_batch_larger_than_the_data_is_the_whole_data():
    assert fitted(batch_size=10**9)().training_cost == fitted(batch_size=6)().training_cost


def test_no_epochs_means_no_training():
    assert fitted(epochs=0)().seconds == []


@pytest.mark.parametrize("labels", [LABELS.tolist(), LABELS.astype(np.uint8), tuple(LABELS)])
def test_labels_may_be_any_whole_numbers(labels):
    assert accuracy(labels)() == accuracy(LABELS)()


def test_float_inputs_out_of_the_ordinary_are_answered_by_predict():
    assert np.isfinite(net().predict(X * 1e300)).all()


# No shape is broadcast silently

a_shape = st.lists(st.integers(0, 4), min_size=0, max_size=3).map(tuple)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(a_shape, a_shape, st.sampled_from([QUADRATIC, CROSS_ENTROPY]))
def test_only_rows_of_inputs_beside_rows_of_targets_are_taken(x_shape, y_shape, cost):
    small = Network([2, 1], weights=ONES, cost=cost)
    fits = len(x_shape) == 2 and x_shape[1] == 2 and x_shape[0] > 0 and y_shape == (x_shape[0], 1)
    inputs, targets = np.zeros(x_shape), np.zeros(y_shape)
    if fits:
        assert np.isfinite(small.cost_of(inputs, targets))
    else:
        with pytest.raises(ValueError, match="^[XY]: expected"):
            small.cost_of(inputs, targets)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(a_shape, max_size=3), st.lists(st.integers(1, 4), min_size=2, max_size=3))
def test_only_weights_of_the_layers_own_shapes_are_taken(shapes, sizes):
    assume(shapes != list(zip(sizes, sizes[1:], strict=False)))
    with pytest.raises(ValueError, match="^weights"):
        Network(sizes, weights=[np.ones(s) for s in shapes], activations=TANH, cost=QUADRATIC)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(1, 6), st.integers(1, 4), st.integers(1, 4), st.integers(1, 9))
def test_no_call_changes_the_callers_arrays(n, n_in, n_out, batch_size):
    rng = np.random.default_rng(0)
    inputs, targets = rng.random((n, n_in)), rng.random((n, n_out))
    weights = [rng.random((n_in, n_out))]
    for array in (inputs, targets, *weights):
        array.flags.writeable = False  # a write would raise
    small = Network([n_in, n_out], activations=IDENTITY, cost=QUADRATIC, weights=weights)
    options = {"eta": 0.1, "epochs": 2, "l2": 0.1, "batch_size": batch_size, "rng": rng}
    fit(small, inputs, targets, evaluation=(inputs, targets), progress=False, **options)
    check_gradients(small, inputs, targets)
