"""The Python that notebooks fold away, in <details>, runs and keeps what it asserts."""

import ast
import re
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import nbformat
import pytest
from claims import WITHOUT_MNIST
from minutes import is_exercise
from notebook_rules import gives, reads

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
NOT_YET = ("06",)  # folds away a piece of a line, which asserts nothing
DETAILS = re.compile(r"<details>(.*?)</details>", re.S)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.S | re.M)


def folded(notebook):
    """(number of the cell, its folded Python) of each cell that folds Python away."""
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown" and not is_exercise(cell):  # its solutions are checked
            code = PYTHON.findall("".join(DETAILS.findall(cell.source)))
            if code:
                yield number, "\n".join(code)


def needed(code, cells):
    """The earlier cells that a piece of code stands on, last first looked for, in their order.

    A cell is needed where it gives a name that is read further down and not given in between.
    """
    wanted, kept = reads(code), []
    for source in reversed(cells):
        if wanted & gives(source):
            wanted = (wanted - gives(source)) | reads(source)
            kept.insert(0, source)
    return kept


def run(code, cells):
    """The names after the cells that the code needs, and the code itself, have been run."""
    space = {}
    for source in [*needed(code, cells), code]:
        exec(compile(source, "cell", "exec"), space)
    return space


FOLDED = [
    pytest.param(path, number, code, id=f"{path.name[:2]}-{number}")
    for path in NOTEBOOKS
    if not path.name.startswith(NOT_YET)
    for number, code in folded(nbformat.read(path, as_version=4))
]


@pytest.mark.parametrize(("path", "number", "code"), FOLDED)
def test_folded_code_runs_and_asserts_something(path, number, code, monkeypatch):
    monkeypatch.chdir(path.parent)
    for name, value in WITHOUT_MNIST.items():  # the built-in digits will do, and are learned sooner
        monkeypatch.setenv(name, value)
    matplotlib.use("agg")
    assert any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(code)))
    cells = nbformat.read(path, as_version=4).cells[:number]
    run(code, [cell.source for cell in cells if cell.cell_type == "code"])
    plt.close("all")


def test_the_python_in_details_is_found_and_no_other():
    seen = "```python\nseen = 1\n```\n"
    text = f"{seen}<details><summary>S</summary>\n\n```python\nkept = 2\n```\n</details>\n{seen}"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    assert list(folded(notebook)) == [(0, "kept = 2\n")]


def test_only_the_cells_that_are_needed_are_run():
    cells = ["a = 1", "1 / 0", "b = a + 1", "c = 1 / 0"]
    assert run("assert b == 2", cells)["b"] == 2


def test_the_last_of_two_cells_that_give_a_name_counts():
    assert run("assert a == 2", ["a = 1", "a = 2"])["a"] == 2


def test_what_does_not_hold_is_seen():
    with pytest.raises(AssertionError):
        run("assert a == 2", ["a = 1"])
