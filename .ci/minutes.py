"""How long each notebook takes a student, and how its code and its prose are dealt out.

python .ci/minutes.py           all notebooks, one line each
python .ci/minutes.py 03 04     only these

The minutes are a model: what a careful reader needs for a word, a formula, a cell, a widget.
"""

import ast
import math
import re
import statistics
import sys
from dataclasses import dataclass

import nbformat
from chosen import chosen
from exercise_cells import TAG, is_essential
from notebook_rules import is_widget, parsed, tagged
from prediction_cells import question_of

from nnlib import derivations
from nnlib.derivations import Derivation

# The model, in minutes
WORDS_A_MINUTE = 130
FORMULA = 9 / 60
CELL, LINE = 0.7, 6 / 60
WIDGET = 3
PREDICTION = 15 / 60  # to choose and to lock it in; its words are read like any other
DERIVATION_LINE = 24 / 60
EXERCISE = 4  # an essential one, to write; its text and code are counted like any other

# The limits: (from, to) of each count
STOP = "A place to stop"
LIMITS = {
    "minutes": (0, 60),
    "with exercises": (0, 85),
    "lines, median": (0, 4),
    "lines, 90 %": (0, 8),
    "lines, most": (0, 12),
    "words a line": (12, 20),
    "stated - minutes": (-5, 5),
    "stop, % of the way": (30, 70),
}

FORMULAS = re.compile(r"\$\$.+?\$\$|\$[^$\n]+?\$", re.S)
FENCED = re.compile(r"```.*?```", re.S)
FOLDED = re.compile(r"<details>.*?</details>", re.S)  # read by those who are stuck
TABLE = re.compile(r"^\|.*$", re.M)
NOT_READ = re.compile(r"!\[[^]]*\]\([^)]*\)|\]\([^)]*\)|<[^>]+>|^\|[-:| ]+\|$", re.M)
WORD = re.compile(r"[^\W_][\w'’.-]*")
STATED = re.compile(r"About (\d+) minutes")


@dataclass(frozen=True)
class Counts:
    """What there is to read, run and move in some cells."""

    words: int
    prose: int  # the words outside of tables, which are looked up, not read
    formulas: int
    lines: tuple  # of each code cell but the imports
    imports: int  # lines
    widgets: int
    derivation_lines: int
    exercises: int
    predictions: int

    @property
    def minutes(self):
        return (
            self.words / WORDS_A_MINUTE
            + self.formulas * FORMULA
            + len(self.lines) * CELL
            + sum(self.lines) * LINE
            + self.widgets * WIDGET
            + self.derivation_lines * DERIVATION_LINE
            + self.exercises * EXERCISE
            + self.predictions * PREDICTION
        )


def main(arguments):
    print(f"{'':4}{'stated':>8}" + "".join(f"{name:>20}" for name in LIMITS))
    for path in chosen(arguments):
        found = measured(nbformat.read(path, as_version=4))
        print(f"{path.name[:2]:4}{found['stated']:8.0f}" + "".join(shown(found, n) for n in LIMITS))
    limits = "; ".join(f"{name} {low} to {high}" for name, (low, high) in LIMITS.items())
    print(f"* outside the limits: {limits}")


def shown(found, name):
    mark = "*" if beyond(found, name) else " "
    return f"{found[name]:19.1f}{mark}"


def measured(notebook):
    """{name of a limit: what this notebook has}, and the minutes it states."""
    plain = [cell for cell in notebook.cells if not is_exercise(cell)]
    in_class = [cell for cell in notebook.cells if not is_exercise(cell) or is_essential(cell)]
    without, everything = counts(plain), counts(in_class)
    said = STATED.search(notebook.cells[1].source)
    stated = float(said[1]) if said else math.nan
    return {
        "stated": stated,
        "stated - minutes": stated - without.minutes,
        "minutes": without.minutes,
        "with exercises": everything.minutes,
        "lines, median": statistics.median(without.lines),
        "lines, 90 %": ninetieth(without.lines),
        "lines, most": max(without.lines),
        "words a line": without.prose / (sum(without.lines) + without.imports),
        "stop, % of the way": 100 * before_the_stop(plain) / without.minutes,
    }


def by_section(notebook):
    """[(title, minutes) of each section], the opening as "The opening", exercises left out."""
    titles, cells = ["The opening"], [[]]
    for cell in notebook.cells:
        if is_exercise(cell):
            continue
        text, *sections = re.split(r"^## ", cell.source, flags=re.M) if is_text(cell) else [None]
        cells[-1].append(cell if text is None else nbformat.v4.new_markdown_cell(text))
        for section in sections:
            titles.append(section.partition("\n")[0])
            cells.append([nbformat.v4.new_markdown_cell(section)])
    return list(zip(titles, (counts(some).minutes for some in cells), strict=True))


def before_the_stop(cells):
    """The minutes down to the marked place to stop; nan where none is marked."""
    places = [n for n, cell in enumerate(cells) if STOP in cell.source]
    return counts(cells[: places[0]]).minutes if places else math.nan


def broken_limits(notebook):
    """The names of the limits that a notebook does not keep."""
    found = measured(notebook)
    return {name for name in LIMITS if beyond(found, name)}


def beyond(found, name):
    low, high = LIMITS[name]
    return not low <= found[name] <= high


def ninetieth(numbers):
    """The smallest of the numbers that nine tenths of them do not pass."""
    return sorted(numbers)[math.ceil(0.9 * len(numbers)) - 1]


def is_text(cell):
    return cell.cell_type == "markdown"


def is_exercise(cell):
    return tagged(cell, TAG)


def counts(cells):
    prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
    questions = [(cell, question_of(cell.source)) for cell in cells if cell.cell_type == "code"]
    code = [cell for cell, question in questions if question is None]
    asked = [question for _, question in questions if question is not None]
    texts = [FENCED.sub("", FOLDED.sub("", text)) for text in prose]
    texts += [" ".join([question.asks, *question.choices]) for question in asked]
    return Counts(
        words=sum(map(words, texts)),
        prose=sum(words(TABLE.sub("", text)) for text in texts),
        formulas=sum(len(FORMULAS.findall(text)) for text in texts),
        lines=tuple(code_lines(cell.source) for cell in code if not is_imports(cell)),
        imports=sum(code_lines(cell.source) for cell in code if is_imports(cell)),
        widgets=sum(any(map(is_widget, cell.get("outputs", ()))) for cell in code),
        derivation_lines=sum(derivation_lines(cell.source) for cell in code),
        exercises=sum(is_essential(cell) for cell in code),
        predictions=len(asked),
    )


def words(text):
    """The words of a Markdown text, its formulas left out."""
    return len(WORD.findall(NOT_READ.sub(" ", FORMULAS.sub(" ", text))))


def code_lines(source):
    """The lines that are read: not the one that hands an answer over, it is the same everywhere."""
    lines = (line.strip() for line in source.splitlines())
    return sum(bool(line) and not line.startswith("met(") for line in lines)


def is_imports(cell):
    """The cell of imports is run, not read."""
    return isinstance(parsed(cell.source).body[0], ast.Import | ast.ImportFrom)


def derivation_lines(source):
    """The lines of the derivations that a cell names, each derivation once."""
    tree = parsed(source)
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    names |= {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    things = [getattr(derivations, name, None) for name in names]
    chains = [one for thing in things for one in (thing if isinstance(thing, tuple) else (thing,))]
    return sum(len(chain.steps) for chain in chains if isinstance(chain, Derivation))


if __name__ == "__main__":
    main(sys.argv[1:])
