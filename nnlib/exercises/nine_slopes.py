"""Exercises of notebook 3: the slopes of small nets, number by number."""

import numpy as np

from nnlib.exercises.making import asked, number

UP_OR_DOWN = number(0.4, 2, True)


@asked(
    "3.1 Nine slopes with tanh",
    lambda rng: (rng.uniform(-1, 1, 9),),
    UP_OR_DOWN,
    UP_OR_DOWN,
    UP_OR_DOWN,
)
def nine_slopes(knobs, x1, x2, y):
    w1, w2, w3, w4, w5, w6, b1, b2, b3 = knobs
    a1 = np.tanh(w1 * x1 + w2 * x2 + b1)
    a2 = np.tanh(w3 * x1 + w4 * x2 + b2)
    delta_z3 = 2 * (w5 * a1 + w6 * a2 + b3 - y)
    delta_z1 = delta_z3 * w5 * (1 - a1**2)
    delta_z2 = delta_z3 * w6 * (1 - a2**2)
    into_hidden = [delta_z1 * x1, delta_z1 * x2, delta_z2 * x1, delta_z2 * x2]
    return np.array([*into_hidden, delta_z3 * a1, delta_z3 * a2, delta_z1, delta_z2, delta_z3])


@asked("3.2 Three neurons in a row", *[UP_OR_DOWN] * 5)
def first_slope(x, y, w1, w2, w3):
    y_hat = x * w1 * w2 * w3
    return 2 * (y_hat - y) * w3 * w2 * x


def curve_and_samples(rng):
    steep, knobs = rng.uniform(1, 3), rng.normal(size=int(rng.integers(2, 5)))

    def slopes_of(knobs, x, y):
        powers = x ** np.arange(len(knobs))
        return steep * (knobs @ powers - y) * powers

    pairs = rng.normal(size=(int(rng.integers(3, 8)), 2))
    return knobs, np.column_stack([pairs, rng.integers(1, 6, len(pairs))]), slopes_of


@asked("3.3 One step for all samples", curve_and_samples, number(0.05, 0.3))
def one_batch(knobs, samples, slopes_of, eta):
    slopes = sum(times * slopes_of(knobs, x, y) for x, y, times in samples)
    return knobs - eta * slopes / samples[:, 2].sum()
