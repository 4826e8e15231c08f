"""Formulas in index notation, computed as they stand: loops over indices and nothing else.

    C_ik = A_ij B_jk        i and k stand on the left: they are free, one number for each pair
                            j is repeated and not on the left: it is bound, summed over its range

A formula reads `left = term + term - term`, or `left ← …` for a step that overwrites.
A term is a product, its factors set off by spaces:

    2  0.5               a number
    η                    a name without indices: a single number
    W1_jk  Ỹ_i0          a name, then one index for each axis: a letter runs, a digit stays
    (A.T)_ji             a transpose
    (X·W1)_im            a matrix product (by @), also ((X·W1).T)_mi
    f2(C_i0)  f2'(C_i0)  a function or its slope, element by element
    ∂Ŷ_i0/∂W1_mn         a partial derivative, given as the array dŶ_dW1 with axes i, 0, m, n
    ∂f2(C_i0)/∂C_μν      the same, given as df2_dC
    δ_km                 Kronecker's delta: 1 where k = m, otherwise 0

This module imports nothing of nnlib, so it can bear witness for the rest.
"""

import itertools
import math
import re
import string
import unicodedata
from dataclasses import dataclass
from functools import reduce

import numpy as np

__all__ = ["Formula", "latex_of"]

NAME = r"[^\W\d_]+\d*"
INDICES = r"(?:_[^\W_]+)?"
FACTOR = re.compile(
    rf"""∂ (?:(?P<top_function>{NAME})\()? (?P<top>{NAME}) (?P<top_indices>{INDICES}) \)?
         /∂(?P<bottom>{NAME}) (?P<bottom_indices>{INDICES})
       | (?P<function>{NAME}) (?P<prime>'?) \( (?P<inside>{NAME}) (?P<inside_indices>{INDICES}) \)
       | \( (?P<transposed>{NAME}|\({NAME}(?:·{NAME})+\)) \.T\) (?P<transposed_indices>_[^\W_]+)
       | \( (?P<product>{NAME}(?:·{NAME})+) \) (?P<product_indices>_[^\W_]+)
       | (?P<name>{NAME}) (?P<indices>{INDICES})
       | (?P<number>\d+(?:\.\d+)?)""",
    re.VERBOSE,
)
SIGN = re.compile(r"[+−-]")
EQUALS = re.compile(r"([=←])")
ACCENTS = {"\u0302": "hat", "\u0303": "tilde"}


@dataclass(frozen=True)
class Factor:
    """One factor of a term: which array, what is done to it, and an index for each axis."""

    text: str
    name: str = ""
    indices: str = ""
    function: str = ""
    slope: bool = False
    transposed: bool = False
    parts: tuple = ()

    @property
    def is_delta(self):
        return self.name == "δ"


@dataclass(frozen=True)
class Term:
    """A product: its sign, its leading number and its factors."""

    sign: int
    number: float
    factors: tuple

    @property
    def indices(self):
        """The letters of the term, each once, in order of appearance."""
        return unique("".join(factor.indices for factor in self.factors))


class Formula:
    """A formula in index notation, computed by explicit sums.

    >>> product = Formula("C_ik = A_ij B_jk")
    >>> product.free, product.bound, product.einsum
    ('ik', 'j', 'ij,jk->ik')

    Arrays are passed by name: `product.evaluate(A=A, B=B)`. A function is passed in the same way,
    plain or as an object with `.value` and `.slope`. ValueError where the text cannot be read,
    an index does not fit, or an array is missing or has the wrong axes.
    """

    def __init__(self, text):
        if not isinstance(text, str):
            raise TypeError(
                f'text: expected a formula such as "C_ik = A_ij B_jk"; got {short(text)}'
            )
        self.text = unicodedata.normalize("NFKC", text).strip()
        left, self.sign, right = split(self.text)
        self.left = read_left(left)
        self.terms = read_terms(right)
        check_indices(self)

    # What the formula says of itself

    @property
    def free(self):
        """The letters on the left: one number of the result for each of their values."""
        return unique(self.left.indices)

    @property
    def bound(self):
        """The letters summed over, in order of appearance."""
        letters = unique("".join(term.indices for term in self.terms))
        return "".join(letter for letter in letters if letter not in self.free)

    @property
    def names(self):
        """The arrays and functions the right-hand side needs, each once."""
        factors = [factor for term in self.terms for factor in term.factors]
        found = [name for factor in factors for name in needed_names(factor)]
        return tuple(dict.fromkeys(found))

    @property
    def einsum(self):
        """The subscripts for `np.einsum`; an index that stays (the 0 of Y_i0) takes no letter."""
        if len(self.terms) > 1:
            raise ValueError(f'"{self.text}" is a sum; np.einsum writes one product: split it')
        return subscripts(self.terms[0], self.free)

    @property
    def latex(self):
        """The formula in LaTeX."""
        return latex_of(self.text)

    @property
    def numpy(self):
        """The right-hand side as one line of NumPy, every delta an `np.eye`."""
        text = " ".join(numpy_of(term, self) for term in self.terms).removeprefix("+ ")
        return "-" + text[2:] if text.startswith("- ") else text

    # What it gives on arrays

    def lengths(self, **arrays):
        """The range of each letter, {"i": 10, …}. ValueError in words where two axes clash."""
        return find_lengths(self, {name: numbers(name, array) for name, array in arrays.items()})

    def evaluate(self, **arrays):
        """The result as an array, one axis for each index on the left, by loops and sums only."""
        values, lengths = prepare(self, arrays)
        shape = result_shape(self, lengths)
        elements = [total(self.products(place, values, lengths)) for place in np.ndindex(shape)]
        return np.array(elements).reshape(shape)

    def contract(self, **arrays):
        """The same result by `np.einsum`, every delta an `np.eye`: for long products."""
        values, lengths = prepare(self, arrays)
        parts = [contract_term(term, self.free, values) for term in self.terms]
        return np.asarray(sum(parts)).reshape(result_shape(self, lengths))

    def written_out(self, element, **arrays):
        """The sum behind one element as text: `C[0,1] = 1*8 + 2*4 + 3*6 = 34`."""
        values, lengths = prepare(self, arrays)
        check_element(self, element, result_shape(self, lengths))
        products = list(self.products(element, values, lengths))
        place = f"[{','.join(map(str, element))}]" if element else ""
        return f"{self.left.name}{place} = {sum_as_text(products)} = {show(total(products))}"

    def products(self, element, values, lengths):
        """Each product of the sum behind one element, as a list of its numbers."""
        fixed = dict(zip(self.left.indices, element, strict=True))
        for term in self.terms:
            bound = [letter for letter in term.indices if letter not in fixed]
            for place in itertools.product(*(range(lengths[letter]) for letter in bound)):
                yield term.sign, pick(term, values, fixed | dict(zip(bound, place, strict=True)))

    def __repr__(self):
        free, bound = (", ".join(letters) or "none" for letters in (self.free, self.bound))
        return f'Formula("{self.text}")  free: {free}; summed: {bound}'

    def _repr_latex_(self):
        return f"${self.latex}$"


# Reading the text


def split(text):
    """The left side, the sign (= or ←) and the right side."""
    sides = EQUALS.split(text)
    if len(sides) != 3:
        raise ValueError(f'"{text}" must hold one "=": write for example "C_ik = A_ij B_jk"')
    return sides


def read_left(text):
    """The Factor on the left of "="; it says which indices are free."""
    found = FACTOR.fullmatch(text.strip())
    if not found or found["number"] or found["function"]:
        raise ValueError(f'expected one array left of "=", such as C_ik; got "{text.strip()}"')
    return as_factor(found)


def read_terms(text):
    """The terms of a right-hand side."""
    text = text.strip()
    signs = SIGN.findall(text)
    pieces = SIGN.split(text)
    if not pieces[0].strip() and signs:
        pieces = pieces[1:]
    else:
        signs = ["+", *signs]
    return tuple(read_term(sign, piece) for sign, piece in zip(signs, pieces, strict=True))


def read_term(sign, text):
    """One Term. ValueError names the first piece that cannot be read."""
    number, factors, rest = 1, [], text.strip()
    if not rest:
        raise ValueError("a term is empty: something is missing beside a sign or the =")
    while rest:
        found = FACTOR.match(rest)
        if not found:
            raise ValueError(f'cannot read "{rest}": expected a factor such as 2, A_ij or (A.T)_ji')
        if found["number"]:
            number *= float(found[0]) if "." in found[0] else int(found[0])
        else:
            factors.append(as_factor(found))
        rest = rest[found.end() :].lstrip()
    return Term(1 if sign == "+" else -1, number, tuple(factors))


def as_factor(found):
    """The Factor for one match of FACTOR."""
    text = found[0]
    if found["bottom"]:
        return as_partial(found)
    if found["function"]:
        indices = found["inside_indices"][1:]
        slope = bool(found["prime"])
        return Factor(text, found["inside"], indices, function=found["function"], slope=slope)
    if found["transposed"]:
        name = found["transposed"].strip("()")
        return Factor(text, name, found["transposed_indices"][1:], transposed=True)
    if found["product"]:
        return Factor(text, found["product"], found["product_indices"][1:])
    return Factor(text, found["name"], found["indices"][1:])


def as_partial(found):
    """The Factor for ∂Ŷ_i0/∂W1_mn: the array dŶ_dW1 with axes i, 0, m, n."""
    top = found["top_function"] or found["top"]
    above, below = found["top_indices"][1:], found["bottom_indices"][1:]
    parts = ((found["top"], above), (found["bottom"], below))
    return Factor(found[0], f"d{top}_d{found['bottom']}", above + below, parts=parts)


def unique(text):
    """The letters of `text`, each once; digits are left out."""
    return "".join(dict.fromkeys(letter for letter in text if not letter.isdigit()))


def needed_names(factor):
    """The names to pass in for one factor."""
    if factor.is_delta:
        return ()
    functions = (factor.function,) if factor.function else ()
    return functions + tuple(factor.name.split("·"))


def check_indices(formula):
    """Raise ValueError unless each index is free on both sides, or repeated and summed."""
    left = formula.left.indices
    for index in left:
        if left.count(index) > 1 and not index.isdigit():
            raise ValueError(f'{index} stands twice on the left of "{formula.text}"')
        if index.isdigit() and index != "0":
            raise ValueError(f'the left of "{formula.text}" may hold letters and 0, not {index}')
    for term in formula.terms:
        check_term(term, formula)


def check_term(term, formula):
    """Raise ValueError for an index that is missing, lonely, or not fit for a delta."""
    written = "".join(factor.indices for factor in term.factors)
    for index in formula.free:
        if index not in written:
            raise ValueError(
                f'{index} stands on the left of "{formula.text}" but is missing on the right'
            )
    for index in term.indices:
        if index not in formula.free and written.count(index) == 1:
            raise ValueError(
                f'{index} stands once on the right of "{formula.text}" and not on the left: '
                "an index is free (on both sides) or summed (repeated on the right)"
            )
    for factor in term.factors:
        if factor.is_delta and len(factor.indices) != 2:
            raise ValueError(f'δ takes two indices, as in δ_km; got "{factor.text}"')


# Arrays and the ranges of the indices


def prepare(formula, arrays):
    """The array of every factor and the range of every letter."""
    given = {name: numbers(name, array) for name, array in arrays.items()}
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
                f'"{formula.text}" needs {name}: pass it by name; got {", ".join(given) or "none"}'
            )
        if isinstance(given[name], np.ndarray) == (name in functions):
            expected = "a function" if name in functions else "an array"
            raise ValueError(f'{name} must be {expected} in "{formula.text}"')


def numbers(name, array):
    """Return `array` as a NumPy array of numbers; a function is handed through."""
    if callable(array) or hasattr(array, "slope"):
        return array
    try:
        array = np.asarray(array)
    except ValueError:
        raise ValueError(f"{name} must be an array; got rows of different lengths") from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers; got dtype {array.dtype}")
    return array


def factor_array(factor, given, lengths):
    """The array a factor stands for, before any index is put in."""
    if factor.is_delta:
        return delta_array(factor, lengths)
    if factor.function:
        return np.asarray(function_of(factor, given)(given[factor.name]))
    return matrix_of(factor, given)


def delta_array(factor, lengths):
    """The unit matrix a delta stands for. ValueError where its digit is out of range."""
    letters = unique(factor.indices)
    size = lengths[letters[0]] if letters else 10
    for digit in filter(str.isdigit, factor.indices):
        if int(digit) >= size:
            raise ValueError(
                f"{factor.text} asks for index {digit}, but {letters} runs over {size} values"
            )
    return np.eye(size, dtype=int)


def matrix_of(factor, given):
    """The named array, multiplied out and transposed as the factor says."""
    names = factor.name.split("·")
    for left, right in itertools.pairwise(names):
        if given[left].ndim != 2 or given[left].shape[1:] != given[right].shape[:1]:
            raise ValueError(
                f"{factor.text} needs matrices that hook onto each other, but {left} has the shape "
                f"{given[left].shape} and {right} {given[right].shape}"
            )
    array = reduce(np.matmul, (given[name] for name in names))
    return array.T if factor.transposed else array


def function_of(factor, given):
    """f or f' as a plain function."""
    function = given[factor.function]
    if not factor.slope:
        return getattr(function, "value", function)
    if not hasattr(function, "slope"):
        raise ValueError(f"{factor.text} needs {factor.function} with .value and .slope")
    return function.slope


def find_lengths(formula, given):
    """Return {letter: range} from every axis the letters stand on, deltas included."""
    seen = {}
    for index, length, where in axes(formula, given):
        known, first = seen.setdefault(index, (length, where))
        if known != length:
            raise ValueError(
                f"{index} runs over {known} values as {first} but over {length} as {where}"
            )
    lengths = {index: length for index, (length, _) in seen.items()}
    return link_deltas(formula, lengths)


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
            f"{described(factor)} has {counted(len(shape), 'axis', 'axes')}: its shape is {shape}"
        )
    for axis, (index, length) in enumerate(zip(factor.indices, shape, strict=True)):
        if index.isdigit() and int(index) >= length:
            raise ValueError(
                f"{factor.text} asks for index {index} on axis {axis} of {described(factor)}, "
                f"which has length {length}"
            )
    return shape


def described(factor):
    return f"{factor.name}.T" if factor.transposed else factor.name


def counted(count, one, many):
    return f"{count} {one if count == 1 else many}"


def link_deltas(formula, lengths):
    """Return `lengths` with each letter that stands only in deltas given its partner's range."""
    lengths = spread(formula, lengths)
    for index in formula.free + formula.bound:
        if index not in lengths:
            raise ValueError(f'nothing in "{formula.text}" says how far {index} runs')
    for one, other in delta_pairs(formula):
        if lengths[one] != lengths[other]:
            raise ValueError(
                f"δ_{one}{other} sets {one} and {other} equal, but {one} runs over "
                f"{lengths[one]} values and {other} over {lengths[other]}"
            )
    return lengths


def spread(formula, known):
    """Return `known`, {letter: anything}, spread to the letters that deltas set equal."""
    pairs = delta_pairs(formula)
    for _ in pairs:  # a chain of k deltas is closed after at most k rounds
        for one, other in pairs:
            if one in known or other in known:
                known.setdefault(one, known.get(other))
                known.setdefault(other, known[one])
    return known


def delta_pairs(formula):
    """The two letters of each delta; δ_0ν, where a digit stays, joins nothing."""
    factors = [factor for term in formula.terms for factor in term.factors]
    return [f.indices for f in factors if f.is_delta and len(unique(f.indices)) == 2]


def result_shape(formula, lengths):
    """The shape of the result; a 0 on the left is an axis of length 1."""
    return tuple(1 if index == "0" else lengths[index] for index in formula.left.indices)


# Sums


def pick(term, values, place):
    """The numbers a term multiplies at one place of the indices."""
    picked = [
        values[factor][tuple(place[i] if i in place else int(i) for i in factor.indices)].item()
        for factor in term.factors
    ]
    return picked if term.number == 1 and picked else [term.number, *picked]


def total(products):
    """The sum of the products; Python's own numbers, so that integers stay exact."""
    return sum(sign * math.prod(factors) for sign, factors in products)


def contract_term(term, free, values):
    """One term by np.einsum, an axis for each free letter."""
    if not term.factors:
        return term.sign * term.number
    arrays = [still(values[factor], factor) for factor in term.factors]
    product = np.einsum(subscripts(term, free), *arrays, optimize=len(arrays) > 2)
    return term.sign * term.number * product


def still(array, factor):
    """Return `array` with each index that is a digit put in."""
    return array[tuple(int(i) if i.isdigit() else slice(None) for i in factor.indices)]


def subscripts(term, free):
    """The np.einsum subscripts of a term; np.einsum knows a to z only, so μ gets another."""
    spare = [letter for letter in string.ascii_letters if letter not in term.indices]
    latin = {letter: letter if letter.isascii() else spare.pop(0) for letter in term.indices}
    groups = ["".join(latin.get(i, "") for i in factor.indices) for factor in term.factors]
    return ",".join(groups) + "->" + "".join(latin[i] for i in free)


# Writing it down


def check_element(formula, element, shape):
    """Raise ValueError unless `element` is one place in the result."""
    if not isinstance(element, (tuple, list)) or tuple(element) not in np.ndindex(shape):
        raise ValueError(
            f"{described(formula.left)} has the shape {shape} here; there is no element "
            f"{short(element)}"
        )


def sum_as_text(products):
    """1*8 + 2*4 - 3*6 for the products of a sum."""
    text = "".join(
        f" {'+' if sign > 0 else '-'} {'*'.join(show_factor(number) for number in factors)}"
        for sign, factors in products
    )
    return text.removeprefix(" + ").removeprefix(" ")


def short(thing):
    """How Python writes the thing, on one line of at most 80 characters."""
    return " ".join(f"{thing!r:.80}".split())


def show(number):
    return str(number) if isinstance(number, int) else f"{number:.4g}"


def show_factor(number):
    return f"({show(number)})" if number < 0 else show(number)


def numpy_of(term, formula):
    """A term as NumPy with its sign in front: `- 2 * np.einsum("ij,jk->ik", A, B)`."""
    scalars = [factor.name for factor in term.factors if not factor.indices]
    arrays = tuple(factor for factor in term.factors if factor.indices)
    parts = scalars + ([einsum_call(Term(1, 1, arrays), formula)] if arrays else [])
    if term.number != 1 or not parts:
        parts.insert(0, show(term.number))
    return f"{'+' if term.sign > 0 else '-'} {' * '.join(parts)}"


def einsum_call(term, formula):
    """The call of np.einsum for the arrays of a term; a plain name where that is all."""
    arrays = [array_text(factor, formula) for factor in term.factors]
    if len(arrays) == 1 and term.factors[0].indices == formula.left.indices:
        return array_name(term.factors[0], formula)
    call = f'np.einsum("{subscripts(term, formula.free)}", {", ".join(arrays)})'
    new_axes = ", ".join("None" if i == "0" else ":" for i in formula.left.indices)
    return f"{call}[{new_axes}]" if "0" in formula.left.indices else call


def array_text(factor, formula):
    """The NumPy for one array with each digit put in: `f2.slope(C)[:, 0]`."""
    text = array_name(factor, formula)
    slices = ", ".join(i if i.isdigit() else ":" for i in factor.indices)
    return f"{text}[{slices}]" if any(i.isdigit() for i in factor.indices) else text


def array_name(factor, formula):
    """The NumPy for a whole array: `f2.slope(C)`, `np.eye(B.shape[1])`, `(X @ W1).T`."""
    text = factor.name.replace("·", " @ ")
    text = f"({text})" if "·" in factor.name else text
    if factor.is_delta:
        text = f"np.eye({size_text(factor, formula)})"
    if factor.function:
        text = f"{factor.function}.{'slope' if factor.slope else 'value'}({text})"
    return f"{text}.T" if factor.transposed else text


def size_text(delta, formula):
    """Where NumPy finds the size of a delta: `B.shape[1]`."""
    right = [factor for term in formula.terms for factor in term.factors]
    known = {}
    for factor in (*right, *(left_arrays(formula.left) if formula.left.parts else ())):
        if not factor.is_delta:
            text = array_name(Factor("", factor.name, transposed=factor.transposed), formula)
            for axis, index in enumerate(factor.indices):
                known.setdefault(index, f"{text}.shape[{axis}]")
    return next(spread(formula, known)[index] for index in unique(delta.indices))


# LaTeX


def latex_of(text):
    """A piece of a formula in LaTeX; what is no factor, such as = or a sign, stays."""
    pieces, end = [], 0
    for found in FACTOR.finditer(text):
        gap = text[end : found.start()]
        if pieces and not (SIGN.search(gap) or EQUALS.search(gap)):
            gap = gap.replace(" ", r" \, ")
        pieces += [gap, latex_factor(found)]
        end = found.end()
    latex = "".join([*pieces, text[end:]]).strip()
    return latex.replace("−", "-").replace("←", r"\leftarrow").replace("·", r" \cdot ")


def latex_factor(found):
    """One factor in LaTeX."""
    if found["number"]:
        return found[0]
    if found["bottom"]:
        return latex_partial(found)
    if found["function"]:
        inside = latex_indexed(found["inside"], found["inside_indices"])
        return f"{latex_name(found['function'])}{found['prime']}({inside})"
    if found["transposed"]:
        matrix = latex_matrices(found["transposed"])
        return f"({matrix}.T){latex_indices(found['transposed_indices'])}"
    if found["product"]:
        return f"({latex_matrices(found['product'])}){latex_indices(found['product_indices'])}"
    return latex_indexed(found["name"], found["indices"])


def latex_partial(found):
    """A partial derivative as a fraction."""
    top = latex_indexed(found["top"], found["top_indices"])
    if found["top_function"]:
        top = f"{latex_name(found['top_function'])}({top})"
    bottom = latex_indexed(found["bottom"], found["bottom_indices"])
    return rf"\frac{{\partial {top}}}{{\partial {bottom}}}"


def latex_matrices(text):
    return re.sub(NAME, lambda name: latex_name(name[0]), text).replace("·", r" \cdot ")


def latex_indexed(name, indices):
    return latex_name(name) + latex_indices(indices)


def latex_indices(indices):
    """_ij as _{ij}, and nothing for no indices."""
    return f"_{{{''.join(map(latex_letter, indices[1:])).strip()}}}" if indices else ""


def latex_name(name):
    r"""A name in LaTeX: W1 as W^{(1)}, Ŷ as \hat{Y}, f2 as f_2, δW as \delta W."""
    letters = name.rstrip(string.digits)
    digits = name[len(letters) :]
    base = "".join(map(latex_letter, letters)).strip()
    if not digits:
        return base
    return f"{base}^{{({digits})}}" if letters.endswith("W") else f"{base}_{digits}"


def latex_letter(letter):
    """One letter in LaTeX, with its accent."""
    plain, *accents = unicodedata.normalize("NFD", letter)
    for accent in accents:
        plain = rf"\{ACCENTS[accent]}{{{plain}}}"
    if unicodedata.name(letter).startswith("GREEK"):
        word = unicodedata.name(letter).split()[-1].replace("LAMDA", "LAMBDA")
        return "\\" + (word.title() if letter.isupper() else word.lower()) + " "
    return plain
