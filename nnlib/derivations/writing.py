"""A derivation written down: as a Markdown table, its letters, and the shapes beside each line."""

import itertools
from functools import reduce

import numpy as np

from nnlib.derivations.steps import BAR_MEASURED
from nnlib.index_notation import latex_of, shape_text
from nnlib.palette import BLUE

BLACKBOARD = dict(samples=10, inputs=3, hidden=4, outputs=3, rows=2, inner=3, columns=4)


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


def marked(latex, begin=rf"\underline{{\color{{{BLUE}}} "):
    r"""`latex` with \changed{…} in colour and underlined, or begun in your own way."""
    return latex.replace(r"\changed{", begin)


def shapes_of(step, value, arrays):
    """`(4,10)(10,1) → (4,1)` for a matrix line; how far each index runs for an index line."""
    if step.formula:
        return ranges_text(step, arrays)
    before = "".join(shape_text(matrix_of_block(name, arrays)) for name in step.blocks)
    after = shape_text(value) if value.ndim else "a single number"
    return f"{before} → {after}" if before else after


def matrix_of_block(name, arrays):
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
