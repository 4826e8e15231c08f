"""Cost functions: how wrong the outputs A are about the targets Y, and the error to send back.

Each cost keeps two neighbours: the cost of every sample, and its slope in the output layer's
weighted input z, the error δ. Sigmoid with cross-entropy and softmax with log-likelihood are made
for each other: the slope of the activation cancels and δ is A - Y. Both of these costs are
computed from Z, not from A, and stay exact where a saturated output has been rounded to 0 or 1.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnlib._support.hints import door, printable, short
from nnlib.activations import SIGMOID, SOFTMAX, Activation, check_parts


@door
@printable
@dataclass(frozen=True, repr=False)
class Cost:
    """A cost function and its output error. Arrays are (n, n_out), one sample a row.

    name        what plots and saved networks call it
    per_sample  (Z, A, Y) -> (n,), the cost of each sample
    error       (Z, A, Y, f) -> (n, n_out), δ = ∂(cost of the sample)/∂z; f is the output activation
    averaged    True: a batch costs the mean over its samples; False: their sum
    only        the one output activation it is made for; None: any
    formula     the cost of one sample as a student writes it
    """

    name: str
    per_sample: Callable
    error: Callable
    averaged: bool = True
    only: object = None
    formula: str = ""

    def __post_init__(self):
        check_parts(self, "per_sample", "error")
        if not isinstance(self.only, (Activation, type(None))):
            raise TypeError(
                f"only: expected an Activation or None, got {short(self.only)}; leave it out"
            )

    def share(self, n):
        """What one sample of a batch of n counts for: 1/n in a mean, 1 in a sum."""
        return 1 / n if self.averaged else 1.0

    def __reduce_ex__(self, protocol):
        # nnlib's own travel by name, so that in another process they are the ones it has
        name = self.name.upper().replace("-", "_").replace(" ", "_")
        return name if globals().get(name) is self else super().__reduce_ex__(protocol)

    def __repr__(self):
        return f"{self.name}: {self.formula}" if self.formula else self.name


def _square(Z, A, Y):
    return ((A - Y) ** 2).sum(axis=1)


def _cross_entropy(Z, A, Y):
    # -ln a = ln(1 + exp(-z)) and -ln(1 - a) = ln(1 + exp(z)), joined without cancellation
    return (np.maximum(Z, 0) - Y * Z + np.log1p(np.exp(-np.abs(Z)))).sum(axis=1)


def _log_likelihood(Z, A, Y):
    below = Z - Z.max(axis=1, keepdims=True)
    others = np.exp(below)
    np.put_along_axis(others, below.argmax(axis=1)[:, None], 0, axis=1)
    log_a = below - np.log1p(others.sum(axis=1, keepdims=True))
    return -(Y * log_a).sum(axis=1)


SUM_OF_SQUARES = Cost(
    "sum of squares",
    per_sample=_square,
    error=lambda Z, A, Y, f: f.times_slope(2 * (A - Y), Z, A),
    averaged=False,
    formula="Σ_k (y_k - a_k)², summed over the samples",
)
MEAN_SQUARES = Cost(
    "mean squares",
    per_sample=lambda Z, A, Y: _square(Z, A, Y) / Y.shape[1],
    error=lambda Z, A, Y, f: f.times_slope((A - Y) * (2 / Y.shape[1]), Z, A),
    formula="mean over k of (y_k - a_k)²",
)
QUADRATIC = Cost(
    "quadratic",
    per_sample=lambda Z, A, Y: _square(Z, A, Y) / 2,
    error=lambda Z, A, Y, f: f.times_slope(A - Y, Z, A),
    formula="½ Σ_k (a_k - y_k)²",
)
CROSS_ENTROPY = Cost(
    "cross-entropy",
    per_sample=_cross_entropy,
    error=lambda Z, A, Y, f: A - Y,
    only=SIGMOID,
    formula="-Σ_k [y_k ln a_k + (1 - y_k) ln(1 - a_k)]",
)
LOG_LIKELIHOOD = Cost(
    "log-likelihood",
    per_sample=_log_likelihood,
    error=lambda Z, A, Y, f: A - Y,
    only=SOFTMAX,
    formula="-ln a_y, the outputs being probabilities",
)

COSTS = (SUM_OF_SQUARES, MEAN_SQUARES, QUADRATIC, CROSS_ENTROPY, LOG_LIKELIHOOD)
