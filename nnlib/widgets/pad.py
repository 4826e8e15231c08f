"""A pad to draw a digit on, read by a network while you draw.

The pad itself is the one piece of JavaScript here: a hand moves faster than a kernel answers.
"""

import threading

import anywidget
import ipywidgets
import numpy as np
import traitlets

from nnlib._support.hints import explains_its_arguments
from nnlib.datasets.digits import checked_digits
from nnlib.datasets.handwriting import SIDE, like_mnist
from nnlib.network import checked_network
from nnlib.palette import BLUE, ORANGE
from nnlib.widgets.parts.board import Board, still_png
from nnlib.widgets.parts.picture import Picture

SENT = 140  # pixels a side of the drawing as it comes from the browser

DRAW = """
export default {
  render({ model, el }) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 280;
    canvas.className = "nnlib-pad";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", "a sheet to draw a digit on with mouse, pen or finger");
    canvas.style.cssText =
      "width: 280px; height: 280px; background: white; border: 2px solid #0072B2; " +
      "touch-action: none; cursor: crosshair";
    el.append(canvas);
    const ink = canvas.getContext("2d", { willReadFrequently: true });
    Object.assign(ink, { lineWidth: 22, lineCap: "round", lineJoin: "round" });
    const small = new OffscreenCanvas(SENT, SENT).getContext("2d", { willReadFrequently: true });
    let last = null, waiting = false;

    function send() {
      waiting = false;
      small.clearRect(0, 0, SENT, SENT);
      small.drawImage(canvas, 0, 0, SENT, SENT);
      const alpha = small.getImageData(0, 0, SENT, SENT).data.filter((_, i) => i % 4 === 3);
      model.send({ kind: "drawing" }, undefined, [alpha.buffer]);
    }
    function sendSoon() {
      if (!waiting) { waiting = true; setTimeout(send, 60); }
    }
    function place(event) {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) * 280 / box.width,
              (event.clientY - box.top) * 280 / box.height];
    }
    function line(to) {
      ink.beginPath(); ink.moveTo(...last); ink.lineTo(...to); ink.stroke();
      last = to; sendSoon();
    }
    canvas.addEventListener("pointerdown", event => {
      canvas.setPointerCapture(event.pointerId); last = place(event); line(last);
    });
    canvas.addEventListener("pointermove", event => { if (last) line(place(event)); });
    for (const end of ["pointerup", "pointercancel"])
      canvas.addEventListener(end, () => { last = null; });

    // the kernel lays down a sheet: empty, or a digit of 28 x 28 pixels
    model.on("change:sheet", () => {
      ink.clearRect(0, 0, 280, 280);
      const pixels = new Uint8Array(model.get("sheet").buffer);
      pixels.forEach((grey, i) => {
        ink.fillStyle = `rgba(0, 0, 0, ${grey / 255})`;
        ink.fillRect(10 * (i % 28), 10 * Math.floor(i / 28), 10, 10);
      });
    });
  }
};
""".replace("SENT", str(SENT))


@explains_its_arguments
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


class Sheet(anywidget.AnyWidget):
    """The sheet in the browser. It sends ("drawing", SENT x SENT bytes of ink) while one draws."""

    _esm = DRAW
    sheet = traitlets.Bytes(b"").tag(sync=True)


class Reading:
    """What the network makes of a picture: the picture, its hidden neurons, its ten outputs."""

    def __init__(self, hidden):
        self.picture = Picture(760, 300)
        seen, strip, bars = self.picture.axes(1, 3, width_ratios=[3, 1, 4])
        blank = np.zeros((SIDE, SIDE))
        self._seen = seen.imshow(blank, cmap="gray_r", vmin=0, vmax=1)
        seen.set(title="what the net sees", xticks=[], yticks=[])
        columns = -(-hidden // 15)
        self._strip_shape = (-(-hidden // columns), columns)
        self._strip = strip.imshow(
            np.zeros(self._strip_shape), cmap="gray_r", vmin=0, vmax=1, aspect="auto"
        )
        strip.set(title=f"{hidden} hidden", xticks=[], yticks=[])
        self._bars = bars.barh(range(10), np.zeros(10), color=BLUE)
        bars.set(title="outputs", xlim=(0, 1), yticks=range(10))
        bars.invert_yaxis()
        self.picture.moving(self._seen, self._strip, *self._bars)

    def show(self, image, hidden, outputs):
        """Draw image (784,), hidden activations (n_hidden,) and outputs (10,)."""
        self._seen.set_data(image.reshape(SIDE, SIDE))
        cells = np.zeros(np.prod(self._strip_shape))
        cells[: len(hidden)] = hidden
        self._strip.set_data(cells.reshape(self._strip_shape))
        strongest = outputs.argmax()
        for digit, (bar, output) in enumerate(zip(self._bars, outputs, strict=True)):
            bar.set_width(output)
            bar.set_facecolor(ORANGE if digit == strongest else BLUE)
        self.picture.refresh()


class DigitPad(Board):
    """The controls. `images` and `labels` hold what was kept."""

    def __init__(self, net, digits):
        self._net, self._digits, self._next = net, digits, 0
        self._lock = threading.RLock()  # drawings may arrive on another thread than clicks
        self._ink = np.zeros((SENT, SENT))
        self._as_it_is = False
        self.images, self.labels = np.empty((0, SIDE * SIDE), np.float32), np.empty(0, int)
        self._reading = Reading(net.sizes[1])
        self.picture = self._reading.picture
        self._sheet = Sheet()
        self._sheet.on_msg(self._hear)
        self._cropped = self._switch("crop and shrink into 20 × 20")
        self._centred = self._switch("centre by mass")
        self._meant = ipywidgets.Dropdown(
            options=range(10), description="this is a", layout={"width": "160px"}
        )
        self._sentence = ipywidgets.HTML()
        buttons = ipywidgets.HBox(
            [
                self._button("Clear", self._clear),
                self._button("Load a test digit", self._load),
                self._meant,
                self._button("Save this one to my set", self._keep),
            ],
            layout={"flex_flow": "row wrap"},
        )
        switches = ipywidgets.HBox([self._cropped, self._centred])
        drawing = ipywidgets.HBox(
            [self._sheet, self.picture.image], layout={"flex_flow": "row wrap"}
        )
        super().__init__([drawing, switches, buttons, self._sentence])
        self._read()

    def still(self):
        return still_png(self.picture.image)

    def settle(self):
        """Lay a test digit on an empty pad, so that its still twin shows something read."""
        if not self._ink.any():
            self._load()

    @property
    def image(self):
        """The digit on the pad as the network sees it, (784,) float32."""
        if self._as_it_is:
            return self._ink.ravel()
        return like_mnist(self._ink, self._cropped.value, self._centred.value)[0]

    def _switch(self, name):
        switch = ipywidgets.Checkbox(value=True, description=name, indent=False)
        switch.observe(lambda _: self._read(), "value")
        return switch

    def _button(self, name, act):
        button = ipywidgets.Button(description=name, layout={"width": "auto"})
        button.on_click(lambda _: act())
        return button

    def _hear(self, _, content, buffers):
        if content.get("kind") == "drawing" and len(buffers) == 1:
            self._lay(np.frombuffer(buffers[0], np.uint8).reshape(SENT, SENT) / 255)

    def _lay(self, ink, as_it_is=False):
        """Put ink (height, width) on the pad; as_it_is: a finished picture of 28 × 28."""
        with self._lock:
            self._ink, self._as_it_is = ink, as_it_is
            self._read()

    def _clear(self):
        self._sheet.sheet = bytes(SIDE * SIDE)
        self._sheet.sheet = b""
        self._lay(np.zeros((SENT, SENT)))

    def _load(self):
        test = self._digits.test
        place, self._next = self._next, (self._next + 1) % len(test)
        image = test.images[place].reshape(SIDE, SIDE)
        self._sheet.sheet = np.round(255 * image).astype(np.uint8).tobytes()
        self._meant.value = int(test.labels[place])
        self._lay(image, as_it_is=True)

    def _keep(self):
        if not self._ink.any():
            self._say("The pad is empty: draw a digit first.")
            return
        self.images = np.vstack([self.images, self.image])
        self.labels = np.append(self.labels, self._meant.value)
        self._say(f"Kept as a {self._meant.value}. Your set holds {len(self.labels)}.")

    def _read(self):
        with self._lock:
            image = self.image
            if not image.any():
                self._reading.show(image, np.zeros(self._net.sizes[1]), np.zeros(10))
                self._say("Draw a digit, or load one from the test set.")
                return
            _, A = self._net.forward(image[None, :])
            hidden, outputs = A[1][0], A[-1][0]
            self._reading.show(image, hidden, outputs)
            first, second = outputs.argsort()[::-1][:2]
            self._say(
                f"Read as a {first} (output {outputs[first]:.2f}), "
                f"then a {second} ({outputs[second]:.2f})."
            )

    def _say(self, sentence):
        self._sentence.value = f"<div role='status' style='font-size: 1.2em'>{sentence}</div>"
