"""The pad without a browser: what arrives from it, what is read, what is kept."""

import numpy as np
import pytest
from hand import axes, control, inside, key, page, place_on, press, send, touch, words
from strokes import STROKES, drawn

from nnlib import IDENTITY, QUADRATIC, RELU, SIGMOID, TANH, Network, fit, load_digits
from nnlib.widgets import digit_pad
from nnlib.widgets.pad import SENT, Pad

DIGITS = load_digits()


@pytest.fixture(scope="module")
def net():
    net = Network([784, 30, 10], dtype=np.float32, rng=np.random.default_rng(0))
    train, rng = DIGITS.train, np.random.default_rng(1)
    knobs = {"eta": 0.5, "epochs": 30, "monitor": [], "progress": False}
    fit(net, train.images, train.targets, rng=rng, **knobs)
    return net


@pytest.fixture
def pad(net):
    board = digit_pad(net, DIGITS)
    yield board
    board.close()


LOAD, KEEP = "Load a test digit", "Save this one to my set"


def draw(pad, strokes):
    """What the browser sends while these strokes are drawn."""
    ink = np.round(255 * drawn(strokes, SENT)).astype(np.uint8)
    send(pad, {"kind": "drawing"}, ink.tobytes())


def test_eight_of_ten_drawn_digits_are_read(pad):
    read = []
    for digit, strokes in STROKES.items():
        draw(pad, strokes)
        read.append(f"Read as a {digit} " in words(pad))
    assert sum(read) >= 8


def test_a_first_digit_is_there_to_begin_with(pad, net):
    assert (pad.image == DIGITS.test.images[0]).all()
    assert f"Read as a {net.classify(DIGITS.test.images[:1])[0]} " in words(pad)


def test_a_test_digit_is_read_as_the_network_reads_it(pad, net):
    press(pad, LOAD)
    assert (pad.image == DIGITS.test.images[1]).all()
    assert f"Read as a {net.classify(DIGITS.test.images[1:2])[0]} " in words(pad)


def test_what_is_kept_comes_back_as_arrays(pad):
    press(pad, LOAD, KEEP)
    assert (pad.images == DIGITS.test.images[1:2]).all()
    assert (pad.labels == DIGITS.test.labels[1:2]).all()


def test_an_empty_pad_is_not_kept(pad):
    press(pad, LOAD, "Clear", KEEP)
    assert len(pad.labels) == 0 and "empty" in words(pad)


def test_switching_a_step_of_the_preparation_off_changes_what_the_net_sees(pad):
    draw(pad, STROKES[7])
    prepared = pad.image
    control(pad, "crop and shrink into 20 × 20").value = False
    assert (pad.image != prepared).any()


def test_a_message_of_another_kind_is_not_heard(pad):
    before = words(pad)
    send(pad, {"kind": "other"})
    assert words(pad) == before


def test_a_network_that_does_not_read_digits_is_refused_in_words():
    net = Network([3, 10], rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="expected 784 inputs and 10 outputs, got 3 and 10"):
        digit_pad(net, DIGITS)


def picture_of(*sizes, **looks):
    """The axes by title, a test digit before a net of these sizes."""
    net = Network(list(sizes), cost=QUADRATIC, rng=np.random.default_rng(0), **looks)
    board = digit_pad(net, DIGITS)
    board.close()
    axes = {ax.get_title(): ax for ax in board.picture.figure.axes}
    return axes, net.forward(DIGITS.test.images[:1])[1]


def test_a_network_without_a_hidden_layer_has_no_strip_of_hidden_neurons():
    drawn_on, A = picture_of(784, 10)
    assert list(drawn_on) == ["what the net sees", "outputs"]
    assert [bar.get_width() for bar in drawn_on["outputs"].patches] == pytest.approx(A[-1][0])


@pytest.mark.parametrize(
    "hidden, white, black",
    [(SIGMOID, 0, 1), (TANH, -1, 1), (RELU, 0, None), (IDENTITY, None, None)],
    ids=lambda thing: getattr(thing, "name", None),
)
def test_the_strip_is_scaled_to_what_its_neurons_can_answer_else_to_what_they_do(
    hidden, white, black
):
    drawn_on, A = picture_of(784, 31, 10, activations=[hidden, SIGMOID])
    (strip,) = drawn_on["31 hidden"].images
    cells = strip.get_array().ravel()
    assert (cells[:31] == A[1][0]).all()
    ends = A[1].min() if white is None else white, A[1].max() if black is None else black
    assert strip.get_clim() == ends


def test_outputs_beyond_1_have_room():
    drawn_on, A = picture_of(784, 10, activations=IDENTITY, biases=[np.linspace(-3, 5, 10)])
    low, high = drawn_on["outputs"].get_xlim()
    assert A[1].min() < 0 < 1 < A[1].max() and low <= A[1].min() and A[1].max() <= high
    assert picture_of(784, 10)[0]["outputs"].get_xlim() == (0, 1.2)


def test_the_number_of_an_output_stands_at_the_end_of_its_bar():
    drawn_on, A = picture_of(784, 10)
    numbers = drawn_on["outputs"].texts
    assert [text.get_position()[0] for text in numbers] == pytest.approx(A[-1][0])
    assert [float(text.get_text()) for text in numbers] == pytest.approx(A[-1][0], abs=0.006)


def cell_of(pad, neuron):
    """Where a hidden neuron stands in the picture."""
    ax = axes(pad, "30 hidden")
    row, column = divmod(neuron, ax.images[0].get_array().shape[1])
    return place_on(pad, ax, column, row)


def seen(pad):
    """What lies on the sheet that the net sees, (28, 28, 4)."""
    return axes(pad, "what the net sees").images[0].get_array()


@pytest.mark.parametrize("kind", ["down", "point"])
def test_a_hidden_neuron_that_is_pointed_at_lays_its_weights_under_the_digit(pad, net, kind):
    page(pad)
    touch(pad, *cell_of(pad, 7), kind)
    assert "Hidden neuron 7 answers" in words(pad)
    weights, colours, blank = net.W[0][:, 7], seen(pad).reshape(-1, 4), pad.image == 0
    orange = colours[:, 1] > colours[:, 2]  # else purple
    strong = blank & (np.abs(weights) > np.quantile(np.abs(net.W[0]), 0.6))
    assert strong.any() and (orange == (weights > 0))[strong].all()


def test_pointing_elsewhere_takes_the_weights_away(pad):
    page(pad)
    before = seen(pad).copy()
    touch(pad, *cell_of(pad, 7))
    assert (seen(pad) != before).any()
    touch(pad, 0.01, 0.01)
    assert (seen(pad) == before).all() and "Hidden neuron" not in words(pad)


def test_ink_is_dark_on_light_paper_and_light_on_dark(pad):
    for paper, inks_rise in (((255, 255, 255), False), ((17, 17, 17), True)):
        page(pad).look(paper=paper)
        ink, brightness = pad.image.reshape(28, 28), seen(pad)[..., :3].mean(axis=2)
        assert (np.diff(brightness.ravel()[ink.ravel().argsort()]) >= 0).all() == inks_rise
        assert brightness[0, 0] == pytest.approx(np.mean(paper) / 255)


def test_arrow_keys_go_from_one_hidden_neuron_to_the_next(pad):
    for name, neuron in (("ArrowRight", 0), ("ArrowRight", 1), ("ArrowLeft", 0)):
        key(pad, name)
        assert f"Hidden neuron {neuron} answers" in words(pad)


@pytest.mark.parametrize("biases", [np.zeros(10), np.linspace(-3, 5, 10), np.full(10, 500)])
def test_the_numbers_below_the_outputs_do_not_overlap(biases):
    outputs = picture_of(784, 30, 10, activations=IDENTITY, biases=[np.zeros(30), biases])[0][
        "outputs"
    ]
    labels = [tick.get_window_extent() for tick in outputs.get_xticklabels()]
    assert len(labels) > 2 and all(a.x1 < b.x0 for a, b in zip(labels, labels[1:], strict=False))


def test_the_frames_of_an_empty_pad_are_whole(pad):
    frames = [ax.spines for ax in pad.picture.figure.axes if ax.images]
    assert len(frames) == 2
    assert all(spine.get_visible() for spines in frames for spine in spines.values())


# the pad behind the widget


def test_an_empty_pad_leaves_every_neuron_at_rest(net):
    assert not any(values.any() for values in Pad(net, DIGITS).read())


def test_what_is_read_is_the_networks_own_pass(net):
    pad = Pad(net, DIGITS)
    pad.draw(drawn(STROKES[3], SENT))
    image, hidden, outputs = pad.read()
    _, (_, A1, A2) = net.forward(image[None])
    assert (hidden == A1[0]).all() and (outputs == A2[0]).all()


def test_a_loaded_digit_is_not_prepared_once_more(net):
    pad = Pad(net, DIGITS)
    pad.load()
    pad.crop = pad.centre = False
    assert (pad.image == DIGITS.test.images[0]).all()


def test_test_digits_come_in_order_and_again_from_the_first(net):
    pad, labels = Pad(net, DIGITS), DIGITS.test.labels.tolist()
    assert [pad.load()[1] for _ in range(len(labels) + 1)] == [*labels, labels[0]]


def test_the_browser_is_told_how_many_pixels_to_send(pad):
    (sheet,) = (widget for widget in inside(pad) if widget.has_trait("sent"))
    assert sheet.sent == SENT


def test_a_sheet_that_is_mostly_ink_is_read_like_any_other(net):
    pad = Pad(net, DIGITS)
    pad.draw(np.ones((140, 140)))
    image, _, outputs = pad.read()
    assert image.max() == 1 and outputs.any()
