"""No exercise asks for a line that stands in a cell of its notebook, open or folded."""

import ast
import copy
import inspect
import textwrap
from pathlib import Path

import nbformat
import pytest
from minutes import is_exercise
from test_folded_code import folded

from nnlib.exercises import EXERCISES

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
PARTS_OF_MORE = ("3.", "4.")  # ask for other slopes: some of their lines are those of the text
KINDS = ast.BinOp, ast.Call, ast.Subscript
LEAST = 10  # nodes of a line that says something


def lines(source):
    """The expressions of a source, whatever the names in them."""
    return {nameless(node) for node in ast.walk(ast.parse(source)) if isinstance(node, KINDS)}


def nameless(node):
    """An expression with x0, x1, … for its names and the fields of names, but not for np.mean."""
    known = {}

    class Letters(ast.NodeTransformer):
        def visit_Name(self, name):
            return name if name.id == "np" else self.letter(name)

        def visit_Attribute(self, one):
            field = isinstance(one.value, ast.Name) and one.value.id != "np"
            return self.letter(one) if field else self.generic_visit(one)

        def visit_Call(self, call):  # a method keeps its name
            if isinstance(call.func, ast.Attribute):
                call.func.value = self.visit(call.func.value)
                call.args = [self.visit(argument) for argument in call.args]
                return call
            return self.generic_visit(call)

        def letter(self, one):
            return ast.Name(known.setdefault(ast.unparse(one), f"x{len(known)}"))

    return ast.unparse(Letters().visit(copy.deepcopy(node)))


def asked_for(exercise):
    """What the statements of a solution compute, where it is more than a few signs."""
    source = textwrap.dedent(inspect.getsource(exercise.solution))
    statements = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt)]
    values = [getattr(node, "value", None) for node in statements]
    told = [v for v in values if isinstance(v, KINDS) and len(list(ast.walk(v))) >= LEAST]
    return {nameless(value) for value in told}


def shown(path):
    """The code of a notebook that is no exercise's."""
    notebook = nbformat.read(path, as_version=4)
    cells = (c.source for c in notebook.cells if c.cell_type == "code" and not is_exercise(c))
    return [*cells, *(code for _, code in folded(notebook))]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.number)
def test_no_line_of_an_exercise_stands_in_its_notebook(exercise):
    if exercise.number.startswith(PARTS_OF_MORE):
        return
    (path,) = FOLDER.glob(f"{int(exercise.number.partition('.')[0]):02}_*.ipynb")
    assert asked_for(exercise) & set().union(*map(lines, shown(path))) == set()
