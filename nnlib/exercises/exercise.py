"""An exercise as data: a task, random arguments, the usual slips, a hint or two, and the solution.

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

from nnlib._support.hints import printable, short
from nnlib.exercises.running import Failed, same, tried

NUMBERED = {}  # number: exercise, of those in the notebooks
DRAWS = 20  # cases an answer is run on
FIRM = 6  # those in which every slip is seen


@printable
@dataclass(frozen=True, eq=False)
class Exercise:
    """A task, and all that judges an answer to it.

    name      begins with its number, "2.1"
    draw      rng -> the arguments of one case; about half of the shapes square, half not
    slips     {sentence: "old -> new" in the text of the solution, or a wrong function}
    solution  a function of the arguments; its text is what a student may read
    stub      what stands in the cell; "" is `def …: return ...` of the solution
    read      (answer, names of the arguments) -> the function to judge, of an answer that is none
    accept    (result, arguments) -> "" or the sentence on it, where many answers are right
    changes   arguments -> that in them which the function is to change, and to return as it then is
    draws     how many cases; 1 where a value is asked for
    written   the solution as a student writes it, where that is not the function
    """

    name: str
    task: str
    draw: Callable
    slips: dict
    hints: tuple
    solution: Callable
    stub: str = ""
    read: Callable = lambda answer, names: answer
    accept: Callable = None
    changes: Callable = None
    draws: int = DRAWS
    written: str = ""

    def __post_init__(self):
        head = f"def {self.solution.__name__}({', '.join(self.names)}):"
        object.__setattr__(self, "stub", self.stub or f"{head}\n    return ...")

    @functools.cached_property
    def names(self):
        return list(inspect.signature(self.solution).parameters)

    @property
    def number(self):
        return self.name.partition(" ")[0]

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
        lines = inspect.getsource(self.solution)
        return textwrap.dedent(lines[re.search(r"^ *def ", lines, re.M).start() :])

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

        What is compiled is the text of a function of nnlib with the edits that come with it, or of
        the lecturer's own exercise.
        """
        slips = [self.slips[words] for words in sentences]
        if callable(slips[0]):
            return slips[0]
        spans = sorted((self.span(slip) for slip in slips), reverse=True)
        if any(later[0] < earlier[1] for later, earlier in itertools.pairwise(spans)):
            return None
        text, scope = self.source, dict(self.solution.__globals__)
        for start, end, new in spans:
            text = text[:start] + new + text[end:]
        exec(compile(text, f"<slip in {self.name}>", "exec"), scope)
        return scope[self.solution.__name__]

    def span(self, slip):
        """Where an edit's old text starts and ends, and the new one."""
        old, new = re.split(" -> ?", slip, maxsplit=1)
        if self.source.count(old) != 1:
            times, name = self.source.count(old), self.name
            raise ValueError(f'{name}: expected "{old}" once, got it {times} times; mend this slip')
        start = self.source.index(old)
        return start, start + len(old), new


def exercise(name, task, draw, slips, hints, **special):
    """Stands above a solution, as @exercise(…), and makes it an Exercise."""
    return lambda solution: Exercise(name, task, draw, slips, hints, solution, **special)


def numbered(exercise):
    """The exercise that is meant: given itself, or by its number."""
    if isinstance(exercise, Exercise):
        return exercise
    if not isinstance(exercise, str) or exercise not in NUMBERED:
        got = short(exercise)
        raise ValueError(f'exercise: expected a number such as "2.1", got {got}; see its heading')
    return NUMBERED[exercise]


@functools.lru_cache(maxsize=256)
def cases(exercise, seed=0):
    """[(arguments, right result, {(sentence,): result})]: firm cases, edges, then any others.

    In a firm case no slip gives the right result; one that fails where shapes are not square does
    not fail in all of them. Edges, a quarter of all at most, are drawn in between, and there some
    slip does: first those with a slip that has not done so yet, for other answers may be wrong just
    there. In the others no slip is run, for that takes longer than all the rest of a check.
    """
    rng, firm, edges, shown = np.random.default_rng(seed), [], [], set()
    singles = {} if exercise.accept else exercise.singles
    fails = set(singles)  # in all firm cases so far
    for _ in range(100 * exercise.draws):
        args = exercise.draw(rng)
        right = tried(exercise.solution, args)
        wrong = {words: tried(function, args, right) for words, function in singles.items()}
        still = {words for words in fails if isinstance(wrong[words], Failed)}
        wanted = min(FIRM, exercise.draws - len(edges))
        if still and len(firm) == wanted - 1:
            continue
        hidden = {words for words, result in wrong.items() if same(result, right)}
        if not hidden:
            firm.append((args, right, wrong))
            fails = still
        elif len(edges) < exercise.draws // (8 if hidden <= shown else 4):
            edges.append((args, right, wrong))
            shown |= hidden
        if len(firm) >= wanted:
            break
    else:
        n, name = len(firm), exercise.name
        why = "one gives the same, or fails in all"
        raise ValueError(f"{name}: expected cases where each slip shows, got {n}; {why}")
    others = [exercise.draw(rng) for _ in range(exercise.draws - len(firm) - len(edges))]
    return firm + edges + [(args, tried(exercise.solution, args), {}) for args in others]
