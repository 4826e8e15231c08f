"""A feed-forward network: its parameters, the pass forward and the pass back.

Layer l takes the activations A[l] to A[l+1]:  Z[l] = A[l] @ W[l] + b[l],  A[l+1] = f[l](Z[l]).
A[0] is the input X and A[-1] the output. Both passes are pure: forward returns all that backward
needs, and neither changes the network. Only the descent step (training.py) writes parameters.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnlib._support.checks import (
    checked_activations,
    checked_alive,
    checked_cost,
    checked_dtype,
    checked_finite,
    checked_inputs,
    checked_labels,
    checked_number,
    checked_parameters,
    checked_pass,
    checked_rng,
    checked_sizes,
    checked_target_values,
    checked_targets,
)
from nnlib._support.classes import checked_threshold, halfway, labels_of
from nnlib._support.hints import OwnNamesOnly, door, printable
from nnlib._support.kinks import largest_error_off_kinks
from nnlib._support.speed import chunks
from nnlib.activations import SIGMOID
from nnlib.costs import CROSS_ENTROPY
from nnlib.gradcheck import EPS, central_differences


@printable
@dataclass(frozen=True)
class Initialiser:
    """How a layer's parameters are drawn: two functions of (rng, n_in, n_out)."""

    name: str
    weights: Callable
    biases: Callable

    def __repr__(self):
        return self.name


def _standard_normal(rng, n_in, n_out):
    return rng.standard_normal(n_out)


SCALED = Initialiser(
    "weights N(0, σ = 1/√n_in), biases N(0, σ = 1)",
    weights=lambda rng, n_in, n_out: rng.standard_normal((n_in, n_out)) / np.sqrt(n_in),
    biases=_standard_normal,
)
LARGE = Initialiser(
    "weights N(0, σ = 1), biases N(0, σ = 1)",
    weights=lambda rng, n_in, n_out: rng.standard_normal((n_in, n_out)),
    biases=_standard_normal,
)
ONES = Initialiser(
    "weights 1, biases 0",
    weights=lambda rng, n_in, n_out: np.ones((n_in, n_out)),
    biases=lambda rng, n_in, n_out: np.zeros(n_out),
)
FOR_RELU = Initialiser(
    "weights N(0, σ = √(2/n_in)), biases 0",
    weights=lambda rng, n_in, n_out: rng.standard_normal((n_in, n_out)) * np.sqrt(2 / n_in),
    biases=ONES.biases,
)


@door
@printable
class Network(OwnNamesOnly):
    """A network of fully connected layers.

    sizes        neurons in each layer, input first: [784, 30, 10]
    activations  one Activation for every layer, or a list with one for each layer after the input
    cost         the Cost that its gradients descend
    weights      SCALED, LARGE, FOR_RELU, ONES, or your own list of arrays, W[l] (n_in, n_out)
    biases       True: drawn with the weights (zeros beside given weights); False: none, net.b is
                 []; or your own list of arrays, b[l] of shape (n_out,)
    dtype        np.float64, or np.float32 for speed
    rng          np.random.Generator that draws the parameters; not needed when none are drawn
    """

    _called, _own = "a Network", ("sizes", "activations", "cost", "dtype", "W", "b")
    _elsewhere = "fit(net, X, Y, …)", "sgd(net, X, Y, …)"

    def __init__(
        self,
        sizes,
        *,
        activations=SIGMOID,
        cost=CROSS_ENTROPY,
        weights=SCALED,
        biases=True,
        dtype=np.float64,
        rng=None,
    ):
        self.sizes = checked_sizes(sizes)
        self.activations = checked_activations(activations, len(self.sizes) - 1)
        self.cost = checked_cost(cost, self.activations[-1])
        self.dtype = checked_dtype(dtype)
        self.W, self.b = self._start(weights, biases, rng)

    def _start(self, weights, biases, rng):
        shapes = list(zip(self.sizes, self.sizes[1:], strict=False))
        if isinstance(weights, Initialiser):
            if weights is not ONES:
                checked_rng(rng)
            pairs = [(weights.weights(rng, *s), weights.biases(rng, *s)) for s in shapes]
            W, b = ([pair[i] for pair in pairs] for i in (0, 1))
        else:
            W, b = weights, [np.zeros(n_out) for _, n_out in shapes]
        W = checked_parameters(W, "weights", shapes, self.dtype)
        if biases is False:
            return W, []
        b = b if biases is True else biases
        return W, checked_parameters(b, "biases", [(n,) for _, n in shapes], self.dtype)

    def forward(self, X):
        """Z, A: the weighted inputs Z[l] (n, n_out) and activations A[l] (n, n_in), A[0] = X.

        A.dot(W) is A @ W to the bit, and begins sooner: small steps feel half a microsecond.
        """
        W, b = self.W, self.b
        Z, A = [], [checked_inputs(X, self)]
        for layer, f in enumerate(self.activations):
            z = A[layer].dot(W[layer])
            if b:
                z += b[layer]
            Z.append(z)
            A.append(f.value(z))
        return Z, A

    def backward(self, Z, A, Y, scale=1.0):
        """dW, db: the slope of the batch's cost in every weight and bias, in the shapes of W and b.

        Z, A from forward; Y the targets (n, n_out). All slopes are multiplied by scale: the small
        error is multiplied, which costs nothing, not the many slopes that come from it.
        """
        checked_pass(Z, A)
        Y = checked_targets(Y, len(A[0]), self)
        W, b, f, cost = self.W, self.b, self.activations, self.cost
        delta = cost.error(Z[-1], A[-1], Y, f[-1]) * (scale * cost.share(len(Y)))
        dW, db = [], []
        # if Z = A @ W + b    then dW = A.T @ delta, db = the sum of delta's rows
        # if A = f(Z before)  then the delta before = f'(Z before) * (delta @ W.T)
        for layer in reversed(range(len(W))):
            dW.append(delta.T.dot(A[layer]).T)  # in W's own column-major order
            if b:
                db.append(np.add.reduce(delta, axis=0))
            if layer:
                back = delta.dot(W[layer].T)
                delta = f[layer - 1].times_slope(back, Z[layer - 1], A[layer])
        return dW[::-1], db[::-1]

    def predict(self, X):
        """The outputs A[-1] for the inputs X: (n, n_in) -> (n, n_out)."""
        X = checked_finite(checked_inputs(X, checked_alive(self)), "X")
        outputs = np.empty((len(X), self.sizes[-1]), self.dtype)
        for rows in chunks(len(X)):
            outputs[rows] = self.forward(X[rows])[1][-1]
        return outputs

    def classify(self, X, threshold=None):
        """The class of each sample, (n,) integers: the largest output, or a > threshold if one.

        threshold  ½ by itself where that output is never negative; else 0 or ½, as coded
        """
        return labels_of(self.predict(X), checked_threshold(threshold, self))

    def cost_of(self, X, Y, l2=0.0, n=None):
        """The cost of the targets Y for the inputs X, a float, plus λ/2n Σ‖W‖² where l2 = λ > 0.

        n is the size of the training set that λ refers to; by default the number of rows of X.
        """
        X = checked_finite(checked_inputs(X, checked_alive(self)), "X")
        Y = checked_target_values(checked_targets(Y, len(X), self), self.cost)
        n = len(X) if n is None else checked_number(n, "n", 1, whole=True)
        l2 = checked_number(l2, "l2", 0)
        return self.cost_and_accuracy(X, Y)[0] + self.penalty(l2, n)

    def cost_and_accuracy(self, X, Y):
        """Both from one pass, unchecked: the cost without L2, the share classified as in Y."""
        cost, right, middle = 0.0, 0, halfway(Y)
        for rows in chunks(len(X)):
            Z, A = self.forward(X[rows])
            cost += self.cost.per_sample(Z[-1], A[-1], Y[rows]).sum(dtype=np.float64)
            right += np.count_nonzero(labels_of(A[-1], middle) == labels_of(Y[rows], middle))
        return float(cost * self.cost.share(len(Y))), right / len(Y)

    def penalty(self, l2, n):
        """The L2 term λ/2n Σ‖W‖², a float; biases have none."""
        return float(l2 / (2 * n) * sum(np.vdot(W, W) for W in self.W)) if l2 else 0.0

    def accuracy(self, X, labels, threshold=None):
        """The share of samples classified as labels says, 0 to 1; labels (n,) integers."""
        found = self.classify(X, threshold)
        labels = checked_labels(labels, found.shape, max(2, self.sizes[-1]))
        return float((found == labels).mean())

    def copy(self, dtype=None):
        """An independent network with the same parameters, if asked in another dtype."""
        checked_alive(self)
        return Network(
            self.sizes,
            activations=self.activations,
            cost=self.cost,
            weights=self.W,
            biases=self.b or False,
            dtype=self.dtype if dtype is None else dtype,
        )

    def is_finite(self):
        """False once any parameter is NaN or infinite: the network has diverged."""
        return all(np.isfinite(array).all() for array in self.W + self.b)

    def save(self, path):
        """Write the network to path as one JSON file with a checksum, whole or not at all."""
        from nnlib._support import saving

        saving.write(path, self)

    @classmethod
    def load(cls, path):
        """The network that save wrote to path; ValueError in words if the file is anything else."""
        from nnlib._support import saving

        with saving.explained(path):
            return cls(**saving.read(path))

    @property
    def n_parameters(self):
        """How many numbers the network learns."""
        return sum(array.size for array in self.W + self.b)

    def __repr__(self):
        names = " → ".join(f.name for f in self.activations)
        title = f"Network {self._architecture()} ({names}; cost {self.cost.name}; {self.dtype})"
        rows = ["  " + "  ".join(row) for row in self._rows()]
        return "\n".join([title, *rows, f"  {self.n_parameters:,} parameters"])

    def _architecture(self):
        return "-".join(map(str, self.sizes))

    def _rows(self):
        for layer, W in enumerate(self.W):
            row = [f"W[{layer}] {W.shape}"]
            if self.b:
                row.append(f"b[{layer}] {self.b[layer].shape}")
            yield row

    def _repr_html_(self):
        import html

        title = (
            f"Network {self._architecture()}, cost {html.escape(self.cost.name)}, {self.dtype}, "
            f"{self.n_parameters:,} parameters"
        )
        rows = "".join(
            f"<tr><td>{' and '.join(row)}</td><td>{html.escape(f.name)}</td></tr>"
            for row, f in zip(self._rows(), self.activations, strict=True)
        )
        head = "<tr><th>parameters</th><th>activation</th></tr>"
        return f"<table><caption>{title}</caption>{head}{rows}</table>"


def checked_network(net):
    """The network, if it is one and its parameters are in order."""
    if not isinstance(net, Network):
        raise TypeError(f"net: expected a Network, got {type(net).__name__}; make one first")
    return checked_alive(net)


@door
def check_gradients(net, X, Y, eps=EPS):
    """The largest relative error of net.backward against central differences, a float.

    Checked in float64 on a copy, whatever the network's dtype; below 1e-7 the gradients are right.
    Numbers whose nudge takes a neuron across a kink (RELU at 0) are left out: `left_out` of `n`.
    """
    net = checked_network(net).copy(dtype=np.float64)
    X = checked_inputs(X, net)  # once, not at each nudge
    Y = checked_targets(Y, len(X), net)
    cost = net.cost_of(X, Y)
    dW, db = net.backward(*net.forward(X), Y)
    slopes = central_differences(lambda: net.cost_and_accuracy(X, Y)[0], net.W + net.b, eps)
    return largest_error_off_kinks(net, X, dW + db, slopes, cost, eps)
