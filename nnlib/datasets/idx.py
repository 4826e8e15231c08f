"""A published file that holds an array in the form IDX, packed with gzip or not: checked, read."""

import math
import os
import struct
from dataclasses import dataclass

import numpy as np

from nnlib._support.files import replacing

PICTURES_AT_ONCE = 500  # pictures unpacked at a time
SHARED_DTYPE = "<f4"  # of the pictures that lie unpacked


@dataclass(frozen=True)
class File:
    """A published file: the bytes it must have, and the shape of the array packed in it.

    People unpack it: then it lies without .gz, and some write train-images.idx3-ubyte.
    """

    name: str
    sha256: str
    size: int  # bytes, packed
    shape: tuple
    sha256_unpacked: str = ""
    sha256_shared: str = ""  # of the pictures as share writes them

    def sha256_of(self, size):
        """Its SHA-256, packed or unpacked, whichever has so many bytes; "" for neither."""
        unpacked = 4 * (1 + len(self.shape)) + math.prod(self.shape)
        return {unpacked: self.sha256_unpacked, self.size: self.sha256}.get(size, "")


def lying(folder, file):
    """The path of the file in the folder: packed, else unpacked; packed where there is none."""
    plain = file.name.removesuffix(".gz")
    paths = [folder / name for name in (file.name, plain, plain.replace("-idx", ".idx"))]
    return next((path for path in paths if path.is_file()), paths[0])


# Is it the published one?


def is_genuine(path, file):
    """Whether a good copy is there; a bad one in the cache is simply fetched again."""
    try:
        check_file(path, file)
    except ValueError:
        return False
    return True


def check_file(path, file):
    """Raise ValueError unless the file at path can be read and is the published one."""
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise wrong(path, "a file", "a folder or a device")
        with open(path, "rb") as packed:
            check_bytes(packed, file, path)
    except OSError as reason:
        raise wrong(path, "a readable file", f"{reason.strerror or reason}") from reason


def check_bytes(packed, file, path):
    """Whether the open file is packed; ValueError unless it is the published one, to the byte."""
    import hashlib

    size = os.fstat(packed.fileno()).st_size
    right = file.sha256_of(size)
    if not right:  # asked first: a file of gigabytes need not be read to be refused
        raise wrong(path, f"{file.size:,} bytes", f"{size:,}")
    sha256 = hashlib.file_digest(packed, "sha256").hexdigest()
    if sha256 != right:
        raise wrong(path, f"SHA-256 {right[:12]}…", f"{sha256[:12]}…")
    packed.seek(0)
    return size == file.size


def wrong(path, expected, got):
    return ValueError(
        f"{path}: expected {expected}, got {got}; replace this file by a fresh copy of the original"
    )


# Unpacking


def unpack_images(path, file):
    """All pictures of an IDX file as (n, pixels) float32, 0..1.

    Raises ValueError unless the file is the one published, and whole.
    """
    images = shared_images(path, file)
    if images is not None:
        return images
    images = _unpack(path, file, np.float32)
    images /= 255  # in place: one copy of MNIST as float32 is enough
    images.flags.writeable = False
    return images


def unpack_labels(path, file):
    """All labels of an IDX file as (n,) int64.

    Raises ValueError unless the file is the one published, and whole, and its labels are digits.
    """
    labels = _unpack(path, file, np.int64)[:, 0]
    if labels.max() > 9:
        raise wrong(path, "labels from 0 to 9", f"{labels.max()}")
    labels.flags.writeable = False
    return labels


def _unpack(path, file, dtype):
    """The items of the file as the rows of an (n, bytes an item) array."""
    import gzip
    import zlib

    try:
        with open(path, "rb") as packed:
            if not check_bytes(packed, file, path):
                return read_items(packed, file, path, dtype)
            with gzip.GzipFile(fileobj=packed) as stream:
                return read_items(stream, file, path, dtype)
    except (OSError, EOFError, zlib.error) as reason:
        raise wrong(path, "a whole gzip file", f"{reason}") from reason


def read_items(stream, file, path, dtype):
    _read_header(stream, file, path)
    items = np.empty((file.shape[0], math.prod(file.shape[1:])), dtype)
    for first in range(0, len(items), PICTURES_AT_ONCE):  # never all as uint8 beside the floats
        rows = items[first : first + PICTURES_AT_ONCE]
        data = stream.read(rows.size)
        if len(data) < rows.size:
            raise wrong(path, f"{rows.size:,} more bytes of items", f"{len(data):,}")
        rows[:] = np.frombuffer(data, np.uint8).reshape(rows.shape)
    if stream.read(1):
        raise wrong(path, f"{len(items):,} items", "more")
    return items


def _read_header(stream, file, path):
    """Raise ValueError unless the magic number (type, dimensions) and the shape are expected."""
    n_axes = len(file.shape)
    expected = struct.pack(f">{1 + n_axes}I", 0x0800 + n_axes, *file.shape)
    got = stream.read(len(expected))
    if got != expected:
        raise wrong(path, f"the IDX header {expected.hex(' ', 4)}", got.hex(" ", 4) or "nothing")


# Unpacked once for many kernels


def share(path, file):
    """Write the pictures beside the packed file, unpacked, unless they are there already."""
    if shared_images(path, file) is None:
        with replacing(_shared_place(path)) as temporary:
            unpack_images(path, file).astype(SHARED_DTYPE, copy=False).tofile(temporary)


def _shared_place(path):
    return path.with_suffix(".float32")


def shared_images(path, file):
    """The pictures that share put beside a packed file, mapped, or None if it has not.

    Their SHA-256 is checked; a file that is not as it was written counts as none.
    """
    import hashlib

    place = _shared_place(path)
    shape = (file.shape[0], math.prod(file.shape[1:]))
    try:
        if not place.is_file():
            return None
        images = np.asarray(np.memmap(place, SHARED_DTYPE, "r", shape=shape))
    except (OSError, ValueError):  # it may not be read, or is too short
        return None
    return images if hashlib.sha256(images).hexdigest() == file.sha256_shared else None
