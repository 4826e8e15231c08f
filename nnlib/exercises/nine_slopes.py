"""Exercises of notebook 3: the slopes of small nets, number by number."""

import numpy as np

from nnlib.exercises.exercise import Exercise
from nnlib.exercises.making import number, together


def nine_slopes(knobs, x1, x2, y):
    w1, w2, w3, w4, w5, w6, b1, b2, b3 = knobs
    a1 = np.tanh(w1 * x1 + w2 * x2 + b1)
    a2 = np.tanh(w3 * x1 + w4 * x2 + b2)
    dh = 2 * (w5 * a1 + w6 * a2 + b3 - y)
    d1 = dh * w5 * (1 - a1**2)
    d2 = dh * w6 * (1 - a2**2)
    return np.array([d1 * x1, d1 * x2, d2 * x1, d2 * x2, dh * a1, dh * a2, d1, d2, dh])


NINE_SLOPES = Exercise(
    "3.1 Nine slopes with tanh",
    "The net of this notebook, but its hidden neurons answer `a1 = tanh(w1 x1 + w2 x2 + b1)` and "
    "`a2 = tanh(w3 x1 + w4 x2 + b2)`. Return the slopes of the cost (h − y)² in the nine `knobs`, "
    "in the order w1 … w6, b1, b2, b3. The slope of tanh is 1 − a².",
    draw=together(
        lambda rng: (rng.uniform(-1, 1, 9),),
        *[number(0.5, 2, True) for _ in "x1 x2 y".split()],
    ),
    solution=nine_slopes,
    slips={
        "the slope of tanh is missing in w1, w2 and b1": " * (1 - a1**2) -> ",
        "the slope of tanh is missing in w3, w4 and b2": " * (1 - a2**2) -> ",
        "w6 stands for w5": "dh * w5 -> dh * w6",
        "w5 stands for w6": "dh * w6 * -> dh * w5 *",
        "x1 and x2 are swapped": "d1 * x1, d1 * x2, d2 * x1, d2 * x2 -> "
        "d1 * x2, d1 * x1, d2 * x2, d2 * x1",
        "x stands for a at w5 and w6": "dh * a1, dh * a2 -> dh * x1, dh * x2",
        "the slopes in the biases have a factor x": "d1, d2, dh] -> d1 * x1, d2 * x2, dh]",
    },
    hints=(
        "Go back from h: first the slope in h itself, then in what h is made of.",
        "A slope on the way to `w1` passes `w5` and the tanh, and ends with `x1`.",
    ),
)


def first_slope(x, y, w1, w2, w3):
    h = x * w1 * w2 * w3
    return 2 * (h - y) * w3 * w2 * x


FIRST_SLOPE = Exercise(
    "3.2 Three neurons in a row",
    "One input and three neurons in a row, no activation: h = x · w1 · w2 · w3, the cost is "
    "(h − y)². What is its slope in `w1`?",
    draw=together(*[number(0.4, 2, True) for _ in range(5)]),
    solution=first_slope,
    slips={
        "w3 is missing on the way back": "* w3 * w2 -> * w2",
        "w2 is missing on the way back": " * w2 * x -> * x",
        "x is missing": "* w2 * x -> * w2",
        "w1 is multiplied in": "w2 * x -> w2 * w1 * x",
        "the target is forgotten": "(h - y) -> h",
        "h is forgotten": "(h - y) -> -y",
    },
    hints=("By how much does h change if `w1` changes by 1?", "That times the slope in h."),
)


def one_batch(knobs, samples, slopes_of, eta):
    slopes = sum(slopes_of(knobs, *sample) for sample in samples)
    return knobs - eta * slopes / len(samples)


def slopes_of_a_line(knobs, x, y):
    return 2 * (knobs[0] * x + knobs[1] - y) * np.array([x, 1])


def sample_by_sample(knobs, samples, slopes_of, eta):
    for sample in samples:
        knobs = knobs - eta * slopes_of(knobs, *sample)
    return knobs


ONE_BATCH = Exercise(
    "3.3 One step for all samples",
    "`slopes_of(knobs, x, y)` gives the slopes for one sample. Take them for all `samples`, pairs "
    "of x and y, with the same `knobs`; then make one step, with the mean of the slopes.",
    draw=together(
        lambda rng: (rng.normal(size=2), rng.normal(size=(int(rng.integers(3, 8)), 2))),
        lambda rng: (slopes_of_a_line,),
        number(0.05, 0.3),
    ),
    solution=one_batch,
    slips={
        "the step goes uphill: plus stands for minus": "knobs - eta -> knobs + eta",
        "η is left out": "eta * slopes -> slopes",
        "the sum is taken, not the mean": " / len(samples) -> ",
        "a step is made after each sample, with new knobs for the next": sample_by_sample,
        "only the last sample counts": lambda knobs, samples, slopes_of, eta: (
            knobs - eta * slopes_of(knobs, *samples[-1]) / len(samples)
        ),
    },
    hints=("`slopes_of(knobs, *sample)` passes x and y on.", "The knobs move once, at the end."),
)


def steepest_first(slopes):
    return np.argsort(-np.abs(slopes))


STEEPEST_FIRST = Exercise(
    "3.4 Which knob first?",
    "Return the numbers of the knobs, counted from 0, in the order of how much the cost changes "
    "with each: that with the steepest slope first, uphill or downhill.",
    draw=lambda rng: (rng.normal(size=int(rng.integers(4, 9))),),
    solution=steepest_first,
    slips={
        "the sign decides: a slope of −5 comes last": "-np.abs(slopes) -> -slopes",
        "the flattest comes first": "-np.abs -> np.abs",
        "the slopes are returned, not their places": "np.argsort(-np.abs(slopes)) -> "
        "np.sort(-np.abs(slopes))",
        "only the first place is returned": "argsort(- -> argmax(",
    },
    hints=("`np.argsort` returns places, the smallest number first.", "−5 is steeper than 3."),
)
