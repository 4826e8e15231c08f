"""What a check or a prediction says is read in both themes of a real JupyterLab."""

import pytest
from test_fits import SET_THEME
from test_palette import contrast

from nnlib.exercises.verdict import SIGNS

pytestmark = pytest.mark.one_kernel

CELL = """
from IPython.display import display
from nnlib.exercises.verdict import SIGNS, Verdict
display(*[Verdict(state, ("why", "and where")) for state in SIGNS])
"""

# [paper, words, sign, edge] of each verdict, as they are painted one over the other
LOOK = """verdicts => {
    const brush = new OffscreenCanvas(1, 1).getContext('2d');
    const painted = (...colours) => {
        for (brush.fillStyle of colours) brush.fillRect(0, 0, 1, 1);
        const [red, green, blue] = brush.getImageData(0, 0, 1, 1).data;
        return '#' + [red, green, blue].map(c => c.toString(16).padStart(2, '0')).join('');
    };
    return verdicts.map(verdict => {
        const papers = [], {color, borderLeftColor} = getComputedStyle(verdict);
        for (let on = verdict; on; on = on.parentElement)
            papers.unshift(getComputedStyle(on).backgroundColor);
        const sign = getComputedStyle(verdict.querySelector('[aria-hidden]')).color;
        return [[], color, sign, borderLeftColor].map(top => painted(...papers.concat(top)));
    });
}"""


@pytest.fixture
def verdicts(lab):
    """verdicts(theme): the [paper, words, sign, edge] of every state, in this theme."""
    lab.open_cells([CELL])
    lab.run_all()

    def look(theme):
        lab.page.evaluate(SET_THEME, f"JupyterLab {theme}")
        lab.wait_for(f"document.body.dataset.jpThemeName === 'JupyterLab {theme}'", 60)
        lab.page.wait_for_timeout(500)  # Lab's colours change by and by
        lab.screenshot(theme)
        return lab.page.locator("[role=status][style*=border]").evaluate_all(LOOK)

    yield look
    lab.page.evaluate(SET_THEME, "JupyterLab Light")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_words_and_sign_of_every_verdict_stand_out_from_the_paper_and_its_edge_is_seen(
    verdicts, theme
):
    found = verdicts(theme)
    assert len(found) == len(SIGNS)
    for paper, words, sign, edge in found:
        assert min(contrast(words, paper), contrast(sign, paper)) >= 4.5
        assert contrast(edge, paper) >= 3
