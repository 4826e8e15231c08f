"""The playground: a net learns points of your own while you watch what each of its neurons draws.

Three layers: Lesson learns and writes down what it did, NetAndPlane draws, Playground has the
controls.
"""

import html
import math
from collections import namedtuple
from dataclasses import dataclass, replace
from itertools import zip_longest
from time import perf_counter

import ipywidgets
import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba

from nnlib._support.checks import array_of_numbers, checked_finite, checked_number, checked_seed
from nnlib._support.classes import labels_of
from nnlib._support.divergence import Guard, divergence_in_words
from nnlib._support.hints import door, short
from nnlib._support.moments import Orders, Record
from nnlib._support.speed import for_training
from nnlib.activations import IDENTITY, RELU, SIGMOID, SOFTMAX, TANH
from nnlib.costs import CROSS_ENTROPY, LOG_LIKELIHOOD, MEAN_SQUARES
from nnlib.network import Network
from nnlib.palette import below
from nnlib.plots import WIDEST, edge_style
from nnlib.training import sgd
from nnlib.widgets.parts.background import BackgroundBoard
from nnlib.widgets.parts.board import choice, menu, row, slider
from nnlib.widgets.parts.numbers import signed
from nnlib.widgets.parts.picture import ARROWS, Drawing, Handle, Picture, steps
from nnlib.widgets.parts.pixels import enlarged, paint
from nnlib.widgets.parts.timeline import TimeLine

MOST_LAYERS, MOST_NEURONS = 4, 8
ACTIVATIONS_TO_CHOOSE = (TANH, RELU, SIGMOID, IDENTITY)
OUTPUTS = {0: (1, IDENTITY, MEAN_SQUARES), 2: (1, SIGMOID, CROSS_ENTROPY)}
OUTPUTS |= {3: (3, SOFTMAX, LOG_LIKELIHOOD)}  # kinds of points (0: a curve) -> n_out, f, cost


@door
def playground(X=None, Y=None, *, task="two clouds", hidden=(4, 4), seed=0):
    """A board on which a net learns points that one clicks onto a plane, or points of your own.

    X (n, 2), Y (n,)  points, and of which of two or three kinds each is, in numbers or words; or
                      X (n, 1), Y (n,) a curve to fit. Columns that reach beyond the plane, 1.15,
                      are brought to -1…1
    task              without X: one of TASKS
    hidden            neurons in each hidden layer
    seed              of the random start

    ``board.net`` is the Network, ``board.X`` and ``board.Y`` the points as it learns them, and
    ``board.code`` the lines of nnlib that do what the board did.
    """
    if not isinstance(task, str) or task not in TASKS:
        raise ValueError(f"task: expected one of {[*TASKS]}, got {short(task)}; write one of them")
    if X is None and Y is not None:
        raise ValueError("X: expected the places of points, got Y alone; write playground(X, Y)")
    points, task = (task_points(task), task) if X is None else (points_from(X, Y), OWN_POINTS)
    return Playground(points, task, _checked_hidden(hidden), checked_seed(seed))


def _checked_hidden(hidden):
    if not isinstance(hidden, (list, tuple)) or len(hidden) > MOST_LAYERS:
        raise ValueError(
            f"hidden: expected the neurons of at most {MOST_LAYERS} layers, got {short(hidden)}; "
            "write such as (4, 4)"
        )
    most = {"whole": True, "most": MOST_NEURONS}
    return [(checked_number(neurons, "hidden", 1, **most), TANH) for neurons in hidden]


# The model: points, and a net that learns them

N, EDGE = 200, 1.15  # points of a task; where the plane ends
KINDS = "0", "1", "2"
LETTERS = 12  # of a kind's name, for which there is room


@dataclass(frozen=True)
class Points:
    """Places (n, 2) on the plane, kinds (n,) from 0 on, and what they are called.

    Where a curve is to be fitted, there are no names, and a place is an input and its target.
    drawn (n,) are their numbers among those of the task, -1 where a hand put them.
    """

    places: np.ndarray
    kinds: np.ndarray
    names: tuple
    drawn: np.ndarray

    def __len__(self):
        return len(self.places)

    @property
    def n_kinds(self):
        """2 or 3; 0 where a curve is to be fitted."""
        return 0 if not self.names else 3 if (self.kinds == 2).any() else 2

    X = property(lambda self: self.places if self.names else self.places[:, :1])

    @property
    def Y(self):
        if not self.names:
            return self.places[:, 1:]
        return np.eye(3)[self.kinds] if self.n_kinds == 3 else self.kinds[:, None].astype(float)

    def near(self, place, reach):
        """The number of the point nearest to a place, None if it is farther than reach."""
        apart = np.hypot(*(self.places - place).T)
        return int(apart.argmin()) if len(apart) and apart.min() <= reach else None

    def put(self, place, kind):
        """With one more point, which is the last."""
        kinds = np.append(self.kinds, kind if self.names else 0)
        places, drawn = np.vstack([self.places, place]), np.append(self.drawn, -1)
        return replace(self, places=places, kinds=kinds, drawn=drawn)

    def without(self, number):
        arrays = {name: getattr(self, name) for name in ("places", "kinds", "drawn")}
        return replace(self, **{name: np.delete(a, number, 0) for name, a in arrays.items()})


def _exclusive_or(rng, kinds):
    x = rng.uniform(0.08, 0.95, (N, 2)) * rng.choice([-1, 1], (N, 1))
    return x * np.column_stack([np.ones(N), 1 - 2 * kinds])


def _circles(rng, kinds):
    r = np.where(kinds, rng.uniform(0, 0.45, N), rng.uniform(0.65, 0.95, N))
    return _around(rng.uniform(0, 2 * np.pi, N), r)


def _spirals(rng, kinds):
    along = np.sqrt(rng.uniform(0.01, 1, N))
    return _around(np.pi * (3.2 * along + kinds), 0.95 * along)


def _moons(rng, kinds):
    arc = 0.6 * _around(rng.uniform(0, np.pi, N), 1) - [0.3, 0.2]
    return arc * (1 - 2 * kinds)[:, None]


def _curve(rng, kinds):
    x = rng.uniform(-1, 1, N)
    return np.column_stack([x, 0.6 * np.sin(3.5 * x) + 0.3 * x])


def _around(angle, r):
    return np.column_stack([r * np.cos(angle), r * np.sin(angle)])


CURVE, OWN_POINTS = "a curve to fit", "own points"
TASKS = {
    "two clouds": lambda rng, kinds: rng.normal((0.9 * kinds - 0.45)[:, None], 0.2, (N, 2)),
    "exclusive or": _exclusive_or,
    "circles": _circles,
    "spirals": _spirals,
    "moons": _moons,
    CURVE: _curve,
    OWN_POINTS: lambda rng, kinds: np.empty((0, 2)),
}


def task_points(task, noise=0.03):
    """The points of a task, each moved by noise N(0, σ = noise), and kept on the plane."""
    rng, kinds = np.random.default_rng(0), np.arange(N) % 2
    places = TASKS[task](rng, kinds)
    places = np.clip(places + noise * rng.normal(size=places.shape), -EDGE, EDGE)
    numbers, coloured = np.arange(len(places)), task != CURVE
    return Points(places, kinds[: len(places)] * coloured, KINDS * coloured, numbers)


def points_from(X, Y):
    """The Points that a student's arrays stand for; ValueError in words where they do not fit."""
    X = checked_finite(array_of_numbers(X, "X", np.dtype(float)), "X")
    if X.ndim != 2 or X.shape[1] not in (1, 2) or not len(X):
        raise ValueError(
            f"X: expected shape (n, 2), or (n, 1) for a curve, got {X.shape}; choose two columns"
        )
    Y, curve = kinds_or_numbers(Y, X.shape[1] == 1), X.shape[1] == 1
    if Y.size != len(X):
        raise ValueError(
            f"Y: expected one for each of the {len(X)} rows of X, got the shape {Y.shape}; "
            "take the same rows of both"
        )
    names, kinds = np.unique(Y, return_inverse=True)
    by_hand = np.full(len(X), -1)
    if curve:
        return Points(scaled(np.column_stack([X, Y.ravel()])), np.zeros(len(X), int), (), by_hand)
    if not 2 <= len(names) <= 3:
        raise ValueError(
            f"Y: expected two or three kinds of points, got {len(names)}; "
            "for a curve to fit X has one column"
        )
    names = [str(name) for name in names]
    shorter = [name[:LETTERS] for name in names], [name[-LETTERS:] for name in names], [*KINDS]
    names = next(some[: len(names)] for some in shorter if len({*some}) == len(some))
    another = next(name for name in "234" if name not in names)
    return Points(scaled(X), kinds.ravel(), (*names, another)[:3], by_hand)


def kinds_or_numbers(Y, curve):
    """Y as an array of words or of numbers; rows with a single 1 as the places of these."""
    listed = Y.to_numpy() if hasattr(Y, "to_numpy") else Y
    listed = listed.ravel() if isinstance(listed, np.ndarray) else listed
    listed = listed if isinstance(listed, (list, tuple, np.ndarray)) else ()
    if not curve and len(listed) and all(isinstance(kind, str) for kind in listed):
        return np.array(listed, str)
    Y = checked_finite(array_of_numbers(Y, "Y"), "Y")
    return labels_of(Y) if Y.ndim == 2 and Y.shape[1] > 1 and not curve else Y


def scaled(places):
    """Each column that reaches beyond the plane brought to -1…1."""
    low, high = places.min(axis=0) / 2, places.max(axis=0) / 2  # halves: their sum is finite
    to_edges = (places - (low + high)) / np.where(high > low, high - low, 1)
    return np.where(np.maximum(-low, high) > EDGE / 2, to_edges, places)


HOW = "Press Play. Click to put points, drag them, drag one off the plane to be rid of it."


class Lesson(Record):
    """A net that learns points, what it has done so far, and the way back to its moments.

    hidden  (neurons, activation) of each hidden layer
    knobs   eta, batch_size and l2 of the next step
    log     (steps done, what was set then, to what)
    """

    def __init__(self, points, hidden, knobs, seed):
        self.hidden, self.seed, self.knobs, self.points = hidden, seed, knobs, points
        self.steps, self.epochs, self.log, self.ended, self.were_changed = 0, 0.0, [], "", False
        self._start, self._orders = {}, Orders(np.random.PCG64(seed))
        n_out, output, cost = OUTPUTS[points.n_kinds]
        sizes = [points.X.shape[1], *(neurons for neurons, _ in hidden), n_out]
        f = [*(activation for _, activation in hidden), output]
        self.net = Network(sizes, activations=f, cost=cost, rng=self._orders)
        self.take(points)

    def take(self, points):
        """Learn these points from now on: the way back ends here."""
        self.points, self.were_changed = points, self.were_changed or self.steps > 0
        self.moments, self.here = (), 0
        if len(points):
            descent = sgd(self.net, points.X, points.Y, **self.knobs, rng=self._orders)
            self.begin(descent, self._orders)
            self._guard = Guard(descent)
            self.measure()

    @property
    def steps_an_epoch(self):
        return math.ceil(len(self.points) / self.knobs["batch_size"])

    def learn(self, steps, seconds=math.inf):
        """Take so many steps downhill, or as many as the seconds allow, and measure."""
        self._fork()
        self._heed_knobs()
        end = perf_counter() + seconds
        with for_training(self.net, self.descent.batch_size):
            for _ in range(steps):
                next(self.descent)
                self.steps += 1
                self.epochs += 1 / self.steps_an_epoch
                if perf_counter() > end:
                    break
        self.measure()

    def _heed_knobs(self):
        self._start = self._start if self.steps else self.knobs
        so_far = self._start | {name.partition(".")[2]: value for _, name, value in self.log}
        for name, value in self.knobs.items():
            setattr(self.descent, name, value)
            if so_far[name] != value:
                self._note(f"descent.{name}", value)

    def turn(self, place, weight):
        """Turn the weight at place (layer, i, j)."""
        layer, i, j = place
        if len(self.points):
            self._fork()
        self.net.W[layer][i, j] = weight
        self._note(f"net.W[{layer}][{i}, {j}]", weight)
        self.measure()

    def _fork(self):
        """Forget what came after the moment that the net is at."""
        self.moments.cut(self.here + 1)
        self.log, self.ended = [one for one in self.log if one[0] <= self.steps], ""

    def _note(self, name, value):
        self.log = [one for one in self.log if one[:2] != (self.steps, name)]
        self.log.append((self.steps, name, value))

    def measure(self):
        """Keep this moment with its cost and the share that is right; undo what has diverged."""
        if not len(self.points):
            return
        with for_training(self.net, len(self.points)):
            cost, right = self.net.cost_and_accuracy(self.descent.X, self.descent.Y)
            cost += self.net.penalty(self.knobs["l2"], len(self.points))
            trouble = self._guard.trouble(cost)
        if not trouble:
            self.keep((self.steps, self.epochs, cost, right))
            return
        then = "Choose a smaller η, then press Play or Rewind."
        when, eta = f"by step {self.steps:,}", self.knobs["eta"]
        self.ended = divergence_in_words(when, trouble, self.descent.X, eta, then)
        self.stand_at(-1)

    def stand_at(self, place):
        super().stand_at(place)
        self.steps, self.epochs = self.told[:2]

    @property
    def words(self):
        """How far the lesson is."""
        if not len(self.points):
            return "No points yet: click on the plane, above it choose their kind. Then press Play."
        steps, epochs, cost, right = self.told
        n, last = len(self.points), self.moments[-1].told[0]
        whole = 100 * round(n * right) // n  # one that is wrong is not rounded away
        share = f", {whole}% of {n:,} points are right" if self.points.names else ""
        now = f"Step {steps:,}, epoch {epochs:.0f}: cost {cost:.3g}{share}."
        if not self.at_the_end:
            return f"Looking back. {now} Play goes on from here, not from step {last:,}."
        return now if steps else f"{now} {HOW}"

    def reading(self, pointed):
        """What one reads at a thing that is pointed at: ("weight", layer, i, j) and so on."""
        kind, *place = pointed or ("", 0)
        if kind == "weight":
            layer, i, j = place
            return f"net.W[{layer}][{i}, {j}] = {signed(self.net.W[layer][i, j])}"
        if kind == "neuron":
            layer, i = place
            return f"net.b[{layer - 1}][{i}] = {signed(self.net.b[layer - 1][i])}" if layer else ""
        if kind == "place":
            answers = ", ".join(map(signed, self.net.predict([place[: self.net.sizes[0]]])[0]))
            near, names = self.points.near(place, 0.04), self.points.names
            said = f"at {place[0]:.2f}, {place[1]:.2f} the net answers {answers}"
            if near is None:
                return said
            target = self.points.places[near, 1]
            return f"{said}, target {names[self.points.kinds[near]] if names else signed(target)}"
        return ""

    @property
    def code(self):
        """The lines of nnlib that bring about the net as it is now."""
        f, cost = [one.name.upper() for one in self.net.activations], self.net.cost.name
        cost = cost.upper().translate(str.maketrans("- ", "__"))
        start = (self._start or self.knobs).items()
        knobs = ", ".join(f"{name}={value!r}" for name, value in start)
        moved = ["# points were changed on the way: here those of now are learned from the start"]
        lines = [
            "import numpy as np",
            f"from nnlib import {', '.join(sorted({*f, cost}))}, Network, sgd",
            "X, Y = board.X, board.Y",
            "",
            *moved * self.were_changed,
            f"rng = np.random.default_rng({self.seed})",
            f"net = Network({self.net.sizes}, activations=[{', '.join(f)}], cost={cost}, rng=rng)",
            f"descent = sgd(net, X, Y, {knobs}, rng=rng)",
        ]
        done = 0
        for step, name, value in [*self.log, (self.steps, "", 0)]:
            if done < step <= self.steps:
                lines += [f"for step in range({step - done}):", "    next(descent)"]
                done = step
            lines += [f"{name} = {value!r}"] * bool(name and step <= self.steps)
        return "\n".join(lines)


# The drawing

READINGS, COARSE = 120, 3  # along each side of the plane; a neuron's map shows one of so many
SHADES = 9  # of a colour, from none to full: in steps, few pixels change and borders are seen
FULL = 0.5  # how much of a colour there is in its fullest shade: the points stand out
AXIS = np.linspace(-EDGE, EDGE, READINGS)
PLACES = np.stack(np.meshgrid(AXIS, AXIS), axis=-1).reshape(-1, 2)  # row by row, from below
SOME = np.arange(READINGS**2).reshape(READINGS, READINGS)[::COARSE, ::COARSE].ravel()
MARKERS, SHAPES = "os^", "●■▲"
# On the net's axes, which are 1 x 1: lines of words, where neurons stand, and how far apart
TOP, UPPER, HIGHER, LOWER, FOOT, PITCH = 0.97, 0.89, 0.82, 0.16, 0.09, 0.17
NEAR, MARGIN = 10, 18  # pixels of the page: how far off a pointer may be; left of the net's axes
PLANE, IN_HAND, BUTTONS = range(3)  # places in the list of handles; buttons are the rest
PLANE_SAYS = "the plane: arrows move a cross, Enter puts a point, Delete takes the nearest away"


class Maps(Artist):
    """Square maps, drawn pixel by pixel: matplotlib's own images take much longer.

    maps  (axes, x, y of the middle, pixels wide or None for all of the axes, shades (k, k))
    """

    def __init__(self, colours):
        super().__init__()
        paper, ink, *full = (np.array(to_rgba(colour)) for colour in colours)
        steps = np.linspace(0, FULL, SHADES)[:, None]
        table = np.concatenate([*(paper + steps * (colour - paper) for colour in full), [ink]])
        self._words, self.maps = np.rint(255 * table).astype(np.uint8).view(np.uint32)[:, 0], []

    def draw(self, renderer):
        for ax, x, y, side, shades in self.maps:
            side = round(side or ax.bbox.width)
            pixels = enlarged(self._words[shades], side, side)
            pixels[[0, -1]] = pixels[:, [0, -1]] = self._words[-1]
            left, low = np.rint(ax.transData.transform((x, y)) - side / 2)
            paint(renderer, left, low, pixels)


def shades_of(kinds, sure):
    """Places in the table of colours: of which kind, 0, 1 or 2, and how surely, from 0 to 1."""
    shades = kinds * SHADES + np.rint(np.clip(sure, 0, 1) * (SHADES - 1)).astype(int)
    return shades.reshape(math.isqrt(len(shades)), -1)


def signed_shades(a):
    """Shades of numbers from -1 to 1: the first colour below 0, the second above."""
    return shades_of((a > 0).astype(int), np.abs(a))


def answer_shades(A):
    """Shades of the answers (k, 1 or 3) on the plane, and a line where they change sides."""
    kinds = (A[:, 0] > 0.5).astype(int) if A.shape[1] == 1 else A.argmax(axis=1)
    sure = np.abs(2 * A[:, 0] - 1) if A.shape[1] == 1 else 1.5 * A.max(axis=1) - 0.5
    shades, kinds = shades_of(kinds, sure), kinds.reshape(READINGS, READINGS)
    shades[1:][kinds[1:] != kinds[:-1]] = -1
    shades[:, 1:][kinds[:, 1:] != kinds[:, :-1]] = -1
    return shades


def in_one(f, a):
    """Activations of f brought to about -1 to 1."""
    return 2 * a - 1 if f in (SIGMOID, SOFTMAX) else a


# Words on axes that are 1 x 1; those that have a name are a button that does `what`
Sign = namedtuple("Sign", "ax x y words what name colour weight", defaults=((), "", "", "normal"))


class NetAndPlane(Drawing):
    """A net, its weights as lines, each neuron a small map of where on the plane it says yes;
    beside it the plane with the points, and the border between the answers of the net.
    """

    def build(self, figure, look):
        (self.net, self.plane), self._look, c = figure.subplots(1, 2), look, look.colours
        self._place_axes(look.width, look.height, look.height / (1 + look.narrow))
        self._inks, self._said = (c.orange, c.blue, c.green), []
        self._field, self._maps = (Maps((c.paper, c.ink, *self._inks)) for _ in range(2))
        self._lines = LineCollection([], capstyle="butt")
        (self._band,) = self.net.plot([], [], color=c.halo, lw=12)
        self.net.add_collection(self._lines, autolim=False)
        plot, looks = self.plane.plot, {"ls": "", "mec": c.paper, "ms": 7.5}
        inked = zip(MARKERS, self._inks, strict=True)
        self._marks = [plot([], [], marker=mark, color=ink, **looks)[0] for mark, ink in inked]
        (self._curve,) = plot([], [], color=c.ink, lw=2.5)
        (self._cross,) = plot([], [], "+", color=c.ink, ms=14, mew=1.5)
        looks = {"ha": "center", "va": "center", "fontsize": look.small, "parse_math": False}
        self._words = [self.net.text(0, 0, "", **looks) for _ in range(MOST_LAYERS + 4)]
        looks |= {"bbox": {"facecolor": c.pale, "edgecolor": "none"}}
        self._keys = [self.net.text(0, 0, "", **looks) for _ in range(3 * MOST_LAYERS + 5)]
        self.net.set(xlim=(0, 1), ylim=(0, 1))
        self.net.set_axis_off()
        ends = {"xlim": (-EDGE, EDGE), "ylim": (-EDGE, EDGE)}
        self.plane.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1), **ends)
        points = *self._marks, self._curve, self._cross
        texts = *self._words, *self._keys
        return [self._field, self._band, self._lines, self._maps, *points, *texts]

    def _place_axes(self, wide, high, half):
        """Both in pixels of the page, the plane a square: layout engines do not know how high."""
        side = min(half - 85, (1 if self._look.narrow else 0.44) * wide - 60)
        right = wide if self._look.narrow else wide - side - 65
        self.net_size = np.array([right - MARGIN, half])
        places = (MARGIN, 0, *self.net_size), (wide - side - 15, high - side - 32, side, side)
        for ax, place in zip((self.net, self.plane), places, strict=True):
            ax.set_position(np.divide(place, (wide, high, wide, high)))
        self.plane_side = side

    def show(self, lesson, in_hand, pointed, cross, kind):
        """Show what a net does to the plane.

        in_hand  (layer, i, j) of the weight that keys turn; cross: the place that keys move
        pointed  at what: ("weight", layer, i, j), ("neuron", layer, i), ("place", x, y) or ()
        kind     of the next point
        """
        self._lesson, self._in_hand, net = lesson, in_hand, lesson.net
        self._place_neurons(net.sizes)
        A = net.forward(PLACES[:, : net.sizes[0]])[1]
        values = [in_one(f, a) for f, a in zip((IDENTITY, *net.activations), A, strict=True)]
        self._show_net(net, values, pointed)
        self._show_plane(lesson.points, A[-1], values, pointed)
        self._cross.set_data(*np.reshape(cross, (2, -1)))
        self._write([*self._signs(lesson, kind, lesson.reading(pointed))])
        return (bool(lesson.points.names),)

    def set_limits(self, are_kinds):
        x, y = ("x₁", "x₂") if are_kinds else ("x", "y")
        self.plane.set(xlabel=x, ylabel=y)

    def _place_neurons(self, sizes):
        """places[l] (n, 2): where the neurons of a layer stand on the net's axes."""
        pitch, self.places = min(PITCH, (HIGHER - LOWER) / max(sizes)), []
        self._side = round(0.8 * pitch * self.net_size[1])
        for layer, n in enumerate(sizes):
            ys = (LOWER + HIGHER) / 2 + pitch * ((n - 1) / 2 - np.arange(n))
            xs = np.full(n, (layer + 0.5) / len(sizes))
            self.places.append(np.column_stack([xs, ys]))

    def _show_net(self, net, values, pointed):
        self.weights = [(l, *at) for l, W in enumerate(net.W) for at in np.ndindex(W.shape)]
        ends = [(self.places[l][i], self.places[l + 1][j]) for l, i, j in self.weights]
        weights, c = (float(net.W[l][i, j]) for l, i, j in self.weights), self._look.colours
        styles, self._ends = [edge_style(w, WIDEST, c) for w in weights], np.array(ends)
        self._lines.set_segments(ends)
        self._lines.set(**{key: [style[key] for style in styles] for key in styles[0]})
        marked = pointed[1:] if pointed[:1] == ("weight",) else self._in_hand
        self._band.set_data(*self._ends[self.weights.index(marked)].T)
        places, maps = np.concatenate(self.places), np.column_stack([a[SOME] for a in values]).T
        self._maps.maps = [
            (self.net, *place, self._side * self._look.ratio, signed_shades(a))
            for place, a in zip(places, maps, strict=True)
        ]

    def _show_plane(self, points, answers, values, pointed):
        shades = answer_shades(answers) if points.names else np.zeros((1, 1), int)
        if pointed[:1] == ("neuron",):
            shades = signed_shades(values[pointed[1]][:, pointed[2]])
        self._field.maps = [(self.plane, 0, 0, None, shades)]
        for kind, mark in enumerate(self._marks):
            mark.set_data(*points.places[points.kinds == kind].T)
        self._curve.set_data(*(([], []) if points.names else (AXIS, answers[:READINGS, 0])))

    def _write(self, signs):
        """Write the words and the buttons, where there are others than before: it takes long."""
        if signs == self._said:
            return
        self._said, self.buttons = signs, [sign for sign in signs if sign.name]
        words, blank = [sign for sign in signs if not sign.name], Sign(self.net, 0, 0, "")
        for texts, some in ((self._words, words), (self._keys, self.buttons)):
            for text, sign in zip_longest(texts, some, fillvalue=blank):
                text.set(x=sign.x, y=sign.y, text=sign.words, transform=sign.ax.transAxes)
                text.set(color=sign.colour or self._look.colours.ink, fontweight=sign.weight)

    def _signs(self, lesson, kind, reading):
        """Yield all that is written, and all buttons."""
        pixel, net = 1 / self.net_size[0], self.net
        yield Sign(net, 0.5, 10 / self.net_size[1], reading)
        yield Sign(net, 0.5, TOP, f"hidden layers: {len(lesson.hidden)}")
        yield from self._more_or_less(0.5, 85 * pixel, TOP, ("layers", 0), "a hidden layer")
        for k, name in enumerate(lesson.points.names):
            words, what = f" {SHAPES[k]} {name} ", (("kind", k), f"points of kind {name}")
            look = self._inks[k], "bold" if k == kind else "normal"
            yield Sign(self.plane, (k + 0.5) / 3, 1 + 17 / self.plane_side, words, *what, *look)
        for i, (x, y) in enumerate(self.places[0]):
            name = below(f"x{i + 1}") if lesson.points.names else "x"
            yield Sign(net, x - (self._side / 2 + 12) * pixel, y, name)
        for layer, (neurons, f) in enumerate(lesson.hidden):
            x, name = self.places[layer + 1][0, 0], f"hidden layer {layer + 1}"
            what = ("activation", layer), f"activation of {name}: {f.name}"
            yield Sign(net, x, UPPER, f"{neurons}")
            yield Sign(net, x, FOOT, f" {f.name} ", *what)
            what = ("neurons", layer), f"a neuron in {name}"
            yield from self._more_or_less(x, min(25 * pixel, 0.36 / len(self.places)), UPPER, *what)

    def _more_or_less(self, x, apart, y, what, name):
        for by, sign, which in ((-1, "−", "less"), (1, "+", "more")):
            yield Sign(self.net, x + by * apart, y, f" {sign} ", (*what, by), f"{name} {which}")

    def handles(self):
        """The plane, the weight in hand, and the buttons."""
        (layer, i, j), ends = self._in_hand, self._ends[self.weights.index(self._in_hand)]
        weight, name = float(self._lesson.net.W[layer][i, j]), f"net.W[{layer}][{i}, {j}]"
        reach = {"least": -STRONGEST, "most": STRONGEST, "words": signed(weight)}
        yield Handle(self.plane, 0, 0, PLANE_SAYS, role="application")
        yield Handle(self.net, *ends.mean(axis=0), name, weight, **reach)
        for sign in self.buttons:
            place = {"transform": sign.ax.transAxes, "role": "button"}
            yield Handle(sign.ax, sign.x, sign.y, sign.name, **place)

    def thing_at(self, place):
        """The neuron or the weight at a place on the net's axes, as show() takes it; or ()."""
        size = self.net_size
        for layer, places in enumerate(self.places):
            apart = np.abs((places - place) * size).max(axis=1)
            if apart.min() <= self._side / 2:
                return "neuron", layer, int(apart.argmin())
        starts, way = self._ends[:, 0] * size, (self._ends[:, 1] - self._ends[:, 0]) * size
        along = np.clip(((place * size - starts) * way).sum(1) / (way * way).sum(1), 0, 1)
        apart = np.hypot(*(starts + along[:, None] * way - place * size).T)
        return ("weight", *self.weights[apart.argmin()]) if apart.min() <= NEAR else ()


# The controls

ETAS = [float(f"{m}e{k}") for k in (-3, -2, -1, 0) for m in (1, 2, 3, 5)] + [10.0]
BATCHES, DECAYS = (1, 2, 5, 10, 20, 50, 100, 200), (0, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
PACES = (1, 3, 10, 30, 100)  # epochs a picture
SPACING, MOMENT, TOLD = 1 / 30, 0.2, 0.2  # seconds between pictures, of learning, between words
SETTLED, SECONDS = 200, 2  # epochs at most where there is no kernel, and how long they may take
STRONGEST, DRAGGED, BY_KEY = 20.0, 4.0, 0.1  # of a weight: at most, dragged all the way, by a key
CROSS_STEP = 0.05


class Playground(BackgroundBoard):
    """The controls. `net` is the net, `X` and `Y` are the points as it learns them."""

    def __init__(self, points, task, hidden, seed):
        super().__init__()
        self._own = points if task == OWN_POINTS else task_points(OWN_POINTS)
        self._hidden, self._seed, self._told_at = hidden, seed, 0.0
        self._kind, self._cross, self._turns = 0, (), False
        self._held = self._pressed = None  # the number of a point; where, until it is dragged
        self._drawing = NetAndPlane()
        self.picture = Picture(self._drawing, 400, tall=800, surface=True, pointing=True)
        self.stack(*self._controls(task))
        self.feel(self._touch)
        self._begin(points)

    net = property(lambda self: self._lesson.net)
    X = property(lambda self: self._lesson.points.X)
    Y = property(lambda self: self._lesson.points.Y)
    code = property(lambda self: self._lesson.code)

    def settle(self):
        begins = self._task is None and not self._lesson.steps
        if len(self._lesson.points) and (self._wanted or begins):
            self._lesson.learn(SETTLED * self._lesson.steps_an_epoch, SECONDS)
        self._pause()

    # the controls

    def _controls(self, task):
        self._chosen = menu("task", [*TASKS], task, 40, 190)
        self._eta = choice("η", ETAS, 0.1, 20, 230)
        self._batch_size = choice("mini-batch", BATCHES, 10, 80, 280)
        self._l2 = choice("λ", DECAYS, 0, 20, 220)
        self._pace = choice("epochs a picture", PACES, 1, 110, 310)
        self._noise = slider("noise", 0.03, 0, 0.3, 0.01, 50, 250)
        self._more = ipywidgets.ToggleButton(description="More", layout={"width": "80px"})
        self.listen(self._new_points, self._chosen)
        self.listen(self._shake, self._noise)
        self.listen(self._turn_knobs, self._eta, self._batch_size, self._l2)
        self.listen(self._show_more, self._more)
        self._time = TimeLine(self, self._look_back, "time line", 480, readout=False)
        self._play_button = self.button("Play", self._play, "80px", "success")
        step = self.button("One step", self._one_step, "90px")
        rewind = self.button("Rewind", self._rewind, "80px")
        again = self.button("Another start", self._start_anew, "120px")
        rest = row(self._batch_size, self._l2, self._noise, self._pace, again, self._time.play)
        self._code = ipywidgets.HTML()
        self._rest = ipywidgets.VBox([rest, self._code], layout={"display": "none"})
        first = [self._chosen, self._eta, self._play_button, step, rewind, self._more]
        return first, self.picture, [self._time.slider], self.sentence, self._rest

    def _begin(self, points):
        """Begin anew, from the start that the seed draws."""
        self._in_hand, self._pointed = (0, 0, 0), ()
        self._noise.disabled = self._chosen.value == OWN_POINTS
        self._lesson = Lesson(points, self._hidden, self._knobs, self._seed)
        self._wanted = self._wanted and len(points) > 0
        self._show()

    @property
    def _knobs(self):
        return {"eta": self._eta.value, "batch_size": self._batch_size.value, "l2": self._l2.value}

    def _turn_knobs(self):
        self._lesson.knobs = self._knobs
        if not self._wanted:
            self._show()

    def _new_points(self):
        own = self._chosen.value == OWN_POINTS
        self._begin(self._own if own else task_points(self._chosen.value, self._noise.value))

    def _shake(self):
        """Draw the task with another noise; what a hand put stays, what it took stays away."""
        points, task = self._lesson.points, task_points(self._chosen.value, self._noise.value)
        places = np.where(points.drawn[:, None] < 0, points.places, task.places[points.drawn])
        self._begin(replace(points, places=places))

    def _start_anew(self):
        self._seed += 1
        self._begin(self._lesson.points)

    def _show_more(self):
        self._rest.layout.display = None if self._more.value else "none"

    # learning

    def _play(self):
        self._wanted = not self._wanted and len(self._lesson.points) > 0
        self._time.play.playing = False
        self._show()
        if self._wanted:
            self.work(self._slice, self._pause)

    def _slice(self):
        """Learn for a moment and show it; the seconds to rest, or None at the end.

        Where the page is behind, what it cannot show need not be learned yet.
        """
        early = self._shown_at + SPACING - perf_counter()
        if not self._wanted:
            return None
        if early > 0 or self.picture.is_behind:
            return max(early, 0.003)
        self._lesson.learn(self._pace.value * self._lesson.steps_an_epoch, MOMENT)
        self._wanted = not self._lesson.ended
        self._show()
        return 0

    def _pause(self):
        self._wanted = False
        self._show()

    def _one_step(self):
        if len(self._lesson.points):
            self._lesson.learn(1)
        self._pause()

    def _rewind(self):
        self._wanted = False
        self._begin(self._lesson.points)

    def _look_back(self, place):
        if len(self._lesson.points):
            self._lesson.stand_at(place)
        self._pause()

    # hands and keys

    def _touch(self, event):
        number, key = event["handle"], event.get("key")
        if number >= BUTTONS:
            pressed = event["kind"] == "down" or key in ("Enter", " ")
            for button in self._drawing.buttons[number - BUTTONS :][:pressed]:
                self._press(*button.what)
            return
        if number == PLANE:
            (self._move_cross if key else self._touch_plane)(self._lesson.points, event)
        else:
            self._touch_net(event, key)
        if not self._wanted:
            self._show()

    def _press(self, what, which, by=0):
        """Do what a button on the picture says."""
        hidden = [*self._hidden]
        if what == "kind":
            self._kind = which
            return self._show()
        if what == "layers":
            hidden = hidden[:-1] if by < 0 else [*hidden, hidden[-1] if hidden else (4, TANH)]
        else:
            neurons, f = hidden[which]
            place = ACTIVATIONS_TO_CHOOSE.index(f) + (what == "activation")
            f = ACTIVATIONS_TO_CHOOSE[place % len(ACTIVATIONS_TO_CHOOSE)]
            hidden[which] = min(max(neurons + by, 1), MOST_NEURONS), f
        self._hidden = hidden[:MOST_LAYERS]
        self._begin(self._lesson.points)

    def _touch_plane(self, points, event):
        """Put a point, or drag one; one that is let go off the plane is gone.

        A click close to a point puts another: it is taken when it is dragged.
        """
        self._cross, place = (), self.picture.place_in(self._drawing.plane, event)
        self._pointed, reach = ("place", *place), 2 * EDGE * NEAR / self._drawing.plane_side
        what = event["kind"]
        if what == "down":
            self._held, self._pressed = points.near(place, reach), place
        elif what == "point" or self._held is None or self._held >= len(points):
            return
        elif self._pressed is not None and np.hypot(*(place - self._pressed)) > reach / 3:
            self._pressed = None
        if self._held is None or what == "up" and self._pressed is not None:
            self._held, self._pressed = len(points), None
            self._take(points.put(np.clip(place, -EDGE, EDGE), self._kind))
        elif self._pressed is None:
            kind, others = points.kinds[self._held], points.without(self._held)
            self._held = len(others)
            if what == "move":
                self._take(others.put(np.clip(place, -2, 2), kind))
            elif np.abs(place).max() > EDGE:
                self._take(others)
        self._held = None if what == "up" else self._held

    def _move_cross(self, points, event):
        down, right = ARROWS.get(event["key"], (0, 0))
        way = CROSS_STEP * np.array([right, -down]) * (5 if event["shift"] else 1)
        self._cross = np.clip(np.add(self._cross if len(self._cross) else 0, way), -1, 1)
        self._pointed = ("place", *self._cross)
        if event["key"] in ("Enter", " "):
            self._take(points.put(self._cross, self._kind))
        elif event["key"] in ("Delete", "Backspace") and len(points):
            self._take(points.without(points.near(self._cross, np.inf)))

    def _take(self, points):
        """Learn these points from now on; begin anew where another number of outputs is needed."""
        self._own = points if self._chosen.value == OWN_POINTS else self._own
        if points.n_kinds != self._lesson.points.n_kinds:
            return self._begin(points)
        self._lesson.take(points)
        self._wanted = self._wanted and len(points) > 0

    def _touch_net(self, event, key):
        """Point at a thing, take a weight in hand and turn it, by pointer or by keys."""
        kind, weights = event["kind"], self._drawing.weights
        if kind in ("point", "down"):
            self._point_at_net(event)
        if key in ("ArrowLeft", "ArrowRight"):
            self._in_hand = weights[(weights.index(self._in_hand) + steps(event)) % len(weights)]
        elif key or self._turns and kind in ("down", "move"):
            layer, i, j = self._in_hand
            before = self.net.W[layer][i, j]
            weight = self.picture.turned(event, before, DRAGGED, BY_KEY)
            if weight != before:
                self._lesson.turn(self._in_hand, float(np.clip(weight, -STRONGEST, STRONGEST)))
        if key or self._turns and kind != "point":
            self._pointed = ("weight", *self._in_hand)

    def _point_at_net(self, event):
        place = self.picture.place_in(self._drawing.net, event)
        on_line = event["handle"] == IN_HAND
        self._pointed = ("weight", *self._in_hand) if on_line else self._drawing.thing_at(place)
        if event["kind"] == "down":
            self._turns = self._pointed[:1] == ("weight",)
            self._in_hand = self._pointed[1:] if self._turns else self._in_hand

    # what is seen

    def _show(self):
        """Show it all; while it learns, words and the time line a few times a second only."""
        self._shown_at, lesson = perf_counter(), self._lesson
        shown = self._in_hand, self._pointed, self._cross, self._kind
        self.picture.show(lesson, *shown)
        if self._wanted and self._shown_at < self._told_at + TOLD:
            return
        self._told_at = self._shown_at
        self._time.put(lesson.here, len(lesson.moments) - 1)
        self._play_button.description = "Pause" if self._wanted else "Play"
        if not self._wanted:
            self._code.value = f"<b>as code</b><pre>{html.escape(lesson.code)}</pre>"
        self.say(lesson.ended or lesson.words)
