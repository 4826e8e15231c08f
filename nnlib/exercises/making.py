"""What our exercises are made with: words, random arguments, and lines for Formula as answers."""

import inspect
import itertools
from pathlib import Path

import numpy as np

from nnlib._support.chapters import chapters
from nnlib.exercises.exercise import Exercise
from nnlib.exercises.verdict import FAILS, Trouble
from nnlib.index_notation import Formula


def asked(name, *draws, **special):
    """Stands above a solution of ours; what is said of it stands in the Markdown file beside it.

    In its chapter `name`: the task, the hints as quotations, the slips each as the edit and the
    sentence; code with no words to it is the stub.
    """

    def made(solution):
        parts = chapters(Path(inspect.getfile(solution)).with_suffix(".md"))[name]
        said = [words for code, words in parts if not code]
        hints = tuple(words[2:] for words in said if words.startswith("> "))
        task = "\n\n".join(said[: len(said) - len(hints)])
        slips = {words: code[0] for code, words in parts if code and words}
        stub = "\n".join(line for code, words in parts if not words for line in code)
        words = {"stub": stub} | special
        return Exercise(name, task, together(*draws), slips, hints, solution, **words)

    return made


def lengths(rng, n=2, low=2, high=6):
    """n lengths from low to high - 1, as an array; in half of the cases all are the same."""
    sizes = rng.integers(low, high, n)
    return sizes if rng.random() < 0.5 else np.full_like(sizes, sizes[0])


def arrays(*shapes):
    """rng -> normal arrays whose axes are letters, ("nm", "mp"); half of the cases are square."""

    def draw(rng):
        letters = sorted(set("".join(shapes)))
        sizes = dict(zip(letters, lengths(rng, len(letters)), strict=True))
        return tuple(rng.normal(size=[sizes[c] for c in shape]) for shape in shapes)

    return draw


def matrices(rng):
    """rng -> a list of one to four matrices that hook onto each other; half of them all square."""
    return [rng.normal(size=two) for two in itertools.pairwise(lengths(rng, rng.integers(2, 6)))]


def number(low, high, sign=False):
    """rng -> (a number between the two,), or with either sign."""
    signs = (-1, 1) if sign else (1,)
    return lambda rng: (float((rng.uniform(low, high) * rng.choice(signs)).round(3)),)


def whole(low, high):
    """rng -> (a whole number from low to high - 1,)."""
    return lambda rng: (int(rng.integers(low, high)),)


def together(*draws):
    """rng -> the arguments of several draws in a row."""
    return lambda rng: tuple(argument for draw in draws for argument in draw(rng))


def formula_line(formula, without=()):
    """What makes an exercise ask for a line for Formula, without some words."""

    def read(answer, names):
        for word in without:
            if word in str(answer):
                raise Trouble(f"leave out {word}ab and write a for b in the rest", state=FAILS)
        try:
            formula = Formula(answer)
        except (TypeError, ValueError) as error:
            raise Trouble(str(error).removeprefix("text: "), state=FAILS) from None
        return lambda *arrays: formula.contract(**dict(zip(names, arrays, strict=True)))

    written = f'line = "{formula}"\n'
    return {"stub": "line = ...", "written": written, "read": read, "draws": 12}
