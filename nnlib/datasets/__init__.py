"""Handwritten digits: MNIST, fetched once and checked, and a small set that comes with nnlib.

Both lie in the same four-file form (IDX, packed with gzip) and are read by the same lines, idx.py.
"""

import os
import sys
from pathlib import Path

from nnlib._support.hints import door, in_known_letters, short
from nnlib.datasets.digits import BUILT_IN, BUILT_IN_FOLDER, MNIST, Digits, published
from nnlib.datasets.idx import check_file, is_genuine, lying, share

__all__ = ["Digits", "load_digits", "load_mnist", "load_mnist_or_digits", "share_mnist"]

# The three doors


@door
def load_mnist(folder=None):
    """MNIST as Digits: 50,000 to train, 10,000 to validate, 10,000 to test.

    The four published files, packed or unpacked, are taken from `folder`, else from the folder that
    the environment variable NNLIB_MNIST names, else from the user's cache, to which they are
    downloaded when they are not there. Their SHA-256 is checked each time.
    Raises FileNotFoundError when a named folder lacks a file, ValueError when a file in it is not
    the published one, ConnectionError when no mirror delivers, and OSError when the cache cannot
    be written.
    Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits".
    """
    return published(MNIST, _folder_of_mnist(_named_folder(folder)))


@door
def load_digits():
    """The digits that come with nnlib, as Digits: 1,200 to train, 300 to validate, 297 to test.

    Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
    Learning Repository, 1998, https://doi.org/10.24432/C50P49, CC BY 4.0; enlarged from 8 × 8 to
    the form of MNIST (data/README.md).
    """
    return published(BUILT_IN, BUILT_IN_FOLDER)


@door
def load_mnist_or_digits(folder=None):
    """MNIST where it can be had within seconds, else the built-in digits; prints which.

    Looks in the places load_mnist looks in. A folder that was named and is wrong stays an error:
    FileNotFoundError or ValueError.
    """
    named = _named_folder(folder)
    try:
        digits = published(MNIST, _folder_of_mnist(named, quick=True))
    except OSError as reason:
        if named is not None:
            raise
        print(
            f"{in_known_letters(str(reason).splitlines()[0])}\nHere are the 1,797 built-in digits "
            "instead; load_mnist() says how to get MNIST by hand."
        )
        return load_digits()
    print("MNIST: 70,000 handwritten digits.")
    return digits


# For a class on one server


@door
def share_mnist(folder=None):
    """Unpack MNIST beside its packed files, once for all kernels that will read this folder.

    They hold its 220 MB of pictures in memory together from then on, not each a copy of its own.
    Returns the folder; `folder` and errors as for load_mnist, and OSError when it cannot be written
    or its disk is full.
    """
    folder = _folder_of_mnist(_named_folder(folder))
    for images, *_ in MNIST.splits.values():
        share(lying(folder, images), images)
    return folder


# Where the files are


def cache_folder():
    """The folder of the user's cache that keeps downloaded files; OSError if there is none."""
    import pooch

    try:
        return Path(pooch.os_cache("nnlib"))
    except RuntimeError:
        raise OSError(
            "MNIST cannot be stored: expected a home folder, got an account without one; set HOME, "
            "or name a folder with the four files: load_mnist(folder)."
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


def _folder_of_mnist(named, quick=False):
    """The folder in which the four files lie, all of them the published ones."""
    if named is not None:
        inside = [named, named / "raw", named / "MNIST" / "raw"]  # as torchvision lays them out
        folder = next((f for f in inside if lying(f, MNIST.files[0]).is_file()), named)
        _check_folder(folder)
        return folder
    if sys.platform == "emscripten":
        raise OSError(
            "MNIST: expected its four files, got a browser without them; runs are smaller here.\n"
            "If they are there, name their folder: load_mnist(folder)."
        )
    folder = cache_folder()
    # a bad copy is simply fetched again
    missing = [file for file in MNIST.files if not is_genuine(folder / file.name, file)]
    if missing:
        from nnlib.datasets import mirrors  # which loads what opens connections

        mirrors.fill(folder, missing, mirrors.SHORT_PATIENCE if quick else mirrors.PATIENCE)
    return folder


def _check_folder(folder):
    for file in MNIST.files:
        path = lying(folder, file)
        if not path.is_file():
            do = "put it there, or name another folder"
            for table in sorted(folder.glob("*train*.csv"))[:1]:  # as Kaggle hands MNIST out
                rows = f"np.loadtxt({str(table)!r}, int, delimiter=',', skiprows=1)"
                do = f"write rows = {rows} and then digits = Digits(rows[:, 1:], rows[:, 0])"
            raise FileNotFoundError(
                f"{folder}: expected the four MNIST files, packed as published or unpacked, got a "
                f"folder in which {file.name} is missing; {do}"
            )
        check_file(path, file)
