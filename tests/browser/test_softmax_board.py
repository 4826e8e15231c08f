"""The softmax board in a real JupyterLab: keys and mouse turn the inputs, the outputs follow."""

import re

import pytest
from lab import BOTH_COMM_SETTINGS

OPENING = """
from nnlib.widgets import softmax_board
board = softmax_board()
board
"""


@pytest.fixture
def board(lab):
    """A page with a fresh notebook whose only cell shows a softmax board."""
    return SoftmaxPage(lab)


class SoftmaxPage:
    """The controls of the board, as a student finds them."""

    def __init__(self, lab):
        self.lab, self.page = lab, lab.page
        lab.open_cells([OPENING])
        lab.run_all()
        assert lab.errors() == []
        self.says("Softmax gives 0.64, 0.24, 0.09, 0.03: together 1.")

    def handle(self, name):
        slider = self.page.locator(".widget-slider", has_text=re.compile(f"^{name}"))
        return slider.locator(".noUi-handle")

    def turn(self, name, key, times=1):
        """Press a key on the slider of this name."""
        for _ in range(times):
            self.handle(name).press(key)

    def drag(self, name, pixels, steps=20):
        """Drag the handle of a slider sideways with the mouse."""
        box = self.handle(name).bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + pixels, y, steps=steps)
        self.page.mouse.up()

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def reading(self, name):
        """The number that stands beside a slider."""
        slider = self.page.locator(".widget-slider", has_text=re.compile(f"^{name}"))
        return float(slider.locator(".widget-readout").inner_text().replace("−", "-"))

    def says(self, text):
        self.page.wait_for_selector(f"[role=status]:has-text('{text}')", timeout=30_000)

    def settled(self):
        """Where z0 to z3 and "move all" stand, once the kernel and the page agree on it."""
        for _ in range(50):
            asked = "print(*board._outputs.z.round(1), round(board._outputs.moved, 1))"
            in_kernel = [float(number) for number in self.lab.ask_kernel(asked).split()]
            in_page = [self.reading(name) for name in ("z0", "z1", "z2", "z3", "move all")]
            if in_kernel == in_page:
                return in_page
            self.page.wait_for_timeout(200)
        raise AssertionError(f"the sliders stand at {in_page}, the model at {in_kernel}")

    def picture(self):
        return self.page.locator(".widget-image").get_attribute("src")


@BOTH_COMM_SETTINGS
def test_keys_turn_one_input_or_all_of_them(board):
    board.lab.screenshot("start")
    board.turn("z1", "ArrowRight", 20)
    board.says("Softmax gives 0.26, 0.70, 0.03, 0.01: together 1.")
    assert board.reading("z1") == 3
    board.turn("move all", "ArrowLeft", 30)
    board.says("The sigmoids of the same z give 0.83 together.")
    board.says("Softmax gives 0.26, 0.70, 0.03, 0.01: together 1.")
    assert [board.reading(f"z{j}") for j in range(4)] == [-1, 0, -3, -4]
    board.lab.screenshot("moved")
    assert board.lab.errors() == []
    assert board.lab.console_errors == []


@BOTH_COMM_SETTINGS
def test_dragging_all_with_the_mouse_leaves_the_outputs_where_they_are(board):
    before = board.picture()
    board.drag("move all", 60)
    board.page.wait_for_function(
        "before => document.querySelector('.widget-image').src !== before", arg=before
    )
    board.says("Softmax gives 0.64, 0.24, 0.09, 0.03: together 1.")
    *z, moved = board.settled()
    assert moved > 2
    assert z == pytest.approx([2 + moved, 1 + moved, moved, moved - 1])
    board.lab.screenshot("dragged")
    assert board.lab.errors() == []
    assert board.lab.console_errors == []


@BOTH_COMM_SETTINGS
def test_one_drag_after_another_ends_where_the_hand_left_each_slider(board):
    for name, pixels in (("z3", 80), ("z3", -300), ("z3", 60), ("z1", -60), ("move all", -400)):
        board.drag(name, pixels)
    *z, moved = board.settled()
    assert moved < -3
    assert (z[0], z[2]) == pytest.approx((2 + moved, moved))
    assert z[1] == -10 < z[3]  # z1 is at its end, so "move all" went no further
    assert board.lab.errors() == []
    assert board.lab.console_errors == []


def test_the_buttons_and_the_right_answer_are_heard(board):
    board.press("Sure and wrong")
    board.says("wrong: 0 is right. The cost is 8.00; δ for the right answer is −1.00.")
    board.lab.screenshot("sure-and-wrong")
    board.page.locator(".widget-toggle-button", has_text="1").click()
    board.says("The largest output is a1, right. The cost is 0.00")
    board.press("All equal")
    board.says("Softmax gives 0.25, 0.25, 0.25, 0.25: together 1.")
    board.lab.screenshot("all-equal")
    board.press("Reset")
    board.says("Softmax gives 0.64, 0.24, 0.09, 0.03: together 1.")
    assert board.lab.errors() == []
    assert board.lab.console_errors == []


def test_running_the_cell_again_leaves_one_board(board):
    board.turn("z0", "ArrowRight", 5)
    board.lab.run_all()
    board.says("Softmax gives 0.64, 0.24, 0.09, 0.03: together 1.")
    assert board.page.get_by_role("button", name="Reset", exact=True).count() == 1
    assert board.lab.errors() == []
