"""Choosing hyper-parameters: one training run for each recipe, many at a time, on every core.

joblib hands the runs out. By default each core of this machine works in a process of its own;
inside `with joblib.parallel_config(backend="dask"):` the machines of a Dask cluster do the work.
"""

import contextlib
import itertools
import math
import os
import queue
import tempfile
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from nnlib._support.checks import checked_kind, checked_n_jobs, checked_number, checked_sizes
from nnlib._support.divergence import Guard
from nnlib._support.hints import did_you_mean, door, printable, short
from nnlib._support.progress import progress_bar
from nnlib._support.speed import descend, for_training
from nnlib._support.workers import ALONE, beside, deaf_to_interrupts, start_worker
from nnlib.activations import SIGMOID
from nnlib.costs import COSTS, CROSS_ENTROPY, Cost
from nnlib.datasets.digits import checked_digits
from nnlib.network import Network
from nnlib.training import sgd

BATCHES_A_LOOK = 50  # mini-batches between two looks at whether to stop
GRACE = 0.5  # seconds that whoever leaves a sweep waits for the runs in hand


@door
@printable
@dataclass(frozen=True)
class Recipe:
    """All that decides a training run, the random numbers included: run twice, it gives the same.

    hidden is the number of hidden neurons; the outputs are those that the cost is made for.
    """

    eta: float = 0.5
    l2: float = 0.0
    batch_size: int = 10
    hidden: int = 30
    epochs: int = 10
    cost: Cost = CROSS_ENTROPY
    seed: int = 0

    def __post_init__(self):
        checked_number(self.eta, "eta", 0)
        checked_number(self.l2, "l2", 0)
        for name in ("batch_size", "hidden", "epochs"):
            checked_number(getattr(self, name), name, 1, whole=True)
        checked_number(self.seed, "seed", 0, whole=True)
        checked_kind(self.cost, Cost, COSTS, "cost")
        checked_sizes([784, self.hidden, 10])  # not too many


@door
def all_recipes(**choices):
    """Every combination of the choices, a list of Recipes: all_recipes(eta=(0.1, 1), l2=(0, 5)).

    A list or tuple is tried value by value, the last one named varying fastest; a single value
    holds for all. What is not named is as in Recipe().
    """
    known = [field.name for field in fields(Recipe)]
    unknown = [name for name in choices if name not in known]
    if unknown:
        near = did_you_mean(unknown[0], known) or f"; expected some of {', '.join(known)}"
        raise TypeError(f"{unknown[0]}: no such choice{near}")
    several = (list, tuple, range, np.ndarray)
    values = [c if isinstance(c, several) else [c] for c in choices.values()]
    combinations = itertools.product(*values)
    return [Recipe(**dict(zip(choices, c, strict=True))) for c in combinations]


@printable
@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """What came of a recipe.

    net         the trained Network
    accuracies  on the validation images after each epoch, 0 to 1; cut short by divergence
    seconds     what the run took
    """

    recipe: Recipe
    net: Network
    accuracies: tuple
    seconds: float

    @property
    def diverged(self):
        """Whether the run ended early because it diverged, as fit would have ended it."""
        return len(self.accuracies) < self.recipe.epochs

    @property
    def last(self):
        """The validation accuracy at the end; NaN if the run diverged."""
        return math.nan if self.diverged else self.accuracies[-1]

    @property
    def best(self):
        """The highest validation accuracy of any epoch; NaN if there was none."""
        return max(self.accuracies, default=math.nan)

    def __repr__(self):
        values = asdict(self.recipe) | {"cost": self.recipe.cost.name}
        words = ", ".join(f"{name} {value}" for name, value in values.items())
        end = "diverged" if self.diverged else f"validation {self.last:.2%}, best {self.best:.2%}"
        return f"{words}: {end}; {self.seconds:.1f} s"


@door
def sweep(recipes, digits, *, n_jobs=-1, progress=True):
    """Train a network by each recipe, and hand out the Results as they come: iterate over it.

    digits    Digits: trained on its training images, measured on its validation images
    n_jobs    how many runs at a time; -1: one a core; 1: one after the other, in this process
    progress  show a progress bar

    A recipe gives the same numbers wherever it runs on the same kind of machine. To end early,
    leave the loop, interrupt the kernel, or call .stop() from another thread.
    """
    return Sweep(recipes, checked_digits(digits), workers(n_jobs), progress)


def _checked_recipes(recipes):
    if isinstance(recipes, (str, dict)) or not hasattr(recipes, "__iter__"):
        raise TypeError(
            f"recipes: expected a list of Recipes, got {short(recipes)}; "
            "write [Recipe(eta=0.5)] or all_recipes(eta=(0.1, 1))"
        )
    recipes = list(recipes)
    for recipe in recipes:
        if not isinstance(recipe, Recipe):
            raise TypeError(
                f"recipes: expected a list of Recipes, got {short(recipe)} in it; "
                "write Recipe(eta=0.5)"
            )
    return recipes


def workers(n_jobs=-1):
    """The joblib.Parallel that a sweep hands its runs to, by the backend that is set here."""
    from joblib import Parallel

    checked_n_jobs(n_jobs)
    knobs = {"batch_size": 1, "return_as": "generator_unordered", "initializer": start_worker}
    return Parallel(n_jobs=1 if ALONE else n_jobs, **knobs)


@door
class Sweep:
    """The iterable that sweep returns. `stop()` ends it; what has come stays good.

    joblib is asked on a thread of its own: an interrupt, even two, only end the waiting for it.
    """

    def __init__(self, recipes, digits, parallel, progress=False):
        self.recipes = _checked_recipes(recipes)
        self._digits, self._parallel, self._progress = digits, parallel, progress
        self._stopped = False
        self._flag = None
        self._came = queue.SimpleQueue()
        self._thread = beside(self._hand_out())

    @door
    def __iter__(self):
        """The Results in the order in which they are ready; this goes once."""
        self._check_new()
        return self._results()

    def _results(self):
        with progress_bar(len(self.recipes), " runs", self._progress, leave=False) as bar:
            try:
                self._thread.start()
                while (result := self._next()) is not None:
                    bar.update()
                    yield result
            finally:
                try:
                    self.stop()
                finally:
                    self.stop()  # once more: an impatient second interrupt may have cut it short
                    self.join(GRACE)

    def start(self):
        """Begin, and return at once: for those who ask `came` now and then, and do not iterate."""
        self._check_new()
        self._thread.start()

    def came(self):
        """Yield the Results that have come since this was last asked, without waiting."""
        while not self._came.empty():
            if (result := self._next()) is not None:
                yield result

    def stop(self):
        """End the sweep, from any thread: no new run begins, and those in hand are given up.

        On another machine, which cannot see this one's files, a run in hand is finished first.
        """
        self._stopped = True
        if self._flag is not None:
            with contextlib.suppress(FileNotFoundError):  # over already
                self._flag.touch()

    def join(self, timeout=None):
        """Wait, at most timeout seconds, until the runs in hand have come to their end."""
        if self.at_work:
            self._thread.join(timeout)

    @property
    def at_work(self):
        """Whether there are runs to wait for."""
        return self._thread.is_alive()

    def _check_new(self):
        if self._thread.ident is not None:
            raise RuntimeError(
                "sweep: expected a new one, got one that has begun already; "
                "call sweep(...) for another"
            )

    def _next(self):
        """The next Result, None after the last. An error of the thread is raised here."""
        while True:
            wait = self._came.empty() and self.at_work
            with contextlib.suppress(queue.Empty):
                result = self._came.get(timeout=0.1 * wait)  # on Windows interrupts wait for it
                if isinstance(result, Exception):
                    raise result
                return result

    # on the thread

    def _hand_out(self):
        """Put what comes, and the end; yields after each run."""
        end = None
        try:
            if self._parallel.n_jobs != 1:
                deaf_to_interrupts()
            with tempfile.TemporaryDirectory(
                prefix="nnlib-sweep-", ignore_cleanup_errors=True
            ) as folder:
                self._flag = Path(folder) / "stop"
                for result in self._parallel(self._tasks()):
                    if result is not None:  # it has seen the flag
                        self._came.put(result)
                    yield
        except Exception as error:
            if not self._stopped:
                end = error
        self._came.put(end)

    def _tasks(self):
        from joblib import delayed

        train, validation = self._digits.train, self._digits.validation
        # arrays as arguments of their own: so joblib lays them down once for all workers
        arrays = train.images, train.targets, validation.images, validation.targets
        for recipe in self.recipes:
            if self._stopped:
                return
            yield delayed(run)(recipe, *arrays, stop=str(self._flag))


def run(recipe, X, Y, X_validation, Y_validation, stop=None):
    """Train by the recipe on X, Y: its Result, or None once a file named stop is there."""
    began, rng = time.perf_counter(), np.random.default_rng(recipe.seed)
    net = Network(
        [X.shape[1], recipe.hidden, Y.shape[1]],
        activations=[SIGMOID, recipe.cost.only or SIGMOID],
        cost=recipe.cost,
        dtype=np.float32,
        rng=rng,
    )
    knobs = {"eta": recipe.eta, "batch_size": recipe.batch_size, "l2": recipe.l2}
    descent = sgd(net, X, Y, **knobs, rng=rng)
    accuracies = []
    with for_training(net, recipe.batch_size):
        for good in _epochs(descent, recipe.epochs, stop):
            if not good:
                return None
            accuracies.append(net.cost_and_accuracy(X_validation, Y_validation)[1])
    return Result(recipe, net, tuple(accuracies), time.perf_counter() - began)


def _epochs(descent, epochs, stop):
    """Descend; yield True after each epoch, False once told to stop; end early on divergence."""
    guard = Guard(descent)
    for epoch in range(1, epochs + 1):
        while descent.epochs < epoch:
            if stop is not None and os.path.exists(stop):
                yield False
                return
            descend(descent, BATCHES_A_LOOK, epoch)
        if guard.trouble():
            return
        yield True
