"""The knob board: a net as a box of knobs, turned by hand or by the slope of the cost.

Three layers: Knobs turns and measures, Dials draws, KnobBoard has the controls.
"""

import itertools
import math
from functools import partial

import ipywidgets
import numpy as np

from nnlib._support.checks import checked_number, checked_samples
from nnlib._support.divergence import divergence_in_words, trouble_of
from nnlib._support.hints import door, short
from nnlib._support.speed import for_training
from nnlib.network import checked_network
from nnlib.plots import WIDEST, draw_net, edge_style, label_place
from nnlib.training import descent_step
from nnlib.widgets.parts.board import INK, Board, choice, row, sized
from nnlib.widgets.parts.numbers import nice, reading
from nnlib.widgets.parts.picture import Drawing, Handle, Picture, steps, title_of
from nnlib.widgets.parts.pixels import Kept, colour_map, pixels
from nnlib.widgets.parts.timeline import TimeLine

NAMED_ETAS = {"first": 0.0001, "second": 0.03, "third": 0.1, "fourth": 0.3}
MOST_KNOBS = 60  # knobs that the board has room for
MANY_EPOCHS = 100  # of the button for many
LEAST_REACH = 3.0  # how far a knob turns at least, to either side
TURN = 2.0  # times as far a knob turns that is dragged all the way up the picture
MARKS = 300  # of the slider that turns it, to either side
READINGS_ALONG = 81  # on the cost along a knob
SQUARES = 21  # along each side of the landscape
EPOCHS_A_PICTURE = 4  # of the many


@door
def knob_board(net, X, Y, etas=None):
    """A board on which each weight of a small net is a knob, and the cost is seen along it.

    X (n, n_in), Y (n, n_out)  the samples that the cost is measured on
    etas                       learning rates to choose from, name -> η; by default NAMED_ETAS
    The board turns the knobs of a copy, ``board.net``; Reset returns to net as it was given. The
    knob with the steepest slope is in hand first.
    """
    checked_network(net)
    if net.n_parameters > MOST_KNOBS:
        raise ValueError(
            f"net: expected at most {MOST_KNOBS} knobs, got {net.n_parameters}; "
            "choose smaller layers"
        )
    etas = NAMED_ETAS if etas is None else etas
    if not isinstance(etas, dict) or not etas:
        raise TypeError(
            f'etas: expected names with learning rates, got {short(etas)}; write {{"small": 0.1}}'
        )
    for name, eta in etas.items():
        checked_number(eta, name, 0)
    return KnobBoard(Knobs(net, X, Y), dict(etas))


ETAS = [float(f"{m}e{k}") for k in range(-6, 1) for m in (1, 2, 3, 5)] + [10.0]


class Knobs:
    """A net, its samples, and one knob in hand. Each change measures cost, slopes and outputs.

    history  the cost before the first step and after each one
    path     the nets with these costs; `at` is the place of the one shown
    """

    def __init__(self, net, X, Y):
        self._start = net.copy(dtype=np.float64)
        self.X, self.Y = checked_samples(X, Y, self._start)
        self.reset()
        sizes = [array.shape for _, array, _ in self.matrices]
        self.all = [(k, *place) for k, size in enumerate(sizes) for place in np.ndindex(size)]
        steepest = sorted(self.all, key=lambda knob: -abs(self._slope_in(*knob)))
        self.chosen, self.other = (2 * steepest)[:2]

    def reset(self):
        """Return to the net as it was given; the knob in hand stays in hand."""
        self.net = self._start.copy()
        self.diverged, self.at = "", 0
        self._measure()
        self._first = self.cost
        self.history, self.path = [self.cost], [self.net.copy()]

    def go_to(self, step):
        """Return to the net as it was after so many steps."""
        self.net, self.at, self.diverged = self.path[step].copy(), step, ""
        self._measure()

    @property
    def matrices(self):
        """(name, its readings as a matrix, its slopes) of all weights, then all biases."""
        dW, db = self._slopes
        names = [f"{letter}{i + 1}" for letter in "Wb" for i in range(len(self.net.W))]
        arrays, slopes = [*self.net.W, *self.net.b], [*dW, *db]
        return [
            (name, np.atleast_2d(array), np.atleast_2d(slope))
            for name, array, slope in zip(names, arrays, slopes, strict=False)
        ]

    name = property(lambda self: self.name_of(*self.chosen))  # as NumPy writes it: W1[0,2], b1[2]
    pair = property(lambda self: (self.chosen, self.other))  # each (matrix, row, column)

    @property
    def reaches(self):
        """How far each of the pair is turned to either side."""
        return [reach_of(reading_in(self.net, knob)) for knob in self.pair]

    def name_of(self, matrix, i, j):
        letter = self.matrices[matrix][0]
        return f"{letter}[{i},{j}]" if letter.startswith("W") else f"{letter}[{j}]"

    def choose(self, knob):
        """Take a knob (matrix, row, column) in hand; the one that was is the other from now on."""
        if knob != self.chosen:
            self.chosen, self.other = knob, self.chosen

    reading = property(lambda self: reading_in(self.net, self.chosen))
    slope = property(lambda self: self._slope_in(*self.chosen))  # of the cost in the knob in hand

    def _slope_in(self, matrix, i, j):
        return float(self.matrices[matrix][2][i, j])

    def turn(self, *readings):
        """Turn the knob in hand, and the other where there are two readings."""
        self._set(*readings)
        self._measure()

    def _set(self, *readings):
        for (matrix, i, j), turned in zip(self.pair, readings, strict=False):
            self.matrices[matrix][1][i, j] = turned

    def along(self, readings):
        """The costs (m,) and outputs (m, n·n_out) with the knob in hand at each of m readings."""
        here, measured = self.reading, []
        with for_training(self.net, len(self.X)):
            for turned in readings:
                self._set(turned)
                measured.append(self._forward()[1:])
        self._set(here)
        costs, outputs = zip(*measured, strict=True)
        return np.array(costs), np.array(outputs)

    def landscape(self, across, up):
        """The costs (len(up), len(across)) with the knob in hand, and the other, turned so far."""
        here, costs = [reading_in(self.net, knob) for knob in self.pair], []
        for turned in up:
            self._set(here[0], turned)
            costs.append(self.along(across)[0])
        self._set(*here)
        return np.array(costs)

    def step_this(self, eta):
        """One step downhill of the knob in hand alone."""
        self._begin()
        self.turn(self.reading - eta * self.slope)
        self._end(eta)

    def step_all(self, eta, steps=1):
        """Steps downhill of all knobs at once, each on all samples: so many epochs."""
        self._begin()
        for _ in range(steps):
            with for_training(self.net, len(self.X)):
                descent_step(self.net, self.X, self.Y, eta)
            self._measure()
            self._end(eta)
            if self.diverged:
                return

    def _begin(self):
        """Forget what came after this step; it may have been turned by hand since."""
        self.history[self.at :], self.path[self.at :] = [self.cost], [self.net.copy()]

    def _end(self, eta):
        """Keep the step just made, or undo it and say why."""
        trouble = trouble_of(self.cost, self._first)
        if not trouble:
            self.at += 1
            self.history.append(self.cost)
            return self.path.append(self.net.copy())
        self.go_to(self.at)
        then = "The knobs stand as before that step. Press Reset and choose a smaller η."
        when = f"in step {self.at + 1}"
        self.diverged = divergence_in_words(when, trouble, self.X, eta, then)

    def _measure(self):
        with for_training(self.net, len(self.X)):
            passed, self.cost, self.outputs = self._forward()
            self._slopes = self.net.backward(*passed, self.Y)

    def _forward(self):
        """(Z, A) of the pass forward, the cost, and the outputs in one row."""
        Z, A = self.net.forward(self.X)
        cost = self.net.cost
        total = cost.per_sample(Z[-1], A[-1], self.Y).sum() * cost.share(len(self.X))
        return (Z, A), float(total), A[-1].ravel()


def reading_in(net, knob):
    """What the knob (matrix, row, column) of a net reads."""
    matrix, i, j = knob
    return float(np.atleast_2d([*net.W, *net.b][matrix])[i, j])


def sign_rule(slope):
    """What the sign of a slope tells the hand on the knob."""
    if abs(slope) < 1e-9:  # as good as 0
        return "0: the ground is flat, stay"
    return "negative: go on, turn it up" if slope < 0 else "positive: go back, turn it down"


def outcome(costs):
    """What a run of steps did to the cost, in words; costs before the first and after each."""
    rises = sum(after > before for before, after in zip(costs, costs[1:], strict=False))
    told = f"the cost went from {costs[0]:.4g} to {costs[-1]:.4g}"
    if len(costs) < 3:
        return told + (": the step was too long." if rises else ".")
    if rises > len(costs) / 20:
        return f"{told}, and rose in {rises} of the {len(costs) - 1}: η is too large."
    if costs[-1] > 0.9 * costs[0]:
        return f"{told}. That is little: η is too small, or the floor of the valley is reached."
    return f"{told}."


class Dials(Drawing):
    """The net, its weights as lines; the valley of the cost along the knob in hand, with the
    tangent; the landscape of the cost over two knobs, with the path of the steps; the predictions
    over the targets; the cost over the steps.
    """

    narrower = 850  # four beside one another: else a number on a line covers the net's neurons
    wide = {"mosaic": [["net", "along", "land", "scatter"], ["net", "along", "land", "history"]]}
    wide |= {"width_ratios": (6, 5, 5, 4)}
    tall = {"mosaic": [["net"], ["along"], ["land"], ["scatter"], ["history"]]}
    tall |= {"height_ratios": (4, 4, 4, 3, 3)}

    def __init__(self, knobs):
        self._knobs = knobs

    def build(self, figure, look):
        axes = figure.subplot_mosaic(**(self.tall if look.narrow else self.wide))
        self._net, self._scatter, self._history = (axes[n] for n in ("net", "scatter", "history"))
        self.along, self.land = axes["along"], axes["land"]
        self._colours, self._small, self._mapped = look.colours, look.small, None
        parts = self._make_net(), self._make_along(), self._make_land()
        return [*itertools.chain(*parts, self._make_scatter(), self._make_history())]

    def _make_net(self):
        """The net's lines, and a band and a number for the one in hand, in drawing order."""
        c, halo = self._colours, self._colours.halo
        ax = draw_net(self._net, self._knobs.net.W, limit=WIDEST, colours=c)
        ax.set_xlim(-0.35, len(self._knobs.net.W) + 0.35)
        self._edges = {line.get_gid(): line for line in ax.lines if line.get_gid()}
        (self._band,) = ax.plot([], [], color=halo, linewidth=14, zorder=0)
        paper = {"facecolor": halo, "edgecolor": "none", "pad": 1}
        self._number = ax.text(0, 0, "", ha="center", va="center", bbox=paper, zorder=2)
        return sorted([*ax.lines, *ax.texts], key=lambda artist: artist.zorder)

    def _make_along(self):
        ax, c = self.along, self._colours
        (self._curve,) = ax.plot([], [], color=c.blue, lw=2)
        (self._tangent,) = ax.plot([], [], color=c.orange, lw=2, ls="--", label="tangent")
        hollow = {"mfc": c.paper, "mec": c.green, "mew": 2, "ms": 9}
        (self._next,) = ax.plot([], [], "D", label="after a step", **hollow)
        (self._here,) = ax.plot([], [], "o", color=c.orange, ms=10, label="now")
        self._rule = title_of(ax)
        ax.set_ylabel("cost")
        ax.yaxis.set_major_formatter(SHORT)
        return self._curve, self._tangent, self._next, self._here, self._rule

    def _make_land(self):
        c = self._colours
        heights = colour_map(c.paper, c.grey, steps=12)
        look = {"kind": Kept, "cmap": heights, "interpolation": "bilinear", "origin": "lower"}
        self._heights = pixels(self.land, np.zeros((SQUARES, SQUARES)), "auto", **look)
        (self._path,) = self.land.plot([], [], ".-", color=c.blue, lw=1.5, ms=5)
        (self._there,) = self.land.plot([], [], "o", color=c.orange, ms=10)
        said = title_of(self.land)
        said.set_text("cost: dark is high")
        return self._heights, self._path, self._there, said

    def _make_scatter(self):
        ax, c, targets = self._scatter, self._colours, self._knobs.Y.ravel()
        room = 0.1 * (np.ptp(targets) or 1.0)
        ax.set_xlim(targets.min() - room, targets.max() + room)
        ax.axline((0, 0), slope=1, color=c.grey, lw=1.5)
        (self._errors,) = ax.plot([], [], color=c.orange, lw=2)
        (self._predictions,) = ax.plot([], [], "o", color=c.blue, ms=7)
        ax.set(xlabel="target y", ylabel="prediction ŷ")
        ax.yaxis.set_major_formatter(SHORT)
        return self._errors, self._predictions

    def _make_history(self):
        ax, look = self._history, {"lw": 2, "marker": "o", "markevery": [-1]}
        (self._costs,) = costs = ax.plot([], [], color=self._colours.blue, **look)
        ax.set(xlabel="step", ylabel="cost", yscale="log")
        return costs

    def show(self, knobs, eta):
        """Draw the knobs as they stand, and where a step of η would take the one in hand."""
        self._show_net(knobs)
        costs, outputs = self._show_along(knobs, eta)
        self._show_land(knobs)
        targets = knobs.Y.ravel()
        self._predictions.set_data(targets, knobs.outputs)
        gaps = np.full_like(targets, np.nan)
        sticks = np.column_stack([targets, knobs.outputs, gaps]).ravel()
        self._errors.set_data(np.repeat(targets, 3), sticks)
        steps = np.arange(len(knobs.history))
        self._costs.set_data(steps, np.maximum(knobs.history, LOWEST))
        self._costs.set_markevery([knobs.at])
        return (*knobs.pair, *knobs.reaches, *self._roomy(knobs, costs, outputs))

    def _show_net(self, knobs):
        for layer, W in enumerate(knobs.net.W):
            for (i, j), weight in np.ndenumerate(W):
                style = edge_style(weight, WIDEST, self._colours)
                self._edges[f"W[{layer}][{i},{j}]"].set(**style)
        matrix, i, j = knobs.chosen
        edge = self._edges.get(f"W[{matrix}][{i},{j}]")  # biases have none
        self._band.set_visible(edge is not None)
        self._number.set_visible(edge is not None)
        if edge is not None:
            (left, right), (start, end) = edge.get_data()
            self._band.set_data((left, right), (start, end))
            self._number.set_position(((left + right) / 2, (start + end) / 2))
            self._number.set_text(reading(knobs.reading))

    def _show_along(self, knobs, eta):
        reach, w, slope = reach_of(knobs.reading), knobs.reading, knobs.slope
        readings = np.linspace(-reach, reach, READINGS_ALONG)
        after = w - eta * slope
        costs, outputs = knobs.along([*readings, after])
        self._curve.set_data(readings, costs[:-1])
        self._here.set_data([w], [knobs.cost])
        self._next.set_data([after], [costs[-1]])
        ends = np.array([w - reach / 4, w + reach / 4])
        self._tangent.set_data(ends, knobs.cost + slope * (ends - w))
        self._rule.set_text(f"slope {slope:+.3g}: {sign_rule(slope).rpartition(', ')[2]}")
        return costs[:-1], outputs[:-1]

    def _show_land(self, knobs):
        places = [[reading_in(net, knob) for net in knobs.path] for knob in knobs.pair]
        self._path.set_data(places)
        self._there.set_data([[reading_in(knobs.net, knob)] for knob in knobs.pair])
        rest = [reading_in(knobs.net, knob) for knob in knobs.all if knob not in knobs.pair]
        mapped = *knobs.pair, *knobs.reaches, rest
        if mapped != self._mapped:  # it stays while one walks on it
            self._mapped = mapped
            across, up = (np.linspace(-reach, reach, SQUARES) for reach in knobs.reaches)
            costs = np.nan_to_num(knobs.landscape(across, up), nan=np.inf)
            heights = np.log10(np.clip(costs, LOWEST, HIGHEST))
            ends = np.outer(knobs.reaches, (-1, 1)).ravel() * SQUARES / (SQUARES - 1)
            self._heights.set(data=heights, clim=(heights.min(), heights.max()), extent=ends)

    def _roomy(self, knobs, costs, outputs):
        """Limits that hold everything and change seldom: of costs, outputs, steps and decades."""
        top = nice(max(costs[np.isfinite(costs)].max(initial=0), knobs.cost))
        seen = np.concatenate([outputs[np.isfinite(outputs)], knobs.Y.ravel()])
        span = nice(np.abs(seen).max())
        costs = np.maximum(knobs.history, LOWEST)
        decades = math.floor(np.log10(costs.min())), math.ceil(np.log10(costs.max()) + 0.1)
        return top, span, nice(max(10, len(knobs.history) - 1)), *decades

    def set_limits(self, chosen, other, reach, far, top, span, steps, low, high):
        name, beside = (self._knobs.name_of(*knob) for knob in (chosen, other))
        self.along.set(xlim=(-reach, reach), ylim=(-0.03 * top, top))
        self.along.set_xlabel(f"reading of knob {name}")
        self.land.set(xlim=(-reach, reach), ylim=(-far, far), xlabel=name, ylabel=beside)
        self._scatter.set_ylim(-span, span)
        self._history.set(xlim=(-steps / 50, steps * 1.02), ylim=(10.0**low, 10.0**high))
        for ax in (self.along, self._scatter, self._history):
            ax.grid(True)
        self.along.legend(loc="upper center", frameon=False, fontsize=self._small)

    def handles(self):
        """Every weight on its line; the dots in the valley and in the landscape; the number."""
        turned, knobs = [self._on_its_line(*knob) for knob in self.weights], self._knobs
        x, y = (reading_in(knobs.net, knob) for knob in knobs.pair)
        cost, both = f"cost {knobs.cost:.4g}", f"{knobs.name} and {knobs.name_of(*knobs.other)}"
        valley = self.along, x, knobs.cost, f"{knobs.name} in its valley"
        number = self._net, *self._number.get_position(), f"the number of {knobs.name}"
        return [
            *turned,
            dial(*valley, x, f"{reading(x)}, {cost}"),
            dial(self.land, x, y, both, x, f"{reading(x)}, {reading(y)}, {cost}"),
            *[dial(*number, x, reading(x))] * self._number.get_visible(),
        ]

    @property
    def weights(self):
        """(matrix, row, column) of every knob that has a line."""
        return [knob for knob in self._knobs.all if knob[0] < len(self._knobs.net.W)]

    def _on_its_line(self, layer, i, j):
        weights, label = self._knobs.net.W[layer], f"{self._knobs.name_of(layer, i, j)} on its line"
        weight, along = float(weights[i, j]), label_place(*weights.shape)
        (left, right), (start, end) = self._edges[f"W[{layer}][{i},{j}]"].get_data()
        place = left + along * (right - left), start + along * (end - start)
        return dial(self._net, *place, label, weight, reading(weight))


def dial(ax, x, y, label, value, words):
    """The Handle of a knob that reads so."""
    return Handle(ax, x, y, label, value, -reach_of(value), reach_of(value), words)


SHORT = "{x:g}"  # numbers on an axis, without a factor above it
LOWEST, HIGHEST = 1e-16, 1e99  # costs that a logarithmic axis shows


def reach_of(reading):
    """How far the slider goes to either side: 3, or 30, 300, … where the knob stands outside."""
    reach = LEAST_REACH
    while reach < abs(reading) < 1e300:
        reach *= 10
    return reach


class KnobBoard(Board):
    """The controls. `net` is the net whose knobs are turned."""

    def __init__(self, knobs, etas):
        super().__init__()
        self._knobs, self._dials = knobs, Dials(knobs)
        self.picture = Picture(self._dials, 330, tall=1250)
        self.sentence.layout.min_height, self.sentence.layout.max_width = "56px", "1000px"
        self.stack(self._controls(etas), self.picture, self.sentence)
        self.feel(self._touch)
        self.act(lambda: "Choose a knob, turn it, and watch the cost.")

    net = property(lambda self: self._knobs.net)

    def _controls(self, etas):
        # whole numbers: a browser rounds others to the slider's steps, sends them back, and turns
        self._slider = ipywidgets.IntSlider(min=-MARKS, max=MARKS, readout=False, **sized(130, 500))
        etas_of_all = [(f"{eta:g}", eta) for eta in sorted({*ETAS, *etas.values()})]
        self._eta = choice("η", etas_of_all, etas.get("right", 0.03), 130, 500)
        self.listen(self._turn, self._slider)
        self.listen(None, self._eta)
        set_eta = partial(setattr, self._eta, "value")
        presets = [self.button(f"{k}: {eta:g}", partial(set_eta, eta)) for k, eta in etas.items()]
        self._steps = self._step_buttons()
        reset = self.button("Reset", self._reset)
        self._time = TimeLine(self, self._go_to, "steps done")
        when = row(self._time.slider, self._time.play)
        right = [self._slider, self._eta, row(*presets), row(*self._steps, reset), when]
        return [self._panel(), ipywidgets.VBox(right)]

    def _step_buttons(self):
        everything, many = f"One step: all {self._knobs.net.n_parameters} knobs", MANY_EPOCHS
        return [
            self.button("One step: this knob", self._step_this),
            self.button(everything, partial(self._train, "One step of all knobs", 1)),
            self.button(f"{many} epochs", partial(self._train, f"{many} epochs", many)),
        ]

    def _panel(self):
        """The knobs as the matrices they stand in: each a button that shows its reading."""
        self._knob_buttons, blocks = {}, []
        for matrix, (name, array, _) in enumerate(self._knobs.matrices):
            for knob in ((matrix, *place) for place in np.ndindex(array.shape)):
                looks = {"width": "64px", "tooltip": self._knobs.name_of(*knob)}
                choose = partial(self._knobs.choose, knob)
                self._knob_buttons[knob] = self.button("", choose, **looks)
            rows = np.array([*self._knob_buttons.values()][-array.size :]).reshape(array.shape)
            shape = self._knobs.net.b[0].shape if name.startswith("b") else array.shape
            title = ipywidgets.HTML(f"<b>{name}</b> {shape}")
            blocks.append(ipywidgets.VBox([title, *(ipywidgets.HBox([*one]) for one in rows)]))
        return ipywidgets.HBox(blocks, layout={"align_items": "flex-start"})

    def _turn(self):
        self._knobs.turn(self._slider.value / MARKS * self._knobs.reaches[0])

    def _touch(self, event):
        """Turn the weight that is held up or down, or drag a dot over its axes."""
        knobs, weights, number = self._knobs, self._dials.weights, event["handle"]
        readings = [reading_in(knobs.net, knob) for knob in knobs.pair]
        if number not in (valley := len(weights), land := valley + 1):
            knobs.choose(weights[number] if number < valley else knobs.chosen)
            reach = knobs.reaches[0]
            readings = [self.picture.turned(event, knobs.reading, TURN * reach, reach / MARKS)]
        elif event["kind"] == "key":
            up = number == land and event["key"] in ("ArrowUp", "ArrowDown")
            readings[up] += steps(event) * knobs.reaches[up] / MARKS
        elif event["kind"] != "up":
            ax, free = (self._dials.land, 2) if number == land else (self._dials.along, 1)
            readings = self.picture.place_in(ax, event)[:free]
        ends = np.array(knobs.reaches[: len(readings)])
        knobs.turn(*np.clip(readings, -ends, ends))

    def _step_this(self):
        before = self._knobs.cost
        self._knobs.step_this(self._eta.value)
        return f"One step of {self._knobs.name}: {outcome([before, self._knobs.cost])}"

    def _train(self, name, steps):
        """So many steps of all knobs, with a picture after each few."""
        before = self._knobs.at
        for done in range(0, steps, EPOCHS_A_PICTURE):
            if not self._knobs.diverged:
                self._knobs.step_all(self._eta.value, min(EPOCHS_A_PICTURE, steps - done))
                self.picture.show(self._knobs, self._eta.value)
        return f"{name}: {outcome(self._knobs.history[before:])}"

    def _go_to(self, step):
        self._knobs.go_to(step)
        return f"After {step} of {self._time.last} steps; one from here begins a new path."

    def _reset(self):
        self._knobs.reset()
        return "The same start again."

    def refresh(self, said):
        knobs = self._knobs
        self.picture.show(knobs, self._eta.value)
        self._time.put(knobs.at, len(knobs.path) - 1)
        self._slider.description = f"{knobs.name} = {reading(knobs.reading)}"
        self._slider.value = round(MARKS * knobs.reading / reach_of(knobs.reading))
        for (matrix, i, j), button in self._knob_buttons.items():
            button.description = reading(knobs.matrices[matrix][1][i, j])
            button.button_style = "warning" if (matrix, i, j) == knobs.chosen else ""
            button.style.text_color = INK.get(button.button_style)
        for button in self._steps:
            button.disabled = bool(knobs.diverged)
        self.say(knobs.diverged or f"{said or ''} {self._figures()}".strip())

    def _figures(self):
        knobs, eta = self._knobs, self._eta.value
        return (
            f"Knob {knobs.name} reads {reading(knobs.reading)}; cost {knobs.cost:.4g}; "
            f"slope {knobs.slope:+.3g}, {sign_rule(knobs.slope)}. A step of η = {eta:.3g} "
            f"turns it by {-eta * knobs.slope:+.3g}."
        )
