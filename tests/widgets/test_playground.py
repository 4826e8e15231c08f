"""The playground without a browser: its points, what it learns and writes, hands and keys."""

import asyncio
import warnings

import numpy as np
import pytest
from hand import (
    SLIDERS,
    choose,
    control,
    drag,
    everything_written,
    handle,
    key,
    page,
    picture,
    place_on,
    press,
    slide,
    touch,
    until,
    words,
)

from nnlib import IDENTITY, RELU, SIGMOID, SOFTMAX, TANH
from nnlib.widgets import playground
from nnlib.widgets.playground import TASKS, points_from

RNG = np.random.default_rng(0)
OWN_X, OWN_Y = RNG.uniform(-1, 1, (30, 2)), RNG.integers(0, 2, 30)


def plane(board):
    return next(ax for ax in board.picture.figure.axes if ax.get_xlabel())


def click(board, x, y):
    at = place_on(board, plane(board), x, y)
    for kind in ("down", "up"):
        touch(board, *at, kind, handle=0)


def move(board, *places):
    drag(board, 0, plane(board), *places)


def tap(board, name):
    """Press a button on the picture."""
    key(board, "Enter", handle(board, name))


def point_at(board, ax, x, y, number=-1):
    touch(board, *place_on(board, ax, x, y), "point", number)
    return [label["text"] for label in page(board).labels]


def learned_again(board):
    """The net that the board's own lines of code make."""
    made = {"board": board}
    exec(board.code, made)
    return made["net"]


def is_same(net, other):
    return all((a == b).all() for a, b in zip(net.W + net.b, other.W + other.b, strict=True))


def empty():
    board = playground(task="own points")
    page(board)
    return board


# points


@pytest.mark.parametrize("task", [task for task in TASKS if task != "own points"])
def test_each_task_has_200_points_on_the_plane_and_is_learned_better_and_better(task):
    board = playground(task=task)
    before = board.net.cost_of(board.X, board.Y)
    press(board, "Play")  # without a kernel it runs to where settle() ends
    assert len(board.X) == len(board.Y) == 200
    assert np.abs(board.X).max() < 1.2
    assert board.net.cost_of(board.X, board.Y) < 0.8 * before


def test_a_click_on_the_plane_puts_a_point_of_the_kind_that_is_chosen():
    board = empty()
    click(board, 0.5, -0.25)
    tap(board, "points of kind 1")
    click(board, -0.5, 0.75)
    assert board.X == pytest.approx(np.array([[0.5, -0.25], [-0.5, 0.75]]))
    assert board.Y.tolist() == [[0], [1]]


def test_a_point_is_dragged_and_one_that_is_let_go_off_the_plane_is_gone():
    board = empty()
    click(board, 0, 0)
    move(board, (0, 0), (0.3, 0.3), (0.6, 0.2))
    assert board.X == pytest.approx(np.array([[0.6, 0.2]]))
    move(board, (0.6, 0.2), (1.5, 0.2))
    assert len(board.X) == 0


def test_a_click_close_to_a_point_puts_another_though_the_hand_shakes():
    board = empty()
    click(board, 0, 0)
    tap(board, "points of kind 1")
    move(board, (0.04, 0.0), (0.045, 0.0))
    assert board.X == pytest.approx(np.array([[0, 0], [0.045, 0]]), abs=1e-9)
    assert board.Y.tolist() == [[0], [1]]


def test_keys_move_a_cross_put_a_point_there_and_take_one_away():
    board = empty()
    for name in ("ArrowRight", "ArrowUp", "ArrowUp", "Enter"):
        key(board, name, 0)
    assert board.X == pytest.approx(np.array([[0.05, 0.1]]))
    key(board, "Delete", 0)
    assert len(board.X) == 0


def test_a_point_of_a_third_kind_gives_the_net_three_outputs():
    board = playground()
    tap(board, "points of kind 2")
    click(board, 0, 1)
    assert (board.net.sizes[-1], board.net.activations[-1]) == (3, SOFTMAX)
    assert board.Y[-1].tolist() == [0, 0, 1]
    press(board, "One step")
    assert words(board).startswith("Step 1, ")


def test_noise_moves_the_points_of_a_task():
    board = playground(task="moons")
    before = board.X
    slide(board, "noise", 0.2)
    assert 0.1 < np.std(board.X - before) < 0.3


def test_points_that_a_hand_put_onto_a_task_stay_when_the_noise_changes():
    board = playground()
    tap(board, "points of kind 1")
    click(board, 0.9, -0.9)
    slide(board, "noise", 0.2)
    slide(board, "noise", 0.1)
    assert len(board.X) == 201
    assert board.X[-1] == pytest.approx([0.9, -0.9]) and board.Y[-1] == 1


def test_points_that_a_hand_moved_or_took_away_stay_so_when_the_noise_changes():
    board = playground()
    first, second, third = board.X[:3]
    move(board, first, (1.1, 1.1))
    move(board, second, (1.5, 0.2))  # off the plane: it is gone
    slide(board, "noise", 0.2)
    assert len(board.X) == 199
    assert board.X[-1] == pytest.approx([1.1, 1.1])
    assert 0 < np.abs(board.X[0] - third).max() < 1


def test_noise_is_no_knob_of_own_points():
    board = playground(OWN_X, OWN_Y)
    assert control(board, "noise", SLIDERS).disabled
    choose(board, "task", "moons")
    assert not control(board, "noise", SLIDERS).disabled
    choose(board, "task", "own points")
    assert control(board, "noise", SLIDERS).disabled


def test_own_points_are_there_again_after_a_look_at_a_task():
    board = playground(OWN_X, OWN_Y)
    choose(board, "task", "spirals")
    choose(board, "task", "own points")
    assert (board.X == OWN_X).all()


@pytest.mark.parametrize(
    ("Y", "names", "kinds"),
    [
        ([0, 1, 1], ("0", "1"), [0, 1, 1]),
        ([-1.0, 1.0, -1.0], ("-1.0", "1.0"), [0, 1, 0]),
        (["no", "yes", "no"], ("no", "yes"), [0, 1, 0]),
        (np.array([["b"], ["a"], ["c"]]).ravel(), ("a", "b", "c"), [1, 0, 2]),
        ([[1, 0, 0], [0, 0, 1], [0, 1, 0]], ("0", "1", "2"), [0, 2, 1]),
        ([[True], [False], [True]], ("0", "1"), [1, 0, 1]),
        (np.array([["no"], ["yes"], ["no"]]), ("no", "yes"), [0, 1, 0]),
        ([1, 2, 1], ("1", "2", "3"), [0, 1, 0]),
        (["versicolor, a", "versicolor, b"] * 2, ("ersicolor, a", "ersicolor, b"), [0, 1, 0]),
    ],
)
def test_kinds_may_be_numbers_words_or_rows_with_a_single_1(Y, names, kinds):
    points = points_from([[0, 0], [0, 1], [1, 0]], Y[:3])
    assert points.kinds.tolist() == kinds
    assert points.names[: len(names)] == names
    assert len({*points.names}) == 3


def test_a_kinds_name_is_shown_as_it_is_and_no_formula():
    board = playground(OWN_X, [("$\\frac$", "$5-$10")[kind] for kind in OWN_Y])
    written = [label["text"].strip() for label in page(board).labels]
    assert "● $5-$10" in written and "■ $\\frac$" in written


def test_columns_that_reach_far_are_brought_to_the_plane_and_others_stay():
    points = points_from([[100, 0.5], [300, 0.25], [200, 0.0]], [0, 1, 1])
    assert points.X.tolist() == [[-1, 0.5], [1, 0.25], [0, 0.0]]


def test_columns_may_reach_as_far_as_numbers_do():
    points = points_from([[-1e308, 0.5], [1e308, 0.25], [0, 0.0]], [0, 1, 1])
    assert points.X.tolist() == [[-1, 0.5], [1, 0.25], [0, 0.0]]


def test_one_column_is_a_curve_to_fit():
    board = playground([[-1], [0], [1]], [0.5, 0.0, 0.5])
    assert (board.net.sizes[0], board.net.activations[-1]) == (1, IDENTITY)
    assert board.Y.tolist() == [[0.5], [0.0], [0.5]]


# the net


def test_layers_neurons_and_activations_are_changed_on_the_drawn_net():
    board = playground(hidden=(4,))
    tap(board, "a neuron in hidden layer 1 more")
    tap(board, "a hidden layer more")
    tap(board, "a neuron in hidden layer 2 less")
    tap(board, "activation of hidden layer 1: tanh")
    assert board.net.sizes == [2, 5, 4, 1]
    assert board.net.activations == [RELU, TANH, SIGMOID]


def test_there_may_be_no_hidden_layer_and_at_most_four_of_eight_neurons():
    board = playground(hidden=(8,))
    for _ in range(5):
        tap(board, "a hidden layer more")
    tap(board, "a neuron in hidden layer 2 more")
    assert board.net.sizes == [2, 8, 8, 8, 8, 1]
    for _ in range(6):
        tap(board, "a hidden layer less")
    assert board.net.sizes == [2, 1]
    press(board, "One step")
    assert words(board).startswith("Step 1, ")


def test_a_weight_is_taken_by_its_line_and_turned_by_dragging_and_by_keys():
    board = playground(hidden=())
    page(board)
    net = next(ax for ax in board.picture.figure.axes if ax is not plane(board))
    middle = 0.5, 0.53  # of the line from x₁ to the output
    before = board.net.W[0].copy()
    drag(board, -1, net, middle, (middle[0], middle[1] + 0.1))
    assert board.net.W[0][0, 0] > before[0, 0]
    assert board.net.W[0][1, 0] == before[1, 0]
    turned = board.net.W[0][0, 0]
    key(board, "ArrowUp", handle(board, "net.W[0][0, 0]"))
    assert board.net.W[0][0, 0] == pytest.approx(turned + 0.1)
    key(board, "ArrowRight", 1)
    key(board, "ArrowDown", handle(board, "net.W[0][1, 0]"))
    assert board.net.W[0][1, 0] == pytest.approx(before[1, 0] - 0.1)


def test_what_is_pointed_at_says_its_number():
    board = playground(OWN_X, OWN_Y, hidden=())
    page(board)
    net = next(ax for ax in board.picture.figure.axes if ax is not plane(board))
    weight, bias = board.net.W[0][0, 0], board.net.b[0][0]
    assert f"net.W[0][0, 0] = {weight:+.3f}".replace("-", "−") in point_at(board, net, 0.5, 0.53)
    assert f"net.b[0][0] = {bias:+.3f}".replace("-", "−") in point_at(board, net, 0.75, 0.49)
    said = point_at(board, plane(board), *OWN_X[3], number=0)
    answer = board.net.predict(OWN_X[3:4])[0, 0]
    assert any(f"answers {answer:+.3f}" in text for text in said)
    assert any(f"target {OWN_Y[3]}" in text for text in said)


def test_a_neuron_pointed_at_shows_its_map_on_the_plane():
    board = playground(hidden=(1,))
    before = picture(board)[0]
    net = next(ax for ax in board.picture.figure.axes if ax is not plane(board))
    point_at(board, net, 0.5, 0.49)
    assert picture(board)[0] != before


# learning


def test_rewind_brings_back_the_start():
    board = playground()
    start = board.net.copy()
    press(board, "Play", "Rewind")
    assert is_same(board.net, start)
    assert words(board).startswith("Step 0, ")


@pytest.mark.parametrize("back", [lambda b: press(b, "Rewind"), lambda b: slide(b, "time line", 0)])
def test_while_it_plays_one_can_go_back_to_the_start(back):
    async def play():
        board = playground(task="moons")
        start = board.net.copy()
        press(board, "Play")
        await until(lambda: "Step 0," not in words(board))
        back(board)
        await until(lambda: "Step 0," in words(board))
        await asyncio.sleep(0.1)
        return board, start

    board, start = asyncio.run(play())
    assert "Step 0," in words(board) and is_same(board.net, start)


def test_a_single_point_that_is_wrong_is_not_rounded_away():
    board = playground()
    page(board)
    tap(board, "points of kind 1")
    click(board, -0.45, -0.45)
    press(board, "Play")
    wrong = (board.net.predict(board.X) > 0.5) != board.Y
    assert wrong.sum() == 1 and "99% of 201 points are right" in words(board)


def test_epochs_are_counted_as_they_were_done():
    board = playground()
    press(board, *["One step"] * 100)  # of 20 an epoch
    slide(board, "mini-batch", 200)
    press(board, "One step", "One step")
    assert words(board).startswith("Step 102, epoch 7: ")
    slide(board, "time line", 100)
    assert words(board).startswith("Looking back. Step 100, epoch 5: ")


def test_the_time_line_goes_back_and_learning_goes_on_from_there():
    board = playground()
    press(board, *["One step"] * 5)
    slide(board, "time line", 2)
    assert words(board).startswith("Looking back. Step 2, ")
    press(board, "One step")
    assert words(board).startswith("Step 3, ")
    assert is_same(board.net, learned_again(board))


def test_a_knob_is_heeded_from_the_next_step_on():
    board, fresh = playground(), playground()
    press(board, "One step")
    slide(board, "η", 1.0)
    press(board, "One step")
    press(fresh, "One step", "One step")
    assert not is_same(board.net, fresh.net)


def test_divergence_is_told_and_taken_back():
    board = playground(task="a curve to fit")
    slide(board, "η", 10.0)
    tap(board, "activation of hidden layer 2: tanh")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        press(board, *["One step"] * 60)
        press(board, "Play")
    assert "probably too large" in words(board)
    assert board.net.is_finite()


def test_play_learns_and_pauses_in_a_kernel():
    async def play():
        board = playground()
        press(board, "Play")
        await until(lambda: "Step 0," not in words(board))
        press(board, "Pause")
        await until(lambda: "next(descent)" in everything_written(board))
        return board

    board = asyncio.run(play())
    assert is_same(board.net, learned_again(board))


# the lines of code


@pytest.mark.parametrize("task", [task for task in TASKS if task != "own points"])
def test_five_lines_do_what_the_board_did(task):
    board = playground(task=task)
    press(board, "Play")
    assert is_same(board.net, learned_again(board))
    assert len(board.code.partition("\n\n")[2].splitlines()) == 5


def test_the_lines_know_turned_knobs_and_turned_weights():
    board = playground(task="circles")
    slide(board, "mini-batch", 20)
    press(board, *["One step"] * 3)
    slide(board, "η", 0.5)
    slide(board, "λ", 2)
    press(board, *["One step"] * 3)
    key(board, "ArrowUp", handle(board, "net.W[0][0, 0]"))
    press(board, *["One step"] * 2)
    assert "descent.eta = 0.5" in board.code
    assert "net.W[0][0, 0] = " in board.code
    assert is_same(board.net, learned_again(board))


def test_the_lines_heed_a_knob_before_the_first_step():
    board = playground()
    slide(board, "η", 0.3)
    assert "eta=0.3" in everything_written(board)


def test_the_lines_say_when_points_were_changed_on_the_way():
    board = playground()
    page(board)
    press(board, "One step")
    assert "points were changed" not in board.code
    click(board, 0.9, 0.9)
    assert "points were changed" in board.code


def test_the_lines_stand_on_the_board():
    board = playground(task="spirals")
    press(board, "One step")
    assert "next(descent)" in everything_written(board)


# what is refused


@pytest.mark.parametrize(
    ("X", "Y", "named"),
    [
        (OWN_X, OWN_Y[:5], "Y"),
        (OWN_X, np.arange(30), "Y"),
        (OWN_X, np.zeros(30), "Y"),
        (OWN_X[:, 0], OWN_Y, "X"),
        (OWN_X * np.nan, OWN_Y, "X"),
        (OWN_X, None, "Y"),
        (None, OWN_Y, "X"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_in_words(X, Y, named):
    with pytest.raises((TypeError, ValueError), match=f"^{named}: expected"):
        playground(X, Y)


@pytest.mark.parametrize(
    "wrong", [{"task": "moon"}, {"hidden": (9,)}, {"hidden": 4}, {"hidden": (0,)}]
)
def test_a_task_and_a_net_that_do_not_exist_are_refused(wrong):
    with pytest.raises((TypeError, ValueError), match=f"^{next(iter(wrong))}: expected"):
        playground(**wrong)
