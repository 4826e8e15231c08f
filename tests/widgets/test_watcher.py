"""What backpropagation changes: the published run to its last digit, symmetry, and the watcher."""

import base64
import re

import numpy as np
import pytest
from hand import (
    axes,
    choose,
    control,
    drawn,
    key,
    page,
    picture,
    press,
    slide,
    touch,
    type_in,
    words,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib import IDENTITY, MEAN_SQUARES, ONES, RELU, SCALED, SIGMOID, TANH, Network, fit, sgd
from nnlib.derivations import NINE_PARTIALS
from nnlib.widgets import weight_watcher
from nnlib.widgets.parts.numbers import signed
from nnlib.widgets.watcher import (
    EPOCHS,
    ETAS,
    LARGEST,
    START_NAMES,
    Trace,
    flat,
    parameter_names,
    unflat,
)

EQUAL = np.array([1.0] * 6 + [0.0] * 3)
PUBLISHED_COSTS = [
    9.0,
    2.8224000000000005,  # printed there as 2.8224
    1.5966218817110012,
    0.9683273794294401,
    0.5760699863534953,
    0.32719131652443106,
    0.1740732075208342,
    0.08569554755596182,
    0.03892831196020326,
    0.016430631253940065,
]
CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]]
DIFFERENT = [[0], [1], [1], [0]]


def step_by_hand(knobs, x1, x2, y, eta):
    """The published program's step, number by number: the cost before it, the knobs after it."""
    w1, w2, w3, w4, w5, w6, b1, b2, b3 = knobs
    a1 = w1 * x1 + w2 * x2 + b1
    a2 = w3 * x1 + w4 * x2 + b2
    h = w5 * a1 + w6 * a2 + b3
    dh = -2 * (y - h)
    hidden = [dh * w5 * x1, dh * w5 * x2, dh * w6 * x1, dh * w6 * x2]
    slopes = [*hidden, dh * a1, dh * a2, dh * w5, dh * w6, dh]
    return (y - h) ** 2, [knob - eta * slope for knob, slope in zip(knobs, slopes, strict=True)]


def published_run(epochs=10):
    """The costs of the published run and the knobs after it."""
    costs, knobs = [], EQUAL.tolist()
    for _ in range(epochs):
        cost, knobs = step_by_hand(knobs, 1, 1, 1, 0.1)
        costs.append(cost)
    return costs, knobs


def a_trace(start=EQUAL, X=((1, 1),), Y=((1,),), *, activations=IDENTITY, eta=0.1, epochs=10):
    X, Y = np.array(X, float), np.array(Y, float)
    rng = np.random.default_rng(0)
    sizes = [X.shape[1], 2, 1]
    net = Network(sizes, activations=activations, cost=MEAN_SQUARES, rng=rng)
    return Trace(net, start, X, Y, eta, epochs)


def generated_task(seed, n):
    rng = np.random.default_rng(seed)
    return rng, rng.standard_normal((n, 2)), rng.standard_normal((n, 1))


# ---------------------------------------------------------------- the published run


def test_number_by_number_the_costs_are_the_published_ones_to_the_last_digit():
    assert published_run()[0] == PUBLISHED_COSTS


def test_number_by_number_the_first_step_leads_to_the_published_knobs():
    w1, w2, w3, w4, w5, w6, b1, b2, b3 = np.round(published_run(epochs=1)[1], 12)
    assert [w1, w2, w3, w4] == [0.4] * 4
    assert [b1, b2] == [-0.6] * 2
    assert [w5, w6] == [-0.2] * 2
    assert b3 == -0.6


def test_number_by_number_ten_epochs_lead_to_the_published_knobs():
    w1, w2, w3, w4, w5, w6, b1, b2, b3 = published_run()[1]
    assert np.round([w1, w2, w3, w4], 8).tolist() == [0.18065149] * 4
    assert np.round([b1, b2], 8).tolist() == [-0.81934851] * 2
    assert np.round([w5, w6], 8).tolist() == [-0.28422197] * 2
    assert b3 == 0.6588107791504076


def test_as_matrices_the_costs_are_the_published_ones():
    assert a_trace().costs[:10, 0].tolist() == pytest.approx(PUBLISHED_COSTS, rel=1e-14)


def test_as_matrices_the_knobs_are_the_published_ones():
    assert a_trace().parameters[10] == pytest.approx(published_run()[1], rel=1e-14)


def test_a_network_of_ones_under_sgd_makes_the_published_run():
    net = Network([2, 2, 1], activations=IDENTITY, cost=MEAN_SQUARES, weights=ONES)
    X, Y = [[1.0, 1.0]], [[1.0]]
    descent = sgd(net, X, Y, eta=0.1, batch_size=1, rng=np.random.default_rng(0))
    for cost in PUBLISHED_COSTS:
        assert net.cost_of(X, Y) == pytest.approx(cost, rel=1e-14)
        next(descent)
    assert flat(net.W, net.b) == pytest.approx(published_run()[1], rel=1e-14)


def test_all_nine_partial_derivatives_are_derived():
    knobs = {derivation.title.rpartition("/∂")[2] for derivation in NINE_PARTIALS}
    assert knobs == {"w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3"}


# ---------------------------------------------------------------- the model


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 6), eta=st.floats(0.001, 0.03))
def test_a_trace_is_the_step_by_hand_sample_after_sample(seed, n, eta):
    rng, X, Y = generated_task(seed, n)
    knobs = rng.uniform(-1, 1, 9)
    trace = a_trace(knobs, X, Y, eta=eta, epochs=3)
    for epoch in range(3):
        assert trace.parameters[epoch] == pytest.approx(knobs, rel=1e-9, abs=1e-12)
        for x, y, cost in zip(X, Y[:, 0], trace.costs[epoch], strict=True):
            expected, knobs = step_by_hand(knobs, *x, y, eta)
            assert cost == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_outputs_are_those_of_the_net_at_the_start_of_each_epoch():
    trace = a_trace(X=CORNERS, Y=DIFFERENT)
    W, b = unflat(trace.parameters[4], 2)
    net = Network([2, 2, 1], activations=IDENTITY, cost=MEAN_SQUARES, weights=W, biases=b)
    assert trace.outputs[4] == pytest.approx(net.predict(CORNERS)[:, 0])


def test_what_the_epochs_added_sums_up_to_the_parameters():
    trace = a_trace(X=CORNERS, Y=DIFFERENT)
    added = sum(trace.added(epoch) for epoch in range(11))
    assert EQUAL + added == pytest.approx(trace.parameters[10])


@pytest.mark.parametrize("n_in", [1, 2, 3])
def test_flat_and_back_is_the_same(n_in):
    knobs = np.arange(2.0 * n_in + 5)
    W, b = unflat(knobs, n_in)
    assert [layer.shape for layer in W] == [(n_in, 2), (2, 1)]
    assert [layer.shape for layer in b] == [(2,), (1,)]
    assert flat(W, b).tolist() == knobs.tolist()
    assert len(parameter_names(n_in)) == len(knobs)


def test_the_weights_are_numbered_as_in_the_derivations():
    W, b = unflat(np.arange(1.0, 10.0), 2)
    assert W[0].tolist() == [[1, 3], [2, 4]]  # w1, w2 lead into a1, w3, w4 into a2
    assert W[1].tolist() == [[5], [6]]
    assert [layer.tolist() for layer in b] == [[7, 8], [9]]
    assert parameter_names(2) == ["w₁", "w₂", "w₃", "w₄", "w₅", "w₆", "b₁", "b₂", "b₃"]


def test_a_diverging_trace_ends_and_says_so():
    trace = a_trace(eta=0.2)
    assert re.fullmatch(
        r"Diverged in epoch 5: the cost rose more than a million times, from 9 to \S+\. "
        r"η = 0\.2 is probably too large\.",
        trace.ended,
    )
    assert len(trace.costs) == len(trace.parameters) == 5
    assert np.isfinite(trace.costs).all()


def test_training_does_not_change_the_net_it_starts_from():
    net = Network([2, 2, 1], activations=IDENTITY, cost=MEAN_SQUARES, weights=ONES)
    Trace(net, EQUAL, np.ones((1, 2)), np.ones((1, 1)), 0.1, 10)
    assert flat(net.W, net.b).tolist() == EQUAL.tolist()


# ---------------------------------------------------------------- symmetry


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(1, 9),
    f=st.sampled_from([IDENTITY, TANH, SIGMOID, RELU]),
)
def test_equal_hidden_neurons_stay_equal_to_the_bit(seed, n, f):
    rng, X, Y = generated_task(seed, n)
    w1, w2, w5, b1, b3 = rng.uniform(-1, 1, 5)
    start = [w1, w2, w1, w2, w5, w5, b1, b1, b3]
    trace = a_trace(start, X, Y, activations=[f, IDENTITY], eta=0.05, epochs=20)
    assert all(trace.hidden_are_equal(epoch) for epoch in range(len(trace.parameters)))


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 40))
def test_equal_hidden_neurons_stay_equal_in_batches_too(seed, n):
    rng, X, Y = generated_task(seed, n)
    net = Network([2, 2, 1], activations=[TANH, IDENTITY], cost=MEAN_SQUARES, weights=ONES)
    fit(net, X, Y, eta=0.05, epochs=5, batch_size=n, rng=rng, progress=False)
    assert np.array_equal(net.W[0][:, 0], net.W[0][:, 1])


def test_hidden_neurons_that_differ_in_one_number_are_not_equal():
    for place in (0, 1, 4, 6):
        start = EQUAL.copy()
        start[place] += 1e-15
        assert not a_trace(start).hidden_are_equal(0), parameter_names(2)[place]


def test_the_last_bias_is_not_part_of_any_symmetry():
    assert a_trace(EQUAL + np.eye(9)[8]).hidden_are_equal(10)


def test_an_equal_start_learns_a_linear_task():
    X = np.random.default_rng(0).standard_normal((20, 2))
    Y = X @ [[2], [-1]] + 0.5
    trace = a_trace(X=X, Y=Y, eta=0.05, epochs=100)
    assert trace.hidden_are_equal(100)
    assert trace.costs[100].max() < 1e-12


def test_an_equal_start_never_learns_which_inputs_differ():
    trace = a_trace(X=CORNERS, Y=DIFFERENT, activations=[TANH, IDENTITY], epochs=300)
    costs = ((trace.outputs - np.ravel(DIFFERENT)) ** 2).mean(axis=1)
    assert costs.min() >= 1 / 6  # one neuron, rising or falling, cannot do better


def test_a_random_start_learns_which_inputs_differ():
    start = np.append(np.random.default_rng(3).standard_normal(6).round(2), np.zeros(3))
    trace = a_trace(start, CORNERS, DIFFERENT, activations=[TANH, IDENTITY], epochs=300)
    assert trace.costs[300].max() < 1e-6


@pytest.mark.thorough
@pytest.mark.parametrize("start", [ONES, SCALED])
def test_without_activation_the_trained_net_is_least_squares(start):
    _, X, Y = generated_task(4, 30)
    rng = np.random.default_rng(1)
    net = Network([2, 2, 1], activations=IDENTITY, cost=MEAN_SQUARES, weights=start, rng=rng)
    fit(net, X, Y, eta=0.1, epochs=4000, batch_size=30, rng=rng, progress=False)
    columns = np.column_stack([X, np.ones(30)])
    solution = np.linalg.lstsq(columns, Y, rcond=None)[0]
    assert net.W[0] @ net.W[1] == pytest.approx(solution[:2], abs=1e-6)
    assert net.b[0] @ net.W[1] + net.b[1] == pytest.approx(solution[2], abs=1e-6)


# ---------------------------------------------------------------- the board


def on_the_net(watcher):
    """The number written on each edge and at each neuron, by its name."""
    shown = [text.get_text().split() for text in axes(watcher, "below each number").texts]
    named = [pair for pair in shown if len(pair) == 2 and pair[0] in parameter_names(2)]
    return {name: float(number.replace("−", "-")) for name, number in named}


def lines_and_numbers(watcher):
    """The line of each weight with the text that is written on it."""
    artists = axes(watcher, "below each number").get_children()
    by_id = {artist.get_gid(): artist for artist in artists}
    return [(by_id[name], by_id[f"number {name}"]) for name in by_id if f"number {name}" in by_id]


def epoch_of(watcher):
    return control(watcher, "epochs done").value


def set_start(watcher, name, value):
    """Type where a number starts."""
    choose(watcher, "my own", name)
    type_in(watcher, "starts at", value)


def starts(watcher, n_in=2):
    """Where every number starts, as the field shows it."""
    shown = []
    for name in parameter_names(n_in):
        choose(watcher, "my own", name)
        shown.append(control(watcher, "starts at").value)
    return shown


def test_the_board_begins_with_the_published_run():
    assert weight_watcher().costs[:10, 0].tolist() == pytest.approx(PUBLISHED_COSTS, rel=1e-14)


def test_the_net_at_the_epoch_shown_can_be_used():
    watcher = weight_watcher()
    slide(watcher, "epochs done", 10)
    assert watcher.net.cost_of([[1, 1]], [[1]]) == pytest.approx(watcher.costs[10, 0])
    watcher.net.W[0][:] = 7
    assert watcher.net.W[0] == pytest.approx(np.full((2, 2), 0.18065149))


def test_the_slider_moves_the_numbers_on_the_net():
    watcher = weight_watcher()
    slide(watcher, "epochs done", 1)
    assert on_the_net(watcher) == {
        **dict.fromkeys(("w₁", "w₂", "w₃", "w₄"), 0.4),
        **dict.fromkeys(("w₅", "w₆"), -0.2),
        **dict.fromkeys(("b₁", "b₂", "b₃"), -0.6),
    }


def test_below_each_number_stands_what_the_last_epoch_added():
    watcher = weight_watcher()

    def added():
        texts = (text.get_text() for text in axes(watcher, "below each number").texts)
        return [text for text in texts if re.fullmatch(r"[+−]\S+", text)]

    assert added() == []
    slide(watcher, "epochs done", 1)
    assert added() == ["−0.600"] * 4 + ["−1.200"] * 2 + ["−0.600"] * 3


def test_each_number_stands_on_the_line_of_its_own_weight():
    watcher = weight_watcher()
    for value, name in enumerate(parameter_names(2), start=1):
        set_start(watcher, name, value)
    ends = {}
    for line, number in lines_and_numbers(watcher):
        (x0, x1), (y0, y1) = line.get_data()
        x, y = number.get_position()
        assert y == pytest.approx(y0 + (x - x0) / (x1 - x0) * (y1 - y0))
        ends[number.get_text()] = (y0, y1)
    assert ends["w₁ +1.000"] == (0.5, 0.5)
    assert ends["w₂ +2.000"] == (-0.5, 0.5)
    assert ends["w₃ +3.000"] == (0.5, -0.5)
    assert ends["w₆ +6.000"] == (-0.5, 0.0)


def test_the_lines_have_the_width_of_their_weights():
    watcher = weight_watcher()
    set_start(watcher, "w₁", 0.5)
    set_start(watcher, "w₂", -2)
    lines = {number.get_text(): line for line, number in lines_and_numbers(watcher)}
    positive, negative = lines["w₁ +0.500"], lines["w₂ −2.000"]
    assert positive.get_linewidth() < negative.get_linewidth()
    assert (positive.get_linestyle(), negative.get_linestyle()) == ("-", "--")


def test_a_typed_number_makes_the_start_the_students_own():
    watcher = weight_watcher()
    slide(watcher, "epochs done", 5)
    set_start(watcher, "w₁", 0.25)
    assert control(watcher, "start").value == "own"
    press(watcher, "Rewind")
    assert on_the_net(watcher)["w₁"] == 0.25
    assert on_the_net(watcher)["w₂"] == 1
    assert "not equal" in words(watcher)


def test_ones_own_start_is_still_there_after_the_others():
    watcher = weight_watcher()
    set_start(watcher, "b₃", -2)
    choose(watcher, "start", START_NAMES["equal"])
    assert starts(watcher)[-1] == 0
    choose(watcher, "start", START_NAMES["own"])
    assert starts(watcher) == [1] * 6 + [0, 0, -2]


def test_rewinding_returns_to_the_same_start():
    watcher = weight_watcher(start="random", seed=5)
    before = on_the_net(watcher)
    slide(watcher, "epochs done", 10)
    assert on_the_net(watcher) != before
    press(watcher, "Rewind")
    assert on_the_net(watcher) == before


def test_the_field_shows_the_whole_random_start():
    watcher = weight_watcher(start="random", seed=5)
    press(watcher, "Rewind")
    shown = starts(watcher)
    assert flat(watcher.net.W, watcher.net.b).tolist() == shown
    assert np.round(shown, 2).tolist() == shown  # two decimals: short enough to type again


def test_a_new_random_start_is_another_one_and_chooses_random():
    watcher = weight_watcher(seed=5)
    choose(watcher, "start", START_NAMES["random"])
    first = on_the_net(watcher)
    choose(watcher, "start", START_NAMES["equal"])
    press(watcher, "New random start")
    assert control(watcher, "start").value == "random"
    assert on_the_net(watcher) != first


def test_the_seed_makes_the_same_random_starts():
    one, two = (weight_watcher(start="random", seed=8) for _ in range(2))
    press(one, "New random start")
    press(two, "New random start")
    assert on_the_net(one) == on_the_net(two)


def test_one_epoch_more_ends_at_the_last():
    watcher = weight_watcher(epochs=2)
    for _ in range(3):
        press(watcher, "One epoch")
    assert epoch_of(watcher) == 2


def test_fewer_epochs_take_the_slider_back():
    watcher = weight_watcher(epochs=20)
    slide(watcher, "epochs done", 20)
    slide(watcher, "epochs in all", 5)
    assert (epoch_of(watcher), control(watcher, "epochs done").max) == (5, 5)
    assert "After 5 of 5 epochs" in words(watcher)


def test_the_mark_stands_on_the_mean_cost_of_the_epoch():
    watcher = weight_watcher(CORNERS, DIFFERENT)
    slide(watcher, "epochs done", 3)
    lines = {len(line.get_xdata()): line.get_data() for line in axes(watcher, "epochs done").lines}
    assert lines[1] == ([3], [pytest.approx(watcher.costs[3].mean())])
    assert list(lines[2][0]) == [3, 3]


def test_the_three_curves_are_highest_mean_and_lowest_cost():
    watcher = weight_watcher(CORNERS, DIFFERENT)
    names, ax = ("highest", "mean", "lowest"), axes(watcher, "epochs done")
    curves = {name: drawn(ax, name).get_ydata() for name in names}
    assert list(curves["highest"]) == pytest.approx(watcher.costs.max(axis=1))
    assert list(curves["mean"]) == pytest.approx(watcher.costs.mean(axis=1))
    assert list(curves["lowest"]) == pytest.approx(np.maximum(watcher.costs.min(axis=1), 1e-6))


def test_the_sentence_names_the_largest_change():
    watcher = weight_watcher()
    slide(watcher, "epochs done", 1)
    assert "the mean cost is 2.82 (lowest 2.82, highest 2.82)" in words(watcher)
    assert "largest change: −1.200 to w₅, now −0.200" in words(watcher)
    assert "The hidden neurons are equal to the bit." in words(watcher)


@pytest.mark.parametrize(
    "value, written",
    [(0.4, "+0.400"), (-1.2, "−1.200"), (0, "+0.000"), (-6e-17, "+0.000"), (4e-4, "+4e−04")]
    + [(999.9, "+999.900"), (-12345, "−1e+04")],
)
def test_numbers_on_the_net_have_a_sign_and_at_most_eight_characters(value, written):
    assert signed(value) == written


def test_divergence_is_told_and_the_slider_stands_where_the_picture_does():
    watcher = weight_watcher()
    slide(watcher, "epochs done", 10)
    slide(watcher, "η", 0.2)
    assert "Diverged in epoch 5" in words(watcher)
    assert "After 4 of 10 epochs" in words(watcher)
    assert (epoch_of(watcher), control(watcher, "epochs done").max) == (4, 4)


def test_a_net_that_diverges_in_its_first_epoch_leaves_the_slider_at_its_start():
    watcher = weight_watcher([[1000, 1000]], [[1]])
    slide(watcher, "epochs done", 1)
    assert "Diverged" in words(watcher)
    assert epoch_of(watcher) == 0


def number_of(name):
    return parameter_names(2).index(name)


def test_a_number_is_dragged_on_its_line():
    watcher = weight_watcher()
    slide(watcher, "epochs done", 5)
    touch(watcher, 0.3, 0.5, "down", number_of("w₃"))
    touch(watcher, 0.3, 0.75, "move", number_of("w₃"))
    touch(watcher, 0.3, 0.75, "up", number_of("w₃"))
    assert (epoch_of(watcher), on_the_net(watcher)["w₃"]) == (0, -1)
    assert starts(watcher) == [1, 1, -1, 1, 1, 1, 0, 0, 0]
    assert control(watcher, "start").value == "own"


def test_keys_move_a_number_and_a_screen_reader_hears_it():
    watcher = weight_watcher()
    key(watcher, "ArrowDown", number_of("b₃"), shift=True)
    assert on_the_net(watcher)["b₃"] == -0.5
    aria = page(watcher).handles[number_of("b₃")]["aria"]
    assert (aria["label"], aria["valuetext"]) == ("start of b₃", "−0.500")


def test_play_moves_the_epochs():
    watcher = weight_watcher()
    control(watcher, "Play from here, or stop and go back").value = 3
    assert "After 3 of 10 epochs" in words(watcher)
    press(watcher, "Rewind")
    assert control(watcher, "Play from here, or stop and go back").value == 0


@pytest.mark.thorough
@pytest.mark.parametrize("n_in, f", [(1, RELU), (2, IDENTITY), (2, TANH), (3, SIGMOID)])
def test_every_control_goes_to_its_ends_and_anywhere_between(n_in, f):
    rng = np.random.default_rng(n_in)
    X, Y = 3 * rng.standard_normal((5, n_in)), rng.standard_normal((5, 1))
    watcher = weight_watcher(X, Y, activations=[f, IDENTITY], seed=n_in)
    for epochs in (EPOCHS[0], EPOCHS[-1], 20):
        slide(watcher, "epochs in all", epochs)
        slide(watcher, "epochs done", epochs)
    for eta in (ETAS[0], ETAS[-1], *rng.choice(ETAS, 3)):
        slide(watcher, "η", eta)
        slide(watcher, "epochs done", int(rng.integers(21)))
    for start in ("random", "equal", "own"):
        choose(watcher, "start", START_NAMES[start])
    for place in (0, -4, -1):
        for value in (-LARGEST, LARGEST, rng.uniform(-2, 2)):
            set_start(watcher, parameter_names(n_in)[place], value)
    press(watcher, "New random start")
    assert picture(watcher)
    assert "nan" not in words(watcher)


def test_a_reader_without_a_kernel_sees_the_last_epoch():
    watcher = weight_watcher()
    first = watcher.still()["image/png"]
    watcher.settle()
    last = watcher.still()["image/png"]
    assert first != last
    assert base64.b64decode(last).startswith(b"\x89PNG")
    assert epoch_of(watcher) == 10


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"X": [1, 1]}, "X: expected shape (n, n_in)"),
        ({"X": [[1, 1, 1, 1]]}, "n_in from 1 to 3, got (1, 4)"),
        ({"X": [[1, 2], [3]]}, "rows of different lengths"),
        ({"X": [[1e4, 1]]}, "from -1000 to 1000, got 10000"),
        ({"X": [[np.nan, 1]]}, "X: expected finite numbers"),
        ({"Y": [[1], [2]]}, "Y: expected shape (1, 1)"),
        ({"start": "own"}, "start: expected 'equal' or 'random', got 'own'"),
        ({"eta": 0}, "eta: expected a finite number of at least 0.001"),
        ({"eta": 9}, "eta: expected at most 1"),
        ({"epochs": 0}, "epochs: expected a whole number of at least 1"),
        ({"epochs": 5000}, "epochs: expected at most 1000"),
    ],
)
def test_a_wrong_argument_is_refused_in_words(wrong, said):
    with pytest.raises(ValueError) as refusal:
        weight_watcher(**wrong)
    assert said in str(refusal.value)
