"""Each notebook has a page of notes for teaching, and what a page names is in its notebook."""

from pathlib import Path

import nbformat
import pytest
import teaching

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("[0-9]*.ipynb"))
by_number = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name[:2])
PARTS = ("**Aims.**", "## Minutes", "## What to ask", "## To project", "## Exercises")


@by_number
def test_a_page_has_all_its_parts(path):
    text = teaching.page_of(path).read_text(encoding="utf-8")
    assert [part for part in (*PARTS, "## Where to stop") if part not in text] == []


@by_number
def test_what_a_page_names_is_in_its_notebook(path):
    text = teaching.page_of(path).read_text(encoding="utf-8")
    assert list(teaching.problems(text, nbformat.read(path, as_version=4), path)) == []


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ("`slowdown_explorer()`", "`slow_explorer()`", "no cell holds `slow_explorer()`"),
        ("goes over `a`", "goes over `a_4`", "nowhere stands `a_4`"),
        ("figure of section 7", "figure of section 12", "there is no section 12"),
        ("Then 6.1", "Then 6.4", "exercise 6.4 is named in the hour and does not belong there"),
        ("At home: 6.4", "At home: 6.9", "exercise 6.9 is named at home and does not belong"),
        ("| The question | 1 |", "| The question | 5 |", "The question: 5 stands there, 1 are"),
        ("| The question | 1 |\n", "", "The question: None stands there, 1 are counted: minutes"),
    ],
)
def test_what_is_not_so_is_told(right, wrong, problem):
    path = NOTEBOOKS[6]
    text = teaching.page_of(path).read_text(encoding="utf-8")
    assert right in text
    found = teaching.problems(text.replace(right, wrong), nbformat.read(path, as_version=4), path)
    assert any(said.startswith(problem) for said in found)


def test_the_minutes_of_a_page_are_written_anew_and_nothing_else():
    path = NOTEBOOKS[6]
    text = teaching.page_of(path).read_text(encoding="utf-8")
    old = text.replace("| The question | 1 |", "| The question | 5 |")
    new = teaching.with_minutes(old, nbformat.read(path, as_version=4))
    assert "| The question | 1 |" in new
    assert teaching.ROW.sub("", new) == teaching.ROW.sub("", text)
