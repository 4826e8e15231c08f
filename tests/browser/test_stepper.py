"""The derivation stepper in a real JupyterLab: to the end and back by keys, and new numbers."""

import re

import pytest
from lab import BOTH_COMM_SETTINGS, BoardPage

pytestmark = pytest.mark.one_kernel

CELLS = """
from nnlib import derivations as d
from nnlib.widgets import derivation_stepper
stepper = derivation_stepper(d.PARTIAL_Z2_BY_W2, d.GRADIENT_W2, d.GRADIENT_W1)
stepper
"""
LENGTHS = (3, 6, 5)
EVERY = """
from nnlib.derivations import DERIVATIONS
from nnlib.widgets import derivation_stepper
derivation_stepper(*DERIVATIONS)
"""


@pytest.fixture
def board(lab):
    """A page whose only cell shows three derivations."""
    return opened(lab, CELLS)


def opened(lab, cells):
    """The stepper, its formulas typeset."""
    board = BoardPage(lab, cells, opens_with="Line 1 of")
    board.page.wait_for_selector(".nnlib-stepper mjx-container >> nth=0")
    return board


def said(board):
    return board.sentence("Line").inner_text()


def found(board, what):
    """What is in the stepper, as playwright finds it."""
    return board.page.locator(".nnlib-stepper").locator(what)


@BOTH_COMM_SETTINGS
def test_keys_go_to_the_end_and_back(board):
    board.says("Line 1 of 3")
    board.press("Next ▶")
    board.says("Line 2 of 3")
    places = [(line, of) for of in LENGTHS for line in range(1, of + 1)]
    for place, (line, of) in enumerate(places[2:], start=2):
        board.page.keyboard.press("ArrowRight")
        board.says(f"✓ Line {line} of {of}" if line > 1 else f"Line 1 of {of}")
        assert found(board, "tr.l:visible").count() == line
        if place in (5, 8, 13):
            board.screenshot(f"line-{place}")
    title = found(board, "h3:visible").inner_text()
    assert "The slopes in W1" in title
    for _ in places[1:]:
        board.page.keyboard.press("ArrowLeft")
    board.says("Line 1 of 3")
    board.is_sound()


def test_a_click_on_the_formulas_gives_the_keys_to_the_board(board):
    found(board, "h3:visible").click()
    board.page.wait_for_function("document.activeElement.classList.contains('nnlib-next')")
    for key, line in (("End", 3), ("Home", 1), ("PageDown", 2), ("PageUp", 1), ("Space", 2)):
        board.page.keyboard.press(key)
        board.says(f"Line {line} of 3")
    board.is_sound()


def test_new_numbers_prove_the_same_line_in_new_sizes(board):
    found(board, "select").select_option("The slopes in W1")
    board.says("Line 1 of 5")
    board.press("Last")
    board.says("Line 5 of 5")
    assert "on X (10,3), Y (10,1), W1 (3,4), W2 (4,1)" in said(board).replace("\n", " ")
    board.screenshot("before")
    seen = set()
    for _ in range(4):
        board.press("New numbers")
        board.page.wait_for_timeout(300)
        proven = r"✓ Line 5 of 5: left = right, largest difference (0|\de-1\d)"
        assert re.search(proven, said(board))
        seen.add(said(board))
    assert len(seen) > 2
    board.screenshot("after")
    board.is_sound()


def test_what_is_new_is_underlined_and_nothing_is_red(board):
    board.press("Next ▶")
    board.says("Line 2 of 3")
    new = found(board, "tr.l1 .mjx-changed:visible").first
    style = new.evaluate("node => getComputedStyle(node).borderBottomStyle")
    assert style == "solid"
    assert found(board, "mjx-merror").count() == 0
    assert found(board, "mjx-mtext:has-text('\\\\')").count() == 0


def test_every_derivation_is_typeset_without_an_error(lab):
    board = opened(lab, EVERY)
    lab.page.wait_for_function(
        "!document.querySelector('.nnlib-stepper').textContent.includes('$')"
    )
    assert found(board, "mjx-merror, [data-mjx-error]").count() == 0
    text = found(board, ".widget-htmlmath-content").inner_text()
    assert "$" not in text and "\\" not in text
    board.is_sound()


def test_the_notebook_shows_its_steppers(lab):
    lab.open("04_gradients_by_hand.ipynb")
    lab.run_all()
    boards = lab.page.locator(".nnlib-stepper")
    assert boards.count() >= 2
    boards.first.scroll_into_view_if_needed()
    lab.page.wait_for_selector(".nnlib-stepper mjx-container >> nth=0")
    boards.first.get_by_role("button", name="Last", exact=True).click()
    boards.first.get_by_role("status").filter(has_text="✓").wait_for()
    lab.screenshot("first")
    assert lab.errors() == []
