"""The softmax board: turn the weighted inputs, see softmax share out one whole among the outputs.

Three layers: Outputs computes, Bars draws, SoftmaxBoard has the controls.
"""

from functools import partial

import ipywidgets
import numpy as np

from nnlib._support.checks import checked_number
from nnlib._support.hints import door, short
from nnlib.activations import SIGMOID, SOFTMAX
from nnlib.costs import LOG_LIKELIHOOD
from nnlib.widgets.parts.board import Board, slider, toggles
from nnlib.widgets.parts.numbers import decimals
from nnlib.widgets.parts.picture import Drawing, Handle, Picture, steps, title_of

START = (2.0, 1.0, 0.0, -1.0)
LIMIT = 10.0  # how far a z goes to either side
MOVE = 5.0  # how far "move all" goes to either side
FEWEST_OUTPUTS, MOST_OUTPUTS = 2, 5  # outputs that the board has room for


@door
def softmax_board(z=START, right=0):
    """A board with a slider for each weighted input z and, as bars, what softmax makes of them.

    z      two to five weighted inputs from -10 to 10, one for each output, as they stand at first
    right  the number of the output that is the right answer at first
    Beside the softmax outputs stand the sigmoids of the same z, which do not sum to 1; below them
    the log-likelihood cost of the right answer and the error δ = a - y. ``board.a`` are the
    softmax outputs as they stand.
    """
    if isinstance(z, str) or not hasattr(z, "__len__"):
        raise TypeError(f"z: expected a list of numbers, got {short(z)}; write [2, 1, 0]")
    z = [checked_number(one, f"z[{j}]", -LIMIT, most=LIMIT) for j, one in enumerate(z)]
    if not FEWEST_OUTPUTS <= len(z) <= MOST_OUTPUTS:
        raise ValueError(
            f"z: expected {FEWEST_OUTPUTS} to {MOST_OUTPUTS} numbers, got {len(z)}; write [2, 1, 0]"
        )
    right = checked_number(right, "right", 0, whole=True, most=len(z) - 1)
    return SoftmaxBoard(Outputs(z, right))


class Outputs:
    """The outputs that one layer's weighted inputs z (k,) lead to, and how wrong they are."""

    def __init__(self, z, right):
        self.start = tuple(float(one) for one in z)
        self.right = right
        self.set(self.start)

    def set(self, z):
        """Put every z where it is told; this is what "move all" moves from now on."""
        self.z, self.moved = np.array(z, float), 0.0

    def turn(self, j, value):
        """Set one z alone."""
        self.z[j] = value

    def move_all(self, moved):
        """Let every z stand so far from where it would stand without "move all"."""
        moved = round(moved, 6)  # no rounding errors beside the sliders' steps
        self.z = np.round(self.z + (moved - self.moved), 6)
        self.moved = moved

    @property
    def room(self):
        """The least and the largest `moved` that leaves every z in its range."""
        down = round(float(self.moved - LIMIT - self.z.min()), 6)
        up = round(float(self.moved + LIMIT - self.z.max()), 6)
        return min(max(-MOVE, down), self.moved), max(min(MOVE, up), self.moved)

    a = property(lambda self: SOFTMAX.value(self.z))
    sigmoids = property(lambda self: SIGMOID.value(self.z))
    y = property(lambda self: np.eye(len(self.z))[self.right])  # 1 for the right answer
    cost = property(lambda self: float(LOG_LIKELIHOOD.per_sample(*self._rows())[0]))
    delta = property(lambda self: LOG_LIKELIHOOD.error(*self._rows(), SOFTMAX)[0])

    def _rows(self):
        return self.z[None, :], self.a[None, :], self.y[None, :]


HATCH = "//"  # of the right answer
COST_TOPS = (4, 8, 16, 24)  # where the cost's axis may end


class Bars(Drawing):
    """Six plots: the weighted inputs z as bars, their softmax outputs, their sigmoids; softmax
    outputs and sigmoids each laid end to end, the cost over the right output, and δ.
    """

    def __init__(self, k):
        self.k = k

    def build(self, figure, look):
        self._look = look
        self._axes = figure.subplots(*((3, 2) if look.narrow else (2, 3))).ravel()
        self.inputs, softmax, sigmoid, ends, cost, delta = self._axes
        c = look.colours
        self._colours = (c.blue, c.orange, c.green, c.purple, c.grey)[: self.k]
        self._groups = [
            self._columns(self.inputs, "z", (-LIMIT, LIMIT), 1),
            self._columns(softmax, "softmax a", (0, 1), 2),
            self._columns(sigmoid, "sigmoids", (0, 1), 2),
            self._columns(delta, "δ = a − y", (-1, 1), 2),
        ]
        self._pieces, self._costs = self._laid_out(ends), self._along_the_curve(cost)
        parts = [part for g in self._groups for part in (*g["bars"], *g["texts"], g["said"])]
        pieces, names = (sum(map(list, kind), []) for kind in zip(*self._pieces, strict=True))
        return [*parts, *pieces, self._one, *names, *self._costs]

    def _columns(self, ax, title, limits, places):
        """One bar an output with its number, and a title that may change."""
        outputs, (low, high) = range(self.k), limits
        bars = ax.bar(outputs, np.zeros(self.k), width=0.7, color=self._colours, lw=1)
        texts = [ax.text(j, 0, "", ha="center", fontsize=self._look.small) for j in outputs]
        room = 0.17 * (high - low)
        ax.set(xlim=(-0.6, self.k - 0.4), xticks=outputs)
        ax.set(ylim=(low - room * (low < 0), high + room), yticks=[low, (low + high) / 2, high])
        if low:
            ax.axhline(0, lw=1, color=self._look.colours.ink)
        said = title_of(ax)
        return {"bars": bars, "texts": texts, "title": title, "said": said, "places": places}

    def _laid_out(self, ax):
        """The softmax outputs and the sigmoids as two rows of pieces, each laid end to end."""
        ax.set(xlim=(0, self.k), ylim=(-0.5, 2.1), yticks=[])
        ax.set(xticks=range(self.k + 1), xlabel="sum")
        title_of(ax).set_text("laid end to end")
        rows = []
        for y, title in ((1.2, "softmax"), (0, "sigmoids")):
            ax.text(0.03 * self.k, y + 0.34, title, va="bottom", fontsize=self._look.small)
            pieces = ax.barh([y] * self.k, np.zeros(self.k), height=0.6, color=self._colours, lw=1)
            paper = {"facecolor": self._look.colours.paper, "edgecolor": "none", "pad": 1}
            middle = {"ha": "center", "va": "center", "bbox": paper, "fontsize": self._look.small}
            rows.append((pieces, [ax.text(0, y, str(j), **middle) for j in range(self.k)]))
        up, down = 0.36, -0.46
        ends = [1.2 + up, 1.2 + down, np.nan, up, down]
        (self._one,) = ax.plot(np.ones(5), ends, "--", color=self._look.colours.ink, lw=1.5)
        return rows

    def _along_the_curve(self, ax):
        """The curve -ln a, and on it the right answer with its cost as a bar."""
        a = np.geomspace(1e-9, 1, 400)
        ink = self._look.colours.ink
        ax.plot(a, -np.log(a), color=ink, lw=2)
        ax.set(xlim=(-0.06, 1.06), xticks=[0, 0.5, 1])
        said = title_of(ax)
        (bar,) = ax.bar([0], [0], width=0.07, edgecolor=ink, hatch=HATCH, lw=1)
        (point,) = ax.plot([], [], "o", color=ink, ms=8)
        return bar, point, said

    def show(self, outputs):
        """Draw the outputs as they stand."""
        a, sigmoids = outputs.a, outputs.sigmoids
        of_groups = outputs.z, a, sigmoids, outputs.delta
        for group, values in zip(self._groups, of_groups, strict=True):
            summed = "" if values is outputs.z else f", sum {abs(values.sum()):.2f}"
            self._set(group, values, outputs.right, summed)
        for row, values in zip(self._pieces, (a, sigmoids), strict=True):
            self._lay(*row, values, outputs.right)
        self._show_cost(outputs.right, a[outputs.right], outputs.cost)
        self._at = outputs.z.tolist()
        return outputs.right, next(top for top in COST_TOPS if top >= 1.1 * outputs.cost)

    def _set(self, group, values, right, words):
        group["said"].set_text(group["title"] + words)
        low, high = group["bars"][0].axes.get_ylim()
        gap = 0.02 * (high - low)
        for j, (bar, text) in enumerate(zip(group["bars"], group["texts"], strict=True)):
            bar.set(height=values[j], hatch=HATCH if j == right else "")
            above = values[j] >= 0
            text.set(y=values[j] + (gap if above else -gap), va="bottom" if above else "top")
            text.set_text(decimals(values[j], group["places"]))

    def _lay(self, pieces, names, values, right):
        start = 0.0
        for j, (piece, name) in enumerate(zip(pieces, names, strict=True)):
            piece.set(x=start, width=values[j], hatch=HATCH if j == right else "")
            name.set(x=start + values[j] / 2, visible=values[j] > 0.05 * self.k)
            start += values[j]

    def _show_cost(self, right, a, cost):
        bar, point, said = self._costs
        bar.set(x=a - bar.get_width() / 2, height=cost, facecolor=self._colours[right])
        point.set_data([a], [cost])
        output = f"{a:.2f}" if a > 0.01 else f"{a:.1g}"
        said.set_text(f"cost C = −ln {output} = {cost:.2f}")

    def set_limits(self, right, top):
        _, _, _, ends, cost, _ = self._axes
        cost.set(ylim=(0, top), yticks=np.linspace(0, top, 5))
        cost.set_xlabel(f"a of the right answer, {right}")
        names = [f"{j}\nright" if j == right else str(j) for j in range(self.k)]
        for ax in self._axes:
            ax.grid(axis="x" if ax is ends else "y")
            ax.set_axisbelow(True)
            if ax not in (ends, cost):
                ax.set_xticklabels(names)

    def handles(self):
        """The top of each bar of z."""
        reach = {"least": -LIMIT, "most": LIMIT}
        return [
            Handle(self.inputs, j, z, f"z{j}", value=z, words=decimals(z, 1), **reach)
            for j, z in enumerate(self._at)
        ]


SURE = 8.0  # the one z that stands out when a button makes softmax sure
STEP = 0.1  # of every slider


class SoftmaxBoard(Board):
    """The controls. `a` are the softmax outputs (k,)."""

    def __init__(self, outputs):
        super().__init__()
        self._outputs, self._bars = outputs, Bars(len(outputs.z))
        self.picture = Picture(self._bars, 400, tall=700)
        self.stack(*self._controls(outputs), self.picture, self.sentence)
        self.feel(self._touch)
        self.act(lambda: self._put(outputs.z))

    a = property(lambda self: self._outputs.a)

    def _controls(self, outputs):
        there = range(len(outputs.z))
        look = {"readout_format": ".1f"}
        self._sliders = [slider(f"z{j}", 0, -LIMIT, LIMIT, STEP, 24, 225, **look) for j in there]
        self._all = slider("move all", 0, -MOVE, MOVE, STEP, 60, 260, **look)
        tips = [f"{j} is the right answer" for j in there]
        self._right = toggles(there, outputs.right, 46, tooltips=tips)
        for j, one in enumerate(self._sliders):
            self.listen(partial(self._turn, j), one)
        self.listen(self._move_all, self._all)
        self.listen(self._choose, self._right)
        name = ipywidgets.Label("right answer")
        return [[*self._sliders, self._all], [name, self._right, *self._buttons(outputs)]]

    def _buttons(self, outputs):
        sure = SURE * np.eye(len(outputs.z))
        starts = {
            "All equal": lambda: 0 * sure[0],
            "Sure and right": lambda: sure[outputs.right],
            "Sure and wrong": lambda: sure[(outputs.right + 1) % len(sure)],
            "Reset": lambda: outputs.start,
        }
        return [
            self.button(name, lambda start=start: self._put(start()), "130px")
            for name, start in starts.items()
        ]

    def _touch(self, event):
        """Drag the top of a bar of z, or move it by keys."""
        j = event["handle"]
        if event["kind"] == "up":
            return
        if event["kind"] == "key":
            z = self._sliders[j].value + STEP * steps(event)
        else:
            z = self.picture.place_in(self._bars.inputs, event)[1]
        self._sliders[j].value = round(float(np.clip(z, -LIMIT, LIMIT)), 1)
        self._turn(j)

    def _turn(self, j):
        self._outputs.turn(j, self._sliders[j].value)
        self._show(self._set_room)

    def _move_all(self):
        self._outputs.move_all(self._all.value)
        self._show(self._set_sliders)

    def _choose(self):
        self._outputs.right = self._right.value
        self._show()

    def _put(self, z):
        self._outputs.set(z)
        self._show(self._set_sliders, self._set_all, self._set_room)

    def _set_sliders(self):
        for one, value in zip(self._sliders, self._outputs.z, strict=True):
            one.value = float(value)

    def _set_all(self):
        self._all.min, self._all.max, self._all.value = -MOVE, MOVE, self._outputs.moved

    def _set_room(self):
        """Let "move all" go as far as every z has room, and be off where there is none."""
        low, high = self._outputs.room
        self._all.disabled = high - low < STEP
        if not self._all.disabled:  # a slider from here to here cannot be drawn
            with self._all.hold_trait_notifications():
                self._all.min, self._all.max = low, high

    def _show(self, *following):
        """Draw first, which is what the eye waits for; then let other controls follow, and say.

        None sets the slider that is in the hand, which may be ahead already.
        """
        self.picture.show(self._outputs)
        for follow in following:
            follow()
        self.say(self._words())

    def _words(self):
        o = self._outputs
        outputs = ", ".join(decimals(a, 2) for a in o.a)
        largest = int(o.a.argmax())
        read = "right" if largest == o.right else f"wrong: {o.right} is right"
        read = f"The largest output is a{largest}, {read}."
        if np.isclose(o.a, o.a.max()).sum() > 1:
            read = f"No output is larger than all others; {o.right} is right."
        return (
            f"Softmax gives {outputs}: together 1. The sigmoids of the same z give "
            f"{o.sigmoids.sum():.2f} together. {read} "
            f"The cost is {o.cost:.2f}; δ for the right answer is {decimals(o.delta[o.right], 2)}."
        )
