"""No shape is broadcast silently, and no caller's array is changed.

NumPy adds (64,) to (64, 1) without a word and trains on a 64 × 64 error. Here every pair of shapes
that does not belong together must be refused, and every pair that does must work.
"""

import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from nnlib import (
    CROSS_ENTROPY,
    IDENTITY,
    LOG_LIKELIHOOD,
    MEAN_SQUARES,
    QUADRATIC,
    SIGMOID,
    SOFTMAX,
    SUM_OF_SQUARES,
    TANH,
    Network,
    check_gradients,
    fit,
    sgd,
)
from nnlib.exercises import check_my_gradient
from nnlib.gradcheck import largest_relative_error
from nnlib.index_notation import Formula
from nnlib.plots import draw_confusion, draw_net
from nnlib.widgets.contraction import Contraction

PAIRS = 2200
REFUSED = "told in words"
AX = Figure().subplots()
ENDS = [  # output activation and cost
    (IDENTITY, QUADRATIC),
    (TANH, MEAN_SQUARES),
    (SIGMOID, SUM_OF_SQUARES),
    (SIGMOID, CROSS_ENTROPY),
    (SOFTMAX, LOG_LIKELIHOOD),
]


FROM_THE_DEPTHS = re.compile("broadcast|operand|cannot reshape|dimension|inhomogeneous|truth value")


@dataclass
class Call:
    """A call on two arrays, and whether their shapes fit. It raises if not, or answers REFUSED."""

    door: str
    shapes: tuple
    fits: bool
    call: Callable = field(repr=False)
    arrays: tuple = field(repr=False)
    given: str = ""


def filled(shape, labels=False):
    """A read-only array of numbers that every cost and every check of labels takes."""
    share = 1 / shape[-1] if shape and shape[-1] else 1.0
    array = np.zeros(shape, int) if labels else np.full(shape, share)
    array.flags.writeable = False  # a write would raise
    return array


side = st.integers(1, 3)  # near each other, where broadcasting lies in wait


def near(*right):
    """Shapes of all kinds, one in three of them the right one."""
    wrong = st.lists(st.integers(0, 3), max_size=3).map(tuple)
    swapped = st.sampled_from([right[::-1], right[:1], right[1:], (1, *right[1:]), (*right, 1)])
    return st.one_of(st.just(right), wrong, swapped)


@st.composite
def data(draw):
    """A net, X and Y as they may be, and whether they belong together."""
    n, n_in, n_out = draw(side), draw(side), draw(side)
    output, cost = draw(st.sampled_from(ENDS))
    sizes = [n_in, draw(side), n_out] if draw(st.booleans()) else [n_in, n_out]
    activations = [TANH] * (len(sizes) - 2) + [output]
    net = Network(sizes, activations=activations, cost=cost, rng=np.random.default_rng(0))
    X, Y = filled(draw(near(n, n_in))), filled(draw(near(n, n_out)))
    fits = X.ndim == 2 and len(X) > 0 and X.shape[1] == n_in and Y.shape == (len(X), n_out)
    return net, X, Y, fits


TRAINING = {"eta": 0.1, "batch_size": 2, "l2": 0.1}


@st.composite
def through_the_doors_of_a_net(draw):
    net, X, Y, fits = draw(data())
    good = filled((2, net.sizes[0])), filled((2, net.sizes[-1]))
    rng = np.random.default_rng(0)
    learn = {**TRAINING, "epochs": 1, "rng": rng, "progress": False}
    calls = {
        "cost_of": lambda: net.cost_of(X, Y),
        "backward": lambda: net.backward(*net.forward(X), Y),
        "check_gradients": lambda: check_gradients(net, X, Y),
        "sgd": lambda: next(sgd(net, X, Y, **TRAINING, rng=rng)),
        "fit": lambda: fit(net, X, Y, **learn),
        "evaluation": lambda: fit(net, *good, evaluation=(X, Y), **learn),
    }
    door = draw(st.sampled_from(sorted(calls)))
    return Call(door, (X.shape, Y.shape), fits, calls[door], (X, Y), str(net.sizes))


@st.composite
def labels_beside_inputs(draw):
    net, X, _, _ = draw(data())
    labels = filled(draw(near(len(X) if X.ndim else 1)), labels=True)
    fits = X.ndim == 2 and len(X) > 0 and X.shape[1] == net.sizes[0] and labels.shape == (len(X),)
    call = lambda: net.accuracy(X, labels, threshold=0.5)  # noqa: E731
    return Call("accuracy", (X.shape, labels.shape), fits, call, (X, labels), str(net.sizes))


@st.composite
def weights_beside_biases(draw):
    n_in, n_out = draw(side), draw(side)
    W, b = filled(draw(near(n_in, n_out))), filled(draw(near(n_out)))
    fits = W.shape == (n_in, n_out) and b.shape == (n_out,)

    def made():
        Network([n_in, n_out], weights=[W], biases=[b])

    def put_in():
        net = Network([n_in, n_out], rng=np.random.default_rng(0))
        net.W[0], net.b[0] = W, b
        net.predict(np.ones((2, n_in)))

    door, call = draw(st.sampled_from([("Network", made), ("net.W, net.b", put_in)]))
    return Call(door, (W.shape, b.shape), fits, call, (W, b), f"{[n_in, n_out]}")


@st.composite
def two_layers_of_a_drawing(draw):
    n_in, hidden, n_out = draw(side), draw(side), draw(side)
    left, right = filled(draw(near(n_in, hidden))), filled(draw(near(hidden, n_out)))
    fits = left.ndim == right.ndim == 2 and left.size * right.size > 0
    fits = fits and left.shape[1] == right.shape[0]
    call = lambda: draw_net(AX, [left, right])  # noqa: E731
    return Call("draw_net", (left.shape, right.shape), fits, call, (left, right))


@st.composite
def labels_beside_labels(draw):
    n = draw(side)
    labels, found = (filled(draw(near(n)), labels=True) for _ in range(2))
    fits = labels.ndim == 1 and labels.size > 0 and labels.shape == found.shape
    call = lambda: draw_confusion(AX, labels, found)  # noqa: E731
    return Call("draw_confusion", (labels.shape, found.shape), fits, call, (labels, found))


@st.composite
def gradients_beside_slopes(draw):
    rows, columns = draw(side), draw(side)
    g, s = (filled(draw(near(rows, columns))) for _ in range(2))
    call = lambda: largest_relative_error([g], [s], 1.0)  # noqa: E731
    return Call("largest_relative_error", (g.shape, s.shape), g.shape == s.shape, call, (g, s))


PRODUCT, BY_ELEMENT = Formula("C_ik = A_ij B_jk"), Formula("C_ij = A_ij B_ij")


@st.composite
def two_factors_of_a_formula(draw):
    formula = draw(st.sampled_from([PRODUCT, BY_ELEMENT]))
    i, j, k = draw(side), draw(side), draw(side)
    A = filled(draw(near(i, j)))
    B = filled(draw(near(*((j, k) if formula is PRODUCT else (i, j)))))
    fits = A.ndim == B.ndim == 2
    fits = fits and (A.shape[1] == B.shape[0] if formula is PRODUCT else A.shape == B.shape)

    def explored():
        explored = Contraction(A, B, formula.text)
        return REFUSED if explored.misfit else None

    calls = {
        "evaluate": lambda: formula.evaluate(A=A, B=B),
        "contract": lambda: formula.contract(A=A, B=B),
        "contraction explorer": explored,
    }
    door = draw(st.sampled_from(sorted(calls)))
    fits = fits and (door != "contraction explorer" or A.size * B.size > 0)
    return Call(door, (A.shape, B.shape), fits, calls[door], (A, B), formula.text)


@st.composite
def my_gradients(draw):
    rng = np.random.default_rng(0)
    n_in, hidden = draw(side), draw(side)
    letters = {"X": (4, n_in), "Y": (4, 1), "W1": (n_in, hidden), "W2": (hidden, 1)}
    letters = {name: rng.uniform(-1, 1, shape) for name, shape in letters.items()}
    right = toy_gradients(**letters)
    mine = [draw(st.sampled_from([g, g.T, g[:1], g[:, :1], g[None], g.ravel()])) for g in right]
    fits = all(map(np.array_equal, mine, right))  # a square one may be transposed
    call = lambda: None if check_my_gradient(*mine, **letters).right else REFUSED  # noqa: E731
    shapes = tuple(g.shape for g in mine)
    return Call("check_my_gradient", shapes, fits, call, tuple(mine), f"W1, W2 {right[0].shape}")


def toy_gradients(X, Y, W1, W2):
    """δW1 and δW2 of the source, ways downhill, for f1 = z² and f2 = z³."""
    A = X @ W1
    C = A**2 @ W2
    D = 2 * (Y - C**3) * 3 * C**2
    return X.T @ (D @ W2.T * 2 * A), (A**2).T @ D


tried = []


@settings(
    max_examples=PAIRS,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    st.one_of(
        through_the_doors_of_a_net(),
        through_the_doors_of_a_net(),
        labels_beside_inputs(),
        weights_beside_biases(),
        two_layers_of_a_drawing(),
        labels_beside_labels(),
        gradients_beside_slopes(),
        two_factors_of_a_formula(),
        my_gradients(),
    )
)
def each_pair_is_refused_or_works(call):
    before = [array.tobytes() for array in call.arrays]
    refused = False
    try:
        refused = call.call() is REFUSED
    except (ValueError, TypeError) as refusal:
        refused = True
        check_source(refusal)
    assert refused is not call.fits
    assert [array.tobytes() for array in call.arrays] == before
    tried.append((call.door, call.fits))


def check_source(refusal):
    """A refusal comes from nnlib's doors: it is no NumPy that stumbled over the shapes."""
    *_, last = traceback.walk_tb(refusal.__traceback__)
    assert "nnlib" in last[0].f_code.co_filename
    assert not FROM_THE_DEPTHS.search(str(refusal))


@pytest.mark.thorough
def test_no_pair_of_shapes_is_broadcast_silently_and_no_array_is_changed(tell):
    each_pair_is_refused_or_works()
    doors, fitting = {door for door, _ in tried}, sum(fits for _, fits in tried)
    assert len(tried) >= 2000 and len(doors) >= 14
    assert min(fitting, len(tried) - fitting) > len(tried) // 6
    tell(
        f"{len(tried):,} pairs of shapes at {len(doors)} doors: {fitting:,} fit and worked, "
        f"{len(tried) - fitting:,} were refused, no array changed"
    )
