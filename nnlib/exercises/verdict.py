"""What a check found, in one of four states: words, a sign and a colour."""

import html
import textwrap
from dataclasses import dataclass

from nnlib._support.hints import printable
from nnlib.palette import GREEN, GREY, ORANGE, PURPLE

NOTHING, NOT_YET, FAILS, IS_RIGHT = "nothing written yet", "not yet", "it fails", "right"
SIGNS = {
    NOTHING: ("…", GREY),
    NOT_YET: ("✗", ORANGE),
    FAILS: ("!", PURPLE),
    IS_RIGHT: ("✓", GREEN),
}
LINE = 96  # characters: JupyterLab breaks longer lines where they end, even within a word


@printable
@dataclass(frozen=True, repr=False)
class Verdict:
    """What a check found: `state`, one of four, `right`, and the `sentences` that say it."""

    state: str
    sentences: tuple = ()

    @property
    def right(self):
        return self.state == IS_RIGHT

    def __repr__(self):
        sign, _ = SIGNS[self.state]
        head = f"{sign} {self.state}"
        whole_words = {"break_long_words": False, "break_on_hyphens": False}
        if len(self.sentences) == 1:
            return textwrap.fill(f"{head}: {self.sentences[0]}", LINE, **whole_words)
        return "\n".join([head, *(textwrap.fill(s, LINE, **whole_words) for s in self.sentences)])

    def _repr_html_(self):
        sign, colour = SIGNS[self.state]
        words = "<br>".join(html.escape(sentence) for sentence in self.sentences)
        between = "" if not words else ": " if len(self.sentences) == 1 else "<br>"
        return (
            f'<div role="status" style="border-left: 6px solid {colour}; padding: 0.3em 0.8em">'
            f'<b><span aria-hidden="true" style="color: {colour}">{sign}</span> {self.state}</b>'
            f"{between}{words}</div>"
        )
