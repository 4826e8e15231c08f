"""The derivation stepper: line by line, and each line tested on random numbers as it comes.

Three layers: Walk knows the line it has come to and the numbers the lines are tried on, functions
set the lines in type, Stepper has the controls. All formulas are typeset once; a step only changes
which of them are seen, so that nothing flickers. Arrow keys press the buttons. What stays comes
down from the line before; identities that have done their work are struck out.
"""

import html
import re
from dataclasses import replace
from zlib import crc32

import ipywidgets
import numpy as np
import traitlets

from nnlib._support.checks import checked_seed
from nnlib._support.hints import door, short
from nnlib.derivations import (
    BLACKBOARD,
    SIZES,
    Derivation,
    check_choices,
    is_measured,
    legend,
    markdown,
    marked,
)
from nnlib.index_notation import latex_of
from nnlib.palette import DARK, LIGHT
from nnlib.widgets.parts.board import Board
from nnlib.widgets.parts.in_browser import InBrowser

CELL = 6  # pixels of a row or column in a block
KEYS = {"ArrowRight": "next", "PageDown": "next", "ArrowLeft": "back", "PageUp": "back"}
KEYS |= {"Home": "first", "End": "last"}


@door
def derivation_stepper(*derivations, seed=0, **chosen):
    """A board that goes through one or more derivations line by line, and tests every line.

    seed    of the random numbers that "New numbers" draws
    chosen  sizes and activations of the example: derivation_stepper(GRADIENT_W2, f1=TANH, hidden=2)
    TypeError or ValueError in words where something is no derivation or no choice.
    """
    checked_seed(seed)
    return Stepper(Walk(derivations, seed, chosen))


class Walk:
    """A place in some derivations (`number`, `k`), and the example its lines are tried on."""

    def __init__(self, derivations, seed=0, chosen=None):
        self.derivations, self._chosen = with_choices(checked(derivations), chosen or {})
        self._rng = np.random.default_rng(seed)
        self.number, self.k = 0, 0
        self._try_on(BLACKBOARD | self._chosen)

    derivation = property(lambda self: self.derivations[self.number])
    step = property(lambda self: self.derivation.steps[self.k])
    line = property(lambda self: self.lines[self.k])  # the line come to, on the example

    def go(self, number, k=0):
        """Go to line k of a derivation; a negative k counts from its end."""
        if number != self.number:
            self.number = number
            self._try_on(BLACKBOARD | self._chosen)
        self.k = k % len(self.derivation.steps)

    def next(self):
        """One line on, into the next derivation where this one ends."""
        if self.k + 1 < len(self.derivation.steps):
            self.k += 1
        elif self.number + 1 < len(self.derivations):
            self.go(self.number + 1)

    def back(self):
        """One line back."""
        if self.k:
            self.k -= 1
        elif self.number:
            self.go(self.number - 1, -1)

    def first(self):
        self.k = 0

    def last(self):
        self.k = len(self.derivation.steps) - 1

    def renew(self):
        """Draw new numbers, in new sizes."""
        self._try_on(self._chosen)

    def _try_on(self, choices):
        self.lines = self.derivation.lines(self.derivation.sample(self._rng, **choices))


def checked(derivations):
    """The derivations, at least one."""
    for derivation in derivations or (None,):
        if not isinstance(derivation, Derivation):
            raise TypeError(
                f"derivations: expected one or more, got {short(derivation)}; "
                "write GRADIENT_W2, from nnlib.derivations"
            )
    return derivations


def with_choices(derivations, chosen):
    """The derivations with the activations chosen for them, and the choices left: the sizes."""
    check_choices(chosen, {name: f for d in derivations for name, f in d.functions.items()})
    return tuple(
        replace(d, functions={name: chosen.get(name, f) for name, f in d.functions.items()})
        for d in derivations
    ), {name: choice for name, choice in chosen.items() if name in SIZES}


def all_lines(derivations):
    """All lines and reasons of all derivations, for MathJax to typeset once."""
    return "".join(section(number, d) for number, d in enumerate(derivations))


def section(number, derivation):
    rows = "".join(line_and_reason(k, derivation) for k in range(len(derivation.steps)))
    title = f"<h3>{html.escape(derivation.title)}</h3>"
    return f"<div class='d d{number}'>{title}<table>{rows}</table></div>"


def line_and_reason(k, derivation):
    """A line, what is new in it marked, and below it the reason."""
    left, right = derivation.sides(k)
    right = in_parts(right, *(factors(derivation, line) for line in (k, k + 1)))
    sides = [marked(side, begin=CHANGED) for side in (left, right)]
    sides = [rf"$\displaystyle {side}$" if side else "" for side in sides]
    left, right, reason = map(html.escape, (*sides, derivation.steps[k].reason))
    line = f"<tr class='l l{k}'><td>{left}</td><td>{right}</td></tr>"
    return f"{line}<tr class='r r{k}'><td></td><td>{reason}</td></tr>"


def factors(derivation, k):
    """The factors of line k, where it is in index notation."""
    steps = derivation.steps[k : k + 1]
    formula = steps[0].formula if steps else None
    return [factor for term in formula.terms for factor in term.factors] if formula else []


def in_parts(latex, here, next_line):
    """The LaTeX with each factor in a class of its own, by which it is known in the next line.

    An identity that is not there is used up: it is in the class mjx-gone, too.
    """
    known, end = {factor.text for factor in next_line}, 0
    for factor in here:
        text = latex_of(factor.text)
        if (at := latex.find(text, end)) >= 0:
            kept = rf"\class{{mjx-part-{crc32(factor.text.encode())}}}{{{text}}}"
            gone = known and factor.is_identity and factor.text not in known
            kept = rf"\class{{mjx-gone}}{{{kept}}}" if gone else kept
            latex, end = latex[:at] + kept + latex[at + len(text) :], at + len(kept)
    return latex


CURRENT = "var(--nnlib-blue)"
DARK_PAGE = "[data-jp-theme-light=false]"
CHANGED = r"\class{mjx-changed}{"  # JupyterLab's MathJax lets only class names with mjx- pass

# JupyterLab and Notebook 7 say on the page's body whether their theme is light.
STYLE_SHEET = "".join(
    f"{where} .nnlib-stepper {{ --nnlib-blue: {c.blue}; --nnlib-orange: {c.orange}; "
    f"--nnlib-green: {c.green}; --nnlib-grey: {c.grey}; --nnlib-pale: {c.pale}; "
    f"--nnlib-line: {line}; }}\n"
    for where, c, line in (("", LIGHT, "#F3F8FB"), (DARK_PAGE, DARK, "#1D2730"))
) + """
.nnlib-stepper .widget-html-content, .nnlib-stepper .widget-htmlmath-content {
    line-height: 1.4; font-size: 18px; overflow-x: auto; width: 100%; }
.nnlib-stepper h3 { margin: 4px 0; font-size: 1.2em; }
.nnlib-stepper table { border-collapse: collapse; width: 100%; }
.nnlib-stepper tr, .nnlib-stepper tr:hover { background: none; }
.nnlib-stepper td { padding: 3px 4px; text-align: left; vertical-align: baseline;
    font-size: 1em; border: none; white-space: nowrap; width: 99%; }
.nnlib-stepper td:first-child { text-align: right; padding-left: 14px; width: 1%; }
.nnlib-stepper .r td { white-space: normal; padding-bottom: 8px; }
.nnlib-stepper mjx-container { margin: 0 !important; }
.nnlib-stepper code { font-size: 0.85em; }
.nnlib-stepper .mjx-gone { transition: all 0.7s 0.3s;
    background: linear-gradient(var(--nnlib-orange) 0 0) 0 55% / 0 2px no-repeat; }
.nnlib-stepper .mjx-changed { animation: nnlib-come 0.9s; }
@keyframes nnlib-come { from { opacity: 0; } }
"""


def look(walk, name):
    """The style sheet that shows the lines so far, the new one set off."""
    d, k = f".{name} .d{walk.number}", walk.k
    later = "".join(f"{d} .l{i}, " for i in range(k + 1, len(walk.derivation.steps)))
    return f"""<style>{STYLE_SHEET}
.{name} .d:not(.d{walk.number}), {later} {d} .r:not(.r{k}) {{ display: none; }}
{d} .l{k} td {{ font-size: 1.35em; padding-top: 8px; }}
{d} .l{k} td, {d} .r{k} td {{ background: var(--nnlib-line); }}
{d} .l{k} td:first-child, {d} .r{k} td:first-child {{ border-left: 6px solid {CURRENT}; }}
{d} .l{k} .mjx-changed {{ color: {CURRENT}; border-bottom: 3px solid {CURRENT}; }}
{d} .l:not(.l{k}) .mjx-gone {{ background-size: 100% 2px; opacity: 0.5; }}
</style>"""


def facts(walk):
    """The shapes and the NumPy of the line come to."""
    step, line = walk.step, walk.line
    shapes = f"{'Indices' if step.formula else 'Shape'}: {html.escape(line.shapes)}."
    shapes = blocks(line.shapes) if step.blocks else shapes
    names = ", ".join(filter(is_measured, step.code.names))
    measured = f" &nbsp;(by central differences: {html.escape(names)})" if names else ""
    return f"{shapes}<div>NumPy: <code>{html.escape(line.numpy)}</code>{measured}</div>"


def blocks(shapes):
    """Matrices that hook together, drawn over their shapes `(4,10)(10,1) → (4,1)`."""
    parts = re.findall(r"\(\d+,\d+\)|→|a single number", shapes)
    drawn = "".join(f"<div>{block(part)}</div>" for part in parts)
    words = "".join(f"<b>{part}</b>" for part in parts)
    columns = f"grid-template-columns: repeat({len(parts)}, auto)"
    return f"<div style='{GRID}; {columns}'>{drawn}{words}</div>"


def block(shape):
    """A rectangle of so many rows and columns; nothing for an arrow."""
    lengths = [CELL * int(length) for length in re.findall(r"\d+", shape)]
    return RECTANGLE.format(*lengths) if lengths else ""


GRID = "display: inline-grid; gap: 2px 6px; place-items: center; margin: 4px 14px"
RECTANGLE = (
    "<div style='background: var(--nnlib-pale); border: 1px solid var(--nnlib-grey); "
    "height: {}px; width: {}px'></div>"
)


def verdict(walk):
    """The live check as a sentence, always on two lines."""
    line = walk.line
    mark, colour = ("✓", "green") if line.holds else ("✗", "orange")
    sign = f"<b style='color: var(--nnlib-{colour})'>{mark}</b> " if walk.k else ""
    said = f": {line.verdict}".replace(": the first line", "")
    text = html.escape(f"Line {walk.k + 1} of {len(walk.lines)}{said}")
    return f"<div role='status'>{sign}{text.replace(', on ', ',<br>on ', 1)}</div>"


class Hand(InBrowser):
    """Nothing to see: anywhere inside the board around it, keys press buttons; and factors glide.

    board    a class that only this board has
    buttons  {key: the class of the button it presses}
    place    the number of the derivation, and of its line
    """

    board = traitlets.Unicode().tag(sync=True)
    buttons = traitlets.Dict().tag(sync=True)
    place = traitlets.List([0, 0]).tag(sync=True)
    script = "walk.js"


def written_out(derivations):
    """All derivations as Markdown, for readers without a kernel; what is told once is enough."""
    texts, told = [], set()
    for derivation in derivations:
        letters = legend(derivation)
        text = markdown(derivation)
        texts.append(text.replace(f"{letters}\n\n", "") if letters in told else text)
        told.add(letters)
    return "\n\n".join(texts)


class Stepper(Board):
    """The controls. `walk` is where it stands."""

    def __init__(self, walk):
        super().__init__()
        self.walk = walk
        self._style, self._facts = ipywidgets.HTML(), ipywidgets.HTML()
        lines = ipywidgets.HTMLMath(all_lines(walk.derivations))
        self.stack(self._controls(), self._style, self.sentence, lines, self._facts)
        self.add_class("nnlib-stepper")
        self.add_class(self._hand.board)
        self.act(None)

    def still(self):
        return {"text/markdown": written_out(self.walk.derivations)}

    def _controls(self):
        walk = self.walk
        buttons = {key: f"nnlib-{name}" for key, name in KEYS.items()}
        self._hand = Hand(board=f"nnlib-stepper-{self.model_id}", buttons=buttons)
        titles = [(d.title, number) for number, d in enumerate(walk.derivations)]
        look = {"layout": {"width": "auto"}, "tooltip": "derivation"}  # which names it, too
        self._titles = ipywidgets.Dropdown(options=titles, **look)
        self.listen(lambda: walk.go(self._titles.value), self._titles)
        self.spare = [self._titles]
        several = [self._titles] if len(walk.derivations) > 1 else []
        return [
            self._button("First", "first", walk.first),
            self._button("◀ Back", "back", walk.back),
            self._button("Next ▶", "next", walk.next, "primary"),
            self._button("Last", "last", walk.last),
            self._button("New numbers", "renew", walk.renew),
            *several,
            self._hand,
        ]

    def _button(self, words, name, go, style=""):
        button = self.button(words, go, style=style)
        button.layout.min_width = "90px"
        button.add_class(f"nnlib-{name}")
        return button

    def refresh(self, said):
        self._style.value = look(self.walk, self._hand.board)
        self._hand.place = [self.walk.number, self.walk.k]
        self._facts.value = facts(self.walk)
        self.sentence.value = verdict(self.walk)
        self._titles.value = self.walk.number
