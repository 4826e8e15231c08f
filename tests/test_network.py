"""nnlib.network: the pass forward and the pass back, against loops and central differences."""

import html.parser
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib import (
    CROSS_ENTROPY,
    CUBE,
    FOR_RELU,
    IDENTITY,
    LARGE,
    LOG_LIKELIHOOD,
    MEAN_SQUARES,
    ONES,
    QUADRATIC,
    RELU,
    SCALED,
    SIGMOID,
    SOFTMAX,
    SQUARE,
    SUM_OF_SQUARES,
    TANH,
    Activation,
    Cost,
    Network,
    check_gradients,
    fit,
)
from nnlib._support.classes import are_classes, labels_of
from nnlib._support.speed import CHUNK
from nnlib.activations import ACTIVATIONS
from nnlib.costs import COSTS

several = settings(max_examples=40, deadline=None, derandomize=True)
by_name = {"ids": lambda thing: getattr(thing, "name", None)}
ALLOWED = [(cost, f) for cost in COSTS for f in ACTIVATIONS if cost.only in (None, f)]

layers = st.lists(st.integers(1, 5), min_size=2, max_size=4)
a_net = {"sizes": layers, "n": st.integers(1, 5), "biases": st.booleans()}
a_net["seed"] = st.integers(0, 2**32)


def net_and_batch(sizes, n, biases=True, seed=0, **options):
    rng = np.random.default_rng(seed)
    net = Network(sizes, biases=biases, rng=rng, **options)
    return net, rng.normal(size=(n, sizes[0])), rng.random((n, sizes[-1]))


# The formulas with their indices, one number at a time


def weighted_inputs(X, W, b):
    """Z_ik = X_ij W_jk + b_k"""
    Z = np.zeros((len(X), W.shape[1]))
    for i, k in np.ndindex(Z.shape):
        Z[i, k] = sum(X[i, j] * W[j, k] for j in range(W.shape[0])) + (0 if b is None else b[k])
    return Z


def weight_slopes(A, delta):
    """dW_jk = A_ij δ_ik"""
    dW = np.zeros((A.shape[1], delta.shape[1]))
    for j, k in np.ndindex(dW.shape):
        dW[j, k] = sum(A[i, j] * delta[i, k] for i in range(len(A)))
    return dW


def error_before(delta, W, slope):
    """δ_ij = δ_ik W_jk f'_ij"""
    before = np.zeros((len(delta), W.shape[0]))
    for i, j in np.ndindex(before.shape):
        before[i, j] = sum(delta[i, k] * W[j, k] for k in range(W.shape[1])) * slope[i, j]
    return before


@several
@given(**a_net)
def test_forward_is_the_formula_in_loops(sizes, n, biases, seed):
    net, X, _ = net_and_batch(sizes, n, biases, seed, activations=TANH, cost=QUADRATIC)
    Z, A = net.forward(X)
    np.testing.assert_array_equal(A[0], X)
    for layer, W in enumerate(net.W):
        b = net.b[layer] if biases else None
        np.testing.assert_allclose(Z[layer], weighted_inputs(A[layer], W, b), rtol=1e-12)
        np.testing.assert_array_equal(A[layer + 1], np.tanh(Z[layer]))


@several
@given(**a_net)
def test_backward_is_the_formula_in_loops(sizes, n, biases, seed):
    net, X, Y = net_and_batch(sizes, n, biases, seed, activations=TANH, cost=QUADRATIC)
    Z, A = net.forward(X)
    dW, db = net.backward(Z, A, Y)
    delta = (A[-1] - Y) * (1 - A[-1] ** 2) / n
    for layer in reversed(range(len(net.W))):
        np.testing.assert_allclose(dW[layer], weight_slopes(A[layer], delta), atol=1e-14)
        if biases:
            np.testing.assert_allclose(db[layer], delta.sum(axis=0), atol=1e-14)
        delta = error_before(delta, net.W[layer], 1 - A[layer] ** 2)


@several
@given(**a_net)
def test_slopes_have_the_shapes_of_what_they_change(sizes, n, biases, seed):
    net, X, Y = net_and_batch(sizes, n, biases, seed)
    dW, db = net.backward(*net.forward(X), Y)
    shapes = list(zip(sizes, sizes[1:], strict=False))
    assert [s.shape for s in dW] == [W.shape for W in net.W] == shapes
    assert [s.shape for s in db] == [b.shape for b in net.b] == [(k,) for _, k in shapes] * biases


# Gradients against central differences

NETS_A_PAIR = 20
KINK, LARGEST = 1e-3, 3.0


def random_net(cost, output, rng):
    """Up to four layers, hidden activations of every kind, a start that is nowhere zero."""
    sizes = rng.integers(1, 6, rng.integers(2, 6)).tolist()
    hidden = [ACTIVATIONS[i] for i in rng.integers(0, len(ACTIVATIONS), len(sizes) - 2)]
    biases = bool(rng.random() < 0.7)
    net = Network(sizes, activations=[*hidden, output], cost=cost, biases=biases, rng=rng)
    labels = rng.integers(0, sizes[-1], rng.integers(1, 6))
    return net, rng.normal(size=(len(labels), sizes[0])), np.eye(sizes[-1])[labels]


def is_fit_for_differences(net, X):
    """No RELU near its kink, no SQUARE or CUBE that makes the cost bend too fast for ε = 1e-5."""
    Z, A = net.forward(X)
    kinks = [np.abs(z).min() for z, f in zip(Z, net.activations, strict=True) if f is RELU]
    return min(kinks, default=1) > KINK and max(np.abs(a).max() for a in A[1:]) < LARGEST


def fit_for_differences(draw):
    """What draw() gives, a net, its X and Y, once it is fit; and how many were rejected."""
    for rejected in range(1000):
        net, X, Y = draw()
        if is_fit_for_differences(net, X):
            return net, X, Y, rejected
    raise AssertionError("a thousand nets rejected: the draw is wrong")


@pytest.mark.parametrize("cost, output", ALLOWED, **by_name)
def test_the_gradients_of_every_allowed_pair_are_those_of_central_differences(cost, output):
    rng = np.random.default_rng(ALLOWED.index((cost, output)))
    rejected = 0
    for _ in range(NETS_A_PAIR):
        net, X, Y, more = fit_for_differences(lambda: random_net(cost, output, rng))
        rejected += more
        assert check_gradients(net, X, Y) <= 1e-7, (net, X, Y)
    assert rejected < 5 * NETS_A_PAIR, f"{rejected} draws rejected to find {NETS_A_PAIR}"


@pytest.mark.parametrize("hidden", ACTIVATIONS, **by_name)
@pytest.mark.parametrize("biases", [True, False])
def test_the_gradients_of_every_hidden_activation_are_those_of_central_differences(hidden, biases):
    rng = np.random.default_rng(0)

    def draw():
        activations = [hidden, hidden, SIGMOID]
        net = Network([3, 4, 3, 2], activations=activations, biases=biases, rng=rng)
        return net, rng.normal(size=(5, 3)), rng.random((5, 2))

    net, X, Y, _ = fit_for_differences(draw)
    assert check_gradients(net, X, Y) <= 1e-7


def test_check_gradients_finds_a_wrong_backward_pass(monkeypatch):
    net, X, Y = net_and_batch([3, 4, 2], 5)
    right = Network.backward

    def wrong(self, Z, A, Y):
        dW, db = right(self, Z, A, Y)
        return [dW[0] * 1.001, *dW[1:]], db

    monkeypatch.setattr(Network, "backward", wrong)
    assert check_gradients(net, X, Y) > 1e-4


def test_check_gradients_leaves_the_net_as_it_was():
    net, X, Y = net_and_batch([3, 4, 2], 5)
    before = net.copy()
    check_gradients(net, X, Y)
    assert_same_parameters(net, before)


def test_check_gradients_judges_a_float32_net_in_float64():
    net, X, Y = net_and_batch([3, 4, 2], 5, dtype=np.float32)
    assert check_gradients(net, X, Y) <= 1e-7


@several
@given(n=st.integers(1, 6), seed=st.integers(0, 2**32))
@pytest.mark.parametrize("cost", COSTS, **by_name)
def test_the_slopes_of_a_batch_are_the_mean_or_sum_of_those_of_its_samples(cost, n, seed):
    net, X, _ = net_and_batch([3, 4, 2], n, seed=seed, activations=cost.only or TANH, cost=cost)
    Y = np.eye(2)[np.arange(n) % 2]
    dW, db = net.backward(*net.forward(X), Y)
    each = [net.backward(*net.forward(X[i : i + 1]), Y[i : i + 1]) for i in range(n)]
    share = 1 if cost is SUM_OF_SQUARES else 1 / n
    for layer in range(2):
        np.testing.assert_allclose(dW[layer], share * sum(e[0][layer] for e in each), atol=1e-14)
        np.testing.assert_allclose(db[layer], share * sum(e[1][layer] for e in each), atol=1e-14)


@several
@given(**a_net)
def test_the_order_of_the_samples_does_not_matter(sizes, n, biases, seed):
    net, X, Y = net_and_batch(sizes, n, biases, seed)
    order = np.random.default_rng(seed).permutation(n)
    np.testing.assert_allclose(net.predict(X)[order], net.predict(X[order]), rtol=1e-13)
    dW, db = net.backward(*net.forward(X), Y)
    dW_, db_ = net.backward(*net.forward(X[order]), Y[order])
    for one, other in zip(dW + db, dW_ + db_, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-14)


# The passes are pure


def frozen(arrays):
    for array in arrays:
        array.flags.writeable = False
    return arrays


@pytest.mark.parametrize("cost, output", ALLOWED, **by_name)
def test_neither_pass_changes_an_argument_or_a_parameter(cost, output):
    net, X, Y = net_and_batch([3, 4, 2], 5, activations=[IDENTITY, output], cost=cost)
    frozen([X, Y, *net.W, *net.b])  # a write would raise now
    Z, A = net.forward(X)
    net.backward(frozen(Z), frozen(A), Y)


def test_neither_pass_stores_anything_in_the_network():
    net, X, Y = net_and_batch([3, 4, 2], 5)
    before = {name: id(value) for name, value in vars(net).items()}
    net.backward(*net.forward(X), Y)
    assert {name: id(value) for name, value in vars(net).items()} == before


def test_neither_pass_returns_a_parameter_itself():
    net, X, Y = net_and_batch([3, 4, 2], 5, activations=IDENTITY, cost=QUADRATIC)
    Z, A = net.forward(X)
    dW, db = net.backward(Z, A, Y)
    returned = [*Z, *A[1:], *dW, *db]
    assert not any(np.shares_memory(r, p) for r in returned for p in [X, Y, *net.W, *net.b])


# Parameters at the start

WIDE = [400, 300]


@pytest.mark.parametrize("weights, spread", [(SCALED, 1 / 20), (LARGE, 1), (FOR_RELU, 2**0.5 / 20)])
def test_weights_are_drawn_from_a_normal_distribution_of_the_promised_width(weights, spread):
    W = Network(WIDE, weights=weights, rng=np.random.default_rng(0)).W[0]
    assert abs(W.mean()) < 4 * spread / np.sqrt(W.size)
    assert W.std() == pytest.approx(spread, rel=4 / np.sqrt(2 * W.size))


@pytest.mark.parametrize("weights", [SCALED, LARGE])
def test_biases_are_drawn_from_the_standard_normal_distribution(weights):
    b = Network([1, 20_000], weights=weights, rng=np.random.default_rng(0)).b[0]
    assert abs(b.mean()) < 4 / np.sqrt(b.size)
    assert b.std() == pytest.approx(1, rel=4 / np.sqrt(2 * b.size))


def test_scaled_weights_are_the_default():
    default = Network([3, 2], rng=np.random.default_rng(0))
    scaled = Network([3, 2], weights=SCALED, rng=np.random.default_rng(0))
    assert_same_parameters(default, scaled)


def test_for_relu_the_biases_are_0():
    b = Network([3, 4, 2], weights=FOR_RELU, rng=np.random.default_rng(0)).b
    assert all((layer == 0).all() for layer in b)


def test_for_relu_the_mean_square_goes_through_many_layers_as_it_is():
    """It halves in every layer with SCALED: half of the neurons are 0."""
    deep, X = [500] * 11, np.random.default_rng(1).normal(size=(50, 500))
    left = {}
    for weights in (FOR_RELU, SCALED):
        options = {"activations": RELU, "cost": QUADRATIC, "weights": weights}
        net = Network(deep, **options, rng=np.random.default_rng(0))
        net.b[:] = [0 * b for b in net.b]
        left[weights] = np.square(net.forward(X)[0][-1]).mean() / 2
    assert 0.5 < left[FOR_RELU] < 2
    assert left[SCALED] < 2 * 2**-10


def test_ones_means_weights_1_and_biases_0_and_needs_no_rng():
    net = Network([2, 3, 1], weights=ONES)
    assert all((W == 1).all() for W in net.W) and all((b == 0).all() for b in net.b)


def test_given_weights_are_taken_as_they_are_beside_zero_biases():
    W = [[[1, 2, 3], [4, 5, 6]]]
    net = Network([2, 3], weights=W)
    np.testing.assert_array_equal(net.W[0], W[0])
    np.testing.assert_array_equal(net.b[0], np.zeros(3))


def test_given_arrays_are_copied_so_training_leaves_yours_alone():
    W, b = np.ones((2, 3)), np.ones(3)
    net = Network([2, 3], weights=[W], biases=[b])
    assert not np.shares_memory(net.W[0], W) and not np.shares_memory(net.b[0], b)


def test_the_same_seed_draws_the_same_network():
    nets = [Network([5, 4, 3], rng=np.random.default_rng(7)) for _ in range(2)]
    assert_same_parameters(*nets)


def test_weights_are_the_same_with_and_without_biases():
    with_biases, without = (
        Network([5, 4, 3], biases=biases, rng=np.random.default_rng(7)) for biases in (True, False)
    )
    for one, other in zip(with_biases.W, without.W, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_net_without_biases_has_none_and_no_slopes_for_them():
    net, X, Y = net_and_batch([3, 2], 4, biases=False)
    assert net.b == [] and net.backward(*net.forward(X), Y)[1] == []


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("cost, output", ALLOWED, **by_name)
def test_everything_is_computed_in_the_dtype_of_the_network(dtype, cost, output):
    net, X, Y = net_and_batch([3, 4, 2], 5, dtype=dtype, activations=[TANH, output], cost=cost)
    Y = np.eye(2)[[0, 1, 0, 1, 1]]
    Z, A = net.forward(X)
    dW, db = net.backward(Z, A, Y)
    assert {a.dtype for a in [*net.W, *net.b, *Z, *A, *dW, *db]} == {np.dtype(dtype)}
    assert isinstance(net.cost_of(X, Y, l2=0.1), float)


def test_one_activation_serves_every_layer_and_a_list_one_layer_each():
    one = Network([2, 2, 2], activations=TANH, cost=QUADRATIC, weights=ONES)
    each = Network([2, 2, 2], activations=[RELU, TANH], cost=QUADRATIC, weights=ONES)
    assert (one.activations, each.activations) == ([TANH, TANH], [RELU, TANH])


# What a network answers


@pytest.mark.parametrize("n", [1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 3])
def test_predict_is_the_last_activation_however_many_samples_there_are(n):
    net, X, _ = net_and_batch([3, 4, 2], n)
    np.testing.assert_allclose(net.predict(X), net.forward(X)[1][-1], rtol=1e-14)


def test_classify_is_the_largest_output():
    net = Network([3, 3], activations=SOFTMAX, cost=LOG_LIKELIHOOD, weights=[np.eye(3)])
    np.testing.assert_array_equal(net.classify([[1, 3, 2], [5, 0, 0], [0, 0, 1]]), [1, 0, 2])


def test_one_output_says_class_1_above_one_half():
    net = Network([1, 1], weights=[[[1.0]]])
    np.testing.assert_array_equal(net.classify([[-1.0], [0.0], [1.0]]), [0, 0, 1])


def one_output(f, **looks):
    """A net that answers f(x) to x."""
    return Network([1, 1], activations=f, cost=QUADRATIC, weights=[[[1.0]]], **looks)


MINE = Activation("mine", lambda z: z / 2, lambda z: np.full_like(z, 0.5))
LINE = np.array([[-1.0], [0.2], [0.4], [1.3]])
IN_TWO = {0: [0, 1, 1, 1], 0.5: [0, 0, 0, 1]}


@pytest.mark.parametrize("f", [SIGMOID, RELU])
def test_one_output_that_is_never_negative_is_halved_at_one_half(f):
    X = 2 * LINE
    np.testing.assert_array_equal(one_output(f).classify(X), f.value(X)[:, 0] > 0.5)
    assert one_output(f).accuracy(X, f.value(X)[:, 0] > 0.5) == 1


@pytest.mark.parametrize("f", [TANH, IDENTITY, CUBE, MINE])
def test_one_output_that_may_be_negative_asks_for_its_threshold_and_obeyed_it_is_taken(f):
    net = one_output(f)
    for call in (net.classify, lambda X, **t: net.accuracy(X, [0, 1, 1, 1], **t)):
        with pytest.raises(ValueError) as refusal:
            call(LINE)
        written = re.findall(r"threshold=([\d.]+)", str(refusal.value))
        assert [float(number) for number in written] == [0, 0.5]
        for number in written:
            call(LINE, threshold=float(number))
    assert net.classify(LINE, threshold=0).tolist() == IN_TWO[0]
    assert net.accuracy(LINE, IN_TWO[0], threshold=0) == 1


@pytest.mark.parametrize("threshold", [0, 0.5])
def test_a_threshold_that_is_given_is_the_one(threshold):
    net = one_output(IDENTITY)
    assert net.classify(LINE, threshold).tolist() == IN_TWO[threshold]
    assert net.accuracy(LINE, IN_TWO[threshold], threshold) == 1


@pytest.mark.parametrize("f", [SIGMOID, TANH])
@pytest.mark.parametrize("threshold", ["half", np.nan, np.inf, [0.5], 1j])
def test_a_threshold_that_is_no_number_is_refused(f, threshold):
    with pytest.raises(ValueError, match="threshold: expected the number between your two classes"):
        one_output(f).classify(LINE, threshold)


@pytest.mark.parametrize("low", [0, -1])
@pytest.mark.parametrize("f", [TANH, IDENTITY])
def test_fit_halves_one_output_between_the_numbers_that_code_the_classes(f, low):
    y = np.where(LINE > 0.3, 1.0, low)
    net = one_output(f, dtype=np.float64)
    knobs = {"eta": 0, "epochs": 1, "rng": np.random.default_rng(0), "progress": False}
    found = np.where(f.value(LINE) > (low + 1) / 2, 1.0, low)
    assert fit(net, LINE, y, **knobs).training_accuracy == [(found == y).mean()]


def test_accuracy_is_the_share_of_right_classes():
    net = Network([2, 2], activations=IDENTITY, cost=QUADRATIC, weights=[np.eye(2)])
    assert net.accuracy([[1, 0], [1, 0], [0, 1], [0, 1]], [0, 1, 1, 1]) == 0.75


@several
@given(**a_net)
def test_cost_of_is_the_mean_over_the_samples_and_half_lambda_over_n_of_the_squared_weights(
    sizes, n, biases, seed
):
    net, X, Y = net_and_batch(sizes, n, biases, seed, activations=TANH, cost=QUADRATIC)
    A = net.predict(X)
    squares = sum(w**2 for W in net.W for w in W.flat)
    want = sum((A[i, k] - Y[i, k]) ** 2 / 2 for i, k in np.ndindex(Y.shape)) / n
    assert net.cost_of(X, Y) == pytest.approx(want, rel=1e-12)
    assert net.cost_of(X, Y, l2=0.3) == pytest.approx(want + 0.3 / (2 * n) * squares, rel=1e-12)


def test_biases_are_not_in_the_l2_term():
    net, X, Y = net_and_batch([3, 2], 4)
    bare = Network([3, 2], weights=net.W, biases=[1000 * net.b[0]])
    assert net.penalty(2.0, 4) == bare.penalty(2.0, 4)


def test_lambda_can_refer_to_a_training_set_of_another_size():
    net, X, Y = net_and_batch([3, 2], 4)
    with_l2 = net.cost_of(X, Y, l2=5.0, n=50_000)
    squares = float((net.W[0] ** 2).sum())
    assert with_l2 - net.cost_of(X, Y) == pytest.approx(5 / 100_000 * squares, rel=1e-9)


@pytest.mark.parametrize("cost", COSTS, **by_name)
def test_the_cost_of_many_samples_is_that_of_its_chunks(cost):
    net, X, _ = net_and_batch([3, 2], CHUNK + 500, activations=cost.only or TANH, cost=cost)
    Y = np.eye(2)[np.arange(len(X)) % 2]
    parts = [net.cost_of(X[s], Y[s]) * s.size for s in np.split(np.arange(len(X)), 3)]
    want = sum(parts) / (500 if cost is SUM_OF_SQUARES else len(X))
    assert net.cost_of(X, Y) == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("n", [50, 2 * CHUNK + 3])
def test_both_monitors_come_from_one_pass(n):
    net, X, _ = net_and_batch([3, 2], n)
    labels = np.arange(n) % 2
    cost, accuracy = net.cost_and_accuracy(X, np.eye(2)[labels])
    assert cost == net.cost_of(X, np.eye(2)[labels])
    assert accuracy == net.accuracy(X, labels)


@pytest.mark.parametrize(
    "Y, classes",
    [
        ([[0], [1]], True),
        ([[-1], [1]], True),
        ([[1], [1]], True),
        ([[-1], [0], [1]], False),
        ([[0.5], [1]], False),
        ([[-1, 1], [1, -1]], True),
        ([[-1, 1], [1, 1]], False),
        ([[-1, 1], [1, 0]], False),
        ([[0, 1], [1, 1]], False),
        ([[0, 1], [1, 0]], True),
    ],
)
def test_targets_are_classes_by_0_and_1_or_by_minus_1_and_1(Y, classes):
    assert are_classes(np.array(Y, float)) is classes


@pytest.mark.parametrize("k", [1, 2, 5])
def test_one_hot_targets_stand_for_their_labels(k):
    labels = np.arange(10) % max(k, 2)
    Y = labels[:, None] if k == 1 else np.eye(k)[labels]
    np.testing.assert_array_equal(labels_of(Y), labels)
    assert are_classes(Y)


@pytest.mark.parametrize("Y", [[[0.5]], [[0.2, 0.8]], [[1, 1]], [[0, 0]], [[2.0]]])
def test_other_targets_do_not_stand_for_classes(Y):
    assert not are_classes(np.array(Y))


# Copies


def assert_same_parameters(one, other):
    for x, y in zip(one.W + one.b, other.W + other.b, strict=True):
        assert x.dtype == y.dtype
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize("biases", [True, False])
def test_a_copy_is_equal_and_independent(biases):
    net, X, _ = net_and_batch([3, 4, 2], 5, biases, activations=[RELU, SIGMOID])
    twin = net.copy()
    assert_same_parameters(net, twin)
    assert (twin.sizes, twin.activations, twin.cost) == (net.sizes, net.activations, net.cost)
    before = net.predict(X)
    for array in twin.W + twin.b:
        array += 1
    np.testing.assert_array_equal(net.predict(X), before)


def test_a_copy_can_have_another_dtype():
    net, X, _ = net_and_batch([3, 4, 2], 5)
    single = net.copy(dtype=np.float32)
    assert single.dtype == np.float32 and net.dtype == np.float64
    np.testing.assert_allclose(single.predict(X), net.predict(X), rtol=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parameters_lie_column_by_column_from_a_multiple_of_64_bytes_on(dtype):
    drawn, *_ = net_and_batch([7, 5, 3], 4, dtype=dtype)
    rows = [np.ones((7, 5), order="C"), np.ones((5, 3), order="F")[:, ::-1]]
    given = Network([7, 5, 3], weights=rows)
    for net in (drawn, drawn.copy(), given):
        for array in net.W + net.b:
            assert array.flags.f_contiguous and array.flags.writeable
            assert array.__array_interface__["data"][0] % 64 == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", ["W", "b"])
def test_a_network_that_holds_nan_or_infinity_is_not_finite(bad, kind):
    net = Network([3, 4, 2], weights=ONES)
    assert net.is_finite()
    getattr(net, kind)[1].flat[1] = bad
    assert not net.is_finite()


# What it shows


def test_the_repr_shows_sizes_shapes_activations_cost_and_the_number_of_parameters():
    net = Network([784, 30, 10], activations=[TANH, SIGMOID], weights=ONES, dtype=np.float32)
    assert repr(net).splitlines() == [
        "Network 784-30-10 (tanh → sigmoid; cost cross-entropy; float32)",
        "  W[0] (784, 30)  b[0] (30,)",
        "  W[1] (30, 10)  b[1] (10,)",
        "  23,860 parameters",
    ]


def test_without_biases_the_repr_names_none():
    assert "b[0]" not in repr(Network([3, 2], biases=False, weights=ONES))


class Text(html.parser.HTMLParser):
    def __init__(self, source):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.words.append(data)


def test_the_notebook_shows_a_table_with_a_row_for_each_layer():
    page = Text(Network([784, 30, 10], activations=[TANH, SIGMOID], weights=ONES)._repr_html_())
    assert page.tags.count("tr") == 3
    for words in ("W[0] (784, 30) and b[0] (30,)", "tanh", "W[1] (30, 10) and b[1] (10,)"):
        assert words in page.words
    assert "Network 784-30-10, cost cross-entropy, float64, 23,860 parameters" in page.words


def test_a_name_cannot_put_a_script_into_the_page():
    evil = "<script>alert(1)</script>"
    f = Activation(evil, value=np.sin, slope=np.cos)
    cost = Cost(evil, QUADRATIC.per_sample, QUADRATIC.error)
    page = Text(Network([1, 1], activations=f, cost=cost, weights=ONES)._repr_html_())
    assert "script" not in page.tags
    assert evil in page.words


# Seed B's toy net, with its formulas


def test_the_toy_net_without_activations_has_the_gradients_derived_by_hand():
    net, X, Y = net_and_batch(
        [3, 4, 1], 10, biases=False, activations=IDENTITY, cost=SUM_OF_SQUARES
    )
    W1, W2 = net.W
    dW, _ = net.backward(*net.forward(X), Y)
    rest = Y - X @ W1 @ W2
    np.testing.assert_allclose(-dW[1], 2 * (X @ W1).T @ rest, rtol=1e-12)
    np.testing.assert_allclose(-dW[0], 2 * X.T @ rest @ W2.T, rtol=1e-12)


def test_the_toy_net_with_square_and_cube_has_the_gradients_derived_by_hand():
    net, X, Y = net_and_batch(
        [3, 4, 1], 10, biases=False, activations=[SQUARE, CUBE], cost=SUM_OF_SQUARES
    )
    W1, W2 = net.W
    A = X @ W1
    B = A**2
    C = B @ W2
    rest = Y - C**3
    assert net.cost_of(X, Y) == pytest.approx((rest.T @ rest).item(), rel=1e-12)
    dW, _ = net.backward(*net.forward(X), Y)
    np.testing.assert_allclose(-dW[1], 2 * B.T @ (rest * 3 * C**2), rtol=1e-11)
    want = 2 * X.T @ (((rest * 3 * C**2) @ W2.T) * 2 * A)
    np.testing.assert_allclose(-dW[0], want, rtol=1e-11)


def test_mean_squares_averages_over_outputs_and_samples():
    net = Network([2, 2], activations=IDENTITY, cost=MEAN_SQUARES, weights=[np.eye(2)])
    assert net.cost_of([[1, 2], [3, 4]], [[0, 0], [0, 0]]) == (1 + 4 + 9 + 16) / 4


def test_the_default_is_a_sigmoid_net_with_cross_entropy_in_float64():
    net = Network([2, 2], rng=np.random.default_rng(0))
    assert (net.activations, net.cost, net.dtype) == ([SIGMOID], CROSS_ENTROPY, np.float64)
