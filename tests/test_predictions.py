"""What was said stands beside what it is; what is right stands nowhere before."""

import math
import tomllib
from dataclasses import fields
from fractions import Fraction
from pathlib import Path

import language
import numpy as np
import pytest

from nnlib import exercises
from nnlib.exercises import met, predict, predictions, so_far
from nnlib.exercises.predictions import Prediction, all_predictions, in_digits

TEXT = (Path(exercises.__file__).parent / "predictions.toml").read_text(encoding="utf-8")
NUMBER, CHOICE = "the answer after a step", "the largest slope"


@pytest.fixture(autouse=True)
def a_new_session():
    predictions.all_predictions.cache_clear()


def say(name, said):
    all_predictions()[name].lock(said)


def test_unanswered_only_the_value_is_told():
    assert repr(met(NUMBER, -0.68)) == "• the answer: −0.68."
    assert repr(met(CHOICE, "w5 and w6")) == "• the answer: “w5 and w6”."


def test_a_number_stands_beside_what_it_is():
    say(NUMBER, 1)
    assert repr(met(NUMBER, -0.68)) == "≠ a surprise: you said 1, it is −0.68."


def test_a_number_that_is_near_enough_is_as_predicted():
    say(NUMBER, -0.5)
    assert repr(met(NUMBER, -0.68)) == "✓ as predicted: you said −0.5, it is −0.68."


def test_a_wrong_choice_is_told_what_one_has_to_believe():
    say(CHOICE, "all nine are equal")
    told = " ".join(repr(met(CHOICE, "w5 and w6")).split())
    assert told == (
        "≠ a surprise: you said “all nine are equal”, it is “w5 and w6”. To choose “all nine are "
        "equal” one has to believe that equal weights have equal slopes."
    )


def test_a_right_choice_is_told_its_reason():
    say(CHOICE, "w5 and w6")
    told = " ".join(repr(met(CHOICE, "w5 and w6")).split())
    reason = "2 flows into these, and only 1 into the others"
    assert told == f"✓ as predicted: “w5 and w6”: {reason}."


def test_what_is_said_after_the_answer_is_called_so():
    met(NUMBER, -0.68)
    say(NUMBER, -0.68)
    words = "• said when the answer was there already: you said −0.68, it is −0.68."
    assert repr(met(NUMBER, -0.68)) == words


def test_what_is_locked_in_stays():
    say(NUMBER, 1)
    say(NUMBER, 2)
    assert "you said 1," in repr(met(NUMBER, -0.68))


def test_a_cell_that_is_run_again_with_another_value_tells_that_one():
    say(NUMBER, 1)
    met(NUMBER, -0.68)
    assert "you said 1, it is 3.5." in repr(met(NUMBER, 3.5))


@pytest.mark.parametrize("value", [math.nan, math.inf, -1, 0, np.float32(0.5), np.int64(3), True])
@pytest.mark.parametrize("name", [NUMBER, "the first step", "its numbers"])
def test_any_real_number_is_told(name, value):
    say(name, 0.1)
    assert met(name, value).state in ("a surprise", "as predicted")


def test_on_a_logarithmic_axis_near_means_a_factor():
    say("the first step", 0.13)
    assert met("the first step", 0.142).state == "as predicted"
    assert met("the first step", 0.26).state == "a surprise"


AXIS, LOG = {"axis": (0.05, 20)}, {"axis": (0.05, 20), "log": True}
FAR_OFF = [(1, math.inf), (1, -math.inf), (1, math.nan), (0.05, 0), (0.05, -1), (0.0, 3), (-1, 3)]


@pytest.mark.parametrize("said, answer", FAR_OFF)
def test_what_lies_on_no_logarithmic_axis_is_near_to_nothing(said, answer):
    assert not Prediction("any", 0, "?", said=said, answer=answer, **LOG).holds


@pytest.mark.parametrize("axis", [{}, AXIS, LOG], ids=str)
def test_no_number_is_near_to_infinity_and_with_near_0_none_to_another(axis):
    for answer in (math.inf, -math.inf, math.nan):
        assert not Prediction("any", 0, "?", said=1.0, answer=answer, **axis).holds
    for answer in (3, 3.1):
        exact = Prediction("any", 0, "?", said=3.0, answer=answer, near=0, **axis)
        assert exact.holds == (answer == 3)


@pytest.mark.parametrize(
    ("number", "text"),
    [(9.6, "9.6"), (0.14253, "0.1425"), (23_860, "23,860"), (-2, "−2"), (1.2345e-8, "1.235e−08")],
)
def test_a_number_is_told_in_four_digits_and_a_whole_one_in_all(number, text):
    assert in_digits(number) == text


@pytest.mark.parametrize("name", ["the largest slop", "another", 3, ["the largest slope"]])
@pytest.mark.parametrize("door", [predict, lambda name: met(name, 1)])
def test_an_unknown_name_is_refused_in_words(door, name):
    with pytest.raises(ValueError, match="name: expected that of a prediction, got"):
        door(name)


def test_a_name_that_is_nearly_right_is_told():
    with pytest.raises(ValueError, match=r"did you mean the largest slope\?"):
        predict("the largest slop")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (CHOICE, "w7", "expected 'w1 to w4' or 'w5 and w6' or .*, got 'w7'; hand over"),
        (CHOICE, 1, "expected 'w1 to w4' or .*, got 1"),
        (CHOICE, np.ones(2), "expected 'w1 to w4' or .*, got array"),
        (NUMBER, "four", "expected the number that was asked for, got 'four'"),
        (NUMBER, np.ones(2), "expected the number that was asked for, got array"),
        (NUMBER, None, "expected the number that was asked for, got None"),
        (NUMBER, 10**400, "expected the number that was asked for, got 1000"),
        pytest.param(NUMBER, -(10**5000), "expected the number .*, got thousands", id="huge"),
        (NUMBER, Fraction(10**400, 3), "expected the number that was asked for, got Fraction"),
    ],
)
def test_a_value_of_another_kind_is_refused_in_words(name, value, words):
    with pytest.raises((ValueError, TypeError), match=f"value: {words}"):
        met(name, value)


def test_so_far_says_where_one_was_surprised():
    assert "redicted" not in repr(so_far(3))
    say(NUMBER, 1)
    say(CHOICE, "w5 and w6")
    say("borders", 2)
    assert "redicted" not in repr(so_far(3))
    met(NUMBER, -0.68)
    met(CHOICE, "w5 and w6")
    told = " ".join(repr(so_far(3)).split())
    failed = "the answer after a step (you said 1, it is −0.68)"
    assert f"Predicted: 2 of 3. You were surprised by: {failed}." in told


def test_so_far_praises_who_was_surprised_by_nothing_and_leaves_out_what_came_too_late():
    say(CHOICE, "w5 and w6")
    met(CHOICE, "w5 and w6")
    met(NUMBER, -0.68)
    say(NUMBER, 1)
    assert "Predicted: 1 of 3. You were surprised by: nothing." in repr(so_far(3))


# The questions


def test_the_names_are_unique_in_all_notebooks():
    names = [name for questions in tomllib.loads(TEXT).values() for name in questions]
    assert sorted(names) == sorted(set(names)) == sorted(all_predictions())


def test_what_is_right_is_not_among_a_questions_data():
    """Each choice has its belief, the right one too, and nothing else could mark it."""
    asked = {field.name for field in fields(Prediction)} - {"said", "late", "answer"}
    assert asked == {"name", "notebook", "asks", "choices", "axis", "log", "near"}
    for prediction in all_predictions().values():
        assert len(prediction.choices) != 1 and all(prediction.choices.values())
        assert prediction.answer is None and not (prediction.choices and prediction.axis)


def test_all_three_kinds_are_asked_and_choices_often():
    asked = all_predictions().values()
    choices, axes = [p for p in asked if p.choices], [p for p in asked if p.axis]
    assert len(choices) >= 20 and len(axes) >= 10 and len(asked) - len(choices) - len(axes) >= 5


@pytest.mark.parametrize("prediction", all_predictions().values(), ids=lambda one: one.name)
def test_a_question_speaks_the_one_language(prediction):
    for text in (prediction.asks, *prediction.choices.values()):
        assert language.problems([language.Text("prose", text, text)]) == []
        assert "  " not in text and not text.endswith(".") and len(text) <= 100
    assert prediction.asks[-1] == "?"
