"""The sample explorer in a real JupyterLab: three ways to draw, and every slider to its ends."""

import pytest
from lab import BOTH_COMM_SETTINGS

OPENING = """
from nnlib.widgets import sample_explorer
explorer = sample_explorer()
explorer
"""


@pytest.fixture
def explorer(lab):
    """A page with a fresh notebook whose only cell shows the explorer."""
    return SamplesPage(lab)


class SamplesPage:
    """The controls of the explorer, as a student finds them."""

    def __init__(self, lab):
        self.lab, self.page = lab, lab.page
        lab.open_cells([OPENING])
        lab.run_all()
        assert lab.errors() == []
        self.says("30 numbers")

    def says(self, text):
        self.page.wait_for_selector(f"[role=status]:has-text('{text}')", timeout=20_000)

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def turn(self, name, key, times=1, handle=0):
        slider = self.page.locator(".widget-slider", has_text=name)
        for _ in range(times):
            slider.locator(".noUi-handle").nth(handle).press(key)

    def code(self):
        return self.page.locator("pre", has_text="default_rng").inner_text()

    def well(self):
        return self.lab.errors() == [] and self.lab.console_errors == []


@BOTH_COMM_SETTINGS
def test_data_are_drawn_in_three_ways(explorer):
    explorer.says("expected 25; standard deviation")
    explorer.lab.screenshot("integers")
    explorer.press("uniform")
    explorer.says("expected 0.5; standard deviation")
    explorer.lab.screenshot("uniform")
    explorer.press("normal")
    explorer.says("expected 2; standard deviation")
    assert "X = 4*rng.standard_normal((10, 3)) + 2" in explorer.code()
    explorer.press("Draw again")
    explorer.page.wait_for_selector("pre:has-text('default_rng(1)')")
    explorer.turn("samples", "End")
    explorer.says("30,000 numbers")
    explorer.lab.screenshot("normal-many")
    assert explorer.well()


def test_every_slider_goes_to_its_ends(explorer):
    for handle, key in ((1, "Home"), (0, "Home"), (1, "End"), (0, "End")):
        explorer.turn("range", key, handle=handle)
    explorer.says("expected 100")
    explorer.press("uniform")
    explorer.says("expected 0.5")
    for handle, key in ((1, "Home"), (0, "Home"), (1, "End"), (0, "End")):
        explorer.turn("range", key, handle=handle)
    explorer.says("expected 2.05")
    explorer.press("normal")
    explorer.says("expected 2; standard deviation 3")
    explorer.turn("mean", "Home")
    explorer.turn("deviation", "End")
    explorer.says("expected -10; standard deviation")
    explorer.lab.screenshot("normal-ends")
    assert explorer.well()
