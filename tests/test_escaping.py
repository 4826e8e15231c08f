"""Names and words that hold HTML: what nnlib builds of them shows them, and holds no such tag."""

import dataclasses
import html.parser
import re

import ipywidgets
import numpy as np
import pytest

from nnlib import MEAN_SQUARES, SIGMOID, Network
from nnlib.derivations import DERIVATIONS
from nnlib.widgets import contraction_explorer, derivation_stepper, knob_board, weight_watcher

SCRIPT = "</b></pre><img src=x onerror='hurt()'><script>hurt()</script>\" onclick=\"hurt()"
X, Y = np.eye(2), np.ones((2, 1))


class Dangers(html.parser.HTMLParser):
    """What is in an HTML text that nnlib never writes on purpose."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag in ("img", "script"):
            self.found.append(tag)
        self.found += [name for name, _ in attributes if name.startswith("on")]


def hostile_net():
    f = dataclasses.replace(SIGMOID, name=SCRIPT, formula=SCRIPT)
    cost = dataclasses.replace(MEAN_SQUARES, name=SCRIPT, formula=SCRIPT)
    return Network([2, 2, 1], activations=f, cost=cost, rng=np.random.default_rng(0))


def hostile(derivation):
    steps = tuple(dataclasses.replace(step, reason=SCRIPT) for step in derivation.steps)
    return dataclasses.replace(derivation, title=SCRIPT, steps=steps)


def html_of(board):
    """Every text in the board that its widgets take for HTML."""
    children = [board, *inside(board)]
    return [w.value for w in children if isinstance(w, (ipywidgets.HTML, ipywidgets.HTMLMath))]


def inside(widget):
    for child in getattr(widget, "children", ()):
        yield child
        yield from inside(child)


def test_the_parser_finds_a_script_that_is_not_escaped():
    assert Dangers(f"<b>{SCRIPT}</b>").found == ["img", "onerror", "script"]
    assert Dangers(f'<b title="{SCRIPT}">').found == ["onclick"]


def test_a_network_shows_the_names_of_its_functions_as_text():
    text = hostile_net()._repr_html_()
    assert "hurt()" in text
    assert Dangers(text).found == []


@pytest.mark.parametrize("derivation", DERIVATIONS, ids=lambda d: d.title)
def test_a_derivation_shows_its_title_and_reasons_as_text(derivation):
    text = hostile(derivation)._repr_markdown_()
    assert "hurt()" in text
    assert not re.search(r"<\s*/?\s*(img|script|b|pre)", text)


@pytest.mark.parametrize(
    "board",
    [
        lambda: derivation_stepper(hostile(DERIVATIONS[0])),
        lambda: weight_watcher(activations=hostile_net().activations),
        lambda: knob_board(hostile_net(), X, Y),
        lambda: contraction_explorer(X, X),
    ],
    ids=["stepper", "watcher", "knobs", "contraction"],
)
def test_a_board_shows_what_it_was_given_as_text(board):
    board = board()
    for text in [widget for widget in inside(board) if isinstance(widget, ipywidgets.Text)]:
        text.value = SCRIPT
    assert html_of(board) != []
    assert [Dangers(text).found for text in html_of(board)] == [[]] * len(html_of(board))
