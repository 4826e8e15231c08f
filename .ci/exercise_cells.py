"""The cells of a notebook's exercises: a task, the cell to write in, and help that is folded.

Their texts are the exercises' data, so nothing here is written twice: `make notebooks` renews them.
Where they stand, and which of them are essential (a tag), is the notebook's own affair.
"""

from notebook_rules import gives, tagged

from nnlib.exercises import EXERCISES

TAG, ESSENTIAL = "exercise", "essential"
PARTS = ("task", "answer", "help")


def exercises_of(path):
    """The exercises of the notebook at `path`, in their order."""
    number = int(path.name[:2])
    return [one for one in EXERCISES if int(one.number.partition(".")[0]) == number]


def texts(exercise, essential):
    """{part: the text of its cell}."""
    mark = " (essential)" if essential else ""
    return {
        "task": f"### Exercise {exercise.name.replace(' ', ': ', 1)}{mark}\n\n{exercise.task}",
        "answer": f"{exercise.stub}\n\n\ncheck(\"{exercise.number}\", {exercise.answer})",
        "help": "\n\n".join([*map(hint, exercise.hints), solution(exercise)]),
    }


def hint(text):
    return f"<details><summary>A hint</summary>\n\n{text}\n\n</details>"


def solution(exercise):
    code = f"```python\n{exercise.shown.rstrip()}\n```"
    return f"<details><summary>A solution</summary>\n\n{code}\n\n</details>"


def cell_id(exercise, part):
    return f"exercise-{exercise.number.replace('.', '-')}-{part}"


def renew(notebook, path):
    """Write the exercises' texts into their cells, which stand in the notebook already."""
    cells = {cell["id"]: cell for cell in notebook.cells if "id" in cell}
    for exercise in exercises_of(path):
        found = {part: cells.get(cell_id(exercise, part)) for part in PARTS}
        for part, text in texts(exercise, is_essential(found["task"])).items():
            if found[part] is not None:
                found[part].source = text


def is_essential(cell):
    return cell is not None and tagged(cell, ESSENTIAL)


def problems(notebook, path):
    """What is missing of the notebook's exercises, or differs from their data, in words."""
    places = {cell.get("id"): n for n, cell in enumerate(notebook.cells)}
    for exercise in exercises_of(path):
        ids = [cell_id(exercise, part) for part in PARTS]
        if not all(one in places for one in ids):
            yield f"exercise {exercise.name} is not there, or not whole"
            continue
        first = places[ids[0]]
        if [places[one] for one in ids] != [first, first + 1, first + 2]:
            yield f"the cells of exercise {exercise.name} do not follow each other"
        essential = is_essential(notebook.cells[first])
        for one, text in zip(ids, texts(exercise, essential).values(), strict=True):
            cell = notebook.cells[places[one]]
            if cell.source != text:
                yield f"{one} is not what the exercise says: run `make notebooks`"
            if not tagged(cell, TAG):
                yield f"{one} has not the tag `{TAG}`"


def shadowed(notebook, path):
    """The names of answers that other cells give to something else."""
    mine = {exercise.answer for exercise in exercises_of(path)}
    for cell in notebook.cells:
        if cell.cell_type == "code" and not tagged(cell, TAG):
            for name in gives(cell.source) & mine:
                yield f"the answer `{name}` takes a name that cell {cell.id} gives"
