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
from nnlib.palette import BLUE, GREY, ORANGE, PALE
from nnlib.training import sgd
from nnlib.widgets.parts.background import BackgroundBoard
from nnlib.widgets.parts.board import sized
from nnlib.widgets.parts.numbers import nice
from nnlib.widgets.parts.picture import Picture

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
        self._etas = []
        self.seconds = 0.0
        self.ended = ""  # why the run cannot go on
        self.points = []  # (epochs, training cost, validation cost, training %, validation %)
        self.measure()

    @property
    def name(self):
        """The hyper-parameters in words, with the last learning rates it was trained with."""
        d, net = self.descent, self.net
        eta = " → ".join(f"{eta:.3g}" for eta in (self._etas or [d.eta])[-3:])
        decay = f", λ {d.l2:g}" if d.l2 else ""
        cost = "" if net.cost is CROSS_ENTROPY else f", {net.cost.name}"
        return f"η {eta}, mini-batch {d.batch_size}, {net.sizes[1]} hidden{decay}{cost}"

    def descend(self, seconds, goal):
        """Descend for so many seconds, or until so many epochs are done."""
        began = perf_counter()
        if self.descent.eta not in self._etas[-1:]:
            self._etas.append(self.descent.eta)
        steps = steps_between_looks(self.net, self.descent.batch_size)
        with for_training(self.net, self.descent.batch_size):
            while perf_counter() - began < seconds and self.descent.epochs < goal:
                descend(self.descent, steps, goal)
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


class Curves:
    """Cost and accuracy over the epochs, for the run in hand and pale ones for those before."""

    def __init__(self):
        self.picture = Picture(1000, 420)
        self._cost, self._accuracy = self.picture.axes(1, 2)
        self._cost.set_ylabel("cost (logarithmic)")
        self._accuracy.set_ylabel("accuracy in %")
        self._lines = [line for ax in self._axes for line in self._pair(ax)]
        self.picture.moving(*self._lines)
        self._earlier = []
        for ax in self._axes:
            ax.set_xlabel("epoch")
            ax.grid(color=PALE)

    @property
    def _axes(self):
        return self._cost, self._accuracy

    @staticmethod
    def _pair(ax):
        style = {"linewidth": 2, "marker": "o", "markevery": [-1]}
        (training,) = ax.plot([], [], color=BLUE, label="training", **style)
        (validation,) = ax.plot([], [], color=ORANGE, ls="--", label="validation", **style)
        return training, validation

    def show(self, run):
        """Move the curves to where the run is."""
        epochs, *series = np.array(run.points).T
        for line, values in zip(self._lines, series, strict=True):
            line.set_data(epochs, values)
        limits = self._roomy(epochs[-1], series)
        if self.picture.has_new(limits):
            self._set_limits(*limits)
        self.picture.refresh()

    def keep(self, run):
        """Let the run stay on the plot as a pale curve, and forget the oldest of more than KEPT."""
        epochs, _, cost, _, accuracy = np.array(run.points).T
        self._earlier.append((run.name, epochs, cost, accuracy))
        self._earlier = self._earlier[-KEPT:]
        self.picture.make_room()  # for a longer legend
        for line in [line for ax in self._axes for line in ax.lines if line not in self._lines]:
            line.remove()
        for (name, epochs, *values), style in zip(self._earlier, (":", "-.", "-"), strict=False):
            for ax, curve in zip(self._axes, values, strict=True):
                ax.plot(epochs, curve, color=GREY, ls=style, lw=1.5, label=f"validation, {name}")

    def _roomy(self, epochs, series):
        """Limits that hold the curves and change seldom: of epochs, cost and accuracy."""
        earlier = self._earlier
        longest = max([epochs, *(e[-1] for _, e, _, _ in earlier)])
        costs = [c for c in (*series[:2], *(c for _, _, c, _ in earlier))]
        low = min(c.min() for c in costs)
        high = max(c.max() for c in costs)
        decades = 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high))
        return nice(max(longest, 1)), *decades, 80 if series[3][-1] > 86 else 0

    def _set_limits(self, right, low, high, floor):
        for ax in self._axes:
            ax.set_xlim(0, 1.02 * right)  # room for the last point
        self._cost.set_yscale("log")
        self._cost.set_ylim(low, high)
        self._accuracy.set_ylim(floor, 100)
        for legend in self.picture.figure.legends:
            legend.remove()
        handles, names = self._cost.get_legend_handles_labels()
        self.picture.figure.legend(
            handles, names, loc="outside lower center", ncols=2, frameon=False, fontsize=12
        )


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
        self._curves = Curves()
        self.picture = self._curves.picture
        self.stack(*rows, self.picture.image, self._numbers, self.sentence)
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
            value=0.5, min=0, max=1000, step=0.1, layout={"width": "80px"}
        )
        self._batch_size = _choice("mini-batch", (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000), 10)
        self._l2 = _choice("λ", (0, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100), 0)
        self._hidden = _choice("hidden units", (2, 5, 10, 15, 20, 30, 50, 100, 200), 30)
        self._cost = ipywidgets.Dropdown(options=COST_CHOICES, description="cost", **sized(90, 320))
        self.listen(self._slide_eta, self._eta_slider)
        self.listen(self._turn, self._eta, self._batch_size, self._l2)
        self.listen(self._restart, self._hidden, self._cost)
        self._start_button = self.button("Start", self._start, "110px", "success")
        self._pause_button = self.button("Pause", self._pause, "110px", "warning")
        self._epoch_button = self.button("One epoch", self._one_epoch, "110px")
        reset_button = self.button("Reset", self._reset, "110px")
        self._bar = ipywidgets.FloatProgress(min=0, layout={"width": "240px"})
        self._numbers = ipywidgets.HTML()
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
            self._curves.keep(self._run)
        self._run, self._goal = self._new_run(), self._epochs
        self._show("Training." if self._wanted else "A new start: press Start.")

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
        self._curves.show(run)
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
    look = sized(90, 320) | {"continuous_update": False} | kwargs
    return ipywidgets.SelectionSlider(options=options, value=value, description=name, **look)
