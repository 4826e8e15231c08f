"""Learning: stochastic gradient descent, one mini-batch a step, and the history it leaves.

The step:  W ← (1 - ηλ/n) W - η dW,  b ← b - η db.  Biases do not decay.
"""

from dataclasses import dataclass, field
from time import perf_counter
from types import SimpleNamespace

import numpy as np

from nnlib._support.checks import (
    checked_axes,
    checked_eta,
    checked_evaluation,
    checked_finite,
    checked_fresh,
    checked_function,
    checked_inputs,
    checked_number,
    checked_rng,
    checked_target_values,
    checked_targets,
)
from nnlib._support.divergence import Guard, divergence_in_words
from nnlib._support.hints import OwnNamesOnly, door, printable
from nnlib._support.monitors import MONITORS, checked_monitor
from nnlib._support.progress import progress_bar
from nnlib._support.speed import for_training
from nnlib._support.symptoms import symptoms
from nnlib.network import checked_network
from nnlib.palette import BLUE, ORANGE


@door
def sgd(net, X, Y, *, eta, batch_size=10, l2=0.0, augment=None, rng):
    """Mini-batch stochastic gradient descent: each next() is one step and changes net.

    X (n, n_in), Y (n, n_out), eta the learning rate η, l2 the weight decay λ. Each step yields how
    many samples it used. An epoch visits every sample once, in an order drawn anew from rng. The
    descent goes on for ever: take as many steps as you want.

        descent = sgd(net, X, Y, eta=0.5, rng=np.random.default_rng(0))
        next(descent)
        descent.eta = 0.1        # holds from the next step on; the others likewise

    eta      also a function of the epochs done: lambda done: 0.5 / (1 + done)
    augment  augment(X, rng) makes a mini-batch's samples fresh: datasets.bending.Bending()
    """
    return Descent(net, X, Y, eta, batch_size, l2, augment, rng)


@door
@printable
class Descent(OwnNamesOnly):
    """The iterator that sgd returns. `epochs` says how far it has come, in epochs."""

    _called = "a descent"
    _own = ("net", "X", "Y", "_eta", "_batch_size", "_l2", "_augment", "_rng", "place")

    def __init__(self, net, X, Y, eta, batch_size, l2, augment, rng):
        self.net = checked_network(net)
        self.X = np.ascontiguousarray(checked_finite(checked_inputs(X, net), "X"))
        self.Y = checked_target_values(checked_targets(Y, len(self.X), net), net.cost)
        self._rng = checked_rng(rng)
        # the samples that this epoch has not visited yet, and how many visits there were in all;
        # in an object of their own: to set them there is quick
        self.place = SimpleNamespace(waiting=np.empty(0, int), seen=0)
        self.eta, self.batch_size, self.l2, self.augment = eta, batch_size, l2, augment

    eta = property(lambda self: self._eta)
    batch_size = property(lambda self: self._batch_size)
    l2 = property(lambda self: self._l2)
    augment = property(lambda self: self._augment)

    @eta.setter
    def eta(self, value):
        self._eta = checked_eta(value, self.epochs)

    @batch_size.setter
    def batch_size(self, value):
        self._batch_size = checked_number(value, "batch_size", 1, whole=True)

    @l2.setter
    def l2(self, value):
        self._l2 = checked_number(value, "l2", 0)

    @augment.setter
    def augment(self, value):
        if value is not None:
            checked_function(value, "augment", "lambda X, rng: X")
        self._augment = value

    @property
    def epochs(self):
        return self.place.seen / len(self.X)

    @property
    def rate(self):
        """η of the next step, a number."""
        eta = self._eta
        return checked_number(eta(self.epochs), "eta", 0) if callable(eta) else eta

    def __iter__(self):
        return self

    def __next__(self):
        place, n = self.place, len(self.X)
        waiting = place.waiting
        if not len(waiting):
            waiting = self._rng.permutation(n)
        batch = waiting[: self._batch_size]
        X, Y = self.X.take(batch, 0, mode="clip"), self.Y.take(batch, 0, mode="clip")
        if self._augment is not None:
            X = checked_fresh(self._augment(X, self._rng), X)
        descent_step(self.net, X, Y, self.rate, self._l2, n)
        place.waiting = waiting[len(batch) :]
        place.seen += len(batch)
        return len(batch)

    def __repr__(self):
        return (
            f"Descent after {self.epochs:.2f} epochs of {len(self.X):,} samples: "
            f"eta {self.rate:g}, batch_size {self.batch_size}, l2 {self.l2:g}"
        )


@door
def descent_step(net, X, Y, eta, l2=0.0, n=1):
    """One step downhill on the batch X, Y; n is the size of the training set that λ refers to."""
    dW, db = net.backward(*net.forward(X), Y, scale=-eta)
    if l2:
        for W in net.W:
            W *= 1 - eta * l2 / n
    for parameter, step in zip(net.W + net.b, dW + db, strict=True):
        parameter += step


@door
@printable
@dataclass(repr=False)
class History:
    """What fit saw at the end of each epoch. A monitor that was off leaves its list empty.

    training_cost, evaluation_cost          the cost per batch of the whole set, with its L2 term
    training_accuracy, evaluation_accuracy  the share classified right, 0 to 1
                                            (evaluation_… on the validation set)
    seconds                                 the time each epoch took, monitors included
    ended                                   "" or why training ended before its last epoch
    noticed                                 sentences on what else the run suffers from
    """

    eta: object  # a number, or the function that fit was given
    batch_size: int
    l2: float
    training_cost: list = field(default_factory=list)
    training_accuracy: list = field(default_factory=list)
    evaluation_cost: list = field(default_factory=list)
    evaluation_accuracy: list = field(default_factory=list)
    seconds: list = field(default_factory=list)
    ended: str = ""
    noticed: list = field(default_factory=list)

    def plot(self, ax):
        """Draw the costs over the epochs on ax, and return ax."""
        checked_axes(ax).set_ylabel("cost")
        return self._draw(ax, self.training_cost, self.evaluation_cost, 1)

    def plot_accuracy(self, ax):
        """Draw the accuracies over the epochs on ax, and return ax."""
        checked_axes(ax).set_ylabel("accuracy in %")
        return self._draw(ax, self.training_accuracy, self.evaluation_accuracy, 100)

    def _draw(self, ax, training, evaluation, unit):
        for values, style, name in (
            (training, {"color": BLUE, "linestyle": "-"}, "training"),
            (evaluation, {"color": ORANGE, "linestyle": "--"}, "validation"),
        ):
            if values:
                marker = "o" if len(values) == 1 else None
                epochs = np.arange(1, len(values) + 1)
                ax.plot(epochs, unit * np.array(values), marker=marker, label=name, **style)
        if self.ended:
            ax.axvline(len(self.seconds) + 0.5, color="black", linestyle=":", label="ended here")
        ax.set_xlabel("epoch")
        if ax.get_legend_handles_labels()[1]:
            ax.legend()
        return ax

    def __repr__(self):
        n = len(self.seconds)
        parts = [f"{n} epoch{'' if n == 1 else 's'} in {sum(self.seconds):.1f} s"]
        for name, kept in (("training", "training"), ("validation", "evaluation")):
            cost, accuracy = getattr(self, f"{kept}_cost"), getattr(self, f"{kept}_accuracy")
            words = [f"cost {cost[-1]:.4g}"] if cost else []
            words += [f"accuracy {accuracy[-1]:.2%}"] if accuracy else []
            parts += [f"{name} " + ", ".join(words)] if words else []
        words = [self.ended] * bool(self.ended) + self.noticed
        return ". ".join(["; ".join(parts), " ".join(words)] if words else ["; ".join(parts)])


@door
def fit(
    net,
    X,
    Y,
    *,
    eta,
    epochs,
    batch_size=10,
    l2=0.0,
    augment=None,
    evaluation=None,
    monitor=None,
    rng,
    progress=True,
):
    """Train net for some epochs and return their History.

    X (n, n_in), Y (n, n_out)  the training set; eta, batch_size, l2, augment, rng as for sgd
    evaluation                 the validation set (X, Y): watched, never trained on
    monitor                    which of MONITORS to keep; by default all that make sense
    progress                   show a progress bar

    Training that diverges ends within the epoch, with the weights of the last good one; an
    interrupt ends it where it is, with the whole epochs in the history. Either way the history is
    returned, and `ended` says why.
    """
    checked_number(epochs, "epochs", 0, whole=True)
    descent = Descent(net, X, Y, eta, batch_size, l2, augment, rng)
    if evaluation is not None:
        evaluation = checked_evaluation(evaluation, descent.net)
    record = _recorder(descent, evaluation, monitor)
    history = History(descent.eta, descent.batch_size, descent.l2)
    try:
        samples, looks = epochs * len(descent.X), {"unit_scale": True, "leave": False}
        bar = progress_bar(samples, " samples", progress, **looks)
        with bar, for_training(net, batch_size):
            _run_epochs(descent, epochs, history, record, bar)
            history.noticed = symptoms(net, descent.X, descent.Y, evaluation, descent.l2)
    except KeyboardInterrupt:
        history.ended = history.ended or f"Interrupted after {descent.epochs:.2f} epochs."
        _keep_whole_epochs(history)
    return history


def _run_epochs(descent, epochs, history, record, bar):
    guard = Guard(descent)
    for epoch in range(1, epochs + 1):
        began = perf_counter()
        bar.set_description(f"epoch {epoch} of {epochs}", refresh=False)
        trouble = _run_epoch(descent, epoch, guard, bar)
        if trouble:
            when, kept = f"in epoch {epoch}", f"Kept: the net of epoch {epoch - 1}."
            history.ended = divergence_in_words(when, trouble, descent.X, descent.rate, kept)
            return
        record(history, began)


def _run_epoch(descent, epoch, guard, bar):
    """Descend to the end of the epoch. Divergence takes the net back, and is returned in words."""
    guard.keep()
    try:
        while descent.epochs < epoch:
            bar.update(next(descent))
        return guard.rescue()
    except KeyboardInterrupt:
        guard.rescue()
        raise


def _keep_whole_epochs(history):
    """Drop what an interrupt has cut off: entries of an epoch that not all monitors have yet."""
    for name in MONITORS:
        del getattr(history, name)[len(history.seconds) :]


def _recorder(descent, evaluation, monitor):
    """The function record(history, began) that appends one epoch's entries to the history."""
    sets = {"training": (descent.X, descent.Y)}
    if evaluation is not None:
        sets["evaluation"] = evaluation
    wanted = checked_monitor(monitor, sets)
    sets = {name: sets[name] for name in sets if any(w.startswith(name) for w in wanted)}

    def record(history, began):
        entries = {}
        penalty = descent.net.penalty(descent.l2, len(descent.X))
        for name, (X, Y) in sets.items():
            cost, accuracy = descent.net.cost_and_accuracy(X, Y)
            entries |= {f"{name}_cost": cost + penalty, f"{name}_accuracy": accuracy}
        for name in wanted:
            getattr(history, name).append(entries[name])
        history.seconds.append(perf_counter() - began)

    return record
