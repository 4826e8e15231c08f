"""Products and transposes of matrices, and the derivative of a matrix by its own elements."""

from nnlib.derivations.derivation import Derivation
from nnlib.derivations.steps import Symbol, index, matrix, numpy_line, product, start

A = Symbol("A", ("rows", "inner"), "a matrix")
B = Symbol("B", ("inner", "columns"), "a matrix with as many rows as A has columns")
PRODUCT = {"C": numpy_line("A @ B")}

MATRIX_PRODUCT = Derivation(
    "The matrix product",
    (A, B),
    PRODUCT,
    (
        matrix(
            "C_ik",
            r"\sum_j A_{ij} \, B_{jk}",
            "[[sum(A[i, j] * B[j, k] for j in range(len(B))) for k in range(len(B.T))]"
            " for i in range(len(A))]",
            "Row `i` of `A` times column `k` of `B`, element by element, and the sum of it all.",
        ),
        index(
            "C_ik = [A_ij B_jk]",
            "`j` does not stand on the left: it is summed over, and $\\sum$ is left out.",
        ),
        product(
            "C = [A·B]", "The two `j` are neighbours: that is what the matrix product sums over."
        ),
    ),
)

TRANSPOSE_OF_A_PRODUCT = Derivation(
    "The transpose of a product",
    (A, B),
    PRODUCT,
    (
        matrix("(C.T)_ki", r"(C.T)_{ki}", "C.T", "`C` is the product `A·B`."),
        index("(C.T)_ki = [C_ik]", "The rule of the transpose: the two indices change places."),
        index("(C.T)_ki = [A_ij B_jk]", "The matrix product, by components."),
        index("(C.T)_ki = [B_jk A_ij]", "Components are numbers: factors may change places."),
        index("(C.T)_ki = [(B.T)_kj (A.T)_ji]", "The transpose twice, so that `j` hooks onto `j`."),
        product(
            "(A·B).T = [B.T·A.T]",
            "The matrix product read backwards: transposing turns the order round.",
        ),
    ),
)

COLUMNS = (
    Symbol("a", ("rows", 1), "a column"),
    Symbol("b", ("columns", 1), "another column"),
)
OUTER = {"D": numpy_line("a @ b.T")}

OUTER_PRODUCT = Derivation(
    "A matrix from two columns",
    COLUMNS,
    {},
    (
        index(
            "D_ij = a_i0 b_j0", "Every element of `a` times every element of `b`: no sum at all."
        ),
        index(
            "D_ij = a_i0 [(b.T)_0j]",
            "The transpose brings the two zeros together, as the matrix product wants them.",
        ),
        product("D = [a·b.T]", "The matrix product over an inner axis of length 1."),
    ),
)

TRANSPOSE_OF_AN_OUTER_PRODUCT = Derivation(
    "The transpose of a matrix from two columns",
    COLUMNS,
    OUTER,
    (
        matrix("D.T", r"D.T", "D.T", "`D` is the product `a·b.T`."),
        matrix("D.T", r"[(a \cdot b.T).T]", "(a @ b.T).T", "`D` written out."),
        matrix(
            "D.T",
            r"[(b.T).T \cdot a.T]",
            "b.T.T @ a.T",
            "The transpose of a product turns the order round.",
            "b a.T",
        ),
        product("D.T = [b]·a.T", "Transposing twice changes nothing."),
    ),
)

DERIVATIVE_BY_ITSELF = Derivation(
    "The derivative of a matrix by its own elements",
    (Symbol("a", ("rows", "columns"), "a matrix"),),
    {},
    (
        start("∂a_mn/∂a_ij", "Turn one element, `a_ij`, and watch another, `a_mn`."),
        index(
            "∂a_mn/∂a_ij = [I_mi I_nj]",
            "Only the element that is turned moves, and as much: 1 where `m` is `i` and `n` is `j`,"
            " otherwise 0. `I` is the identity matrix.",
        ),
    ),
)
