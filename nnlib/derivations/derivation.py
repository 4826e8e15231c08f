"""A chain of lines that all say the same quantity, and its proof on arrays of random sizes."""

import itertools
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from nnlib._support.chapters import chapters
from nnlib._support.checks import checked_number, checked_rng
from nnlib._support.hints import did_you_mean, door, printable, short
from nnlib.derivations.steps import BAR_EXACT, is_measured, step
from nnlib.derivations.writing import BLACKBOARD, drawn_shapes, markdown, shapes_of
from nnlib.gradcheck import central_differences

LARGEST_SIZE = 100  # samples, neurons, …: lines are computed by loops, measured entry by entry

# how large a random example is: at least 2, or a wrong index would not show
SIZES = dict.fromkeys(BLACKBOARD, (2, 5)) | {"samples": (2, 10), "hidden": (2, 6)}


@printable
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

    holds = property(lambda self: self.difference is None or self.difference <= self.bar)

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


@door
@printable
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

    def __repr__(self):
        return f'Derivation "{self.title}", {len(self.steps)} lines; .check(rng) tests them'

    def _repr_markdown_(self):
        return markdown(self)


def titled(title, symbols, definitions=None, functions=None):
    """The Derivation whose lines are the chapter of this title in lines.md."""
    lines = chapters(Path(__file__).with_name("lines.md"))[title]
    steps = tuple(step(*line) for line in lines)
    return Derivation(title, symbols, definitions or {}, steps, functions or {})


def check_choices(chosen, functions):
    """Raise ValueError unless each choice is a size of at least 1 or one of the functions."""
    for name, choice in chosen.items():
        if name not in SIZES and name not in functions:
            known = [*SIZES, *functions]
            near = did_you_mean(name, known) or "; write one of them"
            raise ValueError(f"expected a choice among {', '.join(known)}, got {name}{near}")
        if name in SIZES:
            checked_number(choice, name, 1, whole=True, most=LARGEST_SIZE)
        if name in functions and not hasattr(choice, "slope"):
            raise ValueError(
                f"{name}: expected an Activation, got {short(choice)}; write {name}=TANH"
            )


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
