"""Exercises of notebook 1: sums by loops and by indices, and numbers of a given spread."""

import numpy as np

from nnlib.exercises.exercise import exercise
from nnlib.exercises.making import LAST_TERM, arrays, formula_line, number, together


@exercise("1.1 A matrix times a vector, by loops",
    "$y_i = A_{ij} x_j$. Write it with loops, without `@` and `sum`.",
    arrays("nm", "m"),
    LAST_TERM | {
        "A is transposed: A_ji stands for A_ij": "A[i, j] -> A[j, i]",
        "x_i stands for x_j": "x[j] -> x[i]",
        "the first term of each sum is lost": "range(A.shape[1]) -> range(1, A.shape[1])",
        "the last term of each sum is lost": "range(A.shape[1]) -> range(A.shape[1] - 1)",
        "nothing is added up: this is A * x": "return y -> return A * x",
    }, ("i stands on the left: one number for each row.", "j does not: it is summed over."),
    stub="def times_vector(A, x):\n    y = np.zeros(A.shape[0])\n    return ...")
def times_vector(A, x):
    y = np.zeros(A.shape[0])
    for i in range(A.shape[0]):
        for j in range(A.shape[1]):
            y[i] += A[i, j] * x[j]
    return y


@exercise("1.2 Columns meet columns",
    "`A` and `B` have equally many rows. $C_{ij} = A_{ki} B_{kj}$: write it with three loops.",
    arrays("kn", "km"),
    LAST_TERM | {
        "A_ik stands for A_ki: a row of A meets the column": "A[k, i] -> A[i, k]",
        "B_jk stands for B_kj: the column meets a row of B": "B[k, j] -> B[j, k]",
        "the last value of k is left out": "range(A.shape[0]) -> range(A.shape[0] - 1)",
        "the result is transposed": "C[i, j] -> C[j, i]",
        "it is multiplied element by element": "return C -> return A * B",
    }, ("Which two indices stand on the left?", "k counts the rows, of A and of B."),
    stub="def columns_meet(A, B):\n    C = np.zeros((A.shape[1], B.shape[1]))\n    return ...")
def columns_meet(A, B):
    C = np.zeros((A.shape[1], B.shape[1]))
    for i in range(A.shape[1]):
        for j in range(B.shape[1]):
            for k in range(A.shape[0]):
                C[i, j] += A[k, i] * B[k, j]
    return C


@exercise("1.3 A.T @ B with indices",
    'Type `A.T @ B` as a line for `Formula`, such as `"C_ij = …"`, with letters of your choice.',
    arrays("kn", "km"), {
        "the transpose is forgotten: this is A @ B": "A.T -> A",
        "the result is transposed": "A.T @ B -> B.T @ A",
        "row meets row: this is A @ B.T": "A.T @ B -> A @ B.T",
    }, ("$A^{\\mathsf T}$ has the element $A_{ki}$ in row i and column k.",),
    **formula_line("C_ij = A_ki B_kj"))
def at_b(A, B):
    return A.T @ B


@exercise("1.4 A trace with indices",
    "The trace of a matrix is the sum of its diagonal. Type the trace of `A @ B` for `Formula`.",
    arrays("nm", "mn"), {
        "the same places meet: B_ij stands for B_ji": "ij,ji-> -> ij,ij->",
        "only the diagonals meet: A_ii B_ii": "ij,ji-> -> ii,ii->",
        "the diagonal is not summed": "ij,ji-> -> ij,ji->i",
        "all of A @ B is summed": "ij,ji-> -> ij,jk->",
    }, ("First write $C_{ik} = A_{ij} B_{jk}$.", "On the diagonal k is i."),
    **formula_line("s = A_ij B_ji"))
def trace_of_product(A, B):
    return np.einsum("ij,ji->", A, B)


@exercise("1.5 Numbers of a given variance",
    "`z` holds standard normal numbers. Make numbers of them with this mean and this *variance*.",
    together(arrays("n"), number(0.5, 3, True), number(1.5, 5)), {
        "the variance stands where its root belongs": "np.sqrt(variance) -> variance",
        "the mean is stretched too": "mean + np.sqrt(variance) * z -> (mean + z) * variance**0.5",
        "the mean is forgotten": "mean + -> ",
        "the mean is subtracted": "mean + -> -mean +",
        "the deviation divides": "np.sqrt(variance) * -> 1 / np.sqrt(variance) *",
    }, ("The standard deviation is the root of the variance.", "First stretch, then shift."))
def stretched(z, mean, variance):
    return mean + np.sqrt(variance) * z
