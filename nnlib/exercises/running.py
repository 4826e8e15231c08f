"""Running what a student wrote: whatever it does, it comes to an end and there is a result."""

import contextlib
import copy
import inspect
import itertools
import linecache
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from nnlib.exercises.verdict import numpy_is_whole, said

CLOSE = 1e-7  # relative to the largest entry: more than rounding, far less than any slip
MOST_STEPS = 1_000_000  # of Python's that a call may take: far more than any answer needs
MISFITS = frozenset(("IndexError", "ValueError"))  # one mistake in a shape may raise either
ITEMS = 10_000  # that are taken from a generator: more than any batch has
# Whose steps are not counted: nnlib's, those of installed packages, Python's own
PACKAGES = Path(__file__).parents[1], Path(np.__file__).parents[1], Path(contextlib.__file__).parent
OURS = (*(f"{folder}{os.sep}" for folder in PACKAGES), "<frozen", "<nnlib>")


class Endless(BaseException):
    """Not an Exception, so that a student's own `except Exception` lets it pass."""


@contextlib.contextmanager
def at_most(left):
    """Within it a student's code may take so many of Python's own steps, then Endless is raised.

    Counted, not timed: the same on a slow machine, in any thread and in a browser. Not counted are
    the steps of installed packages and of one long call into C (`sum(itertools.repeat(1))`); a bare
    `except:` inside the endless loop gets away, and swallows the stop button too. With a debugger
    at work nothing is counted.
    """

    def enter(frame, event, arg):
        if frame.f_code.co_filename.startswith(OURS):
            return None
        frame.f_trace_opcodes = True  # or a loop on one line would be one step
        return count()

    def count(*_):
        nonlocal left
        left -= 1
        if left < 0:
            raise Endless(f"{MOST_STEPS:,} steps")
        return count

    mine = sys.gettrace() is None
    sys.settrace(enter) if mine else None
    try:
        yield
    finally:
        sys.settrace(None) if mine else None


class Failed(str):
    """A result that is none: the name of the exception. Two of one name are the same."""

    why = ""


def run_once(function, args, raw=False, walk=False):
    """(the arguments after it, the result) of a student's function: as_plain, raw, or Failed."""
    given = copy.deepcopy(args)
    try:
        with at_most(MOST_STEPS):
            result = result_of(function, given, raw, walk)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit, RecursionError, …
        result = Failed(type(error).__name__)
        result.why = why(error, function)
    numpy_is_whole()
    return given, result


def result_of(function, args, raw=False, walk=True):
    """What a function gives, as a plain thing; with `walk` what it gives one by one is a list."""
    result = function(*args)
    if inspect.iscoroutine(result):
        result.close()  # or Python warns that nobody waits for it
    if walk and isinstance(result, Iterator):
        result = list(itertools.islice(result, ITEMS + 1))
        if len(result) > ITEMS:
            raise Endless(f"{ITEMS:,} items")
    return result if raw else as_plain(result)


def tried(function, args, right=None):
    """What a function of ours gives, or Failed; an ill-fitting shape is a usual result of slips."""
    try:
        with np.errstate(all="ignore"):
            return in_form(result_of(function, copy.deepcopy(args)), right)
    except Exception as error:
        return Failed(type(error).__name__)


def why(error, function):
    """What went wrong, and the student's own line where it did."""
    trace, line = error.__traceback__, ""
    mine = getattr(getattr(function, "__code__", None), "co_filename", None)
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == mine and not mine.startswith(OURS):
            text = linecache.getline(mine, trace.tb_lineno or 0).strip()
            line = f"; in line {trace.tb_lineno}: {text}" if text else line
        trace = trace.tb_next
    words = f"it does not end; stopped after {error}" if isinstance(error, Endless) else said(error)
    return f"{words}{line}"


def as_plain(thing):
    """Numbers as a float array, several things as a tuple, anything else as it is."""
    if isinstance(thing, tuple):
        return tuple(map(as_plain, thing))
    if isinstance(thing, (np.ndarray, np.generic, int, float, list)):
        try:
            array = np.array(thing)
        except ValueError:
            return tuple(map(as_plain, thing))  # a list of arrays, or of rows, of different shapes
        return array.astype(float) if array.dtype.kind in "biuf" else thing
    return thing


def is_array(thing):
    """Whether a thing is an array of numbers, not of words or of objects."""
    return isinstance(thing, np.ndarray) and thing.dtype.kind in "biufc"


def are_numbers(thing):
    """Whether a result, as_plain, is numbers and nothing else."""
    return is_array(thing) or isinstance(thing, tuple) and all(map(are_numbers, thing))


def in_form(found, right):
    """A result in the form of the right one: a list does where a tuple is asked for, and so on."""
    if is_array(found) and isinstance(right, tuple) and right and is_array(right[0]):
        if found.shape == (len(right), *right[0].shape):
            found = tuple(map(np.asarray, found))
    if isinstance(found, tuple) and is_array(right):
        return as_plain(list(found))
    if isinstance(found, tuple) and isinstance(right, tuple) and len(found) == len(right):
        return tuple(map(in_form, found, right))
    return found


def same(left, right):
    """Equal in form, and in value but for rounding."""
    if type(left) is not type(right) or is_array(left) is not is_array(right):
        return False
    if isinstance(left, tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if is_array(left):
        return left.shape == right.shape and close(left, right)
    return left == right or isinstance(left, Failed) and MISFITS.issuperset((left, right))


def close(left, right):
    """Whether two arrays of one shape are equal but for rounding."""
    size = max(np.abs(left).max(initial=0), np.abs(right).max(initial=0))
    if np.isfinite(size):
        return bool(np.abs(left - right).max(initial=0) <= CLOSE * size)
    ends = ~(np.isfinite(left) & np.isfinite(right))
    equal_there = np.array_equal(left[ends], right[ends], equal_nan=True)
    return equal_there and close(left[~ends], right[~ends])
