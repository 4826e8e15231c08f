"""Activation functions: what a neuron answers to its weighted input z, and how steeply.

Each activation keeps three neighbours: its value a = f(z), its slope f'(z), and the product of
the slope with a vector v, which is all that backpropagation asks for. Softmax couples the outputs
of a layer, so its slope is a matrix, the Jacobian; the product is where it fits in with the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnlib._support.hints import door, printable, short


@door
@printable
@dataclass(frozen=True, repr=False)
class Activation:
    """An activation function and its slope. Your own: ``Activation("mine", value=..., slope=...)``.

    name         what plots and saved networks call it
    value        z -> a, any shape, element by element (softmax: along the last axis)
    slope        z -> f'(z), the same shape, or one number where it is the same for every z
                 (softmax: the Jacobian, shape (..., k, k))
    times_slope  (v, z, a) -> the slope times v, shape of z; may use a = value(z), which is at hand
    formula      value and slope as a student writes them
    """

    name: str
    value: Callable
    slope: Callable
    times_slope: Callable = None
    formula: str = ""

    def __post_init__(self):
        if self.times_slope is None:
            object.__setattr__(self, "times_slope", lambda v, z, a: v * self.slope(z))
        check_parts(self, "value", "slope", "times_slope")

    def __reduce_ex__(self, protocol):
        # nnlib's own travel by name, so that in another process they are the ones it has
        name = self.name.upper()
        return name if globals().get(name) is self else super().__reduce_ex__(protocol)

    def __repr__(self):
        return f"{self.name}: {self.formula}" if self.formula else self.name


def check_parts(thing, *functions):
    """What an Activation or a Cost is made of: a name, and functions."""
    if not isinstance(thing.name, str):
        raise TypeError(f'name: expected a word, got {short(thing.name)}; write "mine"')
    for part in functions:
        if not callable(getattr(thing, part)):
            raise TypeError(
                f"{part}: expected a function of arrays, got {short(getattr(thing, part))}; "
                "write lambda or def"
            )


# e^-z stays finite down to this z; below it the sigmoid is 0 to the last digits of its type.
_LOWEST = {char: np.array(-np.floor(np.log(np.finfo(char).max)), char) for char in "edg"}
# In float32, which nets are trained in, it stays at 4e-18: products of much smaller numbers become
# denormal, and processors take many times as long for those.
_LOWEST["f"] = np.array(-40, "f")
# Arrays of the dtype, made once: NumPy thinks for a third of a microsecond about a Python number.
_LOWEST_AND_ONE = {char: (lowest, np.ones((), char)) for char, lowest in _LOWEST.items()}


def _sigmoid(z):
    z = np.asarray(z)
    lowest, one = _LOWEST_AND_ONE.get(z.dtype.char, _LOWEST_AND_ONE["d"])
    return np.reciprocal(one + np.exp(-np.maximum(z, lowest)))


def _softmax(z):
    with np.errstate(over="ignore"):  # -infinity is the right float for -1e308 - 1e308
        e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _softmax_jacobian(z):
    a = _softmax(z)
    return a[..., :, None] * (np.eye(a.shape[-1], dtype=a.dtype) - a[..., None, :])


def _softmax_times_slope(v, z, a):
    return a * (v - (v * a).sum(axis=-1, keepdims=True))


def _power(factor, p):
    def power(z):
        with np.errstate(over="ignore"):  # infinity is the right float for 1e200 squared
            return factor * np.asarray(z) ** float(p)  # a float, or 20² as a pixel would be 144

    return power


IDENTITY = Activation(
    "identity",
    value=lambda z: +np.asarray(z),
    slope=lambda z: np.ones_like(z),
    times_slope=lambda v, z, a: v,
    formula="a = z, slope 1",
)
SIGMOID = Activation(
    "sigmoid",
    value=_sigmoid,
    slope=lambda z: _sigmoid(z) * _sigmoid(np.multiply(z, -1.0)),
    times_slope=lambda v, z, a: v * (a - a * a),
    formula="a = 1 / (1 + exp(-z)), slope a (1 - a)",
)
TANH = Activation(
    "tanh",
    value=np.tanh,
    slope=lambda z: 1 - np.tanh(z) ** 2,
    times_slope=lambda v, z, a: v * (1 - a * a),
    formula="a = tanh(z), slope 1 - a²",
)
RELU = Activation(
    "relu",
    value=lambda z: np.maximum(z, 0),
    slope=lambda z: np.greater(z, 0).astype(np.asarray(z).dtype),
    times_slope=lambda v, z, a: v * (z > 0),
    formula="a = max(z, 0), slope 1 where z > 0, else 0",
)
SOFTMAX = Activation(
    "softmax",
    value=_softmax,
    slope=_softmax_jacobian,
    times_slope=_softmax_times_slope,
    formula="a_j = exp(z_j) / Σ_k exp(z_k), slope ∂a_j/∂z_k = a_j (I_jk - a_k)",
)
SQUARE = Activation(
    "square",
    value=_power(1.0, 2),
    slope=_power(2.0, 1),
    formula="a = z², slope 2z",
)
CUBE = Activation(
    "cube",
    value=_power(1.0, 3),
    slope=_power(3.0, 2),
    formula="a = z³, slope 3z²",
)

ACTIVATIONS = (IDENTITY, SIGMOID, TANH, RELU, SOFTMAX, SQUARE, CUBE)
