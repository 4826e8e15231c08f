"""Products and transposes of matrices, and the derivative of a matrix by its own elements."""

from nnlib.derivations.derivation import titled
from nnlib.derivations.steps import Symbol, defined

FACTORS = (
    Symbol("A", ("rows", "inner"), "a matrix"),
    Symbol("B", ("inner", "columns"), "a matrix with as many rows as A has columns"),
)
COLUMNS = (Symbol("a", ("rows", 1), "a column"), Symbol("b", ("columns", 1), "another column"))
ONE_MATRIX = (Symbol("a", ("rows", "columns"), "a matrix"),)
PRODUCT, OUTER = defined(C="A @ B"), defined(D="a @ b.T")

MATRIX_PRODUCT = titled("The matrix product", FACTORS, PRODUCT)
TRANSPOSE_OF_A_PRODUCT = titled("The transpose of a product", FACTORS, PRODUCT)
OUTER_PRODUCT = titled("A matrix from two columns", COLUMNS)
TRANSPOSE_OF_AN_OUTER_PRODUCT = titled("The transpose of a matrix from two columns", COLUMNS, OUTER)
DERIVATIVE_BY_ITSELF = titled("The derivative of a matrix by its own elements", ONE_MATRIX)
