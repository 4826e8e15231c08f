"""Any cell, twice, and any order that makes sense; a board run again leaves nothing behind.

Costs about two and a half minutes on two quiet cores. The notebooks run on the built-in digits.
"""

import dis
import random
import shutil
from dataclasses import dataclass, field
from types import CodeType

import nbformat
import pytest
from kernels import ROOT, a_kernel, offline
from nbclient import NotebookClient

from nnlib import widgets
from notebooks import after_carriage_returns

PATHS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
CHECKED, MAY_RAISE = "nbval-check-output", "raises-exception"
WIDGET = "application/vnd.jupyter.widget-view+json"


# What a cell takes from others and what it leaves


@dataclass
class Names:
    """The names that a cell takes from other cells, those it makes, and its functions' globals."""

    taken: set = field(default_factory=set)
    made: set = field(default_factory=set)
    behind: dict = field(default_factory=dict)  # function -> the names it looks up when called


def names_of(source):
    code, names = compile(source, "cell", "exec"), Names()
    for step in dis.get_instructions(code):
        if step.opname == "STORE_NAME":
            names.made.add(step.argval)
        elif step.opname == "LOAD_NAME" and step.argval not in names.made:
            names.taken.add(step.argval)
        elif isinstance(step.argval, CodeType):
            names.behind[step.argval.co_name] = looked_up(step.argval)
    for globals_of_one in names.behind.values():
        names.taken |= globals_of_one - names.made
    return names


def looked_up(code):
    inner = [looked_up(part) for part in code.co_consts if isinstance(part, CodeType)]
    own = {step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"}
    return own.union(*inner)


def test_the_names_a_cell_takes_makes_and_looks_up_are_seen():
    names = names_of("import a\nb = c + a\nb += 1\ndef f():\n    return [d + x for x in b]")
    assert names.made == {"a", "b", "f"}
    assert names.taken == {"c", "d"}
    assert names.behind["f"] == {"b", "d"}


class Order:
    """In which order a sensible reader may run cells again, who looks where each name was made.

    Before a cell is run, the cells that made what it takes are run again where another has made
    the same name anew since.
    """

    def __init__(self, sources):
        self._names = [names_of(source) for source in sources]
        self._maker = {}  # name -> the cell that made it last
        behind = {}
        self._wanted = []  # for each cell: name -> the cell that it wants it from
        for place, names in enumerate(self._names):
            taken = set(names.taken)
            while more := set().union(*(behind.get(name, set()) for name in taken)) - taken:
                taken |= more
            self._wanted.append({n: self._maker[n] for n in taken if n in self._maker})
            behind |= {name: globals_ for name, globals_ in names.behind.items()}
            self._maker |= dict.fromkeys(names.made, place)

    def leading_to(self, place):
        """The cells to run, this one last."""
        wanted = self._wanted[place]
        while stale := [m for name, m in wanted.items() if self._maker[name] != m]:
            yield from self.leading_to(min(stale))
        self._maker |= dict.fromkeys(self._names[place].made, place)
        yield place


def test_a_cell_whose_names_were_made_anew_is_led_to_by_their_makers():
    order = Order(["a = 1", "b = a", "print(b)", "a = 2", "print(a)"])
    assert list(order.leading_to(2)) == [2]
    assert list(order.leading_to(1)) == [0, 1]
    assert list(order.leading_to(4)) == [3, 4]


def test_what_a_function_looks_up_counts_where_it_is_called():
    order = Order(["a = 1", "def f():\n    return a", "print(f())", "a = 2"])
    assert list(order.leading_to(2)) == [0, 2]


# A notebook in a kernel


class Reader:
    """Runs cells of a notebook as often as it is told and compares what they show each time."""

    def __init__(self, path, folder):
        notebook = nbformat.read(path, as_version=4)
        self.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        where = {"metadata": {"path": str(folder)}}
        looks = {"kernel_name": "python3", "timeout": 300, "resources": where}
        self.client = NotebookClient(notebook, **looks)
        self.name, self._first = path.stem, {}
        self.runs = self.checked = self.pictures = 0

    def run(self, place):
        cell = self.cells[place]
        self.client.execute_cell(cell, self.client.nb.cells.index(cell))  # raises if the cell does
        self.runs += 1
        texts, pictures = shown(cell)
        first_texts, first_pictures = self._first.setdefault(place, (texts, pictures))
        if CHECKED in tags(cell):
            assert texts == first_texts, f"{cell.id} says something else when run again"
            self.checked += 1
        assert pictures == first_pictures, f"{cell.id} draws something else when run again"
        self.pictures += len(pictures)


def tags(cell):
    return cell.metadata.get("tags", [])


def shown(cell):
    """The texts of a cell, each stream whole, and the pictures of its figures."""
    streams, texts, pictures = {}, [], []
    for output in cell.outputs:
        if output.output_type == "stream":
            streams[output.name] = streams.get(output.name, "") + output.text
        elif output.output_type == "error":
            texts.append(f"{output.ename}: {output.evalue}")
        elif WIDGET not in output.data:
            texts += [text for kind, text in output.data.items() if kind.startswith("text/")]
            pictures += [png for kind, png in output.data.items() if kind == "image/png"]
    return [*map(after_carriage_returns, streams.values()), *texts], pictures


@pytest.fixture
def reader(request, tmp_path, monkeypatch):
    for name, value in offline(tmp_path).items():
        monkeypatch.setenv(name, value)
    shutil.copytree(ROOT / "notebooks", tmp_path, dirs_exist_ok=True)
    reader = Reader(request.param, tmp_path)
    with reader.client.setup_kernel():
        yield reader


@pytest.mark.parametrize("reader", PATHS, ids=lambda path: path.stem, indirect=True)
def test_every_cell_runs_twice_in_a_row_and_all_again_in_shuffled_order(reader, tell):
    places = range(len(reader.cells))
    for place in places:
        reader.run(place)
        reader.run(place)
    order = Order([cell.source for cell in reader.cells])
    for place in random.Random(0).sample(places, len(places)):
        for needed in order.leading_to(place):
            reader.run(needed)
    tell(
        f"{reader.name}: {len(places)} cells run {reader.runs} times, twice in a row and again "
        f"shuffled: no error; {reader.checked} texts, {reader.pictures} figures the same each time"
    )


# A board whose cell is run again

RERUNS, WARM_UP = 50, 5
GROWTH = 20  # MB

BOARDS = """
import asyncio
import hand
import numpy as np
from matplotlib import pyplot as plt
from nnlib import IDENTITY, SUM_OF_SQUARES, TANH, Network, load_digits
from nnlib import widgets as w
from nnlib.derivations import WEIGHT_DECAY

digits, rng = load_digits(), np.random.default_rng(0)
net, X = Network([784, 30, 10], rng=rng), rng.uniform(-1, 1, (5, 3))
looks = {"activations": [TANH, IDENTITY], "cost": SUM_OF_SQUARES, "biases": False}
toy = Network([3, 4, 1], **looks, rng=rng)
"""
MAKERS = {
    "bending_board": "w.bending_board(digits.test.images[0])",
    "contraction_explorer": "w.contraction_explorer(np.eye(2), np.ones((2, 3)))",
    "derivation_stepper": "w.derivation_stepper(WEIGHT_DECAY)",
    "digit_pad": "w.digit_pad(net, digits)",
    "knob_board": "w.knob_board(toy, X, X[:, :1])",
    "playground": "w.playground()",
    "sample_explorer": "w.sample_explorer()",
    "slowdown_explorer": "w.slowdown_explorer()",
    "softmax_board": "w.softmax_board()",
    "sweep_board": "w.sweep_board(digits)",
    "training_cockpit": "w.training_cockpit(digits)",
    "weight_watcher": "w.weight_watcher()",
}
AT_WORK = {
    "training_cockpit": "w.training_cockpit(digits).start()",
    "sweep_board": "w.sweep_board(digits, epochs=50, n_jobs=1).start()",
}
LIVING = "print(len(hand.living()), len(asyncio.all_tasks()), len(plt.get_fignums()))"


def test_no_board_is_left_out():
    assert set(MAKERS) == set(widgets.__all__) - {"still_twin", "alternative_text"}


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """One kernel in which all the boards are made, one after the other."""
    with a_kernel(tmp_path_factory.mktemp("kernel")) as kernel:
        kernel.check(BOARDS)
        yield kernel


def growth(kernel, cell):
    """The cell run again and again: MB that the kernel grew by, what lived before and after."""
    for _ in range(WARM_UP):
        kernel.check(cell)
    before, living = kernel.process.memory_info().rss, at_rest(kernel)
    for _ in range(RERUNS):
        kernel.check(cell)
    return (kernel.process.memory_info().rss - before) / 1e6, living, at_rest(kernel)


def at_rest(kernel):
    """Widgets, asyncio tasks and open pyplot figures, once those of closed boards have gone."""
    kernel.check("await asyncio.sleep(0.5)")
    return kernel.check(LIVING)


@pytest.mark.parametrize("name", MAKERS)
def test_a_board_made_50_times_in_one_cell_leaves_one_board_and_no_more_memory(
    classroom, name, tell
):
    grown, before, after = growth(classroom, f"board = {MAKERS[name]}\nboard")
    tell(f"{name} made {RERUNS} times in one cell: {grown:+.1f} MB")
    assert after == before
    assert after.endswith(" 0\n"), "a pyplot figure is open"
    assert grown < GROWTH


@pytest.mark.parametrize("name", AT_WORK)
def test_a_board_at_work_is_stopped_by_the_next_of_its_cell(classroom, name, tell):
    grown, before, after = growth(classroom, f"board = {AT_WORK[name]}\nboard")
    tell(f"{name} made and started {RERUNS} times in one cell: {grown:+.1f} MB")
    assert after == before
    assert grown < GROWTH
