"""The sweep board without a browser: its grid, its drawing, and its controls on an event loop."""

import asyncio
import contextlib

import ipywidgets
import numpy as np
import psutil
import pytest
from hand import (
    Page,
    control,
    everything_written,
    inside,
    key,
    living,
    page,
    place_on,
    press,
    slide,
    touch,
    until,
    words,
)
from joblib.externals.loky import get_reusable_executor

from nnlib import load_digits
from nnlib.sweep import Result
from nnlib.widgets import still_twin, sweep_board
from nnlib.widgets.parts.picture import Picture
from nnlib.widgets.sweep_board import GRIDS, Grid, HeatMap

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
    assert grid.best == []
    for recipe, accuracies in zip(grid.recipes, [(0.99,), (0.5, 0.6), (0.7, 0.5)], strict=False):
        grid.results[recipe] = a_result(recipe, *accuracies)
    (best,) = grid.best
    assert best.accuracies == (0.5, 0.6)


def test_equals_are_a_tie_in_the_order_of_the_grid_whichever_came_first():
    grid = Grid(SMALL, epochs=1, seed=0)
    for recipe, accuracy in zip(reversed(grid.recipes), (0.5, 0.5, 0.4, 0.5), strict=True):
        grid.results[recipe] = a_result(recipe, accuracy)
    first, _, third, fourth = grid.recipes
    assert [result.recipe for result in grid.best] == [first, third, fourth]


def test_a_recipe_is_named_by_what_sets_it_apart():
    grid = Grid(SMALL, epochs=1, seed=0)
    assert grid.words(grid.recipes[1]) == "η 0.1, hidden neurons 5"


# the drawing


def cells(heat_map):
    """The rectangles and the texts of a heat map."""
    ax, _ = heat_map.picture.figure.axes
    texts = [text for text in ax.texts if not text.get_text().startswith("validation")]
    return ax.collections[0], texts


def shown(grid, *accuracies):
    """A heat map of a grid whose first runs had these accuracies, epoch after epoch."""
    for recipe, ended in zip(grid.recipes, accuracies, strict=False):
        grid.results[recipe] = a_result(recipe, *ended)
    drawn = HeatMap()
    drawn.picture = Picture(drawn, 400)
    drawn.picture.show(grid)
    return drawn


def test_the_number_of_a_cell_is_its_accuracy_in_percent():
    _, texts = cells(shown(Grid(SMALL, epochs=1, seed=0), [0.914], [0.1]))
    assert [text.get_text() for text in texts] == ["91.4", "10.0", "·", "·"]
    assert [text.get_color() for text in texts[:2]] == ["black", "white"]  # white on the darkest


def test_a_diverged_run_is_told_in_a_word():
    _, texts = cells(shown(Grid(SMALL, epochs=2, seed=0), [0.9]))
    assert texts[0].get_text() == "diverged"


def test_a_picture_that_has_shown_others_is_the_one_a_new_picture_is():
    grids = [Grid(SMALL, 3, 0), Grid(SMALL, 1, 0), Grid(GRIDS[0], 2, 0), Grid(SMALL, 1, 0)]
    for recipe in grids[-1].recipes[:3]:
        grids[-1].results[recipe] = a_result(recipe, 0.9)
    drawn = Picture(HeatMap(), 400)
    page = Page(drawn)
    for grid in grids:
        drawn.show(grid)
        fresh = Picture(HeatMap(), 400)
        fresh.show(grid)
        other = Page(fresh)
        assert (page.pixels == other.pixels).all() and page.labels == other.labels


@pytest.mark.parametrize("width", [500, 1000])
def test_the_numbers_of_the_epochs_have_room(width):
    drawn = Picture(HeatMap(), 400, tall=760)
    page = Page(drawn, width)
    for epochs in (3, 50):
        drawn.show(Grid(SMALL, epochs, 0))
        assert (page.pixels[-1] == 255).all() and not (page.pixels[-40:] == 255).all()


def test_winners_of_equal_accuracy_are_all_framed():
    patches, _ = cells(shown(Grid(SMALL, epochs=1, seed=0), [0.9], [0.9], [0.7], []))
    assert patches.get_edgecolor()[:, 3].tolist() == [1, 1, 0, 0]


def curve(drawn):
    """The words over the curves, and the curve that is set off."""
    ax = drawn.picture.figure.axes[1]
    (title,) = [text.get_text() for text in ax.texts if "η" in text.get_text()]
    return title, ax.lines[1].get_ydata()[:-1].tolist()


@pytest.mark.parametrize("epochs", [1, 2, 3, 5, 10, 20, 50, 1234])
def test_the_epochs_are_written_where_they_are_on_the_axis(epochs):
    ax = shown(Grid(SMALL, epochs, seed=0)).picture.figure.axes[1]
    written = {text.get_text(): text.get_position()[0] for text in ax.texts}
    numbers = {words: x for words, x in written.items() if words.isdecimal()}
    assert all(float(words) == x for words, x in numbers.items())
    assert 2 <= len(numbers) <= 8 and max(numbers.values()) > 0.7 * epochs
    assert ax.get_xlim() == (0, pytest.approx(1.05 * epochs))


def test_the_curve_set_off_is_that_of_the_winner_or_of_the_cell_pointed_at():
    grid = Grid(SMALL, epochs=2, seed=0)
    drawn = shown(grid, [0.5, 0.6], [0.25, 0.75])
    assert curve(drawn) == ("η 0.1, hidden neurons 5", [25, 75])
    drawn.picture.show(grid, 0)
    assert curve(drawn) == ("η 0.1, hidden neurons 3", [50, 60])


def test_only_the_winner_has_a_frame():
    patches, _ = cells(shown(Grid(SMALL, epochs=1, seed=0), [0.5], [0.9], [0.7], []))
    (framed,) = np.flatnonzero(patches.get_edgecolor()[:, 3])
    assert patches.get_paths()[framed].vertices.min(axis=0).tolist() == [1 - 0.48, 0 - 0.46]


# the controls, without an event loop


def running(board):
    return not control(board, "Stop").disabled


def test_start_runs_the_whole_grid(board):
    board.start()
    assert [result.recipe for result in board.results] == Grid(SMALL, 1, 0).recipes
    assert "Done. Best: η" in words(board)
    assert "4 of 4 runs" in everything_written(board)
    (bar,) = [widget for widget in inside(board) if isinstance(widget, ipywidgets.IntProgress)]
    assert bar.value == bar.max == 4


def test_a_finished_grid_cannot_be_started_again_but_cleared(board):
    board.start()
    assert control(board, "Start").disabled and not control(board, "Clear").disabled
    press(board, "Clear")
    assert board.results == []
    assert not control(board, "Start").disabled


def test_every_choice_begins_a_fresh_grid(board):
    choice = control(board, "grid")
    assert len(choice.options) == 1 + len(GRIDS)
    for index in range(len(choice.options)):
        choice.index = index
        assert board.results == [] and "Ready: press Start" in words(board)
    choice.index = 0
    for epochs in control(board, "epochs").options[:3]:
        slide(board, "epochs", epochs)
        press(board, "Start")
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
    before = living()
    sweep_board(DIGITS, SMALL).close()
    assert living() == before


def test_a_cell_that_is_pointed_at_is_told_and_arrow_keys_go_on_from_there(board):
    page(board)
    touch(board, *place_on(board, board.picture.figure.axes[0], 1, 0))
    assert words(board) == "η 0.1, hidden neurons 5: no result yet."
    board.start()
    touch(board, *place_on(board, board.picture.figure.axes[0], 1, 0))
    _, result, _, below = board.results
    assert words(board) == f"η 0.1, hidden neurons 5: {result.last:.1%} after the last epoch."
    key(board, "ArrowDown")
    assert words(board) == f"η 1, hidden neurons 5: {below.last:.1%} after the last epoch."


def test_a_pointer_that_passes_by_shows_a_cells_curve_and_leaves_the_sentence(board):
    page(board)
    cells, curves = board.picture.figure.axes
    said = words(board.start())
    for row in (0, 1):
        touch(board, *place_on(board, cells, 1, row), "point")
        assert f"η {0.1 * 10**row:g}, hidden neurons 5" in [one.get_text() for one in curves.texts]
        assert words(board) == said


# on an event loop, with worker processes


def test_the_grid_fills_in_while_the_loop_is_free_stops_and_goes_on():
    async def story():
        board = sweep_board(DIGITS, SECONDS, epochs=50, n_jobs=2).start()
        await until(lambda: len(board.results) >= 3)
        press(board, "Stop")
        await until(lambda: not running(board))
        kept = {result.recipe: result for result in board.results}
        assert "Stopped. Start goes on" in words(board)
        assert 3 <= len(kept) < 20
        press(board, "Start")
        await until(lambda: running(board))
        await until(lambda: not running(board))
        assert len(board.results) == 20 and "Done." in words(board)
        again = {result.recipe: result for result in board.results}
        assert all(again[recipe] is result for recipe, result in kept.items())
        board.close()

    asyncio.run(story())


def test_a_closed_board_stops_its_runs():
    async def story():
        board = sweep_board(DIGITS, SECONDS, epochs=100_000, n_jobs=2).start()
        await until(lambda: running(board))
        await asyncio.sleep(0.5)
        board.close()
        await until(lambda: not running(board), seconds=5)

    asyncio.run(story())


def test_workers_that_are_killed_are_told_in_words_and_start_goes_on():
    async def story():
        board = sweep_board(DIGITS, SMALL, epochs=100_000, n_jobs=2).start()
        await until(lambda: running(board))
        await asyncio.sleep(1)
        for child in psutil.Process().children():
            with contextlib.suppress(psutil.NoSuchProcess):  # the first that dies ends the others
                if "LokyProcess" in " ".join(child.cmdline()):
                    child.kill()
        await until(lambda: not running(board))
        assert "Ended by an error (TerminatedWorkerError" in words(board)
        slide(board, "epochs", 1)
        await until(lambda: "Ready" in words(board))
        press(board, "Start")
        await until(lambda: len(board.results) == 4)
        board.close()

    asyncio.run(story())
