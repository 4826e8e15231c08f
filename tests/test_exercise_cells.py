"""The exercises' cells in the notebooks: with the stub, with the solution, with each slip."""

import ast
from pathlib import Path

import exercise_cells
import nbformat
import pytest

from nnlib.exercises import EXERCISES

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
PATHS = {int(path.name[:2]): path for path in sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))}


def number_of(exercise):
    return int(exercise.number.partition(".")[0])


def notebook_of(exercise):
    return nbformat.read(PATHS[number_of(exercise)], as_version=4)


def answer_cell(exercise):
    wanted = exercise_cells.cell_id(exercise, "answer")
    (cell,) = [cell for cell in notebook_of(exercise).cells if cell.id == wanted]
    return cell.source


def verdict(exercise, source):
    """What the last line of the cell shows after the notebook's imports and the cell were run."""
    space = {}
    exec(notebook_of(exercise).cells[2].source, space)
    *lines, last = ast.parse(source).body
    exec(compile(ast.Module(lines, []), "cell", "exec"), space)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), space)


def with_answer(source, exercise, text):
    """The source of an answer's cell with `text` in place of the stub."""
    return source.replace(exercise.stub, text.rstrip(), 1)


def by_number(exercise):
    return exercise.number


@pytest.mark.parametrize("path", PATHS.values(), ids=lambda path: path.name[:2])
def test_the_cells_say_what_the_exercises_say(path):
    assert list(exercise_cells.problems(nbformat.read(path, as_version=4), path)) == []


@pytest.mark.parametrize("path", PATHS.values(), ids=lambda path: path.name[:2])
def test_an_answer_takes_no_name_of_another_cell(path):
    assert list(exercise_cells.shadowed(nbformat.read(path, as_version=4), path)) == []


@pytest.mark.parametrize("path", PATHS.values(), ids=lambda path: path.name[:2])
def test_a_notebook_has_three_exercises_or_more_and_some_are_essential(path):
    exercises = exercise_cells.exercises_of(path)
    cells = nbformat.read(path, as_version=4).cells
    essential = [cell for cell in cells if exercise_cells.is_essential(cell)]
    assert len(exercises) >= 3 and 2 <= len(essential) / 3 <= 4


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_number)
def test_a_stub_is_nothing_written_yet(exercise):
    assert verdict(exercise, answer_cell(exercise)).state == "nothing written yet"


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_number)
def test_the_folded_solution_is_right(exercise):
    source = with_answer(answer_cell(exercise), exercise, exercise.shown)
    assert verdict(exercise, source).right


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_number)
def test_a_slip_in_the_cell_is_named(exercise):
    slips = {words: slip for words, slip in exercise.slips.items() if isinstance(slip, str)}
    if exercise.written or not slips:
        pytest.skip("its slips are no edits of what a student writes")
    for words, slip in slips.items():
        start, end, new = exercise.span(slip)
        text = exercise.source[:start] + new + exercise.source[end:]
        source = with_answer(answer_cell(exercise), exercise, text)
        found = verdict(exercise, source)
        assert not found.right and words in repr(found).replace("\n", " ")


def test_a_cell_that_was_changed_is_seen_and_renewed():
    path = PATHS[2]
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.id == "exercise-2-1-task":
            cell.source = "another task"
    (problem,) = exercise_cells.problems(notebook, path)
    assert problem == "exercise-2-1-task is not what the exercise says: run `make notebooks`"
    exercise_cells.renew(notebook, path)
    assert list(exercise_cells.problems(notebook, path)) == []


def test_a_cell_that_is_missing_or_moved_is_seen():
    path = PATHS[2]
    notebook = nbformat.read(path, as_version=4)
    places = {cell.id: n for n, cell in enumerate(notebook.cells)}
    del notebook.cells[places["exercise-2-1-help"]]
    assert "exercise 2.1 Forward is not there, or not whole" in exercise_cells.problems(
        notebook, path
    )
