"""How the cost of an epoch grows, nnlib's beside the floor's; prints JSON. Run by measuring.py.

    python benchmarks/speed/growth.py

One thing is varied at a time, from 50,000 samples, one hidden layer of 30 and mini-batches of 10.
"""

import argparse
import json
import tracemalloc
from time import process_time

import numpy as np
from contenders import Floor, Nnlib, Task, load_data
from race import keep_to_cores, say

VARIED = {
    "samples": (1_000, 10_000, 50_000, 200_000, 500_000),
    "width": (10, 30, 100, 400, 1_600),
    "depth": (1, 2, 3, 4, 5, 6),
    "mini-batch": (1, 3, 10, 30, 100, 300, 1_000),
}
USUAL = {"samples": 50_000, "width": 30, "depth": 1, "mini-batch": 10}
MOMENT = 0.15  # seconds that a part of an epoch is timed for
ROUNDS = 3


def task_of(data, **changes):
    is_ = USUAL | changes
    X, Y = (array_of(array, is_["samples"]) for array in data.train)
    return Task(X, Y, [is_["width"]] * is_["depth"], is_["mini-batch"])


def array_of(array, n):
    """n rows of the array, from the beginning again where it has fewer."""
    return array[:n] if n <= len(array) else np.resize(array, (n, array.shape[1]))


def seconds_an_epoch(runner, task, whole):
    """Processor time of an epoch: a whole one, or reckoned from the steps that fit in a moment."""
    n = len(task.X) if whole else task.batch_size
    began, samples = process_time(), 0
    while not samples or (process_time() - began < MOMENT and not whole):
        runner.train(n)
        samples += n
    return (process_time() - began) * len(task.X) / samples


def point(task, whole):
    """Seconds an epoch of nnlib and of the floor, medians; megabytes beyond images and targets."""
    runners = [Nnlib(task), Floor(task)]
    for runner in runners:
        runner.train(10 * task.batch_size)
    rounds = [[seconds_an_epoch(r, task, whole) for r in runners] for _ in range(ROUNDS)]
    nnlib, floor = np.median(rounds, axis=0)
    memory = {"memory": peak_of(task) / 1e6, "memory_floor": least_memory(task) / 1e6}
    return {"nnlib": nnlib, "floor": floor} | memory


def peak_of(task):
    """The most bytes that nnlib holds while it learns, images and targets not counted."""
    tracemalloc.start()
    Nnlib(task).train(min(len(task.X), 20 * task.batch_size))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def least_memory(task):
    """Bytes of what no way can do without: parameters, their slopes, one mini-batch on its way."""
    net, n = task.start, task.batch_size
    parameters = sum(array.nbytes for array in net.W + net.b)
    return 2 * parameters + n * net.dtype.itemsize * (net.sizes[0] + 2 * sum(net.sizes[1:]))


def main():
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    keep_to_cores(1)
    data, result = load_data(), {}
    for name, values in VARIED.items():
        say(f"  how an epoch grows with the {name}")
        result[name] = [
            {"value": value} | point(task_of(data, **{name: value}), name == "samples")
            for value in values
        ]
    print(json.dumps(result))


if __name__ == "__main__":
    main()
