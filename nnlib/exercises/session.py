"""What was done since the kernel started; nothing is stored or sent."""

from collections import defaultdict

from nnlib._support.hints import door, short
from nnlib.exercises.predictions import all_predictions, surprises
from nnlib.exercises.verdict import IS_RIGHT, NOTHING, Verdict

FOUND = defaultdict(dict)  # a notebook's number: {an exercise: the state its last check found}


@door
def so_far(notebook):
    """A Verdict on all checks of a notebook's exercises, and on its predictions, in this session.

    notebook  its number
    """
    known = sorted({one.notebook for one in all_predictions().values()})
    if not isinstance(notebook, int) or notebook not in known:
        raise ValueError(
            f"notebook: expected a number from 0 to {known[-1]}, got {short(notebook)}; write "
            "so_far(4) for notebook 4"
        )
    mine = FOUND[str(notebook)]
    states = sorted(set(mine.values()))
    groups = [f"{state}: {', '.join(n for n in mine if mine[n] == state)}" for state in states]
    left = [state for state in states if state != IS_RIGHT]
    state = left[0] if left else IS_RIGHT if mine else NOTHING
    checks = f"so far in notebook {notebook}: {'; '.join(groups) or 'no check'}."
    return Verdict(state, tuple(filter(None, (checks, surprises(notebook)))))
