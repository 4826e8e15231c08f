"""The softmax board in a real JupyterLab: keys and mouse turn the inputs, the outputs follow."""

import pytest
from lab import BOTH_COMM_SETTINGS, BoardPage

pytestmark = pytest.mark.one_kernel

OPENING = """
from nnlib.widgets import softmax_board
board = softmax_board()
board
"""


# the bars of z in the picture, and the slider that moves all
STANDS = (
    "*[round(bar.get_height(), 1) for bar in hand.axes(board, 'z').patches], "
    "round(hand.control(board, 'move all').value, 1)"
)


@pytest.fixture
def board(lab):
    """A page with a fresh notebook whose only cell shows a softmax board."""
    return SoftmaxPage(lab, OPENING, opens_with="Softmax gives 0.64, 0.24, 0.09, 0.03: together 1.")


class SoftmaxPage(BoardPage):
    """Beside each slider stands its number."""

    def reading(self, name):
        """The number that stands beside a slider."""
        return float(self.slider(name).locator(".widget-readout").inner_text().replace("−", "-"))

    def settled(self):
        """Where z0 to z3 and "move all" stand, once the kernel and the page agree on it."""
        before = None
        for _ in range(50):
            in_kernel = [float(number) for number in self.ask(STANDS).split()]
            in_page = [self.reading(name) for name in ("z0", "z1", "z2", "z3", "move all")]
            if in_kernel == in_page == before:
                return in_page
            before = in_page
            self.page.wait_for_timeout(200)
        raise AssertionError(f"the sliders stand at {in_page}, the model at {in_kernel}")

    def picture(self):
        return self.page.locator(".nnlib-board canvas").evaluate("canvas => canvas.toDataURL()")


@BOTH_COMM_SETTINGS
def test_keys_turn_one_input_or_all_of_them(board):
    board.screenshot("start")
    board.turn("z1", "ArrowRight", 20)
    board.says("Softmax gives 0.26, 0.70, 0.03, 0.01: together 1.")
    assert board.reading("z1") == 3
    board.turn("move all", "ArrowLeft", 30)
    board.says("The sigmoids of the same z give 0.83 together.")
    board.says("Softmax gives 0.26, 0.70, 0.03, 0.01: together 1.")
    assert [board.reading(f"z{j}") for j in range(4)] == [-1, 0, -3, -4]
    board.screenshot("moved")
    board.is_sound()


@BOTH_COMM_SETTINGS
def test_dragging_all_with_the_mouse_leaves_the_outputs_where_they_are(board):
    before = board.picture()
    board.drag("move all", 60)
    board.page.wait_for_function(
        "before => document.querySelector('.nnlib-board canvas').toDataURL() !== before", arg=before
    )
    board.says("Softmax gives 0.64, 0.24, 0.09, 0.03: together 1.")
    *z, moved = board.settled()
    assert moved > 2
    assert z == pytest.approx([2 + moved, 1 + moved, moved, moved - 1])
    board.screenshot("dragged")
    board.is_sound()


def test_the_top_of_a_bar_is_dragged(board):
    box = board.page.get_by_role("slider", name="z3", exact=True).last.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    board.point("mouse", (x, y), (x, y - 20), (x, y - 40))
    *z, moved = board.settled()
    assert (z[:3], moved) == ([2, 1, 0], 0) and z[3] > 2
    board.screenshot("top")
    board.is_sound()


@BOTH_COMM_SETTINGS
def test_one_drag_after_another_ends_where_the_hand_left_each_slider(board):
    for name, pixels in (("z3", 80), ("z3", -300), ("z3", 60), ("z1", -32)):
        board.drag(name, pixels)
    board.settled()
    board.drag("move all", -400)
    *z, moved = board.settled()
    assert moved < -3
    assert (z[0], z[2]) == pytest.approx((2 + moved, moved))
    assert z[1] == -10 < z[3]  # z1 is at its end, so "move all" went no further
    board.is_sound()


def test_the_buttons_and_the_right_answer_are_heard(board):
    board.press("Sure and wrong")
    board.says("wrong: 0 is right. The cost is 8.00; δ for the right answer is −1.00.")
    board.screenshot("sure-and-wrong")
    board.page.locator(".widget-toggle-button", has_text="1").click()
    board.says("The largest output is a1, right. The cost is 0.00")
    board.press("All equal")
    board.says("Softmax gives 0.25, 0.25, 0.25, 0.25: together 1.")
    board.screenshot("all-equal")
    board.press("Reset")
    board.says("Softmax gives 0.64, 0.24, 0.09, 0.03: together 1.")
    board.is_sound()


def test_running_the_cell_again_leaves_one_board(board):
    board.turn("z0", "ArrowRight", 5)
    board.lab.run_all()
    board.says("Softmax gives 0.64, 0.24, 0.09, 0.03: together 1.")
    assert board.page.get_by_role("button", name="Reset", exact=True).count() == 1
    board.is_sound()
