"""The pad in a real JupyterLab: digits drawn with the mouse are read while they are drawn."""


import pytest
from lab import BoardPage
from playwright.sync_api import TimeoutError
from strokes import STROKES
from test_fits import SET_THEME

pytestmark = pytest.mark.one_kernel

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
    """A page whose last cell shows the pad of a trained network."""
    pad = PadPage(lab, TRAIN, SHOW, opens_with="")
    pad.canvas.scroll_into_view_if_needed()
    return pad


class PadPage(BoardPage):
    """The canvas takes strokes."""

    @property
    def canvas(self):
        return self.page.locator("canvas.nnlib-pad")

    def draw(self, strokes):
        """Move the mouse along the strokes."""
        box = self.canvas.bounding_box()
        for stroke in strokes:
            for number, (x, y) in enumerate(stroke):
                self.page.mouse.move(box["x"] + 2 + x, box["y"] + 2 + y)
                if number == 0:
                    self.page.mouse.down()
            self.page.mouse.up()

    def comes_to_say(self, words):
        """Whether the sentence holds these words within three seconds."""
        try:
            self.says(words, seconds=3)
        except TimeoutError:
            return False
        return True


def test_eight_of_ten_digits_drawn_with_the_mouse_are_read(pad):
    read = []
    for digit, strokes in STROKES.items():
        pad.draw(strokes)
        read.append(pad.comes_to_say(f"Read as a {digit} "))
        pad.screenshot(f"{digit}")
        pad.press("Clear")
        pad.says("Draw a digit")
    assert sum(read) >= 8, read
    pad.is_sound()


# how bright the ink on the sheet is, from 0 to 255
INK = """canvas => {
    const {data} = canvas.getContext('2d').getImageData(0, 0, 280, 280), ink = [];
    for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 127) ink.push(data[i + 1]);
    return ink.reduce((sum, one) => sum + one, 0) / ink.length;
}"""


def test_in_the_dark_one_writes_with_light_ink_and_the_same_is_read(pad):
    pad.draw(STROKES[4])
    pad.says("Read as a 4 ")
    assert pad.canvas.evaluate(INK) < 60
    pad.page.evaluate(SET_THEME, "JupyterLab Dark")
    try:
        pad.page.wait_for_function(f"({INK})(document.querySelector('canvas.nnlib-pad')) > 200")
        pad.screenshot("dark")
        pad.press("Clear")
        pad.says("Draw a digit")
        pad.draw(STROKES[4])
        pad.says("Read as a 4 ")
        assert pad.canvas.evaluate(INK) > 200
        pad.press("Clear")
    finally:
        pad.page.evaluate(SET_THEME, "JupyterLab Light")
    pad.is_sound()


def test_a_test_digit_is_loaded_by_keyboard_and_kept(pad):
    pad.button("Load a test digit").press("Enter")
    pad.says("Read as a ")
    pad.screenshot("loaded")
    pad.button("Save this one to my set").press("Enter")
    pad.says("Your set holds 1")
    assert pad.ask("(pad.images == digits.test.images[1:2]).all()") == "True"
    pad.is_sound()
