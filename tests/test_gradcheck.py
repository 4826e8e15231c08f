"""nnlib.gradcheck: central differences and how far they are from what is claimed."""

import pickle

import numpy as np
import pytest

from nnlib import IDENTITY, QUADRATIC, RELU, TANH, Activation, Network, check_gradients
from nnlib._support.kinks import kink_distances
from nnlib.activations import ACTIVATIONS
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


# Kinks: where an activation has one there is no slope to compare with

HAT = Activation("hat", lambda z: np.abs(np.abs(z) - 1), lambda z: np.sign(z) * np.sign(abs(z) - 1))
LEAKY = Activation("leaky", lambda z: np.maximum(z, 0.01 * z), lambda z: np.where(z > 0, 1, 0.01))
ELU_2 = Activation(
    "elu, α = 2",
    lambda z: np.where(z > 0, z, 2 * np.expm1(np.minimum(z, 0))),
    lambda z: np.where(z > 0, 1, 2 * np.exp(np.minimum(z, 0))),
)
CLIPPED = Activation("clipped", lambda z: np.clip(z, -1, 1), lambda z: 1.0 * (abs(z) < 1))
KINKS = [(RELU, 0), (LEAKY, 0), (ELU_2, 0), (HAT, 0), (HAT, 1), (CLIPPED, -1)]
by_kink = pytest.mark.parametrize("f, kink", KINKS, ids=lambda thing: getattr(thing, "name", thing))


def at_a_kink(f, kink, away=0.0):
    """A 2-3-1 net and three samples; hidden neuron 1 is `away` from the kink at sample 0."""
    looks = {"activations": [f, IDENTITY], "cost": QUADRATIC, "rng": np.random.default_rng(6)}
    net, X = Network([2, 3, 1], **looks), np.array([[0.5, -0.8], [1.2, 0.3], [-0.7, 1.9]])
    net.b[0][1] += kink + away - net.forward(X)[0][0][0, 1]
    return net, X, np.array([[1.0], [-1.0], [0.5]])


@by_kink
@pytest.mark.parametrize("away", [0, 1e-6, -1e-6, 4e-6, 1e-5 / 3, -9e-6])
def test_what_a_nudge_takes_across_a_kink_is_left_out_and_counted(f, kink, away):
    error = check_gradients(*at_a_kink(f, kink, away))
    # the bias of that neuron always; its two weights where the inputs 0.5 and -0.8 reach as far
    left_out = 1 + sum(abs(x) * 1e-5 >= abs(away) for x in (0.5, 0.8))
    assert (error.left_out, error.n) == (left_out, 13) and error < 1e-7
    assert repr(error).endswith(
        f"; {left_out} of 13 numbers left out: "
        "a nudge of theirs takes a neuron across a kink, where there is no slope"
    )


@by_kink
@pytest.mark.parametrize("away", [2e-5, -2e-5, 1e-3, 0.3])
def test_nothing_is_left_out_beside_a_kink(f, kink, away):
    error = check_gradients(*at_a_kink(f, kink, away))
    assert error.left_out == 0 and error < 1e-7 and repr(error) == repr(float(error))


@by_kink
@pytest.mark.parametrize("entry", [0, 2, 3, 5])  # of W[0], neurons 0 and 2
def test_a_wrong_slope_beside_a_kink_is_still_found(f, kink, entry, monkeypatch):
    right = Network.backward

    def wrong(self, Z, A, Y):
        dW, db = right(self, Z, A, Y)
        dW[0].flat[entry] += 1e-3
        return dW, db

    net, X, Y = at_a_kink(f, kink)
    monkeypatch.setattr(Network, "backward", wrong)
    error = check_gradients(net, X, Y)
    assert error.left_out == 3 and error > 1e-5


@by_kink
def test_a_wrong_activation_is_found_although_a_sample_sits_on_its_kink(f, kink):
    wrong = Activation("wrong", f.value, lambda z: 1.01 * f.slope(z))
    assert check_gradients(*at_a_kink(wrong, kink)) > 1e-4


def test_where_everything_is_at_a_kink_nothing_is_called_right():
    bias_only = Network([1, 1], activations=RELU, cost=QUADRATIC, weights=[[[1.0]]])
    error = check_gradients(bias_only, [[0.0]], [[1.0]])
    assert (error.left_out, error.n) == (1, 2) and error < 1e-7  # the weight sees an input of 0
    error = check_gradients(
        Network([1, 1], activations=RELU, cost=QUADRATIC, weights=[[[0.0]]]), [[1.0]], [[1.0]]
    )
    assert (error.left_out, error.n) == (2, 2) and np.isnan(error) and not error < 1e-7


def test_an_earlier_layer_is_left_out_where_it_moves_a_later_neuron_across_a_kink():
    looks = {"activations": [TANH, RELU, IDENTITY], "cost": QUADRATIC}
    net = Network([1, 1, 1, 1], rng=np.random.default_rng(0), **looks)
    x = np.array([[0.3]])
    net.b[1] -= net.forward(x)[0][1][0]
    assert check_gradients(net, x, np.array([[1.0]])).left_out == 4


@pytest.mark.parametrize("f", [f for f in ACTIVATIONS if f is not RELU], ids=lambda f: f.name)
@pytest.mark.parametrize("scale", [1, 30])
def test_smooth_activations_have_no_kinks_anywhere(f, scale):
    z = np.linspace(-5, 5, 20_000).reshape(-1, 2)
    assert np.isinf(kink_distances(f, z, 2e-3 * scale)).all()


def test_the_error_is_a_float_that_can_be_copied():
    error = check_gradients(*at_a_kink(RELU, 0))
    again = pickle.loads(pickle.dumps(error))
    assert again == error and again.left_out == error.left_out and isinstance(error, float)
