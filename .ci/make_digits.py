"""Makes the two files of nnlib's built-in digits: the UCI digits in the form of MNIST.

Needs scikit-learn, which brings the UCI digits as 8 × 8 squares of ink; nnlib itself does not.
Run it as `python .ci/make_digits.py`; the same input always gives the same pixels.
"""

import gzip
import struct
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[1] / "nnlib" / "datasets" / "data"
SIDE, CENTRE = 28, 14  # pixels, and where among 0..27 the centre of mass stands, as in MNIST
BOX = 19.5  # the longer side of the digit; blurring its edge adds half a pixel, MNIST has 20
INK = 0.25  # a row or column of the 8 × 8 square belongs to the digit from this much ink on
PAPER, FULL = 0.35, 0.75  # stretched to 0 and 1: strokes as dark and nearly as thin as MNIST's


def cubic(x):
    """The weights of cubic interpolation (Keys 1981) at the distances x."""
    x = np.abs(x)
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


def extent(ink):
    """How many rows (or columns) reach from the first to the last that carries ink."""
    inked = np.flatnonzero(ink >= INK)
    return inked[-1] - inked[0] + 1


def resampling(ink, scale):
    """The (28, 8) matrix that enlarges one axis and puts its centre of mass where MNIST has it."""
    old = np.arange(ink.size)
    centre = (ink @ old) / ink.sum()
    new = (np.arange(SIDE) - CENTRE) / scale + centre
    return cubic(new[:, None] - old)


def enlarged(square):
    """An 8 × 8 digit with ink 0..1 as a 28 × 28 uint8 picture like MNIST's."""
    scale = BOX / max(extent(square.max(axis=1)), extent(square.max(axis=0)))
    picture = (
        resampling(square.sum(axis=1), scale) @ square @ resampling(square.sum(axis=0), scale).T
    )
    stretched = np.clip((picture - PAPER) / (FULL - PAPER), 0, 1)
    # Rounded twice, lest a last bit that differs between machines decides a tie.
    return np.round(np.round(255 * stretched, 6)).astype(np.uint8)


def digits():
    """The pictures (1797, 28, 28) and labels (1797,), both uint8, shuffled once and for all."""
    from sklearn.datasets import load_digits

    squares, labels = load_digits().images / 16, load_digits().target
    # The raw bits of PCG64 never change; how a Generator shuffles may, from one NumPy to the next.
    order = np.argsort(np.random.PCG64(0).random_raw(len(labels)))
    return np.stack([enlarged(squares[i]) for i in order]), labels[order].astype(np.uint8)


def idx(array):
    """The bytes of a uint8 array in MNIST's IDX format, not yet packed."""
    return struct.pack(f">{1 + array.ndim}I", 0x0800 + array.ndim, *array.shape) + array.tobytes()


def main():
    images, labels = digits()
    for name, array in [("images-idx3", images), ("labels-idx1", labels)]:
        packed = gzip.compress(idx(array), compresslevel=9, mtime=0)
        (FOLDER / f"digits-{name}-ubyte.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
