"""symptoms: what a run suffers from that does not diverge stands in its history, in words."""

import numpy as np
import pytest

from nnlib import (
    IDENTITY,
    QUADRATIC,
    RELU,
    SIGMOID,
    TANH,
    Activation,
    Network,
    fit,
    load_digits,
)

DIGITS = load_digits()
X, Y = np.random.default_rng(0).uniform(size=(20, 5)), np.full((20, 1), 0.5)


def noticed(net, X, Y, eta=0.01, epochs=2):
    rng = np.random.default_rng(0)
    return fit(net, X, Y, eta=eta, epochs=epochs, rng=rng, progress=False)


def net(*sizes, output=IDENTITY, hidden=SIGMOID, **looks):
    activations = [hidden] * (len(sizes) - 2) + [output]
    looks = {"cost": QUADRATIC, "rng": np.random.default_rng(0), **looks}
    return Network(list(sizes), activations=activations, **looks)


def test_a_run_in_which_all_is_well_has_nothing_to_say():
    history = noticed(net(5, 20, 1, hidden=RELU), X, Y)
    assert history.noticed == [] and "X holds" not in repr(history)


def test_pixels_up_to_255_are_told():
    train = DIGITS.train
    digits = Network([784, 30, 10], dtype=np.float32, rng=np.random.default_rng(0))
    history = noticed(digits, 255 * train.images, train.targets, eta=0.5, epochs=3)
    assert history.noticed == [
        "X holds numbers up to 255: scale them to about 1 (pixels: X / 255)."
    ]
    assert history.noticed[0] in repr(history)
    digits = Network([784, 30, 10], dtype=np.float32, rng=np.random.default_rng(0))
    obeyed = noticed(digits, train.images, train.targets, eta=0.5, epochs=3)
    assert obeyed.noticed == []
    assert obeyed.training_accuracy[-1] > history.training_accuracy[-1]


def test_dead_neurons_of_an_activation_of_your_own_are_told():
    own = Activation("own", lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0)
    x, y = np.array([[1.0, 2, 3, 4, 5], [1, 2, 3, 4, 6]]), np.array([[15.0], [16]])
    (told,) = noticed(net(5, 2, 1, hidden=own), x, y, epochs=500).noticed
    assert told.startswith("2 of 2 neurons of hidden layer 1 answer 0 to every sample")


def test_a_dead_output_is_told():
    weights = [-np.ones((5, 1))]
    (told,) = noticed(net(5, 1, output=RELU, weights=weights), X, Y).noticed
    assert told.startswith("1 of 1 neurons of the output layer answer 0 to every sample")


def test_dead_hidden_neurons_are_counted():
    x = np.array([[1.0, 2, 3, 4, 5], [1, 2, 3, 4, 6]])
    y = np.array([[15.0], [16]])
    for seed in range(20):
        dying = net(5, 2, 1, hidden=RELU, rng=np.random.default_rng(seed))
        history = noticed(dying, x, y, epochs=300)
        dead = int((dying.forward(x)[1][1] == 0).all(axis=0).sum())
        words = [s for s in history.noticed if "hidden layer 1" in s]
        assert bool(words) == (dead >= 1)
        if words:
            assert words[0].startswith(f"{dead} of 2 neurons of hidden layer 1 answer 0 to every")


@pytest.mark.parametrize(
    "output, targets, words",
    [
        (TANH, [1.0, 2, 3, 4], "The targets go from 1 to 4, but tanh answers with numbers from -1"),
        (SIGMOID, [-1.0, 1, 0, -1], "from -1 to 1, but sigmoid answers with numbers from 0 to 1"),
        (RELU, [-1.0, 2, 3, 4], "but relu answers with numbers from 0 to inf"),
    ],
)
def test_targets_that_the_output_cannot_reach_are_told_and_identity_reaches_them(
    output, targets, words
):
    y = np.array(targets)[:, None]
    history = noticed(net(5, 4, 1, output=output), X[:4], y)
    assert words in history.noticed[0] and "take IDENTITY" in history.noticed[0]
    obeyed = noticed(net(5, 8, 1), X[:4], y, eta=0.1, epochs=3000)
    assert obeyed.noticed == [] and obeyed.training_cost[-1] < 0.01


def test_classes_coded_as_minus_1_and_1_are_to_be_coded_as_the_sigmoid_answers():
    y = np.array([[-1.0], [1], [1], [-1]])
    history = noticed(net(5, 4, 1, output=SIGMOID), X[:4], y)
    assert history.noticed[0].endswith("code the classes as 0 and 1.")
    assert noticed(net(5, 4, 1, output=SIGMOID), X[:4], (y + 1) / 2).noticed == []
