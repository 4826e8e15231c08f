"""Where slides begin: the rule, that the notebooks keep it, and how a text is cut for a deck."""

from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
import slide_tags
import slides

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("[0-9]*.ipynb"))
by_number = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name[:2])


def text(source, *tags):
    return nbformat.v4.new_markdown_cell(source, metadata={"tags": list(tags)})


def code(source, *tags):
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})


@by_number
def test_every_cell_is_tagged_by_the_rule(path):
    assert list(slide_tags.problems(nbformat.read(path, as_version=4))) == []


def numbered(path):
    """(the number of its slide, the cell) for each cell that is on one."""
    number = 0
    for cell in nbformat.read(path, as_version=4).cells:
        number += slides.kind(cell) in slide_tags.BEGINS
        if slides.kind(cell) != "skip":
            yield number, cell


@by_number
def test_no_answer_stands_on_the_slide_of_its_prediction(path):
    for (before, asking), (after, shown) in pairwise(numbered(path)):
        last = asking.source.rpartition("\n## ")[2].lower()
        if asking.cell_type == "markdown" and "predict" in last:
            answer = shown.cell_type == "code" and shown.outputs and not slide_tags.stays(shown)
            assert not answer or before < after, shown.source


@by_number
def test_no_answer_stands_on_the_slide_of_its_board(path):
    for (before, asking), (after, shown) in pairwise(numbered(path)):
        if asking.source.startswith("predict(") and not shown.source.startswith("predict("):
            assert before < after, shown.source


@by_number
def test_no_solution_stands_on_the_slide_of_its_exercise(path):
    places = {cell.id: number for number, cell in numbered(path)}
    tasks = [name for name in places if name.startswith("exercise-") and name.endswith("-task")]
    assert tasks
    for task in tasks:
        assert places[task] < places[task.replace("-task", "-help")]


@pytest.mark.parametrize(
    ("cells", "kinds"),
    [
        ([text("# Title"), text("Words.")], ["slide", "subslide"]),
        ([text("Said of it.\n\n## Next"), text("### Small")], ["slide", "subslide"]),
        ([text("```python\n# no heading\n```")], ["subslide"]),
        ([text("So:"), code("x = 1"), code("x")], ["subslide", "-", "-"]),
        ([text("*Predict* it."), code("x"), code("y")], ["subslide", "subslide", "-"]),
        ([text("What is it?"), code('predict("x")'), code("x")], ["subslide", "-", "subslide"]),
        ([text("It is."), code('predict("x")'), code("x")], ["subslide", "-", "subslide"]),
        ([text("Why? So.\n\n## Next\n\nThis."), code("x")], ["slide", "-"]),
        ([code("import math")], ["skip"]),
        ([text("So."), code("assert 1", "claim"), code("assert 1")], ["subslide", "skip", "-"]),
        (
            [
                text("### Exercise 1.1\n\nWhat?", "exercise"),
                code('def f():\n    return ...\n\n\ncheck("1.1", f)', "exercise"),
                text("<details><summary>A hint</summary>\n\nWhy?\n\n</details>", "exercise"),
                text("How far have you come?", "exercise"),
                code("so_far(1)", "exercise"),
            ],
            ["subslide", "-", "subslide", "skip", "skip"],
        ),
    ],
)
def test_the_rule_for_a_slides_beginning(cells, kinds):
    assert list(slide_tags.kinds(cells)) == kinds


def test_a_tag_that_is_missing_or_another_is_told():
    notebook = nbformat.v4.new_notebook(cells=[text("# Title"), text("Words.")])
    notebook.cells[1].metadata["slideshow"] = {"slide_type": "slide"}
    assert [problem.partition(":")[0] for problem in slide_tags.problems(notebook)] == [
        "cell 0",
        "cell 1",
    ]
    slide_tags.renew(notebook)
    assert list(slide_tags.problems(notebook)) == []


def cut(source):
    """[(kind, text)] of the parts that a deck makes of a text that begins a slide."""
    cell = text(source)
    cell.metadata["slideshow"] = {"slide_type": "subslide"}
    return [(slides.kind(part), part.source) for part in slides.parts(cell)]


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("One.\n\nTwo.", [("subslide", "One.\n\nTwo.")]),
        ("Said of it.\n\n**Predict** it.", [("-", "Said of it."), ("subslide", "**Predict** it.")]),
        ("Said.\n\n## Next\n\nMore.", [("-", "Said."), ("slide", "## Next\n\nMore.")]),
        ("## A\n\n### B\n\n*Predict* x?", [("slide", "## A\n\n### B\n\n*Predict* x?")]),
        ("So.\n\n**A place to stop.**", [("-", "So."), ("subslide", "**A place to stop.**")]),
        ("## A\n\nText.\n\n## B", [("slide", "## A\n\nText."), ("slide", "## B")]),
        ("```\na\n\n# b\n```", [("subslide", "```\na\n\n# b\n```")]),
        ("<details>\n\n## A\n\n</details>", [("subslide", "<details>\n\n## A\n\n</details>")]),
    ],
)
def test_a_text_is_cut_where_its_new_idea_begins(source, parts):
    assert cut(source) == parts


def test_a_text_whose_tag_begins_no_slide_is_not_cut():
    cell = text("Said.\n\n## Next")
    assert slides.parts(cell) == [cell]


def test_links_lead_to_decks_and_pages_of_the_notebooks_folder_are_only_named():
    shown = slides.prepared(text("[Two](02_two.ipynb) and [a page](published_results.md)."))
    assert shown.source == "[Two](02_two.html) and a page."
