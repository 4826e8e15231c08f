"""Exercises of notebook 0: one step, and two lines on the digits."""

import numpy as np

from nnlib.exercises.exercise import Exercise
from nnlib.exercises.making import number, together


def one_step(w, slope, eta):
    return w - eta * slope


ONE_STEP = Exercise(
    "0.1 One step",
    "A knob stands at `w`, the slope of the cost there is `slope`. Where does it stand after one "
    "step downhill with the learning rate `eta`?",
    draw=together(number(0.3, 3, True), number(0.3, 3, True), number(0.2, 0.8)),
    solution=one_step,
    slips={
        "the step goes uphill: plus stands for minus": "w - -> w +",
        "η is left out": "eta * slope -> slope",
        "the step is returned, not the place where it ends": "w - -> -",
        "the slope divides": "eta * slope -> eta / slope",
    },
    hints=("Downhill is against the slope.", "How far? η times the slope."),
)


def share_right(read, labels):
    return np.mean(read == labels)


def read_and_labels(rng):
    labels = rng.integers(0, 10, int(rng.integers(10, 30)))
    return np.where(rng.random(len(labels)) < 0.7, labels, rng.integers(0, 10, len(labels))), labels


SHARE_RIGHT = Exercise(
    "0.2 How many are right?",
    "`read` holds what the net reads, `labels` what the images are, an array of digits each. Which "
    "share of the images is read correctly, as a number from 0 to 1?",
    draw=read_and_labels,
    solution=share_right,
    slips={
        "the right ones are counted: how many, not which share": "np.mean -> np.sum",
        "the wrong ones are counted": "== -> !=",
        "per cent stands for a fraction": "np.mean -> 100 * np.mean",
        "// divides without a remainder, and 0 is left": lambda read, labels: (
            np.sum(read == labels) // len(labels)
        ),
    },
    hints=(
        "`==` compares two arrays element by element.",
        "True counts as 1 and False as 0: what is the mean of such numbers?",
    ),
)


def all_of(images, labels, digit):
    return images[labels == digit]


def some_images(rng):
    n = int(rng.integers(12, 20))
    labels = rng.integers(0, 10, n)
    return rng.random((n, 4)), labels, int(rng.choice(labels))


ALL_OF = Exercise(
    "0.3 All the 7s",
    "`images` has one image a row, `labels` one digit for each. Return all images of `digit`.",
    draw=some_images,
    solution=all_of,
    slips={
        "one image is returned, the one in that place": "labels == digit -> digit",
        "the pixels are compared, not the labels": "labels == digit -> images == digit",
        "the places are returned, not the images": lambda images, labels, digit: (
            np.flatnonzero(labels == digit)
        ),
        "the labels are returned, not the images": "images[ -> labels[",
        "all the others are returned": "== -> !=",
    },
    hints=(
        "`labels == 7` is True where the label is 7.",
        "An array of truth values between square brackets picks the rows where it is True.",
    ),
)
