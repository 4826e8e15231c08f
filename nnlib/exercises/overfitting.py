"""Exercises of notebook 9: decay, stopping early, and neurons that have gone silent."""

import numpy as np

from nnlib.exercises.exercise import exercise
from nnlib.exercises.making import arrays, number, together, whole

WITH_SLOPES = arrays("nm", "m", "nm", "m")


@exercise("9.1 A step with another decay",
    "Let the penalty be λ/n Σ |w|, over all weights, in a training set of `n` samples. `dW, db` "
    "are the slopes without it, from a mini-batch of `batch` samples. Return `W, b` after one "
    "step. The slope of |w| is the sign of w.",
    together(WITH_SLOPES, number(0.1, 1), number(1, 5), whole(50, 200), whole(3, 20)), {
        "n is that of the mini-batch, not that of the training set": "/ n -> / batch",
        "n is missing": " / n -> ",
        "η is missing in the decay": "eta * l1 -> l1",
        "the weights grow: plus stands for minus": "W - eta * l1 -> W + eta * l1",
        "W stands where its sign belongs: that is the other decay": "np.sign(W) -> W",
        "a ½ is in it": "l1 / n -> l1 / (2 * n)",
        "the biases decay too": ", b - eta * db -> , b - eta * l1 / n * np.sign(b) - eta * db",
    }, ("The penalty's slope in w is λ/n times the sign of w.", "Biases have no penalty."))
def with_decay(W, b, dW, db, eta, l1, n, batch):
    return W - eta * l1 / n * np.sign(W) - eta * dW, b - eta * db


def two_matrices(rng):
    return (list(arrays("nm", "mq")(rng)),)


@exercise("9.2 The cost with its penalty",
    "`cost` is the mean cost of `n` training samples, `weights` a list of matrices. Return the "
    "cost with the penalty λ/2n Σ w², over all weights.",
    together(number(0.1, 2), two_matrices, number(1, 5), whole(5, 50)), {
        "the ½ is missing": "(2 * n) -> n",
        "n is missing": "(2 * n) -> 2",
        "absolute values stand for squares": "W**2 -> abs(W)",
        "the mean of the squares is taken for the sum": "(W**2).sum() -> (W**2).mean()",
        "only the last layer is punished": "in weights -> in weights[-1:]",
        "only the penalty is returned": "cost + -> ",
        "a root is taken": "sum((W**2).sum() for W in weights) -> "
        "np.sqrt(sum((W**2).sum() for W in weights))",
    }, ("`(W**2).sum()` is the sum for one layer.",))
def with_l2(cost, weights, l2, n):
    return cost + l2 / (2 * n) * sum((W**2).sum() for W in weights)


def costs_that_rise_again(rng):
    epochs = np.arange(int(rng.integers(18, 26)))
    costs = (epochs - 8) ** 2 / 60 + rng.normal(0, 0.25, len(epochs)) + 3
    return costs, int(rng.integers(3, 6)), 0.15


@exercise("9.3 When to stop",
    "Walk through the validation `costs`, epochs counted from 0. The best epoch so far is the last "
    "that was better by more than `least` than the best before it, at first epoch 0. Stop in the "
    "first epoch that is `patience` after the best, else in the last. Return `epoch, best`.",
    costs_that_rise_again, {
        "it stops one epoch too late": ">= patience -> > patience",
        "the highest cost is taken for the best": "< costs[best] - least -> > costs[best] + least",
        "an improvement of any size counts": " - least -> ",
        "patience is counted from the start": "epoch - best >= -> epoch >=",
        "the epoch of stopping is called the best": "return epoch, best -> return epoch, epoch",
        "a cost is compared with the one before": "[best] - least -> [max(epoch - 1, 0)] - least",
    }, ("One loop over the epochs, two questions in it.", "`break` leaves the loop."),
    stub="def stopped(costs, patience, least):\n    best = 0\n    return ..., best")
def stopped(costs, patience, least):
    best = 0
    for epoch in range(len(costs)):
        if costs[epoch] < costs[best] - least:
            best = epoch
        if epoch - best >= patience:
            break
    return epoch, best


@exercise("9.4 How far out is z?",
    "One image `x`, weights from N(0, σ = s) and a bias from N(0, σ = 1), all independent: what is "
    "the standard deviation of z = x · w + b?",
    together(lambda rng: (rng.random(int(rng.integers(5, 30))),), number(0.3, 2)), {
        "the number of inputs stands for Σ x²: not every pixel is 1": "(x**2).sum() -> len(x)",
        "the bias is forgotten": "1 + -> ",
        "this is the variance": "np.sqrt -> ",
        "Σ x stands for Σ x²": "(x**2).sum() -> x.sum()",
        "s is not squared": "s**2 -> s",
        "deviations are added, not variances": "1 + s**2 * (x**2).sum() -> "
        "(1 + s * (x**2).sum() ** 0.5) ** 2",
    }, ("Variances of independent numbers add up.", "The variance of x w is x² s²."))
def spread_of_z(x, s):
    return np.sqrt(1 + s**2 * (x**2).sum())


def hidden_answers(rng):
    A = np.maximum(arrays("nm")(rng)[0], 0)
    A[:, rng.random(A.shape[1]) < 0.4] = 0
    return (A,)


@exercise("9.5 Which neurons are silent?",
    "`A` are the answers of a hidden layer of ReLUs, one sample a row. Return the places of the "
    "neurons that answer 0 to every sample.",
    hidden_answers, {
        "one 0 is enough": ".all -> .any",
        "the samples are looked for, not the neurons": "axis=0 -> axis=1",
        "truth values are returned, not places": "np.flatnonzero -> ",
        "they are counted": "np.flatnonzero -> np.sum",
        "the others are returned": "(A == 0).all -> (A != 0).any",
    }, ("A neuron is a column.", "`np.flatnonzero` returns the places of what is True."))
def silent(A):
    return np.flatnonzero((A == 0).all(axis=0))
