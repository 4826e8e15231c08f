"""An exercise as data: a task, a stub, random arguments, a solution and the usual slips.

A slip is an edit of the solution's own text, "what stands there -> what was written instead", or a
wrong function where no edit says it. Edits of different places can be made together: so two slips
at once are known without a line more.
"""

import functools
import inspect
import itertools
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnlib.exercises.running import result_of, same

DRAWS = 20  # cases an answer is run on


def itself(answer):
    """An answer that is a function already."""
    return answer


@dataclass(frozen=True, eq=False)
class Exercise:
    """A task, and all that judges an answer to it.

    name      begins with its number, "2.1"
    draw      rng -> the arguments of one case; about half of the shapes square, half not
    solution  a function of them; its text is what a student may read
    slips     {sentence: "old -> new" in the text of the solution, or a wrong function}
    stub      what stands in the cell; "" is `def …: return ...` of the solution
    read      makes a function of the arguments of an answer that is none: a value, a formula
    accept    (result, arguments) -> "" or the sentence on it, where many answers are right
    draws     how many cases; 1 where a value is asked for
    written   the solution as a student writes it, where that is not the function
    """

    name: str
    task: str
    draw: Callable
    solution: Callable
    slips: dict
    hints: tuple
    stub: str = ""
    read: Callable = itself
    accept: Callable = None
    draws: int = DRAWS
    written: str = ""

    def __post_init__(self):
        if not self.stub:
            head = f"def {self.solution.__name__}({', '.join(self.names)}):"
            object.__setattr__(self, "stub", f"{head}\n    return ...")

    @property
    def answer(self):
        """The name that the stub gives to the answer."""
        return re.match(r"(?:def )?(\w+)", self.stub).group(1)

    @property
    def shown(self):
        """The solution as a student may read it."""
        return self.written or self.source

    @functools.cached_property
    def source(self):
        return textwrap.dedent(inspect.getsource(self.solution))

    @functools.cached_property
    def names(self):
        return list(inspect.signature(self.solution).parameters)

    @functools.cached_property
    def singles(self):
        """{(sentence,): the function with this slip}."""
        return {(words,): self.slipped(words) for words in self.slips}

    @functools.cached_property
    def pairs(self):
        """{(sentence, sentence): the function with both slips}, where the edits do not overlap."""
        edits = [words for words, slip in self.slips.items() if isinstance(slip, str)]
        pairs = {two: self.slipped(*two) for two in itertools.combinations(edits, 2)}
        return {two: function for two, function in pairs.items() if function}

    def slipped(self, *sentences):
        """The solution with these slips in it; None where one edit cuts into another.

        What is compiled is the text of a function of nnlib, or of the lecturer's own exercise.
        """
        slips = [self.slips[words] for words in sentences]
        if callable(slips[0]):
            return slips[0]
        spans = sorted((self.span(slip) for slip in slips), reverse=True)
        if any(later[0] < earlier[1] for later, earlier in itertools.pairwise(spans)):
            return None
        text = self.source
        for start, end, new in spans:
            text = text[:start] + new + text[end:]
        scope = dict(self.solution.__globals__)
        exec(compile(text, f"<slip in {self.name}>", "exec"), scope)
        return scope[self.solution.__name__]

    def span(self, slip):
        """Where an edit's old text starts and ends, and the new one."""
        old, new = slip.split(" -> ", 1)
        if self.source.count(old) != 1:
            times = self.source.count(old)
            raise ValueError(f'{self.name}: "{old}" stands {times} times in the solution')
        start = self.source.index(old)
        return start, start + len(old), new


@functools.lru_cache(maxsize=256)
def cases(exercise, seed=0):
    """[(arguments, right result)]: every slip gives something else in every one of them."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(100 * exercise.draws):
        args = exercise.draw(rng)
        right = result_of(exercise.solution, args)
        wrong = () if exercise.accept else exercise.singles.values()
        if not any(same(result_of(function, args), right) for function in wrong):
            found.append((args, right))
        if len(found) == exercise.draws:
            return found
    raise ValueError(f"{exercise.name}: one of the slips cannot be told from the solution")


@functools.lru_cache(maxsize=4096)
def wrong_results(exercise, sentences, seed):
    """What the solution with these slips gives in every case."""
    known = exercise.singles if len(sentences) == 1 else exercise.pairs
    return [result_of(known[sentences], args) for args, _ in cases(exercise, seed)]


def slip_behind(kinds, found, usual=(1, -1, 2, 0.5)):
    """(the slips that give just what was found, "" if none do; the factor left over).

    kinds  {sentences: what comes of these slips in every case}, for one slip, then for two
    usual  factors that are likelier than one slip more
    Where several slips give the same, they are joined by "or when".
    """
    likely = []
    for results in kinds:
        names = {}
        for sentences, wrong in results.items():
            names.setdefault(multiple(found, wrong), []).append(" and ".join(sentences))
        factor = next((f for f in [*usual, *names] if f and f in names), None)
        if factor:
            likely.append((", or when ".join(names[factor][:2]), factor))
        if factor in usual:
            return likely[-1]
    return likely[0] if likely else ("", 1)


def multiple(found, truth):
    """The number that every result is of its truth, 1 where they are the same, None if no one."""
    if all(map(same, found, truth)):
        return 1
    pairs = list(zip(found, truth, strict=True))
    if not all(type(f) is type(t) is np.ndarray and f.shape == t.shape for f, t in pairs):
        return None
    if not all(t.any() for t in truth):
        return None
    ratio = np.vdot(truth[0], found[0]) / np.vdot(truth[0], truth[0])
    fits = 1e-9 < abs(ratio) < np.inf and all(same(f, ratio * t) for f, t in pairs)
    if len(pairs) == truth[0].size == 1:  # one number is some multiple of any other
        fits = rounded(ratio) in (-1, 2, 0.5)
    return rounded(ratio) if fits else None


def rounded(ratio):
    """A ratio to seven digits, or ½ would be 0.4999999999."""
    return float(f"{ratio:.7g}")
