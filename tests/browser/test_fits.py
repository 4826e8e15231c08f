"""Every board fits on the screen: nothing cut, covered or out of reach, in any theme.

In JupyterLab as it opens on a laptop a board is seen whole; where there is less room its parts
stand below one another, and the page scrolls down, never sideways.
"""

import pytest
from lab import BoardPage

pytestmark = pytest.mark.one_kernel

MAKING = """
import numpy as np
from nnlib import IDENTITY, SUM_OF_SQUARES, TANH, Network, load_digits
from nnlib import derivations as d
from nnlib.widgets import *
rng = np.random.default_rng(3)
X = rng.uniform(-1, 1, (10, 3))
net = Network([3, 4, 1], activations=[TANH, IDENTITY], cost=SUM_OF_SQUARES, biases=False, rng=rng)
digits = load_digits()
A = np.array([[1, 2, 3], [2, 4, 6]])
B = np.array([[7, 8, 1, 3], [5, 4, 2, 7], [3, 6, 9, 4]])
"""
BOARDS = {
    "bending_board": "bending_board(digits.test.images[0])",
    "contraction_explorer": "contraction_explorer(A, B)",
    "derivation_stepper": "derivation_stepper(d.PARTIAL_Z2_BY_W2, d.GRADIENT_W2, d.GRADIENT_W1)",
    "digit_pad": "digit_pad(Network([784, 30, 10], rng=rng), digits)",
    "knob_board": "knob_board(net, X, X[:, :1] - 2 * X[:, 1:2])",
    "playground": "playground()",
    "sample_explorer": "sample_explorer()",
    "slowdown_explorer": "slowdown_explorer()",
    "softmax_board": "softmax_board()",
    "sweep_board": "sweep_board(digits)",
    "training_cockpit": "training_cockpit(digits)",
    "weight_watcher": "weight_watcher()",
}
LAPTOP = 1366, 768, 1
SCREENS = {
    "laptop": LAPTOP,
    "1024 x 768 at 150 %": (683, 512, 1.5),
    "800 pixels wide": (800, 768, 1),
}
WHOLE = 600  # pixels at most, where a board is seen whole

# What is wrong with the board that is shown, in words.
WRONG = """() => {
    const board = document.querySelector('.nnlib-board'), wrong = [];
    const seen = element => element.getClientRects().length > 0 && element.clientWidth > 0;
    const of = selector => [...board.querySelectorAll(selector)].filter(seen);
    const box = element => element.getBoundingClientRect();
    const name = element =>
        `${element.tagName}.${element.className} "${element.innerText ?? ''}"`.slice(0, 90);
    const controls = of('button, input, select, .noUi-target, canvas, [role=status], pre');
    const panel = board.closest('.jp-Notebook, .jp-WindowedPanel-outer');
    const room = box(board.closest('.jp-OutputArea-output'));
    for (const one of controls) {
        const {left, right} = box(one);
        if (left < room.left - 1 || right > room.right + 1) wrong.push(`cut: ${name(one)}`);
    }
    if (panel.scrollWidth > panel.clientWidth + 1) wrong.push('the page scrolls sideways');
    for (const one of of('button, .widget-label, .widget-readout'))
        if (one.scrollWidth > one.clientWidth + 1) wrong.push(`words cut: ${name(one)}`);
    const overlap = (one, other) => {
        const a = box(one), b = box(other);
        return Math.min(a.right, b.right) - Math.max(a.left, b.left) > 3
            && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
    };
    controls.forEach((one, i) => controls.slice(i + 1).forEach(other => {
        if (overlap(one, other) && !one.contains(other) && !other.contains(one))
            wrong.push(`overlapping: ${name(one)} and ${name(other)}`);
    }));
    for (const canvas of of('canvas:not(.nnlib-pad)')) {
        const sheet = box(canvas);
        const words = [...canvas.parentElement.querySelectorAll('div:not([role])')]
            .filter(word => word.textContent.trim());
        for (const word of words) {
            const {left, right, top, bottom} = box(word);
            if (left < sheet.left - 1 || right > sheet.right + 1 || top < sheet.top - 3
                || bottom > sheet.bottom + 3) wrong.push(`words cut: ${name(word)}`);
        }
        words.forEach((one, i) => words.slice(i + 1).forEach(other => {
            if (overlap(one, other)) wrong.push(`overlapping: ${name(one)} and ${name(other)}`);
        }));
    }
    return wrong;
}"""
HEIGHT = "document.querySelector('.nnlib-board').getBoundingClientRect().height"

# The picture is drawn for the width it has now, on the paper it stands on.
SETTLED = """() => {
    const canvas = document.querySelector('.nnlib-board canvas:not(.nnlib-pad)');
    if (!canvas) return true;
    let on = canvas, paper = null;
    while (!paper?.startsWith('rgb(')) {
        on = on.parentElement;
        paper = getComputedStyle(on).backgroundColor;
    }
    const pixel = canvas.getContext('2d').getImageData(0, 0, 1, 1).data;
    const corner = [...pixel].slice(0, 3).join(', ');
    const wide = canvas.parentElement.clientWidth * devicePixelRatio;
    return paper === `rgb(${corner})` && Math.abs(canvas.width - wide) < 2;
}"""
SET_THEME = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"


@pytest.fixture
def at_once(lab):
    """Lab as it was, after a test that changed the screen and the theme."""
    yield lab
    screen = lab.page.context.new_cdp_session(lab.page)
    screen.send("Emulation.clearDeviceMetricsOverride")
    lab.page.evaluate("jupyterapp.shell.collapseLeft()")
    lab.page.evaluate(SET_THEME, "JupyterLab Light")


def looks(lab):
    """Show the board on every screen in both themes, the file browser open and closed."""
    screen = lab.page.context.new_cdp_session(lab.page)
    for theme in ("Light", "Dark"):
        lab.page.evaluate(SET_THEME, f"JupyterLab {theme}")
        for name, (width, height, ratio) in SCREENS.items():
            metrics = {"width": width, "height": height, "deviceScaleFactor": ratio}
            screen.send("Emulation.setDeviceMetricsOverride", metrics | {"mobile": False})
            for side, seen in (("expand", "open"), ("collapse", "closed")):
                lab.page.evaluate(f"jupyterapp.shell.{side}Left()")
                lab.page.wait_for_timeout(200)
                lab.wait_for(SETTLED, timeout=60)
                yield name, side, f"{theme}, {name}, file browser {seen}"


@pytest.mark.parametrize("name", BOARDS)
def test_a_board_fits_on_every_screen(at_once, name):
    lab, wrong = at_once, {}
    board = BoardPage(lab, MAKING + BOARDS[name], opens_with="")
    for screen, side, place in looks(lab):
        found = lab.page.evaluate(WRONG)
        if screen == "laptop" and side == "expand":
            board.page.evaluate("document.querySelector('.nnlib-board').scrollIntoView()")
            lab.screenshot(place.split(",")[0])
            height = lab.page.evaluate(HEIGHT)
            found += [f"{height} pixels high"] if height > WHOLE else []
        wrong |= {place: found} if found else {}
    assert not wrong, "\n".join(f"{place}: {found}" for place, found in wrong.items())
