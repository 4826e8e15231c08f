"""The minutes and lines of each notebook are counted right, and kept within the limits."""

from pathlib import Path

import minutes
import nbformat
import pytest
from notebook_rules import WIDGET

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))



@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name[:2])
def test_a_notebook_keeps_the_limits(path):
    assert not minutes.broken_limits(nbformat.read(path, as_version=4))


def markdown(source):
    return nbformat.v4.new_markdown_cell(source)


def code(source, *tags):
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})


def test_the_words_of_formulas_links_and_pictures_are_not_counted():
    text = "Two words, $a_i b_i$ ![not these](x.png) and [one link](to_nowhere.ipynb)."
    assert minutes.words(text) == 5


def test_tables_take_time_but_are_no_prose():
    counts = minutes.counts([markdown("Some prose.\n\n| one | two |\n|---|---|\n| three | four |")])
    assert (counts.words, counts.prose) == (6, 2)


def test_formulas_in_the_line_and_on_their_own_are_counted():
    counts = minutes.counts([markdown("$a$ and $b$\n\n$$c\n= d$$")])
    assert counts.formulas == 3


def test_what_is_folded_away_is_not_counted():
    folded = "<details><summary>A hint</summary>\n\nmany words $x$\n\n</details>"
    assert minutes.counts([markdown("One " + folded)]).words == 1


def test_the_cell_of_imports_is_not_counted():
    assert minutes.counts([code("import math\n\nSEED = 1")]).lines == ()


def test_blank_lines_are_no_lines_of_code():
    assert minutes.counts([code("a = 1\n\nb = 2")]).lines == (2,)


def test_the_line_that_hands_an_answer_over_is_no_line_to_read():
    assert minutes.counts([code('a = 1\nmet("the largest slope", a)')]).lines == (1,)


def test_the_lines_of_derivations_are_counted_in_a_cell_that_names_them():
    cell = code("derivation_stepper(d.MATRIX_PRODUCT, TRANSPOSE_OF_A_PRODUCT)")
    assert minutes.counts([cell]).derivation_lines == 3 + 6


def test_a_widget_is_counted_where_it_is_shown():
    cell = code("explorer")
    data = {WIDGET: {"model_id": "a"}, "text/plain": "explorer"}
    cell.outputs = [nbformat.v4.new_output("display_data", data)]
    assert minutes.counts([cell]).widgets == 1


def test_a_prediction_is_its_words_and_a_moment_to_think_neither_code_nor_a_board():
    cell = code('predict("the largest slope")')
    cell.outputs = [nbformat.v4.new_output("display_data", {WIDGET: {"model_id": "a"}})]
    counts = minutes.counts([cell])
    assert (counts.predictions, counts.widgets, counts.lines) == (1, 0, ())
    assert counts.words == counts.prose == 13 + 13
    assert counts.minutes == pytest.approx(26 / 130 + minutes.PREDICTION)


def test_the_minutes_are_the_sum_of_the_model():
    cells = [markdown("word " * 130 + "$a$"), code("a = 1\nb = 2")]
    assert minutes.counts(cells).minutes == pytest.approx(1 + 9 / 60 + 0.7 + 2 * 0.1)


def a_notebook(*cells):
    opening = [markdown("# T"), markdown("About 1 minutes."), code("import math"), markdown("Q?")]
    return nbformat.v4.new_notebook(cells=[*opening, *cells, code("last = 1")])


def test_an_exercise_counts_with_the_exercises_only_and_only_if_it_is_essential():
    plain = minutes.measured(a_notebook(code("a = 1")))
    home = minutes.measured(a_notebook(code("a = 1"), code("b = 2", "exercise")))
    more = minutes.measured(a_notebook(code("a = 1"), code("b = 2", "exercise", "essential")))
    assert more["minutes"] == home["minutes"] == plain["minutes"]
    assert home["with exercises"] == plain["with exercises"]
    assert more["with exercises"] == pytest.approx(plain["with exercises"] + 0.8 + minutes.EXERCISE)


@pytest.mark.parametrize(
    ("cells", "limit"),
    [
        ([markdown("word " * 9000), code("a = 1")], "minutes"),
        ([code("\n".join("a = 1" for _ in range(13)))], "lines, most"),
        ([code("\n".join("a = 1" for _ in range(5))) for _ in range(3)], "lines, median"),
        ([code("\n".join("a = 1" for _ in range(9)))], "lines, 90 %"),
        ([code("a = 1")], "words a line"),
        ([markdown("word " * 2000), code("a = 1")], "stated - minutes"),
        ([code("a = 1")], "stop, % of the way"),
        ([markdown("A place to stop"), markdown("word " * 900)], "stop, % of the way"),
    ],
)
def test_a_limit_that_is_not_kept_is_named(cells, limit):
    assert limit in minutes.broken_limits(a_notebook(*cells))


def test_nine_tenths_of_the_cells_do_not_pass_the_ninetieth():
    assert minutes.ninetieth([*range(1, 11)]) == 9
