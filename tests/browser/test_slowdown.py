"""The slowdown explorer in a real JupyterLab: dragged, played, started anew."""

import re

import pytest
from lab import BOTH_COMM_SETTINGS, BoardPage

pytestmark = pytest.mark.one_kernel
OPENING = """
from nnlib.widgets import slowdown_explorer
explorer = slowdown_explorer()
explorer
"""

# Counts the pictures that have come into the page.
WATCH = """() => {
    window.pictures = 0;
    const canvas = document.querySelector('.jp-OutputArea canvas');
    canvas.addEventListener('load', () => { window.pictures += 1; });
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
    assert f"quadratic a = {float(explorer.ask('explorer.paths[0].a[0]')):.4f}" in (
        sentence(explorer)
    )
    explorer.screenshot("dragged")
    explorer.is_sound()


def test_the_published_starts_are_one_click_away(explorer):
    explorer.press("Start (0.6, 0.9)")
    explorer.says("quadratic a = 0.8176, below ½ from epoch 36 on")
    explorer.says("cross-entropy a = 0.8176, below ½ from epoch 8 on")
    explorer.screenshot("little-wrong")
    explorer.press("Start (2.0, 2.0)")
    explorer.says("quadratic a = 0.9820, below ½ from epoch 232 on")
    explorer.says("cross-entropy a = 0.9820, below ½ from epoch 17 on")
    explorer.is_sound()


@pytest.mark.parametrize("pointer", ["mouse", "touch", "pen"])
def test_the_start_is_dragged_on_the_sigmoid(explorer, pointer):
    knob = explorer.page.get_by_role("slider", name="start of the neuron")
    box = knob.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    explorer.point(pointer, (x, y), (x - 40, y + 20), (x - 80, y + 60))
    explorer.wait_until("0 < explorer.paths[0].z[0] < 3")
    assert re.fullmatch(r"z = [\d.]+, a = 0\.\d\d", knob.get_attribute("aria-valuetext"))
    explorer.screenshot(f"dragged-by-{pointer}")
    explorer.is_sound()


def test_arrow_keys_move_the_start_and_leave_the_notebook_where_it_is(explorer):
    place = "jupyterapp.shell.currentWidget.content.activeCellIndex"
    before = explorer.page.evaluate(place)
    knob = explorer.page.get_by_role("slider", name="start of the neuron")
    for _ in range(10):
        knob.press("ArrowDown")
    explorer.wait_until("round(explorer.paths[0].z[0], 6)", "3.0")
    assert explorer.page.evaluate(place) == before
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
