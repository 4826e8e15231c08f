"""A run that diverges is stopped in words, with the last good net: over eight hundred runs, judged.

The judge takes the same steps by hand and computes each cost from its formula, in float64, with no
code of nnlib's: so a run that fit lets pass and one that it stops without need are both found.
"""

import functools
import itertools
import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from matplotlib.figure import Figure

from nnlib import (
    IDENTITY,
    LOG_LIKELIHOOD,
    ONES,
    QUADRATIC,
    RELU,
    SCALED,
    SIGMOID,
    SOFTMAX,
    History,
    Network,
    fit,
    load_digits,
    sgd,
)
from nnlib._support.divergence import Guard
from nnlib._support.run_code import Setting
from nnlib._support.speed import for_training
from nnlib.activations import ACTIVATIONS
from nnlib.costs import COSTS
from nnlib.widgets.cockpit import Run as CockpitRun
from nnlib.widgets.knobs import Knobs

ETAS = [10.0**k for k in range(-6, 7)]
SCALES = (1e-2, 1.0, 255.0)
PAIRS = [(cost, f) for cost in COSTS for f in ACTIVATIONS if cost.only in (None, f)]
EPOCHS = 8
MILLION = 1e6


# The judge: activations and costs from their formulas, in float64


def value(name, z):
    """f(z)"""
    if name == "softmax":
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)
    return {
        "identity": lambda: z,
        "sigmoid": lambda: 1 / (1 + np.exp(-z)),
        "tanh": lambda: np.tanh(z),
        "relu": lambda: np.where(z > 0, z, 0 * z),
        "square": lambda: z * z,
        "cube": lambda: z * z * z,
    }[name]()


def cost_of_outputs(name, z, a, Y):
    """The cost of a batch; cross-entropy and log-likelihood from z, as -ln a is infinite at 0."""
    if name == "cross-entropy":
        return (np.logaddexp(0, z) - Y * z).sum() / len(Y)
    if name == "log-likelihood":
        return (Y * (np.logaddexp.reduce(z, axis=1, keepdims=True) - z)).sum() / len(Y)
    squares = ((a - Y) ** 2).sum()
    n, k = Y.shape
    return squares * {"sum of squares": 1, "mean squares": 1 / (n * k), "quadratic": 0.5 / n}[name]


def measured(net, X, Y, l2):
    """The cost on all samples with its L2 term, and the outputs, by hand."""
    a = X
    for layer, f in enumerate(net.activations):
        z = a @ net.W[layer].astype(np.float64) + net.b[layer].astype(np.float64)
        a = value(f.name, z)
    squares = sum((W.astype(np.float64) ** 2).sum() for W in net.W)
    cost = cost_of_outputs(net.cost.name, z, a, Y)
    return float(cost + (l2 / (2 * len(X)) * squares if l2 else 0)), a


def verdict(net, first, cost, outputs):
    """What has become of the run: "", or how it diverged."""
    if not (np.isfinite(cost) and all(np.isfinite(p).all() for p in net.W + net.b)):
        return "range"
    if cost > MILLION * max(first, 1):
        return "million"
    if max(abs(W).max() for W in net.W) > MILLION and np.ptp(outputs, axis=0).max() == 0:
        return "dead"
    return ""


# The runs


@dataclass(frozen=True)
class Task:
    number: int
    eta: float
    scale: float
    cost: object
    activations: tuple
    l2: float
    n: int
    batches: int  # in an epoch
    dtype: type

    @property
    def data(self):
        rng = np.random.default_rng(self.number)
        X = self.scale * rng.normal(size=(self.n, 4))
        return X.astype(self.dtype), np.eye(3)[X[:, :3].argmax(axis=1)]

    def net(self):
        rng = np.random.default_rng(1)
        options = {"activations": list(self.activations), "cost": self.cost, "dtype": self.dtype}
        return Network([4, 5, 3], **options, rng=rng)

    def knobs(self):
        rng = np.random.default_rng(2)
        return {"eta": self.eta, "l2": self.l2, "batch_size": self.n // self.batches, "rng": rng}


def tasks():
    """Every learning rate, input scale, cost and output; the rest in turn."""
    everything = itertools.product(ETAS, SCALES, PAIRS)
    for number, (eta, scale, (cost, output)) in enumerate(everything):
        hidden = ACTIVATIONS[number % 5 if number % 3 else number % 7]
        l2 = 1.0 if number % 4 == 3 else 0.0
        n = 1200 if number % 10 == 9 else 40  # fit looks at 1,000 samples, the judge at all
        dtype = np.float32 if number % 2 else np.float64
        batches = (1, 2, 4)[number // len(PAIRS) % 3]
        yield Task(number, eta, scale, cost, (hidden, output), l2, n, batches, dtype)


@dataclass
class Judged:
    """What the judge found: how it ended and in which epoch, and what was before."""

    task: Task
    how: str
    epoch: int
    costs: list  # the cost at first, and after each good epoch
    last: float  # the cost after the last epoch, good or not
    good: list  # the parameters after the last good epoch
    peaked: bool  # whether the cost passed the limit within an epoch, and came back


def judge(task):
    net, (X, Y) = task.net(), task.data
    X64 = X.astype(np.float64)
    descent = sgd(net, X, Y, **task.knobs())
    first, _ = measured(net, X64, Y, task.l2)
    costs, good, peaked = [first], parameters(net), False
    for epoch in range(1, EPOCHS + 1):
        over = False
        while descent.epochs < epoch:
            next(descent)
            cost, outputs = measured(net, X64, Y, task.l2)
            over |= not cost <= MILLION * first
        how = verdict(net, first, cost, outputs)
        if how:
            return Judged(task, how, epoch, costs, cost, good, peaked)
        peaked |= over
        costs.append(cost)
        good = parameters(net)
    return Judged(task, "", 0, costs, cost, good, peaked)


def parameters(net):
    return [array.copy() for array in net.W + net.b]


@functools.cache
def runs():
    """Each run twice: by fit, and by the judge. (judged, net, history) of all."""
    everything = []
    for task in tasks():
        net = task.net()
        history = fit(net, *task.data, **task.knobs(), epochs=EPOCHS, progress=False)
        with np.errstate(all="ignore"):
            everything.append((judge(task), net, history))
    return everything


def diverged():
    return [run for run in runs() if run[0].how]


def epoch_told(history):
    """The epoch that the sentence names; 0 if training did not diverge."""
    return int((re.match(r"Diverged in epoch (\d+): ", history.ended) or [0, 0])[1])


@pytest.mark.thorough
def test_a_run_is_stopped_in_the_epoch_in_which_it_diverges_and_no_other_run_is(tell):
    wrong = [j for j, _, h in runs() if j.epoch != epoch_told(h) or bool(j.how) != bool(h.ended)]
    missed = sum(bool(j.how) for j in wrong)
    found = Counter(j.how for j, _, _ in runs())
    later = sum(j.epoch > 1 for j, _, _ in diverged())
    peaked = sum(j.peaked for j, _, _ in runs())
    tell(
        f"divergence: {len(runs()):,} runs, {found['range']} to NaN or infinity, "
        f"{found['million']} to a million times the first cost, {found['dead']} to a dead net, "
        f"{later} of them after the first epoch: {missed} missed or stopped in a wrong epoch, "
        f"{len(wrong) - missed} stopped without need"
    )
    tell(
        f"divergence: in {peaked} of {len(runs()):,} runs the cost passed the limit within an "
        "epoch and came back before its end; they go on"
    )
    assert not wrong, [(j.task, j.how, j.epoch) for j in wrong]
    assert len(runs()) >= 500 and min(found.values()) > 0 and later > 0


def test_the_last_good_weights_are_kept_to_the_bit():
    for judged, net, _ in diverged():
        assert net.is_finite()
        for kept, good in zip(net.W + net.b, judged.good, strict=True):
            np.testing.assert_array_equal(kept, good)


def test_the_history_keeps_the_epochs_before_and_nothing_of_the_bad_one():
    for judged, _, history in diverged():
        lists = history.training_cost, history.training_accuracy, history.seconds
        assert [len(entries) for entries in lists] == [judged.epoch - 1] * 3
        np.testing.assert_allclose(history.training_cost, judged.costs[1:], rtol=1e-3)


def test_what_is_left_is_finite_in_every_run():
    for _, net, history in runs():
        assert net.is_finite() and np.isfinite(history.training_cost).all()


def test_the_sentence_says_what_happened_and_which_net_is_kept():
    words = {"range": "left the range of numbers", "million": "rose more than a million times"}
    words["dead"] = "weights beyond a million give every input the same output"
    for judged, _, history in diverged():
        # float32 and the judge's float64 end at different numbers
        beyond = judged.task.dtype == np.float32 and not judged.last < 1e20
        possible = ("range", "million") if beyond and judged.how != "dead" else (judged.how,)
        assert any(words[how] in history.ended for how in possible)
        assert history.ended.endswith(f" Kept: the net of epoch {judged.epoch - 1}.")
        if judged.how == "million" and judged.task.n <= 1000 and not beyond:
            told = re.search(r"from (\S+) to (\S+)\.", history.ended).groups()
            np.testing.assert_allclose([*map(float, told)], [judged.costs[0], judged.last], 0.02)


def test_the_sentence_names_the_inputs_if_they_are_large_and_else_eta():
    for judged, _, history in diverged():
        largest = abs(judged.task.data[0]).max()
        if largest > 10:
            told = re.search(r"X holds numbers up to (\S+): scale them to about 1", history.ended)
            assert float(told[1]) == pytest.approx(largest, rel=0.01)
            assert "or choose a smaller η" in history.ended
        else:
            assert f"η = {judged.task.eta:.3g} is probably too large." in history.ended


def survives(task, scale, eta):
    X, Y = task.data
    options = task.knobs() | {"eta": eta, "epochs": EPOCHS, "progress": False}
    return not fit(task.net(), X / scale, Y, **options).ended


@pytest.mark.thorough
def test_what_the_sentence_advises_helps(tell):
    """Scaled inputs or, where they were not large, a smaller eta: the run no longer diverges."""
    helped = Counter()
    for judged, _, history in diverged()[::3]:
        task = judged.task
        large = "X holds" in history.ended
        scale = abs(task.data[0]).max() if large else 1.0
        if large and survives(task, scale, task.eta):
            helped["scaled"] += 1
            continue
        etas = (task.eta / 10**k for k in range(1, 20))
        smaller = next(k for k, eta in enumerate(etas, 1) if survives(task, scale, eta))
        helped["scaled and eta" if large else "eta", smaller] += 1
    told = sum(helped.values())
    both = sum(count for key, count in helped.items() if key[0] == "scaled and eta")
    tell(
        f"divergence: the advice followed in {told} runs ends it in all: scaled inputs alone in "
        f"{helped['scaled']}, with a smaller eta in {both}, a smaller eta alone in the others"
    )
    assert helped["scaled"] and told > 100


def test_the_plot_shows_where_training_diverged():
    seen = {judged.epoch: history for judged, _, history in diverged()}
    assert len(seen) > 3
    for epoch, history in seen.items():
        for draw in (History.plot, History.plot_accuracy):
            ax = draw(history, Figure().add_subplot())
            ended = [line for line in ax.lines if line.get_label() == "ended here"]
            # the curves end at epoch - 1, the line stands between it and the bad epoch
            assert [list(line.get_xdata()) for line in ended] == [[epoch - 0.5] * 2]
            assert ax.get_xlim()[1] >= epoch - 0.5


# The rule at its edges


def descent_of(net, n=4, **options):
    zeros = np.zeros((n, net.sizes[0])), np.zeros((n, net.sizes[-1]))
    options = {"eta": 0.1, "rng": np.random.default_rng(0), **options}
    return sgd(net, *zeros, **options)


def line(bias):
    """A net that answers its bias to every zero: the cost is bias² / 2."""
    return Network([1, 1], activations=IDENTITY, cost=QUADRATIC, weights=[[[1.0]]], biases=[[bias]])


@pytest.mark.parametrize("first, last", [(8.0, 8e6), (1.0, 1e6), (0.01, 1e6), (0.0, 1e6)])
def test_a_million_times_the_first_cost_is_the_limit_and_a_first_cost_below_1_counts_as_1(
    first, last
):
    descent = descent_of(line(np.sqrt(2 * first)), batch_size=4)
    guard = Guard(descent)
    descent.net.b[0][:] = np.sqrt(2 * 0.99 * last)
    assert not guard.trouble()
    descent.net.b[0][:] = np.sqrt(2 * 1.01 * last)
    assert guard.trouble()


def test_a_net_that_has_learnt_may_forget():
    """From a cost of 1e-12 to one of 0.5 is more than a million times, and no divergence."""
    descent = descent_of(line(1e-6))
    guard = Guard(descent)
    descent.net.b[0][:] = 1.0
    assert not guard.trouble()


def test_large_weights_alone_are_no_divergence():
    """Who predicts prices in yen needs large weights."""
    X = np.array([[0.0], [1.0]])
    prices = Network([1, 1], activations=IDENTITY, cost=QUADRATIC, weights=[[[0.0]]])
    history = fit(
        prices, X, 3e7 * X, eta=0.5, epochs=200, rng=np.random.default_rng(0), progress=False
    )
    assert history.ended == "" and prices.W[0].item() == pytest.approx(3e7, rel=0.01)


def test_of_sorted_data_all_is_looked_at_not_the_beginning():
    """The first thousand samples are zeros: whatever the weight is, they are answered rightly."""
    X = np.repeat([[0.0], [1.0]], 1000, axis=0)
    looks = {"activations": IDENTITY, "cost": QUADRATIC, "weights": [[[1.0]]], "biases": False}
    history = fit(
        Network([1, 1], **looks), X, X * 2, eta=6, batch_size=2000, epochs=15,
        rng=np.random.default_rng(0), progress=False,
    )  # fmt: skip
    assert "the cost rose more than a million times" in history.ended


def test_one_sample_alone_does_not_make_a_net_dead():
    huge = Network([1, 1], activations=SIGMOID, weights=[[[1e7]]])
    assert not Guard(descent_of(huge, n=1)).trouble()
    assert Guard(descent_of(huge, n=2)).trouble()


def test_an_eta_that_kills_every_relu_in_one_step_is_told():
    X = np.random.default_rng(0).normal(size=(60, 4))
    options = {"activations": RELU, "cost": QUADRATIC, "rng": np.random.default_rng(0)}
    net = Network([4, 5, 3], **options)
    before = parameters(net)
    Y = np.eye(3)[X[:, :3].argmax(axis=1)]
    rng = np.random.default_rng(0)
    history = fit(net, X, Y, eta=1e12, epochs=3, rng=rng, progress=False)
    assert history.ended == (
        "Diverged in epoch 1: weights beyond a million give every input the same output. "
        "η = 1e+12 is probably too large. Kept: the net of epoch 0."
    )
    for kept, good in zip(parameters(net), before, strict=True):
        np.testing.assert_array_equal(kept, good)


def test_weights_that_only_their_decay_drives_away_are_divergence():
    """η λ / n = 25 turns every weight into -24 times itself, while sigmoids hide it."""
    net = Network([4, 5, 3], cost=QUADRATIC, rng=np.random.default_rng(0))
    X, Y = np.zeros((40, 4)), np.zeros((40, 3))
    options = {"eta": 10.0, "l2": 100.0, "batch_size": 40, "epochs": 50}
    history = fit(net, X, Y, **options, rng=np.random.default_rng(0), progress=False)
    assert "the cost rose more than a million times" in history.ended
    assert 0 < len(history.seconds) < 10


def test_pixels_from_0_to_255_are_named_as_the_cause_and_scaling_them_helps():
    digits = load_digits()
    pixels, targets = 255 * digits.train.images, digits.train.targets

    def ended(X):
        options = {"activations": [RELU, SIGMOID], "rng": np.random.default_rng(0)}
        net = Network([784, 30, 10], **options, dtype=np.float32)
        rng = np.random.default_rng(0)
        return fit(net, X, targets, eta=0.5, epochs=1, rng=rng, progress=False).ended

    assert "X holds numbers up to 255: scale them to about 1, X / 255, or" in ended(pixels)
    assert ended(pixels / 255) == ""


# The boards


def test_the_cockpit_stops_at_the_same_point():
    kind, knobs = (QUADRATIC, SIGMOID, RELU, SCALED), Setting(1e12, 10, 0)
    run = CockpitRun(load_digits(), 10, kind, knobs, seed=0)
    before, guard = parameters(run.net), Guard(run.descent)
    run.descend(seconds=10, goal=0.05)
    with for_training(run.net, 10):
        assert guard.trouble()
    run.measure()
    assert run.ended.startswith("Diverged after ") and "too large" in run.ended
    assert len(run.points) == 1
    for kept, good in zip(parameters(run.net), before, strict=True):
        np.testing.assert_array_equal(kept, good)


@pytest.mark.parametrize("output, cost", [(IDENTITY, QUADRATIC), (SOFTMAX, LOG_LIKELIHOOD)])
def test_the_knob_board_stops_at_the_same_point(output, cost):
    """A step of all knobs is an epoch of one batch: both stop at the same step, with one net."""
    X = np.random.default_rng(0).normal(size=(6, 3))
    Y = np.eye(2)[[0, 1, 0, 1, 1, 0]]

    def net():
        return Network([3, 4, 2], activations=[RELU, output], cost=cost, weights=ONES)

    for eta in (0.01, 3.0, 1e3, 1e9):
        knobs, fitted = Knobs(net(), X, Y), net()
        knobs.step_all(eta, steps=20)
        options = {"eta": eta, "batch_size": 6, "epochs": 20, "rng": np.random.default_rng(0)}
        history = fit(fitted, X, Y, **options, progress=False)
        assert bool(knobs.diverged) == bool(history.ended)
        np.testing.assert_allclose(knobs.net.W[0], fitted.W[0], rtol=1e-6)
