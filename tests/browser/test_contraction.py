"""The contraction explorer in a real JupyterLab: clicks, arrow keys, sizes that do not fit."""

import pytest
from lab import BOTH_COMM_SETTINGS

OPENING = """
import numpy as np
from nnlib.widgets import contraction_explorer
A = np.array([[1, 2, 3], [2, 4, 6]])
B = np.array([[7, 8, 1, 3], [5, 4, 2, 7], [3, 6, 9, 4]])
explorer = contraction_explorer(A, B)
explorer
"""


@pytest.fixture
def explorer(lab):
    """A page with a fresh notebook whose only cell shows the explorer."""
    return ExplorerPage(lab)


class ExplorerPage:
    """The controls of the explorer, as a student finds them."""

    def __init__(self, lab):
        self.lab, self.page = lab, lab.page
        lab.open_cells([OPENING])
        lab.run_all()
        assert lab.errors() == []
        self.picture = self.page.locator("img[role=application]")
        self.picture.wait_for()

    def says(self, text):
        self.page.wait_for_selector(f"[role=status]:has-text('{text}')", timeout=20_000)

    def press(self, *keys):
        for key in keys:
            self.picture.press(key)

    def click(self, number, element):
        """Click on an element of a matrix, the result being number -1."""
        cell = self.lab.ask_kernel(
            f"print(*explorer._sheet._axes.transData.transform(np.mean("
            f"explorer._sheet._cell({number}, {element}), axis=0)) / (1000, 450))"
        )
        x, y = map(float, cell.split())
        box = self.picture.bounding_box()
        self.picture.click(position={"x": x * box["width"], "y": (1 - y) * box["height"]})

    def turn(self, name, key, times=1):
        slider = self.page.locator(".widget-slider", has_text=name)
        for _ in range(times):
            slider.locator(".noUi-handle").press(key)

    def choose(self, mode):
        self.page.locator(".widget-dropdown select").select_option(label=mode)

    def write(self, formula):
        field = self.page.locator(".widget-text input")
        field.fill(formula)
        field.press("Enter")

    def well(self):
        return self.lab.errors() == [] and self.lab.console_errors == []


@BOTH_COMM_SETTINGS
def test_a_click_and_arrow_keys_choose_a_number_of_the_product(explorer):
    explorer.says("C[0,0] = 1*7 + 2*5 + 3*3 = 26")
    explorer.click(-1, (0, 1))
    explorer.says("C[0,1] = 1*8 + 2*4 + 3*6 = 34")
    explorer.lab.screenshot("product")
    explorer.press("ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight")
    explorer.says("C[1,3] = 2*3 + 4*7 + 6*4 = 58")
    explorer.press("ArrowUp", "ArrowLeft")
    explorer.says("C[0,2] = 1*1 + 2*2 + 3*9 = 32")
    assert explorer.well()


def test_the_arrow_keys_leave_the_notebook_where_it_is(explorer):
    place = "jupyterapp.shell.currentWidget.content.activeCellIndex"
    before = explorer.page.evaluate(place)
    explorer.press("ArrowDown", "ArrowDown", "ArrowUp")
    assert explorer.page.evaluate(place) == before
    assert explorer.page.evaluate("document.activeElement.getAttribute('role')") == "application"


@BOTH_COMM_SETTINGS
def test_sizes_that_do_not_fit_are_told_in_numpys_words_and_mended(explorer):
    explorer.turn("rows of B", "ArrowRight")
    explorer.says("shapes (2,3) and (4,4) not aligned: 3 (dim 1) != 4 (dim 0)")
    explorer.says("j runs over 3 values as axis 1 of A but over 4 as axis 0 of B")
    explorer.lab.screenshot("clash")
    explorer.turn("columns of A", "ArrowRight")
    explorer.says("C[0,0] = 1*7 + 2*5 + 3*3")
    explorer.turn("rows of A", "End")
    explorer.turn("columns of B", "End")
    explorer.says("Shapes (6,4)(4,6) → (6,6)")
    explorer.lab.screenshot("large")
    assert explorer.well()


def test_transpose_outer_product_and_einsum_are_modes(explorer):
    explorer.choose("transpose A.T")
    explorer.press("ArrowDown", "ArrowDown")
    explorer.says("T[2,0] = 3")
    explorer.lab.screenshot("transpose")
    explorer.choose("outer product of columns 0")
    explorer.says("D[1,0] = 2*7 = 14")
    explorer.lab.screenshot("outer")
    explorer.choose("matrix product B·A")
    explorer.says("4 (dim 1) != 2 (dim 0)")
    explorer.lab.screenshot("BA")
    explorer.write("ij,ij->j")
    explorer.says("i runs over 2 values as axis 0 of A but over 3 as axis 0 of B")
    explorer.lab.screenshot("einsum-clash")
    explorer.write("C_j = A_ij A_ij")
    explorer.says("summed over i")
    explorer.lab.screenshot("einsum")
    explorer.write("C_ik = A_ij")
    explorer.says("This formula cannot be shown")
    explorer.lab.screenshot("refused")
    assert explorer.well()


def test_running_the_cell_again_leaves_one_explorer(explorer):
    explorer.lab.run_all()
    explorer.picture.wait_for()
    assert explorer.picture.count() == 1
    explorer.press("ArrowRight")
    explorer.says("C[0,1]")
    assert explorer.well()
