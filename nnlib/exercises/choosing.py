"""Exercises of notebook 10: steps that are safe, grids, and figures that are honest."""

import numpy as np

from nnlib.exercises.exercise import exercise
from nnlib.exercises.making import number, together, whole


@exercise("10.1 The largest safe η",
    "A bowl ½ Σ c x² with the `curvatures` c in its directions. In each of them a step multiplies "
    "x by 1 − η c. From which η on does some direction no longer shrink?",
    lambda rng: (rng.uniform(0.2, 5, int(rng.integers(2, 6))),), {
        "the flattest direction is taken, not the steepest": "max -> min",
        "1/c stands for 2/c: that is where a step hits the bottom": "2 -> 1",
        "the mean of the curvatures is taken": "max -> np.mean",
        "the sum of the curvatures is taken": "max -> sum",
        "it is upside down": "2 / max(curvatures) -> max(curvatures) / 2",
    }, ("It no longer shrinks from 1 − η c = −1 on.", "Which direction gets there first?"))
def safe_eta(curvatures):
    return 2 / max(curvatures)


@exercise("10.2 A grid of equal factors",
    "`k` learning rates from `a` to `b`, both among them, each the same *factor* above the one "
    "before.",
    together(number(0.01, 0.1), number(1, 9), whole(3, 8)), {
        "the steps are equal, not the factors": "return -> return np.linspace(a, b, k) + 0 *",
        "there is one too many": "np.arange(k) -> np.arange(k + 1)",
        "the end b is not among them": "(k - 1) -> k",
        "a and b are taken for exponents": "return -> return np.logspace(a, b, k) + 0 *",
        "it starts at 1, not at a": "a * (b / a) -> (b / a)",
        "it runs from b to a": "(a, b, k): -> (b, a, k):",
    }, ("The factor is the (k − 1)-th root of b / a.",))
def grid_of(a, b, k):
    return a * (b / a) ** (np.arange(k) / (k - 1))


@exercise("10.3 Told apart?",
    "Two recipes, the accuracies of several seeds each. Return the difference of their means and "
    "its standard error: the variance of a mean is that of its numbers (`ddof=1`) divided by how "
    "many they are, and the variance of a difference is the sum of both.",
    lambda rng: tuple(rng.normal(0.9, 0.02, int(n)) for n in rng.integers(4, 9, 2)), {
        "the standard deviation stands for the error": "error = -> len = lambda x: 1; error =",
        "ddof=1 is missing at a": "a.var(ddof=1) -> a.var()",
        "ddof=1 is missing at b": "b.var(ddof=1) -> b.var()",
        "the error is that of one recipe only": " + b.var(ddof=1) / len(b) -> ",
        "the variances are subtracted": " + b.var -> - b.var",
        "the root is missing": "np.sqrt -> ",
        "the best of each are compared": "a.mean() - b.mean() -> a.max() - b.max()",
    }, ("`a.var(ddof=1) / len(a)` is the variance of the mean of `a`.",))
def told_apart(a, b):
    error = np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    return a.mean() - b.mean(), error


@exercise("10.4 The best of k",
    "Of one recipe there are many runs, with these `scores`. Draw `k` of them by chance, each time "
    "from all, and report the best: what is it on average? The chance that none of the k is above "
    "the i-th smallest of n scores is (i / n)ᵏ.",
    together(lambda rng: (rng.normal(0.9, 0.02, int(rng.integers(5, 12))),), whole(2, 6)), {
        "it is the mean: the best of one": "** k -> ** 1",
        "it is the best of all: k is forgotten": "** k -> ** 1e9",
        "it is the worst of the k": "np.sort(scores) -> np.sort(scores)[::-1]",
        "the scores are not in rising order": "np.sort(scores) -> scores",
        "the chance that none is above is not yet that of being the best":
            "np.diff(none_above) -> none_above[1:]",
    },
    ("Sort the scores. How often is the i-th smallest the best: when none is above it, less the "
     "times when all are below it.",
     "`np.diff` subtracts neighbours."))
def best_of(scores, k):
    n = len(scores)
    none_above = (np.arange(n + 1) / n) ** k
    return (np.sort(scores) * np.diff(none_above)).sum()


@exercise("10.5 A vote among nets",
    "`outputs[r, i, k]` is what run r answers for sample i and class k. Return the class of each "
    "sample after the outputs of all runs were averaged.",
    lambda rng: (rng.random(size=rng.integers(8, 12, 3)),), {
        "the samples are averaged, not the runs": "mean(axis=0) -> mean(axis=1)",
        "the largest sample of a class is looked for": "argmax(axis=1) -> argmax(axis=0)",
        "the largest output counts, not the mean": "outputs.mean -> outputs.max",
        "only the first run is asked": "outputs.mean(axis=0) -> outputs[0]",
        "the outputs are returned, not the classes": "argmax -> max",
        "the least likely class is returned": "argmax -> argmin",
    }, ("Which axis counts the runs?", "After the mean two axes are left: samples, classes."))
def vote(outputs):
    return outputs.mean(axis=0).argmax(axis=1)
