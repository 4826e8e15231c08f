"""The slowdown explorer: one neuron unlearns a 1, slowly or fast, depending on its cost.

The input is 1 and the target 0. Three layers: Path is the 300 epochs of the neuron with one cost,
BothPaths shows them for both costs, SlowdownExplorer has the controls.
"""

import itertools

import ipywidgets
import numpy as np

from nnlib._support.checks import checked_number
from nnlib._support.hints import door, short
from nnlib.activations import SIGMOID
from nnlib.costs import CROSS_ENTROPY, QUADRATIC
from nnlib.widgets.parts.board import Board, choice, label, player, sized, slider, toggles
from nnlib.widgets.parts.picture import Drawing, Handle, Picture, steps

N_EPOCHS = 300
STARTS = ((0.6, 0.9), (2.0, 2.0))  # those of the published figures
ETA = 0.15  # the same for both costs
BOTH_COSTS = (QUADRATIC, CROSS_ENTROPY)

FARTHEST = 4.0  # of a start from 0
ETAS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)


@door
def slowdown_explorer(start=(2.0, 2.0), *, eta=ETA, cost=QUADRATIC):
    """A board on which one sigmoid neuron with input 1 and target 0 learns for 300 epochs.

    start  where the sliders of the weight and the bias begin, (w, b), each from -4 to 4
    eta    where the learning rate begins, at most 5
    cost   QUADRATIC or CROSS_ENTROPY: the one whose point carries the tangent at first

    ``explorer.paths`` are the two Paths shown, that of the quadratic cost first.
    TypeError or ValueError in words where something does not fit.
    """
    w, b = _checked_start(start)
    if not 0 < checked_number(eta, "eta", 0) <= ETAS[-1]:
        raise ValueError(
            f"eta: expected a learning rate above 0, at most 5, got {short(eta)}; write eta=0.15"
        )
    if not any(cost is known for known in BOTH_COSTS):
        raise ValueError(
            f"cost: expected QUADRATIC or CROSS_ENTROPY, got {short(cost)}; write one of them"
        )
    return SlowdownExplorer(w, b, float(eta), cost)


def _checked_start(start):
    try:
        w, b = start
    except (TypeError, ValueError):
        raise ValueError(
            f"start: expected a pair (w, b), got {short(start)}; write (2, 2)"
        ) from None
    start = ("w", w), ("b", b)
    return [checked_number(value, name, -FARTHEST, most=FARTHEST) for name, value in start]


class Path:
    """The neuron's way downhill with one cost: arrays (epochs + 1,), the start first.

    w, b   weight and bias               a      the output σ(z)
    z      the weighted input w·1 + b    slope  σ'(z)
    costs  the cost                      delta  δ, the slope of the cost in z, in w and in b
    """

    def __init__(self, cost, w, b, eta, epochs=N_EPOCHS):
        self.cost = cost
        rows = np.array(list(_descend(cost, w, b, eta, epochs)))
        self.w, self.b, self.z, self.a, self.delta = rows.T
        self.slope = SIGMOID.slope(self.z)
        Z, A = self.z[:, None], self.a[:, None]
        self.costs = cost.per_sample(Z, A, np.zeros_like(A))

    @property
    def below_half(self):
        """The first epoch after which the output is below ½, or None."""
        epochs = np.flatnonzero(self.a < 0.5)
        return int(epochs[0]) if len(epochs) else None


def _descend(cost, w, b, eta, epochs):
    """Yield (w, b, z, a, δ) at the start and after each epoch."""
    for _ in range(epochs + 1):
        z = w * 1.0 + b
        a = SIGMOID.value(z)
        delta = cost.error(z, a, 0.0, SIGMOID)
        yield w, b, z, a, delta
        w, b = w - eta * delta * 1.0, b - eta * delta


LOOKS_OF = {
    QUADRATIC.name: {"ls": "--", "marker": "s", "label": "quadratic, δ = (a − y) σ'(z)"},
    CROSS_ENTROPY.name: {"ls": "-", "marker": "o", "label": "cross-entropy, δ = a − y"},
}
FOLLOWED, OTHER = 3.5, 1.8  # widths of the curves
Z_RANGE = (-9, 9)  # holds every z that the controls can bring about
TANGENT = 2.2  # half the length of the tangent, in units of z where it is level
STEEP = 14.0  # a slope of 1 looks this steep: a's axis is so much longer than z's
EVERY = 10  # epochs between two dots of the trail


class BothPaths(Drawing):
    """Two plots over 300 epochs, the output of the neuron and its cost in per cent of its start,
    for the quadratic cost and for cross-entropy; beside them the sigmoid, with a point for each
    cost and the tangent at one of them.
    """

    wide = {"mosaic": [["output", "sigmoid"], ["cost", "sigmoid"]], "width_ratios": (6, 5)}
    tall = {"mosaic": [["sigmoid"], ["output"], ["cost"]], "height_ratios": (4, 3, 3)}

    def build(self, figure, look):
        axes = figure.subplot_mosaic(**(self.tall if look.narrow else self.wide))
        self._output, self._cost, self.sigmoid = (axes[k] for k in ("output", "cost", "sigmoid"))
        self._inks = dict(zip(LOOKS_OF, (look.colours.orange, look.colours.blue), strict=True))
        return [*self._build_curves(figure, look), *self._build_sigmoid(look)]

    def _build_curves(self, figure, look):
        """The curves of both costs over the epochs, and a line at the epoch shown."""
        axes = self._output, self._cost
        self._curves = {
            (ax, name): ax.plot([], [], color=self._inks[name], markersize=9, **style)[0]
            for ax, (name, style) in itertools.product(axes, LOOKS_OF.items())
        }
        self._now = [ax.axvline(0, lw=1, color=look.colours.ink) for ax in axes]
        for ax in axes:
            ax.set(xlim=(-5, N_EPOCHS + 5), ylim=(-0.03, 1.03), yticks=(0, 0.5, 1))
            ax.grid()
        self._output.set(ylabel="output a", xticklabels=[])
        self._cost.set(xlabel="epoch", ylabel="cost, % of its start")
        self._cost.set_yticks((0, 0.5, 1), ("0", "50", "100"))
        handles, names = self._output.get_legend_handles_labels()
        place = {"loc": "outside upper left", "ncols": 1 if look.narrow else 2}
        legend = figure.legend(handles, names, frameon=False, handlelength=2.5, **place)
        for handle in legend.legend_handles:
            handle.set(lw=2.5, markevery=[0])
        return [*self._now, *self._curves.values()]

    def _build_sigmoid(self, look):
        ax, z, ink = self.sigmoid, np.linspace(*Z_RANGE, 361), look.colours.ink
        ax.plot(z, SIGMOID.value(z), color=look.colours.grey, lw=2.5)
        ax.plot(z, SIGMOID.slope(z), color=look.colours.grey, lw=1.5, ls=":")
        ax.text(1.4, 0.6, "a = σ(z)")
        ax.text(2.4, 0.13, "its slope σ'(z)")
        (self._trail,) = ax.plot([], [], ".", color=ink, markersize=4)
        (self._tangent,) = ax.plot([], [], color=ink, lw=2)
        ring = {"markersize": 18, "markerfacecolor": "none", "markeredgecolor": ink}
        (self._start,) = ax.plot([], [], "o", **ring)
        self._points = {
            name: ax.plot([], [], style["marker"], color=self._inks[name], markersize=10)[0]
            for name, style in LOOKS_OF.items()
        }
        self._notes = [ax.text(0.02, y, "", transform=ax.transAxes) for y in (0.93, 0.86, 0.79)]
        self._drag = ax.text(0, 0, "drag", ha="center", va="top", fontsize=look.small)
        ax.set(xlim=Z_RANGE, ylim=(-0.03, 1.12), yticks=(0, 0.5, 1), xlabel="weighted input z")
        ax.grid()
        lines = self._trail, self._tangent, *self._points.values(), self._start
        return [*lines, *self._notes, self._drag]

    def show(self, paths, epoch, cost):
        """Show both paths, their points at an epoch, and the tangent at that of one cost."""
        for path in paths:
            self._show_curves(path, epoch, path.cost is cost)
            self._points[path.cost.name].set_data([path.z[epoch]], [path.a[epoch]])
            if path.cost is cost:
                self._show_slope(path, epoch)
        for line in self._now:
            line.set_xdata([epoch, epoch])
        self._from = float(paths[0].z[0]), float(paths[0].a[0])
        self._start.set_data(*np.transpose([self._from]))
        self._drag.set_position((self._from[0], self._from[1] - 0.07))

    def _show_curves(self, path, epoch, followed):
        for ax, values in ((self._output, path.a), (self._cost, path.costs / path.costs[0])):
            curve = self._curves[ax, path.cost.name]
            curve.set_data(range(len(values)), values)
            curve.set(markevery=[epoch], lw=FOLLOWED if followed else OTHER)

    def _show_slope(self, path, epoch):
        z, a, slope = path.z[epoch], path.a[epoch], path.slope[epoch]
        reach = TANGENT / np.hypot(1, STEEP * slope)
        self._tangent.set_data([z - reach, z + reach], [a - reach * slope, a + reach * slope])
        self._trail.set_data(path.z[::EVERY], path.a[::EVERY])
        words = (
            f"{path.cost.name}, epoch {epoch}",
            f"slope σ'(z) = {slope:.3g}",
            f"error δ = {path.delta[epoch]:.3g}",
        )
        for note, text in zip(self._notes, words, strict=True):
            note.set_text(text)

    def handles(self):
        """The start on the sigmoid: where it is dragged, the neuron starts to learn."""
        z, a = self._from
        most, words = 2 * FARTHEST, f"z = {z:.1f}, a = {a:.2f}"
        return [Handle(self.sigmoid, z, a, "start of the neuron", z, -most, most, words)]


START_MOVES = 0.1  # by its sliders and by a key
TICK = 60  # milliseconds between two pictures of Play
LEAP = 2  # epochs between them


class SlowdownExplorer(Board):
    """The controls. `paths` are the two Paths shown, that of the quadratic cost first."""

    def __init__(self, w, b, eta, cost):
        super().__init__()
        self._curves = BothPaths()
        self.picture = Picture(self._curves, 400, tall=760)
        self.stack(*self._controls(w, b, eta, cost), self.picture, self.sentence)
        self.feel(self._touch)
        self.act(self._learn)

    def settle(self):
        """Go to the middle: there the two costs differ most."""
        self._epoch.value = N_EPOCHS // 2

    def _controls(self, w, b, eta, cost):
        self._w = slider("start w", w, -FARTHEST, FARTHEST, START_MOVES, 90, 400)
        self._b = slider("start b", b, -FARTHEST, FARTHEST, START_MOVES, 90, 400)
        self._eta = choice("η", sorted({*ETAS, eta}), eta, 90, 400)
        self._cost = toggles([(cost.name, cost) for cost in BOTH_COSTS], cost, 120)
        says = "Play the epochs, or stop and go back"
        self._play = player(TICK, says, max=N_EPOCHS, step=LEAP)
        self._epoch = ipywidgets.IntSlider(max=N_EPOCHS, description="epoch", **sized(90, 400))
        self.listen(self._learn, self._w, self._b, self._eta)
        self.listen(None, self._cost, self._epoch)
        self.listen(lambda: setattr(self._epoch, "value", self._play.value), self._play)
        presets = [self._preset(*start) for start in STARTS]
        costs = [self._eta, label("cost", 90), self._cost]
        return [[self._w, self._b], costs, [self._epoch, self._play, *presets]]

    def _preset(self, w, b):
        tip = f"w = {w}, b = {b}, η = {ETA}"
        return self.button(f"Start ({w}, {b})", lambda: self._start_at(w, b), "150px", tooltip=tip)

    def _start_at(self, w, b):
        self._w.value, self._b.value, self._eta.value = w, b, ETA
        self._learn()

    def _touch(self, event):
        """Drag the start along the sigmoid, or move it by arrow keys."""
        z = self.paths[0].z[0]
        if event["kind"] == "key":
            self._start_from(z + START_MOVES * steps(event))
        elif event["kind"] != "up":
            self._start_from(self.picture.place_in(self._curves.sigmoid, event)[0])

    def _start_from(self, z):
        """Let w and b share the way to another weighted input."""
        z = round(float(np.clip(z, -2 * FARTHEST, 2 * FARTHEST)), 1)
        w = self._w.value + (z - self._w.value - self._b.value) / 2
        least = max(-FARTHEST, z - FARTHEST)
        w = round(float(np.clip(w, least, min(FARTHEST, z + FARTHEST))), 1)
        b = float(np.clip(round(z - w, 1), -FARTHEST, FARTHEST))
        if (w, b) != (self._w.value, self._b.value):
            self._w.value, self._b.value = w, b
            self._learn()

    def _learn(self):
        w, b, eta = self._w.value, self._b.value, self._eta.value
        self.paths = tuple(Path(cost, w, b, eta) for cost in BOTH_COSTS)

    def refresh(self, said):
        epoch = self._epoch.value
        self._play.value = epoch  # so that Play goes on from here
        self.picture.show(self.paths, epoch, self._cost.value)
        told = "; ".join(story(path, epoch) for path in self.paths)
        self.say(f"After {epoch} of {N_EPOCHS} epochs with η = {self._eta.value:g}: {told}.")


def story(path, epoch):
    """Where a path is at an epoch, and when it is half right, in words."""
    crossed = path.below_half
    when = f"below ½ from epoch {crossed} on" if crossed else "below ½ from the start"
    when = "never below ½" if crossed is None else when
    return f"{path.cost.name} a = {path.a[epoch]:.4f}, {when}"
