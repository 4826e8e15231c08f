"""Formulas in index notation, computed as they stand: loops over indices and nothing else.

    C_ik = A_ij B_jk        i and k stand on the left: they are free, one number for each pair
                            j does not stand on the left: it is bound, summed over its range

An index that stands once and not on the left is summed as well: b_k = D_ik adds up each column.
A formula reads `left = term + term - term`, or `left ← …` for a step that overwrites.
A term is a product, its factors set off by spaces:

    2  0.5               a number
    η                    a name without indices: a single number
    W1_jk  Y_hat_i0      a name, then one index for each axis: a letter runs, a digit stays
    (A.T)_ji             a transpose
    (X·W1)_im            a matrix product (by @), also ((X·W1).T)_mi
    f2(C_i0)  f2'(C_i0)  a function or its slope, element by element
    ∂C/∂W1_mn            a partial derivative, given as the array dC_dW1 with axes m, n
    ∂f2(Z2_i0)/∂Z2_pg    the same, given as df2_dZ2 with axes i, 0, p, g
    I_km                 an element of the identity matrix: 1 where k = m, otherwise 0;
                         Kronecker's delta δ_km is the same and is written I

It knows nothing of networks, so it can bear witness for the rest of nnlib.
"""

from nnlib.index_notation.arrays import described, matrix_of, still
from nnlib.index_notation.formula import Formula
from nnlib.index_notation.reading import FACTOR
from nnlib.index_notation.writing import latex_of, shape_text, transposed

__all__ = ["FACTOR", "Formula", "described", "latex_of", "matrix_of", "shape_text", "still"]
__all__ += ["transposed"]
