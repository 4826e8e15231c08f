"""Is the slope of my activation the slope of its value?"""

import numpy as np

from nnlib._support.checks import array_of_numbers
from nnlib._support.hints import door, short
from nnlib.activations import Activation
from nnlib.exercises.judging import in_words, multiple
from nnlib.exercises.running import MOST_STEPS, Failed, at_most, close, run_once
from nnlib.exercises.verdict import FAILS, NOTHING, Trouble, verdict_of
from nnlib.gradcheck import EPS, central_differences

POINTS = np.linspace(-4, 4, 400)  # where a slope is looked at: 0, the usual kink, lies between two
POINTS.flags.writeable = False
GOOD_TO = 1e-6  # how good a measured slope is


@door
def check_my_activation(activation):
    """The Verdict on your own Activation: is its slope the slope of its value?

    The slope is compared with central differences at 400 points from −4 to 4; a single number is
    the slope of a straight line. It never raises.
    """
    return verdict_of(judge_activation, activation)


def judge_activation(activation):
    """The sentence on a right activation, in a tuple; Trouble with any other."""
    if activation is ...:
        raise Trouble(state=NOTHING)
    look_at_activation(activation)
    return (f"{activation.name}: the slope is right from −4 to 4.",)


def look_at_activation(activation):
    """Trouble with what is no pair of curves, or with a slope that is not that of the value."""
    if not isinstance(activation, Activation):
        got = short(activation)
        wanted = 'Activation("mine", value=..., slope=...), a function each'
        raise Trouble(f"Expected {wanted}; got {got}.")
    look_at_curve(activation.value, f"{activation.name}: the value")
    look_at_curve(activation.slope, f"{activation.name}: the slope", constant=True)
    with at_most(MOST_STEPS):
        look_at_slope(activation)


def look_at_curve(function, name, constant=False):
    """Trouble with a function that does not make of POINTS one number each, by itself."""
    falling = np.array([[250, 120], [120, 250]])  # both ways, as no sorted ones are; no extremes
    found, again = (at_points(function, name, z) for z in (POINTS, POINTS[falling]))
    if constant and not found.shape:
        return
    for z, numbers in ((POINTS, found), (falling, again)):
        if numbers.shape != z.shape:
            shapes = f"the shape {numbers.shape} for {z.shape} points: one number each."
            raise Trouble(f"{name} has {shapes}")
    if not np.isfinite(found).all():
        raise Trouble(f"{name} is not finite at z = {POINTS[np.argmin(np.isfinite(found))]:.3g}.")
    if not np.allclose(found[falling], again):
        why = whole_numbers(function(POINTS)) or "at one point depends on the other points"
        if not np.allclose(found, at_points(function, name, POINTS)):
            why = "is another the second time: leave out what is drawn or counted"
        raise Trouble(f"{name} {why}.")


def whole_numbers(found):
    """What is said of a curve whose answers all became whole numbers, as one asked; else ""."""
    dtype = np.asarray(found).dtype
    do = "write np.vectorize(…, otypes=[float]), or 0.0 and 1.0 for 0 and 1"
    return f"comes in {dtype}, whole numbers all: {do}" if dtype.kind in "biu" else ""


def at_points(function, name, points):
    """The numbers that a function makes of points; Trouble if it fails, or changes them."""
    (z,), found = run_once(function, (points,), raw=True)
    if isinstance(found, Failed):
        why = f"fails on an array: {found.why}. Use NumPy's functions, such as np.exp."
        raise Trouble(f"{name} {why}", state=FAILS)
    if not np.array_equal(z, points):
        raise Trouble(f"{name} changes its argument: let it work on a copy, z.copy().")
    if isinstance(found, (list, tuple)):
        raise Trouble(f"{name} comes as a {type(found).__name__}: return an array, np.array(…).")
    try:
        return as_numbers(found)
    except Trouble as trouble:
        raise Trouble(f"{name} is no curve: {trouble}") from None


def look_at_slope(f, z=POINTS):
    """Trouble with a slope that is not the slope of the value at the points z (n,)."""
    a = np.asarray(f.value(z))
    if a.dtype in (np.float16, np.float32):
        found = f"the value comes in {a.dtype}, too coarse to measure a slope by"
        raise Trouble(f"{f.name}: {found}: write astype(z.dtype) or otypes=[float].")
    slope, times = slope_of(f, z), f.times_slope(np.full(z.shape, 3.0), z, a)
    measured, smooth = slope_at_points(f.value, z)
    size = np.maximum(1, np.abs(measured) + 1e-3 * np.abs(a))
    wrong = smooth & (np.abs(slope - measured) > GOOD_TO * size)
    if not wrong.any() and not close(times, 3 * slope):
        raise Trouble(f"{f.name}: times_slope is not v * slope(z).")
    if wrong.any():
        if len(np.unique(a)) > 2 and whole_numbers(a):  # else it may be a step
            raise Trouble(f"{f.name}: the value {whole_numbers(a)}.")
        k = int(np.argmax(np.where(wrong, np.abs(slope - measured), 0)))
        where = f"at {wrong.sum()} of {len(z)} points; most at z = {z[k]:.2f}"
        what = f"yours is {slope[k]:.4g}, it should be {measured[k]:.4g}"
        end = hint(f, z, measured, smooth)
        raise Trouble(f"{f.name}: the slope is wrong {where}: {what}.{end}")


def slope_of(f, z):
    """The slope of an activation at each z, though it may be one number for all."""
    return np.broadcast_to(f.slope(z), z.shape)


def slope_at_points(value, z):
    """Central differences at each z, and where they mean something: not across a kink."""
    left, here, right = (nudged_slope(value, z + side) for side in (-EPS, 0, EPS))
    return here, np.abs(right - left) < 1e-2 * np.maximum(1, np.abs(right + left))


def nudged_slope(value, points):
    """The central differences of a function that acts on each point by itself."""
    nudge = np.zeros(())
    return central_differences(lambda: value(points + nudge), [nudge])[0]


def hint(f, z, measured, smooth):
    """What a wrong slope looks like, as a sentence that begins with a blank, else ""."""
    a, slope = f.value(z), slope_of(f, z)
    if close(slope_of(f, a)[smooth], measured[smooth]):
        return " It is right for a = f(z), but z comes in: compute a first."
    if close(slope[smooth], a[smooth]):
        return " That is the value itself."
    factor = multiple([slope[smooth]], [measured[smooth]])
    return f" {in_words(factor).capitalize()}." if factor else ""


def as_numbers(thing):
    """A float array, or Trouble: what was expected and got instead."""
    try:
        return array_of_numbers(thing, "it", np.dtype(float))
    except ValueError as error:
        found, _, do = str(error).removeprefix("it: ").partition("; ")
        end = "is a `return` missing?" if thing is None else f"{do}."
        raise Trouble(f"{found}; {end}") from None
