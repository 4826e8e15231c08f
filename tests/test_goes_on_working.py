"""What people do with small networks goes on working: tasks of the books, strange hands, limits."""

import os

import numpy as np
import pandas as pd
import pytest
from strokes import STROKES, drawn

from nnlib import (
    IDENTITY,
    LOG_LIKELIHOOD,
    QUADRATIC,
    RELU,
    SIGMOID,
    SOFTMAX,
    TANH,
    Activation,
    Network,
    check_gradients,
    fit,
    load_digits,
    load_mnist,
    sgd,
)
from nnlib.costs import COSTS
from nnlib.datasets.handwriting import like_mnist

LEAKY = Activation("leaky", lambda z: np.maximum(z, 0.1 * z), lambda z: np.where(z > 0, 1, 0.1))
ELU = Activation(
    "elu",
    lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    lambda z: np.exp(np.minimum(z, 0)),
)
SOFTPLUS = Activation(
    "softplus", lambda z: np.logaddexp(z, 0), lambda z: 1 / (1 + np.exp(-np.asarray(z)))
)
BITS = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
XOR = np.array([[0.0], [1], [1], [0]])
ALL_THREE = np.hstack([BITS, XOR])  # several classes at once: and the two bits themselves
X_OF_PARABOLA = np.linspace(-1, 1, 40)[:, None]
PARABOLA = X_OF_PARABOLA**2
PICTURES = load_digits().train.images[:200]


def trained(sizes, X, Y, *, eta, steps, seed=0, **looks):
    """A network of these sizes after so many steps of four samples each."""
    net = Network(sizes, rng=np.random.default_rng(seed), **looks)
    descent = sgd(net, X, Y, eta=eta, batch_size=4, rng=np.random.default_rng(seed + 1))
    for _ in range(steps):
        next(descent)
    return net


def parabola_by(f):
    looks = {"activations": [f, IDENTITY], "cost": QUADRATIC}
    return ([1, 10, 1], X_OF_PARABOLA, PARABOLA), {"eta": 0.1, "steps": 4000, **looks}


BY_MINUS_1 = {"activations": TANH, "cost": QUADRATIC}
TASKS = {  # what is learnt, how, and below which cost that is
    "exclusive or": (([2, 4, 1], BITS, XOR), {"eta": 2, "steps": 2000}, 0.01),
    "exclusive or by -1 and 1": (
        ([2, 4, 1], 2 * BITS - 1, 2 * XOR - 1),
        {"eta": 0.1, "steps": 2000, **BY_MINUS_1},
        0.01,
    ),
    "several classes at once": (([2, 6, 3], BITS, ALL_THREE), {"eta": 2, "steps": 2000}, 0.02),
    "8-3-8": (([8, 3, 8], np.eye(8), np.eye(8)), {"eta": 2, "steps": 2000}, 0.2),
    "an autoencoder": (
        ([784, 20, 784], PICTURES, PICTURES),
        {"eta": 0.1, "steps": 2000, "cost": QUADRATIC, "dtype": np.float32},
        12,  # without hidden neurons, by the mean picture: 18
    ),
    "leaky ReLU": (*parabola_by(LEAKY), 0.003),
    "ELU": (*parabola_by(ELU), 0.003),
    "softplus": (*parabola_by(SOFTPLUS), 0.003),
}


@pytest.mark.parametrize("task", TASKS)
def test_a_task_of_the_books_is_learnt(task):
    (sizes, X, Y), knobs, enough = TASKS[task]
    assert trained(sizes, X, Y, **knobs).cost_of(X, Y) < enough


@pytest.mark.parametrize("f", [LEAKY, ELU, SOFTPLUS], ids=lambda f: f.name)
def test_gradients_through_an_activation_of_ones_own_are_right(f):
    net = Network([2, 5, 1], activations=[f, SIGMOID], rng=np.random.default_rng(0))
    assert check_gradients(net, BITS - 0.3, XOR) < 1e-7


def test_iris_as_a_data_frame_with_one_hot_columns_is_learnt():
    iris = pytest.importorskip(
        "sklearn.datasets", reason="Iris comes with scikit-learn"
    ).load_iris()
    X = pd.DataFrame((iris.data - iris.data.mean(axis=0)) / iris.data.std(axis=0))
    looks = {"activations": [SIGMOID, SOFTMAX], "cost": LOG_LIKELIHOOD}
    kinds = pd.Series(iris.target)
    net = trained([4, 8, 3], X, pd.get_dummies(kinds), eta=0.1, steps=4000, **looks)
    assert net.accuracy(X, kinds) > 0.965


# Strange hands, read by a net that has seen MNIST

HANDS = {
    **{f"an off-centre 9, {shift}": (9, shift, 22) for shift in ((60, 30), (-60, -30), (50, -40))},
    **{f"a {digit} by a thick pen": (digit, (0, 0), 36) for digit in STROKES},
    "a bare 1": (1, [[(140, 50), (140, 230)]], 22),
    "a barred 7": (7, [*STROKES[7], [(110, 145), (185, 145)]], 22),
}


@pytest.fixture(scope="module")
def reader():
    if not os.environ.get("NNLIB_MNIST"):
        pytest.skip("NNLIB_MNIST does not name a folder with MNIST")
    train, rng = load_mnist().train, np.random.default_rng(1)
    net = Network([784, 30, 10], dtype=np.float32, rng=np.random.default_rng(0))
    fit(net, train.images, train.targets, eta=0.5, epochs=2, monitor=[], rng=rng, progress=False)
    return net


@pytest.mark.parametrize("hand", HANDS)
def test_a_digit_of_another_hand_is_read_right(reader, hand):
    digit, strokes, width = HANDS[hand]
    if isinstance(strokes, tuple):  # how far all its points are moved
        strokes = [[(x + strokes[0], y + strokes[1]) for x, y in s] for s in STROKES[digit]]
    assert reader.classify(like_mnist(drawn(strokes, 140, width))) == [digit]


# Limits


@pytest.mark.parametrize("cost", COSTS, ids=lambda cost: cost.name)
@pytest.mark.parametrize("z", [1000.0, -1000.0])
@pytest.mark.parametrize("right", [0, 1])
def test_costs_and_errors_of_z_beyond_all_exponents_are_finite_and_right(cost, z, right):
    f = cost.only or SIGMOID
    net = Network([2, 2], activations=f, cost=cost, weights=[np.eye(2)])
    Y = np.eye(2)[[right]]
    (Z,), (_, A) = net.forward([[z, -z]])
    wrong = (z > 0) == right  # the output that ought to be 0 is 1
    dearest = {"cross-entropy": 2000, "log-likelihood": 2000, "sum of squares": 2}.get(cost.name, 1)
    assert net.cost_of([[z, -z]], Y) == (dearest if wrong else 0)
    delta = cost.error(Z, A, Y, f)
    np.testing.assert_allclose(delta, A - Y if cost.only else 0 * A, rtol=0, atol=1e-300)


def test_inputs_up_to_1000_with_relu_are_told_to_be_scaled():
    rng = np.random.default_rng(0)
    X, Y = rng.uniform(0, 1000, (40, 5)), rng.integers(0, 2, (40, 1))
    net = Network([5, 10, 1], activations=[RELU, SIGMOID], rng=rng)
    history = fit(net, X, Y, eta=0.5, epochs=20, rng=rng, progress=False)
    assert "scale them to about 1" in repr(history)
    history = fit(net, X / 1000, Y, eta=0.5, epochs=20, rng=rng, progress=False)
    assert "scale them" not in repr(history)


@pytest.mark.parametrize("shape", [(4, 3), (1, 3), (3, 1)])
def test_biases_broadcast_to_a_matrix_are_refused_in_words(shape):
    with pytest.raises(ValueError, match=r"biases\[0\]: expected shape \(3,\), got"):
        Network([2, 3], weights=[np.ones((2, 3))], biases=[np.ones(shape)])
    net = Network([2, 3], rng=np.random.default_rng(0))
    net.b[0] = np.ones(shape)
    with pytest.raises(ValueError, match=r"net.b: expected float64 arrays of shapes \[\(3,\)\]"):
        net.predict(BITS)


@pytest.mark.parametrize(
    "labels", [[1, 2, 3, 1], [-1, 1, 1, -1], [0, 1, 2, 3], [0.0, 1.0, 0.0, 1.0]]
)
def test_labels_that_are_not_counted_from_0_are_refused_in_words(labels):
    with pytest.raises(ValueError, match="labels: expected whole numbers from 0 to 2, got"):
        Network([2, 3], rng=np.random.default_rng(0)).accuracy(BITS, labels)
