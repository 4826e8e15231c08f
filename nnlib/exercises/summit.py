"""Exercises of notebook 11: bending by hand, a falling η, and a start for neurons like ReLUs."""

import numpy as np

from nnlib.exercises.making import asked, number, whole


@asked("11.1 A stretch, then a slant", number(1.1, 1.4), number(0.6, 0.9), number(0.2, 0.8, True))
def bending_matrix(tall, wide, slant):
    stretch, lean = np.diag([tall, wide]), np.array([[1, 0], [slant, 1]])
    return lean @ stretch


@asked("11.2 Which way the ink grows", lambda rng: tuple(rng.random((5, int(rng.integers(2, 6))))))
def slope_to_the_right(a, b, c, d, t):
    return (1 - t) * (b - a) + t * (d - c)


def done_of_epochs(rng):
    epochs = int(rng.integers(20, 60))
    return rng.uniform(0, epochs, int(rng.integers(5, 9))), epochs


@asked("11.3 A falling η", done_of_epochs, number(0.1, 1))
def falling_eta(done, epochs, eta):
    left = 1 - done / epochs
    return eta * np.minimum(1, 5 * left)


@asked("11.4 A start for a leaky ReLU", whole(10, 900), number(0.1, 0.9))
def leaky_start(n_in, r):
    return np.sqrt(2 / ((1 + r**2) * n_in))


MOMENTUM = number(0.01, 0.5), number(0.3, 0.95), number(0.5, 2), whole(2, 20)


@asked("11.5 What momentum is worth", *MOMENTUM)
def way_with_momentum(eta, mu, slope, k):
    v = w = 0.0
    for _ in range(k):
        v = mu * v - eta * slope
        w = w + v
    return w
