"""Exercises of notebook 4: the identity folded, and gradients that are not in the text."""

from nnlib.exercises.exercise import exercise
from nnlib.exercises.making import NO_SLOPE, arrays, formula_line, net_arrays


@exercise("4.1 Fold the identity",
    "$u_{mn} = I_{mi} A_{ij} B_{jk} I_{kn} c_n$. Type it as a line for `Formula` without $I$.",
    arrays("nm", "mp", "p"), {
        "the result is transposed": "A @ B * c -> (A @ B * c).T",
        "n is summed over, and missing on the left": "* c -> @ c",
        "c belongs to the rows, as c_m": "* c -> * c[:, None]",
        "c is forgotten": " * c -> ",
        "row meets row: B_nj stands for B_jn": "A @ B -> A @ B.T",
    }, ("In a sum over i, $I_{mi}$ leaves only the term with i = m: write m for i.",),
    **formula_line("u_mn = A_mj B_jn c_n", without=("I_", "δ_")))
def folded(A, B, c):
    return A @ B * c


@exercise("4.2 The slope by the inputs",
    "Which pixel would change the net's mind? Return $\\partial C / \\partial X$ for "
    "`C = ((Y_hat - Y) ** 2).sum()` and a net without biases. `f1` and `f2` are Activations.",
    net_arrays("np", "nq", "pm", "mq"),
    NO_SLOPE | {
        "f1' is taken at A1 and not at Z1": "f1.slope(Z1) -> f1.slope(f1.value(Z1))",
        "Y stands where Y_hat - Y belongs": "(f2.value(Z2) - Y) -> Y",
        "the transpose of W1 is missing": "W1.T -> W1",
        "the transpose of W2 is missing": "W2.T -> W2",
    }, ("It has the shape of `X`.", "Up to `delta1` all is as for `W1`. Then: Z1 = X W1."))
def slope_X(X, Y, W1, W2, f1, f2):
    Z1 = X @ W1
    Z2 = f1.value(Z1) @ W2
    delta2 = 2 * (f2.value(Z2) - Y) * f2.slope(Z2)
    return (delta2 @ W2.T * f1.slope(Z1)) @ W1.T


@exercise("4.3 Another cost",
    "`C = ((Y_hat - Y) ** 4).sum()`. Return `dW1, dW2` of the net without biases.",
    net_arrays("np", "nq", "pm", "mq"),
    NO_SLOPE | {
        "the slope is that of squares": "4 * (f2.value(Z2) - Y) ** 3 -> 2 * (f2.value(Z2) - Y)",
        "the power stays 4": "** 3 -> ** 4",
        "Z1 stands where A1 belongs": "f1.value(Z1).T -> Z1.T",
        "the transpose of X is missing": "X.T -> X",
        "the transpose of A1 is missing": "(Z1).T -> (Z1)",
        "the transpose of W2 is missing": "W2.T -> W2",
    }, ("Only one line changes: the slope of the cost in `Y_hat`.",))
def fourth_powers(X, Y, W1, W2, f1, f2):
    Z1 = X @ W1
    Z2 = f1.value(Z1) @ W2
    delta2 = 4 * (f2.value(Z2) - Y) ** 3 * f2.slope(Z2)
    delta1 = delta2 @ W2.T * f1.slope(Z1)
    return X.T @ delta1, f1.value(Z1).T @ delta2


@exercise("4.4 Three layers",
    "A net with two hidden layers: $\\hat Y = f_2(f_1(X W^{(1)}) W^{(2)}) W^{(3)}$, no activation "
    "at the end. Return `dW1` for `C = ((Y_hat - Y) ** 2).sum()`.",
    net_arrays("np", "nq", "pm", "mk", "kq"),
    NO_SLOPE | {
        "f1' is taken at A1 and not at Z1": "f1.slope(Z1) -> f1.slope(f1.value(Z1))",
        "W3 is skipped on the way back": "delta3 @ W3.T -> delta3",
        "W2 is skipped on the way back": "delta2 @ W2.T -> delta2",
        "W3 is passed twice": "W2.T -> W3.T",
        "the transpose of X is missing": "X.T -> X",
    }, ("One step back is always the same: times `W.T`, then times the slope at that Z.",))
def three_layers(X, Y, W1, W2, W3, f1, f2):
    Z1 = X @ W1
    Z2 = f1.value(Z1) @ W2
    delta3 = 2 * (f2.value(Z2) @ W3 - Y)
    delta2 = delta3 @ W3.T * f2.slope(Z2)
    delta1 = delta2 @ W2.T * f1.slope(Z1)
    return X.T @ delta1


@exercise("4.5 Slopes in the biases",
    "Now $Z^{(1)} = X W^{(1)} + b^{(1)}$ and $Z^{(2)} = A^{(1)} W^{(2)} + b^{(2)}$, the cost is "
    "`((Y_hat - Y) ** 2).sum()`. Return `db1, db2`, in the shapes of `b1` and `b2`.",
    net_arrays("np", "nq", "pm", "m", "mq", "q"), {
        "db1 is not summed over the samples": "delta1.sum(axis=0) -> delta1",
        "db2 is not summed over the samples": "delta2.sum(axis=0) -> delta2",
        "the mean is taken for the sum in db1": "delta1.sum -> delta1.mean",
        "the mean is taken for the sum in db2": "delta2.sum -> delta2.mean",
        "db1 is summed along the wrong axis": "delta1.sum(axis=0) -> delta1.sum(axis=1)",
        "db2 is summed along the wrong axis": "delta2.sum(axis=0) -> delta2.sum(axis=1)",
        "W2 is skipped on the way back": "delta2 @ W2.T -> delta2",
        "f1' is missing": " * f1.slope(Z1) -> ",
    }, ("A bias is the weight of an input that is always 1.", "Every sample has a share in it."))
def bias_slopes(X, Y, W1, b1, W2, b2, f1, f2):
    Z1 = X @ W1 + b1
    Z2 = f1.value(Z1) @ W2 + b2
    delta2 = 2 * (f2.value(Z2) - Y) * f2.slope(Z2)
    delta1 = delta2 @ W2.T * f1.slope(Z1)
    return delta1.sum(axis=0), delta2.sum(axis=0)
