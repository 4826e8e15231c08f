"""Every public door, called wrongly as students do: one sentence of what was expected, got, to do.

A row is the code of a call and the argument that is wrong in it. What the sentences say in full is
held by the tests of each module; here it is held that each has the form, comes from nnlib and not
from the depths of NumPy, and leaves everything as it was.
"""

import inspect
import re
from fractions import Fraction

import numpy as np
import pytest
from matplotlib.figure import Figure
from refusals import DOOR, files_of_nnlib

import nnlib
from nnlib import derivations, exercises, gradcheck, plots, widgets
from nnlib import sweep as sweeping
from nnlib.datasets.handwriting import like_mnist
from nnlib.index_notation import Formula
from nnlib.training import Descent

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
        "check_my_gradient": exercises.check_my_gradient,
        "check_my_activation": exercises.check_my_activation,
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
NOT_RATES = "lambda done: None | lambda done: -1 | lambda done: nan | lambda: 0.5 | lambda a, b: 1"
NOT_FRESH = "0 | '' | 'bend' | X | [] | none | lambda X: X | True | net"
NOT_COUNTS = "-1 | 1.5 | 2.0 | nan | inf | '10' | None | [10] | X | True"
NOT_INPUTS = (
    "X[0] | X[:, :1] | X[:0] | X[None] | X.T | 3.0 | None | 'picture' | objects | X + 1j | "
    "ragged | "
    "[] | [[]] | {'a': 1} | np.array(['2026-01-01'], 'datetime64[D]') | [['a', 'b']] | none | "
    "np.ma.masked_less(X, 0.5) | X * nan | X - inf | Y | digits"
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
        *each(
            "activations",
            "Network([2, 3], activations=Activation('mine', _, np.cos), cost=QUADRATIC, rng=rng)",
            "lambda z: z.sum() | lambda z: z[:, :1] | lambda z: z.T | lambda z: None | "
            "lambda z: z[0]",
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
        *each("Y", "net.backward(Z, A, _)", "labels | Y[0] | Y[:, :2] | Y[:5] | None | Y[None]"),
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
        *each("threshold", "one_output.classify(X, _)", "'half' | nan | inf | X | 1j | []"),
        *each("threshold", "one_output.accuracy(X, labels % 2, _)", "'half' | nan | X"),
        *each("dtype", "net.copy(dtype=_)", "np.float16 | int | 'x' | complex | 64"),
        ("net", "broken.copy()"),
        ("net", "broken.predict(X)"),
        ("net", "broken.accuracy(X, labels)"),
        ("net", "broken.cost_of(X, Y)"),
        ("W", "net.W[0] = Y; net.predict(X)"),
        ("W", "net.W[0] = net.W[0].tolist(); net.predict(X)"),
        ("net", "net.W[0] = net.W[0] + nan; net.predict(X)"),
        ("b", "net.b[0] = np.ones(1); net.predict(X)"),
        ("b", "net.b[0] = 0.0; net.cost_of(X, Y)"),
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
        *each(
            "f", "central_differences(_, [X])", "None | 5 | X | none | lambda: 'a' | lambda: 1j * X"
        ),
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
        *each("eta", "sgd(net, X, Y, eta=_, rng=rng)", NOT_RATES),
        *each("augment", "sgd(net, X, Y, eta=1, augment=_, rng=rng)", NOT_FRESH),
        *each("augment", FIT + "augment=_)", NOT_FRESH + " | lambda X, rng: X[1:]"),
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
        *each("augment", "descent.augment = _", "5 | 'both' | X | len"),
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
        *each("ax", "draw_reliability(_, Y, labels)", NOT_AXES),
        *each(
            "outputs", "draw_reliability(ax, _, labels)", "None | X[0] | 'a' | ragged | 5 | 2 * Y"
        ),
        *each("labels", "draw_reliability(ax, Y, _)", "Y | labels[:1] | labels + 9 | None | 3"),
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
        *each("images", "Digits(_, labels)", "None | 5 | 'a' | X | ragged | [] | digits | nan"),
        *each("images", "Digits(_, labels)", "np.full((6, 784), nan) | -np.eye(6, 784)"),
        *each(
            "labels", "Digits(np.eye(6, 784), _)", "None | 5 | 'a' | X | labels[:5] | 0.5 * labels"
        ),
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
        *each("code", "training_cockpit(digits, code=_)", "5 | '' | 'nn1' | X | b'nn1' | []"),
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
        *each(
            "X", "playground(_, labels)", "5 | X[0] | ragged | objects | X * nan | X[:0] | 'a'"
        ),
        *each("Y", "playground(X[:, :2], _)", "None | 5 | ragged | labels[:2] | objects | X * nan"),
        ("Y", "playground(X[:, :2])"),
        *each("task", "playground(task=_)", "None | 5 | 'moon' | X"),
        *each("hidden", "playground(hidden=_)", "None | 5 | (9,) | (0,) | ('a',) | 5 * (1,)"),
        *each("seed", "playground(seed=_)", NOT_SEEDS),
        *each("seed", "sample_explorer(seed=_)", NOT_SEEDS),
        *each("seed", "bending_board(digits.test.images[0], seed=_)", NOT_SEEDS),
        *each("image", "bending_board(_)", "None | 'a' | digits.test.images | ragged | X[0] | 3"),
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
    assert files_of_nnlib(refusal.value) == [DOOR], "it is told where nnlib was called"
    assert photograph(names) == before


def test_the_bad_calls_are_many_and_go_through_every_door(tell):
    assert len(ROWS) >= 150
    code = " ".join(row.values[1] for row in ROWS)
    functions = [n for n in nnlib.__all__ if callable(getattr(nnlib, n)) and n not in ("History",)]
    for name in [*functions, *widgets.__all__]:
        # one takes nothing, two are not for students
        if name not in ("load_digits", "still_twin", "alternative_text"):
            assert f"{name}(" in code, name
    tell(f"{len(ROWS):,} bad calls, each refused in one sentence, nothing changed")


# Names that are nearly right

NEAR_MISSES = {
    "net.weights": "W",
    "net.w": "W",
    "net.bias": "b",
    "net.biases": "b",
    "net.fit": "fit(net, X, Y, …)",
    "net.train": "fit(net, X, Y, …)",
    "net.sgd": "sgd(net, X, Y, …)",
    "net.predikt(X)": "predict",
    "net.activation": "activations",
    "net.loss": "cost",
    "net.layers": "sizes",
    "net.parameters": "n_parameters",
    "net.weights = []": "W",
    "net.costs = QUADRATIC": "cost",
    "descent.lr": "eta",
    "descent.lr = 0.1": "eta",
    "descent.etta = 0.1": "eta",
    "descent.epoch": "epochs",
    "descent.batchsize": "batch_size",
    "Network([2, 3], activation=SIGMOID, rng=rng)": "activations",
    "Network([2, 3], costs=QUADRATIC, rng=rng)": "cost",
    "Network([2, 3], loss=QUADRATIC, rng=rng)": "cost",
    "Network([2, 3], weight=ONES)": "weights",
    "Network([2, 3], bias=False, rng=rng)": "biases",
    "Network([2, 3], seed=0)": "rng",
    "Network([2, 3], activations='sigmoid', rng=rng)": "SIGMOID",
    "Network([2, 3], activations='Sigmoid', rng=rng)": "SIGMOID",
    "Network([2, 3], activations=['softmx'], rng=rng)": "SOFTMAX",
    "Network([2, 3], activations='ReLU', rng=rng)": "RELU",
    "Network([2, 3], cost='cross-entropy', rng=rng)": "CROSS_ENTROPY",
    "Network([2, 3], cost='cross entropy', rng=rng)": "CROSS_ENTROPY",
    "Network([2, 3], cost='crossentropy', rng=rng)": "CROSS_ENTROPY",
    "Network([2, 3], cost='loglikelihood', rng=rng)": "LOG_LIKELIHOOD",
    "net.cost_of(X, Y, lmbda=5)": "l2",
    "net.copy(dtyp=np.float32)": "dtype",
    "sgd(net, X, Y, lr=0.5, rng=rng)": "eta",
    "sgd(net, X, Y, eta=0.5, batchsize=5, rng=rng)": "batch_size",
    "fit(net, X, Y, lr=0.5, epochs=1, rng=rng)": "eta",
    "fit(net, X, Y, learning_rate=0.5, epochs=1, rng=rng)": "eta",
    "fit(net, X, Y, eta=0.5, epoch=1, rng=rng)": "epochs",
    "fit(net, X, Y, eta=0.5, epochs=1, batchsize=5, rng=rng)": "batch_size",
    "fit(net, X, Y, eta=0.5, epochs=1, mini_batch_size=5, rng=rng)": "batch_size",
    "fit(net, X, Y, eta=0.5, epochs=1, lmbda=5, rng=rng)": "l2",
    "fit(net, X, Y, eta=0.5, epochs=1, lambda_=5, rng=rng)": "l2",
    "fit(net, X, Y, eta=0.5, epochs=1, L2=5, rng=rng)": "l2",
    "fit(net, X, Y, eta=0.5, epochs=1, validation_data=(X, Y), rng=rng)": "evaluation",
    "fit(net, X, Y, eta=0.5, epochs=1, monitors=[], rng=rng)": "monitor",
    "fit(net, X, Y, eta=0.5, epochs=1, seed=0)": "rng",
    "fit(net, X, Y, eta=0.5, epochs=1, rng=rng, monitor=['training_acuracy'])": "training_accuracy",
    "fit(net, X, Y, eta=0.5, epochs=1, rng=rng, monitor='evaluation_cots')": "evaluation_cost",
    "check_gradients(net, X, Y, epsilon=1e-5)": "eps",
    "Activation('mine', value=abs, derivative=abs)": "slope",
    "Cost('mine', per_samples=abs, error=abs)": "per_sample",
    "Recipe(lr=0.5)": "eta",
    "Recipe(epoch=5)": "epochs",
    "all_recipes(learning_rate=(0.1, 1))": "eta",
    "sweep([Recipe()], digits, njobs=2)": "n_jobs",
    "training_cockpit(digits, epoch=5)": "epochs",
    "knob_board(net, X, Y, eta={'one': 1})": "etas",
    "weight_watcher(activation=TANH)": "activations",
    "softmax_board(rigth=1)": "right",
    "check_my_gradient(X, X, x=X)": "X",
    "derivation_stepper(derivation, sample=3)": "samples",
}


@pytest.mark.parametrize("code", NEAR_MISSES)
def test_a_near_miss_gets_a_did_you_mean(code):
    with pytest.raises((ValueError, TypeError, AttributeError)) as refusal:
        exec(code, scene())
    sentence = str(refusal.value)
    assert sentence.endswith(f"; did you mean {NEAR_MISSES[code]}?")
    assert "\n" not in sentence and len(sentence) < 300


@pytest.mark.parametrize("code", ["descent.lr = 0.1", "descent.etta = 0.1", "descent.epochs = 0"])
def test_a_misspelt_hyper_parameter_is_not_simply_kept_and_never_used(code):
    with pytest.raises(AttributeError):
        exec(code, scene())


INCOMPLETE = {
    "Network()": "sizes: missing; write Network(sizes)",
    "Network([2, 3], SIGMOID)": "Network: expected only sizes without a name, got 2 of them; "
    "write Network(sizes)",
    "net.predict()": "X: missing; write predict(X)",
    "net.cost_of(X)": "Y: missing; write cost_of(X, Y)",
    "net.accuracy(X)": "labels: missing; write accuracy(X, labels)",
    "net.save()": "path: missing; write save(path)",
    "Network.load()": "path: missing; write load(path)",
    "sgd(net, X, Y, eta=0.5)": "rng: missing; write sgd(net, X, Y, eta=…, rng=…)",
    "sgd(net, X, Y, 0.5)": "sgd: expected only net, X, Y without a name, got 4 of them; "
    "write sgd(net, X, Y, eta=…, rng=…)",
    "fit(net, X, Y)": "eta, epochs, rng: missing; write fit(net, X, Y, eta=…, epochs=…, rng=…)",
    "fit(net, X, Y, 0.5, 10)": "fit: expected only net, X, Y without a name, got 5 of them; "
    "write fit(net, X, Y, eta=…, epochs=…, rng=…)",
    "fit(X, Y, eta=0.5, epochs=1, rng=rng)": "Y: missing; "
    "write fit(net, X, Y, eta=…, epochs=…, rng=…)",
    "check_gradients(net, X)": "Y: missing; write check_gradients(net, X, Y)",
    "Activation('mine', abs)": "slope: missing; write Activation(name, value, slope)",
    "Cost('mine')": "per_sample, error: missing; write Cost(name, per_sample, error)",
    "sweep([Recipe()])": "digits: missing; write sweep(recipes, digits)",
    "Network([2, 3], optimiser=1)": "optimiser: Network has no such argument; "
    "expected some of sizes, activations, cost, weights, biases, dtype, rng",
}


@pytest.mark.parametrize("code", INCOMPLETE)
def test_a_missing_or_superfluous_argument_is_named_with_the_whole_call(code):
    with pytest.raises(TypeError) as refusal:
        exec(code, scene())
    assert str(refusal.value) == INCOMPLETE[code]


def test_jupyter_still_shows_the_true_signatures():
    for function, first in ((nnlib.fit, "net"), (nnlib.sgd, "net"), (nnlib.Network, "sizes")):
        names = list(inspect.signature(function).parameters)
        assert names[0] == first and "kwargs" not in names
        assert function.__doc__


def test_the_near_misses_are_counted(tell):
    tell(f"{len(NEAR_MISSES)} near-miss names, each answered by the right one")


# What check_my_gradient and check_my_activation are asked: they answer, whatever it is

ODD_QUESTIONS = {
    "check_my_gradient": "None, None | X, X, X=X | 5, 'a' | ragged, ragged | objects, X | "
    "net, net | none, none | X, X, X=X, Y=Y, W1=X, W2=X | X, X, f1='tanh' | X * nan, X * nan | "
    "lambda X: X, X",
    "check_my_activation": "None | np.tanh | 'sigmoid' | 5 | X | SOFTMAX | Activation | "
    "Activation('mine', value=lambda z: 1 / 0, slope=np.cos) | net | SIGMOID.value",
}
QUESTIONS = [(f, args) for f, rows in ODD_QUESTIONS.items() for args in rows.split(" | ")]


@pytest.mark.parametrize("function, arguments", QUESTIONS)
def test_a_checker_answers_in_words_and_never_raises(function, arguments):
    verdict = eval(f"{function}({arguments})", scene())
    assert not verdict.right
    for sentence in verdict.sentences:
        assert 10 < len(sentence) < 400 and "\n" not in sentence


# Odd but honest calls work, and mean what the plain call means


def locked(array):
    """A copy that cannot be written to."""
    array = array.copy()
    array.flags.writeable = False
    return array


def trained(**changes):
    """What two epochs of training leave: the parameters and the costs."""
    data = {"X": EXACT, "Y": np.eye(3)[[0, 1, 2, 0, 1, 2]], "eta": 0.5, "epochs": 2, **changes}
    net = nnlib.Network([2, 3], weights=[np.arange(6.0).reshape(2, 3) / 8])
    history = nnlib.fit(net, **data, rng=np.random.default_rng(0), progress=False)
    costs = history.training_cost, history.evaluation_cost
    return net.W[0].tolist(), net.b[0].tolist(), *costs


def made(sizes):
    net = nnlib.Network(sizes, rng=np.random.default_rng(0))
    return net.sizes, net.W[0].tolist()


EXACT = np.arange(12.0).reshape(6, 2) / 16  # the same number in every float type
SAME_X = (
    "X.tolist() | tuple(map(tuple, X)) | np.asfortranarray(X) | np.repeat(X, 2, axis=0)[::2] | "
    "X[::-1].copy()[::-1] | X.astype('>f8') | X.astype(np.longdouble) | locked(X) | list(X) | "
    "np.frombuffer(X.tobytes()).reshape(X.shape) | np.stack([X, X], 2)[:, :, 0] | "
    "X.astype(np.float32) | X.astype(np.float16) | X.astype('>f2') | X.view(np.recarray)"
).split(" | ")
SAME_Y = (
    "Y.tolist() | Y.astype(int) | Y.astype(bool) | Y.astype(np.uint8) | np.asfortranarray(Y) | "
    "locked(Y) | Y.astype('>f4') | Y.astype(np.float16) | np.repeat(Y, 2, axis=1)[:, ::2]"
).split(" | ")
SAME_LABELS = (
    "labels.tolist() | tuple(labels) | labels.astype(np.uint8) | labels.astype('>i8') | "
    "locked(labels) | np.repeat(labels, 2)[::2] | labels.astype(np.uint64) | list(labels)"
).split(" | ")
HALF = "np.float32(0.5) | np.float16(0.5) | np.longdouble(0.5) | Fraction(1, 2)".split(" | ")
TWO = "np.int8(2) | np.uint64(2) | np.int64(2)".split(" | ")
NOTHING = "0 | -0.0 | np.float32(0) | np.uint8(0) | Fraction(0)".split(" | ")
GOOD_CALLS = [  # the odd call, the plain one
    *((f"net.predict({x})", "net.predict(X)") for x in SAME_X),
    *((f"net.forward({x})", "net.forward(X)") for x in SAME_X),
    *((f"net.cost_of({x}, Y)", "net.cost_of(X, Y)") for x in SAME_X),
    *((f"check_gradients(net, {x}, Y)", "check_gradients(net, X, Y)") for x in SAME_X),
    *((f"trained(X={x})", "trained()") for x in SAME_X),
    *((f"trained(evaluation=({x}, Y))", "trained(evaluation=(X, Y))") for x in SAME_X),
    *((f"net.cost_of(X, {y})", "net.cost_of(X, Y)") for y in SAME_Y),
    *((f"net.backward(Z, A, {y})", "net.backward(Z, A, Y)") for y in SAME_Y),
    *((f"softmax_net.cost_of(X, {y})", "softmax_net.cost_of(X, Y)") for y in SAME_Y),
    *((f"trained(Y={y})", "trained()") for y in SAME_Y),
    *((f"net.accuracy(X, {y})", "net.accuracy(X, labels)") for y in SAME_LABELS),
    *((f"trained(eta={v})", "trained()") for v in HALF),
    *((f"trained(l2={v})", "trained(l2=0.5)") for v in HALF),
    *((f"trained(l2={v})", "trained()") for v in NOTHING),
    *((f"trained(batch_size={v})", "trained(batch_size=2)") for v in TWO),
    *((f"trained(epochs={v})", "trained(epochs=2)") for v in TWO),
    *((f"trained(batch_size={v})", "trained(batch_size=6)") for v in ("7", "10**9", "10**400")),
    *((f"trained(eta={v})", "trained(epochs=0)[:2]") for v in NOTHING),
    *((f"made({v})", "made([2, 3])") for v in ("(2, 3)", "np.array([2, 3])", "range(2, 4)")),
    *((f"made({v})", "made([2, 3])") for v in ("[2.0, 3.0]", "[np.int8(2), np.uint16(3)]")),
    ("Network([2, 3], dtype='float32', rng=rng).dtype", "np.dtype(np.float32)"),
    ("net.predict(X * 1e300)", "net.predict(X * 1e301)"),  # both are saturated, not NaN
    ("net.copy().predict(X)", "net.predict(X)"),
    ("derivation.sample(rng, samples=np.int64(3))['X'].shape[0]", "3"),
    ("product.evaluate(A=rows.tolist(), B=locked(rows.T))", "rows @ rows.T"),
    ("[len(all_recipes(eta=np.array([0.1, 1])))]", "[2]"),
    ("central_differences(lambda: (X**2).sum(), [X])[0].round(6)", "2 * X"),
]


@pytest.mark.parametrize("odd, plain", GOOD_CALLS)
def test_an_odd_but_honest_call_means_what_the_plain_one_means(odd, plain):
    names = scene() | {"locked": locked, "trained": trained, "made": made, "Fraction": Fraction}
    names["X"] = EXACT
    names["Z"], names["A"] = names["net"].forward(EXACT)
    before = photograph(names)
    found, expected = eval(odd, names), eval(plain, names)
    names.pop("__builtins__")
    if "eta=" in odd and "epochs=0" in plain:
        found = found[:2]  # no step: the parameters alone
    # where the numbers of X lie otherwise in memory, a sum may be added up in another order
    lies_otherwise = odd.startswith("net.forward(") and ("[::-1]" in odd or "np.stack" in odd)
    assert_same(found, expected, 4 * EPS if lies_otherwise else 0)
    assert photograph(names) == before


EPS = np.finfo(float).eps


def assert_same(found, expected, rounding=0):
    if isinstance(found, (tuple, list)):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other, rounding)
    elif rounding:
        np.testing.assert_allclose(found, expected, rtol=rounding, atol=rounding)
    else:
        np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))


def test_the_good_odd_calls_are_counted(tell):
    assert len(GOOD_CALLS) >= 100
    tell(f"{len(GOOD_CALLS)} odd but honest calls, each with the plain call's result")
