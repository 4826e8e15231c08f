"""Collect what a class has handed in, grade it and write the feedback, all by nbgrader.

python .ci/grade.py course                         every assignment that was handed in
python .ci/grade.py course 04_gradients_by_hand    only this one
python .ci/grade.py course --again                 grade anew what was graded before

What students handed in lies in course/handed_in/ASSIGNMENT/, as STUDENT.ipynb or as any notebook in
a folder STUDENT. The points are written to course/ASSIGNMENT.csv, the feedback to course/feedback/.
"""

import csv
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from course import nbgrader

from nnlib._support.hints import in_known_letters

# What an answer needs no word of: a person should read it
SUSPECT = re.compile(
    r"\b(?:exercises(?! import check$)|get_ipython|IPython|sys|os|builtins|inspect|gc|ctypes"
    r"|subprocess|importlib|eval|exec|globals|setattr)\b|\.solution\b|\w*__\w*|^\s*[%!]\w*",
    re.M,
)
PLACES = "handed_in/*", "submitted/*/*"  # the second is filled by nbgrader's exchange
# What nbgrader, or our part of it, has met while it ran the notebook
MET = {
    "KernelLost": "the kernel was lost",
    "NoNumber": "a check without a number",
    "CellTimeoutError": "a cell without an end",
}


def main(folder=None, *arguments):
    if folder is None:
        sys.exit(__doc__)
    course = Path(folder)
    names = [name for name in arguments if not name.startswith("-")]
    names = names or sorted({p.name for place in PLACES for p in course.glob(place) if p.is_dir()})
    if not names:
        sys.exit(f"grade: expected notebooks in {course / 'handed_in'}/ASSIGNMENT, got none")
    for name in names:
        grade(course, name, "--again" in arguments)


def grade(course, name, again=False):
    """Collect and grade one assignment; each student by himself, so that none stops the others."""
    commands, rows = nbgrader(course), []
    students = collected(course, name)
    for n, student in enumerate(students, 1):
        print(in_known_letters(f"\r{name}: {n} of {len(students)}"), end="", flush=True)
        rows.append({"student": student} | graded(commands, course, name, student, again))
    print()
    write(rows, course / f"{name}.csv")
    for row in rows:
        if row["look at"]:
            print(in_known_letters(f"look at {row['student']}: {row['look at']}"))
    places = f"points {course / name}.csv, feedback {course / 'feedback'}/STUDENT/{name}/"
    print(in_known_letters(places))


def collected(course, name):
    """Copy what was handed in to where nbgrader looks for it: the names of all who have."""
    place = course / "handed_in" / name
    files = sorted([*place.glob("*.ipynb"), *place.glob("*/*.ipynb")], key=written)
    for file in files:  # of several in a student's folder the newest counts
        student = file.stem if file.parent == place else file.parent.name
        to = course / "submitted" / re.sub(r"[^\w.@ -]", "_", student) / name
        to.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, to / f"{name}.ipynb")
        (to / "timestamp.txt").write_text(f"{datetime.fromtimestamp(written(file), UTC)}\n")
    return sorted(path.parent.name for path in course.glob(f"submitted/*/{name}"))


def written(path):
    return path.stat().st_mtime


def graded(commands, course, name, student, again):
    """One student's row of the table: points, the number chosen, and what a person should see."""
    done = commands.autograde(name, student, force=again)
    if not done["success"]:
        return {"look at": f"not graded: {reason(done)}"}
    commands.generate_feedback(name, student)
    path = course / "autograded" / student / name / f"{name}.ipynb"
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    points = points_of(commands, name, student, cells)
    words = to_look_at(cells, [file.stem for file in course.glob("own/*.py")])
    total = {"total": sum(points.values()), "number": own_number(cells)}
    return points | total | {"look at": ", ".join(words)}


def reason(done):
    """What nbgrader stumbled over, in one line."""
    error = r"^\s*([\w.]*(?:Error|Exception|Invalid\w*)\b.*)"
    texts = done["error"], done.get("log", "")  # the log has the first error, if any
    return [found for text in texts for found in re.findall(error, text, re.M)][-1][:150]


def points_of(commands, name, student, cells):
    """{number of an exercise: points}, in the order of the sheet."""
    with commands.gradebook as gradebook:
        (notebook,) = gradebook.find_submission(name, student).notebooks
        score = {grade.name: grade.score for grade in notebook.grades}
    marks = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells]
    checks = [mark for mark in marks if mark in score]
    return {mark.removeprefix("points_").replace("_", "."): score[mark] for mark in checks}


def own_number(cells):
    """What the student wrote as a number of his own."""
    found = [re.search(r"^my_number *= *(.*)", cell.source, re.M) for cell in cells]
    return next((match[1] for match in found if match), "")


def to_look_at(cells, own):
    """Words that an answer does not need, and what became of the kernel."""
    errors = {output.get("ename") for cell in cells for output in cell.outputs}
    found = {MET[error] for error in errors & set(MET)}
    free = [cell.source for cell in cells if not cell.metadata.get("nbgrader", {}).get("locked")]
    for source in free:
        found |= {word.strip() for word in SUSPECT.findall(source)}
        found |= {word for word in own if re.search(rf"\b{word}\b", source)}
    return sorted(found)


def write(rows, path):
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, max(rows, key=len), restval="")
        table.writeheader()
        table.writerows(rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
