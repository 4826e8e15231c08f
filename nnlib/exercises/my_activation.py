"""Is the slope of my activation the slope of its value?"""

import numpy as np

from nnlib._support.checks import array_of_numbers
from nnlib._support.hints import door, short
from nnlib.activations import Activation
from nnlib.exercises.exercise import multiple
from nnlib.exercises.judging import in_words
from nnlib.exercises.running import close, run_answer, said
from nnlib.exercises.verdict import FAILS, IS_RIGHT, NOT_YET, NOTHING, Verdict
from nnlib.gradcheck import EPS, central_differences

POINTS = np.linspace(-4, 4, 400)  # where a slope is looked at: 0, the usual kink, lies between two
POINTS.flags.writeable = False
GOOD_TO = 1e-6  # how good a measured slope is


@door
def check_my_activation(activation):
    """The Verdict on your own Activation: is its slope the slope of its value?

    The slope is compared with central differences at 400 points from −4 to 4. It never raises.
    """
    if activation is ...:
        return Verdict(NOTHING)
    try:
        with np.errstate(all="ignore"):
            trouble = trouble_with_activation(activation) or trouble_with_slope(activation)
    except (Exception, SystemExit) as error:
        return Verdict(FAILS, (f"this cannot be judged: {said(error)}",))
    if trouble:
        return Verdict(NOT_YET, (trouble,))
    return Verdict(IS_RIGHT, (f"{activation.name}: the slope is right from −4 to 4.",))


def trouble_with_activation(activation):
    """The sentence on why there are no two curves to compare, else ""."""
    if not isinstance(activation, Activation):
        got = short(activation)
        return f'Expected Activation("mine", value=..., slope=...), a function each; got {got}.'
    for what in ("value", "slope"):
        found, trouble = curve(getattr(activation, what))
        if trouble:
            return f"{activation.name}: the {what} {trouble}"
        one_by_one = [np.ravel(getattr(activation, what)(POINTS[k : k + 1]))[0] for k in (0, 250)]
        if not close(found[[0, 250]], np.array(one_by_one)):
            return f"{activation.name}: the {what} at one point depends on the other points."
    return ""


def curve(function):
    """(a function at POINTS, ""), or (None, the end of a sentence on why it is no curve)."""
    one = run_answer(function, (POINTS,), raw=True)
    if one.failure:
        return None, f"fails on an array: {one.failure}. Use NumPy's functions, such as np.exp."
    found, trouble = as_numbers(one.result)
    if trouble:
        return None, f"is no curve: {trouble}"
    if found.shape != POINTS.shape:
        return None, f"has the shape {found.shape} for {POINTS.shape} points: one number each."
    if not np.isfinite(found).all():
        return None, f"is not finite at z = {POINTS[np.argmin(np.isfinite(found))]:.3g}."
    return found, ""


def trouble_with_slope(activation):
    """The sentence on a slope that is not the slope of the value, else ""."""
    f, z = activation, POINTS
    slope, times = f.slope(z), f.times_slope(np.full(z.shape, 3.0), z, f.value(z))
    measured, smooth = slope_at_points(f.value)
    size = np.maximum(1, np.abs(measured) + 1e-3 * np.abs(f.value(z)))
    wrong = smooth & (np.abs(slope - measured) > GOOD_TO * size)
    if not wrong.any():
        return "" if close(times, 3 * slope) else f"{f.name}: times_slope is not v * slope(z)."
    k = int(np.argmax(np.where(wrong, np.abs(slope - measured), 0)))
    where = f"at {wrong.sum()} of {len(z)} points; most at z = {z[k]:.2f}"
    what = f"yours is {slope[k]:.4g}, it should be {measured[k]:.4g}"
    return f"{f.name}: the slope is wrong {where}: {what}.{hint(f, measured, smooth)}"


def slope_at_points(value):
    """Central differences at POINTS, and where they mean something: not across a kink."""
    left, here, right = (nudged_slope(value, POINTS + side) for side in (-EPS, 0, EPS))
    return here, np.abs(right - left) < 1e-2 * np.maximum(1, np.abs(right + left))


def nudged_slope(value, points):
    """The central differences of a function that acts on each point by itself."""
    nudge = np.zeros(())
    return central_differences(lambda: value(points + nudge), [nudge])[0]


def hint(f, measured, smooth):
    """What a wrong slope looks like, as a sentence that begins with a blank, else ""."""
    a, slope = f.value(POINTS), f.slope(POINTS)
    if close(f.slope(a)[smooth], measured[smooth]):
        return " It is right for a = f(z), but z comes in: compute a first."
    if close(slope[smooth], a[smooth]):
        return " That is the value itself."
    factor = multiple([slope[smooth]], [measured[smooth]])
    return f" {in_words(factor).capitalize()}." if factor else ""


def as_numbers(thing):
    """(a float array, ""), or (None, what was expected and got instead)."""
    try:
        return array_of_numbers(thing, "it", np.dtype(float)), ""
    except ValueError as error:
        found, _, do = str(error).removeprefix("it: ").partition("; ")
        return None, f"{found}; {'is a `return` missing?' if thing is None else do + '.'}"
