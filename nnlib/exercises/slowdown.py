"""Exercises of notebook 6: errors, costs that survive large z, and how an error fades."""

import numpy as np

from nnlib.exercises.exercise import exercise
from nnlib.exercises.making import arrays


@exercise("6.1 The error of a tanh neuron",
    "A neuron answers a = tanh(z); the cost is the quadratic one, ½ (a − y)². Return δ = ∂C/∂z.",
    arrays("n", "n"), {
        "the slope of tanh is missing": " * (1 - a**2) -> ",
        "z stands where a belongs: 1 − z²": "1 - a**2 -> 1 - z**2",
        "the slope of the sigmoid stands there": "(1 - a**2) -> a * (1 - a)",
        "it is divided by the slope": ") * (1 -> ) / (1",
        "the square is missing: 1 − a": "a**2 -> a",
    }, ("First the slope of the cost in a, then that of a in z.",))
def tanh_delta(z, y):
    a = np.tanh(z)
    return (a - y) * (1 - a**2)


def far_z(rng):
    z, y = np.append([800, -800], 3 * rng.normal(size=3)), rng.permutation([0, 1])
    return z, np.append(y, rng.integers(0, 2, 3))


def naive_cost(z, y, least=0.0):
    a = np.clip(1 / (1 + np.exp(-z)), least, 1 - least)
    return -(y * np.log(a) + (1 - y) * np.log(1 - a))


@exercise("6.2 A cost that survives z = ±800",
    "The cross-entropy of a sigmoid neuron from `z` itself, right for any z, even ±800.",
    far_z, {
        "it is computed from a, which is 0 or 1 at z = ±800": naive_cost,
        "a is clipped: z = 40 costs as much as 800": lambda z, y: naive_cost(z, y, 1e-12),
        "exp overflows in log(1 + exp(z))": "np.logaddexp(0, z) -> np.log(1 + np.exp(z))",
        "the sign of y z is turned": "- y * z -> + y * z",
        "y and 1 − y are swapped": "- y * z -> - (1 - y) * z",
    }, ("Simplify −ln a and −ln(1 − a).", "`np.logaddexp(0, z)` is ln(1 + e^z) without overflow."))
def cost_of_z(z, y):
    return np.logaddexp(0, z) - y * z


def a_chain(rng):
    depth = int(rng.integers(3, 7))
    return rng.normal(size=depth), rng.normal(size=depth - 1)


@exercise("6.3 What is left of an error?",
    "Sigmoid neurons in a row, with weighted inputs z[0], z[1], …; the weight from neuron l to the "
    "next is w[l], so `w` is one shorter. Return the error of the first, divided by that of the "
    "last.",
    a_chain, {
        "σ' is missing": " * a[:-1] * (1 - a[:-1]) -> ",
        "σ stands where σ' belongs": " * (1 - a[:-1]) -> ",
        "σ' of the last neuron is in it, that of the first is not": "return -> a = a[::-1]; return",
        "the factors are added": "np.prod -> np.sum",
        "the weights are left out": "w * -> ",
        "σ' of the last neuron is in it as well": "return -> return a[-1] * (1 - a[-1]) *",
    }, ("One step back: times the weight, times σ' of the neuron one arrives at.",))
def faded(z, w):
    a = 1 / (1 + np.exp(-z))
    return np.prod(w * a[:-1] * (1 - a[:-1]))


@exercise("6.4 A cost for tanh",
    "Outputs a = tanh(z) from −1 to 1, targets y = −1 or 1. Which cost has the error δ = a − y? "
    "The cross-entropy, after `a` and `y` were moved to 0 … 1. Return it, one number each.",
    lambda rng: (np.tanh(rng.normal(size=5)), rng.permutation([-1.0, -1.0, 1.0, 1.0, 1.0])), {
        "a is not moved: the logarithm of a negative number": "(1 + a) / 2 -> a",
        "y is not moved: −1 is no probability": "(1 + y) / 2 -> y",
        "the ½ of a is missing: 1 + a runs from 0 to 2": "(1 + a) / 2 -> 1 + a",
        "the cost is that of squares": "return -> return (a - y) ** 2 / 2;",
        "the second half is missing": " + (1 - t) * np.log(1 - p) -> ",
        "p and t are swapped": "p, t = -> t, p =",
    }, ("(1 + a) / 2 runs from 0 to 1, as the output of a sigmoid does.",))
def tanh_cost(a, y):
    p, t = (1 + a) / 2, (1 + y) / 2
    return -(t * np.log(p) + (1 - t) * np.log(1 - p))
