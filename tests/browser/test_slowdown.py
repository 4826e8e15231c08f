"""The slowdown explorer in a real JupyterLab: dragged, played, started anew."""

import re

import pytest
from lab import BOTH_COMM_SETTINGS

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
    return ExplorerPage(lab)


class ExplorerPage:
    """The controls of the explorer, as a student finds them."""

    def __init__(self, lab):
        self.lab, self.page = lab, lab.page
        lab.open_cells([OPENING])
        lab.run_all()
        self.wait_for("After 0 of 300 epochs with η = 0.15")
        self.page.evaluate(WATCH)

    def sentence(self):
        return self.page.locator("[role=status]", has_text="epochs with").inner_text()

    def wait_for(self, words):
        self.page.wait_for_selector(f"text=/{re.escape(words)}/")

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def slider(self, name):
        """The handle of the slider with this label."""
        row = self.page.locator(".widget-slider", has=self.page.get_by_text(name, exact=True))
        return row.locator(".noUi-handle")

    def drag(self, name, pixels):
        """Take the handle with the mouse and move it so many pixels, in ten steps."""
        box = self.slider(name).bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        for step in range(1, 11):
            self.page.mouse.move(x + pixels * step / 10, y)
            self.page.wait_for_timeout(80)
        self.page.mouse.up()

    def ask(self, expression):
        return self.lab.ask_kernel(f"print({expression})").strip()

    def is_sound(self):
        assert self.lab.errors() == []
        assert self.lab.console_errors == []


@BOTH_COMM_SETTINGS
def test_a_drag_redraws_all_epochs_of_both_costs(explorer):
    explorer.lab.screenshot("opened")
    explorer.drag("start b", -60)
    explorer.page.wait_for_timeout(500)
    b = float(explorer.ask("explorer.paths[0].b[0]"))
    assert b < 1.5
    assert explorer.page.evaluate("window.pictures") >= 4  # on the way, not only at the end
    assert f"at the end a = {float(explorer.ask('explorer.paths[0].a[300]')):.4f}" in (
        explorer.sentence()
    )
    explorer.lab.screenshot("dragged")
    explorer.is_sound()


def test_the_published_starts_are_one_click_away(explorer):
    explorer.press("Start (0.6, 0.9)")
    explorer.wait_for("from epoch 36 on, at the end a = 0.0940")
    explorer.wait_for("from epoch 8 on, at the end a = 0.0116")
    explorer.lab.screenshot("little-wrong")
    explorer.press("Start (2.0, 2.0)")
    explorer.wait_for("from epoch 232 on, at the end a = 0.2028")
    explorer.wait_for("from epoch 17 on, at the end a = 0.0120")
    explorer.is_sound()


@BOTH_COMM_SETTINGS
def test_play_slides_the_points_and_pauses_where_it_is_told(explorer):
    play = explorer.page.locator(".widget-play button").first
    play.click()
    explorer.page.wait_for_timeout(2500)
    explorer.lab.screenshot("playing")
    play.click()
    explorer.page.wait_for_timeout(1000)
    epoch = int(re.search(r"After (\d+) of", explorer.sentence())[1])
    assert epoch > 5
    explorer.page.wait_for_timeout(700)
    assert f"After {epoch} of" in explorer.sentence()
    explorer.is_sound()


def test_the_keyboard_turns_every_slider(explorer):
    for name, key in (("epoch", "PageUp"), ("η", "ArrowLeft"), ("start w", "ArrowLeft")):
        before = explorer.sentence()
        explorer.slider(name).focus()
        explorer.page.keyboard.press(key)
        explorer.page.wait_for_function(
            "before => document.querySelector('[role=status]').innerText !== before", arg=before
        )
    assert explorer.ask("round(explorer._w.value, 4)") == "1.9"
    assert "η = 0.1:" in explorer.sentence()
    explorer.is_sound()


def test_the_tangent_goes_to_the_cost_that_is_chosen(explorer):
    explorer.press("cross-entropy")
    explorer.page.wait_for_function("window.pictures >= 1")
    assert explorer.ask("explorer._cost.value.name") == "cross-entropy"
    explorer.lab.screenshot("cross-entropy")
    explorer.is_sound()


def test_running_the_cell_again_leaves_one_explorer(explorer):
    explorer.lab.run_all()
    explorer.wait_for("After 0 of 300 epochs")
    count = "import ipywidgets; print(sum(type(w).__name__ == 'SlowdownExplorer' "
    count += "for w in ipywidgets.widget._instances.values()))"
    assert explorer.lab.ask_kernel(count).strip() == "1"
    explorer.lab.screenshot("again")
    explorer.is_sound()
