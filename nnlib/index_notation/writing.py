"""A formula written down: as sums of numbers, as NumPy, as LaTeX."""

import re
import string
import unicodedata

import numpy as np

from nnlib._support.hints import door
from nnlib.index_notation.arrays import left_arrays, spread
from nnlib.index_notation.reading import EQUALS, FACTOR, NAME, SIGN, Factor, Term, unique

ACCENTS = {"\u0302": "hat", "\u0303": "tilde"}
SPELLED = {"delta": "δ", "eta": "η", "sigma": "σ", "Y_hat": "Ŷ"}  # as code spells them
LAYERED = ("W", "Z", "A", "δ")  # W1 is the W of layer 1; of all else, 1 is the first
ANY_LAYER = re.compile(r"(W|b|Z|A|delta)(l|next)")  # Zl is the Z of layer l, Znext of the next


# Numbers


def sum_as_text(products):
    """1*8 + 2*4 - 3*6 for the products of a sum."""
    text = ""
    for sign, factors in products:
        shown = (f"({show(number)})" if number < 0 else show(number) for number in factors)
        text += f" {'+' if sign > 0 else '-'} {'*'.join(shown)}"
    return text.removeprefix(" + ").removeprefix(" ")


def show(number):
    return str(number) if isinstance(number, int) else f"{number:.4g}"


# NumPy


def shape_text(array):
    """`(10,3)`, and `(3,)` for a single axis, as NumPy writes it in its messages."""
    return str(np.shape(array)).replace(" ", "")


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
    if factor.is_identity:
        text = f"np.eye({size_text(factor, formula)})"
    if factor.function:
        text = f"{factor.function}.{'slope' if factor.slope else 'value'}({text})"
    return f"{text}.T" if factor.transposed else text


def size_text(identity, formula):
    """Where NumPy finds the size of an identity matrix: `B.shape[1]`."""
    right = [factor for term in formula.terms for factor in term.factors]
    known = {}
    for factor in (*right, *(left_arrays(formula.left) if formula.left.parts else ())):
        if not factor.is_identity:
            text = array_name(Factor("", factor.name, transposed=factor.transposed), formula)
            for axis, index in enumerate(factor.indices):
                known.setdefault(index, f"{text}.shape[{axis}]")
    return next(spread(formula, known)[index] for index in unique(identity.indices))


def subscripts(term, free):
    """The np.einsum subscripts of a term; np.einsum knows a to z only, so μ gets another."""
    own = term.indices
    spare = [letter for letter in string.ascii_letters if letter not in own]
    latin = {letter: letter if letter.isascii() else spare.pop(0) for letter in own}
    groups = ["".join(latin.get(i, "") for i in factor.indices) for factor in term.factors]
    return ",".join(groups) + "->" + "".join(latin[i] for i in free)


# LaTeX


@door
def latex_of(text):
    """A piece of a formula in LaTeX; what is no factor, such as = or a sign, stays."""
    pieces, end = [], 0
    for found in FACTOR.finditer(text):
        gap = text[end : found.start()]
        if pieces and not (SIGN.search(gap) or EQUALS.search(gap)):
            gap = gap.replace(" ", r" \, ")
        pieces += [gap, latex_factor(found)]
        end = found.end()
    latex = transposed("".join([*pieces, text[end:]]).strip())
    return latex.replace("−", "-").replace("←", r"\leftarrow").replace("·", r" \cdot ")


def transposed(latex):
    """`latex` with each .T as an upright T above; beside a layer, which stands there already."""
    beside = re.sub(r"\^\{(\([\w+]+\))\}\.T\b", r"^{\1\\,\\mathsf{T}}", latex)
    return re.sub(r"\.T\b", r"^{\\mathsf{T}}", beside)


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
    """A name with its indices. Kronecker's delta is the identity: no line has two kinds of δ."""
    if name == "δ" and len(indices) == 3:
        name = "I"
    if re.fullmatch(r"b\d+", name) and indices:
        return f"b^{{({name[1:]})}}{latex_indices(indices)}"
    return latex_name(name) + latex_indices(indices)


def latex_indices(indices):
    """_ij as _{ij}, and nothing for no indices."""
    return f"_{{{''.join(map(latex_letter, indices[1:])).strip()}}}" if indices else ""


def latex_name(name):
    r"""A name in LaTeX: W1 as W^{(1)}, Znext as Z^{(l+1)}, Ŷ as \hat{Y}, f2 as f_2."""
    if found := ANY_LAYER.fullmatch(name):
        return f"{latex_name(found[1])}^{{({'l' if found[2] == 'l' else 'l+1'})}}"
    letters = name.rstrip(string.digits)
    digits = name[len(letters) :]
    letters = SPELLED.get(letters, letters)
    base = "".join(map(latex_letter, letters)).strip()
    if not digits:
        return base
    return f"{base}^{{({digits})}}" if letters.endswith(LAYERED) else f"{base}_{digits}"


def latex_letter(letter):
    """One letter in LaTeX, with its accent."""
    plain, *accents = unicodedata.normalize("NFD", letter)
    for accent in accents:
        plain = rf"\{ACCENTS[accent]}{{{plain}}}"
    if unicodedata.name(letter).startswith("GREEK"):
        word = unicodedata.name(letter).split()[-1].replace("LAMDA", "LAMBDA")
        return "\\" + (word.title() if letter.isupper() else word.lower()) + " "
    return plain
