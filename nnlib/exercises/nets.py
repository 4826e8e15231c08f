"""Exercises of notebook 2: a pass forward, the cost, its curvature, a step, an equal net."""

import numpy as np

from nnlib.exercises.exercise import exercise
from nnlib.exercises.making import NO_ETA, UPHILL, arrays, number, together

FUNCTIONS = (np.tanh, np.sin, np.square, np.cbrt)


def two_functions(rng):
    return tuple(FUNCTIONS[k] for k in rng.permutation(len(FUNCTIONS))[:2])


@exercise("2.1 Forward",
    "The answers of a net with the weights `W1` and `W2` and the activations `f1` and `f2`, any "
    "functions of an array.",
    together(arrays("np", "pm", "mq"), two_functions), {
        "f1 is missing": "f1(X @ W1) -> (X @ W1)",
        "f2 is missing": "return f2( -> return (",
        "f1 is taken of X, before the product": "f1(X @ W1) -> (f1(X) @ W1)",
        "f1 is taken of the weights": "f1(X @ W1) -> (X @ f1(W1))",
        "f1 and f2 are swapped": "f1, f2): -> f2, f1):",
        "W2 comes before W1": "W1, W2, -> W2, W1,",
    }, ("First all of the hidden layer, `A1`.", "`A1` goes on to the next layer as `X` did."))
def forward(X, W1, W2, f1, f2):
    return f2(f1(X @ W1) @ W2)


@exercise("2.2 What each sample costs",
    "The sum of the squared errors of each sample: one number a row, several outputs a sample.",
    arrays("nq", "nq"), {
        "the samples are summed, not the outputs": "axis=1 -> axis=0",
        "everything is summed": "axis=1 -> ",
        "the mean is taken for the sum": ".sum -> .mean",
        "absolute values stand for squares": "(Y_hat - Y) ** 2 -> abs(Y_hat - Y)",
        "the sum is squared, not the errors": " ** 2).sum(axis=1) -> ).sum(axis=1) ** 2",
        "a root is taken of it": ".sum(axis=1) -> .sum(axis=1) ** 0.5",
    }, ("First the errors, then their squares, then a sum.", "A row is along axis 1."))
def costs_of(Y_hat, Y):
    return ((Y_hat - Y) ** 2).sum(axis=1)


def a_curve(rng):
    a, b, c = rng.normal(size=3)
    return (lambda x: a * x**3 + b * x**2 + np.sin(c * x),)


@exercise("2.3 How bent is it?",
    "A slope is measured by nudging; so is the slope of the slope. Between x − h and x the slope "
    "is about (f(x) − f(x − h)) / h, between x and x + h it is about (f(x + h) − f(x)) / h. By how "
    "much does it change, for each unit of x?",
    together(a_curve, number(0.5, 2, True), number(0.05, 0.3)), {
        "it was divided by h only once": "h**2 -> h",
        "f(x) counts once, not twice": "2 * f(x) -> f(x)",
        "the two sides are subtracted": "+ f(x - h) -> - f(x - h)",
        "the slope is measured, not its change": "- 2 * f(x) + f(x - h)) / h**2 -> - f(x)) / h",
        "f(x) is added": "- 2 * f(x) -> + 2 * f(x)",
    }, ("Subtract the left slope from the right one.", "The middles of the two lie h apart."))
def curvature(f, x, h):
    return (f(x + h) - 2 * f(x) + f(x - h)) / h**2


def weights_and_slopes(rng):
    W1, W2, dW1, dW2 = arrays("nm", "mq", "nm", "mq")(rng)
    return [W1, W2], [dW1, dW2]


@exercise("2.4 A step of a net of any depth",
    "`weights` and `slopes` are lists of matrices, one a layer. Return the list of the matrices "
    "after one step downhill; the given ones stay as they are.",
    together(weights_and_slopes, number(0.05, 0.5)), {
        UPHILL: "W - eta -> W + eta",
        NO_ETA: "eta * dW -> dW",
        "the steps are returned, not the places where they end": "W - eta -> -eta",
        "the weights shrink: W is multiplied by the step": "W - eta -> W * eta",
    }, ("`zip` walks along two lists at once.", "`W - …` makes a new array, `W -= …` does not."))
def stepped(weights, slopes, eta):
    return [W - eta * dW for W, dW in zip(weights, slopes, strict=True)]


def a_neuron(rng):
    W1, W2 = arrays("nm", "mq")(rng)
    return W1, W2, int(rng.integers(len(W2)))


@exercise("2.5 Another net, the same answers",
    "tanh(−z) = −tanh(z). Return two other matrices with the same answers as `W1` and `W2` for "
    "every X: those in which the answer of the hidden neuron `k` has the other sign.",
    a_neuron, {
        "only the weights into the neuron are turned": "V2[k] *= -1 -> V2[k] *= 1",
        "only the weights out of the neuron are turned": "V1[:, k] *= -1 -> V1[:, k] *= 1",
        "a row of W1 is turned, which belongs to an input": "V1[:, k] -> V1[k]",
        "a column of W2 is turned, which belongs to an output": "V2[k] -> V2[:, k]",
        "every neuron is turned, not one": "return V1, V2 -> return -W1, -W2",
    }, ("Which numbers of `W1` lead into neuron k: a row or a column?", "And out, in `W2`?"))
def turned(W1, W2, k):
    V1, V2 = W1.copy(), W2.copy()
    V1[:, k] *= -1
    V2[k] *= -1
    return V1, V2
