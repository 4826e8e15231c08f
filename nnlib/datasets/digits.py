"""What a set of handwritten digits is, Split and Digits: the published ones, and your own."""

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from nnlib._support.checks import array_of_numbers, checked_finite, checked_labels
from nnlib._support.classes import are_classes
from nnlib._support.hints import door, printable, short
from nnlib._support.lines import line_that_works
from nnlib.datasets.handwriting import SIDE, like_mnist
from nnlib.datasets.idx import File, lying, unpack_images, unpack_labels


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
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "257f039238a0be158bad088c051a53908383fd47df03a7b1c229bb7bc968f160",
    ),
    File(
        "train-labels-idx1-ubyte.gz",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        28_881,
        (60_000,),
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
)
_TEST = (
    File(
        "t10k-images-idx3-ubyte.gz",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        1_648_877,
        (10_000, 28, 28),
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "bc9f8f501f39b3ca61f899a2f402edf2024bde012b73223431b6bd735e47a165",
    ),
    File(
        "t10k-labels-idx1-ubyte.gz",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        4_542,
        (10_000,),
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
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
    """Handwritten digits in three splits, `train`, `validation` and `test`. Your own, by hand:

    images  (n, 28, 28) or (n, 784), six or more; from 0, paper, to 1, ink, or from 0 to 255
    labels  (n,) whole numbers from 0 to 9, or one-hot (n, 10)
    name    what they are called where they are shown
    Of each six in order four are to train, the fifth to validate, the sixth to test. ValueError in
    words for anything else. MNIST is unpacked when a split is first used; a damaged file raises
    ValueError then.
    """

    def __init__(self, images, labels, name="Your digits"):
        images = _pictures(images)
        labels = _labels(labels, len(images))
        place = np.arange(len(images)) % 6
        rows = {"train": place < 4, "validation": place == 4, "test": place == 5}
        parts = {part: _read_only(images[r], labels[r]) for part, r in rows.items()}
        self._hold(str(name), {part: len(split) for part, split in parts.items()}, parts.get)

    @classmethod
    def _of(cls, name, sizes, split):
        digits = cls.__new__(cls)
        digits._hold(name, sizes, split)
        return digits

    def _hold(self, name, sizes, split):
        """split(part) gives a Split when it is first used; sizes says how many are in each."""
        self._name, self._sizes, self._split = name, sizes, split

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
                f"there are, got {short(n)}; write few({min(100, len(self.train))})"
            )
        few = Digits._of(self._name, self._sizes | {"train": n}, self._split)
        few.train = Split(self.train.images[:n], self.train.labels[:n])
        few.validation, few.test = self.validation, self.test  # shared: not unpacked twice
        return few

    def __repr__(self):
        lines = [
            f"{self._name}: {sum(self._sizes.values()):,} handwritten digits of {SIDE} × {SIDE} "
            "pixels, each from 0 (paper) to 1 (ink)"
        ]
        for split, n in self._sizes.items():
            lines.append(f"  .{split:<10}  images {(n, SIDE**2)}, labels {(n,)}, targets {(n, 10)}")
        return "\n".join(lines)


def published(source, folder):
    """The Digits of a source whose files lie in the folder; unpacked when they are first used."""
    sizes = {part: stop - start for part, (*_, start, stop) in source.splits.items()}
    return Digits._of(source.name, sizes, _Files(source, folder).split)


class _Files:
    """The files of a source in a folder, each unpacked once: two splits are parts of one file."""

    def __init__(self, source, folder):
        self._source, self._folder, self._unpacked = source, folder, {}

    def split(self, part):
        images, labels, start, stop = self._source.splits[part]
        return Split(
            self._all(images, unpack_images)[start:stop],
            self._all(labels, unpack_labels)[start:stop],
        )

    def _all(self, file, unpack):
        if file not in self._unpacked:
            self._unpacked[file] = unpack(lying(self._folder, file), file)
        return self._unpacked[file]


def checked_digits(digits):
    """The Digits, as the loaders return them."""
    if not isinstance(digits, Digits):
        raise TypeError(
            f"digits: expected Digits, got {short(digits)}; write digits = load_mnist_or_digits(), "
            "or digits = Digits(images, labels) with pictures of your own"
        )
    return digits


# Digits of your own


def _pictures(images):
    """Pictures of any of the shapes and scales that are taken, as (n, 784) float32 from 0 to 1."""
    given, images = images, array_of_numbers(images, "images")
    if trouble := _trouble(images):
        asked, got = trouble
        raise ValueError(f"images: expected {asked}, got {got}; {_as_pictures(given, images)}")
    images = images.reshape(-1, SIDE**2).astype(np.float32)
    images /= 255 if images.max() > 1 else 1
    return images


def _trouble(images):
    """What is asked of pictures, and what was got instead; None where all is well."""
    if images.ndim < 2 or len(images) < 6 or images[0].size != SIDE**2:
        return "six or more pictures, (n, 28, 28) or (n, 784)", f"shape {images.shape}"
    low, high = checked_finite(images, "images").min(), images.max()
    if low < 0 or 1 < high < 128 or high > 255:
        return "pixels from 0 to 1, or from 0 to 255", f"{low:g} to {high:g}"
    if np.mean(images > high / 2) > 0.5:
        return "0 for paper and 1 for ink", "pictures that are mostly ink"
    return None


def _as_pictures(given, images):
    """How to make such pictures of these, as the end of a sentence."""
    some = given[:100] if images.ndim > 2 and len(images) > SIDE**2 else given
    good = {"good": lambda found: not _trouble(found), "like_mnist": like_mnist}
    if images.ndim > 1 and (line := line_that_works(_lines(images.shape), "images", some, **good)):
        return line
    return "give six or more, one a row: of each six one validates and one tests"


def _lines(shape):
    """Lines for pictures of another shape, scale or colour, the plainest first."""
    pictures = "images" if math.prod(shape[1:]) == SIDE**2 else _one_after_another(shape)
    ends = "(np.min(images), np.max(images))"
    yield pictures
    scaled = [f"np.interp({pictures}, {ends}, {to})" for to in ("(0, 1)", "(1, 0)")]
    yield from (scaled[0], f"{scaled[1]} for white paper")
    like = "after from nnlib.datasets.handwriting import like_mnist"
    yield from (f"np.vstack([*map(like_mnist, {p})]) for other sizes, {like}" for p in scaled)


def _one_after_another(shape):
    """The line for grey pictures along the first axis."""
    if len(shape) == 2 and shape[0] == SIDE**2:
        return "np.transpose(images)"
    if len(shape) == 2:
        side = math.isqrt(shape[1])
        return f"np.reshape(images, (-1, {side}, {side}))"
    if len(shape) == 3 and shape[0] == shape[1] != shape[2]:
        return "np.moveaxis(images, -1, 0)"
    if len(shape) == 4:  # colours, and how opaque they are
        last = shape[-1] < 5
        axis, these = (-1, "..., :3") if last else (1, ":, :3")
        return f"np.mean(np.asarray(images)[{these}], axis={axis})"
    return "images"


def _labels(labels, n):
    """The digits (n,) int64 that labels, or one-hot rows, stand for."""
    if np.shape(labels) == (n, 10) and are_classes(rows := array_of_numbers(labels, "labels")):
        labels = rows.argmax(axis=1)
    return checked_labels(labels, (n,), 10).astype(np.int64)


def _read_only(images, labels):
    images.flags.writeable = labels.flags.writeable = False
    return Split(images, labels)
