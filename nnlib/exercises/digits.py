"""Exercises of notebook 8: what an epoch is made of, and how a reader is judged."""

import numpy as np

from nnlib.exercises.exercise import Exercise
from nnlib.network import Network


def targets_of(labels, k):
    Y = np.zeros((len(labels), k))
    Y[np.arange(len(labels)), labels] = 1
    return Y


ONE_HOT = Exercise(
    "8.1 One-hot",
    "Targets for `labels`, numbers from 0 to k − 1: a row for each, 1 in its column, else 0.",
    draw=lambda rng: (rng.integers(0, k := int(rng.integers(4, 8)), int(rng.integers(4, 8))), k),
    solution=targets_of,
    slips={
        "the columns are counted from 1": ", labels] -> , labels - 1]",
        "it is transposed: a column for each label": lambda labels, k: targets_of(labels, k).T,
        "every row gets a 1 in the columns of all labels": "np.arange(len(labels)), labels] -> "
        ":, labels]",
        "the label itself stands there, not 1": "labels] = 1 -> labels] = labels",
        "0 and 1 are swapped": lambda labels, k: 1 - targets_of(labels, k),
    },
    hints=("`Y[rows, columns] = 1` takes two lists of places.", "Which rows? 0, 1, 2, …"),
)


def mini_batches(n, size, rng):
    order = rng.permutation(n)
    for start in range(0, n, size):
        yield order[start : start + size]


def starts_shuffled(n, size, rng):
    for start in rng.permutation(np.arange(0, n, size)):
        yield np.arange(n)[start : start + size]


def accept_batches(batches, arguments):
    n, size, _ = arguments
    if not isinstance(batches, list) or not batches:
        return "write yield: one array of places a batch."
    try:
        flat = [int(i) for batch in batches for i in np.ravel(batch)]
    except (TypeError, ValueError):
        return "each batch has to be an array of places."
    if flat == list(range(n)):
        return "the samples come in their old order: nothing is shuffled."
    if len(flat) > len(set(flat)):
        return "some samples come twice: they are drawn with replacement."
    if sorted(flat) != list(range(n)):
        short = 0 < n - len(flat) < size
        return "the last, short batch is lost." if short else f"not every place from 0 to {n - 1}."
    if all((np.diff(batch) == 1).all() for batch in batches):
        return "only the order of the batches is new: neighbours stay together."
    if any(len(batch) != size for batch in batches[:-1]):
        return f"the batches have {', '.join(str(len(batch)) for batch in batches)} samples."
    return ""


MINI_BATCHES = Exercise(
    "8.2 Mini-batches",
    "A generator of arrays of places, one for each mini-batch of an epoch: every place from 0 to "
    "n − 1 once, in a new order, `size` in each batch; the last one may be short.",
    stub="def mini_batches(n, size, rng):\n    yield ...",
    draw=lambda rng: (
        n := int(rng.integers(20, 40)),
        int(rng.choice([size for size in (3, 4, 6, 7) if n % size])),
        np.random.default_rng(rng.integers(1000)),
    ),
    solution=mini_batches,
    accept=accept_batches,
    slips={
        "nothing is shuffled": "rng.permutation(n) -> np.arange(n)",
        "they are drawn with replacement": "rng.permutation(n) -> rng.integers(0, n, n)",
        "the last, short batch is lost": "range(0, n, size) -> range(0, n - size + 1, size)",
        "neighbours stay together": starts_shuffled,
    },
    hints=("`rng.permutation(n)` is a new order of all places.", "Then cut it into pieces."),
)


def epoch(net, X, Y, batches, eta):
    for rows in batches:
        Z, A = net.forward(X[rows])
        dW, db = net.backward(Z, A, Y[rows])
        for parameter, slopes in zip(net.W + net.b, dW + db, strict=True):
            parameter -= eta * slopes
    return net.W, net.b


def a_small_task(rng):
    net, order = Network([3, 4, 2], rng=rng), rng.permutation(12)
    batches = [order[:5], order[5:9], order[9:]]
    return net, rng.normal(size=(12, 3)), rng.integers(0, 2, (12, 2)), batches, 0.5


EPOCH = Exercise(
    "8.3 An epoch of descent",
    "For each array of places in `batches`: forward, backward, and a step of `net`'s own weights "
    "and biases on these samples. Return `net.W, net.b` after the last one.",
    draw=a_small_task,
    draws=6,  # each is an epoch for the answer and for every slip
    solution=epoch,
    slips={
        "the biases are forgotten": "zip(net.W + net.b, dW + db -> zip(net.W, dW",
        "the steps go uphill": "-= eta -> += eta",
        "new arrays are made, and those of the net stay as they were": "parameter -= eta -> "
        "parameter = parameter - eta",
        "it is always the first batch": "rows in batches -> rows in [batches[0]] * len(batches)",
        "the last batch is left out": "rows in batches -> rows in batches[:-1]",
        "inputs and targets are of different samples": "Y[rows] -> Y[: len(rows)]",
        "the mean is taken once more": "eta * slopes -> eta * slopes / len(rows)",
    },
    hints=("`net.forward(X)` returns `Z, A`; `net.backward(Z, A, Y)` returns `dW, db`.",),
)


def read_right(labels, found):
    return np.array([np.mean(found[labels == digit] == digit) for digit in range(10)])


def labels_and_found(rng):
    labels = np.append(np.arange(10), rng.integers(0, 10, 60))
    wrong = (rng.random(70) < 0.4) & (np.arange(70) >= 10)
    return labels, np.where(wrong, rng.integers(0, 10, 70), labels)


READ_RIGHT = Exercise(
    "8.4 Which digit is hardest?",
    "`labels` are the digits meant, `found` those read. Return ten numbers: of all images that are "
    "a 0, the share read as a 0, and so on.",
    draw=labels_and_found,
    solution=read_right,
    slips={
        "of those read as a digit, the share that is one": "found[labels == digit] == digit -> "
        "labels[found == digit] == digit",
        "they are counted: how many, not which share": "np.mean -> np.sum",
        "the share of all images is told": lambda labels, found: np.array(
            [np.mean((labels == digit) & (found == digit)) for digit in range(10)]
        ),
        "the wrong ones are counted": "] == digit) -> ] != digit)",
        "each digit gets the share of all": lambda labels, found: np.repeat(
            np.mean(found == labels), 10
        ),
    },
    hints=("`found[labels == 3]`: what was read where a 3 was meant.",),
)


def count(sizes):
    return sum((n_in + 1) * n_out for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True))


COUNT = Exercise(
    "8.5 How many numbers does it learn?",
    "The number of weights and biases of a net with these `sizes`, a list such as [784, 30, 10] of "
    "any length.",
    draw=lambda rng: ([int(n) for n in rng.integers(2, 40, int(rng.integers(3, 6)))],),
    solution=count,
    slips={
        "the biases are left out": "(n_in + 1) -> n_in",
        "the biases are those of the sending layer": "(n_in + 1) * n_out -> n_in * (n_out + 1)",
        "the inputs have biases as well": lambda sizes: count(sizes) + sizes[0],
        "all sizes are multiplied": lambda sizes: np.prod(sizes),
        "a layer has one bias, not one a neuron": "(n_in + 1) * n_out -> n_in * n_out + 1",
    },
    hints=("Each neuron after the inputs: a weight for each sender, and one bias.",),
)
