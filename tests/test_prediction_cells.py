"""Each notebook asks before it answers, and the answer stands nowhere before it is computed."""

from pathlib import Path

import nbformat
import prediction_cells
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
PATHS = sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name[:2])
def test_a_notebook_has_three_predictions_or_more_and_each_is_met_below(path):
    assert list(prediction_cells.problems(nbformat.read(path, as_version=4), path)) == []


THREE = {
    "the largest slope": "max(slopes, key=slopes.get)",
    "the answer after a step": "answer",
    "eight more steps": "ways[0]",
}


def problems_with(old="", new="", drop=None):
    """The problems of a notebook 3 with three good predictions, after one text is replaced."""
    cells = [f'predict("{name}")' for name in THREE]
    cells += [f'x = 1\nmet("{name}", {value})' for name, value in THREE.items()]
    cells = [cell.replace(old, new) for n, cell in enumerate(cells) if n != drop]
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    return " ".join(prediction_cells.problems(notebook, Path("03_a.ipynb")))


def test_three_good_predictions_have_no_problem():
    assert problems_with() == ""


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"drop": 0}, "has 2 predictions, but at least 3"),
        ({"drop": 3}, "'the largest slope' is not met once, in a cell below it"),
        ({"old": 'predict("eight', "new": 'predict("ten'}, "but its questions are"),
        ({"old": 'predict("eight more steps")', "new": 'predict("borders")'}, "its questions are"),
        ({"old": 'predict("the l', "new": 'x = 8; predict("the l'}, "more than the question"),
        ({"old": "ways[0])", "new": "ways[0])\nx"}, "not met by the last line"),
        ({"old": "answer)", "new": "-0.68)"}, "stands in its cell and is not computed"),
        ({"old": "x = 1", "new": 'predict("borders")'}, "more than the question"),
    ],
)
def test_a_broken_rule_of_predictions_is_seen(change, problem):
    assert problem in problems_with(**change)


@pytest.mark.parametrize("name", ["check", "check_my_gradient", "predict", "met"])
def test_what_so_far_counts_does_not_stand_below_it(name):
    old = "ways[0])"
    assert f"{name}(…) stands below so_far" in problems_with(
        old, f'{old}\nso_far(3)\n{name}("A", x)'
    )
    assert "stands below" not in problems_with(old, f'{old}\n{name}("A", x)\nx = so_far')


def test_a_question_below_its_answer_is_seen():
    cells = [f'met("{name}", x)' for name in THREE] + [f'predict("{name}")' for name in THREE]
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    found = " ".join(prediction_cells.problems(notebook, Path("03_a.ipynb")))
    assert "'eight more steps' is not met once, in a cell below it" in found


def told(*prose, answer="w5 and w6", name="the largest slope"):
    """The problems of prose that stands between a question and its answer, in a section."""
    met = nbformat.v4.new_code_cell(f'met("{name}", x)')
    plain = {"text/plain": f"• the answer: {answer}."}
    met.outputs = [nbformat.v4.new_output("display_data", plain)]
    asks = nbformat.v4.new_code_cell(f'predict("{name}")')
    cells = [
        nbformat.v4.new_markdown_cell("## 1. So"),
        asks,
        *map(nbformat.v4.new_markdown_cell, prose),
    ]
    return list(prediction_cells.told_too_early(nbformat.v4.new_notebook(cells=[*cells, met])))


def test_prose_that_gives_an_answer_away_is_seen():
    early = ["cell 2 gives away what comes of 'the largest slope'"]
    assert told("It is w5 and w6.", answer="“w5 and w6”") == early
    assert told("Only now is it 12.", answer="12") == early
    assert told("The rate is 0.12 or 12.5.", answer="12") == []
    belief = "A factor in all slopes is nothing but another η."
    assert told(belief, answer="“neither”", name="at its best") != []
    assert told("A factor is another thing.", answer="“neither”", name="at its best") == []


def test_a_belief_that_an_earlier_section_taught_is_not_given_away():
    taught = ["So.", "So.", "So.", "A factor in all slopes is only another η.", "## 2. Then"]
    assert told(*taught[2:], answer="“neither”", name="at its best") != []
    assert told(*taught, answer="“neither”", name="at its best") == []


def test_prose_below_a_question_in_prose_is_seen():
    asks = "cell 2 asks to predict, and prose stands where the result belongs"
    assert told("**Predict:** is it?", "It is.") == [asks]
    assert told("**Predict:** is it?") == []


def test_what_is_shown_between_a_question_and_its_answer_is_seen():
    cells = [f'predict("{name}")' for name in THREE]
    cells += [f'x = 1\nmet("{name}", {value})' for name, value in THREE.items()]
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    notebook.cells[3].outputs = [nbformat.v4.new_output("stream", text="w5: 12")]
    assert sorted(prediction_cells.shown_too_early(notebook)) == [
        "cell 3 shows something before 'eight more steps' is met",
        "cell 3 shows something before 'the answer after a step' is met",
    ]
    notebook.cells.insert(3, nbformat.v4.new_markdown_cell("## 1. Forward"))
    assert list(prediction_cells.shown_too_early(notebook)) == []
