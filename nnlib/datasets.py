"""Handwritten digits: MNIST, fetched once and checked, and a small set that comes with nnlib.

Both lie in the same four-file form (IDX, packed with gzip) and are read by the same lines below.
"""

import errno
import gzip
import hashlib
import math
import os
import queue
import struct
import threading
import time
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from nnlib.files import replacing
from nnlib.hints import short

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
SCHEME = "https://"  # an address that begins otherwise is not asked
PATIENCE = 10  # seconds for a mirror to connect, and for each piece of a file
PIECE = 2**16  # bytes: at the slowest that is waited for, MNIST takes half an hour
SHORT_PATIENCE = 3  # seconds in which load_mnist_or_digits finds out whether a mirror answers
CHUNK = 500  # pictures unpacked at a time
SHARED_DTYPE = "<f4"
FULL_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class File:
    """A published file: the bytes it must have, and the shape of the array packed in it."""

    name: str
    sha256: str
    size: int  # bytes, packed
    shape: tuple
    sha256_shared: str = ""  # of the pictures as share_mnist writes them


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
    return _mnist(_named_folder(folder), PATIENCE)


def load_digits():
    """The digits that come with nnlib, as Digits: 1,200 to train, 300 to validate, 297 to test.

    Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
    Learning Repository, 1998, https://doi.org/10.24432/C50P49, CC BY 4.0; enlarged from 8 × 8 to
    the form of MNIST (data/README.md).
    """
    return Digits(BUILT_IN, BUILT_IN_FOLDER)


def load_mnist_or_digits(folder=None):
    """MNIST where it can be had within seconds, else the built-in digits; prints which, in a line.

    Looks in the places load_mnist looks in. A folder that was named and is wrong stays an error:
    FileNotFoundError or ValueError.
    """
    named = _named_folder(folder)
    try:
        digits = _mnist(named, SHORT_PATIENCE)
    except OSError as reason:
        if named is not None:
            raise
        print(
            f"{str(reason).splitlines()[0]} Here are the 1,797 built-in digits instead; "
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
        path = digits._folder / images.name
        if _shared(path, images) is None:
            with replacing(_shared_place(path)) as temporary:
                unpack_images(path, images).astype(SHARED_DTYPE, copy=False).tofile(temporary)
    return digits._folder


def _shared_place(path):
    return path.with_suffix(".float32")


def _shared(path, file):
    """The pictures that share_mnist put beside a packed file, mapped, or None if it has not.

    Their SHA-256 is checked; a file that is not as it was written counts as none.
    """
    place = _shared_place(path)
    shape = (file.shape[0], math.prod(file.shape[1:]))
    try:
        if not place.is_file():
            return None
        images = np.asarray(np.memmap(place, SHARED_DTYPE, "r", shape=shape))
    except (OSError, ValueError):  # it may not be read, or is too short
        return None
    return images if hashlib.sha256(images).hexdigest() == file.sha256_shared else None


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


def _mnist(named, seconds):
    if named is not None:
        _check_folder(named)
        return Digits(MNIST, named)
    folder = cache_folder()
    missing = [file for file in MNIST.files if not _is_genuine(folder / file.name, file)]
    if missing:
        _fill(folder, missing, seconds)
    return Digits(MNIST, folder)


def _check_folder(folder):
    for file in MNIST.files:
        if not os.path.isfile(folder / file.name):
            raise FileNotFoundError(
                f"{folder}: expected the MNIST files, packed as published, but {file.name} is "
                "missing; put it there, or name another folder"
            )
        _check(folder / file.name, file)


def _is_genuine(path, file):
    """Whether a good copy is there; a bad one in the cache is simply fetched again."""
    try:
        _check(path, file)
    except ValueError:
        return False
    return True


def _check(path, file):
    """Raise ValueError unless the file at path can be read and is the published one."""
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise _wrong(path, "a file", "a folder or a device")
        with open(path, "rb") as packed:
            _check_bytes(packed, file, path)
    except OSError as reason:
        raise _wrong(path, "a readable file", f"{reason.strerror or reason}") from reason


def _check_bytes(packed, file, path):
    """Raise ValueError unless the open file is the published one, byte for byte."""
    size = os.fstat(packed.fileno()).st_size
    if size != file.size:  # asked first: a file of gigabytes need not be read to be refused
        raise _wrong(path, f"{file.size:,} bytes", f"{size:,}")
    sha256 = hashlib.file_digest(packed, "sha256").hexdigest()
    if sha256 != file.sha256:
        raise _wrong(path, f"SHA-256 {file.sha256[:12]}…", f"{sha256[:12]}…")
    packed.seek(0)


def _wrong(path, expected, got):
    return ValueError(
        f"{path}: expected {expected}, got {got}; replace this file by a fresh copy of the original"
    )


# Fetching


def _fill(folder, files, seconds):
    """Download the files into the cache folder."""
    mirrors, answers = _answering(files[0], seconds)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            _download(file, folder, mirrors, answers)
    except ConnectionError:
        raise
    except OSError as reason:
        raise OSError(
            f"MNIST cannot be stored in {folder} ({reason.strerror or reason}); put that right, or "
            "put the four files into a folder of yours and name it: load_mnist(folder), or set "
            "NNLIB_MNIST to it."
        ) from reason


def _answering(file, seconds):
    """The mirrors that begin to send the file in time, and what each of the others answered.

    All are asked at once, in threads that may be left behind, since the look-up of a name can
    hang for minutes, keeps to no time-out and cannot be interrupted.
    """
    import requests  # noqa: F401  (before the threads, so that none of them holds up an import)

    answers = {mirror: f"no answer within {seconds} s" for mirror in MIRRORS}
    threads = [
        threading.Thread(target=_ask, args=(mirror, file, seconds, answers), daemon=True)
        for mirror in MIRRORS
    ]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return [mirror for mirror in MIRRORS if answers[mirror] == "ready"], answers


def _ask(mirror, file, seconds, answers):
    try:
        with _opened(mirror + file.name, seconds):
            answers[mirror] = "ready"
    except Exception as reason:  # any failure at all means: not this mirror
        answers[mirror] = _in_words(reason)


def _opened(url, seconds):
    """The answer to a request: the bytes as they are, and never led away from https elsewhere."""
    import requests

    if not url.startswith(SCHEME):
        raise ConnectionRefusedError(url)
    as_they_are = {"Accept-Encoding": "identity"}
    response = requests.get(
        url, timeout=seconds, stream=True, allow_redirects=False, headers=as_they_are
    )
    response.raise_for_status()
    return response


def _download(file, folder, mirrors, answers):
    """Download one file from the mirrors in turn; one that fails is moved to the end of the list.

    Raises ConnectionError with the manual steps when all fail, OSError when the disk does.
    """
    with replacing(folder / file.name) as temporary, open(temporary, "w+b") as out:
        for mirror in list(mirrors):
            try:
                return _fetch(mirror + file.name, file, out)
            except Exception as reason:  # a wrong hash and a lost connection are the same here
                if getattr(reason, "errno", None) in FULL_DISK:
                    raise
                answers[mirror] = _in_words(reason)
                mirrors.append(mirrors.pop(0))
        raise ConnectionError(_manual_steps(answers))


def _fetch(url, file, out):
    """Download into an open file, with a progress bar; raise ValueError for any other content.

    A thread receives the pieces, and is left behind with a mirror that trickles: a byte now and
    then keeps to every time-out of a connection, and would take days.
    """
    from tqdm import tqdm

    pieces, over = queue.SimpleQueue(), threading.Event()
    threading.Thread(target=_receive, args=(url, file.size, pieces, over), daemon=True).start()
    out.seek(0)  # over what another mirror may have left
    with tqdm(desc=file.name, total=file.size, unit="B", unit_scale=True) as bar:
        try:
            while piece := _next(pieces):
                out.write(piece)
                bar.update(len(piece))
        finally:
            over.set()
    out.seek(0)
    _check_bytes(out, file, url)


def _receive(url, most, pieces, over):
    """Put the pieces of at most so many bytes into the queue, and at the end b"" or what failed."""
    end = b""
    try:
        with _opened(url, PATIENCE) as response:
            for piece in response.iter_content(PIECE):
                most -= len(piece)
                if most < 0:
                    raise ValueError("more bytes than the published file has")
                if over.is_set():
                    return
                pieces.put(piece)
    except Exception as reason:
        end = reason
    pieces.put(end)


def _next(pieces):
    try:
        piece = pieces.get(timeout=PATIENCE)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(piece, Exception):
        raise piece
    return piece


def _in_words(reason):
    """A few words for a failed download: the libraries' own fill several lines."""
    status = getattr(getattr(reason, "response", None), "status_code", None)
    if status:
        return f"answered {status}"
    if isinstance(reason, ValueError):
        return "sent something else than the published file"
    return f"no connection, or it broke off ({type(reason).__name__})"


def _manual_steps(answers):
    names = [file.name for file in MNIST.files]
    return "\n".join(
        [
            "MNIST could not be downloaded: no mirror delivered it.",
            *[f"  {mirror} {answer}" for mirror, answer in answers.items()],
            "By hand: fetch these four files from one of the mirrors, and leave them packed:",
            f"  {', '.join(names[:2])},",
            f"  {', '.join(names[2:])};",
            "put them into one folder and name it: load_mnist(folder), or set NNLIB_MNIST to it.",
            "Without any download, load_digits() has 1,797 real digits in the same form.",
        ]
    )


# Unpacking


def unpack_images(path, file):
    """All pictures of a packed IDX file as (n, pixels) float32, 0..1.

    Raises ValueError unless the file is the one published, and whole.
    """
    shared = _shared(path, file)
    if shared is not None:
        return shared
    images = _unpack(path, file, np.float32)
    images /= 255  # in place: one copy of MNIST as float32 is enough
    images.flags.writeable = False
    return images


def unpack_labels(path, file):
    """All labels of a packed IDX file as (n,) int64.

    Raises ValueError unless the file is the one published, and whole, and its labels are digits.
    """
    labels = _unpack(path, file, np.int64)[:, 0]
    if labels.max() > 9:
        raise _wrong(path, "labels from 0 to 9", f"{labels.max()}")
    labels.flags.writeable = False
    return labels


def _unpack(path, file, dtype):
    """The items of the file as the rows of an (n, bytes an item) array."""
    try:
        with open(path, "rb") as packed:
            _check_bytes(packed, file, path)
            with gzip.GzipFile(fileobj=packed) as stream:
                return _read_items(stream, file, path, dtype)
    except (OSError, EOFError, zlib.error) as reason:
        raise _wrong(path, "a whole gzip file", f"{reason}") from reason


def _read_items(stream, file, path, dtype):
    _read_header(stream, file, path)
    items = np.empty((file.shape[0], math.prod(file.shape[1:])), dtype)
    for first in range(0, len(items), CHUNK):  # never all as uint8 beside the floats
        rows = items[first : first + CHUNK]
        rows[:] = _read_bytes(stream, rows.size, path).reshape(rows.shape)
    if stream.read(1):
        raise _wrong(path, f"{len(items):,} items", "more")
    return items


def _read_header(stream, file, path):
    """Raise ValueError unless the magic number (type, dimensions) and the shape are expected."""
    n_axes = len(file.shape)
    expected = struct.pack(f">{1 + n_axes}I", 0x0800 + n_axes, *file.shape)
    got = stream.read(len(expected))
    if got != expected:
        raise _wrong(path, f"the IDX header {expected.hex(' ', 4)}", got.hex(" ", 4) or "nothing")


def _read_bytes(stream, n, path):
    data = stream.read(n)
    if len(data) < n:
        raise _wrong(path, f"{n:,} more bytes of items", f"{len(data):,}")
    return np.frombuffer(data, np.uint8)
