"""Lines that a refusal tells to write: each has been run, and gave what is asked for."""

from contextlib import suppress

import numpy as np

BEYOND = 1e-6  # beyond the ends of a range: what scaling into it may leave
_OF_TIMES = {
    "M": "np.divide(np.asarray({0}) - np.min(np.asarray({0})), np.timedelta64(1, 'D'))",
    "m": "np.divide(np.asarray({0}), np.timedelta64(1, 'D'))",
}


def line_that_works(lines, name, given, good, **others):
    """ "write …" with the first line that gives finite numbers which are good, else "".

    lines  code in which `given` is called `name` or labels; " for …" says when it is meant
    good   a function of an array
    others what else the lines name
    """
    # code of this file, put together from nnlib's own names and from lengths, never from data
    known = {"__builtins__": {"float": float, "int": int, "map": map, "str": str}, "np": np}
    names = known | {name: given, "labels": given} | others
    for line in lines:
        with suppress(Exception), np.errstate(all="ignore"):
            found = np.asarray(eval(line.partition(" for ")[0], names))
            if found.dtype.kind in "biuf" and np.isfinite(found).all() and good(found):
                return f"write {line}"
    return ""


def in_numbers(array, name):
    """Code for the numbers that stand in an array as words, objects or dates."""
    kind = np.asarray(array).dtype.kind
    return name if kind in "biuf" else _OF_TIMES.get(kind, "np.asarray({0}, float)").format(name)


def rows_of_inputs(X, name, n_in):
    """Lines for samples as rows of n_in numbers."""
    shape, numbers = np.shape(X), in_numbers(X, name)
    array = f"np.asarray({name})" if numbers == name else numbers
    if len(shape) == 1 and n_in == 1:
        yield f"{array}[:, None] for one input"
    if shape == (n_in,):
        yield f"{array}[None, :] for one sample"
    if len(shape) == 2 and shape[1] == n_in:
        yield numbers
    if len(shape) == 2 and shape[0] == n_in:
        yield f"np.transpose({numbers}) for samples in columns"
    if len(shape) > 2 and _without_ones(shape)[-1:] == (n_in,):
        yield f"np.reshape({numbers}, (-1, {n_in}))"
    if len(shape) != 1 and n_in in (np.prod(shape[-2:]), np.prod(shape[1:]), np.prod(shape)):
        means = "pictures, each of them a row" if shape else "one input"
        yield f"np.reshape({numbers}, (-1, {n_in})) for {means}"


def rows_of_targets(Y, name, n, n_out):
    """Lines for one row of n_out targets for each of n samples."""
    shape, numbers = np.shape(Y), in_numbers(Y, name)
    signs = Y.dtype.kind in "if" and set(Y.flat) == {-1, 1}
    for how in ("{}", "np.greater({}, 0)")[: 1 + signs]:
        classes = "" if how == "{}" else " for classes coded -1 and 1"
        if shape == (n,) and n_out == 1:
            array = f"np.asarray({name})" if numbers == name and not classes else numbers
            yield f"{how.format(array)}[:, None]{classes or ' for one output'}"
        elif shape == (n, n_out):
            yield how.format(numbers) + classes
        elif _without_ones(shape) == _without_ones((n, n_out)):
            yield f"np.reshape({how.format(numbers)}, (-1, {n_out})){classes}"
        elif shape == (n_out, n):
            yield f"np.transpose({how.format(numbers)}){classes or ' for samples in columns'}"
    if np.size(Y) == n:
        for line in class_numbers(Y, "labels", max(2, n_out), name != "Y"):
            line = line.partition(" for ")[0]
            if n_out == 1:
                yield f"np.reshape({line}, (-1, 1)) for two classes"
            else:
                yield f"np.eye({n_out})[{line}] for class numbers"


def class_numbers(labels, name, n_classes, all_there=True):
    """Lines for one class number a sample, from 0, of other numbers, words or one-hot rows.

    all_there  take them for such only if each class is among them: else a number may be another's
    """
    if np.ndim(labels) == 2 and np.shape(labels)[1] == n_classes > 1:
        numbers = in_numbers(labels, name)
        rows = f"np.asarray({name})" if numbers == name else numbers
        yield f"{rows}.argmax(axis=1) for one-hot targets"
        return
    flat = name if np.ndim(labels) == 1 else f"np.ravel({name})"
    n_found = 0
    with suppress(TypeError, ValueError):  # words, or None among them
        n_found = len(np.unique(labels))
        numbers = np.ravel(np.asarray(labels, float))
        if not (numbers % 1).any():
            yield from _from_0(numbers, flat, n_classes, labels.dtype.kind in "iu")
    if n_found == n_classes or 0 < n_found < n_classes and not all_there:
        yield f"np.unique({flat}, return_inverse=True)[1] for names of classes"


def recoded(Y, name, good):
    """ "write …" for targets (n, n_out) that may be classes coded by other numbers, else "".

    Two whole numbers may be, and in one column those from 0 or 1 on, each of them twice or more.
    """
    found = np.unique(Y)
    k = len(found)
    if k < 2 or (found % 1).any():
        return ""
    low, high = int(found[0]), int(found[-1])
    coded = f"np.greater({name}, {low}) for classes coded {low} and {high}"
    if k == 2 and (line := line_that_works([coded], name, Y, good)):
        return line
    if Y.shape[1] > 1 or k > 2 and (low not in (0, 1) or high - low >= k or len(Y) < 2 * k):
        return ""
    one_hot = f"np.eye({k})[np.unique({name}, return_inverse=True)[1].ravel()]"
    return f"write {one_hot} for {k} classes and make sizes[-1] {k}"


def _from_0(numbers, flat, n_classes, are_ints):
    ints = flat if are_ints else f"np.asarray({flat}, int)"
    if 0 <= numbers.min() and numbers.max() < n_classes:
        yield ints
    elif numbers.min() == 1 and numbers.max() == n_classes:
        or_ten = f", np.mod({ints}, 10) where 10 stands for 0" * (n_classes == 10)
        yield f"np.subtract({ints}, 1) for classes counted from 1{or_ten}"
    elif set(numbers) == {-1, 1} and n_classes == 2:
        yield f"np.where(np.greater({ints}, 0), 1, 0) for classes coded -1 and 1"


def _without_ones(shape):
    return tuple(length for length in shape if length != 1)
