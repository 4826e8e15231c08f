"""Exercises of notebook 5: layers that are one, neurons that are twins, exclusive or by hand."""

import numpy as np

from nnlib.exercises.exercise import exercise
from nnlib.exercises.making import arrays, value


@exercise("5.1 Three layers that are one",
    "Three layers without activation answer as one layer, X M + c. Return `M, c`.",
    arrays("pm", "m", "mk", "k", "kq", "q"), {
        "the matrices stand in the reverse order": "W1 @ W2 @ W3, -> W3 @ W2 @ W1,",
        "W2 is left out of the product": "W1 @ W2 @ W3, -> W1 @ W3,",
        "b1 does not go through W2": "b1 @ W2 -> b1",
        "b1 and b2 do not go through W3": ") @ W3 + b3 -> ) + b3",
        "b2 is forgotten": " + b2 -> ",
        "b3 is forgotten": " + b3 -> ",
    }, ("c is the answer to X = 0.", "What comes out of layer 1 goes into layer 2, biases too."))
def as_one(W1, b1, W2, b2, W3, b3):
    return W1 @ W2 @ W3, (b1 @ W2 + b2) @ W3 + b3


def eight_neurons(rng):
    """One pair of twins, and three pairs that differ in one kind of knob only."""
    W1, b1, W2 = rng.normal(size=(3, 8)), rng.normal(size=8), rng.normal(size=(8, 2))
    a, b, c, d, e, f, g, h = rng.permutation(8)
    W1[:, [b, d, f]], b1[[b, d, h]], W2[[b, f, h]] = W1[:, [a, c, e]], b1[[a, c, g]], W2[[a, e, g]]
    return W1, b1, W2


@exercise("5.2 Which neurons are twins?",
    "Two hidden neurons that agree in every knob stay equal for ever. Return a list of all pairs "
    "`(i, j)` with i < j of such twins, in rising order.",
    eight_neurons, {
        "the weights out of the neurons are forgotten": "[W1, b1, W2.T] -> [W1, b1]",
        "the biases are forgotten": "[W1, b1, W2.T] -> [W1, W2.T]",
        "the weights into the neurons are forgotten": "[W1, b1, W2.T] -> [b1, W2.T]",
        "one equal knob is taken for all": ".all() -> .any()",
        "every pair comes twice": "range(i + 1, len(b1)) -> range(len(b1)) if i != j",
    }, ("A neuron's knobs: a column of `W1`, an element of `b1`, a row of `W2`.",))
def twin_pairs(W1, b1, W2):
    knobs = np.vstack([W1, b1, W2.T])
    pairs = [(i, j) for i in range(len(b1)) for j in range(i + 1, len(b1))]
    return [(i, j) for i, j in pairs if (knobs[:, i] == knobs[:, j]).all()]


def a_net_with_equal_neurons(rng):
    W1, b1, W2 = arrays("nm", "m", "mq")(rng)
    i, j = (int(k) for k in rng.permutation(len(b1))[:2])
    W1[:, j], b1[j] = W1[:, i], b1[i]
    return W1, b1, W2, i, j


@exercise("5.3 Two neurons that do the work of one",
    "The hidden neurons `i` and `j` always answer the same: equal columns in `W1`, equal biases. "
    "Return `W1, b1, W2` of the net without neuron `j` that gives the same answers.",
    a_net_with_equal_neurons, {
        "the weights out of j are lost": "+= W2[j] -> += 0",
        "the mean of the weights out of the two is taken": "+= W2[j] -> = (W2[i] + W2[j]) / 2",
        "a row of W1 is deleted, which belongs to an input": "W1, j, axis=1 -> W1, j, axis=0",
        "the bias of j stays": "np.delete(b1, j) -> b1",
        "what came out of i goes as well": "+= W2[j] -> = W2[j]",
    }, ("The next layer adds both answers, each times its weight: a w + a v = a (w + v).",))
def merged(W1, b1, W2, i, j):
    V2 = W2.copy()
    V2[i] += W2[j]
    return np.delete(W1, j, axis=1), np.delete(b1, j), np.delete(V2, j, axis=0)


CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
TABLES = {"OR": [0, 1, 1, 1], "AND": [0, 0, 0, 1], "equality": [1, 0, 0, 1]}


def accept_exclusive_or(weights, arguments):
    try:
        W1, b1, W2, b2 = (np.asarray(w, float) for w in weights)
        out = (np.tanh(CORNERS @ W1 + b1) @ W2 + b2).reshape(4)
    except (TypeError, ValueError):
        return "four things are asked for: W1 of shape (2, 2), b1 (2,), W2 (2, 1), b2 (1,)."
    if np.mean((out - [0, 1, 1, 0]) ** 2) < 0.01:
        return ""
    for name, table in TABLES.items():
        if np.mean((out - table) ** 2) < 0.01:
            return f"this is {name}."
    if np.ptp(out) < 0.05:
        return f"all four answers are about {out.mean():.2g}."
    if np.allclose(W1[:, 0], W1[:, -1]) and np.allclose(b1, b1[0]):
        return "your hidden neurons are twins: a mean cost of 1/6 is the best they can do."
    return f"for 00, 01, 10, 11 your net answers {', '.join(f'{a:.2f}' for a in out)}."


@exercise("5.4 Exclusive or, by hand",
    "Find `weights`, W1 (2, 2), b1 (2,), W2 (2, 1) and b2 (1,), of a 2-2-1 net with tanh in the "
    "hidden layer and no activation at the end that answers 0, 1, 1, 0 to 00, 01, 10, 11 with a "
    "mean cost below 0.01. Any solution counts.",
    lambda rng: (), {
        "this is OR.": lambda: ([[4, 0], [4, 0]], [-2, 0], [[0.5], [0]], [0.5]),
        "this is equality.": "[[0.52], [0.52]], [-0.02] -> [[-0.52], [-0.52]], [1.02]",
        "all four answers are about 0.5.": "[[0.52], [0.52]], [-0.02] -> [[0], [0]], [0.5]",
        "your hidden neurons are twins": "[[4, -4], [4, -4]], [-2, 6] -> [[1, 1], [1, 1]], [0, 0]",
    },
    ("Let one neuron tell whether an input is 1, the other whether both are: steep tanh do that.",),
    accept=accept_exclusive_or,
    **value("weights = [[4, -4], [4, -4]], [-2, 6], [[0.52], [0.52]], [-0.02]"))
def exclusive_or():
    return [[4, -4], [4, -4]], [-2, 6], [[0.52], [0.52]], [-0.02]
