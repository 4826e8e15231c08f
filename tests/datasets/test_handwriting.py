"""A drawing brought to MNIST's form."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter
from strokes import STROKES, drawn

from nnlib import load_digits
from nnlib.datasets.handwriting import CENTRE, around, like_mnist, middle_of_mass, prepared, shrunk

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def a_blot(top=30, left=40, height=60, width=20, sheet=140):
    ink = np.zeros((sheet, sheet))
    ink[top : top + height, left : left + width] = 1
    return ink


def extent(picture):
    return [np.ptp(np.flatnonzero(picture.any(axis=axis))) + 1 for axis in (1, 0)]


def alike(one, other):
    """The correlation of two pictures; one may lie a pixel aside, as rounding may have it."""
    one, other = one.reshape(28, 28), other.reshape(28, 28)
    aside = [np.roll(one, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    return max(np.corrcoef(moved.ravel(), other.ravel())[0, 1] for moved in aside)


def test_the_longer_side_becomes_twenty_pixels():
    assert extent(like_mnist(a_blot()).reshape(28, 28)) == [20, 7]


def test_a_picture_has_the_form_of_mnist():
    picture = like_mnist(a_blot())
    assert picture.shape == (1, 784) and picture.dtype == np.float32
    assert 0 <= picture.min() and picture.max() <= 1


@given(st.integers(0, 70), st.integers(0, 100))
def test_where_one_draws_on_the_sheet_does_not_matter(top, left):
    assert (like_mnist(a_blot(top, left)) == like_mnist(a_blot())).all()


def test_the_centre_of_mass_comes_to_the_centre():
    ink = a_blot() + a_blot(75, 60, 15, 40)
    picture = like_mnist(ink).reshape(28, 28)
    assert np.abs(middle_of_mass(picture) - CENTRE).max() <= 0.5


def test_without_centring_by_mass_the_middle_of_the_rectangle_comes_to_the_centre():
    ink = a_blot() + a_blot(75, 60, 15, 40)
    by_mass, by_middle = like_mnist(ink), like_mnist(ink, centred=False)
    rows = np.flatnonzero(by_middle.reshape(28, 28).any(axis=1))
    assert rows[0] == 27 - rows[-1]
    assert (by_mass != by_middle).any()


def test_without_cropping_the_whole_sheet_is_shrunk():
    picture = like_mnist(a_blot(), cropped=False).reshape(28, 28)
    assert extent(picture) == [12, 4]


@pytest.mark.parametrize("cropped", [True, False])
@pytest.mark.parametrize("centred", [True, False])
def test_an_empty_sheet_gives_an_empty_picture(cropped, centred):
    assert not like_mnist(np.zeros((140, 140)), cropped, centred).any()


@given(st.integers(1, 139), st.integers(1, 139))
def test_a_blot_of_any_form_fits(height, width):
    sheet = a_blot(0, 0, height, width, sheet=280)
    assert like_mnist(sheet).sum() > 0


# Photographs and other paper


def strokes(digit, side=140):
    return drawn(STROKES[digit], side)


@pytest.mark.parametrize("digit", STROKES)
@pytest.mark.parametrize("paper", [1 / 255, 0.2, 0.45])
def test_the_grey_of_the_paper_does_not_matter(digit, paper):
    ink = strokes(digit)
    np.testing.assert_allclose(like_mnist(paper + (1 - paper) * ink), like_mnist(ink), atol=1e-5)


@pytest.mark.parametrize("digit", STROKES)
def test_neither_a_pale_pen_nor_dust_matters(digit):
    ink, rng = strokes(digit), np.random.default_rng(digit)
    dust = 0.08 * (rng.uniform(size=ink.shape) > 0.99)
    picture = like_mnist(0.3 * ink), like_mnist(np.maximum(ink, dust))
    assert np.abs(picture[0] - like_mnist(ink)).max() < 1e-5
    assert np.abs(picture[1] - like_mnist(ink)).max() < 0.1


@pytest.mark.parametrize("digit", STROKES)
def test_the_grain_of_a_photograph_hardly_matters(digit):
    ink, rng = strokes(digit), np.random.default_rng(digit)
    photo = np.clip(0.2 + 0.6 * ink + rng.normal(0, 0.02, ink.shape), 0, 1)
    off = np.abs(like_mnist(photo) - like_mnist(ink))
    assert off.mean() < 0.03 and np.median(off) == 0


ACROSS, DOWN = np.meshgrid(np.linspace(0, 1, 140), np.linspace(0, 1, 140))


@pytest.mark.parametrize("digit", STROKES)
def test_light_that_falls_off_over_the_sheet_does_not_matter(digit):
    ink = strokes(digit)
    slanting = 0.1 + 0.4 * ACROSS + 0.1 * DOWN**2 + 0.4 * ink
    np.testing.assert_allclose(like_mnist(slanting), like_mnist(ink), atol=1e-5)


@pytest.mark.parametrize("digit", STROKES)
@pytest.mark.parametrize("sides", [1, 2, 3, 4])
def test_a_dark_frame_around_a_photograph_is_left_out(digit, sides):
    photo = 0.2 + 0.6 * strokes(digit)
    for _ in range(sides):
        photo[:7] = 0.95
        photo = np.rot90(photo)
    photo = np.rot90(photo, 4 - sides)
    np.testing.assert_allclose(like_mnist(photo), like_mnist(strokes(digit)), atol=1e-5)


@pytest.mark.parametrize("digit", STROKES)
@pytest.mark.parametrize("tone", [0.6, 0.95])
@pytest.mark.parametrize("place", [np.s_[:24, 20:45], np.s_[40:70, 120:], np.s_[:, :16]])
def test_a_finger_or_a_table_at_the_edge_is_left_out(digit, tone, place):
    photo = 0.2 + 0.6 * strokes(digit)
    photo[place] = tone
    photo += np.random.default_rng(digit).normal(0, 0.01, photo.shape)
    assert alike(like_mnist(np.clip(photo, 0, 1)), like_mnist(strokes(digit))) > 0.98


@pytest.mark.parametrize("digit", STROKES)
def test_a_photographed_digit_that_touches_the_edge_is_read_whole(digit):
    ink = strokes(digit)
    cut = ink[np.flatnonzero(ink.any(axis=1))[0] :]
    grain = np.random.default_rng(digit).normal(0, 0.02, cut.shape)
    assert alike(like_mnist(np.clip(0.2 + 0.6 * cut + grain, 0, 1)), like_mnist(ink)) > 0.9


def test_on_clean_paper_a_stroke_at_the_edge_belongs_to_the_drawing():
    ink = a_blot(top=0, left=40, height=8, width=60) + a_blot(top=20, left=40, height=60, width=20)
    np.testing.assert_array_equal(like_mnist(ink), prepared(ink))


@pytest.mark.parametrize("digit", STROKES)
def test_specks_beside_a_drawing_are_left_out(digit):
    ink = strokes(digit)
    ink[[3, 9, 70, 131], [5, 130, 4, 60]] = 1
    np.testing.assert_allclose(like_mnist(ink), like_mnist(strokes(digit)), atol=1e-5)


@pytest.mark.parametrize("side", [8, 10, 20])
@pytest.mark.parametrize("margin", [0, 1])
def test_a_small_digit_that_fills_its_sheet_keeps_its_ink(side, margin):
    for image in load_digits().test.images[:60]:
        tight = np.pad(shrunk(around(image.reshape(28, 28)), side), margin)
        if np.mean(tight == 0) > 0.1 and np.median(tight) <= 0.5:
            assert np.corrcoef(like_mnist(tight), prepared(tight))[0, 1] > 0.8  # but for specks


def test_a_thin_pen_on_a_large_sheet_leaves_full_ink():
    sheet = Image.new("L", (1000, 1000))
    ImageDraw.Draw(sheet).line([(300, 200), (700, 800)], fill=255, width=8)
    assert like_mnist(np.asarray(sheet) / 255).max() == 1


def test_a_small_drawing_grows_smoothly_and_not_in_blocks():
    small = np.zeros((12, 12))
    small[np.arange(2, 10), np.arange(2, 10)] = 1
    assert len(np.unique(like_mnist(small).round(3))) > 20


def test_paper_without_ink_is_empty_however_grey():
    noise = np.random.default_rng(0).uniform(0.2, 0.23, (50, 50))
    assert not like_mnist(noise).any()


PHOTO = 255 * (1 - strokes(3))


INK = strokes(3)
GREY = np.repeat(PHOTO[:, :, None], 3, axis=2) / 255
WHITE, TURNED = "for a photo of white paper", "if white is 1"
REFUSED = {
    "a photo": (PHOTO, [WHITE]),
    "white on black": (255 - PHOTO, ["for white on black"]),
    "as PIL opens it": (Image.fromarray(PHOTO.astype(np.uint8)), [WHITE]),
    "of sixteen bits": (257 * PHOTO, [WHITE]),
    "a photo in the dark": (0.4 * PHOTO / 255, [TURNED]),
    "a light photo": (PHOTO / 255, [TURNED]),
    "brought to -1 and 1": (2 * INK - 1, ["for white on black"]),
    "standardised": ((INK - INK.mean()) / INK.std(), ["for white on black"]),
    "enlarged beyond 1": (1.04 * INK, ["for white on black"]),
    "coloured": (GREY, ["of a coloured picture write", TURNED]),
    "coloured, as PIL opens it": (
        Image.fromarray((255 * GREY).astype(np.uint8)).convert("RGBA"),
        ["of a coloured picture write", WHITE],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_picture_of_another_kind_is_refused_and_the_hint_works(name):
    ink, hints = REFUSED[name]
    for words in hints:
        with pytest.raises(ValueError, match=words) as refusal:
            like_mnist(ink)
        ink = eval(written(str(refusal.value), words), {"np": np, "ink": ink})
    np.testing.assert_allclose(like_mnist(ink), like_mnist(INK), atol=0.02)


def written(sentence, words):
    """The expression that a sentence tells to write where these words hold."""
    if words.endswith("write"):
        return sentence.partition(words)[2].strip()
    return re.split("write |white paper, ", sentence.partition(words)[0])[-1].strip()


def test_a_lone_dot_at_the_edge_is_no_trouble():
    assert like_mnist(a_blot(139, 139, 1, 1)).max() == 1


def bar(wide):
    sheet = np.zeros((100, 100))
    sheet[10:90, 30 : 30 + wide] = 1
    return sheet


def enlarged(digit, wide):
    """A digit that fills a clean sheet of 140 x 140, written with a pen that is so much wider."""
    ink = around(digit.reshape(28, 28))
    size = [round(138 * n / max(ink.shape)) for n in ink.shape[::-1]]
    large = Image.fromarray((255 * ink).astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
    ink = np.asarray(large.filter(ImageFilter.MaxFilter(wide))) / 255
    top, left = ((140 - n) // 2 for n in ink.shape)
    return np.pad(ink, [(top, 140 - top - ink.shape[0]), (left, 140 - left - ink.shape[1])])


@pytest.mark.parametrize("wide", [1, 5, 9, 13])
def test_a_digit_that_fills_a_clean_sheet_keeps_all_its_ink_however_thick(wide):
    whole = 0
    for digit in load_digits().test.images[:50]:
        ink = enlarged(digit, wide)
        try:
            whole += np.allclose(like_mnist(ink), prepared(ink), atol=0.05)
        except ValueError:  # with a very thick pen some are more ink than paper
            continue
    assert whole >= 44


@pytest.mark.parametrize("wide", [20, 34, 40, 48])
def test_a_thick_pen_on_clean_paper_leaves_ink(wide):
    seen = like_mnist(bar(wide)).reshape(28, 28)
    assert seen.max() == 1 and seen[14, 14] == 1 and (seen.sum(axis=1) > 0).sum() >= 20


@pytest.mark.parametrize("wide", [40, 48])
def test_thick_ink_that_cannot_be_told_from_grainy_paper_is_refused_and_no_empty_picture(wide):
    grain = np.random.default_rng(0).normal(0, 0.02, (100, 100))
    grainy = np.clip(0.2 + 0.6 * bar(wide) + grain, 0, 1)
    with pytest.raises(ValueError, match="leave more paper around the digit"):
        like_mnist(grainy)
    paper = np.quantile(grainy, 0.1)
    assert like_mnist(np.pad(grainy, 50, constant_values=paper)).reshape(28, 28)[14, 14] > 0.9


def cut_out(digit, times):
    """A digit, so many times as large, cut out close: its strokes touch all four edges."""
    ink = digit.reshape(28, 28)
    large = Image.fromarray((255 * ink).astype(np.uint8)).resize((28 * times,) * 2, 3)  # bicubic
    return around(np.asarray(large) / 255)


@pytest.mark.parametrize("times", [2, 3, 4, 8])
@pytest.mark.parametrize("paper", [0, 0.2])
def test_a_digit_that_is_cut_out_close_keeps_its_ink_or_is_refused(times, paper):
    alike_or_refused = []
    for digit in load_digits().test.images[:50]:
        ink = cut_out(digit, times)
        try:
            seen = alike(like_mnist(paper + (1 - paper) * ink), prepared(ink)) > 0.9
        except ValueError as reason:  # more ink than paper
            lighter = paper + (1 - paper) * ink
            obeyed = eval(str(reason).partition("such as ")[2], {"np": np, "ink": lighter})
            seen = alike(like_mnist(obeyed), prepared(ink)) > 0.9
        alike_or_refused.append(seen)
    assert np.sum(alike_or_refused) >= 48


def test_a_digit_cut_out_of_a_grainy_photo_is_not_empty_and_the_hint_works():
    rng, right, refused = np.random.default_rng(0), 0, 0
    for digit in load_digits().test.images[:50]:
        ink = cut_out(digit, 4)
        photo = np.clip(0.2 + 0.8 * ink + rng.normal(0, 0.02, ink.shape), 0, 1)
        try:
            assert like_mnist(photo).any()
        except ValueError as reason:
            refused += 1
            obeyed = eval(str(reason).partition("such as ")[2], {"np": np, "ink": photo})
            right += alike(like_mnist(obeyed), prepared(ink)) > 0.9
    assert refused > 30 and right >= 0.9 * refused


def test_a_bar_at_the_edge_from_which_ink_goes_on_is_no_frame():
    seven = np.zeros((60, 40))
    seven[:8] = 1
    for row in range(60):
        seven[row, int(34 - 0.45 * row) - 4 : int(34 - 0.45 * row) + 4] = 1
    for turned in (seven, seven[::-1], seven.T, seven.T[:, ::-1]):
        np.testing.assert_allclose(like_mnist(turned), prepared(turned), atol=0.05)


@pytest.mark.parametrize("sheet", [(280, 280), (100, 60), (56, 56)])
def test_grainy_paper_alone_is_empty(sheet):
    assert not like_mnist(np.clip(0.3 + np.random.default_rng(0).normal(0, 0.1, sheet), 0, 1)).any()


def test_rows_of_pixels_are_no_sheets():
    row = load_digits().test.images[:1]
    for rows, said in ((row, "(ink, (28, 28))"), (row.T, "(ink, (28, 28))")):
        with pytest.raises(ValueError, match=re.escape(said)):
            like_mnist(rows)
    with pytest.raises(ValueError, match="of them"):
        like_mnist(np.vstack([row, row]))


def test_what_is_drawn_in_opacity_alone_is_told():
    canvas = np.zeros((50, 40, 4))
    canvas[10:40, 20:24, 3] = 1
    with pytest.raises(ValueError, match=re.escape("np.asarray(ink)[:, :, -1]")):
        like_mnist(canvas)
    assert like_mnist(canvas[:, :, -1]).any()


@pytest.mark.parametrize("ending", ["png", "jpg"])
@pytest.mark.parametrize("kind", [str, Path])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_name_of_a_file_is_told_the_line_that_reads_it(tmp_path, ending, kind, mode):
    ink = kind(tmp_path / f"photo.{ending}")
    Image.fromarray(PHOTO.astype(np.uint8)).convert(mode).save(ink)
    with pytest.raises(ValueError, match="if a file is called so") as refusal:
        like_mnist(ink)
    line = str(refusal.value).partition(", write ")[2].partition(", after")[0]
    read = eval(line, {"np": np, "ink": ink, "Image": Image})
    assert np.corrcoef(like_mnist(read), like_mnist(INK))[0, 1] > 0.95


@pytest.mark.parametrize("ending", ["png", "jpg"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_the_lines_of_notebook_8_read_a_photo_of_ones_own(tmp_path, ending, mode):
    photo = Image.fromarray((220 - 150 * INK - 30 * ACROSS).astype(np.uint8))
    file = tmp_path / f"photo.{ending}"
    photo.convert("RGB" if ending == "jpg" else mode).save(file)
    notebook = nbformat.read(next(NOTEBOOKS.glob("08*.ipynb")), as_version=4)
    cell = next(cell.source for cell in notebook.cells if "Image.open" in cell.source)
    lines = cell.partition("fig,")[0].replace("pictures/08_photo.png", file.as_posix())
    names = {"np": np, "Image": Image, "like_mnist": like_mnist}
    exec(lines, names)
    assert alike(names["row"], like_mnist(INK)) > 0.95
