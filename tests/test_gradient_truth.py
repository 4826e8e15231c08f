"""Gradient truth: over a thousand nets of every kind, backward against central differences.

In float64 with ε = 1e-5. A parameter whose nudge carries a RELU over its kink has no slope that a
difference could find; it is recognised by its signs, left out and counted. So is a net without
slopes to compare, dead or saturated.
"""

import functools
import itertools
from dataclasses import dataclass

import numpy as np
import pytest

from nnlib import CUBE, RELU, SQUARE, Network
from nnlib.activations import ACTIVATIONS
from nnlib.costs import COSTS
from nnlib.gradcheck import EPS, largest_relative_error

pytestmark = pytest.mark.thorough

PAIRS = [(cost, f) for cost in COSTS for f in ACTIVATIONS if cost.only in (None, f)]
DEPTHS = (1, 2, 3, 4, 5)
BATCHES = (1, 2, 3, 5, 8)
SEEDS = 12
BAR = 1e-7
SATURATED = 1e-16  # below this cost the outputs are the targets, to the last digits


@dataclass
class Case:
    net: Network
    X: np.ndarray
    Y: np.ndarray
    near_kink: bool = False

    def cost_and_signs(self):
        """The cost, and on which side of its kink each RELU is for each sample."""
        Z, A = self.net.forward(self.X)
        cost = self.net.cost.per_sample(Z[-1], A[-1], self.Y).sum()
        pairs = zip(Z, self.net.activations, strict=True)
        signs = [z > 0 for z, f in pairs if f is RELU]
        return float(cost * self.net.cost.share(len(self.Y))), signs

    def gradients(self):
        dW, db = self.net.backward(*self.net.forward(self.X), self.Y)
        return dW + db

    def differences(self, eps):
        """Central differences in every parameter, and which of the nudges crossed a kink."""
        slopes, crossed = [], []
        for array in self.net.W + self.net.b:
            slopes.append(np.zeros(array.shape))
            crossed.append(np.zeros(array.shape, bool))
            for place in np.ndindex(array.shape):
                (above, over), (below, under) = self.both_sides(array, place, eps)
                slopes[-1][place] = (above - below) / (2 * eps)
                pairs = zip(over, under, strict=True)
                crossed[-1][place] = any((one != other).any() for one, other in pairs)
        return slopes, crossed

    def both_sides(self, array, place, eps):
        kept = array[place]
        array[place] = kept + eps
        above = self.cost_and_signs()
        array[place] = kept - eps
        below = self.cost_and_signs()
        array[place] = kept
        return above, below

    def error(self, slopes, crossed):
        """The largest relative error, of the parameters that did not cross a kink."""
        gradients = self.gradients()
        slopes = [np.where(c, g, s) for c, g, s in zip(crossed, gradients, slopes, strict=True)]
        return largest_relative_error(gradients, slopes, self.cost_and_signs()[0])


def cases():
    rng = np.random.default_rng(0)
    everything = itertools.product(range(SEEDS), PAIRS, DEPTHS)
    for number, (seed, (cost, output), depth) in enumerate(everything):
        sizes = rng.integers(2, 5, depth + 1).tolist()
        hidden = [ACTIVATIONS[i] for i in rng.integers(0, len(ACTIVATIONS), depth - 1)]
        options = {"activations": [*hidden, output], "cost": cost, "biases": number % 3 > 0}
        net = Network(sizes, **options, rng=rng)
        n = BATCHES[number // len(DEPTHS) % len(BATCHES)]
        Y = np.eye(sizes[-1])[np.arange(n) % sizes[-1]]
        case = Case(net, rng.normal(size=(n, sizes[0])), Y)
        if seed == 0:
            move_to_its_kink(case)
        yield case


def move_to_its_kink(case):
    """Turn a bias until the first sample is a third of ε past the kink of a RELU."""
    net = case.net
    if RELU in net.activations and net.b:
        layer = net.activations.index(RELU)
        net.b[layer][0] -= net.forward(case.X)[0][layer][0, 0] - EPS / 3
        case.near_kink = True


@functools.cache
def checked():
    """(case, its largest error, which parameters crossed) of every net that has slopes."""
    found = []
    for case in cases():
        if has_slopes(case):
            slopes, crossed = case.differences(EPS)
            found.append((case, case.error(slopes, crossed), crossed))
    return found


def has_slopes(case):
    return case.cost_and_signs()[0] > SATURATED and any(map(np.any, case.gradients()))


def bends_fast(net):
    return SQUARE in net.activations or CUBE in net.activations


def test_the_nets_are_of_every_kind():
    nets = [case.net for case, _, _ in checked()]
    assert len(nets) >= 1000
    assert {len(net.W) for net in nets} == set(DEPTHS)
    assert {len(case.X) for case, _, _ in checked()} == set(BATCHES)
    assert {(net.cost.name, net.activations[-1].name) for net in nets} == {
        (cost.name, f.name) for cost, f in PAIRS
    }
    for kind in (True, False):
        hidden = [f for net in nets if bool(net.b) is kind for f in net.activations[:-1]]
        assert all(f in hidden for f in ACTIVATIONS)


def test_the_gradients_of_over_a_thousand_nets_are_those_of_central_differences(tell):
    good = [error for _, error, _ in checked() if error <= BAR]
    over = [case for case, error, _ in checked() if not error <= BAR]
    parameters = sum(case.net.n_parameters for case, _, _ in checked())
    flat = SEEDS * len(PAIRS) * len(DEPTHS) - len(checked())
    tell(
        f"gradients: {len(checked()):,} nets of 1 to 5 layers, {parameters:,} parameters, ε = "
        f"{EPS:g}: the largest relative error of {len(good):,} is {max(good):.1e}; {len(over)}, "
        f"with square or cube layers all, exceed {BAR:g}; {flat} more are dead or saturated"
    )
    assert all(bends_fast(case.net) for case in over), over
    assert len(good) >= 1000 and len(over) < len(checked()) / 50


def extrapolated(case, eps):
    """The error of the differences of ε and ε / 2, extrapolated to ε = 0."""
    (whole, crossed), (half, _) = case.differences(eps), case.differences(eps / 2)
    slopes = [(4 * h - w) / 3 for h, w in zip(half, whole, strict=True)]
    return case.error(slopes, crossed)


def test_where_a_net_exceeds_the_bar_it_is_the_difference_that_errs(tell):
    """Extrapolated it agrees with backward: with ε where it bends, with 8 ε where it is rounded."""
    over = [(case, error, crossed) for case, error, crossed in checked() if not error <= BAR]
    best = [min(extrapolated(case, EPS), extrapolated(case, 8 * EPS)) for case, _, _ in over]
    halved = [case.error(case.differences(EPS / 2)[0], crossed) / e for case, e, crossed in over]
    quarter = sum(0.2 < ratio < 0.3 for ratio in halved)
    tell(
        f"gradients: of the {len(over)} over the bar, {quarter} have an error that falls to a "
        "quarter with ε / 2, as that of a difference does; extrapolated to ε = 0 the largest of "
        f"all is {max(best):.1e}"
    )
    assert quarter and max(best) <= BAR


def test_a_kink_within_the_nudge_is_seen_and_left_out_and_counted(tell):
    crossing = [(case, crossed) for case, _, crossed in checked() if any(map(np.any, crossed))]
    count = sum(int(c.sum()) for _, crossed in crossing for c in crossed)
    nowhere = {id(case): [np.zeros_like(c) for c in crossed] for case, crossed in crossing}
    spoilt = sum(c.error(c.differences(EPS)[0], nowhere[id(c)]) > BAR for c, _ in crossing)
    placed = sum(case.near_kink for case, _, _ in checked())
    tell(
        f"gradients: {placed} nets were set beside a RELU's kink; {count} parameters of "
        f"{len(crossing)} nets cross one and are left out; left in, they would spoil {spoilt} nets"
    )
    assert all(any(map(np.any, crossed)) for case, _, crossed in checked() if case.near_kink)
    assert spoilt > 0
