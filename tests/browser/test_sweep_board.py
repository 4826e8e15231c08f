"""The sweep board in a real JupyterLab: a grid fills in on every core, stops and goes on."""

import time

import psutil
import pytest
from lab import BOTH_COMM_SETTINGS, RUN_ALL, BoardPage

OPENING = """
from nnlib import load_digits
from nnlib.widgets import sweep_board
board = sweep_board(load_digits(), epochs={epochs}, n_jobs=2)
board
"""


SOON = 5  # seconds: one is the kernel's, the rest for a page and a server with other work


class SweepPage(BoardPage):
    """A board of 25 runs of so many epochs."""

    def __init__(self, lab, epochs, at_once=""):
        cell = OPENING.format(epochs=epochs).rstrip() + at_once
        super().__init__(lab, cell, opens_with="Running." if at_once else "Ready: press Start")

    def wait_for_results(self, n):
        self.wait_until(f"len(board.results) >= {n}")

    def kernel(self):
        return psutil.Process(int(self.ask("__import__('os').getpid()")))


@pytest.fixture
def board(lab):
    """A page whose only cell shows a board with runs of about a second."""
    return SweepPage(lab, epochs=20)


@BOTH_COMM_SETTINGS
def test_a_grid_fills_in_stops_within_a_second_and_goes_on_where_it_was(board):
    board.screenshot("ready")
    board.press("Start")
    board.wait_for_results(4)
    board.screenshot("filling")
    pressed = time.perf_counter()
    board.press("Stop")
    board.says("Stopped.")
    assert time.perf_counter() - pressed < SOON
    board.screenshot("stopped")
    kept = int(board.ask("len(board.results)"))
    assert 4 <= kept < 25
    board.press("Start")
    board.says("Running.")
    board.wait_for_results(kept + 2)
    board.press("Stop")
    board.says("Stopped.")
    board.press("Clear")
    board.says("Ready: press Start")
    assert board.ask("len(board.results)") == "0"
    board.is_sound()


def test_a_short_grid_is_done_and_names_its_winner(lab):
    board = SweepPage(lab, epochs=1)
    board.choose("grid", "hidden neurons × mini-batch")
    board.says("Ready")
    board.press("Start")
    board.says("Done. Best")  # or "Best, a tie": on 300 images several may read as many
    board.screenshot("done")
    assert board.ask("len(board.results)") == "25"
    box = board.page.locator(".nnlib-board canvas").bounding_box()
    for share, size in ((0.15, 5), (0.3, 20)):
        board.page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.15 * box["height"])
        board.page.get_by_text(f"hidden neurons 3, mini-batch {size}", exact=True).wait_for()
    board.says("Done. Best")  # a pointer that passes by leaves the sentence
    board.is_sound()


def test_the_stop_button_of_jupyterlab_stops_it_and_leaves_no_zombie(lab):
    board = SweepPage(lab, epochs=100_000)
    board.press("Start")
    board.page.wait_for_timeout(4000)
    board.page.evaluate("jupyterapp.commands.execute('notebook:interrupt-kernel')")
    board.says("Stopped.")
    children = board.kernel().children(recursive=True)
    assert psutil.STATUS_ZOMBIE not in [child.status() for child in children]
    board.press("Start")
    board.says("Running.")
    board.press("Stop")
    board.says("Stopped.")
    board.is_sound()


def test_it_stops_too_when_its_own_cell_started_it(lab):
    board = SweepPage(lab, epochs=100_000, at_once=".start()")
    lab.page.wait_for_timeout(3000)
    lab.page.evaluate("jupyterapp.commands.execute('notebook:interrupt-kernel')")
    board.says("Stopped.")
    assert lab.errors() == []


def test_a_kernel_that_is_shut_down_takes_its_workers_with_it(lab):
    board = SweepPage(lab, epochs=100_000)
    board.press("Start")
    board.page.wait_for_timeout(4000)
    kernel = board.kernel()
    family = [kernel, *kernel.children(recursive=True)]
    assert len(family) > 2
    lab.server.shut_down_kernels()
    _, alive = psutil.wait_procs(family, timeout=20)
    assert alive == []


def test_an_interrupted_cell_that_sweeps_gives_the_kernel_back_within_a_second(lab):
    sweeping = (
        "from nnlib import load_digits\n"
        "from nnlib.sweep import all_recipes, sweep\n"
        "list(sweep(all_recipes(seed=range(9), epochs=100_000), load_digits(), n_jobs=2))"
    )
    lab.open_cells([sweeping])
    lab.page.evaluate(RUN_ALL)
    lab.page.wait_for_timeout(4000)
    began = time.perf_counter()
    lab.page.evaluate("jupyterapp.commands.execute('notebook:interrupt-kernel')")
    lab.wait_for("window.ranAll", timeout=10)  # its kernel says idle for messages beside, too
    assert time.perf_counter() - began < SOON
    (outputs,) = lab.outputs()
    assert [o["ename"] for o in outputs if o["output_type"] == "error"] == ["KeyboardInterrupt"]
    assert not [o for o in outputs if o.get("name") == "stderr"]
