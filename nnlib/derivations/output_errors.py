"""The output errors: why learning slows down, and which costs keep it from doing so."""

import numpy as np

from nnlib.activations import SIGMOID, SOFTMAX
from nnlib.derivations.derivation import Derivation
from nnlib.derivations.steps import Symbol, index, matrix, numpy_line, start


def between_0_and_1(rng, shape):
    return rng.uniform(0.05, 0.95, shape)


def one_hot(rng, shape):
    return np.eye(*shape)[rng.integers(*shape)]


Z = Symbol("z", ("outputs",), "the weighted inputs of the output neurons, for one sample")
TARGETS = Symbol("y", ("outputs",), "their targets, from 0 to 1", between_0_and_1)
CLASS = Symbol("y", ("outputs",), "the target, 1 for the right class and 0 elsewhere", one_hot)
SIGMOID_OUTPUT = {"a": numpy_line("σ.value(z)")}
SOFTMAX_OUTPUT = {
    "S": numpy_line("np.sum(np.exp(z))"),
    "a": numpy_line("np.exp(z) / S"),
}

SLOPE_OF_THE_SIGMOID = Derivation(
    "The slope of the sigmoid",
    (Symbol("z", (), "a weighted input"),),
    {"a": numpy_line("1 / (1 + np.exp(-z))")},
    (
        start("∂a/∂z", "$a = \\sigma(z) = 1 / (1 + e^{-z})$: turn `z` and watch `a`."),
        matrix(
            "∂a/∂z",
            r"[\frac{e^{-z}}{(1 + e^{-z})^2}]",
            "np.exp(-z) / (1 + np.exp(-z))**2",
            "The chain rule: $1/u$ has the slope $-1/u^2$, and $u = 1 + e^{-z}$ has $-e^{-z}$.",
        ),
        matrix(
            "∂a/∂z",
            r"[\frac{1}{1 + e^{-z}} \left( 1 - \frac{1}{1 + e^{-z}} \right)]",
            "1 / (1 + np.exp(-z)) * (1 - 1 / (1 + np.exp(-z)))",
            "Split into two fractions; in the second, $e^{-z} = (1 + e^{-z}) - 1$.",
        ),
        matrix(
            "∂a/∂z",
            r"[a \, (1 - a)]",
            "a * (1 - a)",
            "Both fractions are `a`. Near `a = 0` and `a = 1` the slope is all but gone.",
        ),
        matrix("∂a/∂z", r"[\sigma'(z)]", "σ.slope(z)", "The slope as nnlib computes it."),
    ),
    {"σ": SIGMOID},
)

DELTA_QUADRATIC = Derivation(
    "The output error of sigmoid and quadratic cost",
    (Z, TARGETS),
    SIGMOID_OUTPUT | {"C": numpy_line("np.sum((a - y)**2) / 2")},
    (
        index("δ_j = ∂C/∂z_j", "The error of neuron `j` is the slope of the cost by its input."),
        index("δ_j = [∂C/∂a_k ∂a_k/∂z_j]", "The chain rule through every output `a_k`."),
        matrix(
            "δ_j",
            r"[(a_{k} - y_{k}) \, \sigma'(z_{k}) \, I_{kj}]",
            'np.einsum("k,k,kj->j", a - y, σ.slope(z), np.eye(len(z)))',
            "The 2 of the square meets the ½; `a_k = σ(z_k)` depends on its own input only.",
        ),
        matrix(
            "δ_j",
            r"[(a_{j} - y_{j}) \, \sigma'(z_{j})]",
            "[(a[j] - y[j]) * σ.slope(z)[j] for j in range(len(z))]",
            "`I_kj` picks `k = j`.",
        ),
        matrix(
            "δ",
            r"[(a - y) * \sigma'(z)]",
            "(a - y) * σ.slope(z)",
            "However wrong `a` is, a flat `σ` makes the error small: learning slows down.",
        ),
    ),
    {"σ": SIGMOID},
)

DELTA_CROSS_ENTROPY = Derivation(
    "The output error of sigmoid and cross-entropy",
    (Z, TARGETS),
    SIGMOID_OUTPUT | {"C": numpy_line("-np.sum(y * np.log(a) + (1 - y) * np.log(1 - a))")},
    (
        index("δ_j = ∂C/∂z_j", "The error of neuron `j` is the slope of the cost by its input."),
        index("δ_j = [∂C/∂a_k ∂a_k/∂z_j]", "The chain rule through every output `a_k`."),
        matrix(
            "δ_j",
            r"[- \left( \frac{y_{k}}{a_{k}} - \frac{1 - y_{k}}{1 - a_{k}} \right)"
            r" \, \sigma'(z_{k}) \, I_{kj}]",
            'np.einsum("k,k,kj->j", -(y / a - (1 - y) / (1 - a)), σ.slope(z), np.eye(len(z)))',
            r"$\ln a$ has the slope $1/a$; `a_k = σ(z_k)` depends on its own input only.",
        ),
        matrix(
            "δ_j",
            r"[\frac{a_{j} - y_{j}}{a_{j} \, (1 - a_{j})}] \, \sigma'([z_{j}])",
            "(a - y) / (a * (1 - a)) * σ.slope(z)",
            "`I_kj` picks `k = j`. One common denominator: $-y (1 - a) + (1 - y) a = a - y$.",
        ),
        matrix(
            "δ_j",
            r"\frac{a_{j} - y_{j}}{a_{j} \, (1 - a_{j})} \, [a_{j} \, (1 - a_{j})]",
            "(a - y) / (a * (1 - a)) * (a * (1 - a))",
            "The slope of the sigmoid: `σ'(z) = a (1 − a)`.",
        ),
        index(
            "δ_j = [a_j − y_j]", "The slopes cancel: no flat `σ` is left to slow the learning down."
        ),
        matrix("δ", r"[a - y]", "a - y", "For all output neurons at once."),
    ),
    {"σ": SIGMOID},
)

JACOBIAN_OF_SOFTMAX = Derivation(
    "The Jacobian of softmax",
    (Z,),
    SOFTMAX_OUTPUT,
    (
        start(
            "∂a_j/∂z_k",
            "$a_j = e^{z_j} / S$, and `S` is the sum over all: each output depends on every `z`.",
        ),
        matrix(
            "∂a_j/∂z_k",
            r"[\frac{I_{jk} \, e^{z_{j}} \, S - e^{z_{j}} \, e^{z_{k}}}{S^2}]",
            "(np.eye(len(z)) * np.exp(z)[:, None] * S - np.outer(np.exp(z), np.exp(z))) / S**2",
            "The quotient rule: the top moves only where `j = k`, and `S` has the slope $e^{z_k}$.",
        ),
        matrix(
            "∂a_j/∂z_k",
            r"[a_{j} \, (I_{jk} - a_{k})]",
            "a[:, None] * (np.eye(len(a)) - a[None, :])",
            "Divided through: each exponential over `S` is an output. `a_j` is taken out.",
        ),
        matrix(
            "∂a/∂z",
            r"[\mathrm{diag}(a) - a \cdot a.T]",
            "np.diag(a) - np.outer(a, a)",
            "As a matrix, with `a` as a column.",
        ),
        matrix("∂a/∂z", r"[f'(z)]", "f.slope(z)", "The Jacobian as nnlib computes it."),
    ),
    {"f": SOFTMAX},
)

DELTA_LOG_LIKELIHOOD = Derivation(
    "The output error of softmax and log-likelihood",
    (Z, CLASS),
    SOFTMAX_OUTPUT | {"C": numpy_line("-np.sum(y * np.log(a))")},
    (
        index("δ_k = ∂C/∂z_k", "The error of neuron `k` is the slope of the cost by its input."),
        index("δ_k = [∂C/∂a_j ∂a_j/∂z_k]", "The chain rule through every output `a_j`."),
        matrix(
            "δ_k",
            r"[- \frac{y_{j}}{a_{j}} \, a_{j} \, (I_{jk} - a_{k})]",
            'np.einsum("j,jk->k", -y / a, a[:, None] * (np.eye(len(a)) - a[None, :]))',
            r"$C = -y_j \ln a_j$, and $\ln a$ has the slope $1/a$; the Jacobian is put in.",
        ),
        matrix(
            "δ_k",
            r"[- y_{j}] \, (I_{jk} - a_{k})",
            'np.einsum("j,jk->k", -y, np.eye(len(a)) - a[None, :])',
            "`a_j` cancels.",
        ),
        matrix(
            "δ_k",
            r"[- y_{j} \, I_{jk} + a_{k} \, y_{j}]",
            'np.einsum("j,jk->k", -y, np.eye(len(y))) + a * sum(y)',
            "The bracket multiplied out.",
        ),
        index("δ_k = [− y_k + a_k]", "`I_jk` picks `j = k`; the targets `y_j` sum to 1."),
        matrix("δ", r"[a - y]", "a - y", "As for sigmoid and cross-entropy."),
    ),
)
