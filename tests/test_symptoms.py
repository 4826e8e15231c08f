"""symptoms: what a run suffers from that does not diverge stands in its history, in words."""

import itertools

import numpy as np
import pytest

from nnlib import (
    CROSS_ENTROPY,
    CUBE,
    FOR_RELU,
    IDENTITY,
    LARGE,
    LOG_LIKELIHOOD,
    QUADRATIC,
    RELU,
    SIGMOID,
    SOFTMAX,
    SQUARE,
    SUM_OF_SQUARES,
    TANH,
    Activation,
    Network,
    fit,
    load_digits,
)
from nnlib._support.symptoms import reach
from nnlib.activations import ACTIVATIONS
from nnlib.costs import COSTS

DIGITS, RNG = load_digits(), np.random.default_rng(0)
X, Y = np.random.default_rng(0).uniform(size=(20, 5)), np.full((20, 1), 0.5)


def noticed(net, X, Y, eta=0.01, epochs=2, l2=0.0):
    rng = np.random.default_rng(0)
    return fit(net, X, Y, eta=eta, epochs=epochs, l2=l2, rng=rng, progress=False)


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
    assert history.noticed == ["X holds numbers up to 255: scale them to about 1, X / 255."]
    assert history.noticed[0] in repr(history)
    digits = Network([784, 30, 10], dtype=np.float32, rng=np.random.default_rng(0))
    obeyed = noticed(digits, train.images, train.targets, eta=0.5, epochs=3)
    assert obeyed.noticed == []
    assert obeyed.training_accuracy[-1] > history.training_accuracy[-1]


@pytest.mark.parametrize("scale", [1 / 255, 1 / 255**2])
@pytest.mark.parametrize(
    "layers, output, cost",
    [
        ((30,), SIGMOID, QUADRATIC), ((30, 30), SIGMOID, CROSS_ENTROPY),
        ((30,), SOFTMAX, LOG_LIKELIHOOD), ((), SOFTMAX, LOG_LIKELIHOOD),
    ],
)  # fmt: skip
def test_pixels_divided_once_too_often_are_told(layers, output, cost, scale):
    X, Y = scale * DIGITS.train.images, DIGITS.train.targets
    (told,) = noticed(net(784, *layers, 10, output=output, cost=cost), X, Y, eta=0.5).noticed
    assert told.startswith(f"X holds numbers up to {scale:.3g} only, so all samples get almost the")
    obeyed = eval(told.rpartition(", ")[2].rstrip("."), {"X": X})
    assert obeyed.max() == pytest.approx(1, rel=0.02)


@pytest.mark.parametrize("scale", [1e-3, 1e-6])
def test_inputs_that_are_small_and_tell_the_samples_apart_all_the_same_are_not_told(scale):
    x = np.random.default_rng(0).normal(size=(50, 2))
    able = net(2, 1, weights=[np.full((2, 1), 0.3 / scale)])
    assert noticed(able, scale * x, x[:, :1] + x[:, 1:]).noticed == []


MANY = np.random.default_rng(1).normal(size=(20, 5)) * [1, 20, 0.1, 300, 0] + [0, 50, 0, 9, 7]

COUNTS = np.arange(100.0).reshape(20, 5) % 17
HEAVY = np.exp(2 * np.random.default_rng(2).normal(size=(5000, 3)))  # some numbers are far
FLAG = np.c_[20 * HEAVY[:, :3] % 30, np.arange(5000) % 400 == 0]  # of 0 and 1, rarely 1
WILD = np.random.default_rng(3).standard_cauchy((5000, 2))
FAR = {"logs": HEAVY, "rare flag": FLAG, "wild": WILD}


@pytest.mark.parametrize(
    "given", [MANY, MANY.astype(np.float32), MANY[:, :1] * 40, COUNTS, *FAR.values()]
)
def test_large_inputs_that_are_no_pixels_are_to_be_standardised_which_leaves_nothing_to_tell(given):
    sizes = given.shape[1], 4, 1
    Y = np.full((len(given), 1), 0.5)
    (told,) = noticed(net(*sizes), given, Y, eta=1e-9, epochs=1).noticed
    assert "255" not in told and told.endswith(", each column by itself.")
    line = told.partition("to about 1, ")[2].partition(", each")[0]
    obeyed = eval(line, {"np": np, "X": given})
    assert noticed(net(*sizes), obeyed, Y, epochs=1).noticed == []
    assert np.abs(obeyed.mean(axis=0)).max() < 1e-5 and obeyed.std(axis=0)[0] == pytest.approx(1)


def test_validation_inputs_of_another_scale_are_told():
    train, validation = DIGITS.train, DIGITS.validation
    digits = Network([784, 10], dtype=np.float32, rng=np.random.default_rng(0))

    def told(factor):
        rng, data = np.random.default_rng(0), (factor * validation.images, validation.targets)
        history = fit(digits, train.images, train.targets, eta=0.1, epochs=1, evaluation=data,
                      rng=rng, progress=False)  # fmt: skip
        return history.noticed

    words = "The inputs go up to 1 in training, but up to {} in validation: scale both sets alike."
    assert told(255) == [words.format(255)] and told(1 / 255) == [words.format(0.00392)]
    assert told(1) == []


@pytest.mark.parametrize("name", FAR)
def test_two_halves_of_standardised_data_are_of_one_scale_though_one_number_is_far(name):
    data = (FAR[name] - FAR[name].mean(axis=0)) / FAR[name].std(axis=0)
    far = np.argsort(np.abs(data).max(axis=1))  # the farthest samples all validate
    X, others = data[far[:4000]], data[far[4000:]]
    history = fit(net(data.shape[1], 4, 1), X, X[:, :1], eta=1e-3, epochs=1, rng=RNG,
                  evaluation=(others, others[:, :1]), progress=False)  # fmt: skip
    assert history.noticed == []


@pytest.mark.parametrize("weights", [np.zeros, np.ones])
@pytest.mark.parametrize("hidden", [SIGMOID, TANH, RELU])
def test_neurons_that_started_alike_are_told_and_random_weights_set_them_apart(weights, hidden):
    same = net(5, 4, 1, hidden=hidden, weights=[weights((5, 4)), weights((4, 1))])
    (told,) = noticed(same, X, Y, epochs=50).noticed
    words = "The 4 neurons of hidden layer 1 are alike and stay so: start with random weights."
    assert told == words
    assert noticed(net(5, 4, 1, hidden=TANH), X, Y, epochs=50).noticed == []


def test_a_layer_of_zeros_that_can_learn_to_differ_is_not_told():
    apart = np.arange(1.0, 5)[:, None]
    assert noticed(net(5, 4, 1, weights=[np.zeros((5, 4)), apart]), X, Y).noticed == []
    assert noticed(net(5, 1, weights=[np.zeros((5, 1))]), X, Y).noticed == []


def test_a_slope_that_is_one_number_is_taken():
    line = Activation("line", lambda z: 2 * z, lambda z: 2)
    assert noticed(net(5, 3, 1, hidden=line), 0 * X, Y).noticed == []


@pytest.mark.parametrize("hidden", [2, 3, 5, 7])
def test_neurons_whose_columns_a_product_rounds_differently_are_alike_all_the_same(hidden):
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(200, 4)), rng.integers(0, 2, 200)
    zeros = [np.zeros((4, hidden)), np.zeros((hidden, 2))]
    (told,) = noticed(net(4, hidden, 2, weights=zeros), X, np.eye(2)[labels], eta=0.5).noticed
    assert told.startswith(f"The {hidden} neurons of hidden layer 1 are alike")


def test_a_net_that_has_learnt_is_not_told_to_start_anew_for_its_dead_neurons():
    rng = np.random.default_rng(0)
    X = rng.uniform(size=(50, 2))
    Y = X[:, :1] + X[:, 1:]
    W1 = np.array([[1.0, -1, -1], [1, -1, -1]])
    fitting = net(2, 3, 1, hidden=RELU, weights=[W1, np.ones((3, 1))], biases=False)
    (told,) = noticed(fitting, X, Y).noticed
    assert told.startswith("2 of 3 neurons of hidden layer 1 answer 0 to every sample: the others")
    (told,) = noticed(fitting, X, -Y, eta=1e-6).noticed
    assert told.endswith("start anew with other random weights or a smaller η.")


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


def test_of_sorted_data_all_is_looked_at_not_the_beginning():
    x = np.linspace(-2, 2, 5000)[:, None]
    bent = net(1, 6, 1, hidden=RELU, weights=FOR_RELU, rng=np.random.default_rng(1))
    history = noticed(bent, x, np.maximum(x - 0.5, 0), eta=0.05)
    dead = (bent.forward(x)[1][1] == 0).all(axis=0).sum()
    assert dead < 3 and history.noticed == []
    late = np.where(x > 0, 255, x)
    assert "255" in noticed(net(1, 6, 1), late, late / 255).noticed[0]


OWN = {  # the ranges as their formulas give them
    "logistic": (lambda z: 1 / (1 + np.exp(-z)), 0, 1),
    "arctan": (np.arctan, -1.57, 1.57),
    "softsign": (lambda z: z / (1 + np.abs(z)), -1, 1),
    "tanh by its formula": (lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)), -1, 1),
    "elu": (lambda z: np.where(z > 0, z, np.expm1(z)), -1, np.inf),
    "softplus": (lambda z: np.log1p(np.exp(z)), 0, np.inf),
    "swish": (lambda z: z / (1 + np.exp(-z)), -0.28, np.inf),
    "leaky": (lambda z: np.maximum(0.01 * z, z), -np.inf, np.inf),
    "log": (lambda z: np.sign(z) * np.log1p(np.abs(z)), -np.inf, np.inf),
    "sine": (np.sin, -1, 1),
    "softmax of rows": (lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True), 0, 1),
}


@pytest.mark.parametrize("name", OWN)
def test_the_range_of_an_activation_of_your_own_is_measured(name):
    value, low, high = OWN[name]
    assert reach(Activation(name, value, np.ones_like)) == (low, high)


def test_the_ranges_of_nnlibs_activations_are_those_of_their_formulas():
    ranges = {IDENTITY: (-np.inf, np.inf), SIGMOID: (0, 1), TANH: (-1, 1), RELU: (0, np.inf)}
    ranges |= {SOFTMAX: (0, 1), SQUARE: (0, np.inf), CUBE: (-np.inf, np.inf)}
    assert {f: reach(f) for f in ACTIVATIONS} == ranges


def test_targets_beyond_the_range_of_an_output_of_your_own_are_told():
    own = Activation("mine", lambda z: np.exp(-(z**2)), lambda z: -2 * z * np.exp(-(z**2)))
    (told,) = noticed(net(5, 4, 1, output=own), X[:4], np.array([[1.0], [2], [3], [4]])).noticed
    assert told.startswith("The targets go from 1 to 4, but mine answers with numbers from 0 to 1")


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


def as_told(sentence, y):
    """The targets that the line in a sentence makes of y."""
    return eval(sentence.partition("write ")[2].partition(" for ")[0], {"np": np, "Y": y})


CODES = [(1, 2), (0, 255), (0, 1, 2), (1, 2, 3, 4)]


@pytest.mark.parametrize(
    "output, codes", [(SIGMOID, (-1, 1)), *itertools.product([SIGMOID, TANH], CODES)]
)
def test_classes_coded_by_numbers_out_of_range_are_to_be_coded_as_the_output_answers(output, codes):
    k, y = len(codes), np.array(codes * 2)[:, None]
    (told,) = noticed(net(5, 4, 1, output=output), X[: 2 * k], y).noticed
    assert "classes" in told and ", else take IDENTITY" in told
    assert (f"make sizes[-1] {k}" in told) == (k > 2)
    obeyed = as_told(told, y)
    assert noticed(net(5, 4, obeyed.shape[1], output=output), X[: 2 * k], obeyed).noticed == []
    assert len(np.unique(np.c_[obeyed, y], axis=0)) == k  # still told apart


@pytest.mark.parametrize("amounts", [[1.0, 2, 3, 4], [0.5, 1.5, 0.5, 1.5], [3, 9, 20, 3]])
def test_amounts_are_not_taken_for_classes(amounts):
    (told,) = noticed(net(5, 4, 1, output=SIGMOID), X[:4], np.array(amounts)[:, None]).noticed
    assert "class" not in told and told.endswith("take IDENTITY for the output layer.")


def test_validation_targets_out_of_range_are_told_too():
    y, coded = np.array([[0.0], [1], [1], [0]]), np.array([[0], [255], [255], [0]])
    history = fit(net(5, 4, 1, output=SIGMOID), X[:4], y, eta=0.1, epochs=1, rng=RNG,
                  evaluation=(X[:4], coded), progress=False)  # fmt: skip
    (told,) = history.noticed
    assert told.startswith("The targets of the validation set go from 0 to 255, but sigmoid")
    np.testing.assert_array_equal(as_told(told, coded), y)


def read_digits(hidden, output, cost, eta, seed=0, epochs=2, layers=(30,), l2=0.0, **looks):
    rng = np.random.default_rng(seed)
    looks |= {"hidden": hidden, "cost": cost, "dtype": np.float32, "rng": rng}
    reader, targets = net(784, *layers, 10, output=output, **looks), DIGITS.train.targets
    targets = 2 * targets - 1 if output is TANH else targets
    return noticed(reader, DIGITS.train.images, targets, eta=eta, epochs=epochs, l2=l2)


@pytest.mark.parametrize(
    "hidden, output, cost, etas",
    [
        (SIGMOID, SIGMOID, QUADRATIC, (20, 500)),
        (TANH, SIGMOID, QUADRATIC, (20, 500)),
        (TANH, TANH, QUADRATIC, (3, 200)),
        (TANH, SIGMOID, CROSS_ENTROPY, (20, 200)),
        (SIGMOID, SOFTMAX, LOG_LIKELIHOOD, (20, 500)),
        (TANH, SOFTMAX, QUADRATIC, (3, 500)),
    ],
)
def test_a_net_that_is_stuck_at_the_limits_of_its_neurons_is_told(hidden, output, cost, etas):
    for eta in etas:
        history = read_digits(hidden, output, cost, eta)
        assert history.training_accuracy[-1] < 0.2
        (told,) = history.noticed
        assert "% of the activations of " in told and " are at the limits of " in told
        assert told.endswith(
            "wrong answers change slowly: start anew with smaller weights or a smaller η."
        )
        assert told in repr(history)
        obeyed = read_digits(hidden, output, cost, eta=0.1)
        assert obeyed.noticed == [] and obeyed.training_accuracy[-1] > 0.4


@pytest.mark.parametrize("layers, eta, epochs", [((), 3, 4), ((30,), 10, 1), ((30, 30), 6, 1)])
def test_a_net_some_outputs_of_which_are_stuck_at_a_limit_is_told(layers, eta, epochs):
    reads = [TANH if layers else SIGMOID, SIGMOID, QUADRATIC]
    history = read_digits(*reads, eta, epochs=epochs, layers=layers)
    (told,) = history.noticed
    assert "% of the activations of the output layer are at the limits of sigmoid" in told
    obeyed = read_digits(*reads, 0.1, epochs=4, layers=layers)
    assert obeyed.noticed == []
    assert obeyed.training_accuracy[-1] > history.training_accuracy[-1] + 0.2


def test_outputs_that_are_off_with_an_error_to_learn_from_are_not_told():
    looks = TANH, SIGMOID, CROSS_ENTROPY, 0.5
    for l2 in (0.0, 1.0):  # eight of ten answers are at a limit, or three outputs for all samples
        young = read_digits(*looks, epochs=1, layers=(100,), l2=l2)
        assert young.noticed == [] and young.training_accuracy[-1] < 0.6
        assert read_digits(*looks, epochs=4, layers=(100,), l2=l2).training_accuracy[-1] > 0.8


@pytest.mark.parametrize("cost, eta", [(QUADRATIC, 3), (CROSS_ENTROPY, 0.5)])
@pytest.mark.parametrize("layers", [(30,) * 5, (10,) * 5, (30,) * 7])
def test_sigmoids_in_so_many_layers_that_all_samples_get_one_answer_are_told(cost, eta, layers):
    history = read_digits(SIGMOID, SIGMOID, cost, eta, layers=layers)
    (told,) = history.noticed
    assert told.startswith("Hidden layer ") and "answers almost the same to every sample" in told
    assert told.endswith(": start anew with one hidden layer or with weights=LARGE.")
    assert history.training_accuracy[-1] < 0.2
    obeyed = read_digits(SIGMOID, SIGMOID, cost, eta, layers=layers[:1])
    assert obeyed.noticed == [] and obeyed.training_accuracy[-1] > 0.7
    obeyed = read_digits(SIGMOID, SIGMOID, cost, eta, epochs=9, layers=layers, weights=LARGE)
    assert obeyed.noticed == [] and obeyed.training_accuracy[-1] > 0.4


@pytest.mark.parametrize("epochs", [1, 2])
@pytest.mark.parametrize("layers", [(30, 30), (30, 30, 30)])
def test_a_net_that_is_young_is_not_told_though_its_answers_hardly_differ_yet(layers, epochs):
    for seed in range(3):
        history = read_digits(SIGMOID, SIGMOID, QUADRATIC, 3, seed, epochs, layers)
        assert history.noticed == []


@pytest.mark.parametrize("seed", range(4))
def test_exclusive_or_on_its_plateau_is_not_told(seed):
    x = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    y = np.abs(x[:, :1] - x[:, 1:])
    young = net(2, 2, 1, output=SIGMOID, rng=np.random.default_rng(seed))
    for epochs in (1, 300, 3000):
        assert noticed(young, x, y, eta=1.0, epochs=epochs).noticed == []


@pytest.mark.parametrize(
    "hidden, layers, cost, eta, l2",
    [
        (SIGMOID, (), QUADRATIC, 0.5, 1000),
        (SIGMOID, (30,), QUADRATIC, 0.5, 20),
        (SIGMOID, (30,), CROSS_ENTROPY, 0.1, 500),
        (SIGMOID, (30, 30), CROSS_ENTROPY, 0.5, 50),
        (RELU, (30,), QUADRATIC, 0.5, 200),
        (RELU, (30,), CROSS_ENTROPY, 0.1, 1000),
    ],
)
def test_weights_that_a_large_l2_keeps_small_are_told_and_a_smaller_one_lets_them_learn(
    hidden, layers, cost, eta, l2
):
    looks = {"layers": layers, "epochs": 6} | ({"weights": FOR_RELU} if hidden is RELU else {})
    (told,) = read_digits(hidden, SIGMOID, cost, eta, l2=l2, **looks).noticed
    assert told.startswith(f"λ = {l2} keeps the weights so small that all samples get almost")
    smaller = float(told.partition("such as ")[2].rstrip("."))
    obeyed = read_digits(hidden, SIGMOID, cost, eta, l2=smaller, **looks)
    assert obeyed.noticed == [] and obeyed.training_accuracy[-1] > 0.7


def test_a_single_softmax_output_is_told_what_it_is():
    y = np.repeat([[0.0], [1.0]], 10, axis=0)
    (told,) = noticed(net(5, 1, output=SOFTMAX), X, y).noticed
    assert told == "A single softmax output is always 1: take two, or SIGMOID with CROSS_ENTROPY."


def test_one_output_that_is_stuck_at_a_limit_is_told():
    y = np.repeat([[0.0], [1.0]], 10, axis=0)
    (told,) = noticed(net(5, 1, output=SIGMOID, weights=[np.full((5, 1), -100.0)]), X, y).noticed
    assert told.startswith("100% of the activations of the output layer are at the limits of sig")


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("hidden", [SIGMOID, TANH])
def test_a_net_that_has_learnt_is_at_the_limits_too_and_right(cost, hidden):
    for output in [cost.only] if cost.only else [SIGMOID, TANH, SOFTMAX, IDENTITY]:
        eta = 0.005 if output is IDENTITY or cost is SUM_OF_SQUARES else 0.2
        history = read_digits(hidden, output, cost, eta, epochs=3)
        assert history.noticed == []


def test_outputs_that_are_rightly_at_their_limits_are_not_told():
    sure = net(5, 1, output=SIGMOID, weights=[np.full((5, 1), -100.0)])
    assert noticed(sure, X, 0 * Y).noticed == []  # all targets alike
    rare = np.zeros((20, 1))
    rare[3] = 1  # nineteen of twenty are right
    assert noticed(sure, 0.01 * X, rare, eta=0).noticed == []


@pytest.mark.parametrize(
    "f, cost, low", [(SIGMOID, CROSS_ENTROPY, 0), (TANH, QUADRATIC, -1), (SIGMOID, QUADRATIC, 0)]
)
def test_what_a_scaler_leaves_beyond_its_range_is_no_word_worth(f, cost, low):
    rng = np.random.default_rng(0)
    X, beyond = rng.normal(size=(20, 2)), np.nextafter(1, 2)
    Y = np.where(X[:, :1] > 0, beyond, low * beyond)
    history = fit(
        Network([2, 3, 1], activations=f, cost=cost, rng=rng), X, Y, eta=0.1, epochs=3, rng=rng
    )
    assert history.noticed == []
