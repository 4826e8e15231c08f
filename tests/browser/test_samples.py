"""The sample explorer in a real JupyterLab: three ways to draw, and every slider to its ends."""

import pytest
from lab import BOTH_COMM_SETTINGS, BoardPage

pytestmark = pytest.mark.one_kernel

OPENING = """
from nnlib.widgets import sample_explorer
explorer = sample_explorer()
explorer
"""


@pytest.fixture
def explorer(lab):
    """A page with a fresh notebook whose only cell shows the explorer."""
    return BoardPage(lab, OPENING, opens_with="30 numbers")


def code(explorer):
    """The NumPy that the explorer shows."""
    return explorer.page.locator("pre", has_text="default_rng").inner_text()


@BOTH_COMM_SETTINGS
def test_data_are_drawn_in_three_ways(explorer):
    explorer.says("expected 25; standard deviation")
    explorer.screenshot("integers")
    explorer.press("uniform")
    explorer.says("expected 0.5; standard deviation")
    explorer.screenshot("uniform")
    explorer.press("normal")
    explorer.says("expected 2; standard deviation")
    assert "X = 4*rng.standard_normal((10, 3)) + 2" in code(explorer)
    explorer.press("Draw again")
    explorer.page.wait_for_selector("pre:has-text('default_rng(1)')")
    explorer.turn("samples", "End")
    explorer.says("30,000 numbers")
    explorer.screenshot("normal-many")
    explorer.is_sound()


def test_each_handle_of_a_range_says_its_own_end(explorer):
    explorer.turn("range", "ArrowLeft", 3, handle=1)
    for handle, end in enumerate(("0", "47")):
        said = f"[role=slider][aria-label=range][data-handle='{handle}'][aria-valuetext='{end}']"
        explorer.page.wait_for_selector(said, timeout=10_000)
    explorer.is_sound()


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
    explorer.screenshot("normal-ends")
    explorer.is_sound()
