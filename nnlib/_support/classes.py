"""Classes and the numbers that stand for them: 0 and 1, or -1 and 1, in rows or one column."""

import math
import numbers

from nnlib._support.hints import short
from nnlib.activations import RELU, SIGMOID, SOFTMAX


def labels_of(outputs, threshold=0.5):
    """The class numbers (n,) that outputs or one-hot targets (n, n_out) stand for."""
    if outputs.shape[1] == 1:
        return (outputs[:, 0] > threshold).astype(int)
    return outputs.argmax(axis=1)


def are_classes(Y):
    """True if the targets (n, n_out) stand for classes: rows with a single 1, or one column.

    The other numbers are all 0, or all -1.
    """
    one = Y == 1
    coded = (one | (Y == 0)).all() or (one | (Y == -1)).all()
    return bool(coded and (Y.shape[1] == 1 or (one.sum(axis=1) == 1).all()))


def halfway(Y):
    """The threshold between the classes that targets (n, n_out) stand for."""
    return 0.5 if Y.min() >= 0 else 0.0


def checked_threshold(threshold, net):
    """The number above which a single output says class 1; ½ where it is never negative."""
    output = net.activations[-1]
    if threshold is None and (net.sizes[-1] > 1 or output in (SIGMOID, SOFTMAX, RELU)):
        return 0.5
    if not isinstance(threshold, numbers.Real) or not math.isfinite(threshold):
        got = f"got {short(threshold)}" if threshold is not None else f"{output.name} has none"
        raise ValueError(
            f"threshold: expected the number between your two classes, {got}; "
            "write threshold=0 for classes coded -1 and 1, threshold=0.5 for 0 and 1"
        )
    return threshold
