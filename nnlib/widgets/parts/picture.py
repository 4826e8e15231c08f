"""A matplotlib figure in the page: crisp at any pixel ratio, as wide as its place, in its theme.

What stays is drawn once and kept as a background; what moves is drawn over it (blitting). Only the
pixels that changed are sent. Texts that move are written by the page: matplotlib takes longer for
one of them than for all the rest. Nothing is drawn until somebody looks.
"""

import base64
import io
import zlib
from dataclasses import dataclass
from time import perf_counter

import matplotlib
import numpy as np
import traitlets
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from matplotlib.transforms import ScaledTranslation
from PIL import Image, ImageDraw

from nnlib.palette import LIGHT, Palette, palette_on
from nnlib.widgets.parts.board import one_at_a_time
from nnlib.widgets.parts.in_browser import InBrowser

DPI = 100  # of the page's pixels; the device's come on top
NARROWER = 600  # pixels: below, type is small and parts stand below one another
SMALLEST = 11  # pixels of type
LONG = 1.0  # seconds: a page out of sight does not say that it has shown a picture
STILL = 1000, 1.5, LIGHT.paper  # the width, the pixel ratio and the paper of a still picture
STILL_SAYS = "A still picture: run this cell to touch it."


@dataclass(frozen=True)
class Look:
    """How a picture is drawn: so many pixels of the page wide and high, in these colours."""

    width: int
    height: int
    ratio: float
    colours: Palette
    narrow: bool

    @property
    def size(self):
        """The points of type; small is for what stands close, large for titles."""
        return (16 if self.width >= 900 else 14 if self.width >= NARROWER else 12.5) * 72 / DPI

    small = property(lambda self: max(0.85 * self.size, SMALLEST * 72 / DPI))
    large = property(lambda self: 1.2 * self.size)

    @property
    def style(self):
        """What matplotlib calls them."""
        inked = "text.color axes.labelcolor axes.edgecolor xtick.color ytick.color patch.edgecolor"
        types = "axes.titlesize axes.labelsize legend.fontsize font.size"
        return dict.fromkeys(inked.split(), self.colours.ink) | {
            **dict.fromkeys(types.split(), self.size),
            **dict.fromkeys(("xtick.labelsize", "ytick.labelsize"), self.small),
            "axes.facecolor": "none",
            "grid.color": self.colours.pale,
            "hatch.color": self.colours.ink,
            "axes.spines.top": False,
            "axes.spines.right": False,
        }


class Drawing:
    """What a Picture shows; the docstring of its class says so to those who cannot see it.

    narrower  pixels: on a page that has fewer, its parts stand below one another
    """

    narrower = NARROWER

    def build(self, figure, look):
        """Make all artists, anew for another look; return a list of those that move.

        They are drawn in its order. show() may change the list itself.
        """
        raise NotImplementedError

    def show(self, *state):
        """Move the artists; return what the axes hold now (anything that can be compared)."""

    def set_limits(self, *limits):
        """Change the axes, for show() has returned others than before.

        Return True where the places of the axes are to be found anew, too.
        """

    def handles(self):
        """What one takes hold of: a Handle for each."""
        return ()


@dataclass(frozen=True)
class Handle:
    """A place on axes that is dragged or moved by keys, with a name and a value in words.

    transform  of the place, where it is not that of the axes' data
    role       "slider"; "button", which is pressed and has no value; or "application", which is
               all of the axes, and hears each touch and key on them
    """

    ax: object
    x: float
    y: float
    label: str
    value: float = 0
    least: float = 0
    most: float = 0
    words: str = ""
    transform: object = None
    role: str = "slider"


class Picture(InBrowser):
    """A Drawing in the page, `height` pixels high, where the page is narrow `tall`.

    surface  True: touches and keys are heard anywhere on it; else only on the handles
    pointing True: where a pointer moves that presses nothing is heard, too (kind "point")
    """

    script = "picture.js"
    alt = traitlets.Unicode().tag(sync=True)
    surface = traitlets.Bool(False).tag(sync=True)
    pointing = traitlets.Bool(False).tag(sync=True)

    def __init__(self, drawing, height, tall=None, **traits):
        super().__init__(alt=" ".join((drawing.__doc__ or "").split()), **traits)
        self.drawing, self._heights = drawing, (height, tall or height)
        self.figure = Figure(layout="none")
        self._canvas = FigureCanvasAgg(self.figure)
        self._state, self._page, self._touched, self._held = None, None, lambda event: None, None
        self._under_way, self._sent_at = 0, 0.0
        self._dress(self._look(*STILL))
        self.on_msg(self._hear)

    def show(self, *state):
        """Show this state of the drawing."""
        self._state = state
        self._arrange()
        if self._page:
            self._send_frame()

    @property
    def is_behind(self):
        """Whether the page is still busy with two pictures; one that says nothing for long is not.

        With one under way, half the time would go by with waiting for the page's answer.
        """
        return self._under_way > 1 and perf_counter() - self._sent_at < LONG

    def on_touch(self, do):
        """Let do(event) hear each touch and key: kind, handle, and x and y or key and shift."""
        self._touched = do

    def place_in(self, ax, event):
        """The coordinates of ax that a touch means."""
        at = self.figure.transFigure.transform((event["x"], 1 - event["y"]))
        return ax.transData.inverted().transform(at)

    def turned(self, event, number, reach, step):
        """What a number comes to whose handle is dragged up or down, or moved by keys.

        reach  how far it goes when it is dragged all the way up the picture
        step   of a key
        """
        if event["kind"] == "key":
            return number + step * steps(event)
        if event["kind"] == "down":
            self._held = number, event["y"]
        elif event["kind"] == "move":
            before, y = self._held
            return before + reach * (y - event["y"])
        return number

    def still(self):
        """The picture on white with all that is written, and a word on it, as a MIME bundle."""
        with one_at_a_time:
            kept = self.look
            self._dress(self._look(*STILL))
            pixels = self._drawn(with_texts=True)[..., :3]
            file = io.BytesIO()
            captioned(pixels).save(file, "PNG", compress_level=1)
            if self._page:
                self._dress(kept)
            return {"image/png": base64.b64encode(file.getvalue()).decode()}

    # what the page says

    def _hear(self, _, content, buffers):
        if content["kind"] == "shown":
            self._under_way -= 1
            return
        try:
            if content["kind"] == "seen":
                self._see(content["width"], content["ratio"], content["paper"])
            else:
                self._touched(content)
        finally:
            self.send({"kind": "done"})

    def _see(self, width, ratio, paper):
        with one_at_a_time:
            self._page = width, ratio, "#{:02x}{:02x}{:02x}".format(*map(int, paper))
            self._dress(self._look(*self._page))
            self._send_frame()

    def _look(self, width, ratio, paper):
        narrow = width < self.drawing.narrower
        return Look(width, self._heights[narrow], ratio, palette_on(paper), narrow)

    # how it is drawn

    def _dress(self, look):
        """Make the drawing anew for a look, and show what it showed."""
        self.look, figure = look, self.figure
        figure.clear()
        figure.set(dpi=DPI * look.ratio, facecolor=look.colours.paper)
        pixels = [round(side * look.ratio) + 0.01 for side in (look.width, look.height)]
        figure.set_size_inches(np.divide(pixels, figure.dpi))  # a hair more, for Agg cuts off
        with matplotlib.rc_context(look.style):
            self._moving = self.drawing.build(figure, look)
        self._limits = self._background = self._sent = None
        self._room = None
        if self._state is not None:
            self._arrange()

    def _arrange(self):
        """Let the drawing show its state, and its axes hold it."""
        limits = self.drawing.show(*self._state)
        if limits != self._limits:
            self._limits, self._background = limits, None
            with matplotlib.rc_context(self.look.style):
                if self.drawing.set_limits(*limits):
                    self._room = None
        for artist in self._moving:
            artist.set_animated(True)
            artist.set_in_layout(isinstance(artist, Axis))  # whose labels want room

    def _drawn(self, with_texts=False):
        """The pixels (height, width, 4), without the texts that the page writes."""
        if self._background is None:
            with matplotlib.rc_context(self.look.style):
                self._draw_background()
        self._canvas.restore_region(self._background)
        renderer = self._canvas.get_renderer()
        for artist in self._moving:
            if with_texts or not is_written_by_the_page(artist):
                artist.draw(renderer)
        return np.array(self._canvas.buffer_rgba())

    def _draw_background(self):
        """Draw what stays. The axes move only where a label has no room, for it takes long."""
        if self._room is not None:
            self._canvas.draw()
        if self._room is None or np.any(self._needs() > self._room):
            self.figure.set_layout_engine("constrained")
            self._canvas.draw()
            self.figure.set_layout_engine("none")
            self._room = self._needs()
        self._background = self._canvas.copy_from_bbox(self.figure.bbox)

    def _needs(self):
        """The pixels that the labels of every axis take, across it."""
        renderer, needs = self._canvas.get_renderer(), []
        for ax in self.figure.axes:
            boxes = [axis.get_tightbbox(renderer) for axis in (ax.xaxis, ax.yaxis)]
            needs += [boxes[0].height if boxes[0] else 0, boxes[1].width if boxes[1] else 0]
        return np.array(needs) + 1.0

    # how it is sent

    def _send_frame(self):
        now = self._drawn().view(np.uint32)[..., 0]
        frame, data = changes(self._sent, now)
        self._sent, size = now, self.figure.bbox.size
        texts = filter(is_written_by_the_page, self._moving)
        seen = (text for text in texts if text.get_visible() and text.get_text())
        frame["labels"] = [as_label(text, size) for text in seen]
        frame["handles"] = [as_handle(handle, size) for handle in self.drawing.handles()]
        lost = perf_counter() - self._sent_at > LONG
        self._under_way, self._sent_at = 1 if lost else max(self._under_way, 0) + 1, perf_counter()
        self.send({"kind": "frame"} | frame, buffers=[data])


def title_of(ax):
    """A text where the title stands, which may change without a new layout."""
    ax.set_title(" ")  # keeps the room
    lift = ScaledTranslation(0, 6 / 72, ax.figure.dpi_scale_trans)  # as titles have it
    return ax.text(0.5, 1, "", ha="center", va="bottom", transform=ax.transAxes + lift)


def captioned(pixels):
    """A still picture with a line below it that says so."""
    height, width, _ = pixels.shape
    sheet = Image.new("RGB", (width, height + 30), LIGHT.paper)
    sheet.paste(Image.fromarray(pixels))
    look = {"fill": LIGHT.grey, "font_size": 20, "anchor": "rt"}
    ImageDraw.Draw(sheet).text((width - 8, height), STILL_SAYS, **look)
    return sheet


KEY_STEPS = {"ArrowUp": 1, "ArrowRight": 1, "ArrowDown": -1, "ArrowLeft": -1}
KEY_STEPS |= {"PageUp": 10, "PageDown": -10}
ARROWS = {"ArrowUp": (-1, 0), "ArrowDown": (1, 0), "ArrowLeft": (0, -1), "ArrowRight": (0, 1)}


def steps(event):
    """How many steps up or down a key means."""
    return KEY_STEPS.get(event["key"], 0) * (10 if event["shift"] else 1)


def changes(before, now):
    """What a frame says of its pixels, and the pixels: all, or those that are not as before.

    These come as runs of one colour: where each begins, where it ends, and its colour.
    """
    height, width = now.shape
    if before is not None:
        where = np.flatnonzero(now != before)
        where = where if len(where) else np.array([0])  # nothing: the first pixel, as it was
        colours = now.ravel()[where]
        breaks = (np.diff(where) > 1) | (colours[1:] != colours[:-1])
        first, last = where[np.r_[True, breaks]], where[np.r_[breaks, True]]
        if len(first) < now.size / 10:
            data = np.concatenate([first, last + 1, now.ravel()[first]]).astype(np.uint32)
            return {"whole": None, "box": box_around(first, last, width)}, data.tobytes()
    return {"whole": [width, height], "box": [0, 0, width, height]}, zlib.compress(now, 1)


def box_around(first, last, width):
    """Left, top, width and height of what holds all runs of pixels, in rows of so many."""
    rows, columns = np.divmod([first, last], width)
    if np.any(rows[0] != rows[1]):
        columns = np.array([[0], [width - 1]])  # one goes on in the next row
    left, top = columns[0].min(), rows[0, 0]
    return [int(n) for n in (left, top, columns[1].max() - left + 1, rows[1, -1] - top + 1)]


def is_written_by_the_page(artist):
    """Whether it is a plain text: formulas, slanting texts and arrows are left to matplotlib."""
    if not isinstance(artist, Text) or isinstance(artist, Annotation):
        return False
    is_formula = artist.get_parse_math() and "$" in artist.get_text()
    return artist.get_rotation() == 0 and not is_formula


SIDES = {"left": 0, "center": 0.5, "right": 1, "top": 0, "bottom": 1, "baseline": 0.79}


def as_label(text, size):
    """A matplotlib Text as the page writes it, in a picture of so many pixels."""
    at = place_on_page(text.get_transform(), *text.get_unitless_position(), size)
    ha, va = text.get_horizontalalignment(), text.get_verticalalignment()
    patch = text.get_bbox_patch()
    return {
        "text": text.get_text(),
        **at | {"right": SIDES[ha], "up": SIDES.get(va, 0.5)},
        **{"align": ha, "size": text.get_fontsize() * DPI / 72, "line": 1.2},
        **{"colour": to_hex(text.get_color()), "weight": text.get_fontweight()},
        "family": text.get_fontfamily()[0],
        "paper": to_hex(patch.get_facecolor(), keep_alpha=True) if patch else "none",
    }


def as_handle(handle, size):
    """A Handle as the page takes it."""
    at = place_on_page(handle.transform or handle.ax.transData, handle.x, handle.y, size)
    aria = {"label": handle.label}
    if handle.role == "slider":
        words = handle.words.replace("-", "−")  # a hyphen is not read out
        aria |= {"valuetext": words, "valuenow": handle.value}
        aria |= {"valuemin": handle.least, "valuemax": handle.most}
    area = "width: {:.4%}; height: {:.4%}".format(*handle.ax.bbox.size / size)
    area = area if handle.role == "application" else ""
    return at | {"role": handle.role, "aria": aria, "area": area}


def place_on_page(transform, x, y, size):
    """Fractions of the picture, from its upper left; what two layouts differ by is rounded off."""
    x, y = transform.transform((x, y)) / size
    return {"x": round(float(x), 9), "y": round(float(1 - y), 9)}
