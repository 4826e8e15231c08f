"""The picture behind every board: what comes to the page, where it stands, what it hears."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from hand import Page, arrive, put
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from matplotlib.text import Text
from PIL import Image

from nnlib.palette import DARK, LIGHT
from nnlib.widgets.parts import picture as picture_module
from nnlib.widgets.parts.picture import DPI, SMALLEST, Drawing, Handle, Picture, changes

DARK_PAPER = (17, 17, 17)
RATIOS = (1, 1.25, 1.5, 2)


class Needle(Drawing):
    """A line that moves, its height in words,
    and a handle on it.
    """

    def __init__(self):
        self.looks, self.formula = [], ""

    def build(self, figure, look):
        self.looks.append(look)
        self.ax = ax = figure.subplots()
        ax.set(xlim=(0, 1), ylabel="height")
        ax.yaxis.set_major_formatter("{x:.0f}")
        (self.line,) = ax.plot([0, 1], [0, 0], color=look.colours.blue)
        self.words = ax.text(0.5, 0.5, "", color=look.colours.orange, fontsize=look.small)
        return self.line, self.words

    def show(self, height, top=10):
        self.line.set_ydata([height, height])
        self.words.set(text=f"{self.formula}{height}", y=height)
        self.height = height
        return (top,)

    def set_limits(self, top):
        self.ax.set_ylim(0, top)

    def handles(self):
        words = f"{self.height:.1f} high"
        return [Handle(self.ax, 0.5, self.height, "needle", self.height, 0, 10, words)]


@pytest.fixture
def picture():
    made = Picture(Needle(), 300, tall=500)
    made.show(1)
    yield made
    made.close()


def test_those_who_cannot_see_a_picture_are_told_the_docstring_of_its_drawing(picture):
    assert picture.alt == "A line that moves, its height in words, and a handle on it."


# What comes to the page


def test_nothing_is_drawn_until_somebody_looks(picture, monkeypatch):
    monkeypatch.setattr(Picture, "_send_frame", lambda self: pytest.fail("drawn for nobody"))
    picture.show(2)


@pytest.mark.parametrize("ratio", RATIOS)
def test_after_many_moves_the_page_holds_the_picture_to_the_bit(picture, ratio, tell):
    page = Page(picture, 640, ratio)
    for height in np.random.default_rng(0).uniform(0, 10, 20):
        picture.show(height)
    assert [frame["whole"] for frame in page.frames[1:]] == [None] * 20
    moved = page.pixels.copy()
    page.look(640, ratio)
    assert page.frames[-1]["whole"] and (page.pixels == moved).all()
    tell(f"20 moves at pixel ratio {ratio}: the page holds the picture to the bit")


def test_of_a_patch_in_one_colour_only_its_edges_are_sent(picture):
    page = Page(picture)
    before = page.pixels.copy()
    picture.show(2)
    changed = (page.pixels != before).any(axis=2).sum()
    assert 0 < page.frames[-1]["bytes"] < changed / 10


def test_a_picture_that_stays_the_same_sends_one_pixel_at_most(picture):
    page = Page(picture)
    picture.show(1)
    assert page.frames[-1]["bytes"] <= 12


SHAPES = array_shapes(min_dims=2, max_dims=2, min_side=5, max_side=20)
BEFORE = arrays(np.uint32, SHAPES, elements=st.integers(0, 2))
STROKES = st.lists(
    st.tuples(st.integers(0, 399), st.integers(1, 40), st.integers(0, 2)), max_size=4
)


@given(BEFORE, STROKES)
def test_the_page_makes_the_new_picture_of_the_old_one_and_what_changed(before, strokes):
    now = before.copy()
    for begin, length, colour in strokes:  # some go on in the next row
        now.ravel()[begin : begin + length] = colour
    frame, data = changes(before, now)
    assert (put(frame, data, before.copy()) == now).all()
    if not frame["whole"]:  # then only what changed is sent
        begins, ends, _ = np.frombuffer(data, np.uint32).reshape(3, -1)
        assert (ends - begins).sum() == max(1, np.count_nonzero(before != now))
    left, top, width, height = frame["box"]
    outside = before != now
    outside[top : top + height, left : left + width] = False
    assert not outside.any()
    rows, columns = now.shape
    assert 0 <= left < left + width <= columns and 0 <= top < top + height <= rows


def test_a_picture_of_which_much_changes_is_sent_whole():
    noise = np.random.default_rng(0).integers(0, 2**32, (30, 40), np.uint32)
    for share, whole in ((0.05, None), (0.3, [40, 30])):
        now = noise + (np.random.default_rng(1).uniform(size=noise.shape) < share)
        assert changes(noise, now.astype(np.uint32))[0]["whole"] == whole


@pytest.mark.parametrize("ratio", RATIOS)
def test_it_has_the_pixels_that_the_page_has_room_for(picture, ratio):
    page = Page(picture, 701, ratio)
    assert page.frames[-1]["whole"] == [round(701 * ratio), 300 * ratio]


@pytest.mark.parametrize("paper", [(255, 255, 255), DARK_PAPER, (33, 33, 36)])
def test_it_is_drawn_on_the_very_paper_of_the_page(picture, paper):
    page = Page(picture, paper=paper)
    assert (page.pixels[[0, -1], :, :3] == paper).all()


def test_the_paper_chooses_the_colours(picture):
    page = Page(picture)
    assert page.labels[0]["colour"] == LIGHT.orange.lower()
    page.look(paper=DARK_PAPER)
    assert page.labels[0]["colour"] == DARK.orange.lower()


def test_labels_of_axes_are_read_on_dark_paper(picture):
    page = Page(picture, paper=DARK_PAPER)
    picture.show(1, 1000)
    seen = page.pixels[:, :60, :3]
    assert seen.max() > 200 and (seen.min(axis=(0, 1)) == 17).all()  # light on dark, nothing black


# Texts


def test_texts_that_move_are_written_by_the_page_and_not_drawn(picture):
    page = Page(picture)
    picture.drawing.line.set_visible(False)
    picture.show(3)
    before = page.pixels.copy()
    picture.show(4)
    assert (page.pixels == before).all()
    assert [label["text"] for label in page.labels] == ["4"]


def test_a_text_stands_where_matplotlib_has_it(picture):
    page = Page(picture)
    ax, label = picture.drawing.ax, page.labels[0]
    at = ax.transData.transform((0.5, 1)) / picture.figure.bbox.size
    assert (label["x"], 1 - label["y"]) == pytest.approx(tuple(at))


def test_a_formula_is_drawn_by_matplotlib(picture):
    page = Page(picture)
    picture.drawing.formula = "$y$ = "
    picture.show(1)
    assert page.labels == [] and page.frames[-1]["bytes"] > 800


@pytest.mark.parametrize("width", [320, 599, 600, 899, 900, 1000])
def test_type_is_never_too_small_to_read(picture, width):
    page = Page(picture, width)
    sizes = [t.get_fontsize() * DPI / 72 for t in picture.figure.findobj(Text) if t.get_text()]
    sizes += [label["size"] for label in page.labels]
    assert min(sizes) >= SMALLEST - 1e-9


# Where it stands


def test_a_narrow_page_gets_a_tall_picture(picture):
    page = Page(picture, 599)
    assert page.frames[-1]["whole"] == [599, 500]
    assert [look.narrow for look in picture.drawing.looks] == [False, True]


def test_a_drawing_of_many_parts_may_call_more_pages_narrow(picture):
    picture.drawing.narrower = 850
    assert [Page(picture, width).frames[-1]["whole"][1] for width in (849, 850)] == [500, 300]


def test_a_change_of_place_keeps_what_was_shown(picture):
    page = Page(picture)
    picture.show(7)
    page.look(500, 2, DARK_PAPER)
    assert [label["text"] for label in page.labels] == ["7"]


def test_axes_move_when_a_label_gets_longer_and_stay_when_it_gets_shorter(picture):
    Page(picture)
    lefts = []
    for top in (10, 100_000, 10):
        picture.show(1, top)
        lefts.append(picture.drawing.ax.get_position().x0)
    assert lefts[0] < lefts[1] == lefts[2]


def test_a_label_is_never_cut_off(picture):
    page = Page(picture, 400)
    for top in (10, 100_000, 1, 1e7):
        picture.show(0.5, top)
        assert (page.pixels[:, [0, -1]] == 255).all() and (page.pixels[[0, -1]] == 255).all()


# Hands and keys


def test_a_handle_has_a_place_a_name_and_a_value_in_words(picture):
    page = Page(picture)
    picture.show(2.5)
    (handle,) = page.handles
    at = picture.drawing.ax.transData.transform((0.5, 2.5)) / picture.figure.bbox.size
    assert (handle["x"], 1 - handle["y"]) == pytest.approx(tuple(at))
    assert handle["aria"] == {
        **{"label": "needle", "valuetext": "2.5 high", "valuenow": 2.5},
        **{"valuemin": 0, "valuemax": 10},
    }


@pytest.mark.parametrize("ratio", RATIOS)
def test_a_touch_is_a_place_on_the_axes_at_any_ratio(picture, ratio):
    page, heard = Page(picture, 650, ratio), []
    picture.on_touch(lambda event: heard.extend(picture.place_in(picture.drawing.ax, event)))
    (handle,) = page.handles
    arrive(picture, {"kind": "down", "handle": 0, "x": handle["x"], "y": handle["y"]})
    assert heard == pytest.approx([0.5, 1])


def test_every_message_is_answered_even_one_that_leads_to_an_error(picture):
    page = Page(picture)
    picture.on_touch(lambda event: 1 / 0)
    try:  # a kernel prints the error; here it comes through
        arrive(picture, {"kind": "key", "handle": -1, "key": "Enter", "shift": False})
    except ZeroDivisionError:
        pass
    assert page.answers == 2


def test_a_number_is_turned_by_a_drag_up_from_where_it_was_and_by_keys(picture):
    def turned(number, **event):
        return picture.turned(event, number, 10, 0.5)

    assert turned(3, kind="down", y=0.5) == 3
    assert turned(3, kind="move", y=0.4) == pytest.approx(4)
    assert turned(4, kind="move", y=0.7) == pytest.approx(1)
    assert turned(1, kind="up", y=0.7) == 1
    assert turned(1, kind="key", key="ArrowDown", shift=True) == -4


# Without a kernel


def as_seen(bundle):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))))


def test_a_still_is_crisp_on_white_and_says_what_it_is(picture, monkeypatch):
    still = as_seen(picture.still())
    assert still.shape == (450 + 30, 1500, 3)
    assert (still[0] == 255).all()
    assert (still[450:] < 150).any()
    monkeypatch.setattr(picture_module, "STILL_SAYS", "")
    silent = as_seen(picture.still())
    assert (silent[450:] == 255).all()


def test_a_still_has_the_texts_that_the_page_would_write(picture):
    before = as_seen(picture.still())
    picture.drawing.formula = "high: "
    picture.show(1)
    assert (as_seen(picture.still()) != before).any()


def test_a_still_leaves_the_page_as_it_was(picture):
    page = Page(picture, 640, 2, DARK_PAPER)
    before = page.pixels.copy()
    picture.still()
    picture.show(1)
    assert (page.pixels == before).all()


def test_the_script_is_short_enough_to_be_read():
    script = Path(picture_module.__file__).with_name("picture.js")
    assert len(script.read_text(encoding="utf-8").splitlines()) <= 150
