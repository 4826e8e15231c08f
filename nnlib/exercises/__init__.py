"""Exercises whose check names the slip, the two checks of one's own gradient, and predictions.

    check("1.1", times_vector)

A file a notebook holds its exercises as data; EXERCISES are all of them in the notebooks' order.
"""

from nnlib.exercises import (
    choosing, digits, equal_weights, first_look, gradients, nets, nine_slopes, overfitting,
    slowdown, softmax, summit, tensors,
)
from nnlib.exercises.exercise import NUMBERED, Exercise
from nnlib.exercises.judging import check
from nnlib.exercises.my_activation import check_my_activation
from nnlib.exercises.my_gradient import check_my_gradient
from nnlib.exercises.predictions import met, predict
from nnlib.exercises.session import so_far
from nnlib.exercises.verdict import Verdict

ROOMS = (
    first_look, tensors, nets, nine_slopes, gradients, equal_weights, slowdown, softmax, digits,
    overfitting, choosing, summit,
)  # fmt: skip
EXERCISES = tuple(e for room in ROOMS for e in vars(room).values() if isinstance(e, Exercise))
NUMBERED.update({e.number: e for e in EXERCISES})

__all__ = [
    "EXERCISES", "Exercise", "Verdict", "check", "check_my_activation", "check_my_gradient",
    "met", "predict", "so_far",
]  # fmt: skip
