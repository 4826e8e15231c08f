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
IN_ORDER = "np.array([*x0, x1 * x2, x1 * x3, x4, x5, x1])"
STEP_BACK = "x0 @ x1 * x2.slope(x3)"
MEANS = {  # lines that are no more than a step on the way to what is asked for
    "3.1": IN_ORDER,  # puts nine slopes in a row, and those of the hidden layer are not the text's
    "4.3": STEP_BACK,  # what comes back is the error of another cost
    "4.4": STEP_BACK,  # comes twice, through a layer more than the text has
    "4.5": STEP_BACK,  # is summed over the samples then, for slopes of which the text has none
}
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


def lines_computed(source):
    """What the statements of a source compute, where it is more than a few signs."""
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
    (path,) = FOLDER.glob(f"{int(exercise.number.partition('.')[0]):02}_*.ipynb")
    given = lines_computed(textwrap.dedent(inspect.getsource(exercise.solution)))
    means = {MEANS[exercise.number]} if exercise.number in MEANS else set()
    assert given & set().union(*map(lines, shown(path))) == means
