"""The house rules for notebooks: each rule yields the problems it sees, in words."""

import ast
import re
from itertools import pairwise

import nbformat

import nnlib

WIDGET = "application/vnd.jupyter.widget-view+json"
TWINS = {"image/png", "text/markdown", "text/latex"}  # GitHub, nbviewer and nbconvert show these
LINES_A_CELL = 15
BYTES = 600_000

FORBIDDEN = {
    r"^\s*[!%]\s*(pip|conda|apt)\b": "installs something: that is requirements.txt's work",
    r"\bwget\b|\bcurl\b": "downloads by hand: nnlib fetches data",
    r"\bimport \*": "`import *` hides where a name comes from",
    r"\bsys\.path\b": "`sys.path`: nnlib is installed, it is found without",
    r"""(filterwarnings|simplefilter)\(\s*["']ignore""": "silences warnings",
    r"\b(TODO|FIXME|XXX)\b": "leaves work undone",
    r"""["']#[0-9a-fA-F]{6}["']""": "names a colour: nnlib.palette has them",
}
# A slash after a quote or a blank, then at least two folders: /home/ada/x, ~/x, C:\x.
ABSOLUTE_PATH = re.compile(r"""(?:^|(?<=[\s"'(=:]))(/\w[\w.-]*/[\w.-]+/|~/\w|[A-Z]:\\\w)""", re.M)
MARKDOWN_IMAGE = re.compile(r"!\[(?P<alt>[^]]*)\]\((?P<target>[^)\s]*)[^)]*\)")
LINK = re.compile(r"(?<!!)\[[^]]*\]\((?P<target>[^)\s]*)[^)]*\)")
FOLDED_SOLUTION = re.compile(r"<summary>[^<]*solution", re.I)
HTML_IMAGE = re.compile(r"<img\b[^>]*>", re.I)


def all_problems(paths):
    """Every problem of these notebooks, as lines `name: cell n: what is wrong`."""
    problems = []
    defined = {}
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        problems += [f"{path.name}: {problem}" for problem in problems_of(notebook, path)]
        for name in defined_in(notebook):
            defined.setdefault(name, []).append(path.name)
    for name, places in defined.items():
        if len(places) > 1:
            problems.append(f"{', '.join(places)}: each defines `{name}`: put it into nnlib")
    return problems


def problems_of(notebook, path):
    """The problems of one notebook, as it is stored at `path`."""
    for rule in (about_the_file, about_the_opening, about_execution, about_the_order):
        yield from rule(notebook, path)
    for number, cell in enumerate(notebook.cells):
        for rule in (about_pictures, about_links, about_code, about_source, about_outputs):
            for problem in rule(cell, path):
                yield f"cell {number}: {problem}"


def about_the_file(notebook, path):
    if not re.fullmatch(r"\d\d_[a-z0-9]+(_[a-z0-9]+)*\.ipynb", path.name):
        yield "the name is not of the form NN_short_question.ipynb"
    if path.stat().st_size >= BYTES:
        yield f"{path.stat().st_size / 1000:.0f} kB, but at most {BYTES // 1000} kB are allowed"
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "the kernel's name is not python3: run `make notebooks`"
    if "widgets" in notebook.metadata:
        yield "holds metadata.widgets, which GitHub may refuse: run `make notebooks`"


def about_the_opening(notebook, path):
    """Title and picture; what you will do, learn and need; the imports; the question."""
    if len(notebook.cells) < 4:
        yield "has fewer than the four opening cells"
        return
    title, promise, imports, question = notebook.cells[:4]
    if not (title.cell_type == "markdown" and title.source.startswith("# ")):
        yield "cell 0: is not a title (`# …`)"
    if len(images(title.source)) != 1:
        yield f"cell 0: shows {len(images(title.source))} pictures, but one is wanted"
    for word in ("do", "learn", "need"):
        if promise.cell_type != "markdown" or not re.search(rf"\b{word}\b", promise.source):
            yield f"cell 1: does not say what you will {word}"
    if not (imports.cell_type == "code" and only_imports(imports.source)):
        yield "cell 2: is not a cell of imports and nothing else but SEED = …"
    if not (question.cell_type == "markdown" and "?" in question.source):
        yield "cell 3: asks no question"
    for number, cell in enumerate(notebook.cells[3:], start=3):
        if cell.cell_type == "code" and any(map(is_import, ast.walk(parsed(cell.source)))):
            yield f"cell {number}: imports, but cell 2 is the place for that"


def about_execution(notebook, path):
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    if counts != list(range(1, len(counts) + 1)):
        yield f"was not run once from top to bottom (counts {counts}): run `make notebooks`"


def about_the_order(notebook, path):
    """A folded solution does not stand open in the next cell, and text stands before each code."""
    for number, (cell, following) in enumerate(pairwise(notebook.cells), start=1):
        if FOLDED_SOLUTION.search(cell.source) and following.cell_type == "code":
            yield f"cell {number}: code right below a folded solution may show it"
        both = cell.cell_type == following.cell_type == "code"
        asks = any(one.source.startswith("predict(") for one in (cell, following))
        if both and not asks and not tagged(following, "claim"):
            yield f"cell {number}: code follows code without a sentence between"


def about_pictures(cell, path):
    if cell.cell_type != "markdown":
        return
    for alt, target in images(cell.source):
        if not alt.strip():
            yield f"the picture {target} has no alternative text"
        if ":" not in target and not (path.parent / target).is_file():
            yield f"the picture {target} does not exist"


def about_links(cell, path):
    """What a link names lies in the notebooks' folder, which is copied, served and read as one."""
    targets = LINK.findall(cell.source) if cell.cell_type == "markdown" else []
    for target in targets:
        file = (path.parent / target.partition("#")[0]).resolve()
        inside = file.is_relative_to(path.parent.resolve())
        if ":" not in target and not (inside and file.exists()):
            yield f"the link {target} leads to no file of this folder"


def about_code(cell, path):
    if cell.cell_type != "code":
        return
    lines = sum(bool(line.strip()) for line in cell.source.splitlines())
    if not lines:
        yield "is empty"
    if lines > LINES_A_CELL:
        yield f"has {lines} lines of code, but at most {LINES_A_CELL} are allowed"
    if cell.metadata.get("jupyter", {}).get("source_hidden") or "hide_input" in cell.metadata:
        yield "hides its code"
    for node in ast.walk(parsed(cell.source)):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("nnlib."):
            for name in {alias.name for alias in node.names} & set(nnlib.__all__):
                yield f"imports {name} from {node.module}: write `from nnlib import {name}`"


def about_source(cell, path):
    patterns = FORBIDDEN if cell.cell_type == "code" else {}
    for pattern, problem in patterns.items():
        if re.search(pattern, cell.source, re.M):
            yield problem
    if cell.cell_type == "code" and (found := ABSOLUTE_PATH.search(cell.source)):
        yield f"names an absolute path: {found.group()}…"


def unexpected_errors(cell):
    """Every error among a cell's outputs, in words; none where the cell is meant to fail."""
    if tagged(cell, "raises-exception"):
        return []
    errors = [output for output in cell.get("outputs", ()) if output.output_type == "error"]
    return [f"{error.ename}: {error.evalue}" for error in errors]


def about_outputs(cell, path):
    for error in unexpected_errors(cell):
        yield f"ends in an error: {error}"
    for output in cell.get("outputs", ()):
        if is_widget(output) and not TWINS & set(output.data):
            yield "shows a widget without a picture or a text for readers who have no kernel"
        if "image/png" in output.get("data", {}) and not alternative_text(output):
            yield "shows a picture without alternative text: run `make notebooks`"
        text = as_text(output)
        if "np.float" in text or "np.int" in text:
            yield "shows a bare NumPy number: print it formatted"
        if "Warning: " in text:
            yield "shows a warning"
        if "built-in digits instead" in text:
            yield "ran without MNIST: set NNLIB_MNIST to its folder, and run `make notebooks`"
        if found := ABSOLUTE_PATH.search(text):
            yield f"shows a path of the machine it ran on: {found.group()}…"


def alternative_text(output):
    return output.get("metadata", {}).get("image/png", {}).get("alt", "").strip()


def images(source):
    """(alternative text, target) of each picture in a Markdown text."""
    in_markdown = [(match["alt"], match["target"]) for match in MARKDOWN_IMAGE.finditer(source)]
    in_html = [(attribute(tag, "alt"), attribute(tag, "src")) for tag in HTML_IMAGE.findall(source)]
    return in_markdown + in_html


def attribute(tag, name):
    match = re.search(rf"""\b{name}\s*=\s*["']([^"']*)["']""", tag)
    return match[1] if match else ""


def only_imports(source):
    """Whether a cell imports and does nothing else, but for a last line `SEED = …`."""
    lines = parsed(source).body
    if lines and re.fullmatch(r"SEED = \d+", ast.unparse(lines[-1])):
        lines = lines[:-1]
    return all(map(is_import, lines))


def is_import(node):
    return isinstance(node, ast.Import | ast.ImportFrom)


def defined_in(notebook):
    """Names of the functions that the notebook's cells define."""
    trees = [parsed(cell.source) for cell in notebook.cells if cell.cell_type == "code"]
    return {node.name for tree in trees for node in ast.walk(tree) if is_function(node)}


def reads(source):
    return names(source, ast.Load)


def gives(source):
    """The names that a cell binds at its top level: assigned, defined or imported."""
    bound = names(source, ast.Store)
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return bound


def names(source, context):
    nodes = ast.walk(parsed(source))
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, context)}


def is_function(node):
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def parsed(source):
    """The cell's syntax tree; lines of IPython's own (%timeit …, name?) count as nothing."""
    lines = ["" if re.match(r"\s*[!%?]|.*\?$", line) else line for line in source.splitlines()]
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    return compile("\n".join(lines), "cell", "exec", flags)


def tagged(cell, tag):
    return tag in cell.metadata.get("tags", ())


def is_widget(output):
    return WIDGET in output.get("data", {})


def as_text(output):
    return output.get("text") or output.get("data", {}).get("text/plain", "")
