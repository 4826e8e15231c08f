"""Divergence: what shows that training has gone astray, in words, and the way back."""

import math

import numpy as np

TOO_LARGE = 1e6  # a cost this many times the first one is divergence
LARGE_INPUT = 10.0  # pixels from 0 to 255 go beyond it; standardised data with its rarest numbers
STANDARDISED = 1.1  # root mean square of a column that is standardised: 1, but for rounding
PROBED = 1000  # samples that are looked at for signs of divergence


class Guard:
    """Notices that a descent has diverged since its first cost, and takes its net back."""

    def __init__(self, descent):
        self._descent, self._first = descent, probe_cost(descent)
        self.keep()

    def keep(self):
        """Let the net as it is now be the one to go back to."""
        self._good = self._descent.net.copy()

    def rescue(self, cost=None):
        """Take the net back if it has diverged: what showed that, in words, or ""."""
        trouble = self.trouble(cost)
        if trouble:
            self._descent.net.W, self._descent.net.b = self._good.W, self._good.b
        return trouble

    def trouble(self, cost=None):
        """What shows that the descent has diverged, in words, or "".

        cost is what it is now, if that is known.

        A cost or a parameter that is not finite; a cost a million times the first, which counts as
        1 where it is less (a net that has learnt may forget); or a net that its own steps have
        killed: all inputs get one output, from weights beyond a million. A cost that rises and
        comes back between two looks is no divergence.
        """
        cost = probe_cost(self._descent) if cost is None else cost
        trouble = trouble_of(cost if self._descent.net.is_finite() else math.nan, self._first)
        if trouble:
            return trouble
        if self._is_dead():
            return "weights beyond a million give every input the same output"
        return ""

    def _is_dead(self):
        if max(np.abs(W).max() for W in self._descent.net.W) <= TOO_LARGE:
            return False
        outputs = self._descent.net.predict(self._descent.X[some_of(self._descent.X)])
        return len(outputs) > 1 and bool((outputs == outputs[0]).all())


def trouble_of(cost, first):
    """What a cost shows that has diverged since the first one, in words, or ""."""
    if not math.isfinite(cost):
        return "the cost or a parameter left the range of numbers"
    if not cost <= TOO_LARGE * max(first, 1.0):
        return f"the cost rose more than a million times, from {first:.3g} to {cost:.3g}"
    return ""


def divergence_in_words(when, trouble, X, eta, then=""):
    """What a student is told: when it was, what showed it, the likely cause, and what then."""
    large = large_inputs(X)
    cause = f"{large}, or choose a smaller η" if large else f"η = {eta:.3g} is probably too large"
    return f"Diverged {when}: {trouble}. {cause}. {then}".rstrip()


def large_inputs(X):
    """What to do about inputs far above 1, a sentence without its end; "" if there are none.

    All of X is looked at: of a standardised column some samples alone would not be so.
    """
    largest = max(X.max(), -X.min())
    if largest <= LARGE_INPUT or np.einsum("ij,ij->j", X, X).max() <= len(X) * STANDARDISED**2:
        return ""
    eight_bits = X.min() >= 0 and 127 < largest <= 255.5
    pixels = eight_bits and np.abs(X - np.rint(X)).max() < 0.01
    each = "(X - np.mean(X, axis=0)) / (np.std(X, axis=0) + 1e-9)"
    scaled = "X / 255" if pixels else f"{each}, each column by itself"
    return f"X holds numbers up to {largest:.3g}: scale them to about 1, {scaled}"


def probe_cost(descent):
    """The cost on some samples of the training set, with its L2 term: quick, and enough."""
    rows = some_of(descent.X)
    cost = descent.net.cost_and_accuracy(descent.X[rows], descent.Y[rows])[0]
    return cost + descent.net.penalty(descent.l2, len(descent.X))


def some_of(X):
    """Rows from everywhere: the first ones of sorted data are like no others."""
    n = len(X)
    return slice(None) if n <= PROBED else np.random.default_rng(0).choice(n, PROBED, replace=False)
