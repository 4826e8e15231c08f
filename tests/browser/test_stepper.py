"""The derivation stepper in a real JupyterLab: to the end and back by keys, and new numbers."""

import re

from lab import BOTH_COMM_SETTINGS

CELLS = """
from nnlib import derivations as d
from nnlib.widgets import derivation_stepper
stepper = derivation_stepper(d.PARTIAL_C_BY_W2, d.GRADIENT_W2, d.GRADIENT_W1)
stepper
"""
LINES = 3 + 7 + 7


def opened(lab, source=CELLS):
    """The board on a page of its own, its formulas typeset."""
    lab.open_cells([source])
    lab.run_all()
    lab.page.wait_for_selector(".nnlib-stepper mjx-container >> nth=0")
    return lab.page.locator(".nnlib-stepper")


def said(board):
    return board.get_by_role("status").inner_text()


def wait_for_line(lab, board, words):
    lab.page.wait_for_function(
        "([board, words]) => board.querySelector('[role=status]').innerText.includes(words)",
        arg=[board.element_handle(), words],
    )


def lines_seen(board):
    return board.locator("tr.l:visible").count()


def press(board, name):
    board.get_by_role("button", name=name, exact=True).click()


@BOTH_COMM_SETTINGS
def test_keys_go_to_the_end_and_back(lab):
    board = opened(lab)
    assert "Line 1 of 3" in said(board)
    press(board, "Next ▶")
    wait_for_line(lab, board, "Line 2 of 3")
    for place in range(2, LINES):
        lab.page.keyboard.press("ArrowRight")
        line, of = (place + 1, 3) if place < 3 else ((place - 3) % 7 + 1, 7)
        wait_for_line(lab, board, f"✓ Line {line} of {of}" if line > 1 else f"Line 1 of {of}")
        assert lines_seen(board) == line
        if place in (5, 9, 16):
            lab.screenshot(f"line-{place}")
    assert "The gradient by W1, with activation" in board.locator("h3:visible").inner_text()
    for _ in range(LINES - 1):
        lab.page.keyboard.press("ArrowLeft")
    wait_for_line(lab, board, "Line 1 of 3")
    assert lab.errors() == []
    assert lab.console_errors == []


def test_a_click_on_the_formulas_gives_the_keys_to_the_board(lab):
    board = opened(lab)
    board.locator("h3:visible").click()
    lab.page.wait_for_function("document.activeElement.classList.contains('nnlib-next')")
    lab.page.keyboard.press("End")
    wait_for_line(lab, board, "Line 3 of 3")
    lab.page.keyboard.press("Home")
    wait_for_line(lab, board, "Line 1 of 3")
    lab.page.keyboard.press("PageDown")
    wait_for_line(lab, board, "Line 2 of 3")
    lab.page.keyboard.press("PageUp")
    wait_for_line(lab, board, "Line 1 of 3")
    lab.page.keyboard.press("Space")
    wait_for_line(lab, board, "Line 2 of 3")


def test_new_numbers_prove_the_same_line_in_new_sizes(lab):
    board = opened(lab)
    board.get_by_role("combobox").select_option("The gradient by W1, with activation")
    wait_for_line(lab, board, "Line 1 of 7")
    press(board, "Last")
    wait_for_line(lab, board, "Line 7 of 7")
    assert "on X (10,3), Y (10,1), W1 (3,4), W2 (4,1)" in said(board).replace("\n", " ")
    lab.screenshot("before")
    seen = set()
    for _ in range(4):
        before = board.locator("b").all_inner_texts()
        press(board, "New numbers")
        lab.page.wait_for_timeout(300)
        assert re.search(
            r"✓ Line 7 of 7: left = right, largest difference (0|\de-1\d)", said(board)
        )
        seen.add(said(board))
        assert board.locator("b").all_inner_texts() != [] != before
    assert len(seen) > 2
    lab.screenshot("after")
    assert lab.errors() == []


def test_what_is_new_is_underlined_and_nothing_is_red(lab):
    board = opened(lab)
    press(board, "Next ▶")
    wait_for_line(lab, board, "Line 2 of 3")
    new = board.locator("tr.l1 .mjx-changed:visible").first
    style = new.evaluate("node => getComputedStyle(node).borderBottomStyle")
    assert style == "solid"
    assert board.locator("mjx-merror").count() == 0
    assert board.locator("mjx-mtext:has-text('\\\\')").count() == 0


def test_every_derivation_is_typeset_without_an_error(lab):
    source = "from nnlib.derivations import DERIVATIONS\n" + CELLS.replace(
        "d.PARTIAL_C_BY_W2, d.GRADIENT_W2, d.GRADIENT_W1", "*DERIVATIONS"
    )
    board = opened(lab, source)
    lab.page.wait_for_function(
        "!document.querySelector('.nnlib-stepper').textContent.includes('$')"
    )
    assert board.locator("mjx-merror, [data-mjx-error]").count() == 0
    text = board.locator(".widget-htmlmath-content").inner_text()
    assert "$" not in text and "\\" not in text
    assert lab.errors() == []


def test_the_notebook_shows_its_steppers(lab):
    lab.open("03_gradients_by_hand.ipynb")
    lab.run_all()
    boards = lab.page.locator(".nnlib-stepper")
    assert boards.count() >= 2
    boards.first.scroll_into_view_if_needed()
    lab.page.wait_for_selector(".nnlib-stepper mjx-container >> nth=0")
    press(boards.first, "Last")
    lab.page.wait_for_timeout(300)
    lab.screenshot("first")
    assert "✓" in said(boards.first)
    assert lab.errors() == []
