"""nnlib.training: each step is the formula, each epoch whole, and a history always comes back."""

import _thread
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from threadpoolctl import threadpool_info, threadpool_limits

import nnlib.training
from nnlib import (
    CROSS_ENTROPY,
    IDENTITY,
    LARGE,
    LOG_LIKELIHOOD,
    ONES,
    QUADRATIC,
    RELU,
    SIGMOID,
    SOFTMAX,
    SUM_OF_SQUARES,
    TANH,
    History,
    Network,
    fit,
    load_digits,
    sgd,
)
from nnlib._support import divergence, speed
from nnlib.training import MONITORS, descent_step

several = settings(max_examples=25, deadline=None, derandomize=True)


def rng(seed=0):
    return np.random.default_rng(seed)


def task(n=60, n_in=4, classes=3, seed=0):
    """X and one-hot Y of a task that a small net can learn: which input is the largest."""
    X = rng(seed).normal(size=(n, n_in))
    return X, np.eye(classes)[X[:, :classes].argmax(axis=1)]


X, Y = task()


def net(**options):
    return Network([4, 5, 3], **{"rng": rng(), **options})


def parameters(net):
    return [array.copy() for array in net.W + net.b]


def assert_same(some, others):
    for one, other in zip(some, others, strict=True):
        np.testing.assert_array_equal(one, other)


def trained(net, **options):
    """The net after fit, and the history."""
    defaults = {"eta": 0.5, "epochs": 3, "rng": rng(), "progress": False}
    return net, fit(net, X, Y, **{**defaults, **options})


# The step


@several
@given(st.floats(0, 2), st.floats(0, 3), st.integers(1, 100), st.booleans())
def test_a_step_is_the_decayed_weights_minus_eta_times_the_slopes(eta, l2, n, biases):
    before, after = net(biases=biases), net(biases=biases)
    dW, db = before.backward(*before.forward(X), Y)
    descent_step(after, X, Y, eta, l2, n)
    for layer in range(2):
        want = (1 - eta * l2 / n) * before.W[layer] - eta * dW[layer]
        np.testing.assert_allclose(after.W[layer], want, rtol=1e-12, atol=1e-14)
        if biases:
            np.testing.assert_allclose(after.b[layer], before.b[layer] - eta * db[layer])


def test_biases_do_not_decay():
    with_decay, without = net(), net()
    descent_step(with_decay, X, Y, 0.5, 10.0, 100)
    descent_step(without, X, Y, 0.5, 0.0, 100)
    assert_same(with_decay.b, without.b)
    assert not np.array_equal(with_decay.W[0], without.W[0])


def test_weights_decay_by_lambda_over_the_training_set_not_over_the_mini_batch():
    flat = Network([4, 3], activations=IDENTITY, cost=QUADRATIC, weights=ONES)
    descent = sgd(flat, np.zeros((60, 4)), np.zeros((60, 3)), eta=0.5, l2=6.0, rng=rng())
    next(descent)  # 10 samples of 60, all slopes are 0
    np.testing.assert_allclose(flat.W[0], 1 - 0.5 * 6.0 / 60, rtol=1e-15)


def test_an_epoch_of_six_mini_batches_decays_six_times():
    flat = Network([4, 3], activations=IDENTITY, cost=QUADRATIC, weights=ONES)
    zeros = np.zeros((60, 4)), np.zeros((60, 3))
    fit(flat, *zeros, eta=0.5, epochs=1, l2=6.0, rng=rng(), progress=False)
    np.testing.assert_allclose(flat.W[0], (1 - 0.5 * 6.0 / 60) ** 6, rtol=1e-14)


def test_full_batch_descent_of_a_line_equals_steps_written_by_hand():
    line = Network([1, 1], activations=IDENTITY, cost=QUADRATIC, weights=[[[0.0]]])
    x, y = rng(1).normal(size=(8, 1)), rng(2).normal(size=(8, 1))
    descent = sgd(line, x, y, eta=0.3, batch_size=8, l2=0.4, rng=rng())
    w = b = 0.0
    for _ in range(20):
        next(descent)
        errors = [w * xi + b - yi for xi, yi in zip(x[:, 0], y[:, 0], strict=True)]
        dw = sum(e * xi for e, xi in zip(errors, x[:, 0], strict=True)) / 8
        w, b = (1 - 0.3 * 0.4 / 8) * w - 0.3 * dw, b - 0.3 * sum(errors) / 8
        assert (line.W[0].item(), line.b[0].item()) == pytest.approx((w, b), rel=1e-12)


def test_two_linear_layers_learn_what_least_squares_says():
    x = rng(1).normal(size=(40, 3))
    y = x @ rng(2).normal(size=(3, 1)) + rng(3).normal(size=(40, 1))
    deep = Network([3, 4, 1], activations=IDENTITY, cost=QUADRATIC, rng=rng())
    fit(deep, x, y, eta=0.1, epochs=2000, batch_size=40, monitor=[], rng=rng(), progress=False)
    with_ones = np.column_stack([x, np.ones(40)])
    best = with_ones @ np.linalg.lstsq(with_ones, y, rcond=None)[0]
    np.testing.assert_allclose(deep.predict(x), best, atol=1e-9)


def test_the_run_of_the_net_of_ones_is_reproduced_to_the_last_digit():
    """Seed C: a 2-2-1 net, scalar by scalar, one sample [1, 1] -> 1, squared error, η = 0.1."""
    toy = Network([2, 2, 1], activations=IDENTITY, cost=SUM_OF_SQUARES, weights=ONES)
    x, y = np.ones((1, 2)), np.ones((1, 1))
    costs, shots = [], []
    descent = sgd(toy, x, y, eta=0.1, batch_size=1, rng=rng())
    for _ in range(10):
        costs.append(toy.cost_of(x, y))
        next(descent)
        shots.append(toy.copy())
    published = [
        9.0, 2.8224, 1.5966218817110012, 0.9683273794294401, 0.5760699863534953,
        0.32719131652443106, 0.1740732075208342, 0.08569554755596182, 0.03892831196020326,
        0.016430631253940065,
    ]  # fmt: skip
    assert costs == pytest.approx(published, rel=2e-16)
    assert costs[2:] == published[2:]
    first, last = shots[0], shots[-1]
    np.testing.assert_allclose(first.W[0], np.full((2, 2), 0.4), rtol=1e-15)
    np.testing.assert_allclose(first.b[0], [-0.6, -0.6], rtol=1e-15)
    np.testing.assert_allclose(first.W[1], [[-0.2], [-0.2]], rtol=1e-14)
    np.testing.assert_allclose(first.b[1], [-0.6], rtol=1e-15)
    np.testing.assert_allclose(last.W[0], np.full((2, 2), 0.18065149), rtol=0, atol=5e-9)
    np.testing.assert_allclose(last.b[0], [-0.81934851] * 2, rtol=0, atol=5e-9)
    np.testing.assert_allclose(last.W[1], [[-0.28422197]] * 2, rtol=0, atol=5e-9)
    assert last.b[1].item() == 0.6588107791504076


def test_equal_starting_weights_stay_equal():
    twins = Network([4, 5, 3], weights=ONES)
    trained(twins, epochs=5)
    # but for the last digits: on some processors BLAS adds up the outer columns in another order
    np.testing.assert_allclose(twins.W[0], twins.W[0][:, :1].repeat(5, axis=1), rtol=1e-12)


# The descent


def steps(descent, count):
    return [next(descent) for _ in range(count)]


@several
@given(st.integers(1, 40), st.integers(1, 50), st.integers(0, 2**32))
def test_each_epoch_visits_every_sample_once(n, batch_size, seed):
    visited = []
    numbered = np.arange(n, dtype=float)[:, None]
    counter = Network([1, 1], activations=IDENTITY, cost=QUADRATIC, weights=ONES)
    counter.forward = lambda X: visited.append(X[:, 0]) or Network.forward(counter, X)
    options = {"eta": 0, "batch_size": batch_size, "rng": rng(seed)}
    descent = sgd(counter, numbered, numbered, **options)
    for epoch in range(1, 4):
        visited.clear()
        while descent.epochs < epoch:
            next(descent)
        np.testing.assert_array_equal(np.sort(np.concatenate(visited)), numbered[:, 0])


@several
@given(st.integers(1, 40), st.integers(1, 50))
def test_a_step_says_how_many_samples_it_used_and_the_last_of_an_epoch_may_be_smaller(n, size):
    numbered = np.zeros((n, 1))
    counter = Network([1, 1], weights=ONES)
    descent = sgd(counter, numbered, numbered, eta=0, batch_size=size, rng=rng())
    used = steps(descent, -(-n // size))
    assert used == [size] * (n // size) + [n % size] * (n % size > 0)
    assert descent.epochs == 1.0


def test_inputs_and_targets_stay_together():
    seen = []
    pairs = Network([1, 1], activations=IDENTITY, cost=QUADRATIC, weights=ONES)

    def backward(Z, A, Y, scale):
        seen.append((A[0], Y))
        return Network.backward(pairs, Z, A, Y, scale)

    pairs.backward = backward
    numbers = np.arange(20.0)[:, None]
    steps(sgd(pairs, numbers, -numbers, eta=0, batch_size=3, rng=rng()), 14)
    for inputs, targets in seen:
        np.testing.assert_array_equal(targets, -inputs)


def test_each_epoch_has_an_order_of_its_own():
    seen = []
    counter = Network([1, 1], activations=IDENTITY, cost=QUADRATIC, weights=ONES)
    counter.forward = lambda X: seen.append(X[:, 0]) or Network.forward(counter, X)
    numbers = np.arange(20.0)[:, None]
    steps(sgd(counter, numbers, numbers, eta=0, batch_size=20, rng=rng()), 2)
    assert not np.array_equal(seen[0], seen[1])
    assert not np.array_equal(seen[0], numbers[:, 0])


def test_a_changed_eta_holds_from_the_next_step_on():
    turned, hand = net(), net()
    descent = sgd(turned, X, Y, eta=0.5, batch_size=60, rng=rng())
    next(descent)
    descent.eta = 0.125
    next(descent)
    for eta in (0.5, 0.125):
        descent_step(hand, X, Y, eta)
    for one, other in zip(parameters(turned), parameters(hand), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10)  # the batch was shuffled


def test_an_eta_that_is_a_function_and_always_the_same_is_that_eta_to_the_bit():
    steady, function = (trained(net(), eta=eta, batch_size=7) for eta in (0.5, lambda done: 0.5))
    assert_same(parameters(steady[0]), parameters(function[0]))


def test_an_eta_that_is_a_function_is_asked_before_each_step_how_many_epochs_are_done():
    asked, turned, hand = [], net(), net()
    falling = lambda done: asked.append(done) or 0.5 / (1 + done)  # noqa: E731
    descent = sgd(turned, X, Y, eta=falling, batch_size=30, rng=rng())
    assert asked == [0.0] and descent.rate == 0.5
    del asked[:]
    steps(descent, 4)
    assert asked == [0.0, 0.5, 1.0, 1.5]
    orders = [order for epoch in np.split(the_orders(2), 2) for order in np.split(epoch, 2)]
    for eta, batch in zip((1 / 2, 1 / 3, 1 / 4, 1 / 5), orders, strict=True):
        descent_step(hand, X[batch], Y[batch], eta)
    assert_same(parameters(turned), parameters(hand))


def the_orders(epochs):
    """The samples in the order in which a descent with rng() visits them."""
    draw = rng()
    return np.concatenate([draw.permutation(len(X)) for _ in range(epochs)])


def test_an_eta_that_falls_below_0_ends_the_training_in_words():
    with pytest.raises(ValueError, match="eta: expected a finite number of at least 0, got -0.1"):
        trained(net(), eta=lambda done: 0.5 if done < 1 else -0.1, epochs=2)


def test_a_branch_that_cools_down_is_the_one_run_with_a_falling_eta_to_the_bit():
    """Two calls with a copy of net and rng between them leave what a single call leaves."""
    whole, trunk, draw = net(), net(), rng()
    plain = {"batch_size": 7, "augment": shaken, "progress": False}
    eta = lambda done: 0.5 * min(1, (5 - done) / 2)  # noqa: E731
    fit(whole, X, Y, eta=eta, epochs=5, rng=rng(), **plain)
    fit(trunk, X, Y, eta=0.5, epochs=3, rng=draw, **plain)
    fit(trunk, X, Y, eta=lambda done: 0.5 * min(1, (2 - done) / 2), epochs=2, rng=draw, **plain)
    for one, other in zip(parameters(whole), parameters(trunk), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)  # 3 + 1/6 is no number of the computer's


def shaken(X, rng):
    return X + rng.normal(0, 0.1, X.shape)


def test_augment_is_given_each_mini_batch_and_the_descents_rng_and_what_it_makes_is_learned():
    turned, hand, draw = net(), net(), rng()
    steps(sgd(turned, X, Y, eta=0.5, batch_size=40, augment=shaken, rng=rng()), 2)
    order = draw.permutation(len(X))
    for batch in (order[:40], order[40:]):
        descent_step(hand, shaken(X[batch], draw), Y[batch], 0.5)
    assert_same(parameters(turned), parameters(hand))


def test_augment_that_is_turned_holds_from_the_next_step_on():
    turned, hand, draw = net(), net(), rng()
    descent = sgd(turned, X, Y, eta=0.5, batch_size=40, rng=rng())
    next(descent)
    descent.augment = shaken
    next(descent)
    order = draw.permutation(len(X))
    descent_step(hand, X[order[:40]], Y[order[:40]], 0.5)
    descent_step(hand, shaken(X[order[40:]], draw), Y[order[40:]], 0.5)
    assert_same(parameters(turned), parameters(hand))


def test_augment_that_changes_nothing_leaves_the_same_net_to_the_bit():
    without, beside = (trained(net(), augment=a)[0] for a in (None, lambda X, rng: X))
    assert_same(parameters(without), parameters(beside))


def test_augment_may_change_its_samples_in_place_the_training_set_stays():
    kept = X.copy()
    fit(net(), X, Y, eta=0.5, epochs=1, rng=rng(), progress=False,
        augment=lambda X, rng: np.negative(X, out=X))  # fmt: skip
    np.testing.assert_array_equal(X, kept)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda X, rng: X[:3], r"samples of shape \(10, 4\), got \(3, 4\); return one for each"),
        (lambda X, rng: X * np.nan, "expected finite numbers, got NaN"),
        (lambda X, rng: None, "expected an array of real numbers, got None"),
    ],
)
def test_what_augment_should_not_make_is_refused_in_a_sentence(made, words):
    with pytest.raises(ValueError, match=f"augment: .*{words}"):
        fit(net(), X, Y, eta=0.5, epochs=1, augment=made, rng=rng(), progress=False)


def test_a_changed_l2_holds_from_the_next_step_on():
    flat = Network([4, 3], activations=IDENTITY, cost=QUADRATIC, weights=ONES)
    descent = sgd(flat, np.zeros((60, 4)), np.zeros((60, 3)), eta=0.5, rng=rng())
    next(descent)
    np.testing.assert_array_equal(flat.W[0], 1)
    descent.l2 = 6.0
    next(descent)
    np.testing.assert_allclose(flat.W[0], 1 - 0.5 * 6.0 / 60, rtol=1e-15)


def test_a_changed_batch_size_holds_from_the_next_step_on_within_the_epoch():
    descent = sgd(net(), X, Y, eta=0.5, batch_size=10, rng=rng())
    used = steps(descent, 2)
    descent.batch_size = 25
    used += steps(descent, 3)
    assert used == [10, 10, 25, 15, 25]
    assert descent.epochs == 1 + 25 / 60


def test_the_same_seed_gives_the_same_run_to_the_last_bit():
    runs = [trained(net(), batch_size=7, l2=0.1) for _ in range(2)]
    assert_same(parameters(runs[0][0]), parameters(runs[1][0]))
    assert runs[0][1].training_cost == runs[1][1].training_cost


def test_another_seed_gives_another_run():
    one, other = (trained(net(), rng=rng(seed))[0] for seed in (1, 2))
    assert not np.array_equal(one.W[0], other.W[0])


def test_fit_takes_the_steps_of_sgd():
    stepped = net()
    steps(sgd(stepped, X, Y, eta=0.5, batch_size=7, l2=0.1, rng=rng()), 3 * 9)
    assert_same(parameters(trained(net(), batch_size=7, l2=0.1)[0]), parameters(stepped))


def test_the_descent_is_an_iterator_without_end():
    descent = sgd(net(), X, Y, eta=0.5, rng=rng())
    assert iter(descent) is descent
    assert [used for used, _ in zip(descent, range(100), strict=False)] == [10] * 100


def test_a_descent_goes_on_after_an_interrupted_step(monkeypatch):
    descent = sgd(net(), X, Y, eta=0.5, rng=rng())
    with monkeypatch.context() as patch:
        patch.setattr(nnlib.training, "descent_step", interrupting(after=2))
        with pytest.raises(KeyboardInterrupt):
            steps(descent, 10)
    assert descent.epochs == 2 / 6
    steps(descent, 4)
    assert descent.epochs == 1


def test_the_data_may_be_read_only_and_in_any_order():
    frozen = np.asfortranarray(X), np.asfortranarray(Y)
    for array in frozen:
        array.flags.writeable = False
    one = net()
    fit(one, *frozen, eta=0.5, epochs=3, rng=rng(), progress=False)
    np.testing.assert_allclose(one.W[0], trained(net())[0].W[0], rtol=1e-12)


def test_the_descent_says_how_far_it_has_come():
    descent = sgd(net(), X, Y, eta=0.5, l2=0.25, rng=rng())
    steps(descent, 3)
    expected = "Descent after 0.50 epochs of 60 samples: eta 0.5, batch_size 10, l2 0.25"
    assert repr(descent) == expected


def test_float32_follows_float64_to_plotting_accuracy():
    histories = [
        trained(net(dtype=dtype), epochs=20, l2=0.1)[1] for dtype in (np.float32, np.float64)
    ]
    costs = [history.training_cost for history in histories]
    np.testing.assert_allclose(*costs, rtol=1e-4)


def test_float32_parameters_stay_float32():
    after = trained(net(dtype=np.float32), l2=0.1)[0]
    assert {array.dtype for array in after.W + after.b} == {np.dtype(np.float32)}


# The history

EVALUATION = task(30, seed=1)


@pytest.mark.parametrize("l2", [0.0, 0.7])
def test_the_history_holds_cost_and_accuracy_of_both_sets_after_each_epoch(l2):
    stepped = net()
    history = trained(net(), l2=l2, evaluation=EVALUATION)[1]
    descent = sgd(stepped, X, Y, eta=0.5, l2=l2, rng=rng())
    for epoch in range(3):
        steps(descent, 6)
        for name, (inputs, targets) in {"training": (X, Y), "evaluation": EVALUATION}.items():
            # λ refers to the 60 training samples in both costs
            want = stepped.cost_of(inputs, targets, l2=l2, n=60)
            assert getattr(history, f"{name}_cost")[epoch] == pytest.approx(want, rel=1e-13)
            share = stepped.accuracy(inputs, targets.argmax(axis=1))
            assert getattr(history, f"{name}_accuracy")[epoch] == share


def test_the_l2_term_is_half_lambda_over_n_of_the_squared_weights():
    bare, history = trained(net(), eta=0, epochs=1, l2=3.0, evaluation=EVALUATION)
    squares = sum(float((W**2).sum()) for W in bare.W)
    for costs, data in ((history.training_cost, (X, Y)), (history.evaluation_cost, EVALUATION)):
        assert costs[0] - bare.cost_of(*data) == pytest.approx(3 / (2 * 60) * squares, rel=1e-9)


def test_the_cost_plotted_is_the_cost_descended():
    """Small full-batch steps change the recorded cost by -η times the squared slope."""
    one = net()
    options = {"eta": 1e-4, "batch_size": 60, "l2": 0.5, "rng": rng(), "progress": False}
    dW, db = one.backward(*one.forward(X), Y)
    slopes = [d + 0.5 / 60 * W for d, W in zip(dW, one.W, strict=True)] + db
    before = one.cost_of(X, Y, l2=0.5)
    after = fit(one, X, Y, epochs=1, **options).training_cost[0]
    assert (before - after) / 1e-4 == pytest.approx(sum((s**2).sum() for s in slopes), rel=1e-3)


@pytest.mark.parametrize("epochs", [0, 1, 4])
def test_every_list_has_one_entry_an_epoch(epochs):
    history = trained(net(), epochs=epochs, evaluation=EVALUATION)[1]
    assert {len(getattr(history, name)) for name in (*MONITORS, "seconds")} == {epochs}
    assert history.ended == ""


@pytest.mark.parametrize("off", MONITORS)
def test_each_monitor_can_be_off(off):
    wanted = [name for name in MONITORS if name != off]
    history = trained(net(), monitor=wanted, evaluation=EVALUATION)[1]
    assert {name: len(getattr(history, name)) for name in MONITORS} == {
        name: 3 * (name != off) for name in MONITORS
    }


def test_all_monitors_can_be_off():
    history = trained(net(), monitor=[], evaluation=EVALUATION)[1]
    assert [getattr(history, name) for name in MONITORS] == [[]] * 4
    assert len(history.seconds) == 3


def test_without_evaluation_data_only_the_training_set_is_watched():
    history = trained(net())[1]
    assert (history.evaluation_cost, history.evaluation_accuracy) == ([], [])
    assert len(history.training_accuracy) == 3


def test_accuracy_is_watched_only_where_targets_are_classes():
    line = Network([1, 1], activations=IDENTITY, cost=QUADRATIC, weights=ONES)
    x = rng().normal(size=(10, 1))
    history = fit(line, x, 2 * x, eta=0.1, epochs=2, rng=rng(), progress=False)
    assert history.training_accuracy == [] and len(history.training_cost) == 2


def test_watching_changes_nothing():
    watched, alone = (trained(net(), **o)[0] for o in ({"evaluation": EVALUATION}, {"monitor": []}))
    assert_same(parameters(watched), parameters(alone))


def test_the_history_knows_its_hyper_parameters_and_the_time():
    began = time.perf_counter()
    history = trained(net(), eta=0.25, batch_size=7, l2=0.5)[1]
    assert (history.eta, history.batch_size, history.l2) == (0.25, 7, 0.5)
    assert all(s > 0 for s in history.seconds)
    assert sum(history.seconds) <= time.perf_counter() - began


def test_the_history_says_in_a_line_how_the_run_ended():
    history = History(0.5, 10, 0.0, [0.5, 0.25], [0.5, 0.75], [0.4], [0.8], [1.0, 1.5])
    assert repr(history) == (
        "2 epochs in 2.5 s; training cost 0.25, accuracy 75.00%; "
        "validation cost 0.4, accuracy 80.00%"
    )
    assert repr(History(0.5, 10, 0.0)) == "0 epochs in 0.0 s"


def test_training_prints_nothing_without_a_progress_bar(capsys):
    trained(net())
    assert capsys.readouterr() == ("", "")


def test_the_progress_bar_names_the_epoch_and_is_gone_at_the_end(capsys, monkeypatch):
    # the bar is painted ten times a second: each of 18 steps takes a fiftieth
    monkeypatch.setattr(nnlib.training, "descent_step", lambda *args: time.sleep(0.02))
    trained(net(), progress=True)
    out, err = capsys.readouterr()
    assert "epoch 3 of 3" in out and "/180" in out
    assert out.rstrip(" ").endswith("\r") and err == ""


# Divergence


DIVERGING = [
    pytest.param(options, id=name)
    for name, options in {
        "relu": {"activations": [RELU, IDENTITY], "cost": QUADRATIC},
        "identity": {"activations": IDENTITY, "cost": SUM_OF_SQUARES},
        "cross-entropy": {"activations": [RELU, SIGMOID], "cost": CROSS_ENTROPY},
        "log-likelihood": {"activations": [RELU, SOFTMAX], "cost": LOG_LIKELIHOOD},
    }.items()
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("options", DIVERGING)
def test_a_run_that_diverges_ends_in_words_with_the_last_good_weights(options, dtype):
    wild = net(dtype=dtype, **options)
    before = parameters(wild)
    history = trained(wild, eta=1e12, epochs=50)[1]
    epochs = len(history.seconds)
    assert history.ended.startswith(f"Diverged in epoch {epochs + 1}: ")
    assert "η = 1e+12 is probably too large." in history.ended
    assert history.ended.endswith(f"Kept: the net of epoch {epochs}.")
    assert wild.is_finite()
    if not epochs:
        assert_same(parameters(wild), before)


def test_the_history_keeps_the_epochs_before_the_divergence(monkeypatch):
    probed = iter([1.0, 0.9, 0.8, float("nan")])
    with monkeypatch.context() as patch:
        patch.setattr(divergence, "probe_cost", lambda descent: next(probed))
        stopped, history = trained(net(), epochs=10)
    assert [len(getattr(history, n)) for n in ("training_cost", "training_accuracy")] == [2, 2]
    assert history.ended.startswith("Diverged in epoch 3: ")
    assert_same(parameters(stopped), parameters(trained(net(), epochs=2)[0]))


NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize(
    "first, cost",
    [(1.0, NAN), (1.0, INFINITY), (1.0, 1.01e6), (100.0, 1.01e8), (0.0, 1.01e6)]
    + [(INFINITY, INFINITY), (NAN, NAN), (1e308, INFINITY)],
)
def test_nan_infinity_and_a_cost_a_million_times_the_first_are_divergence(first, cost, monkeypatch):
    probed = iter([first, cost])
    monkeypatch.setattr(divergence, "probe_cost", lambda descent: next(probed))
    assert trained(net())[1].ended.startswith("Diverged in epoch 1")


def test_a_cost_that_merely_rises_is_not_divergence(monkeypatch):
    probed = iter([1.0, 1e3, 1e5, 9e5])
    monkeypatch.setattr(divergence, "probe_cost", lambda descent: next(probed))
    assert trained(net())[1].ended == ""


def test_after_divergence_the_net_learns_again_with_a_smaller_eta():
    wild = net(activations=[RELU, IDENTITY], cost=QUADRATIC)
    assert trained(wild, eta=1e12)[1].ended
    history = trained(wild, eta=0.05, epochs=30)[1]
    assert history.ended == "" and history.training_cost[-1] < history.training_cost[0]


# Interrupts


def interrupting(after):
    """A descent step that is interrupted after so many steps."""
    count = iter(range(after))

    def step(*args):
        if next(count, None) is None:
            raise KeyboardInterrupt
        descent_step(*args)

    return step


def test_an_interrupted_run_returns_what_it_has(monkeypatch):
    monkeypatch.setattr(nnlib.training, "descent_step", interrupting(after=15))
    stopped, history = trained(net(), epochs=10, evaluation=EVALUATION)
    assert history.ended == "Interrupted after 2.50 epochs."
    assert {len(getattr(history, name)) for name in (*MONITORS, "seconds")} == {2}
    assert stopped.is_finite()


@pytest.mark.skipif(sys.platform == "emscripten", reason="it takes a thread to interrupt from")
def test_a_real_interrupt_in_the_middle_returns_within_a_second():
    timer = threading.Timer(0.3, _thread.interrupt_main)
    timer.start()
    began = time.perf_counter()
    try:
        stopped, history = trained(net(), epochs=10**9)
    finally:
        timer.cancel()
    assert time.perf_counter() - began < 1.3
    assert history.ended.startswith("Interrupted after ")
    assert len(history.training_cost) == len(history.seconds) > 0
    assert trained(stopped, epochs=1)[1].ended == ""


# Threads


def blas_threads():
    """The threads of NumPy's own BLAS; another library that tests load may bring one of its own."""
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return [pool["num_threads"] for pool in pools if "numpy" in pool["filepath"]]


@pytest.fixture
def two_threads():
    with threadpool_limits(2, user_api="blas"):
        if set(blas_threads()) != {2}:
            pytest.skip(f"this BLAS does not take two threads: {threadpool_info()}")
        yield


def threads_inside(net, batch_size, monkeypatch):
    """The BLAS threads at each step of a fit."""
    seen = set()

    def step(*args):
        seen.update(blas_threads())

    monkeypatch.setattr(nnlib.training, "descent_step", step)
    trained(net, epochs=1, batch_size=batch_size)
    return seen


def test_a_small_net_trains_on_one_thread_and_leaves_the_process_as_it_was(
    two_threads, monkeypatch
):
    assert threads_inside(net(), 10, monkeypatch) == {1}
    assert set(blas_threads()) == {2}


def test_large_products_keep_their_threads(two_threads, monkeypatch):
    monkeypatch.setattr(speed, "SMALL_STEP", 100)
    assert threads_inside(net(), 10, monkeypatch) == {2}


def test_the_threads_come_back_after_an_interrupt_and_after_an_error(two_threads, monkeypatch):
    monkeypatch.setattr(nnlib.training, "descent_step", interrupting(after=3))
    trained(net())
    assert set(blas_threads()) == {2}
    monkeypatch.setattr(nnlib.training, "descent_step", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        trained(net())
    assert set(blas_threads()) == {2}


def test_mnist_with_thirty_hidden_neurons_counts_as_small():
    assert 10 * 784 * 30 <= speed.SMALL_STEP


def test_numpys_error_settings_come_back():
    before = np.geterr()
    assert trained(net(activations=IDENTITY, cost=QUADRATIC), eta=1e12)[1].ended
    assert np.geterr() == before


# Learning


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_built_in_digits_are_learnt_to_ninety_percent(dtype):
    digits = load_digits()
    reader = Network([784, 30, 10], dtype=dtype, rng=rng())
    history = fit(
        reader,
        digits.train.images,
        digits.train.targets,
        eta=0.5,
        epochs=8,
        evaluation=(digits.test.images, digits.test.targets),
        rng=rng(),
        progress=False,
    )
    assert reader.accuracy(digits.test.images, digits.test.labels) >= 0.90
    assert history.training_cost[-1] < history.training_cost[0] / 2


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"activations": [TANH, SOFTMAX], "cost": LOG_LIKELIHOOD},
        {"activations": [RELU, SIGMOID]},
        {"activations": TANH, "cost": QUADRATIC},
        {"weights": LARGE, "cost": QUADRATIC},
    ],
)
def test_a_small_task_is_learnt(options):
    history = trained(net(**options), epochs=60, eta=0.3)[1]
    assert history.training_accuracy[-1] >= 0.8
    assert history.training_cost[-1] < history.training_cost[0]


# Plots


def a_history(ended=""):
    return History(
        0.5, 10, 0.0, [3.0, 2.0, 1.5], [0.5, 0.6, 0.8], [4.0, 3.0, 3.5], [0.4, 0.5, 0.6],
        [1.0, 1.0, 1.0], ended,
    )  # fmt: skip


def axes():
    return Figure().add_subplot()


@pytest.mark.parametrize(
    "draw, label, unit, fields",
    [
        (History.plot, "cost", 1, ("training_cost", "evaluation_cost")),
        (History.plot_accuracy, "accuracy in %", 100, ("training_accuracy", "evaluation_accuracy")),
    ],
)
def test_a_plot_draws_the_lists_over_the_epochs_and_returns_its_axes(draw, label, unit, fields):
    ax, history = axes(), a_history()
    assert draw(history, ax) is ax
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", label)
    assert [line.get_label() for line in ax.lines] == ["training", "validation"]
    for line, field in zip(ax.lines, fields, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3])
        np.testing.assert_array_equal(line.get_ydata(), unit * np.array(getattr(history, field)))


def test_the_curves_differ_in_more_than_colour():
    styles = [line.get_linestyle() for line in a_history().plot(axes()).lines]
    assert len(set(styles)) == 2


def test_the_legend_names_what_is_drawn():
    legend = a_history().plot(axes()).get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["training", "validation"]


def test_a_monitor_that_was_off_is_not_drawn():
    history = a_history()
    history.evaluation_cost.clear()
    assert [line.get_label() for line in history.plot(axes()).lines] == ["training"]


def test_a_history_of_no_epochs_is_an_empty_plot():
    ax = History(0.5, 10, 0.0).plot(axes())
    assert not ax.lines and ax.get_legend() is None


def test_one_epoch_is_seen_as_a_point():
    history = History(0.5, 10, 0.0, training_cost=[1.0], seconds=[1.0])
    assert history.plot(axes()).lines[0].get_marker() == "o"


def test_the_plot_shows_where_a_run_ended_early():
    ax = a_history("Interrupted after 3.40 epochs.").plot(axes())
    ended = ax.lines[-1]
    assert ended.get_label() == "ended here"
    np.testing.assert_array_equal(ended.get_xdata(), [3.5, 3.5])
