"""The facts on exercises with two hundred seeds: solutions are right, slips refused and named.

SEEDS=20 in the environment: with so many.
"""

import os

import pytest
from test_exercises import AT_EDGES, OTHER_WAYS, SLIPS, by_name, not_named, not_right

from nnlib.exercises import EXERCISES, check

SEEDS = range(int(os.environ.get("SEEDS", 200)))


@pytest.mark.parametrize("exercise", EXERCISES, **by_name)
def test_a_solution_is_right_with_every_seed(exercise):
    assert not_right(exercise, exercise.solution, SEEDS) == []


@pytest.mark.parametrize("exercise", EXERCISES, **by_name)
def test_another_honest_way_is_right_with_every_seed(exercise):
    other = OTHER_WAYS.get(exercise.name.split()[0], exercise.solution)
    assert not_right(exercise, other, SEEDS) == []


@pytest.mark.parametrize("exercise, words", SLIPS)
def test_a_slip_is_refused_and_named_with_every_seed(exercise, words):
    assert not_named(exercise, words, SEEDS) == []


@pytest.mark.parametrize("number, answer", AT_EDGES)
def test_an_answer_that_is_wrong_only_where_a_slip_is_right_is_refused_with_every_seed(
    number, answer
):
    assert [seed for seed in SEEDS if check(number, answer, seed).right] == []
