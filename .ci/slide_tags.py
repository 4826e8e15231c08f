"""Where a slide begins: a tag on each cell, by rule, read by nbconvert, RISE and `make slides`.

A heading begins a slide, any other text one below it. Code stays with the text before it, unless
that text or a board asks something: then what the code shows is the answer, on a slide of its own.
So do an exercise's hints and solution. Imports and cells of bare asserts are on no slide.
"""

import ast
import re

from notebook_rules import parsed, tagged

HEADING = re.compile(r"^(#+) ", re.M)
FENCED = re.compile(r"```.*?```", re.S)
ASKS = re.compile(r"\?|\b(predict|guess|write down|pencil|before you (run|read|go on))\b", re.I)
BEGINS = {"slide", "subslide"}


def renew(notebook):
    """Write the tags into the cells."""
    for cell, kind in zip(notebook.cells, kinds(notebook.cells), strict=True):
        cell.metadata["slideshow"] = {"slide_type": kind}


def kinds(cells):
    """The slide type of each cell: slide, subslide, skip, or - for "on the slide before"."""
    asked = False
    for cell in cells:
        if cell.cell_type == "markdown":
            asked = bool(ASKS.search(cell.source.rpartition("\n## ")[2]))
            yield kind_of_text(cell)
        elif is_aside(cell):
            yield "skip"
        elif stays(cell):
            asked = True
            yield "-"
        else:
            yield "subslide" if asked else "-"
            asked = False


def kind_of_text(cell):
    """A section begins to the right; what has a smaller heading, or none, stands below it."""
    heading = HEADING.search(FENCED.sub("", cell.source))
    if tagged(cell, "exercise") and not heading and not is_folded(cell):
        return "skip"  # the line above the count of exercises done
    return "slide" if heading and len(heading[1]) < 3 else "subslide"


def is_folded(cell):
    """Whether hints or a solution are all that the cell holds."""
    return cell.source.startswith("<details>")


def is_aside(cell):
    """A cell that is run and not looked at."""
    body = parsed(cell.source).body
    bare = all(isinstance(line, ast.Assert) for line in body) and not cell.outputs
    imports = isinstance(body[0], ast.Import | ast.ImportFrom)
    counts = calls(body, "so_far") or calls(body, "surprises")
    return imports or counts or (bare and tagged(cell, "claim"))


def stays(cell):
    """A cell that asks or waits for an answer: it shows none."""
    body = parsed(cell.source).body
    return any(calls(body, name) for name in ("predict", "check", "check_my_gradient"))


def calls(body, name):
    """Whether the last line calls a function of this name."""
    call = getattr(body[-1], "value", None)
    return isinstance(call, ast.Call) and ast.unparse(call.func) == name


def problems(notebook):
    """What is wrong with the stored tags, in words."""
    wanted = kinds(notebook.cells)
    for number, (cell, kind) in enumerate(zip(notebook.cells, wanted, strict=True)):
        stored = cell.metadata.get("slideshow", {}).get("slide_type")
        if stored != kind:
            yield f"cell {number}: its slide tag is {stored!r}, not {kind!r}: run `make notebooks`"
