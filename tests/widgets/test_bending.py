"""The bending board without a browser: what it shows is what Bending does."""

import numpy as np
import pytest
from hand import control, press, slide, words

from nnlib import load_digits
from nnlib.datasets.bending import Bending
from nnlib.widgets import bending_board
from nnlib.widgets.bending import SLIDERS_OF, as_lines

IMAGE = load_digits().test.images[:1]
STILL = {"α, strength": 0, "angle, °": 0, "scale": 0}


def test_the_image_is_what_the_bending_of_the_sliders_makes_of_the_digit():
    board = bending_board(IMAGE, seed=3)
    slide(board, "angle, °", 30)
    assert board.bend == Bending(degrees=30, shift=0)
    assert (board.image == board.bend(IMAGE, np.random.default_rng(3))).all()


def test_with_all_sliders_at_0_the_digit_stays_as_it_is():
    board = bending_board(IMAGE[0])
    for name, least in STILL.items():
        slide(board, name, least)
    assert (board.image == IMAGE).all()
    assert "0.0 pixels from its place on average, at most 0.0" in words(board)
    assert "made of 0 modes" in words(board)


def test_another_draw_bends_in_another_way_and_the_same_seed_in_the_same():
    board, twin = bending_board(IMAGE), bending_board(IMAGE)
    assert (board.image == twin.image).all()
    press(board, "Another draw")
    assert (board.image != twin.image).any()


@pytest.mark.parametrize("end", ["min", "max"])
@pytest.mark.parametrize("name", [how[0] for how in SLIDERS_OF.values()])
def test_every_slider_goes_to_its_ends(name, end):
    board = bending_board(IMAGE)
    slide(board, name, getattr(control(board, name), end))
    assert np.isfinite(board.image).all()


def test_the_grid_is_ten_rows_and_ten_columns_of_places_with_gaps_between():
    places = np.indices((28, 28)).reshape(2, 1, -1).astype(float)
    x, y = as_lines(places)
    lines = np.split(np.stack([x, y]), np.flatnonzero(np.isnan(x)) + 1, axis=1)[:-1]
    assert len(lines) == 20 and all(line.shape == (2, 29) for line in lines)
    assert all((line[1, :28] == 3 * k).all() for k, line in enumerate(lines[:10]))
    assert all((line[0, :28] == 3 * k).all() for k, line in enumerate(lines[10:]))


def test_an_image_of_another_size_is_refused_under_its_own_name():
    with pytest.raises(ValueError, match=r"^image: expected images of shape \(n, 784\)"):
        bending_board(IMAGE[:, :5])
