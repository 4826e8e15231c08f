"""The weight watcher in a real JupyterLab: over all epochs by keys, own weights, rewound."""

import pytest
from lab import BOTH_COMM_SETTINGS, BoardPage

pytestmark = pytest.mark.one_kernel

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


class WatcherPage(BoardPage):
    """A list chooses a number, a field says where it starts."""

    def start_at(self, name, value):
        self.choose("my own", name)
        self.wait_until("hand.control(watcher, 'my own').label", name)
        shown = float(self.ask("hand.control(watcher, 'starts at').value"))
        self.page.wait_for_function(
            "shown => Number(document.querySelector('.widget-text input').value) === shown",
            arg=shown,
        )
        self.type("starts at", value)


def opened(lab, cell):
    """A page whose only cell shows this watcher."""
    return WatcherPage(lab, cell, opens_with="After 0 of")


@BOTH_COMM_SETTINGS
def test_all_epochs_by_keys_then_own_weights_and_back(lab):
    board = opened(lab, PUBLISHED)
    board.screenshot("start")
    board.turn("epochs done", "ArrowRight")
    board.says("−1.200 to w₅, now −0.200")
    for epoch in range(2, 11):
        board.turn("epochs done", "ArrowRight")
        board.says(f"After {epoch} of 10 epochs")
    board.screenshot("ten epochs")
    assert board.ask("watcher.net.W[0].round(8).tolist()") == str([[0.18065149] * 2] * 2)
    board.start_at("w₅", 0)
    board.start_at("w₆", 0.7)
    board.says("not equal")
    board.press("Rewind")
    board.says("After 0 of 10 epochs")
    board.screenshot("own start")
    assert board.ask("watcher.net.W[1].tolist()") == "[[0.0], [0.7]]"
    board.press("One epoch")
    board.says("After 1 of 10 epochs")
    board.press("Rewind")
    board.says("After 0 of 10 epochs")
    assert board.ask("watcher.net.W[1].tolist()") == "[[0.0], [0.7]]"
    board.press("all equal")
    board.says("equal to the bit")
    board.is_sound()


def test_a_learning_rate_that_is_too_large_is_told(lab):
    board = opened(lab, PUBLISHED)
    board.turn("η", "ArrowRight", 5)  # 0.12, 0.14, 0.16, 0.18, 0.2
    board.says("Diverged in epoch 5")
    board.turn("epochs done", "End")
    board.says("After 4 of 10 epochs with η = 0.2")
    board.screenshot("diverged")
    board.turn("epochs in all", "ArrowLeft")
    board.says("of 5 epochs")
    board.is_sound()


def test_twins_fail_where_a_random_start_learns(lab):
    board = opened(lab, DIFFERENT)
    board.turn("epochs done", "End")
    board.says("After 300 of 300 epochs")
    board.says("equal to the bit")
    board.screenshot("twins")
    board.press("random")
    board.says("not equal")
    board.screenshot("random")
    assert board.ask("watcher.costs[-1].max() < 1e-6") == "True"
    board.press("New random start")
    board.press("my own")
    board.says("equal to the bit")
    board.start_at("w₃", -1)
    board.start_at("w₄", -1)
    board.says("not equal")
    board.wait_until("watcher.costs[-1].max() < 1e-6")
    board.screenshot("opposite")
    board.is_sound()
