"""Your own digit in MNIST's form: cropped, shrunk into a box of 20 × 20, centred by its mass.

A network reads only what looks like what it learned from. MNIST's makers prepared every digit in
these steps (LeCun et al. 1998); a drawing that skips one is often misread.
"""

import numpy as np

from nnlib._support.checks import array_of_numbers
from nnlib._support.hints import door, short

SIDE, BOX, CENTRE = 28, 20, 14  # pixels; where among 0..27 the centre of mass stands in MNIST
DUST = 0.1  # ink below this share of the darkest does not count when a drawing is cropped
GRAIN = 8  # times the middle deviation from the paper: what is less is its grain, no ink
FAINT = 0.05  # a sheet whose darkest ink is no darker than this is empty


@door
def like_mnist(ink, cropped=True, centred=True):
    """A drawing (height, width) of ink 0..1 as one row of pixels (1, 784) float32 like MNIST's.

    cropped  fit what lies around the ink into 20 × 20; otherwise the whole sheet into 28 × 28
    centred  put the centre of mass in the middle; otherwise the middle of the rectangle
    What most of the sheet shows is taken for paper, however grey, and the darkest ink becomes 1. A
    sheet without ink gives an empty picture. ValueError in words for ink above 1 or below 0, and
    for a sheet that is mostly ink: a photo of white paper has to be turned, 1 - photo / 255.
    """
    return prepared(off_the_paper(_checked_ink(ink)), cropped, centred)


def prepared(ink, cropped=True, centred=True):
    """Ink (height, width) on paper of 0 as one row of pixels (1, 784) float32."""
    ink = np.asarray(ink, np.float32)
    if not ink.any():
        return np.zeros((1, SIDE * SIDE), np.float32)
    small = fitted(around(ink), BOX) if cropped else fitted(ink, SIDE)
    return placed(small, middle_of_mass(small) if centred else middle(small)).reshape(1, -1)


def _checked_ink(ink):
    ink = array_of_numbers(ink, "ink", np.dtype(np.float32))
    if ink.ndim != 2 or not ink.size or not (np.isfinite(ink) & (ink >= 0)).all():
        raise ValueError(
            f"ink: expected a matrix (height, width) of numbers from 0 to 1, got {short(ink)}; "
            "of a coloured picture take the mean of its colours, ink.mean(axis=2)"
        )
    if ink.max() > 1:
        raise ValueError(
            f"ink: expected numbers from 0, paper, to 1, ink, got up to {ink.max():g}; "
            "write 1 - ink / 255 for a photo of white paper, ink / 255 for white on black"
        )
    if np.median(ink) > 0.5:
        raise ValueError(
            "ink: expected 0 for paper and 1 for ink, got a sheet that is mostly ink; "
            "write 1 - ink if white is 1 in your picture"
        )
    return ink


def off_the_paper(ink):
    """What stands out from the paper, the middle of all pixels, and its grain; its darkest is 1."""
    ink = ink - np.median(ink)
    ink[ink < GRAIN * np.median(np.abs(ink))] = 0
    return ink / ink.max() if ink.max() > FAINT else np.zeros_like(ink)


def around(ink):
    """The smallest rectangle of the drawing that holds all its ink, dust left out."""
    rows, columns = (np.flatnonzero((ink > DUST).any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def fitted(ink, side):
    """The drawing in the same proportions, its longer side `side` pixels, its darkest 1."""
    from PIL import Image

    height, width = (max(1, round(side * n / max(ink.shape))) for n in ink.shape)
    way = Image.Resampling.BICUBIC if side > max(ink.shape) else Image.Resampling.BOX
    small = np.clip(np.asarray(Image.fromarray(ink).resize((width, height), way)), 0, 1)
    return small / small.max()


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
