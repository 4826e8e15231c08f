"""Images among what moves: quicker than matplotlib's own, and the same to the bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from nnlib.widgets.parts.pixels import Kept, Pixels, pixels

SMOOTH = {"interpolation": "bilinear", "origin": "lower"}
NOISE = np.random.default_rng(0).uniform(size=(3, 4, 5))
TURNS = {
    "numbers": lambda image, n: image.set_data(NOISE[n]),
    "colours": lambda image, n: image.set_clim(-n, 1 + n),
    "extent": lambda image, n: image.set_extent((0, 5 + n, 0, 4)),
    "limits": lambda image, n: image.axes.set_xlim(0, 5 - n),
    "axes": lambda image, n: image.axes.set_position([0.1 + n / 10, 0.1, 0.6, 0.8]),
}


def seen(kind, looks, turns):
    """What is drawn after each of some turns of an image of this kind."""
    figure = Figure((2, 1.5))
    canvas = FigureCanvasAgg(figure)
    image = pixels(figure.subplots(), NOISE[0], "auto", kind=kind, **looks)
    for name, n in turns:
        TURNS[name](image, n)
        canvas.draw()
        yield np.array(canvas.buffer_rgba())


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from([*TURNS]), st.integers(0, 2)), min_size=1, max_size=6))
def test_what_is_kept_is_never_an_image_of_before(turns):
    both = zip(seen(Kept, SMOOTH, turns), seen(AxesImage, SMOOTH, turns), strict=True)
    assert all((kept == plain).all() for kept, plain in both)


def test_what_stays_is_not_resampled_again(monkeypatch):
    figure = Figure((2, 1.5))
    canvas = FigureCanvasAgg(figure)
    pixels(figure.subplots(), NOISE[0], "auto", kind=Kept, **SMOOTH)
    canvas.draw()
    monkeypatch.setattr(AxesImage, "make_image", lambda *args: pytest.fail("resampled"))
    canvas.draw()


def test_pixels_are_those_of_the_nearest_number():
    looks = {"interpolation": "nearest"}
    (quick,), (plain,) = (list(seen(kind, looks, [("axes", 0)])) for kind in (Pixels, AxesImage))
    assert (quick != plain).any(axis=2).mean() < 0.02  # one pixel along edges, where they round
