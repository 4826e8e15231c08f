"""What a set of handwritten digits is: Split and Digits, and the published files they come from."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from nnlib._support.hints import door, printable, short
from nnlib.datasets.idx import File, unpack_images, unpack_labels


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


@printable
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


@door
@printable
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
        whole = isinstance(n, (int, np.integer)) and not isinstance(n, bool)
        if not (whole and 1 <= n <= len(self.train)):
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


def checked_digits(digits):
    """The Digits, as the loaders return them."""
    if not isinstance(digits, Digits):
        raise TypeError(
            f"digits: expected Digits, got {short(digits)}; write digits = load_mnist_or_digits()"
        )
    return digits
