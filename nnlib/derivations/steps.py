"""One line of a derivation: a formula, the reason for it, and the NumPy that computes it."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnlib._support.hints import printable
from nnlib.index_notation import Formula, latex_of, transposed

BAR_EXACT = 1e-9  # two exact lines differ by rounding, about 1e-15
BAR_MEASURED = 1e-6  # a measured line, about 1e-9: eps² times a third derivative, and rounding
CALLED = {"np": np, "sum": sum, "len": len, "range": range}  # what a line may call by name


@printable
@dataclass(frozen=True)
class Code:
    """One line of NumPy: the text a student reads, and the function of its names."""

    text: str
    function: Callable
    names: tuple

    def __call__(self, arrays):
        return np.asarray(self.function(**{name: arrays(name) for name in self.names}))


def numpy_line(text):
    """The Code of a line of NumPy: what a student reads is what is run.

    No file from elsewhere brings such a line: it stands in a derivation of nnlib, or of your own.
    """
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)]
    inside = {node.id for node in found if isinstance(node.ctx, ast.Store)}  # for i in range(n)
    names = {node.id for node in found} - inside - set(CALLED)
    run = compile(text, text, "eval")
    return Code(text, lambda **arrays: eval(run, CALLED | arrays), tuple(sorted(names)))


@printable
@dataclass(frozen=True)
class Symbol:
    """A letter of a derivation: what it means, its shape in words of SIZES, how it is drawn."""

    name: str
    shape: tuple
    meaning: str
    draw: Callable = lambda rng, shape: rng.uniform(-1, 1, shape)


def positive(rng, shape):
    return rng.uniform(0.1, 1, shape)


@printable
@dataclass(frozen=True)
class Step:
    """One line: `left = latex`, why it follows, and the code that computes the right-hand side."""

    left: str
    sign: str
    latex: str
    reason: str
    code: Code
    formula: Formula | None = None
    blocks: tuple = ()

    @property
    def bar(self):
        """The largest difference to be put down to rounding."""
        return BAR_MEASURED if any(map(is_measured, self.code.names)) else BAR_EXACT


def defined(**texts):
    """{name: Code}: what a derivation computes in this order, a line of NumPy each."""
    return {name: numpy_line(text) for name, text in texts.items()}


def step(code, reason):
    """The Step of a paragraph of lines.md: lines of code, and the reason below them.

    A line alone is in index notation if its left side has indices, else a product of matrices; any
    other has its NumPy below it, and below that the matrices whose shapes hook together.
    """
    line, *numpy = code
    if numpy:
        left, latex = re.split(" = |(?<=←) ", line, maxsplit=1)
        return matrix(left, latex, numpy[0], reason, *numpy[1:])
    if not re.search("[=←]", line):
        return start(line, reason)
    return (index if re.search(r"_\w{1,2} [=←]", line) else product)(line, reason)


def index(text, reason):
    """A line in index notation; [ ] sets off what is new."""
    formula = Formula(text.replace("[", "").replace("]", ""))
    left, sign, right = map(latex_of, re.split("([=←])", text))
    lenders = (name for name, _ in formula.left.parts)  # of a ∂C/∂B_ls: how far l and s run
    names = tuple(dict.fromkeys((*formula.names, *lenders)))
    code = Code(formula.numpy, formula.contract, names)
    return Step(left, sign, changed(right), typeset(reason), code, formula)


def start(text, reason):
    """A first line in index notation that is itself the left-hand side."""
    return index(f"{text} = {text}", reason)


def matrix(left, latex, text, reason, blocks=""):
    r"""A line in any other notation; `blocks` names the matrices whose shapes hook together."""
    left, sign = left.removesuffix(" ←"), r"\leftarrow" if left.endswith("←") else "="
    code, blocks = numpy_line(text), tuple(blocks.split())
    return Step(latex_of(left), sign, changed(latex), typeset(reason), code, blocks=blocks)


def product(text, reason):
    """A line that is a product of matrices, `C = [A·B]`, whose shapes hook together."""
    left, _, right = text.partition(" = ")
    factors = right.replace("[", "").replace("]", "")
    line = factors.replace("·", " @ ")
    return matrix(left, latex_of(right), line, reason, re.sub(r"·(?![^(]*\))", " ", factors))


def changed(latex):
    r"""`latex` with [ and ] made into \changed{ and }, and each .T set as a transpose."""
    return transposed(latex).replace("[", r"\changed{").replace("]", "}")


def typeset(reason):
    """`reason` with the formulas that stand between backticks as inline LaTeX."""
    reason = re.sub("`(.+?)`", lambda found: f"${latex_of(found[1])}$", reason)
    return reason.replace(r"\frac", r"\dfrac")  # full size, to be read from the back row


def is_measured(name):
    """Whether a name such as dŶ_dW1 is a derivative, to be measured."""
    return "_d" in name
