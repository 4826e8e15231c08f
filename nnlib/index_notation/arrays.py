"""The arrays that a formula names: what they are, and how far each index runs."""

import itertools
from functools import reduce

import numpy as np

from nnlib._support.checks import array_of_numbers
from nnlib._support.hints import short
from nnlib.index_notation.reading import Factor, unique


def as_given(arrays):
    """What is passed by name, the arrays as arrays of numbers; a function is handed through."""
    return {
        name: thing if callable(thing) or hasattr(thing, "slope") else array_of_numbers(thing, name)
        for name, thing in arrays.items()
    }


def prepare(formula, arrays):
    """The array of every factor and the range of every letter."""
    given = as_given(arrays)
    check_given(formula, given)
    lengths = find_lengths(formula, given)
    factors = {factor for term in formula.terms for factor in term.factors}
    return {factor: factor_array(factor, given, lengths) for factor in factors}, lengths


def check_given(formula, given):
    """Raise ValueError unless every name is there, arrays as arrays and functions as functions."""
    functions = {factor.function for term in formula.terms for factor in term.factors}
    for name in formula.names:
        if name not in given:
            raise ValueError(
                f'"{formula.text}" needs {name}, got {", ".join(given) or "none"}; pass {name}=…'
            )
        if isinstance(given[name], np.ndarray) == (name in functions):
            expected = "a function" if name in functions else "an array"
            raise ValueError(
                f'{name}: expected {expected} in "{formula.text}", got {short(given[name])}; '
                f"pass {expected} as {name}=…"
            )


def factor_array(factor, given, lengths):
    """The array a factor stands for, before any index is put in."""
    if factor.is_identity:
        return identity_array(factor, lengths)
    if factor.function:
        return np.asarray(function_of(factor, given)(given[factor.name]))
    return matrix_of(factor, given)


def identity_array(factor, lengths):
    """The identity matrix of a factor. ValueError where its digit is out of range."""
    letters = unique(factor.indices)
    size = lengths[letters[0]] if letters else 10
    for digit in filter(str.isdigit, factor.indices):
        if int(digit) >= size:
            raise ValueError(
                f"{factor.text} asks for index {digit}, but {letters} runs over {size} values; "
                f"take one below {size}"
            )
    return np.eye(size, dtype=int)


def matrix_of(factor, given):
    """The named array, multiplied out and transposed as the factor says."""
    names = factor.name.split("·")
    for left, right in itertools.pairwise(names):
        if given[left].ndim != 2 or given[left].shape[1:] != given[right].shape[:1]:
            raise ValueError(
                f"{factor.text} needs matrices that hook onto each other, but {left} has the shape "
                f"{given[left].shape} and {right} {given[right].shape}; write which is transposed"
            )
    array = reduce(np.matmul, (given[name] for name in names))
    return array.T if factor.transposed else array


def function_of(factor, given):
    """f or f' as a plain function."""
    function = given[factor.function]
    if not factor.slope:
        return getattr(function, "value", function)
    if not hasattr(function, "slope"):
        raise ValueError(
            f"{factor.text} needs {factor.function} with .value and .slope; pass an Activation"
        )
    return function.slope


def find_lengths(formula, given):
    """Return {letter: range} from every axis the letters stand on, those of an I included."""
    seen = {}
    for index, length, where in axes(formula, given):
        known, first = seen.setdefault(index, (length, where))
        if known != length:
            raise ValueError(
                f"{index} runs over {known} values as {first} but over {length} as {where}; "
                "take axes of one length, or two letters"
            )
    lengths = {index: length for index, (length, _) in seen.items()}
    return link_identities(formula, lengths)


def axes(formula, given):
    """Each (letter, length, "axis 1 of A") for every axis of every array that is given."""
    right = [factor for term in formula.terms for factor in term.factors]
    for factor in (*right, *left_arrays(formula.left)):
        if all(name in given for name in factor.name.split("·")):
            shape = axis_lengths(factor, given)
            for axis, (index, length) in enumerate(zip(factor.indices, shape, strict=True)):
                if not index.isdigit():
                    yield index, length, f"axis {axis} of {described(factor)}"


def left_arrays(left):
    """The left-hand array, or both arrays of a partial derivative: they lend lengths."""
    if left.parts:
        return [Factor(left.text, name, indices) for name, indices in left.parts]
    return [left]


def axis_lengths(factor, given):
    """The shape of a factor's array. ValueError unless the indices fit it."""
    shape = matrix_of(factor, given).shape
    if len(shape) != len(factor.indices):
        raise ValueError(
            f"{factor.text} has {counted(len(factor.indices), 'index', 'indices')}, but "
            f"{described(factor)} has {counted(len(shape), 'axis', 'axes')}: its shape is {shape}; "
            "write an index for each axis"
        )
    for axis, (index, length) in enumerate(zip(factor.indices, shape, strict=True)):
        if index.isdigit() and int(index) >= length:
            raise ValueError(
                f"{factor.text} asks for index {index} on axis {axis} of {described(factor)}, "
                f"which has length {length}; take one below it"
            )
    return shape


def described(factor):
    return f"{factor.name}.T" if factor.transposed else factor.name


def counted(count, one, many):
    return f"{count} {one if count == 1 else many}"


def link_identities(formula, lengths):
    """Return `lengths` with each letter that only an I has given its partner's range."""
    lengths = spread(formula, lengths)
    for index in formula.free + formula.bound:
        if index not in lengths:
            raise ValueError(
                f'nothing in "{formula.text}" says how far {index} runs; give it to an array too'
            )
    for one, other in identity_pairs(formula):
        if lengths[one] != lengths[other]:
            raise ValueError(
                f"I_{one}{other} sets {one} and {other} equal, but {one} runs over "
                f"{lengths[one]} values and {other} over {lengths[other]}; take axes of one length"
            )
    return lengths


def spread(formula, known):
    """Return `known`, {letter: anything}, spread to the letters that an I sets equal."""
    pairs = identity_pairs(formula)
    for _ in pairs:  # a chain of k of them is closed after at most k rounds
        for one, other in pairs:
            if one in known or other in known:
                known.setdefault(one, known.get(other))
                known.setdefault(other, known[one])
    return known


def identity_pairs(formula):
    """The two letters of each I; I_0g, where a digit stays, joins nothing."""
    factors = [factor for term in formula.terms for factor in term.factors]
    return [f.indices for f in factors if f.is_identity and len(unique(f.indices)) == 2]


def result_shape(formula, lengths):
    """The shape of the result; a 0 on the left is an axis of length 1."""
    return tuple(1 if index == "0" else lengths[index] for index in formula.left.indices)


def still(array, factor):
    """Return `array` with each index that is a digit put in."""
    return array[tuple(int(i) if i.isdigit() else slice(None) for i in factor.indices)]


def check_element(formula, element, shape):
    """Raise ValueError unless `element` is one place in the result."""
    if not isinstance(element, (tuple, list)) or tuple(element) not in np.ndindex(shape):
        raise ValueError(
            f"{described(formula.left)}: expected an element of the shape {shape}, got "
            f"{short(element)}; count from 0"
        )
