"""Is my gradient of the toy net right? And if it is not: which slip gives just these numbers?

The four slopes are exercises like any other. What is special: the answer is an array, or a function
of any of the letters, and the numbers are the student's own.

    Z1 = X W1 + b1    A1 = f1(Z1)    Z2 = A1 W2 + b2    Y_hat = f2(Z2)    C = Σ (Y_hat - Y)²
"""

import inspect
import itertools

import numpy as np

from nnlib._support.hints import door, short
from nnlib.activations import ACTIVATIONS, CUBE, SQUARE, Activation
from nnlib.exercises.exercise import Exercise, multiple, rounded, slip_behind
from nnlib.exercises.judging import first_element
from nnlib.exercises.my_activation import as_numbers, trouble_with_activation, trouble_with_slope
from nnlib.exercises.running import Failed, result_of, run_answer, said, same
from nnlib.exercises.verdict import FAILS, IS_RIGHT, NOT_YET, NOTHING, Verdict


@door
def check_my_gradient(
    dW1, dW2, db1=None, db2=None, *, X=None, Y=None, W1=None, W2=None, b1=None, b2=None,
    f1=SQUARE, f2=CUBE,
):  # fmt: skip
    """The Verdict on your own slopes of the toy net's cost C = Σ (Y_hat - Y)².

    dW1, dW2, db1, db2   arrays; or functions of X, Y, W1, W2, or of any of the letters X, Y, W1,
                         W2, b1, b2, Z1, A1, Z2, Y_hat, f1, f2, called by these names
    X, Y, W1, W2, b1, b2 what the arrays were computed from; functions may do without: then an
                         example of shapes (10,3), (10,1), (3,4), (4,1) is drawn
    f1, f2               the two Activations, one for IDENTITY where there is none
    All of them negated, the ways downhill, are right as well. A wrong gradient is laid beside the
    usual slips; the verdict names the one that gives just these numbers, or the first element that
    differs. It never raises.
    """
    mine = {"dW1": dW1, "dW2": dW2} | ({"db1": db1} if db1 is not None else {})
    mine |= {"db2": db2} if db2 is not None else {}
    if all(thing is ... for thing in mine.values()):
        return Verdict(NOTHING)
    try:
        with np.errstate(all="ignore"):  # what overflows is told in words
            data = {"X": X, "Y": Y, "W1": W1, "W2": W2, "b1": b1, "b2": b2}
            net, trouble = toy_net(data, f1, f2, mine)
            return Verdict(NOT_YET, (trouble,)) if trouble else judge_all(mine, net)
    except (Exception, SystemExit) as error:  # odd objects may fail anywhere: in repr, in ==
        return Verdict(FAILS, (f"this cannot be judged: {said(error)}",))


# The true slopes and the slips


def dW1(X, Y, W2, Z1, A1, Z2, Y_hat, f1, f2):
    delta2 = 2 * (Y_hat - Y) * f2.slope(Z2)
    delta1 = delta2 @ W2.T * f1.slope(Z1)
    return X.T @ delta1


def dW2(X, Y, W2, Z1, A1, Z2, Y_hat, f1, f2):
    delta2 = 2 * (Y_hat - Y) * f2.slope(Z2)
    return A1.T @ delta2


def db1(X, Y, W2, Z1, A1, Z2, Y_hat, f1, f2):
    delta2 = 2 * (Y_hat - Y) * f2.slope(Z2)
    delta1 = delta2 @ W2.T * f1.slope(Z1)
    return delta1.sum(axis=0)


def db2(X, Y, W2, Z1, A1, Z2, Y_hat, f1, f2):
    delta2 = 2 * (Y_hat - Y) * f2.slope(Z2)
    return delta2.sum(axis=0)


ERROR_SLIPS = {
    "Y stands where Y_hat - Y belongs": "(Y_hat - Y) -> Y",
    "Y_hat is missing in Y_hat - Y": "(Y_hat - Y) -> (-Y)",
    "Y_hat stands where Y_hat - Y belongs": "(Y_hat - Y) -> Y_hat",
    "f2' is missing": " * f2.slope(Z2) -> ",
    "f2 stands where f2' belongs": "f2.slope -> f2.value",
    "f2' is taken at Y_hat and not at Z2": "f2.slope(Z2) -> f2.slope(Y_hat)",
    "z goes into f2' written for a, as in z (1 - z)": "f2.slope(Z2) -> f2.times_slope(1, Z2, Z2)",
}
HIDDEN_SLIPS = ERROR_SLIPS | {
    "f1' is missing": " * f1.slope(Z1) -> ",
    "f1 stands where f1' belongs": "f1.slope -> f1.value",
    "f1' is taken at A1 and not at Z1": "f1.slope(Z1) -> f1.slope(A1)",
    "z goes into f1' written for a, as in z (1 - z)": "f1.slope(Z1) -> f1.times_slope(1, Z1, Z1)",
    "f1' is taken of the slopes that come back": "f1.slope(Z1) -> f1.slope(delta2 @ W2.T)",
    "the transpose of W2 is missing": "W2.T -> W2",
}
LAST = "only the last sample counts, as with = for +="
WRONG_AXIS = {
    "the slopes are not summed over the samples": ".sum(axis=0) -> ",
    "the sum runs over the neurons, not over the samples": "axis=0 -> axis=1",
}
SLOPES = {
    slopes.__name__: Exercise(slopes.__name__, "", None, slopes, slips, ())
    for slopes, slips in (
        (dW1, HIDDEN_SLIPS | {
            "the transpose of X is missing": "X.T -> X",
            LAST: "X.T @ delta1 -> X[-1:].T @ delta1[-1:]",
        }),
        (dW2, ERROR_SLIPS | {
            "Z1 stands where A1 belongs": "A1.T -> Z1.T",
            "Y_hat stands where A1 belongs": "A1.T -> Y_hat.T",
            "the transpose of A1 is missing": "A1.T -> A1",
            LAST: "A1.T @ delta2 -> A1[-1:].T @ delta2[-1:]",
        }),
        (db1, HIDDEN_SLIPS | WRONG_AXIS | {LAST: "delta1.sum(axis=0) -> delta1[-1]"}),
        (db2, ERROR_SLIPS | WRONG_AXIS | {LAST: "delta2.sum(axis=0) -> delta2[-1]"}),
    )
}  # fmt: skip


def arguments(net, **other):
    """What the true slopes are functions of."""
    return tuple((net | other)[name] for name in SLOPES["dW1"].names)


# The verdict


def judge_all(mine, net):
    """The Verdict on {dW1: …, dW2: …}, each still a function or an array."""
    arrays, troubles = {}, {}
    for name, thing in mine.items():
        arrays[name], troubles[name] = as_gradient(thing, net, name)
    right = {name: SLOPES[name].solution(*arguments(net)) for name in mine}
    if are_swapped(arrays, right):
        words = "The two matrices are swapped: dW1 stands in the place of dW2."
        return Verdict(NOT_YET, (words,))
    sentences, way = best_way(arrays, right, net)
    told = tuple(f"{name}: {troubles[name] or sentences[name]}" for name in mine)
    if not all(s.startswith("right") for s in (troubles[name] or sentences[name] for name in mine)):
        return Verdict(NOT_YET, told)
    down = "These are the ways downhill, minus the slopes: a step adds them, W1 + η dW1."
    return Verdict(IS_RIGHT, told + ((down,) if way < 0 else ()))


def best_way(arrays, right, net):
    """({name: sentence}, 1 for slopes or -1 for ways downhill): that which explains more."""
    known = {name: array for name, array in arrays.items() if array is not None}
    up = {name: judged_slope(name, known, right, net) for name in known}
    if not strange(up) or (len(known) < 2 and "sign is turned" in str(up)):
        return up, 1
    right = {name: -array for name, array in right.items()}
    down = {name: judged_slope(name, known, right, net, -1) for name in known}
    return (down, -1) if strange(down) < strange(up) else (up, 1)


def strange(sentences):
    """How many sentences tell of a turned sign, or have no name for what is wrong."""
    return sum("sign is turned" in s or "no usual slip" in s for s in sentences.values())


def judged_slope(name, arrays, right, net, way=1):
    """The sentence on one array of finite numbers."""
    array, true = arrays[name], right[name]
    if same(array, true):
        return "right." if true.any() else "right, but here every element is 0: try other numbers."
    named = slips_in(name, array, true, net, way) or updated_first(name, arrays, right, net, way)
    if named:
        return f"this is what you get when {named}."
    step = multiple([net[name[1:]] - array], [way * true]) if array.shape == true.shape else None
    if step:
        return f"these are {name[1:]} after the step with η = {step:.3g}, not the slopes."
    return about_values(array, true) or about_shape(name, array, right)


def slips_in(name, array, true, net, way):
    """The fewest slips that give just this array, but for a common factor; "" if none do."""
    exercise, left = SLOPES[name], multiple([array], [true])
    whole = about_factor(left, net) if left else ""
    kinds = (exercise.singles,) if whole else (exercise.singles, exercise.pairs)
    args = arguments(net)
    wrongs = ({words: result_of(f, args) for words, f in kind.items()} for kind in kinds)
    results = ({k: [way * w] for k, w in kind.items() if is_slip(w, true)} for kind in wrongs)
    mean = rounded(1 / len(net["X"]))
    usual = [sign * two * share for share in (1, mean) for two in (1, 2, 0.5) for sign in (1, -1)]
    named, factor = slip_behind(results, [array], usual)
    if factor == 1 or not named:
        return named or whole
    return whole or f"{named}, and apart from that {about_factor(factor, net)}"


def is_slip(wrong, true):
    """Whether a slip gives an array at all, and shows in these numbers."""
    return not isinstance(wrong, Failed) and not same(wrong, true) and not same(-wrong, true)


def about_factor(factor, net):
    """What a common factor comes of, as part of a sentence."""
    twos = {1: "", 0.5: "the factor 2 is missing", 2: "the factor 2 stands twice"}
    means = {1: "", 1 / len(net["X"]): "the mean over the samples is taken for the sum"}
    sign = "the sign is turned" if factor < 0 else ""
    eta = f"η = {abs(factor):.3g} is already in it"
    for (two, missing), (mean, taken) in itertools.product(twos.items(), means.items()):
        if np.isclose(abs(factor), two * mean, rtol=1e-6):
            known = joined(filter(None, (sign, missing, taken)))
            return f"{known}, or {eta}" if taken else known
    if abs(factor) > 1:
        eta = f"everything is {abs(factor):.6g} times what it should be"
    return joined(filter(None, (sign, eta)))


def updated_first(name, arrays, right, net, way):
    """"W2 is taken after its update", and with which slip; "" where that is not what happened."""
    if name[1:] not in ("W1", "b1") or arrays[name].shape != right[name].shape:
        return ""
    known = {("",): SLOPES[name].solution} | SLOPES[name].singles
    steps = [way * right.get("dW2", 0), way * arrays.get("dW2", 0)]
    for step, ((words,), function) in itertools.product(steps, known.items()):
        if np.shape(step) == net["W2"].shape:
            before, change = (result_of(function, arguments(net, W2=W)) for W in (net["W2"], step))
            if isinstance(before, Failed) or before.shape != arrays[name].shape:
                continue
            eta = multiple([way * arrays[name] - before], [change])
            if eta:
                also = f"{words} and " if words else ""
                return f"{also}W2 is taken after its update (by {abs(eta):.3g} dW2)"
    return ""


def are_swapped(arrays, right):
    """Whether dW1 and dW2 are each what the other should be."""
    one, two = arrays["dW1"], arrays["dW2"]
    if one is None or two is None or same(right["dW1"], right["dW2"]):
        return False
    return any(same(way * one, right["dW2"]) and same(way * two, right["dW1"]) for way in (1, -1))


def about_shape(name, array, right):
    """The sentence on an array of another shape than the parameters."""
    true = right[name]
    found = f"its shape is {array.shape}, but that of {name[1:]} is {true.shape}"
    if same(array.T, true) or same(-array.T, true):
        return f"{found}: the numbers are right, but it has to be transposed."
    if name in ("dW1", "dW2") and array.shape == right["dW2" if name == "dW1" else "dW1"].shape:
        return f"{found}. That is the shape of the other: are the two matrices swapped?"
    if array.size == true.size:
        return f"{found}: the same number of elements, in another order."
    return f"{found}. Write the shapes side by side: which transpose is missing?"


def about_values(array, true):
    """The sentence on wrong numbers that no slip explains, "" where the shape is wrong."""
    if array.shape != true.shape:
        return ""
    words = first_element(array, true)
    all_wrong = words.startswith(f"{true.size} of")
    return ("no usual slip gives these numbers; " if all_wrong else "") + words


def joined(words):
    """`a`, `a and b`, `a, b and c`."""
    *before, last = words
    return f"{', '.join(before)} and {last}" if before else last


# What comes in


def toy_net(data, f1, f2, mine):
    """(the forward pass by name, ""), or (None, the sentence on what is wrong with the data)."""
    given = {name: array for name, array in data.items() if array is not None}
    if not given and all(callable(thing) or thing in (None, ...) for thing in mine.values()):
        given = example()
    needed = [*"X Y W1 W2".split(), *(["b1", "b2"] if {"db1", "db2"} & set(mine) else [])]
    missing = [name for name in needed if name not in given]
    if missing:
        calls = ", ".join(f"{name}={name}" for name in needed)
        return None, f"{joined(missing)} missing: pass what you computed with, {calls}."
    for name, f in (("f1", f1), ("f2", f2)):
        if trouble := trouble_with_function(f):
            return None, f"{name}: {trouble}"
    arrays = {}
    for name, thing in given.items():
        arrays[name], trouble = as_finite(thing)
        if trouble:
            return None, f"{name}: {trouble}"
    trouble = trouble_with_shapes(**arrays)
    return (None, trouble) if trouble else passed_forward(arrays, f1, f2)


def trouble_with_function(f):
    if not isinstance(f, Activation):
        return f"expected an Activation such as SQUARE, got {short(f)}."
    return "" if f in ACTIVATIONS else trouble_with_activation(f) or trouble_with_slope(f)


def example():
    """Random data and parameters for the toy net, in the shapes of the blackboard."""
    rng = np.random.default_rng(0)
    shapes = {"X": (10, 3), "Y": (10, 1), "W1": (3, 4), "W2": (4, 1)}
    biases = {"b1": np.zeros(4), "b2": np.zeros(1)}
    return {name: rng.uniform(-1, 1, shape) for name, shape in shapes.items()} | biases


def trouble_with_shapes(X, Y, W1, W2, b1=0, b2=0):
    """The sentence on shapes that do not hook onto each other, else ""."""
    shapes = f"X {X.shape}, Y {Y.shape}, W1 {W1.shape}, W2 {W2.shape}"
    if any(array.ndim != 2 or not array.size for array in (X, Y, W1, W2)):
        return f"X, Y, W1, W2: expected matrices, with two axes each, got {shapes}."
    fits = X.shape[1] == W1.shape[0] and W1.shape[1] == W2.shape[0]
    for name, b, W in (("b1", b1, W1), ("b2", b2, W2)):
        shapes += f", {name} {np.shape(b)}" if np.ndim(b) else ""
        fits = fits and np.shape(b) in ((), (W.shape[1],), (1, W.shape[1]))
    if not fits or Y.shape != (X.shape[0], W2.shape[1]):
        return f"These shapes do not hook onto each other: {shapes}."
    return ""


def passed_forward(arrays, f1, f2):
    """(the forward pass by name, ""), or (None, why there is none)."""
    net = {"b1": np.zeros(1), "b2": np.zeros(1)} | arrays | {"f1": f1, "f2": f2}
    net["Z1"] = net["X"] @ net["W1"] + net["b1"]
    net["A1"] = f1.value(net["Z1"])
    net["Z2"] = net["A1"] @ net["W2"] + net["b2"]
    net["Y_hat"] = f2.value(net["Z2"])
    for name, f, Z in (("f1", f1, net["Z1"]), ("f2", f2, net["Z2"])):
        if np.shape(f.slope(Z)) != Z.shape:
            return None, (
                f"{name}: this check is for functions that act element by element; the slope of "
                f"{f.name} has the shape {np.shape(f.slope(Z))} for {Z.shape}."
            )
    if not all(np.isfinite(SLOPES[name].solution(*arguments(net))).all() for name in SLOPES):
        return None, "The true gradient is not finite for these numbers: take smaller ones."
    source = zip("ABCŶỸ", ("Z1", "A1", "Z2", "Y_hat"), strict=False)  # the letters of the source
    return net | {old: net[new] for old, new in source} | {"Ỹ": net["Y"] - net["Y_hat"]}, ""


def as_finite(thing):
    """(a float array of finite numbers, ""), or (None, what was expected and got instead)."""
    array, trouble = as_numbers(thing)
    if trouble or np.isfinite(array).all():
        return array, trouble
    where = [int(i) for i in np.argwhere(~np.isfinite(array))[0]]
    return None, f"expected finite numbers, got {array[tuple(where)]} at element {where}."


def as_gradient(thing, net, name):
    """(a float array, ""), or (None, the sentence on why there is none)."""
    if callable(thing):
        thing, trouble = called(thing, net)
        if trouble:
            return None, trouble
    if thing is ...:
        return None, "nothing written yet."
    array, trouble = as_finite(thing)
    if array is not None and name in ("db1", "db2") and array.ndim == 2 and len(array) == 1:
        array = array[0]  # one row is what keepdims leaves
    return array, trouble


def called(function, net):
    """(what the function returns, ""), or (None, the sentence on why it does not)."""
    names, trouble = wanted(function, net)
    if trouble:
        return None, trouble
    one = run_answer(function, tuple(net[name] for name in names), raw=True)
    if one.failure:
        hint = " Is a transpose missing?" if one.result == "ValueError" else ""
        return None, f"your function fails: {one.failure}.{hint}"
    return one.result, ""


def wanted(function, net):
    """(the letters to call a function with, ""), or (None, the sentence on what it asks for)."""
    four = ("X", "Y", "W1", "W2")
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some built-in functions do not tell
        return four, ""
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = [p.name for p in places if p.default is p.empty]
    if all(name in net for name in names):
        return names, ""
    if len(names) == 4:
        return four, ""
    return None, (
        f"your function asks for {', '.join(names)}; write it as a function of X, Y, W1, W2, "
        "or of any of b1, b2, Z1, A1, Z2, Y_hat, f1, f2."
    )
