"""The board of a prediction, by what a student does and sees."""

import pytest
from hand import choose, control, everything_written, inside, press, slide, type_in, words

from nnlib.exercises import met, predict, predictions
from nnlib.widgets.prediction import number_in

NUMBER, CHOICE, AXIS = "its numbers", "the largest slope", "the answer after a step"
ASKED = "For which of the nine knobs is the slope of the cost largest?"


@pytest.fixture(autouse=True)
def a_new_session():
    predictions.all_predictions.cache_clear()


def test_a_number_is_locked_in():
    board = predict(NUMBER)
    assert "Predict: How many numbers is this network?" in everything_written(board)
    type_in(board, "your number", "20,000")
    press(board, "Lock it in")
    assert words(board) == "Locked in: 20,000."
    assert "you said 20,000, it is 23,860" in repr(met(NUMBER, 23_860))


def test_a_choice_is_locked_in():
    board = predict(CHOICE)
    choose(board, ASKED, "w5 and w6")
    press(board, "Lock it in")
    assert words(board) == "Locked in: “w5 and w6”."


@pytest.mark.parametrize(
    ("name", "ends", "point", "said"),
    [(AXIS, "−2 to 4", 1, "1"), ("the first step", "0.05 to 20", 3.14159, "3.14")],
)
def test_a_point_on_an_axis_is_locked_in_with_three_digits(name, ends, point, said):
    board = predict(name)
    slide(board, f"your point, {ends}", point)
    press(board, "Lock it in")
    assert words(board) == f"Locked in: {said}."


@pytest.mark.parametrize("name", [NUMBER, CHOICE, AXIS])
def test_nothing_is_said_at_first(name):
    board = predict(name)
    assert words(board) == "Say it before you run the next cell, or leave it open."
    assert "the answer" in repr(met(name, "b1 to b3" if name == CHOICE else 7))


def test_what_is_locked_in_cannot_be_changed():
    board = predict(NUMBER)
    type_in(board, "your number", "5")
    press(board, "Lock it in")
    assert control(board, "your number").disabled and control(board, "Lock it in").disabled


def test_a_click_that_overtakes_the_last_key_locks_in_what_the_key_made():
    board = predict(NUMBER)
    type_in(board, "your number", "2")
    press(board, "Lock it in")
    type_in(board, "your number", "23860")  # the page had it in hand when the button was pressed
    assert words(board) == "Locked in: 23,860."
    assert "as predicted" in repr(met(NUMBER, 23_860))
    type_in(board, "your number", "5")
    assert words(board) == "Locked in: 23,860."


@pytest.mark.parametrize("text", ["", "many", "1/0", "nan", "-", "1e999"])
def test_what_is_no_number_is_not_locked_in(text):
    board = predict(NUMBER)
    type_in(board, "your number", text)
    press(board, "Lock it in")
    assert words(board).startswith("Nothing is locked in yet: write a number")
    assert not control(board, "your number").disabled


def test_no_choice_is_not_locked_in():
    board = predict(CHOICE)
    press(board, "Lock it in")
    assert words(board) == "Nothing is locked in yet: choose one of them."


def test_a_cell_that_is_run_again_shows_what_was_locked_in():
    first = predict(CHOICE)
    choose(first, ASKED, "b1 to b3")
    press(first, "Lock it in")
    board = predict(CHOICE)
    assert words(board) == "Locked in: “b1 to b3”." and control(board, "Lock it in").disabled
    assert [w.value for w in inside(board) if w.has_trait("options")] == ["b1 to b3"]


def test_of_two_boards_the_first_to_lock_counts_for_both():
    first, second = predict(NUMBER), predict(NUMBER)
    type_in(first, "your number", "5")
    press(first, "Lock it in")
    type_in(second, "your number", "6")
    press(second, "Lock it in")
    assert words(first) == words(second) == "Locked in: 5."


def test_what_is_said_late_is_called_so_on_the_board():
    met(NUMBER, 23_860)
    board = predict(NUMBER)
    type_in(board, "your number", "23860")
    press(board, "Lock it in")
    assert words(board) == "Locked in: 23,860, said when the answer was there already."


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5), (" 0.5 ", 0.5), ("0,5", 0.5), ("20,000", 20_000), ("1,234,567", 1_234_567),
        ("1/4", 0.25), ("50 %", 50), ("−2", -2), ("3e-4", 3e-4), ("20 000", 20_000),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_is_written(text, number):
    assert number_in(text) == number


def test_readers_without_a_kernel_see_the_question_and_its_choices():
    assert predict(CHOICE).still() == {
        "text/markdown": "**Predict:** For which of the nine knobs is the slope of the cost "
        "largest?\n\n- w1 to w4\n- w5 and w6\n- b1 to b3\n- all nine are equal"
    }
    assert predict(AXIS).still()["text/markdown"].endswith("A point on an axis from −2 to 4.")
    assert predict(NUMBER).still()["text/markdown"].endswith("A number.")
