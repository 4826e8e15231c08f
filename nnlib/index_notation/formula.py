"""Formula: what a formula says of itself, and what it gives on arrays, by loops or by np.einsum."""

import itertools
import math
import unicodedata

import numpy as np

from nnlib._support.hints import door, printable, short
from nnlib.index_notation.arrays import (
    as_given,
    check_element,
    find_lengths,
    prepare,
    result_shape,
    still,
)
from nnlib.index_notation.reading import (
    check_indices,
    needed_names,
    read_left,
    read_terms,
    split,
    unique,
)
from nnlib.index_notation.writing import latex_of, numpy_of, show, subscripts, sum_as_text


@door
@printable
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
                f'text: expected a formula, got {short(text)}; write "C_ik = A_ij B_jk"'
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
    @door
    def einsum(self):
        """The subscripts for `np.einsum`; an index that stays (the 0 of Y_i0) takes no letter."""
        if len(self.terms) > 1:
            raise ValueError(f'"{self.text}" is a sum, np.einsum writes one product; split it')
        return subscripts(self.terms[0], self.free)

    @property
    def latex(self):
        """The formula in LaTeX."""
        return latex_of(self.text)

    @property
    def numpy(self):
        """The right-hand side as one line of NumPy, every I an `np.eye`."""
        text = " ".join(numpy_of(term, self) for term in self.terms).removeprefix("+ ")
        return "-" + text[2:] if text.startswith("- ") else text

    # What it gives on arrays

    def lengths(self, **arrays):
        """The range of each letter, {"i": 10, …}. ValueError in words where two axes clash."""
        return find_lengths(self, as_given(arrays))

    def evaluate(self, **arrays):
        """The result as an array, one axis for each index on the left, by loops and sums only."""
        values, lengths = prepare(self, arrays)
        shape = result_shape(self, lengths)
        elements = [total(self.products(place, values, lengths)) for place in np.ndindex(shape)]
        return np.array(elements).reshape(shape)

    def contract(self, **arrays):
        """The same result by `np.einsum`, every I an `np.eye`: for long products."""
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
