"""What a figure shows, in words for those who cannot see it: read from the figure, so it is true.

Of each of its axes: what the function that drew on it calls it (its label), its title, what is
drawn over what, where each curve begins and ends, the few words that stand in it, and all that is
written on a sheet of images.
"""

import re
from collections import Counter

import numpy as np
from IPython import get_ipython
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure

MOST = 10  # curves told one by one, and words quoted


def listen():
    """From now on each figure that a cell of this kernel shows carries its words as metadata."""
    formatter = get_ipython().display_formatter
    plain = formatter.format

    def with_words(thing, *args, **kwargs):
        data, metadata = plain(thing, *args, **kwargs)
        if isinstance(thing, Figure) and "image/png" in data:
            metadata.setdefault("image/png", {})["alt"] = in_words(thing)
        return data, metadata

    formatter.format = with_words


def in_words(figure):
    """A sentence for each of the figure's axes; equal ones once, and how many they are."""
    axes = [ax for ax in figure.axes if not hasattr(ax, "_colorbar")]
    told = Counter(words for ax in axes if (words := of_axes(ax)))
    return " ".join(f"{words} ({n} times)." if n > 1 else f"{words}." for words, n in told.items())


def of_axes(ax):
    """What is seen on axes, as a sentence without its full stop; "" for nothing."""
    parts = [ax.get_label(), ax.get_title(), over(ax), *kinds(ax), *curves(ax), *quoted(ax)]
    told = "; ".join(dict.fromkeys(plain(part) for part in parts if part))
    word = re.match(r"[^\W\d_]{2}|a \w{2}", told)  # and no letter of a formula
    return f"{told[0].upper() if word else told[0]}{told[1:]}" if told else ""


def over(ax):
    """ "cost over epoch", or as much of it as the axes say."""
    x, y = (axis.get_label_text() for axis in (ax.xaxis, ax.yaxis))
    return f"{y} over {x}" if x and y else x or y


def kinds(ax):
    """What is neither line nor text."""
    if any(isinstance(one, ContourSet) for one in ax.collections):
        yield "contour lines of a height"
    if ax.images and not ax.get_label():
        yield "an image of {} by {} pixels".format(*ax.images[0].get_size())
    if ax.patches and not ax.get_label():
        yield "a histogram"


def curves(ax):
    """Each curve with a name, or the only one: where it begins and ends, or how many points."""
    names = ax.get_legend_handles_labels()[1]
    lines = [line for line in ax.lines if len(line.get_xdata()) > 2]
    called = {line: line.get_label() for line in lines}
    if not names and ax.get_legend():  # then they were told to the legend, in the lines' order
        names = [text.get_text() for text in ax.get_legend().get_texts()]
        called = dict(zip(lines, names, strict=False))
    named = [line for line in lines if called.get(line) in names]
    for line in (named or lines[: len(lines) == 1])[:MOST]:
        y, dots = np.asarray(line.get_ydata(), float), line.get_linestyle() == "None"
        name = f"{called[line]}: " if line in named else ""
        yield f"{name}{len(y)} points" if dots else f"{name}from {course(y)}"
    yield from [name for name in names if name not in called.values()][:MOST]


def course(y):
    """ "3 down to 1, then up to 2": the ends, and what lies beyond both on the way."""
    begin, low, high, end = (f"{number:.3g}" for number in (y[0], y.min(), y.max(), y[-1]))
    if y.min() < min(y[0], y[-1]):
        return f"{begin} down to {low}, then up to {end}"
    if y.max() > max(y[0], y[-1]):
        return f"{begin} up to {high}, then down to {end}"
    return f"{begin} to {end}"


def quoted(ax):
    """The words in the axes, where they are few: no numbers, and no names of neurons.

    All of a sheet of images: there each is written above its image.
    """
    words = [text.get_text() for text in ax.texts]
    if ax.images and not ax.axison:
        return ["; ".join(words)]
    words = [w for w in words if re.search(r"[^\W\d_]{2}", w) and w not in ax.get_label()]
    return [", ".join(words)] if 0 < len(words) <= MOST else []


def plain(words):
    """Words without the dollars of formulas, on one line."""
    return " ".join(words.replace("$", "").split())
