"""Exercises of notebook 0: one step, and two lines on the digits."""

import numpy as np

from nnlib.exercises.exercise import exercise
from nnlib.exercises.making import COUNTED, NO_ETA, UPHILL, number, together


@exercise("0.1 One step",
    "A knob stands at `w`, the slope of the cost there is `slope`. Where does it stand after one "
    "step downhill with the learning rate `eta`?",
    together(number(0.3, 3, True), number(0.3, 3, True), number(0.2, 0.8)), {
        UPHILL: "w - -> w +",
        NO_ETA: "eta * slope -> slope",
        "the step is returned, not the place where it ends": "w - -> -",
        "the slope divides": "eta * slope -> eta / slope",
    }, ("Downhill is against the slope.", "How far? η times the slope."))
def one_step(w, slope, eta):
    return w - eta * slope


def read_and_labels(rng):
    labels = rng.integers(0, 10, int(rng.integers(10, 30)))
    return np.where(rng.random(len(labels)) < 0.7, labels, rng.integers(0, 10, len(labels))), labels


@exercise("0.2 How many are right?",
    "`read` holds what the net reads, `labels` what the images are, an array of digits each. Which "
    "share of the images is read correctly, as a number from 0 to 1?",
    read_and_labels, {
        COUNTED: "np.mean -> np.sum",
        "the wrong ones are counted": "== -> !=",
        "per cent stands for a fraction": "np.mean -> 100 * np.mean",
        "// divides without a remainder, and 0 is left": "np.mean -> 0 * np.mean",
    }, ("`==` compares element by element.", "True counts as 1: what is the mean of such numbers?"))
def share_right(read, labels):
    return np.mean(read == labels)


def some_images(rng):
    n = int(rng.integers(12, 20))
    labels = rng.integers(0, 10, n)
    return rng.random((n, 4)), labels, int(rng.choice(labels))


@exercise("0.3 All the 7s",
    "`images` has one image a row, `labels` one digit for each. Return all images of `digit`.",
    some_images, {
        "one image is returned, the one in that place": "labels == digit -> digit",
        "the pixels are compared, not the labels": "labels == digit -> images == digit",
        "the places are returned, not the images": "return images -> return np.arange(len(labels))",
        "the labels are returned, not the images": "return images -> return labels",
        "all the others are returned": "== -> !=",
    },
    ("`labels == 7` is True where the label is 7, and between square brackets picks those rows.",),
)
def all_of(images, labels, digit):
    return images[labels == digit]
