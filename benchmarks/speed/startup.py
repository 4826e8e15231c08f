"""What a student waits for before anything is seen: importing and loading. Prints JSON.

    python benchmarks/speed/startup.py --rounds 9

Each time is taken in a fresh process, the two of a pair in turn. Run by measuring.py.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from nnlib import datasets

CLOCK = "from time import perf_counter; began = perf_counter()\n"
STOP = "\nprint(perf_counter() - began)"
LOAD = """
from nnlib import load_mnist
digits = load_mnist()
for split in (digits.train, digits.validation, digits.test):
    split.images, split.labels
"""
IMPORTED = "import nnlib\n"  # loading is timed without it
UNZIP = """
import gzip, pathlib
for path in {paths!r}:
    gzip.decompress(pathlib.Path(path).read_bytes())
"""
PARTS = """
from nnlib import datasets
import gzip, hashlib, pathlib, numpy as np
began = perf_counter()
packed = [pathlib.Path(path).read_bytes() for path in {paths!r}]
read = perf_counter()
[hashlib.sha256(file).digest() for file in packed]
hashed = perf_counter()
raw = [gzip.decompress(file) for file in packed]
unzipped = perf_counter()
[np.frombuffer(file, np.uint8) * np.float32(1 / 255) for file in raw if len(file) > 100_000]
scaled = perf_counter()
import pooch
print(read - began, hashed - read, unzipped - hashed, scaled - unzipped, perf_counter() - scaled)
"""
MEMORY = """
import sys
sys.path.insert(0, {folder!r})
from race import memory
import nnlib
before = memory("VmRSS")
{load}
arrays = sum(s.images.nbytes for s in (digits.train, digits.validation, digits.test)) / 1e6
print(memory("VmHWM") - before, arrays)
"""


def answer(code, **environment):
    """The numbers that a fresh process prints."""
    # byte code is kept, as everywhere but in some containers
    environment = {"PYTHONDONTWRITEBYTECODE": "", **environment}
    given = {k: v for k, v in (os.environ | environment).items() if v}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=given, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return [float(word) for word in done.stdout.split()]


def pairs(rounds, **codes):
    """The seconds each piece of code takes, round by round."""
    times = {name: [] for name in codes}
    for code in codes.values():
        answer(code)  # warm: byte code is written, files come into memory
    for _ in range(rounds):
        for name, code in codes.items():
            times[name] += answer(code)
    return times


def slowest_imports():
    """Milliseconds of the modules that nnlib adds to NumPy's, themselves only, the slowest five."""
    numpy, nnlib = imports_of("numpy"), imports_of("nnlib")
    added = {name: ms for name, ms in nnlib.items() if name not in numpy}
    return dict(sorted(added.items(), key=lambda item: -item[1])[:5])


def imports_of(name):
    """{module: its own milliseconds} of what is loaded with it, the best of three."""
    command = [sys.executable, "-X", "importtime", "-c", f"import {name}"]
    told = [subprocess.run(command, capture_output=True, text=True).stderr for _ in range(3)]
    times = list(map(import_times, told))
    return {module: min(found.get(module, np.inf) for found in times) for module in times[0]}


def import_times(text):
    """{module: own milliseconds} of what -X importtime printed."""
    rows = [line.removeprefix("import time:").split("|") for line in text.splitlines()]
    return {name.strip(): float(own) / 1000 for own, _, name in rows if own.strip().isdigit()}


def mnist_folder():
    """Where the four files lie, or None."""
    folder = Path(os.environ.get("NNLIB_MNIST") or datasets.cache_folder())
    there = all((folder / file.name).is_file() for file in datasets.MNIST.files)
    return folder.resolve() if there else None


def loading(folder, rounds):
    """Times and memory of loading MNIST from a cache that holds it."""
    paths = [str(folder / file.name) for file in datasets.MNIST.files]
    with tempfile.TemporaryDirectory() as cache:
        Path(cache, "nnlib").symlink_to(folder)
        os.environ |= {"XDG_CACHE_HOME": cache, "NNLIB_MNIST": ""}
        unzip = CLOCK + UNZIP.format(paths=paths) + STOP
        times = pairs(rounds, load=IMPORTED + CLOCK + LOAD + STOP, unzip=unzip)
        code = MEMORY.format(folder=str(Path(__file__).resolve().parent), load=LOAD)
        try:
            peak, arrays = answer(code)
        except RuntimeError:  # no /proc here
            peak = arrays = None
        seconds = answer(CLOCK + PARTS.format(paths=paths))
    names = ("reading", "SHA-256", "unzipping", "to float32 from 0 to 1", "importing pooch")
    parts = {name: 1000 * s for name, s in zip(names, seconds, strict=True)}
    return times | {"peak_mb": peak, "arrays_mb": arrays, "parts": parts}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    folder = mnist_folder()
    codes = {name: CLOCK + f"import {name}" + STOP for name in ("nnlib", "numpy")}
    result = {"import": pairs(rounds, **codes) | {"parts": slowest_imports()}}
    result["load"] = loading(folder, max(3, rounds // 2)) if folder else None
    print(json.dumps(result))


if __name__ == "__main__":
    main()
