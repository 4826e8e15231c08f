"""A small MNIST: 30 pictures to train and validate, 10 to test."""

import gzip
import hashlib
import struct

import numpy as np

from nnlib.datasets.digits import Source
from nnlib.datasets.idx import File


def as_idx(array):
    return struct.pack(f">{1 + array.ndim}I", 0x0800 + array.ndim, *array.shape) + array.tobytes()


def describe(name, packed, shape, unpacked=b""):
    sha256, sha256_unpacked = (hashlib.sha256(some).hexdigest() for some in (packed, unpacked))
    return File(name, sha256, len(packed), shape, sha256_unpacked)


def small_files():
    """The unpacked arrays and the packed bytes of four small files, by name."""
    rng = np.random.default_rng(0)
    arrays, packed = {}, {}
    for part, n in [("train", 30), ("t10k", 10)]:
        arrays[f"{part}-images-idx3-ubyte.gz"] = rng.integers(0, 256, (n, 28, 28), np.uint8)
        arrays[f"{part}-labels-idx1-ubyte.gz"] = rng.integers(0, 10, n, np.uint8)
    for name, array in arrays.items():
        packed[name] = gzip.compress(as_idx(array), mtime=0)
    return arrays, packed


ARRAYS, PACKED = small_files()
UNPACKED = {name.removesuffix(".gz"): as_idx(array) for name, array in ARRAYS.items()}
SMALL = [describe(name, PACKED[name], array.shape, as_idx(array)) for name, array in ARRAYS.items()]
SMALL_MNIST = Source(
    "A small MNIST",
    {
        "train": (SMALL[0], SMALL[1], 0, 20),
        "validation": (SMALL[0], SMALL[1], 20, 30),
        "test": (SMALL[2], SMALL[3], 0, 10),
    },
)
NAMES = list(PACKED)


def put(folder, packed=PACKED):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in packed.items():
        (folder / name).write_bytes(content)
    return folder


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def assert_whole(digits):
    pictures = np.vstack([digits.train.images, digits.validation.images])
    expected = ARRAYS[NAMES[0]].reshape(30, 784) / np.float32(255)
    np.testing.assert_array_equal(pictures, expected)
    np.testing.assert_array_equal(digits.test.labels, ARRAYS[NAMES[3]])
