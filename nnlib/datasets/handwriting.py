"""Your own digit in MNIST's form: cropped, shrunk into a box of 20 × 20, centred by its mass.

A network reads only what looks like what it learned from. MNIST's makers prepared every digit in
these steps (LeCun et al. 1998); a drawing that skips one is often misread.
"""

from pathlib import Path

import numpy as np

from nnlib._support.checks import array_of_numbers, checked_finite
from nnlib._support.hints import door, short
from nnlib._support.lines import BEYOND

SIDE, BOX, CENTRE = 28, 20, 14  # pixels; where among 0..27 the centre of mass stands in MNIST
DUST = 0.1  # ink below this share of the darkest is none
GRAIN = 8  # times the middle deviation from the paper: what is less is its grain, no ink
FAINT = 0.05  # a sheet whose darkest ink is no darker than this is empty
LARGEST_SHEET = 280  # pixels; a photograph is shrunk to it before its paper is looked for
FITS, ENOUGH = 8, 3_000  # of the paper, and to how many pixels
CLEAN, ALL_CLEAN = 0.1, 0.9  # a sheet of which these shares are 0, in all and away from its ink
ASIDE = 8  # the frame at the other edges is looked for in an eighth of the sheet
AWAY = 14  # the blur of ink reaches so far: a 14th of the sheet
CONTRAST = 0.25  # between parts of a sheet that is not empty
SPECK = 70  # a dot that is smaller than a thin line is across a 70th of the sheet is none
MORE_PAPER = "np.pad(ink, 50, constant_values=np.quantile(ink, 0.1))"
SPREAD = "np.interp(ink, (np.min(ink), np.max(ink)), (0, 1))"


@door
def like_mnist(ink, cropped=True, centred=True):
    """A drawing (height, width) of ink 0..1 as one row of pixels (1, 784) float32 like MNIST's.

    cropped  fit what lies around the ink into 20 × 20; otherwise the whole sheet into 28 × 28
    centred  put the centre of mass in the middle; otherwise the middle of the rectangle
    What most of the sheet shows is taken for paper, however grey, though light may fall off over
    it; the darkest ink becomes 1. Specks are left out, and what touches an edge of a photograph is
    too, a frame, a finger or a table, if more than a thin line of ink does not. A sheet without
    ink gives an empty picture. ValueError in words for ink above 1 or below 0, and for a sheet
    that is mostly ink: a photo of white paper has to be turned, 1 - photo / 255.
    """
    ink = _checked_ink(ink)
    off, grain = _above_paper(ink)
    _refuse_turned(ink, off, grain)
    drawn = _off_the_paper(off, grain)
    if not drawn.any() and ink.size > SIDE * SIDE and _contrast(off) > CONTRAST:
        raise ValueError(
            "ink: expected more paper than ink, got a sheet on which the two cannot be told apart; "
            f"leave more paper around the digit, such as {MORE_PAPER}"
        )
    drawn = _without_specks(drawn)
    return prepared(_off_the_edges(drawn) if grain else drawn, cropped, centred)


def prepared(ink, cropped=True, centred=True):
    """Ink (height, width) on paper of 0 as one row of pixels (1, 784) float32."""
    ink = np.asarray(ink, np.float32)
    if not ink.any():
        return np.zeros((1, SIDE * SIDE), np.float32)
    small = fitted(around(ink), BOX) if cropped else fitted(ink, SIDE)
    middle = middle_of_mass(small) if centred else np.array(small.shape) / 2
    return placed(small, middle).reshape(1, -1)


def _checked_ink(ink):
    if isinstance(ink, (str, Path)):
        raise ValueError(
            f"ink: expected an array of real numbers, got {short(ink)}; if a file is called so, "
            "write 1 - np.divide(Image.open(ink).convert('L'), 255), after from PIL import Image"
        )
    ink = array_of_numbers(ink, "ink", np.dtype(np.float32))
    if ink.ndim != 2 or not ink.size or SIDE * SIDE in ink.shape and min(ink.shape) < SIDE:
        raise ValueError(
            "ink: expected a matrix (height, width) of numbers from 0 to 1, "
            f"got shape {ink.shape}; {_as_a_matrix(ink)}"
        )
    if checked_finite(ink, "ink").min() < -BEYOND or ink.max() > 1 + BEYOND:
        tops = [top for top in (255, 65535) if ink.min() >= 0 and 16 < ink.max() <= top]
        by = f"np.divide(ink, {tops[0]})" if tops else SPREAD
        raise ValueError(
            f"ink: expected numbers from 0, paper, to 1, ink, got {ink.min():g} to {ink.max():g}; "
            f"write 1 - {by} for a photo of white paper, {by} for white on black"
        )
    ink = _unframed(_unframed(ink).T).T
    if max(ink.shape) > LARGEST_SHEET:
        ink = shrunk(ink, LARGEST_SHEET)
    return ink


def _as_a_matrix(ink):
    """What to do with an array to have a matrix, as the end of a sentence."""
    shape = ink.shape
    if ink.size == SIDE * SIDE:
        return f"write np.reshape(ink, ({SIDE}, {SIDE}))"
    if len(shape) == 3 and shape[2] in (2, 3, 4):  # the second or fourth says how opaque it is
        colours = 3 if shape[2] > 2 else 1
        if shape[2] in (2, 4) and np.ptp(ink[..., :colours]) == 0:
            return "write np.asarray(ink)[:, :, -1], for it is drawn in how opaque the colour is"
        return f"of a coloured picture write np.asarray(ink)[:, :, :{colours}].mean(axis=2)"
    if len(shape) == 2 and shape[1] == SIDE * SIDE:
        return f"write np.reshape(ink[0], ({SIDE}, {SIDE})) for the first of them"
    if min(shape, default=0) == 1 and len(shape) == 3:
        return "write np.squeeze(ink)"
    return "give one drawing at a time"


def _refuse_turned(ink, off, grain):
    """Raise ValueError where more stands out from the paper by being lighter than darker."""
    darker, lighter, least = off.max(), -off.min(), max(FAINT, grain)
    if lighter > max(darker, least) or (np.median(ink) > 0.5 and darker <= least):
        raise ValueError(
            "ink: expected 0 for paper and 1 for ink, got a sheet that is mostly ink; write "
            "np.subtract(1, ink) if white is 1 in your picture, else leave more paper around the "
            f"digit, such as {MORE_PAPER}"
        )


def _unframed(ink):
    """The sheet without rows at its upper and lower edge, dark nearly all along, if they end there.

    Where ink goes on below them, they are a bar of the digit.
    """
    half, aside = (np.median(ink) + ink.max()) / 2, ink.shape[1] // ASIDE
    rows = np.flatnonzero(np.quantile(ink, 0.1, axis=1) <= half)
    drawn = (ink > half)[:, aside : ink.shape[1] - aside].any(axis=1)  # on, too: a bar of the digit
    top = 0 if drawn[rows[0]] else rows[0]
    return ink[top:] if drawn[rows[-1]] else ink[top : rows[-1] + 1]


def _above_paper(ink):
    """How much darker than the paper each pixel is, and up to where that is no ink yet.

    The paper is a surface of second degree, as light falls off: fitted to all pixels, then, again
    and again, to that half of them which lies closest to it. Some of them are enough. A clean
    sheet, which no photograph is, has more ink than paper where a digit is cut out.
    """
    if _is_clean(ink):
        return ink - ink.min(), 0
    y, x = np.indices(ink.shape).reshape(2, -1) / max(ink.shape)
    terms, all_ink = np.stack([x**0, x, y, x * x, x * y, y * y], axis=1), ink.ravel().astype(float)
    some = slice(None, None, 1 + ink.size // ENOUGH)
    off = np.zeros_like(all_ink[some])
    for _ in range(FITS):
        near = np.abs(off) <= np.median(np.abs(off))
        T, seen = terms[some][near], all_ink[some][near]
        surface = np.linalg.lstsq(T.T @ T, T.T @ seen, rcond=None)[0]
        off = all_ink[some] - terms[some] @ surface
    return (all_ink - terms @ surface).reshape(ink.shape), GRAIN * np.median(np.abs(off))


def _is_clean(ink):
    """Whether its lightest is nearly everywhere but at the blurred edges of the ink."""
    off = ink - ink.min()
    paper, near, reach = off == 0, off > DUST * off.max(), max(ink.shape) // AWAY
    if np.mean(paper) <= CLEAN or np.median(off) > off.max() / 2:
        return False
    for axis in (0, 1):
        padded = np.pad(near, [(reach * (axis == k),) for k in (0, 1)])
        near = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis).any(axis=-1)
    return ink.size <= SIDE * SIDE or near.all() or np.mean(paper[~near]) > ALL_CLEAN


def _contrast(off):
    """Between the lightest and the darkest of parts as large as a pixel of MNIST's."""
    return np.ptp(shrunk(off.astype(np.float32), SIDE))


def _off_the_paper(off, grain):
    """What stands out from the paper and its grain; its darkest is 1."""
    ink = np.where(off < grain, 0, off).astype(np.float32)
    return ink / ink.max() if ink.max() > FAINT else np.zeros_like(ink)


def _without_specks(ink):
    """The drawing without dust and without specks, unless it is made of nothing else."""
    reach = max(ink.shape) // SPECK
    windows = np.lib.stride_tricks.sliding_window_view
    around_it = windows(np.pad(ink > DUST, reach), (2 * reach + 1,) * 2).sum(axis=(2, 3))
    kept = np.where((around_it <= 2 * reach) | (ink <= DUST), 0, ink)
    return kept if kept.any() else ink


def _off_the_edges(ink):
    """A photograph without what touches its edges, unless hardly anything is left.

    A finger, a table beside the sheet or a shadow does so; a digit drawn up to the edge does too.
    """
    from PIL import Image, ImageDraw

    seen = Image.fromarray(np.pad(ink > 0, 1, constant_values=True).astype(np.uint8)).copy()
    ImageDraw.floodfill(seen, (0, 0), 2)  # the frame of ones, and all that hangs together with it
    inside = np.where(np.asarray(seen)[1:-1, 1:-1] == 1, ink, 0)
    return inside if np.count_nonzero(inside) > max(ink.shape) else ink  # a thin line across it


def around(ink):
    """The smallest rectangle of the drawing that holds all its ink, dust left out."""
    rows, columns = (np.flatnonzero((ink > DUST).any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def fitted(ink, side):
    """The drawing in the same proportions, its longer side `side` pixels, its darkest 1."""
    small = shrunk(ink, side)
    return small / small.max()


def shrunk(ink, side):
    """The drawing in the same proportions, its longer side `side` pixels."""
    from PIL import Image

    height, width = (max(1, round(side * n / max(ink.shape))) for n in ink.shape)
    way = Image.Resampling.BICUBIC if side > max(ink.shape) else Image.Resampling.BOX
    return np.clip(np.asarray(Image.fromarray(ink).resize((width, height), way)), 0, 1)


def middle_of_mass(ink):
    """The row and column of the centre of mass: where the drawing would balance on a needle."""
    down, across = (ink.sum(axis=axis) @ np.arange(ink.shape[1 - axis]) for axis in (1, 0))
    return np.array([down, across]) / ink.sum()


def placed(ink, point):
    """The small picture on a sheet of 28 × 28, its `point` at the centre as far as it fits."""
    sheet = np.zeros((SIDE, SIDE), np.float32)
    room = SIDE - np.array(ink.shape)
    top, left = np.clip(np.round(CENTRE - point), 0, room).astype(int)
    sheet[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return sheet
