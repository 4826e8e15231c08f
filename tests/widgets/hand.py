"""A hand and an eye for the boards: tests do what a student does, and see what a student sees.

A control is known by what is written on it, at it or before it, a curve by its name in the legend.
How a board is made inside, nothing here knows.
"""

import asyncio
import html
import re
import time
import zlib

import anywidget
import ipywidgets
import numpy as np
from ipywidgets.widgets import widget as ipywidgets_widget

SLIDERS = (
    ipywidgets.IntSlider,
    ipywidgets.FloatSlider,
    ipywidgets.IntRangeSlider,
    ipywidgets.FloatRangeSlider,
    ipywidgets.SelectionSlider,
    ipywidgets.FloatLogSlider,
)
LISTS = ipywidgets.Dropdown, ipywidgets.ToggleButtons
FIELDS = ipywidgets.Text, ipywidgets.BoundedFloatText, ipywidgets.Checkbox


# What the hand finds


def inside(widget):
    """The widget and all that stand in it, in the order in which one reads them."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from inside(child)


def controls(board, kind=ipywidgets.Widget):
    """What a hand may move, of one kind or of any: {the names it has: the widget}."""
    read, found = frozenset(), {}
    for widget in inside(board):
        if isinstance(widget, ipywidgets.Label):
            read = frozenset([widget.value])
        elif widget.has_trait("disabled"):
            read = names(widget) or read
            if isinstance(widget, kind):
                found[widget] = read
    return found


def names(widget):
    """What is written on it, also without the number behind it (`η = 0.1`, `right: 0.03`)."""
    written = widget.description if widget.has_trait("description") else ""
    return frozenset({written, re.split(":| =", written)[0], widget.tooltip}) - {"", None}


def control(board, name, kind=ipywidgets.Widget):
    """The one control with this name on it, or before it where there is none on it."""
    there = controls(board, kind)
    found = [widget for widget, called in there.items() if name in called]
    assert len(found) == 1, f"{len(found)} of {[sorted(c) for c in there.values()]} are {name!r}"
    return found[0]


# What it does


def press(board, *names):
    """Press buttons, one after another; a button that is off cannot be pressed."""
    for name in names:
        button = control(board, name, ipywidgets.Button)
        assert not button.disabled, f"{name!r} is off"
        button.click()


def slide(board, name, value):
    control(board, name, SLIDERS).value = value


def choose(board, name, label):
    """Choose from a list or a row of toggles by the label that is read there."""
    control(board, name, LISTS).label = str(label)


def type_in(board, name, value):
    control(board, name, FIELDS).value = value


def send(board, content, *buffers):
    """What the browser sends for the one part of a board, beside its picture, that is drawn there
    by our own script."""
    parts = [w for w in inside(board) if isinstance(w, anywidget.AnyWidget)]
    (part,) = [part for part in parts if part is not board.picture]
    arrive(part, content, *buffers)


def arrive(part, content, *buffers):
    data = {"method": "custom", "content": content}
    part.comm.handle_msg({"content": {"data": data}, "buffers": list(buffers)})


def key(board, name, handle=-1, shift=False):
    """Press a key on the picture or on a handle of it."""
    arrive(board.picture, {"kind": "key", "handle": handle, "key": name, "shift": shift})


def handle(board, name):
    """The number of the one handle of the picture that is called so."""
    found = [k for k, one in enumerate(page(board).handles) if one["aria"]["label"] == name]
    assert len(found) == 1, [one["aria"]["label"] for one in page(board).handles]
    return found[0]


def touch(board, x, y, kind="down", handle=-1):
    """Touch the picture, or drag a handle: from 0 to 1, from the left and from the top."""
    arrive(board.picture, {"kind": kind, "handle": handle, "x": x, "y": y})


def drag(board, handle, ax, *to):
    """Drag a handle of the picture over these places (x, y) on axes."""
    for kind, place in zip(["down", *["move"] * len(to)], [to[0], *to], strict=False):
        touch(board, *place_on(board, ax, *place), kind, handle)
    touch(board, *place_on(board, ax, *place), "up", handle)


def place_on(board, ax, x, y):
    """Where (x, y) on axes stands in the picture: from 0 to 1, from the left and from the top."""
    figure = board.picture.figure
    right, up = figure.transFigure.inverted().transform(ax.transData.transform((x, y)))
    return right, 1 - up


# What the eye sees


def markup(board):
    """The sentence that a screen reader reads out, as HTML."""
    texts = [w.value for w in inside(board) if isinstance(w, ipywidgets.HTML)]
    (sentence,) = [text for text in texts if re.search("role=.status", text)]
    return sentence


def words(board):
    """The sentence that a screen reader reads out."""
    return plain(markup(board))


def everything_written(board):
    """All text that stands on the board, but for what is in pictures."""
    return plain(" ".join(w.value for w in inside(board) if isinstance(w, ipywidgets.HTML)))


def plain(text):
    """HTML without its tags."""
    return " ".join(
        html.unescape(re.sub("<style>.*?</style>|<.*?>", " ", text, flags=re.S)).split()
    )


def put(frame, data, words):
    """The page's pixels after a frame, as picture.js puts it into those that were there."""
    if frame["whole"]:
        return np.frombuffer(zlib.decompress(data), np.uint32).reshape(frame["whole"][::-1]).copy()
    for begin, end, colour in np.frombuffer(data, np.uint32).reshape(3, -1).T:
        words.ravel()[begin:end] = colour
    return words


class Page:
    """The page that shows a Picture: it asks for it, and keeps what comes."""

    def __init__(self, part, width=1000, ratio=1, paper=(255, 255, 255)):
        self.part, self.frames, self.answers = part, [], 0
        part.send = self.hear
        self.look(width, ratio, paper)

    def look(self, width=1000, ratio=1, paper=(255, 255, 255)):
        """Tell the picture where it is."""
        arrive(self.part, {"kind": "seen", "width": width, "ratio": ratio, "paper": paper})

    def hear(self, content, buffers=()):
        if content["kind"] == "done":
            self.answers += 1
            return
        self.frames.append(content | {"bytes": len(buffers[0])})
        self.words = put(content, buffers[0], getattr(self, "words", None))

    @property
    def pixels(self):
        """What is in the canvas, (height, width, 4) bytes."""
        return self.words.view(np.uint8).reshape(*self.words.shape, 4)

    @property
    def labels(self):
        return self.frames[-1]["labels"]

    @property
    def handles(self):
        return self.frames[-1]["handles"]


def page(board):
    """The page that shows the board's picture; the first call opens it."""
    part = board.picture
    if "page" not in vars(part):
        part.page = Page(part)
    return part.page


def picture(board):
    """What is seen of the board's picture: its pixels, and what is written on them."""
    shown = page(board)
    return shown.pixels.tobytes(), shown.labels


def axes(board, name):
    """The one pair of axes in the picture on which a text begins so."""
    figure = board.picture.figure
    (found,) = [ax for ax in figure.axes if any(t.startswith(name) for t in texts(ax))]
    return found


def texts(ax):
    """All that is written on axes, but for the numbers along them."""
    return [ax.get_title(loc=loc) for loc in ("left", "center")] + [
        *(ax.get_xlabel(), ax.get_ylabel()),
        *(text.get_text() for text in ax.texts),
    ]


def drawn(ax, name):
    """The one line or bar on axes that the legend calls so."""
    (found,) = [artist for artist in ax.get_children() if artist.get_label() == name]
    return found


def place_of(board, number):
    """Where a number stands in the picture; of several equal ones the one farthest right.

    From 0 to 1 each: how far from the left, how far from the top.
    """
    labels = [label for label in page(board).labels if label["text"] == number]
    return max((label["x"], label["y"]) for label in labels)


def living():
    """The ids of all widgets that are not closed."""
    # private to ipywidgets, which has no public list of them
    return set(ipywidgets_widget._instances)


async def until(condition, seconds=30):
    """Wait for the condition, and leave the event loop free for the board."""
    end = time.perf_counter() + seconds
    while not condition():
        assert time.perf_counter() < end, "it never came true"
        await asyncio.sleep(0.01)
