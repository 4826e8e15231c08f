"""Gradient checks: nudge every number a little both ways and see how much the cost moves.

Central differences know nothing of networks or of the chain rule, which is why they may judge it.
"""

import numpy as np

EPS = 1e-5  # in float64: larger crosses kinks, smaller drowns in rounding


def central_differences(f, arrays, eps=EPS):
    """The slope of f() in every entry of the arrays it depends on, (f(x + ε) - f(x - ε)) / 2ε.

    f       a function of no arguments that returns a float
    arrays  float64 arrays that f reads; each entry is nudged in place and put back
    Returns a list of arrays of the same shapes.
    """
    return [_slopes(f, array, eps) for array in arrays]


def _slopes(f, array, eps):
    slopes = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + eps
        above = f()
        array[index] = kept - eps
        below = f()
        array[index] = kept
        slopes[index] = (above - below) / (2 * eps)
    return slopes


def largest_relative_error(gradients, slopes, cost):
    """The largest difference between two lists of arrays, relative to the largest entry beside it.

    Where an array's entries are all below 1e-3 of the cost, that is the scale instead:
    central differences are rounding noise of about 1e-11 of the cost.
    """
    floor = 1e-3 * abs(cost)
    return max(_relative_error(g, s, floor) for g, s in zip(gradients, slopes, strict=True))


def _relative_error(g, s, floor):
    scale = max(np.abs(g).max(), np.abs(s).max(), floor)
    return float(np.abs(g - s).max() / scale) if scale > 0 else 0.0
