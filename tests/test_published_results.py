"""The table of published results: it holds what the runs gave, and says so of every row."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
SEEDS = 3


@pytest.fixture(scope="module")
def program():
    spec = importlib.util.spec_from_file_location("published", FOLDER / "published_results.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["published"] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def kept():
    return json.loads((FOLDER / "published_results.json").read_text())


def test_the_stored_table_is_the_one_the_stored_runs_give(program, kept):
    table = (FOLDER.parent / "notebooks/published_results.md").read_text(encoding="utf-8")
    assert program.table(kept, SEEDS) in table


def test_every_run_of_every_recipe_is_there(program, kept):
    recipes = {row.recipe for row in program.ROWS}
    wanted = {program.key(recipe, seed) for recipe in recipes for seed in range(SEEDS)}
    assert wanted <= set(kept)


def test_a_row_holds_within_half_a_point_of_the_band(program):
    row = program.ROWS[0]
    assert program.verdict(row, [row.published + 0.4, row.published + 1]) == "yes"
    assert program.verdict(row, [row.published + 0.6, row.published + 1]).startswith("no, by 0.60")


def test_a_row_that_does_not_hold_says_why(program, kept):
    for row in program.ROWS:
        values = [kept[program.key(row.recipe, s)][program.point_of(row)] for s in range(SEEDS)]
        assert not program.verdict(row, values).startswith("no, ") or row.remark, row


def test_peaks_firsts_and_lasts_are_picked_from_the_curve(program):
    curves = {"test": [10.0, 30.0, 20.0]}
    picked = [
        program.Row("", None, "test", point, None).value(curves)
        for point in ("first", "peak", "last")
    ]
    assert picked == [10.0, 30.0, 20.0]


@pytest.mark.parametrize("cost", ["quadratic", "cross-entropy", "log-likelihood"])
def test_a_recipe_trains_on_whatever_mnist_is(program, monkeypatch, cost):
    from nnlib import load_digits

    monkeypatch.setattr(program, "load_mnist", load_digits)
    curves = program.curves_of(program.Recipe(5, cost, "SCALED", 0.5, epochs=2, images=1000), 0)
    assert [len(curves[name]) for name in ("test", "training cost")] == [2, 2]
    assert curves["test"][-1] > curves["test"][0]


def test_the_curve_of_the_cost_has_the_l2_term(program, monkeypatch):
    from nnlib import load_digits

    monkeypatch.setattr(program, "load_mnist", load_digits)
    recipe = {"hidden": 5, "cost": "cross-entropy", "start": "LARGE", "eta": 0.0, "epochs": 1}
    plain, decayed = (
        program.curves_of(program.Recipe(**recipe, l2=l2, images=100), 0)["training cost"][0]
        for l2 in (0.0, 1.0)
    )
    assert decayed > plain + 1
