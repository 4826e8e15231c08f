"""Exercises of notebook 2: a pass forward, the cost, its curvature, a step, an equal net."""

import numpy as np

from nnlib.exercises.making import arrays, asked, matrices, number

FUNCTIONS = (np.tanh, np.sin, np.square, np.cbrt)


def two_functions(rng):
    return tuple(FUNCTIONS[k] for k in rng.permutation(len(FUNCTIONS))[:2])


@asked("2.1 Forward", arrays("np", "pm", "mq"), two_functions)
def forward(X, W1, W2, f1, f2):
    return f2(f1(X @ W1) @ W2)


@asked("2.2 What each sample costs", arrays("nq", "nq"))
def costs_of(Y_hat, Y):
    return ((Y_hat - Y) ** 2).sum(axis=1)


def a_curve(rng):
    a, b, c = rng.normal(size=3)
    return (lambda x: a * x**3 + b * x**2 + np.sin(c * x),)


@asked("2.3 How bent is it?", a_curve, number(0.5, 2, True), number(0.05, 0.3))
def curvature(f, x, h):
    return (f(x + h) - 2 * f(x) + f(x - h)) / h**2


def weights_and_slopes(rng):
    weights = matrices(rng)
    return weights, [rng.normal(size=W.shape) for W in weights]


@asked("2.4 A step of a net of any depth", weights_and_slopes, number(0.05, 0.5))
def stepped(weights, slopes, eta):
    return [W - eta * dW for W, dW in zip(weights, slopes, strict=True)]


def a_neuron(rng):
    W1, W2 = arrays("nm", "mq")(rng)
    return W1, W2, int(rng.integers(len(W2)))


@asked("2.5 Another net, the same answers", a_neuron)
def turned(W1, W2, k):
    V1, V2 = W1.copy(), W2.copy()
    V1[:, k] *= -1
    V2[k] *= -1
    return V1, V2
