"""The notes for teaching, notebooks/for_teachers: their minutes, and whether what they name exists.

`make notebooks` writes the minutes of each section into the page of its notebook.
"""

import re

import minutes
from exercise_cells import cell_id, exercises_of, is_essential

BEGIN, END = "<!-- make notebooks writes this -->\n", "<!-- until here -->"
CODE = re.compile(r"`([^`]+)`")
EXERCISE = re.compile(r"\b\d+\.\d+\b")
ROW = re.compile(r"^\| (.+) \| (\d+) \|$", re.M)
SECTION = re.compile(r"\bsections? (\d+)(?: (?:and|to) (\d+))?(?! of notebook)")


def page_of(path):
    """The page that belongs to the notebook at `path`."""
    return path.parent / "for_teachers" / f"{path.name[:2]}.md"


def renew(notebook, path):
    """Write the minutes into the notebook's page, if it has one."""
    page = page_of(path)
    if page.exists():
        text = page.read_text(encoding="utf-8")
        page.write_text(with_minutes(text, notebook), encoding="utf-8")


def with_minutes(text, notebook):
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{table(notebook)}\n{END}{rest.partition(END)[2]}"


def table(notebook):
    """A line for each section, and two sums."""
    rows = [(title, time) for title, time in minutes.by_section(notebook) if time >= 0.5]
    found = minutes.measured(notebook)
    sums = {"all of it": found["minutes"], "with the essential exercises": found["with exercises"]}
    rows += [(f"**{name}**", time) for name, time in sums.items()]
    lines = "\n".join(f"| {title} | {time:.0f} |" for title, time in rows)
    return f"| section | minutes |\n|---|---:|\n{lines}\n"


def problems(text, notebook, path):
    """What a page says that its notebook does not bear out, in words."""
    code = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    for line in text.splitlines():
        found = CODE.search(line) if line.startswith("| `") else None
        if found and found[1] not in code:
            yield f"no cell holds `{found[1]}`"
    everything = "\n\n".join(cell.source for cell in notebook.cells)
    yield from (f"nowhere stands `{code}`" for code in CODE.findall(text) if code not in everything)
    for number in {number for pair in SECTION.findall(text) for number in pair if number}:
        if not re.search(rf"^## {number}\. ", everything, re.M):
            yield f"there is no section {number}"
    yield from other_exercises(text, notebook, path)
    yield from (f"{row} minutes" for row in other_minutes(text, notebook))


def other_exercises(text, notebook, path):
    """Where the page has not the essential exercises in the hour, and the others at home."""
    section = text.partition("## Exercises")[2].partition("## ")[0]
    essential = {cell.id for cell in notebook.cells if is_essential(cell)}
    numbers = {True: set(), False: set()}
    for exercise in exercises_of(path):
        numbers[cell_id(exercise, "task") in essential].add(exercise.number)
    hour, _, home = section.partition("At home:")
    for place, part in {"in the hour": hour, "at home": home}.items():
        for number in numbers[part is hour] ^ set(EXERCISE.findall(part)):
            yield f"exercise {number} is named {place} and does not belong there, or the reverse"


def other_minutes(text, notebook):
    """The rows of the page's table that are more than a minute from what is counted now."""
    stored, counted = dict(ROW.findall(text)), dict(ROW.findall(table(notebook)))
    for title in stored.keys() | counted.keys():
        if abs(int(stored.get(title, -9)) - int(counted.get(title, -9))) > 1:
            yield f"{title}: {stored.get(title)} stands there, {counted.get(title)} are counted:"
