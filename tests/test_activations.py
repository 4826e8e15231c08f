"""nnlib.activations: value, slope and their product, right for every float, no warnings."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnlib.activations import (
    ACTIVATIONS,
    CUBE,
    IDENTITY,
    RELU,
    SIGMOID,
    SOFTMAX,
    SQUARE,
    TANH,
    Activation,
)
from nnlib.gradcheck import central_differences

several = settings(max_examples=60, deadline=None, derandomize=True)
by_name = {"ids": lambda f: getattr(f, "name", None)}
floats = st.floats(-1000, 1000)
ONE_BY_ONE = [f for f in ACTIVATIONS if f is not SOFTMAX]
FLOAT_TYPES = [np.float16, np.float32, np.float64]


def sigmoid(z):
    return 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))


def sigmoid_slope(z):
    return math.exp(-abs(z)) / (1 + math.exp(-abs(z))) ** 2


# The formulas in Python's own floats, one number at a time: value and slope.
FORMULAS = {
    IDENTITY: (lambda z: z, lambda z: 1.0),
    SIGMOID: (sigmoid, sigmoid_slope),
    TANH: (math.tanh, lambda z: 4 * sigmoid_slope(2 * z)),
    RELU: (lambda z: z if z > 0 else 0.0, lambda z: 1.0 if z > 0 else 0.0),
    SQUARE: (lambda z: z * z, lambda z: 2 * z),
    CUBE: (lambda z: z * z * z, lambda z: 3 * z * z),
}


def softmax(row):
    e = [math.exp(z - max(row)) for z in row]
    return [x / math.fsum(e) for x in e]


def extremes(dtype):
    """Floats of this type that break careless formulas."""
    info = np.finfo(dtype)
    ends = [info.max, info.tiny, info.smallest_subnormal, 1000, 745, 709.9, 88.8, 16.7, 11.1, 1]
    return np.array([0.0, -0.0, *ends, *(-x for x in ends)], dtype)


@pytest.mark.parametrize("f", ONE_BY_ONE, **by_name)
@several
@given(z=floats)
def test_the_value_is_the_formula(f, z):
    assert f.value(np.array([z]))[0] == pytest.approx(FORMULAS[f][0](z), rel=1e-14, abs=1e-300)


@pytest.mark.parametrize("f", ONE_BY_ONE, **by_name)
@several
@given(z=floats)
def test_the_slope_is_the_formula(f, z):
    # 1 - tanh² is rounded at the size of 1, so the smallest slopes are right in absolute terms
    assert f.slope(np.array([z]))[0] == pytest.approx(FORMULAS[f][1](z), rel=1e-14, abs=2e-16)


@pytest.mark.parametrize("f", ONE_BY_ONE, **by_name)
def test_the_slope_is_how_fast_the_value_rises(f):
    z = np.linspace(-3, 3, 30)  # an even number of points: none on RELU's kink at 0
    slopes = central_differences(lambda: float(f.value(z).sum()), [z])[0]
    np.testing.assert_allclose(f.slope(z), slopes, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("dtype", FLOAT_TYPES)
@pytest.mark.parametrize("f", ONE_BY_ONE, **by_name)
def test_every_float_type_is_kept_and_as_exact_as_it_can_be(f, dtype):
    z = np.linspace(-12, 12, 49).astype(dtype)
    for ours, formula in zip((f.value, f.slope), FORMULAS[f], strict=True):
        assert ours(z).dtype == dtype
        want = [formula(float(x)) for x in z]
        eps = float(np.finfo(dtype).eps)
        np.testing.assert_allclose(ours(z).astype(float), want, rtol=4 * eps, atol=2 * eps)


@pytest.mark.parametrize("dtype", FLOAT_TYPES)
@pytest.mark.parametrize("f", ACTIVATIONS, **by_name)
def test_no_finite_float_gives_a_warning_or_nan(f, dtype):
    z = extremes(dtype)
    for answer in (f.value(z), f.slope(z)):  # warnings are errors here
        assert not np.isnan(answer).any()


@pytest.mark.parametrize("f", [SIGMOID, TANH, SOFTMAX], **by_name)
@pytest.mark.parametrize("dtype", FLOAT_TYPES)
def test_a_bounded_activation_stays_in_its_bounds_for_every_float(f, dtype):
    a = f.value(extremes(dtype))
    assert ((-1 if f is TANH else 0) <= a).all() and (a <= 1).all()


@pytest.mark.parametrize("dtype, nothing", [(np.float32, 1e-17), (np.float64, 1e-307)])
def test_a_saturated_sigmoid_is_1_or_nothing(dtype, nothing):
    a = SIGMOID.value(np.array([1000, np.inf, -1000, -np.inf], dtype))
    np.testing.assert_array_equal(a[:2], 1)
    assert (a[2:] <= nothing).all()


@given(z=arrays(np.float32, (2, 3), elements=st.floats(-1000, 1000, width=32)))
def test_float32_sigmoids_and_their_products_are_no_denormal_numbers(z):
    # a step of a net that has learnt multiplies the slopes of two layers: denormals are slow
    slopes = SIGMOID.times_slope(np.float32(1), z, SIGMOID.value(z))
    products = np.multiply.outer(slopes, slopes)
    assert ((products == 0) | (products >= np.finfo(np.float32).tiny)).all()


@pytest.mark.parametrize(
    "f, at_the_ends",
    [(IDENTITY, (-np.inf, np.inf)), (TANH, (-1, 1)), (RELU, (0, np.inf))]
    + [(SQUARE, (np.inf, np.inf)), (CUBE, (-np.inf, np.inf))],
    **by_name,
)
def test_infinity_is_answered_with_the_limit(f, at_the_ends):
    np.testing.assert_array_equal(f.value(np.array([-np.inf, np.inf])), at_the_ends)


@pytest.mark.parametrize("f", ONE_BY_ONE, **by_name)
def test_nan_stays_nan_so_that_it_is_noticed(f):
    assert np.isnan(f.value(np.array([np.nan]))).all()


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8])
@pytest.mark.parametrize("f", ONE_BY_ONE, **by_name)
def test_whole_numbers_are_answered_like_the_same_floats(f, dtype):
    z = np.array([0, 1, 20, 200], dtype)
    for ours in (f.value, f.slope):
        # NumPy answers tanh of a byte in float16
        close = {"rtol": 1e-14} if ours(z).dtype != np.float16 else {"rtol": 1e-3, "atol": 1e-3}
        np.testing.assert_allclose(ours(z), ours(z.astype(float)), **close)


@pytest.mark.parametrize("z", [-2, 2.5, [1, -2], [0.5, -0.5]])
@pytest.mark.parametrize("f", ONE_BY_ONE, **by_name)
def test_plain_numbers_and_lists_are_answered_too(f, z):
    np.testing.assert_allclose(f.value(z), f.value(np.array(z, float)))
    np.testing.assert_allclose(f.slope(z), f.slope(np.array(z, float)))


@pytest.mark.parametrize("f", ONE_BY_ONE, **by_name)
@several
@given(z=floats, v=floats)
def test_times_slope_is_the_slope_times_v(f, z, v):
    z, v = np.array([[z, -z]]), np.array([[v, 1.0]])
    product = f.times_slope(v, z, f.value(z))
    np.testing.assert_allclose(product, v * f.slope(z), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("f", ACTIVATIONS, **by_name)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_times_slope_keeps_shape_and_type(f, dtype):
    z = np.linspace(-2, 2, 6, dtype=dtype).reshape(2, 3)
    product = f.times_slope(z, z, f.value(z))
    assert product.shape == z.shape and product.dtype == dtype


@pytest.mark.parametrize("f", ACTIVATIONS, **by_name)
def test_no_argument_is_changed(f):
    z = np.linspace(-2, 2, 6).reshape(2, 3)
    z.flags.writeable = False
    a = f.value(z)
    a.flags.writeable = False
    f.slope(z)
    f.times_slope(z, z, a)
    assert not np.shares_memory(a, z)


def test_relu_has_slope_0_at_its_kink():
    np.testing.assert_array_equal(RELU.slope(np.array([-1.0, 0.0, 1.0])), [0, 0, 1])


rows = st.lists(floats, min_size=1, max_size=6)


@several
@given(rows)
def test_softmax_is_the_formula(row):
    np.testing.assert_allclose(SOFTMAX.value(np.array([row]))[0], softmax(row), rtol=1e-13)


@several
@given(rows)
def test_softmax_rows_are_not_negative_and_sum_to_1(row):
    a = SOFTMAX.value(np.array([row, row[::-1]]))
    assert (a >= 0).all()
    np.testing.assert_allclose(a.sum(axis=1), 1, rtol=1e-14)


def test_softmax_outputs_of_moderate_inputs_are_positive():
    assert (SOFTMAX.value(np.array([[-300.0, 0.0, 400.0]])) > 0).all()


@several
@given(rows, floats)
def test_softmax_does_not_see_a_shift_of_the_whole_row(row, shift):
    z = np.round(np.array([row]), 6)
    np.testing.assert_allclose(SOFTMAX.value(z + shift), SOFTMAX.value(z), rtol=1e-11, atol=1e-300)


def test_softmax_takes_each_row_for_itself():
    z = np.array([[1.0, 2.0, 3.0], [-5.0, 0.0, 5.0]])
    for i in range(2):
        np.testing.assert_array_equal(SOFTMAX.value(z)[i], SOFTMAX.value(z[i]))


def test_softmax_gives_nothing_to_an_output_at_minus_infinity():
    np.testing.assert_array_equal(SOFTMAX.value(np.array([0.0, -np.inf, 0.0])), [0.5, 0, 0.5])


@several
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=5))
def test_the_softmax_jacobian_is_how_fast_each_output_rises_with_each_input(row):
    z = np.array(row)
    jacobian = SOFTMAX.slope(z)
    assert jacobian.shape == (len(z), len(z))
    for j in range(len(z)):
        slopes = central_differences(lambda j=j: float(SOFTMAX.value(z)[j]), [z])[0]
        np.testing.assert_allclose(jacobian[j], slopes, rtol=0, atol=1e-9)


@several
@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 2**32))
def test_softmax_times_slope_is_the_product_with_the_jacobian(n, k, seed):
    rng = np.random.default_rng(seed)
    z, v = rng.normal(size=(n, k)), rng.normal(size=(n, k))
    product = SOFTMAX.times_slope(v, z, SOFTMAX.value(z))
    jacobian = SOFTMAX.slope(z)
    for i in range(n):
        for m in range(k):
            want = sum(v[i, j] * jacobian[i, j, m] for j in range(k))
            assert product[i, m] == pytest.approx(want, abs=1e-14)


def test_an_activation_of_your_own_needs_only_value_and_slope():
    sine = Activation("sine", value=np.sin, slope=np.cos)
    z = np.array([[0.0, 1.0]])
    np.testing.assert_array_equal(sine.times_slope(2.0, z, sine.value(z)), 2 * np.cos(z))


@pytest.mark.parametrize("f", ACTIVATIONS, **by_name)
def test_an_activation_shows_its_name_and_formula(f):
    assert repr(f).startswith(f.name + ": a") and "slope" in repr(f)
