"""Exercises of notebook 7: back from probabilities, costs and slopes of softmax, honest doubt."""

import numpy as np

from nnlib.activations import SOFTMAX
from nnlib.exercises.making import arrays, asked, lengths


@asked("7.1 Back from softmax", lambda rng: (SOFTMAX.value(arrays("nk")(rng)[0]),))
def weighted_inputs(A):
    L = np.log(A)
    return L - L.mean(axis=1, keepdims=True)


def far_rows(rng):
    """Rows near −1,000, near 1,000 but for the label near −1,000, or but for one, and near 0."""
    n, k = lengths(rng, low=4, high=7)
    Z, labels = rng.normal(size=(n, k)), rng.integers(0, k, n)
    Z[0] -= 1000
    Z[1] += np.where(np.arange(k) == labels[1], -1000, 1000)
    Z[2] += np.where(np.arange(k) == rng.integers(k), 1000, -1000)
    order = rng.permutation(n)
    return Z[order], labels[order]


@asked("7.2 Costs that survive 1,000", far_rows)
def costs_of_z(Z, labels):
    m = Z.max(axis=1)
    E = np.exp(Z - m[:, None])
    log_sums = np.log(E.sum(axis=1)) + m
    return log_sums - Z[np.arange(len(Z)), labels]


@asked(
    "7.3 Back through softmax without a matrix",
    lambda rng: (v := rng.normal(size=int(rng.integers(3, 7))), SOFTMAX.value(v[::-1] ** 2)),
)
def through_softmax(v, a):
    return a * (v - (v * a).sum())


def answers(rng):
    """Edges at samples' own largest numbers, and two between neighbours: a group without any."""
    (n, k), inside = lengths(rng, low=8, high=15), rng.integers(2, 5)
    A = SOFTMAX.value(2 * rng.normal(size=(n, k)))
    labels = np.where(rng.random(n) < 0.6, A.argmax(axis=1), rng.integers(0, k, n))
    largest = np.sort(A.max(axis=1))
    empty = rng.uniform(*largest[(m := rng.integers(n - 1)) : m + 2], 2)
    edges = [rng.uniform(0, 0.19), 1.01], rng.choice(largest, inside, replace=False), empty
    return A, labels, np.sort(np.concatenate(edges))


@asked("7.4 Is it as sure as it says?", answers, draws=12)  # each is a table of many means
def calibration(A, labels, edges):
    largest, right = A.max(axis=1), A.argmax(axis=1) == labels
    table = np.full((len(edges) - 1, 2), np.nan)
    for k in range(len(table)):
        group = (edges[k] <= largest) & (largest < edges[k + 1])
        if group.any():
            table[k] = largest[group].mean(), right[group].mean()
    return table
