"""All that is measured, each program in a process of its own."""

import json
import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from contenders import CONTENDERS
from race import say
from threadpoolctl import threadpool_info

FOLDER = Path(__file__).resolve().parent
LIBRARIES = ("numpy", "torch", "torchvision", "scikit-learn", "jax")


def measure(quick, rounds):
    """All results, as they go into speed.json."""
    results = {"machine": machine(), "race": {}}
    for threads in (1,) if quick else (1, 2):
        sizes = ("--sizes", 1) if quick else ()
        options = ("--threads", threads, "--rounds", rounds, *sizes)
        results["race"][str(threads)] = run("race.py", *options, threads=threads)
    say("training in a notebook's kernel")
    results["kernel"] = run("kernel.py", "--rounds", rounds)
    say("importing and loading")
    results["startup"] = run("startup.py", "--rounds", 2 * rounds)
    if not quick:
        say("peak memory, contender by contender")
        results["memory"] = peak_memories()
        results["growth"] = run("growth.py")
        results["bent"] = run("bending.py", "--rounds", rounds)
    return results


def peak_memories():
    """Megabytes by contender, None where one is not installed."""
    return {c.name: run("race.py", "--memory", c.name) for c in CONTENDERS}


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
        "kernels": openblas_kernels(),
    }


def openblas_kernels():
    """The processor whose kernels NumPy's OpenBLAS has taken, or None with another BLAS."""
    libraries = (lib for lib in threadpool_info() if lib.get("internal_api") == "openblas")
    return next((library.get("architecture") for library in libraries), None)


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
