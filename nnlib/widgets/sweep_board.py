"""The sweep board: a grid of training runs that fills in while you watch, on every core.

Three layers: Grid holds the recipes and what came of them, HeatMap draws, SweepBoard has the
controls. A task on the kernel's event loop asks the sweep now and then for what has come and draws
it, so that the kernel listens all the while.
"""

import itertools
from time import perf_counter

import ipywidgets
import matplotlib
import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from nnlib._support.checks import checked_n_jobs, checked_number, checked_seed
from nnlib._support.hints import door, short
from nnlib.datasets.digits import checked_digits
from nnlib.sweep import Sweep, all_recipes, workers
from nnlib.widgets.parts.background import BackgroundBoard
from nnlib.widgets.parts.board import choice, menu
from nnlib.widgets.parts.picture import ARROWS, Drawing, Picture, title_of

LOOKS = 0.05  # seconds between two looks for results
BEHIND = 12  # points behind the best that are drawn darkest

WORDS = {"eta": "η", "l2": "λ", "batch_size": "mini-batch", "hidden": "hidden neurons"}
GRIDS = (
    {"eta": (0.02, 0.1, 0.5, 2.5, 12.5), "l2": (0, 0.05, 0.5, 5, 50)},
    {"hidden": (3, 10, 30, 60, 100), "batch_size": (5, 10, 20, 50, 200)},
)
EPOCHS = (1, 2, 3, 5, 10, 20, 50)


@door
def sweep_board(digits, grid=None, *, epochs=10, seed=0, n_jobs=-1):
    """A heat map of validation accuracies that fills in as the runs behind it end.

    grid    your own: two hyper-parameters and their values, {"eta": (0.1, 1), "hidden": (10, 30)}
    epochs  of each run, at first: one of the numbers that the board offers, or another
    seed    of the random numbers, the same for every run
    n_jobs  how many runs at a time; -1: one a core
    What has come is in ``board.results``; ``board.start()`` presses Start. Made inside `with
    joblib.parallel_config(backend="dask"):` the board works on that cluster.
    """
    checked_digits(digits)
    checked_n_jobs(n_jobs)
    checked_number(epochs, "epochs", 1, whole=True)
    checked_seed(seed)
    grids = GRIDS if grid is None else (_checked_grid(grid), *GRIDS)
    return SweepBoard(digits, grids, epochs, seed, n_jobs)


def _checked_grid(grid):
    fits = isinstance(grid, dict) and len(grid) == 2 and set(grid) <= set(WORDS)
    if not (fits and all(isinstance(values, (list, tuple)) for values in grid.values())):
        raise ValueError(
            f"grid: expected two of {', '.join(WORDS)} with their values, got {short(grid)}; "
            'write {"eta": (0.1, 1), "l2": (0, 5)}'
        )
    return {name: tuple(values) for name, values in grid.items()}


class Grid:
    """Two hyper-parameters, every pair of their values, and what came of it. No widget."""

    def __init__(self, choices, epochs, seed):
        (self.down, self.rows), (self.across, self.columns) = choices.items()
        self.recipes = all_recipes(**choices, epochs=epochs, seed=seed)
        self.epochs = epochs
        self.results = {}  # recipe -> Result

    @property
    def waiting(self):
        """The recipes that have no result yet."""
        return [recipe for recipe in self.recipes if recipe not in self.results]

    @property
    def best(self):
        """The Results with the highest accuracy at their end: several where there is a tie."""
        done = [result for *_, result in self.cells() if result and not result.diverged]
        highest = max((result.last for result in done), default=None)
        return [result for result in done if result.last == highest]

    def cells(self):
        """(row, column, Result or None) for every cell."""
        for place, recipe in enumerate(self.recipes):
            yield (*divmod(place, len(self.columns)), self.results.get(recipe))

    def words(self, recipe):
        """What sets a recipe apart: "η 0.5, λ 5"."""
        pairs = [(WORDS[name], getattr(recipe, name)) for name in (self.down, self.across)]
        return ", ".join(f"{word} {value:g}" for word, value in pairs)

    def told(self, number):
        """What came of a cell, in words."""
        recipe = self.recipes[number]
        result = self.results.get(recipe)
        if result is None:
            return f"{self.words(recipe)}: no result yet."
        came = "diverged" if result.diverged else f"{result.last:.1%} after the last epoch"
        return f"{self.words(recipe)}: {came}."


class HeatMap(Drawing):
    """A grid of validation accuracies in per cent, bright where it is best; beside it the accuracy
    of every run over its epochs. Point at a cell, or press the arrow keys, and its curve is set
    off.
    """

    def build(self, figure, look):
        shape, ratios = ((2, 1), "height_ratios") if look.narrow else ((1, 2), "width_ratios")
        self.ax, self._curves = figure.subplots(*shape, **{ratios: [3, 2]})
        self._look, self._moving, c = look, [], look.colours
        (self._all,) = self._curves.plot([], [], color=c.grey, lw=1, marker=".")
        (self._one,) = self._curves.plot([], [], color=c.blue, lw=3, marker="o", markevery=[-1])
        self._curves.set(ylabel="validation accuracy in %", ylim=(0, 101), xticks=[])
        self._curves.set_xlabel("epoch", labelpad=1.6 * look.small)  # room for the numbers
        self._curves.grid(True)
        # for other epochs the page writes other numbers: as ticks they would be drawn anew
        below, va, ha = self._curves.get_xaxis_text1_transform(4)
        place = {"transform": below, "va": va, "ha": ha, "fontsize": look.small}
        self._epochs = [self._curves.text(0, 0, "", **place) for _ in range(9)]
        (self._lines,) = self._curves.plot([], [], color=c.pale, lw=0.8)
        self._title, self._whose = title_of(self.ax), title_of(self._curves)
        self._beside = [self._lines, self._all, self._one]
        self._beside += [self._title, self._whose, *self._epochs]
        return self._moving

    def show(self, grid, chosen=None):
        """Draw the results so far; the axes too where the grid is another.

        chosen  the number of the cell whose curve is set off; None: of the first winner
        """
        choices = grid.down, grid.rows, grid.across, grid.columns
        if not self._moving or choices != self._choices:
            self._label(grid, choices)
        epochs = f"{grid.epochs} epoch{'' if grid.epochs == 1 else 's'}"
        more = "" if self._look.narrow else f" after {epochs}; bright is best"
        self._title.set_text(f"validation accuracy in %{more}")
        self._colour(grid)
        self._show_curves(grid, chosen)
        return choices

    def _label(self, grid, choices):
        """The cells of another grid, still empty."""
        for artist in self._moving[: -len(self._beside)]:
            artist.remove()
        self._choices = choices
        places = [(column, row) for row, column, _ in grid.cells()]
        cells = [Rectangle((x - 0.48, y - 0.46), 0.96, 0.92) for x, y in places]
        self._cells = PatchCollection(cells, linewidth=4, joinstyle="miter")
        self.ax.add_collection(self._cells)
        self._words = [self.ax.text(x, y, "", ha="center", va="center") for x, y in places]
        (self._mark,) = self.ax.plot([], [], color=self._look.colours.ink, lw=3)
        self._moving[:] = [self._cells, *self._words, self._mark, *self._beside]

    def _show_curves(self, grid, chosen):
        """The accuracies of all runs, and those of one set off."""
        numbers = [grid.recipes.index(result.recipe) for result in grid.best[:1]]
        number = (numbers or [0])[0] if chosen is None else chosen
        row, column = divmod(number, len(grid.columns))
        self._mark.set_data(column + FRAME[0], row + FRAME[1])
        curves = [curve_of(result) for *_, result in grid.cells() if result]
        self._all.set_data(np.concatenate([np.empty((2, 0)), *curves], axis=1))
        self._one.set_data(curve_of(grid.results.get(grid.recipes[number])))
        self._whose.set_text(grid.words(grid.recipes[number]))
        self._curves.set_xlim(0, grid.epochs * 1.05)
        ticks = [n for n in TICKS.tick_values(0, grid.epochs) if 0 <= n <= grid.epochs * 1.05]
        for text, n in itertools.zip_longest(self._epochs, ticks):
            text.set(x=n or 0, text="" if n is None else f"{n:g}")
        self._lines.set_data(np.repeat(ticks, 3), np.tile((0, 101, np.nan), len(ticks)))

    def set_limits(self, down, rows, across, columns):
        ax = self.ax
        ax.set(xlabel=WORDS[across], ylabel=WORDS[down])
        ax.set_xticks(range(len(columns)), [f"{value:g}" for value in columns])
        ax.set_yticks(range(len(rows)), [f"{value:g}" for value in rows])
        ax.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(rows) - 0.5, -0.5))
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        return True

    def _colour(self, grid):
        best, colours = grid.best, self._look.colours
        highest = 100 * best[0].last if best else 0
        results = [result for *_, result in grid.cells()]
        grounds, words, inks = zip(*(_cell(one, highest, colours) for one in results), strict=True)
        frames = [colours.orange if result in best else "none" for result in results]
        self._cells.set(facecolor=grounds, edgecolor=frames)
        for text, said, ink in zip(self._words, words, inks, strict=True):
            text.set(text=said, color=ink)


TICKS = MaxNLocator(integer=True, nbins=5)
FRAME = np.array([(-1, 1, 1, -1, -1), (-1, -1, 1, 1, -1)]) * [[0.44], [0.41]]  # within a cell


def curve_of(result):
    """The epochs and accuracies in % of a Result, (2, epochs + 1): a gap at its end."""
    accuracies = [*result.accuracies, np.nan] if result else []
    return np.array([range(1, len(accuracies) + 1), 100 * np.array(accuracies)], float)


def _cell(result, best, colours):
    """Of one cell: its colour, its words and their colour; best the highest accuracy in %."""
    if result is None:
        return colours.pale, "·", colours.ink
    if result.diverged:
        return colours.grey, "diverged", colours.paper
    strength = np.clip(1 - (best - 100 * result.last) / BEHIND, 0, 1)
    ground = matplotlib.colormaps["cividis"](float(strength))
    return ground, f"{100 * result.last:.1f}", "white" if strength < 0.5 else "black"


class SweepBoard(BackgroundBoard):
    """The controls. `results` are the Results so far, in the order of the grid."""

    def __init__(self, digits, grids, epochs, seed, n_jobs):
        super().__init__()
        self._digits, self._seed = digits, seed
        self._parallel = workers(n_jobs)  # made here: this is the thread whose backend is meant
        self._sweep = None
        self._seconds, self._trouble, self._chosen = 0.0, "", None
        self._map = HeatMap()
        self.picture = Picture(self._map, 420, tall=760, surface=True, pointing=True)
        rows = self._controls(grids, epochs)
        self.stack(*rows, self.picture, self._numbers, self.sentence)
        self.feel(self._touch)
        self._begin()

    @property
    def results(self):
        return [result for *_, result in self._grid.cells() if result is not None]

    def settle(self):
        if self._running:
            self._sweep.join()
            self._take_results()
            self._land()

    def close(self):
        self._stop()
        super().close()

    def _controls(self, grids, epochs):
        names = [" × ".join(WORDS[name] for name in grid) for grid in grids]
        self._choice = menu("grid", [*zip(names, grids, strict=True)], grids[0], 60, 300)
        self._epochs = choice("epochs", sorted({*EPOCHS, epochs}), epochs, 60, 300)
        self.listen(self._begin, self._choice, self._epochs)
        self._buttons = [
            self.button("Start", self._start, "110px", "success"),
            self.button("Stop", self._stop, "110px", "warning"),
            self.button("Clear", self._begin, "110px"),
        ]
        self._bar = ipywidgets.IntProgress(min=0, layout={"width": "240px"})
        self._numbers = ipywidgets.HTML()
        return [[self._choice, self._epochs], [*self._buttons, self._bar]]

    def _begin(self):
        if self._running:
            return
        self._grid = Grid(self._choice.value, self._epochs.value, self._seed)
        self._seconds, self._chosen = 0.0, None
        n = len(self._digits.train)
        self._tell(f"Ready: press Start for {len(self._grid.recipes)} runs on {n:,} images.")

    def _start(self):
        if self._running or not self._grid.waiting:
            return
        self._sweep = Sweep(self._grid.waiting, self._digits, self._parallel)
        self._began = perf_counter()
        self._sweep.start()
        self._tell("Running.")
        self.work(self._look, self._stop)

    def _stop(self):
        if self._running:
            self._sweep.stop()

    def _touch(self, event):
        """Look at the cell that is pointed at, or at the next one by an arrow key.

        Only a press or a key tells of it: who passes by can still read what is said below.
        """
        columns, rows = len(self._grid.columns), len(self._grid.rows)
        if event["kind"] == "key":
            row, column = divmod(self._chosen or 0, columns)
            down, right = ARROWS.get(event["key"], (0, 0))
            column, row = (column + right) % columns, (row + down) % rows
        else:
            column, row = np.rint(self.picture.place_in(self._map.ax, event)).astype(int)
        if event["kind"] != "up" and 0 <= column < columns and 0 <= row < rows:
            before, self._chosen = self._chosen, int(row * columns + column)
            if self._chosen != before:
                self.picture.show(self._grid, self._chosen)
            if event["kind"] != "point":
                self.say(self._grid.told(self._chosen))

    # taking the results

    def _look(self):
        """Draw what has come; the seconds to the next look, or None at the end."""
        if not (self._running and self._sweep.at_work):
            return None
        if self._take_results():
            self._show()
        return LOOKS

    def _take_results(self):
        """Put what has come into the grid; whether there was anything."""
        came = False
        try:
            for result in self._sweep.came():
                self._grid.results[result.recipe], came = result, True
        except Exception as error:  # a worker was killed, the cluster is gone
            self._trouble = f"{type(error).__name__}: {error}"
        return came

    def _land(self):
        self._sweep = None
        self._seconds += perf_counter() - self._began
        trouble, self._trouble = self._trouble, ""
        if trouble:
            how = f"Ended by an error ({trouble:.200}). Start goes on with the rest."
        elif self._grid.waiting:
            how = "Stopped. Start goes on with the rest."
        else:
            how = "Done."
        self._tell(f"{how} {self._winner()}")

    _running = property(lambda self: self._sweep is not None)

    def _show(self):
        self.picture.show(self._grid, self._chosen)
        done, of = len(self._grid.results), len(self._grid.recipes)
        self._bar.max, self._bar.value = of, done
        seconds = self._seconds + (perf_counter() - self._began if self._running else 0)
        text = f"{done} of {of} runs in {seconds:.1f} s"
        self._numbers.value = f"<div style='font-size: 1.2em'>{text if done else '&nbsp;'}</div>"

    def _tell(self, state):
        """The state in the buttons and in the sentence."""
        running, waiting = self._running, len(self._grid.waiting)
        off = running or not waiting, not running, running or not self._grid.results
        for button, is_off in zip(self._buttons, off, strict=True):
            button.disabled = is_off
        self._choice.disabled = self._epochs.disabled = running
        if not running:
            self._show()
        self.say(state)  # last, so that whoever reads "Done" sees all of it

    def _winner(self):
        best = self._grid.best
        if not best:
            return "No run has come to its end."
        words = ", and ".join(self._grid.words(result.recipe) for result in best)
        n, tie = len(self._digits.validation), ", a tie" if len(best) > 1 else ""
        so_far = " so far" if self._grid.waiting else ""
        return f"Best{so_far}{tie}: {words}, {best[0].last:.1%} of {n:,} validation images."
