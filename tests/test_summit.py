"""The summit's runs: kept as they come, gone on with where they stopped, and told as they are."""

import importlib.util
import itertools
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from tqdm import tqdm

from nnlib import fit, load_digits

ROOT = Path(__file__).parents[1]


@pytest.fixture
def program(monkeypatch, tmp_path):
    """benchmarks/summit.py on the built-in digits, with two small jobs and a file of its own."""
    spec = importlib.util.spec_from_file_location("summit", ROOT / "benchmarks/summit.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "summit", module)  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    module.STORED = module.read()
    few = load_digits().few(250)
    monkeypatch.setattr(module, "load_mnist", lambda: few)
    monkeypatch.setattr(module, "KEPT", tmp_path / "summit.csv")
    monkeypatch.setattr(module, "TRUNKS", tmp_path / "trunks")
    ways = [module.Way(images, 5, "both", 0.5, 0.0, 0) for images in (50_000, 60_000)]
    monkeypatch.setattr(module, "JOBS", [(way, epochs) for way in ways for epochs in (5, 10)])
    return module


def test_a_branch_of_a_trunk_is_what_one_descent_with_a_falling_eta_gives_to_the_bit(program):
    """Though the trunk was kept in a file after four epochs, and went on from there."""
    (way, _), *_ = program.JOBS
    *_, last = [one for n in (5, 10) for one in program.results(way, n, tqdm(disable=True))]
    rng = np.random.default_rng(0)
    net, (train, judge) = program.new_net(5, rng), program.images_of(way)
    falling = lambda done: 0.5 if done < 8 else 0.5 * (1 - (done - 8) / 2)  # noqa: E731
    how = {"batch_size": 100, "augment": program.BENDS["both"], "progress": False}
    fit(net, *train, eta=falling, epochs=10, **how, rng=rng)
    assert last.wrong == np.count_nonzero(net.classify(judge.images) != judge.labels)
    assert (last.epochs, last.cooled) == (10, True)


def test_what_is_there_already_is_not_run_again(program, monkeypatch):
    program.run_all()
    first = program.read()
    assert [result.epochs for result in first] == [5, 10, 5, 10]
    monkeypatch.setattr(program, "results", lambda *job: pytest.fail("it runs again"))
    program.run_all()
    assert program.read() == first


def test_what_is_missing_is_run_from_where_its_trunk_was_left(program):
    program.run_all()
    first = program.read()
    program.write(first[:3])
    assert program.begun(program.JOBS[3][0], 8).done == 8
    program.run_all()
    again = program.read()
    assert again[:3] == first[:3] and again[3].wrong == first[3].wrong


def test_all_images_are_judged_by_the_test_images_and_fewer_by_validation(program):
    searched, final = program.JOBS[0][0], program.JOBS[-1][0]
    few = program.load_mnist()
    assert program.images_of(searched)[1] is few.validation
    train, judge = program.images_of(final)
    assert judge is few.test and len(train[0]) == 250 + len(few.validation)


def test_what_was_not_run_is_told_so(program):
    assert program.table([]).count("not run") == 4 * 12
    assert program.targets([]).count("not run") == len(program.TARGETS)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([0.5, 0.6, 0.7], "holds"),
        ([0.5, 0.6], "holds for 2 of 3 seeds"),
        ([0.5, 0.6, 0.9], "misses by 0.18"),
        ([0.7, 0.7, 0.7], "misses by 0.08"),
    ],
)
def test_a_target_that_is_missed_says_by_how_much(program, values, told):
    assert program.verdict(values, 0.62, 0.72) == told


def test_the_stored_tables_are_what_the_stored_runs_give(program):
    notebook = nbformat.read(program.NOTEBOOK, as_version=4)
    everything = "\n".join(cell.source for cell in notebook.cells)
    for name, text in program.TEXTS.items():
        assert program.between(everything, name, text(program.STORED)) == everything
        assert f"<!-- {name}: " in everything
    assert program.readme_line(program.STORED) in (ROOT / "README.md").read_text(encoding="utf-8")


def test_no_run_is_there_twice_and_none_of_another_recipe(program):
    keys = list(map(program.key, program.STORED))
    assert len(keys) == len(set(keys))
    finals = itertools.product(program.HIDDEN, program.KINDS, program.SEEDS)
    known = {*program.SEARCH, program.CURVE, *(program.final(*what) for what in finals)}
    assert {result.way for result in program.STORED} <= known
