"""What stands in for a stored figure is what the figure shows."""

import base64

import figures_in_words
import nbformat
import numpy as np
import pytest
from matplotlib.figure import Figure

import notebooks
from nnlib.plots import draw_blocks, draw_digits, draw_net, draw_weights

X, FOUR = np.ones((2, 3)), "is a 1; is a 1; is a 1; is a 1"
TWENTY = "; ".join(map(str, range(20)))
NET = "A net with layers of 2, 3, its weights as lines; x₀, x₁, ŷ₀, ŷ₁, ŷ₂."


def words(draw):
    """Of a figure whose one pair of axes is drawn by a function."""
    figure = Figure()
    draw(figure.subplots())
    return figures_in_words.in_words(figure)


def two_curves(ax):
    ax.plot([4, 2, 1], "--", label="highest")
    ax.plot([3, 2, 0.5], label="lowest")
    ax.set(xlabel="epoch", ylabel="cost", title="Falling")


def test_axes_say_what_is_over_what_and_each_curve_where_it_begins_and_ends():
    told = "Falling; cost over epoch; highest: from 4 to 1; lowest: from 3 to 0.5."
    assert words(two_curves) == told


@pytest.mark.parametrize(
    "draw, told",
    [
        (lambda ax: ax.plot([1, 4, 9]), "From 1 to 9."),
        (lambda ax: ax.plot([4, 1, 9]), "From 4 down to 1, then up to 9."),
        (lambda ax: ax.plot([4, 10, 9]), "From 4 up to 10, then down to 9."),
        (lambda ax: ax.plot([1, 4, 9], "o", label="a run"), "A run: 3 points."),
        (
            lambda ax: (ax.plot([1, 4, 9]), ax.plot([3, 2, 1]), ax.legend(["up", "down"])),
            "Up: from 1 to 9; down: from 3 to 1.",
        ),
        (lambda ax: ax.set_title("b = 2"), "b = 2."),
        (lambda ax: ax.set_title(r"$\eta$ and $C$"), r"\eta and C."),
        (lambda ax: ax.hist([1, 2, 2, 3], label="costs"), "A histogram; costs."),
        (lambda ax: ax.imshow(np.eye(2)), "An image of 2 by 2 pixels."),
        (lambda ax: ax.contour(np.eye(5)), "Contour lines of a height."),
        (lambda ax: draw_digits(ax, np.eye(4), ["is a 1"] * 4), f"Images of digits: 4; {FOUR}."),
        (lambda ax: draw_digits(ax, np.eye(20, 4), range(20)), f"Images of digits: 20; {TWENTY}."),
        (lambda ax: draw_digits(ax, np.eye(4)[:1]), "Images of digits: 1."),
        (lambda ax: draw_net(ax, [X]), NET),
        (lambda ax: draw_blocks(ax, ("X", X), "="), "Matrices as blocks: X (2, 3) =."),
        (lambda ax: None, ""),
    ],
)
def test_a_figure_is_told(draw, told):
    assert words(draw) == told


def test_a_bar_of_colours_is_not_told():
    told = "The weights into 2 neurons as images: orange adds, purple takes."
    assert words(lambda ax: draw_weights(ax, np.ones((4, 2)))) == told


def test_equal_axes_are_told_once_and_counted():
    figure = Figure()
    for ax in figure.subplots(1, 2):
        ax.set_title("the same")
    assert figures_in_words.in_words(figure) == "The same (2 times)."


FIGURE = """
from matplotlib import pyplot as plt
fig, ax = plt.subplots()
ax.set(xlabel="epoch", ylabel="cost")
plt.show()
"""


@pytest.fixture
def path(tmp_path):
    """A notebook with a figure, stored as it was before figures had words."""
    path = tmp_path / "01_is_it_so.ipynb"
    cell = nbformat.v4.new_code_cell(FIGURE)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    notebooks.run(path)
    stored = nbformat.read(path, as_version=4)
    assert alt(stored) == "Cost over epoch."
    stored.cells[0].outputs[0].metadata = {}
    nbformat.write(stored, path)
    return path


def alt(notebook):
    return notebook.cells[0].outputs[0].metadata["image/png"]["alt"]


def test_words_are_added_to_what_is_stored_and_nothing_else_changes(path):
    before = nbformat.read(path, as_version=4)
    before.cells[0].outputs[0].data["image/png"] = base64.b64encode(b"as stored").decode()
    nbformat.write(before, path)
    notebooks.put_into_words(path)
    after = nbformat.read(path, as_version=4)
    assert alt(after) == "Cost over epoch."
    after.cells[0].outputs[0].metadata = {}
    assert after == before
