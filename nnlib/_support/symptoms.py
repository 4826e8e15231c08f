"""What a run that came to its end may suffer from all the same, in words."""

import numpy as np

from nnlib._support.classes import are_classes
from nnlib._support.divergence import PROBED, large_inputs
from nnlib.activations import RELU, SIGMOID, SOFTMAX, TANH

# the least and the greatest number that an output can be
OUTPUT_RANGES = {
    RELU.name: (0, np.inf),
    SIGMOID.name: (0, 1),
    SOFTMAX.name: (0, 1),
    TANH.name: (-1, 1),
}


def symptoms(net, X, Y):
    """Sentences on inputs, targets and neurons of which a net learns little; [] where all is well.

    X (n, n_in), Y (n, n_out)  the training set; its first samples are looked at
    """
    X, Y = X[:PROBED], Y[:PROBED]
    return [*_of_inputs(X), *_of_targets(net, Y), *_of_neurons(net, X)]


def _of_inputs(X):
    large = large_inputs(X)
    if large:
        yield f"{large}."


def _of_targets(net, Y):
    output = net.activations[-1]
    low, high = OUTPUT_RANGES.get(output.name, (-np.inf, np.inf))
    if Y.min() < low or Y.max() > high:
        recode = low == 0 and Y.min() == -1 and are_classes(Y)
        cure = "code the classes as 0 and 1" if recode else "take IDENTITY for the output layer"
        yield (
            f"The targets go from {Y.min():g} to {Y.max():g}, but {output.name} answers with "
            f"numbers from {low:g} to {high:g} only: {cure}."
        )


def _of_neurons(net, X):
    """A ReLU, or one of your own, that is 0 for every sample without a slope never learns again."""
    Z, A = net.forward(X)
    for layer, (f, z, a) in enumerate(zip(net.activations, Z, A[1:], strict=True), start=1):
        if f is SOFTMAX or a[0].all():
            continue  # no ReLU, or none is dead
        dead, n = np.count_nonzero(~(a.any(axis=0) | f.slope(z).any(axis=0))), a.shape[1]
        if 2 * dead >= n:
            where = f"hidden layer {layer}" if layer < len(Z) else "the output layer"
            yield (
                f"{dead} of {n} neurons of {where} answer 0 to every sample and learn "
                "no more: start anew with other random weights or a smaller η."
            )
