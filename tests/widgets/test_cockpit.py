"""The cockpit without a browser: the run behind it, and its controls without a kernel's loop."""

import math
import time

import numpy as np
import pytest

from nnlib import CROSS_ENTROPY, QUADRATIC, SIGMOID, Network, load_digits
from nnlib.widgets import still_twin, training_cockpit
from nnlib.widgets.cockpit import COSTS, REDRAW, Cockpit, Run

DIGITS = load_digits()


def a_run(**changes):
    knobs = {"hidden": 5, "eta": 0.5, "batch_size": 10, "l2": 0, "seed": 0}
    return Run(DIGITS, **{"cost": CROSS_ENTROPY, "output": SIGMOID} | knobs | changes)


def test_a_run_stops_at_its_goal():
    run = a_run()
    run.descend(seconds=60, goal=2)
    assert run.descent.epochs == 2


def test_a_run_returns_after_the_seconds_it_was_given():
    run = a_run()
    run.descend(seconds=0, goal=2)
    assert run.descent.epochs == 0


def test_the_plotted_cost_is_the_cost_that_is_descended():
    run = a_run(l2=3.0)
    run.descend(60, goal=1)
    run.measure()
    X, Y = run.measured[0]
    assert run.points[-1][1] == pytest.approx(run.net.cost_of(X, Y, l2=3.0, n=len(DIGITS.train)))


def test_the_plotted_accuracy_is_that_of_the_validation_images():
    run = a_run()
    run.descend(60, goal=2)
    run.measure()
    validation = DIGITS.validation
    accuracy = run.net.accuracy(validation.images, validation.labels)
    assert run.points[-1][4] == pytest.approx(100 * accuracy)


def test_a_point_of_the_curves_takes_one_pass_of_each_set(monkeypatch):
    run, passed, honest = a_run(), [], Network.cost_and_accuracy
    run.descend(60, goal=1)
    monkeypatch.setattr(
        Network, "cost_and_accuracy", lambda net, X, Y: passed.append(len(X)) or honest(net, X, Y)
    )
    run.measure()
    assert passed == [len(X) for X, _ in run.measured]


def test_the_same_seed_gives_the_same_run():
    runs = [a_run(), a_run()]
    for run in runs:
        run.descend(60, goal=1)
    assert all((W == V).all() for W, V in zip(runs[0].net.W, runs[1].net.W, strict=True))


def test_divergence_ends_the_run_in_words_and_keeps_the_last_good_net():
    run = a_run()
    run.descent.eta, run.descent.l2 = 100, 100
    run.descend(60, goal=1)
    run.measure()
    assert "Diverged" in run.ended and "smaller" in run.ended
    assert run.net.is_finite()
    assert len(run.points) == 1


def test_a_learning_rate_that_was_changed_shows_in_the_name():
    run = a_run()
    run.descend(0.01, goal=5)
    run.descent.eta = 2.0
    run.descend(0.01, goal=5)
    assert "η 0.5 → 2" in run.name


@pytest.fixture
def cockpit():
    board = training_cockpit(DIGITS, epochs=2)
    yield board
    board.close()


def test_without_an_event_loop_start_trains_to_the_goal(cockpit):
    cockpit.start()
    assert cockpit._run.descent.epochs == 2
    assert "Done." in cockpit._sentence.value
    assert cockpit.net.accuracy(DIGITS.test.images, DIGITS.test.labels) > 0.6


def test_a_picture_waits_until_the_processor_has_descended_for_longer_than_one_takes(
    cockpit, monkeypatch
):
    monkeypatch.setattr(Cockpit, "_next_goal", 1e9)  # no epoch ends while it descends
    cockpit._next_picture = math.inf
    end = time.perf_counter() + 3 * REDRAW
    while time.perf_counter() < end:
        cockpit._slice()
    assert len(cockpit._run.points) == 1
    cockpit._next_picture = 0
    cockpit._slice()
    assert len(cockpit._run.points) == 2
    assert cockpit._next_picture > time.thread_time()


def test_start_at_the_goal_goes_on_for_as_long_again(cockpit):
    cockpit.start().start()
    assert cockpit._run.descent.epochs == 4


def test_one_epoch_is_one_epoch(cockpit):
    cockpit._epoch_button.click()
    assert cockpit._run.descent.epochs == 1


def test_reset_returns_to_the_same_start(cockpit):
    start = [W.copy() for W in cockpit.net.W]
    cockpit.start()
    cockpit._reset_button.click()
    assert cockpit._run.descent.epochs == 0
    assert all((W == V).all() for W, V in zip(start, cockpit.net.W, strict=True))


def test_every_value_of_every_control_is_accepted(cockpit):
    for knob in (cockpit._batch_size, cockpit._l2, cockpit._hidden):
        for value in (knob.options[0], knob.options[-1], knob.options[len(knob.options) // 2]):
            knob.value = value
            cockpit._epoch_button.click()
    for cost in COSTS:
        cockpit._cost.label = cost
        cockpit._epoch_button.click()
    for eta in (0.0, 1000.0, 0.5):
        cockpit._eta.value = eta
        cockpit._epoch_button.click()
    assert cockpit._sentence.value


def test_the_learning_rate_holds_from_the_next_step_on(cockpit):
    cockpit._eta.value = 0.25
    assert cockpit._run.descent.eta == 0.25


def test_choosing_a_cost_begins_a_new_run_with_it(cockpit):
    cockpit._cost.label = "quadratic, sigmoid"
    assert cockpit.net.cost is QUADRATIC


def test_earlier_runs_stay_as_pale_curves_and_the_oldest_are_forgotten(cockpit):
    for _ in range(5):
        cockpit._epoch_button.click()
        cockpit._reset_button.click()
    assert len(cockpit._curves._earlier) == 3


def test_a_drawing_shows_the_points_of_the_run(cockpit):
    cockpit.start()
    epochs, training_cost, *_ = np.array(cockpit._run.points).T
    line = cockpit._curves._lines[0]
    assert (line.get_xdata() == epochs).all() and (line.get_ydata() == training_cost).all()


def test_the_still_twin_is_a_picture_of_the_finished_run(cockpit):
    before = still_twin(cockpit.model_id)["image/png"]
    cockpit.start()
    assert still_twin(cockpit.model_id)["image/png"] != before


def test_a_closed_board_leaves_no_widget_behind(cockpit):
    from ipywidgets.widgets.widget import _instances

    before = set(_instances)
    another = training_cockpit(DIGITS)
    another.close()
    assert set(_instances) == before
