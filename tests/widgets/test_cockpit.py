"""The cockpit without a browser: the run behind it, and its controls without a kernel's loop."""

import asyncio
import re
import time

import numpy as np
import pytest
from hand import (
    axes,
    choose,
    control,
    drawn,
    everything_written,
    living,
    press,
    slide,
    type_in,
    until,
    words,
)

from nnlib import CROSS_ENTROPY, QUADRATIC, SIGMOID, Network, load_digits
from nnlib.widgets import cockpit as cockpit_module
from nnlib.widgets import still_twin, training_cockpit
from nnlib.widgets.cockpit import COST_CHOICES, DESCENT, LINE_OF_TYPE, REDRAW, Curves, Run, apart
from nnlib.widgets.parts.picture import Picture

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


def epochs_done(cockpit):
    return float(re.search("Epoch (.*?) of", everything_written(cockpit))[1])


def test_without_an_event_loop_start_trains_to_the_goal(cockpit):
    cockpit.start()
    assert epochs_done(cockpit) == 2
    assert "Done." in words(cockpit)
    assert cockpit.net.accuracy(DIGITS.test.images, DIGITS.test.labels) > 0.6


def test_a_picture_waits_until_the_processor_has_descended_for_longer_than_one_takes(monkeypatch):
    measured, processor, honest = [], [0.0], Run.measure

    def measure(run):
        processor[0] += 1  # a second of the processor for a picture
        measured.append(run)
        honest(run)

    def descend(run, seconds, goal):  # so that no epoch ends meanwhile
        time.sleep(seconds)

    async def story():
        cockpit = training_cockpit(DIGITS).start()
        await until(lambda: len(measured) == 2)  # the start and the first picture
        await asyncio.sleep(3 * REDRAW)
        assert len(measured) == 2
        processor[0] += DESCENT
        await until(lambda: len(measured) == 3)
        cockpit.close()

    monkeypatch.setattr(cockpit_module, "thread_time", lambda: processor[0])
    monkeypatch.setattr(Run, "measure", measure)
    monkeypatch.setattr(Run, "descend", descend)
    asyncio.run(story())


def test_start_at_the_goal_goes_on_for_as_long_again(cockpit):
    cockpit.start().start()
    assert epochs_done(cockpit) == 4


def test_one_epoch_is_one_epoch(cockpit):
    press(cockpit, "One epoch")
    assert epochs_done(cockpit) == 1


def test_reset_returns_to_the_same_start(cockpit):
    start = [W.copy() for W in cockpit.net.W]
    cockpit.start()
    press(cockpit, "Reset")
    assert epochs_done(cockpit) == 0
    assert all((W == V).all() for W, V in zip(start, cockpit.net.W, strict=True))


@pytest.mark.thorough
def test_every_value_of_every_control_is_accepted(cockpit):
    for name in ("mini-batch", "λ", "hidden units"):
        options = control(cockpit, name).options
        for value in (options[0], options[-1], options[len(options) // 2]):
            slide(cockpit, name, value)
            press(cockpit, "One epoch")
    for cost in COST_CHOICES:
        choose(cockpit, "cost", cost)
        press(cockpit, "One epoch")
    for eta in (0.0, 0.5, 1000.0):
        type_in(cockpit, "η", eta)
        press(cockpit, "One epoch")
    assert words(cockpit)


def test_the_learning_rate_holds_from_the_next_step_on(cockpit):
    type_in(cockpit, "η", 0.25)
    press(cockpit, "One epoch")
    assert "With η 0.25, " in words(cockpit)


def test_choosing_a_cost_begins_a_new_run_with_it(cockpit):
    choose(cockpit, "cost", "quadratic, sigmoid")
    assert cockpit.net.cost is QUADRATIC


def test_earlier_runs_stay_as_pale_curves_and_the_oldest_are_forgotten(cockpit):
    for eta in (0.1, 0.2, 0.3, 0.4, 0.5):
        type_in(cockpit, "η", eta)
        press(cockpit, "One epoch", "Reset")
    for name in ("cost", "accuracy"):
        labels = [line.get_label() for line in axes(cockpit, name).lines]
        earlier = [label for label in labels if label.startswith("validation, ")]
        assert [re.search("η ([^,]+)", label)[1] for label in earlier] == ["0.3", "0.4", "0.5"]


def named(cockpit, name):
    """What is written beside the curves of one plot."""
    return [text.get_text() for text in axes(cockpit, name).texts if text.get_color() != "none"]


def test_every_curve_that_is_named_is_seen_after_a_change_of_cost(cockpit):
    slide(cockpit, "hidden units", 2)
    press(cockpit, "One epoch")  # reads few
    slide(cockpit, "hidden units", 30)
    choose(cockpit, "cost", "log-likelihood, softmax")
    cockpit.start()
    for name in ("cost", "accuracy"):
        ax = axes(cockpit, name)
        low, high = ax.get_ylim()
        curves = [line for line in ax.lines if len(line.get_xdata())]
        assert [text for text in named(cockpit, name) if text] == ["training", "validation", "a"]
        assert len(curves) == 3
        assert all(low <= line.get_ydata()[-1] <= high for line in curves)
    assert "a: η 0.5, mini-batch 10, 2 hidden" in everything_written(cockpit)


@pytest.mark.parametrize("heights", [[0.5, 0.5, 0.5], [0, 0, 0.01], [1, 1, 0.99, 1], [0.2, 0.9]])
def test_names_of_curves_never_stand_on_one_another_and_stay_at_the_axes(heights):
    placed = np.sort(apart(heights))
    assert (np.diff(placed) >= LINE_OF_TYPE - 1e-9).all()
    assert placed[-1] <= 1


def test_the_name_of_a_run_keeps_the_rates_it_was_trained_longest_with():
    run = a_run()
    run.descend(60, goal=2)
    for eta in (1.0, 1.5, 2.0, 2.5):  # a hand passes over the slider
        run.descent.eta = eta
        run.descend(0, goal=9)
    run.descend(60, goal=3)
    assert run.name.startswith("η 0.5 → 2.5, mini-batch")


def test_a_drawing_shows_the_points_of_the_run():
    run, curves = a_run(), Curves()
    run.descend(60, goal=1)
    run.measure()
    curves.picture = Picture(curves, 400)
    curves.picture.show(run, [])
    epochs, *series = np.array(run.points).T
    places = [(axis, name) for axis in ("cost", "accuracy") for name in ("training", "validation")]
    for (axis, name), values in zip(places, series, strict=True):
        line = drawn(axes(curves, axis), name)
        assert (line.get_xdata() == epochs).all() and (line.get_ydata() == values).all()


def test_the_still_twin_is_a_picture_of_the_finished_run(cockpit):
    before = still_twin(cockpit.model_id)["image/png"]
    cockpit.start()
    assert still_twin(cockpit.model_id)["image/png"] != before


def test_a_closed_board_leaves_no_widget_behind(cockpit):
    before = living()
    another = training_cockpit(DIGITS)
    another.close()
    assert living() == before
