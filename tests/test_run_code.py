"""The code of a run: read as it was written, and anything else refused in a sentence."""

import re
import zlib

import numpy as np
import pytest

from nnlib import Digits, load_digits
from nnlib._support.run_code import LONGEST_CODE, RunCode, fingerprint, read_code

DATA = "0a1b2c3d"
CHOICES = {
    "hidden": (5, 30),
    "cost": (0, 1, 2),
    "batch_size": (1, 10),
    "l2": (0, 0.1, 5),
    "halving": (0, 2),
    "bend": ("unbent", "both"),
}
TURNS = [
    (0, 0.5, 10, 0, 0, "unbent"),
    (70, 1e-05, 1, 0.1, 2, "both"),
    (90, 1 / 3, 10, 5, 0, "both"),
]
GOOD = "nn1:3:30:1:0a1b2c3d:{}:{}"
CODE = RunCode(3, 30, 1, TURNS, 12_345)


def read(text, data=DATA):
    return read_code(text, data, CHOICES)


def signed(body):
    """The text with a right checksum."""
    return f"{body}:{zlib.crc32(body.encode()):08x}"


def test_a_code_is_read_as_it_was_written_to_the_last_bit():
    assert read(CODE.written(DATA)) == CODE
    assert read(CODE.written(DATA)).written(DATA) == CODE.written(DATA)


def test_a_code_may_be_broken_into_lines():
    text = CODE.written(DATA)
    assert read(f"  {text[:20]}\n{text[20:]}\n") == CODE


def test_every_mistyped_letter_is_noticed():
    text = CODE.written(DATA)
    for place in range(len(text)):
        for wrong in {"0", "1", "x", ":", "/"} - {text[place]}:
            with pytest.raises(ValueError, match="with a letter wrong or missing; copy it again"):
                read(text[:place] + wrong + text[place + 1 :])
        with pytest.raises(ValueError, match="code: expected what cockpit.code gave"):
            read(text[:place] + text[place + 1 :])


def test_the_code_of_other_digits_is_refused():
    with pytest.raises(ValueError, match="expected the code of a run on these digits.*load those"):
        read(CODE.written("ffffffff"))


@pytest.mark.parametrize("thing", [None, 5, b"nn1", ["nn1"], np.array("nn1")])
def test_what_is_no_text_is_refused(thing):
    with pytest.raises(TypeError, match=re.escape('write code="nn1:')):
        read(thing)


def test_the_pattern_of_the_wrong_ones_below_is_right():
    assert read(signed(GOOD.format("0/0.5/10/0/0/unbent", 9))).end == 9


@pytest.mark.parametrize(
    "body",
    [
        "", "nn1", "nn2:" + GOOD.format("0/0.5/10/0/0/unbent", 9)[4:], GOOD.format("", 9),
        GOOD.replace(":3:", ":-3:").format("0/0.5/10/0/0/unbent", 9),
        GOOD.replace(":3:", ":٣:").format("0/0.5/10/0/0/unbent", 9),
        GOOD.replace(":3:", ":" + 81 * "9" + ":").format("0/0.5/10/0/0/unbent", 9),
        GOOD.replace(":30:", ":31:").format("0/0.5/10/0/0/unbent", 9),
        GOOD.replace(":1:0a", ":3:0a").format("0/0.5/10/0/0/unbent", 9),
        *(
            GOOD.format(turns, 9)
            for turns in (
                "0/-0.5/10/0/0/unbent", "0/1e999/10/0/0/unbent", "0/nan/10/0/0/unbent",
                "0/exec/10/0/0/unbent", "0/0.5/11/0/0/unbent", "0/0.5/10/7/0/unbent",
                "0/0.5/10/0/1/unbent", "0/0.5/10/0/2.5/both", "0/0.5/10/0/0/crooked",
                "0/0.5/10/0/0/", "0/0.5/10/0/0/Both", "0/0.5/10/0/0", "0/0.5/10/0", "0/0.5/10",
                "1/0.5/10/0/0/unbent", "0/0.5/10/0/0/unbent:10/1/10/0/0/unbent",
                "0/0.5/10/0/0/unbent:5/1/10/0/0/unbent:5/2/10/0/0/unbent",
            )
        ),
        GOOD.format("0/0.5/10/0/0/unbent", 9999999999999999),
    ],
)  # fmt: skip
def test_what_no_cockpit_wrote_is_refused_even_with_a_right_checksum(body):
    with pytest.raises(ValueError, match="made by another cockpit; copy it again"):
        read(signed(body))


def test_a_text_without_end_is_refused():
    turns = ":".join(f"{seen}/0.5/10/0/0/unbent" for seen in range(LONGEST_CODE))
    with pytest.raises(ValueError, match="with a letter wrong or missing"):
        read(signed(f"nn1:3:30:1:{DATA}:{turns}:{LONGEST_CODE}"))


def test_digits_that_differ_anywhere_have_another_fingerprint():
    digits = load_digits()
    images, labels = np.tile(digits.train.images[:12], 1).copy(), digits.train.labels[:12].copy()
    found = {fingerprint(Digits(images, labels))}
    for place in (0, 4):  # in training and in validation
        images[place, 400] = 1 - images[place, 400]
        found.add(fingerprint(Digits(images, labels)))
        labels[place] = (labels[place] + 1) % 10
        found.add(fingerprint(Digits(images, labels)))
    assert len(found) == 5
    assert fingerprint(digits) == fingerprint(load_digits()) != fingerprint(digits.few(100))
