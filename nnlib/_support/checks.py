"""What may come in at the public doors; the rest is refused in words: expected, got, what to do."""

import inspect
import itertools
import math
import numbers
import re
from contextlib import suppress
from decimal import Decimal

import numpy as np

from nnlib._support.hints import did_you_mean, short
from nnlib._support.lines import (
    BEYOND,
    class_numbers,
    in_numbers,
    line_that_works,
    recoded,
    rows_of_inputs,
    rows_of_targets,
)
from nnlib._support.speed import laid_out
from nnlib.activations import ACTIVATIONS, SIGMOID, SOFTMAX, Activation
from nnlib.costs import COSTS, CROSS_ENTROPY, LOG_LIKELIHOOD, Cost

MOST_PARAMETERS = 50_000_000
LEAVE_OUT = "leave such rows out, or fill them in"
DEEPEST = 32  # lists in lists: more axes than an array of NumPy 1 can have
_NOT_PLAIN = (list, tuple, np.ma.MaskedArray)
_MADE_FOR = {SIGMOID.name: "CROSS_ENTROPY", SOFTMAX.name: "LOG_LIKELIHOOD"}


def checked_sizes(sizes):
    """A list of two or more positive whole numbers."""
    try:
        whole = [int(size) for size in sizes if np.ndim(size) == 0]
        good = len(whole) >= 2 and min(whole) >= 1 and whole == list(sizes)
        good = good and bool not in map(type, sizes) and not isinstance(sizes, (set, dict, bytes))
    except (TypeError, ValueError, OverflowError):
        good = False
    if not good:
        raise ValueError(
            "sizes: expected two or more whole numbers of at least 1, "
            f"got {short(sizes)}; write them as in [784, 30, 10]"
        )
    n = sum(n_in * n_out + n_out for n_in, n_out in zip(whole, whole[1:], strict=False))
    if n > MOST_PARAMETERS:
        raise ValueError(
            f"sizes: expected at most {MOST_PARAMETERS:,} parameters, got {n:,} in {short(sizes)}; "
            "use fewer neurons"
        )
    return whole


def checked_activations(activations, n_layers):
    """A list of activations, one for each layer after the input."""
    if not isinstance(activations, (list, tuple)):
        activations = [activations] * n_layers
    if len(activations) != n_layers:
        raise ValueError(
            f"activations: expected one, or {n_layers} for the {n_layers} layers after the input, "
            f"got {len(activations)}; give one alone, or one for each layer"
        )
    activations = [checked_kind(f, Activation, ACTIVATIONS, "activations") for f in activations]
    for f in activations:
        if f not in ACTIVATIONS:
            for part in ("value", "slope"):
                name = f"activations: {f.name}.{part}"
                _check_shape(getattr(f, part), name, part == "slope")
                _check_order(getattr(f, part), name)
    return activations


def _check_shape(function, name, slope):
    """Your own value of z is an array, one number for each of a layer; a slope may be less."""
    with np.errstate(all="ignore"):
        found = function(np.ones((2, 3)))
    if found is None or not slope and getattr(found, "shape", None) != (2, 3):
        got = f"shape {found.shape}" if hasattr(found, "shape") else short(found)
        raise ValueError(
            f"{name}: expected one number for each of an array of shape (2, 3), got {got}; "
            "let it work element by element, and return an array"
        )


def _check_order(function, name):
    """Your own function must not make whole numbers of all answers because the first is one."""
    z = np.array([[-1.5, -0.7, 0.3], [-0.2, 0.6, 1.5]])
    with np.errstate(all="ignore"):
        found, turned = (np.asarray(function(x)) for x in (z, np.flip(z)))
    good = found.dtype.kind in "biuf" and turned.dtype.kind in "biuf"
    if not (good and np.allclose(found, np.flip(turned), equal_nan=True)):
        got = " or ".join(sorted({str(found.dtype), str(turned.dtype)})) + ", as the first one asks"
        do = "write np.vectorize(…, otypes=[float]), or 0.0 and 1.0 for 0 and 1"
        if found.dtype.kind == turned.dtype.kind == "f":
            got, do = "other numbers in another order", "let it work element by element"
        raise ValueError(
            f"{name}: expected a number for each z, whatever the others are, got {got}; {do}"
        )


def checked_cost(cost, output):
    """The cost, if it makes sense for the output activation."""
    checked_kind(cost, Cost, COSTS, "cost")
    if cost.only is not None and cost.only is not output:
        raise ValueError(
            f"the cost {cost.name} needs {cost.only.name} outputs, got {output.name}; "
            f"use cost={_MADE_FOR.get(output.name, 'QUADRATIC')}, "
            f"or {cost.only.name} in the output layer"
        )
    return cost


def checked_kind(thing, kind, known, name):
    """An Activation or a Cost: one of those known, or your own."""
    if not isinstance(thing, kind):
        names = [k.name.replace("-", "_").replace(" ", "_").upper() for k in known]
        given = thing if isinstance(thing, str) else getattr(thing, "__name__", "")
        near = did_you_mean(re.sub(r"[\W_]+", "_", given), names) if given else ""
        raise TypeError(
            f"{name}: expected {', '.join(names)} or your own {kind.__name__}, "
            f"got {short(thing)}{near or '; give one of these, without quotation marks'}"
        )
    return thing


def checked_dtype(dtype):
    """np.float64 or np.float32, as a np.dtype."""
    try:
        # np.dtype(None) would be float64
        if dtype is not None and np.dtype(dtype) in (np.dtype(np.float32), np.dtype(np.float64)):
            return np.dtype(dtype)
    except TypeError:
        pass
    raise ValueError(
        f"dtype: expected np.float64 or np.float32, got {short(dtype)}; write one of them"
    )


def checked_rng(rng):
    """A NumPy random Generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng: expected a NumPy random generator, got {short(rng)}; "
            "write rng=np.random.default_rng(0)"
        )
    return rng


def checked_seed(seed):
    """A whole number to make random numbers from."""
    return checked_number(seed, "seed", 0, whole=True)


def checked_n_jobs(n_jobs):
    """How many runs at a time: 1 or more, or -1 for one a core."""
    if checked_number(n_jobs, "n_jobs", -1, whole=True) == 0:
        raise ValueError(
            "n_jobs: expected 1 or more runs at a time, or -1 for one a core, got 0; write n_jobs=1"
        )
    return n_jobs


def checked_parameters(arrays, name, shapes, dtype):
    """Our own copies of one array a layer, laid out for fast products."""
    if not isinstance(arrays, (list, tuple)) or len(arrays) != len(shapes):
        got = f"{len(arrays)} of them" if isinstance(arrays, (list, tuple)) else short(arrays)
        drawn = "SCALED, LARGE, FOR_RELU, ONES" if name == "weights" else "True, False"
        only = len(shapes) == 1 and getattr(arrays, "shape", None) == shapes[0]
        raise ValueError(
            f"{name}: expected {drawn} or a list of {len(shapes)} arrays of shapes "
            f"{', '.join(map(str, shapes))}, got {got}; "
            f"{f'write [{name}]' if only else 'give one array a layer'}"
        )
    copies = [
        laid_out(array_of_numbers(a, f"{name}[{layer}]", dtype)) for layer, a in enumerate(arrays)
    ]
    for layer, (array, shape) in enumerate(zip(copies, shapes, strict=True)):
        if array.shape != shape:
            mine = f"{name}[{layer}]"
            flat = f"write np.ravel({mine}): " if shape == (array.size,) else ""
            raise ValueError(
                f"{mine}: expected shape {shape}, got {array.shape}; "
                f"{flat or _turned(array, shape, mine)}rows are inputs, columns are neurons"
            )
        if not np.isfinite(array).all():
            raise ValueError(
                f"{name}[{layer}]: expected finite numbers, got NaN or infinity; start from others"
            )
    return copies


def _turned(array, shape, name):
    """How to exchange rows and columns where that is what is wrong, else ""."""
    return f"write np.transpose({name}): " if array.shape[::-1] == shape else ""


def checked_alive(net):
    """The network, if its parameters are finite arrays of its own shapes still."""
    shapes = list(itertools.pairwise(net.sizes))
    _check_own(net.W, "W", shapes, net.dtype)
    if len(net.b):
        _check_own(net.b, "b", [shape[1:] for shape in shapes], net.dtype)
    if not net.is_finite():
        raise ValueError(
            "net: expected finite parameters, got NaN or infinity: it has diverged; make it anew "
            "and train it with a smaller η"
        )
    return net


def _check_own(arrays, name, shapes, dtype):
    found = [(np.shape(array), str(getattr(array, "dtype", "a list"))) for array in arrays]
    wanted = [(shape, str(dtype)) for shape in shapes]
    if found != wanted:
        wrong = [k for k, pair in enumerate(zip(found, wanted, strict=False)) if len({*pair}) > 1]
        k = wrong[0] if wrong else 0
        turned = found[k:] and found[k][0] == shapes[k][::-1] != shapes[k]
        got = ", ".join(f"{shape} of {kind}" for shape, kind in found)
        raise ValueError(
            f"net.{name}: expected {dtype} arrays of shapes {shapes!r:.80}, got {got:.80}; "
            f"make it anew, and put your numbers in with net.{name}[{k}][:] = "
            f"{'np.transpose(…)' if turned else '…'}"
        )


def checked_inputs(X, net, name="X"):
    """X as an array (n, n_in) of the network's dtype."""
    n_in = net.sizes[0]
    given, X = X, array_of_numbers(X, name, net.dtype, _for_inputs, n_in)
    if X.ndim != 2 or X.shape[1] != n_in or not len(X):
        do = _for_inputs(given, checked_finite(X, name), name, n_in)
        raise ValueError(
            f"{name}: expected shape (n, {n_in}), one sample a row, at least one, got {X.shape}; "
            f"{do or 'check sizes[0] and the data'}"
        )
    return X


def _for_inputs(given, X, name, n_in):
    """How to have samples of n_in numbers as rows, as the end of a sentence, else ""."""
    letter = name.split()[-1]

    def good(X):
        return X.shape[1:] == (n_in,) and len(X)

    return line_that_works(rows_of_inputs(X, letter, n_in), letter, given, good)


def checked_targets(Y, n, net, name="Y"):
    """Y as an array (n, n_out) of the network's dtype."""
    given, Y = Y, array_of_numbers(Y, name, net.dtype, _for_targets, n, net)
    shape = (n, net.sizes[-1])
    if Y.shape != shape:
        do = _for_targets(given, checked_finite(Y, name), name, n, net)
        if Y.shape[1:] == shape[1:]:
            do = do or f"give as many rows as X has, {n:,}"
        raise ValueError(
            f"{name}: expected shape {shape}, one row of targets for each sample, got {Y.shape}; "
            f"{do or 'check sizes[-1] and the data'}"
        )
    return Y


def _for_targets(given, Y, name, n, net):
    """How to have a row of targets for each sample, that suits the cost if there is a way."""
    shape, letter = (n, net.sizes[-1]), name.split()[-1]
    lines = list(rows_of_targets(np.asarray(given), letter, *shape))

    def good(Y):
        return Y.shape == shape

    if do := line_that_works(lines, letter, given, lambda Y: good(Y) and _suits(Y, net.cost)):
        return do
    whole = np.asarray(given).dtype.kind in "USiu"
    n_found = len(np.unique(given)) if whole and np.size(given) == n else 0
    if max(2, shape[1]) < n_found < n:
        return f"make sizes[-1] {n_found}: there are {n_found} classes, one output each"
    return line_that_works(lines, letter, given, good)


def checked_pass(Z, A):
    """The two lists that a pass forward returns."""
    if not (isinstance(Z, list) and isinstance(A, list) and len(A) == len(Z) + 1 > 1):
        raise TypeError(
            "Z, A: expected the two lists that forward returns, got something else; write "
            "net.backward(*net.forward(X), Y)"
        )


def checked_target_values(Y, cost, name="Y"):
    """Y, if its numbers are targets the cost makes sense for."""
    checked_finite(Y, name)
    if _suits(Y, cost):
        return Y
    needs, got = "targets from 0 to 1", f"{Y.min():g} to {Y.max():g}"
    do = "rescale them, or use cost=QUADRATIC with IDENTITY in the output layer"
    letter, k = name.split()[-1], Y.shape[1]
    lines = []
    if cost is LOG_LIKELIHOOD:
        needs = "rows from 0 to 1 that sum to 1"
        got += f", sums {Y.sum(axis=1).min():g} to {Y.sum(axis=1).max():g}"
        do = "a single softmax output is always 1: take two, or SIGMOID with CROSS_ENTROPY"
        if k > 1:
            lines.append(f"np.eye({k})[np.asarray({letter}).argmax(axis=1)] for one class a row")

    def good(Y):
        return _suits(Y, cost)

    as_classes = recoded(Y, letter, good)
    do = f"{as_classes}, else {do}" if as_classes else line_that_works(lines, letter, Y, good) or do
    raise ValueError(f"{name}: the cost {cost.name} needs {needs}, got {got}; {do}")


def _suits(Y, cost):
    """Whether the cost makes sense for these numbers."""
    if cost is CROSS_ENTROPY:
        return Y.min() >= -BEYOND and Y.max() <= 1 + BEYOND
    if cost is LOG_LIKELIHOOD:
        return Y.min() >= -BEYOND and np.abs(Y.sum(axis=1) - 1).max() <= 1e-3
    return True


def checked_samples(X, Y, net):
    """X (n, n_in) and Y (n, n_out) as arrays of finite numbers that the net can learn."""
    X = checked_finite(checked_inputs(X, net), "X")
    return X, checked_target_values(checked_targets(Y, len(X), net), net.cost)


def checked_evaluation(evaluation, net):
    """The validation set (X, Y) for the network, as two arrays."""
    try:
        X, Y = evaluation
    except (TypeError, ValueError):
        raise ValueError(
            f"evaluation: expected a pair (X, Y), got {type(evaluation).__name__}; "
            "write evaluation=(digits.validation.images, digits.validation.targets)"
        ) from None
    x, y = "evaluation X", "evaluation Y"
    X = checked_finite(checked_inputs(X, net, x), x)
    return X, checked_target_values(checked_targets(Y, len(X), net, y), net.cost, y)


def checked_finite(array, name):
    """The array, if it holds no NaN or infinity."""
    with np.errstate(over="ignore", invalid="ignore"):
        total = array.sum()  # finite only if all are, and sooner known
    if not (np.isfinite(total) or np.isfinite(array).all()):
        place, do = _first_of(array)
        raise ValueError(
            f"{name}: expected finite numbers, got NaN or infinity, the first in {place}; {do}"
        )
    return array


def _first_of(array):
    """(where the first NaN or infinity of an array stands, what to do about it)"""
    place = np.argwhere(~np.isfinite(array))[0].tolist()
    if not np.isfinite(array).any():
        return _place_of(place), "none is finite: look at how they were read or computed"
    if place[0] == 0 and array.ndim == 2 and np.isnan(array[0]).all():
        return _place_of(place), "is row 0 a header line? Leave it out"
    return _place_of(place), LEAVE_OUT


def _place_of(place):
    return ", ".join(f"{axis} {i}" for axis, i in zip(("row", "column"), place, strict=False))


def checked_labels(labels, shape, n_classes, name="labels"):
    """One class number for each sample, an array (n,) of integers; a shape of None is any n."""
    given, labels = labels, array_of_numbers(labels, name, None, _for_labels, shape, n_classes)
    asked, got = f"shape {shape or '(n,)'}, one class number for each sample", labels.shape
    if labels.ndim == 1 and labels.size and shape in (None, labels.shape):
        checked_finite(labels, name)
        if labels.dtype.kind != "f" and labels.min() >= 0 and labels.max() < n_classes:
            return labels
        asked = f"whole numbers from 0 to {n_classes - 1}"
        got = f"{labels.dtype} from {labels.min():g} to {labels.max():g}"
    do = _for_labels(given, labels, name, shape, n_classes)
    raise ValueError(f"{name}: expected {asked}, got {got}; {do}")


def _for_labels(given, labels, name, shape, n_classes):
    """How to have one class number from 0 for each sample, as the end of a sentence."""

    def good(y):
        counted = y.dtype.kind in "biu" and y.min() >= 0 and y.max() < n_classes
        return counted and y.ndim == 1 and shape in (None, y.shape)

    lines = class_numbers(np.asarray(given), name, n_classes) if labels.size else ()
    if line := line_that_works(lines, name, given, good):
        return line
    if labels.ndim == 1 and shape not in (None, labels.shape):
        return "give as many labels as samples"
    return f"give the numbers 0 to {n_classes - 1} by which the network knows the classes"


def checked_matrix(array, name, n_rows=None):
    """A matrix of numbers, (rows, columns), at least one of each."""
    array = array_of_numbers(array, name)
    if array.ndim != 2 or not array.size or n_rows not in (None, len(array)):
        raise ValueError(
            f"{name}: expected a matrix of shape ({n_rows or 'rows'}, columns), got {array.shape}; "
            "reshape it, or pass another"
        )
    return array


def checked_squares(images, name):
    """A matrix (n, pixels) of square images, one a row."""
    images = checked_matrix(images, name)
    if math.isqrt(images.shape[1]) ** 2 != images.shape[1]:
        raise ValueError(
            f"{name}: expected square images such as 784 pixels, got {images.shape[1]} each; "
            "a picture is one row: cut it square first"
        )
    return images


def checked_axes(ax):
    """The axes to draw on; known by how they act, for matplotlib is not imported here."""
    if isinstance(ax, type) or not hasattr(ax, "transData"):
        raise TypeError(
            f"ax: expected matplotlib axes, got {short(ax)}; make some with "
            "figure, ax = plt.subplots()"
        )
    return ax


def checked_number(value, name, least, whole=False, most=math.inf):
    """A finite number from `least` to `most` as a float, or as an int where a `whole` is asked."""
    kind = numbers.Integral if whole else numbers.Real
    if isinstance(value, kind) and not isinstance(value, bool):
        with suppress(OverflowError):  # 10**400 is no float
            number = int(value) if whole else float(value)
            if most < number < math.inf:
                got = short(value)
                raise ValueError(f"{name}: expected at most {most:g}, got {got}; choose less")
            if least <= number < math.inf:
                return number
    raise (ValueError if isinstance(value, numbers.Real) else TypeError)(
        f"{name}: expected a {'whole' if whole else 'finite'} number of at least {least}, "
        f"got {short(value)}; write one such as {max(1, math.ceil(least))}"
    )


def checked_function(function, name, such_as):
    """A function that can be called with as many arguments as the one written in `such_as`."""
    takes = such_as.removeprefix("lambda ").partition(":")[0]
    try:
        inspect.signature(function).bind(*takes.split(", "))
    except TypeError:
        raise TypeError(
            f"{name}: expected a function of {takes}, got {short(function)}; write {name}={such_as}"
        ) from None
    except ValueError:  # some built-in functions do not tell
        pass
    return function


def checked_eta(eta, done):
    """A learning rate: a number of at least 0, or a function of the epochs done that gives one."""
    if callable(eta):
        checked_number(checked_function(eta, "eta", "lambda done: 0.5")(done), "eta", 0)
        return eta
    return checked_number(eta, "eta", 0)


def checked_fresh(made, X):
    """What augment has made of the samples X: finite numbers, as many as there were."""
    made = checked_finite(array_of_numbers(made, "augment", X.dtype), "augment")
    if made.shape != X.shape:
        raise ValueError(
            f"augment: expected samples of shape {X.shape}, got {made.shape}; "
            "return one for each that came"
        )
    return made


def array_of_numbers(array, name, dtype=None, hint=None, *asked):
    """An array of this np.dtype (None: its own), if it holds real numbers; truth values are 0, 1.

    Lists, tuples and whatever turns itself into an array (a data frame) are taken as arrays. Of
    what holds none, hint(array, what NumPy makes of it, name, *asked) says what to do, or "".
    """
    if type(array) is np.ndarray and array.dtype is dtype:
        return array  # each step of a descent comes by here, twice
    _check_plain(array, name)
    try:
        found = np.asarray(array)
        if found.dtype == object and hasattr(array, "to_numpy"):
            found = _of_a_frame(found)
        if found.dtype.kind in "biuf":
            own = int if found.dtype == bool else found.dtype
            return _cast(found, own if dtype is None else dtype)
        got = f"an array of {found.dtype}" if found.ndim else short(array)
        words = found.dtype.kind in "USMm" or all(map(_may_be_a_word, found.flat))
        do = words and (_first_missing(found) or (hint and hint(array, found, name, *asked)))
        do = do or _for_words(array, found, name, words)
    except ValueError:
        got, do = "rows of different lengths", "fill the short ones up, or leave them out"
    except FloatingPointError:
        got, do = f"numbers too large for {dtype}", "scale them"
    raise ValueError(f"{name}: expected an array of real numbers, got {got}; {do}")


def _check_plain(array, name, depth=0):
    """Refuse a masked array, a list with one in it, and a list that contains itself.

    NumPy would bring back what the mask hides, and never come to the end of such a list.
    """
    if isinstance(array, np.ma.MaskedArray):
        raise ValueError(f"{name}: expected plain numbers, got masked ones; fill them in first")
    if not isinstance(array, (list, tuple)):
        return
    if depth > DEEPEST:
        raise ValueError(
            f"{name}: expected an array of real numbers, got lists in lists, over {DEEPEST} deep; "
            "look whether one contains itself"
        )
    if any(issubclass(kind, _NOT_PLAIN) for kind in set(map(type, array))):  # numbers go by fast
        for part in array:
            _check_plain(part, name, depth + 1)


def _of_a_frame(found):
    """The numbers of a data frame whose columns may lack some, which to NumPy are objects.

    The array itself where it holds anything else; what is missing, such as pd.NA, becomes NaN.
    """
    if all(isinstance(entry, numbers.Real) or _is_missing(entry) for entry in found.flat):
        filled = [math.nan if _is_missing(entry) else entry for entry in found.flat]
        return np.array(filled).reshape(found.shape)
    return found


def _may_be_a_word(entry):
    return isinstance(entry, (str, bytes, numbers.Real, Decimal)) or _is_missing(entry)


def _is_missing(entry):
    return entry is None or type(entry).__name__ == "NAType"


def _first_missing(found):
    """Where the first name or number is missing among others, as the end of a sentence, else ""."""
    entries = found.ravel().tolist()
    missing = [_is_missing(entry) or str(entry) in ("nan", "", "b''") for entry in entries]
    there = [entry for entry, none in zip(entries, missing, strict=True) if not none]
    if not (there and any(missing)):
        return ""
    place = np.unravel_index(missing.index(True), found.shape)
    return f"the first that is missing is in {_place_of(place)}; {LEAVE_OUT}"


def _for_words(array, found, name, words):
    """What to do with an array in which words or other things stand, as the end of a sentence."""
    letter = name.split()[-1]
    if not found.ndim:
        part = {"Y": "targets", "labels": "labels"}.get(letter, "images")  # of Split, of Digits
        lines = [f"{letter}.{part}", f"{letter}.train.{part} for the digits to train on"]
        do = line_that_works(lines, letter, array, np.size)
        return do or "pass an array or a list of numbers"
    commas = f"np.char.replace(np.asarray({letter}, str), ',', '.').astype(float)"
    lines = [in_numbers(found, letter), f"{commas} for decimal commas"] * words
    if do := line_that_works(lines, letter, array, np.size):
        return do
    entries = found.ravel().tolist()
    wrong = [k for k, entry in enumerate(entries) if not _is_number(entry)]
    if not wrong:
        return "pass numbers alone"
    place = _place_of(np.unravel_index(wrong[0], found.shape))
    below = line_that_works([f"np.asarray({letter}[1:], float)"], letter, array, np.size)
    return (
        f"pass numbers alone: the first that is none, {short(entries[wrong[0]])}, is in {place}"
        f"{f', a header line? {below}' if below else ''}"
    )


def _is_number(entry):
    """Whether an entry is a finite number, or a word for one."""
    try:
        return isinstance(entry, (str, bytes, numbers.Real)) and math.isfinite(float(entry))
    except (ValueError, OverflowError):
        return False


def _cast(array, dtype):
    with np.errstate(over="raise"):  # an infinity must not slip in
        return array.astype(dtype, copy=False)
