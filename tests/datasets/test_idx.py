"""nnlib.datasets.idx: a packed file is the published one and is unpacked rightly, or refused."""

import gzip
import os
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from small_mnist import ARRAYS, NAMES, PACKED, as_idx, assert_whole, describe, put

from nnlib import load_mnist
from nnlib.datasets import idx

REAL = os.environ.get("NNLIB_MNIST")


def test_splits_longer_than_a_chunk_are_joined_without_a_seam(small, monkeypatch):
    monkeypatch.setattr(idx, "PICTURES_AT_ONCE", 7)
    assert_whole(load_mnist(put(small / "mine")))


def test_a_file_changed_after_loading_is_found_when_it_is_unpacked(small):
    digits = load_mnist(put(small / "mine"))
    put(small / "mine", {NAMES[0]: PACKED[NAMES[0]][:-1] + b"?"})
    with pytest.raises(ValueError, match="SHA-256"):
        _ = digits.train


def test_a_file_removed_after_loading_is_a_clear_error(small):
    digits = load_mnist(put(small / "mine"))
    (small / "mine" / NAMES[0]).unlink()
    with pytest.raises(ValueError, match=f"{NAMES[0]}: expected .*No such file"):
        _ = digits.train


def test_a_huge_file_is_refused_by_its_size_without_being_read(small):
    folder = put(small / "mine")
    with open(folder / NAMES[0], "wb") as file:
        file.truncate(10**9)  # a hole: it takes no room on the disk
    with pytest.raises(ValueError, match="got 1,000,000,000"):
        load_mnist(folder)


# Malformed files, each with the hash it should have, so that the reader itself is tried


def load_train_images(folder, packed, shape=(30, 28, 28)):
    """Unpack the bytes as the pictures of a file that was published in this very form."""
    path = folder / NAMES[0]
    path.write_bytes(packed)
    return idx.unpack_images(path, describe(NAMES[0], packed, shape))


MALFORMED = {
    "empty": b"",
    "text": b"<html>404</html>",
    "cut in the middle": PACKED[NAMES[0]][:5000],
    "without its check sum": PACKED[NAMES[0]][:-4],
    "with a wrong check sum": PACKED[NAMES[0]][:-8] + bytes(8),
    "followed by rubbish": PACKED[NAMES[0]] + b"rubbish",
    "of labels": PACKED[NAMES[1]],
    "with another magic number": gzip.compress(b"\0\0\x0d" + as_idx(ARRAYS[NAMES[0]])[3:]),
    "of an empty archive": gzip.compress(b""),
    "with half a header": gzip.compress(as_idx(ARRAYS[NAMES[0]])[:7]),
    "with too few pictures": gzip.compress(as_idx(ARRAYS[NAMES[0]])[:-1]),
    "with too many pictures": gzip.compress(as_idx(ARRAYS[NAMES[0]]) + b"\0"),
    "that says it has more pictures": gzip.compress(
        as_idx(ARRAYS[NAMES[0]]).replace(struct.pack(">I", 30), struct.pack(">I", 2**32 - 1), 1)
    ),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_file_is_one_sentence_that_names_it(tmp_path, kind):
    with pytest.raises(ValueError, match=f"{NAMES[0]}: expected .*, got .*; replace") as error:
        load_train_images(tmp_path, MALFORMED[kind])
    assert "\n" not in str(error.value)


def test_labels_above_9_are_refused(tmp_path):
    packed = gzip.compress(as_idx(np.array([3, 10, 1], np.uint8)))
    (tmp_path / "labels.gz").write_bytes(packed)
    with pytest.raises(ValueError, match="expected labels from 0 to 9, got 10"):
        idx.unpack_labels(tmp_path / "labels.gz", describe("", packed, (3,)))


def test_five_hundred_mutated_files_give_the_right_pictures_or_a_value_error(tmp_path, tell):
    rng = np.random.default_rng(1)
    right, good, refused = ARRAYS[NAMES[0]].reshape(30, 784) / np.float32(255), 0, 0
    for _ in range(500):
        packed = bytearray(PACKED[NAMES[0]][: rng.choice([100, 10_000, None])])
        for place in rng.integers(0, rng.choice([20, len(packed)]), rng.integers(1, 4)):
            packed[place] ^= 1 << rng.integers(8)
        try:
            np.testing.assert_array_equal(load_train_images(tmp_path, bytes(packed)), right)
            good += 1
        except ValueError:
            refused += 1
    tell(f"{good + refused} mutated files: {refused} refused, {good} harmless and read rightly")
    assert refused > 400


def test_a_gzip_bomb_is_refused_without_being_unpacked(tmp_path):
    packed = gzip.compress(as_idx(ARRAYS[NAMES[0]]) + bytes(10**8))
    tracemalloc.start()
    with pytest.raises(ValueError, match="expected 30 items, got more"):
        load_train_images(tmp_path, packed)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2e6


# The real MNIST, where it is at hand


MEMORY = """
import sys
from nnlib import datasets
def peak():  # in bytes; not ru_maxrss, which begins with what the parent process had
    status = open("/proc/self/status").read()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])
before = peak()
digits = datasets.load_mnist(sys.argv[1])
splits = [digits.train, digits.validation, digits.test]
print(peak() - before, sum(split.images.nbytes for split in splits))
"""


@pytest.mark.skipif(not REAL, reason="NNLIB_MNIST does not name a folder with MNIST")
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_unpacking_takes_at_most_15_percent_more_memory_than_the_float32_pictures(tell):
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, REAL], capture_output=True, text=True, check=True
    )
    used, pictures = map(int, done.stdout.split())
    tell(f"all of MNIST: {pictures / 1e6:.0f} MB of pictures, {used / 1e6:.0f} MB at the peak")
    assert pictures < used < 1.15 * pictures
