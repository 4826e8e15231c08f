"""The contenders: the same network, from the same start, over the same mini-batches.

Each is made from a Task and has two methods: train(n) learns from the next n samples of its
shuffle, and outputs(X) gives the activations (n, n_out) of what it has learned. The network is
sigmoid layers with the cross-entropy cost, in float32. All but scikit-learn, which shuffles by
itself, draw the same order of samples from task.rng().
"""

import contextlib
import io
import itertools
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np

from nnlib import Network, fit, sgd

ETA = 0.5
TRIAL = 0.05  # seconds


@dataclass
class Task:
    """What all contenders share: the data, the network's start, the mini-batch."""

    X: np.ndarray
    Y: np.ndarray
    hidden: list
    batch_size: int
    evaluation: tuple = None
    threads: int = 1
    seed: int = 0
    start: Network = field(init=False)

    def __post_init__(self):
        sizes = [self.X.shape[1], *self.hidden, self.Y.shape[1]]
        self.start = Network(sizes, dtype=np.float32, rng=np.random.default_rng(self.seed))

    @property
    def name(self):
        return f"{'-'.join(map(str, self.start.sizes))}, mini-batch {self.batch_size}"

    def rng(self):
        return np.random.default_rng(self.seed + 1)

    def orders(self):
        """The order of the samples in each epoch, drawn anew from the same numbers."""
        rng = self.rng()
        while True:
            yield rng.permutation(len(self.X))


class Nnlib:
    name = "nnlib"

    def __init__(self, task):
        self.net, self.batch_size = task.start.copy(), task.batch_size
        self.descent = sgd(
            self.net, task.X, task.Y, eta=ETA, batch_size=task.batch_size, rng=task.rng()
        )

    def train(self, n):
        for _ in range(n // self.batch_size):
            next(self.descent)

    def outputs(self, X):
        return self.net.predict(X)


class NnlibFit(Nnlib):
    """With everything a student switches on: bar, four monitors, the watch for divergence."""

    name = "nnlib fit: bar, four monitors"

    def __init__(self, task, **asked):
        self.net, self.X, self.Y = task.start.copy(), task.X, task.Y
        self.asked = {"batch_size": task.batch_size, "evaluation": task.evaluation, **asked}
        self.rng = task.rng()

    def train(self, n):
        """On so many samples; beyond the training set, in so many whole epochs of one fit."""
        epochs = max(1, n // len(self.X))
        with contextlib.redirect_stdout(io.StringIO()):
            X, Y = self.X[:n], self.Y[:n]
            fit(self.net, X, Y, eta=ETA, epochs=epochs, rng=self.rng, **self.asked)


class Floor:
    """Only the matrix products of each mini-batch, into arrays that lie ready: nothing is learned.

    Forward, one a layer; back, one a layer for the weights and one a layer but the first for the
    error. Row-major or column-major: the fastest of four ways on this machine is taken.
    """

    name = "the floor: matrix products only"
    WAYS = tuple(itertools.product("CF", "CF"))  # the order of the weights, and of their slopes

    def __init__(self, task, way=None):
        self.task, self.way = task, way or fastest_way(Floor, task)
        self.steps = self._steps()

    def _steps(self):
        """The products of an epoch, mini-batch by mini-batch: a list of (left, right, into)."""
        X, net, n = self.task.X, self.task.start, self.task.batch_size
        weights, slopes = self.way
        W = [np.array(w, order=weights) for w in net.W]
        hidden, deltas, backs = (
            [np.full((n, size), 0.5, np.float32) for size in net.sizes[1:]] for _ in range(3)
        )
        dW = [np.empty(w.shape if slopes == "C" else w.shape[::-1], np.float32) for w in W]
        steps = []
        for start in range(0, len(X) - n + 1, n):
            A = [X[start : start + n], *hidden]
            step = [(A[k], W[k], hidden[k]) for k in range(len(W))]
            for k in reversed(range(len(W))):
                left, right = (A[k], deltas[k]) if slopes == "C" else (deltas[k], A[k])
                step.append((left.T, right, dW[k]))
                if k:
                    step.append((deltas[k], W[k].T, backs[k - 1]))
            steps.append(step)
        return itertools.cycle(steps)

    def train(self, n):
        matmul = np.matmul
        for step in itertools.islice(self.steps, n // self.task.batch_size):
            for left, right, into in step:
                matmul(left, right, out=into)

    def outputs(self, X):
        return None


class Leanest:
    """The step of a net with one hidden layer written out: what NumPy itself takes for it.

    No check, no list, no function of ours, no new matrix. Row-major or column-major: the faster of
    two ways on this machine is taken.
    """

    name = "the leanest NumPy: the step by hand"
    WAYS = ("C", "F")  # the order of the weights and of their slopes

    def __init__(self, task, way=None):
        self.task, self.way = task, way or fastest_way(Leanest, task)
        self.W = [np.array(W, order=self.way) for W in task.start.W]
        self.b = [b.copy() for b in task.start.b]
        whole = len(task.X) // task.batch_size * task.batch_size
        epochs = (order[:whole].reshape(-1, task.batch_size) for order in task.orders())
        self.batches = itertools.chain.from_iterable(epochs)
        self.ready = self._ready(task.batch_size, *task.start.sizes)

    def _ready(self, size, n_in, n_hidden, n_out):
        """The arrays of a step, and the products for both weights' slopes: (left, right, into)."""
        widths = (n_in, n_out, n_hidden, n_out, n_hidden, n_hidden)
        x, y, a1, a2, delta1, slope = (np.empty((size, width), np.float32) for width in widths)
        dW1, dW2 = (np.empty_like(W) for W in self.W)
        products = (x.T, delta1, dW1), (a1.T, a2, dW2)
        if self.way == "F":
            products = (delta1.T, x, dW1.T), (a2.T, a1, dW2.T)
        return x, y, a1, a2, delta1, slope, dW1, dW2, products

    @np.errstate(over="ignore")  # where e^-z is infinite, 1 / (1 + e^-z) is rightly 0
    def train(self, n):
        """One function, as long as the step is: every call of another would cost."""
        X, Y, (W1, W2), (b1, b2) = self.task.X, self.task.Y, self.W, self.b
        x, y, a1, a2, delta1, slope, dW1, dW2, (product1, product2) = self.ready
        one, rate = np.array(1, np.float32), np.array(-ETA / len(x), np.float32)
        dot, total = np.dot, np.add.reduce
        exp, negative, reciprocal, subtract = np.exp, np.negative, np.reciprocal, np.subtract
        for batch in itertools.islice(self.batches, n // len(x)):
            X.take(batch, 0, x, "clip")
            Y.take(batch, 0, y, "clip")

            dot(x, W1, a1)
            a1 += b1
            negative(a1, a1)
            exp(a1, a1)
            a1 += one
            reciprocal(a1, a1)

            dot(a1, W2, a2)
            a2 += b2
            negative(a2, a2)
            exp(a2, a2)
            a2 += one
            reciprocal(a2, a2)

            a2 -= y  # the outputs' error from here on
            a2 *= rate
            dot(a2, W2.T, delta1)
            subtract(one, a1, slope)
            slope *= a1
            delta1 *= slope

            dot(*product1)
            dot(*product2)
            W1 += dW1
            W2 += dW2
            b1 += total(delta1, 0)
            b2 += total(a2, 0)

    def outputs(self, X):
        (W1, W2), (b1, b2) = self.W, self.b
        return sigmoid(sigmoid(X @ W1 + b1) @ W2 + b2)


def fastest_way(contender, task):
    """In which of its ways the contender is the fastest on this machine."""
    few = slice(max(5000, task.batch_size))
    few = replace(task, X=task.X[few], Y=task.Y[few])
    trials = [contender(few, way) for way in contender.WAYS]
    return min(trials * 3, key=seconds_a_step).way


def seconds_a_step(runner):
    """How long a step takes, on average over a moment."""
    size = runner.task.batch_size
    runner.train(size)
    began, steps = perf_counter(), 0
    while perf_counter() - began < TRIAL:
        runner.train(size)
        steps += 1
    return (perf_counter() - began) / steps


class SampleBySample:
    """As the book's program did it: column vectors, one sample at a time, lists of arrays.

    It reckoned in float64; float32 is faster here, so it is given that.
    """

    name = "one sample at a time (the seed's way)"

    def __init__(self, task):
        self.weights = [np.ascontiguousarray(W.T) for W in task.start.W]
        self.biases = [b[:, None].copy() for b in task.start.b]
        self.samples = [(x[:, None], y[:, None]) for x, y in zip(task.X, task.Y, strict=True)]
        self.batch_size, self.orders = task.batch_size, task.orders()

    def train(self, n):
        order = next(self.orders)[:n]
        for start in range(0, n, self.batch_size):
            self.learn([self.samples[i] for i in order[start : start + self.batch_size]])

    def learn(self, batch):
        nabla_w = [np.zeros_like(w) for w in self.weights]
        nabla_b = [np.zeros_like(b) for b in self.biases]
        for x, y in batch:
            delta_w, delta_b = self.backprop(x, y)
            nabla_w = [nw + dw for nw, dw in zip(nabla_w, delta_w, strict=True)]
            nabla_b = [nb + db for nb, db in zip(nabla_b, delta_b, strict=True)]
        rate = ETA / len(batch)
        self.weights = [w - rate * nw for w, nw in zip(self.weights, nabla_w, strict=True)]
        self.biases = [b - rate * nb for b, nb in zip(self.biases, nabla_b, strict=True)]

    def backprop(self, x, y):
        """The slopes of one sample's cost, lists in the shapes of weights and biases."""
        zs, activations = self.forward(x)
        delta = activations[-1] - y
        nabla_w, nabla_b = [delta @ activations[-2].T], [delta]
        for layer in range(2, len(self.weights) + 1):
            s = sigmoid(zs[-layer])
            delta = self.weights[1 - layer].T @ delta * (s * (1 - s))
            nabla_w.insert(0, delta @ activations[-layer - 1].T)
            nabla_b.insert(0, delta)
        return nabla_w, nabla_b

    def forward(self, x):
        zs, activations = [], [x]
        for w, b in zip(self.weights, self.biases, strict=True):
            zs.append(w @ activations[-1] + b)
            activations.append(sigmoid(zs[-1]))
        return zs, activations

    def outputs(self, X):
        return np.stack([self.forward(x[:, None])[1][-1][:, 0] for x in X])


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class PyTorch:
    """Eager, as its tutorials have it, but the images are one tensor: no DataLoader to wait for.

    Its cost is a mean over the outputs too, hence a learning rate as many times larger.
    """

    name = "PyTorch, eager"

    def __init__(self, task):
        import torch

        torch.set_num_threads(task.threads)
        self.X, self.Y = torch.tensor(task.X), torch.tensor(task.Y)
        layers = []
        for W, b in zip(task.start.W, task.start.b, strict=True):
            layers += [self.linear(torch, W, b), torch.nn.Sigmoid()]
        self.net = torch.nn.Sequential(*layers[:-1])
        self.cost = torch.nn.BCEWithLogitsLoss()  # it has the last sigmoid in it
        rate = ETA * task.Y.shape[1]
        self.optimiser = torch.optim.SGD(self.net.parameters(), lr=rate)
        self.batch_size, self.orders = task.batch_size, task.orders()

    @staticmethod
    def linear(torch, W, b):
        layer = torch.nn.Linear(*W.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(W.T))
            layer.bias.copy_(torch.tensor(b))
        return layer

    def train(self, n):
        import torch

        for batch in torch.from_numpy(next(self.orders)[:n]).split(self.batch_size):
            cost = self.cost(self.net(self.X[batch]), self.Y[batch])
            self.optimiser.zero_grad()
            cost.backward()
            self.optimiser.step()

    def outputs(self, X):
        import torch

        with torch.no_grad():
            return torch.sigmoid(self.net(torch.tensor(X))).numpy()


class ScikitLearn:
    """MLPClassifier; given one-hot rows it takes sigmoid outputs and the cross-entropy, as here."""

    name = "scikit-learn MLPClassifier"

    def __init__(self, task):
        from sklearn.neural_network import MLPClassifier

        self.X, self.Y, self.start = task.X, task.Y.astype(int), task.start
        self.model = MLPClassifier(
            task.hidden,
            activation="logistic",
            solver="sgd",
            alpha=0,
            batch_size=task.batch_size,
            learning_rate_init=ETA,
            momentum=0,
            nesterovs_momentum=False,
            random_state=task.seed,
        )
        few = slice(max(1000, task.batch_size))  # it makes its parameters when it first learns
        self.model.partial_fit(self.X[few], self.Y[few], classes=np.arange(task.Y.shape[1]))
        for own, start in zip(
            self.model.coefs_ + self.model.intercepts_, task.start.W + task.start.b, strict=True
        ):
            own[...] = start

    def train(self, n):
        self.model.partial_fit(self.X[:n], self.Y[:n])

    def outputs(self, X):
        return self.model.predict_proba(X)


class Jax:
    """Compiled: one call an epoch, a scan over its mini-batches; compiling is not counted."""

    name = "JAX, compiled"

    def __init__(self, task):
        import jax

        self.X, self.Y = jax.numpy.asarray(task.X), jax.numpy.asarray(task.Y)
        self.parameters = [
            (jax.numpy.asarray(W), jax.numpy.asarray(b))
            for W, b in zip(task.start.W, task.start.b, strict=True)
        ]
        self.batch_size, self.orders = task.batch_size, task.orders()
        self.epoch = jax.jit(self._epoch, donate_argnums=0)

    def _epoch(self, parameters, X, Y, batches):
        import jax

        def step(parameters, batch):
            slopes = jax.grad(self._cost)(parameters, X[batch], Y[batch])
            return jax.tree.map(lambda p, slope: p - ETA * slope, parameters, slopes), None

        return jax.lax.scan(step, parameters, batches)[0]

    @staticmethod
    def _z(parameters, A):
        import jax

        for W, b in parameters[:-1]:
            A = jax.nn.sigmoid(A @ W + b)
        W, b = parameters[-1]
        return A @ W + b

    @staticmethod
    def _cost(parameters, X, Y):
        import jax

        Z = Jax._z(parameters, X)
        return (jax.nn.softplus(Z) - Y * Z).sum(axis=1).mean()

    def train(self, n):
        import jax

        batches = next(self.orders)[: n // self.batch_size * self.batch_size]
        batches = batches.astype(np.int32).reshape(-1, self.batch_size)
        self.parameters = self.epoch(self.parameters, self.X, self.Y, batches)
        jax.block_until_ready(self.parameters)

    def outputs(self, X):
        import jax

        return np.asarray(jax.nn.sigmoid(self._z(self.parameters, jax.numpy.asarray(X))))


CONTENDERS = (Nnlib, Floor, Leanest, NnlibFit, SampleBySample, PyTorch, ScikitLearn, Jax)


@dataclass(frozen=True)
class Data:
    """Images (n, 784) and one-hot targets (n, 10) to train on, to watch, to test with."""

    name: str
    train: tuple
    validation: tuple
    test: tuple


def load_data():
    """MNIST where it can be had, else made-up images of the same shape."""
    from nnlib import load_mnist

    try:
        digits = load_mnist()
    except OSError:
        return made_up(50_000, 10_000)
    splits = (digits.train, digits.validation, digits.test)
    return Data("MNIST", *((split.images, split.targets) for split in splits))


def made_up(n_train, n_others, rng=None):
    """Ten patterns with a fifth of the pixels inked, each seen through noise: quickly made."""
    rng = rng or np.random.default_rng(0)
    patterns = np.where(rng.random((10, 784)) < 0.2, 1, 0.1).astype(np.float32)

    def split(n):
        labels = rng.integers(10, size=n)
        images = rng.random((n, 784), dtype=np.float32)
        images *= patterns[labels]
        return images, np.eye(10, dtype=np.float32)[labels]

    return Data("made-up images of MNIST's shape", *map(split, (n_train, n_others, n_others)))
