"""Your own digit in MNIST's form: cropped, shrunk into a box of 20 × 20, centred by its mass.

A network reads only what looks like what it learned from. MNIST's makers prepared every digit in
these steps (LeCun et al. 1998); a drawing that skips one is often misread.
"""

import numpy as np

from nnlib._support.checks import array_of_numbers
from nnlib._support.hints import door, short

SIDE, BOX, CENTRE = 28, 20, 14  # pixels; where among 0..27 the centre of mass stands in MNIST


@door
def like_mnist(ink, cropped=True, centred=True):
    """A drawing (height, width) of ink 0..1 as one row of pixels (1, 784) float32 like MNIST's.

    cropped  shrink what lies around the ink into 20 × 20; otherwise the whole sheet into 28 × 28
    centred  put the centre of mass in the middle; otherwise the middle of the rectangle
    An empty sheet gives an empty picture.
    """
    ink = array_of_numbers(ink, "ink", np.dtype(np.float32))
    if ink.ndim != 2 or not ink.size or not (np.isfinite(ink) & (ink >= 0)).all():
        raise ValueError(
            f"ink: expected a matrix (height, width) of numbers from 0 to 1, got {short(ink)}"
        )
    if not ink.any():
        return np.zeros((1, SIDE * SIDE), np.float32)
    small = shrunk(around(ink), BOX) if cropped else shrunk(ink, SIDE)
    return placed(small, middle_of_mass(small) if centred else middle(small)).reshape(1, -1)


def around(ink):
    """The smallest rectangle of the drawing that holds all its ink."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def shrunk(ink, side):
    """The drawing in the same proportions, its longer side `side` pixels, edges smoothed."""
    from PIL import Image

    height, width = (max(1, round(side * n / max(ink.shape))) for n in ink.shape)
    small = Image.fromarray(ink).resize((width, height), Image.Resampling.BOX)
    return np.clip(np.asarray(small), 0, 1)


def middle(ink):
    """The row and column in the middle of the rectangle."""
    return np.array(ink.shape) / 2


def middle_of_mass(ink):
    """The row and column of the centre of mass: where the drawing would balance on a needle."""
    return (
        np.array([ink.sum(axis=1) @ np.arange(len(ink)), ink.sum(axis=0) @ np.arange(len(ink.T))])
        / ink.sum()
    )


def placed(ink, point):
    """The small picture on a sheet of 28 × 28, its `point` at the centre as far as it fits."""
    sheet = np.zeros((SIDE, SIDE), np.float32)
    room = SIDE - np.array(ink.shape)
    top, left = np.clip(np.round(CENTRE - point), 0, room).astype(int)
    sheet[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return sheet
