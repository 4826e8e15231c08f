r"""Derivations as data: every line a formula, a reason, and the NumPy that proves it.

    >>> GRADIENT_W2.check(np.random.default_rng(0)) < BAR_MEASURED
    True

A derivation is a chain of lines that all say the same quantity. `check` draws arrays of random
sizes, computes every line literally as it is displayed, deltas and all, and returns the largest
difference between a line and the one before it. A line that holds a derivative such as ∂Δ/∂W2 or
∂Ŷ/∂C is measured by central differences: that is where the chain is tied to the truth.

Lines are written in two ways:

    index("δW2_m0 = 2 Ỹ_i0 [f2'(C_i0) δ_iμ] …", reason)     index notation, see index_notation.py
    matrix(left, latex, numpy, function, reason, blocks)     anything else, as NumPy

What is new in a line stands between [ and ], in LaTeX inside \changed{…}.

The letters of the toy net: samples are rows, X·W1 = A, f1(A) = B, B·W2 = C, f2(C) = Ŷ, Ỹ = Y − Ŷ,
and Δ is the sum of the squares of Ỹ. Free indices are m and n, bound ones i j k l s r e μ ν.
The learning rate is η: its other common letter, μ, is an index here.
"""

import inspect
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce

import numpy as np

from nnlib._support.checks import checked_number, checked_rng
from nnlib._support.hints import did_you_mean, short
from nnlib.activations import CUBE, SIGMOID, SOFTMAX, SQUARE
from nnlib.gradcheck import central_differences
from nnlib.index_notation import Formula, latex_of

BAR_EXACT = 1e-9  # two exact lines differ by rounding, about 1e-15
BAR_MEASURED = 1e-6  # a measured line, about 1e-9: eps² times a third derivative, and rounding
MOST = 100  # samples, neurons, …: each line is computed by loops and measured entry by entry

SIZES = {  # how large a random example is: at least 2, or a wrong index would not show
    "samples": (2, 10),
    "inputs": (2, 5),
    "hidden": (2, 6),
    "outputs": (2, 5),
    "rows": (2, 5),
    "inner": (2, 5),
    "columns": (2, 5),
}
BLACKBOARD = {
    "samples": 10,
    "inputs": 3,
    "hidden": 4,
    "outputs": 3,
    "rows": 2,
    "inner": 3,
    "columns": 4,
}


# ---------------------------------------------------------------- what a derivation is made of


@dataclass(frozen=True)
class Code:
    """One line of NumPy: the text a student reads and the function of the same names."""

    text: str
    function: Callable
    names: tuple

    def __call__(self, arrays):
        return np.asarray(self.function(**{name: arrays(name) for name in self.names}))


def numpy_line(text, function):
    """The Code of a function whose arguments are the names in `text`."""
    return Code(text, function, tuple(inspect.signature(function).parameters))


@dataclass(frozen=True)
class Symbol:
    """A letter of a derivation: what it means, its shape in words of SIZES, how it is drawn."""

    name: str
    shape: tuple
    meaning: str
    draw: Callable = lambda rng, shape: rng.uniform(-1, 1, shape)


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


def index(text, reason):
    """A line in index notation; [ ] sets off what is new."""
    formula = Formula(text.replace("[", "").replace("]", ""))
    left, sign, right = map(latex_of, re.split("([=←])", text))
    names = tuple(dict.fromkeys((*formula.names, *lenders(formula))))
    code = Code(formula.numpy, formula.contract, names)
    return Step(left, sign, changed(right), typeset(reason), code, formula)


def start(text, reason):
    """A first line in index notation that is itself the left-hand side."""
    return index(f"{text} = {text}", reason)


def matrix(left, latex, text, function, reason, blocks=""):
    r"""A line in any other notation; `blocks` names the matrices whose shapes hook together."""
    left, sign = left.removesuffix(" ←"), r"\leftarrow" if left.endswith("←") else "="
    code = numpy_line(text, function)
    blocks = tuple(blocks.split())
    return Step(latex_of(left), sign, changed(latex), typeset(reason), code, blocks=blocks)


def changed(latex):
    r"""`latex` with [ and ] made into \changed{ and }."""
    return latex.replace("[", r"\changed{").replace("]", "}")


def typeset(reason):
    """`reason` with the formulas that stand between backticks as inline LaTeX."""
    reason = re.sub("`(.+?)`", lambda found: f"${latex_of(found[1])}$", reason)
    return reason.replace(r"\frac", r"\dfrac")  # full size, to be read from the back row


def lenders(formula):
    """The arrays in a left-hand side ∂C_μν/∂B_ls: their shapes say how far μ, ν, l, s run."""
    return tuple(name for name, _ in formula.left.parts)


def is_measured(name):
    """Whether a name such as dŶ_dW1 is a derivative, to be measured."""
    return "_d" in name


@dataclass(frozen=True)
class Line:
    """One line on one example, for a stepper to show."""

    left: str
    right: str
    reason: str
    numpy: str
    shapes: str
    value: np.ndarray
    arrays: str
    difference: float | None
    bar: float

    @property
    def holds(self):
        return self.difference is None or self.difference <= self.bar

    @property
    def verdict(self):
        """`left = right, largest difference 3e-15, on X (10,3), W1 (3,4)`."""
        if self.difference is None:
            return f"the first line, on {self.arrays}"
        sign = "=" if self.holds else "≠"
        bar = f" (one side measured, good to {self.bar:.0e})" if self.bar > BAR_EXACT else ""
        size = f"{self.difference:.0e}" if self.difference else "0"
        found = f"largest difference {size}{bar}"
        return f"left {sign} right, {found}, on {self.arrays}"


@dataclass(frozen=True, repr=False)
class Derivation:
    """A chain of equal lines about the symbols; `definitions` are computed from those in order."""

    title: str
    symbols: tuple
    definitions: dict
    steps: tuple
    functions: dict = field(default_factory=dict)

    def sample(self, rng, **chosen):
        """An example, {name: array}: random numbers, in random sizes where none is chosen.

        sample(rng, samples=10, hidden=4) sets sizes, sample(rng, f1=TANH) another activation.
        """
        checked_rng(rng)
        check_choices(chosen, self.functions)
        sizes = {word: int(rng.integers(low, high + 1)) for word, (low, high) in SIZES.items()}
        sizes.update(chosen)
        drawn = {symbol.name: draw(symbol, sizes, rng) for symbol in self.symbols}
        functions = {name: chosen.get(name, f) for name, f in self.functions.items()}
        return self.computed(functions | drawn)

    def computed(self, arrays, held=""):
        """`arrays` with every definition computed anew, save the one that is held."""
        arrays = dict(arrays)
        for name, code in self.definitions.items():
            if name != held:
                arrays[name] = code(arrays.__getitem__)
        return arrays

    def array(self, name, sample):
        """A named array of an example; a derivative such as dŶ_dW1 is measured."""
        return measured(self, name, sample) if is_measured(name) else sample[name]

    def values(self, sample):
        """The value of every line on an example."""
        return [step.code(lambda name: self.array(name, sample)) for step in self.steps]

    def lines(self, sample):
        """A Line for every step: formula, reason, shapes, and the difference to the line before."""
        values = self.values(sample)
        return [self.line(k, values, sample) for k in range(len(values))]

    def line(self, k, values, sample):
        step, before = self.steps[k], self.steps[max(k - 1, 0)]
        left, right = self.sides(k)
        return Line(
            left=left,
            right=right,
            reason=step.reason,
            numpy=step.code.text,
            shapes=shapes_of(step, values[k], lambda name: self.array(name, sample)),
            value=values[k],
            arrays=drawn_shapes(self, sample),
            difference=difference(values[k - 1], values[k]) if k else None,
            bar=max(step.bar, before.bar),
        )

    def sides(self, k):
        """The LaTeX left and right of the place where lines are aligned; a left side shows once."""
        step = self.steps[k]
        if k and step.left == self.steps[k - 1].left:
            return "", f"= {step.latex}"
        if step.left == step.latex:
            return step.left, ""
        return step.left, f"{step.sign} {step.latex}"

    def check(self, rng, **chosen):
        """The largest difference between a line and the next on a random example."""
        values = self.values(self.sample(rng, **chosen))
        return max(difference(left, right) for left, right in itertools.pairwise(values))

    def latex_block(self):
        """All lines as one aligned LaTeX block, what changed coloured and underlined."""
        rows = [" &".join(self.sides(k)) for k in range(len(self.steps))]
        return "\\begin{aligned}\n" + marked(" \\\\[4pt]\n".join(rows)) + "\n\\end{aligned}"

    def __repr__(self):
        return f'Derivation "{self.title}", {len(self.steps)} lines; .check(rng) proves them'

    def _repr_markdown_(self):
        return markdown(self)


def check_choices(chosen, functions):
    """Raise ValueError unless each choice is a size of at least 1 or one of the functions."""
    for name, choice in chosen.items():
        if name not in SIZES and name not in functions:
            known = [*SIZES, *functions]
            near = did_you_mean(name, known)
            raise ValueError(f"expected a choice among {', '.join(known)}; got {name}{near}")
        if name in SIZES and checked_number(choice, name, 1, whole=True) > MOST:
            raise ValueError(f"{name}: expected at most {MOST}, to be read, got {choice}")
        if name in functions and not hasattr(choice, "slope"):
            raise ValueError(f"{name}: expected an Activation such as TANH, got {short(choice)}")


def draw(symbol, sizes, rng):
    """A random array for a symbol."""
    shape = tuple(sizes.get(length, length) for length in symbol.shape)
    return np.asarray(symbol.draw(rng, shape))


def difference(left, right):
    """The largest difference of two lines, relative to the largest number in them (or to 0.001).

    Infinite where the shapes differ or a number is not finite; a (1,1) matrix may stand for a
    single number.
    """
    if left.size == right.size == 1:
        left, right = left.reshape(()), right.reshape(())
    if left.shape != right.shape or not np.isfinite(left - right).all():
        return np.inf
    magnitude = max(1e-3, np.abs(left).max(), np.abs(right).max())
    return float(np.abs(left - right).max() / magnitude)


def measured(derivation, name, sample):
    """The derivative dŶ_dW1 by central differences, an array with the axes of Ŷ first."""
    top, bottom = name.removeprefix("d").split("_d")
    array = np.array(sample[bottom], float)  # a copy, to be nudged in place

    def value():
        arrays = derivation.computed({**sample, bottom: array}, held=bottom)
        return arrays[top].value(array) if top in derivation.functions else arrays[top]

    return central_differences(value, [array])[0]


# ---------------------------------------------------------------- showing it


def shape_text(array):
    """`(10,3)`, and `(3,)` for a single axis, as NumPy writes it."""
    return str(np.shape(array)).replace(" ", "")


def shapes_of(step, value, arrays):
    """`(4,10)(10,1) → (4,1)` for a matrix line; how far each index runs for an index line."""
    if step.formula:
        return ranges_text(step, arrays)
    before = "".join(shape_text(block(name, arrays)) for name in step.blocks)
    after = shape_text(value) if value.ndim else "a single number"
    return f"{before} → {after}" if before else after


def block(name, arrays):
    """The matrix of a block: `W2`, `W2.T`, `(X·W1).T`."""
    names = name.removesuffix(".T").strip("()").split("·")
    array = reduce(np.matmul, map(arrays, names))
    return array.T if name.endswith(".T") else array


def ranges_text(step, arrays):
    """`free m: 4; summed i: 10, k: 4`."""
    formula = step.formula
    lengths = formula.lengths(**{name: arrays(name) for name in step.code.names})
    parts = [
        f"{word} {', '.join(f'{letter}: {lengths[letter]}' for letter in letters)}"
        for word, letters in (("free", formula.free), ("summed", formula.bound))
        if letters
    ]
    return "; ".join(parts) or "a single number"


def drawn_shapes(derivation, sample):
    """`X (10,3), W1 (3,4)`; single numbers with their value."""
    texts = []
    for symbol in derivation.symbols:
        array = sample[symbol.name]
        text = shape_text(array) if array.ndim else f"= {array:.3g}"
        texts.append(f"{symbol.name} {text}")
    return ", ".join(texts)


def marked(latex, begin=r"\underline{\color{#0072B2} "):
    r"""`latex` with \changed{…} in colour and underlined, or begun in your own way."""
    return latex.replace(r"\changed{", begin)


def plain(latex):
    r"""`latex` without the marks."""
    return marked(latex, begin="{")


def markdown(derivation):
    """The whole derivation as one table: line, reason, and the shapes of the blackboard example."""
    sample = derivation.sample(np.random.default_rng(0), **BLACKBOARD)
    rows = [
        f"| {k} | ${latex}$ | {as_text(line.reason)} | {line.shapes} |"
        for k, line in enumerate(derivation.lines(sample), start=1)
        for latex in [rf"\displaystyle {line.left} {marked(line.right)}"]
    ]
    head = ["|   | line | why | shapes |", "|---|:---|:---|:---|"]
    return "\n".join([f"**{as_text(derivation.title)}**", "", legend(derivation), "", *head, *rows])


def as_text(words):
    """Words that Markdown takes for text, not for HTML."""
    return words.replace("&", "&amp;").replace("<", "&lt;")


def legend(derivation):
    """What every letter means, how the others are computed, and which of them are measured."""
    parts = [f"{symbols_text(derivation)}."]
    given = [f"`{name} = {code.text}`" for name, code in derivation.definitions.items()]
    chosen = [f"{name} is {function}" for name, function in derivation.functions.items()]
    if given:
        parts.append(f"With {', '.join(given)}.")
    if chosen:
        parts.append(f"Here {'; '.join(chosen)}.")
    if any(step.bar == BAR_MEASURED for step in derivation.steps):
        parts.append("The fractions ∂/∂ are measured by central differences.")
    return " ".join(parts)


def symbols_text(derivation):
    """`$x_1$, $x_2$ the inputs; $y$ the target`."""
    texts = []
    for meaning, symbols in itertools.groupby(derivation.symbols, lambda symbol: symbol.meaning):
        texts.append(f"{', '.join(f'${latex_of(s.name)}$' for s in symbols)} {meaning}")
    return "; ".join(texts)


# ---------------------------------------------------------------- letters


def positive(rng, shape):
    return rng.uniform(0.1, 1, shape)


def between_0_and_1(rng, shape):
    return rng.uniform(0.05, 0.95, shape)


def one_hot(rng, shape):
    return np.eye(*shape)[rng.integers(*shape)]


X = Symbol("X", ("samples", "inputs"), "the inputs, one sample a row")
Y = Symbol("Y", ("samples", 1), "the targets")
W1 = Symbol("W1", ("inputs", "hidden"), "the weights into the hidden layer")
W2 = Symbol("W2", ("hidden", 1), "the weights into the output")
RATE = Symbol("η", (), "the learning rate", positive)
TOY_NET = (X, Y, W1, W2)

WITHOUT_ACTIVATION = {
    "Ŷ": numpy_line("X @ W1 @ W2", lambda X, W1, W2: X @ W1 @ W2),
    "Ỹ": numpy_line("Y - Ŷ", lambda Y, Ŷ: Y - Ŷ),
    "Δ": numpy_line("np.sum(Ỹ**2)", lambda Ỹ: np.sum(Ỹ**2)),
}
WITH_ACTIVATION = {
    "A": numpy_line("X @ W1", lambda X, W1: X @ W1),
    "B": numpy_line("f1.value(A)", lambda f1, A: f1.value(A)),
    "C": numpy_line("B @ W2", lambda B, W2: B @ W2),
    "Ŷ": numpy_line("f2.value(C)", lambda f2, C: f2.value(C)),
    "Ỹ": numpy_line("Y - Ŷ", lambda Y, Ŷ: Y - Ŷ),
    "Δ": numpy_line("np.sum(Ỹ**2)", lambda Ỹ: np.sum(Ỹ**2)),
}
SQUARE_AND_CUBE = {"f1": SQUARE, "f2": CUBE}  # f1(x) = x², f2(x) = x³


# ---------------------------------------------------------------- matrices

A = Symbol("A", ("rows", "inner"), "a matrix")
B = Symbol("B", ("inner", "columns"), "a matrix with as many rows as A has columns")
PRODUCT = {"C": numpy_line("A @ B", lambda A, B: A @ B)}

MATRIX_PRODUCT = Derivation(
    "The matrix product",
    (A, B),
    PRODUCT,
    (
        matrix(
            "C_ik",
            r"\sum_j A_{ij} \, B_{jk}",
            "[[sum(A[i, j] * B[j, k] for j in range(len(B))) for k in range(len(B.T))]"
            " for i in range(len(A))]",
            lambda A, B: [
                [sum(A[i, j] * B[j, k] for j in range(len(B))) for k in range(len(B.T))]
                for i in range(len(A))
            ],
            "Row `i` of `A` times column `k` of `B`, element by element, and all of it added up.",
        ),
        index(
            "C_ik = [A_ij B_jk]", "A repeated index is summed over; the sign $\\sum$ is left out."
        ),
        matrix(
            "C",
            r"[A \cdot B]",
            "A @ B",
            lambda A, B: A @ B,
            "The two `j` stand next to each other: that is the rule of the matrix product.",
            "A B",
        ),
    ),
)

TRANSPOSE_OF_A_PRODUCT = Derivation(
    "The transpose of a product",
    (A, B),
    PRODUCT,
    (
        matrix("(C.T)_ki", r"(C.T)_{ki}", "C.T", lambda C: C.T, "`C` is the product `A·B`."),
        index("(C.T)_ki = [C_ik]", "The rule of the transpose: the two indices change places."),
        index("(C.T)_ki = [A_ij B_jk]", "The matrix product, by components."),
        index("(C.T)_ki = [B_jk A_ij]", "Components are numbers: factors may change places."),
        index("(C.T)_ki = [(B.T)_kj (A.T)_ji]", "The transpose twice, so that `j` hooks onto `j`."),
        matrix(
            "(A·B).T",
            r"[(B.T) \cdot (A.T)]",
            "B.T @ A.T",
            lambda A, B: B.T @ A.T,
            "The matrix product read backwards: transposing turns the order round.",
            "B.T A.T",
        ),
    ),
)

COLUMNS = (
    Symbol("a", ("rows", 1), "a column"),
    Symbol("b", ("columns", 1), "another column"),
)
OUTER = {"D": numpy_line("a @ b.T", lambda a, b: a @ b.T)}

OUTER_PRODUCT = Derivation(
    "A matrix from two columns",
    COLUMNS,
    {},
    (
        index(
            "D_ij = a_i0 b_j0", "Every element of `a` times every element of `b`: no sum at all."
        ),
        index(
            "D_ij = a_i0 [(b.T)_0j]",
            "The transpose brings the two zeros together, as the matrix product wants them.",
        ),
        matrix(
            "D",
            r"[a \cdot b.T]",
            "a @ b.T",
            lambda a, b: a @ b.T,
            "The matrix product over an inner axis of length 1.",
            "a b.T",
        ),
    ),
)

TRANSPOSE_OF_AN_OUTER_PRODUCT = Derivation(
    "The transpose of a matrix from two columns",
    COLUMNS,
    OUTER,
    (
        matrix("D.T", r"D.T", "D.T", lambda D: D.T, "`D` is the product `a·b.T`."),
        matrix(
            "D.T",
            r"[(a \cdot b.T).T]",
            "(a @ b.T).T",
            lambda a, b: (a @ b.T).T,
            "`D` written out.",
        ),
        matrix(
            "D.T",
            r"[(b.T.T) \cdot (a.T)]",
            "b.T.T @ a.T",
            lambda a, b: b.T.T @ a.T,
            "The transpose of a product turns the order round.",
            "b a.T",
        ),
        matrix(
            "D.T",
            r"[b] \cdot a.T",
            "b @ a.T",
            lambda a, b: b @ a.T,
            "Transposing twice changes nothing.",
            "b a.T",
        ),
    ),
)

DERIVATIVE_BY_ITSELF = Derivation(
    "The derivative of a matrix by its own elements",
    (Symbol("a", ("rows", "columns"), "a matrix"),),
    {},
    (
        start("∂a_mn/∂a_ij", "Turn one element, `a_ij`, and watch another, `a_mn`."),
        index(
            "∂a_mn/∂a_ij = [δ_mi δ_nj]",
            "The elements are independent: only the one that is turned moves, and as much.",
        ),
    ),
)


# ---------------------------------------------------------------- forward and the cost

FORWARD_WITHOUT_ACTIVATION = Derivation(
    "Forward, without activation",
    (X, W1, W2),
    {},
    (
        index(
            "Ŷ_i0 = X_ij W1_jk W2_k0", "Each sample `i` through the net; `j` and `k` are summed."
        ),
        index("Ŷ_i0 = [(X·W1)_ik] W2_k0", "The sum over `j` is a matrix product."),
        matrix(
            "Ŷ",
            r"[X \cdot W^{(1)} \cdot W^{(2)}]",
            "X @ W1 @ W2",
            lambda X, W1, W2: X @ W1 @ W2,
            "The sum over `k` is another; each matrix hooks onto the one before.",
            "X W1 W2",
        ),
    ),
)

FORWARD_WITH_ACTIVATION = Derivation(
    "Forward, with activation",
    (X, W1, W2),
    {name: WITH_ACTIVATION[name] for name in "ABC"},
    (
        matrix(
            "Ŷ_i0",
            r"f_2(f_1(X_{ij} \, W^{(1)}_{jk}) \, W^{(2)}_{k0})",
            'f2.value(np.einsum("ik,km->im", f1.value(np.einsum("ij,jk->ik", X, W1)), W2))',
            lambda X, W1, W2, f1, f2: f2.value(
                np.einsum("ik,km->im", f1.value(np.einsum("ij,jk->ik", X, W1)), W2)
            ),
            "Each function acts on every element by itself, after the sum inside its brackets.",
        ),
        matrix(
            "Ŷ_i0",
            r"f_2(f_1([A_{ik}]) \, W^{(2)}_{k0})",
            'f2.value(np.einsum("ik,km->im", f1.value(A), W2))',
            lambda A, W2, f1, f2: f2.value(np.einsum("ik,km->im", f1.value(A), W2)),
            "Name what stands innermost: `A = X·W1`.",
        ),
        matrix(
            "Ŷ_i0",
            r"f_2([B_{ik}] \, W^{(2)}_{k0})",
            'f2.value(np.einsum("ik,km->im", B, W2))',
            lambda B, W2, f2: f2.value(np.einsum("ik,km->im", B, W2)),
            "Name the next: `B = f1(A)`.",
        ),
        index(
            "Ŷ_i0 = f2([C_i0])", "And the last: `C = B·W2`. Now each name hides one matrix only."
        ),
        matrix(
            "Ŷ",
            r"[f_2(f_1(X \cdot W^{(1)}) \cdot W^{(2)})]",
            "f2.value(f1.value(X @ W1) @ W2)",
            lambda X, W1, W2, f1, f2: f2.value(f1.value(X @ W1) @ W2),
            "The same for all samples at once.",
            "X W1 W2",
        ),
    ),
    SQUARE_AND_CUBE,
)

COST = Derivation(
    "The cost as a product of matrices",
    (Y, Symbol("Ŷ", ("samples", 1), "the predictions")),
    {"Ỹ": numpy_line("Y - Ŷ", lambda Y, Ŷ: Y - Ŷ)},
    (
        matrix(
            "Δ",
            r"\sum_i (Y_{i0} - \hat{Y}_{i0})^2",
            "sum((Y[i, 0] - Ŷ[i, 0])**2 for i in range(len(Y)))",
            lambda Y, Ŷ: sum((Y[i, 0] - Ŷ[i, 0]) ** 2 for i in range(len(Y))),
            "How far each prediction is off, squared, summed over the samples.",
        ),
        matrix(
            "Δ",
            r"\sum_i [\tilde{Y}_{i0}^2]",
            "sum(Ỹ[i, 0]**2 for i in range(len(Ỹ)))",
            lambda Ỹ: sum(Ỹ[i, 0] ** 2 for i in range(len(Ỹ))),
            "A name for the difference: `Ỹ = Y − Ŷ`.",
        ),
        index(
            "Δ = [(Ỹ.T)_0i Ỹ_i0]", "A square is a product of two; `(Ỹ.T)_0i` is the same as `Ỹ_i0`."
        ),
        matrix(
            "Δ",
            r"[(\tilde{Y}.T) \cdot \tilde{Y}]",
            "Ỹ.T @ Ỹ",
            lambda Ỹ: Ỹ.T @ Ỹ,
            "The two `i` stand next to each other: a matrix product, of shape (1,1).",
            "Ỹ.T Ỹ",
        ),
    ),
)

GRADIENT_OF_THE_COST = Derivation(
    "The gradient of the cost, down to the predictions",
    TOY_NET,
    WITH_ACTIVATION,
    (
        start("∂Δ/∂W1_mn", "Turn one weight and watch the cost."),
        index(
            "∂Δ/∂W1_mn = [2 Ỹ_i0 ∂Ỹ_i0/∂W1_mn]",
            "The chain rule: $\\tilde{Y}^2$ has the slope $2 \\tilde{Y}$.",
        ),
        matrix(
            "∂Δ/∂W1_mn",
            r"[- 2 \sum_i (Y_{i0} - \hat{Y}_{i0})]"
            r" \, \frac{\partial [\hat{Y}_{i0}]}{\partial W^{(1)}_{mn}}",
            '-2 * np.einsum("i,imn->mn", (Y - Ŷ)[:, 0], dŶ_dW1[:, 0])',
            lambda Y, Ŷ, dŶ_dW1: -2 * np.einsum("i,imn->mn", (Y - Ŷ)[:, 0], dŶ_dW1[:, 0]),
            "`Ỹ = Y − Ŷ`, and the targets `Y` do not depend on the weights: a minus comes out.",
        ),
        index(
            "∂Δ/∂W1_mn = −2 [Ỹ_i0] ∂Ŷ_i0/∂W1_mn",
            "Short again: `Ỹ` put back; `i` is repeated, so the sign $\\sum$ goes.",
        ),
    ),
    SQUARE_AND_CUBE,
)


# ---------------------------------------------------------------- gradients without activation

GRADIENT_W2_WITHOUT_ACTIVATION = Derivation(
    "The gradient by W2, without activation",
    TOY_NET,
    WITHOUT_ACTIVATION
    | {"δW2": numpy_line("2 * (X @ W1).T @ Ỹ", lambda X, W1, Ỹ: 2 * (X @ W1).T @ Ỹ)},
    (
        start("∂Δ/∂W2_m0", "Turn one weight of the output layer and watch the cost."),
        index(
            "∂Δ/∂W2_m0 = [−2 Ỹ_i0 ∂Ŷ_i0/∂W2_m0]", "The chain rule, and `Ỹ = Y − Ŷ` brings a minus."
        ),
        index(
            "∂Δ/∂W2_m0 = −2 Ỹ_i0 [X_ij W1_jk δ_km]",
            "`Ŷ_i0 = X_ij W1_jk W2_k0`, and `∂W2_k0/∂W2_m0 = δ_km`.",
        ),
        index("∂Δ/∂W2_m0 = −2 Ỹ_i0 X_ij [W1_jm]", "`δ_km` picks `k = m`."),
        index("∂Δ/∂W2_m0 = −2 Ỹ_i0 [(X·W1)_im]", "The sum over `j` is a matrix product."),
        index(
            "∂Δ/∂W2_m0 = −2 [((X·W1).T)_mi] Ỹ_i0",
            "Move the free index `m` to the front: `A_im = (A.T)_mi` for any matrix.",
        ),
        matrix(
            "∂Δ/∂W2",
            r"-2 \, [((X \cdot W^{(1)}).T) \cdot \tilde{Y}]",
            "-2 * (X @ W1).T @ Ỹ",
            lambda X, W1, Ỹ: -2 * (X @ W1).T @ Ỹ,
            "`i` hooks onto `i`: the matrix product. The shape is that of `W2`, as it must be.",
            "(X·W1).T Ỹ",
        ),
        matrix(
            "∂Δ/∂W2",
            r"[-\delta W^{(2)}], \quad \delta W^{(2)} = 2 \, ((X \cdot W^{(1)}).T) \cdot \tilde{Y}",
            "-δW2",
            lambda δW2: -δW2,
            "A name for the way downhill: `δW = −∂Δ/∂W`.",
        ),
    ),
)

GRADIENT_W1_WITHOUT_ACTIVATION = Derivation(
    "The gradient by W1, without activation",
    TOY_NET,
    WITHOUT_ACTIVATION
    | {"δW1": numpy_line("2 * X.T @ Ỹ @ W2.T", lambda X, Ỹ, W2: 2 * X.T @ Ỹ @ W2.T)},
    (
        start("∂Δ/∂W1_mn", "Turn one weight of the hidden layer and watch the cost."),
        index(
            "∂Δ/∂W1_mn = [−2 Ỹ_i0 ∂Ŷ_i0/∂W1_mn]", "The chain rule, and `Ỹ = Y − Ŷ` brings a minus."
        ),
        index(
            "∂Δ/∂W1_mn = −2 Ỹ_i0 [X_ij δ_jm δ_kn W2_k0]",
            "`Ŷ_i0 = X_ij W1_jk W2_k0`, and `∂W1_jk/∂W1_mn = δ_jm δ_kn`.",
        ),
        index("∂Δ/∂W1_mn = −2 Ỹ_i0 [X_im W2_n0]", "`δ_jm` picks `j = m`, `δ_kn` picks `k = n`."),
        index(
            "∂Δ/∂W1_mn = −2 [(X.T)_mi] Ỹ_i0 [(W2.T)_0n]",
            "The free indices `m` to the front and `n` to the end; in between all hooks on.",
        ),
        matrix(
            "∂Δ/∂W1",
            r"-2 \, [(X.T) \cdot \tilde{Y} \cdot (W^{(2)}.T)]",
            "-2 * X.T @ Ỹ @ W2.T",
            lambda X, Ỹ, W2: -2 * X.T @ Ỹ @ W2.T,
            "The matrix product, twice. The shape is that of `W1`, as it must be.",
            "X.T Ỹ W2.T",
        ),
        matrix(
            "∂Δ/∂W1",
            r"[-\delta W^{(1)}],"
            r" \quad \delta W^{(1)} = 2 \, (X.T) \cdot \tilde{Y} \cdot (W^{(2)}.T)",
            "-δW1",
            lambda δW1: -δW1,
            "A name for the way downhill: `δW = −∂Δ/∂W`.",
        ),
    ),
)


# ---------------------------------------------------------------- gradients with activation


def with_activation(title, *steps, **definitions):
    """A derivation about the toy net with f1 and f2."""
    return Derivation(title, TOY_NET, WITH_ACTIVATION | definitions, steps, SQUARE_AND_CUBE)


PARTIAL_F2_BY_C0 = with_activation(
    "∂f2/∂C, one column",
    start("∂f2(C_i0)/∂C_μ0", "Turn the output neuron's input for sample `μ`, watch sample `i`."),
    index(
        "∂f2(C_i0)/∂C_μ0 = [f2'(C_i0) δ_iμ]",
        "The function acts on each element by itself: only `i = μ` moves, by the slope there.",
    ),
)

PARTIAL_C_BY_W2 = with_activation(
    "∂C/∂W2",
    start("∂C_μ0/∂W2_m0", "Turn a weight of the output layer, watch the output neuron's input."),
    index(
        "∂C_μ0/∂W2_m0 = [B_μk ∂W2_k0/∂W2_m0]", "`C_μ0 = B_μk W2_k0`, and `B` knows nothing of `W2`."
    ),
    index("∂C_μ0/∂W2_m0 = B_μk [δ_km]", "A matrix by its own elements: a delta for each index."),
)

GRADIENT_W2 = with_activation(
    "The gradient by W2, with activation",
    index("δW2_m0 = −∂Δ/∂W2_m0", "`δW` is short for the way downhill: minus the slope."),
    index(
        "δW2_m0 = [2 Ỹ_i0 ∂Ŷ_i0/∂W2_m0]",
        "The chain rule; with the minus of `Ỹ = Y − Ŷ` two signs cancel.",
    ),
    index(
        "δW2_m0 = 2 Ỹ_i0 [∂f2(C_i0)/∂C_μ0 ∂C_μ0/∂W2_m0]",
        "`Ŷ = f2(C)`: the chain rule again, now through `C`. `μ` is a new index, summed over.",
    ),
    index(
        "δW2_m0 = 2 Ỹ_i0 [f2'(C_i0) δ_iμ B_μk δ_km]",
        "Both partial derivatives put in: `∂f2/∂C` and `∂C/∂W2`.",
    ),
    index("δW2_m0 = 2 Ỹ_i0 f2'(C_i0) [B_im]", "`δ_iμ` picks `μ = i`, `δ_km` picks `k = m`."),
    index(
        "δW2_m0 = 2 [(B.T)_mi] Ỹ_i0 f2'(C_i0)",
        "Move the free index to the front: `B_im = (B.T)_mi`.",
    ),
    matrix(
        "δW2",
        r"2 \, (B.T) \cdot [(\tilde{Y} * f_2'(C))]",
        "2 * B.T @ (Ỹ * f2.slope(C))",
        lambda B, Ỹ, f2, C: 2 * B.T @ (Ỹ * f2.slope(C)),
        "`Ỹ` and `f2'(C)` share both indices: multiplied element by element (*), then the product.",
        "B.T Ỹ",
    ),
)

PARTIAL_F2_BY_C = with_activation(
    "∂f2/∂C",
    start("∂f2(C_i0)/∂C_μν", "As before, with an index `ν` for the column, the only one there is."),
    index(
        "∂f2(C_i0)/∂C_μν = [f2'(C_i0) δ_iμ δ_0ν]",
        "Only the element that is turned moves: `i = μ` and `0 = ν`.",
    ),
)

PARTIAL_C_BY_B = with_activation(
    "∂C/∂B",
    start("∂C_μν/∂B_ls", "Turn one hidden neuron's output for one sample, watch `C`."),
    index(
        "∂C_μν/∂B_ls = [∂B_μk/∂B_ls W2_kν]", "`C_μν = B_μk W2_kν`, and `W2` does not depend on `B`."
    ),
    index("∂C_μν/∂B_ls = [δ_μl δ_ks] W2_kν", "A matrix by its own elements: a delta each."),
)

PARTIAL_B_BY_A = with_activation(
    "∂B/∂A",
    start("∂B_ls/∂A_re", "Turn one hidden neuron's input for one sample, watch `B`."),
    index("∂B_ls/∂A_re = [f1'(A_ls) δ_lr δ_se]", "`f1` acts on each element by itself."),
)

PARTIAL_A_BY_W1 = with_activation(
    "∂A/∂W1",
    start("∂A_re/∂W1_mn", "Turn one weight of the hidden layer, watch A."),
    index(
        "∂A_re/∂W1_mn = [X_rj ∂W1_je/∂W1_mn]",
        "`A_re = X_rj W1_je`, and `X` does not depend on `W1`.",
    ),
    index("∂A_re/∂W1_mn = X_rj [δ_jm δ_en]", "A matrix by its own elements: a delta each."),
)

PARTIAL_B_BY_W1 = with_activation(
    "∂B/∂W1",
    start("∂B_ls/∂W1_mn", "Turn one weight of the hidden layer, watch `B`."),
    index(
        "∂B_ls/∂W1_mn = [∂B_ls/∂A_re ∂A_re/∂W1_mn]", "`B = f1(A)`: the chain rule, now through `A`."
    ),
    index(
        "∂B_ls/∂W1_mn = [f1'(A_ls) δ_lr δ_se δ_jm δ_en X_rj]",
        "Both partial derivatives put in: `∂B/∂A` and `∂A/∂W1`.",
    ),
    index(
        "∂B_ls/∂W1_mn = f1'(A_ls) δ_lr [δ_sn X_rm]",
        "`δ_jm` picks `j = m`; `δ_se` and `δ_en` together say `s = n`.",
    ),
)

GRADIENT_W1 = with_activation(
    "The gradient by W1, with activation",
    index("δW1_mn = −∂Δ/∂W1_mn", "`δW` is short for the way downhill: minus the slope."),
    index(
        "δW1_mn = [2 Ỹ_i0 ∂Ŷ_i0/∂W1_mn]",
        "The chain rule; with the minus of `Ỹ = Y − Ŷ` two signs cancel.",
    ),
    index(
        "δW1_mn = 2 Ỹ_i0 [∂f2(C_i0)/∂C_μν ∂C_μν/∂B_ls ∂B_ls/∂W1_mn]",
        "The chain rule through `C` and `B`, each with two indices of its own, summed over.",
    ),
    index(
        "δW1_mn = 2 Ỹ_i0 [f2'(C_i0) δ_iμ δ_0ν δ_μl δ_ks W2_kν f1'(A_ls) δ_sn δ_lr X_rm]",
        "The three partial derivatives put in: `∂f2/∂C`, `∂C/∂B`, `∂B/∂W1`.",
    ),
    index(
        "δW1_mn = 2 Ỹ_i0 f2'(C_i0) [W2_n0 f1'(A_in) X_im]",
        "The deltas folded: `ν = 0`; `μ`, `l` and `r` are all `i`; `k` and `s` are both `n`.",
    ),
    index(
        "δW1_mn = 2 [(X.T)_mi] Ỹ_i0 f2'(C_i0) [(W2.T)_0n] f1'(A_in)",
        "The free indices to their places: `m` to the front, `n` to the end.",
    ),
    matrix(
        "δW1",
        r"2 \, (X.T) \cdot [\left( ((\tilde{Y} * f_2'(C)) \cdot (W^{(2)}.T)) * f_1'(A) \right)]",
        "2 * X.T @ (((Ỹ * f2.slope(C)) @ W2.T) * f1.slope(A))",
        lambda X, Ỹ, f2, C, W2, f1, A: 2 * X.T @ (((Ỹ * f2.slope(C)) @ W2.T) * f1.slope(A)),
        "Shared indices multiply element by element (*), hooked ones by the matrix product (·).",
        "X.T Ỹ W2.T",
    ),
)

FOLDING_THE_DELTAS = with_activation(
    "Folding the deltas, one at a time",
    index(
        "δW1_mn = 2 Ỹ_i0 f2'(C_i0) δ_iμ δ_0ν δ_μl δ_ks W2_kν f1'(A_ls) δ_sn δ_lr X_rm",
        "A delta is 1 where its indices agree, else 0: in a sum it replaces one by the other.",
    ),
    index(
        "δW1_mn = 2 Ỹ_i0 f2'(C_i0) δ_iμ δ_μl δ_ks [W2_k0] f1'(A_ls) δ_sn δ_lr X_rm",
        "`δ_0ν` picks `ν = 0`: `δ_0ν W2_kν = W2_k0`.",
    ),
    index(
        "δW1_mn = 2 Ỹ_i0 f2'(C_i0) [δ_il] δ_ks W2_k0 f1'(A_ls) δ_sn δ_lr X_rm",
        "`μ` is summed over and stands in two deltas: `δ_iμ δ_μl = δ_il`.",
    ),
    index(
        "δW1_mn = 2 Ỹ_i0 f2'(C_i0) δ_il [δ_ir δ_kn] W2_k0 f1'(A_ls) δ_sn X_rm",
        "Where `l = i`, `δ_lr` is `δ_ir`; where `s = n`, `δ_ks` is `δ_kn`."
        " `m` and `n` are free: let them be.",
    ),
    index(
        "δW1_mn = 2 Ỹ_i0 f2'(C_i0) [X_im] δ_il δ_kn W2_k0 f1'(A_ls) δ_sn", "`δ_ir` picks `r = i`."
    ),
    index(
        "δW1_mn = 2 Ỹ_i0 f2'(C_i0) X_im δ_kn W2_k0 [f1'(A_in)]", "`δ_il`: `l = i`. `δ_sn`: `s = n`."
    ),
    index("δW1_mn = 2 Ỹ_i0 f2'(C_i0) X_im [W2_n0] f1'(A_in)", "`δ_kn` picks `k = n`."),
)

WITH_AUXILIARY_MATRICES = with_activation(
    "The same with two auxiliary matrices",
    index(
        "δW1_mn = 2 (X.T)_mi Ỹ_i0 f2'(C_i0) (W2.T)_0n f1'(A_in)",
        "The gradient by `W1` in components, its free indices in their places.",
    ),
    index(
        "δW1_mn = 2 (X.T)_mi [D_i0] (W2.T)_0n f1'(A_in)",
        "A name for what carries `i` and 0: $D = \\tilde{Y} * f_2'(C)$, element by element.",
    ),
    index("δW1_mn = 2 (X.T)_mi [F_in] f1'(A_in)", "`F = D·W2.T`, over an inner axis of length 1."),
    matrix(
        "δW1",
        r"2 \, (X.T) \cdot [(F * f_1'(A))]",
        "2 * X.T @ (F * f1.slope(A))",
        lambda X, F, f1, A: 2 * X.T @ (F * f1.slope(A)),
        "`F` and `f1'(A)` share both indices; the sum over `i` is the matrix product.",
        "X.T F",
    ),
    matrix(
        "δW1",
        r"2 \, (X.T) \cdot (([D \cdot (W^{(2)}.T)]) * f_1'(A))",
        "2 * X.T @ ((D @ W2.T) * f1.slope(A))",
        lambda X, D, W2, f1, A: 2 * X.T @ ((D @ W2.T) * f1.slope(A)),
        "`F` put back.",
        "X.T D W2.T",
    ),
    matrix(
        "δW1",
        r"2 \, (X.T) \cdot ((([\tilde{Y} * f_2'(C)]) \cdot (W^{(2)}.T)) * f_1'(A))",
        "2 * X.T @ (((Ỹ * f2.slope(C)) @ W2.T) * f1.slope(A))",
        lambda X, Ỹ, f2, C, W2, f1, A: 2 * X.T @ (((Ỹ * f2.slope(C)) @ W2.T) * f1.slope(A)),
        "`D` put back: the formula of the derivation.",
        "X.T Ỹ W2.T",
    ),
    D=numpy_line("Ỹ * f2.slope(C)", lambda Ỹ, f2, C: Ỹ * f2.slope(C)),
    F=numpy_line("D @ W2.T", lambda D, W2: D @ W2.T),
)


# ---------------------------------------------------------------- the descent step

DESCENT_STEP = Derivation(
    "The descent step",
    (*TOY_NET, RATE),
    WITHOUT_ACTIVATION | {"δW1": GRADIENT_W1_WITHOUT_ACTIVATION.definitions["δW1"]},
    (
        matrix(
            "W1 ←",
            r"W^{(1)} + \eta \, \delta W^{(1)}",
            "W1 + η * δW1",
            lambda W1, η, δW1: W1 + η * δW1,
            "A step downhill, as long as the learning rate `η` says (others write `μ`).",
        ),
        matrix(
            "W1 ←",
            r"W^{(1)} - [\eta \, \frac{\partial \Delta}{\partial W^{(1)}}]",
            "W1 - η * dΔ_dW1",
            lambda W1, η, dΔ_dW1: W1 - η * dΔ_dW1,
            "`δW = −∂Δ/∂W`: where the slope is positive, go back; where it is negative, go on.",
        ),
        index("W1_mn ← W1_mn − [η ∂Δ/∂W1_mn]", "By components: every weight by its own slope."),
        index("W1_mn ← W1_mn + [η δW1_mn]", "With the gradient computed, not measured."),
    ),
)


# ---------------------------------------------------------------- the 2-2-1 net, number by number

NUMBERS = tuple(
    Symbol(name, (), meaning)
    for names, meaning in (
        ("x1 x2", "the inputs"),
        ("y", "the target"),
        ("w1 w2", "the weights into hidden neuron 1"),
        ("w3 w4", "the weights into hidden neuron 2"),
        ("w5 w6", "the weights into the output"),
        ("b1 b2 b3", "the biases"),
    )
    for name in names.split()
)
NET_2_2_1 = {
    "a1": numpy_line("w1 * x1 + w2 * x2 + b1", lambda w1, x1, w2, x2, b1: w1 * x1 + w2 * x2 + b1),
    "a2": numpy_line("w3 * x1 + w4 * x2 + b2", lambda w3, x1, w4, x2, b2: w3 * x1 + w4 * x2 + b2),
    "h": numpy_line("w5 * a1 + w6 * a2 + b3", lambda w5, a1, w6, a2, b3: w5 * a1 + w6 * a2 + b3),
    "ỹ": numpy_line("y - h", lambda y, h: y - h),
    "Δ": numpy_line("ỹ**2", lambda ỹ: ỹ**2),
}


def partial_of_2_2_1(knob, *steps):
    """∂Δ/∂knob, from the cost down to the output h and on by the steps given."""
    whole = f"∂Δ/∂{knob}"
    first = (
        start(whole, "Turn this one knob and watch the cost."),
        index(f"{whole} = [∂Δ/∂h ∂h/∂{knob}]", "The chain rule: the knob acts through `h` alone."),
        index(f"{whole} = [−2 ỹ] ∂h/∂{knob}", "$\\Delta = \\tilde{y}^2$ and `ỹ = y − h`."),
    )
    rest = tuple(index(f"{whole} = {text}", reason) for text, reason in steps)
    title = f"The 2-2-1 net: ∂Δ/∂{knob}"
    return Derivation(title, NUMBERS, NET_2_2_1, first + rest)


def of_the_hidden_layer(knob, neuron, weight, times, because):
    """∂Δ/∂knob for a knob of hidden neuron 1 or 2."""
    return partial_of_2_2_1(
        knob,
        (f"−2 ỹ [∂h/∂a{neuron} ∂a{neuron}/∂{knob}]", f"It acts on `h` through `a{neuron}` alone."),
        (f"−2 ỹ [{weight}] ∂a{neuron}/∂{knob}", f"In `h`, `a{neuron}` stands with `{weight}`."),
        (f"−2 ỹ {weight} {times}".strip(), because),
    )


NINE_PARTIALS = (
    of_the_hidden_layer("w1", 1, "w5", "[x1]", "In `a1`, `w1` stands with `x1`."),
    of_the_hidden_layer("w2", 1, "w5", "[x2]", "In `a1`, `w2` stands with `x2`."),
    of_the_hidden_layer("b1", 1, "w5", "", "In `a1`, `b1` stands alone: its slope is 1."),
    of_the_hidden_layer("w3", 2, "w6", "[x1]", "In `a2`, `w3` stands with `x1`."),
    of_the_hidden_layer("w4", 2, "w6", "[x2]", "In `a2`, `w4` stands with `x2`."),
    of_the_hidden_layer("b2", 2, "w6", "", "In `a2`, `b2` stands alone: its slope is 1."),
    partial_of_2_2_1("w5", ("−2 ỹ [a1]", "In `h`, `w5` stands with `a1`.")),
    partial_of_2_2_1("w6", ("−2 ỹ [a2]", "In `h`, `w6` stands with `a2`.")),
    partial_of_2_2_1("b3", ("−2 ỹ", "In `h`, `b3` stands alone: its slope is 1.")),
)


# ---------------------------------------------------------------- output errors and slow learning

Z = Symbol("z", ("outputs",), "the weighted inputs of the output neurons")
TARGETS = Symbol("y", ("outputs",), "their targets, from 0 to 1", between_0_and_1)
CLASS = Symbol("y", ("outputs",), "the target, 1 for the right class and 0 elsewhere", one_hot)
SIGMOID_OUTPUT = {"a": numpy_line("σ.value(z)", lambda σ, z: σ.value(z))}
SOFTMAX_OUTPUT = {
    "S": numpy_line("np.sum(np.exp(z))", lambda z: np.sum(np.exp(z))),
    "a": numpy_line("np.exp(z) / S", lambda z, S: np.exp(z) / S),
}

SLOPE_OF_THE_SIGMOID = Derivation(
    "The slope of the sigmoid",
    (Symbol("z", (), "a weighted input"),),
    {"a": numpy_line("1 / (1 + np.exp(-z))", lambda z: 1 / (1 + np.exp(-z)))},
    (
        start("∂a/∂z", "$a = \\sigma(z) = 1 / (1 + e^{-z})$: turn `z` and watch `a`."),
        matrix(
            "∂a/∂z",
            r"[\frac{e^{-z}}{(1 + e^{-z})^2}]",
            "np.exp(-z) / (1 + np.exp(-z))**2",
            lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
            "The chain rule: $1/u$ has the slope $-1/u^2$, and $u = 1 + e^{-z}$ has $-e^{-z}$.",
        ),
        matrix(
            "∂a/∂z",
            r"[\frac{1}{1 + e^{-z}} \cdot \frac{e^{-z}}{1 + e^{-z}}]",
            "1 / (1 + np.exp(-z)) * (np.exp(-z) / (1 + np.exp(-z)))",
            lambda z: 1 / (1 + np.exp(-z)) * (np.exp(-z) / (1 + np.exp(-z))),
            "Split into two fractions.",
        ),
        matrix(
            "∂a/∂z",
            r"\frac{1}{1 + e^{-z}} \left( [1 - \frac{1}{1 + e^{-z}}] \right)",
            "1 / (1 + np.exp(-z)) * (1 - 1 / (1 + np.exp(-z)))",
            lambda z: 1 / (1 + np.exp(-z)) * (1 - 1 / (1 + np.exp(-z))),
            "$e^{-z} = (1 + e^{-z}) - 1$ in the second.",
        ),
        matrix(
            "∂a/∂z",
            r"[a \, (1 - a)]",
            "a * (1 - a)",
            lambda a: a * (1 - a),
            "Both fractions are `a`. Near `a = 0` and `a = 1` the slope is all but gone.",
        ),
        matrix(
            "∂a/∂z",
            r"[\sigma'(z)]",
            "σ.slope(z)",
            lambda σ, z: σ.slope(z),
            "The slope as nnlib computes it.",
        ),
    ),
    {"σ": SIGMOID},
)

DELTA_QUADRATIC = Derivation(
    "The output error of sigmoid and quadratic cost",
    (Z, TARGETS),
    SIGMOID_OUTPUT
    | {"C": numpy_line("np.sum((a - y)**2) / 2", lambda a, y: np.sum((a - y) ** 2) / 2)},
    (
        index("δ_j = ∂C/∂z_j", "The error of neuron `j` is the slope of the cost by its input."),
        index("δ_j = [∂C/∂a_k ∂a_k/∂z_j]", "The chain rule through every output `a_k`."),
        matrix(
            "δ_j",
            r"[(a_{k} - y_{k})] \, \frac{\partial a_{k}}{\partial z_{j}}",
            'np.einsum("k,kj->j", a - y, da_dz)',
            lambda a, y, da_dz: np.einsum("k,kj->j", a - y, da_dz),
            "$C = \\frac{1}{2} \\sum_k (a_k - y_k)^2$: the 2 of the square meets the ½.",
        ),
        matrix(
            "δ_j",
            r"(a_{k} - y_{k}) \, [\sigma'(z_{k}) \, \delta_{kj}]",
            'np.einsum("k,k,kj->j", a - y, σ.slope(z), np.eye(len(z)))',
            lambda a, y, σ, z: np.einsum("k,k,kj->j", a - y, σ.slope(z), np.eye(len(z))),
            "`a_k = σ(z_k)` depends on its own input only.",
        ),
        matrix(
            "δ_j",
            r"[(a_{j} - y_{j}) \, \sigma'(z_{j})]",
            "[(a[j] - y[j]) * σ.slope(z)[j] for j in range(len(z))]",
            lambda a, y, σ, z: [(a[j] - y[j]) * σ.slope(z)[j] for j in range(len(z))],
            "`δ_kj` picks `k = j`.",
        ),
        matrix(
            "δ",
            r"[(a - y) * \sigma'(z)]",
            "(a - y) * σ.slope(z)",
            lambda a, y, σ, z: (a - y) * σ.slope(z),
            "However wrong `a` is, a flat `σ` makes the error small: learning slows down.",
        ),
    ),
    {"σ": SIGMOID},
)

DELTA_CROSS_ENTROPY = Derivation(
    "The output error of sigmoid and cross-entropy",
    (Z, TARGETS),
    SIGMOID_OUTPUT
    | {
        "C": numpy_line(
            "-np.sum(y * np.log(a) + (1 - y) * np.log(1 - a))",
            lambda y, a: -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)),
        )
    },
    (
        index("δ_j = ∂C/∂z_j", "The error of neuron `j` is the slope of the cost by its input."),
        index("δ_j = [∂C/∂a_k ∂a_k/∂z_j]", "The chain rule through every output `a_k`."),
        matrix(
            "δ_j",
            r"[- \left( \frac{y_{k}}{a_{k}} - \frac{1 - y_{k}}{1 - a_{k}} \right)]"
            r" \, \frac{\partial a_{k}}{\partial z_{j}}",
            'np.einsum("k,kj->j", -(y / a - (1 - y) / (1 - a)), da_dz)',
            lambda y, a, da_dz: np.einsum("k,kj->j", -(y / a - (1 - y) / (1 - a)), da_dz),
            r"$C = -\sum_k [y_k \ln a_k + (1 - y_k) \ln(1 - a_k)]$; $\ln a$ has the slope $1/a$.",
        ),
        matrix(
            "δ_j",
            r"- \left( \frac{y_{k}}{a_{k}} - \frac{1 - y_{k}}{1 - a_{k}} \right)"
            r" \, [\sigma'(z_{k}) \, \delta_{kj}]",
            'np.einsum("k,k,kj->j", -(y / a - (1 - y) / (1 - a)), σ.slope(z), np.eye(len(z)))',
            lambda y, a, σ, z: np.einsum(
                "k,k,kj->j", -(y / a - (1 - y) / (1 - a)), σ.slope(z), np.eye(len(z))
            ),
            "`a_k = σ(z_k)` depends on its own input only.",
        ),
        matrix(
            "δ_j",
            r"- \left( \frac{y_{j}}{a_{j}} - \frac{1 - y_{j}}{1 - a_{j}} \right)"
            r" \, [\sigma'(z_{j})]",
            "-(y / a - (1 - y) / (1 - a)) * σ.slope(z)",
            lambda y, a, σ, z: -(y / a - (1 - y) / (1 - a)) * σ.slope(z),
            "`δ_kj` picks `k = j`.",
        ),
        matrix(
            "δ_j",
            r"[\frac{a_{j} - y_{j}}{a_{j} \, (1 - a_{j})}] \, \sigma'(z_{j})",
            "(a - y) / (a * (1 - a)) * σ.slope(z)",
            lambda a, y, σ, z: (a - y) / (a * (1 - a)) * σ.slope(z),
            "One common denominator: $-y (1 - a) + (1 - y) a = a - y$.",
        ),
        matrix(
            "δ_j",
            r"\frac{a_{j} - y_{j}}{a_{j} \, (1 - a_{j})} \, [a_{j} \, (1 - a_{j})]",
            "(a - y) / (a * (1 - a)) * (a * (1 - a))",
            lambda a, y: (a - y) / (a * (1 - a)) * (a * (1 - a)),
            "The slope of the sigmoid: `σ'(z) = a (1 − a)`.",
        ),
        index(
            "δ_j = [a_j − y_j]", "The slopes cancel: no flat `σ` is left to slow the learning down."
        ),
        matrix("δ", r"[a - y]", "a - y", lambda a, y: a - y, "For all output neurons at once."),
    ),
    {"σ": SIGMOID},
)

JACOBIAN_OF_SOFTMAX = Derivation(
    "The Jacobian of softmax",
    (Z,),
    SOFTMAX_OUTPUT,
    (
        start(
            "∂a_j/∂z_k",
            "$a_j = e^{z_j} / S$, and `S` is the sum over all: each output depends on every `z`.",
        ),
        matrix(
            "∂a_j/∂z_k",
            r"[\frac{\delta_{jk} \, e^{z_{j}} \, S - e^{z_{j}} \, e^{z_{k}}}{S^2}]",
            "(np.eye(len(z)) * np.exp(z)[:, None] * S - np.outer(np.exp(z), np.exp(z))) / S**2",
            lambda z, S: (
                (np.eye(len(z)) * np.exp(z)[:, None] * S - np.outer(np.exp(z), np.exp(z))) / S**2
            ),
            "The quotient rule: the top moves only where `j = k`, and `S` has the slope $e^{z_k}$.",
        ),
        index(
            "∂a_j/∂z_k = [δ_jk a_j − a_j a_k]",
            "Divided through: each exponential over `S` is an output `a`.",
        ),
        matrix(
            "∂a_j/∂z_k",
            r"[a_{j} \, (\delta_{jk} - a_{k})]",
            "a[:, None] * (np.eye(len(a)) - a[None, :])",
            lambda a: a[:, None] * (np.eye(len(a)) - a[None, :]),
            "`a_j` is taken out.",
        ),
        matrix(
            "∂a/∂z",
            r"[\mathrm{diag}(a) - a \cdot a.T]",
            "np.diag(a) - np.outer(a, a)",
            lambda a: np.diag(a) - np.outer(a, a),
            "As a matrix, with a as a column.",
        ),
        matrix(
            "∂a/∂z",
            r"[f'(z)]",
            "f.slope(z)",
            lambda f, z: f.slope(z),
            "The Jacobian as nnlib computes it.",
        ),
    ),
    {"f": SOFTMAX},
)

DELTA_LOG_LIKELIHOOD = Derivation(
    "The output error of softmax and log-likelihood",
    (Z, CLASS),
    SOFTMAX_OUTPUT
    | {"C": numpy_line("-np.sum(y * np.log(a))", lambda y, a: -np.sum(y * np.log(a)))},
    (
        index("δ_k = ∂C/∂z_k", "The error of neuron `k` is the slope of the cost by its input."),
        index("δ_k = [∂C/∂a_j ∂a_j/∂z_k]", "The chain rule through every output `a_j`."),
        matrix(
            "δ_k",
            r"[- \sum_j \frac{y_{j}}{a_{j}}] \, \frac{\partial a_{j}}{\partial z_{k}}",
            'np.einsum("j,jk->k", -y / a, da_dz)',
            lambda y, a, da_dz: np.einsum("j,jk->k", -y / a, da_dz),
            "$C = -\\sum_j y_j \\ln a_j$: minus the logarithm of the output for the right class.",
        ),
        matrix(
            "δ_k",
            r"- \sum_j \frac{y_{j}}{a_{j}} \, [a_{j} \, (\delta_{jk} - a_{k})]",
            'np.einsum("j,jk->k", -y / a, a[:, None] * (np.eye(len(a)) - a[None, :]))',
            lambda y, a: np.einsum("j,jk->k", -y / a, a[:, None] * (np.eye(len(a)) - a[None, :])),
            "The Jacobian of softmax put in.",
        ),
        matrix(
            "δ_k",
            r"- \sum_j [y_{j}] \, (\delta_{jk} - a_{k})",
            'np.einsum("j,jk->k", -y, np.eye(len(a)) - a[None, :])',
            lambda y, a: np.einsum("j,jk->k", -y, np.eye(len(a)) - a[None, :]),
            "`a_j` cancels.",
        ),
        matrix(
            "δ_k",
            r"[- \sum_j y_{j} \, \delta_{jk} + a_{k} \sum_j y_{j}]",
            'np.einsum("j,jk->k", -y, np.eye(len(y))) + a * sum(y)',
            lambda y, a: np.einsum("j,jk->k", -y, np.eye(len(y))) + a * sum(y),
            "The bracket multiplied out.",
        ),
        index("δ_k = [− y_k + a_k]", "`δ_jk` picks `j = k`; the targets `y` sum to 1."),
        matrix("δ", r"[a - y]", "a - y", lambda a, y: a - y, "As for sigmoid and cross-entropy."),
    ),
)


# ---------------------------------------------------------------- weight decay

WEIGHTS = Symbol("W", ("inputs", "outputs"), "the weights")
SEVERAL_TARGETS = Symbol("Y", ("samples", "outputs"), "the targets")
DECAY = Symbol("λ", (), "the strength of the regularisation", positive)
REGULARISED = {
    "n": numpy_line("len(X)", lambda X: len(X)),
    "C0": numpy_line(
        "np.sum((X @ W - Y)**2) / (2 * n)", lambda X, W, Y, n: np.sum((X @ W - Y) ** 2) / (2 * n)
    ),
    "R": numpy_line("λ / (2 * n) * np.sum(W**2)", lambda λ, n, W: λ / (2 * n) * np.sum(W**2)),
    "C": numpy_line("C0 + R", lambda C0, R: C0 + R),
}

GRADIENT_OF_THE_REGULARISER = Derivation(
    "The gradient of the regularisation term",
    (X, SEVERAL_TARGETS, WEIGHTS, DECAY),
    REGULARISED,
    (
        start(
            "∂R/∂W_kl", "$R = \\frac{\\lambda}{2n} \\sum_{ij} W_{ij}^2$: turn one weight and watch."
        ),
        matrix(
            "∂R/∂W_kl",
            r"[\frac{\lambda}{2n} \, 2 W_{ij} \, \frac{\partial W_{ij}}{\partial W_{kl}}]",
            'λ / (2 * n) * 2 * np.einsum("ij,ijkl->kl", W, dW_dW)',
            lambda λ, n, W, dW_dW: λ / (2 * n) * 2 * np.einsum("ij,ijkl->kl", W, dW_dW),
            "The chain rule on the square of each weight.",
        ),
        matrix(
            "∂R/∂W_kl",
            r"[\frac{\lambda}{n}] \, W_{ij} \, [\delta_{ik} \, \delta_{jl}]",
            'λ / n * np.einsum("ij,ik,jl->kl", W, np.eye(len(W)), np.eye(len(W.T)))',
            lambda λ, n, W: λ / n * np.einsum("ij,ik,jl->kl", W, np.eye(len(W)), np.eye(len(W.T))),
            "The 2 cancels; a matrix by its own elements gives a delta for each index.",
        ),
        matrix(
            "∂R/∂W_kl",
            r"\frac{\lambda}{n} \, [W_{kl}]",
            "λ / n * W",
            lambda λ, n, W: λ / n * W,
            "`δ_ik` picks `i = k`, `δ_jl` picks `j = l`.",
        ),
    ),
)

WEIGHT_DECAY = Derivation(
    "Weight decay",
    (X, SEVERAL_TARGETS, WEIGHTS, DECAY, RATE),
    REGULARISED,
    (
        index("W_ij ← W_ij − η ∂C/∂W_ij", "The descent step, with `C = C0 + R` the whole cost."),
        index(
            "W_ij ← W_ij − [η ∂C0/∂W_ij − η ∂R/∂W_ij]",
            "The slope of a sum is the sum of the slopes.",
        ),
        matrix(
            "W_ij ←",
            r"W_{ij} - \eta \, \frac{\partial C_0}{\partial W_{ij}}"
            r" - [\frac{\eta \lambda}{n} \, W_{ij}]",
            "W - η * dC0_dW - η * λ / n * W",
            lambda W, η, dC0_dW, λ, n: W - η * dC0_dW - η * λ / n * W,
            r"$\partial R / \partial W = \lambda W / n$, the gradient of the regularisation term.",
        ),
        matrix(
            "W_ij ←",
            r"[\left( 1 - \frac{\eta \lambda}{n} \right) W_{ij}]"
            r" - \eta \, \frac{\partial C_0}{\partial W_{ij}}",
            "(1 - η * λ / n) * W - η * dC0_dW",
            lambda W, η, dC0_dW, λ, n: (1 - η * λ / n) * W - η * dC0_dW,
            "`W` taken out: each step first shrinks every weight by the same small part.",
        ),
        matrix(
            "W ←",
            r"\left( 1 - \frac{\eta \lambda}{n} \right) W"
            r" - \eta \, [\frac{\partial C_0}{\partial W}]",
            "(1 - η * λ / n) * W - η * (X.T @ (X @ W - Y)) / n",
            lambda W, η, λ, n, X, Y: (1 - η * λ / n) * W - η * (X.T @ (X @ W - Y)) / n,
            r"As a matrix. With `C0` as above, `∂C0/∂W` is $(X.T) \cdot (X \cdot W - Y) / n$.",
        ),
    ),
)


DERIVATIONS = (
    MATRIX_PRODUCT,
    TRANSPOSE_OF_A_PRODUCT,
    OUTER_PRODUCT,
    TRANSPOSE_OF_AN_OUTER_PRODUCT,
    FORWARD_WITHOUT_ACTIVATION,
    FORWARD_WITH_ACTIVATION,
    COST,
    DERIVATIVE_BY_ITSELF,
    GRADIENT_OF_THE_COST,
    GRADIENT_W2_WITHOUT_ACTIVATION,
    GRADIENT_W1_WITHOUT_ACTIVATION,
    PARTIAL_F2_BY_C0,
    PARTIAL_C_BY_W2,
    GRADIENT_W2,
    PARTIAL_F2_BY_C,
    PARTIAL_C_BY_B,
    PARTIAL_B_BY_A,
    PARTIAL_A_BY_W1,
    PARTIAL_B_BY_W1,
    GRADIENT_W1,
    FOLDING_THE_DELTAS,
    WITH_AUXILIARY_MATRICES,
    DESCENT_STEP,
    *NINE_PARTIALS,
    SLOPE_OF_THE_SIGMOID,
    DELTA_QUADRATIC,
    DELTA_CROSS_ENTROPY,
    JACOBIAN_OF_SOFTMAX,
    DELTA_LOG_LIKELIHOOD,
    GRADIENT_OF_THE_REGULARISER,
    WEIGHT_DECAY,
)
