"""The training cockpit: a network learns while you watch and turn its hyper-parameters.

Three layers: Run descends and measures, Curves draws, Cockpit has the controls. A task on the
kernel's own event loop descends in short slices, so that between two of them the kernel listens.
"""

import html
import math
from time import perf_counter, thread_time

import ipywidgets
import numpy as np

from nnlib._support.checks import checked_number, checked_seed
from nnlib._support.divergence import Guard, divergence_in_words
from nnlib._support.hints import door
from nnlib._support.speed import descend, for_training, steps_between_looks
from nnlib.activations import SIGMOID, SOFTMAX
from nnlib.costs import CROSS_ENTROPY, LOG_LIKELIHOOD, QUADRATIC
from nnlib.datasets.digits import checked_digits
from nnlib.network import Network
from nnlib.training import sgd
from nnlib.widgets.parts.background import BackgroundBoard
from nnlib.widgets.parts.board import sized
from nnlib.widgets.parts.numbers import nice
from nnlib.widgets.parts.picture import Drawing, Picture

SLICE = 0.03  # seconds of descent between two looks at the controls
REDRAW = 0.09  # seconds between two pictures, at least
DESCENT = 3  # times as long as a picture took, the processor descends before the next
MEASURED = 1_000  # images of each set that a point of the curves is measured on
KEPT = 3  # earlier runs that stay on the plot

COST_CHOICES = {
    "cross-entropy, sigmoid": (CROSS_ENTROPY, SIGMOID),
    "quadratic, sigmoid": (QUADRATIC, SIGMOID),
    "log-likelihood, softmax": (LOG_LIKELIHOOD, SOFTMAX),
}


@door
def training_cockpit(digits, *, epochs=100, seed=0):
    """A board of controls and curves that trains a network on digits, a Digits.

    epochs  how far Start trains before it stops by itself
    seed    of the random numbers: Reset returns to the same start
    The network in training is ``cockpit.net``; ``cockpit.start()`` presses Start.
    """
    checked_digits(digits)
    checked_number(epochs, "epochs", 1, whole=True)
    checked_seed(seed)
    return Cockpit(digits, epochs, seed)


class Run:
    """One training run and the curves it has left so far. No widget, no drawing."""

    def __init__(self, digits, *, hidden, cost, output, eta, batch_size, l2, seed):
        train, validation = digits.train, digits.validation
        rng = np.random.default_rng(seed)
        self.net = Network(
            [train.images.shape[1], hidden, train.targets.shape[1]],
            activations=[SIGMOID, output],
            cost=cost,
            dtype=np.float32,
            rng=rng,
        )
        knobs = {"eta": eta, "batch_size": batch_size, "l2": l2}
        self.descent = sgd(self.net, train.images, train.targets, **knobs, rng=rng)
        self.measured = [(s.images[:MEASURED], s.targets[:MEASURED]) for s in (train, validation)]
        self._guard = Guard(self.descent)
        self._etas = []  # [learning rate, the epochs trained with it], in their order
        self.seconds = 0.0
        self.ended = ""  # why the run cannot go on
        self.points = []  # (epochs, training cost, validation cost, training %, validation %)
        self.measure()

    @property
    def name(self):
        """The hyper-parameters in words, with the learning rates it was trained longest with."""
        d, net = self.descent, self.net
        longest = sorted(self._etas, key=lambda used: used[1])[-3:]
        etas = [used[0] for used in self._etas if used[1] and used in longest] or [d.eta]
        eta = " → ".join(f"{eta:.3g}" for eta in etas)
        decay = f", λ {d.l2:g}" if d.l2 else ""
        cost = "" if net.cost is CROSS_ENTROPY else f", {net.cost.name}"
        return f"η {eta}, mini-batch {d.batch_size}, {net.sizes[1]} hidden{decay}{cost}"

    def descend(self, seconds, goal):
        """Descend for so many seconds, or until so many epochs are done."""
        began, before = perf_counter(), self.descent.epochs
        if not self._etas or self._etas[-1][0] != self.descent.eta:
            self._etas.append([self.descent.eta, 0.0])
        steps = steps_between_looks(self.net, self.descent.batch_size)
        with for_training(self.net, self.descent.batch_size):
            while perf_counter() - began < seconds and self.descent.epochs < goal:
                descend(self.descent, steps, goal)
        self._etas[-1][1] += self.descent.epochs - before
        self.seconds += perf_counter() - began

    def measure(self):
        """Add a point to the curves; after divergence say so and return to the last good net."""
        with for_training(self.net, self.descent.batch_size):
            scores = [self.net.cost_and_accuracy(*data) for data in self.measured]
            penalty = self.net.penalty(self.descent.l2, len(self.descent.X))
            costs, accuracies = zip(*scores, strict=True)
            costs = [cost + penalty for cost in costs]
            trouble = self._guard.rescue(costs[0])
        if trouble:
            descent, when = self.descent, f"after {self.descent.epochs:.2f} epochs"
            then = "Press Reset and choose a smaller η."
            self.ended = divergence_in_words(when, trouble, descent.X, descent.eta, then)
            return
        self._guard.keep()
        self.points.append((self.descent.epochs, *costs, *(100 * a for a in accuracies)))


class Earlier:
    """A run that was: its letter, its name, and its epochs and validation curves."""

    def __init__(self, letter, run):
        self.letter, self.name = letter, run.name
        self.epochs, _, self.cost, _, self.accuracy = np.array(run.points).T


class Curves(Drawing):
    """Cost and accuracy over the epochs, for the run in hand and pale ones for those before."""

    about = "Two plots over the epochs: cost and accuracy on training and on validation images."

    def build(self, figure, look):
        axes = figure.subplots(*((2, 1) if look.narrow else (1, 2)))
        self._cost, self._accuracy = axes
        self._cost.set(ylabel="cost (logarithmic)", yscale="log")
        self._accuracy.set_ylabel("accuracy in %")
        self._lines, self._pale, self._names = [], [], []
        for ax in axes:
            ax.set_xlabel("epoch")
            ax.grid()
            self._lines += self._pair(ax, look.colours)
            looks = {"color": look.colours.grey, "linewidth": 1.5}
            self._pale.append([ax.plot([], [], ls=ls, **looks)[0] for ls in DASHES])
            self._names.append(self._margin(ax, look))
        pale, names = (sum(parts, []) for parts in (self._pale, self._names))
        return [*pale, *self._lines, *names]

    @staticmethod
    def _pair(ax, c):
        style = {"linewidth": 2, "marker": "o", "markevery": [-1]}
        (training,) = ax.plot([], [], color=c.blue, label="training", **style)
        (validation,) = ax.plot([], [], color=c.orange, ls="--", label="validation", **style)
        return training, validation

    @staticmethod
    def _margin(ax, look):
        """A name for each curve, right of the axes, where room is kept for the longest."""
        c, place = look.colours, {"transform": ax.transAxes, "va": "center"}
        ax.text(1.02, 0.5, "validation", color="none", **place)
        inks = c.blue, c.orange, *[c.grey] * KEPT
        return [ax.text(1.02, 0.5, "", color=ink, **place) for ink in inks]

    def show(self, run, earlier):
        """Move the curves to where the run is; earlier are the runs before it."""
        epochs, *series = np.array(run.points).T
        for line, values in zip(self._lines, series, strict=True):
            line.set_data(epochs, values)
        for number, lines in enumerate(zip(*self._pale, strict=True)):
            for line, kind in zip(lines, ("cost", "accuracy"), strict=True):
                was = earlier[number] if number < len(earlier) else None
                line.set_data(*((was.epochs, getattr(was, kind)) if was else ([], [])))
                line.set_label(f"validation, {was.name}" if was else "_")
        limits = roomy(epochs[-1], series, earlier)
        self._name(limits, series, earlier)
        return limits

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
        for ax in (self._cost, self._accuracy):
            ax.set_xlim(0, 1.02 * right)  # room for the last point
        self._cost.set_ylim(low, high)
        self._accuracy.set_ylim(floor, 100)


DASHES = (":", "-.", (0, (5, 1)))  # of the earlier runs
LINE_OF_TYPE = 0.075  # of the height of the axes: a line of type


def apart(heights):
    """Heights from 0 to 1, those that are too near to one another moved apart."""
    order = np.argsort(heights)
    wanted = np.clip(np.asarray(heights, float)[order], 0, 1)
    for i in range(1, len(wanted)):
        wanted[i] = max(wanted[i], wanted[i - 1] + LINE_OF_TYPE)
    wanted -= max(0.0, wanted[-1] - 1)
    for i in range(len(wanted) - 1, 0, -1):  # what was pushed down may push others
        wanted[i - 1] = min(wanted[i - 1], wanted[i] - LINE_OF_TYPE)
    placed = np.empty_like(wanted)
    placed[order] = wanted
    return placed


def roomy(epochs, series, earlier):
    """Limits that hold all curves and change seldom: of epochs, cost and accuracy."""
    longest = max([epochs, *(was.epochs[-1] for was in earlier)])
    costs = np.concatenate([*series[:2], *(was.cost for was in earlier)])
    accuracies = [series[3][-1], *(was.accuracy[-1] for was in earlier)]
    decades = 10 ** math.floor(math.log10(costs.min())), 10 ** math.ceil(math.log10(costs.max()))
    return nice(max(longest, 1)), *decades, 80 if min(accuracies) > 86 else 0


ETAS = [float(f"{m}e{k}") for k in range(-3, 2) for m in (1, 1.5, 2, 2.5, 3, 4, 5, 7)] + [100.0]


class Cockpit(BackgroundBoard):
    """The controls. `net` is the network in training."""

    def __init__(self, digits, epochs, seed):
        super().__init__()
        self._digits, self._epochs, self._seed = digits, epochs, seed
        self._wanted = False  # should it be training?
        self._goal = epochs
        self._next_picture = 0.0  # in the processor's time
        rows = self._controls()
        self._run = self._new_run()
        self._earlier = []
        self.picture = Picture(Curves(), 340, tall=600)
        self.stack(*rows, self.picture, self._legend, self._numbers, self.sentence)
        self._show("Ready: press Start.")

    @property
    def net(self):
        return self._run.net

    def start(self):
        """Press Start. Returns the cockpit, so that a cell may end with it."""
        self.act(self._start)
        return self

    def settle(self):
        while self._wanted and not self._finished:
            self._run.descend(REDRAW, self._next_goal)
            self._run.measure()
        self._pause()

    def close(self):
        self._wanted = False
        super().close()

    # the controls

    def _controls(self):
        self._eta_slider = _choice("η", ETAS, 0.5, continuous_update=True, readout=False)
        self._eta = ipywidgets.BoundedFloatText(
            value=0.5, min=0, max=1000, step=0.1, layout={"width": "70px"}
        )
        self._batch_size = _choice("mini-batch", (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000), 10)
        self._l2 = _choice("λ", (0, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100), 0)
        self._hidden = _choice("hidden units", (2, 5, 10, 15, 20, 30, 50, 100, 200), 30)
        self._cost = ipywidgets.Dropdown(options=COST_CHOICES, description="cost", **sized(90, 300))
        self.listen(self._slide_eta, self._eta_slider)
        self.listen(self._turn, self._eta, self._batch_size, self._l2)
        self.listen(self._restart, self._hidden, self._cost)
        self._start_button = self.button("Start", self._start, "110px", "success")
        self._pause_button = self.button("Pause", self._pause, "110px", "warning")
        self._epoch_button = self.button("One epoch", self._one_epoch, "110px")
        reset_button = self.button("Reset", self._reset, "110px")
        self._bar = ipywidgets.FloatProgress(min=0, layout={"width": "240px"})
        self._numbers, self._legend = ipywidgets.HTML(), ipywidgets.HTML()
        buttons = self._start_button, self._pause_button, self._epoch_button, reset_button
        return [
            [self._eta_slider, self._eta, self._batch_size],
            [self._l2, self._hidden, self._cost],
            [*buttons, self._bar],
        ]

    # what they do, between two slices of training

    def _slide_eta(self):
        self._eta.value = self._eta_slider.value
        self._turn()

    def _turn(self):
        """Let the next step of the descent heed the knobs."""
        descent = self._run.descent
        descent.eta, descent.l2 = self._eta.value, self._l2.value
        descent.batch_size = self._batch_size.value

    def _start(self):
        if self._run.descent.epochs >= self._goal:
            self._goal += self._epochs
        self._train()

    def _one_epoch(self):
        self._goal = math.floor(self._run.descent.epochs) + 1
        self._train()

    def _train(self):
        self._wanted = True
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

    def _restart(self):
        if len(self._run.points) > 1:
            self._keep(self._run)
        self._run, self._goal = self._new_run(), self._epochs
        self._show("Training." if self._wanted else "A new start: press Start.")

    def _keep(self, run):
        """Let the run stay as a pale curve, and forget the oldest of more than KEPT."""
        taken = {was.letter for was in self._earlier[1 - KEPT :]}
        letter = next(letter for letter in "abcd" if letter not in taken)
        self._earlier = [*self._earlier[1 - KEPT :], Earlier(letter, run)]
        told = "; ".join(f"{was.letter}: {was.name}" for was in self._earlier)
        self._legend.value = f"Earlier runs, pale, on validation images: {html.escape(told)}"

    def _new_run(self):
        cost, output = self._cost.value
        return Run(
            self._digits,
            hidden=self._hidden.value,
            cost=cost,
            output=output,
            eta=self._eta.value,
            batch_size=self._batch_size.value,
            l2=self._l2.value,
            seed=self._seed,
        )

    # training in slices

    @property
    def _finished(self):
        return bool(self._run.ended) or self._run.descent.epochs >= self._goal

    @property
    def _next_goal(self):
        """At most an epoch a picture: a small set would have learned before one could look."""
        return min(self._goal, self._run.points[-1][0] + 1)

    def _slice(self):
        """Descend for a moment, draw when it is time; the seconds to rest, or None at the end.

        Where thirty kernels share a machine, the time between two pictures may leave a kernel too
        little of the processor to train in: so that counts as well.
        """
        if self._finished or not self._wanted:
            return None
        early = self._shown_at + REDRAW - perf_counter()
        self._run.descend(min(max(early, SLICE / 3), SLICE), self._next_goal)
        early = self._shown_at + REDRAW - perf_counter()
        nothing_to_do = self._run.descent.epochs >= self._next_goal
        if early > 0:
            return early if nothing_to_do else 0
        if thread_time() < self._next_picture and not nothing_to_do:
            return 0
        began = thread_time()
        self._run.measure()
        self._show("Training.")
        self._next_picture = thread_time() + DESCENT * (thread_time() - began)
        return 0

    # what is seen

    def _show(self, state):
        self._shown_at = perf_counter()
        run, running = self._run, self._wanted and not self._finished
        self.picture.show(run, self._earlier)
        self._bar.max, self._bar.value = self._goal, run.descent.epochs
        self._start_button.disabled = self._epoch_button.disabled = running or bool(run.ended)
        self._pause_button.disabled = not running
        self._numbers.value = f"<div style='font-size: 1.2em'>{html.escape(self._figures())}</div>"
        self.say(state)

    def _figures(self):
        run = self._run
        epochs, training, validation, _, accuracy = run.points[-1]
        speed = epochs * len(run.descent.X) / run.seconds if run.seconds else 0
        return (
            f"Epoch {epochs:.1f} of {self._goal}: {run.seconds:.1f} s, {speed:,.0f} images/s; "
            f"cost {training:.3g} on training, {validation:.3g} on validation images; "
            f"accuracy {accuracy:.1f} %"
        )

    def _outcome(self):
        run, validation = self._run, self._digits.validation
        how = run.ended or ("Done." if self._finished else "Paused.")
        accuracy = run.net.accuracy(validation.images, validation.labels)
        return (
            f"{how} With {run.name}, {len(validation):,} validation images are read with "
            f"{accuracy:.2%} accuracy after {run.descent.epochs:.1f} epochs."
        )


def _choice(name, options, value, **kwargs):
    look = sized(90, 300) | {"continuous_update": False} | kwargs
    return ipywidgets.SelectionSlider(options=options, value=value, description=name, **look)
