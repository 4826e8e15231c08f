"""Digits bent like rubber: one image becomes as many as are wanted, and stays the digit it was.

Each pixel of the bent image is read at some other place of the old one. The places are a small
matrix times the coordinates, which turns, stretches and slants, and a shift; and a smooth field of
noise, elastic like rubber (Simard, Steinkraus, Platt 2003). Smoothing is a product with a matrix.
So all fields of a mini-batch are one product K @ basis: random numbers K, and as rows of the basis
the eigenmodes of the smoothing, the coordinates, and ones.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nnlib._support.checks import array_of_numbers, checked_number, checked_rng
from nnlib._support.hints import door, printable
from nnlib._support.speed import chunks
from nnlib.datasets.handwriting import SIDE

SHEET_SIDE = SIDE + 3  # a row of paper before, two after: one reads between two
MIDDLE = (SIDE - 1) / 2
SHARE_KEPT = 0.98  # of the variance of a field, by the modes that stay
BELL_REACH = 4  # deviations of the bell, beyond which it is 0
AT_ONCE = 100  # images: what is computed of them stays in the processor's cache
LIMITS_OF = {"alpha": 1000, "degrees": 180, "scale": 0.9, "shear": 2, "shift": SIDE}


@door
@printable
@dataclass(frozen=True)
class Bending:
    """bend(X, rng) -> the images X (n, 784), each bent in its own way; for fit(…, augment=bend).

    sigma, alpha  pixels over which the noise is smoothed, and its strength; alpha 0: no rubber
    degrees       the largest angle, drawn evenly like all that follows
    scale, shear  by which share height and width may change, and rows slide
    shift         pixels by which the whole may move
    """

    sigma: float = 5.0
    alpha: float = 36.0
    degrees: float = 10.0
    scale: float = 0.1
    shear: float = 0.0
    shift: float = 0.5

    def __post_init__(self):
        checked_number(self.sigma, "sigma", 0.5, most=SIDE)
        for name, most in LIMITS_OF.items():
            checked_number(getattr(self, name), name, 0, most=most)

    @cached_property
    def basis(self):
        """(k + 3, 784) float32: k modes of the field, the row of each pixel, its column, and 1."""
        elastic = modes(self.sigma, self.alpha) if self.alpha else np.empty((0, SIDE**2))
        pixels = np.indices((SIDE, SIDE)).reshape(2, -1) - MIDDLE
        return np.vstack([elastic, pixels, np.ones(SIDE**2)]).astype(np.float32)

    def __call__(self, X, rng):
        X = checked_images(X)
        parts = (X[rows] for rows in chunks(len(X), AT_ONCE))
        return np.concatenate([read_at(part, self.places(len(part), rng)) for part in parts])

    def places(self, n, rng):
        """(2, n, 784): the row and the column at which each pixel of n bent images is read."""
        K = checked_rng(rng).standard_normal((2, n, len(self.basis)), dtype=np.float32)
        K[..., -3:-1] = self._matrices(n, rng)
        K[..., -1] = MIDDLE + rng.uniform(-self.shift, self.shift, (2, n))
        return K @ self.basis

    def _matrices(self, n, rng):
        """(2, n, 2): the matrix of each image that takes its coordinates to those read."""
        angle = np.deg2rad(rng.uniform(-self.degrees, self.degrees, n))
        tall, wide = 1 + rng.uniform(-self.scale, self.scale, (2, n))
        slide = rng.uniform(-self.shear, self.shear, n)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        stretch = np.array([[tall, 0 * slide], [slide, wide]])
        return np.einsum("abn,bcn->anc", turn, stretch)


BENDINGS = {  # four recipes: what each part is worth, notebook 11 measures
    "unbent": None,
    "affine": Bending(alpha=0, degrees=15, scale=0.15, shear=0.1, shift=1),
    "elastic": Bending(degrees=0, scale=0, shift=0),
    "both": Bending(),
}


def smoothing(sigma):
    """G (28, m): G @ noise @ G.T is noise (m, m), wider than an image, under a Gaussian bell."""
    beyond = int(np.ceil(BELL_REACH * sigma))
    apart = np.arange(-beyond, SIDE + beyond) - np.arange(SIDE)[:, None]
    bell = np.exp(-(apart**2) / (2 * sigma**2))
    return bell / bell.sum(axis=1, keepdims=True)


@door
def modes(sigma, alpha, kept=SHARE_KEPT):
    """(k, 784): normal noise (n, k) @ modes is noise (n, 784) smoothed and multiplied by alpha.

    The rows are the eigenvectors of smoothed noise's covariance, longest first, each as long as the
    field's deviation in its direction; as many as hold the share `kept` of the variance. The noise
    is Simard's, between -1 and 1 and so of variance 1/3; sigma and alpha are in pixels.
    """
    G = smoothing(checked_number(sigma, "sigma", 0.5, most=SIDE))
    # along each axis the covariance is G @ G.T; that of a picture has the products of its parts
    values, vectors = np.linalg.eigh(G @ G.T)
    strength = np.multiply.outer(values, values).ravel()
    order = np.argsort(-strength)
    share = np.cumsum(strength[order]) / strength.sum()
    order = order[: 1 + np.searchsorted(share, checked_number(kept, "kept", 0, most=1))]
    down, across = (vectors.T[some] for some in np.divmod(order, SIDE))
    pictures = np.einsum("ki,kj->kij", down, across).reshape(-1, SIDE**2)
    alpha = checked_number(alpha, "alpha", 0, most=LIMITS_OF["alpha"])
    return alpha * np.sqrt(np.maximum(strength[order], 0) / 3)[:, None] * pictures


def read_at(X, places):
    """X (n, 784) read at the rows and columns places (2, n, 784); paper beyond the edge.

    Between pixels in proportion: at row i + t and column j + s it is
    (1 - t) [(1 - s) x_i,j + s x_i,j+1] + t [(1 - s) x_i+1,j + s x_i+1,j+1].
    """
    n = len(X)
    sheet = np.zeros((n, SHEET_SIDE, SHEET_SIDE), X.dtype)
    sheet[:, 1:-2, 1:-2] = X.reshape(n, SIDE, SIDE)
    sheet, rest = sheet.ravel(), np.clip(places + np.float32(1), 0, SHEET_SIDE - 2)
    i, j = np.floor(rest)
    t, s = rest - (i, j)
    at = (i * SHEET_SIDE + j).astype(np.intp) + SHEET_SIDE**2 * np.arange(n)[:, None]
    a, b, c, d = (sheet[k:].take(at, mode="clip") for k in (0, 1, SHEET_SIDE, SHEET_SIDE + 1))
    for start, end, share in ((a, b, s), (c, d, s), (a, c, t)):
        end -= start  # in place: a large array takes longer to come by than to fill
        end *= share
        start += end
    return a


def checked_images(X, name="X"):
    """Images (n, 784) of numbers with a fraction; float32 stays what it is."""
    X = array_of_numbers(X, name)
    if X.ndim != 2 or X.shape[1] != SIDE**2 or not len(X):
        raise ValueError(
            f"{name}: expected images of shape (n, {SIDE**2}), one a row, got {X.shape}; "
            f"write np.reshape({name}, (-1, {SIDE**2}))"
        )
    return X if X.dtype.kind == "f" else X.astype(np.float32)
