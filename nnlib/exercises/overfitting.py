"""Exercises of notebook 9: decay, stopping early, and neurons that have gone silent."""

import numpy as np

from nnlib.exercises.making import arrays, asked, matrices, number, whole


@asked(
    "9.1 A step with another decay",
    arrays("nm", "m", "nm", "m"),
    number(0.1, 1),
    number(1, 5),
    whole(50, 200),
    whole(3, 20),
)
def with_decay(W, b, dW, db, eta, l1, n, batch):
    return W - eta * l1 / n * np.sign(W) - eta * dW, b - eta * db


@asked(
    "9.2 The cost with its penalty",
    number(0.1, 2),
    lambda rng: (matrices(rng),),
    number(1, 5),
    whole(5, 50),
)
def with_l2(cost, weights, l2, n):
    return cost + l2 / (2 * n) * sum((W**2).sum() for W in weights)


def costs_that_rise_again(rng):
    epochs = np.arange(int(rng.integers(4, 18)))
    costs = (epochs - 8) ** 2 / 60 + rng.normal(0, 0.25, len(epochs)) + 3
    return costs, int(rng.integers(3, 6))


@asked("9.3 When to stop", costs_that_rise_again, number(0.05, 0.3))
def stopped(costs, patience, least):
    best = 0
    for epoch in range(len(costs)):
        if costs[epoch] < costs[best] - least:
            best = epoch
        if epoch - best >= patience:
            break
    return epoch, best


@asked("9.4 How far out is z?", lambda rng: (rng.random(int(rng.integers(5, 30))),), number(0.3, 2))
def spread_of_z(x, s):
    return np.sqrt(1 + s**2 * (x**2).sum())


def hidden_answers(rng):
    A = np.maximum(arrays("nm")(rng)[0], 0)
    A[:, rng.random(A.shape[1]) < 0.4] = 0
    return (A,)


@asked("9.5 Which neurons are silent?", hidden_answers)
def silent(A):
    return np.flatnonzero((A == 0).all(axis=0))
