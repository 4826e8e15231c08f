"""One race of the contenders in this process; prints its result as JSON. Run by measuring.py.

    python benchmarks/speed/race.py --threads 1 --rounds 5
    python benchmarks/speed/race.py --memory PyTorch       the peak memory of one contender alone

How many threads NumPy's BLAS, OpenMP and XLA use is set in the environment that measuring.py gives.
"""

import argparse
import json
import os
import sys
from time import perf_counter, process_time

import numpy as np
from contenders import (
    CONTENDERS,
    Floor,
    Leanest,
    Nnlib,
    NnlibFit,
    PyTorch,
    SampleBySample,
    ScikitLearn,
    Task,
    load_data,
)

SIZES = (([30], 10), ([100], 10), ([800], 100))
# Epochs in a timed round, whose time is then that of one: the slow ones train on a part of it; fit
# on three, for it looks through the data once before the first.
SHARES = {NnlibFit: 3, SampleBySample: 0.1, PyTorch: 0.2, ScikitLearn: 0.2}
MANY = 200_000  # parameters: beyond, one sample at a time is left at a fiftieth of the epoch
ROUNDS = 7  # of the anatomy of fit
PIECE = 1_000  # steps or so that a part of the anatomy is timed over


def share_of(contender, task):
    """Which part of an epoch the contender trains on: (to warm up, in each timed round)."""
    if contender is SampleBySample and task.start.n_parameters > MANY:
        return 0.02, 0.02
    timed = SHARES.get(contender, 1)
    return 1 if task.threads == 1 else min(1, timed), timed


def race(task, rounds, X, labels):
    """What each contender did, by name: seconds an epoch of each round, accuracy, outputs.

    Rounds are interleaved, and each begins with the next contender.
    """
    made, results = [], {}
    for name, runner in at_the_start(CONTENDERS, task, f"{task.name}, {task.threads} threads"):
        if isinstance(runner, ImportError):
            results[name] = {"missing": str(runner)}
            continue
        made.append(runner)
        results[name] = warmed_up(runner, task, X, labels)
    reference = results[Nnlib.name].pop("outputs")
    for result in results.values():
        outputs = result.pop("outputs", None)
        if outputs is not None:
            result["differs"] = float(np.abs(outputs - reference).max())
    for runner in in_turn(made, rounds):
        time_round(runner, task, results[runner.name])
    return results


def at_the_start(contenders, task, what):
    """Yield (name, the contender made for the task, or the ImportError that kept it away)."""
    for contender in contenders:
        say(f"  {what}: {contender.name}")
        try:
            yield contender.name, contender(task)
        except ImportError as reason:
            yield contender.name, reason


def in_turn(runners, rounds):
    """Each of them once a round; a round begins with the next one."""
    for turn in range(rounds):
        first = turn % len(runners)
        yield from runners[first:] + runners[:first]


def warmed_up(runner, task, X, labels):
    """The runner has trained for an epoch from the start; how well it reads the images X then."""
    share, _ = share_of(type(runner), task)
    runner.train(int(share * len(task.X)))
    outputs = runner.outputs(X)
    result = {"seconds": [], "cpu": [], "trained_on": int(share * len(task.X))}
    if outputs is not None:
        accuracy = float((outputs.argmax(axis=1) == labels).mean())
        result |= {"outputs": outputs, "accuracy": accuracy}
    if isinstance(runner, Floor | Leanest):
        result["way"] = "".join(runner.way)
    return result


def time_round(runner, task, result):
    _, share = share_of(type(runner), task)
    cpu = process_time()
    result["seconds"].append(seconds(runner.train, int(share * len(task.X))) / share)
    result["cpu"].append((process_time() - cpu) / share)


# ---------------------------------------------------------------- where a step's time goes


def anatomy(task):
    """Microseconds of the parts of a step of nnlib, each timed alone; the rest is what is left."""
    net, n = task.start.copy(), task.batch_size
    X, Y = task.X[:n].copy(), task.Y[:n].copy()
    Z, A = net.forward(X)
    steps = [np.zeros_like(array) for array in net.W + net.b]
    batch = np.random.default_rng(0).integers(len(task.X), size=(100, n))
    rows = iter(np.tile(batch, (10_000, 1)))

    def gather():
        chosen = next(rows)
        task.X.take(chosen, axis=0), task.Y.take(chosen, axis=0)

    def activate():
        for f, z in zip(net.activations, Z, strict=True):
            f.value(z)
        for f, z, a in zip(net.activations[:-1], Z, A[1:], strict=False):
            f.times_slope(a, z, a)
        net.cost.error(Z[-1], A[-1], Y, net.activations[-1])

    def update():
        for parameter, step in zip(net.W + net.b, steps, strict=True):
            parameter += step

    floor, nnlib = Floor(task), Nnlib(task)
    parts = {
        "the step": lambda: nnlib.train(n),
        "products": lambda: floor.train(n),
        "gathering the mini-batch": gather,
        "activations and the cost's error": activate,
        "update": update,
    }
    times = {name: microseconds(part) for name, part in parts.items()}
    times["the rest: Python between them"] = 2 * times["the step"] - sum(times.values())
    return times


def anatomy_of_fit(task):
    """Milliseconds that each thing fit does adds to an epoch of bare sgd."""
    fits = (
        {"monitor": (), "progress": False},
        {"progress": False},
        {"progress": True},
    )
    runners = [Nnlib(task), *(NnlibFit(task, **asked) for asked in fits)]
    epochs = SHARES[NnlibFit]
    n = epochs * len(task.X)
    series = [[seconds(runner.train, n) / epochs for runner in runners] for _ in range(ROUNDS)]
    names = ("its checks and the watch for divergence", "the four monitors", "the bar")
    # each beside the one before it in the same round: the machine's moods fall out
    added = 1000 * np.median(np.diff(series, axis=1), axis=0)
    bare = 1000 * float(np.median([first for first, *_ in series]))
    return {"bare sgd": bare} | dict(zip(names, added.tolist(), strict=True))


def seconds(act, *arguments):
    began = perf_counter()
    act(*arguments)
    return perf_counter() - began


def microseconds(part):
    """The processor time of one call, the median of five series."""
    part()
    calls = max(3, min(PIECE, int(0.1 / seconds(part))))
    series = []
    for _ in range(5):
        began = process_time()
        for _ in range(calls):
            part()
        series.append((process_time() - began) / calls)
    return 1e6 * float(np.median(series))


# ---------------------------------------------------------------- memory


def peak_memory(name, data):
    """Megabytes this process held at most when the contender learned 10,000 images, or None."""
    contender = next(c for c in CONTENDERS if c.name == name)
    hidden, batch_size = SIZES[0]
    task = Task(*data.train, hidden, batch_size, data.validation)
    try:
        contender(task).train(10_000)
    except ImportError:
        return None
    return memory("VmHWM")


def memory(field):
    """A line of /proc/self/status in megabytes: VmHWM the peak, VmRSS now. None without it."""
    try:
        with open("/proc/self/status", encoding="ascii") as lines:
            found = [line.split() for line in lines]
    except OSError:
        return None
    return next(float(words[1]) / 1000 for words in found if words[0] == f"{field}:")


def say(sentence):
    print(sentence, file=sys.stderr, flush=True)


def keep_to_cores(n):
    """Let this process run on n cores only, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-n:])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", type=int, default=len(SIZES), help="how many of the sizes")
    parser.add_argument("--memory", help="a contender's name")
    options = parser.parse_args()
    keep_to_cores(options.threads)
    data = load_data()
    if options.memory:
        print(json.dumps(peak_memory(options.memory, data)))
        return
    X, Y = data.test
    result = {
        "threads": options.threads,
        "data": data.name,
        "images": len(data.train[0]),
        "sizes": {},
        "anatomy": {},
    }
    for hidden, batch_size in SIZES[: options.sizes]:
        task = Task(*data.train, hidden, batch_size, data.validation, threads=options.threads)
        result["sizes"][task.name] = race(task, options.rounds, X, Y.argmax(axis=1))
        result["anatomy"][task.name] = anatomy(task)
        if hidden == SIZES[0][0]:
            result["anatomy of fit"] = anatomy_of_fit(task)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
