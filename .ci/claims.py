"""Run the cells tagged `claim`, which assert what the prose says, over seeds and data sets.

python .ci/claims.py            every notebook that has such cells
python .ci/claims.py 05 08      only these

SEED, in the cell of imports, is replaced; a notebook runs as far as its last claim, each run in a
process of its own. Prose has to hold for nine of ten seeds: a claim that fails more often on
either data set ends the command with an error.
"""

import ast
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from chosen import chosen
from notebook_rules import gives, is_widget, reads, tagged

SEEDS = range(10)
MISSES = 1  # of ten seeds, that the prose may have
MNIST, BUILT_IN, NONE = "MNIST", "the built-in digits", "no digits"
SEED = re.compile(r"^SEED = \d+", re.M)
LOADS_DIGITS = re.compile(r"\bload_mnist")  # load_mnist_or_digits too
# no MNIST: none named, none in the cache, and a proxy that does not answer
WITHOUT_MNIST = {"NNLIB_MNIST": "", "HTTPS_PROXY": "http://127.0.0.1:9"}
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")

Run = namedtuple("Run", "path seed data")  # seed None: the notebook draws nothing


def main(arguments):
    if arguments[:1] == ["--run"]:
        return print(json.dumps(outcome(Path(arguments[1]).resolve(), arguments[2])))
    paths = chosen(arguments)
    show_counts(paths)
    runs = [run for path in paths for run in runs_of(path)]
    outcomes = dict(zip(runs, all_outcomes(runs), strict=True))
    lines, too_many = judged(outcomes)
    print("\n".join(lines or [f"All claims hold in all of {len(runs)} runs."]))
    sys.exit("Some fail for more than one seed in ten." if too_many else 0)


# What is to be run


def show_counts(paths):
    for path in paths:
        print(f"{path.name:44} {len(claims(read(path))):3} claims")


def runs_of(path):
    """A Run for each seed and each data set that make a difference to the notebook."""
    notebook = read(path)
    if not claims(notebook):
        return []
    source = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    seeds = SEEDS if SEED.search(source) else (None,)
    sets = (MNIST, BUILT_IN) if LOADS_DIGITS.search(source) else (NONE,)
    return [Run(path, seed, data) for data in sets for seed in seeds]


def read(path):
    return nbformat.read(path, as_version=4)


def claims(notebook):
    """The numbers of the cells tagged `claim`."""
    return [n for n, cell in enumerate(notebook.cells) if tagged(cell, "claim")]


# Running


def all_outcomes(runs):
    """{cell: error in words, or ""} of each run, as many at a time as there are cores."""
    done = []

    def one(run):
        start = time.perf_counter()
        found = in_a_process(run)
        done.append(run)
        failed = sum(map(bool, found.values()))
        seconds = time.perf_counter() - start
        told = f"[{len(done)}/{len(runs)}] {named(run)}: {failed or 'none'} failed, {seconds:.0f} s"
        print(told, flush=True)
        return found

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(one, runs))


def named(run):
    seed = "" if run.seed is None else f", seed {run.seed}"
    return f"{run.path.name[:2]} on {run.data}{seed}"


def in_a_process(run):
    """The outcome of one run; where the process itself ends badly, told of every claim."""
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | ONE_THREAD
        if run.data == BUILT_IN:
            environment |= WITHOUT_MNIST | {"XDG_CACHE_HOME": cache}
        command = [sys.executable, __file__, "--run", str(run.path), str(run.seed)]
        child = subprocess.run(command, env=environment, capture_output=True, text=True)
    if child.returncode:
        trouble = (child.stderr.strip().splitlines() or ["no word"])[-1]
        return dict.fromkeys(claims(read(run.path)), f"the run ended early: {trouble}")
    return {int(cell): error for cell, error in json.loads(child.stdout).items()}


def outcome(path, seed):
    """Run a notebook up to its last claim: {number of a cell: its error in words, or ""}.

    All claims are in it, and the first other cell that fails: nothing after it is to be trusted.
    """
    shell = a_shell(path.parent)
    notebook, found = read(path), {}
    numbers = claims(notebook)
    cells = notebook.cells[: numbers[-1] + 1]
    for number, cell in enumerate(cells):
        if cell.cell_type == "code" and not is_for_show(cell, cells):
            error = error_of(shell, seeded(cell.source, seed), tagged(cell, "raises-exception"))
            if error or number in numbers:
                found[number] = error
            if error and number not in numbers:
                return found | {n: "not reached" for n in numbers if n > number}
    return found


def is_for_show(cell, cells):
    """Whether a cell shows a widget whose name no other cell reads: a board trains for minutes."""
    others = [other.source for other in cells if other.cell_type == "code" and other is not cell]
    return any(map(is_widget, cell.outputs)) and not gives(cell.source) & reads("\n".join(others))


def a_shell(folder):
    """An IPython that shows nothing: figures are made and dropped."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    os.chdir(folder)
    from IPython.core.interactiveshell import InteractiveShell

    return InteractiveShell.instance()


def seeded(source, seed):
    """The cell with another seed in the line `SEED = …`, if it has one."""
    return source if seed == "None" else SEED.sub(f"SEED = {seed}", source)


def error_of(shell, source, may_fail=False):
    """The error of a cell in words, "" where there is none or where it is meant to fail."""
    from IPython.utils.capture import capture_output

    with capture_output():
        result = shell.run_cell(source)
    error = result.error_before_exec or result.error_in_exec
    return "" if error is None or may_fail else in_words(error, source)


def in_words(error, source):
    """The error's name and text; of a bare assert, which has no text, its line in the cell."""
    text = str(error).strip()
    if not text and isinstance(error, AssertionError):
        line = error.__traceback__
        while line.tb_next:
            line = line.tb_next
        asserts = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Assert)]
        at = [n for n in asserts if n.lineno <= line.tb_lineno <= n.end_lineno]
        text = ast.unparse(at[0]) if at else ""
    return f"{type(error).__name__}: {text}".splitlines()[0]


# Judging


def judged(outcomes):
    """A line for each cell that failed, on each data set; and whether any failed too often."""
    lines, too_many = [], False
    for path, data in dict.fromkeys((run.path, run.data) for run in outcomes):
        runs = [run for run in outcomes if (run.path, run.data) == (path, data)]
        for number in sorted({cell for run in runs for cell in outcomes[run]}):
            failed = {run.seed: outcomes[run][number] for run in runs if outcomes[run].get(number)}
            if failed:
                too_many |= len(failed) > MISSES or len(runs) == 1
                lines.append(verdict(path, number, data, failed, len(runs)))
    return lines, too_many


def verdict(path, number, data, failed, runs):
    """`05_… cell 50 fails on MNIST in 2 of 10, seeds 3 4: AssertionError: assert ratio > 3`."""
    seeds = " ".join(str(seed) for seed in failed)
    error = next(iter(failed.values()))
    often = f"{len(failed)} of {runs}, seeds {seeds}"
    return f"{path.name} cell {number} fails on {data} in {often}: {error}"


if __name__ == "__main__":
    main(sys.argv[1:])
