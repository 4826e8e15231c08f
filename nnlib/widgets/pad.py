"""A pad to draw a digit on, read by a network while you draw.

Three layers: Pad holds the ink, what the network reads in it and what is kept; Reading draws;
DigitPad has the controls, and the Sheet in the browser that one draws on.
"""

import ipywidgets
import numpy as np
import traitlets
from matplotlib.patches import Rectangle

from nnlib._support.hints import door
from nnlib._support.symptoms import reach
from nnlib.datasets.digits import checked_digits
from nnlib.datasets.handwriting import SIDE, prepared
from nnlib.network import checked_network
from nnlib.widgets.parts.board import Board
from nnlib.widgets.parts.in_browser import InBrowser
from nnlib.widgets.parts.numbers import decimals
from nnlib.widgets.parts.picture import Drawing, Picture, steps
from nnlib.widgets.parts.pixels import colour_map, pixels

SENT = 140  # pixels a side of the drawing as it comes from the browser


@door
def digit_pad(net, digits):
    """A board to draw digits on; net, a Network with 784 inputs and 10 outputs, reads them.

    digits  the Digits whose test images can be loaded instead of drawing
    What you keep is in ``pad.images`` (n, 784) and ``pad.labels`` (n,).
    """
    checked_network(net)
    checked_digits(digits)
    if net.sizes[0] != SIDE * SIDE or net.sizes[-1] != 10:
        raise ValueError(
            f"net: expected 784 inputs and 10 outputs, got {net.sizes[0]} and {net.sizes[-1]}; "
            "train one on digits"
        )
    return DigitPad(net, digits)


class Pad:
    """A pad on which one digit is read by a network, and a set of what was kept. No widget.

    crop, centre     whether the ink is cropped, and whether it is centred, as MNIST's digits are
    images, labels   what was kept, (n, 784) and (n,)
    """

    def __init__(self, net, digits):
        self.net, self._test, self._next = net, digits.test, 0
        self.crop = self.centre = True
        self.images, self.labels = np.empty((0, SIDE * SIDE), np.float32), np.empty(0, int)
        self.clear()

    def draw(self, ink):
        """Take ink (height, width) from 0 to 1 for what is on the pad now."""
        self._ink, self._ready = ink, False

    def clear(self):
        self.draw(np.zeros((SENT, SENT)))

    def load(self):
        """Lay the next test digit on the pad, ready as it is; its picture and its label."""
        place, self._next = self._next, (self._next + 1) % len(self._test)
        self._ink, self._ready = self._test.images[place].reshape(SIDE, SIDE), True
        return self._ink, int(self._test.labels[place])

    def keep(self, label):
        """Put the digit on the pad into the set."""
        self.images = np.vstack([self.images, self.image])
        self.labels = np.append(self.labels, label)

    is_empty = property(lambda self: not self._ink.any())

    @property
    def image(self):
        """The digit on the pad as the network sees it, (784,) float32."""
        if self._ready:
            return self._ink.ravel()
        return prepared(self._ink, self.crop, self.centre)[0]

    def read(self):
        """The image, and what it makes of the network: hidden neurons (n_hidden,), outputs (10,).

        The first hidden layer; n_hidden is 0 where there is none. An empty pad leaves all at 0.
        """
        image = self.image
        if not image.any():
            return image, np.zeros(n_hidden(self.net)), np.zeros(10)
        _, A = self.net.forward(image[None, :])
        return image, A[1][0][: n_hidden(self.net)], A[-1][0]


def n_hidden(net):
    """How many neurons the first hidden layer has, 0 where there is no such layer."""
    return net.sizes[1] if len(net.sizes) > 2 else 0


def limits(values, f):
    """The least and the greatest that f can answer; where it has no end, that of the values."""
    ends = zip(reach(f), (values.min(initial=0), values.max(initial=0)), strict=True)
    return [end if np.isfinite(end) else seen for end, seen in ends]


class Reading(Drawing):
    """The digit as the network sees it, its hidden neurons, and its ten outputs as bars. Point at a
    hidden neuron, or press the arrow keys, and its weights lie under the digit.
    """

    def __init__(self, net):
        self._f_hidden, self._f_out = net.activations[0], net.activations[-1]
        self._n_hidden, self._W = n_hidden(net), net.W[0]

    def build(self, figure, look):
        widths, c = [3, 1, 4] if self._n_hidden else [3, 4], look.colours
        self._inks = colour_map(c.paper, c.ink)
        self._weights = colour_map(c.purple, c.paper, c.orange)
        seen, *strip, self._outputs = figure.subplots(1, len(widths), width_ratios=widths)
        self._seen = pixels(seen, np.ones((SIDE, SIDE, 3)))
        seen.set(title="what the net sees", xticks=[], yticks=[])
        below = {"ha": "center", "va": "top", "fontsize": look.small, "transform": seen.transAxes}
        self._whose = seen.text(0.5, -0.02, "", **below)
        self._strip = self._cells(strip[0], self._n_hidden) if strip else None
        frames = [spine for ax in (seen, *strip) for spine in ax.spines.values()]
        for spine in frames:
            spine.set_visible(True)
        self._mark = Rectangle((0, 0), 1, 1, fill=False, lw=4, edgecolor=c.orange)
        cells = [self._strip, strip[0].add_patch(self._mark)] if strip else []
        return [self._seen, self._whose, *cells, *frames, *self._build_outputs(look)]

    def _build_outputs(self, look):
        ax, self._colours = self._outputs, look.colours
        self._bars = ax.barh(range(10), np.zeros(10), color=look.colours.blue)
        ax.set(title="outputs", yticks=range(10))
        ax.invert_yaxis()
        self._numbers = [ax.text(0, k, "", va="center", fontsize=look.small) for k in range(10)]
        return [*self._bars, *self._numbers]

    def _cells(self, ax, n):
        """The strip: a cell for each of n neurons, in columns of about fifteen."""
        columns = -(-n // 15)
        ax.set(title=f"{n} hidden", xticks=[], yticks=[])
        return pixels(ax, np.zeros((-(-n // columns), columns)), "auto", cmap=self._inks)

    def neuron_at(self, picture, event):
        """The hidden neuron that a touch means; None elsewhere."""
        rows, columns = self._strip.get_array().shape
        column, row = np.rint(picture.place_in(self._strip.axes, event)).astype(int)
        neuron = int(row * columns + column)
        inside = 0 <= column < columns and 0 <= row < rows
        return neuron if inside and neuron < self._n_hidden else None

    def show(self, image, hidden, outputs, chosen=None):
        """Draw image (784,), hidden activations (n_hidden,) and outputs (10,).

        chosen  the hidden neuron whose weights lie under the image, orange where ink excites it
        """
        self._show_seen(image, chosen)
        if self._strip:
            cells = np.full(self._strip.get_array().shape, np.nan)
            cells.flat[: len(hidden)] = hidden
            self._strip.set(data=cells, clim=limits(hidden, self._f_hidden))
        return self._show_outputs(outputs, bool(image.any()))

    def _show_seen(self, image, chosen):
        ink, paper, strength = self._inks(1.0), self._inks(0.0), image[:, None]
        if chosen is not None:
            widest = np.quantile(np.abs(self._W), 0.995)
            paper, strength = self._weights(0.5 + 0.5 * self._W[:, chosen] / widest), 0.7 * strength
            row, column = divmod(chosen, self._strip.get_array().shape[1])
            self._mark.set_xy((column - 0.5, row - 0.5))
        seen = paper + strength * (np.array(ink) - paper)
        self._seen.set_data(seen.reshape(SIDE, SIDE, 4))
        self._mark.set_visible(chosen is not None)
        self._whose.set_text("" if chosen is None else f"on the weights of hidden neuron {chosen}")

    def _show_outputs(self, outputs, read):
        """Set the bars; the limits that their axis needs."""
        c = self._colours
        strongest = outputs.argmax() if read else None
        parts = zip(self._bars, self._numbers, outputs, strict=True)
        for digit, (bar, number, output) in enumerate(parts):
            bar.set(width=output, facecolor=c.orange if digit == strongest else c.blue)
            number.set(text=f" {decimals(output, 2)}" if read else "", x=max(output, 0))
        low, high = limits(outputs, self._f_out)
        return (-_doubled(-low) if low < 0 else 0, _doubled(high))

    def set_limits(self, low, high):
        """The axis is doubled until outputs beyond 1, or below 0, have room, and their numbers."""
        self._outputs.set_xlim(low, high + 0.2 * (high - low))


def _doubled(number):
    """1, or the power of 2 that is no less than the number."""
    return float(2 ** np.ceil(np.log2(max(number, 1))))


class Sheet(InBrowser):
    """The sheet in the browser. It sends ("drawing", SENT x SENT bytes of ink) while one draws."""

    script = "pad.js"
    sent = traitlets.Int(SENT).tag(sync=True)
    sheet = traitlets.CBytes(b"").tag(sync=True)  # the page sends a memoryview


class DigitPad(Board):
    """The controls. `images`, `labels` hold what was kept, `image` (784,) what is on the pad."""

    def __init__(self, net, digits):
        super().__init__()
        beside = {"flex": "1 1 300px", "min_width": "0"}  # in a row it has no width of its own
        self._pad, self._reading, self._chosen = Pad(net, digits), Reading(net), None
        felt = dict.fromkeys(("surface", "pointing"), n_hidden(net) > 0)
        self.picture = Picture(self._reading, 290, **felt, layout=beside)
        self._sheet = Sheet()
        self._sheet.on_msg(self._hear)
        self.stack([self._sheet, self.picture], *self._controls(), self.sentence)
        self.feel(self._touch)
        self.settle()

    images = property(lambda self: self._pad.images)
    labels = property(lambda self: self._pad.labels)
    image = property(lambda self: self._pad.image)

    def settle(self):
        """Lay a test digit on an empty pad: there is something read from the beginning."""
        if self._pad.is_empty:
            self.act(self._load)

    def _controls(self):
        self._crop, self._centre = (
            ipywidgets.Checkbox(value=True, description=words, indent=False)
            for words in ("crop and shrink into 20 × 20", "centre by mass")
        )
        self._meant = ipywidgets.Dropdown(
            options=range(10), description="this is a", layout={"width": "160px"}
        )
        self.listen(self._prepare, self._crop, self._centre)
        clear = self.button("Clear", self._clear)
        load = self.button("Load a test digit", self._load)
        keep = self.button("Save this one to my set", self._keep)
        return [[self._crop, self._centre], [clear, load, self._meant, keep]]

    def _hear(self, _, content, buffers):
        if content.get("kind") == "drawing" and len(buffers) == 1:
            ink = np.frombuffer(buffers[0], np.uint8).reshape(SENT, SENT) / 255
            self.act(lambda: self._pad.draw(ink))

    def _prepare(self):
        self._pad.crop, self._pad.centre = self._crop.value, self._centre.value

    def _clear(self):
        self._pad.clear()
        self._sheet.sheet = bytes(SIDE * SIDE)
        self._sheet.sheet = b""

    def _load(self):
        picture, self._meant.value = self._pad.load()
        self._sheet.sheet = np.round(255 * picture).astype(np.uint8).tobytes()

    def _touch(self, event):
        """Look at the hidden neuron that is pointed at, at the next by a key, else at none."""
        if event["kind"] == "key" and steps(event):
            before = -1 if self._chosen is None else self._chosen
            self._chosen = (before + steps(event)) % n_hidden(self._pad.net)
        elif event["kind"] in ("down", "move", "point"):
            self._chosen = self._reading.neuron_at(self.picture, event)

    def _keep(self):
        if self._pad.is_empty:
            return "The pad is empty: draw a digit first."
        self._pad.keep(self._meant.value)
        return f"Kept as a {self._meant.value}. Your set holds {len(self.labels)}."

    def refresh(self, said):
        image, hidden, outputs = self._pad.read()
        self.picture.show(image, hidden, outputs, self._chosen)
        first, second = outputs.argsort()[::-1][:2]
        read = f"Read as a {first} (output {outputs[first]:.2f}), "
        read += f"then a {second} ({outputs[second]:.2f})."
        if self._chosen is not None:
            read += f" Hidden neuron {self._chosen} answers {hidden[self._chosen]:.2f}."
        empty = "Draw a digit, or load one from the test set."
        self.say(said or (read if image.any() else empty))
