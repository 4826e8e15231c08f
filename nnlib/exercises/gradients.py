"""Exercises of notebook 4: the identity folded, and gradients that are not in the text."""

from nnlib.activations import SIGMOID, TANH
from nnlib.exercises.making import arrays, asked, formula_line


def f1_and_f2(rng):
    return (SIGMOID, TANH) if rng.random() < 0.5 else (TANH, SIGMOID)


@asked(
    "4.1 Fold the identity",
    arrays("nm", "mp", "p"),
    **formula_line("u_mn = A_mj B_jn c_n", without=("I_", "δ_")),
)
def folded(A, B, c):
    return A @ B * c


@asked("4.2 The slope in the inputs", arrays("np", "nq", "pm", "mq"), f1_and_f2)
def slope_X(X, Y, W1, W2, f1, f2):
    Z1 = X @ W1
    Z2 = f1.value(Z1) @ W2
    delta2 = 2 * (f2.value(Z2) - Y) * f2.slope(Z2)
    return (delta2 @ W2.T * f1.slope(Z1)) @ W1.T


@asked("4.3 Another cost", arrays("np", "nq", "pm", "mq"), f1_and_f2)
def fourth_powers(X, Y, W1, W2, f1, f2):
    Z1 = X @ W1
    Z2 = f1.value(Z1) @ W2
    delta2 = 4 * (f2.value(Z2) - Y) ** 3 * f2.slope(Z2)
    delta1 = delta2 @ W2.T * f1.slope(Z1)
    return X.T @ delta1, f1.value(Z1).T @ delta2


@asked("4.4 Three layers", arrays("np", "nq", "pm", "mk", "kq"), f1_and_f2)
def three_layers(X, Y, W1, W2, W3, f1, f2):
    Z1 = X @ W1
    Z2 = f1.value(Z1) @ W2
    delta3 = 2 * (f2.value(Z2) @ W3 - Y)
    delta2 = delta3 @ W3.T * f2.slope(Z2)
    delta1 = delta2 @ W2.T * f1.slope(Z1)
    return X.T @ delta1


@asked("4.5 Slopes in the biases", arrays("np", "nq", "pm", "m", "mq", "q"), f1_and_f2)
def bias_slopes(X, Y, W1, b1, W2, b2, f1, f2):
    Z1 = X @ W1 + b1
    Z2 = f1.value(Z1) @ W2 + b2
    delta2 = 2 * (f2.value(Z2) - Y) * f2.slope(Z2)
    delta1 = delta2 @ W2.T * f1.slope(Z1)
    return delta1.sum(axis=0), delta2.sum(axis=0)
