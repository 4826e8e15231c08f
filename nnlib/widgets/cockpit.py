"""The training cockpit: a network learns while you watch and turn its hyper-parameters.

Three layers: Run descends, measures and goes back in time, Instruments draws, Cockpit has the
controls. A task on the kernel's own event loop descends in short slices, so that between two of
them the kernel listens.
"""

import html
import math
from functools import cached_property, partial
from itertools import takewhile, zip_longest
from time import perf_counter, process_time

import ipywidgets
import numpy as np

from nnlib._support.checks import checked_number, checked_seed
from nnlib._support.divergence import Guard, divergence_in_words
from nnlib._support.hints import door
from nnlib._support.moments import Moments, Orders, Record
from nnlib._support.run_code import LARGEST_ETA, RunCode, Setting, fingerprint, read_code
from nnlib._support.speed import descend, for_training, steps_between_looks
from nnlib.activations import RELU, SIGMOID, SOFTMAX
from nnlib.costs import CROSS_ENTROPY, LOG_LIKELIHOOD, QUADRATIC
from nnlib.datasets.bending import BENDINGS
from nnlib.datasets.digits import checked_digits
from nnlib.datasets.handwriting import SIDE
from nnlib.network import FOR_RELU, SCALED, Network
from nnlib.plots import sheet_of
from nnlib.training import sgd
from nnlib.widgets.parts.background import BackgroundBoard
from nnlib.widgets.parts.board import choice, menu, sized
from nnlib.widgets.parts.numbers import nice
from nnlib.widgets.parts.picture import Drawing, Picture, title_of
from nnlib.widgets.parts.pixels import colour_map, pixels
from nnlib.widgets.parts.timeline import TimeLine

SLICE = 0.03  # seconds of descent between two looks at the controls
REDRAW = 0.07  # seconds between two pictures, at least
DESCENT = 3.5  # times as long as a picture took, the processor descends before the next
MEASURED = 1_000  # images of each set that a point of the curves is measured on
KEPT = 3  # earlier runs that stay on the plot
CURVE_POINTS = 1_000  # of a curve
READ = 20  # validation digits that are seen with what the net reads
PICTURED = 30  # hidden neurons whose weights are seen

COST_CHOICES = {
    "cross-entropy, sigmoid": (CROSS_ENTROPY, SIGMOID, SIGMOID, SCALED),
    "quadratic, sigmoid": (QUADRATIC, SIGMOID, SIGMOID, SCALED),
    "log-likelihood, softmax": (LOG_LIKELIHOOD, SIGMOID, SOFTMAX, SCALED),
    "log-likelihood, hidden ReLUs": (LOG_LIKELIHOOD, RELU, SOFTMAX, FOR_RELU),
}
COST_ORDER = tuple(COST_CHOICES.values())  # a code of a run counts them: add new ones at the end
ETAS = [float(f"{m}e{k}") for k in range(-3, 2) for m in (1, 1.5, 2, 2.5, 3, 4, 5, 7)] + [100.0]
HALVINGS = {Setting(0, 1, 0, k).halving_in_words: k for k in (0, 1, 2, 5, 10, 20)}
CHOICES = {
    "hidden": (2, 5, 10, 15, 20, 30, 50, 100, 200, 300, 800),
    "cost": tuple(range(len(COST_ORDER))),
    "batch_size": (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
    "l2": (0, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100),
    "halving": tuple(HALVINGS.values()),
    "bend": tuple(BENDINGS),
}


@door
def training_cockpit(digits, *, epochs=100, seed=0, code=None):
    """A board of controls and curves that trains a network on digits, a Digits.

    epochs  how far Start trains before it stops by itself
    seed    of the random numbers: Reset returns to the same start
    code    of a run, as cockpit.code gives it: Start trains just so, to the last bit on the same
            digits and the same kind of machine, and stops where that run stood
    The network in training is ``cockpit.net``; ``cockpit.start()`` presses Start.
    """
    checked_digits(digits)
    checked_number(epochs, "epochs", 1, whole=True)
    checked_seed(seed)
    if code is not None:
        code = read_code(code, fingerprint(digits), CHOICES)
    return Cockpit(digits, epochs, seed, code)


class Run(Record):
    """One training run, the curves it has left so far, and the way back to any of its moments.

    points   (epochs, training cost, validation cost, training %, validation %, seconds), measured
    knobs    how they stand: the next step heeds them
    turns    (samples, *knobs) of each turn of a knob; plan: those that are still to come
    forks    (epochs, what was changed) where it went on from an earlier moment
    """

    def __init__(self, digits, hidden, kind, knobs, seed):
        cost, activation, output, weights = kind
        train, validation = digits.train, digits.validation
        orders = Orders(np.random.PCG64(seed))
        self.net = Network(
            [train.images.shape[1], hidden, train.targets.shape[1]],
            activations=[activation, output],
            cost=cost,
            weights=weights,
            dtype=np.float32,
            rng=orders,
        )
        self.begin(sgd(self.net, train.images, train.targets, eta=knobs.eta, rng=orders), orders)
        self.measured = [(s.images[:MEASURED], s.targets[:MEASURED]) for s in (train, validation)]
        self._guard = Guard(self.descent)
        self.knobs, self.turns, self.plan, self.forks = knobs, [], [], []
        self._turn()
        self.seconds = 0.0
        self.ended = ""  # why the run cannot go on
        self.points = Moments(CURVE_POINTS)
        self.measure()

    def turned(self, seen):
        """The turns that steps before so many samples have heeded; at the start how knobs stand."""
        return [turn for turn in self.turns if turn[0] < seen] or [(0, *self.knobs)]

    @property
    def name(self):
        """The hyper-parameters in words, with the learning rates it was trained longest with."""
        end = max(self.descent.place.seen, self.moments[-1].seen)
        turns, used = self.turned(end), []
        for turn, until in zip(turns, [*(turn[0] for turn in turns[1:]), end], strict=True):
            before = used.pop()[1] if used and used[-1][0] == turn[1] else 0
            used.append((turn[1], before + until - turn[0]))
        longest = sorted(used, key=lambda one: one[1])[-3:]
        eta = " → ".join(f"{one[0]:.3g}" for one in used if one in longest)
        settings = [Setting(*turn[1:]) for turn in turns]
        last = settings[-1]
        halving = " → ".join(dict.fromkeys(one.halving_in_words for one in settings))
        bend = " → ".join(dict.fromkeys(one.bend for one in settings))
        hidden = f"{self.net.sizes[1]} hidden{' ReLUs' * (self.net.activations[0] is RELU)}"
        parts = [f"η {eta}", f"mini-batch {last.batch_size}", hidden]
        parts += [f"λ {last.l2:g}"] * bool(last.l2)
        parts += [f"η halves {halving}"] * (halving != "never")
        parts += [f"digits {bend}"] * (bend != "unbent")
        parts += [self.net.cost.name] * (self.net.cost is not CROSS_ENTROPY)
        return ", ".join(parts)

    def descend(self, seconds, goal):
        """Descend for so many seconds, or until so many epochs are done."""
        began, n = perf_counter(), len(self.descent.X)
        while (left := seconds + began - perf_counter()) > 0 and self.descent.epochs < goal:
            self._turn()
            self._descend(left, min(goal, self.plan[0][0] / n if self.plan else goal))
        self.seconds += perf_counter() - began

    def _turn(self):
        """Heed the turns whose time has come, and note the knobs if they were turned."""
        seen, n = self.descent.place.seen, len(self.descent.X)
        while self.plan and self.plan[0][0] <= seen:
            self.knobs = Setting(*self.plan.pop(0)[1:])
        self.turns = [turn for turn in self.turns if turn[0] < seen]
        if not self.turns or self.turns[-1][1:] != self.knobs:
            self.turns.append((seen, *self.knobs))
        eta, self.descent.batch_size, self.descent.l2, halving, bend = self.knobs
        self.descent.eta = partial(rate, self.turns, n) if halving else eta
        self.descent.augment = BENDINGS[bend]

    @property
    def rate(self):
        """η of the next step."""
        seen, n = self.descent.place.seen, len(self.descent.X)
        return rate([*self.turned(seen), (seen, *self.knobs)], n, seen / n)

    def _descend(self, seconds, goal):
        began = perf_counter()
        steps = steps_between_looks(self.net, self.descent.batch_size)
        with for_training(self.net, self.descent.batch_size):
            while perf_counter() - began < seconds and self.descent.epochs < goal:
                descend(self.descent, steps, goal)

    def measure(self):
        """Keep this moment and a point of the curves; after divergence return to the last one."""
        with for_training(self.net, self.descent.batch_size):
            scores = [self.net.cost_and_accuracy(*data) for data in self.measured]
            penalty = self.net.penalty(self.descent.l2, len(self.descent.X))
            costs, accuracies = zip(*scores, strict=True)
            costs = [cost + penalty for cost in costs]
            trouble = self._guard.trouble(costs[0])
        if not trouble:
            accuracies = [100 * accuracy for accuracy in accuracies]
            return self._keep((self.descent.epochs, *costs, *accuracies, self.seconds))
        descent, when = self.descent, f"after {self.descent.epochs:.2f} epochs"
        then = "Choose a smaller η, then press Go on from here, or Reset."
        self.ended = divergence_in_words(when, trouble, descent.X, descent.rate, then)
        self.stand_at(-1)

    def _keep(self, told):
        if self.keep(told):
            self.points.cut(len(self.points) - 1)
        self.points.keep(told)

    # the way back

    def in_two(self):
        """The points of the curves up to this moment and from it on, (n, 6) each."""
        points = np.array([*self.points])
        here = np.searchsorted(points[:, 0], self.told[0], side="right")
        return points[:here], points[here - 1 :]

    def fork(self):
        """Forget what came after this moment: from here the run goes on with the knobs of now."""
        seen = self.descent.place.seen
        turns, n = self.turned(seen + 1), len(self.descent.X)
        before, etas = Setting(*turns[-1][1:]), (rate(turns, n, seen / n), self.rate)
        self.forks = [fork for fork in self.forks if fork[0] < self.told[0]]
        self.forks.append((self.told[0], differences(before, self.knobs, etas)))
        self.points.cut(len(self.in_two()[0]))
        self.moments.cut(self.here + 1)
        self.seconds, self.ended = self.told[-1], ""
        self.plan = self.plan if before == self.knobs else []


def rate(turns, n, epochs):
    """η after so many epochs of n: it halves from the turn on that set it or its halving."""
    _, eta, _, _, halving, _ = turns[-1]
    alike = takewhile(lambda turn: turn[1::3] == (eta, halving), reversed(turns))
    return eta * 0.5 ** ((epochs - [*alike][-1][0] / n) / halving) if halving else eta


def nearest(eta):
    """Where the slider stands for η."""
    return min(ETAS, key=lambda one: abs(one - eta))


def eta_in_words(eta):
    return f"{float(f'{eta:.3g}'):g}"


def differences(old, new, etas):
    """What two Settings differ in, in words; etas are those of a step with each."""
    etas = [eta_in_words(eta) for eta in etas]
    told = [f"η {' → '.join(etas)}"] * (etas[0] != etas[1])
    told += [f"η halves {new.halving_in_words}"] * (old.halving != new.halving)
    told += [f"mini-batch {old.batch_size} → {new.batch_size}"] * (old.batch_size != new.batch_size)
    told += [f"λ {old.l2:g} → {new.l2:g}"] * (old.l2 != new.l2)
    return told + [f"digits {new.bend}"] * (old.bend != new.bend) or ["unchanged"]


def as_many(words, room):
    """As many of the words as so many letters have room for, one at least."""
    fits = [", ".join([*words[:k], *["…"] * (k < len(words))]) for k in range(len(words), 0, -1)]
    return next((line for line in fits if len(line) <= room), fits[-1])


class Branch:
    """The validation curves of a run that was, or of what this one has done later; its letter."""

    def __init__(self, points, letter="", name=""):
        self.letter, self.name = letter, name
        self.epochs, _, self.cost, _, self.accuracy, _ = np.transpose(points)


class Instruments(Drawing):
    """Cost and accuracy over the epochs, on training and on validation images; twenty validation
    digits, below each what the net reads, the wrong ones framed; the weights of its hidden neurons
    as pictures.
    """

    wide = [["cost", "digits"], ["accuracy", "weights"]]
    tall = [["cost"], ["accuracy"], ["digits"], ["weights"]]

    def __init__(self, digits):
        self._digits = digits

    def build(self, figure, look):
        ratios = {} if look.narrow else {"width_ratios": (5, 3) if look.width >= 850 else (3, 4)}
        axes = figure.subplot_mosaic(self.tall if look.narrow else self.wide, **ratios)
        self._parts = [
            Curves(axes["cost"], axes["accuracy"], look),
            DigitsRead(axes["digits"], self._digits, look),
            HiddenWeights(axes["weights"], look),
        ]
        return [artist for part in self._parts for artist in part.artists]

    def show(self, run, earlier):
        """Show the moment that the run stands at; earlier are the branches before it."""
        curves, digits, weights = self._parts
        digits.show(run.net)
        weights.show(run.net.W[0])
        return curves.show(run, earlier)

    def set_limits(self, *limits):
        self._parts[0].set_limits(*limits)


class Curves:
    """Cost and accuracy over the epochs: the run in hand, and pale what it did later and others."""

    def __init__(self, cost, accuracy, look):
        self._axes, self._look, c = (cost, accuracy), look, look.colours
        self._room = look.width // (16 if look.narrow else 38)  # letters in half of the axes
        cost.set(ylabel="cost (log)", yscale="log")
        cost.tick_params(labelbottom=False)
        accuracy.set(ylabel="accuracy in %", xlabel="epoch")
        self._lines, self._pale, self._names, self._forks, self._hints = [], [], [], [], []
        for ax in self._axes:
            ax.grid()
            self._plot_on(ax, c)
            self._write(ax, 1.02, 0.5, "validation", color="none")  # keeps room for the longest
            inks = c.blue, c.orange, *[c.grey] * KEPT
            self._names.append([self._write(ax, 1.02, 0.5, color=ink) for ink in inks])
            self._hints.append(self._write(ax, 0.5, 0.5, color=c.grey, ha="center"))
        at = {"color": c.purple, "transform": cost.get_xaxis_transform(), "bbox": c.behind_words}
        self._changes = [self._write(cost, 0, 0.9 - 0.14 * k, **at) for k in range(KEPT)]
        pale, names = (sum(parts, []) for parts in (self._pale, self._names))
        texts = [*names, *self._hints, *self._changes]
        self.artists = [*pale, *self._forks, *self._lines, *texts]

    def _plot_on(self, ax, c):
        pale, run = {"color": c.grey, "lw": 1.5}, {"lw": 2, "marker": "o", "markevery": [-1]}
        self._pale.append([ax.plot([], [], ls=dashes, **pale)[0] for dashes in DASHES])
        self._lines += ax.plot([], [], color=c.blue, label="training", **run)
        self._lines += ax.plot([], [], color=c.orange, ls="--", label="validation", **run)
        at = {"color": c.purple, "transform": ax.get_xaxis_transform()}
        self._forks += ax.plot([], [], lw=1.5, ls=":", **at)

    def _write(self, ax, x, y, words="", **looks):
        looks = {"transform": ax.transAxes, "va": "center", "fontsize": self._look.small} | looks
        return ax.text(x, y, words, **looks)

    def show(self, run, earlier):
        """Move the curves to where the run is; earlier are the branches before it."""
        points, later = run.in_two()
        epochs, *series, _ = points.T
        for line, values in zip(self._lines, series, strict=True):
            line.set_data(epochs, values)
        branches = [Branch(later), *earlier]
        limits = roomy(series, branches)
        self._show_branches(branches)
        self._show_forks(run, limits[0] / 2)
        for text, hint in zip(self._hints, HINTS, strict=True):
            text.set_text(hint if len(run.points) == 1 else "")
        self._name(limits, series, earlier)
        return limits

    def _show_branches(self, branches):
        for lines, kind in zip(self._pale, ("cost", "accuracy"), strict=True):
            for line, was in zip_longest(lines, branches):
                line.set_data(*((was.epochs, getattr(was, kind)) if was else ([], [])))
                line.set_label(f"validation, {was.name}" if was and was.name else "_")
                line.set_visible(bool(was) and len(was.epochs) > 1)  # empty ones take time, too

    def _show_forks(self, run, middle):
        forks = run.forks[-KEPT:]
        for line in self._forks:
            line.set_data(np.repeat([fork[0] for fork in forks], 3), [0, 1, np.nan] * len(forks))
            line.set_visible(bool(forks))
        for text, fork in zip_longest(self._changes, forks):
            epochs, words = fork or (0, [""])
            text.set(text=f" {as_many(words, self._room)} " if fork else "", x=epochs)
            text.set_horizontalalignment("left" if epochs <= middle else "right")

    def _name(self, limits, series, earlier):
        """Write the names of the curves at the height of their ends, none on another."""
        _, low, high, floor = limits
        names = ["training", "validation", *(was.letter for was in earlier)]
        ends = [values[-1] for values in series]
        costs = [*ends[:2], *(was.cost[-1] for was in earlier)]
        accuracies = [*ends[2:], *(was.accuracy[-1] for was in earlier)]
        heights = (
            np.log(np.array(costs) / low) / np.log(high / low),
            (np.array(accuracies) - floor) / (100 - floor),
        )
        for texts, ys in zip(self._names, heights, strict=True):
            for text in texts:
                text.set_text("")
            for text, name, y in zip(texts, names, apart(ys), strict=False):
                text.set(text=name, y=y)

    def set_limits(self, right, low, high, floor):
        for ax in self._axes:
            ax.set_xlim(0, 1.02 * right)  # room for the last point
        self._axes[0].set_ylim(low, high)
        self._axes[1].set_ylim(floor, 100)


class DigitsRead:
    """Validation digits, below each what the net reads in it; the wrong ones framed and crossed."""

    def __init__(self, ax, digits, look):
        self._images, self._labels = digits.images[:READ], digits.labels[:READ]
        self._colours, foot, n = look.colours, 20, len(self._labels)
        paper_to_ink = colour_map(look.colours.paper, look.colours.ink)
        sheet = sheet_of(self._images, 10, (0, foot), (2, 2))
        ax.imshow(sheet, cmap=paper_to_ink, vmin=0, vmax=1)
        ax.set_axis_off()
        rows, columns = np.divmod(np.arange(n), 10)
        lefts, tops = columns * (SIDE + 4), rows * (SIDE + foot)
        beside = {"fontsize": look.small, "ha": "center", "va": "center"}
        middles = zip(lefts + SIDE / 2 + 2, tops + SIDE + foot / 2, strict=True)
        self._answers = [ax.text(x, y, "", **beside) for x, y in middles]
        corners = np.array([(0, -1), (31, -1), (31, 29), (0, 29), (0, -1), (np.nan, np.nan)])
        self._frames = np.column_stack([lefts, tops])[:, None] + corners
        (self._frame,) = ax.plot([], [], color=look.colours.orange, lw=2)
        ax.set(xlim=(0, sheet.shape[1]), ylim=(len(sheet), -2))
        self._title = title_of(ax)
        self.artists = [self._frame, *self._answers, self._title]

    def show(self, net):
        found = net.forward(self._images)[1][-1].argmax(axis=1)
        wrong = found != self._labels
        for text, answer, is_wrong in zip(self._answers, found, wrong, strict=True):
            text.set_text(f"{answer}✗" if is_wrong else f"{answer}")
            text.set_color(self._colours.orange if is_wrong else self._colours.ink)
        self._frame.set_data(*self._frames[wrong].reshape(-1, 2).T)
        self._frame.set_visible(wrong.any())
        self._title.set_text(f"It reads {len(wrong) - wrong.sum()} of these {len(wrong)} digits")


class HiddenWeights:
    """The weights into the first hidden neurons as pictures: orange adds, purple takes."""

    def __init__(self, ax, look):
        c, wide = look.colours, 10 * (SIDE + 4)
        shades = colour_map(c.purple, c.paper, c.orange)
        self._shades = shades(np.linspace(0, 1, 33), bytes=True)
        ax.set_axis_off()
        self._sheet = pixels(ax, np.zeros((1, 1, 4), np.uint8))
        ax.set(xlim=(0, wide), ylim=(3 * (SIDE + 2), 0))
        self._title = title_of(ax)
        self.artists = [self._sheet, self._title]

    def show(self, W):
        """Pictures of W (784, n), coloured alike, the scale in few steps: so few pixels change."""
        n = min(W.shape[1], PICTURED)
        pictures = sheet_of(W.T[:n], 5 if n <= 5 else 10, (0, 2), (2, 2))
        limit = nice(3 * float(np.sqrt(np.vdot(pictures, pictures) / (n * SIDE**2))))
        levels = np.clip(np.rint(pictures * (16 / limit)), -16, 16)
        self._sheet.set_data(self._shades[levels.astype(int) + 16])
        high, wide = levels.shape
        self._sheet.set_extent((0, 10 * (SIDE + 4), high * 10 * (SIDE + 4) / wide, 0))
        whose = "its" if n == W.shape[1] else f"{n} of its {W.shape[1]}"
        self._title.set_text(f"Weights of {whose} hidden neurons")


HINTS = "Press Start: here the cost\nfalls while the net learns", "here it reads more and more"
DASHES = ("-", ":", "-.", (0, (5, 1)))  # of what came later, and of the earlier runs
LINE_OF_TYPE = 0.13  # of the height of the axes: a line of type


def apart(heights):
    """Heights from 0 to 1, those that are too near to one another moved apart."""
    order = np.argsort(heights)
    wanted = np.clip(np.asarray(heights, float)[order], 0, 1)
    for i in range(1, len(wanted)):
        wanted[i] = max(wanted[i], wanted[i - 1] + LINE_OF_TYPE)
    wanted[-1] = min(wanted[-1], 1)
    for i in range(len(wanted) - 1, 0, -1):  # what was pushed down may push others
        wanted[i - 1] = min(wanted[i - 1], wanted[i] - LINE_OF_TYPE)
    placed = np.empty_like(wanted)
    placed[order] = wanted
    return placed


def roomy(series, branches):
    """Limits that hold all curves and change seldom: of epochs, cost and accuracy."""
    longest = max(was.epochs[-1] for was in branches)
    costs = np.concatenate([*series[:2], *(was.cost for was in branches)])
    accuracies = [series[3][-1], *(was.accuracy[-1] for was in branches)]
    decades = 10 ** math.floor(math.log10(costs.min())), 10 ** math.ceil(math.log10(costs.max()))
    return nice(max(longest, 1)), *decades, 80 if min(accuracies) > 86 else 0


class Cockpit(BackgroundBoard):
    """The controls. `net` is the network in training, at the moment that is shown."""

    def __init__(self, digits, epochs, seed, code):
        super().__init__()
        code = code or RunCode(seed, 30, 0, [(0, *Setting(0.5, 10, 0))], 0)
        self._digits, self._epochs, self._seed = digits, epochs, code.seed
        self._code = code  # None from the first touch of a knob on
        self._goal = self._whole
        self._next_picture = 0.0  # in the processor's time
        self._controls(code)
        self._run, self._earlier = self._new_run(), []
        self._show("Ready: press Start.")

    net = property(lambda self: self._run.net)

    @property
    def code(self):
        """The run up to the moment shown as a short text: training_cockpit(digits, code="…")."""
        run, cost = self._run, COST_ORDER.index(self._cost.value)
        seen, hidden = run.descent.place.seen, self.net.sizes[1]
        return RunCode(self._seed, hidden, cost, run.turned(seen), seen).written(self._data)

    @cached_property
    def _data(self):
        return fingerprint(self._digits)

    def settle(self):
        while self._wanted and not self._finished:
            self._descend(REDRAW)
            self._run.measure()
        self._pause()

    def _controls(self, code):
        eta, batch_size, l2, halving, bend = code.turns[0][1:]
        late = {"continuous_update": False}
        self._eta_slider = choice("η", ETAS, nearest(eta), 20, 240, readout=False)
        unseen = {"description": "η", **sized(0, 78)}  # the slider beside it shows that name
        self._eta = ipywidgets.BoundedFloatText(eta, min=0, max=LARGEST_ETA, step=0.1, **unseen)
        self._batch_size = choice("mini-batch", CHOICES["batch_size"], batch_size, 80, 260, **late)
        self._l2 = choice("λ", CHOICES["l2"], l2, 20, 200, **late)
        self._hidden = choice("hidden units", CHOICES["hidden"], code.hidden, 90, 260, **late)
        self._cost = menu("cost", COST_CHOICES, COST_ORDER[code.cost], 40, 250)
        self._halving = menu("η halves", HALVINGS, halving, 62, 215)
        self._bend = menu("digits", CHOICES["bend"], bend, 45, 125)
        self.listen(self._slide_eta, self._eta_slider)
        ipywidgets.dlink((self._eta, "value"), (self._eta_slider, "value"), nearest)
        self._knobs = self._eta, self._batch_size, self._l2, self._halving, self._bend
        self.listen(self._turn, self._eta, self._batch_size, self._l2, self._bend)
        self.listen(self._turn_halving, self._halving)
        self.listen(self._choose, self._hidden, self._cost)
        self._buttons = [
            self.button("Start", self._start, "80px", "success"),
            self.button("Pause", self._pause, "80px", "warning"),
            self.button("One epoch", self._one_epoch, "100px"),
        ]
        reset = self.button("Reset", self._reset, "80px")
        self._time = TimeLine(self, self._look_back, "time line", 480, readout=False)
        self._go_on_button = self.button("Go on from here", self._go_on, "140px")
        self._numbers = ipywidgets.HTML()
        self.picture = Picture(Instruments(self._digits.validation), 340, tall=900)
        self.stack(
            [self._eta_slider, self._eta, self._batch_size, self._l2],
            [self._hidden, self._cost, self._halving, self._bend],
            [*self._buttons, reset],
            self.picture,
            [self._time.slider, self._time.play, self._go_on_button],
            *(self._numbers, self.sentence),
        )

    def _slide_eta(self):
        if self._eta_slider.value != nearest(self._eta.value):  # else it follows the field
            self._eta.value = self._eta_slider.value
            self._turn()

    def _turn(self):
        """Let the next step of the descent heed the knobs; a hand on them ends what a code says."""
        knobs = self._setting
        if knobs != self._run.knobs:
            self._run.knobs, self._run.plan, self._code = knobs, [], None

    def _turn_halving(self):
        """What falls, falls from where it is; what no longer falls stays there."""
        if self._run.knobs.halving:
            self._eta.value = float(eta_in_words(self._run.rate))
        self._turn()

    @property
    def _setting(self):
        return Setting(*(knob.value for knob in self._knobs))

    @_setting.setter
    def _setting(self, setting):
        for knob, value in zip(self._knobs, setting, strict=True):
            knob.value = value

    @property
    def _whole(self):
        """The epochs that Start trains for."""
        return self._code and self._code.end / len(self._digits.train) or self._epochs

    def _start(self):
        self._run.stand_at(-1)
        if self._run.descent.epochs >= self._goal:
            done = self._run.descent.epochs >= self._whole
            self._goal = self._goal + self._epochs if done else self._whole
        self._train()

    def _one_epoch(self):
        self._run.stand_at(-1)
        self._goal = math.floor(self._run.descent.epochs) + 1
        self._train()

    def _look_back(self, place):
        """Go to a moment of the run; training stops."""
        self._wanted = False
        self._run.stand_at(place)
        now, last = self._run.told[0], self._run.points[-1][0]
        looking = f"Looking back: epoch {now:.1f} of {last:.1f}. Turn a knob and go on from here."
        self._show(self._outcome() if self._run.at_the_end else looking)

    def _go_on(self):
        """Let the run go on from the moment shown; what it did after that stays as a branch."""
        if not self._run.at_the_end:
            self._keep(self._run.in_two()[1])
        if self._run.ended or not self._run.at_the_end:
            self._run.fork()
        self._start()

    def _train(self):
        self._wanted, self._time.play.playing = True, False
        self._show("Training.")
        self.work(self._slice, self._pause)

    def _pause(self):
        """End the training that goes on, if any, and tell what came of it."""
        if self._wanted:
            self._wanted = False
            if not self._run.ended:
                self._run.measure()
            self._show(self._outcome())

    def _reset(self):
        self._wanted = False
        self._restart()

    def _choose(self):
        self._code = None
        self._restart()

    def _restart(self):
        if len(self._run.points) > 1:
            self._run.stand_at(-1)
            self._keep([*self._run.points])
        self._run, self._goal = self._new_run(), self._whole
        self._show("Training." if self._wanted else "A new start: press Start.")

    def _keep(self, points):
        """Let points of the run stay as a pale curve, and forget the oldest of more than KEPT."""
        kept = self._earlier[1 - KEPT :]
        taken = {was.letter for was in kept}
        letter = next(letter for letter in "abcd" if letter not in taken)
        self._earlier = [*kept, Branch(points, letter, self._run.name)]

    def _new_run(self):
        if self._code:
            self._setting = self._code.turns[0][1:]
        hidden, kind = self._hidden.value, self._cost.value
        run = Run(self._digits, hidden, kind, self._setting, self._seed)
        run.plan = [*self._code.turns[1:]] if self._code else []
        return run

    # training in slices

    @property
    def _finished(self):
        return bool(self._run.ended) or self._run.descent.epochs >= self._goal

    @property
    def _next_goal(self):
        """At most an epoch a picture: a small set would have learned before one could look."""
        return min(self._goal, self._run.told[0] + 1)

    def _descend(self, seconds):
        """Descend for so long; where a code turns knobs, they are seen to turn."""
        run, planned = self._run, len(self._run.plan)
        run.descend(seconds, self._next_goal)
        if len(run.plan) < planned:
            self._setting = run.knobs

    def _slice(self):
        """Descend for a moment, draw when it is time; the seconds to rest, or None at the end.

        Where thirty kernels share a machine, the time between two pictures may leave a kernel too
        little of the processor to train in: so that counts as well (in a browser it is always 0).
        """
        if self._finished or not self._wanted:
            return None
        early = self._shown_at + REDRAW - perf_counter()
        self._descend(min(max(early, SLICE / 3), SLICE))
        early = self._shown_at + REDRAW - perf_counter()
        nothing_to_do = self._run.descent.epochs >= self._next_goal
        if early > 0:
            return early if nothing_to_do else 0
        if process_time() < self._next_picture and not nothing_to_do:
            return 0
        began = process_time()
        self._run.measure()
        self._show("Training.")
        self._next_picture = process_time() + DESCENT * (process_time() - began)
        return 0

    def _show(self, state):
        self._shown_at = perf_counter()
        run, running = self._run, self._wanted and not self._finished
        self.picture.show(run, self._earlier)
        self._time.put(run.here, len(run.moments) - 1)
        start, pause, one_epoch = self._buttons
        start.disabled = one_epoch.disabled = running or bool(run.ended)
        pause.disabled, self._go_on_button.disabled = not running, running
        self._numbers.value = self._figures()
        self.say(state)

    def _figures(self):
        run = self._run
        epochs, training, validation, _, accuracy, seconds = run.told
        speed = epochs * len(run.descent.X) / seconds if seconds else 0
        now = f"η {eta_in_words(run.rate)} now; " if run.knobs.halving else ""
        figures = (
            f"Epoch {epochs:.1f} of {self._goal:g}: {seconds:.1f} s, {speed:,.0f} images/s; {now}"
            f"cost {training:.3g} on training, {validation:.3g} on validation images; "
            f"accuracy {accuracy:.1f} %"
        )
        told = "; ".join(f"{was.letter}: {was.name}" for was in self._earlier)
        told = f"Earlier runs, pale, on validation images: {told}" if told else ""
        return f"<div style='font-size: 1.2em'>{figures}</div>{html.escape(told)}"

    def _outcome(self):
        run, validation = self._run, self._digits.validation
        how = run.ended or ("Done." if self._finished else "Paused.")
        accuracy = run.net.accuracy(validation.images, validation.labels)
        return (
            f"{how} With {run.name}, {len(validation):,} validation images are read with "
            f"{accuracy:.2%} accuracy after {run.descent.epochs:.1f} epochs."
        )
