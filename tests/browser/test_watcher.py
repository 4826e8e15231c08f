"""The weight watcher in a real JupyterLab: over all epochs by keys, own weights, rewound."""

import pytest
from lab import BOTH_COMM_SETTINGS

PUBLISHED = """
from nnlib.widgets import weight_watcher
watcher = weight_watcher()
watcher
"""
DIFFERENT = """
from nnlib import IDENTITY, TANH
from nnlib.widgets import weight_watcher
corners = [[0, 0], [0, 1], [1, 0], [1, 1]]
different = [[0], [1], [1], [0]]
watcher = weight_watcher(
    corners, different, activations=[TANH, IDENTITY], epochs=300, seed=3
)
watcher
"""


@pytest.fixture
def board(lab):
    return BoardPage(lab)


class BoardPage:
    """The controls of a watcher, as a student finds them."""

    def __init__(self, lab):
        self.lab, self.page = lab, lab.page

    def open(self, cell):
        self.lab.open_cells([cell])
        self.lab.run_all()
        assert self.lab.errors() == []
        self.says("After 0 of")
        return self

    def says(self, words):
        """Wait until the sentence below the picture holds these words."""
        self.page.wait_for_selector(f"[role=status]:has-text('{words}')", timeout=30_000)

    def turn(self, name, key, times=1):
        slider = self.page.locator(".widget-slider", has_text=name)
        for _ in range(times):
            slider.locator(".noUi-handle").press(key)

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def type(self, name, number):
        field = self.page.locator(".widget-text", has_text=name).locator("input")
        field.fill(str(number))
        field.press("Enter")

    def ask(self, expression):
        return self.lab.ask_kernel(f"print({expression})").strip()

    def wait_for_start(self, numbers):
        """Wait until the kernel has heard these numbers in the fields."""
        asked = "[field.value for field in watcher._fields]"
        for _ in range(100):
            if self.ask(asked) == str([float(number) for number in numbers]):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"the start is {self.ask(asked)}, not {numbers}")

    def is_well(self):
        assert self.lab.errors() == []
        assert self.lab.console_errors == []


@BOTH_COMM_SETTINGS
def test_all_epochs_by_keys_then_own_weights_and_back(board):
    board.open(PUBLISHED)
    board.lab.screenshot("start")
    board.turn("epochs done", "ArrowRight")
    board.says("−1.200 to w₅, now −0.200")
    for epoch in range(2, 11):
        board.turn("epochs done", "ArrowRight")
        board.says(f"After {epoch} of 10 epochs")
    board.lab.screenshot("ten epochs")
    assert board.ask("watcher.net.W[0].round(8).tolist()") == str([[0.18065149] * 2] * 2)
    board.type("w₅", 0)
    board.type("w₆", 0.7)
    board.says("not equal")
    board.press("Rewind")
    board.says("After 0 of 10 epochs")
    board.lab.screenshot("own start")
    assert board.ask("watcher.net.W[1].tolist()") == "[[0.0], [0.7]]"
    board.press("One epoch")
    board.says("After 1 of 10 epochs")
    board.press("Rewind")
    board.says("After 0 of 10 epochs")
    assert board.ask("watcher.net.W[1].tolist()") == "[[0.0], [0.7]]"
    board.press("all equal")
    board.says("equal to the bit")
    board.is_well()


def test_a_learning_rate_that_is_too_large_is_told(board):
    board.open(PUBLISHED)
    board.turn("η", "ArrowRight", 5)  # 0.12, 0.14, 0.16, 0.18, 0.2
    board.turn("epochs done", "End")
    board.says("Diverged in epoch 5")
    board.says("After 4 of 10 epochs with η = 0.2")
    board.lab.screenshot("diverged")
    board.turn("epochs in all", "ArrowLeft")
    board.says("of 5 epochs")
    board.is_well()


def test_twins_fail_where_a_random_start_learns(board):
    board.open(DIFFERENT)
    board.turn("epochs done", "End")
    board.says("After 300 of 300 epochs")
    board.says("equal to the bit")
    board.lab.screenshot("twins")
    board.press("random")
    board.says("not equal")
    board.lab.screenshot("random")
    assert board.ask("watcher.costs[-1].max() < 1e-6") == "True"
    board.press("New random start")
    board.press("my own")
    board.says("equal to the bit")
    board.type("w₃", -1)
    board.type("w₄", -1)
    board.wait_for_start([1, 1, -1, -1, 1, 1, 0, 0, 0])
    board.page.wait_for_timeout(1000)  # until the picture has come
    board.lab.screenshot("opposite")
    assert board.ask("watcher.costs[-1].max() < 1e-6") == "True"
    board.is_well()
