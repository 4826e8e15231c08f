"""The words and tables of speed.md, and the table of targets in README."""

import numpy as np
from bending import EPOCHS, Torchvision
from bending import Nnlib as NnlibBent
from contenders import Nnlib, ScikitLearn
from targets import SMALL, TARGETS, clock, ratios, share_of_a_core

TABLE_BEGINS, TABLE_ENDS = "<!-- make bench writes this -->\n\n", "\n\n<!-- until here -->"


def report(results):
    """The whole of speed.md."""
    parts = [
        "# Speed",
        about(results),
        "## The targets",
        "Medians of the rounds' ratios, quartiles in brackets; one thread, 784-30-10 with "
        "mini-batches of 10 where nothing else is said. The floor is the "
        "matrix products of a step; the leanest NumPy is the whole step, written out by hand.",
        target_table(results),
        *where_time_goes(results),
        "## One epoch, contender by contender",
        *race_tables(results),
    ]
    if "growth" in results:
        parts += [RACE_PICTURE, "## How an epoch grows", growth_sentence(results["growth"])]
        parts += [GROWTH_PICTURE]
    if "bent" in results:
        parts += ["## An epoch of digits bent anew", *bent_tables(results["bent"])]
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
    kernels = found.get("kernels")
    blas = f" OpenBLAS took its {kernels} kernels: the floor moves with them." if kernels else ""
    text = (
        f"{first['images']:,} images of {first['data']}, float32, on {found['processor']}, "
        f"{found['cores']} cores; Python {found['python']}, {versions}.{blas} `make bench` makes "
        "this page."
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


def bent_tables(bent):
    """784-800-10 on bent images, contender by contender, and what fifteen epochs come to."""
    yield (
        f"784-800-10, ReLU and softmax, mini-batch 100, {bent['images']:,} images, each bent in "
        "its own way before each epoch; one thread, processor time, medians. "
        f"{Torchvision.name} bends a hundredth of the images; its time is scaled up."
    )
    lines = ["| contender | bending, s | the epoch, s | times nnlib's |", "|---|---|---|---|"]
    nnlib = bent["race"][NnlibBent.name]["epoch"]
    for name, took in bent["race"].items():
        if "missing" in took:
            lines.append(f"| {name} | not installed | | |")
            continue
        seconds = (number(np.median(took[part])) for part in ("bending", "epoch"))
        times = "1" if name == NnlibBent.name else spread(ratios(took["epoch"], nnlib))
        lines.append(f"| {' | '.join([name, *seconds, times])} |")
    yield "\n".join(lines)
    told = (f"{name} {d['seconds']:.0f} s, {d['wrong']:.2%}" for name, d in bent["fifteen"].items())
    yield f"{EPOCHS} epochs, η falling at the end, and test images misread: {'; '.join(told)}."


def growth_sentence(growth):
    times = [p["nnlib"] / p["floor"] for points in growth.values() for p in points]
    return (
        "One thread; one thing is varied, from 50,000 samples, one hidden layer of 30 and "
        f"mini-batches of 10. Over all points nnlib takes {number(min(times))} to "
        f"{number(max(times))} times the floor."
    )


def times_of_nnlib(results):
    """{contender: {size: times as long as nnlib}} on one thread, for the picture."""
    rows, key = {}, clock(results["race"]["1"])
    for size, race in results["race"]["1"]["sizes"].items():
        for name, result in race.items():
            if result.get("seconds") and name != Nnlib.name:
                values = ratios(result[key], race[Nnlib.name][key])
                rows.setdefault(name, {})[size] = float(np.median(values))
    return rows


def parted(readme):
    """README in three: up to the table of targets, the table, and the rest."""
    before, begin, rest = readme.partition(TABLE_BEGINS)
    table, end, after = rest.partition(TABLE_ENDS)
    return before + begin, table, end + after
