"""Exercises of notebook 1: sums by loops and by indices, and numbers of a given spread."""

import numpy as np

from nnlib.exercises.making import arrays, asked, formula_line, number


@asked("1.1 A matrix times a vector, by loops", arrays("nm", "m"))
def times_vector(A, x):
    y = np.zeros(A.shape[0])
    for i in range(A.shape[0]):
        for j in range(A.shape[1]):
            y[i] += A[i, j] * x[j]
    return y


@asked("1.2 Columns meet columns", arrays("kn", "km"))
def columns_meet(A, B):
    C = np.zeros((A.shape[1], B.shape[1]))
    for i in range(A.shape[1]):
        for j in range(B.shape[1]):
            for k in range(A.shape[0]):
                C[i, j] += A[k, i] * B[k, j]
    return C


@asked("1.3 A.T @ B with indices", arrays("kn", "km"), **formula_line("C_ij = A_ki B_kj"))
def at_b(A, B):
    return A.T @ B


@asked("1.4 A trace with indices", arrays("nm", "mn"), **formula_line("s = A_ij B_ji"))
def trace_of_product(A, B):
    return np.einsum("ij,ji->", A, B)


@asked("1.5 Numbers of a given variance", arrays("n"), number(0.5, 3, True), number(1.5, 5))
def stretched(z, mean, variance):
    return mean + np.sqrt(variance) * z
