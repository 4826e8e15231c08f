"""Exercises of notebook 7: back from probabilities, costs and slopes of softmax, honest doubt."""

import numpy as np

from nnlib.activations import SOFTMAX
from nnlib.exercises.exercise import exercise
from nnlib.exercises.making import arrays


@exercise("7.1 Back from softmax",
    "The rows of `A` are probabilities. Which weighted inputs do they come from? Many: any number "
    "may be added to a row. Return those whose rows have the mean 0.",
    lambda rng: (SOFTMAX.value(arrays("nk")(rng)[0]),), {
        "keepdims is missing": ", keepdims=True -> ",
        "the columns have the mean 0, not the rows": "axis=1 -> axis=0",
        "the mean is not taken off": " - L.mean(axis=1, keepdims=True) -> ",
        "the logarithm of the mean is taken off": "- L.mean(axis=1, keepdims=True) -> "
        "- np.log(A.mean(axis=1, keepdims=True))",
        "the mean of the probabilities is taken off": "- L.mean -> - A.mean",
    }, ("What undoes exp?", "Then the mean of each row goes."))
def weighted_inputs(A):
    L = np.log(A)
    return L - L.mean(axis=1, keepdims=True)


def far_rows(rng):
    n, k = (int(size) for size in rng.integers(3, 6, 2))
    Z = rng.normal(size=(n, k)) + np.append([1000, -1000], np.zeros(n - 2))[:, None]
    return Z, rng.integers(0, k, n)


@exercise("7.2 Costs that survive 1,000",
    "The log-likelihood cost of each sample, −ln of the softmax output of its label, from `Z` and "
    "`labels` (numbers from 0, not one-hot). A row may lie at 1,000, another at −1,000.",
    far_rows, {
        "exp overflows: the maximum of the row is not taken off": "Z - m[:, None] -> Z",
        "one maximum is taken off all rows": "Z.max(axis=1) -> Z.max() * np.ones(len(Z))",
        "the maximum is not added again": ".sum(axis=1)) + m -> .sum(axis=1))",
        "labels are counted from 1": ", labels] -> , labels - 1]",
        "the largest z stands for that of the label": "Z[np.arange(len(Z)), labels] -> m",
        "the mean is taken, not one cost a sample": "return log_sums -> return log_sums.mean()",
    }, ("−ln(e^z_y / Σ e^z_k) is ln Σ e^z_k − z_y.", "Σ e^z_k = e^m Σ e^(z_k − m): m = max."))
def costs_of_z(Z, labels):
    m = Z.max(axis=1)
    log_sums = np.log(np.exp(Z - m[:, None]).sum(axis=1)) + m
    return log_sums - Z[np.arange(len(Z)), labels]


@exercise("7.3 Back through softmax without a matrix",
    "`a` is one row of softmax outputs, `v` the slopes of some cost in them. Return the slopes in "
    "z, $v_j \\partial a_j / \\partial z_k$, without building the Jacobian.",
    lambda rng: (v := rng.normal(size=int(rng.integers(3, 7))), SOFTMAX.value(v[::-1] ** 2)), {
        "only the diagonal of the Jacobian counts": "(v - (v * a).sum()) -> v * (1 - a)",
        "the factor a in front is missing": "a * (v -> (v",
        "v is summed without a": "(v * a).sum() -> v.sum()",
        "plus stands for minus": "v - (v -> v + (v",
        "the mean is taken for the sum": ".sum() -> .mean()",
        "the sum is left out": " - (v * a).sum() -> ",
    }, ("The Jacobian is $a_j (I_{jk} - a_k)$: fold the identity.", "$v_j a_j$ is one number."))
def through_softmax(v, a):
    return a * (v - (v * a).sum())


def answers(rng):
    n = int(rng.integers(60, 100))
    A = SOFTMAX.value(2 * rng.normal(size=(n, 4)))
    labels = np.where(rng.random(n) < 0.6, A.argmax(axis=1), rng.integers(0, 4, n))
    return A, labels, np.array([0, 0.2, 0.4, 0.6, 0.8, 1.01])


@exercise("7.4 Is it as sure as it says?",
    "The rows of `A` are the answers of a net. Group the samples by their largest output: from "
    "`edges[k]` up to, not including, `edges[k + 1]`. Return a table with a row for each group: "
    "the mean of the largest outputs, and the share that is right; `np.nan` twice where a group is "
    "empty.",
    answers, {
        "the right ones are counted, not their share": "right[group].mean -> right[group].sum",
        "the two columns are swapped": "return table -> return table[:, ::-1]",
        "each group holds all groups below it": "(edges[k] <= largest) & ( -> (",
        "an empty group gets zeros": "np.nan -> 0.0",
        "the mean of all outputs is taken for the largest": "A.max -> A.mean",
        "the smallest output is taken for the answer": "A.argmax -> A.argmin",
    }, ("`A.max(axis=1)` is how sure, `A.argmax(axis=1)` of what.", "`group.any()`"))
def calibration(A, labels, edges):
    largest, right = A.max(axis=1), A.argmax(axis=1) == labels
    table = np.full((len(edges) - 1, 2), np.nan)
    for k in range(len(table)):
        group = (edges[k] <= largest) & (largest < edges[k + 1])
        if group.any():
            table[k] = largest[group].mean(), right[group].mean()
    return table
