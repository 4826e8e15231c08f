"""How far a plain net goes: 784-H-10, ReLU and softmax, on MNIST bent anew in each epoch.

    python benchmarks/summit.py            measure what is missing, then draw
    python benchmarks/summit.py --draw     only write the tables and the picture

The recipe is chosen on 50,000 training and 10,000 validation images; then nets are trained on all
60,000 and judged on the test images once, with their last weights. Each result is kept in
notebooks/summit.csv as soon as it is there: broken off, it goes on where it stopped. The tables of
notebook 11, README's line and the picture are written from that file. Needs MNIST.
"""

import argparse
import copy
import csv
import itertools
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time

import nbformat
import numpy as np
from matplotlib.figure import Figure
from tqdm import tqdm

from nnlib import FOR_RELU, LOG_LIKELIHOOD, RELU, SOFTMAX, Network, fit, load_mnist
from nnlib._support.files import replacing
from nnlib.datasets.bending import BENDINGS, Bending
from nnlib.palette import BLUE, GREEN, GREY, ORANGE

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
KEPT = NOTEBOOKS / "summit.csv"
NOTEBOOK = NOTEBOOKS / "11_how_far_can_a_plain_net_go.ipynb"
TRUNKS = ROOT / "build/summit"  # descents that may go on, thrown away by make clean
PICTURE = NOTEBOOKS / "pictures/summit.png"

BENDS = BENDINGS | {
    "both, sigma 4, alpha 34": Bending(sigma=4, alpha=34),
    "both, sigma 6": Bending(sigma=6),
    "both, 5 degrees": Bending(degrees=5),
    "both, 15 degrees": Bending(degrees=15),
}
KINDS = tuple(BENDINGS)
HIDDEN, SEEDS, BATCH = (800, 300, 100, 30), (0, 1, 2), 100
ETA, DECAY = 0.5, {"unbent": 1e-4}  # λ/n; chosen by the search
SEARCHED, ALL = 50_000, 60_000  # images trained on: judged by validation, by the test images


@dataclass(frozen=True)
class Way:
    """What decides a run, but for its epochs; decay is λ/n."""

    images: int
    hidden: int
    bend: str
    eta: float
    decay: float
    seed: int


@dataclass(frozen=True)
class Result:
    """What came of a way after some epochs: η steady, or cooled down over the last fifth of them.

    wrong    of 10,000 images, misread with the last weights
    seconds  of the processor, in bending and training
    misread  "247:6 …": place and answer of each, of the widest nets on all images
    """

    way: Way
    epochs: int
    cooled: bool
    wrong: int
    seconds: float
    misread: str = ""


def final(hidden, bend, seed):
    return Way(ALL, hidden, bend, ETA, DECAY.get(bend, 0.0), seed)


def searched(hidden=300, bend="both", eta=ETA, decay=0.0):
    return Way(SEARCHED, hidden, bend, eta, decay, 0)


CURVE = searched(hidden=800)  # followed at steady η, epoch by epoch
SEARCH = (
    *(searched(eta=eta) for eta in (0.1, 0.2, 0.5, 1.0)),
    *(searched(bend="unbent", decay=decay) for decay in (0.0, 1e-5, 1e-4, 3e-4)),
    *(searched(bend=bend) for bend in BENDS if bend.startswith("both,")),
    *(searched(bend=bend) for bend in ("affine", "elastic")),
)
FIRST = final(800, "both", 0)
JOBS = (  # a way and its epochs, the most important first; what is named twice is run once
    *((final(800, "both", seed), 10) for seed in SEEDS),
    *((FIRST, epochs) for epochs in (30, 60)),
    *((final(800, bend, 0), 10) for bend in KINDS),
    *((way, 10) for way in (searched(), searched(eta=0.2), searched(eta=1.0))),
    *((final(800, "both", seed), epochs) for seed in SEEDS for epochs in (30, 60)),
    *((final(800, *what), 10) for what in itertools.product(KINDS, SEEDS)),
    *((way, 10) for way in SEARCH),
    *((CURVE, epochs) for epochs in (10, 30, 60)),
    *((final(800, *what), 30) for what in itertools.product(KINDS, SEEDS)),
    *((final(800, *what), 60) for what in itertools.product(KINDS, SEEDS)),
    *((final(*what), n) for *what, n in itertools.product(HIDDEN, KINDS, SEEDS, (10, 30))),
    *((final(*what), 60) for what in itertools.product(HIDDEN[1:], KINDS, SEEDS)),
)


# Running


def run_all():
    """Run each job whose result is not there, and keep it at once."""
    kept = read()
    missing = [job for job in dict.fromkeys(JOBS) if not found(kept, *job)]
    with tqdm(total=sum(epochs for _, epochs in missing), unit=" epochs") as bar:
        for way, epochs in missing:
            bar.set_description(f"{way.hidden} hidden, {way.bend}, seed {way.seed}")
            for result in results(way, epochs, bar):
                kept = [one for one in kept if key(one) != key(result)] + [result]
                write(kept)


def key(result):
    return result.way, result.epochs, result.cooled


def cooling(epochs):
    """How many of the epochs, the last, the learning rate falls in."""
    return epochs // 5


def results(way, epochs, bar):
    """A descent at steady η, gone on with where it was left; a copy of it cools down."""
    train, judge = images_of(way)
    trunk, k = begun(way, epochs - cooling(epochs)), cooling(epochs)
    bar.update(trunk.done)
    while trunk.done < epochs - k:
        trunk.spent += descend(trunk.net, way, train, 1, trunk.rng, bar)
        trunk.done += 1
        if way == CURVE:
            yield judged(trunk.net, way, judge, trunk.done, False, trunk.spent)
    trunk.keep(place_of(way))
    branch, rng = trunk.net.copy(), copy.deepcopy(trunk.rng)
    more = descend(branch, way, train, k, rng, bar, lambda done: way.eta * (1 - done / k))
    yield judged(branch, way, judge, epochs, True, trunk.spent + more)


@dataclass
class Trunk:
    """A descent at steady η after so many epochs and seconds."""

    net: Network
    rng: np.random.Generator
    done: int = 0
    spent: float = 0.0

    def keep(self, place):
        place.mkdir(parents=True, exist_ok=True)
        self.net.save(place / f"{self.done}.json")
        rest = {"rng": self.rng.bit_generator.state, "spent": self.spent}
        (place / f"{self.done}.rest").write_text(json.dumps(rest))


def begun(way, most):
    """The Trunk that was kept last before so many epochs, or a new one."""
    kept = [int(path.stem) for path in place_of(way).glob("*.rest") if int(path.stem) <= most]
    rng = np.random.default_rng(way.seed)
    if not kept:
        return Trunk(new_net(way.hidden, rng), rng)
    path = place_of(way) / f"{max(kept)}.rest"
    rest = json.loads(path.read_text())
    rng.bit_generator.state = rest["rng"]
    return Trunk(Network.load(path.with_suffix(".json")), rng, max(kept), rest["spent"])


def place_of(way):
    return TRUNKS / "-".join(str(part).replace(" ", "") for part in asdict(way).values())


def new_net(hidden, rng):
    options = {"activations": [RELU, SOFTMAX], "cost": LOG_LIKELIHOOD, "weights": FOR_RELU}
    return Network([784, hidden, 10], **options, dtype=np.float32, rng=rng)


def images_of(way):
    """(images and targets to train on, the Split to judge by)"""
    digits = load_mnist()
    if way.images == SEARCHED:
        return (digits.train.images, digits.train.targets), digits.validation
    both = digits.train, digits.validation
    images, targets = ([getattr(part, name) for part in both] for name in ("images", "targets"))
    return (np.concatenate(images), np.concatenate(targets)), digits.test


def descend(net, way, train, epochs, rng, bar, eta=None):
    """Train for some epochs; the processor's seconds."""
    began, l2 = process_time(), way.decay * way.images
    how = {"batch_size": BATCH, "l2": l2, "augment": BENDS[way.bend], "monitor": []}
    fit(net, *train, eta=eta or way.eta, epochs=epochs, **how, rng=rng, progress=False)
    bar.update(epochs)
    return process_time() - began


def judged(net, way, judge, epochs, cooled, seconds):
    read = net.classify(judge.images)
    wrong = np.flatnonzero(read != judge.labels)
    listed = way.images == ALL and way.hidden == HIDDEN[0]
    misread = " ".join(f"{k}:{read[k]}" for k in wrong) if listed else ""
    return Result(way, epochs, cooled, len(wrong), round(seconds, 1), misread)


# Keeping

FIELDS = ("images", "hidden", "bend", "eta", "decay", "seed")
FIELDS += ("epochs", "cooled", "wrong", "seconds", "misread")


def read():
    """The Results that there are."""
    if not KEPT.exists():
        return []
    with KEPT.open(newline="", encoding="utf-8") as file:
        return [from_row(row) for row in csv.DictReader(file)]


def from_row(row):
    numbers = (int(row["images"]), int(row["hidden"]), row["bend"], float(row["eta"]))
    way = Way(*numbers, float(row["decay"]), int(row["seed"]))
    counts = int(row["epochs"]), row["cooled"] == "yes", int(row["wrong"])
    return Result(way, *counts, float(row["seconds"]), row["misread"])


def write(kept):
    with replacing(KEPT) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, FIELDS, lineterminator="\n")
        rows.writeheader()
        for result in kept:
            own = asdict(result)
            rows.writerow(own.pop("way") | own | {"cooled": "yes" if result.cooled else "no"})


def found(kept, way, epochs):
    """The cooled Result of a way after so many epochs, or None."""
    for result in kept:
        if (result.way, result.epochs, result.cooled) == (way, epochs, True):
            return result
    return None


def of_seeds(kept, hidden, bend, epochs):
    """The Results of the seeds that there are."""
    three = (found(kept, final(hidden, bend, seed), epochs) for seed in SEEDS)
    return [result for result in three if result]


def in_percent(results):
    return [result.wrong / 100 for result in results]


# Telling


def table(kept):
    """Test errors by seed, and the seconds of a run."""
    lines = ["| hidden | epochs | unbent | affine | elastic | both | processor's s, both |"]
    lines += ["|---:|---:|---|---|---|---|---:|"]
    for hidden in reversed(HIDDEN):
        for epochs in (10, 30, 60):
            cells = [errors(of_seeds(kept, hidden, bend, epochs)) for bend in KINDS]
            seconds = [result.seconds for result in of_seeds(kept, hidden, "both", epochs)]
            took = f"{np.median(seconds):.0f}" if seconds else ""
            lines.append(f"| {hidden} | {epochs} | {' | '.join(cells)} | {took} |")
    return "\n".join(lines)


def errors(results):
    return " ".join(f"{value:.2f}" for value in in_percent(results)) or "not run"


TARGETS = (  # bend, epochs, what the mean and each seed may be at most, in %
    ("unbent", 10, None, 1.9),
    ("unbent", 30, None, 1.8),
    ("elastic", 10, 1.0, 1.15),
    ("both", 10, 1.0, 1.15),
    ("elastic", 30, None, 0.8),
    ("both", 30, None, 0.8),
    ("both", 60, 0.62, 0.72),
)


def targets(kept):
    """The targets at 800 hidden neurons, and by how much one is missed."""
    lines = ["| 800 hidden | aimed at | mean | worst | |", "|---|---|---:|---:|---|"]
    for bend, epochs, mean, each in TARGETS:
        aimed = f"each at most {each:g} %" + (f", mean {mean:g} %" if mean else "")
        values = in_percent(of_seeds(kept, 800, bend, epochs))
        told = "| | | not run |"
        if values:
            told = f"| {np.mean(values):.2f} | {max(values):.2f} | {verdict(values, mean, each)} |"
        lines.append(f"| {bend}, {epochs} epochs | {aimed} {told}")
    return "\n".join(lines)


def verdict(values, mean, each):
    over = max(max(values) - each, np.mean(values) - mean if mean else 0)
    seeds = "" if len(values) == len(SEEDS) else f" for {len(values)} of {len(SEEDS)} seeds"
    return f"misses by {over:.2f}{seeds}" if over > 1e-9 else f"holds{seeds}"


PUBLISHED = (  # the network, its mistakes in %, and the bending of ours that stands beside it
    ("linear (LeCun 1998)", 12.0, None),
    ("300 hidden neurons, mean squares (LeCun 1998)", 4.7, None),
    ("1,000 hidden neurons (LeCun 1998)", 4.5, None),
    ("500 and 150 hidden neurons (LeCun 1998)", 2.95, None),
    ("800 hidden neurons, cross-entropy (Simard 2003)", 1.6, "unbent"),
    ("the same, affine distortions", 1.1, "affine"),
    ("the same, elastic distortions", 0.7, "elastic"),
    ("the same number of neurons, both distortions", None, "both"),
    ("five hidden layers of up to 2,500, bent anew each epoch (Cireşan 2010)", 0.35, None),
)


def published(kept):
    """The published mistakes beside ours at 800 hidden neurons."""
    lines = ["| network | published, % | ours, % |", "|---|---:|---|"]
    for name, value, bend in PUBLISHED:
        mine = longest(kept, bend) if bend else ""
        lines.append(f"| {name} | {'' if value is None else f'{value:g}'} | {mine} |")
    return "\n".join(lines)


def longest(kept, bend):
    """The mean of the seeds that were trained longest, in words."""
    return next(reversed(means(kept, bend)), "not run")


def means(kept, bend):
    """Of each number of epochs that was run the mean, in words."""
    there = {n: in_percent(of_seeds(kept, HIDDEN[0], bend, n)) for n in (10, 30, 60)}
    return [
        f"{np.mean(values):.2f} ({n} epochs, {len(values)} seed{'s' * (len(values) > 1)})"
        for n, values in there.items()
        if values
    ]


def search_table(kept):
    """The validation errors of the search."""
    lines = ["| bend | η | λ/n | validation errors, % |", "|---|---:|---:|---:|"]
    for way in SEARCH:
        result = found(kept, way, 10)
        value = f"{result.wrong / 100:.2f}" if result else "not run"
        lines.append(f"| {way.bend} | {way.eta:g} | {way.decay:g} | {value} |")
    return "\n".join(lines)


def readme_line(kept):
    """README's line: how far the widest nets came that were bent in both ways."""
    return (
        "With one hidden layer, 800 neurons, and digits bent anew in each epoch, nnlib misreads of "
        f"the test images, in %: {', '.join(means(kept, 'both'))}. "
        "`python benchmarks/summit.py` measures it."
    )


# Drawing

MARKS = {"unbent": (GREY, "s"), "affine": (BLUE, "^"), "elastic": (ORANGE, "D")}
MARKS["both"] = GREEN, "o"


def picture(kept):
    """Test errors over the epochs and over the hidden neurons; below them, one descent."""
    figure = Figure((9, 7), layout="constrained")
    axes = figure.subplot_mosaic("AB;CC")
    for name, draw in (("A", draw_epochs), ("B", draw_hidden), ("C", draw_curve)):
        draw(axes[name], kept)
        axes[name].grid(alpha=0.4)
        axes[name].legend(fontsize=9)
    figure.savefig(PICTURE, dpi=100)


def draw_epochs(ax, kept):
    """With 800 hidden neurons: the means over the epochs, a small point for each seed."""
    for value, name in ((1.6, "Simard 2003, unbent"), (0.7, "Simard 2003, elastic")):
        ax.axhline(value, color=GREY, linestyle=":")
        ax.text(8, value - 0.02, name, va="top", color=GREY, fontsize=9)
    draw_means(ax, (10, 30, 60), lambda bend, n: of_seeds(kept, 800, bend, n))
    ax.set(xlabel="epochs", ylabel="test errors in %, 800 hidden neurons")
    ax.set(xlim=(5, 65), ylim=(0.4, 2), xticks=(10, 30, 60))


def draw_hidden(ax, kept):
    """The means over the hidden neurons, after 30 epochs."""
    draw_means(ax, HIDDEN, lambda bend, hidden: of_seeds(kept, hidden, bend, 30))
    ax.set(xscale="log", yscale="log", xlabel="hidden neurons")
    ax.set_ylabel("test errors in %, 30 epochs")
    ax.set_xticks(HIDDEN, HIDDEN)
    ax.set_yticks((0.5, 0.7, 1, 1.5, 2, 3), ("0.5", "0.7", "1", "1.5", "2", "3"))
    ax.minorticks_off()


def draw_means(ax, places, results):
    """A line for each kind of bending that was run, results(bend, place) the Results there."""
    for bend, (colour, mark) in MARKS.items():
        values = {place: in_percent(results(bend, place)) for place in places}
        values = {place: some for place, some in values.items() if some}
        means = [np.mean(some) for some in values.values()]
        if values:
            ax.plot(list(values), means, color=colour, marker=mark, label=bend)
        for place, some in values.items():
            ax.plot([place] * len(some), some, ".", color=colour, ms=5)


def draw_curve(ax, kept):
    """Validation errors at steady η, and of the branches that cool down."""
    for cooled, style, label in ((False, "-", "steady η"), (True, "o", "cooled down")):
        points = [r for r in kept if r.way == CURVE and r.cooled == cooled]
        points.sort(key=lambda result: result.epochs)
        epochs = [result.epochs for result in points]
        colour = ORANGE if cooled else BLUE
        ax.plot(epochs, in_percent(points), style, color=colour, ms=9, label=label)
    ax.set(xlabel="epochs", ylabel="validation errors in %, 800 hidden", ylim=(0.5, 2.5))


TEXTS = {"summit-table": table, "summit-targets": targets}
TEXTS |= {"published-table": published, "search-table": search_table}


def renew(kept):
    """Write the tables between their marks in notebook 11 and README's line."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        for name, text in TEXTS.items():
            cell.source = between(cell.source, name, text(kept))
    nbformat.write(notebook, NOTEBOOK)
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    readme.write_text(between(text, "summit", readme_line(kept)), encoding="utf-8")


def between(source, name, text):
    """The source with this text between the marks of that name, if they are there."""
    begin, end = f"<!-- {name}: benchmarks/summit.py writes this -->\n", "\n<!-- until here -->"
    if begin not in source:
        return source
    before, rest = source.split(begin)
    return f"{before}{begin}\n{text}\n{end}{rest.split(end, 1)[1]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draw", action="store_true", help="measure nothing")
    if not parser.parse_args().draw:
        run_all()
    kept = read()
    print(table(kept), targets(kept), sep="\n\n")
    picture(kept)
    renew(kept)


if __name__ == "__main__":
    main()
