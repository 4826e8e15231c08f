"""The sweep board without a browser: its grid, its drawing, and its controls on an event loop."""

import asyncio
import math
import time

import psutil
import pytest
from joblib.externals.loky import get_reusable_executor

from nnlib import load_digits
from nnlib.sweep import Recipe, Result
from nnlib.widgets import still_twin, sweep_board
from nnlib.widgets.sweep_board import GRIDS, Grid, HeatMap, _cell

DIGITS = load_digits().few(100)
SMALL = {"eta": (0.1, 1.0), "hidden": (3, 5)}
SECONDS = {"eta": (0.1, 0.2, 0.5, 1.0), "l2": (0, 0.1, 0.2, 0.5, 1.0)}  # runs of a moment each


@pytest.fixture(scope="module", autouse=True)
def no_workers_left():
    yield
    get_reusable_executor().shutdown(wait=True, kill_workers=True)


@pytest.fixture
def board():
    made = sweep_board(DIGITS, SMALL, epochs=1, n_jobs=1)
    yield made
    made.close()


def a_result(recipe, *accuracies):
    return Result(recipe, None, accuracies, 1.0)


# the grid


def test_a_grid_has_a_cell_for_every_pair_the_first_name_down():
    grid = Grid(SMALL, epochs=1, seed=0)
    cells = [(row, column) for row, column, _ in grid.cells()]
    assert cells == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [(r.eta, r.hidden) for r in grid.recipes] == [(0.1, 3), (0.1, 5), (1.0, 3), (1.0, 5)]


def test_what_has_a_result_waits_no_longer():
    grid = Grid(SMALL, epochs=1, seed=0)
    first = grid.recipes[0]
    grid.results[first] = a_result(first, 0.5)
    assert grid.waiting == grid.recipes[1:]


def test_the_best_is_the_one_that_ends_highest_and_never_one_that_diverged():
    grid = Grid(SMALL, epochs=2, seed=0)
    assert grid.best is None
    for recipe, accuracies in zip(grid.recipes, [(0.99,), (0.5, 0.6), (0.7, 0.5)], strict=False):
        grid.results[recipe] = a_result(recipe, *accuracies)
    assert grid.best.accuracies == (0.5, 0.6)


def test_of_equals_the_first_in_the_grid_wins_whichever_came_first():
    grid = Grid(SMALL, epochs=1, seed=0)
    for recipe in reversed(grid.recipes):
        grid.results[recipe] = a_result(recipe, 0.5)
    assert grid.best.recipe == grid.recipes[0]


def test_a_recipe_is_named_by_what_sets_it_apart():
    grid = Grid(SMALL, epochs=1, seed=0)
    assert grid.words(grid.recipes[1]) == "η 0.1, hidden neurons 5"


# the drawing


def test_the_number_of_a_cell_is_its_accuracy_in_percent():
    colour, words, ink = _cell(a_result(Recipe(epochs=1), 0.914), best=91.4)
    assert (words, ink) == ("91.4", "black")
    assert _cell(a_result(Recipe(epochs=1), 0.1), best=91.4)[2] == "white"  # on the darkest


def test_a_diverged_run_is_told_in_a_word():
    assert _cell(a_result(Recipe(epochs=2), 0.9), best=90)[1] == "diverged"


def test_a_picture_that_has_shown_others_is_the_one_a_new_picture_is():
    grids = [Grid(SMALL, 3, 0), Grid(SMALL, 1, 0), Grid(GRIDS[0], 2, 0), Grid(SMALL, 1, 0)]
    for recipe in grids[-1].recipes[:3]:
        grids[-1].results[recipe] = a_result(recipe, 0.9)
    drawn = HeatMap()
    for grid in grids:
        drawn.show(grid)
        fresh = HeatMap()
        fresh.show(grid)
        assert drawn.picture.image.value == fresh.picture.image.value


def test_only_the_winner_has_a_frame():
    grid, drawn = Grid(SMALL, epochs=1, seed=0), HeatMap()
    for recipe, accuracy in zip(grid.recipes, (0.5, 0.9, 0.7, math.nan), strict=True):
        grid.results[recipe] = a_result(recipe, *([] if math.isnan(accuracy) else [accuracy]))
    drawn.show(grid)
    framed = [cell.get_xy() for cell in drawn._ax.patches if cell.get_edgecolor()[3]]
    assert framed == [(1 - 0.48, 0 - 0.46)]


# the controls, without an event loop


def test_start_runs_the_whole_grid(board):
    board.start()
    assert [result.recipe for result in board.results] == board._grid.recipes
    assert "Done. Best: η" in board._sentence.value
    assert "4 of 4 runs" in board._numbers.value
    assert board._bar.value == board._bar.max == 4


def test_a_finished_grid_cannot_be_started_again_but_cleared(board):
    board.start()
    assert board._start_button.disabled and not board._clear_button.disabled
    board._clear_button.click()
    assert board.results == []
    assert not board._start_button.disabled


def test_every_choice_begins_a_fresh_grid(board):
    assert len(board._choice.options) == 1 + len(GRIDS)
    for index in range(len(board._choice.options)):
        board._choice.index = index
        assert board.results == [] and "Ready: press Start" in board._sentence.value
    board._choice.index = 0
    for epochs in board._epochs.options[:3]:
        board._epochs.value = epochs
        board._start_button.click()
        assert {result.recipe.epochs for result in board.results} == {epochs}


def test_the_still_twin_is_the_finished_grid(board):
    before = still_twin(board.model_id)["image/png"]
    board.start()
    assert still_twin(board.model_id)["image/png"] != before


def test_the_same_seed_gives_the_same_grid_and_another_seed_another():
    accuracies = []
    for seed in (0, 0, 1):
        board = sweep_board(DIGITS, SMALL, epochs=1, seed=seed, n_jobs=1).start()
        accuracies.append([result.last for result in board.results])
        board.close()
    assert accuracies[0] == accuracies[1] != accuracies[2]


def test_a_grid_of_ones_own_is_checked():
    for wrong in ({"eta": (1, 2)}, {"eta": (1,), "mu": (1,)}, [1, 2]):
        with pytest.raises(ValueError, match="grid: expected two of eta, l2"):
            sweep_board(DIGITS, wrong)
    with pytest.raises(ValueError, match="hidden: expected a whole number"):
        sweep_board(DIGITS, {"eta": (1,), "hidden": (0,)})


def test_a_closed_board_leaves_no_widget_behind(board):
    from ipywidgets.widgets.widget import _instances

    before = set(_instances)
    sweep_board(DIGITS, SMALL).close()
    assert set(_instances) == before


# on an event loop, with worker processes


async def until(condition, seconds=30):
    """Wait for the condition, and leave the loop free for the board."""
    end = time.perf_counter() + seconds
    while not condition():
        assert time.perf_counter() < end, "it never came true"
        await asyncio.sleep(0.01)


def test_the_grid_fills_in_while_the_loop_is_free_stops_and_goes_on():
    async def story():
        board = sweep_board(DIGITS, SECONDS, epochs=50, n_jobs=2).start()
        await until(lambda: len(board.results) >= 3)
        board._stop_button.click()
        await until(lambda: not board._running)
        kept = {result.recipe: result for result in board.results}
        assert "Stopped. Start goes on" in board._sentence.value
        assert 3 <= len(kept) < 20
        board._start_button.click()
        await until(lambda: board._running)
        await until(lambda: not board._running)
        assert len(board.results) == 20 and "Done." in board._sentence.value
        again = {result.recipe: result for result in board.results}
        assert all(again[recipe] is result for recipe, result in kept.items())
        board.close()

    asyncio.run(story())


def test_a_closed_board_stops_its_runs():
    async def story():
        board = sweep_board(DIGITS, SECONDS, epochs=100_000, n_jobs=2).start()
        await until(lambda: board._running)
        await asyncio.sleep(0.5)
        board.close()
        await until(lambda: not board._running, seconds=5)

    asyncio.run(story())


def test_workers_that_are_killed_are_told_in_words_and_start_goes_on():
    async def story():
        board = sweep_board(DIGITS, SMALL, epochs=100_000, n_jobs=2).start()
        await until(lambda: board._running)
        await asyncio.sleep(1)
        for child in psutil.Process().children():
            if "LokyProcess" in " ".join(child.cmdline()):
                child.kill()
        await until(lambda: not board._running)
        assert "Ended by an error (TerminatedWorkerError" in board._sentence.value
        board._epochs.value = 1
        await until(lambda: board._grid.epochs == 1)
        board._start_button.click()
        await until(lambda: len(board.results) == 4)
        board.close()

    asyncio.run(story())
