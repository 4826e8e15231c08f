"""Which exercises a lecturer's words choose for a problem sheet, and what stands in it.

What nbgrader makes of the sheets, and how it grades them, is tests/soak/test_course.py.
"""

import course
import pytest

from nnlib.exercises import EXERCISES, ROOMS


def numbers(asked):
    return [(one.exercise.number, one.points) for one in asked]


@pytest.mark.parametrize("number", range(len(ROOMS)))
def test_a_notebooks_number_means_all_its_exercises_a_point_each(number, tmp_path):
    (asked,) = course.sheets_of([str(number)], tmp_path).values()
    mine = [e.number for e in EXERCISES if e.number.startswith(f"{number}.")]
    assert numbers(asked) == [(one, 1) for one in mine]


def test_each_notebook_has_a_sheet_of_its_own(tmp_path):
    sheets = course.sheets_of(["04=2", "5.1", "5.3=0.5"], tmp_path)
    assert list(sheets) == ["04_gradients_by_hand", "05_what_equal_weights_do"]
    assert numbers(sheets["05_what_equal_weights_do"]) == [("5.1", 1), ("5.3", 0.5)]
    assert {points for _, points in numbers(sheets["04_gradients_by_hand"])} == {2}


REFUSED = [
    ("44", "expected a notebook's number such as 04, got '44'"),
    ("four", "expected a notebook's number such as 04, got 'four'"),
    ("5.9", "expected a number such as \"2.1\", got '5.9'"),
    ("04=many", "expected points such as 2, got '04=many'"),
    ("my.py", "expected a Python file with exercises, got 'my.py'"),
]


@pytest.mark.parametrize("choice, words", REFUSED)
def test_what_there_is_not_is_refused_in_words(choice, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        course.sheets_of([choice], tmp_path)


def test_a_sheet_imports_what_the_notebook_does_but_for_drawing_and_the_seed(tmp_path):
    ((name, asked),) = course.sheets_of(["8"], tmp_path).items()
    imports = course.sheet(name, asked).cells[1].source
    assert "from nnlib.exercises import check" in imports
    assert "matplotlib" not in imports and "SEED" not in imports
    compile(imports, "imports", "exec")
