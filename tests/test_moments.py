"""A descent taken back to any of its moments goes on as it did, to the last bit."""

import numpy as np
import pytest

from nnlib import Network, load_digits, sgd
from nnlib._support.moments import MOST, ROOM, Moment, Moments, Orders, most_moments
from nnlib.datasets.bending import Bending

TRAIN = load_digits().few(90).train
KNOBS = {"eta": 0.5, "batch_size": 7, "l2": 0.1}  # 7 is no part of 90: an epoch ends with a 6


def a_descent(seed=0, **options):
    """A descent and its rng."""
    orders = Orders(np.random.PCG64(seed))
    net = Network([784, 5, 10], dtype=np.float32, rng=orders)
    return sgd(net, TRAIN.images, TRAIN.targets, **(KNOBS | options), rng=orders), orders


def take(descent, steps):
    return [next(descent) for _ in range(steps)]


def parameters(descent):
    return [array.tobytes() for array in descent.net.W + descent.net.b]


def test_orders_are_those_of_numpys_own_generator():
    ours, numpys = Orders(np.random.PCG64(3)), np.random.default_rng(3)
    assert (ours.standard_normal(5) == numpys.standard_normal(5)).all()
    assert (ours.permutation(50) == numpys.permutation(50)).all()


FRESH = {"augment": Bending(), "eta": lambda done: 0.5 / (1 + done)}


@pytest.mark.parametrize("options", [{}, FRESH], ids=["plain", "bent, with a falling eta"])
def test_twenty_random_moments_lead_to_the_same_end_to_the_last_bit(options):
    rng = np.random.default_rng(0)
    descent, orders = a_descent(**options)
    moments = []
    for _ in range(200):
        moments.append(Moment.of(descent, orders))
        next(descent)
    end = parameters(descent)
    for place in rng.integers(0, 200, 20):
        moments[place].restore(descent, orders)
        take(descent, 200 - place)
        assert parameters(descent) == end


def test_a_moment_can_be_gone_back_to_from_one_before_it():
    descent, orders = a_descent()
    start = Moment.of(descent, orders)
    take(descent, 20)
    middle = Moment.of(descent, orders)
    take(descent, 5)
    after = parameters(descent)
    start.restore(descent, orders)
    take(descent, 3)
    middle.restore(descent, orders)
    assert take(descent, 5) and parameters(descent) == after


def test_what_goes_on_after_a_moment_does_not_change_it():
    descent, orders = a_descent()
    moment = Moment.of(descent, orders)
    kept = [array.copy() for array in moment.parameters]
    take(descent, 30)
    assert all((a == b).all() for a, b in zip(moment.parameters, kept, strict=True))


def test_the_net_stays_the_same_object_with_the_same_arrays():
    descent, orders = a_descent()
    moment, arrays = Moment.of(descent, orders), [*descent.net.W]
    take(descent, 3)
    moment.restore(descent, orders)
    assert all(a is b for a, b in zip(descent.net.W, arrays, strict=True))


def numbers(moments):
    return [moments[place] for place in range(len(moments))]


@pytest.mark.parametrize("kept", [1, 2, 3, 10, 11, 57, 1000])
def test_what_is_kept_is_evenly_thinned_and_the_first_and_newest_are_there(kept):
    moments = Moments(10)
    for number in range(kept):
        moments.keep(number)
        found = numbers(moments)
        assert found[0] == 0 and found[-1] == number and len(found) <= 10
        gaps = np.diff(found)
        assert (gaps[:-1] == gaps[:1]).all() and (gaps[-1:] <= gaps[:1]).all()


def test_the_half_of_what_has_room_is_kept_at_least():
    moments = Moments(200)
    for number in range(5000):
        moments.keep(number)
        assert len(moments) >= min(number, 100)


def test_after_a_cut_the_next_things_follow_on_what_is_left():
    moments = Moments(10)
    for number in range(30):
        moments.keep(number)
    left = numbers(moments)[:3]
    moments.cut(3)
    moments.keep("new")
    assert numbers(moments) == [*left, "new"]


@pytest.mark.parametrize("hidden", [2, 30, 100, 200, 800])
def test_all_moments_of_a_net_take_forty_megabytes_at_most(hidden):
    net = Network([784, hidden, 10], dtype=np.float32, rng=np.random.default_rng(0))
    size = sum(array.nbytes for array in net.W + net.b)
    most = most_moments(net)
    assert most == MOST or most * size <= ROOM < (most + 1) * size
    assert 2 <= most <= MOST
