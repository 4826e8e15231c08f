"""Gradient checks: nudge every number a little both ways and see how much the cost moves.

Central differences know nothing of networks or of the chain rule, which is why they may judge it.
"""

import numbers

import numpy as np

from nnlib._support.checks import array_of_numbers
from nnlib._support.hints import door, short

EPS = 1e-5  # in float64: larger crosses kinks, smaller drowns in rounding


@door
def central_differences(f, arrays, eps=EPS):
    """The slope of f() in every entry of the arrays it depends on, (f(x + ε) - f(x - ε)) / 2ε.

    f       a function of no arguments that returns a number or an array of numbers
    arrays  float64 arrays that f reads; each entry is nudged in place and put back
    Returns an array for each, of its shape; where f returns an array, its axes stand before them.
    TypeError or ValueError in words for anything else.
    """
    if not callable(f):
        raise TypeError(f"f: expected a function of no arguments, got {short(f)}; write lambda: …")
    if not (isinstance(eps, numbers.Real) and 0 < eps < 1):
        raise ValueError(f"eps: expected a small number above 0, got {short(eps)}; write eps=1e-5")
    if not isinstance(arrays, (list, tuple)):
        kind = type(arrays).__name__
        raise TypeError(f"arrays: expected a list of arrays, got one {kind}; write [x]")
    return [_slopes(f, _to_nudge(array), eps) for array in arrays]


def _to_nudge(array):
    """The array itself, if its entries can be nudged in place: whole numbers would swallow it."""
    if not (type(array) is np.ndarray and array.dtype == float and array.flags.writeable):
        got = type(array).__name__
        if type(array) is np.ndarray:
            got = f"one of {'' if array.flags.writeable else 'read-only '}{array.dtype}"
        raise TypeError(
            f"arrays: expected arrays of float64 to nudge in place, got {got}; "
            "make a copy with np.array(x, float) and let f read that"
        )
    return array


def _slopes(f, array, eps):
    slopes = []
    for index in np.ndindex(array.shape):
        kept = array[index]
        try:
            array[index] = kept + eps
            above = _numbers(f())
            array[index] = kept - eps
            below = _numbers(f())
        finally:  # whatever f does, the array is as it was
            array[index] = kept
        slopes.append((above - below) / (2 * eps))
    slopes = np.stack(slopes, axis=-1) if slopes else np.zeros(0)
    return slopes.reshape(slopes.shape[:-1] + array.shape)


def _numbers(value):
    """What f returned, as an array of its own: f may return the very array that is nudged."""
    return np.array(array_of_numbers(value, "f()"), float)


@door
def largest_relative_error(gradients, slopes, cost):
    """The largest difference between two lists of arrays, relative to the largest entry beside it.

    Where an array's entries are all below 1e-3 of the cost, that is the scale instead:
    central differences are rounding noise of about 1e-11 of the cost.
    Infinite where a gradient is not finite. ValueError unless the shapes are the same.
    """
    gradients = [array_of_numbers(g, "gradients") for g in gradients]
    slopes = [array_of_numbers(s, "slopes") for s in slopes]
    ours, theirs = [g.shape for g in gradients], [s.shape for s in slopes]
    if ours != theirs or not ours:
        raise ValueError(
            f"gradients: expected the shapes of slopes, {theirs}, got {ours}; give both alike"
        )
    floor = 1e-3 * abs(array_of_numbers(cost, "cost"))
    return max(_relative_error(g, s, floor) for g, s in zip(gradients, slopes, strict=True))


def _relative_error(g, s, floor):
    if not (np.isfinite(g).all() and np.isfinite(s).all()):
        return np.inf
    scale = max(_largest(g), _largest(s), floor)
    return float(_largest(np.subtract(g, s)) / scale) if scale > 0 else 0.0


def _largest(array):
    return np.abs(array).max(initial=0.0)
