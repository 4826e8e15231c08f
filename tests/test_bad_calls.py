"""Every public door, called wrongly as students do: one sentence of what was expected, got, to do.

A row is the code of a call and the argument that is wrong in it. What the sentences say in full is
held by the tests of each module; here it is held that each has the form, comes from nnlib and not
from the depths of NumPy, and leaves everything as it was.
"""

import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import nnlib
from nnlib import derivations, gradcheck, plots, widgets
from nnlib import sweep as sweeping
from nnlib.handwriting import like_mnist
from nnlib.index_notation import Formula
from nnlib.training import Descent

PACKAGE = Path(nnlib.__file__).parent
DIGITS = nnlib.load_digits().few(20)


AX = Figure().subplots()
PRODUCT = Formula("C_ik = A_ij B_jk")


def scene():
    """All that the calls speak of, made anew for each of them."""
    rng = np.random.default_rng(0)
    X, labels = rng.random((6, 2)), np.array([0, 1, 2, 0, 1, 2])
    Y = np.eye(3)[labels]
    net = nnlib.Network([2, 3], rng=rng)
    broken = nnlib.Network([2, 3], rng=rng)
    broken.W[0][0, 0] = np.nan
    Z, A = net.forward(X)
    return {
        **{name: getattr(nnlib, name) for name in nnlib.__all__},
        **{name: getattr(plots, name) for name in dir(plots) if name.startswith("draw_")},
        **{name: getattr(widgets, name) for name in widgets.__all__},
        **{
            "nnlib": nnlib,
            "np": np,
            "rng": rng,
            "nan": np.nan,
            "inf": np.inf,
            "none": lambda: None,
        },
        **{"X": X, "Y": Y, "labels": labels, "net": net, "broken": broken, "Z": Z, "A": A},
        "softmax_net": nnlib.Network(
            [2, 3], activations=nnlib.SOFTMAX, cost=nnlib.LOG_LIKELIHOOD, rng=rng
        ),
        "float32_net": nnlib.Network([2, 3], dtype=np.float32, rng=rng),
        "one_output": nnlib.Network([2, 1], rng=rng),
        "big_net": nnlib.Network([784, 10], rng=rng),
        "descent": nnlib.sgd(net, X, Y, eta=0.5, rng=rng),
        "history": nnlib.History(0.5, 10, 0.0, training_cost=[1.0], seconds=[0.1]),
        "ax": AX,
        "digits": DIGITS,
        "objects": X.astype(object),
        "ragged": [[1.0, 2.0], [3.0]],
        "rows": np.arange(6.0).reshape(2, 3),
        "central_differences": gradcheck.central_differences,
        "largest_relative_error": gradcheck.largest_relative_error,
        "sweep": sweeping.sweep,
        "Recipe": sweeping.Recipe,
        "all_recipes": sweeping.all_recipes,
        "Formula": Formula,
        "product": PRODUCT,
        "derivation": derivations.GRADIENT_W2,
        "like_mnist": like_mnist,
    }


def lines(argument, text):
    """(argument, code) for every line of code."""
    return [(argument, line.strip()) for line in text.strip().splitlines()]


def each(argument, call, values):
    """(argument, code) with each of the values in the place of _ in the call."""
    return [(argument, re.sub(r"\b_\b", value, call)) for value in values.split(" | ")]


FIT = "fit(net, X, Y, eta=0.5, epochs=1, rng=rng, progress=False, "
NOT_POSITIVE = (
    "-1 | -1e-9 | nan | inf | -inf | '0.5' | None | 1j | [0.5] | X | True | 10**400 | none"
)
NOT_COUNTS = "-1 | 1.5 | 2.0 | nan | inf | '10' | None | [10] | X | True"
NOT_INPUTS = (
    "X[0] | X[:, :1] | X[:0] | X[None] | X.T | 3.0 | None | 'picture' | objects | X + 1j | "
    "ragged | "
    "[] | [[]] | {'a': 1} | np.array(['2026-01-01'], 'datetime64[D]') | [['a', 'b']] | none | "
    "X * nan | X - inf | Y | digits"
)
NOT_TARGETS = (
    "labels | Y[0] | Y[:, :2] | Y[:5] | Y.T | Y[None] | None | 'zero' | Y.astype(object) | "
    "Y + 1j | "
    "ragged | 1.0 | Y * nan | 2 * Y | -Y | 255 * Y | X | Y[:0]"
)
NOT_NETS = "None | X | 'net' | Network | [2, 3] | history | broken"
NOT_AXES = "None | 'ax' | X | ax.figure | [ax] | net"
NOT_SEEDS = "-1 | 1.5 | 'a' | None | rng | [1]"

BAD_CALLS = {
    "Network": [
        *each(
            "sizes",
            "Network(_, rng=rng)",
            "[784] | [] | [784, 0, 10] | [2, -1] | [2, 2.5] | [2, nan] | [2, inf] | [2, None] | "
            "[2, '3'] | '23' | 5 | None | X | [[2, 3]] | {2, 'a'} | {2, 3} | {2: 3, 3: 4} | "
            "[2, 1j] | "
            "[784, 10**6, 10] | [2, 10**15] | [2, True] | (2,) | b'23' | net | [[2], [3, 4]]",
        ),
        *each(
            "activations",
            "Network([2, 3], activations=_, rng=rng)",
            "'sigmoid' | None | np.tanh | [SIGMOID, 'tanh'] | [] | SIGMOID.value | QUADRATIC | "
            "[None] | {'a': SIGMOID} | 0.5 | Activation | X",
        ),
        *each(
            "cost",
            "Network([2, 3], cost=_, rng=rng)",
            "'cross-entropy' | None | SIGMOID | LOG_LIKELIHOOD | 0 | [QUADRATIC] | Cost | X",
        ),
        ("cost", "Network([2, 3], activations=SOFTMAX, rng=rng)"),
        ("cost", "Network([2, 3], activations=RELU, rng=rng)"),
        *each(
            "weights",
            "Network([2, 3], weights=_)",
            "None | 'SCALED' | 1.0 | X | [] | [Y, Y] | [X] | [X.T[:, :4]] | [[1, 2]] | "
            "[X[:3].T * nan] | "
            "[ragged] | [[['a'] * 3] * 2] | [X[:3].T + 1j] | {'W': X} | [None]",
        ),
        ("weights", "Network([2, 3], weights=[np.full((2, 3), 1e300)], dtype=np.float32)"),
        *each(
            "biases",
            "Network([2, 3], biases=_, rng=rng)",
            "None | 0 | 1 | 'yes' | X | [] | [X[0]] | [np.full(3, inf)] | [[['a'] * 3]] | [1.0]",
        ),
        *each(
            "dtype",
            "Network([2, 3], dtype=_, rng=rng)",
            "None | np.float16 | int | 'single precision' | complex | {'a': 1} | 64 | '>f8'",
        ),
        *each("rng", "Network([2, 3], rng=_)", "None | 0 | np.random | 'seed' | [1] | X"),
    ],
    "passes": [
        *each("X", "net.forward(_)", NOT_INPUTS.replace("X * nan | X - inf | ", "")),
        *each("X", "net.predict(_)", NOT_INPUTS),
        *each("X", "net.classify(_)", NOT_INPUTS),
        *each("X", "net.accuracy(_, labels)", NOT_INPUTS),
        *each("X", "net.cost_of(_, Y)", NOT_INPUTS),
        ("X", "float32_net.predict(X * 1e300)"),
        *each("Y", "net.cost_of(X, _)", NOT_TARGETS),
        *each("Y", "softmax_net.cost_of(X, _)", NOT_TARGETS + " | 0 * Y | 2 * Y - 1 / 3"),
        ("Y", "one_output.cost_of(X, labels % 2)"),
        *each(
            "Y", "net.backward(Z, A, _)", "labels | Y[0] | Y[:, :2] | Y[:5] | None | Y[None] | 1.0"
        ),
        *each(
            "Z, A", "net.backward(_, Y)", "A, Z | Z, Z | A, A | None, A | Z[0], A[0] | [], A | X, Y"
        ),
        *each("l2", "net.cost_of(X, Y, l2=_)", NOT_POSITIVE),
        *each("n", "net.cost_of(X, Y, l2=1, n=_)", "0 | -5 | 2.5 | '6' | nan | X"),
        *each(
            "labels",
            "net.accuracy(X, _)",
            "Y | labels[:5] | labels[:, None] | 3 | labels + 1 | labels - 1 | labels / 2 | "
            "1.0 * labels | "
            "list('abcabc') | [None] * 6 | [[0], [1, 2]] | None | labels * nan | 'abc' | X | "
            "labels + 1j",
        ),
        ("labels", "one_output.accuracy(X, labels)"),
        *each("dtype", "net.copy(dtype=_)", "np.float16 | int | 'x' | complex | 64"),
        ("net", "broken.copy()"),
        ("net", "broken.predict(X)"),
        ("net", "broken.accuracy(X, labels)"),
        ("W", "net.W = [X]; net.predict(X)"),
        ("W", "net.W[0] = Y; net.predict(X)"),
        ("W", "net.W[0] = net.W[0].tolist(); net.predict(X)"),
        ("b", "net.b[0] = np.ones(1); net.predict(X)"),
        ("b", "net.b[0] = np.ones(1); fit(net, X, Y, eta=0.5, epochs=1, rng=rng)"),
        ("W", "net.W[0] = net.W[0].astype(int); sgd(net, X, Y, eta=0.5, rng=rng)"),
    ],
    "check_gradients": [
        *each("net", "check_gradients(_, X, Y)", NOT_NETS),
        *each("X", "check_gradients(net, _, Y)", NOT_INPUTS),
        *each("Y", "check_gradients(net, X, _)", NOT_TARGETS),
        *each(
            "eps",
            "check_gradients(net, X, Y, eps=_)",
            "0 | -1e-5 | nan | inf | 'a' | None | 1j | 5",
        ),
        *each("f", "central_differences(_, [X])", "None | 5 | X | none | lambda: 'a' | lambda: X"),
        *each(
            "arrays",
            "central_differences(lambda: 1.0, _)",
            "X | None | 5 | [labels] | [ragged] | [1.0] | [X.astype(np.float32)] | [objects] | "
            "[np.frombuffer(X.tobytes())]",
        ),
        *each(
            "gradients",
            "largest_relative_error(_, [X], 1.0)",
            "[Y] | [] | [X, X] | [X[:, :1]] | [X.T]",
        ),
    ],
    "training": [
        *each("net", "sgd(_, X, Y, eta=0.5, rng=rng)", NOT_NETS),
        *each("net", "fit(_, X, Y, eta=0.5, epochs=1, rng=rng)", NOT_NETS),
        *each("X", "sgd(net, _, Y, eta=0.5, rng=rng)", NOT_INPUTS),
        *each("Y", "sgd(net, X, _, eta=0.5, rng=rng)", NOT_TARGETS),
        *each("X", "fit(net, _, Y, eta=0.5, epochs=1, rng=rng)", NOT_INPUTS),
        *each("Y", "fit(net, X, _, eta=0.5, epochs=1, rng=rng)", NOT_TARGETS),
        ("X", "fit(net, Y, X, eta=0.5, epochs=1, rng=rng)"),
        ("X", "fit(float32_net, X * 1e300, Y, eta=0.5, epochs=1, rng=rng)"),
        *each("eta", "sgd(net, X, Y, eta=_, rng=rng)", NOT_POSITIVE),
        *each("eta", "fit(net, X, Y, eta=_, epochs=1, rng=rng)", NOT_POSITIVE),
        *each("l2", "sgd(net, X, Y, eta=1, l2=_, rng=rng)", NOT_POSITIVE),
        *each("l2", FIT + "l2=_)", NOT_POSITIVE),
        *each("batch_size", "sgd(net, X, Y, eta=1, batch_size=_, rng=rng)", "0 | " + NOT_COUNTS),
        *each("batch_size", FIT + "batch_size=_)", "0 | " + NOT_COUNTS),
        *each("epochs", "fit(net, X, Y, eta=1, epochs=_, rng=rng)", NOT_COUNTS),
        *each("rng", "sgd(net, X, Y, eta=1, rng=_)", "None | 0 | np.random | 'seed' | X"),
        *each("rng", "fit(net, X, Y, eta=1, epochs=1, rng=_)", "None | 0 | np.random | 'seed' | X"),
        *each("eta", "descent.eta = _", NOT_POSITIVE),
        *each("l2", "descent.l2 = _", NOT_POSITIVE),
        *each("batch_size", "descent.batch_size = _", "0 | " + NOT_COUNTS),
        *each("evaluation", FIT + "evaluation=_)", "X | 5 | (X,) | (X, Y, labels) | 'a' | digits"),
        *each("evaluation X", FIT + "evaluation=(_, Y))", NOT_INPUTS),
        *each("evaluation Y", FIT + "evaluation=(X, _))", NOT_TARGETS),
        *each(
            "monitor",
            FIT + "monitor=_)",
            "'training_cost' | ['cost'] | False | 5 | [None] | [['training_cost']] | X | "
            "['evaluation_cost'] | ['training_acuracy'] | {'training_cost': 1}",
        ),
        *each("ax", "history.plot(_)", NOT_AXES),
        *each("ax", "history.plot_accuracy(_)", NOT_AXES),
    ],
    "your own": [
        *each("value", "Activation('mine', value=_, slope=abs)", "None | 3 | X | 'tanh'"),
        *each("slope", "Activation('mine', value=abs, slope=_)", "None | 3 | X | 'tanh'"),
        *each("times_slope", "Activation('mine', abs, abs, times_slope=_)", "0 | 3 | X"),
        *each("name", "Activation(_, abs, abs)", "None | 3 | X | abs"),
        *each("per_sample", "Cost('mine', _, abs)", "None | 3 | X"),
        *each("error", "Cost('mine', abs, _)", "None | 3 | X"),
        *each("name", "Cost(_, abs, abs)", "None | 3 | X"),
        *each("only", "Cost('mine', abs, abs, only=_)", "3 | 'sigmoid' | X"),
    ],
    "sweep": [
        *each("eta", "Recipe(eta=_)", NOT_POSITIVE),
        *each("l2", "Recipe(l2=_)", NOT_POSITIVE),
        *each("batch_size", "Recipe(batch_size=_)", "0 | " + NOT_COUNTS),
        *each("hidden", "Recipe(hidden=_)", "0 | " + NOT_COUNTS),
        *each("epochs", "Recipe(epochs=_)", "0 | " + NOT_COUNTS),
        *each("seed", "Recipe(seed=_)", NOT_SEEDS),
        *each("cost", "Recipe(cost=_)", "None | 'cross-entropy' | SIGMOID | X"),
        ("sizes", "Recipe(hidden=10**6)"),
        *each(
            "eta",
            "all_recipes(eta=_)",
            "'0.5' | None | (0.1, -1) | (0.1, 'a') | {0.1, 1} | [[0.1]]",
        ),
        *each(
            "recipes",
            "sweep(_, digits)",
            "None | 5 | Recipe() | 'a' | [0.5] | [None] | {'eta': 1} | X",
        ),
        *each("digits", "sweep([Recipe()], _)", "None | X | 'mnist' | digits.train | (X, Y)"),
        *each("n_jobs", "sweep([Recipe()], digits, n_jobs=_)", "0 | -2 | 1.5 | 'all' | None | X"),
    ],
    "plots": [
        *each("ax", "draw_digits(_, digits.train.images)", NOT_AXES),
        *each("ax", "draw_weights(_, big_net.W[0])", NOT_AXES),
        *each("ax", "draw_confusion(_, labels, labels)", NOT_AXES),
        *each("ax", "draw_net(_, net.W)", NOT_AXES),
        *each("ax", "draw_blocks(_, ('X', (2, 3)))", NOT_AXES),
        *each(
            "images",
            "draw_digits(ax, _)",
            "None | X | 'a' | digits.train | digits.train.images[0] | digits.train.images[:0] | "
            "ragged | "
            "digits.train.images.reshape(-1, 28, 28) | objects | 5",
        ),
        *each(
            "captions", "draw_digits(ax, digits.train.images, captions=_)", "'ab' | [] | ['a'] | 5"
        ),
        *each(
            "columns",
            "draw_digits(ax, digits.train.images, columns=_)",
            "0 | -1 | 1.5 | 'a' | None",
        ),
        *each(
            "labels",
            "draw_confusion(ax, _, labels)",
            "Y | labels / 2 | labels + 9 | labels - 1 | None | 3",
        ),
        *each(
            "found",
            "draw_confusion(ax, labels, _)",
            "Y | labels[:1] | labels + 9 | labels - 1 | None | 3",
        ),
        *each("classes", "draw_confusion(ax, labels, labels, classes=_)", "0 | 1.5 | 'a' | None"),
        *each(
            "W", "draw_weights(ax, _)", "None | X | 'a' | big_net.W | big_net.W[0][0] | ragged | 5"
        ),
        *each("columns", "draw_weights(ax, big_net.W[0], columns=_)", "0 | -1 | 1.5 | 'a'"),
        *each(
            "W",
            "draw_net(ax, _)",
            "None | 5 | [] | 'a' | [X[0]] | [X, X] | [ragged] | net | [None]",
        ),
        *each("b", "draw_net(ax, net.W, _)", "5 | 'a' | [X] | [np.ones(1)] | [[1, 2]] | [None]"),
        *each("names", "draw_net(ax, net.W, names=_)", "5 | ['a'] | [['a'], ['b']] | [[], []]"),
        *each(
            "marked", "draw_net(ax, net.W, marked=_)", "5 | (0, 0) | (1, 0, 0) | (0, 2, 0) | 'abc'"
        ),
        *each("limit", "draw_net(ax, net.W, limit=_)", "-1 | nan | 'a' | X"),
        *each(
            "blocks",
            "draw_blocks(ax, _)",
            "5 | X | ('X', 5) | ('X', ragged) | ('X',) | ('X', X[0]) | None",
        ),
        ("blocks", "draw_blocks(ax)"),
        *each("ink", "like_mnist(_)", "None | X[0] | X * nan | ragged | 'a' | [] | X - 5"),
    ],
    "formulas": [
        *each("text", "Formula(_)", "None | 5 | X | ['C_ik = A_ij B_jk']"),
        *each(
            '"', "Formula(_)", "'' | 'A_ij' | 'A = B = C' | 'C_ik = A_ij' | 'C_ik = A_ij $ B_jk'"
        ),
        *each(
            "A",
            "product.evaluate(A=_, B=rows.T)",
            "None | 'a' | ragged | objects | 5 | X[0] | rows.T",
        ),
        *each(
            "A",
            "product.contract(A=_, B=rows.T)",
            "None | 'a' | ragged | objects | 5 | X[0] | rows.T",
        ),
        *each("B", "product.evaluate(A=rows, B=_)", "rows | X[:, :1] | 1.0 | none | rows[:2, :1]"),
        ("B", "product.evaluate(A=rows)"),
        ("A", "product.evaluate()"),
        *each(
            "element", "product.written_out(_, A=rows, B=rows.T)", "5 | (0,) | (2, 0) | 'ab' | None"
        ),
        ("A", "Formula('C_im = (A·B)_im').evaluate(A=rows, B=rows)"),
        *each("rng", "derivation.sample(_)", "None | 0 | np.random | 'seed'"),
        *each("rng", "derivation.check(_)", "None | 0 | np.random"),
        *each(
            "samples", "derivation.sample(rng, samples=_)", "0 | 1.5 | 'a' | None | True | 10**9"
        ),
        *each("f1", "derivation.sample(rng, f1=_)", "None | 'tanh' | np.tanh | 5"),
    ],
    "data": [
        *each("n", "digits.few(_)", "0 | -1 | 1.5 | 'a' | None | 10**9 | X | nan"),
        *each("folder", "load_mnist(_)", "5 | X | [] | b'mnist' | 'no/such/folder'"),
        *each("folder", "load_mnist_or_digits(_)", "5 | X | [] | 'no/such/folder'"),
        *each("path", "Network.load(_)", "None | 5 | X | []"),
        *each("path", "net.save(_)", "None | 5 | X | []"),
    ],
    "files": [
        ("no/such/file", "Network.load('no/such/file')"),
        ("no/such", "net.save('no/such/folder/net.json')"),
        (".", "Network.load('.')"),
        (".", "net.save('.')"),
    ],
    "widgets": [
        *each("digits", "training_cockpit(_)", "None | X | 'mnist' | digits.train"),
        *each("epochs", "training_cockpit(digits, epochs=_)", "0 | " + NOT_COUNTS),
        *each("seed", "training_cockpit(digits, seed=_)", NOT_SEEDS),
        *each(
            "A", "contraction_explorer(_, rows)", "None | 'a' | X[0] | ragged | objects | 5 | X[:0]"
        ),
        *each(
            "B",
            "contraction_explorer(rows, _)",
            "None | np.ones((11, 2)) | X * nan | X + 1j | [[]]",
        ),
        *each(
            "formula",
            "contraction_explorer(rows, rows, _)",
            "5 | None | X",
        ),
        *each('"', "contraction_explorer(rows, rows, _)", "'' | 'ijk' | 'ij,jk,kl->il'"),
        *each("net", "knob_board(_, X, Y)", NOT_NETS + " | big_net"),
        *each("X", "knob_board(net, _, Y)", NOT_INPUTS),
        *each("Y", "knob_board(net, X, _)", NOT_TARGETS),
        *each("etas", "knob_board(net, X, Y, etas=_)", "5 | 'a' | [0.1] | {} | X"),
        ("tiny", "knob_board(net, X, Y, etas={'tiny': -1})"),
        *each("net", "digit_pad(_, digits)", NOT_NETS + " | net"),
        *each("digits", "digit_pad(big_net, _)", "None | X | 'mnist'"),
        *each("seed", "sample_explorer(seed=_)", NOT_SEEDS),
        *each("start", "slowdown_explorer(_)", "5 | None | (1,) | 'abc' | X"),
        *each("w", "slowdown_explorer(_)", "(9, 0) | (nan, 0) | ('a', 0) | (None, 0) | 'ab'"),
        *each("eta", "slowdown_explorer(eta=_)", "0 | 9 | " + NOT_POSITIVE),
        *each("cost", "slowdown_explorer(cost=_)", "None | 'quadratic' | LOG_LIKELIHOOD | X"),
        *each(
            "z",
            "softmax_board(_)",
            "5 | None | [1] | [1] * 9 | [1, 'a'] | [1, 99] | [nan, 1] | X | 'ab'",
        ),
        *each("right", "softmax_board(right=_)", "-1 | 9 | 1.5 | 'a' | None"),
        *each("derivations", "derivation_stepper(_)", "None | 5 | 'GRADIENT_W2' | [derivation]"),
        ("derivations", "derivation_stepper()"),
        *each("seed", "derivation_stepper(derivation, seed=_)", NOT_SEEDS),
        *each("hidden", "derivation_stepper(derivation, hidden=_)", "0 | 'a' | 1.5 | None"),
        *each("digits", "sweep_board(_)", "None | X | 'mnist'"),
        *each(
            "grid",
            "sweep_board(digits, _)",
            "5 | 'a' | {} | {'eta': (1,)} | {'eta': 1, 'l2': 2} | X",
        ),
        ("eta", "sweep_board(digits, {'eta': (0.1, -1), 'l2': (0, 5)})"),
        *each("epochs", "sweep_board(digits, epochs=_)", "0 | " + NOT_COUNTS),
        *each("seed", "sweep_board(digits, seed=_)", NOT_SEEDS),
        *each("n_jobs", "sweep_board(digits, n_jobs=_)", "0 | -2 | 1.5 | 'all' | None"),
        *each(
            "X",
            "weight_watcher(_, Y)",
            "None | 5 | X[0] | ragged | objects | X * nan | X[:0] | 'a'",
        ),
        *each(
            "Y", "weight_watcher(X, _)", "None | 5 | labels | Y | ragged | labels[:, None] * nan"
        ),
        *each(
            "activations", "weight_watcher(activations=_)", "None | 'sigmoid' | [SIGMOID] | np.tanh"
        ),
        *each("eta", "weight_watcher(eta=_)", "0 | 99 | " + NOT_POSITIVE),
        *each("epochs", "weight_watcher(epochs=_)", "0 | 10**9 | " + NOT_COUNTS),
        *each("start", "weight_watcher(start=_)", "None | 5 | 'zero' | X"),
        *each("seed", "weight_watcher(seed=_)", NOT_SEEDS),
    ],
}
ROWS = [
    pytest.param(argument, code, id=f"{door}: {code}")
    for door, rows in BAD_CALLS.items()
    for argument, code in rows
]

EXPECTED = re.compile("expected|needs|must|missing|no such|takes|stands| but |there is no|is not")
FROM_THE_DEPTHS = re.compile(
    "could not be broadcast|Input operand|cannot reshape|core dimension|inhomogeneous|truth value|"
    r"object has no|object is not|not subscriptable|not iterable|unsupported operand|ufunc '\w+' |"
    "must be str|could not convert|cannot unpack|not supported between|setting an array"
)


def photograph(thing):
    """All that a call could have changed in a thing, to be compared."""
    if isinstance(thing, dict):
        return {name: photograph(item) for name, item in thing.items()}
    if isinstance(thing, list):
        return [photograph(item) for item in thing]
    if isinstance(thing, nnlib.Network):
        return thing.sizes, photograph([*thing.W, *thing.b])
    if isinstance(thing, Descent):
        return thing.eta, thing.l2, thing.batch_size, thing.epochs, photograph(thing.net)
    if isinstance(thing, nnlib.History):
        return repr(thing)
    if isinstance(thing, np.ndarray):
        return thing.dtype, thing.shape, thing.tobytes()
    return None


def check_sentence(sentence, argument):
    """Has the sentence the form of the house: which argument, what was expected, what was got?"""
    assert re.search(rf"(?<!\w){re.escape(argument)}", sentence), "it names the argument"
    assert re.search(
        "expected|needs|must|missing|no such|takes|stands| but |there is no|is not", sentence
    )
    assert "\n" not in sentence and 20 < len(sentence) < 300
    assert not FROM_THE_DEPTHS.search(sentence)


@pytest.mark.parametrize("argument, code", ROWS)
def test_a_bad_call_gets_one_sentence_at_the_door(argument, code):
    names = scene()
    first, _, call = code.rpartition("; ")
    exec(first, names)  # what the student did to the net before
    before = photograph(names)
    with pytest.raises((ValueError, TypeError, FileNotFoundError)) as refusal:
        exec(call, names)
    check_sentence(str(refusal.value), argument)
    assert PACKAGE in Path(refusal.traceback[-1].path).parents, "it comes from nnlib itself"
    assert photograph(names) == before


def test_the_bad_calls_are_many_and_go_through_every_door(tell):
    assert len(ROWS) >= 150
    code = " ".join(row.values[1] for row in ROWS)
    functions = [n for n in nnlib.__all__ if callable(getattr(nnlib, n)) and n not in ("History",)]
    for name in [*functions, *widgets.__all__]:
        if name not in ("load_digits", "still_twin"):  # one takes nothing, one is not for students
            assert f"{name}(" in code, name
    tell(f"{len(ROWS):,} bad calls, each refused in one sentence, nothing changed")
