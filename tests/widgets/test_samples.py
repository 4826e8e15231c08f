"""The sample explorer without a browser: its laws, its words, and every control swept."""

import base64

import ipywidgets
import numpy as np
import pytest
from hand import control, controls, everything_written, press, slide, words
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib.widgets import sample_explorer
from nnlib.widgets.parts.numbers import nice
from nnlib.widgets.samples import COUNTS, FLIGHT, SHOWERS, TOPS, WAYS, Integers, Normal, Uniform

LAWS = [Integers(), Integers(-3, -3), Integers(7, 100), Uniform(), Uniform(-2, 0.5), Normal()]


def rng():
    return np.random.default_rng(5)


@pytest.mark.parametrize("law", [*LAWS, Normal(-10, 0.5)])
def test_mean_and_deviation_are_those_of_many_numbers(law):
    X = law.draw(100_000, rng())
    assert abs(X.mean() - law.mean) <= 0.01 * law.deviation
    assert abs(X.std() - law.deviation) <= 0.01 * law.deviation


@pytest.mark.parametrize("law", [*LAWS, Normal(-10, 0.5)])
def test_the_expected_share_of_each_bar_is_that_of_many_numbers(law):
    X = law.draw(100_000, rng())
    edges = law.edges()
    counts, _ = np.histogram(X, edges)
    assert np.allclose(counts / X.size, np.diff(law.share_below(edges)), atol=0.003)


@pytest.mark.parametrize("law", [*LAWS, Normal(-10, 0.5), Normal(3, 2)])
def test_the_line_of_numpy_that_is_shown_draws_the_same_numbers(law):
    X = eval(law.code(10), {"rng": rng()})
    assert np.array_equal(X, law.draw(10, rng()))


@given(low=st.integers(0, 100), high=st.integers(0, 100))
@settings(deadline=None)
def test_every_whole_number_of_a_range_falls_into_a_bar(low, high):
    law = Integers(min(low, high), max(low, high))
    edges = law.edges()
    assert len(edges) <= 21
    assert edges[0] < law.low and law.high < edges[-1]
    assert np.isclose(law.share_below(edges)[-1], 1)


def test_whole_numbers_reach_both_ends():
    X = Integers(0, 50).draw(10_000, rng())
    assert (X.min(), X.max()) == (0, 50)


def test_the_normal_way_is_the_standard_one_stretched_and_shifted():
    z = rng().standard_normal((10, 3))
    assert np.array_equal(Normal(2, 4).draw(10, rng()), 4 * z + 2)


@given(st.integers(1, 10**6))
def test_the_axis_leaves_room_but_not_too_much(height):
    assert 1.05 * height <= nice(1.05 * height, TOPS) <= 1.75 * height


# The board


def ways(board):
    """The row of toggles that chooses the way of drawing."""
    (row,) = controls(board, ipywidgets.ToggleButtons)
    return row


def sliders(board):
    """Those of the chosen way, without the number of samples."""
    kinds = ipywidgets.IntRangeSlider, ipywidgets.FloatRangeSlider, ipywidgets.FloatSlider
    return list(controls(board, kinds))


def test_the_first_data_have_ten_samples_of_three_features():
    assert sample_explorer().X.shape == (10, 3)


def test_the_same_seed_gives_the_same_data():
    assert np.array_equal(sample_explorer(seed=3).X, sample_explorer(seed=3).X)
    assert not np.array_equal(sample_explorer(seed=3).X, sample_explorer(seed=4).X)


def test_draw_again_draws_other_numbers_and_says_their_seed():
    board = sample_explorer()
    first = board.X
    press(board, "Draw again")
    assert not np.array_equal(board.X, first)
    assert "default_rng(1)" in everything_written(board)


def test_the_line_of_code_makes_the_data():
    board = sample_explorer(seed=2)
    ways(board).value = "normal"
    assert "X = 4*rng.standard_normal((10, 3)) + 2" in everything_written(board)
    assert np.array_equal(board.X, Normal(2, 4).draw(10, np.random.default_rng(2)))


def test_each_way_has_its_own_sliders():
    board = sample_explorer()
    names = {}
    for way in WAYS:
        ways(board).value = way
        names[way] = [knob.description for knob in sliders(board)]
    assert names == {"integers": ["range"], "uniform": ["range"], "normal": ["mean", "deviation"]}


def test_the_mean_slider_moves_the_same_numbers():
    board = sample_explorer()
    ways(board).value = "normal"
    before = board.X
    slide(board, "mean", 5)
    assert np.allclose(board.X, before + 3)


def test_what_is_drawn_and_what_is_expected_is_said_in_words():
    board = sample_explorer()
    slide(board, "samples", 10_000)
    assert "30,000 numbers: mean 25" in words(board)
    assert "expected 25; standard deviation 14.7, expected 14.7" in words(board)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("n", [COUNTS[0], COUNTS[-1]])
def test_every_slider_can_be_moved_anywhere(way, n):
    board = sample_explorer()
    ways(board).value = way
    slide(board, "samples", n)
    for knob in sliders(board):
        low, high, middle = knob.min, knob.max, (knob.min + knob.max) / 2
        if way == "integers":
            middle = int(middle)
        ranged = isinstance(knob.value, tuple)
        for value in [(low, low), (high, high), (low, high), (middle, high), (middle, middle)]:
            knob.value = value if ranged else value[0]
            assert np.isfinite(board.X).all() and len(board.X) == n


def test_the_explorer_has_a_still_twin():
    png = base64.b64decode(sample_explorer().still()["image/png"])
    assert png.startswith(b"\x89PNG")


def test_closing_the_board_closes_the_sliders_of_every_way():
    board = sample_explorer()
    knobs = set()
    for way in WAYS:
        ways(board).value = way
        knobs.update(sliders(board))
    assert len(knobs) == 4
    board.close()
    assert all(knob.comm is None for knob in knobs)


def table(board):
    """The numbers that are written, and how many lie in bars."""
    ax = board.picture.figure.axes
    written = "".join(ax[0].texts[0].get_text().splitlines()[1:])
    (drawn,) = [one for one in ax[1].patches if one.get_label() == "drawn"]
    return len(written.replace("…", "").split()), drawn.get_data().values.sum()


def test_numbers_that_are_drawn_again_fall_in_one_by_one():
    board = sample_explorer()
    assert table(board) == (30, 30)
    press(board, "Draw again")
    seen = []
    for tick in range(1, SHOWERS + FLIGHT):
        control(board, "Let the numbers fall once more").value = tick
        seen.append(table(board))
    written, fallen = zip(*seen, strict=True)
    assert list(written) == [min(k, 30) for k in range(1, SHOWERS + FLIGHT)]
    assert list(fallen) == [0] * 3 + list(range(1, 31))


def test_the_fall_ends_where_it_began():
    board = sample_explorer()
    press(board, "Draw again")
    play = control(board, "Let the numbers fall once more")
    assert play.playing
    play.value = play.max
    assert (play.value, play.playing) == (0, False) and table(board) == (30, 30)
