"""The bending board in a real JupyterLab: every slider to its ends, and another draw."""

import pytest
from lab import BOTH_COMM_SETTINGS, BoardPage

pytestmark = pytest.mark.one_kernel

OPENING = """
from nnlib import load_digits
from nnlib.widgets import bending_board
board = bending_board(load_digits().test.images[0])
board
"""


@pytest.fixture
def board(lab):
    """A page with a fresh notebook whose only cell shows the board."""
    return BoardPage(lab, OPENING, opens_with="made of 16 modes")


@BOTH_COMM_SETTINGS
def test_the_sliders_bend_the_digit_and_a_button_draws_anew(board):
    board.screenshot("opened")
    before = board.ask("board.image.sum()")
    board.press("Another draw")
    board.wait_until(f"board.image.sum() != {before}")
    for name in ("scale", "angle, °", "α, strength"):
        board.turn(name, "Home")
    board.says("0.0 pixels from its place on average, at most 0.0")
    board.turn("angle, °", "End")
    board.wait_until("board.bend.degrees == 45")
    board.turn("α, strength", "End")
    board.turn("σ, pixels", "End")
    board.wait_until("board.bend.sigma == 12 and board.bend.alpha == 100")
    board.screenshot("ends")
    board.is_sound()
