"""Sixty made-up students hand in notebook 4, and nbgrader itself grades them.

Whatever one of them hands in, his points are right and all others are graded. nbgrader has an
environment of its own, made here, so that its side bar enters no other test.
"""

import copy
import csv
import html
import os
import re
import subprocess
import time

import nbformat
import numpy as np
import pytest
from versions import ROOT, UV

from nnlib.exercises import EXERCISES

NAME = "04_gradients_by_hand"
ASKED = {e.number.replace(".", "_"): e for e in EXERCISES if e.number.startswith("4.")}
POINTS = dict(zip(ASKED, (1, 2, 3, 4, 5), strict=True))  # a sum tells which were right
ALL = sum(POINTS.values())
CLASS = 60
RIGHT = {key: exercise.shown.rstrip() for key, exercise in ASKED.items()}


def with_slip(exercise, words):
    """What stands in the cell of a student who has made this slip; None if no edit tells it."""
    if exercise.written or not isinstance(exercise.slips[words], str):
        return None
    start, end, new = exercise.span(exercise.slips[words])
    return exercise.source[:start] + new + exercise.source[end:].rstrip()


SLIPS = {
    key: {words: text for words in e.slips if (text := with_slip(e, words))}
    for key, e in ASKED.items()
}
SLIPS["4_1"] = {
    "c is missing": 'line = "u_mn = A_mj B_jn"',
    "the result is transposed": 'line = "u_nm = A_mj B_jn c_n"',
}


# What students do with the notebook that they got


def marked(notebook, mark):
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == mark)


def answered(notebook, answers):
    for key, text in answers.items():
        marked(notebook, f"answer_{key}").source = text


def answers(**given):
    """All right but for these."""
    return lambda notebook: answered(notebook, RIGHT | {key[1:]: t for key, t in given.items()})


def only(key, text):
    """Nothing written, but for a cell in which there is more than an answer."""

    def write(notebook):
        marked(notebook, f"answer_{key}").source += f"\n{text}"

    return write


def without(*marks):
    def write(notebook):
        answered(notebook, RIGHT)
        for mark in marks:
            notebook.cells.remove(marked(notebook, mark))

    return write


def twice(mark):
    def write(notebook):
        answered(notebook, RIGHT)
        cell = copy.deepcopy(marked(notebook, mark))
        cell["id"] = "a-copy"
        notebook.cells.insert(notebook.cells.index(marked(notebook, mark)) + 1, cell)

    return write


def changed_checks(notebook):
    for key in ASKED:
        marked(notebook, f"points_{key}").source = "5.0"


def unlocked_checks(notebook):
    changed_checks(notebook)
    for key in ASKED:
        marked(notebook, f"points_{key}").metadata.nbgrader.update(locked=False, points=500)


def checks_in_words(notebook):
    for key in ASKED:
        cell = marked(notebook, f"points_{key}")
        cell.cell_type = "markdown"
        del cell["outputs"], cell["execution_count"]


def old_marks(notebook):
    answered(notebook, RIGHT)
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader["schema_version"] = 1


def no_cells(notebook):
    notebook.cells = []


def numbered(text):
    def write(notebook):
        answered(notebook, RIGHT)
        marked(notebook, "number").source = f"my_number = {text}"

    return write


def in_function(key, line):
    """The right answer, with a line before all others of the function."""
    head, body = RIGHT[key].split("\n", 1)
    return f"{head}\n    {line}\n{body}"


SWALLOWS = """
while True:
    try:
        import time; time.sleep(0.1)
    except BaseException:
        pass"""
SILENT = '\nget_ipython().ast_node_interactivity = "none"'
SAYS_NOTHING = "\ntype(get_ipython().displayhook).__call__ = lambda self, result=None: None"
WARNS = "import sys, warnings; warnings.warn('look'); print('here', file=sys.stderr)"
FORGED = """
import types
def check(*given, **more):
    return types.SimpleNamespace(right=True)
display = print"""
PATCHED = """
import nnlib.exercises
from nnlib.exercises import verdict
nnlib.exercises.check = lambda *given, **more: verdict.Verdict("right")
verdict.Verdict.right = True"""
TRANSFORMER = """
import ast
class Forger(ast.NodeTransformer):
    def visit_BinOp(self, node):
        return ast.Constant(1)
get_ipython().ast_transformers.append(Forger())"""

# {name: (what is done to the notebook, points, words in the feedback, words to look at)}
ODD = {
    "all_right": (answers(), ALL, "right: on 20 random cases", ""),
    **{
        f"slip_in_{key}": (answers(**{f"_{key}": text}), ALL - POINTS[key], words, "")
        for key in ASKED
        for words, text in list(SLIPS[key].items())[:1]
    },
    "empty": (lambda notebook: None, 0, "nothing written yet", ""),
    "endless_function": (
        answers(_4_2=in_function("4_2", "while True: pass")), ALL - 2, "it does not end", ""),
    "endless_cell": (
        answers(_4_2=f"{RIGHT['4_2']}\nwhile True: pass"), ALL, "", "a cell without an end"),
    "endless_and_swallows": (
        answers(_4_2=RIGHT["4_2"] + SWALLOWS), 1, "the kernel was lost", "the kernel was lost"),
    "system_exit_in_function": (
        answers(_4_2=in_function("4_2", "raise SystemExit")), ALL - 2, "SystemExit", ""),
    "system_exit_in_cell": (answers(_4_2=f"{RIGHT['4_2']}\nraise SystemExit"), ALL, "", ""),
    "os_exit_in_function": (
        # a kernel that ends without a word
        answers(_4_3=in_function("4_3", "import os; os._exit(0)")), 3, "the kernel was lost", "os"),
    "os_exit_in_cell": (
        # as above
        answers(_4_3=f"{RIGHT['4_3']}\nimport os\nos._exit(0)"), 3, "the kernel was lost", "os"),
    "changed_checks": (changed_checks, 0, "nothing written yet", ""),
    "unlocked_checks": (unlocked_checks, 0, "nothing written yet", ""),
    "checks_in_words": (checks_in_words, 0, "nothing written yet", ""),
    "forged_check": (only("4_1", FORGED), 0, "nothing written yet", ""),
    "patched_module": (only("4_1", PATCHED), 0, "nothing written yet", "exercises"),
    "transformed_check": (only("4_1", TRANSFORMER), 0, "nothing written yet", "get_ipython"),
    "silent_and_empty": (only("4_1", SILENT), 0, "nothing written yet", "get_ipython"),
    "silent_and_right": (answers(_4_1=RIGHT["4_1"] + SILENT), ALL, "right: on", "get_ipython"),
    "says_nothing": (only("4_1", SAYS_NOTHING), 0, "did not end with a number", "a check without"),
    "without_a_check": (without("points_4_2"), ALL, "right: on", ""),
    "without_an_answer": (without("answer_4_2"), ALL - 2, "nothing written yet", ""),
    "without_both": (without("answer_4_2", "points_4_2"), ALL - 2, "nothing written yet", ""),
    "without_imports": (without("imports", "number"), ALL, "right: on", ""),
    "no_cells": (no_cells, 0, "nothing written yet", ""),
    "answer_twice": (twice("answer_4_2"), ALL, "right: on", ""),
    "check_twice": (twice("points_4_2"), ALL, "right: on", ""),
    "old_marks": (old_marks, ALL, "right: on", ""),
    "syntax_error": (answers(_4_2="def slope_X(X, Y:\n    return X"), ALL - 2, "SyntaxError", ""),
    "warns": (answers(_4_2=in_function("4_2", WARNS)), ALL, "right: on", "sys"),
    "prints": (answers(_4_2=in_function("4_2", "print(X)")), ALL, "What it prints", ""),
    "number_of_my_own": (numbered("2026_17"), ALL, "right: on", ""),
    "number_that_is_none": (numbered('"mine"'), 0, "cannot be judged", ""),
}  # fmt: skip


def usual(rng):
    """(answers, points, the slips made) of a student who has some right, some empty, some wrong."""
    written, points, made = {}, 0, []
    for key in ASKED:
        kind = rng.choice(["right", "slip", "empty"], p=[0.6, 0.3, 0.1])
        if kind == "right":
            written[key], points = RIGHT[key], points + POINTS[key]
        elif kind == "slip":
            words = list(SLIPS[key])[rng.integers(len(SLIPS[key]))]
            written[key] = SLIPS[key][words]
            made.append(words)
    return written, points, made


USUAL = {f"student_{n:02}": usual(np.random.default_rng(n)) for n in range(CLASS - len(ODD))}


# An environment with nbgrader, and a course graded in it


@pytest.fixture(scope="module")
def call(tmp_path_factory):
    """call(*arguments, cwd=ROOT): Python with nbgrader, in a home of its own; what it printed."""
    folder = tmp_path_factory.mktemp("nbgrader")
    subprocess.run([*UV, "venv", folder / "environment"], check=True)
    where = ["--python", folder / "environment", "-r", ".ci/class.txt"]
    subprocess.run([*UV, "pip", "install", *where], cwd=ROOT, check=True)
    outside = ("PYTHON", "JUPYTER", "IPYTHON", "XDG", "NNLIB")
    env = {k: v for k, v in os.environ.items() if not k.startswith(outside)}
    env |= {"HOME": str(folder)}

    def call(*arguments, cwd=ROOT):
        command = [folder / "environment/bin/python", *arguments]
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return call


def handed_out(call, course, name, *choices):
    """Make a course: the notebook that students get."""
    call(".ci/course.py", course, *choices)
    return nbformat.read(course / "release" / name / f"{name}.ipynb", as_version=4)


def hand_in(course, student, released, write):
    notebook = copy.deepcopy(released)
    write(notebook)
    place = course / "handed_in" / NAME
    place.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, place / f"{student}.ipynb")


def table(course, name):
    """{student: his row} of what the lecturer gets."""
    with (course / f"{name}.csv").open(encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def feedback(course, student, name=NAME):
    """The text of the page that a student gets back, on one line."""
    return text_of(course / "feedback" / student / name / f"{name}.html")


def text_of(page):
    text = re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8"))
    return " ".join(html.unescape(text).split())


@pytest.fixture(scope="module")
def course(call, tmp_path_factory):
    return tmp_path_factory.mktemp("course")


@pytest.fixture(scope="module")
def released(call, course):
    choices = [f"{key.replace('_', '.')}={points}" for key, points in POINTS.items()]
    return handed_out(call, course, NAME, *choices)


@pytest.fixture(scope="module")
def graded(call, course, released):
    """The table of the class; with it (student, what was printed) of the whole."""
    for student, (write, *_) in ODD.items():
        hand_in(course, student, released, write)
    for student, (written, *_) in USUAL.items():
        hand_in(course, student, released, lambda notebook, w=written: answered(notebook, w))
    (course / "handed_in" / NAME / "broken.ipynb").write_text("{ this is no notebook")
    in_folder = course / "handed_in" / NAME / "by_folder"
    in_folder.mkdir()
    mine = copy.deepcopy(released)
    answered(mine, RIGHT)
    nbformat.write(mine, in_folder / "my solution (2).ipynb")
    start = time.monotonic()
    printed = call(".ci/grade.py", course)
    return table(course, NAME), printed, time.monotonic() - start


# What is handed out


def test_no_solution_is_handed_out(released):
    text = "\n".join(cell.source for cell in released.cells)
    assert not [solution for solution in RIGHT.values() if solution in text]
    assert "SOLUTION" not in text and "A solution" not in text


def test_the_stub_is_what_stands_in_an_answers_cell(released):
    for key, exercise in ASKED.items():
        assert marked(released, f"answer_{key}").source.strip() == exercise.stub


def test_a_check_stands_in_a_cell_of_its_own_that_is_locked_and_has_points(released):
    for key, points in POINTS.items():
        mark = marked(released, f"points_{key}").metadata.nbgrader
        assert mark.grade and mark.locked and not mark.solution and mark.points == points


def test_every_solution_that_the_lecturer_keeps_is_cut_out_of_its_own_sheet(course, released):
    source = nbformat.read(course / "source" / NAME / f"{NAME}.ipynb", as_version=4)
    assert [c.cell_type for c in source.cells] == [c.cell_type for c in released.cells]
    for key in ASKED:
        assert RIGHT[key] in marked(source, f"answer_{key}").source


# What is graded


@pytest.mark.parametrize("student", ODD)
def test_the_points_are_right_whatever_is_handed_in(graded, student):
    rows, _, _ = graded
    assert float(rows[student]["total"]) == ODD[student][1]


@pytest.mark.parametrize("student", ODD)
def test_the_feedback_says_why(graded, course, student):
    assert ODD[student][2] in feedback(course, student)


@pytest.mark.parametrize("student", ODD)
def test_what_a_person_should_see_is_listed(graded, student):
    rows, _, _ = graded
    seen, expected = rows[student]["look at"], ODD[student][3]
    assert expected in seen and (expected or not seen)


@pytest.mark.parametrize("student", USUAL)
def test_a_usual_student_has_the_points_of_what_is_right_and_each_slip_named(
    graded, course, student
):
    (rows, _, _), (_, points, made) = graded, USUAL[student]
    assert float(rows[student]["total"]) == points
    assert not [words for words in made if words not in feedback(course, student)]


def test_the_class_is_graded_with_two_commands(graded, tell):
    rows, _, seconds = graded
    done = [row for row in rows.values() if row["total"]]
    assert len(done) == CLASS + 1
    tell(f"{len(done)} students of notebook 4 graded by nbgrader in {seconds:.0f} s")


def test_what_cannot_be_read_is_told_and_stops_nobody(graded):
    rows, printed, _ = graded
    assert rows["broken"]["total"] == "" and "not graded" in rows["broken"]["look at"]
    assert "look at broken: not graded: " in printed


def test_a_notebook_of_any_name_in_a_students_folder_counts(graded):
    rows, _, _ = graded
    assert float(rows["by_folder"]["total"]) == ALL


def test_the_lecturer_sees_the_number_that_a_student_has_chosen(graded):
    rows, _, _ = graded
    assert rows["number_of_my_own"]["number"] == "2026_17"
    assert rows["all_right"]["number"] == "0"


def test_points_stand_beside_each_exercise(graded):
    rows, _, _ = graded
    shares = [rows["slip_in_4_2"][e.number] for e in ASKED.values()]
    assert list(map(float, shares)) == [1, 0, 3, 4, 5]


# Exercises of one's own

EXAM = '''
from nnlib.exercises.exercise import exercise
from nnlib.exercises.making import arrays


@exercise("A.1 Twice", "Return twice `x`.", arrays("n"), {"x is squared": "2 * x -> x * x"}, ())
def double(x):
    return 2 * x


@exercise("A.2 Half", "Return half of `x`.", arrays("n"), {"half is forgotten": "x / 2 -> x"}, ())
def half(x):
    return x / 2
'''
OWN = {
    "right": ("def double(x):\n    return x + x", "def half(x):\n    return x / 2", 6),
    "slip": ("def double(x):\n    return x * x", "def half(x):\n    return x / 2", 3),
    "empty": ("def double(x):\n    return ...", "def half(x):\n    return ...", 0),
    "cheat": ("def double(x):\n    import exam; return exam.double.solution(x)", "half = 1", 3),
}


@pytest.fixture(scope="module")
def exam(call, tmp_path_factory):
    """(the notebook handed out, the course after grading) of two exercises of one's own."""
    course = tmp_path_factory.mktemp("exam")
    (course / "exam.py").write_text(EXAM)
    released = handed_out(call, course, "exam", course / "exam.py=3")
    for student, (double, half, _) in OWN.items():
        notebook = copy.deepcopy(released)
        answered(notebook, {"A_1": double, "A_2": half})
        place = course / "handed_in/exam"
        place.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, place / f"{student}.ipynb")
    call(".ci/grade.py", course)
    return released, course


def test_neither_check_nor_solution_of_ones_own_exercises_is_handed_out(exam):
    released, _ = exam
    text = "\n".join(cell.source for cell in released.cells)
    assert "Return twice" in text and "exam." not in text and "2 * x" not in text


@pytest.mark.parametrize("student", OWN)
def test_ones_own_exercises_are_graded_like_ours(exam, student):
    _, course = exam
    assert float(table(course, "exam")[student]["total"]) == OWN[student][-1]


def test_the_feedback_names_the_slip_in_ones_own_exercise(exam):
    _, course = exam
    assert "when x is squared" in feedback(course, "slip", "exam")


def test_who_reaches_for_ones_own_file_is_listed(exam):
    _, course = exam
    assert ".solution, exam" in table(course, "exam")["cheat"]["look at"]


# nbgrader's exchange


def test_what_goes_out_and_comes_back_by_nbgraders_exchange_is_graded_too(call, tmp_path):
    course, student, exchange = (tmp_path / name for name in ("course", "student", "exchange"))
    handed_out(call, course, NAME, "4.2=2", "4.3")
    student.mkdir()
    exchange.mkdir()
    exchange.chmod(0o777)  # nbgrader insists: all may write into it

    def nbgrader(cwd, action, *options):
        call("-m", "nbgrader", action, NAME, f"--Exchange.root={exchange}", *options, cwd=cwd)

    nbgrader(course, "release_assignment")
    nbgrader(student, "fetch_assignment", "--course=course")
    file = student / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(file, as_version=4)
    answered(notebook, {"4_2": RIGHT["4_2"]})
    nbformat.write(notebook, file)
    nbgrader(student, "submit", "--course=course")
    nbgrader(course, "collect")
    call(".ci/grade.py", course)
    nbgrader(course, "release_feedback")
    nbgrader(student, "fetch_feedback", "--course=course")
    (row,) = table(course, NAME).values()
    assert float(row["total"]) == 2
    (page,) = student.glob(f"{NAME}/feedback/*/{NAME}.html")
    assert "right: on 20 random cases" in text_of(page)
