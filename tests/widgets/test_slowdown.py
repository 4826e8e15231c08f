"""The slowdown explorer, without a browser: the published numbers, its model and its controls."""

import threading

import ipywidgets
import numpy as np
import pytest
from hand import (
    axes,
    choose,
    control,
    controls,
    drag,
    drawn,
    inside,
    key,
    page,
    picture,
    press,
    slide,
    words,
)
from hypothesis import given
from hypothesis import strategies as st

from nnlib import CROSS_ENTROPY, LOG_LIKELIHOOD, QUADRATIC, SIGMOID, Network
from nnlib.costs import Cost
from nnlib.gradcheck import central_differences
from nnlib.training import descent_step
from nnlib.widgets import slowdown_explorer
from nnlib.widgets.slowdown import (
    BOTH_COSTS,
    ETA,
    ETAS,
    FARTHEST,
    LOOKS_OF,
    N_EPOCHS,
    STARTS,
    Z_RANGE,
    Path,
)

X, Y = np.ones((1, 1)), np.zeros((1, 1))
LITTLE_WRONG, VERY_WRONG = STARTS

# The steps of the published figures: the slope by a, as if σ' had been forgotten.
FORGOTTEN = Cost(
    "σ' forgotten",
    per_sample=CROSS_ENTROPY.per_sample,
    error=lambda Z, A, Y, f: (A - Y) / (A * (1 - A)),
)


def neuron(cost, w, b):
    """The neuron as a Network of one weight and one bias."""
    return Network([1, 1], cost=cost, weights=[np.array([[w]])], biases=[np.array([b])])


# the published numbers


@pytest.mark.parametrize(
    ("cost", "eta", "start", "end"),
    [
        (QUADRATIC, 0.15, LITTLE_WRONG, 0.0940),
        (QUADRATIC, 0.15, VERY_WRONG, 0.2028),
        (CROSS_ENTROPY, 0.005, LITTLE_WRONG, 0.4177),
        (CROSS_ENTROPY, 0.005, VERY_WRONG, 0.7796),
        (FORGOTTEN, 0.005, LITTLE_WRONG, 0.0404),
        (FORGOTTEN, 0.005, VERY_WRONG, 0.0479),
        (CROSS_ENTROPY, 0.05, LITTLE_WRONG, 0.0375),
        (CROSS_ENTROPY, 0.05, VERY_WRONG, 0.0416),
        (CROSS_ENTROPY, 0.15, LITTLE_WRONG, 0.0116),
        (CROSS_ENTROPY, 0.15, VERY_WRONG, 0.0120),
    ],
    ids=str,
)
def test_after_300_epochs_the_output_is_the_published_one(cost, eta, start, end):
    assert round(float(Path(cost, *start, eta).a[N_EPOCHS]), 4) == end


@pytest.mark.parametrize(
    ("cost", "eta", "start", "epoch"),
    [
        (QUADRATIC, 0.15, LITTLE_WRONG, 36),
        (QUADRATIC, 0.15, VERY_WRONG, 232),
        (CROSS_ENTROPY, 0.05, LITTLE_WRONG, 23),
        (CROSS_ENTROPY, 0.05, VERY_WRONG, 50),
        (CROSS_ENTROPY, 0.15, LITTLE_WRONG, 8),
        (CROSS_ENTROPY, 0.15, VERY_WRONG, 17),
    ],
    ids=str,
)
def test_the_output_falls_below_a_half_at_the_published_epoch(cost, eta, start, epoch):
    path = Path(cost, *start, eta)
    assert path.below_half == epoch
    assert path.a[epoch] < 0.5 <= path.a[epoch - 1]


@pytest.mark.parametrize(
    ("cost", "start", "delta"),
    [
        (QUADRATIC, LITTLE_WRONG, 0.1219),
        (QUADRATIC, VERY_WRONG, 0.0173),
        (CROSS_ENTROPY, LITTLE_WRONG, 0.8176),
        (CROSS_ENTROPY, VERY_WRONG, 0.9820),
    ],
    ids=str,
)
def test_the_first_gradient_is_the_published_one(cost, start, delta):
    assert round(float(Path(cost, *start, ETA).delta[0]), 4) == delta


def test_the_quadratic_neuron_that_is_more_wrong_starts_seven_times_slower():
    little, very = (Path(QUADRATIC, *start, ETA) for start in STARTS)
    assert very.a[0] > little.a[0]
    assert round(float(little.delta[0] / very.delta[0])) == 7


def test_the_cross_entropy_neuron_that_is_more_wrong_starts_faster():
    little, very = (Path(CROSS_ENTROPY, *start, ETA) for start in STARTS)
    assert very.a[0] > little.a[0]
    assert very.delta[0] > little.delta[0]


def test_the_quadratic_neuron_ends_at_the_published_weight_and_bias():
    path = Path(QUADRATIC, *LITTLE_WRONG, ETA)
    assert (round(float(path.w[-1]), 3), round(float(path.b[-1]), 3)) == (-1.283, -0.983)
    path = Path(QUADRATIC, *VERY_WRONG, ETA)
    assert round(float(path.w[-1]), 3) == round(float(path.b[-1]), 3) == -0.684


def test_the_quadratic_neuron_has_hardly_moved_by_epoch_150():
    assert round(float(Path(QUADRATIC, *VERY_WRONG, ETA).a[150]), 3) == 0.933


def test_with_the_right_gradient_the_small_eta_leaves_the_neuron_unlearned():
    ends = [Path(CROSS_ENTROPY, *start, 0.005).a[-1] for start in STARTS]
    assert min(ends) > 0.4


def test_the_steps_of_the_published_figures_are_one_over_one_minus_a():
    path = Path(FORGOTTEN, *VERY_WRONG, 0.005)
    assert np.allclose(path.delta, 1 / (1 - path.a))


# the model


@pytest.mark.parametrize("cost", BOTH_COSTS, ids=str)
@pytest.mark.parametrize("start", STARTS)
def test_a_path_is_what_the_network_does(cost, start):
    path, net = Path(cost, *start, ETA), neuron(cost, *start)
    for epoch in range(N_EPOCHS + 1):
        now = [net.W[0].item(), net.b[0].item(), net.predict(X).item(), net.cost_of(X, Y)]
        mine = [values[epoch] for values in (path.w, path.b, path.a, path.costs)]
        assert np.allclose(mine, now, rtol=0, atol=1e-12)
        descent_step(net, X, Y, ETA)


RNG = np.random.default_rng(1)
numbers = st.floats(-FARTHEST, FARTHEST)


@given(st.sampled_from(BOTH_COSTS), numbers, numbers)
def test_delta_is_the_slope_of_the_cost_in_the_weight_and_in_the_bias(cost, w, b):
    net = neuron(cost, w, b)
    slope_w, slope_b = central_differences(lambda: net.cost_of(X, Y), net.W + net.b)
    delta = Path(cost, w, b, ETA, epochs=0).delta[0]
    assert np.allclose([slope_w.item(), slope_b.item()], delta, rtol=1e-7, atol=1e-9)


@given(st.sampled_from(BOTH_COSTS), numbers, numbers, st.sampled_from(ETAS))
def test_wherever_it_starts_the_neuron_goes_down_and_stays_in_the_picture(cost, w, b, eta):
    path = Path(cost, w, b, eta)
    assert (np.diff(path.costs) < 0).all()
    assert Z_RANGE[0] < path.z.min() and path.z.max() < Z_RANGE[1]


def test_weight_and_bias_move_together_because_the_input_is_1():
    path = Path(QUADRATIC, 0.6, 0.9, ETA)
    assert np.allclose(path.w - path.b, -0.3)


def test_a_path_that_never_falls_below_a_half_says_so():
    assert Path(CROSS_ENTROPY, 2.0, 2.0, 0.005).below_half is None
    assert Path(CROSS_ENTROPY, -2.0, 1.0, 0.005).below_half == 0


# the board


def knobs(board):
    """Every control but the buttons."""
    return [knob for knob in controls(board) if not isinstance(knob, ipywidgets.Button)]


def start(board):
    """Where the sliders of the start and of the learning rate stand."""
    return tuple(control(board, name).value for name in ("start w", "start b", "η"))


def epoch_of(board):
    return control(board, "epoch").value


PLAY = "Play the epochs, or stop and go back"


def any_value(knob, rng):
    """The ends of a knob and some values between, in random order."""
    if hasattr(knob, "options"):
        options = [o[1] if isinstance(o, tuple) else o for o in knob.options]
        return [options[i] for i in rng.permutation(len(options))]
    values = [knob.min, knob.max, *rng.uniform(knob.min, knob.max, 4)]
    return [type(knob.value)(value) for value in values]


def test_every_control_may_be_turned_to_its_ends_and_anywhere_without_an_error():
    board, rng = slowdown_explorer(), np.random.default_rng(0)
    assert len(knobs(board)) == 6
    for knob in knobs(board):
        for value in any_value(knob, rng):
            knob.value = value
            assert f"After {epoch_of(board)} of 300 epochs" in words(board)


@pytest.mark.parametrize("published", STARTS)
def test_a_preset_sets_the_published_start_and_the_same_eta_for_both_costs(published):
    board = slowdown_explorer((-1, 3), eta=0.01)
    press(board, f"Start ({published[0]}, {published[1]})")
    assert start(board) == (*published, 0.15)
    assert [path.w[0] for path in board.paths] == [published[0]] * 2
    assert [path.b[0] for path in board.paths] == [published[1]] * 2


def test_a_drag_of_the_start_or_eta_learns_all_300_epochs_of_both_costs_anew():
    board = slowdown_explorer()
    slide(board, "start w", 1.0)
    slide(board, "start b", -0.5)
    slide(board, "η", 0.5)
    for path, cost in zip(board.paths, (QUADRATIC, CROSS_ENTROPY), strict=True):
        expected = Path(cost, 1.0, -0.5, 0.5)
        assert path.cost is cost
        assert len(path.a) == 301 and np.array_equal(path.a, expected.a)


def test_the_curves_drawn_are_the_paths():
    board = slowdown_explorer((1.0, 0.5))
    for path in board.paths:
        a, share = (
            drawn(axes(board, name), LOOKS_OF[path.cost.name]["label"]).get_ydata()
            for name in ("output a", "cost, % of its start")
        )
        assert np.array_equal(a, path.a)
        assert share[0] == 1 and np.allclose(share * path.costs[0], path.costs)


def point(board, cost):
    """The point of a cost on the sigmoid: it looks like that of the cost's curve in the legend."""
    curve = drawn(axes(board, "output a"), LOOKS_OF[cost.name]["label"])
    look = curve.get_marker(), curve.get_color()
    lines = axes(board, "weighted input z").lines
    (found,) = [line for line in lines if (line.get_marker(), line.get_color()) == look]
    return found


def tangent(board):
    """z and a of the only straight line from point to point beside the sigmoid."""
    lines = axes(board, "weighted input z").lines
    (found,) = [line for line in lines if len(line.get_xdata()) == 2]
    return found.get_data()


def test_the_points_slide_along_the_sigmoid():
    board = slowdown_explorer()
    for epoch in (0, 17, 232, 300):
        slide(board, "epoch", epoch)
        for path in board.paths:
            ((z,), (a,)) = point(board, path.cost).get_data()
            assert (z, a) == (path.z[epoch], path.a[epoch])
            assert a == pytest.approx(SIGMOID.value(z))


@pytest.mark.parametrize("followed", (0, 1))
def test_the_tangent_touches_at_the_point_of_the_chosen_cost_with_its_slope(followed):
    board = slowdown_explorer(cost=BOTH_COSTS[followed])
    slide(board, "epoch", 100)
    path = board.paths[followed]
    z, a = tangent(board)
    assert np.mean(z) == pytest.approx(path.z[100]) and np.mean(a) == pytest.approx(path.a[100])
    assert np.diff(a) / np.diff(z) == pytest.approx(SIGMOID.slope(path.z[100]))


def test_choosing_a_cost_moves_the_tangent_to_its_point():
    board = slowdown_explorer()
    slide(board, "epoch", 50)
    before = picture(board)
    choose(board, "cost", "cross-entropy")
    assert picture(board) != before
    assert np.mean(tangent(board)[0]) == pytest.approx(board.paths[1].z[50])


def test_play_moves_the_epoch_and_the_epoch_moves_play():
    board = slowdown_explorer()
    control(board, PLAY).value = 120
    assert epoch_of(board) == 120
    slide(board, "epoch", 60)
    assert control(board, PLAY).value == 60


def test_the_sentence_says_what_the_picture_shows():
    board = slowdown_explorer()
    for epoch, quadratic, entropy in ((150, "0.9334", "0.0257"), (300, "0.2028", "0.0120")):
        slide(board, "epoch", epoch)
        assert f"quadratic a = {quadratic}, below ½ from epoch 232 on" in words(board)
        assert f"cross-entropy a = {entropy}, below ½ from epoch 17 on" in words(board)
    slide(board, "η", 0.005)
    assert "never below ½" in words(board)


def test_every_control_redraws_only_what_moves():
    board = slowdown_explorer()
    shown = page(board)
    for turned, knob in enumerate(knobs(board), start=1):
        knob.value = next(value for value in any_value(knob, RNG) if value != knob.value)
        assert [frame["whole"] for frame in shown.frames[1:]] == turned * [None]


def sigmoid(board):
    return axes(board, "weighted input z")


@pytest.mark.parametrize("z", [-8.0, -3.3, 0.0, 1.9, 8.0])
def test_the_start_is_dragged_along_the_sigmoid(z):
    board = slowdown_explorer((0.6, 0.9))
    page(board)
    drag(board, 0, sigmoid(board), (1, 0.9), (z / 2, 0.2), (z, 0.5))
    w, b, _ = start(board)
    assert w + b == pytest.approx(z)
    assert all(path.z[0] == pytest.approx(z) for path in board.paths)


def test_a_start_dragged_over_the_edge_stops_there():
    board = slowdown_explorer((3.0, -1.0))
    page(board)
    drag(board, 0, sigmoid(board), (0, 0.5), (8.9, 0.5))
    assert start(board)[:2] == (4.0, 4.0)


def test_keys_move_the_start_by_tenths_and_with_shift_by_ones():
    board = slowdown_explorer()
    key(board, "ArrowLeft", handle=0)
    assert board.paths[0].z[0] == pytest.approx(3.9)
    key(board, "ArrowUp", handle=0, shift=True)
    assert board.paths[0].z[0] == pytest.approx(4.9)


def test_a_screen_reader_hears_where_the_start_is():
    board = slowdown_explorer((-0.6, -1.4))
    (handle,) = page(board).handles
    assert handle["aria"]["valuetext"] == "z = −2.0, a = 0.12"


def test_a_board_moved_to_a_state_shows_the_same_picture_as_one_made_in_it():
    moved, made = slowdown_explorer(), slowdown_explorer((1.0, -1.5), eta=0.5, cost=CROSS_ENTROPY)
    page(moved)
    for name, value in (("epoch", 40), ("start w", 1.0), ("start b", -1.5), ("η", 0.5)):
        slide(moved, name, value)
    choose(moved, "cost", "cross-entropy")
    slide(moved, "epoch", 0)
    assert all(frame["whole"] is None for frame in page(moved).frames[1:])
    assert picture(moved) == picture(made)


def test_a_reader_without_a_kernel_sees_the_middle_of_the_way():
    board = slowdown_explorer()
    board.settle()
    assert list(board.still()) == ["image/png"]
    assert epoch_of(board) == 150


def test_callbacks_on_several_threads_leave_one_consistent_state():
    board, rng = slowdown_explorer(), np.random.default_rng(2)
    turned = [control(board, name) for name in ("start w", "η", "epoch")]
    jobs = [(knob, any_value(knob, rng)) for knob in turned]

    def turn(knob, values):
        for value in values:
            knob.value = value

    threads = [threading.Thread(target=turn, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(knob.value == values[-1] for knob, values in jobs)
    expected = Path(QUADRATIC, *start(board))
    assert np.array_equal(board.paths[0].a, expected.a)
    assert f"After {epoch_of(board)} of" in words(board)


def test_closing_one_explorer_leaves_another_whole():
    first, second = slowdown_explorer(), slowdown_explorer()
    first.close()
    layouts = [widget.layout for widget in inside(second)]
    assert len(layouts) > 10 and all(layout.comm is not None for layout in layouts)


def test_an_eta_of_ones_own_gets_its_place_on_the_slider():
    assert 0.07 in control(slowdown_explorer(eta=0.07), "η").options


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"start": 2.0}, ValueError, r"start: expected a pair \(w, b\), got 2.0"),
        ({"start": (1, 2, 3)}, ValueError, "expected a pair"),
        ({"start": (5.0, 0.0)}, ValueError, "w: expected at most 4, got 5.0"),
        ({"start": (0.0, -5.0)}, ValueError, "b: expected a finite number of at least -4"),
        ({"start": ("x", 0.0)}, TypeError, "w: expected a finite number"),
        ({"start": (float("nan"), 0.0)}, ValueError, "w: expected a finite number"),
        ({"eta": 0}, ValueError, "above 0, at most 5, got 0"),
        ({"eta": 100}, ValueError, "above 0, at most 5, got 100"),
        ({"eta": "fast"}, TypeError, "eta: expected a finite number"),
        ({"cost": LOG_LIKELIHOOD}, ValueError, "cost: expected QUADRATIC or CROSS_ENTROPY, got"),
        ({"cost": "quadratic"}, ValueError, "cost: expected QUADRATIC or CROSS_ENTROPY, got"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(arguments, error, words):
    with pytest.raises(error, match=words):
        slowdown_explorer(**arguments)
