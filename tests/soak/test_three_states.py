"""Each notebook as students leave it: every solution written in, or slips in their place.

As it is handed out, with stubs, `make notebooks-test` and `make browser` run it.
"""

import shutil

import nbformat
import pytest
from exercise_cells import cell_id, exercises_of
from kernels import ROOT, offline
from nbclient import NotebookClient

PATHS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def solution(exercise):
    return exercise.shown, "✓ right"


LINES = {  # with a slip, for Formula: there slips are edits of NumPy's line
    "1.3": ("C_ij = A_ik B_kj", "the transpose is missing"),
    "1.4": ("s = A_ij B_ij", "elements at the same place are multiplied"),
    "4.1": ("u_mn = A_mj B_jn c_m", "c belongs to the rows"),
}


def slip(exercise):
    """The first of the slips that are edits of what a student writes, and what is said of it."""
    if exercise.number in LINES:
        line, words = LINES[exercise.number]
        return f'line = "{line}"\n', words
    for words, edit in exercise.slips.items():
        old, _, new = edit.partition(" -> ") if isinstance(edit, str) else ("", "", "")
        if old and exercise.shown.count(old) == 1:
            return exercise.shown.replace(old, new), words
    raise AssertionError(f"{exercise.name}: no slip can be written in")


def answered(path, folder, write):
    """The notebook with answers written in, run to its end; {exercise: what must be said}."""
    notebook = nbformat.read(path, as_version=4)
    cells = {cell.id: cell for cell in notebook.cells}
    expected = {}
    for exercise in exercises_of(path):
        text, expected[exercise] = write(exercise)
        cell = cells[cell_id(exercise, "answer")]
        assert cell.source.startswith(exercise.stub)
        cell.source = text + cell.source.removeprefix(exercise.stub)
    where = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, kernel_name="python3", timeout=300, resources=where).execute()
    return cells, expected


@pytest.mark.parametrize("write", [solution, slip], ids=["solutions", "slips"])
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem[:2])
def test_a_notebook_runs_to_its_end_with_what_students_write(
    path, write, tmp_path, monkeypatch, tell
):
    for name, value in offline(tmp_path).items():
        monkeypatch.setenv(name, value)
    shutil.copytree(ROOT / "notebooks", tmp_path, dirs_exist_ok=True)
    cells, expected = answered(path, tmp_path, write)
    for exercise, words in expected.items():
        output = cells[cell_id(exercise, "answer")].outputs[-1]
        said = " ".join(output.data["text/plain"].split())
        assert words in said, exercise.name
    what = "answers right" if write is solution else "slips named"
    tell(f"{path.stem[:2]}: {len(expected)} {what}, no error")
