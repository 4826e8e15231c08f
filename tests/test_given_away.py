"""No exercise asks for a line that stands before it in its notebook, open or folded."""

import ast
import copy
import inspect
import textwrap
from pathlib import Path

import nbformat
import pytest
from exercise_cells import cell_id
from minutes import is_exercise
from test_exercises import OTHER_WAYS
from test_folded_code import folded

from nnlib.exercises import EXERCISES

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
IN_ORDER = "np.array([*x3, x2 * x4, x2 * x5, x0, x1, x2])"
STEP_BACK = "x0 @ x1 * x3.slope(x2)"
MEANS = {  # lines that are no more than a step on the way to what is asked for
    "3.1": IN_ORDER,  # puts nine slopes in a row, and those of the hidden layer are not the text's
    "4.3": STEP_BACK,  # what comes back is the error of another cost
    "4.4": STEP_BACK,  # comes twice, through a layer more than the text has
    "4.5": STEP_BACK,  # is summed over the samples then, for slopes of which the text has none
}
KINDS = ast.BinOp, ast.Call, ast.Subscript, ast.ListComp, ast.AugAssign
LEAST = 6  # names and signs of a line that says something
OURS = {"np", "sum", "range", "zip", "len", "max", "min", "enumerate"}  # names that are kept


class Letters(ast.NodeTransformer):
    """Numbers and fields as names; with `more`, elements, np.f(name) and arguments too."""

    def __init__(self, more):
        self.more = more

    def visit_Constant(self, node):
        return self.as_name(node, not isinstance(node.value, str))

    def visit_JoinedStr(self, node):
        return node

    def visit_Attribute(self, node):
        node = self.generic_visit(node)
        return self.as_name(node, isinstance(node.value, ast.Name) and node.value.id != "np")

    def visit_Subscript(self, node):
        node = self.generic_visit(node)
        names = isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Name)
        return self.as_name(node, names and self.more)

    def visit_Call(self, node):
        kept = node.func
        if isinstance(kept, ast.Attribute):  # a method keeps its name
            kept.value = kept.value if ast.unparse(kept.value) == "np" else self.visit(kept.value)
        node.args = [self.visit(one) for one in node.args]
        if not self.more or not node.args:
            return node
        plain = all(isinstance(one, ast.Name) for one in node.args)
        name = ast.unparse(kept)
        if isinstance(kept, ast.Name) and name not in OURS:
            node.args = [ast.Name(", ".join(map(ast.unparse, node.args)))]
        one = len(node.args) == 1 and name.startswith("np.")
        return self.as_name(node, plain and (one or name in OURS))

    def as_name(self, node, is_one):
        return ast.Name(ast.unparse(node)) if is_one else node


def nameless(node, more):
    """An expression with x0, x1, … for its names; "" where it says little."""
    known, node = {}, Letters(more).visit(copy.deepcopy(node))
    signs = [one for one in ast.walk(node) if not isinstance(one, ast.expr_context)]
    for name in signs:
        if isinstance(name, ast.Name) and name.id not in OURS:
            name.id = known.setdefault(name.id, f"x{len(known)}")
    return ast.unparse(ast.fix_missing_locations(node)) if len(signs) >= LEAST + more else ""


def forms(nodes):
    """Each of the expressions, whatever the names in it, as it is and shortened."""
    told = [node for node in nodes if isinstance(node, KINDS)]
    return {nameless(node, more) for node in told for more in (False, True)} - {""}


def lines(source):
    """The expressions of a source, whatever the names in them."""
    return forms(ast.walk(ast.parse(source)))


def lines_computed(source):
    """What the statements of a source compute, and those that change a thing in place."""
    told = []
    for one in ast.walk(ast.parse(source)):
        value = getattr(one, "value", None)
        if isinstance(one, ast.AugAssign | ast.Yield | ast.Lambda | ast.stmt):
            several = isinstance(one, ast.Assign) and isinstance(value, ast.Tuple)
            told += [one, *(value.elts if several else [value])]
        if isinstance(one, ast.Lambda):
            told.append(one.body)
    return forms(told)


def shown(notebook, end):
    """The code before a cell of a notebook that is no exercise's."""
    cells = list(enumerate(notebook.cells[:end]))
    code = [c.source for _, c in cells if c.cell_type == "code" and not is_exercise(c)]
    return [*code, *(source for number, source in folded(notebook) if number < end)]


def answers(exercise):
    """The solution, and another honest way."""
    yield textwrap.dedent(inspect.getsource(exercise.solution))
    if way := OTHER_WAYS.get(exercise.number):
        yield f"{{{inspect.getsource(way).strip()}}}"


def given_away(exercise, notebook):
    """What of an answer stands before the exercise in its notebook."""
    ids = [cell.id for cell in notebook.cells]
    before = shown(notebook, ids.index(cell_id(exercise, "answer")))
    mine = set().union(*map(lines_computed, answers(exercise)))
    return mine & set().union(*map(lines, before))


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.number)
def test_no_line_of_an_exercise_stands_in_its_notebook(exercise):
    (path,) = FOLDER.glob(f"{int(exercise.number.partition('.')[0]):02}_*.ipynb")
    means = {MEANS[exercise.number]} if exercise.number in MEANS else set()
    assert given_away(exercise, nbformat.read(path, as_version=4)) == means


TURN = "np.array([[np.cos(p), np.sin(p)], [-np.sin(p), np.cos(p)]])"
SEEN = [
    ("targets = np.eye(10)[train.labels]", "return np.eye(k)[labels]"),
    ("batch = order[first : first + 10]", "yield order[start : start + size]"),
    ("s = sum(slopes(drawn, *X[i], Y[i, 0]) for i in range(30))", "s = sum(f(w, *a) for a in b)"),
    ("net.b[l] -= eta * db[l]", "parameter -= eta * slopes"),
    (f"M = {TURN}", "turn, stretch = np.array([[c, s], [-s, c]]), np.diag([tall, wide])"),
]


@pytest.mark.parametrize("cell, line", SEEN)
def test_a_line_in_other_letters_with_numbers_or_elements_for_names_is_seen(cell, line):
    assert lines(cell) & lines_computed(f"def answer():\n    {line}")
