"""Write problem sheets for nbgrader, and from them what is handed out: without the solutions.

python .ci/course.py course 04               the exercises of notebook 4, a point each
python .ci/course.py course 04=2 5.1 5.3=4   two points each; of notebook 5 only these two
python .ci/course.py course exam.py=5        exercises of your own; their checks stay with you

Each notebook, and each file of your own, becomes one assignment in the folder of the course.
"""

import importlib
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
from chosen import chosen
from exercise_cells import exercises_of, hint

from nnlib._support.hints import in_known_letters
from nnlib.exercises import Exercise
from nnlib.exercises.exercise import numbered
from notebooks import METADATA

CONFIG = "nbgrader_config.py"
DRAWS = re.compile(r"matplotlib|nnlib\.(widgets|plots|palette)|^SEED\b")
OWN = "own"  # the course's folder for the lecturer's own exercises; nobody else gets it

HEAD = """\
# To hand in: {title}

Write where `...` stands and run the cell, then the locked cell below it: {told} Locked cells are \
put back as they were before anything is graded. Cells of your own may stand above an answer.

First choose a number of your own, such as that of your student card: it makes the random numbers \
that your answers are checked on."""
CHECKED = """\
it says whether you are right on random numbers, else what you would have to have done to get what \
you got, and your points."""
SECRET = "it is filled in when your answers are graded."
NUMBER = """\
my_number = 0
### BEGIN SOLUTION
### END SOLUTION"""  # without a region nbgrader would empty the cell
CHECK = """\
from nnlib.exercises import check

verdict = check({exercise}, {answer}, seed=my_number)
display(verdict)
{points:g} * verdict.right"""
HIDDEN = """\
# Filled in when it is graded.
### BEGIN HIDDEN TESTS
import {module}
{check}
### END HIDDEN TESTS"""


@dataclass(frozen=True)
class Asked:
    """An exercise of a sheet, its points, and for one of the lecturer's own where it is found."""

    exercise: Exercise
    points: float
    own: str = ""  # "exam.double"

    def cells(self):
        """What stands in the sheet: the task with its hints, the answer, the check."""
        key = re.sub(r"\W", "_", self.exercise.number)
        stub, solution = self.exercise.stub, self.exercise.shown.rstrip()
        answer = f"{stub}\n### BEGIN SOLUTION\n{solution}\n### END SOLUTION"
        grade = {"grade": True, "locked": True, "points": self.points}
        return [
            nbformat.v4.new_markdown_cell(self.task(), id=f"task_{key}"),
            marked(f"answer_{key}", answer, solution=True),
            marked(f"points_{key}", self.check(), **grade),
        ]

    def task(self):
        points = f"{self.points:g} point{'' if self.points == 1 else 's'}"
        head = f"## Exercise {self.exercise.name.replace(' ', ': ', 1)} ({points})"
        return "\n\n".join([head, self.exercise.task, *map(hint, self.exercise.hints)])

    def check(self):
        name = self.own or f'"{self.exercise.number}"'
        told = {"exercise": name, "answer": self.exercise.answer, "points": self.points}
        check = CHECK.format(**told)
        module = self.own.partition(".")[0]
        return HIDDEN.format(module=module, check=check) if self.own else check


def marked(name, source, **marks):
    """A code cell with nbgrader's marks."""
    usual = dict.fromkeys(("grade", "solution", "locked", "task"), False)
    marks = {"schema_version": 3, "grade_id": name} | usual | marks
    return nbformat.v4.new_code_cell(source, id=name, metadata={"nbgrader": marks})


def main(folder=None, *choices):
    if not choices:
        sys.exit(__doc__)
    course = Path(folder)
    (course / OWN).mkdir(parents=True, exist_ok=True)
    if not (course / CONFIG).exists():  # it may hold the lecturer's own settings
        shutil.copy(Path(__file__).with_name(CONFIG), course)
    try:
        sheets = sheets_of(choices, course)
    except ValueError as reason:
        sys.exit(f"course: {reason}")
    for name, asked in sheets.items():
        write(sheet(name, asked), course / "source" / name / f"{name}.ipynb")
        hand_out(course, name)


def sheets_of(choices, course):
    """{name of the assignment: what is asked in it}; ValueError for what there is not."""
    sheets = {}
    for choice in choices:
        which, _, points = choice.partition("=")
        if not re.fullmatch(r"\d*\.?\d+", points or "1"):
            raise ValueError(f"expected points such as 2, got {choice!r}")
        for name, exercise, own in found(which, course):
            asked = Asked(exercise, float(points or 1), own)
            sheets.setdefault(name, []).append(asked)
    return sheets


def found(which, course):
    """(name of its sheet, exercise, where it is found if it is no notebook's) of all chosen."""
    if which.endswith(".py"):
        yield from own_exercises(Path(which), course)
    elif "." in which:
        yield notebook_of(which.partition(".")[0]).stem, numbered(which), ""
    else:
        path = notebook_of(which)
        yield from ((path.stem, exercise, "") for exercise in exercises_of(path))


def notebook_of(number):
    paths = chosen([f"{number:0>2}_"]) if number.isdecimal() else ()
    if not paths:
        raise ValueError(f"expected a notebook's number such as 04, got {number!r}")
    return paths[0]


def own_exercises(path, course):
    """The lecturer's own, out of a copy in the course's folder: the copy will grade them."""
    if not path.is_file() or not path.stem.isidentifier():
        raise ValueError(f"expected a Python file with exercises, got {str(path)!r}")
    kept = course / OWN / path.name
    if path.resolve() != kept.resolve():
        shutil.copy(path, kept)
    sys.path.insert(0, str(kept.parent))
    for name, thing in vars(importlib.import_module(path.stem)).items():
        if isinstance(thing, Exercise):
            yield path.stem, thing, f"{path.stem}.{name}"


def sheet(name, asked):
    """The notebook that the lecturer keeps: with the solutions, which nbgrader cuts out."""
    secret = any(one.own for one in asked)
    title, imports = (name, "import numpy as np") if secret else taken_from(name)
    head = HEAD.format(title=title, told=SECRET if secret else CHECKED)
    cells = [
        nbformat.v4.new_markdown_cell(head, id="head"),
        marked("imports", imports, locked=True),
        marked("number", NUMBER, solution=True),
        *(cell for one in asked for cell in one.cells()),
    ]
    return nbformat.v4.new_notebook(cells=cells, metadata=METADATA)


def taken_from(name):
    """(title, imports without those that draw, which take seconds a student) of a notebook."""
    cells = nbformat.read(notebook_of(name[:2]), as_version=4).cells
    imports = [line for line in cells[2].source.splitlines() if not DRAWS.search(line)]
    return cells[0].source.partition("\n")[0].strip("# "), "\n".join(imports).strip()


def write(notebook, path):
    nbformat.validate(notebook)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def hand_out(course, name):
    """Let nbgrader write what students get, and say where it lies."""
    done = nbgrader(course).generate_assignment(name)
    if not done["success"]:
        sys.exit(f"course: {name}: {done.get('log', '')}{done['error']}")
    there, back = course / "release" / name / name, course / "handed_in" / name
    print(in_known_letters(f"hand out  {there}.ipynb\ncollect   {back}/STUDENT.ipynb"))


def nbgrader(course):
    """nbgrader's own commands, as functions, with the course's settings."""
    from nbgrader.apps import NbGraderAPI  # in the lecturer's environment only
    from traitlets.config import PyFileConfigLoader

    programs = str(Path(sys.executable).parent)  # nbgrader starts alembic, which lies there
    os.environ["PATH"] = os.pathsep.join([programs, os.environ["PATH"]])
    return NbGraderAPI(config=PyFileConfigLoader(CONFIG, str(course.resolve())).load_config())


if __name__ == "__main__":
    main(*sys.argv[1:])
