"""Text from a file or a student that holds a script: shown as text everywhere, never run."""

import json

import nbformat
import pytest

SCRIPTS = (
    '<img src=x onerror="window.hurt=1">',
    "<script>window.hurt=1</script>",
    "<svg onload=window.hurt=1></svg>",
    "'><img src=x onerror=window.hurt=1>",
    '" onfocus=window.hurt=1 autofocus="',
    "</div></pre><details open ontoggle=window.hurt=1>",
    "<iframe srcdoc='<script>parent.hurt=1</script>'></iframe>",
    "$</span><img src=x onerror=window.hurt=1>$",
    "&lt;img src=x onerror=window.hurt=1&gt;",
)
MAKE = f"""
import dataclasses, html, json, pathlib
import ipywidgets
import numpy as np
from IPython.display import HTML, Markdown, display
from nnlib import MEAN_SQUARES, SIGMOID, Network, load_digits
from nnlib.derivations import PARTIAL_Z2_BY_W2
from nnlib.sweep import sweep
from nnlib.widgets import (
    contraction_explorer, derivation_stepper, knob_board, playground, slowdown_explorer,
    sweep_board, training_cockpit, weight_watcher,
)
SCRIPTS = json.loads({json.dumps(json.dumps(SCRIPTS))})
rng = np.random.default_rng(0)
X, Y = rng.random((4, 2)), rng.random((4, 1))
f = [dataclasses.replace(SIGMOID, name=text, formula=text) for text in SCRIPTS]
costs = [dataclasses.replace(MEAN_SQUARES, name=text, formula=text) for text in SCRIPTS]
nets = [
    Network([2, 2, 1], activations=a, cost=c, rng=rng) for a, c in zip(f, costs, strict=True)
]
derivations = [
    dataclasses.replace(PARTIAL_Z2_BY_W2, title=text, steps=tuple(
        dataclasses.replace(step, reason=text) for step in PARTIAL_Z2_BY_W2.steps
    ))
    for text in SCRIPTS
]

def write(net, text):
    \"\"\"A saved network whose text says something else, its checksum in order.\"\"\"
    from nnlib._support import saving
    net.save("hostile.json")
    content = json.loads(pathlib.Path("hostile.json").read_text())
    del content["sha256"]
    content["activations"] = [text, text]
    content["sha256"] = saving.checksum(content)
    pathlib.Path("hostile.json").write_text(json.dumps(content))
    return "hostile.json"
"""

# Each shows one text (or all of SCRIPTS) in one place.
PLACES = {
    "a net as a cell's last line": "display(*nets)",
    "a net, printed": "print(*nets)",
    "activations and costs": "display(*f, *costs)",
    "derivations, as a cell's last line": "display(*derivations)",
    "the board of derivations": "derivation_stepper(*derivations)",
    "the weight watcher": "display(*[weight_watcher(activations=a) for a in f])",
    "the playground": "display(*[playground(X, ['a', text, text, 'a']) for text in SCRIPTS])",
    "the knob board": "display(*[knob_board(net, X, Y) for net in nets])",
}
REFUSALS = {
    "a saved network": "Network.load(write(Network([2, 2, 1], rng=rng), {text}))",
    "a file's name": "Network.load({text})",
    "a formula": "contraction_explorer(np.eye(2), np.eye(2), {text})",
    "the name of an argument": "derivation_stepper(PARTIAL_Z2_BY_W2, **{{{text}: 3}})",
    "an attribute": "getattr(nets[0], {text})",
    "a learning rate": "slowdown_explorer(eta={text})",
    "a hyper-parameter": "sweep_board(load_digits(), {{{text}: (1, 2), 'eta': (1, 2)}})",
    "digits": "training_cockpit({text})",
}

LAST_CELL_HAS_RUN = (
    "[...jupyterapp.shell.currentWidget.content.model.cells].at(-1).executionCount !== null"
)


def cell(source, fails=False):
    tags = ["raises-exception"] if fails else []
    return nbformat.v4.new_code_cell(source, metadata={"tags": tags})


def was_hurt(lab):
    """Whether a script ran: the page is given time for it, scrolled from top to bottom."""
    lab.scroll_through()
    lab.page.wait_for_timeout(500)
    return lab.page.evaluate("window.hurt === 1")


@pytest.mark.soak
def test_a_script_in_a_name_is_shown_and_never_run(lab, tell):
    lab.open_cells([MAKE, *PLACES.values()])
    lab.run_all()
    assert lab.errors() == []
    assert not was_hurt(lab)
    assert lab.page.locator(".jp-OutputArea-output", has_text=SCRIPTS[0]).count() >= 4
    lab.page.locator(".nnlib-stepper").get_by_role("button", name="Last", exact=True).click()
    lab.page.locator(".nnlib-stepper select").select_option(index=3)
    assert not was_hurt(lab)
    assert lab.page.locator(".jp-OutputArea-output :is(script, iframe, details)").count() == 0
    tell(f"{len(SCRIPTS)} hostile names in each of {len(PLACES)} places of a page: no script ran")


def test_a_script_in_what_is_refused_is_told_and_never_run(lab, tell):
    texts = [json.dumps(text) for text in SCRIPTS]
    calls = [place.format(text=text) for place in REFUSALS.values() for text in texts]
    lab.open_cells([MAKE, *[cell(call, fails=True) for call in calls]])
    lab.run_all()
    lab.wait_for(LAST_CELL_HAS_RUN, timeout=120)  # Lab calls it a day at the first error
    kinds = [output["ename"] for outputs in lab.outputs() for output in outputs]
    assert len(kinds) == len(calls)
    assert set(kinds) <= {"ValueError", "TypeError", "AttributeError", "FileNotFoundError"}
    assert not was_hurt(lab)
    tell(f"{len(calls)} hostile texts refused, each error message in the page: no script ran")


def test_a_script_typed_into_the_contraction_explorer_never_runs(lab, tell):
    lab.open_cells([MAKE, "contraction_explorer(np.eye(2), np.eye(2))"])
    lab.run_all()
    field = lab.page.locator(".widget-text input")
    for text in SCRIPTS:
        field.fill(text)
        field.press("Enter")
        lab.page.wait_for_timeout(200)
    lab.page.locator("[role=status]", has_text="cannot be shown").first.wait_for()
    assert not was_hurt(lab)
    tell(f"{len(SCRIPTS)} hostile formulas typed into a board: no script ran")


def test_the_page_would_be_hurt_by_text_that_is_not_escaped(lab):
    lab.open_cells([MAKE, "ipywidgets.HTML(SCRIPTS[0])", "display(HTML(SCRIPTS[0]))"])
    lab.run_all()
    assert was_hurt(lab)
    lab.leave()  # no test after this one may find the mark
