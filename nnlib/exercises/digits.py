"""Exercises of notebook 8: what an epoch is made of, and how a reader is judged."""

import numpy as np

from nnlib.exercises.exercise import exercise
from nnlib.exercises.making import COUNTED
from nnlib.network import Network


@exercise("8.1 One-hot",
    "Targets for `labels`, numbers from 0 to k − 1: a row for each, 1 in its column, else 0.",
    lambda rng: (rng.integers(0, k := int(rng.integers(4, 8)), int(rng.integers(4, 8))), k), {
        "the columns are counted from 1": ", labels] -> , labels - 1]",
        "it is transposed: a column for each label": "return Y -> return Y.T",
        "every row gets a 1 in the columns of all labels": "np.arange(len(labels)), -> :,",
        "the label itself stands there, not 1": "labels] = 1 -> labels] = labels",
        "0 and 1 are swapped": "return Y -> return 1 - Y",
    }, ("`Y[rows, columns] = 1` takes two lists of places.", "Which rows? 0, 1, 2, …"))
def targets_of(labels, k):
    Y = np.zeros((len(labels), k))
    Y[np.arange(len(labels)), labels] = 1
    return Y


def n_and_size(rng):
    n = int(rng.integers(20, 40))
    size = int(rng.choice([size for size in (3, 4, 6, 7) if n % size]))
    return n, size, np.random.default_rng(rng.integers(1000))


def starts_shuffled(n, size, rng):
    for start in rng.permutation(np.arange(0, n, size)):
        yield np.arange(n)[start : start + size]


@exercise("8.2 Mini-batches",
    "A generator of arrays of places, one for each mini-batch of an epoch: all places from 0 to "
    "n − 1 in the order `rng.permutation(n)`, `size` in each batch; the last one may be short.",
    n_and_size, {
        "nothing is shuffled: the old order is kept": "rng.permutation(n) -> np.arange(n)",
        "some come twice: they are drawn with replacement": "permutation(n) -> integers(0, n, n)",
        "the last, short batch is lost": "range(0, n, size) -> range(0, n - size + 1, size)",
        "only the order of the batches is new: neighbours stay together": starts_shuffled,
    },
    ("First the new order of all places.", "Then cut it into pieces: one from every `size`-th on."),
    stub="def mini_batches(n, size, rng):\n    yield ...")
def mini_batches(n, size, rng):
    order = rng.permutation(n)
    for start in range(0, n, size):
        yield order[start : start + size]


def a_small_task(rng):
    net, order = Network([3, 4, 2], rng=rng), rng.permutation(12)
    batches = [order[:5], order[5:9], order[9:]]
    return net, rng.normal(size=(12, 3)), rng.integers(0, 2, (12, 2)), batches, 0.5


@exercise("8.3 An epoch of descent",
    "For each array of places in `batches`: forward, backward, and a step of `net`'s own weights "
    "and biases on these samples. Return `net.W, net.b` after the last one.",
    a_small_task, {
        "the biases are forgotten": "zip(net.W + net.b, dW + db -> zip(net.W, dW",
        "the steps go uphill": "-= eta -> += eta",
        "new arrays are made, and those of the net stay": "parameter -= -> parameter = parameter -",
        "it is always the first batch": "rows in batches -> rows in [batches[0]] * len(batches)",
        "the last batch is left out": "rows in batches -> rows in batches[:-1]",
        "inputs and targets are of different samples": "Y[rows] -> Y[: len(rows)]",
        "the mean is taken once more": "eta * slopes -> eta * slopes / len(rows)",
    }, ("`net.forward(X)` returns `Z, A`; `net.backward(Z, A, Y)` returns `dW, db`.",),
    draws=4,  # each is an epoch for the answer and for every slip
)
def epoch(net, X, Y, batches, eta):
    for rows in batches:
        Z, A = net.forward(X[rows])
        dW, db = net.backward(Z, A, Y[rows])
        for parameter, slopes in zip(net.W + net.b, dW + db, strict=True):
            parameter -= eta * slopes
    return net.W, net.b


def labels_and_found(rng):
    labels = np.append(np.arange(10), rng.integers(0, 10, 60))
    wrong = (rng.random(70) < 0.4) & (np.arange(70) >= 10)
    return labels, np.where(wrong, rng.integers(0, 10, 70), labels)


@exercise("8.4 Which digit is hardest?",
    "`labels` are the digits meant, `found` those read. Return ten numbers: of all images that are "
    "a 0, the share read as a 0, and so on.",
    labels_and_found, {
        "of those read as a digit, the share that is one": "(labels, found): -> (found, labels):",
        COUNTED: "np.mean -> np.sum",
        "the share of all images is told": "np.mean(found[labels == d] == d) -> "
        "np.mean((labels == d) & (found == d))",
        "the wrong ones are counted": "] == d) -> ] != d)",
        "each digit gets the share of all": "found[labels == d] == d -> labels == found",
    }, ("`found[labels == 3]`: what was read where a 3 was meant.",))
def read_right(labels, found):
    return np.array([np.mean(found[labels == d] == d) for d in range(10)])


@exercise("8.5 How many numbers does it learn?",
    "The number of weights and biases of a net with these `sizes`, a list such as [784, 30, 10] of "
    "any length.",
    lambda rng: ([int(n) for n in rng.integers(2, 40, int(rng.integers(3, 6)))],), {
        "the biases are left out": "(n_in + 1) -> n_in",
        "the biases are those of the sending layer": "(n_in + 1) * n_out -> n_in * (n_out + 1)",
        "the inputs have biases as well": "return -> return sizes[0] +",
        "all sizes are multiplied": "return sum -> return np.prod(sizes) + 0 * sum",
        "a layer has one bias, not one a neuron": "(n_in + 1) * n_out -> n_in * n_out + 1",
    }, ("Each neuron after the inputs: a weight for each sender, and one bias.",))
def count_of(sizes):
    return sum((n_in + 1) * n_out for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True))
