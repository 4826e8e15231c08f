"""The pad in a real JupyterLab: digits drawn with the mouse are read while they are drawn."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from strokes import STROKES

TRAIN = """
import numpy as np
from nnlib import Network, fit, load_mnist_or_digits
from nnlib.widgets import digit_pad
digits = load_mnist_or_digits()
net = Network([784, 30, 10], dtype=np.float32, rng=np.random.default_rng(0))
epochs = 5 if len(digits.train) == 50_000 else 30
fit(net, digits.train.images, digits.train.targets, eta=0.5, epochs=epochs, monitor=[],
    rng=np.random.default_rng(1))
"""
SHOW = """
pad = digit_pad(net, digits)
pad
"""


@pytest.fixture
def pad(lab):
    lab.open_cells([TRAIN, SHOW])
    lab.run_all()
    assert lab.errors() == []
    lab.page.locator("canvas.nnlib-pad").scroll_into_view_if_needed()
    return lab


def draw(pad, strokes):
    """Move the mouse along the strokes."""
    box = pad.page.locator("canvas.nnlib-pad").bounding_box()
    for stroke in strokes:
        for number, (x, y) in enumerate(stroke):
            pad.page.mouse.move(box["x"] + 2 + x, box["y"] + 2 + y)
            if number == 0:
                pad.page.mouse.down()
        pad.page.mouse.up()
    pad.page.wait_for_timeout(400)


def press(pad, name):
    pad.page.get_by_role("button", name=name, exact=True).click()


def sentence(pad):
    return pad.page.locator("[role=status]").last.inner_text()


def test_eight_of_ten_digits_drawn_with_the_mouse_are_read(pad):
    read = []
    for digit, strokes in STROKES.items():
        draw(pad, strokes)
        read.append(f"Read as a {digit} " in sentence(pad))
        pad.screenshot(f"{digit}")
        press(pad, "Clear")
    assert sum(read) >= 8, read
    assert pad.errors() == []
    assert pad.console_errors == []


def test_a_test_digit_is_loaded_by_keyboard_and_kept(pad):
    button = pad.page.get_by_role("button", name="Load a test digit", exact=True)
    button.press("Enter")
    pad.page.wait_for_timeout(300)
    assert sentence(pad).startswith("Read as a ")
    pad.screenshot("loaded")
    pad.page.get_by_role("button", name="Save this one to my set", exact=True).press("Enter")
    pad.page.wait_for_timeout(300)
    assert "Your set holds 1" in sentence(pad)
    assert pad.ask_kernel("print((pad.images == digits.test.images[:1]).all())").strip() == "True"
    assert pad.errors() == []
