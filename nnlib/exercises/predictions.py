"""Predictions: a question before the cell that answers it, and what was said beside the answer.

    predict("the first step")       a board that asks: say it, and lock it in
    met("the first step", ratio)    the answering cell's last line: you said 2, it is 0.142

The questions are data, predictions.toml. What is right does not stand there: the cell that finds it
hands it over. What was said lives as long as the kernel; nothing is stored or sent.
"""

import functools
import math
import numbers
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from nnlib._support.hints import did_you_mean, door, printable, short
from nnlib.exercises.verdict import AFTERWARDS, ANSWER, AS_PREDICTED, SURPRISE, Verdict


@printable
@dataclass(eq=False)
class Prediction:
    """A question, what was said to it in this session, and what came.

    asks     the question in words
    choices  {choice: what one believes who chooses it}, where one of these is asked for
    axis     [from, to] where a point on an axis is asked for, by equal factors if `log`; where
             there is neither, a number is asked for
    near     how far off a number may be and count as predicted: a share of it, or of the axis
    """

    name: str
    notebook: int
    asks: str
    choices: dict = field(default_factory=dict)
    axis: tuple = ()
    log: bool = False
    near: float = 0.05
    said: object = None
    late: bool = False  # said when the answer had been shown
    answer: object = None

    def lock(self, said):
        """Keep what is said first."""
        if self.said is None:
            self.said, self.late = said, self.answer is not None

    def shown(self, thing):
        """A choice or a number as one reads it, the number in four digits."""
        return f"“{thing}”" if self.choices else in_digits(thing)

    @property
    def holds(self):
        """Whether what was said is right, or near enough."""
        lost = not self.choices and self.log and min(self.said, self.answer) <= 0  # on no such axis
        if self.choices or lost or not math.isfinite(self.answer):
            return self.said == self.answer
        place = math.log if self.log else float
        apart = abs(place(self.said) - place(self.answer))
        scale = place(self.axis[1]) - place(self.axis[0]) if self.axis else abs(self.answer)
        return apart <= self.near * scale

    @property
    def both(self):
        """What was said and what it is, in words."""
        return f"you said {self.shown(self.said)}, it is {self.shown(self.answer)}"

    @property
    def verdict(self):
        """A Verdict on what was said, if anything was."""
        if self.said is None:
            return Verdict(ANSWER, (f"{self.shown(self.answer)}.",))
        if self.late:
            return Verdict(AFTERWARDS, (f"{self.both}.",))
        said, belief = self.shown(self.said), self.choices.get(self.said)
        if self.holds:
            return Verdict(AS_PREDICTED, (f"{said}: {belief}." if belief else f"{self.both}.",))
        why = f" To choose {said} one has to believe that {belief}." if belief else ""
        return Verdict(SURPRISE, (f"{self.both}.{why}",))


@functools.cache
def all_predictions():
    """{name: Prediction} of all notebooks, in their order, with what was said to them so far."""
    text = (Path(__file__).parent / "predictions.toml").read_text(encoding="utf-8")
    return {
        name: Prediction(name, int(notebook), **question)
        for notebook, questions in tomllib.loads(text).items()
        for name, question in questions.items()
    }


def named(name):
    """The Prediction of this name."""
    known = all_predictions()
    if not isinstance(name, str) or name not in known:
        near = did_you_mean(name, known) if isinstance(name, str) else ""
        near = near or f"; there is {next(iter(known))!r}"
        raise ValueError(f"name: expected that of a prediction, got {short(name)}{near}")
    return known[name]


@door
def predict(name):
    """The board of the question of this name; what is locked in stays, if the cell runs again."""
    from nnlib.widgets.prediction import PredictionBoard  # loads ipywidgets, which a check does not

    return PredictionBoard(named(name))


@door
def met(name, value):
    """A Verdict on what was predicted under this name, now that the value is known.

    value  the choice that is right, in its words, or the number
    ValueError or TypeError in words for an unknown name and a value of another kind.
    """
    prediction = named(name)
    choices, kind = prediction.choices, str if prediction.choices else numbers.Real
    if not isinstance(value, kind) or (value not in choices if choices else is_no_float(value)):
        expected = " or ".join(map(repr, choices)) or "the number that was asked for"
        error = ValueError if isinstance(value, kind) else TypeError
        raise error(f"value: expected {expected}, got {short(value)}; hand over what was asked for")
    prediction.answer = value
    return prediction.verdict


def is_no_float(number):
    """Whether a number is beyond those that a float can be, as 10**400 is; inf is a float."""
    try:
        float(number)
    except OverflowError:
        return True
    return False


def surprises(notebook):
    """How many of a notebook's predictions were made, and where they failed; "" if none was."""
    mine = [one for one in all_predictions().values() if one.notebook == notebook]
    made = [p for p in mine if p.said is not None and p.answer is not None and not p.late]
    failed = "; ".join(f"{p.name} ({p.both})" for p in made if not p.holds) or "nothing"
    told = f"Predicted: {len(made)} of {len(mine)}. You were surprised by: {failed}."
    return told if made else ""


def in_digits(number):
    """A number in four digits, a whole one in all of its own: 0.1425, 23,860, 1.2e-08."""
    whole = math.isfinite(number) and number == int(number)
    return f"{float(f'{number:.{12 if whole else 4}g}'):,.12g}".replace("-", "−")
