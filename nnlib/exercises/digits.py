"""Exercises of notebook 8: what an epoch is made of, and how a reader is judged."""

import numpy as np

from nnlib.exercises.making import asked, lengths, number
from nnlib.network import Network


@asked(
    "8.1 Targets with a doubt",
    lambda rng: (rng.integers(0, k := int(rng.integers(4, 8)), int(rng.integers(4, 8))), k),
    number(0.05, 0.3),
)
def targets_of(labels, k, doubt):
    Y = np.full((len(labels), k), doubt / (k - 1))
    Y[np.arange(len(labels)), labels] = 1 - doubt
    return Y


def n_and_size(rng):
    """Whole batches only in about half of the cases."""
    n, size = int(rng.integers(20, 40)), int(rng.choice((3, 4, 6, 7)))
    n -= n % size if rng.random() < 0.3 else 0
    return n, size, np.random.default_rng(rng.integers(1000))


@asked("8.2 Mini-batches", n_and_size)
def mini_batches(n, size, rng):
    order = rng.permutation(n)
    for start in range(0, n, size):
        yield order[start : start + size]


def a_small_task(rng):
    sizes, n = lengths(rng, rng.integers(2, 5), 2, 5).tolist(), rng.integers(9, 14)
    cuts = np.sort(rng.choice(np.arange(1, n), rng.integers(2, 4), replace=False))
    batches = np.split(rng.permutation(n), cuts)
    X, Y = rng.normal(size=(n, sizes[0])), rng.integers(0, 2, (n, sizes[-1]))
    size = max(map(len, batches))
    return Network(sizes, rng=rng), X, Y, batches, size, round(rng.uniform(0.2, 2), 2)


@asked(
    "8.3 An epoch in which all samples count alike",
    a_small_task,
    draws=4,  # each is an epoch for each slip
    changes=lambda net, *_: (net.W, net.b),
)
def epoch(net, X, Y, batches, size, eta):
    for rows in batches:
        Z, A = net.forward(X[rows])
        dW, db = net.backward(Z, A, Y[rows])
        for parameter, slopes in zip(net.W + net.b, dW + db, strict=True):
            parameter -= eta * len(rows) / size * slopes
    return net.W, net.b


def labels_and_found(rng):
    n = int(rng.integers(40, 80))
    labels = np.append(np.arange(10), rng.integers(0, 10, n - 10))
    wrong = (rng.random(n) < 0.4) & (np.arange(n) >= 10)
    return labels, np.where(wrong, rng.integers(0, 10, n), labels)


@asked("8.4 Which digit is hardest?", labels_and_found)
def read_right(labels, found):
    return np.array([np.mean(found[labels == d] == d) for d in range(10)])


@asked(
    "8.5 How many numbers does it learn?",
    lambda rng: ([int(n) for n in rng.integers(2, 40, int(rng.integers(3, 6)))],),
)
def count_of(sizes):
    return sum((n_in + 1) * n_out for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True))
