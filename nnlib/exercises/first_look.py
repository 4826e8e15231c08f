"""Exercises of notebook 0: one step, and two lines on the digits."""

import numpy as np

from nnlib.exercises.making import asked, lengths, number


@asked("0.1 One step", number(0.3, 3, True), number(0.3, 3, True), number(0.2, 0.8))
def one_step(w, slope, eta):
    return w - eta * slope


def read_and_labels(rng):
    labels = rng.integers(0, 10, int(rng.integers(10, 30)))
    off = rng.integers(1, 10, len(labels)) * (rng.random(len(labels)) < 0.3)
    off[rng.integers(len(labels))] = 1  # one is wrong, or .all() is right
    return (labels + off) % 10, labels


@asked("0.2 How many are right?", read_and_labels)
def share_right(read, labels):
    return np.mean(read == labels)


def some_images(rng):
    n, pixels = lengths(rng, low=12, high=20)
    labels = rng.integers(0, 10, n)
    return rng.random((n, pixels)), labels, int(rng.choice(labels))


@asked("0.3 All the 7s", some_images)
def all_of(images, labels, digit):
    return images[labels == digit]
