"""The palettes: what one writes can be read, what one draws can be seen, on both papers."""

import pytest

from nnlib.palette import DARK, LIGHT, luminance, palette_on

on_both = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
WORDS = ("ink", "blue", "orange", "green", "purple", "grey")
GROUNDS = ("sky", "blush", "halo")


def contrast(one, other):
    """From 1 (the same) to 21 (black on white), as WCAG 2 has it."""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@on_both
@pytest.mark.parametrize("name", WORDS)
def test_words_and_marks_stand_out_from_the_paper(palette, name):
    assert contrast(getattr(palette, name), palette.paper) >= 4.5


@on_both
@pytest.mark.parametrize("name", GROUNDS)
def test_ink_is_read_on_every_ground(palette, name):
    assert contrast(palette.ink, getattr(palette, name)) >= 4.5


@on_both
def test_a_bar_stands_out_from_the_paper(palette):
    assert contrast(palette.sky, palette.paper) >= 3


@pytest.mark.parametrize(
    ("paper", "expected"),
    [("#FFFFFF", LIGHT), ("#EEEEEE", LIGHT), ("#111111", DARK), ("#000000", DARK)],
)
def test_the_paper_chooses_the_palette_and_stays(paper, expected):
    palette = palette_on(paper)
    assert (palette.paper, palette.ink) == (paper, expected.ink)


@pytest.mark.parametrize("paper", ["#111111", "#1E1E1E", "#212121", "#000000"])
@pytest.mark.parametrize("name", WORDS)
def test_words_are_read_on_the_dark_papers_of_jupyterlab_and_others(paper, name):
    assert contrast(getattr(palette_on(paper), name), paper) >= 4.5
