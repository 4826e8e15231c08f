"""nnlib's speed beside others', and every target beside what was measured.

    make bench                                the whole: some minutes on a machine left in peace
    make bench ARGS=--quick                   a short look at the smallest network; writes nothing
    make bench ARGS=--again                   the table and pictures anew from speed.json

Prints the table; writes speed.json (all that was measured), speed.md, speed.png, speed_growth.png,
and the table of targets into README.
Every measure is a ratio of two times taken in turn on this machine. Slider to picture is measured
by latency.py, which needs a browser: its latency.json is read where it lies beside this file.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from time import perf_counter

import numpy as np
from contenders import CONTENDERS, Floor, Jax, Nnlib, NnlibFit, PyTorch, SampleBySample, ScikitLearn
from speed_plots import draw_growth, draw_race

from nnlib._support.files import replacing

FOLDER = Path(__file__).resolve().parent
README = FOLDER.parent / "README.md"
TABLE_BEGINS, TABLE_ENDS = "<!-- make bench writes this -->\n\n", "\n\n<!-- until here -->"
SMALL, LARGE = "784-30-10, mini-batch 10", "784-800-10, mini-batch 100"
LIBRARIES = ("numpy", "torch", "scikit-learn", "jax")
READY = "pictures that lie ready"  # in latency.json: no widget, but what Jupyter itself takes
BUSY = 0.95  # the share of a core's time below which the machine was not ours


# ---------------------------------------------------------------- what is asked


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
    times = results["waits"]["import"]["parts"]
    return "The slowest modules, each without those it imports", times, "ms"


def load_parts(results):
    times = results["waits"]["load"]["parts"]
    return f"Done plainly, one after the other, {sum(times.values()):.0f} ms", times, "ms"


def memory_parts(results):
    load = results["waits"]["load"]
    extra = load["peak_mb"] - load["arrays_mb"]
    return "Peak memory", {"the float32 arrays": load["arrays_mb"], "beyond them": extra}, "MB"


def latency_parts(measure):
    """What Jupyter and the browser take of the slowest widget's wait, its picture lying ready."""

    def parts(results):
        waits, jupyter = waits_of_widgets(results), results["latency"][READY][measure]
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


def waits(kind, over, under):
    def measured(results):
        times = results["waits"][kind]
        return ratios(times[over], times[under])

    return measured


def load_memory(results):
    load = results["waits"]["load"]
    return [load["peak_mb"] / load["arrays_mb"]]


TARGETS = (
    Target("nnlib / the floor", 2.0, race_ratios(Nnlib, Floor), step_parts()),
    Target(
        "nnlib / the floor, 784-800-10 at 100",
        1.25,
        race_ratios(Nnlib, Floor, LARGE),
        step_parts(LARGE),
    ),
    Target("nnlib / one sample at a time", 0.11, race_ratios(Nnlib, SampleBySample), step_parts()),
    Target("nnlib / PyTorch, eager", 0.17, race_ratios(Nnlib, PyTorch), step_parts()),
    Target("nnlib / scikit-learn", 0.30, race_ratios(Nnlib, ScikitLearn), step_parts()),
    Target("nnlib / JAX, compiled", 1.0, race_ratios(Nnlib, Jax), step_parts()),
    Target("fit, bar and four monitors / bare sgd", 1.35, race_ratios(NnlibFit, Nnlib), fit_parts),
    Target(
        "cockpit, curves moving / bare sgd, in one kernel",
        1.15,
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
    Target("import nnlib / import numpy", 1.15, waits("import", "nnlib", "numpy"), import_parts),
    Target("MNIST from the cache / unzipping it", 2.0, waits("load", "load", "unzip"), load_parts),
    Target("peak memory of loading / the float32 arrays", 1.15, load_memory, memory_parts),
    Target(
        "slider to picture, median, slowest widget",
        50,
        slowest_widget("median"),
        latency_parts("median"),
        unit=" ms",
    ),
    Target(
        "slider to picture, 90th percentile, slowest widget",
        100,
        slowest_widget("p90"),
        latency_parts("p90"),
        unit=" ms",
    ),
)


# ---------------------------------------------------------------- the measuring


def measure(quick, rounds):
    """All results, as they go into speed.json."""
    results = {"machine": machine(), "race": {}}
    for threads in (1,) if quick else (1, 2):
        sizes = ("--sizes", 1) if quick else ()
        options = ("--threads", threads, "--rounds", rounds, *sizes)
        results["race"][str(threads)] = run("contest.py", *options, threads=threads)
    say("training in a notebook's kernel")
    results["kernel"] = run("in_a_kernel.py", "--rounds", rounds)
    say("importing and loading")
    results["waits"] = run("waits.py", "--rounds", 2 * rounds)
    if not quick:
        say("peak memory, contender by contender")
        results["memory"] = peak_memories()
        results["growth"] = run("growth.py")
    return results


def peak_memories():
    """Megabytes by contender, None where one is not installed."""
    return {c.name: run("contest.py", "--memory", c.name) for c in CONTENDERS}


def run(program, *options, threads=1):
    """What the program prints, in a process of its own with so many threads for every library."""
    command = [sys.executable, FOLDER / program, *map(str, options)]
    done = subprocess.run(
        command, env=os.environ | environment(threads), stdout=subprocess.PIPE, check=True
    )
    return json.loads(done.stdout)


def environment(threads):
    """The variables that limit OpenBLAS, OpenMP, MKL, Apple's Accelerate and XLA to so many."""
    names = ("OPENBLAS", "OMP", "MKL")
    limits = {f"{name}_NUM_THREADS": str(threads) for name in names}
    limits["VECLIB_MAXIMUM_THREADS"] = str(threads)
    if threads == 1:
        limits["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    return limits


def machine():
    versions = {name: version(name) for name in LIBRARIES}
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: found for name, found in versions.items() if found},
    }


def version(library):
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def latency():
    path = FOLDER / "latency.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def say(sentence):
    print(sentence, file=sys.stderr, flush=True)


# ---------------------------------------------------------------- the words


def report(results):
    """The whole of speed.md."""
    parts = [
        "# Speed",
        about(results),
        "## The targets",
        "Medians of the rounds' ratios, quartiles in brackets; one thread, 784-30-10 with "
        "mini-batches of 10 where nothing else is said.",
        target_table(results),
        *where_time_goes(results),
        "## One epoch, contender by contender",
        *race_tables(results),
    ]
    if "growth" in results:
        parts += [RACE_PICTURE, "## How an epoch grows", growth_sentence(results["growth"])]
        parts += [GROWTH_PICTURE]
    parts += waiting(results)
    return "\n\n".join(parts) + "\n"


def waiting(results):
    """What a student waits for in the browser."""
    latency = results.get("latency") or {}
    if latency:
        first = latency["first notebook"]["seconds"]
        waits = {name: wait for name, wait in latency.items() if "p90" in wait}
        rows = [f"| {name} | {w['median']:.0f} | {w['p90']:.0f} |" for name, w in waits.items()]
        yield "## Waiting in JupyterLab"
        yield (
            f"The first notebook is usable {first:.1f} s after its address is entered. From a move "
            "of a slider, or a press of a button, to the new picture in the page, in milliseconds:"
        )
        yield "\n".join(["| widget | median | 90th percentile |", "|---|---|---|", *rows])


RACE_PICTURE = "![Time of an epoch of each contender, in times of nnlib's](speed.png)"
GROWTH_PICTURE = (
    "![Seconds and memory of an epoch over images, width, depth and mini-batch, nnlib beside the "
    "floor](speed_growth.png)"
)


def about(results):
    found, first = results["machine"], results["race"]["1"]
    versions = ", ".join(f"{name} {number}" for name, number in found["versions"].items())
    text = (
        f"{first['images']:,} images of {first['data']}, float32, on {found['processor']}, "
        f"{found['cores']} cores; Python {found['python']}, {versions}. `make bench` makes this "
        "page."
    )
    if clock(first) == "cpu":
        text += (
            "\n\n**The machine was busy:** the race on one thread had a core for "
            f"{share_of_a_core(first):.0%} of the time, so it is judged by processor time; all "
            "figures are rough."
        )
    return text


def target_table(results):
    lines = ["| measured | target | found | |", "|---|---|---|---|"]
    for target in TARGETS:
        values = values_of(target, results)
        bound = f"at {'least' if target.least else 'most'} {target.bound:g}{target.unit}"
        lines.append(f"| {target.name} | {bound} | {found(target, values)} |")
    return "\n".join(lines)


def values_of(target, results):
    """The values of a row, or [] where the run could not measure it."""
    try:
        return [value for value in target.measured(results) if value is not None]
    except (KeyError, TypeError, ValueError):
        return []


def found(target, values):
    if not values:
        return "not measured | "
    return f"{spread(values)}{target.unit} | {verdict(target, values)}"


def verdict(target, values):
    return "holds" if target.holds(values) else "does not hold"


def spread(values):
    low, middle, high = np.percentile(values, (25, 50, 75))
    if len(values) == 1:
        return number(middle)
    return f"{number(middle)} [{number(low)}–{number(high)}]"


def number(value):
    """Three digits that count, never with an exponent."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:#.3g}"


def where_time_goes(results):
    """A heading and a paragraph for each row that does not hold; nothing if all do."""
    told = {}
    for target in TARGETS:
        values = values_of(target, results)
        if values and not target.holds(values):
            told.setdefault(profile(target, results), []).append(target.name)
    if not told:
        return []
    rows = [f"- **{'; '.join(names)}.** {text}" for text, names in told.items()]
    return ["### Rows that do not hold, and where the time goes", "\n".join(rows)]


def profile(target, results):
    sentence, parts, unit = target.parts(results)
    total = sum(parts.values())
    shares = ", ".join(f"{k} {number(v)} {unit} ({v / total:.0%})" for k, v in parts.items())
    return f"{sentence}: {shares}."


def race_tables(results):
    for size in results["race"]["1"]["sizes"]:
        yield f"### {size}"
        yield race_table(results, size)
    yield race_notes(results)


def race_table(results, size):
    threads = list(results["race"])
    races = {t: results["race"][t]["sizes"][size] for t in threads}
    memory = results.get("memory", {}) if size == SMALL else {}
    head = ["contender", *(f"{t} {plural(t)}: seconds | times nnlib's" for t in threads)]
    head += ["test accuracy", *(["peak memory"] if memory else [])]
    lines = [f"| {' | '.join(head)} |", "|---" * " | ".join(head).count("|") + "|---|"]
    for name, result in races[threads[0]].items():
        if "missing" in result:
            lines.append(f"| {name} | not installed |")
            continue
        cells = [time_cells(races[t], name, clock(results["race"][t])) for t in threads]
        cells += [accuracy(result, results)]
        cells += [megabytes(memory.get(name))] if memory else []
        lines.append(f"| {' | '.join([name, *cells])} |")
    return "\n".join(lines)


def plural(threads):
    return "thread" if threads == "1" else "threads"


def time_cells(race, name, clock):
    times = ratios(race[name][clock], race[Nnlib.name][clock])
    seconds = float(np.median(race[name][clock]))
    return f"{number(seconds)} | {'1' if name == Nnlib.name else spread(times)}"


def accuracy(result, results):
    if "accuracy" not in result:
        return "–"
    whole = result["trained_on"] == results["race"]["1"]["images"]
    after = "" if whole else f" after {result['trained_on']:,} images"
    return f"{result['accuracy']:.1%}{after}"


def megabytes(value):
    return "–" if value is None else f"{value:,.0f} MB"


def race_notes(results):
    """How the contenders were timed, and how far apart their outputs are."""
    sizes = results["race"]["1"]["sizes"]
    same = [
        result["differs"]
        for race in sizes.values()
        for name, result in race.items()
        if result.get("trained_on") == results["race"]["1"]["images"]
        and "differs" in result
        and name != ScikitLearn.name
    ]
    return (
        "Before the timed rounds each contender trains for one epoch on one thread, from the same "
        "start over the same mini-batches (scikit-learn shuffles by itself): the accuracy on the "
        "test images is that of this epoch, and the outputs then differ from nnlib's by at most "
        f"{max(same):.0e}. In the timed rounds the slow ones train on a part of the epoch, and "
        "their time is scaled up: one sample at a time on a tenth (a fiftieth at the largest "
        "size), PyTorch and scikit-learn on a fifth; fit does three epochs. Peak memory is that of "
        "a fresh process, images included."
    )


def growth_sentence(growth):
    times = [p["nnlib"] / p["floor"] for points in growth.values() for p in points]
    return (
        "One thread; one thing is varied, from 50,000 samples, one hidden layer of 30 and "
        f"mini-batches of 10. Over all points nnlib takes {number(min(times))} to "
        f"{number(max(times))} times the floor."
    )


# ---------------------------------------------------------------- all together


def times_of_nnlib(results):
    """{contender: {size: times as long as nnlib}} on one thread, for the picture."""
    rows, key = {}, clock(results["race"]["1"])
    for size, race in results["race"]["1"]["sizes"].items():
        for name, result in race.items():
            if result.get("seconds") and name != Nnlib.name:
                values = ratios(result[key], race[Nnlib.name][key])
                rows.setdefault(name, {})[size] = float(np.median(values))
    return rows


def write(results):
    """Write the table and the pictures beside this file."""
    with replacing(FOLDER / "speed.json") as path:
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    with replacing(FOLDER / "speed.md") as path:
        path.write_text(report(results), encoding="utf-8")
    with replacing(README) as path:
        before, _, after = parted(README.read_text(encoding="utf-8"))
        path.write_text(f"{before}{target_table(results)}{after}", encoding="utf-8")
    draw_race(times_of_nnlib(results), FOLDER / "speed.png")
    draw_growth(results["growth"], FOLDER / "speed_growth.png")


def parted(readme):
    """README in three: up to the table of targets, the table, and the rest."""
    before, begin, rest = readme.partition(TABLE_BEGINS)
    table, end, after = rest.partition(TABLE_ENDS)
    return before + begin, table, end + after


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a short look; writes nothing")
    parser.add_argument("--rounds", type=int, help="timed rounds, by default 5 (quick: 2)")
    parser.add_argument("--again", action="store_true", help="measure nothing, read speed.json")
    options = parser.parse_args()
    began = perf_counter()
    if options.again:
        results = json.loads((FOLDER / "speed.json").read_text(encoding="utf-8"))
    else:
        results = measure(options.quick, options.rounds or (2 if options.quick else 5))
    results["latency"] = latency() or results.get("latency")
    if not options.quick:
        write(results)
    print(report(results))
    say(f"{perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
