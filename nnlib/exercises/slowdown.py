"""Exercises of notebook 6: errors, costs that survive large z, and how an error fades."""

import numpy as np

from nnlib.exercises.making import arrays, asked


@asked("6.1 The error of a tanh neuron", arrays("n", "n"))
def tanh_delta(z, y):
    a = np.tanh(z)
    return (a - y) * (1 - a**2)


def far_z(rng):
    n = int(rng.integers(2, 6))
    z = np.append([800, 800, -800, -800], 3 * rng.normal(size=n))
    order = rng.permutation(n + 4)
    return z[order], np.append([0, 1, 0, 1], rng.integers(0, 2, n))[order]


@asked("6.2 A cost that survives z = ±800", far_z)
def cost_of_z(z, y):
    return np.logaddexp(0, z) - y * z


def a_chain(rng):
    depth = int(rng.integers(3, 7))
    return rng.normal(size=depth), rng.normal(size=depth - 1)


@asked("6.3 An error on its way back", a_chain)
def factor_back(z, w):
    a = 1 / (1 + np.exp(-z))
    return np.prod(w * a[:-1] * (1 - a[:-1]))


def outputs_and_targets(rng):
    n = int(rng.integers(1, 5))
    y = np.append([-1.0, 1.0], rng.choice([-1.0, 1.0], n))
    return np.tanh(rng.normal(size=n + 2)), rng.permutation(y)


@asked("6.4 A cost for tanh", outputs_and_targets)
def tanh_cost(a, y):
    p, t = (1 + a) / 2, (1 + y) / 2
    return -(t * np.log(p) + (1 - t) * np.log(1 - p))
