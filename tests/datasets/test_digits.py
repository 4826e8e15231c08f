"""nnlib.datasets.digits: the arrays of a set of digits, in order, in their shapes, read-only."""

import gzip
import os
import re
import subprocess
import sys

import make_digits
import numpy as np
import pytest
from small_mnist import ARRAYS, NAMES, assert_whole, put

from nnlib import Digits, Network, datasets, load_digits, load_mnist
from nnlib.datasets import idx
from nnlib.sweep import Recipe, sweep
from nnlib.widgets import digit_pad, training_cockpit

REAL = os.environ.get("NNLIB_MNIST")


def test_the_splits_hold_the_pictures_in_order_as_float32_from_0_to_1(small):
    digits = load_mnist(put(small / "mine"))
    assert_whole(digits)
    assert digits.train.images.dtype == np.float32
    assert digits.train.images.shape == (20, 784)
    assert digits.test.images.max() == 1 and digits.test.images.min() == 0


def test_the_labels_are_whole_numbers_in_order(small):
    digits = load_mnist(put(small / "mine"))
    assert digits.train.labels.dtype == np.int64
    labels = np.concatenate([digits.train.labels, digits.validation.labels])
    np.testing.assert_array_equal(labels, ARRAYS[NAMES[1]])


def test_the_targets_have_a_single_1_in_the_column_of_the_label(small):
    split = load_mnist(put(small / "mine")).train
    assert split.targets.shape == (20, 10) and split.targets.dtype == np.float32
    np.testing.assert_array_equal(split.targets.argmax(axis=1), split.labels)
    np.testing.assert_array_equal(split.targets.sum(axis=1), np.ones(20))


def test_a_split_is_unpacked_when_it_is_first_used_and_only_once(small):
    digits = load_mnist(put(small / "mine"))
    assert not {"train", "validation", "test"} & set(vars(digits))
    assert digits.test is digits.test
    assert "train" not in vars(digits)


def test_a_file_that_holds_two_splits_is_unpacked_once(small, monkeypatch):
    unpacked, read = [], idx.read_items
    monkeypatch.setattr(
        idx, "read_items", lambda *args: (unpacked.append(args[1].name), read(*args))[1]
    )
    digits = load_mnist(put(small / "mine"))
    assert_whole(digits)
    assert sorted(unpacked) == sorted(NAMES)
    assert digits.train.images.base is digits.validation.images.base, "two parts of one array"


def test_the_targets_are_made_when_they_are_first_used(small):
    split = load_mnist(put(small / "mine")).test
    assert "targets" not in vars(split)
    assert split.targets is split.targets


@pytest.mark.parametrize("array", ["images", "labels", "targets"])
def test_the_arrays_that_cells_share_are_read_only(small, array):
    with pytest.raises(ValueError, match="read-only"):
        getattr(load_mnist(put(small / "mine")).train, array)[0] = 1


def test_the_length_of_a_split_is_its_number_of_pictures(small):
    assert len(load_mnist(put(small / "mine")).validation) == 10


def test_the_digits_say_which_they_are_how_many_and_in_which_shapes(small):
    digits = load_mnist(put(small / "mine"))
    text = repr(digits)
    for part in ["A small MNIST: 40", "28 × 28", ".train ", "(20, 784)", "(20,)", "(20, 10)"]:
        assert part in text
    assert "train" not in vars(digits), "to be described, nothing has to be unpacked"


def test_a_split_says_how_many_and_in_which_shapes(small):
    split = load_mnist(put(small / "mine")).test
    assert repr(split) == "Split of 10: images (10, 784), labels (10,), targets (10, 10)"


def test_few_keeps_the_first_training_images_and_all_others():
    digits = load_digits()
    few = digits.few(100)
    assert (few.train.images == digits.train.images[:100]).all()
    assert (few.train.labels == digits.train.labels[:100]).all()
    assert few.validation is digits.validation and few.test is digits.test
    assert "images (100, 784)" in repr(few)


@pytest.mark.parametrize("n", [0, -1, 1201, 2.5, "10", None])
def test_few_of_an_impossible_number_is_refused_in_words(n):
    with pytest.raises(ValueError, match="n: expected a whole number from 1 to 1,200"):
        load_digits().few(n)


# The built-in digits


def test_the_built_in_digits_have_the_form_of_mnist():
    digits = load_digits()
    assert [len(s) for s in (digits.train, digits.validation, digits.test)] == [1200, 300, 297]
    assert digits.train.images.shape == (1200, 784) and digits.train.images.dtype == np.float32
    assert digits.train.images.min() == 0 and digits.train.images.max() == 1


def test_every_digit_is_about_equally_frequent_in_every_split():
    digits = load_digits()
    for split in (digits.train, digits.validation, digits.test):
        share = np.bincount(split.labels, minlength=10) / len(split)
        assert share.min() > 0.07 and share.max() < 0.13


def test_the_centre_of_mass_of_each_built_in_digit_stands_where_mnist_has_it():
    images = load_digits().train.images.reshape(-1, 28, 28)
    ink = images.sum(axis=(1, 2))
    for axis in (1, 2):
        centre = images.sum(axis=axis) @ np.arange(28) / ink
        np.testing.assert_allclose(centre, 14, atol=1)


def test_the_built_in_digits_are_about_as_dark_as_mnist():
    assert 0.12 < load_digits().train.images.mean() < 0.15  # MNIST: 0.131


def test_the_stored_digits_are_those_that_the_script_makes():
    pytest.importorskip("sklearn", reason="scikit-learn, the source of the digits, is not here")
    for file, array in zip(datasets.BUILT_IN.files, make_digits.digits(), strict=True):
        # Unpacked: how tightly gzip packs depends on the build of zlib.
        stored = gzip.decompress((datasets.BUILT_IN_FOLDER / file.name).read_bytes())
        assert stored == make_digits.idx(array)


def test_the_files_of_the_built_in_digits_are_small_and_credited():
    files = [datasets.BUILT_IN_FOLDER / file.name for file in datasets.BUILT_IN.files]
    assert sum(path.stat().st_size for path in files) < 500_000
    text = (datasets.BUILT_IN_FOLDER / "README.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in text and "https://doi.org/10.24432/C50P49" in text


# The real MNIST, where it is at hand


@pytest.mark.skipif(not REAL, reason="NNLIB_MNIST does not name a folder with MNIST")
def test_mnist_has_its_published_sizes_and_first_labels():
    digits = load_mnist(REAL)
    assert [len(s) for s in (digits.train, digits.validation, digits.test)] == [
        50_000,
        10_000,
        10_000,
    ]
    assert digits.train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert digits.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert abs(digits.train.images.mean() - 0.1307) < 0.001


# Digits of your own

PICTURES, SHOWN = load_digits().test.images[:60], load_digits().test.labels[:60]
SHAPES = {"rows": (-1, 784), "squares": (-1, 28, 28), "channels": (-1, 1, 28, 28)}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("scale, dtype", [(1, float), (255, float), (255, np.uint8), (1, "f4")])
def test_own_pictures_of_either_scale_and_any_shape_become_the_same_digits(shape, scale, dtype):
    pictures = np.round(PICTURES * 255) / (255 / scale)
    digits = Digits(pictures.reshape(SHAPES[shape]).astype(dtype), SHOWN)
    for split, n in [(digits.train, 40), (digits.validation, 10), (digits.test, 10)]:
        assert split.images.shape == (n, 784) and split.images.dtype == np.float32
        assert split.labels.dtype == np.int64 and split.targets.shape == (n, 10)
    np.testing.assert_allclose(digits.test.images, PICTURES[5::6], atol=0.5 / 255)


def test_of_each_six_four_train_the_fifth_validates_and_the_sixth_tests():
    digits = Digits(PICTURES, SHOWN)
    assert (digits.train.labels == SHOWN[np.arange(60) % 6 < 4]).all()
    assert (digits.validation.labels == SHOWN[4::6]).all()
    assert (digits.test.labels == SHOWN[5::6]).all()
    assert (digits.train.images[:5] == PICTURES[[0, 1, 2, 3, 6]]).all()


def test_sorted_labels_leave_every_digit_in_every_split():
    order = np.argsort(load_digits().train.labels)
    digits = Digits(load_digits().train.images[order], load_digits().train.labels[order])
    for split in (digits.train, digits.validation, digits.test):
        assert np.bincount(split.labels, minlength=10).min() > 0.07 * len(split)


@pytest.mark.parametrize("labels", [SHOWN, SHOWN.tolist(), np.eye(10)[SHOWN], SHOWN.astype("u1")])
def test_labels_are_whole_numbers_or_one_hot(labels):
    assert (Digits(PICTURES, labels).test.labels == SHOWN[5::6]).all()


def test_own_digits_leave_the_arrays_they_were_made_of_alone_and_are_read_only():
    pictures = PICTURES.copy()
    digits = Digits(pictures, SHOWN)
    pictures[:] = 0
    assert digits.train.images.any()
    with pytest.raises(ValueError, match="read-only"):
        digits.train.images[0] = 1


def test_own_digits_say_what_they_are_called_and_can_be_few():
    digits = Digits(PICTURES, SHOWN, "Class 9b")
    assert repr(digits).startswith("Class 9b: 60 handwritten digits of 28 × 28 pixels")
    assert len(digits.few(7).train) == 7 and digits.few(7).test is digits.test
    assert repr(digits.few(7)).startswith("Class 9b: 27 ")


MORE = "images: expected six or more .*; give six or more, one a row: of each six one validates"
REFUSED = {
    "8 × 8": ((PICTURES[:, :64], SHOWN), "images: expected six or more pictures, .* got shape"),
    "16 × 16": ((np.ones((60, 16, 16)), SHOWN), "got shape .60, 16, 16.; write np.vstack"),
    "one": ((PICTURES[0], SHOWN[:1]), "images: expected six or more"),
    "one square": ((PICTURES[0].reshape(28, 28), SHOWN[:1]), MORE),
    "five": ((PICTURES[:5], SHOWN[:5]), MORE),
    "five squares": ((PICTURES[:5].reshape(5, 28, 28), SHOWN[:5]), MORE),
    "none": ((PICTURES[:0], SHOWN[:0]), MORE),
    "0 to 16": ((16 * PICTURES, SHOWN), "images: expected pixels from 0 to 1, .* got 0 to 16"),
    "-1 to 1": ((2 * PICTURES - 1, SHOWN), "images: expected pixels from 0 to 1, .* got -1 to 1"),
    "white paper": ((1 - PICTURES, SHOWN), "images: expected 0 for paper and 1 for ink"),
    "white paper, 255": ((255 - 255 * PICTURES, SHOWN), "images: expected 0 for paper and 1 for"),
    "a hole": ((np.where(PICTURES == 1, np.nan, PICTURES), SHOWN), "images: expected finite"),
    "words": ((PICTURES, ["a"] * 60), "labels: expected an array of real numbers"),
    "too few labels": ((PICTURES, SHOWN[:-1]), r"labels: expected shape \(60,\)"),
    "letters": ((PICTURES, SHOWN + 10), "labels: expected whole numbers from 0 to 9"),
    "soft labels": ((PICTURES, np.full((60, 10), 0.1)), r"labels: expected shape \(60,\)"),
    "a column": ((PICTURES, SHOWN[:, None]), r"write np.ravel\(labels\)"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_are_no_digits_is_refused_in_words(kind):
    arrays, words = REFUSED[kind]
    with pytest.raises(ValueError, match=words):
        Digits(*arrays)


SQUARES = PICTURES.reshape(-1, 28, 28)
SMALL = SQUARES[:, 2:26:3, 2:26:3]
GREY = np.clip(200 - 150 * np.kron(SQUARES, np.ones((2, 2))), 0, 255)
HINTS = {  # the lines that a refusal tells to write are run once
    "0 to 16": 16 * PICTURES,
    "-1 to 1": 2 * PICTURES - 1,
    "as lists": (2 * PICTURES - 1).tolist(),
    "words": PICTURES.astype(str),
    "white paper": 1 - PICTURES,
    "white paper, 255": 255 - 255 * PICTURES,
    "white paper, 0 to 16": 16 - 16 * SQUARES,
    "8 × 8, 0 to 1": SMALL,
    "8 × 8, 0 to 16": np.round(16 * SMALL),
    "8 × 8, 255": (255 * SMALL).astype(np.uint8),
    "8 × 8, white paper": 1 - SMALL,
    "8 × 8, white paper, 255": 255 - 255 * SMALL,
    "rows of 8 × 8": SMALL.reshape(-1, 64),
    "rows of 8 × 8, white paper": 16 - 16 * SMALL.reshape(-1, 64),
    "8 × 8 with a channel": SMALL[..., None],
    "8 × 8, channel first": SMALL[:, None],
    "coloured": np.repeat(SQUARES[..., None], 3, axis=3),
    "coloured, white paper, 255": 255 - 255 * np.repeat(SQUARES[..., None], 3, axis=3),
    "photographs": GREY,
    "no squares": SQUARES[:, :, 2:26],
    "pictures in columns": PICTURES.T,
    "pictures along the last axis": np.moveaxis(SMALL, 0, -1),
    "one blank": np.concatenate([SMALL[:59], np.zeros((1, 8, 8))]),
}


@pytest.mark.parametrize("kind", HINTS)
def test_who_writes_what_the_refusal_says_has_digits(kind):
    names = {"np": np, "images": HINTS[kind]}
    with pytest.raises(ValueError) as refusal:
        Digits(HINTS[kind], SHOWN)
    line, _, first = re.search(
        r"write (np\..*?)( for .*?(from .*)?)?$", str(refusal.value)
    ).groups()
    exec(first or "", names)
    ink = Digits(eval(line, names), SHOWN).test.images
    assert ink.max() > 0.9 and 0 < ink.mean() < 0.3


def test_own_digits_go_to_the_cockpit_the_pad_and_a_sweep():
    digits = Digits(PICTURES, SHOWN)
    board = training_cockpit(digits, epochs=1)
    board.close()
    pad = digit_pad(Network([784, 10], rng=np.random.default_rng(0)), digits)
    pad.close()
    (result,) = sweep([Recipe(epochs=1)], digits, n_jobs=1, progress=False)
    assert len(result.accuracies) == 1


def test_the_hint_for_coloured_pictures_does_not_hang_on_what_ran_before():
    lines = """
import numpy as np
from nnlib import Digits
try:
    Digits(np.arange(6 * 784 * 3).reshape(6, 28, 28, 3) % 200, np.arange(6))
except ValueError as reason:
    print(reason)
"""
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True)
    assert "write np.mean(np.asarray(images)[..., :3], axis=-1)" in done.stdout
