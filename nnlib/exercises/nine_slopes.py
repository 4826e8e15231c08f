"""Exercises of notebook 3: the slopes of small nets, number by number."""

import numpy as np

from nnlib.exercises.exercise import exercise
from nnlib.exercises.making import NO_ETA, UPHILL, number, together

UP_OR_DOWN = number(0.4, 2, True)


@exercise("3.1 Nine slopes with tanh",
    "The net of this notebook, but its hidden neurons answer `a1 = tanh(w1 x1 + w2 x2 + b1)` and "
    "`a2 = tanh(w3 x1 + w4 x2 + b2)`. Return the slopes of the cost (ŷ − y)² in the nine `knobs`, "
    "in the order w1 … w6, b1, b2, b3. The slope of tanh is 1 − a².",
    together(lambda rng: (rng.uniform(-1, 1, 9),), UP_OR_DOWN, UP_OR_DOWN, UP_OR_DOWN), {
        "the slope of tanh is missing in w1, w2 and b1": " * (1 - a1**2) -> ",
        "the slope of tanh is missing in w3, w4 and b2": " * (1 - a2**2) -> ",
        "w6 stands for w5": "delta_y * w5 -> delta_y * w6",
        "w5 stands for w6": "delta_y * w6 * -> delta_y * w5 *",
        "x1 and x2 are swapped": "into_hidden = -> x1, x2 = x2, x1; into_hidden =",
        "x stands for a at w5 and w6": "delta_y * a1, delta_y * a2 -> delta_y * x1, delta_y * x2",
        "the slopes in the biases have a factor x":
            "delta_z1, delta_z2, delta_y] -> delta_z1 * x1, delta_z2 * x2, delta_y]",
    },
    ("Go back from ŷ. A slope on the way to `w1` passes `w5` and the tanh, and ends with `x1`.",),
)
def nine_slopes(knobs, x1, x2, y):
    w1, w2, w3, w4, w5, w6, b1, b2, b3 = knobs
    a1 = np.tanh(w1 * x1 + w2 * x2 + b1)
    a2 = np.tanh(w3 * x1 + w4 * x2 + b2)
    delta_y = 2 * (w5 * a1 + w6 * a2 + b3 - y)
    delta_z1 = delta_y * w5 * (1 - a1**2)
    delta_z2 = delta_y * w6 * (1 - a2**2)
    into_hidden = [delta_z1 * x1, delta_z1 * x2, delta_z2 * x1, delta_z2 * x2]
    return np.array([*into_hidden, delta_y * a1, delta_y * a2, delta_z1, delta_z2, delta_y])


@exercise("3.2 Three neurons in a row",
    "One input and three neurons in a row, no activation: ŷ = x · w1 · w2 · w3, the cost is "
    "(ŷ − y)². What is its slope in `w1`?",
    together(*[UP_OR_DOWN] * 5), {
        "w3 is missing on the way back": "* w3 * w2 -> * w2",
        "w2 is missing on the way back": " * w2 * x -> * x",
        "x is missing": "* w2 * x -> * w2",
        "w1 is multiplied in": "w2 * x -> w2 * w1 * x",
        "the target is forgotten": "(y_hat - y) -> y_hat",
        "ŷ is forgotten": "(y_hat - y) -> -y",
    }, ("By how much does ŷ change if `w1` changes by 1?", "That times the slope in ŷ."))
def first_slope(x, y, w1, w2, w3):
    y_hat = x * w1 * w2 * w3
    return 2 * (y_hat - y) * w3 * w2 * x


def slopes_of_a_line(knobs, x, y):
    return 2 * (knobs[0] * x + knobs[1] - y) * np.array([x, 1])


def line_and_samples(rng):
    return rng.normal(size=2), rng.normal(size=(int(rng.integers(3, 8)), 2)), slopes_of_a_line


def sample_by_sample(knobs, samples, slopes_of, eta):
    for sample in samples:
        knobs = knobs - eta * slopes_of(knobs, *sample)
    return knobs


@exercise("3.3 One step for all samples",
    "`slopes_of(knobs, x, y)` gives the slopes for one sample. Take them for all `samples`, pairs "
    "of x and y, with the same `knobs`; then make one step, with the mean of the slopes.",
    together(line_and_samples, number(0.05, 0.3)), {
        UPHILL: "knobs - eta -> knobs + eta",
        NO_ETA: "eta * slopes -> slopes",
        "the sum is taken, not the mean": " / len(samples) -> ",
        "a step is made after each sample, with new knobs for the next": sample_by_sample,
        "only the last sample counts": "in samples) -> in samples[-1:])",
    }, ("`slopes_of(knobs, *sample)` passes x and y on.", "The knobs move once, at the end."))
def one_batch(knobs, samples, slopes_of, eta):
    slopes = sum(slopes_of(knobs, *sample) for sample in samples)
    return knobs - eta * slopes / len(samples)
