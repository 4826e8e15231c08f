"""Exercises of notebook 5: layers that are one, neurons that are twins, exclusive or by hand."""

import numpy as np

from nnlib.exercises.making import arrays, asked


@asked("5.1 Three layers that are one", arrays("pm", "m", "mk", "k", "kq", "q"))
def as_one(W1, b1, W2, b2, W3, b3):
    return W1 @ W2 @ W3, (b1 @ W2 + b2) @ W3 + b3


def neurons_alike(rng):
    """Neurons, each a copy of one before but for one knob of a kind, an order, or nothing."""
    kinds = [0, *rng.permutation([1, 2, 3, 4, 5, 5, *rng.integers(1, 6, rng.integers(2))])]
    n = len(kinds)
    n_in, n_out = (n, n) if rng.random() < 0.5 else rng.integers(2, 4, 2)
    W1, b1, W2 = rng.normal(size=(n_in, n)), rng.normal(size=n), rng.normal(size=(n, n_out))
    for k in range(1, n):
        i = rng.integers(k)
        for kind, knobs in enumerate((W1.T, b1[:, None], W2)):
            own, place = knobs[k].copy(), rng.integers(knobs.shape[1])
            knobs[k] = knobs[i]
            knobs[k, place] = own[place] if kind == kinds[k] - 1 else knobs[i, place]
        W1[:, k] = np.roll(W1[:, k], kinds[k] == 4)
    order = rng.permutation(n)
    return W1[:, order], b1[order], W2[order]


@asked("5.2 Which neurons are twins?", neurons_alike)
def twin_pairs(W1, b1, W2):
    knobs = np.vstack([W1, b1, W2.T])
    pairs = [(i, j) for i in range(len(b1)) for j in range(i + 1, len(b1))]
    return [(i, j) for i, j in pairs if (knobs[:, i] == knobs[:, j]).all()]


def a_net_with_equal_neurons(rng):
    W1, b1, W2 = arrays("nm", "m", "mq")(rng)
    i, j = (int(k) for k in rng.permutation(len(b1))[:2])
    W1[:, j], b1[j] = W1[:, i], b1[i]
    return W1, b1, W2, i, j


@asked("5.3 Two neurons that do the work of one", a_net_with_equal_neurons)
def merged(W1, b1, W2, i, j):
    V2 = W2.copy()
    V2[i] += W2[j]
    return np.delete(W1, j, axis=1), np.delete(b1, j), np.delete(V2, j, axis=0)


CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
OF_SHAPES = ((2, 2), (2,), (2, 1), (1,))  # of W1, b1, W2, b2
TABLES = {"OR": [0, 1, 1, 1], "AND": [0, 0, 0, 1], "equality": [1, 0, 0, 1]}


def in_a_row(shapes):
    return ", ".join(map(str, shapes))


ASKED = in_a_row(OF_SHAPES)


def accept_exclusive_or(weights, arguments):
    try:
        W1, b1, W2, b2 = (np.asarray(w, float) for w in weights)
    except (TypeError, ValueError):
        return f"four things are asked for, W1, b1, W2 and b2, of shapes {ASKED}."
    if (found := (W1.shape, b1.shape, W2.shape, b2.shape)) != OF_SHAPES:
        return f"W1, b1, W2, b2 are to have the shapes {ASKED}; yours are {in_a_row(found)}."
    out = (np.tanh(CORNERS @ W1 + b1) @ W2 + b2)[:, 0]
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


@asked(
    "5.4 Exclusive or, by hand",
    accept=accept_exclusive_or,
    read=lambda answer, names: lambda: answer,
    draws=1,
    written="weights = [[4, -4], [4, -4]], [-2, 6], [[0.52], [0.52]], [-0.02]\n",
)
def exclusive_or():
    return [[4, -4], [4, -4]], [-2, 6], [[0.52], [0.52]], [-0.02]
