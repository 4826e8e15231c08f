"""Exercises of notebook 10: steps that are safe, grids, and figures that are honest."""

import numpy as np

from nnlib.exercises.making import asked, number, whole


@asked("10.1 Where η is too large", lambda rng: (rng.uniform(0.2, 5, int(rng.integers(2, 6))),))
def too_large(curvatures):
    return 2 / max(curvatures)


@asked("10.2 A grid of equal factors", number(0.01, 0.1), number(1, 9), whole(3, 8))
def grid_of(a, b, k):
    return a * (b / a) ** (np.arange(k) / (k - 1))


def accuracies_of_two(rng):
    return tuple(rng.normal(0.9, 0.02, int(n)) for n in rng.integers(4, 9, 2))


@asked("10.3 Told apart?", accuracies_of_two)
def told_apart(a, b):
    error = np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    return a.mean() - b.mean(), error


@asked(
    "10.4 The best of k",
    lambda rng: (rng.normal(0.9, 0.02, int(rng.integers(5, 12))),),
    whole(2, 6),
)
def best_of(scores, k):
    n = len(scores)
    none_above = (np.arange(n + 1) / n) ** k
    return (np.sort(scores) * np.diff(none_above)).sum()


@asked("10.5 A vote among nets", lambda rng: (rng.random(size=rng.integers(8, 12, 3)),))
def vote(outputs):
    return outputs.mean(axis=0).argmax(axis=1)
