"""The processor time that `check` takes with each right answer, in milliseconds.

    python benchmarks/exercises.py

Prints a table of the first check, for which cases are drawn and slips are run on them, and of the
median of those after it, beside the 50 ms that are allowed; writes exercises.json. Processor time
leaves out most of what other programs take; a machine that does nothing else is better still.
"""

import ast
import json
from pathlib import Path
from statistics import median
from time import process_time

from nnlib._support.files import replacing
from nnlib.exercises import EXERCISES, check

RESULTS = Path(__file__).with_name("exercises.json")
MOST, AGAIN = 50, 20  # milliseconds; checks after the first


def main():
    times = {exercise.name: times_of(exercise) for exercise in EXERCISES}
    for name, (first, later) in sorted(times.items(), key=lambda row: -max(row[1])):
        over = "" if max(first, later) <= MOST else f"  more than {MOST} ms"
        print(f"{name:45} first {first:5.1f} ms, then {later:5.1f} ms{over}")
    with replacing(RESULTS) as path:
        path.write_text(json.dumps(times, indent=1) + "\n", encoding="utf-8")


def times_of(exercise):
    """[the first check, the median of those after it], in milliseconds, of the solution."""
    answer = exercise.solution
    if exercise.written:  # name = value
        answer = ast.literal_eval(exercise.written.partition("=")[2].strip())
    first, *later = (milliseconds(exercise, answer) for _ in range(AGAIN + 1))
    return [round(first, 1), round(median(later), 1)]


def milliseconds(exercise, answer):
    began = process_time()
    verdict = check(exercise, answer)
    took = 1000 * (process_time() - began)
    assert verdict.right
    return took


if __name__ == "__main__":
    main()
