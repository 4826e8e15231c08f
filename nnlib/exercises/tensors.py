"""Exercises of notebook 1: sums by loops and by indices, shapes, and numbers of a given spread."""

import numpy as np

from nnlib.exercises.exercise import Exercise
from nnlib.exercises.making import arrays, formula_of, number, together, value


def times_vector(A, x):
    y = np.zeros(A.shape[0])
    for i in range(A.shape[0]):
        for j in range(A.shape[1]):
            y[i] += A[i, j] * x[j]
    return y


TIMES_VECTOR = Exercise(
    "1.1 A matrix times a vector, by loops",
    "$y_i = A_{ij} x_j$. Write it with loops, without `@` and `sum`.",
    stub="def times_vector(A, x):\n    y = np.zeros(A.shape[0])\n    return ...",
    draw=arrays("nm", "m"),
    solution=times_vector,
    slips={
        "= stands for +=: only the last term of each sum is left": "+= -> =",
        "A is transposed: A_ji stands for A_ij": "A[i, j] -> A[j, i]",
        "x_i stands for x_j": "x[j] -> x[i]",
        "the first term of each sum is lost": "range(A.shape[1]) -> range(1, A.shape[1])",
        "the last term of each sum is lost": "range(A.shape[1]) -> range(A.shape[1] - 1)",
        "nothing is added up: this is A * x": lambda A, x: A * x,
    },
    hints=("i stands on the left: one number for each row.", "j does not: it is summed over."),
)


def columns_meet(A, B):
    C = np.zeros((A.shape[1], B.shape[1]))
    for i in range(A.shape[1]):
        for j in range(B.shape[1]):
            for k in range(A.shape[0]):
                C[i, j] += A[k, i] * B[k, j]
    return C


COLUMNS_MEET = Exercise(
    "1.2 Columns meet columns",
    "`A` and `B` have equally many rows. $C_{ij} = A_{ki} B_{kj}$: write it with three loops.",
    stub="def columns_meet(A, B):\n    C = np.zeros((A.shape[1], B.shape[1]))\n    return ...",
    draw=arrays("kn", "km"),
    solution=columns_meet,
    slips={
        "= stands for +=: only the last term of each sum is left": "+= -> =",
        "A_ik stands for A_ki: a row of A meets the column": "A[k, i] -> A[i, k]",
        "B_jk stands for B_kj: the column meets a row of B": "B[k, j] -> B[j, k]",
        "the last value of k is left out": "range(A.shape[0]) -> range(A.shape[0] - 1)",
        "the result is transposed": "C[i, j] -> C[j, i]",
        "it is multiplied element by element": lambda A, B: A * B,
    },
    hints=("Which two indices stand on the left?", "k counts the rows, of A and of B."),
)


def at_b(A, B):
    return A.T @ B


AT_B = Exercise(
    "1.3 A.T @ B with indices",
    'Type `A.T @ B` as a line for `Formula`, such as `"C_ij = …"`, with letters of your choice.',
    stub="line = ...",
    written='line = "C_ij = A_ki B_kj"\n',
    draw=arrays("kn", "km"),
    solution=at_b,
    read=formula_of("A", "B"),
    slips={
        "the transpose is forgotten: this is A @ B": "A.T -> A",
        "the result is transposed": "A.T @ B -> B.T @ A",
        "row meets row: this is A @ B.T": "A.T @ B -> A @ B.T",
    },
    hints=("$A^{\\mathsf T}$ has the element $A_{ki}$ in row i and column k.",),
)


def column_sums(A, B):
    return (A * B).sum(axis=0)


COLUMN_SUMS = Exercise(
    "1.4 Sums of columns with indices",
    "Type `(A * B).sum(axis=0)` as a line for `Formula`.",
    stub="line = ...",
    written='line = "c_j = A_ij B_ij"\n',
    draw=arrays("nm", "nm"),
    solution=column_sums,
    read=formula_of("A", "B"),
    slips={
        "the rows are summed, not the columns": "axis=0 -> axis=1",
        "all is summed: an index is missing on the left": "axis=0 -> ",
        "nothing is summed: too many indices stand on the left": ".sum(axis=0) -> ",
        "A @ B is computed and its columns are summed": "A * B -> A @ B",
    },
    hints=("The result has one number a column: which index stays on the left?",),
)


def trace_of_product(A, B):
    return np.einsum("ij,ji->", A, B)


TRACE = Exercise(
    "1.5 A trace with indices",
    "The trace of a matrix is the sum of its diagonal. Type the trace of `A @ B` for `Formula`.",
    stub="line = ...",
    written='line = "s = A_ij B_ji"\n',
    draw=arrays("nm", "mn"),
    solution=trace_of_product,
    read=formula_of("A", "B"),
    slips={
        "the same places meet: B_ij stands for B_ji": "ij,ji-> -> ij,ij->",
        "only the diagonals meet: A_ii B_ii": "ij,ji-> -> ii,ii->",
        "the diagonal is not summed": "ij,ji-> -> ij,ji->i",
        "all of A @ B is summed": "ij,ji-> -> ij,jk->",
    },
    hints=("First write $C_{ik} = A_{ij} B_{jk}$.", "On the diagonal k is i."),
)


def stretched(z, mean, variance):
    return mean + np.sqrt(variance) * z


VARIANCE = Exercise(
    "1.6 Numbers of a given variance",
    "`z` holds standard normal numbers. Make numbers of them with this mean and this *variance*.",
    draw=together(arrays("n"), number(0.5, 3, True), number(1.5, 5)),
    solution=stretched,
    slips={
        "the variance stands where its root belongs": "np.sqrt(variance) -> variance",
        "the mean is stretched too": "mean + np.sqrt(variance) * z -> "
        "(mean + z) * np.sqrt(variance)",
        "the mean is forgotten": "mean + -> ",
        "the mean is subtracted": "mean + -> -mean +",
        "the deviation divides": "np.sqrt(variance) * z -> z / np.sqrt(variance)",
    },
    hints=("The standard deviation is the root of the variance.", "First stretch, then shift."),
)

SHAPES = {  # product: its shape, and what a wrong one comes from
    "X @ W": ((10, 4), {(3, 3): "the inner pair is summed over and goes, the outer pair stays"}),
    "X @ w": ((10,), {(10, 1): "w has one axis, no column, and so has the result"}),
    "c * w": ((4, 3), {"no": "(4, 1) and (3,) fit: each is repeated along the other's axis"}),
    "W @ X": ("no", {(10, 10): "4 and 10 meet, and are not equal", (4, 3): "4 and 10 meet"}),
    "W.T @ X.T": ((4, 10), {"no": "3 meets 3: this is the transpose of X @ W"}),
}


def shapes():
    return [shape for shape, _ in SHAPES.values()]


def accept_shapes(answer, arguments):
    if not isinstance(answer, (list, tuple)) or len(answer) != len(SHAPES):
        return f"{len(SHAPES)} things are asked for, a tuple or the word no for each."
    for given, (product, (right, traps)) in zip(answer, SHAPES.items(), strict=True):
        given = tuple(given) if isinstance(given, list) else given
        if given != right:
            return f"{product} is not {given}: {traps.get(given, 'write the shapes side by side')}."
    return ""


DRILL = Exercise(
    "1.7 Shapes in your head",
    "X is (10, 3), W (3, 4), w (3,) and c (4, 1). Type a list of the shapes of `X @ W`, `X @ w`, "
    '`c * w`, `W @ X` and `W.T @ X.T`, and `"no"` where the two do not fit.',
    stub="shapes = ...",
    written='shapes = [(10, 4), (10,), (4, 3), "no", (4, 10)]\n',
    draw=lambda rng: (),
    draws=1,
    solution=shapes,
    read=value,
    accept=accept_shapes,
    slips={
        "the inner pair is summed over": lambda: [(3, 3), (10,), (4, 3), "no", (4, 10)],
        "w has one axis": lambda: [(10, 4), (10, 1), (4, 3), "no", (4, 10)],
        "each is repeated along": lambda: [(10, 4), (10,), "no", "no", (4, 10)],
        "4 and 10 meet": lambda: [(10, 4), (10,), (4, 3), (4, 3), (4, 10)],
        "the transpose of X @ W": lambda: [(10, 4), (10,), (4, 3), "no", "no"],
    },
    hints=("For `@`, write the shapes side by side: the inner pair has to be equal, and goes.",),
)
