"""The knob board without a browser: its model, its words, and every control swept."""

import warnings

import ipywidgets
import numpy as np
import pytest
from hand import control, controls, drag, key, page, picture, press, slide, touch, words

from nnlib import CUBE, IDENTITY, SIGMOID, SQUARE, SUM_OF_SQUARES, TANH, Network
from nnlib.palette import LIGHT
from nnlib.training import descent_step
from nnlib.widgets import knob_board
from nnlib.widgets.knobs import MANY_EPOCHS, NAMED_ETAS, Knobs, outcome, reach_of, sign_rule
from nnlib.widgets.parts import numbers

TANH_NET = (TANH, IDENTITY)


def toy_data():
    """The ten samples and the start of notebook 02, with its rule y = x0 - 2 x1."""
    rng = np.random.default_rng(3)
    X = rng.uniform(-1, 1, (10, 3))
    Y = X[:, :1] - 2 * X[:, 1:2]
    rng = np.random.default_rng(13)
    return X, Y, rng.uniform(-1, 1, (3, 4)), rng.uniform(-1, 1, (4, 1))


def toy_net(activations=TANH_NET, biases=False):
    *_, W1, W2 = toy_data()
    return Network(
        [3, 4, 1],
        activations=list(activations),
        cost=SUM_OF_SQUARES,
        weights=[W1, W2],
        biases=biases,
    )


def toy_knobs(**kwargs):
    X, Y, *_ = toy_data()
    return Knobs(toy_net(**kwargs), X, Y)


def toy_board(etas=None, **kwargs):
    X, Y, *_ = toy_data()
    return knob_board(toy_net(**kwargs), X, Y, etas)


# the model


def test_there_is_a_knob_for_each_of_the_sixteen_weights():
    assert sum(array.size for _, array, _ in toy_knobs().matrices) == 16


def test_the_cost_is_the_sum_of_squared_errors():
    X, Y, W1, W2 = toy_data()
    errors = Y - np.tanh(X @ W1) @ W2
    assert toy_knobs().cost == pytest.approx((errors.T @ errors).item())


@pytest.mark.parametrize("biases", [False, True])
def test_the_slope_of_each_knob_is_the_slope_of_the_curve_along_it(biases):
    knobs = toy_knobs(activations=(SIGMOID, IDENTITY), biases=biases)
    for matrix, (_, array, _) in enumerate(knobs.matrices):
        for i, j in np.ndindex(array.shape):
            knobs.chosen = (matrix, i, j)
            (low, high), _ = knobs.along([knobs.reading - 1e-5, knobs.reading + 1e-5])
            assert knobs.slope == pytest.approx((high - low) / 2e-5, rel=1e-6, abs=1e-8)


def test_looking_along_a_knob_does_not_turn_it():
    knobs = toy_knobs()
    before = knobs.net.W[0].copy()
    knobs.along([-3, 0, 3])
    assert (knobs.net.W[0] == before).all()


def test_a_turned_knob_costs_what_the_curve_said():
    knobs = toy_knobs()
    (promised,), (outputs,) = knobs.along([1.25])
    knobs.turn(1.25)
    assert knobs.reading == 1.25
    assert knobs.cost == promised
    assert (knobs.outputs == outputs).all()


def test_one_step_of_one_knob_changes_no_other():
    knobs = toy_knobs()
    knobs.chosen = (1, 2, 0)
    before, slope = knobs.net.copy(), knobs.slope
    knobs.step_this(0.01)
    assert knobs.net.W[1][2, 0] == before.W[1][2, 0] - 0.01 * slope
    changed = [(a != b).sum() for a, b in zip(knobs.net.W, before.W, strict=True)]
    assert changed == [0, 1]


def test_a_step_of_all_knobs_is_the_descent_step_of_nnlib():
    X, Y, *_ = toy_data()
    knobs, net = toy_knobs(), toy_net()
    knobs.step_all(0.03, steps=3)
    for _ in range(3):
        descent_step(net, X, Y, 0.03)
    assert all((a == b).all() for a, b in zip(knobs.net.W, net.W, strict=True))


def test_the_history_holds_the_cost_before_and_after_every_step():
    knobs = toy_knobs()
    first = knobs.cost
    knobs.step_all(0.03, steps=5)
    assert len(knobs.history) == 6
    assert (knobs.history[0], knobs.history[-1]) == (first, knobs.cost)


def test_the_history_goes_on_from_where_the_hand_left_the_knob():
    knobs = toy_knobs()
    knobs.turn(3.0)
    by_hand = knobs.cost
    knobs.step_this(0.0001)
    assert knobs.history[0] == by_hand


def test_the_net_that_was_given_is_never_turned():
    X, Y, *_ = toy_data()
    net = toy_net()
    before = [W.copy() for W in net.W]
    knobs = Knobs(net, X, Y)
    knobs.turn(2.0)
    knobs.step_all(0.1, steps=5)
    assert all((a == b).all() for a, b in zip(net.W, before, strict=True))


def test_reset_returns_to_the_same_start():
    knobs, fresh = toy_knobs(), toy_knobs()
    knobs.step_all(0.3, steps=50)
    knobs.reset()
    assert all((a == b).all() for a, b in zip(knobs.net.W, fresh.net.W, strict=True))
    assert (knobs.cost, knobs.history, knobs.diverged) == (fresh.cost, fresh.history, "")


def test_a_shared_array_of_weights_is_not_changed_by_the_knobs():
    X, Y, W1, W2 = toy_data()
    net = Network([3, 4, 1], activations=TANH, cost=SUM_OF_SQUARES, weights=[W1, W2], biases=False)
    Knobs(net, X, Y).turn(9.0)
    assert 9.0 not in W1
    assert 9.0 not in W2


def test_the_steepest_knob_is_in_hand_first():
    knobs = toy_knobs()
    assert abs(knobs.slope) == max(np.abs(slopes).max() for _, _, slopes in knobs.matrices)


def test_it_knows_a_knob_by_the_name_numpy_gives_it():
    knobs = toy_knobs(biases=True)
    knobs.chosen = (0, 2, 3)
    assert knobs.name == "W1[2,3]"
    knobs.chosen = (2, 0, 3)
    assert knobs.name == "b1[3]"


# the learning rates of the presets


def costs_with(eta, steps=MANY_EPOCHS):
    knobs = toy_knobs()
    knobs.step_all(eta, steps)
    return knobs


def test_too_small_an_eta_gets_hardly_anywhere():
    knobs = costs_with(NAMED_ETAS["first"])
    assert knobs.cost > 0.75 * knobs.history[0]
    assert (np.diff(knobs.history) < 0).all()


def test_the_right_eta_falls_in_every_step_to_a_thousandth():
    knobs = costs_with(NAMED_ETAS["second"])
    assert knobs.cost < 0.001 * knobs.history[0]
    assert (np.diff(knobs.history) < 0).all()


def test_too_large_an_eta_rises_again_and_again_without_diverging():
    knobs = costs_with(NAMED_ETAS["third"])
    assert (np.diff(knobs.history) > 0).sum() > 20
    assert not knobs.diverged
    assert knobs.cost > costs_with(NAMED_ETAS["second"]).cost


@pytest.mark.parametrize("eta", [NAMED_ETAS["fourth"], 10.0, 1e100, 1e300])
@pytest.mark.parametrize("activations", [TANH_NET, (IDENTITY, IDENTITY), (SQUARE, CUBE)])
def test_divergence_is_told_in_words_without_a_warning(eta, activations):
    knobs = toy_knobs(activations=activations)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        knobs.step_all(eta, MANY_EPOCHS)
    assert f"η = {eta:.3g} is probably too large" in knobs.diverged
    assert np.isfinite(knobs.cost)
    assert knobs.net.is_finite()


def test_one_knob_alone_can_diverge_too():
    knobs = toy_knobs(activations=(IDENTITY, IDENTITY))
    for _ in range(60):
        if not knobs.diverged:
            knobs.step_this(5.0)
    assert "too large" in knobs.diverged


# the words


@pytest.mark.parametrize(
    ("slope", "words"), [(-2.0, "go on, turn it up"), (2.0, "go back, turn it down"), (0, "stay")]
)
def test_the_sign_of_the_slope_says_where_to_turn(slope, words):
    assert words in sign_rule(slope)


@pytest.mark.parametrize("seed", range(5))
def test_a_small_turn_the_way_the_sign_rule_says_lowers_the_cost(seed):
    rng = np.random.default_rng(seed)
    knobs = toy_knobs()
    knobs.chosen = (0, int(rng.integers(3)), int(rng.integers(4)))
    knobs.turn(rng.uniform(-2, 2))
    before = knobs.cost
    way = 1 if "up" in sign_rule(knobs.slope) else -1
    knobs.turn(knobs.reading + way * 1e-4)
    assert knobs.cost < before


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        ([5, 4], "from 5 to 4."),
        ([4, 5], "the step was too long"),
        ([9, 1] * 20, "too large"),
        ([*range(1000, 960, -1)], "too small"),
        ([*range(40, 0, -1)], "from 40 to 1."),
    ],
)
def test_the_outcome_of_steps_is_judged_by_the_costs(costs, words):
    assert words in outcome(costs)


def test_a_reading_fits_on_its_button():
    for reading in (0.523, -98.99, 99.0, -9998.6, 9999, 1234567, 1e99):
        assert len(numbers.reading(reading)) <= 6
        assert float(numbers.reading(-reading)) == pytest.approx(-reading, rel=0.2)


def test_a_round_number_is_not_below_what_it_must_hold():
    for number in (1e-9, 0.02, 0.3, 1, 1.01, 4, 50, 51, 9.99e8):
        assert number <= numbers.nice(number) < 2.6 * number
    assert numbers.nice(0) == 1


def test_the_slider_reaches_beyond_every_finite_reading():
    for reading in (0, -3, 3.01, -40, 1e9, float("nan"), float("inf")):
        assert not abs(reading) > reach_of(reading) or np.isinf(reading)


# the board


def slider(board):
    """What turns the knob in hand, and is called as that is."""
    found = controls(board, ipywidgets.IntSlider)
    (found,) = [one for one, called in found.items() if "steps done" not in called]
    return found


@pytest.mark.thorough
def test_every_control_may_be_turned_to_its_ends_and_anywhere_without_an_error():
    board = toy_board()
    rng = np.random.default_rng(0)
    kinds = ipywidgets.IntSlider, ipywidgets.Button, ipywidgets.SelectionSlider
    sliders, buttons, etas = (list(controls(board, kind)) for kind in kinds)
    assert (len(sliders), len(buttons), len(etas)) == (2, 16 + 4 + 4, 1)
    for slider in sliders:
        for value in (slider.min, slider.max, *rng.integers(slider.min, slider.max, 5)):
            slider.value = int(value)
    for eta in etas:
        for index in (0, len(eta.options) - 1, *rng.integers(0, len(eta.options), 5)):
            eta.index = int(index)
    for button in rng.permutation(np.array([*buttons, *buttons], object)):
        button.click()
    assert "Knob" in words(board)


def test_the_buttons_of_the_panel_show_the_readings():
    board = toy_board()
    press(board, "W2[3,0]")
    slide(board, "W2[3,0]", 175)
    assert control(board, "W2[3,0]", ipywidgets.Button).description == "+1.75"
    assert board.net.W[1][3, 0] == 1.75


def test_choosing_a_knob_sets_the_slider_to_its_reading_and_turns_nothing():
    board = toy_board()
    press(board, "W1[1,2]")
    assert slider(board).value == round(100 * toy_net().W[0][1, 2])
    assert all((a == b).all() for a, b in zip(board.net.W, toy_net().W, strict=True))


def test_the_step_that_was_announced_is_the_step_that_is_made():
    board = toy_board()
    press(board, "W2[0,0]")
    knobs, before = toy_knobs(), board.net.W[1][0, 0]
    knobs.chosen = (1, 0, 0)
    slope = knobs.slope
    press(board, "second")
    assert f"turns it by {-0.03 * slope:+.3g}" in words(board)
    press(board, "One step: this knob")
    assert board.net.W[1][0, 0] == before - 0.03 * slope


def test_divergence_stops_the_steps_until_reset():
    board = toy_board()
    names = "One step: this knob", "One step: all 16 knobs", f"{MANY_EPOCHS} epochs"
    steps = [control(board, name) for name in names]
    press(board, "fourth", f"{MANY_EPOCHS} epochs")
    assert "Diverged in step" in words(board)
    assert all(button.disabled for button in steps)
    press(board, "Reset")
    assert not any(button.disabled for button in steps)
    assert "Diverged" not in words(board)
    assert slider(board).value == round(100 * toy_knobs().reading)


def test_the_slider_follows_a_knob_that_descends_out_of_its_range():
    board = toy_board()
    press(board, "W2[2,0]")
    press(board, "fourth")
    press(board, f"{MANY_EPOCHS} epochs")
    reading = board.net.W[1][2, 0]
    assert abs(reading) > 3
    assert reach_of(reading) * slider(board).value / 300 == pytest.approx(reading, rel=0.05)
    slider(board).value += 1
    assert board.net.W[1][2, 0] == reach_of(reading) * slider(board).value / 300


def test_every_knob_has_its_line_of_the_drawing_set_off():
    board = toy_board(biases=True)
    lines = {line.get_gid(): line for line in board.picture.figure.axes[0].lines}
    (band,) = [line for line in lines.values() if line.get_color() == LIGHT.halo]
    for layer, W in enumerate(board.net.W):
        for i, j in np.ndindex(W.shape):
            press(board, f"W{layer + 1}[{i},{j}]")
            line = lines[f"W[{layer}][{i},{j}]"]
            assert band.get_visible() and np.array_equal(band.get_data(), line.get_data())
        press(board, f"b{layer + 1}[0]")
        assert not band.get_visible()  # biases have no line


def test_the_same_picture_is_drawn_by_moving_and_from_scratch():
    board = toy_board()
    page(board)
    slider(board).value = 150
    moved = picture(board)
    page(board).look()
    assert picture(board) == moved


def test_the_time_line_goes_back_to_any_step_and_a_step_from_there_begins_a_new_path():
    board = toy_board()
    press(board, f"{MANY_EPOCHS} epochs")
    end = board.net.W[0].copy()
    slide(board, "steps done", 40)
    assert f"After 40 of {MANY_EPOCHS} steps;" in words(board)
    there = board.net.W[0].copy()
    slide(board, "steps done", MANY_EPOCHS)
    assert (board.net.W[0] == end).all() and (there != end).any()
    slide(board, "steps done", 40)
    assert (board.net.W[0] == there).all()
    press(board, "One step: all 16 knobs")
    assert control(board, "steps done").max == control(board, "steps done").value == 41
    for _ in range(MANY_EPOCHS - 41):
        press(board, "One step: all 16 knobs")
    assert (board.net.W[0] == end).all()


def test_after_divergence_the_time_line_goes_back_and_on_with_a_smaller_rate():
    board = toy_board(etas={"divergent": 30.0, "right": 0.03})
    press(board, "right: 0.03", f"{MANY_EPOCHS} epochs", "divergent: 30", f"{MANY_EPOCHS} epochs")
    assert "Diverged" in words(board)
    slide(board, "steps done", 50)
    press(board, "right: 0.03", "One step: all 16 knobs")
    assert "the cost went from" in words(board) and control(board, "steps done").value == 51


def handle_of(board, name):
    """The number of the handle that a screen reader calls so."""
    names = [handle["aria"]["label"] for handle in page(board).handles]
    return names.index(name)


def test_a_weight_is_turned_on_its_line():
    board = toy_board()
    held = handle_of(board, "W1[1,2] on its line")
    before = board.net.W[0][1, 2]
    touch(board, 0.1, 0.5, "down", held)
    touch(board, 0.1, 0.45, "move", held)
    assert board.net.W[0][1, 2] == pytest.approx(before + 0.3)
    assert "Knob W1[1,2] reads" in words(board)
    touch(board, 0.1, 0.5, "move", held)
    assert board.net.W[0][1, 2] == pytest.approx(before)


def test_the_number_on_the_line_is_taken_too_and_turns_the_knob_in_hand():
    board = toy_board()
    press(board, "W1[1,2]")
    held, before = handle_of(board, "the number of W1[1,2]"), board.net.W[0][1, 2]
    touch(board, 0.1, 0.5, "down", held)
    touch(board, 0.1, 0.45, "move", held)
    assert board.net.W[0][1, 2] == pytest.approx(before + 0.3)
    key(board, "ArrowUp", held)
    assert board.net.W[0][1, 2] == pytest.approx(before + 0.31)


def test_a_bias_in_hand_has_no_number_on_a_line():
    board = toy_board(biases=True)
    press(board, "b1[2]")
    assert not [one for one in page(board).handles if "number" in one["aria"]["label"]]


def test_the_dot_is_dragged_along_the_valley():
    board = toy_board()
    press(board, "W2[3,0]")
    drag(board, handle_of(board, "W2[3,0] in its valley"), board.picture.drawing.along, (1.25, 3))
    assert board.net.W[1][3, 0] == pytest.approx(1.25)


def test_the_knob_in_hand_before_is_the_other_of_the_landscape():
    board = toy_board()
    press(board, "W1[1,2]", "W2[3,0]")
    land = board.picture.drawing.land
    assert (land.get_xlabel(), land.get_ylabel()) == ("W2[3,0]", "W1[1,2]")


def test_the_landscape_is_the_cost_with_both_knobs_turned():
    knobs = toy_knobs()
    across, up = (-1, 0.5), (0, 2, 3)
    before, heights = knobs.net.copy(), knobs.landscape(across, up)
    assert all((a == b).all() for a, b in zip(knobs.net.W, before.W, strict=True))
    for (j, i), height in np.ndenumerate(heights):
        knobs.turn(across[i], up[j])
        assert knobs.cost == height


def test_the_dot_is_dragged_over_the_landscape():
    board = toy_board()
    press(board, "W2[2,0]", "W2[3,0]")
    page(board)
    drag(board, handle_of(board, "W2[3,0] and W2[2,0]"), board.picture.drawing.land, (1.25, -2))
    assert board.net.W[1][[3, 2], 0] == pytest.approx([1.25, -2])


def test_keys_move_the_dot_on_the_landscape_both_ways():
    board = toy_board()
    press(board, "W2[2,0]", "W2[3,0]")
    before, dot = board.net.W[1][[3, 2], 0], handle_of(board, "W2[3,0] and W2[2,0]")
    key(board, "ArrowRight", dot)
    key(board, "ArrowDown", dot)
    assert board.net.W[1][[3, 2], 0] == pytest.approx(before + [0.01, -0.01])


def test_the_path_of_the_steps_is_drawn_on_the_landscape():
    board, knobs = toy_board(), toy_knobs()
    press(board, "W2[2,0]", "W2[3,0]", "second", f"{MANY_EPOCHS} epochs")
    places = [[knobs.net.W[1][3, 0], knobs.net.W[1][2, 0]]]
    for _ in range(MANY_EPOCHS):
        knobs.step_all(0.03)
        places.append([knobs.net.W[1][3, 0], knobs.net.W[1][2, 0]])
    path, _ = board.picture.drawing.land.lines
    assert np.allclose(np.transpose(path.get_data()), places)


def test_many_epochs_are_seen_as_they_happen():
    board = toy_board()
    before = len(page(board).frames)
    press(board, f"{MANY_EPOCHS} epochs")
    assert len(page(board).frames) - before > 20


def test_keys_turn_a_weight_by_a_hundredth():
    board = toy_board()
    before = board.net.W[1][2, 0]
    key(board, "ArrowUp", handle_of(board, "W2[2,0] on its line"))
    assert board.net.W[1][2, 0] == pytest.approx(before + 0.01)


def test_a_screen_reader_hears_the_readings():
    board = toy_board()
    handle = page(board).handles[handle_of(board, "W2[0,0] on its line")]
    assert handle["aria"]["valuetext"] == "−0.84"


def test_a_reader_without_a_kernel_sees_the_picture():
    assert list(toy_board().still()) == ["image/png"]


def test_own_learning_rates_get_their_buttons():
    board = toy_board(etas={"gentle": 0.005})
    press(board, "gentle")
    assert control(board, "η").value == 0.005


def test_it_works_with_own_data_of_any_size():
    rng = np.random.default_rng(0)
    X, Y = 50 * rng.random((7, 2)), rng.integers(0, 2, (7, 3))
    net = Network([2, 5, 3], activations=SIGMOID, rng=rng)
    board = knob_board(net, X, Y)
    for name in (
        "One step: this knob",
        "One step: all 33 knobs",
        "100 epochs",
        "fourth",
    ):
        press(board, name)
    assert board.net.n_parameters == 33


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"net": "net"}, TypeError, "expected a Network, got str"),
        ({"net": Network([30, 4, 1], rng=np.random.default_rng())}, ValueError, "at most 60 knobs"),
        ({"X": np.ones((10, 2))}, ValueError, "expected shape"),
        ({"X": np.full((10, 3), np.nan)}, ValueError, "finite"),
        ({"Y": np.ones(10)}, ValueError, "expected shape"),
        ({"etas": {"odd": -1}}, ValueError, "odd: expected a finite number of at least 0"),
        ({"etas": {"wrong": "x"}}, TypeError, "wrong: expected a finite number"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(change, error, words):
    X, Y, *_ = toy_data()
    arguments = {"net": toy_net(), "X": X, "Y": Y} | change
    with pytest.raises(error, match=words):
        knob_board(**arguments)
