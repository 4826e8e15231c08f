"""Pictures of data and networks. Each draw_x(ax, arrays...) draws on the axes and returns them."""

import itertools
import math

import numpy as np
from matplotlib.patches import Rectangle

from nnlib._support.checks import (
    array_of_numbers,
    checked_axes,
    checked_labels,
    checked_matrix,
    checked_number,
    checked_squares,
)
from nnlib._support.hints import door, short
from nnlib.palette import GREY, LIGHT, below

HOW_SURE = (0.5, 0.7, 0.9, 0.99)  # largest outputs between which a reliability is counted


@door
def draw_digits(ax, images, captions=None, columns=10):
    """Images (n, pixels) of square digits, ink black on white, in rows of so many columns.

    captions  a word for each image, written above it
    """
    checked_axes(ax)
    images = checked_squares(images, "images")
    columns = checked_number(columns, "columns", 1, whole=True)
    if captions is not None and (not hasattr(captions, "__len__") or len(captions) != len(images)):
        raise ValueError(
            f"captions: expected {len(images)} words, one for each image, got {short(captions)}; "
            "write them as a list"
        )
    side = math.isqrt(images.shape[1])
    gap = 6 if captions is None else side // 2
    sheet = sheet_of(images, columns, (gap, 0), (gap // 2, gap - gap // 2))
    for place, words in enumerate([] if captions is None else captions):
        y, x = (n * (side + gap) for n in divmod(place, columns))
        ax.text(x + gap // 2 + side / 2, y + gap - 2, words, ha="center", va="bottom")
    ax.imshow(sheet, cmap="gray_r", vmin=0, vmax=1)
    ax.set_label(f"images of digits: {len(images)}")  # for those who cannot see it, here and below
    ax.set_axis_off()
    return ax


def sheet_of(images, columns, above_and_below, beside, paper=0.0):
    """Square images (n, pixels) as one picture, in rows of so many columns, paper around each."""
    side = math.isqrt(images.shape[1])
    room = (0, -len(images) % columns), above_and_below, beside
    tiles = np.pad(images.astype(float).reshape(-1, side, side), room, constant_values=paper)
    _, height, width = tiles.shape
    return tiles.reshape(-1, columns, height, width).swapaxes(1, 2).reshape(-1, columns * width)


@door
def draw_confusion(ax, labels, found, classes=10):
    """How often each class (row) is read as each class (column); right ones are left pale."""
    checked_axes(ax)
    classes = checked_number(classes, "classes", 1, whole=True)
    labels = checked_labels(labels, None, classes)
    found = checked_labels(found, labels.shape, classes, "found")
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (labels, found), 1)
    wrong = counts * (1 - np.eye(classes, dtype=int))
    ax.imshow(wrong, cmap="Oranges")
    for row, column in np.ndindex(counts.shape):
        strong = wrong[row, column] > wrong.max() / 2
        colour = "white" if strong else GREY if row == column else "black"
        ax.text(column, row, counts[row, column], ha="center", va="center", color=colour)
    ax.set(xlabel="read as", ylabel="is", xticks=range(classes), yticks=range(classes))
    ax.set_label(f"a table of {classes} by {classes} counts")
    return ax


@door
def draw_reliability(ax, outputs, labels):
    """How often the largest of the outputs (n, n_out) is right, in groups by how large it is.

    A point stands for each group, with the number of its samples: across, what the largest output
    says; up, the share that is the label (n,). In the bars it lies 19 times of 20 if the outputs
    are probabilities. ValueError unless they are from 0 to 1.
    """
    checked_axes(ax)
    outputs = _checked_shares(outputs)
    labels = checked_labels(labels, (len(outputs),), outputs.shape[1])
    sure, right = outputs.max(axis=1), outputs.argmax(axis=1) == labels
    group = np.digitize(sure, HOW_SURE)
    ax.plot([0, 1], [0, 1], "--", color=GREY)
    for one in (group == place for place in np.unique(group)):
        n, says, share = one.sum(), sure[one].mean(), right[one].mean()
        luck = 2 * np.sqrt(np.sum(sure[one] * (1 - sure[one]))) / n
        ax.vlines(says, says - luck, says + luck, color=LIGHT.blush, linewidth=6)
        ax.plot(says, share, "o", color=LIGHT.blue, zorder=3)
        ax.annotate(f"{n:,}", (says, share), (-6, 4), textcoords="offset points", ha="right")
    ax.set(xlabel="what the largest output says", ylabel="share that is right")
    ax.set(xlim=(0, 1.02), ylim=(-0.02, 1.05))
    return ax


def _checked_shares(outputs):
    outputs = checked_matrix(outputs, "outputs")
    if not (outputs.min() >= 0 and outputs.max() <= 1):
        raise ValueError(
            f"outputs: expected numbers from 0 to 1, got {outputs.min():g} to {outputs.max():g}; "
            "take a network with sigmoid or softmax outputs"
        )
    return outputs


@door
def draw_weights(ax, W, columns=10):
    """The weights into each neuron (n_in, n_out) as square images: orange adds, purple takes."""
    checked_axes(ax)
    W = checked_squares(checked_matrix(W, "W").T, "W").T
    columns = checked_number(columns, "columns", 1, whole=True)
    sheet = sheet_of(W.T, columns, (0, 2), (0, 2), np.nan)
    limit = np.quantile(np.abs(W), 0.995)  # a few large ones would leave the rest pale
    image = ax.imshow(sheet, cmap="PuOr_r", vmin=-limit, vmax=limit)
    ax.figure.colorbar(image, ax=ax, label="weight", shrink=0.8)
    ax.set_label(f"the weights into {W.shape[1]} neurons as images: orange adds, purple takes")
    ax.set_axis_off()
    return ax


@door
def draw_net(ax, W, b=None, *, numbers=False, names=None, limit=None, marked=None, colours=LIGHT):
    """A network as a graph: neurons in columns, each weight a line; blue adds, orange dashed takes.

    W        the weights, W[l] (n_in, n_out); a line is as wide as its weight is far from 0
    b        the biases, b[l] (n_out,), written under their neurons
    numbers  True: write each weight on its line; or a format such as "+.3f"
    names    what stands in the neurons, a list of words for each layer
    limit    the |weight| drawn widest, for pictures to compare; by default the largest of W
    marked   (l, i, j): the weight W[l][i, j] to set off
    colours  nnlib.palette.DARK for dark paper

    Each line carries the gid "W[l][i,j]", and its number "number W[l][i,j]": see edge_style.
    """
    checked_axes(ax)
    W, sizes = _checked_layers(W)
    b = _checked_biases(b, sizes)
    names = _neuron_names(sizes) if names is None else _checked_names(names, sizes)
    limit = checked_number(0 if limit is None else limit, "limit", 0)
    limit = limit or _largest_finite(W) or 1.0
    if marked is not None and not _is_place(marked, W):
        raise ValueError(
            f"marked: expected (l, i, j), the place of a weight W[l][i, j], got {short(marked)}; "
            "write marked=(0, 0, 0) for the first"
        )
    if marked is not None:
        ax.plot(*_ends(sizes, *marked), color=colours.halo, linewidth=14, zorder=0)
        numbers = numbers or {marked: "+.2f"}
    for layer, weights in enumerate(W):
        for (i, j), weight in np.ndenumerate(weights):
            _draw_line(ax, sizes, (layer, i, j), weight, limit, numbers, colours)
    for layer, size in enumerate(sizes):
        for i in range(size):
            _draw_neuron(ax, layer, _height(i, size), names[layer][i], colours)
            if b and layer:
                _write_below(ax, (layer, _height(i, size)), f"b = {b[layer - 1][i]:+.2f}")
    ax.set_label(f"a net with layers of {', '.join(map(str, sizes))}, its weights as lines")
    highest = (max(sizes) - 1) / 2 + 0.5
    ax.set(xlim=(-0.3, len(W) + 0.3), ylim=(-highest, highest))
    ax.set_axis_off()
    return ax


def _checked_layers(W):
    """The weights as a list of matrices that fit together, and the sizes of the layers."""
    if not isinstance(W, (list, tuple)) or not W:
        raise TypeError(f"W: expected a list of matrices, got {short(W)}; write net.W")
    W = [checked_matrix(layer, f"W[{l}]") for l, layer in enumerate(W)]
    for l, (left, right) in enumerate(itertools.pairwise(W)):
        if left.shape[1] != right.shape[0]:
            raise ValueError(
                f"W: expected W[{l + 1}] with {left.shape[1]} rows, one for each column of W[{l}], "
                f"got the shape {right.shape}; rows are inputs, columns are neurons: transpose it?"
            )
    return W, [len(W[0]), *(layer.shape[1] for layer in W)]


def _checked_biases(b, sizes):
    """The biases as a list, empty where there are none."""
    shapes = [(size,) for size in sizes[1:]]
    if b is None or isinstance(b, (list, tuple)):
        b = [array_of_numbers(layer, f"b[{l}]") for l, layer in enumerate(b or [])]
    found = [layer.shape for layer in b] if isinstance(b, list) else short(b)
    if found not in ([], shapes):
        raise ValueError(f"b: expected arrays of shapes {shapes}, got {found}; write net.b")
    return b


def _checked_names(names, sizes):
    layers = names if isinstance(names, (list, tuple)) else []
    found = [len(layer) if hasattr(layer, "__len__") else 0 for layer in layers]
    if found != sizes:
        raise ValueError(
            f"names: expected lists of {sizes} words, one a layer, got {short(names)}; "
            "write a word for each neuron"
        )
    return names


def _is_place(marked, W):
    """Whether there is a W[l][i, j] for the three numbers that are marked."""
    whole = isinstance(marked, tuple) and all(isinstance(n, (int, np.integer)) for n in marked)
    if not whole or len(marked) != 3 or not 0 <= marked[0] < len(W):
        return False
    return all(0 <= n < length for n, length in zip(marked[1:], W[marked[0]].shape, strict=True))


WIDEST = 2.0  # the |weight| that boards draw widest, so that their pictures compare


@door
def edge_style(weight, limit, colours=LIGHT):
    """How draw_net draws a weight, as keywords of a line: width for size, dash for sign."""
    number = weight if isinstance(weight, float) else array_of_numbers(weight, "weight")
    if not np.isfinite(number) or number == 0:
        return {"color": colours.grey, "linestyle": ":", "linewidth": 1.0}
    colour, dash = (colours.blue, "-") if weight > 0 else (colours.orange, (0, (2, 1)))
    width = 0.8 + 5.2 * min(abs(weight) / limit, 1)
    return {"color": colour, "linestyle": dash, "linewidth": width}


def _neuron_names(sizes):
    """x for the inputs, a for the hidden neurons, ŷ for the outputs, each with its number below."""
    letters = ["x", *["a"] * (len(sizes) - 2), "ŷ"]
    layers = zip(letters, sizes, strict=True)
    return [[below(f"{a}{i}") for i in range(size)] for a, size in layers]


def _largest_finite(arrays):
    """The largest finite absolute value in a list of arrays, 0.0 if there is none."""
    sizes = np.concatenate([np.abs(array).ravel() for array in arrays])
    return sizes[np.isfinite(sizes)].max(initial=0.0)


def _height(i, size):
    return (size - 1) / 2 - i


def _ends(sizes, layer, i, j):
    """The x and the y of both ends of the line of W[layer][i, j]."""
    return (layer, layer + 1), (_height(i, sizes[layer]), _height(j, sizes[layer + 1]))


def _draw_line(ax, sizes, key, weight, limit, numbers, colours):
    """One weight's line, and its number if numbers is True, a format, or formats for some keys."""
    (left, right), (start, end) = _ends(sizes, *key)
    gid = "W[{}][{},{}]".format(*key)
    ax.plot([left, right], [start, end], gid=gid, zorder=1, **edge_style(weight, limit, colours))
    form = numbers.get(key) if isinstance(numbers, dict) else numbers
    if form:
        along = label_place(sizes[left], sizes[right])
        words = format(weight, "+.2f" if form is True else form)
        place = left + along, start + along * (end - start)
        looks = {"ha": "center", "va": "center", "bbox": colours.behind_words, "zorder": 2}
        ax.text(*place, words, gid="number " + gid, **looks)


def label_place(n_in, n_out):
    """How far along the lines, 0 to 1, their numbers stand in one column and evenly apart."""
    return n_in / (n_in + 1) if n_in <= n_out else 1 / (n_out + 1)


def _write_below(ax, place, words):
    ax.annotate(words, place, (0, -20), textcoords="offset points", ha="center", va="top", zorder=4)


def _draw_neuron(ax, x, y, name, colours):
    looks = {"markersize": 34, "markerfacecolor": colours.paper, "markeredgecolor": colours.ink}
    ax.plot([x], [y], marker="o", zorder=3, **looks)
    ax.text(x, y, name, ha="center", va="center", fontsize=14, zorder=4)


@door
def draw_blocks(ax, *blocks):
    """A product of matrices as blocks of squares, with their shapes below.

    blocks  ("X", (10, 3)) draws an empty matrix of that shape; ("W1", array) one with its numbers,
            coloured as draw_net colours its lines; a word such as "·" or "=" stands between
    """
    checked_axes(ax)
    blocks = [block if isinstance(block, str) else _checked_block(block) for block in blocks]
    tallest = max((len(block[1]) for block in blocks if not isinstance(block, str)), default=0)
    if not tallest:
        raise ValueError('blocks: expected at least one matrix, got none; write ("X", (10, 3))')
    x = 0.0
    for block in blocks:
        if isinstance(block, str):
            ax.text(x + 0.25 * len(block), 0, block, ha="center", va="center", fontsize=22)
            x += 0.5 * len(block) + 0.5
        else:
            x += _draw_matrix(ax, x, *block) + 0.5
    ax.set(xlim=(-0.5, x), ylim=(-tallest / 2 - 1.6, tallest / 2 + 1.2), aspect="equal")
    words = [b if isinstance(b, str) else f"{b[0]} {b[1].shape}" for b in blocks]
    ax.set(label=f"matrices as blocks: {' '.join(words)}")
    ax.set_axis_off()
    _fit_numbers(ax)
    return ax


def _fit_numbers(ax):
    """Make the numbers in the squares as large as the squares allow, 12 points at most."""
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    frame = ax.get_window_extent()
    square = min(frame.width / (right - left), frame.height / (high - low))
    for text in ax.texts:
        if text.get_gid() == "number":
            text.set_fontsize(min(0.42 * square * 72 / ax.figure.dpi, 12))


def _checked_block(block):
    """The name and the matrix, which is without numbers where only its shape is given."""
    if not isinstance(block, (tuple, list)) or len(block) != 2:
        raise TypeError(
            f'blocks: expected words and pairs, got {short(block)}; write ("X", (10, 3)) or "="'
        )
    name, matrix = block
    if isinstance(matrix, tuple) and all(isinstance(n, (int, np.integer)) for n in matrix):
        if min(matrix, default=0) < 1:
            raise ValueError(
                f"blocks: expected rows and columns, got {short(matrix)}; write such as (10, 3)"
            )
        matrix = np.full(matrix, np.nan)
    return name, checked_matrix(matrix, f"blocks, {name}")


def _draw_matrix(ax, x, name, matrix):
    """Draw a matrix (rows, columns) from x on, centred about 0, and return its width."""
    rows, columns = matrix.shape
    limit = _largest_finite([matrix]) or 1.0
    width = max(columns, 1.6)
    left = x + (width - columns) / 2
    for (i, j), value in np.ndenumerate(matrix):
        corner = left + j, rows / 2 - i - 1
        style = edge_style(value, limit)
        strength = 0.6 * abs(value) / limit if np.isfinite(value) else 0
        looks = {"facecolor": (style["color"], strength), "edgecolor": "black", "linewidth": 1}
        ax.add_patch(Rectangle(corner, 1, 1, **looks))
        if np.isfinite(value):
            middle, words = (corner[0] + 0.5, corner[1] + 0.5), f"{value:.1f}"
            ax.text(*middle, words, ha="center", va="center", gid="number")
    middle = left + columns / 2
    ax.text(middle, rows / 2 + 0.2, name, ha="center", va="bottom", fontsize=16)
    ax.text(middle, -rows / 2 - 0.25, f"({rows}, {columns})", ha="center", va="top", fontsize=14)
    return width
