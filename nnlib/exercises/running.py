"""Running what a student wrote: whatever it does, it comes to an end and there is a result."""

import contextlib
import copy
import inspect
import io
import itertools
import linecache
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

CLOSE = 1e-7  # relative to the largest entry: more than rounding, far less than any slip
STEPS = 1_000_000  # of Python's that a call may take: far more than any answer needs
ITEMS = 10_000  # that are taken from a generator
# Whose steps are not counted: nnlib's, those of installed packages, Python's own
PACKAGES = Path(__file__).parents[1], Path(np.__file__).parents[1], Path(contextlib.__file__).parent
OURS = (*(f"{folder}{os.sep}" for folder in PACKAGES), "<frozen", "<nnlib>")


class Endless(BaseException):
    """Not an Exception, so that a student's own `except Exception` lets it pass."""


class at_most:
    """Within it a student's code may take so many of Python's own steps, then Endless is raised.

    Counted, not timed: the same on a slow machine, in any thread and in a browser. Not counted are
    the steps of installed packages and of one long call into C (`sum(itertools.repeat(1))`); a bare
    `except:` inside the endless loop gets away, and swallows the stop button too. With a debugger
    at work nothing is counted.
    """

    def __init__(self, steps):
        self.left = steps

    def __enter__(self):
        self.mine = sys.gettrace() is None
        if self.mine:
            sys.settrace(self.enter)

    def __exit__(self, *_):
        if self.mine:
            sys.settrace(None)

    def enter(self, frame, event, arg):
        if frame.f_code.co_filename.startswith(OURS):
            return None
        frame.f_trace_opcodes = True  # or a loop on one line would be one step
        return self.count(frame, event, arg)

    def count(self, frame, event, arg):
        self.left -= 1
        if self.left < 0:
            raise Endless
        return self.count


class Failed(str):
    """A result that is none: the name of the exception. Two of one name are the same."""


@dataclass
class Called:
    """What a student wrote, called once: its arguments after that, and what came of it."""

    given: tuple
    result: object = None
    failure: str = ""
    printed: str = ""
    empty: bool = False
    endless: bool = False


def run_answer(function, args, raw=False):
    """The Called of a function on copies of these arguments; raw leaves the result as it is."""
    one, printed = Called(copy.deepcopy(args)), io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), at_most(STEPS):
            result = listed(function(*one.given))
        one.empty = holds_ellipsis(result)
        one.result = result if raw else as_plain(result)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit, RecursionError, …
        one.result, one.failure = Failed(type(error).__name__), failure(error, function)
        one.endless = isinstance(error, Endless)
    one.printed = printed.getvalue()
    return one


def result_of(function, args):
    """What a function of ours gives, as a plain thing; what it raises, by name."""
    try:
        return as_plain(listed(function(*copy.deepcopy(args))))
    except Exception as error:
        return Failed(type(error).__name__)


def listed(result):
    """A generator is run to its end, but not for ever."""
    return list(itertools.islice(result, ITEMS)) if inspect.isgenerator(result) else result


def holds_ellipsis(result):
    """Whether a stub's … is the result, or stands in it."""
    return result is ... or (isinstance(result, (tuple, list)) and any(r is ... for r in result))


def failure(error, function):
    """What went wrong, and the student's own line where it did."""
    trace, line = error.__traceback__, ""
    mine = getattr(getattr(function, "__code__", None), "co_filename", None)
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == mine:
            text = linecache.getline(mine, trace.tb_lineno or 0).strip()
            line = f"; in line {trace.tb_lineno}: {text}" if text else line
        trace = trace.tb_next
    if isinstance(error, Endless):
        return f"it does not end; stopped after {STEPS:,} steps{line}"
    return f"{said(error)}{line}"


def said(error):
    """An exception in one line."""
    try:
        return " ".join(f"{type(error).__name__}: {error!s:.200}".split()).rstrip(": ")
    except Exception:
        return type(error).__name__


# What is compared


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


def parts(thing):
    return thing if isinstance(thing, tuple) else (thing,)


def same(left, right):
    """Equal in form, and in value but for rounding."""
    if isinstance(left, tuple) or isinstance(right, tuple):
        alike = type(left) is type(right) and len(left) == len(right)
        return alike and all(map(same, left, right))
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return left.shape == right.shape and close(left, right)
    return type(left) is type(right) and not isinstance(left, np.ndarray) and left == right


def close(left, right):
    """Whether two arrays of one shape are equal but for rounding."""
    if not left.size or np.array_equal(left, right, equal_nan=True):
        return True
    size = max(np.abs(left).max(), np.abs(right).max())
    return bool(np.isfinite(size) and np.abs(left - right).max() <= CLOSE * size)
