"""Is my gradient right? And if it is not: which slip gives just these numbers?

The true gradients of the toy net are products of a few pieces (2, Ỹ, f2'(C), W2.T, f1'(A), X.T).
A slip puts another array in the place of one piece. So every usual slip, and every combination of
up to three, can be computed and laid beside what a student found.

    δW2 = 2 B.T · (Ỹ * f2'(C))                          A = X·W1   B = f1(A)
    δW1 = 2 X.T · (((Ỹ * f2'(C)) · W2.T) * f1'(A))      C = B·W2   Ŷ = f2(C)   Ỹ = Y − Ŷ

A check never raises: whatever is wrong is told in words.
"""

import inspect
import itertools
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnlib._support.checks import array_of_numbers
from nnlib._support.hints import door, printable, short
from nnlib.activations import ACTIVATIONS, CUBE, SQUARE, Activation
from nnlib.gradcheck import EPS, central_differences

CLOSE = 1e-6  # relative to the largest entry: more than rounding, far less than any slip
AT_ONCE = 3  # slips that a verdict combines
LINE = 96  # characters: JupyterLab breaks longer lines where they end, even within a word
POINTS = np.linspace(-4, 4, 400)  # where a slope is looked at: 0, the usual kink, lies between two
POINTS.flags.writeable = False


@printable
@dataclass(frozen=True, repr=False)
class Verdict:
    """What a check found: `right`, and the sentences that say it."""

    right: bool
    sentences: tuple

    def __repr__(self):
        whole_words = {"break_long_words": False, "break_on_hyphens": False}
        return "\n".join(textwrap.fill(s, LINE, **whole_words) for s in self.sentences)


@door
def check_my_gradient(dW1, dW2, *, X=None, Y=None, W1=None, W2=None, f1=SQUARE, f2=CUBE):
    """The Verdict on your own δW1 and δW2, the ways downhill (minus the slope of the cost).

    dW1, dW2      arrays; or functions of X, Y, W1, W2, or of any of the letters
                  X, Y, W1, W2, A, B, C, Ŷ, Ỹ, f1, f2, called by these names
    X, Y, W1, W2  what the arrays were computed from; functions may do without: then an example of
                  shapes (10,3), (10,1), (3,4), (4,1) is drawn
    f1, f2        the two Activations, one for IDENTITY where there is none
    A wrong gradient is laid beside the usual slips; the verdict names the one that gives just these
    numbers, or the first element that differs. It never raises.
    """
    mine = {"δW1": dW1, "δW2": dW2}
    try:
        with np.errstate(all="ignore"):  # what overflows is told in words
            net, trouble = toy_net({"X": X, "Y": Y, "W1": W1, "W2": W2}, f1, f2, mine)
            return Verdict(False, (trouble,)) if trouble else judge_both(mine, net)
    except (Exception, SystemExit) as error:  # odd objects may fail anywhere: in repr, in ==
        return Verdict(False, (f"This cannot be judged: {said(error)}",))


@door
def check_my_activation(activation):
    """The Verdict on your own Activation: is its slope the slope of its value?

    The slope is compared with central differences at 400 points from −4 to 4. It never raises.
    """
    try:
        with np.errstate(all="ignore"):
            trouble = trouble_with_activation(activation) or trouble_with_slope(activation)
        if trouble:
            return Verdict(False, (trouble,))
        return Verdict(True, (f"{activation.name}: the slope is right from −4 to 4.",))
    except (Exception, SystemExit) as error:
        return Verdict(False, (f"This cannot be judged: {said(error)}",))


# ---------------------------------------------------------------- the true gradients and the slips


@dataclass(frozen=True)
class Slip:
    """A piece of the formula with something else in its place."""

    words: str
    piece: str
    instead: Callable  # of the pieces of the net


SLIPS = (
    Slip("the sign is turned (this is ∂Δ/∂W; δW is minus that)", "sign", lambda p: -1.0),
    Slip("the factor 2 is missing", "two", lambda p: 1.0),
    Slip("the factor 2 stands twice", "two", lambda p: 4.0),
    Slip("the mean over the samples is taken for the sum", "share", lambda p: 1 / len(p["X"])),
    Slip("Y stands where Ỹ belongs", "Ỹ", lambda p: p["Y"]),
    Slip("Ŷ stands where Ỹ belongs", "Ỹ", lambda p: p["Ŷ"]),
    Slip("f2' is missing", "f2'", lambda p: np.ones_like(p["C"])),
    Slip("f2 stands where f2' belongs", "f2'", lambda p: p["Ŷ"]),
    Slip("f2' is taken at Ŷ and not at C", "f2'", lambda p: p["f2"].slope(p["Ŷ"])),
    Slip("f1' is missing", "f1'", lambda p: np.ones_like(p["A"])),
    Slip("f1 stands where f1' belongs", "f1'", lambda p: p["B"]),
    Slip("f1' is taken at B and not at A", "f1'", lambda p: p["f1"].slope(p["B"])),
    Slip("A stands where B belongs", "B.T", lambda p: p["A"].T),
    Slip("the transpose of B is missing", "B.T", lambda p: p["B"]),
    Slip("the transpose of X is missing", "X.T", lambda p: p["X"]),
    Slip("the transpose of W2 is missing", "W2.T", lambda p: p["W2"]),
)
COMMON = ("sign", "two", "share", "Ỹ", "f2'")
PIECES = {"δW2": (*COMMON, "B.T"), "δW1": (*COMMON, "W2.T", "f1'", "X.T")}
LETTERS = ("X", "Y", "W1", "W2", "A", "B", "C", "Ŷ", "Ỹ", "f1", "f2")


def forward(X, Y, W1, W2, f1, f2):
    """Every letter of the toy net, and the pieces its gradients are made of, by name."""
    A = X @ W1
    B = f1.value(A)
    C = B @ W2
    Ŷ = f2.value(C)
    letters = dict(zip(LETTERS, (X, Y, W1, W2, A, B, C, Ŷ, Y - Ŷ, f1, f2), strict=True))
    pieces = {"sign": 1.0, "two": 2.0, "share": 1.0, "f1'": f1.slope(A), "f2'": f2.slope(C)}
    return letters | pieces | {"X.T": X.T, "B.T": B.T, "W2.T": W2.T}


def gradient(name, p):
    """δW1 or δW2 from the pieces p."""
    factor, D = p["sign"] * p["two"] * p["share"], p["Ỹ"] * p["f2'"]
    if name == "δW2":
        return factor * p["B.T"] @ D
    return factor * p["X.T"] @ ((D @ p["W2.T"]) * p["f1'"])


def slipped(name, net):
    """Every (slips, array) that fits together, single slips first."""
    known = [slip for slip in SLIPS if slip.piece in PIECES[name]]
    for count in range(1, AT_ONCE + 1):
        for slips in itertools.combinations(known, count):
            if len({slip.piece for slip in slips}) == count:
                pieces = net | {slip.piece: slip.instead(net) for slip in slips}
                array = product(name, pieces)
                if array is not None:
                    yield slips, array


def product(name, pieces):
    """The gradient of these pieces, None where the shapes do not fit."""
    try:
        array = gradient(name, pieces)
    except ValueError:
        return None
    return array if array.shape == pieces[name[1:]].shape else None


def close(left, right):
    """Whether two arrays of one shape are equal but for rounding."""
    size = max(np.abs(left).max(), np.abs(right).max())
    return bool(np.isfinite(size) and np.abs(left - right).max() <= CLOSE * size)


# ---------------------------------------------------------------- the verdict on both gradients


def judge_both(mine, net):
    """The Verdict on {δW1: …, δW2: …}, each still a function or an array."""
    arrays, sentences = {}, {}
    for name, thing in mine.items():
        arrays[name], sentences[name] = as_gradient(thing, net)
    right = {name: gradient(name, net) for name in mine}
    if are_swapped(arrays, right):
        return Verdict(False, ("The two matrices are swapped: δW1 stands in the place of δW2.",))
    for name, array in arrays.items():
        if array is not None:
            sentences[name] = judged(name, arrays, right, net)
    good = all(a is not None and close_to(a, right[name]) for name, a in arrays.items())
    return Verdict(good, tuple(f"{name}: {sentences[name]}" for name in mine))


def are_swapped(arrays, right):
    """Whether each is what the other should be."""
    one, two = arrays["δW1"], arrays["δW2"]
    if one is None or two is None or close_to(right["δW1"], right["δW2"]):
        return False
    return close_to(one, right["δW2"]) and close_to(two, right["δW1"])


def close_to(left, right):
    return left.shape == right.shape and close(left, right)


def judged(name, arrays, right, net):
    """The sentence on one array of finite numbers."""
    array, true = arrays[name], right[name]
    if array.shape != true.shape:
        return about_shape(name, array, right)
    if close(array, true):
        return "right." if true.any() else "right, but here every element is 0: try other numbers."
    slips = slips_behind(array, name, true, net)
    if slips:
        return f"this is what you get when {joined([slip.words for slip in slips])}."
    step = updated_first(arrays, right, net) if name == "δW1" else None
    if step is not None:
        return f"this is what you get when W2 is taken after its update (by {step:.3g} δW2)."
    return about_values(array, true)


def slips_behind(array, name, true, net):
    """The fewest slips that give just this array, the nearest of those; () if there are none."""
    for _, same in itertools.groupby(slipped(name, net), key=lambda pair: len(pair[0])):
        fits = [pair for pair in same if close(array, pair[1]) and not close(true, pair[1])]
        if fits:
            return min(fits, key=lambda pair: np.abs(array - pair[1]).max())[0]
    return ()


def about_shape(name, array, right):
    """The sentence on an array of another shape than the weights."""
    true = right[name]
    found = f"its shape is {array.shape}, but that of {name[1:]} is {true.shape}"
    other = "δW2" if name == "δW1" else "δW1"
    if array.T.shape == true.shape and close(array.T, true):
        return f"{found}: the numbers are right, but it has to be transposed."
    if array.shape == right[other].shape:
        return f"{found}. It has the shape of {other[1:]}: are the two matrices swapped?"
    if array.size == true.size:
        return f"{found}: the same number of elements, in another order."
    return f"{found}. Write the shapes side by side: which transpose is missing?"


def updated_first(arrays, right, net):
    """The η for which δW1 is that of W2 + η δW2 with the rest unchanged, else None."""
    array, true = arrays["δW1"], right["δW1"]
    for step in (right["δW2"], arrays["δW2"]):
        if array.size > 2 and step is not None and step.shape == right["δW2"].shape:
            change = gradient("δW1", net | {"W2.T": step.T})
            eta = np.vdot(array - true, change) / max(np.vdot(change, change), 1e-300)
            if close(array, true + eta * change):
                return eta
    return None


def about_values(array, true):
    """The sentence on wrong numbers that no slip explains."""
    wrong = np.abs(array - true) > CLOSE * np.abs(true).max()
    where = tuple(int(i) for i in np.argwhere(wrong)[0])
    first = f"element {list(where)} is {array[where]:.6g}, it should be {true[where]:.6g}"
    ratio = np.vdot(true, array) / np.vdot(true, true) if true.any() else 0.0
    if ratio and close(array, ratio * true):
        return f"{ratio:.6g} times what it should be; {first}."
    if wrong.all():
        return f"no element is right, and no usual slip gives these numbers; {first}."
    return f"wrong in {int(wrong.sum())} of {true.size} elements; the first of them: {first}."


def joined(words):
    """`a`, `a and b`, `a, b and c`."""
    *before, last = words
    return f"{', '.join(before)} and {last}" if before else last


# ---------------------------------------------------------------- the slope of an activation


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
    try:
        found = function(POINTS)
    except (Exception, SystemExit) as error:
        return None, f"fails on an array: {said(error)}. Use NumPy's functions, such as np.exp."
    found, trouble = as_numbers(found)
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
    wrong = smooth & (np.abs(slope - measured) > CLOSE * size)
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
    looks = (
        (-slope, measured, "The sign is turned."),
        (2 * slope, measured, "A factor 2 is missing."),
        (slope / 2, measured, "A factor 2 is too many."),
        (f.slope(a), measured, "It is right for a = f(z), but z comes in: compute a first."),
        (slope, a, "That is the value itself."),
    )
    for one, other, words in looks:
        if close(one[smooth], other[smooth]):
            return f" {words}"
    return ""


# ---------------------------------------------------------------- what comes in


def toy_net(data, f1, f2, mine):
    """(the forward pass by name, ""), or (None, the sentence on what is wrong with the data)."""
    missing = [name for name, array in data.items() if array is None]
    free = all(callable(thing) or thing is None for thing in mine.values())
    if free and len(missing) == len(data):
        data, missing = example(), []
    if missing:
        calls = ", ".join(f"{name}={name}" for name in data)
        return None, f"{joined(missing)} missing: pass what you computed with, {calls}."
    for name, f in (("f1", f1), ("f2", f2)):
        if not isinstance(f, Activation):
            return None, f"{name}: expected an Activation such as SQUARE, got {short(f)}."
    arrays = {}
    for name, thing in data.items():
        arrays[name], trouble = as_finite(thing)
        if trouble:
            return None, f"{name}: {trouble}"
    for name, f in (("f1", f1), ("f2", f2)):
        trouble = "" if f in ACTIVATIONS else trouble_with_activation(f) or trouble_with_slope(f)
        if trouble:
            return None, f"{name}: {trouble}"
    trouble = trouble_with_shapes(**arrays)
    return (None, trouble) if trouble else passed_forward(arrays, f1, f2)


def example():
    """Random data and weights for the toy net, in the shapes of the blackboard."""
    rng = np.random.default_rng(0)
    shapes = {"X": (10, 3), "Y": (10, 1), "W1": (3, 4), "W2": (4, 1)}
    return {name: rng.uniform(-1, 1, shape) for name, shape in shapes.items()}


def trouble_with_shapes(X, Y, W1, W2):
    """The sentence on shapes that do not hook onto each other, else ""."""
    shapes = f"X {X.shape}, Y {Y.shape}, W1 {W1.shape}, W2 {W2.shape}"
    if any(array.ndim != 2 or not array.size for array in (X, Y, W1, W2)):
        return f"X, Y, W1, W2: expected matrices, with two axes each, got {shapes}."
    fits = X.shape[1] == W1.shape[0] and W1.shape[1] == W2.shape[0]
    if not fits or Y.shape != (X.shape[0], W2.shape[1]):
        return f"These shapes do not hook onto each other: {shapes}."
    return ""


def passed_forward(arrays, f1, f2):
    """(the forward pass by name, ""), or (None, why there is none)."""
    net = forward(**arrays, f1=f1, f2=f2)
    for name, slope, z in (("f1", net["f1'"], net["A"]), ("f2", net["f2'"], net["C"])):
        if np.shape(slope) != z.shape:
            return None, (
                f"{name}: this check is for functions that act element by element; the slope of "
                f"{net[name].name} has the shape {np.shape(slope)} for {z.shape}."
            )
    if not all(np.isfinite(gradient(name, net)).all() for name in PIECES):
        return None, "The true gradient is not finite for these numbers: take smaller ones."
    return net, ""


def as_numbers(thing):
    """(a float array, ""), or (None, what was expected and got instead)."""
    try:
        return array_of_numbers(thing, "it", np.dtype(float)), ""
    except ValueError as error:
        found, _, do = str(error).removeprefix("it: ").partition("; ")
        return None, f"{found}; {'is a `return` missing?' if thing is None else do + '.'}"


def as_finite(thing):
    """The same for finite numbers."""
    array, trouble = as_numbers(thing)
    if trouble or np.isfinite(array).all():
        return array, trouble
    where = [int(i) for i in np.argwhere(~np.isfinite(array))[0]]
    return None, f"expected finite numbers, got {array[tuple(where)]} at element {where}."


def as_gradient(thing, net):
    """(a float array, ""), or (None, the sentence on why there is none)."""
    if callable(thing):
        thing, trouble = called(thing, net)
        if trouble:
            return None, trouble
    return as_finite(thing)


def called(function, net):
    """(what the function returns, ""), or (None, the sentence on why it does not)."""
    names, trouble = wanted(function)
    if trouble:
        return None, trouble
    given = [np.copy(net[name]) if name in LETTERS[:-2] else net[name] for name in names]
    try:
        return function(*given), ""
    except (Exception, SystemExit) as error:
        hint = " Is a transpose missing?" if isinstance(error, ValueError) else ""
        return None, f"your function fails: {said(error)}{hint}"


def wanted(function):
    """(the letters to call a function with, ""), or (None, the sentence on what it asks for)."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some built-in functions do not tell
        return LETTERS[:4], ""
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = [p.name for p in places if p.default is p.empty]
    if all(name in LETTERS for name in names):
        return names, ""
    if len(names) == 4:
        return LETTERS[:4], ""
    return None, (
        f"your function asks for {', '.join(names)}; write it as a function of X, Y, W1, W2, "
        "or of any of A, B, C, Ŷ, Ỹ, f1, f2."
    )


def said(error):
    """An exception in one line."""
    try:
        return " ".join(f"{type(error).__name__}: {error!s:.200}".split()).rstrip(": ")
    except Exception:
        return type(error).__name__
