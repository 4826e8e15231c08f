"""Handwritten digits: MNIST, fetched once and checked, and a small set that comes with nnlib.

Both lie in the same four-file form (IDX, packed with gzip) and are read by the same lines, idx.py.
"""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from nnlib.hints import short
from nnlib.idx import File, check, share, unpack_images, unpack_labels


@dataclass(frozen=True)
class Source:
    """Where each split lies: its file of pictures, its file of labels, first item and end."""

    name: str
    splits: dict

    @property
    def files(self):
        """Each File once."""
        pairs = [(images, labels) for images, labels, *_ in self.splits.values()]
        return list(dict.fromkeys(file for pair in pairs for file in pair))


_TRAIN = (
    File(
        "train-images-idx3-ubyte.gz",
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        9_912_422,
        (60_000, 28, 28),
        "257f039238a0be158bad088c051a53908383fd47df03a7b1c229bb7bc968f160",
    ),
    File(
        "train-labels-idx1-ubyte.gz",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        28_881,
        (60_000,),
    ),
)
_TEST = (
    File(
        "t10k-images-idx3-ubyte.gz",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        1_648_877,
        (10_000, 28, 28),
        "bc9f8f501f39b3ca61f899a2f402edf2024bde012b73223431b6bd735e47a165",
    ),
    File(
        "t10k-labels-idx1-ubyte.gz",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        4_542,
        (10_000,),
    ),
)
_BUILT_IN = (
    File(
        "digits-images-idx3-ubyte.gz",
        "3ec94e663b1e747a1c2fc90672f335dd49f9f5180a642e6340a63937435232df",
        264_284,
        (1_797, 28, 28),
    ),
    File(
        "digits-labels-idx1-ubyte.gz",
        "cfe06bbdc05b8a39f09dda45279ab9c30e0dae0bea90cc5650c4d209cbbd85ea",
        930,
        (1_797,),
    ),
)
MNIST = Source(
    "MNIST",
    {
        "train": (*_TRAIN, 0, 50_000),
        "validation": (*_TRAIN, 50_000, 60_000),
        "test": (*_TEST, 0, 10_000),
    },
)
BUILT_IN = Source(
    "The built-in digits",
    {
        "train": (*_BUILT_IN, 0, 1_200),
        "validation": (*_BUILT_IN, 1_200, 1_500),
        "test": (*_BUILT_IN, 1_500, 1_797),
    },
)
BUILT_IN_FOLDER = Path(__file__).parent / "data"


# What the reader holds in hand


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """Pictures and what they show: `images` (n, 784) float32 from 0 to 1, `labels` (n,) int64.

    The arrays are read-only; to change one, change a copy: `split.images.copy()`.
    """

    # Read-only because all cells of a notebook share them: one that changed them in place would
    # give another result when run again.

    images: np.ndarray
    labels: np.ndarray

    def __len__(self):
        return len(self.labels)

    @cached_property
    def targets(self):
        """The labels one-hot, (n, 10) float32: a 1 in the column of the digit, 0 elsewhere."""
        targets = np.zeros((len(self), 10), np.float32)
        targets[np.arange(len(self)), self.labels] = 1
        targets.flags.writeable = False
        return targets

    def __repr__(self):
        n, n_pixels = self.images.shape
        return f"Split of {n:,}: images {(n, n_pixels)}, labels {(n,)}, targets {(n, 10)}"


class Digits:
    """Handwritten digits as three splits, `train`, `validation` and `test`.

    A file is unpacked when a split in it is first used; a damaged one raises ValueError then.
    """

    def __init__(self, source, folder):
        self._source, self._folder = source, folder
        self._unpacked = {}  # by File: to train and to validate are two parts of one file

    @cached_property
    def train(self):
        """The Split to learn from."""
        return self._split("train")

    @cached_property
    def validation(self):
        """The Split to choose hyper-parameters by."""
        return self._split("validation")

    @cached_property
    def test(self):
        """The Split to judge the finished network by, once."""
        return self._split("test")

    def few(self, n):
        """The same digits with only the first n images to train on; a fresh Digits.

        Raises ValueError unless n is from 1 to the number there is.
        """
        if not (isinstance(n, (int, np.integer)) and 1 <= n <= len(self.train)):
            raise ValueError(
                f"n: expected a whole number from 1 to {len(self.train):,}, the training images "
                f"there are, got {short(n)}"
            )
        few = Digits(self._source, self._folder)
        few.train = Split(self.train.images[:n], self.train.labels[:n])
        few.validation, few.test = self.validation, self.test  # shared: not unpacked twice
        return few

    def _split(self, name):
        images, labels, start, stop = self._source.splits[name]
        return Split(
            self._all(images, unpack_images)[start:stop],
            self._all(labels, unpack_labels)[start:stop],
        )

    def _all(self, file, unpack):
        if file not in self._unpacked:
            self._unpacked[file] = unpack(self._folder / file.name, file)
        return self._unpacked[file]

    def __repr__(self):
        _, height, width = self._source.files[0].shape
        sizes = {name: self._size(name) for name in self._source.splits}
        lines = [
            f"{self._source.name}: {sum(sizes.values()):,} handwritten digits of "
            f"{height} × {width} pixels, each from 0 (paper) to 1 (ink)"
        ]
        for split, n in sizes.items():
            lines.append(
                f"  .{split:<10}  images {(n, height * width)}, labels {(n,)}, targets {(n, 10)}"
            )
        return "\n".join(lines)

    def _size(self, split):
        """How many a split has, without unpacking it."""
        if split in self.__dict__:
            return len(getattr(self, split))
        _, _, start, stop = self._source.splits[split]
        return stop - start


# The three doors


def load_mnist(folder=None):
    """MNIST as Digits: 50,000 to train, 10,000 to validate, 10,000 to test.

    The four published files are taken from `folder`, else from the folder that the environment
    variable NNLIB_MNIST names, else from the user's cache, to which they are downloaded when they
    are not there. Their SHA-256 is checked each time.
    Raises FileNotFoundError when a named folder lacks a file, ValueError when a file in it is not
    the published one, ConnectionError when no mirror delivers, and OSError when the cache cannot
    be written.
    Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits".
    """
    return _mnist(_named_folder(folder))


def load_digits():
    """The digits that come with nnlib, as Digits: 1,200 to train, 300 to validate, 297 to test.

    Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
    Learning Repository, 1998, https://doi.org/10.24432/C50P49, CC BY 4.0; enlarged from 8 × 8 to
    the form of MNIST (data/README.md).
    """
    return Digits(BUILT_IN, BUILT_IN_FOLDER)


def load_mnist_or_digits(folder=None):
    """MNIST where it can be had within seconds, else the built-in digits; prints which.

    Looks in the places load_mnist looks in. A folder that was named and is wrong stays an error:
    FileNotFoundError or ValueError.
    """
    named = _named_folder(folder)
    try:
        digits = _mnist(named, quick=True)
    except OSError as reason:
        if named is not None:
            raise
        print(
            f"{str(reason).splitlines()[0]}\nHere are the 1,797 built-in digits instead; "
            "load_mnist() says how to get MNIST by hand."
        )
        return load_digits()
    print("MNIST: 70,000 handwritten digits.")
    return digits


# For a class on one server


def share_mnist(folder=None):
    """Unpack MNIST beside its packed files, once for all kernels that will read this folder.

    They hold its 220 MB of pictures in memory together from then on, not each a copy of its own.
    Returns the folder; `folder` and errors as for load_mnist, and OSError when it cannot be written
    or its disk is full.
    """
    digits = load_mnist(folder)
    for images, *_ in digits._source.splits.values():
        share(digits._folder / images.name, images)
    return digits._folder


# Where the files are


def cache_folder():
    """The folder of the user's cache that keeps downloaded files; OSError if there is none."""
    import pooch

    try:
        return Path(pooch.os_cache("nnlib"))
    except RuntimeError:
        raise OSError(
            "MNIST cannot be stored: expected a home folder, this account has none; set HOME, or "
            "name a folder with the four files: load_mnist(folder)."
        ) from None


def _named_folder(folder):
    """The folder given or named by NNLIB_MNIST, or None; checked to be a folder."""
    name = folder if folder is not None else os.environ.get("NNLIB_MNIST") or None
    if name is None:
        return None
    if not isinstance(name, (str, os.PathLike)):
        raise TypeError(f"folder: expected a path, got {short(name)}; pass the folder's name")
    by = "folder" if folder is not None else "The environment variable NNLIB_MNIST"
    if not os.path.isdir(name):
        raise FileNotFoundError(
            f"{by}: expected the folder that holds the four MNIST files, got {str(name)!r}, which "
            "is not a folder that can be opened; correct the name, or leave it out to have them "
            "downloaded"
        )
    return Path(name).resolve()


def _mnist(named, quick=False):
    if named is not None:
        _check_folder(named)
        return Digits(MNIST, named)
    from nnlib import mirrors

    folder = cache_folder()
    mirrors.fill(folder, MNIST.files, mirrors.SHORT_PATIENCE if quick else mirrors.PATIENCE)
    return Digits(MNIST, folder)


def _check_folder(folder):
    for file in MNIST.files:
        if not os.path.isfile(folder / file.name):
            raise FileNotFoundError(
                f"{folder}: expected the MNIST files, packed as published, but {file.name} is "
                "missing; put it there, or name another folder"
            )
        check(folder / file.name, file)
