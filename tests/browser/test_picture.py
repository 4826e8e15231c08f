"""The picture of a board in a real page: several views of it, zoomed, reloaded."""

import pytest
from lab import BoardPage

pytestmark = pytest.mark.one_kernel

OPENING = """
import ipywidgets
from IPython.display import display
from nnlib.widgets import slowdown_explorer
explorer = slowdown_explorer()
narrow = ipywidgets.VBox([explorer], layout={"width": "520px"})
display(explorer, narrow)
"""

# Counts the pictures that come into each canvas from now on.
COUNT = """() => {
    window.pictures = [0, 0];
    document.querySelectorAll('.nnlib-board canvas').forEach((canvas, i) =>
        canvas.addEventListener('load', () => { window.pictures[i] += 1; }));
}"""
COME = "window.pictures[0] >= {0} && window.pictures[1] >= {0}"
BITS = "canvases => canvases.map(canvas => canvas.toDataURL())"


@pytest.fixture
def explorer(lab):
    """A page with two views of one board, of different widths."""
    board = BoardPage(lab, OPENING, opens_with="After 0 of 300 epochs")
    board.page.wait_for_function("document.querySelectorAll('.nnlib-board canvas').length === 2")
    board.page.wait_for_timeout(3000)  # both have asked
    board.page.evaluate(COUNT)
    return board


def test_a_board_at_rest_with_two_views_of_different_widths_does_not_draw(explorer):
    explorer.page.wait_for_timeout(3000)
    assert explorer.page.evaluate("window.pictures") == [0, 0]
    explorer.is_sound()


def test_two_views_show_the_same(explorer):
    knob = explorer.page.get_by_role("slider", name="start of the neuron").first
    for _ in range(3):
        knob.press("ArrowDown")
    explorer.wait_until("round(explorer.paths[0].z[0], 6)", "3.7")
    explorer.lab.wait_for(COME.format(1), 30)
    explorer.page.wait_for_timeout(1000)
    one, other = explorer.page.locator(".nnlib-board canvas").evaluate_all(BITS)
    assert one == other
    explorer.screenshot("two-views")
    explorer.is_sound()


def test_a_reloaded_page_shows_it_again(explorer):
    explorer.page.evaluate(
        "async () => { await jupyterapp.shell.currentWidget.context.save(); }"
    )
    explorer.page.reload()
    explorer.lab.attend()
    explorer.lab.wait_for("document.querySelector('.nnlib-board canvas')?.height > 300", 30)
    explorer.says("After 0 of 300 epochs")
    explorer.is_sound()
