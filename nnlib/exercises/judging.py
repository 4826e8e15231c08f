"""The check of an answer: in which order it is looked at, and what is said of it."""

import functools
import inspect
import itertools
from collections.abc import Iterator

import numpy as np

from nnlib._support.checks import checked_seed
from nnlib._support.hints import door
from nnlib.exercises import running
from nnlib.exercises.exercise import cases, numbered
from nnlib.exercises.running import CLOSE, Failed, as_plain, is_array, run_once, same, tried
from nnlib.exercises.session import FOUND
from nnlib.exercises.verdict import FAILS, NOTHING, Trouble, verdict_of


@door
def check(exercise, answer, seed=0):
    """The Verdict on an answer to an exercise: nothing written yet, not yet, it fails, or right.

    exercise  its number, "2.1", or an Exercise of your own
    answer    a function, a value, or a line for Formula: what the exercise's stub asks for
    seed      makes the random cases it is run on: another seed, other numbers
    Whatever the answer, it never raises and never shows the solution, and the stop button ends it.
    An endless loop is stopped after a million steps of Python's; what gets away from that is one
    long call into C and a bare `except:` in the loop: there, only restarting the kernel helps.
    """
    exercise = numbered(exercise)
    verdict = verdict_of(judged, exercise, answer, seed)
    FOUND[exercise.number.partition(".")[0]][exercise.number] = verdict.state
    return verdict


def judged(exercise, answer, seed):
    """The sentence on a right answer, in a tuple; Trouble with any other."""
    if answer is ...:
        raise Trouble(state=NOTHING)
    checked_seed(seed)
    function = exercise.read(answer, exercise.names)
    can_be_called(function, exercise.names)
    drawn = cases(exercise, seed)
    found = [result_in_case(exercise, function, *case) for case in drawn]
    if words := sentence_on(exercise, seed, found):
        raise Trouble(words)
    if not exercise.accept and running.are_numbers(found[0]):
        if not same(result_in_case(exercise, function, *drawn[0]), found[0]):
            raise Trouble("the same arguments give another result the second time.")
    for result in found:
        if isinstance(result, Failed):
            raise Trouble(result.why, state=FAILS)
    if not exercise.accept:
        all_same(exercise.names, drawn, found)
    return (f"on {len(drawn)} random cases." if len(drawn) > 1 else "",)


def can_be_called(function, names):
    """Trouble with an answer that is no function of these arguments."""
    wanted = ", ".join(names)
    if not callable(function):
        got = in_short(as_plain(function))
        raise Trouble(f"a function of {wanted} is asked for; this is {got}.")
    order = Trouble(f"your function has to take {wanted}, in this order.")
    try:
        given = inspect.signature(function).bind(*names).arguments
    except TypeError:
        raise order from None
    except ValueError:  # some built-in functions do not tell
        return
    if any(own in names and own != name for own, name in given.items()):
        raise order


def result_in_case(exercise, function, args, right, _):
    """What an answer gives in one case; Trouble if it is a stub's, or more cases tell nothing."""
    walk = inspect.isgeneratorfunction(exercise.solution)
    given, result = run_once(function, args, raw=exercise.accept, walk=walk)
    if result is ... or (isinstance(result, (tuple, list)) and any(r is ... for r in result)):
        raise Trouble(state=NOTHING)
    if isinstance(result, Failed) and result == "Endless":
        raise Trouble(result.why, state=FAILS)
    for argument in zip(exercise.names, given, args, strict=True):
        look_at_change(*argument)
    result = running.in_form(result, right)
    if exercise.changes and same(result, right):
        if not same(as_plain(exercise.changes(*given)), right):
            raise Trouble("these are the right numbers, but of a copy: what was given stays.")
    return result


def look_at_change(name, after, before):
    """Trouble with an argument that a function has changed."""
    listed = isinstance(before, list)
    if not (listed or is_array(before)) or same(as_plain(after), as_plain(before)):
        return
    arrays = listed and any(map(is_array, before))
    copied = f"[one.copy() for one in {name}]" if arrays else f"{name}.copy()"
    first = f"let it begin with {name} = {copied}"
    raise Trouble(f"your function changes its argument {name}: {first}.")


# Which slip gives just these results


def sentence_on(exercise, seed, found):
    """The sentence that names the slip behind all these results, "" where there is none."""
    drawn, fails = cases(exercise, seed), [isinstance(f, Failed) for f in found]
    if exercise.accept:
        kept = [k for k, failed in enumerate(fails) if not failed]
        said = [exercise.accept(found[k], drawn[k][0]) for k in kept]
        return max(filter(None, said), key=said.count, default="")
    whole = multiple(found, [right for _, right, _ in drawn])
    if whole == 1 or all(fails):
        return ""
    back = come_back(exercise.names, drawn, found)
    kinds = (of(exercise, seed, found) for of in ((of_slips,) if whole else (of_slips, of_pairs)))
    named, factor = slip_behind(kinds, found)
    if whole and (not named or factor != 1):
        return f"{in_words(whole)}."
    first = f"your function returns {back} just as given" if back else ""
    if first and (not named or factor != 1):
        return f"{first}."
    also = f", and {in_words(factor)}" if factor != 1 else ""
    failed = ", ".join(sorted({f for f in found if isinstance(f, Failed)}))
    some = f" Where the shapes allow it; else it fails: {failed}." if failed else ""
    when = f"this is what you get when {named}{also}.{some}" if named else ""
    return ": ".join(filter(None, (first, when)))


def of_slips(exercise, seed, found):
    """{(sentence,): what the solution with this slip gives in every case}, of the likely ones."""
    drawn = cases(exercise, seed)
    known = {one: [wrong[one] for _, _, wrong in drawn if wrong] for one in exercise.singles}
    return run_on(exercise.singles, known, drawn, found)


def of_pairs(exercise, seed, found):
    """{sentences: what the solution with two slips gives in every case}, of the likely ones."""
    pairs, drawn = exercise.pairs, cases(exercise, seed)
    second = run_on(pairs, begun(exercise, seed), drawn[:2], found)
    return run_on(pairs, second, drawn, found)


@functools.lru_cache(maxsize=256)
def begun(exercise, seed):
    """{sentences: [what the solution with these two slips gives in the first case]}."""
    args, right, _ = cases(exercise, seed)[0]
    return {two: [tried(function, args, right)] for two, function in exercise.pairs.items()}


def run_on(functions, known, drawn, found):
    """{sentences: results in every case drawn}, where those known explain what was found."""
    every = {}
    for sentences, results in known.items():
        k = len(results)
        if multiple(2 * found[:k], 2 * results):  # twice: one number is a multiple of any other
            more = drawn[k:]
            every[sentences] = results + [tried(functions[sentences], a, r) for a, r, _ in more]
    return every


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
            both = "; and " if any("," in one for one in sentences) else " and "
            names.setdefault(multiple(found, wrong), []).append(both.join(sentences))
        factor = next((f for f in (*usual, *names) if f and f in names), None)
        if factor:
            likely.append((", or when ".join(names[factor][:2]), factor))
        if factor in usual:
            return likely[-1]
    return likely[0] if likely else ("", 1)


def multiple(found, truth):
    """The number that every result is of its truth, 1 where they are the same, None if no one."""
    if all(map(same, found, truth)):
        return 1
    pairs = [pair for f, t in zip(found, truth, strict=True) for pair in pairs_of(f, t)]
    if not all(f is not None and f.shape == t.shape and t.any() for f, t in pairs):
        return None
    first, one = pairs[0]
    ratio = np.vdot(one, first) / np.vdot(one, one)
    fits = 1e-9 < abs(ratio) < np.inf and all(same(f, np.asarray(ratio * t)) for f, t in pairs)
    if len(pairs) == one.size == 1:  # one number is some multiple of any other
        fits = rounded(ratio) in (-1, 2, 0.5)
    return rounded(ratio) if fits else None


def pairs_of(found, right):
    """The arrays of two results in pairs, (None, None) where they differ in form."""
    if is_array(found) and is_array(right):
        return [(found, right)]
    alike = isinstance(found, tuple) and isinstance(right, tuple) and len(found) == len(right) > 0
    pairs = itertools.chain.from_iterable(map(pairs_of, found, right)) if alike else [(None, None)]
    return list(pairs)


def rounded(ratio):
    """A ratio to seven digits, or ½ would be 0.4999999999."""
    return float(f"{ratio:.7g}")


def in_words(factor):
    usual = {-1: "the sign is turned", 2: "a factor 2 is too many", 0.5: "a factor 2 is missing"}
    return usual.get(factor, f"everything is {factor:.6g} times what it should be")


# How a result differs whose slip has no name


def all_same(names, drawn, found):
    """Trouble with the first result that differs."""
    rights = [same(f, right) for f, (_, right, _) in zip(found, drawn, strict=True)]
    if all(rights):
        return
    args, right, _ = drawn[rights.index(False)]
    wrong = found[rights.index(False)]
    if wrong is None:
        raise Trouble("your function returns nothing: is a return missing?")
    often = f"right in {sum(rights)} of {len(drawn)} cases; " if any(rights) else ""
    with np.printoptions(precision=4):
        numbers = [(n, str(a)) for n, a in zip(names, args, strict=True) if not callable(a)]
        given = [f"{name} = {cut(' '.join(text.split()))}" for name, text in numbers]
    raise Trouble(often + how_it_differs(wrong, right, ", ".join(given)))


def come_back(names, drawn, found):
    """The arguments that a function returned and nothing else, "W1 and W2"; "" if it did not."""
    plain = {name: [as_plain(args[k]) for args, _, _ in drawn] for k, name in enumerate(names)}

    def argument(results):
        given = plain.items()
        return next((name for name, before in given if all(map(same, results, before))), None)

    wanted = {len(right) for _, right, _ in drawn if isinstance(right, tuple)}
    several = {len(result) if isinstance(result, tuple) else 1 for result in found}
    whole = argument(found) if type(found[0]) is type(drawn[0][1]) else None
    if whole or several != wanted or len(wanted) > 1:
        return whole or ""
    back = list(map(argument, zip(*found, strict=True)))
    return "" if None in back else " and ".join(back)


def how_it_differs(found, right, given):
    """The sentence on the form, the shape or the first element that differs."""
    if isinstance(right, tuple):
        if not isinstance(found, tuple) or len(found) != len(right):
            got = f"got {in_short(found)}{what_to_do(found)}"
            return f"{len(right)} things are to be returned, in this order; {got}."
        k = list(map(same, found, right)).index(False)
        return f"result {k + 1}: {how_it_differs(found[k], right[k], given)}"
    if isinstance(found, tuple):
        return "one thing is to be returned, not several, and no rows of different lengths."
    if not is_array(right) or not is_array(found):
        return f"got {in_short(found)}, it should be {in_short(right)}{what_to_do(found)}."
    if found.shape != right.shape:
        turned = ": the numbers are right, but it has to be transposed"
        end = turned if same(found.T, right) else ""
        return f"the shape is {found.shape}, it should be {right.shape or '(), one number'}{end}."
    if not right.shape:
        return f"for {given} it is {found:.6g}, it should be {right:.6g}."
    return first_element(found, right)


def what_to_do(found):
    """With a result that is nothing yet, as the end of a sentence."""
    if inspect.isgenerator(found):
        return ": `return` it, do not `yield` it, and write […] around it, not (…)"
    if isinstance(found, Iterator):
        return ": write list(…) around it"
    return ": leave out `async`" if inspect.iscoroutine(found) else ""


def first_element(found, right):
    """The sentence on the first element that differs in two arrays of one shape."""
    sizes = np.abs([found, right])
    bar = CLOSE * np.max(sizes, where=np.isfinite(sizes), initial=0)
    wrong = ~np.isclose(found, right, rtol=0, atol=bar, equal_nan=True)
    where = tuple(map(int, np.argwhere(wrong)[0])) if wrong.any() else (0,) * right.ndim
    digits = 6 if f"{found[where]:.6g}" != f"{right[where]:.6g}" else 12  # of a float32
    first = f"{list(where)}: {found[where]:.{digits}g}, it should be {right[where]:.{digits}g}"
    are = "is" if wrong.sum() == 1 else "are"
    return f"{wrong.sum()} of {right.size} elements {are} wrong; the first is {first}."


def cut(words, longest=40):
    return words if len(words) <= longest else f"{words[:longest]}…"


def in_short(thing):
    """A result in a few words."""
    if is_array(thing):
        return f"an array of shape {thing.shape}" if thing.shape else f"{thing:.6g}"
    if isinstance(thing, np.ndarray):
        return f"an array of {thing.dtype}, not of numbers"
    if isinstance(thing, tuple):
        return f"{len(thing)} things, in this order"
    kind = type(thing).__name__
    try:
        words = " ".join(f"{thing!r:.60}".split())
    except Exception:
        words = " at 0x"
    if " at 0x" in words:
        return f"an object of type {kind}"
    return words if words.startswith(kind) else f"{kind} {words}"
