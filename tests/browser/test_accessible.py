"""What axe-core finds against WCAG 2.1 AA in the outputs of a notebook, every board among them.

The site's own pages are test_site.py's.
"""

import axe
import pytest
from test_fits import BOARDS, MAKING, SET_THEME

OUTPUTS = ".jp-OutputArea-output"
OTHERS = (
    "import matplotlib.pyplot as plt",
    "from nnlib.exercises import check, met, predict",
    'predict("its numbers")',
    'predict("the largest slope")',
    'predict("the answer after a step")',
    'met("its numbers", 23_860)',
    'check("1.1", lambda A, x: x)',
    "net",
    "plt.plot([1, 2]);",
)
WHOLE = {"width": 1280, "height": 9000}  # axe reads no colours of what is scrolled out of sight
SEEN = """document.querySelector('.jp-WindowedPanel-outer').clientHeight > 8000
    && [...document.querySelectorAll('.nnlib-board canvas:not(.nnlib-pad)')]
        .every(canvas => canvas.width > 300)"""  # which is a canvas's width before it is drawn
DARK = """document.body.dataset.jpThemeName === 'JupyterLab Dark'
    && !document.getElementById('jupyterlab-splash')"""

# axe's rule, what the element's HTML holds: why it stays
LISTED = {
    ("image-alt", "data:image/png"): "JupyterLab shows an output's picture without the words that "
    "its metadata hold; the site shows them",
}


@pytest.fixture
def page(lab):
    """Every board, and what else cells show, in one notebook, all of it in sight."""
    lab.open_cells([MAKING, *BOARDS.values(), *OTHERS])
    lab.run_all()
    lab.page.get_by_role("button", name="More", exact=True).click()
    small = lab.page.viewport_size
    lab.page.set_viewport_size(WHOLE)
    # Lab's body has no height of its own: axe would take all that it holds for hidden
    lab.page.evaluate("document.body.style.height = '100vh'")
    lab.wait_for(SEEN, 60)
    assert lab.errors() + lab.console_errors == []
    yield lab.page
    lab.page.evaluate(SET_THEME, "JupyterLab Light")
    lab.page.set_viewport_size(small)


def test_axe_finds_only_what_is_listed_in_the_outputs_of_a_notebook(page):
    found = axe.violations(page, OUTPUTS)
    page.evaluate(SET_THEME, "JupyterLab Dark")
    page.wait_for_function(DARK)
    found += axe.violations(page, OUTPUTS, rules=["color-contrast"])
    assert [one for one in found if not reasons(*one)] == []
    assert {reason for one in found for reason in reasons(*one)} == set(LISTED)


def reasons(rule, part, _):
    return [(known, mark) for known, mark in LISTED if rule == known and mark in part]
