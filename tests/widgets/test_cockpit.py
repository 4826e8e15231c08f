"""The cockpit without a browser: the run behind it, and its controls without a kernel's loop."""

import asyncio
import re
import time

import numpy as np
import pytest
from hand import (
    FIELDS,
    LISTS,
    SLIDERS,
    axes,
    choose,
    control,
    drawn,
    everything_written,
    living,
    press,
    slide,
    texts,
    type_in,
    until,
    words,
)

from nnlib import FOR_RELU, LOG_LIKELIHOOD, QUADRATIC, RELU, SOFTMAX, Network, fit, load_digits
from nnlib._support.run_code import Setting
from nnlib.datasets.bending import BENDINGS
from nnlib.widgets import cockpit as cockpit_module
from nnlib.widgets import still_twin, training_cockpit
from nnlib.widgets.cockpit import COST_CHOICES, DESCENT, LINE_OF_TYPE, REDRAW, Run, apart

DIGITS = load_digits()


def a_run(**knobs):
    knobs = Setting(**{"eta": 0.5, "batch_size": 10, "l2": 0} | knobs)
    return Run(DIGITS, 5, COST_CHOICES["cross-entropy, sigmoid"], knobs, seed=0)


def turn(run, eta, l2=0):
    run.knobs = Setting(eta, 10, l2)


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
    turn(run, eta=100, l2=100)
    run.descend(60, goal=1)
    run.measure()
    assert "Diverged" in run.ended and "smaller" in run.ended
    assert run.net.is_finite()
    assert len(run.points) == 1


def test_a_learning_rate_that_was_changed_shows_in_the_name():
    run = a_run()
    run.descend(60, goal=1)
    turn(run, eta=2.0)
    run.descend(60, goal=2)
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

    monkeypatch.setattr(cockpit_module, "process_time", lambda: processor[0])
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
    for name in ("cost", "η halves", "digits"):
        for option in control(cockpit, name).options:
            choose(cockpit, name, option)
            press(cockpit, "One epoch")
    for eta in (0.0, 0.5, 1000.0):
        type_in(cockpit, "η", eta)
        press(cockpit, "One epoch")
    assert words(cockpit)


def test_the_learning_rate_holds_from_the_next_step_on(cockpit):
    type_in(cockpit, "η", 0.25)
    press(cockpit, "One epoch")
    assert "With η 0.25, " in words(cockpit)


def test_the_slider_of_eta_stands_nearest_to_what_is_typed_and_leaves_it_as_it_is(cockpit):
    for typed, nearest in ((20, 20), (0.37, 0.4), (0.5, 0.5)):
        type_in(cockpit, "η", typed)
        assert control(cockpit, "η", SLIDERS).value == nearest
        assert control(cockpit, "η", FIELDS).value == typed
    slide(cockpit, "η", 3.0)
    assert control(cockpit, "η", FIELDS).value == 3


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
        curves = [line for line in ax.lines if len(line.get_xdata()) > 1]
        assert [text for text in named(cockpit, name) if text] == ["training", "validation", "a"]
        assert len(curves) == 3
        assert all(low <= line.get_ydata()[-1] <= high for line in curves)
    assert "a: η 0.5, mini-batch 10, 2 hidden" in everything_written(cockpit)


@pytest.mark.parametrize("heights", [[0.5, 0.5, 0.5], [0, 0, 0.01], [1, 1, 0.99, 1], [0.2, 0.9]])
def test_names_of_curves_never_stand_on_one_another_and_stay_at_the_axes(heights):
    placed = np.sort(apart(heights))
    assert (np.diff(placed) >= LINE_OF_TYPE - 1e-9).all()
    assert placed[-1] <= 1


def test_a_name_alone_stays_at_its_curve_where_others_crowd_at_the_top():
    assert apart([0.97, 0.1, 0.96, 0.98, 0.98])[1] == 0.1


def test_the_name_of_a_run_keeps_the_rates_it_was_trained_longest_with():
    run = a_run()
    run.descend(60, goal=2)
    for eta in (1.0, 1.5, 2.0, 2.5):  # a hand passes over the slider
        turn(run, eta=eta)
        run.descend(0, goal=9)
    run.descend(60, goal=3)
    assert run.name.startswith("η 0.5 → 2.5, mini-batch")


def curve(cockpit, axis, name="validation"):
    """The epochs and values of one curve."""
    return drawn(axes(cockpit, axis), name).get_data()


def test_the_curves_go_to_the_epoch_that_is_written_below_them(cockpit):
    cockpit.start()
    accuracy = re.search("accuracy (.*?) %", everything_written(cockpit))[1]
    for name in ("training", "validation"):
        epochs, values = curve(cockpit, "accuracy", name)
        assert list(epochs) == sorted({*epochs}) and epochs[-1] == epochs_done(cockpit) == 2
    assert f"{values[-1]:.1f}" == accuracy


def read(cockpit):
    """What stands below the twenty digits: (the answers, whether each is crossed as wrong)."""
    texts = [text.get_text() for text in axes(cockpit, "It reads").texts]
    found = [re.fullmatch(r"(\d)(✗)?", text) for text in texts]
    return [(int(one[1]), bool(one[2])) for one in found if one]


def test_twenty_digits_are_seen_with_what_the_net_reads_and_the_wrong_ones_crossed(cockpit):
    for _ in range(2):
        labels = DIGITS.validation.labels[:20]
        answers = cockpit.net.classify(DIGITS.validation.images[:20])
        expected = [(a, a != label) for a, label in zip(answers, labels, strict=True)]
        assert read(cockpit) == expected
        right = sum(not wrong for _, wrong in expected)
        assert texts(axes(cockpit, "It reads"))[2:].count(f"It reads {right} of these 20 digits")
        cockpit.start()
    assert right > 10


def test_as_many_frames_as_wrong_answers_are_drawn(cockpit):
    (frames,) = axes(cockpit, "It reads").lines
    assert np.isnan(frames.get_xdata()).sum() == sum(wrong for _, wrong in read(cockpit))


def sheet(cockpit):
    """The colours of the weights that are seen."""
    (image,) = axes(cockpit, "Weights of").images
    return image.get_array().copy()


@pytest.mark.parametrize("hidden", [2, 5, 10, 30, 200])
def test_the_weights_of_up_to_thirty_hidden_neurons_are_seen(cockpit, hidden):
    slide(cockpit, "hidden units", hidden)
    columns = 5 if hidden <= 5 else 10
    rows = -(-min(hidden, 30) // columns)
    assert sheet(cockpit).shape == (rows * 30, columns * 32, 4)


def test_the_pictures_of_the_weights_move_while_it_learns(cockpit):
    before = sheet(cockpit)
    cockpit.start()
    assert (sheet(cockpit) != before).any()


def test_an_empty_cockpit_says_what_will_be_seen_and_a_full_one_does_not(cockpit):
    hint = "Press Start: here the cost\nfalls while the net learns"
    assert hint in texts(axes(cockpit, "cost"))
    cockpit.start()
    assert hint not in texts(axes(cockpit, "cost"))


# An η that falls, bent digits, the start for ReLUs


def like_the_summit(cockpit):
    choose(cockpit, "cost", "log-likelihood, hidden ReLUs")
    choose(cockpit, "digits", "both")
    choose(cockpit, "η halves", "every epoch")
    return cockpit


def test_the_net_learns_as_the_same_recipe_does_in_a_cell(cockpit):
    like_the_summit(cockpit).start()
    rng, train = np.random.default_rng(0), DIGITS.train
    kind = {"activations": [RELU, SOFTMAX], "cost": LOG_LIKELIHOOD, "weights": FOR_RELU}
    net = Network([784, 30, 10], **kind, dtype=np.float32, rng=rng)
    recipe = {"eta": lambda done: 0.5 * 0.5**done, "augment": BENDINGS["both"], "epochs": 2}
    fit(net, train.images, train.targets, **recipe, rng=rng, progress=False)
    assert parameters(cockpit) == [array.tobytes() for array in net.W + net.b]


def test_eta_falls_from_the_turn_on_and_stands_below_the_curves(cockpit):
    cockpit.start()
    assert "now;" not in everything_written(cockpit)
    choose(cockpit, "η halves", "every 2 epochs")
    cockpit.start()
    assert "η 0.25 now;" in everything_written(cockpit) and epochs_done(cockpit) == 4


def test_what_is_unusual_of_a_run_stands_in_its_name(cockpit):
    like_the_summit(cockpit).start()
    name = "η 0.5, mini-batch 10, 30 hidden ReLUs, η halves every epoch, digits both"
    assert f"With {name}, log-likelihood, " in words(cockpit)
    choose(cockpit, "digits", "unbent")
    choose(cockpit, "η halves", "never")
    press(cockpit, "One epoch")
    assert "halves every epoch → never, digits both → unbent" in words(cockpit)


def test_eta_falls_on_when_another_knob_is_turned(cockpit):
    choose(cockpit, "η halves", "every epoch")
    press(cockpit, "One epoch")
    slide(cockpit, "λ", 1)
    choose(cockpit, "digits", "affine")
    press(cockpit, "One epoch")
    assert "η 0.125 now;" in everything_written(cockpit)
    slide(cockpit, "time line", 1)
    slide(cockpit, "mini-batch", 20)
    press(cockpit, "Go on from here")
    (text,) = [t for t in axes(cockpit, "cost").texts if "→" in t.get_text()]
    assert text.get_text().strip() == "mini-batch 10 → 20"


def test_where_the_halving_is_turned_eta_goes_on_from_what_it_is(cockpit):
    choose(cockpit, "η halves", "every epoch")
    press(cockpit, "One epoch")
    choose(cockpit, "η halves", "never")
    assert control(cockpit, "η", FIELDS).value == 0.25
    press(cockpit, "One epoch")
    assert "now;" not in everything_written(cockpit)
    choose(cockpit, "η halves", "every epoch")
    type_in(cockpit, "η", 1000)
    slide(cockpit, "time line", 0)
    assert "η 1000 now;" in everything_written(cockpit)


def test_a_branch_that_cools_down_says_so_at_the_fork(cockpit):
    cockpit.start()
    slide(cockpit, "time line", 1)
    choose(cockpit, "η halves", "every epoch")
    choose(cockpit, "digits", "elastic")
    press(cockpit, "Go on from here")
    (text,) = [t for t in axes(cockpit, "cost").texts if "halves" in t.get_text()]
    assert text.get_text().strip() == "η halves every epoch, …"


# The time machine


def parameters(cockpit):
    return [array.tobytes() for array in cockpit.net.W + cockpit.net.b]


def moments(cockpit):
    return control(cockpit, "time line").max


def test_the_time_line_goes_back_to_a_moment_and_all_parts_show_it(cockpit):
    start, seen_at_the_start = parameters(cockpit), (read(cockpit), sheet(cockpit))
    cockpit.start()
    end = parameters(cockpit)
    slide(cockpit, "time line", 0)
    assert parameters(cockpit) == start and epochs_done(cockpit) == 0
    assert read(cockpit) == seen_at_the_start[0] and (sheet(cockpit) == seen_at_the_start[1]).all()
    assert list(curve(cockpit, "cost")[0]) == [0]
    assert "Looking back: epoch 0.0 of 2.0." in words(cockpit)
    slide(cockpit, "time line", moments(cockpit))
    assert parameters(cockpit) == end and epochs_done(cockpit) == 2


@pytest.mark.parametrize("prepared", [lambda cockpit: cockpit, like_the_summit])
def test_twenty_forks_without_a_change_give_the_same_run_to_the_last_bit(prepared):
    cockpit, rng = prepared(training_cockpit(DIGITS.few(200), epochs=30)), np.random.default_rng(0)
    end = parameters(cockpit.start())
    for _ in range(20):
        slide(cockpit, "time line", int(rng.integers(moments(cockpit))))
        press(cockpit, "Go on from here")
        assert parameters(cockpit) == end and epochs_done(cockpit) == 30
    cockpit.close()


def test_what_a_run_did_after_a_fork_stays_as_a_branch_from_there(cockpit):
    cockpit.start()
    slide(cockpit, "time line", 1)
    at = epochs_done(cockpit)
    type_in(cockpit, "η", 2.0)
    press(cockpit, "Go on from here")
    for name in ("cost", "accuracy"):
        lines = axes(cockpit, name).lines
        (branch,) = [line for line in lines if line.get_label().startswith("validation, η")]
        assert branch.get_xdata()[[0, -1]] == pytest.approx([at, 2], abs=0.06)
        assert branch.get_ydata()[0] in curve(cockpit, name)[1]
    assert "a: η 0.5, mini-batch 10, 30 hidden" in everything_written(cockpit)


def test_what_was_changed_is_written_at_the_fork(cockpit):
    cockpit.start()
    slide(cockpit, "time line", 1)
    at = epochs_done(cockpit)
    type_in(cockpit, "η", 2.0)
    slide(cockpit, "λ", 5)
    press(cockpit, "Go on from here")
    (text,) = [t for t in axes(cockpit, "cost").texts if "→" in t.get_text()]
    assert text.get_text().strip() == "η 0.5 → 2, λ 0 → 5"
    assert text.get_position()[0] == pytest.approx(at, abs=0.06)


def test_a_run_that_diverged_goes_on_from_its_last_good_moment_with_a_smaller_rate(cockpit):
    type_in(cockpit, "η", 100)
    slide(cockpit, "λ", 100)
    cockpit.start()
    assert "Diverged after" in words(cockpit)
    type_in(cockpit, "η", 0.5)
    slide(cockpit, "λ", 0)
    press(cockpit, "Go on from here")
    assert "Done." in words(cockpit) and cockpit.net.is_finite()


def test_start_goes_on_from_the_end_after_a_look_back(cockpit):
    cockpit.start()
    slide(cockpit, "time line", 0)
    press(cockpit, "One epoch")
    assert epochs_done(cockpit) == 3


def test_a_look_back_ends_the_training():
    async def story():
        cockpit = training_cockpit(DIGITS, epochs=10**5).start()
        await until(lambda: moments(cockpit) > 3)
        slide(cockpit, "time line", 1)
        await until(lambda: "Looking back" in words(cockpit))
        at = epochs_done(cockpit)
        await asyncio.sleep(0.3)
        assert epochs_done(cockpit) == at and control(cockpit, "time line").value == 1
        cockpit.close()

    asyncio.run(story())


# The code of a run


def test_a_code_gives_the_same_run_to_the_last_bit(cockpit):
    press(cockpit, "One epoch")
    type_in(cockpit, "η", 1.3)
    slide(cockpit, "mini-batch", 20)
    press(cockpit, "One epoch")
    slide(cockpit, "λ", 2)
    press(cockpit, "One epoch")
    same = training_cockpit(DIGITS, code=cockpit.code)
    same.start()
    assert parameters(same) == parameters(cockpit) and same.code == cockpit.code
    assert control(same, "mini-batch").value == 20 and control(same, "λ").value == 2
    assert "Done." in words(same) and epochs_done(same) == 3
    same.close()


def test_a_code_holds_bent_digits_a_falling_eta_and_relus(cockpit):
    like_the_summit(cockpit).start()
    slide(cockpit, "time line", 1)
    choose(cockpit, "η halves", "every 10 epochs")
    choose(cockpit, "digits", "affine")
    press(cockpit, "Go on from here", "One epoch")
    choose(cockpit, "η halves", "never")
    press(cockpit, "One epoch")
    same = training_cockpit(DIGITS, code=cockpit.code).start()
    assert parameters(same) == parameters(cockpit) and same.code == cockpit.code
    for name in ("cost", "η halves", "digits"):
        assert control(same, name, LISTS).label == control(cockpit, name, LISTS).label
    same.close()


def test_a_code_holds_what_was_turned_in_the_middle_of_an_epoch_while_it_trained():
    async def story():
        cockpit = training_cockpit(DIGITS, epochs=10**5).start()
        for eta in (0.4, 1.1, 0.05):
            before = moments(cockpit)
            await until(lambda before=before: moments(cockpit) > before + 2)
            type_in(cockpit, "η", eta)
        before = moments(cockpit)
        await until(lambda: moments(cockpit) > before + 2)
        press(cockpit, "Pause")
        await until(lambda: "Paused." in words(cockpit))
        same = training_cockpit(DIGITS, code=cockpit.code).start()
        await until(lambda: "Done." in words(same))
        assert parameters(same) == parameters(cockpit) and same.code == cockpit.code
        assert same.code.count("/") == 4 * 5
        same.close()
        cockpit.close()

    asyncio.run(story())


def test_the_code_of_a_forked_run_holds_the_way_to_its_end_only(cockpit):
    cockpit.start()
    slide(cockpit, "time line", 1)
    type_in(cockpit, "η", 2.0)
    press(cockpit, "Go on from here")
    same = training_cockpit(DIGITS, code=cockpit.code).start()
    assert parameters(same) == parameters(cockpit)
    same.close()


def test_the_code_at_a_moment_is_that_of_the_run_up_to_it(cockpit):
    cockpit.start()
    slide(cockpit, "time line", 1)
    same = training_cockpit(DIGITS, code=cockpit.code).start()
    assert parameters(same) == parameters(cockpit) and epochs_done(same) == epochs_done(cockpit)
    same.close()


def a_code(cockpit):
    """Of an epoch with η 0.5, one with 3 and another."""
    press(cockpit, "One epoch")
    type_in(cockpit, "η", 3.0)
    press(cockpit, "One epoch", "One epoch")
    return cockpit.code


@pytest.mark.parametrize(
    "way",
    [["One epoch", "Start"], ["Start", "Reset", "Start"], ["One epoch", "Reset", "Start"]],
)
def test_a_code_is_kept_until_a_hand_turns_a_knob(cockpit, way):
    same = training_cockpit(DIGITS, code=a_code(cockpit))
    press(same, *way)
    assert parameters(same) == parameters(cockpit) and epochs_done(same) == 3
    same.close()


def test_a_code_is_kept_where_one_goes_on_from_earlier_and_changes_nothing(cockpit):
    same = training_cockpit(DIGITS, code=a_code(cockpit))
    press(same, "One epoch")
    slide(same, "time line", 0)
    press(same, "Go on from here")
    press(same, "Start")
    assert parameters(same) == parameters(cockpit)
    same.close()


def test_a_hand_on_a_knob_ends_what_a_code_says(cockpit):
    press(cockpit, "One epoch")
    type_in(cockpit, "η", 3.0)
    press(cockpit, "One epoch")
    other = training_cockpit(DIGITS, code=cockpit.code)
    type_in(other, "η", 0.1)
    other.start()
    assert control(other, "η", FIELDS).value == 0.1 and parameters(other) != parameters(cockpit)
    other.close()


def test_the_code_of_other_digits_or_a_mistyped_one_is_refused(cockpit):
    code = cockpit.start().code
    with pytest.raises(ValueError, match="made on others; load those"):
        training_cockpit(DIGITS.few(100), code=code)
    with pytest.raises(ValueError, match="with a letter wrong or missing; copy it again"):
        training_cockpit(DIGITS, code=code.replace("0.5", "0.6"))


def test_the_still_twin_is_a_picture_of_the_finished_run(cockpit):
    before = still_twin(cockpit.model_id)["image/png"]
    cockpit.start()
    assert still_twin(cockpit.model_id)["image/png"] != before


def test_a_closed_board_leaves_no_widget_behind(cockpit):
    before = living()
    another = training_cockpit(DIGITS)
    another.close()
    assert living() == before
