"""The board of a prediction: a question; a number, a choice or a point on an axis; and a lock."""

import html
import math
import re

import ipywidgets

from nnlib.widgets.parts.board import Board, sized

OPEN = "Say it before you run the next cell, or leave it open."
NUMBER = "Nothing is locked in yet: write a number, such as 0.5 or 20,000."
CHOICE = "Nothing is locked in yet: choose one of them."
STEPS = 100  # on an axis


def number_in(text):
    """The number that somebody wrote, 0.5 or 0,5, 20,000, 1/3, 50 %, 3e-4; None if it is none."""
    plain = re.sub(r",(?=\d{3}(?!\d))", "", re.sub(r"[\s%]", "", text).replace("−", "-"))
    top, _, bottom = plain.replace(",", ".").partition("/")
    try:
        number = float(top) / float(bottom or 1)
    except (ValueError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) else None


def as_markdown(question):
    """The question as Markdown, for readers without a kernel."""
    if question.choices:
        asked = "\n".join(f"- {choice}" for choice in question.choices)
    elif question.axis:
        asked = "A point on an axis from {} to {}.".format(*map(question.shown, question.axis))
    else:
        asked = "A number."
    return f"**Predict:** {question.asks}\n\n{asked}"


def field_of(question):
    """Where the answer is given: nothing is, at first; the point of an axis is at its left end."""
    if question.choices:
        look = {"style": {"button_width": "auto"}}  # no radios: Lab takes the arrow keys for itself
        return ipywidgets.ToggleButtons(options=[*question.choices], value=None, **look)
    if not question.axis:
        text = {"description": "your number", "placeholder": "a number"}
        return ipywidgets.Text(**text, **sized(90, 240))
    low, high = question.axis
    name = "your point, {} to {}".format(*map(question.shown, question.axis))
    look = {"description": name, "readout_format": ".3g", **sized(175, 560)}
    if question.log:
        ends = math.log10(low), math.log10(high)
        step = (ends[1] - ends[0]) / STEPS
        return ipywidgets.FloatLogSlider(low, min=ends[0], max=ends[1], step=step, **look)
    return ipywidgets.FloatSlider(low, min=low, max=high, step=(high - low) / STEPS, **look)


class PredictionBoard(Board):
    """Asks the `question`, something with asks, choices, axis, log, shown, said, late and lock."""

    def __init__(self, question):
        super().__init__()
        self.question = question
        self._field = field_of(question)
        self._field.tooltip = question.asks
        look = {"style": "primary", "tooltip": "what is locked in stays"}
        self._button = self.button("Lock it in", self._lock, **look)
        asked = ipywidgets.HTML(f"<b>Predict:</b> {html.escape(question.asks)}")
        self.stack(asked, [self._field, self._button], self.sentence)
        self._locked_here = False
        self._show()
        self.listen(self._hear, self._field)

    def still(self):
        return {"text/markdown": as_markdown(self.question)}

    def _hear(self):
        """Take a new value; the page may send the last one after the click, which holds it too."""
        question, said = self.question, self._said()
        if question.said is None and question.choices:
            self.say(f"{question.shown(said)}: lock it in, or choose another.")
        elif self._locked_here and question.answer is None and said is not None:
            question.said = said
            self._show()

    def _said(self):
        """What the field holds, None for nothing yet."""
        said = self._field.value
        if self.question.axis:
            return float(f"{said:.3g}")
        return said if self.question.choices else number_in(said)

    def _lock(self):
        said = self._said()
        if said is None:
            return self.say(CHOICE if self.question.choices else NUMBER)
        self._locked_here = self.question.said is None
        self.question.lock(said)
        self._show()

    def _show(self):
        question = self.question
        if question.said is None:
            return self.say(OPEN)
        if not self._locked_here:
            number = not (question.choices or question.axis)
            self._field.value = question.shown(question.said) if number else question.said
        self._field.disabled = self._button.disabled = True
        late = ", said when the answer was there already" if question.late else ""
        self.say(f"Locked in: {question.shown(question.said)}{late}.")
