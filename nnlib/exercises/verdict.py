"""What a check found, or became of a prediction: its state in words, a sign and a colour."""

import contextlib
import html
import io
import operator
import textwrap
from dataclasses import dataclass

import numpy as np

from nnlib._support.hints import printable
from nnlib.palette import GREEN, GREY, ORANGE, PURPLE

NOTHING, NOT_YET, FAILS, IS_RIGHT = "nothing written yet", "not yet", "it fails", "right"
ANSWER, AS_PREDICTED, SURPRISE = "the answer", "as predicted", "a surprise"
AFTERWARDS = "said when the answer was there already"
SIGNS = {
    NOTHING: ("…", GREY),
    NOT_YET: ("✗", ORANGE),
    FAILS: ("!", PURPLE),
    IS_RIGHT: ("✓", GREEN),
    ANSWER: ("•", GREY),
    AS_PREDICTED: ("✓", GREEN),
    SURPRISE: ("≠", ORANGE),
    AFTERWARDS: ("•", GREY),
}
NUMPY = dict(vars(np))  # as it was before anything of a student's ran
LINE = 96  # characters: JupyterLab breaks longer lines where they end, even within a word


@printable
@dataclass(frozen=True, repr=False)
class Verdict:
    """What a check found: its `state`, `right`, and the `sentences` that say it."""

    state: str
    sentences: tuple = ()

    @property
    def right(self):
        return self.state == IS_RIGHT

    def __repr__(self):
        between = ": " if len(self.sentences) == 1 else "\n"
        text = between.join([f"{SIGNS[self.state][0]} {self.state}", "\n".join(self.sentences)])
        whole_words = {"break_long_words": False, "break_on_hyphens": False}
        lines = text.rstrip().splitlines()
        return "\n".join(textwrap.fill(line, LINE, **whole_words) for line in lines)

    def _repr_html_(self):
        sign, colour = SIGNS[self.state]
        words = "<br>".join(html.escape(sentence) for sentence in self.sentences)
        between = "" if not words else ": " if len(self.sentences) == 1 else "<br>"
        return (
            f'<div role="status" style="border-left: 6px solid {colour}; padding: 0.3em 0.8em">'
            f'<b><span aria-hidden="true">{sign}</span> {self.state}</b>'
            f"{between}{words}</div>"
        )


class Trouble(Exception):
    """What is wrong with an answer: the sentences for the student, and the state it is in."""

    def __init__(self, *sentences, state=NOT_YET):
        super().__init__(*sentences)
        self.state = state


def verdict_of(judge, *answer):
    """The Verdict of judge(*answer): right with the sentences it returns, or the Trouble it has."""
    printed = io.StringIO()
    try:
        numpy_is_whole()
        with contextlib.redirect_stdout(printed), np.errstate(all="ignore"):
            state, sentences = IS_RIGHT, judge(*answer)
        numpy_is_whole()
    except KeyboardInterrupt:
        raise
    except Trouble as trouble:
        state, sentences = trouble.state, trouble.args
    except BaseException as error:  # odd objects may fail anywhere: in repr, in ==
        state, sentences = FAILS, (f"this cannot be judged: {said(error)}",)
    note = "What it prints is not shown here." if printed.getvalue() else ""
    return Verdict(state, tuple(filter(None, (*sentences, note))))


def numpy_is_whole():
    """Trouble where names of NumPy's were given to something else; they are put back first."""
    now = vars(np)
    if all(map(operator.is_, map(now.get, NUMPY), NUMPY.values())):
        return
    changed = ", ".join(f"np.{name}" for name in NUMPY if now.get(name) is not NUMPY[name])
    now.update(NUMPY)
    raise Trouble(f"{changed} is NumPy's own: give what is yours another name. It was put back.")


def said(error):
    """An exception in one line."""
    try:
        return " ".join(f"{type(error).__name__}: {error!s:.200}".split()).rstrip(": ")
    except Exception:
        return type(error).__name__
