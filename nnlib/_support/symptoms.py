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
    """A ReLU that is 0 for every sample has no slope either: it never learns again."""
    A = net.forward(X)[1]
    for layer, f in enumerate(net.activations[:-1], start=1):
        dead, n = np.count_nonzero(~A[layer].any(axis=0)), A[layer].shape[1]
        if f is RELU and 2 * dead >= n:
            yield (
                f"{dead} of {n} neurons of hidden layer {layer} answer 0 to every sample and learn "
                "no more: start anew with other random weights or a smaller η."
            )
