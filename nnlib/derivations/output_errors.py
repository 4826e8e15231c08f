"""The output errors: why learning slows down, and which costs keep it from doing so."""

import numpy as np

from nnlib.activations import SIGMOID, SOFTMAX
from nnlib.derivations.derivation import titled
from nnlib.derivations.steps import Symbol, defined


def between_0_and_1(rng, shape):
    return rng.uniform(0.05, 0.95, shape)


def one_hot(rng, shape):
    return np.eye(*shape)[rng.integers(*shape)]


INPUT = Symbol("z", (), "a weighted input")
Z = Symbol("z", ("outputs",), "the weighted inputs of the output neurons, for one sample")
TARGETS = Symbol("y", ("outputs",), "their targets, from 0 to 1", between_0_and_1)
CLASS = Symbol("y", ("outputs",), "the target, 1 for the right class and 0 elsewhere", one_hot)
SOFTMAX_OUTPUT = defined(S="np.sum(np.exp(z))", a="np.exp(z) / S")
CROSS_ENTROPY_OF_A = "-np.sum(y * np.log(a) + (1 - y) * np.log(1 - a))"

SLOPE_OF_THE_SIGMOID = titled(
    "The slope of the sigmoid", (INPUT,), defined(a="1 / (1 + np.exp(-z))"), {"σ": SIGMOID}
)
DELTA_QUADRATIC = titled(
    "The output error of sigmoid and quadratic cost",
    (Z, TARGETS),
    defined(a="σ.value(z)", C="np.sum((a - y)**2) / 2"),
    {"σ": SIGMOID},
)
DELTA_CROSS_ENTROPY = titled(
    "The output error of sigmoid and cross-entropy",
    (Z, TARGETS),
    defined(a="σ.value(z)", C=CROSS_ENTROPY_OF_A),
    {"σ": SIGMOID},
)
JACOBIAN_OF_SOFTMAX = titled("The Jacobian of softmax", (Z,), SOFTMAX_OUTPUT, {"f": SOFTMAX})
DELTA_LOG_LIKELIHOOD = titled(
    "The output error of softmax and log-likelihood",
    (Z, CLASS),
    SOFTMAX_OUTPUT | defined(C="-np.sum(y * np.log(a))"),
)
