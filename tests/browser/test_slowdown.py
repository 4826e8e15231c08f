"""The slowdown explorer in a real JupyterLab: dragged, played, started anew."""

import re

import pytest
from lab import BOTH_COMM_SETTINGS, BoardPage

OPENING = """
from nnlib.widgets import slowdown_explorer
explorer = slowdown_explorer()
explorer
"""

# Counts the pictures that have come into the page.
WATCH = """() => {
    window.pictures = 0;
    const image = document.querySelector('.jp-OutputArea img');
    image.addEventListener('load', () => { window.pictures += 1; });
}"""


@pytest.fixture
def explorer(lab):
    """A page with a fresh notebook whose only cell shows the explorer as it opens."""
    board = BoardPage(lab, OPENING, opens_with="After 0 of 300 epochs with η = 0.15")
    board.page.evaluate(WATCH)
    return board


def sentence(explorer):
    return explorer.sentence("epochs with").inner_text()


@BOTH_COMM_SETTINGS
def test_a_drag_redraws_all_epochs_of_both_costs(explorer):
    explorer.screenshot("opened")
    explorer.drag("start b", -60, steps=10, pause=80)
    explorer.page.wait_for_timeout(500)
    b = float(explorer.ask("explorer.paths[0].b[0]"))
    assert b < 1.5
    assert explorer.page.evaluate("window.pictures") >= 4  # on the way, not only at the end
    assert f"at the end a = {float(explorer.ask('explorer.paths[0].a[300]')):.4f}" in (
        sentence(explorer)
    )
    explorer.screenshot("dragged")
    explorer.is_sound()


def test_the_published_starts_are_one_click_away(explorer):
    explorer.press("Start (0.6, 0.9)")
    explorer.says("from epoch 36 on, at the end a = 0.0940")
    explorer.says("from epoch 8 on, at the end a = 0.0116")
    explorer.screenshot("little-wrong")
    explorer.press("Start (2.0, 2.0)")
    explorer.says("from epoch 232 on, at the end a = 0.2028")
    explorer.says("from epoch 17 on, at the end a = 0.0120")
    explorer.is_sound()


@BOTH_COMM_SETTINGS
def test_play_slides_the_points_and_pauses_where_it_is_told(explorer):
    play = explorer.page.locator(".widget-play button").first
    play.click()
    explorer.page.wait_for_timeout(2500)
    explorer.screenshot("playing")
    play.click()
    explorer.page.wait_for_timeout(1000)
    epoch = int(re.search(r"After (\d+) of", sentence(explorer))[1])
    assert epoch > 5
    explorer.page.wait_for_timeout(700)
    assert f"After {epoch} of" in sentence(explorer)
    explorer.is_sound()


def test_the_keyboard_turns_every_slider(explorer):
    for name, key in (("epoch", "PageUp"), ("η", "ArrowLeft"), ("start w", "ArrowLeft")):
        before = sentence(explorer)
        explorer.handle(name).focus()
        explorer.page.keyboard.press(key)
        explorer.page.wait_for_function(
            "before => document.querySelector('[role=status]').innerText !== before", arg=before
        )
    assert explorer.ask("round(explorer.paths[0].w[0], 4)") == "1.9"
    assert "η = 0.1:" in sentence(explorer)
    explorer.is_sound()


def test_the_tangent_goes_to_the_cost_that_is_chosen(explorer):
    explorer.press("cross-entropy")
    explorer.page.wait_for_function("window.pictures >= 1")
    texts = "[text.get_text() for ax in explorer.picture.figure.axes for text in ax.texts]"
    assert explorer.ask(f"'cross-entropy, epoch 0' in {texts}") == "True"
    explorer.screenshot("cross-entropy")
    explorer.is_sound()


def test_running_the_cell_again_leaves_one_explorer(explorer):
    explorer.ask("globals().update(old=explorer)")
    explorer.lab.run_all()
    explorer.says("After 0 of 300 epochs")
    explorer.wait_until("old.comm, explorer is old", "None False")
    assert explorer.button("Start (2.0, 2.0)").count() == 1
    explorer.screenshot("again")
    explorer.is_sound()
