"""Reading a formula: its text becomes factors and terms, and each index is free or summed."""

import re
from dataclasses import dataclass

NAME = r"(?:Y_hat|[^\W\d_]+\d*)"  # Y_hat is Ŷ, as code spells it
INDICES = r"(?:_[^\W_]+)?"
FACTOR = re.compile(  # \u2202 is ∂ and \u00b7 is ·, so that any terminal shows the pattern
    rf"""\u2202 (?:(?P<top_function>{NAME})\()? (?P<top>{NAME}) (?P<top_indices>{INDICES}) \)?
         /\u2202(?P<bottom>{NAME}) (?P<bottom_indices>{INDICES})
       | (?P<function>{NAME}) (?P<prime>'?) \( (?P<inside>{NAME}) (?P<inside_indices>{INDICES}) \)
       | \( (?P<transposed>{NAME}|\({NAME}(?:\u00b7{NAME})+\)) \.T\)
         (?P<transposed_indices>_[^\W_]+)
       | \( (?P<product>{NAME}(?:\u00b7{NAME})+) \) (?P<product_indices>_[^\W_]+)
       | (?P<name>{NAME}) (?P<indices>{INDICES})
       | (?P<number>\d+(?:\.\d+)?)""",
    re.VERBOSE,
)
SIGN = re.compile(r"[+−-]")
EQUALS = re.compile(r"([=←])")
IDENTITY_NAMES = ("I", "δ")  # the identity matrix and, the same by another name, Kronecker's delta


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

    is_identity = property(lambda self: self.name in IDENTITY_NAMES)


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


def split(text):
    """The left side, the sign (= or ←) and the right side."""
    sides = EQUALS.split(text)
    if len(sides) != 3:
        raise ValueError(f'expected one "=", got "{text}"; write it as in "C_ik = A_ij B_jk"')
    return sides


def read_left(text):
    """The Factor on the left of "="; it says which indices are free."""
    found = FACTOR.fullmatch(text.strip())
    if not found or found["number"] or found["function"]:
        raise ValueError(f'expected one array left of "=", got "{text.strip()}"; write C_ik')
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
        raise ValueError("a term is empty beside a sign or the =; write what is missing there")
    while rest:
        found = FACTOR.match(rest)
        if not found:
            raise ValueError(f'cannot read "{rest}": expected a factor; write 2, A_ij or (A.T)_ji')
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
    if factor.is_identity:
        return ()
    functions = (factor.function,) if factor.function else ()
    return functions + tuple(factor.name.split("·"))


def check_indices(formula):
    """Raise ValueError unless each index on the left is on the right too."""
    left = formula.left.indices
    for index in left:
        if left.count(index) > 1 and not index.isdigit():
            raise ValueError(
                f'{index} stands twice on the left of "{formula.text}"; take two letters'
            )
        if index.isdigit() and index != "0":
            raise ValueError(
                f'the left of "{formula.text}" may hold letters and 0, not {index}; write one'
            )
    for term in formula.terms:
        check_term(term, formula)


def check_term(term, formula):
    """Raise ValueError for an index that is missing, or not fit for an identity matrix."""
    for index in formula.free:
        if index not in term.indices:
            raise ValueError(
                f'{index} stands on the left of "{formula.text}" but is missing on the right; '
                "write it there too, or leave it out"
            )
    for factor in term.factors:
        if factor.is_identity and len(factor.indices) != 2:
            raise ValueError(
                f'the identity I takes two indices, got "{factor.text}"; write it as in I_km'
            )
