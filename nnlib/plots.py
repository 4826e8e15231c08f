"""Pictures of data and networks. Each draw_x(ax, arrays...) draws on the axes and returns them."""

import numpy as np

from nnlib.palette import GREY


def draw_digits(ax, images, captions=None, columns=10):
    """Images (n, pixels) of square digits, ink black on white, in rows of so many columns.

    captions  a word for each image, written above it
    """
    side = int(np.sqrt(images.shape[1]))
    gap = 6 if captions is None else side // 2
    rows = -(-len(images) // columns)
    sheet = np.zeros((rows * (side + gap), columns * (side + gap)))
    for place, image in enumerate(images):
        y, x = (place // columns) * (side + gap) + gap, (place % columns) * (side + gap) + gap // 2
        sheet[y : y + side, x : x + side] = image.reshape(side, side)
        if captions is not None:
            ax.text(x + side / 2, y - 2, captions[place], ha="center", va="bottom")
    ax.imshow(sheet, cmap="gray_r", vmin=0, vmax=1)
    ax.set_axis_off()
    return ax


def draw_confusion(ax, labels, found, classes=10):
    """How often each class (row) is read as each class (column); right ones are left pale."""
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (labels, found), 1)
    wrong = counts * (1 - np.eye(classes, dtype=int))
    ax.imshow(wrong, cmap="Oranges")
    for row, column in np.ndindex(counts.shape):
        strong = wrong[row, column] > wrong.max() / 2
        colour = "white" if strong else GREY if row == column else "black"
        ax.text(column, row, counts[row, column], ha="center", va="center", color=colour)
    ax.set(xlabel="read as", ylabel="is", xticks=range(classes), yticks=range(classes))
    return ax


def draw_weights(ax, W, columns=10):
    """The weights into each neuron (n_in, n_out) as square images: orange adds, purple takes."""
    side = int(np.sqrt(W.shape[0]))
    rows = -(-W.shape[1] // columns)
    sheet = np.full((rows * (side + 2), columns * (side + 2)), np.nan)
    for place, weights in enumerate(W.T):
        y, x = (place // columns) * (side + 2), (place % columns) * (side + 2)
        sheet[y : y + side, x : x + side] = weights.reshape(side, side)
    limit = np.abs(W).max()
    image = ax.imshow(sheet, cmap="PuOr_r", vmin=-limit, vmax=limit)
    ax.figure.colorbar(image, ax=ax, label="weight", shrink=0.8)
    ax.set_axis_off()
    return ax
