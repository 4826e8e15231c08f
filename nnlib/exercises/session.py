"""What was done since the kernel started; nothing is stored or sent."""

from collections import defaultdict

from nnlib._support.hints import door
from nnlib.exercises.predictions import surprises
from nnlib.exercises.verdict import IS_RIGHT, NOTHING, Verdict

FOUND = defaultdict(dict)  # a notebook's number: {an exercise: the state its last check found}


@door
def so_far(notebook):
    """A Verdict on all checks of a notebook's exercises, and on its predictions, in this session.

    notebook  its number
    """
    mine = FOUND[str(notebook)]
    states = sorted(set(mine.values()))
    groups = [f"{state}: {', '.join(n for n in mine if mine[n] == state)}" for state in states]
    left = [state for state in states if state != IS_RIGHT]
    state = left[0] if left else IS_RIGHT if mine else NOTHING
    checks = f"so far in notebook {notebook}: {'; '.join(groups) or 'no check'}."
    return Verdict(state, tuple(filter(None, (checks, surprises(notebook)))))
