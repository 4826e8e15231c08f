"""Exercises of notebook 6: errors, costs that survive large z, and how an error fades."""

import numpy as np

from nnlib.activations import TANH
from nnlib.costs import Cost
from nnlib.exercises.exercise import Exercise
from nnlib.exercises.making import arrays, value


def tanh_delta(z, y):
    a = np.tanh(z)
    return (a - y) * (1 - a**2)


TANH_DELTA = Exercise(
    "6.1 The error of a tanh neuron",
    "A neuron answers a = tanh(z); the cost is the quadratic one, ½ (a − y)². Return δ = ∂C/∂z.",
    draw=arrays("n", "n"),
    solution=tanh_delta,
    slips={
        "the slope of tanh is missing": " * (1 - a**2) -> ",
        "z stands where a belongs: 1 − z²": "1 - a**2 -> 1 - z**2",
        "the slope of the sigmoid stands there": "(1 - a**2) -> a * (1 - a)",
        "it is divided by the slope": ") * (1 -> ) / (1",
        "the square is missing: 1 − a": "a**2 -> a",
    },
    hints=("First the slope of the cost in a, then that of a in z.",),
)


def above_least(a, y):
    return y * np.log(y / a) + (1 - y) * np.log((1 - y) / (1 - a))


ABOVE_LEAST = Exercise(
    "6.2 How far above the least?",
    "For a target like 0.7 the cross-entropy is never 0; it is least where a = y. Return by how "
    "much the cost at `a` is above that least cost, one number for each pair.",
    draw=lambda rng: tuple(rng.uniform(0.05, 0.95, (2, int(rng.integers(2, 6))))),
    solution=above_least,
    slips={
        "the second half is missing": " + (1 - y) * np.log((1 - y) / (1 - a)) -> ",
        "the first half is missing": "y * np.log(y / a) + -> ",
        "this is the cross-entropy, and the least is not taken off": lambda a, y: (
            -(y * np.log(a) + (1 - y) * np.log(1 - a))
        ),
        "a and y are swapped": lambda a, y: above_least(y, a),
        "log10 stands for log": lambda a, y: above_least(a, y) / np.log(10),
    },
    hints=("Write the cross-entropy twice, at a and at y, and subtract.",),
)


def cost_of_z(z, y):
    return np.logaddexp(0, z) - y * z


def naive_cost(z, y, least=0.0):
    a = np.clip(1 / (1 + np.exp(-z)), least, 1 - least)
    return -(y * np.log(a) + (1 - y) * np.log(1 - a))


COST_OF_Z = Exercise(
    "6.3 A cost that survives z = ±800",
    "The cross-entropy of a sigmoid neuron from `z` itself, right for any z, even ±800.",
    draw=lambda rng: (
        np.append([800, -800], 3 * rng.normal(size=3)),
        np.append(rng.permutation([0, 1]), rng.integers(0, 2, 3)),
    ),
    solution=cost_of_z,
    slips={
        "it is computed from a, which is 0 or 1 at z = ±800": naive_cost,
        "a is clipped: then the cost is the same for z = 40 and 800": lambda z, y: (
            naive_cost(z, y, 1e-12)
        ),
        "exp overflows in log(1 + exp(z))": "np.logaddexp(0, z) -> np.log(1 + np.exp(z))",
        "the sign of y z is turned": "- y * z -> + y * z",
        "y and 1 − y are swapped": "- y * z -> - (1 - y) * z",
    },
    hints=(
        "Write a as 1 / (1 + e^(−z)) and simplify −ln a and −ln(1 − a).",
        "`np.logaddexp(0, z)` is ln(1 + e^z), and does not overflow.",
    ),
)


def faded(z, w):
    a = 1 / (1 + np.exp(-z[:-1]))
    return np.prod(w * a * (1 - a))


def a_chain(rng):
    depth = int(rng.integers(3, 7))
    return rng.normal(size=depth), rng.normal(size=depth - 1)


FADED = Exercise(
    "6.4 What is left of an error?",
    "Sigmoid neurons in a row, with weighted inputs z[0], z[1], …; the weight from neuron l to the "
    "next is w[l], so `w` is one shorter. Return the error of the first, divided by that of the "
    "last.",
    draw=a_chain,
    solution=faded,
    slips={
        "σ' is missing": " * a * (1 - a) -> ",
        "σ stands where σ' belongs": "a * (1 - a) -> a",
        "σ' of the last neuron is in it, that of the first is not": "z[:-1] -> z[1:]",
        "the factors are added": "np.prod -> np.sum",
        "the weights are left out": "w * a -> a",
        "σ' of every neuron is in it, of the last as well": lambda z, w: (
            faded(z, w) * np.exp(-z[-1]) / (1 + np.exp(-z[-1])) ** 2
        ),
    },
    hints=("One step back: times the weight, times σ' of the neuron one arrives at.",),
)


def tanh_cost():
    return Cost(
        "mine",
        per_sample=lambda Z, A, Y: (
            -((1 + Y) / 2 * np.log((1 + A) / 2) + (1 - Y) / 2 * np.log((1 - A) / 2)).sum(axis=1)
        ),
        error=lambda Z, A, Y, f: A - Y,
    )


def accept_cost(cost, arguments):
    Z, Y = arguments
    A, h = np.tanh(Z), 1e-5
    if not isinstance(cost, Cost):
        return "a Cost(name, per_sample=…, error=…) is asked for."
    values, error = cost.per_sample(Z, A, Y), cost.error(Z, A, Y, TANH)
    if np.shape(values) != (len(Z),) or np.shape(error) != Z.shape:
        return f"per_sample gives one number a sample, error the shape {Z.shape}."
    if not np.isfinite(values).all():
        return "this takes the logarithm of a negative number: outputs and targets are −1 … 1."
    slope, nudges = np.zeros_like(Z), h * np.eye(Z.shape[1])
    for k, nudge in enumerate(nudges):
        up, down = (cost.per_sample(Z + s, np.tanh(Z + s), Y) for s in (nudge, -nudge))
        slope[:, k] = (up - down) / (2 * h)
    if np.allclose(slope, A - Y, atol=1e-6):
        right = np.allclose(error, A - Y)
        return "" if right else "the value is right, but the error is not A - Y."
    if np.allclose(slope, 2 * (A - Y), atol=1e-6):
        return "the value is twice too large: 1 + a and 1 − a run from 0 to 2."
    agree = np.allclose(slope, error, atol=1e-6)
    agree = "agree with each other, but" if agree else "disagree, and"
    return f"value and error {agree} the slope of the value is not A - Y."


def wrong_cost(factor=1.0, error=lambda Z, A, Y, f: A - Y):
    per_sample = tanh_cost().per_sample
    return Cost("mine", per_sample=lambda *arrays: factor * per_sample(*arrays), error=error)


TANH_COST = Exercise(
    "6.5 A cost for tanh",
    "Outputs a = tanh(z) from −1 to 1, targets ±1. Which cost has the error δ = a − y? Write it as "
    "a `Cost`.",
    stub="tanh_cost = ...",
    written="""tanh_cost = Cost(
    "mine",
    per_sample=lambda Z, A, Y: -(
        (1 + Y) / 2 * np.log((1 + A) / 2) + (1 - Y) / 2 * np.log((1 - A) / 2)
    ).sum(axis=1),
    error=lambda Z, A, Y, f: A - Y,
)
""",
    draw=lambda rng: (rng.normal(size=(4, 3)), rng.choice([-1.0, 1.0], size=(4, 3))),
    solution=lambda Z, Y: tanh_cost(),
    read=value,
    accept=accept_cost,
    slips={
        "this takes the logarithm of a negative number": lambda Z, Y: Cost(
            "mine",
            per_sample=lambda Z, A, Y: -(Y * np.log(A) + (1 - Y) * np.log(1 - A)).sum(axis=1),
            error=lambda Z, A, Y, f: A - Y,
        ),
        "the value is right, but the error is not A - Y": lambda Z, Y: wrong_cost(
            error=lambda Z, A, Y, f: (A - Y) * (1 - A**2)
        ),
        "the value is twice too large": lambda Z, Y: wrong_cost(2.0),
        "agree with each other": lambda Z, Y: Cost(
            "mine",
            per_sample=lambda Z, A, Y: ((A - Y) ** 2).sum(axis=1) / 2,
            error=lambda Z, A, Y, f: (A - Y) * (1 - A**2),
        ),
    },
    hints=("(1 + a) / 2 runs from 0 to 1, as the output of a sigmoid does.",),
)
