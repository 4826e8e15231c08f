"""Smoothed noise is noise times a matrix, whose rows are patterns made of a column and a row."""

from nnlib.derivations.derivation import titled
from nnlib.derivations.steps import Symbol, defined

BELLS = Symbol("G", ("rows", "inner"), "the bells: a row says what a pixel takes of each place")
NOISE = Symbol("R", ("inner", "inner"), "the noise", lambda rng, shape: rng.standard_normal(shape))
V, D, U = (f"np.linalg.svd(G, full_matrices=False)[{k}]" for k in range(3))

SMOOTHED_NOISE = titled(
    "Smoothed noise is noise times a matrix",
    (BELLS, NOISE),
    defined(V=V, d=D, U=U, K="U @ R @ U.T", S="G @ R @ G.T"),
)
