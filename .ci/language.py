"""One language: what a program can hold of the letters, in notebooks and derivations.

The page of letters is in notebook 0. Each rule reads one text and yields what offends it.
"""

import ast
import re
from collections import namedtuple

from minutes import FORMULAS
from notebook_rules import parsed

# A text to be read: its kind is "prose", "formula" (LaTeX) or "code"; `around` is the whole cell or
# line it stands in, where a reason may be given
Text = namedtuple("Text", "kind text around")

SUM = "Σ is written"  # a reader sees why, in the same cell
TABLE_OF_THE_SOURCE = re.compile(r"^\|.*the source writes", re.M | re.I)
SLOPED = {"f", "g", "C", r"\sigma", r"\varphi", r"\tanh"}  # functions: their slopes have a prime
PRIMED = re.compile(r"(\\[a-zA-Z]+|[A-Za-z]|\}|\))\s*(?:_(?:\{[^{}]*\}|\w))?'")
INDEX = r"\s*(?:\\[a-z]+|[a-z0-9])\s*"
KRONECKER = re.compile(rf"\\delta\s*_\s*\{{{INDEX}{INDEX}\}}")
KRONECKER_IN_CODE = re.compile(r"δ_[^\W_]{2}(?![^\W_])")
ERROR_IN_A = re.compile(r"\\delta\s*_\s*\{?\s*(?:a(?![a-z])|\\hat)|\bdelta_[ay]")
NORMAL = re.compile(r"(?:\\mathcal\{N\}|(?<![A-Za-z\\])N)\([^(),]+,\s*([^()]*)")
NORMAL_ALONE = re.compile(r"(?<![A-Za-z\\])N(?![A-Za-z]|\s*\()")
DEVIATION = re.compile(r"(?:\\sigma|σ)\s*=")
BY_THE_SAMPLES = re.compile(rf"{DEVIATION.pattern}[^,;]*?(?:√|\\sqrt)[\s({{]*(?:\d\s*/\s*)?n\b")
OTHER_TRANSPOSE = re.compile(r"\.T\b|\^\{?\s*(?:\\top|T|\\intercal|\\mathrm\{T\})|ᵀ")
LAYERED = r"(?<![A-Za-z\\])(?:W|Z|A|\\delta)\s*"
BARE_LAYER = re.compile(LAYERED + r"\^\s*(?:\{\s*(?!\(|\\mathsf)|\w)")
LAYER_0 = re.compile(r"(?:W|Z|b|\\delta)\s*\^\s*\{\s*\(0\)")
LAYER_OF_THE_CODE = re.compile(LAYERED + r"(?:_\s*(?:[0-9](?!\w)|\{[0-9]\})|[0-9\[])")


def problems(texts):
    """Every offence in the texts, in words."""
    return [
        f"{problem}: {text.text.strip()[:80]}"
        for text in texts
        for rule in RULES
        for problem in rule(text)
    ]


# Where the texts come from


def texts_of(notebook):
    """The formulas, the prose and the code of a notebook."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield Text("code", cell.source, cell.source)
        else:
            yield from texts_in(cell.source)


def texts_in(markdown, around=None):
    """The formulas and the prose of a piece of Markdown."""
    for formula in FORMULAS.findall(markdown):
        yield Text("formula", formula.strip("$"), around or markdown)
    yield Text("prose", FORMULAS.sub(" ", markdown), around or markdown)


def texts_of_derivation(derivation):
    """The lines and the reasons of a derivation; a reason that speaks of a sum is one for Σ."""
    for step in derivation.steps:
        around = f"{step.reason} {SUM}" if re.search(r"\bsum|\\sum", step.reason) else step.reason
        yield Text("formula", step.left, around)
        yield Text("formula", step.latex, around)
        yield from texts_in(step.reason, around)


# The rules


def the_cost_is_C(text):
    if ("Δ" in text.text or r"\Delta" in text.text) and not is_translation(text):
        yield "the cost is C, not Δ"


def the_letters_of_the_source_stay_in_its_table(text):
    found = re.search(r"\\delta\s*W|\\tilde\s*\{?[Yy]|δW|[Ỹỹ]", text.text)
    if found and not is_translation(text):
        yield f"{found[0]} is a letter of the source: write ∂C/∂W, and Ŷ − Y"


def is_translation(text):
    """Whether the text stands in the cell with the table that translates the source's letters."""
    return TABLE_OF_THE_SOURCE.search(text.around) is not None


def delta_is_the_error(text):
    pattern = {"formula": KRONECKER, "code": KRONECKER_IN_CODE}.get(text.kind)
    if pattern and pattern.search(text.text) and "Kronecker" not in text.around:
        yield "δ is the error, with its layer; Kronecker's delta is written I_{mi}"
    if text.kind != "prose" and (found := ERROR_IN_A.search(text.text)):
        yield f"{found[0]} reads as a slope in a; δ is ∂C/∂z"


def a_transpose_is_written_in_one_way(text):
    if text.kind == "formula" and (found := OTHER_TRANSPOSE.search(text.text)):
        yield rf"{found[0]} for a transpose: write ^{{\mathsf T}}"


def a_normal_distribution_is_named_by_its_deviation(text):
    for found in NORMAL.finditer(text.text):
        if text.kind != "code" and not DEVIATION.match(found[1]) and "variance" not in text.around:
            yield "a normal distribution is written N(0, σ = …)"
    if text.kind == "formula" and NORMAL_ALONE.search(text.text):
        yield "N is the normal distribution, and nothing else"
    if BY_THE_SAMPLES.search(text.text):
        yield "n counts the samples; the deviation of a weight goes by its n_in inputs"


def a_prime_is_a_slope(text):
    if text.kind == "formula" and set(PRIMED.findall(text.text)) - SLOPED:
        yield "a prime means a slope, as in f'(z)"


def layers_stand_in_parentheses_and_count_from_1(text):
    if text.kind != "formula":
        return
    if found := BARE_LAYER.search(text.text):
        yield rf"{found[0]}: a layer stands in parentheses, W^{{(1)}}"
    if LAYER_0.search(text.text):
        yield "layers are counted from 1; only A^{(0)} = X is before them"
    if LAYER_OF_THE_CODE.search(text.text):
        yield "a layer is W^{(1)} in a formula; W[0] and W1 are code"


def a_sum_sign_has_a_reason(text):
    sign = {"formula": r"\sum", "prose": "Σ"}.get(text.kind)
    if sign and sign in text.text and SUM not in text.around:
        yield f"an index that is not on the left is summed over: give a reason for Σ, “{SUM}: …”"


def code_is_in_ascii(text):
    if text.kind == "code":
        for node in ast.walk(parsed(text.text)):
            names = (getattr(node, kind, None) for kind in ("id", "arg", "name", "attr"))
            for name in names:
                if isinstance(name, str) and not name.isascii():
                    yield f"{name}: not every keyboard has it; write Y_hat, delta1, dW1, eta"


def nothing_is_proven_by_running(text):
    if text.kind == "prose" and (found := re.search(r"prove[nds]* (it )?by running", text.text)):
        yield f"“{found[0]}”: random numbers test, reasons prove"


def the_set_to_choose_by_is_the_validation_set(text):
    if text.kind == "prose" and "evaluation" in re.sub(r"`[^`]*`", "", text.text):
        yield "evaluation: fit calls it so; in words it is the validation set"


RULES = (
    the_cost_is_C,
    the_letters_of_the_source_stay_in_its_table,
    delta_is_the_error,
    a_transpose_is_written_in_one_way,
    a_normal_distribution_is_named_by_its_deviation,
    a_prime_is_a_slope,
    layers_stand_in_parentheses_and_count_from_1,
    a_sum_sign_has_a_reason,
    code_is_in_ascii,
    nothing_is_proven_by_running,
    the_set_to_choose_by_is_the_validation_set,
)
