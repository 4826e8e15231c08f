"""The targets: what is asked of nnlib's speed, and how each row is found in the results."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from bending import Nnlib as NnlibBent
from bending import TorchByHand, TorchSeparable, Torchvision
from contenders import Floor, Jax, Leanest, Nnlib, NnlibFit, PyTorch, SampleBySample, ScikitLearn

SMALL, LARGE = "784-30-10, mini-batch 10", "784-800-10, mini-batch 100"
READY = "pictures that lie ready"  # in latency.json: no widget, but what Jupyter itself takes
BUSY = 0.95  # the share of a core's time below which the machine was not ours


@dataclass(frozen=True)
class Target:
    """A row: what is measured, the bound it must keep, how to find it, what it is made of.

    measured  results -> the list of values, round by round; [] where it was not measured
    parts     results -> (a sentence's beginning, {part: number}, the unit)
    """

    name: str
    bound: float
    measured: Callable
    parts: Callable
    least: bool = False  # the bound is a lower one
    unit: str = " ×"

    def holds(self, values):
        middle = np.median(values)
        return bool(middle >= self.bound if self.least else middle <= self.bound)


def race_ratios(over, under, size=SMALL):
    """results -> the time of `over` in times of `under`'s, round by round, on one thread."""

    def measured(results):
        race = results["race"]["1"]
        return ratios(*(race["sizes"][size][c.name][clock(race)] for c in (over, under)))

    return measured


def ratios(over, under):
    return [a / b for a, b in zip(over, under, strict=True)]


def clock(race):
    """By which times the race is judged: "seconds", or "cpu" where it often had to wait.

    On one thread processor time is the same thing, less what other programs took away.
    """
    alone = race["threads"] > 1 or share_of_a_core(race) >= BUSY
    return "seconds" if alone else "cpu"


def share_of_a_core(race):
    """The processor time of the race in parts of the time that went by."""
    timed = [r for size in race["sizes"].values() for r in size.values() if r.get("seconds")]
    return float(np.median([share for r in timed for share in ratios(r["cpu"], r["seconds"])]))


def step_parts(size=SMALL):
    def parts(results):
        times = dict(results["race"]["1"]["anatomy"][size])
        whole = times.pop("the step")
        return f"One step of nnlib at {size} takes {whole:.1f} µs", times, "µs"

    return parts


def fit_parts(results):
    times = results["race"]["1"]["anatomy of fit"]
    return f"An epoch of fit takes {sum(times.values()):.0f} ms", times, "ms"


def cockpit_parts(results):
    """What the cockpit does in a second besides descending."""
    told = results["kernel"]
    pictures = float(np.median(told["pictures"]))
    times = {name: pictures * ms for name, ms in told["parts"].items()}
    times["descending and everything else"] = 1000 - sum(times.values())
    return f"A second with {pictures:.1f} pictures", times, "ms"


def import_parts(results):
    times = results["startup"]["import"]["parts"]
    return "The slowest modules, each without those it imports", times, "ms"


def load_parts(results):
    times = results["startup"]["load"]["parts"]
    return f"Done plainly, one after the other, {sum(times.values()):.0f} ms", times, "ms"


def memory_parts(results):
    load = results["startup"]["load"]
    extra = load["peak_mb"] - load["arrays_mb"]
    return "Peak memory", {"the float32 arrays": load["arrays_mb"], "beyond them": extra}, "MB"


def latency_parts(measure):
    """What Jupyter and the browser take of the slowest widget's wait, its picture lying ready."""

    def parts(results):
        ready = results["latency"][READY]
        waits, jupyter = waits_of_widgets(results), ready.get(measure, ready[measure.split()[0]])
        slowest = max(waits, key=lambda name: waits[name][measure])
        own = waits[slowest][measure] - jupyter
        return slowest, {"Jupyter and the browser": jupyter, "computing and drawing": own}, "ms"

    return parts


def waits_of_widgets(results):
    latency = results.get("latency") or {}
    measured = {name for name, wait in latency.items() if {"median", "p90"} <= set(wait)}
    return {name: latency[name] for name in measured - {READY}}


def slowest_widget(measure):
    """results -> [the longest of all widgets' medians, or ninetieth percentiles]."""
    return lambda results: [max(wait[measure] for wait in waits_of_widgets(results).values())]


def wait_target(measure, bound):
    """The row of a measure of latency.json: "median", "p90 at pixel ratio 2"."""
    name = f"slider to picture, {measure.replace('p90', '90th percentile')}, slowest widget"
    return Target(name, bound, slowest_widget(measure), latency_parts(measure), unit=" ms")


def startup(kind, over, under):
    def measured(results):
        times = results["startup"][kind]
        return ratios(times[over], times[under])

    return measured


def bent_ratios(under):
    """results -> nnlib's time for an epoch of bent digits in times of `under`'s, round by round."""

    def measured(results):
        race = results["bent"]["race"]
        return ratios(race[NnlibBent.name]["epoch"], race[under.name]["epoch"])

    return measured


def bent_parts(results):
    times = {k: float(np.median(v)) for k, v in results["bent"]["race"][NnlibBent.name].items()}
    parts = {"bending": times["bending"], "descending": times["epoch"] - times["bending"]}
    return f"An epoch of bent digits takes {times['epoch']:.1f} s", parts, "s"


def load_memory(results):
    load = results["startup"]["load"]
    return [load["peak_mb"] / load["arrays_mb"]]


TARGETS = (
    Target("nnlib / the leanest NumPy", 1.35, race_ratios(Nnlib, Leanest), step_parts()),
    Target("nnlib / the floor", 2.3, race_ratios(Nnlib, Floor), step_parts()),
    Target(
        "nnlib / the floor, 784-800-10 at 100",
        1.25,
        race_ratios(Nnlib, Floor, LARGE),
        step_parts(LARGE),
    ),
    Target("nnlib / one sample at a time", 0.07, race_ratios(Nnlib, SampleBySample), step_parts()),
    Target("nnlib / PyTorch, eager", 0.165, race_ratios(Nnlib, PyTorch), step_parts()),
    Target("nnlib / scikit-learn", 0.25, race_ratios(Nnlib, ScikitLearn), step_parts()),
    Target("nnlib / JAX, compiled", 0.95, race_ratios(Nnlib, Jax), step_parts()),
    Target("bent digits, nnlib / torchvision", 0.1, bent_ratios(Torchvision), bent_parts),
    Target("bent digits, nnlib / PyTorch", 0.8, bent_ratios(TorchSeparable), bent_parts),
    Target("bent digits, nnlib / the best PyTorch", 1.05, bent_ratios(TorchByHand), bent_parts),
    Target("fit, bar and four monitors / bare sgd", 1.35, race_ratios(NnlibFit, Nnlib), fit_parts),
    Target(
        "cockpit, all parts moving / bare sgd, in one kernel",
        1.3,
        lambda results: ratios(results["kernel"]["bare"], results["kernel"]["cockpit"]),
        cockpit_parts,
    ),
    Target(
        "cockpit, pictures a second",
        10,
        lambda results: results["kernel"]["pictures"],
        cockpit_parts,
        least=True,
        unit="",
    ),
    Target("import nnlib / import numpy", 1.15, startup("import", "nnlib", "numpy"), import_parts),
    Target(
        "MNIST from the cache / unzipping it", 2.0, startup("load", "load", "unzip"), load_parts
    ),
    Target("peak memory of loading / the float32 arrays", 1.15, load_memory, memory_parts),
    wait_target("median", 35),
    wait_target("p90", 60),
    wait_target("median at pixel ratio 2", 45),
    wait_target("p90 at pixel ratio 2", 80),
)
