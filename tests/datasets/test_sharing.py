"""share_mnist: one copy of MNIST in memory for all kernels that read the same folder."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from nnlib.datasets import MNIST, cache_folder, load_mnist, share_mnist

TEST_IMAGES = "t10k-images-idx3-ubyte"


@pytest.fixture(scope="module")
def packed():
    """The folder with the four packed files; a skip where this machine has no MNIST."""
    folder = Path(os.environ.get("NNLIB_MNIST") or cache_folder())
    if not all((folder / file.name).is_file() for file in MNIST.files):
        pytest.skip("no MNIST on this machine")
    return folder


@pytest.fixture(scope="module")
def shared(packed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shared")
    for file in MNIST.files:
        shutil.copy(packed / file.name, folder)
    return share_mnist(folder)


@pytest.fixture
def copy(shared, tmp_path):
    """A folder of one's own with links to the packed files, and the shared test images to spoil."""
    for file in MNIST.files:
        (tmp_path / file.name).symlink_to(shared / file.name)
    shutil.copy(shared / f"{TEST_IMAGES}.float32", tmp_path)
    return tmp_path


def is_mapped(array):
    """Whether the numbers lie in a mapped file, at the far end of the views."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return isinstance(array, np.memmap)


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_shared_pictures_are_those_of_the_packed_files(packed, shared, split):
    images = getattr(load_mnist(shared), split).images
    assert is_mapped(images)
    own = getattr(load_mnist(packed), split).images
    assert images.dtype == own.dtype and (images == own).all()


def test_a_shared_picture_is_a_plain_array_that_cannot_be_changed(shared):
    images = load_mnist(shared).test.images
    assert type(images) is np.ndarray
    with pytest.raises(ValueError, match="read-only"):
        images[0] = 0
    with pytest.raises(ValueError):
        images.flags.writeable = True


def test_only_what_is_not_shared_yet_is_written(shared):
    before = {path: path.stat().st_mtime_ns for path in shared.iterdir()}
    assert len(before) == len(MNIST.files) + 2
    assert share_mnist(shared) == shared
    assert {path: path.stat().st_mtime_ns for path in shared.iterdir()} == before


def flipped(path):
    with open(path, "r+b") as file:
        file.seek(12_345_678)
        file.write(b"\x01")


@pytest.mark.parametrize(
    "spoil",
    [
        flipped,
        lambda path: os.truncate(path, 31_000_000),
        lambda path: os.truncate(path, 0),
        lambda path: (path.unlink(), path.mkdir()),
        lambda path: (path.unlink(), os.mkfifo(path)),
        lambda path: (path.unlink(), path.symlink_to("nowhere")),
    ],
    ids=["one byte", "too short", "empty", "a folder", "a pipe", "a broken link"],
)
def test_a_shared_file_that_is_not_as_it_was_written_is_not_used(copy, shared, spoil):
    assert is_mapped(load_mnist(copy).test.images)
    spoil(copy / f"{TEST_IMAGES}.float32")
    images = load_mnist(copy).test.images
    assert not is_mapped(images)
    assert (images == load_mnist(shared).test.images).all()
