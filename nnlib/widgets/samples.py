"""The sample explorer: three ways to draw data from the ceiling, as numbers and as a histogram.

Three layers: each way of drawing knows its line of NumPy and what it leads to expect, Histogram
draws, and SampleExplorer has the controls.
"""

import html
import math
from dataclasses import dataclass

import ipywidgets
import numpy as np

from nnlib._support.checks import checked_seed
from nnlib._support.hints import door
from nnlib.widgets.parts.board import Board, choice, player, row, sized, slider, toggles
from nnlib.widgets.parts.numbers import nice
from nnlib.widgets.parts.picture import Drawing, Picture

FEATURES = 3
ROWS = 10  # rows of X that are shown as numbers
BARS = 20  # at most
SHOWERS = 30  # in which the numbers fall: one by one where there are ten samples
FLIGHT, FALL_TICK = 4, 50  # pictures of a number in the air, and milliseconds of each


@door
def sample_explorer(*, seed=0):
    """A board that draws data X of shape (n, 3) in three ways and shows how they spread.

    seed  of the random numbers: the same seed and the same sliders give the same X
    """
    return SampleExplorer(checked_seed(seed))


@dataclass(frozen=True)
class Integers:
    """Whole numbers from low to high, both included, all equally likely."""

    low: int = 0
    high: int = 50

    limits = -5, 105  # of the histogram's axis

    def code(self, n):
        return f"rng.integers({self.low}, {self.high}, size=({n}, 3), endpoint=True)"

    mean = property(lambda self: (self.low + self.high) / 2)
    deviation = property(lambda self: math.sqrt(((self.high - self.low + 1) ** 2 - 1) / 12))

    def draw(self, n, rng):
        return rng.integers(self.low, self.high, size=(n, FEATURES), endpoint=True)

    def edges(self):
        """Borders of the bars, each bar as many whole numbers wide as the others."""
        width = -(-(self.high - self.low + 1) // BARS)
        return np.arange(self.low, self.high + width + 1, width) - 0.5

    def share_below(self, x):
        """The share of all numbers that is expected below each x."""
        return np.clip((np.asarray(x) + 0.5 - self.low) / (self.high - self.low + 1), 0, 1)


@dataclass(frozen=True)
class Uniform:
    """Any number from low to high, all stretches equally likely."""

    low: float = 0.0
    high: float = 1.0

    limits = -2.1, 2.1

    def code(self, n):
        return f"rng.uniform({self.low:g}, {self.high:g}, size=({n}, 3))"

    mean = property(lambda self: (self.low + self.high) / 2)
    deviation = property(lambda self: (self.high - self.low) / math.sqrt(12))

    def draw(self, n, rng):
        return rng.uniform(self.low, self.high, size=(n, FEATURES))

    def edges(self):
        return np.linspace(self.low, self.high, BARS + 1)

    def share_below(self, x):
        return (np.asarray(x) - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Normal:
    """deviation * z + mean, where z is standard normal: N(mean, deviation²)."""

    mean: float = 2.0
    deviation: float = 4.0

    limits = -30, 30

    def code(self, n):
        sign = "-" if self.mean < 0 else "+"
        return f"{self.deviation:g}*rng.standard_normal(({n}, 3)) {sign} {abs(self.mean):g}"

    def draw(self, n, rng):
        return self.deviation * rng.standard_normal((n, FEATURES)) + self.mean

    def edges(self):
        """Borders half a deviation apart, out to five deviations from the mean."""
        return self.mean + self.deviation * np.linspace(-5, 5, BARS + 1)

    def share_below(self, x):
        z = (np.asarray(x) - self.mean) / self.deviation
        return np.array([(1 + math.erf(one / math.sqrt(2))) / 2 for one in z])


TALLEST = 50_000  # what the axis shows where all numbers fall into one bar
TOPS = (1, 1.5, 2, 3, 5, 7.5)  # where the axis may end, times a power of ten
PARTS = 5  # of the axis: each TOPS is a round number five times over


class Histogram(Drawing):
    """The first 10 rows of X as numbers, and a histogram of all of them, with a dashed line for
    what is expected.
    """

    def build(self, figure, look):
        shape, ratios = ((2, 1), "height_ratios") if look.narrow else ((1, 2), "width_ratios")
        table, ax = figure.subplots(*shape, **{ratios: [1, 2.4]})
        table.set_axis_off()
        size = {"fontsize": look.small}
        self._rows = table.text(0, 1, "", va="top", family="monospace", **size)
        bar = {"facecolor": look.colours.sky, "edgecolor": look.colours.blue}
        dashes = {"color": look.colours.orange, "linestyle": "--", "linewidth": 2.5}
        self._bars = ax.stairs([0], [0, 1], fill=True, label="drawn", **bar)
        self._expected = ax.stairs([0], [0, 1], label="expected", **dashes)
        ax.set(xlabel="value", ylabel="numbers in a bar")
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, borderpad=0)
        ax.set_yticks([0], [f"{TALLEST:,}"], color="none")  # keeps the room for the numbers
        beside = {"transform": ax.transAxes, "ha": "right", "va": "center"} | size
        self._marks = [ax.text(-0.01, k / PARTS, "", **beside) for k in range(PARTS + 1)]
        (self._drops,) = ax.plot([], [], "o", color=look.colours.orange, ms=7)
        self._axes = ax
        return [self._bars, self._expected, self._drops, self._rows, *self._marks]

    def show(self, way, X, tick=0):
        """Draw X and what its way of drawing leads to expect.

        tick  how many pictures ago the first number began to fall; 0: all lie where they belong
        """
        edges, numbers = way.edges(), X.ravel()
        air = (tick or np.inf) - np.arange(X.size) * SHOWERS // X.size  # pictures in it so far
        falling, expected = (air > 0) & (air < FLIGHT), X.size * np.diff(way.share_below(edges))
        top = nice(1.05 * max(np.histogram(X, edges)[0].max(), expected.max()), TOPS)
        self._bars.set_data(np.histogram(numbers[air >= FLIGHT], edges)[0], edges)
        self._drops.set_data(numbers[falling], top * (1 - air[falling] / FLIGHT))
        self._expected.set_data(expected, edges)
        self._rows.set_text(as_table(X, (air > 0).sum()))
        self._axes.set_ylim(0, top)
        for k, mark in enumerate(self._marks):
            mark.set_text(f"{top * k / PARTS:,g}")
        return (way.limits,)

    def set_limits(self, limits):
        self._axes.set_xlim(limits)


def as_table(X, seen):
    """So many numbers of the first rows of X as text, under its shape."""
    form = "{:6d}" if X.dtype.kind == "i" else "{:7.2f}"
    numbers = [form.format(number) for number in X[:ROWS].flat]
    numbers[seen:] = [" " * len(number) for number in numbers[seen:]]
    rows = ["".join(numbers[k : k + FEATURES]) for k in range(0, len(numbers), FEATURES)]
    more = ["     …"] if len(X) > ROWS else []
    return "\n".join([f"X  {X.shape}", *rows, *more])


WAYS = ("integers", "uniform", "normal")
COUNTS = (10, 30, 100, 300, 1000, 3000, 10_000)


class SampleExplorer(Board):
    """The controls. `X` is the data as last drawn."""

    def __init__(self, seed):
        super().__init__()
        self._seed = seed
        self.picture = Picture(Histogram(), 360, tall=560)
        self._code = ipywidgets.HTML()
        self.stack(*self._controls(), self.picture, self._code, self.sentence)
        self.act(self._choose)

    def settle(self):
        self.act(self._draw)

    def _controls(self):
        size = sized(110, 330)
        self._way = toggles(WAYS, WAYS[0], 110)
        again = self.button("Draw again", self._draw_again, "148px", "success")
        self._play = player(FALL_TICK, "Let the numbers fall once more", max=SHOWERS + FLIGHT)
        self._n = choice("samples", COUNTS, COUNTS[0], 110, 330)
        integers = ipywidgets.IntRangeSlider(value=(0, 50), description="range", **size)
        uniform = ipywidgets.FloatRangeSlider(
            value=(0, 1), min=-2, max=2, step=0.1, description="range", **size
        )
        mean = slider("mean", 2, -10, 10, 0.5, 110, 330)
        deviation = slider("deviation", 4, 0.5, 6, 0.5, 110, 330)
        self._knobs_of = dict(zip(WAYS, ([integers], [uniform], [mean, deviation]), strict=True))
        self.spare = integers, uniform, mean, deviation
        self._knobs = row()
        self.listen(self._choose, self._way)
        self.listen(self._draw, self._n, *self.spare)
        self.listen(None, self._play)
        return [[self._way, again, self._play], [self._n, self._knobs]]

    def _choose(self):
        self._knobs.children = self._knobs_of[self._way.value]
        self._draw()

    def _draw_again(self):
        self._seed += 1
        self._draw(tick=1)

    def _draw(self, tick=0):
        self._drawn = self._chosen()
        self.X = self._drawn.draw(self._n.value, np.random.default_rng(self._seed))
        self._play.value, self._play.playing = tick, tick > 0

    def _chosen(self):
        """The way of drawing, as the sliders have it; a range is never empty."""
        knobs = [knob.value for knob in self._knobs_of[self._way.value]]
        if self._way.value == "normal":
            return Normal(*knobs)
        low, high = knobs[0]
        if self._way.value == "integers":
            return Integers(low, high)
        return Uniform(low, max(high, low + 0.1))

    def refresh(self, said):
        if self._play.value == self._play.max:  # all have fallen
            self._play.value, self._play.playing = 0, False
        X, way = self.X, self._drawn
        self.picture.show(way, X, self._play.value)
        code = f"rng = np.random.default_rng({self._seed})\nX = {way.code(len(X))}"
        self._code.value = f"<pre style='font-size: 1.2em; margin: 0'>{html.escape(code)}</pre>"
        self.say(
            f"{X.size:,} numbers: mean {X.mean():.3g}, expected {way.mean:.3g}; "
            f"standard deviation {X.std():.3g}, expected {way.deviation:.3g}."
        )
