"""A notebook as slides: one HTML file that needs nothing else, no network and no Node.

python .ci/slides.py           all notebooks, into build/slides
python .ci/slides.py 03 06     only these

The cells' tags say where a slide begins (`slide_tags.py`). Here a text is cut as well, where its
new idea begins; what is then too high for a slide the page itself cuts or makes smaller
(`slides.html.j2`). Boards are shown as their stored pictures.
"""

import re
import sys
from pathlib import Path

import nbformat
from archives import unpacked
from chosen import FOLDER as NOTEBOOKS
from chosen import chosen
from inlined import as_data, script_in
from nbconvert import SlidesExporter
from notebook_rules import tagged
from slide_tags import BEGINS, is_folded

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent / "build/slides"
PARTS = {
    "reveal_css": ("reveal.js", "dist/reveal.css"),
    "reveal_js": ("reveal.js", "dist/reveal.js"),
    "mathjax_js": ("mathjax", "es5/tex-svg-full.js"),
}
# What is shown of an output that has several forms: of a board its still
SHOWN = ["image/png", "text/html", "text/markdown", "text/latex", "text/plain"]

# Paragraphs with which something new begins: always, and after what was said of a result
NEW = re.compile(r"#{1,3} |\*\*a place to stop", re.I)
ASKS = re.compile(r"(.*\s)?[*_]{1,2}(predict|guess|your lines?)\b", re.I)
LINK_TO_NOTEBOOK = re.compile(r"\]\((\d\d_\w+)\.ipynb\b")
PICTURE = re.compile(r"\]\((pictures/[^)\s]+)")
LINK_TO_PAGE = re.compile(r"\[([^]]*)\]\(\w+\.md[^)]*\)")


def main(arguments):
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in chosen(arguments) or sys.exit(f"No notebook answers to {arguments}."):
        file = FOLDER / path.with_suffix(".html").name
        file.write_text(deck(path), encoding="utf-8")
        print(f"{file}: {file.stat().st_size / 1e6:.1f} MB")


def deck(path):
    """The slides of the notebook at `path` as the text of an HTML file."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [part for cell in notebook.cells for part in parts(prepared(cell))]
    exporter = SlidesExporter(raw_template=(HERE / "slides.html.j2").read_text(encoding="utf-8"))
    exporter.display_data_priority = SHOWN
    resources = {"metadata": {"name": path.stem}, "parts": libraries()}
    return exporter.from_notebook_node(notebook, resources)[0]


def libraries():
    """{name: the text of a script or style sheet}"""
    return {name: script_in(unpacked(archive) / file) for name, (archive, file) in PARTS.items()}


def prepared(cell):
    """A copy of the cell as a slide shows it."""
    cell = nbformat.from_dict(cell)
    if cell.cell_type == "code" and tagged(cell, "exercise"):
        cell.outputs = []  # "nothing written yet"
    elif is_folded(cell):  # each hint comes at a press of a key
        cell.source = cell.source.replace("<details>", '<details open class="fragment">')
    cell.source = LINK_TO_NOTEBOOK.sub(r"](\1.html", LINK_TO_PAGE.sub(r"\1", cell.source))
    cell.source = PICTURE.sub(lambda found: f"]({as_data(NOTEBOOKS / found[1])}", cell.source)
    return cell


def parts(cell):
    """The cell, a text that begins a slide cut before each new idea.

    What comes before the first of them is said of the result above: it stays on that slide.
    """
    if cell.cell_type == "code" or kind(cell) not in BEGINS:
        return [cell]
    pieces = [[]]
    for paragraph in paragraphs(cell.source):
        asks = ASKS.match(paragraph) and len(pieces) == 1 and is_said_of_a_result(cell)
        if pieces[-1] and not only_headings(pieces[-1]) and (NEW.match(paragraph) or asks):
            pieces.append([])
        pieces[-1].append(paragraph)
    cells = [a_text("\n\n".join(piece)) for piece in pieces]
    if len(cells) > 1 and is_said_of_a_result(cell):
        cells[0].metadata.slideshow.slide_type = "-"
    return cells


def is_said_of_a_result(cell):
    """Whether a text that is cut begins with neither a heading nor a question."""
    return not (NEW.match(cell.source) or ASKS.match(cell.source.partition("\n\n")[0]))


def paragraphs(source):
    """The text between blank lines; what is fenced or folded is one piece with its blank lines."""
    pieces, open_ones = [], 0
    for paragraph in source.split("\n\n"):
        if open_ones:
            pieces[-1] += f"\n\n{paragraph}"
        else:
            pieces.append(paragraph)
        whole = pieces[-1]
        open_ones = whole.count("```") % 2 + whole.count("<details") - whole.count("</details")
    return pieces


def only_headings(piece):
    return all(re.match("#{1,3} ", paragraph) for paragraph in piece)


def a_text(source):
    level = len(re.match("#*", source)[0])
    kind = "slide" if 1 <= level < 3 else "subslide"
    return nbformat.v4.new_markdown_cell(source, metadata={"slideshow": {"slide_type": kind}})


def kind(cell):
    return cell.metadata.get("slideshow", {}).get("slide_type", "-")


if __name__ == "__main__":
    main(sys.argv[1:])
