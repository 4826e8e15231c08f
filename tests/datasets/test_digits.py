"""nnlib.datasets.digits: the arrays of a set of digits, in order, in their shapes, read-only."""

import gzip
import importlib.util
import os

import numpy as np
import pytest
from small_mnist import ARRAYS, NAMES, assert_whole, put

from nnlib import datasets, load_digits, load_mnist
from nnlib.datasets import idx

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
    path = datasets.BUILT_IN_FOLDER / "make_digits.py"
    spec = importlib.util.spec_from_file_location("make_digits", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for file, array in zip(datasets.BUILT_IN.files, script.digits(), strict=True):
        # Unpacked: how tightly gzip packs depends on the build of zlib.
        stored = gzip.decompress((datasets.BUILT_IN_FOLDER / file.name).read_bytes())
        assert stored == script.idx(array)


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
