"""nnlib.gradcheck: central differences and how far they are from what is claimed."""

import numpy as np
import pytest

from nnlib.gradcheck import central_differences, largest_relative_error


def test_the_slope_of_a_cube_is_three_times_the_square():
    x = np.array([[0.5, -1.0], [2.0, 0.0]])
    slopes = central_differences(lambda: float((x**3).sum()), [x])
    np.testing.assert_allclose(slopes[0], 3 * x**2, atol=1e-9)


def test_every_array_gets_slopes_of_its_own_shape():
    W, b = np.ones((2, 3)), np.zeros(3)
    slopes = central_differences(lambda: float(2 * W.sum() + 5 * b.sum()), [W, b])
    assert [s.shape for s in slopes] == [(2, 3), (3,)]
    np.testing.assert_allclose(slopes[0], 2)
    np.testing.assert_allclose(slopes[1], 5)


def test_the_axes_of_what_the_function_returns_stand_before_those_of_the_array():
    X, W = np.random.default_rng(0).normal(size=(4, 2)), np.zeros((2, 3))
    (slopes,) = central_differences(lambda: X @ W, [W])
    np.testing.assert_allclose(slopes, np.einsum("ij,kl->ikjl", X, np.eye(3)), atol=1e-9)


def test_a_single_number_is_nudged_like_any_array():
    z, shift = np.linspace(-2, 2, 9), np.zeros(())
    (slopes,) = central_differences(lambda: np.sin(z + shift), [shift])
    np.testing.assert_allclose(slopes, np.cos(z), atol=1e-9)


def test_a_function_may_return_the_very_array_that_is_nudged():
    x = np.array([3.0, 4.0])
    np.testing.assert_allclose(central_differences(lambda: x, [x])[0], np.eye(2), atol=1e-9)


def test_an_array_without_entries_has_slopes_without_entries():
    assert central_differences(lambda: 1.0, [np.zeros((0, 3))])[0].shape == (0, 3)


@pytest.mark.parametrize("value", [1j, np.array([1j]), "a", None, [1j], np.array(["a"])])
def test_a_function_that_returns_no_real_numbers_is_refused(value):
    with pytest.raises(ValueError, match=r"f\(\): expected an array of real numbers, got "):
        central_differences(lambda: value, [np.ones(2)])


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_arrays_are_put_back_to_the_last_bit(order):
    x = np.array(np.random.default_rng(0).normal(size=(3, 4)), order=order)
    before = x.copy()
    central_differences(lambda: float(np.sin(x).sum()), [x])
    np.testing.assert_array_equal(x, before)


def test_one_entry_is_nudged_at_a_time_both_ways_by_eps():
    x, seen = np.zeros(2), []
    central_differences(lambda: seen.append(x.copy()) or 0.0, [x], eps=0.25)
    np.testing.assert_array_equal(seen, [[0.25, 0], [-0.25, 0], [0, 0.25], [0, -0.25]])


def test_equal_slopes_have_no_error():
    slopes = [np.array([1.0, -2.0]), np.zeros((2, 2))]
    assert largest_relative_error(slopes, slopes, cost=1.0) == 0.0


def test_the_error_is_relative_to_the_largest_entry_beside_it():
    found = largest_relative_error([np.array([100.0, 1.0])], [np.array([100.0, 2.0])], cost=1.0)
    assert found == pytest.approx(0.01)


def test_the_worst_array_counts():
    good, bad = np.array([5.0]), np.array([1.0])
    assert largest_relative_error([good, bad], [good, 2 * bad], cost=1.0) == pytest.approx(0.5)


def test_a_gradient_of_the_wrong_sign_has_error_2():
    x = np.array([3.0, 1.0])
    assert largest_relative_error([x], [-x], cost=1.0) == pytest.approx(2.0)


def test_where_all_slopes_are_nothing_beside_the_cost_rounding_noise_is_not_called_an_error():
    noise = 1e-11  # what central differences of a cost of 1 are uncertain by
    assert largest_relative_error([np.zeros(3)], [np.full(3, noise)], cost=1.0) <= 1e-7


def test_a_small_gradient_that_is_wrong_is_still_found():
    assert largest_relative_error([np.zeros(3)], [np.full(3, 1e-6)], cost=1.0) > 1e-4


def test_a_missing_array_is_an_error_not_a_pass():
    with pytest.raises(ValueError):
        largest_relative_error([np.ones(1)], [np.ones(1), np.ones(1)], cost=1.0)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_finite_is_never_right(bad):
    assert largest_relative_error([np.array([1.0, bad])], [np.ones(2)], cost=1.0) == np.inf
    assert largest_relative_error([np.ones(2)], [np.array([1.0, bad])], cost=1.0) == np.inf


def test_whole_numbers_are_refused_for_they_would_swallow_the_nudge():
    x = np.array([1, 2, 3])
    with pytest.raises(TypeError, match="expected arrays of float64 to nudge in place"):
        central_differences(lambda: float((x**2).sum()), [x])


def test_the_arrays_are_put_back_even_if_the_function_fails():
    x = np.ones(3)

    def fails():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        central_differences(fails, [x])
    np.testing.assert_array_equal(x, 1)


def test_gradients_of_another_shape_are_not_broadcast():
    with pytest.raises(ValueError, match="expected the shapes of slopes"):
        largest_relative_error([np.ones((3, 1))], [np.ones(3)], cost=1.0)
