"""The softmax board without a browser: its model, its drawing, and every control swept."""

import ipywidgets
import numpy as np
import pytest
from hand import axes, choose, control, drag, inside, key, page, picture, press, slide, words
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib import SOFTMAX
from nnlib.widgets import softmax_board
from nnlib.widgets.parts.numbers import decimals
from nnlib.widgets.softmax_board import LIMIT, MOVE, Outputs

several = settings(max_examples=50, deadline=None, derandomize=True)
WEIGHTED_INPUTS = st.lists(st.integers(-100, 100).map(lambda n: n / 10), min_size=2, max_size=5)


def sliders(board):
    return [w for w in inside(board) if isinstance(w, ipywidgets.FloatSlider)]


def heights(board, name):
    return [bar.get_height() for bar in axes(board, name).patches]


def laid_out(board):
    """The two rows laid end to end, softmax above: for each its pieces and their names."""
    ax = axes(board, "laid end to end")
    names = [text for text in ax.texts if text.get_text().isdigit()]
    k = len(board.a)
    assert names[0].get_position()[1] > names[-1].get_position()[1]
    return zip(ax.containers, (names[:k], names[k:]), strict=True)


# the model


@several
@given(WEIGHTED_INPUTS)
def test_the_outputs_are_positive_and_sum_to_one(z):
    a = Outputs(z, 0).a
    assert (a > 0).all()
    assert a.sum() == pytest.approx(1)


@several
@given(WEIGHTED_INPUTS, st.floats(0, 1))
def test_moving_all_inputs_together_changes_the_sigmoids_and_not_the_outputs(z, share):
    outputs = Outputs(z, 0)
    low, high = outputs.room
    before, sigmoids = outputs.a, outputs.sigmoids
    outputs.move_all(low + share * (high - low))
    np.testing.assert_allclose(outputs.a, before, rtol=1e-5)
    moved = abs(outputs.moved) > 1e-3
    assert (np.abs(outputs.sigmoids - sigmoids) > 0).all() == moved


@several
@given(WEIGHTED_INPUTS, st.lists(st.floats(0, 1), max_size=8))
def test_no_move_takes_an_input_out_of_its_range(z, shares):
    outputs = Outputs(z, 0)
    for share in shares:
        low, high = outputs.room
        assert low <= outputs.moved <= high
        outputs.move_all(round(low + share * (high - low), 1))
        assert np.abs(outputs.z).max() <= LIMIT + 0.05


def test_moving_there_and_back_leaves_every_input_where_it_was():
    outputs = Outputs([0.1, 0.2, -0.7], 0)
    for moved in np.round(np.arange(-30, 31) / 10, 1):
        outputs.move_all(moved)
    outputs.move_all(0.0)
    assert outputs.z.tolist() == [0.1, 0.2, -0.7]


def test_the_cost_is_minus_the_logarithm_of_the_right_output():
    outputs = Outputs([2, 1, 0, -1], 3)
    e = np.exp([2, 1, 0, -1])
    assert outputs.cost == pytest.approx(-np.log(e[3] / e.sum()))


@several
@given(WEIGHTED_INPUTS, st.integers(0, 1))
def test_delta_is_the_slope_of_the_cost_in_each_input(z, right):
    outputs = Outputs(z, right)
    delta = outputs.delta
    for j, value in enumerate(z):
        costs = []
        for nudged in (value - 1e-5, value + 1e-5):
            outputs.turn(j, nudged)
            costs.append(outputs.cost)
        outputs.turn(j, value)
        assert delta[j] == pytest.approx((costs[1] - costs[0]) / 2e-5, abs=1e-7)


@several
@given(WEIGHTED_INPUTS)
def test_delta_sums_to_zero_and_is_negative_for_the_right_answer_alone(z):
    delta = Outputs(z, 1).delta
    assert delta.sum() == pytest.approx(0, abs=1e-12)
    assert delta[1] < 0
    assert (np.delete(delta, 1) > 0).all()


# the drawing


def test_the_bars_are_as_high_as_the_numbers_they_stand_for():
    board = softmax_board([3, -2, 0.5], right=1)
    a = SOFTMAX.value(np.array([3, -2, 0.5]))
    assert heights(board, "z") == [3, -2, 0.5]
    assert heights(board, "softmax a") == pytest.approx(a)
    assert heights(board, "sigmoids, sum") == pytest.approx(1 / (1 + np.exp([-3, 2, -0.5])))
    assert heights(board, "δ = a − y") == pytest.approx(a - [0, 1, 0])


def test_the_pieces_laid_end_to_end_leave_no_gap_and_end_at_the_sum():
    board = softmax_board([3, -2, 0.5])
    for (pieces, _), total in zip(laid_out(board), (1, 1.6942), strict=True):
        starts = [piece.get_x() for piece in pieces]
        ends = [piece.get_x() + piece.get_width() for piece in pieces]
        assert starts == pytest.approx([0, *ends[:-1]])
        assert ends[-1] == pytest.approx(total, abs=1e-3)


def test_a_piece_too_narrow_for_its_number_has_none():
    board = softmax_board([8, 0, 0])
    (_, softmax), (_, sigmoids) = laid_out(board)
    assert [name.get_visible() for name in softmax] == [True, False, False]
    assert [name.get_visible() for name in sigmoids] == [True, True, True]


def test_only_the_right_answer_is_hatched():
    board = softmax_board(right=2)
    for name in ("z", "softmax a", "sigmoids, sum", "δ = a − y"):
        hatched = [bool(bar.get_hatch()) for bar in axes(board, name).patches]
        assert hatched == [False, False, True, False]


def test_the_cost_never_leaves_its_axes():
    board = softmax_board([0, 0])
    for z in np.linspace(-LIMIT, LIMIT, 21):
        sliders(board)[0].value = z
        assert -np.log(board.a[0]) < axes(board, "cost C").get_ylim()[1]


def test_the_same_picture_is_drawn_by_moving_and_from_scratch():
    board = softmax_board()
    page(board)
    slide(board, "z2", 1.5)
    moved = picture(board)
    page(board).look()
    assert picture(board) == moved


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.64, "0.64"),
        (-0.36, "−0.36"),
        (0, "0.00"),
        (-0.0, "0.00"),
        (1e-9, "< 0.01"),
        (-1e-9, "> −0.01"),
    ],
)
def test_a_small_number_is_not_called_zero_and_zero_has_no_sign(value, words):
    assert decimals(value, 2) == words


# the board


@pytest.mark.thorough
def test_every_control_may_be_turned_to_its_ends_and_anywhere_without_an_error():
    board = softmax_board()
    rng = np.random.default_rng(0)
    buttons = [w for w in inside(board) if isinstance(w, ipywidgets.Button)]
    assert (len(sliders(board)), len(buttons)) == (5, 4)
    for slider in (*sliders(board), *sliders(board)[::-1]):
        for where in (0, 1, *rng.uniform(0, 1, 4)):
            slider.value = round(slider.min + where * (slider.max - slider.min), 1)
            assert board.a.sum() == pytest.approx(1)
    for right in control(board, "right answer").options:
        choose(board, "right answer", right)
        for button in rng.permutation(np.array(buttons, object)):
            button.click()
    assert "together 1" in words(board)


def test_move_all_takes_every_slider_along():
    board = softmax_board()
    a = board.a
    slide(board, "move all", -3.0)
    assert [slider.value for slider in sliders(board)] == [-1, -2, -3, -4, -3]
    assert board.a == pytest.approx(a)
    assert "The sigmoids of the same z give 0.45 together" in words(board)


def test_one_move_of_all_is_drawn_once():
    board = softmax_board()
    before = len(page(board).frames)
    slide(board, "move all", 1.0)
    assert len(page(board).frames) == before + 1


@pytest.mark.parametrize("z", [-10, -3.4, 0, 10])
def test_the_top_of_a_bar_is_dragged(z):
    board = softmax_board()
    page(board)
    drag(board, 2, axes(board, "z"), (2, 0), (2, z))
    assert [slider.value for slider in sliders(board)] == [2, 1, z, -1, 0]
    assert heights(board, "z") == [2, 1, z, -1]


def test_keys_move_the_top_of_a_bar():
    board = softmax_board()
    key(board, "ArrowDown", handle=3)
    key(board, "ArrowUp", handle=0, shift=True)
    assert heights(board, "z") == [3, 1, 0, -1.1]


def test_each_output_keeps_its_colour_in_all_plots():
    board = softmax_board()
    for j in range(4):
        names = ("z", "softmax a", "sigmoids, sum", "δ = a − y")
        colours = {axes(board, name).patches[j].get_facecolor() for name in names}
        colours |= {pieces[j].get_facecolor() for pieces, _ in laid_out(board)}
        assert len(colours) == 1
    choose(board, "right answer", 2)
    (bar,) = axes(board, "cost C").patches
    assert bar.get_facecolor() == axes(board, "z").patches[2].get_facecolor()


def test_move_all_goes_no_further_than_the_first_input_can():
    board = softmax_board([9, 0])
    mover = control(board, "move all")
    assert (mover.min, mover.max) == (-MOVE, 1)
    mover.value = 4  # as if typed: the slider itself stops it
    assert [slider.value for slider in sliders(board)] == [10, 1, 1]


def test_move_all_is_off_where_one_input_is_at_the_top_and_one_at_the_bottom():
    board = softmax_board([10, -10])
    assert control(board, "move all").disabled
    slide(board, "z0", 9.0)
    mover = control(board, "move all")
    assert (mover.disabled, mover.min, mover.max) == (False, 0, 1)


@pytest.mark.parametrize("name", ["z0", "z1", "z2", "z3", "move all"])
def test_no_slider_is_set_back_while_it_is_in_the_hand(monkeypatch, name):
    board = softmax_board()
    slider = control(board, name)

    def further(*state):  # while the board still draws, the hand is ahead
        slider.value = 3.0

    monkeypatch.setattr(board.picture, "show", further)
    slider.value = 1.5
    assert slider.value == 3.0


def test_a_single_slider_moves_its_input_alone():
    board = softmax_board()
    slide(board, "z1", -4.0)
    assert [slider.value for slider in sliders(board)] == [2, -4, 0, -1, 0]


def test_the_buttons_make_it_sure_or_unsure():
    board = softmax_board(right=3)
    press(board, "All equal")
    assert board.a.tolist() == [0.25] * 4
    assert "No output is larger than all others; 3 is right." in words(board)
    press(board, "Sure and right")
    assert "The largest output is a3, right. The cost is 0.00" in words(board)
    press(board, "Sure and wrong")
    assert "The largest output is a0, wrong: 3 is right. The cost is 8.00" in words(board)


def test_reset_returns_to_the_start_wherever_all_were_moved():
    board = softmax_board([1.5, -0.5])
    slide(board, "move all", 2.0)
    slide(board, "z0", 7.0)
    press(board, "Reset")
    assert [slider.value for slider in sliders(board)] == [1.5, -0.5, 0]


def test_another_right_answer_moves_the_cost_and_no_output():
    board = softmax_board()
    a = board.a
    choose(board, "right answer", 3)
    assert (board.a == a).all()
    assert "The cost is 3.44; δ for the right answer is −0.97" in words(board)


def test_a_reader_without_a_kernel_sees_the_picture():
    assert list(softmax_board().still()) == ["image/png"]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"z": [1]}, ValueError, "expected 2 to 5 numbers, got 1"),
        ({"z": range(6)}, ValueError, "expected 2 to 5 numbers, got 6"),
        ({"z": [0, 11]}, ValueError, "expected at most 10, got 11"),
        ({"z": [0, -11]}, ValueError, "z\\[1\\]"),
        ({"z": [0, np.nan]}, (TypeError, ValueError), "z\\[1\\]"),
        ({"z": ["1", 2]}, TypeError, "z\\[0\\]"),
        ({"right": 4}, ValueError, "right: expected at most 3, got 4"),
        ({"right": -1}, ValueError, "right"),
        ({"right": 0.5}, (TypeError, ValueError), "right"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(arguments, error, words):
    with pytest.raises(error, match=words):
        softmax_board(**arguments)
