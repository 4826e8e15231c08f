"""The published results of the digits book beside ours: same recipes, several seeds.

    python benchmarks/published_results.py              three seeds, all cores
    python benchmarks/published_results.py --seeds 5

Every run that is done is kept in published_results.json, so that a run that was broken off goes on
where it stopped. Writes notebooks/published_results.md (the table), which notebooks link
to, and the bands among their pictures.
Needs MNIST; the published figures are from M. Nielsen, "Neural Networks and Deep Learning", 2015,
chapters 1 to 3 and its result files.
"""

import argparse
import json
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from joblib import Parallel, delayed
from matplotlib.figure import Figure
from tqdm import tqdm

from nnlib import (
    CROSS_ENTROPY,
    LARGE,
    LOG_LIKELIHOOD,
    QUADRATIC,
    SCALED,
    SIGMOID,
    SOFTMAX,
    Network,
    load_mnist,
    sgd,
)
from nnlib._support.files import replacing
from nnlib._support.speed import for_training
from nnlib.palette import BLUE, ORANGE

FOLDER = Path(__file__).parent
KEPT = FOLDER / "published_results.json"
NOTEBOOKS = FOLDER.parent / "notebooks"  # whose links work everywhere: they stay inside it
MARGIN = 0.5  # points by which a published value may lie outside our band
OUTPUTS = {"quadratic": (QUADRATIC, SIGMOID), "cross-entropy": (CROSS_ENTROPY, SIGMOID)}
OUTPUTS["log-likelihood"] = (LOG_LIKELIHOOD, SOFTMAX)
STARTS = {"LARGE": LARGE, "SCALED": SCALED}


@dataclass(frozen=True)
class Recipe:
    """One way to train 784-hidden-10 with mini-batches of 10."""

    hidden: int
    cost: str
    start: str
    eta: float
    l2: float = 0.0
    epochs: int = 30
    images: int = 50_000

    def __str__(self):
        images = "" if self.images == 50_000 else f", {self.images:,} images"
        return (
            f"784-{self.hidden}-10, {self.cost}, {self.start}, η {self.eta:g}, λ {self.l2:g}, "
            f"{self.epochs} epochs{images}"
        )


@dataclass(frozen=True)
class Row:
    """A published figure: which recipe, which curve of it, which of its points, and the value."""

    name: str
    recipe: Recipe
    curve: str  # "test", "validation" or "training" accuracy in %, or "training cost"
    point: str  # "first", "peak" or "last"
    published: float | None
    remark: str = ""

    def value(self, curves):
        pick = {"first": lambda c: c[0], "last": lambda c: c[-1], "peak": max}[self.point]
        return pick(curves[self.curve])


def first_and_last(name, recipe, curve, first, last, remark=""):
    return [
        Row(name, recipe, curve, "first", first, remark),
        Row(name, recipe, curve, "last", last, remark),
    ]


LOTTERY = "an output that starts saturated may never wake up: a digit is lost, ten points each"
ONE_DRAW = "forty seeds of this first epoch spread from 86.3 to 88.4"
Q30 = Recipe(30, "quadratic", "LARGE", 3.0)
Q100 = Recipe(100, "quadratic", "LARGE", 3.0)
SLOW = Recipe(100, "quadratic", "LARGE", 0.001)
FAST = Recipe(30, "quadratic", "LARGE", 100.0)
CE30 = Recipe(30, "cross-entropy", "LARGE", 0.5)
CE100 = Recipe(100, "cross-entropy", "LARGE", 0.5)
FEW = Recipe(30, "cross-entropy", "LARGE", 0.5, 0.0, 400, 1_000)
FEW_L2 = Recipe(30, "cross-entropy", "LARGE", 0.5, 0.1, 400, 1_000)
CE30_L2 = Recipe(30, "cross-entropy", "LARGE", 0.5, 5.0)
CE100_L2 = Recipe(100, "cross-entropy", "LARGE", 0.5, 5.0)
BEST = {start: Recipe(100, "cross-entropy", start, 0.1, 5.0, 60) for start in STARTS}
START = {(h, s): Recipe(h, "cross-entropy", s, 0.1, 5.0) for h in (30, 100) for s in STARTS}
SOFT = {start: Recipe(30, "log-likelihood", start, 0.5) for start in STARTS}
RATES = {eta: Recipe(30, "cross-entropy", "SCALED", eta, 5.0) for eta in (0.025, 0.25, 2.5)}
MORE = {
    n: Recipe(30, "cross-entropy", "LARGE", 0.5, n / 10_000, 1_500_000 // n, n)
    for n in (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
}
MORE_DATA = (69.09, 76.37, 85.29, 88.85, 91.27, 93.24, 94.89, 95.85, 95.97)

ROWS = [
    Row("first net", Q30, "test", "peak", 95.42, LOTTERY),
    Row("wider", Q100, "test", "peak", 96.59, LOTTERY),
    *first_and_last("η too small", SLOW, "test", 11.39, 21.42, "a random start, hardly moved"),
    *first_and_last("η too big", FAST, "test", 10.09, 9.82, "outputs saturate at once"),
    Row("cross-entropy", CE30, "test", "peak", 95.49),
    Row("cross-entropy, wider", CE100, "test", "peak", 96.82),
    Row("overfitting, 1,000 images", FEW, "test", "peak", 82.27, "a thousand images, one draw"),
    Row("full data", CE30, "test", "last", 95.33),
    Row("full data", CE30, "training", "last", 97.86),
    Row("regularised, 1,000 images", FEW_L2, "test", "peak", 87.10),
    Row("regularised, full", CE30_L2, "test", "peak", 96.49),
    Row("regularised, wider", CE100_L2, "validation", "peak", 97.92),
    *[Row("the best", BEST[start], "validation", "peak", 98.04) for start in STARTS],
    *first_and_last("initialiser", START[30, "LARGE"], "validation", 86.43, 96.37, ONE_DRAW),
    *first_and_last("initialiser", START[30, "SCALED"], "validation", 92.70, 96.50),
    *first_and_last("initialiser, wider", START[100, "LARGE"], "validation", 89.94, 97.42),
    *first_and_last("initialiser, wider", START[100, "SCALED"], "validation", 92.95, 97.81),
    *[Row("softmax", SOFT[start], "test", "peak", None) for start in STARTS],
    *[
        Row("more data", MORE[n], "validation", "last", value)
        for n, value in zip(MORE, MORE_DATA, strict=True)
    ],
    *first_and_last("three η", RATES[0.025], "training cost", 0.878, 0.339),
    *first_and_last("three η", RATES[0.25], "training cost", 0.495, 0.339),
    *first_and_last("three η", RATES[2.5], "training cost", 0.925, 0.861),
]


def curves_of(recipe, seed):
    """Train once; the curves over the epochs (accuracies in %, the training cost), CPU seconds."""
    digits = load_mnist()
    images, targets = (a[: recipe.images] for a in (digits.train.images, digits.train.targets))
    cost, output = OUTPUTS[recipe.cost]
    rng = np.random.default_rng(seed)
    net = Network(
        [784, recipe.hidden, 10],
        activations=[SIGMOID, output],
        cost=cost,
        weights=STARTS[recipe.start],
        dtype=np.float32,
        rng=rng,
    )
    descent = sgd(net, images, targets, eta=recipe.eta, l2=recipe.l2, rng=rng)
    sets = {"training": (images[:10_000], targets[:10_000])}
    sets |= {s: (getattr(digits, s).images, getattr(digits, s).targets) for s in CURVES[:2]}
    curves = {name: [] for name in (*sets, "training cost")}
    began = process_time()
    with for_training(net, 10):
        for epoch in range(1, recipe.epochs + 1):
            for _ in islice(descent, len(images) // 10):
                pass
            if epoch == recipe.epochs or not only_the_end_counts(recipe):
                measure(net, sets, curves, net.penalty(recipe.l2, len(images)))
    return curves | {"seconds": process_time() - began}


CURVES = ("test", "validation")


def only_the_end_counts(recipe):
    """No row asks for an earlier point: fifteen thousand epochs of 100 images need no curve."""
    return {row.point for row in ROWS if row.recipe == recipe} == {"last"}


def measure(net, sets, curves, penalty):
    """Append one epoch to the curves. The training set is judged by its first 10,000 images."""
    for name, data in sets.items():
        cost, accuracy = net.cost_and_accuracy(*data)
        curves[name].append(100 * accuracy)
        if name == "training":
            curves["training cost"].append(cost + penalty)


def run_all(seeds):
    """Run what has not been run yet, on all cores, and keep each result as soon as it is there."""
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    recipes = sorted({row.recipe for row in ROWS}, key=lambda r: -r.hidden * r.epochs * r.images)
    jobs = [(r, seed) for r in recipes for seed in range(seeds) if key(r, seed) not in kept]
    run = Parallel(n_jobs=-1, return_as="generator_unordered")
    results = run(delayed(summary)(recipe, seed) for recipe, seed in jobs)
    for name, result in tqdm(results, total=len(jobs), unit=" runs"):
        kept[name] = result
        with replacing(KEPT) as temporary:
            temporary.write_text(json.dumps(kept, indent=1) + "\n")
    return kept


def key(recipe, seed):
    return json.dumps({**asdict(recipe), "seed": seed})


def summary(recipe, seed):
    """The key of this run, and what the rows of this recipe ask for, with the seconds."""
    curves = curves_of(recipe, seed)
    values = {point_of(row): round(row.value(curves), 4) for row in ROWS if row.recipe == recipe}
    return key(recipe, seed), values | {"seconds": round(curves["seconds"], 2)}


def point_of(row):
    return f"{row.curve}, {row.point}"


def table(kept, seeds):
    """The rows as Markdown, with the band and the verdict of each."""
    lines = [
        "| experiment | recipe | figure | published | ours, by seed | holds | CPU s a run |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in ROWS:
        results = [kept[key(row.recipe, seed)] for seed in range(seeds)]
        values = [result[point_of(row)] for result in results]
        seconds = np.mean([result["seconds"] for result in results])
        ours = " / ".join(shown(row, value) for value in values)
        published = shown(row, row.published) if row.published is not None else "none printed"
        lines.append(
            f"| {row.name} | {row.recipe} | {point_of(row)} | {published} | {ours} "
            f"| {verdict(row, values)} | {seconds:.1f} |"
        )
    return "\n".join(lines)


# The length of the vector of bias gradients in each hidden layer at the start, by its depth.
GRADIENT_SIZES = {2: (0.066, 0.309), 3: (0.012, 0.060, 0.283), 4: (0.003, 0.017, 0.070, 0.285)}


def gradient_table(seeds=10):
    """The published sizes of the gradients at the start beside the bands of our seeds."""
    lines = ["| hidden layers of 30 | layer | published | ours | holds |", "|---|---|---|---|---|"]
    for depth, published in GRADIENT_SIZES.items():
        ours = np.array([gradient_sizes(depth, seed) for seed in range(seeds)])
        for layer, value in enumerate(published):
            low, high = ours[:, layer].min(), ours[:, layer].max()
            holds = "yes" if low <= value <= high else "no"
            band = f"{low:.3f} to {high:.3f}"
            lines.append(f"| {depth} | {layer + 1} | {value:.3f} | {band} | {holds} |")
    return "\n".join(lines)


def gradient_sizes(depth, seed):
    """The length of db in each hidden layer of an untrained net, on 1,000 training images."""
    rng, train = np.random.default_rng(seed), load_mnist().train
    net = Network([784, *[30] * depth, 10], dtype=np.float32, rng=rng)
    _, db = net.backward(*net.forward(train.images[:1000]), train.targets[:1000])
    return [float(np.linalg.norm(b)) for b in db[:-1]]


def shown(row, value):
    return f"{value:.3f}" if "cost" in row.curve else f"{value:.2f}"


def verdict(row, values):
    if row.published is None:
        return "no figure to compare"
    margin = MARGIN / 10 if "cost" in row.curve else MARGIN
    if min(values) - margin <= row.published <= max(values) + margin:
        return "yes"
    return f"no, by {distance(row.published, values):.2f}" + (row.remark and f": {row.remark}")


def distance(value, values):
    return max(min(values) - value, value - max(values), 0)


def picture(kept, seeds):
    """Our bands as bars, the published values as diamonds, one line a row."""
    rows = [row for row in ROWS if row.published is not None and "cost" not in row.curve]
    figure = Figure((10, 0.3 * len(rows) + 1), layout="constrained")
    ax = figure.subplots()
    for place, row in enumerate(rows):
        values = [100 - kept[key(row.recipe, seed)][point_of(row)] for seed in range(seeds)]
        ax.plot(
            [min(values), max(values)], [place, place], color=BLUE, lw=5, solid_capstyle="round"
        )
        ax.plot(100 - row.published, place, "D", color=ORANGE, ms=5)
    names = [f"{row.name}, {point_of(row)}, {short(row.recipe)}" for row in rows]
    ax.set_yticks(range(len(rows)), names, fontsize=8)
    ax.invert_yaxis()
    ax.set_xscale("log")
    ax.set_xlabel("images misread, in % (logarithmic): bars are our seeds, diamonds the published")
    ax.grid(axis="x", color="#DDDDDD")
    figure.savefig(NOTEBOOKS / "pictures/published_results.png", dpi=100)


def short(recipe):
    if recipe in MORE.values():
        return f"{recipe.images:,} images"
    return f"{recipe.hidden} hidden, {recipe.start}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    seeds = parser.parse_args().seeds
    began = perf_counter()
    kept = run_all(seeds)
    text = table(kept, seeds)
    head = "# Published results and ours\n\n" + INTRODUCTION.format(seeds=seeds)
    whole = head + text + GRADIENTS + gradient_table() + "\n"
    (NOTEBOOKS / "published_results.md").write_text(whole, encoding="utf-8")
    picture(kept, seeds)
    print(text, f"\n{perf_counter() - began:.0f} s", sep="")


INTRODUCTION = """\
The published figures are those of M. Nielsen's book (2015) and its result files; ours are {seeds}
seeds of the same recipe, on MNIST, with mini-batches of 10, in float32. A row holds when the
published figure lies within our band, 0.5 points (0.05 of cost) wider on each side. The book prints
the best epoch of its runs and mixes test and validation images; so does this table, row by row. The
training accuracy and cost are measured on the first 10,000 training images.

![Misread images by row: our bands close to the published values](pictures/published_results.png)

"""

GRADIENTS = """

## How large the gradients are at the start, by depth

Cross-entropy, scaled start, nothing trained: the length of the vector of bias gradients in each
hidden layer, the mean over the first 1,000 training images. The deeper a layer lies below the
output, the smaller its gradient. Ours: the band of ten seeds; here a row holds when the published
value lies inside.

"""

if __name__ == "__main__":
    main()
