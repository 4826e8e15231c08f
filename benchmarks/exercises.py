"""The processor time that `check` takes with right and with wrong answers, in milliseconds.

    python benchmarks/exercises.py

Prints a table: for each exercise the first check, for which cases are drawn and slips are run on
them, and those after it, of the solution, of the slip that takes longest and of a wrong answer
without a name; below it the worst, beside the 50 ms that are allowed; writes exercises.json. Each
is a median, for among a thousand checks some wait for the machine. Processor time leaves out most
of what other programs take; a machine that does nothing else is better still.
"""

import ast
import json
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np

from nnlib._support.files import replacing
from nnlib.exercises import EXERCISES, check
from nnlib.exercises.running import result_of

RESULTS = Path(__file__).with_name("exercises.json")
MOST, FIRST, AGAIN = 50, 5, 20  # milliseconds; first checks; checks after one


def main():
    times = {exercise.name: times_of(exercise) for exercise in EXERCISES}
    kinds = ("right", "a slip", "no name")
    print(f"{'first, then (ms)':45}" + "".join(f"{kind:>16}" for kind in kinds))
    for name, rows in sorted(times.items(), key=lambda row: -worst(row[1])):
        print(f"{name:45}" + "".join("{:9.1f} {:6.1f}".format(*rows[kind]) for kind in kinds))
    name = max(times, key=lambda name: worst(times[name]))
    print(f"the worst: {worst(times[name])} ms, {name}; allowed are {MOST} ms")
    with replacing(RESULTS) as path:
        path.write_text(json.dumps(times, indent=1) + "\n", encoding="utf-8")


def worst(rows):
    return max(map(max, rows.values()))


def times_of(exercise):
    """{kind of answer: [a first check, one after it]}, in milliseconds."""
    as_function = replace(exercise, read=lambda answer, names: answer)
    slips = [timed(as_function, slip) for slip in exercise.singles.values()]
    return {
        "right": timed(exercise, answer_of(exercise), right=True),
        "a slip": max(slips, key=max),
        "no name": timed(as_function, lambda *args: moved(result_of(exercise.solution, args))),
    }


def answer_of(exercise):
    """The solution as a student hands it over: a function, or the value of `name = value`."""
    value = exercise.written.partition("=")[2].strip()
    return ast.literal_eval(value) if value else exercise.solution


def moved(result):
    """A result whose every number is another."""
    several = isinstance(result, tuple)
    return tuple(map(moved, result)) if several else 1.1 * np.array(result) + 0.137


def timed(exercise, answer, right=False):
    """[a first check, one after it], the medians, in milliseconds."""
    new = [replace(exercise) for _ in range(FIRST)]  # nothing known yet: neither cases nor slips
    first = [milliseconds(exercise, answer, right) for exercise in new]
    later = [milliseconds(new[0], answer, right) for _ in range(AGAIN)]
    return [round(median(first), 1), round(median(later), 1)]


def milliseconds(exercise, answer, right):
    began = process_time()
    verdict = check(exercise, answer)
    took = 1000 * (process_time() - began)
    assert verdict.right == right
    return took


if __name__ == "__main__":
    main()
