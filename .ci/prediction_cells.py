"""The cells of a notebook's predictions: a question in its own cell, and below it what came."""

import ast
import itertools
import re

from notebook_rules import is_widget, parsed

from nnlib.exercises.predictions import all_predictions

AT_LEAST = 3  # a notebook
COUNTED = "check", "check_my_gradient", "predict", "met"  # in the line that so_far writes
STORED = re.compile(r"the answer: “?(.+?)”?\.$", re.M)  # what a cell says that was run unasked
HEADING = re.compile(r"^## ", re.M)
SENTENCE_ENDS = re.compile(r"(?<=[.:?!])\s+|\n\n")


def predictions_of(path):
    """The names of the predictions that belong to the notebook at `path`."""
    number = int(path.name[:2])
    return [name for name, one in all_predictions().items() if one.notebook == number]


def question_of(source):
    """The Prediction that a cell asks for, or None."""
    found = calls(source, "predict")
    return all_predictions().get(name_in(found[0])) if found else None


def calls(source, function):
    """The calls of this function in a cell."""
    nodes = [node for node in ast.walk(parsed(source)) if isinstance(node, ast.Call)]
    return [node for node in nodes if getattr(node.func, "id", "") == function]


def name_in(call):
    return call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None


def problems(notebook, path):
    """What is wrong with the predictions of a notebook, in words."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    asked = [(name_in(one), n) for n, source in enumerate(code) for one in calls(source, "predict")]
    told = [(name_in(one), n) for n, source in enumerate(code) for one in calls(source, "met")]
    if len(asked) < AT_LEAST:
        yield f"has {len(asked)} predictions, but at least {AT_LEAST} are wanted"
    if sorted(name for name, _ in asked) != sorted(predictions_of(path)):
        yield f"asks {[name for name, _ in asked]}, but its questions are {predictions_of(path)}"
    for name, n in asked:
        if code[n].strip() != f'predict("{name}")':
            yield f"the cell of {name!r} holds more than the question"
        if [m > n for other, m in told if other == name] != [True]:
            yield f"{name!r} is not met once, in a cell below it"
    below = list(itertools.dropwhile(lambda source: not calls(source, "so_far"), code))
    for name in COUNTED:
        if any(calls(source, name) for source in below):
            yield f"{name}(…) stands below so_far, which has counted by then"
    for name, n in told:
        yield from about_the_answer(name, code[n])
    yield from shown_too_early(notebook)
    yield from told_too_early(notebook)


def shown_too_early(notebook):
    """From a question to its answer no cell shows more than a board; those of the opening wait."""
    sections = (n for n, cell in enumerate(notebook.cells) if cell.source.startswith("## 1. "))
    first, open_questions = next(sections, 0), set()
    for n, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        open_questions -= {name_in(one) for one in calls(cell.source, "met")}
        if not all(map(is_widget, cell.get("outputs", ()))):
            early = f"cell {n} shows something before"
            yield from (f"{early} {name!r} is met" for name in open_questions)
        if n >= first:
            open_questions |= {name_in(one) for one in calls(cell.source, "predict")}


def told_too_early(notebook):
    """Prose gives no answer away, nor stands where one belongs, right below what asks for it."""
    cells = notebook.cells
    for n, (cell, following) in enumerate(itertools.pairwise(cells)):
        if cell.cell_type == following.cell_type == "markdown" and "*Predict" in cell.source:
            yield f"cell {n} asks to predict, and prose stands where the result belongs"
    for n, cell in enumerate(cells):
        for answer in STORED.findall(stored_text(cell)):
            name = name_in(calls(cell.source, "met")[0])
            above = [k for k in range(n) if cells[k].cell_type == "markdown"]
            section = max([k for k in above if HEADING.search(cells[k].source)], default=0)
            asked = [k for k in range(n) if f'predict("{name}")' in cells[k].source]
            for k in above:
                below = asked and k > asked[0] and stands_in(answer, cells[k].source)
                if below or (k < 4 or k >= section) and explains(name, answer, cells[k].source):
                    yield f"cell {k} gives away what comes of {name!r}"


def stored_text(cell):
    return "\n".join(one.get("data", {}).get("text/plain", "") for one in cell.get("outputs", ()))


def stands_in(answer, prose):
    return re.search(rf"(?<![\w.]){re.escape(answer)}(?!\.?\w)", prose)


def explains(name, answer, prose):
    """Whether a sentence has most of the words of the belief behind the right choice."""
    belief = long_words(all_predictions()[name].choices.get(answer, ""))
    shared = [len(belief & long_words(sentence)) for sentence in SENTENCE_ENDS.split(prose)]
    return max(shared) > max(2, len(belief) / 2)


def long_words(text):
    return set(re.findall(r"\w{4,}", text.lower()))


def about_the_answer(name, source):
    """It is handed over by the last line of its cell, and computed: it does not stand there."""
    (call, *more), last = calls(source, "met"), ast.unparse(parsed(source).body[-1])
    if more or last != ast.unparse(call):
        yield f"{name!r} is not met by the last line of its cell"
    if not any(isinstance(node, ast.Name) for node in ast.walk(call.args[1])):
        yield f"the answer to {name!r} stands in its cell and is not computed"
