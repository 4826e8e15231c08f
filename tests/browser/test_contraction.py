"""The contraction explorer in a real JupyterLab: clicks, arrow keys, sizes that do not fit."""

import pytest
from lab import BOTH_COMM_SETTINGS, BoardPage

pytestmark = pytest.mark.one_kernel

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
    return ContractionPage(lab, OPENING, opens_with="C[0,0]")


class ContractionPage(BoardPage):
    """The picture takes clicks and arrow keys."""

    @property
    def picture(self):
        return self.page.locator("canvas[role=application]")

    def keys(self, *keys):
        for key in keys:
            self.picture.press(key)

    def click(self, number):
        """Click on a number; of several equal ones on the one farthest right."""
        written = self.page.locator(".nnlib-board").get_by_text(str(number), exact=True)
        right = max((one.bounding_box() for one in written.all()), key=lambda box: box["x"])
        self.page.mouse.click(right["x"] + right["width"] / 2, right["y"] + right["height"] / 2)


@BOTH_COMM_SETTINGS
def test_a_click_and_arrow_keys_choose_a_number_of_the_product(explorer):
    explorer.says("C[0,0] = 1*7 + 2*5 + 3*3 = 26")
    explorer.click(34)
    explorer.says("C[0,1] = 1*8 + 2*4 + 3*6 = 34")
    explorer.screenshot("product")
    explorer.keys("ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight")
    explorer.says("C[1,3] = 2*3 + 4*7 + 6*4 = 58")
    explorer.keys("ArrowUp", "ArrowLeft")
    explorer.says("C[0,2] = 1*1 + 2*2 + 3*9 = 32")
    explorer.is_sound()


def test_the_arrow_keys_leave_the_notebook_where_it_is(explorer):
    place = "jupyterapp.shell.currentWidget.content.activeCellIndex"
    before = explorer.page.evaluate(place)
    explorer.keys("ArrowDown", "ArrowDown", "ArrowUp")
    assert explorer.page.evaluate(place) == before
    assert explorer.page.evaluate("document.activeElement.getAttribute('role')") == "application"


@BOTH_COMM_SETTINGS
def test_sizes_that_do_not_fit_are_told_in_numpys_words_and_mended(explorer):
    explorer.turn("rows of B", "ArrowRight")
    explorer.says("shapes (2,3) and (4,4) not aligned: 3 (dim 1) != 4 (dim 0)")
    explorer.says("j runs over 3 values as axis 1 of A but over 4 as axis 0 of B")
    explorer.screenshot("clash")
    explorer.turn("columns of A", "ArrowRight")
    explorer.says("C[0,0] = 1*7 + 2*5 + 3*3")
    explorer.turn("rows of A", "End")
    explorer.turn("columns of B", "End")
    explorer.says("Shapes (6,4)(4,6) → (6,6)")
    explorer.screenshot("large")
    explorer.is_sound()


def test_transpose_outer_product_and_einsum_are_modes(explorer):
    explorer.choose("what", "transpose A.T")
    explorer.keys("ArrowDown", "ArrowDown")
    explorer.says("T[2,0] = 3")
    explorer.screenshot("transpose")
    explorer.choose("what", "outer product of columns 0")
    explorer.says("D[1,0] = 2*7 = 14")
    explorer.screenshot("outer")
    explorer.choose("what", "matrix product B·A")
    explorer.says("4 (dim 1) != 2 (dim 0)")
    explorer.screenshot("BA")
    explorer.type("formula", "ij,ij->j")
    explorer.says("i runs over 2 values as axis 0 of A but over 3 as axis 0 of B")
    explorer.screenshot("einsum-clash")
    explorer.type("formula", "C_j = A_ij A_ij")
    explorer.says("summed over i")
    explorer.screenshot("einsum")
    explorer.type("formula", "C_ik = A_ij")
    explorer.says("This formula cannot be shown")
    explorer.screenshot("refused")
    explorer.is_sound()


def test_running_the_cell_again_leaves_one_explorer(explorer):
    explorer.lab.run_all()
    explorer.picture.wait_for()
    assert explorer.picture.count() == 1
    explorer.keys("ArrowRight")
    explorer.says("C[0,1]")
    explorer.is_sound()
