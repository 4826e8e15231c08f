"""nnlib.costs: each cost equals its formula in loops, and stays exact where outputs saturate."""

import decimal
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib import Network
from nnlib.activations import ACTIVATIONS, IDENTITY, SIGMOID, SOFTMAX, TANH
from nnlib.costs import (
    COSTS,
    CROSS_ENTROPY,
    LOG_LIKELIHOOD,
    MEAN_SQUARES,
    QUADRATIC,
    SUM_OF_SQUARES,
    Cost,
)
from nnlib.gradcheck import central_differences

several = settings(max_examples=40, deadline=None, derandomize=True)
by_name = {"ids": lambda thing: getattr(thing, "name", None)}
MADE_FOR_EACH_OTHER = [(CROSS_ENTROPY, SIGMOID), (LOG_LIKELIHOOD, SOFTMAX)]
ALLOWED = [(cost, f) for cost in COSTS for f in ACTIVATIONS if cost.only in (None, f)]
REFUSED = [(cost, f) for cost in COSTS for f in ACTIVATIONS if (cost, f) not in ALLOWED]


def squares(a, y):
    return sum((y[k] - a[k]) ** 2 for k in range(len(y)))


# The cost of one sample as it stands in the books, one number at a time.
FORMULAS = {
    SUM_OF_SQUARES: squares,
    MEAN_SQUARES: lambda a, y: squares(a, y) / len(y),
    QUADRATIC: lambda a, y: squares(a, y) / 2,
    CROSS_ENTROPY: lambda a, y: (
        -sum(y[k] * math.log(a[k]) + (1 - y[k]) * math.log(1 - a[k]) for k in range(len(y)))
    ),
    LOG_LIKELIHOOD: lambda a, y: -sum(y[k] * math.log(a[k]) for k in range(len(y))),
}


def batch(cost, f, n, k, seed):
    """Z, A, Y of a batch, moderate numbers; targets are such as the cost makes sense for."""
    rng = np.random.default_rng(seed)
    Z = rng.normal(0, 2, (n, k))
    Y = SOFTMAX.value(rng.normal(size=(n, k))) if cost is LOG_LIKELIHOOD else rng.random((n, k))
    return Z, f.value(Z), Y


shapes = {"n": st.integers(1, 5), "k": st.integers(1, 6), "seed": st.integers(0, 2**32)}


@pytest.mark.parametrize("cost", COSTS, **by_name)
@several
@given(**shapes)
def test_the_cost_of_each_sample_is_the_formula_in_loops(cost, n, k, seed):
    Z, A, Y = batch(cost, cost.only or TANH, n, k, seed)
    want = [FORMULAS[cost](A[i], Y[i]) for i in range(n)]
    np.testing.assert_allclose(cost.per_sample(Z, A, Y), want, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("cost, f", ALLOWED, **by_name)
@several
@given(**shapes)
def test_the_error_is_the_slope_of_the_cost_in_z(cost, f, n, k, seed):
    Z, A, Y = batch(cost, f, n, k, seed)
    Z += 0.01 * (np.abs(Z) < 1e-3)  # away from RELU's kink
    error = cost.error(Z, f.value(Z), Y, f)
    slopes = central_differences(lambda: float(cost.per_sample(Z, f.value(Z), Y).sum()), [Z])[0]
    scale = 1 + np.abs(slopes).max() + abs(cost.per_sample(Z, f.value(Z), Y).sum())
    np.testing.assert_allclose(error, slopes, rtol=0, atol=1e-8 * scale)


@pytest.mark.parametrize("cost, f", MADE_FOR_EACH_OTHER, **by_name)
@several
@given(**shapes)
def test_where_the_slope_cancels_the_error_is_a_minus_y_to_the_last_bit(cost, f, n, k, seed):
    Z, A, Y = batch(cost, f, n, k, seed)
    np.testing.assert_array_equal(cost.error(100 * Z, f.value(100 * Z), Y, f), f.value(100 * Z) - Y)


@pytest.mark.parametrize("cost", COSTS, **by_name)
def test_a_batch_costs_the_mean_over_its_samples_or_for_sum_of_squares_their_sum(cost):
    f = cost.only or IDENTITY
    Z, A, Y = batch(cost, f, 7, 3, seed=0)
    net = Network([3, 3], activations=f, cost=cost, weights=[np.eye(3)])
    samples = [FORMULAS[cost](A[i], Y[i]) for i in range(7)]
    want = sum(samples) if cost is SUM_OF_SQUARES else sum(samples) / 7
    assert net.cost_of(Z, Y) == pytest.approx(want, rel=1e-13)


@pytest.mark.parametrize("cost", COSTS, **by_name)
@several
@given(**shapes)
def test_no_cost_is_negative(cost, n, k, seed):
    Z, A, Y = batch(cost, cost.only or TANH, n, k, seed)
    assert (cost.per_sample(30 * Z, (cost.only or TANH).value(30 * Z), Y) >= 0).all()


@pytest.mark.parametrize("cost", [SUM_OF_SQUARES, MEAN_SQUARES, QUADRATIC], **by_name)
def test_a_square_cost_is_0_where_the_outputs_are_the_targets(cost):
    Z, A, _ = batch(cost, TANH, 4, 3, seed=1)
    np.testing.assert_array_equal(cost.per_sample(Z, A, A), 0)
    np.testing.assert_array_equal(cost.error(Z, A, A, TANH), 0)


SATURATED = [0.0, 1.0, -1.0, 20.0, -20.0, 40.0, -40.0, 800.0, -800.0, 1000.0, -1000.0]


def decimal_sigmoid(z):
    return 1 / (1 + (-z).exp())


@pytest.mark.parametrize("z", SATURATED)
@pytest.mark.parametrize("y", [0.0, 0.3, 0.5, 1.0])
def test_cross_entropy_of_a_saturated_output_is_exact(z, y):
    with decimal.localcontext(prec=500):  # exp(-1000) has its first digit at place 435
        a, target = decimal_sigmoid(Decimal(z)), Decimal(y)
        want = float(-(target * a.ln() + (1 - target) * (1 - a).ln()))
    Z = np.array([[z]])
    found = CROSS_ENTROPY.per_sample(Z, SIGMOID.value(Z), np.array([[y]]))
    np.testing.assert_allclose(found, want, rtol=1e-15)


@pytest.mark.parametrize("y", range(3))
@pytest.mark.parametrize("row", [(0, 40, -40), (1000, 0, -1000), (1000, 1000, 0), (-700, -740, 3)])
def test_log_likelihood_of_a_saturated_row_is_exact(row, y):
    with decimal.localcontext(prec=1000):
        e = [Decimal(z).exp() for z in row]
        want = float(-(e[y] / sum(e)).ln())
    Z = np.array([row], float)
    found = LOG_LIKELIHOOD.per_sample(Z, SOFTMAX.value(Z), np.eye(3)[[y]])
    np.testing.assert_allclose(found, want, rtol=1e-15)


@pytest.mark.parametrize("cost, f", MADE_FOR_EACH_OTHER, **by_name)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_hopelessly_wrong_answer_costs_a_finite_amount(cost, f, dtype):
    Z = np.array([[-1e4, 1e4]], dtype)
    Y = np.array([[1, 0]], dtype)
    expected = {CROSS_ENTROPY: 2e4, LOG_LIKELIHOOD: 2e4}[cost]
    assert cost.per_sample(Z, f.value(Z), Y)[0] == expected


@pytest.mark.parametrize("cost, f", ALLOWED, **by_name)
def test_float32_stays_float32(cost, f):
    Z, A, Y = (array.astype(np.float32) for array in batch(cost, f, 4, 3, seed=2))
    assert cost.per_sample(Z, A, Y).dtype == np.float32
    assert cost.error(Z, A, Y, f).dtype == np.float32


@pytest.mark.parametrize("cost, f", ALLOWED, **by_name)
def test_no_argument_is_changed(cost, f):
    arrays = batch(cost, f, 4, 3, seed=3)
    for array in arrays:
        array.flags.writeable = False
    cost.per_sample(*arrays)
    cost.error(*arrays, f)


def test_all_pairs_are_either_allowed_or_refused_and_most_are_allowed():
    assert (len(ALLOWED), len(REFUSED)) == (23, 12)


@pytest.mark.parametrize("cost, f", ALLOWED, **by_name)
def test_a_pair_that_makes_sense_is_taken(cost, f):
    net = Network([2, 3], activations=f, cost=cost, rng=np.random.default_rng(0))
    assert net.cost is cost


@pytest.mark.parametrize("cost, f", REFUSED, **by_name)
def test_a_pair_that_makes_no_sense_is_refused_and_told_what_to_use(cost, f):
    instead = {SIGMOID: "CROSS_ENTROPY", SOFTMAX: "LOG_LIKELIHOOD"}.get(f, "QUADRATIC")
    with pytest.raises(ValueError) as refusal:
        Network([2, 3], activations=f, cost=cost, rng=np.random.default_rng(0))
    for words in (f"{cost.name} needs {cost.only.name} outputs", f"got {f.name}", instead):
        assert words in str(refusal.value)


def test_only_the_output_layer_has_to_fit_the_cost():
    net = Network([2, 3, 2], activations=[TANH, SIGMOID], rng=np.random.default_rng(0))
    assert net.cost is CROSS_ENTROPY


def test_a_cost_of_your_own_trains_a_net():
    absolute = Cost(
        "absolute",
        per_sample=lambda Z, A, Y: np.abs(A - Y).sum(axis=1),
        error=lambda Z, A, Y, f: f.times_slope(np.sign(A - Y), Z, A),
    )
    net = Network([1, 1], activations=IDENTITY, cost=absolute, weights=[[[2.0]]])
    dW, db = net.backward(*net.forward([[3.0]]), [[1.0]])
    assert (dW[0].item(), db[0].item()) == (3.0, 1.0)


@pytest.mark.parametrize("cost", COSTS, **by_name)
def test_a_cost_shows_its_name_and_formula(cost):
    assert repr(cost) == f"{cost.name}: {cost.formula}"
