"""The time line that boards share."""

import pytest

from nnlib.widgets.parts.board import Board
from nnlib.widgets.parts.timeline import TimeLine


@pytest.fixture
def line():
    heard = []
    line = TimeLine(Board(), heard.append, "time")
    line.heard = heard
    return line


def test_a_hand_and_play_are_heard(line):
    line.put(3, 9)
    line.slider.value = 5
    line.play.value = 7
    assert line.heard == [5, 7]


def test_who_puts_it_somewhere_is_not_told(line):
    line.put(3, 9)
    line.put(1)
    assert line.heard == [] and (line.at, line.last, line.play.value, line.play.max) == (1, 9, 1, 9)


def test_the_end_goes_on_before_the_place_and_back_after_it(line):
    """A browser that is told of a place beyond the end clamps it, and sends back what it has."""
    told = []
    line.slider.observe(lambda change: told.append(change["name"]), ["value", "max"])
    line.put(9, 9)
    line.put(0, 1)
    assert told == ["max", "value", "value", "max"]


def test_a_run_without_a_second_moment_has_a_time_line_all_the_same(line):
    line.put(0, 0)
    assert (line.at, line.last, line.slider.max) == (0, 0, 1)


def test_beyond_the_last_moment_the_last_is_heard(line):
    line.put(0, 0)
    line.slider.value = 1
    assert line.heard == [0]
