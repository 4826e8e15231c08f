"""The sample explorer: three ways to draw data from the ceiling, as numbers and as a histogram.

Three layers: each way of drawing knows its line of NumPy and what it leads to expect, Histogram
draws, and SampleExplorer has the controls.
"""

import html
import math
import threading
from dataclasses import dataclass

import ipywidgets
import numpy as np

from nnlib._support.checks import checked_seed
from nnlib._support.hints import explains_its_arguments
from nnlib.palette import BLUE, ORANGE, SKY
from nnlib.widgets.parts.board import Board, still_png
from nnlib.widgets.parts.picture import Picture

FEATURES = 3
ROWS = 10  # rows of X that are shown as numbers
BARS = 20  # at most


@explains_its_arguments
def sample_explorer(*, seed=0):
    """A board that draws data X of shape (n, 3) in three ways and shows how they spread.

    seed  of the random numbers: the same seed and the same sliders give the same X
    """
    return SampleExplorer(checked_seed(seed))


# The model


@dataclass(frozen=True)
class Integers:
    """Whole numbers from low to high, both included, all equally likely."""

    low: int = 0
    high: int = 50

    limits = -5, 105  # of the histogram's axis

    def code(self, n):
        return f"rng.integers({self.low}, {self.high}, size=({n}, 3), endpoint=True)"

    @property
    def mean(self):
        return (self.low + self.high) / 2

    @property
    def deviation(self):
        return math.sqrt(((self.high - self.low + 1) ** 2 - 1) / 12)

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

    @property
    def mean(self):
        return (self.low + self.high) / 2

    @property
    def deviation(self):
        return (self.high - self.low) / math.sqrt(12)

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


# The drawing


TALLEST = 50_000  # what the axis shows where all numbers fall into one bar
BAR = {"facecolor": SKY, "edgecolor": BLUE}
DASHES = {"color": ORANGE, "linestyle": "--", "linewidth": 2.5}


class Histogram:
    """The first rows of X as numbers, and all its numbers as bars beside what is expected."""

    def __init__(self):
        self.picture = Picture(1000, 380)
        self._table, self._axes = self.picture.axes(1, 2, width_ratios=[1, 2.4])
        self._table.set_axis_off()
        look = {"family": "monospace", "fontsize": 13, "va": "top", "linespacing": 1.35}
        self._rows = self._table.text(0, 1, "", **look)
        self._bars = self._axes.stairs([0], [0, 1], fill=True, label="drawn", **BAR)
        self._expected = self._axes.stairs([0], [0, 1], label="expected", **DASHES)
        self._axes.set(xlabel="value", ylabel="numbers in a bar")
        self._axes.legend(
            loc="upper left", bbox_to_anchor=(0, 1.14), ncols=2, frameon=False, fontsize=13
        )
        self._axes.set_ylim(0, TALLEST)  # so that there is room for its labels
        self.picture.refresh()
        self.picture.moving(self._axes.yaxis, self._rows, self._bars, self._expected)
        self._limits = None

    def show(self, way, X):
        """Draw X and what its way of drawing leads to expect."""
        edges = way.edges()
        counts, _ = np.histogram(X, edges)
        expected = X.size * np.diff(way.share_below(edges))
        self._bars.set_data(counts, edges)
        self._expected.set_data(expected, edges)
        self._rows.set_text(as_table(X))
        self._axes.set(xlim=way.limits, ylim=(0, nice(max(counts.max(), expected.max()))))
        changed, self._limits = way.limits != self._limits, way.limits
        self.picture.refresh(everything=changed)


def as_table(X):
    """The first rows of X as text, under its shape."""
    form = "{:6d}" if X.dtype.kind == "i" else "{:7.2f}"
    rows = ["".join(form.format(number) for number in row) for row in X[:ROWS]]
    more = ["     …"] if len(X) > ROWS else []
    return "\n".join([f"X  {X.shape}", *rows, *more])


def nice(height):
    """1, 2 or 5 times a power of ten that leaves room above a height."""
    power = 10 ** math.floor(math.log10(height))
    return next(m * power for m in (1.5, 2, 3, 5, 7.5, 10, 15) if m * power >= 1.05 * height)


# The controls

LOOK = {"style": {"description_width": "110px"}, "layout": {"width": "330px"}}
WRAP = {"flex_flow": "row wrap", "align_items": "center"}
WAYS = ("integers", "uniform", "normal")
COUNTS = (10, 30, 100, 300, 1000, 3000, 10_000)


class SampleExplorer(Board):
    """The controls. `X` is the data as last drawn; one lock guards drawing on several threads."""

    def __init__(self, seed):
        self._seed = seed
        self._lock = threading.RLock()
        self._histogram = Histogram()
        self.picture = self._histogram.picture
        self._make_controls()
        self._choose()
        rows = [[self._way, self._again], [self._n, self._knobs]]
        boxes = [ipywidgets.HBox(row, layout=WRAP) for row in rows]
        super().__init__([*boxes, self.picture.image, self._code, self._sentence])

    def still(self):
        return still_png(self.picture.image)

    def _make_controls(self):
        self._way = ipywidgets.ToggleButtons(options=WAYS, style={"button_width": "110px"})
        self._again = ipywidgets.Button(description="Draw again", button_style="success")
        self._n = ipywidgets.SelectionSlider(options=COUNTS, description="samples", **LOOK)
        integers = ipywidgets.IntRangeSlider(value=(0, 50), description="range", **LOOK)
        uniform = ipywidgets.FloatRangeSlider(
            value=(0, 1), min=-2, max=2, step=0.1, description="range", **LOOK
        )
        mean = ipywidgets.FloatSlider(2, min=-10, max=10, step=0.5, description="mean", **LOOK)
        deviation = ipywidgets.FloatSlider(
            4, min=0.5, max=6, step=0.5, description="deviation", **LOOK
        )
        self._knobs_of = dict(zip(WAYS, ([integers], [uniform], [mean, deviation]), strict=True))
        self.spare = integers, uniform, mean, deviation
        self._knobs = ipywidgets.HBox(layout=WRAP)
        self._code, self._sentence = ipywidgets.HTML(), ipywidgets.HTML()
        self._way.observe(lambda _: self._choose(), "value")
        self._again.on_click(lambda _: self._draw_again())
        for knob in (self._n, integers, uniform, mean, deviation):
            knob.observe(lambda _: self._draw(), "value")

    def _choose(self):
        with self._lock:
            self._knobs.children = self._knobs_of[self._way.value]
            self._draw()

    def _draw_again(self):
        with self._lock:
            self._seed += 1
            self._draw()

    def _draw(self):
        with self._lock:
            way, n = self._chosen(), self._n.value
            self.X = way.draw(n, np.random.default_rng(self._seed))
            self._histogram.show(way, self.X)
            self._say(way, n)

    def _chosen(self):
        """The way of drawing, as the sliders have it; a range is never empty."""
        knobs = [knob.value for knob in self._knobs_of[self._way.value]]
        if self._way.value == "normal":
            return Normal(*knobs)
        low, high = knobs[0]
        if self._way.value == "integers":
            return Integers(low, high)
        return Uniform(low, max(high, low + 0.1))

    def _say(self, way, n):
        X = self.X
        code = f"rng = np.random.default_rng({self._seed})\nX = {way.code(n)}"
        self._code.value = f"<pre style='font-size: 1.2em; margin: 0'>{html.escape(code)}</pre>"
        self._sentence.value = (
            "<div role='status' style='font-size: 1.1em'>"
            f"{X.size:,} numbers: mean {X.mean():.3g}, expected {way.mean:.3g}; "
            f"standard deviation {X.std():.3g}, expected {way.deviation:.3g}.</div>"
        )
