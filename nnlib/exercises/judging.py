"""The check of an answer: in which order it is looked at, and what is said of it."""

import inspect

import numpy as np

from nnlib._support.hints import door
from nnlib.exercises.exercise import cases, multiple, slip_behind, wrong_results
from nnlib.exercises.running import CLOSE, Failed, as_plain, parts, run_answer, said, same
from nnlib.exercises.verdict import FAILS, IS_RIGHT, NOT_YET, NOTHING, Verdict


@door
def check(exercise, answer, seed=0):
    """The Verdict on an answer to an exercise: nothing written yet, not yet, it fails, or right.

    answer  a function, a value, or a line for Formula: what the exercise's stub asks for
    seed    makes the random cases it is run on: another seed, other numbers
    It never raises, never shows the solution, and the stop button ends it. An endless loop is
    stopped after a million steps of Python's; what gets away from that is one long call into C
    and a bare `except:` within the loop, for which only restarting the kernel helps.
    """
    try:
        with np.errstate(all="ignore"):  # what overflows is told in words
            state, *sentences = judged(exercise, answer, seed)
    except Exception as error:  # odd objects may fail anywhere: in repr, in ==
        state, *sentences = FAILS, f"this cannot be judged: {said(error)}"
    return Verdict(state, tuple(filter(None, sentences)))


def judged(exercise, answer, seed):
    """(state, sentence) for an answer."""
    if answer is ...:
        return (NOTHING,)
    try:
        function = exercise.read(answer)
    except Exception as error:
        return FAILS, str(error)
    if trouble := trouble_with_call(function, exercise):
        return NOT_YET, trouble
    runs = []
    for args, _ in cases(exercise, seed):
        runs.append(run_answer(function, args, raw=exercise.accept is not None))
        if runs[-1].empty:
            return (NOTHING,)
        if runs[-1].endless:  # more of it tells nothing
            return FAILS, runs[-1].failure
    state, words = judged_runs(exercise, function, runs, seed)
    note = "What it prints is not shown here." if any(one.printed for one in runs) else ""
    return state, f"{words} {note}".strip()


def judged_runs(exercise, function, runs, seed):
    """(state, sentence) for what came of a function in every case."""
    drawn, found = cases(exercise, seed), [one.result for one in runs]
    if trouble := touched(runs, drawn, exercise) or sentence_on(exercise, drawn, found, seed):
        return NOT_YET, trouble
    if not exercise.accept and not same(run_answer(function, drawn[0][0]).result, found[0]):
        return NOT_YET, "the same arguments give another result the second time."
    for one in runs:
        if one.failure:
            return FAILS, one.failure
    if trouble := trouble_with_values(exercise, drawn, found):
        return NOT_YET, trouble
    return IS_RIGHT, f"on {len(drawn)} random cases." if len(drawn) > 1 else ""


# What is wrong, in words


def sentence_on(exercise, drawn, found, seed):
    """The sentence that names the slip behind all these results, "" where there is none."""
    if exercise.accept:
        pairs = zip(found, drawn, strict=True)
        said = [exercise.accept(f, args) for f, (args, _) in pairs if not isinstance(f, Failed)]
        return max(filter(None, said), key=said.count, default="")
    truth = [right for _, right in drawn]
    whole = multiple(found, truth)
    if whole == 1 or all(isinstance(f, Failed) or f is None for f in found):
        return ""
    kinds = (exercise.singles,) if whole else (exercise.singles, exercise.pairs)
    results = ({words: wrong_results(exercise, words, seed) for words in kind} for kind in kinds)
    named, factor = slip_behind(results, found)
    if whole and (not named or factor != 1):
        return f"{in_words(whole)}."
    return this_is(named, factor, found) if named else ""


def this_is(named, factor, found):
    """The sentence on a slip by name, with the factor left over and where it fails."""
    also = f", and {in_words(factor)}" if factor != 1 else ""
    failed = {f for f in found if isinstance(f, Failed)}
    some = f" Where the shapes allow it; else it fails: {', '.join(sorted(failed))}."
    return f"this is what you get when {named}{also}.{some if failed else ''}"


def in_words(factor):
    usual = {-1: "the sign is turned", 2: "a factor 2 is too many", 0.5: "a factor 2 is missing"}
    return usual.get(factor, f"everything is {factor:.6g} times what it should be")


def trouble_with_call(function, exercise):
    """The sentence on an answer that cannot be called with the arguments, else ""."""
    names = ", ".join(exercise.names)
    if not callable(function):
        return f"a function of {names} is asked for; this is {in_short(as_plain(function))}."
    try:
        inspect.signature(function).bind(*exercise.names)
    except TypeError:
        return f"your function has to take {names}, in this order."
    except ValueError:  # some built-in functions do not tell
        pass
    return ""


def touched(runs, drawn, exercise):
    """The sentence on an argument that was changed, else ""."""
    for one, (args, _) in zip(runs, drawn, strict=True):
        for name, after, before in zip(exercise.names, one.given, args, strict=True):
            is_array = isinstance(before, (np.ndarray, list))
            if is_array and not same(as_plain(after), as_plain(before)):
                return (
                    f"your function changes its argument {name}: write {name} = {name} - …, "
                    f"which makes a new array, and not {name} -= …"
                )
    return ""


def trouble_with_values(exercise, drawn, found):
    """The sentence on results whose slip has no name, "" where all are right."""
    rights = [same(f, right) for f, (_, right) in zip(found, drawn, strict=True)]
    if exercise.accept or all(rights):
        return ""
    k = rights.index(False)
    args, right = drawn[k]
    often = f"right in {sum(rights)} of {len(drawn)} cases; " if any(rights) else ""
    differs = often + first_difference(found[k], right, args, exercise)
    return trouble_with_form(found[k], right) or differs


def trouble_with_form(found, right):
    """The sentence on a result of another form or shape, else ""."""
    if found is None:
        return "your function returns nothing: is a return missing?"
    if isinstance(right, tuple) and (not isinstance(found, tuple) or len(found) != len(right)):
        return f"{len(right)} things are to be returned, in this order."
    if isinstance(found, tuple) and not isinstance(right, tuple):
        return "one thing is to be returned, not several, and no rows of different lengths."
    for k, (f, r) in enumerate(zip(parts(found), parts(right), strict=False)):
        if isinstance(r, np.ndarray) and isinstance(f, np.ndarray) and f.shape != r.shape:
            which = f" of result {k + 1}" if isinstance(right, tuple) else ""
            return f"the shape{which} is {f.shape}, it should be {r.shape}{only_turned(f, r)}."
    return ""


def only_turned(found, right):
    """The end of a sentence on an array that only has to be transposed, else ""."""
    return ": the numbers are right, but it has to be transposed" if same(found.T, right) else ""


def first_difference(found, right, args, exercise):
    """Which result and which element differs, and what it should be."""
    pairs = enumerate(zip(parts(found), parts(right), strict=False))
    k, f, r = next((k, f, r) for k, (f, r) in pairs if not same(f, r))
    which = f"result {k + 1}, " if isinstance(right, tuple) else ""
    if not isinstance(r, np.ndarray) or not isinstance(f, np.ndarray) or f.shape != r.shape:
        return f"{which}got {in_short(f)}, it should be {in_short(r)}."
    if not r.shape:
        return f"{which}for {given(args, exercise)} it is {f:.6g}, it should be {r:.6g}."
    return which + first_element(f, r)


def first_element(found, right):
    """The sentence on the first element that differs in two arrays of one shape."""
    bar = CLOSE * max(1e-300, np.abs(right).max())
    wrong = ~np.isclose(found, right, rtol=CLOSE, atol=bar, equal_nan=True)
    where = tuple(map(int, np.argwhere(wrong)[0])) if wrong.any() else (0,) * right.ndim
    first = f"{list(where)}: {found[where]:.6g}, it should be {right[where]:.6g}"
    return f"{wrong.sum()} of {right.size} elements are wrong; the first is {first}."


def given(args, exercise):
    with np.printoptions(precision=4):
        pairs = zip(exercise.names, args, strict=True)
        return ", ".join(f"{name} = {' '.join(str(a).split())[:40]}" for name, a in pairs)


def in_short(thing):
    """A result in a few words."""
    if isinstance(thing, np.ndarray):
        return f"an array of shape {thing.shape}" if thing.shape else f"{thing:.6g}"
    try:
        return " ".join(f"{type(thing).__name__} {thing!r:.60}".split())
    except Exception:
        return f"a {type(thing).__name__}"
