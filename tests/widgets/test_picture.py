"""The picture behind every board: what it draws fast is what matplotlib draws slowly."""

import io

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from nnlib.widgets.parts.picture import Picture
from nnlib.widgets.parts.text_and_png import Canvas, Renderer, as_png


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture.image.value)))


def written_by(canvas, words, **look):
    """The grey values of words written in the middle of a sheet of 300 x 300."""
    figure = Figure((3, 3), dpi=100)
    figure.text(0.5, 0.5, words, **{"ha": "center", "va": "center"} | look)
    on = canvas(figure)
    on.draw()
    return np.asarray(on.buffer_rgba())[..., 0].astype(float)


def box_of(sheet):
    """The first and last row and column that hold ink."""
    rows, columns = np.nonzero(sheet < 200)
    return np.array([rows.min(), rows.max(), columns.min(), columns.max()])


LOOKS = [
    {},
    {"fontsize": 22, "weight": "bold"},
    {"family": "monospace", "color": "#555555"},
    {"rotation": 90},
    {"ha": "right", "va": "bottom"},
    {"bbox": {"facecolor": "white", "edgecolor": "black"}},
]


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("words", ["−0.36", "cost of a sample", "ŷ₁ = σ'(z), η = 0.5\nand g"])
def test_words_stand_where_matplotlib_writes_them(words, look):
    fast, slow = written_by(Canvas, words, **look), written_by(FigureCanvasAgg, words, **look)
    # matplotlib 3.10 rounds the place of every letter along a line: a long one is off by more
    along = 4 if matplotlib.__version_info__ < (3, 11) else 2
    assert (np.abs(box_of(fast) - box_of(slow)) <= (2, 2, along, along)).all()
    assert (255 - fast).sum() == pytest.approx((255 - slow).sum(), rel=0.1)


@pytest.mark.parametrize("look", [{}, {"fontsize": 30, "weight": "bold"}, {"family": "monospace"}])
def test_a_text_takes_the_room_that_matplotlib_gives_it(monkeypatch, look):
    figure = Figure()
    renderer = Canvas(figure).get_renderer()
    text = figure.text(0.5, 0.5, "a\nno", **look)
    ours = text.get_window_extent(renderer).bounds
    monkeypatch.delattr(Renderer, "_get_font_height_metrics")
    assert ours == pytest.approx(text.get_window_extent(renderer).bounds)


@pytest.mark.parametrize("words, angle", [(r"$10^{-2}$", 0), ("axis 0", 30)])
def test_formulas_and_slanting_words_are_left_to_matplotlib(words, angle):
    fast, slow = (written_by(c, words, rotation=angle) for c in (Canvas, FigureCanvasAgg))
    assert np.abs(fast - slow).max() == 0 if words.startswith("$") else np.ptp(fast) > 0
    assert np.abs(box_of(fast) - box_of(slow)).max() <= 2


@pytest.mark.parametrize("words", ["", " ", "\n"])
def test_words_without_ink_leave_the_sheet_white(words):
    assert (written_by(Canvas, words) == 255).all()


def test_the_png_holds_every_pixel(tell):
    rgba = np.random.default_rng(0).integers(0, 256, (37, 51, 4), dtype=np.uint8)
    read = np.asarray(Image.open(io.BytesIO(as_png(rgba))))
    assert (read == rgba[..., :3]).all()
    tell(f"{read.size:,} bytes of colour written as PNG and read back by Pillow, all equal")


@pytest.fixture
def picture():
    picture = Picture(400, 300)
    yield picture
    picture.image.close()


def test_what_moves_is_seen_after_a_refresh(picture):
    ax = picture.axes()
    (line,) = ax.plot([0, 1], [0, 0])
    picture.moving(line)
    picture.refresh()
    before = pixels(picture)
    line.set_ydata([1, 1])
    picture.refresh()
    moved = pixels(picture)
    assert (before != moved).any()
    picture.refresh(everything=True)
    assert (pixels(picture) == moved).all()


def test_axes_move_when_a_label_gets_longer_and_stay_when_it_gets_shorter(picture):
    ax = picture.axes()
    lefts = []
    for top in (10, 100_000, 10):
        ax.set_ylim(0, top)
        picture.refresh(everything=True)
        lefts.append(ax.get_position().x0)
    assert lefts[0] < lefts[1] == lefts[2]


def test_a_label_is_never_cut_off(picture):
    ax = picture.axes()
    ax.set_ylabel("cost")
    for top in (10, 100_000, 1, 1e7):
        ax.set_ylim(0, top)
        ax.yaxis.set_major_formatter("{x:.0f}")
        picture.refresh(everything=True)
        seen = pixels(picture)
        assert (seen[:, [0, -1]] == 255).all() and (seen[[0, -1]] == 255).all()


def test_room_is_made_again_on_demand(picture):
    ax = picture.axes()
    picture.refresh()
    before = ax.get_position().y0
    ax.set_xlabel("two\nlines")
    picture.refresh(everything=True)
    assert ax.get_position().y0 == before
    picture.make_room()
    picture.refresh(everything=True)
    assert ax.get_position().y0 > before


def test_room_that_one_axis_gave_up_for_another_is_found_again(picture):
    ax = picture.axes()
    ax.xaxis.set_major_formatter("{x:.0f}")
    for bottom, top in ((10, 100_000), (1e7, 10), (10, 100_000)):
        ax.set(xlim=(0, bottom), ylim=(0, top))
        ax.yaxis.set_major_formatter("{x:.0f}")
        picture.refresh(everything=True)
        assert (pixels(picture)[:, [0, -1]] == 255).all()
