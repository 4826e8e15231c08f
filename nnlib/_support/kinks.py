"""Kinks of activations: where one lies within a nudge there is no slope to compare with."""

import numpy as np

from nnlib.gradcheck import central_differences, largest_relative_error

REACH = 200  # nudges on either side of z within which a kink is looked for
ROUNDING = 1e-6  # a jump of the slope that is smaller, beside a value of 1, may be rounding


class LargestError(float):
    """A largest relative error; `left_out` of `n` numbers are not in it. NaN if that is all."""

    def __new__(cls, error, left_out=0, n=0):
        self = super().__new__(cls, np.nan if left_out and left_out == n else error)
        self.left_out, self.n = left_out, n
        return self

    def __repr__(self):
        if not self.left_out:
            return super().__repr__()
        return (
            f"{super().__repr__()}; {self.left_out} of {self.n} numbers left out: "
            "a nudge of theirs takes a neuron across a kink, where there is no slope"
        )


def largest_error_off_kinks(net, X, gradients, slopes, cost, eps):
    """The LargestError of gradients against slopes measured by nudges of eps; cost as there."""
    for f, a in zip(net.activations, net.forward(X)[1][1:], strict=True):
        if a.dtype in (np.float16, np.float32):  # its steps would look like kinks
            raise ValueError(
                f"activations: expected float64 from {f.name}, got {a.dtype}, too coarse to "
                "measure a slope by; write astype(z.dtype) there, or leave astype out"
            )
    across = crossings(net, X, eps)
    ours, theirs = ([a * ~c for a, c in zip(s, across, strict=True)] for s in (gradients, slopes))
    error = largest_relative_error(ours, theirs, cost)
    counts = sum(np.count_nonzero(c) for c in across), sum(c.size for c in across)
    return LargestError(error, *counts)


def crossings(net, X, eps):
    """For each array of net.W + net.b where a nudge by eps takes a neuron to a kink or across."""
    parameters = net.W + net.b
    reached = zip(net.activations, *net.forward(X), strict=False)
    far = [kink_distances(f, z, REACH * eps * max(1, np.abs(a).max())) for f, z, a in reached]
    near = [np.isfinite(distances) for distances in far]
    if not any(some.any() for some in near):
        return [np.zeros(array.shape, bool) for array in parameters]

    def near_kinks():
        Z, _ = net.forward(X)
        return np.concatenate([z[some] for z, some in zip(Z, near, strict=True)])

    distances = np.concatenate([d[some] for d, some in zip(far, near, strict=True)])
    moves = [eps * np.abs(s) for s in central_differences(near_kinks, parameters, eps)]
    return [_any_reaches(move, distances, eps) for move in moves]


def _any_reaches(moves, distances, eps):
    """Whether any of the first axis of moves reaches as far as the distance of its neuron."""
    distances = distances.reshape(-1, *[1] * (moves.ndim - 1))
    return ((moves >= 0.99 * distances) & (moves > 1e-8 * eps)).any(axis=0)  # less is rounding


def kink_distances(f, z, reach):
    """How far the next kink of f is from each z, the shape of z; infinite where none is close.

    The jump of the slope at a kink stays as it is when one looks from half as far; where f is
    smooth what looks like one becomes an eighth.
    """
    with np.errstate(all="ignore"):  # your own f may have places where it is no number
        jump, _ = _jump(f, z, reach)
        closer, distance = _jump(f, z, reach / 2)
        stays = np.abs(closer) > np.maximum(np.abs(jump) / 2, ROUNDING * (1 + np.abs(f.value(z))))
    return np.where(stays & (distance <= reach / 2), distance, np.inf)


def _jump(f, z, reach):
    """By how much the slope of f jumps around z, and how far from z that is.

    f is continued to z by a parabola through three points on either side, as a line there; the two
    lines cross at the kink.
    """
    (below, slope_below), (above, slope_above) = (_continued(f, z, h) for h in (-reach, reach))
    jump = slope_above - slope_below
    return jump, np.abs((below - above) / jump)


def _continued(f, z, h):
    """Value and slope at z of the parabola through f at z + h, z + 2h and z + 3h."""
    first, second, third = (f.value(z + k * h) for k in (1, 2, 3))
    slope = (8 * second - 5 * first - 3 * third) / (2 * h)
    return 3 * first - 3 * second + third, slope
