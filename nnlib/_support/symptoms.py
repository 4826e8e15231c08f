"""What a run that came to its end may suffer from all the same, in words."""

import numpy as np

from nnlib._support.divergence import large_inputs, some_of
from nnlib._support.lines import BEYOND, recoded
from nnlib.activations import SOFTMAX

# where an output is looked at, from 0 to ±50 and at ±500; in pairs, for softmax weighs numbers
PAIRS = np.array([(z, -z) for z in (*np.linspace(0, 50, 501), 500)])
LEVEL = 0.02  # an output that grows by less of its range from 50 to 500 goes no further
APART = 10  # how many times larger the inputs of one set may be than those of the other
FLAT = 3e-3  # of the steepest slope: where an activation has less, its neuron hardly learns
NEARLY_ALL = 0.8  # of a layer's activations
STUCK, BLIND = 0.25, 1e-4  # of the outputs, with less than this of what they are off as an error
ALIKE = 5e-3  # of the targets' variance: outputs that vary less are the same for all samples
HARDLY = 0.01  # of a layer's largest activation: neurons that vary less are the same, too
TINY = 0.01  # of all inputs: weights drawn for inputs of about 1 make nothing of them
SMALL_L2 = 1e-4  # λ/n


def symptoms(net, X, Y, evaluation=None, l2=0.0):
    """Sentences on inputs, targets and neurons of which a net learns little; [] where all is well.

    X (n, n_in), Y (n, n_out), evaluation (X, Y)  the sets; some samples of each are looked at
    l2                                            λ, with which the net was trained
    """
    n, large, rows = len(X), large_inputs(X), some_of(X)
    told = [f"{large}."] * bool(large) + [*_of_targets(net, Y, "targets")]
    X, Y = X[rows], Y[rows]
    if evaluation is not None:
        told += _of_scales(X, evaluation[0][some_of(evaluation[0])])
        told += _of_targets(net, evaluation[1], "targets of the validation set")
    Z, A = net.forward(X)
    limits = [*_of_limits(net, Z, A, Y)]
    told += (not limits) * [*_of_one_answer(net, A, Y, l2, n)] or _of_neurons(net, Z, A, Y)
    return told or limits


def _of_scales(X, others):
    """Where the largest inputs of both sets are far apart, and the middle ones: one may be rare."""
    (here, there), middles = zip(*map(_largest_and_middle, (X, others)), strict=True)
    if all(max(pair) > APART * min(pair) for pair in ((here, there), middles)):
        yield (
            f"The inputs go up to {here:.3g} in training, but up to {there:.3g} in validation: "
            "scale both sets alike."
        )


def _largest_and_middle(X):
    """Of the sizes of the inputs that are not 0."""
    sizes = np.abs(X[X != 0]) if X.any() else np.zeros(1)
    return sizes.max(), np.median(sizes)


def _of_targets(net, Y, name):
    output = net.activations[-1]
    low, high = reach(output)
    if Y.min() < low - BEYOND or Y.max() > high + BEYOND:
        as_classes = recoded(Y, "Y", lambda y: low <= y.min() and y.max() <= high)
        cure = f"{as_classes}, else " * bool(as_classes) + "take IDENTITY for the output layer"
        yield (
            f"The {name} go from {Y.min():g} to {Y.max():g}, but {output.name} answers with "
            f"numbers from {low:g} to {high:g} only: {cure}."
        )


def reach(f):
    """The least and the greatest number that an activation answers with, to two decimals."""
    with np.errstate(all="ignore"):  # your own may have places where it is no number
        a = f.value(PAIRS)
        (low, high), (least, most) = ((np.nanmin(z), np.nanmax(z)) for z in (a[:-1], a))
        slack = LEVEL * (high - low)
    return (
        np.round(least, 2) if least >= low - slack else -np.inf,
        np.round(most, 2) if most <= high + slack else np.inf,
    )


def _of_neurons(net, Z, A, Y):
    """Neurons that are all alike stay so; a ReLU, or one like it, without a slope never learns."""
    for layer, (f, z, a) in enumerate(zip(net.activations, Z, A[1:], strict=True), start=1):
        n, where = a.shape[1], _where(layer, Z)
        if layer < len(Z) and n > 1 and _are_alike(net, layer):
            yield f"The {n} neurons of {where} are alike and stay so: start with random weights."
        elif f is not SOFTMAX and not a[0].all():  # else it is no ReLU, or none is dead
            slope = np.broadcast_to(f.slope(z), z.shape)
            dead = np.count_nonzero(~(a.any(axis=0) | slope.any(axis=0)))
            if 2 * dead >= n:
                cure = "start anew with other random weights or a smaller η"
                learnt = _squares(A[-1], Y) < 0.2 * _squares(Y.mean(axis=0), Y)
                do = "the others do the work" if learnt else cure
                yield f"{dead} of {n} neurons of {where} answer 0 to every sample: {do}."


def _where(layer, Z):
    """What a layer, counted from 1, is called."""
    return f"hidden layer {layer}" if layer < len(Z) else "the output layer"


def _of_limits(net, Z, A, Y):
    """A net that is wrong while nearly all neurons of a layer are where f is flat stays wrong.

    One that has learnt is at the limits too, but right.
    """
    if net.activations[-1] is SOFTMAX and Y.shape[1] == 1:
        yield "A single softmax output is always 1: take two, or SIGMOID with CROSS_ENTROPY."
        return
    shares = [_flat_share(f, z) for f, z in zip(net.activations, Z, strict=True)]
    error, off = net.cost.error(Z[-1], A[-1], Y, net.activations[-1]), A[-1] - Y
    shares[-1] *= not np.allclose(error, off)  # of an error without a slope all can learn
    blind = np.abs(error).sum(axis=0) < BLIND * np.abs(off).sum(axis=0)
    wrong = [_is_wrong(A[-1][:, [k]], Y[:, [k]]) for k in range(Y.shape[1])]
    stuck = min(np.mean(blind & wrong), shares[-1]) >= STUCK
    layer = len(Z) - 1 if stuck else int(np.argmax(shares))
    if stuck or shares[layer] >= NEARLY_ALL and _is_wrong(A[-1], Y):
        yield (
            f"{shares[layer]:.0%} of the activations of {_where(layer + 1, Z)} are at the limits "
            f"of {net.activations[layer].name}, where its slope is almost 0, so wrong answers "
            "change slowly: start anew with smaller weights or a smaller η."
        )


def _flat_share(f, z):
    """The share of the weighted inputs z at which an activation with two limits is flat."""
    if not np.isfinite(reach(f)).all():
        return 0.0
    with np.errstate(all="ignore"):
        of = (lambda z: f.value(z) * (1 - f.value(z))) if f is SOFTMAX else f.slope
        return np.mean(np.abs(of(z)) < FLAT * np.nanmax(np.abs(of(PAIRS))))


def _of_one_answer(net, A, Y, l2, n):
    """All samples get one: of weights that λ keeps small, or of many layers of sigmoids.

    Each such layer brings the samples closer together, and the slopes closer to 0.
    """
    if _squares(A[-1], A[-1].mean(axis=0)) >= ALIKE * _squares(Y.mean(axis=0), Y):
        return
    if 0 < (largest := np.abs(A[0]).max()) < TINY:
        yield (
            f"X holds numbers up to {largest:.3g} only, so all samples get almost the same answer: "
            f"scale them to about 1, X / {largest:.3g}."
        )
        return
    near = [np.ptp(a, axis=0).max() < HARDLY * np.abs(a).max() for a in A[1:-1]]
    if l2 > SMALL_L2 * n and min(np.std(W) * np.sqrt(len(W)) for W in net.W) < 0.5:  # 1: SCALED
        yield (
            f"λ = {l2:g} keeps the weights so small that all samples get almost the same answer: "
            f"start anew with a smaller λ, such as {SMALL_L2 * n:.2g}."
        )
    elif any(near) and not near[0]:
        yield (
            f"Hidden layer {near.index(True) + 1} answers almost the same to every sample, so the "
            "net learns very slowly: start anew with one hidden layer or with weights=LARGE."
        )


def _is_wrong(outputs, Y):
    """Whether the mean of Y would answer about as well, and some answers are far off.

    Where one class is rare the mean is nearly right: there the outputs have to be worse than it.
    """
    left, mean = _squares(outputs, Y), _squares(Y.mean(axis=0), Y)
    share = np.mean(np.abs(outputs - Y).max(axis=1) > (np.ptp(Y) or 1.0) / 2)
    return bool(left > 0.8 * mean and share > 0.5 or left > 1.05 * mean and share > 0)


def _squares(answers, Y):
    return np.sum((answers - Y) ** 2)


def _are_alike(net, layer):
    """Whether the neurons of a hidden layer, counted from 1, share all weights and biases.

    Where a product rounds its columns differently they are alike up to that.
    """
    b = net.b[layer - 1] if net.b else np.zeros(net.sizes[layer])
    knobs = np.vstack([net.W[layer - 1], b, net.W[layer].T])
    apart = np.abs(knobs - knobs[:, :1]).max()
    return apart <= 100 * np.finfo(knobs.dtype).eps * np.abs(knobs).max()
