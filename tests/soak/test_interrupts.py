"""The kernel's interrupt at random moments: control comes back, and what is left can be used.

Costs about a minute and a half on two quiet cores. Whether control returns within a second is
told, not asserted: that is a matter of the machine's load. Ten seconds are asserted.
"""

import os
import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

import pytest
from kernels import a_kernel, alive

from nnlib.datasets import BUILT_IN, BUILT_IN_FOLDER

BOUND = 10  # seconds
# seconds that a hand needs at least: ipykernel loses an interrupt in the last moment of a cell,
# and a cell that comes with an interrupt
A_HAND = 0.1

START = """
import asyncio, math, os, signal, time
import hand
import numpy as np
import psutil
from nnlib import Network, datasets, fit, load_digits, load_mnist
from nnlib.datasets import mirrors
from nnlib.sweep import Recipe, all_recipes, sweep
from nnlib.training import MONITORS
from nnlib.widgets import sweep_board, training_cockpit

digits, rng = load_digits(), np.random.default_rng(0)
few = digits.few(100)
X, Y = few.train.images, few.train.targets
watched = few.validation.images, few.validation.targets
net = Network([784, 10, 10], rng=rng)
"""


@pytest.fixture
def kernel(tmp_path):
    with a_kernel(tmp_path) as kernel:
        kernel.check(START)
        yield kernel


def interrupted(kernel, code, after):
    """Run the cell, interrupt it after so many seconds: its reply, and how long that took."""
    kernel.begin(code)
    time.sleep(after)
    sent = time.perf_counter()
    kernel.interrupt()
    return kernel.end(BOUND), time.perf_counter() - sent


def in_words(seconds):
    return f"control back after {median(seconds):.2f} s (median), {max(seconds):.2f} s (longest)"


# fit

USABLE = """
assert net.is_finite() and math.isfinite(net.cost_of(X, Y))
assert fit(net, X, Y, eta=0.1, epochs=1, rng=rng).ended == ""
"""
WHOLE = """
assert history.ended.startswith("Interrupted after"), history
assert {len(getattr(history, name)) for name in MONITORS} == {len(history.seconds)}
print(len(history.seconds))
"""


def test_fit_interrupted_60_times_leaves_net_and_history_usable(kernel, tell):
    random_moment, took, histories, epochs = random.Random(0), [], 0, 0
    for _ in range(60):
        kernel.check("net = Network([784, 10, 10], rng=rng)")
        knobs = "eta=0.1, epochs=10**9, evaluation=watched, rng=rng"
        reply, seconds = interrupted(
            kernel, f"history = fit(net, X, Y, {knobs})", random_moment.uniform(0, 0.5)
        )
        assert reply.status in ("ok", "KeyboardInterrupt"), reply.traceback
        if reply.status == "ok":  # else the interrupt came before the first step
            histories += 1
            epochs += int(kernel.check(WHOLE))
        kernel.check(USABLE)
        took.append(seconds)
    assert histories > 30
    tell(f"fit interrupted 60 times in {epochs:,} epochs: {histories} histories; {in_words(took)}")


# the sweep

# After its lines a cell is ipykernel's, which a second interrupt can leave deaf for good (a cell of
# nothing but time.sleep as well). So that what is tested is ours, it feels none there.
ENDLESS = """
try:
    print("at work", flush=True)
    for result in sweep(all_recipes(seed=range(20), epochs=100_000), digits, n_jobs=2): pass
finally:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # until the next cell
"""
NEW_WORKERS = """
from joblib.externals.loky import get_reusable_executor
get_reusable_executor().shutdown(wait=True, kill_workers=True)
"""
STILL_WORKS = """
recipes = all_recipes(seed=range(4), epochs=1)
assert len(list(sweep(recipes, few, n_jobs=2, progress=False))) == 4
"""


def cpu_seconds(processes):
    return sum(sum(process.cpu_times()[:2]) for process in processes if alive(process))


def assert_quiet(kernel):
    """Soon no child of the kernel is a zombie, and none is at work."""
    until = time.monotonic() + BOUND
    while True:
        children = kernel.process.children(recursive=True)
        zombies = [child for child in children if not alive(child)]
        before = cpu_seconds(children)
        time.sleep(0.3)
        worked = cpu_seconds(children) - before
        if not zombies and worked < 0.1:
            return
        assert time.monotonic() < until, f"zombies {zombies}, {worked} s of work in 0.3 s"


def test_a_sweep_interrupted_20_times_ends_and_the_next_one_works(kernel, tell):
    random_moment, took = random.Random(1), []
    for turn in range(20):
        if turn % 4 == 0:
            kernel.check(NEW_WORKERS)  # so that some interrupts come while workers are starting
        kernel.begin(ENDLESS, sign="stream")
        time.sleep(random_moment.uniform(0, 2))
        sent = time.perf_counter()
        kernel.interrupt()
        if turn % 2:  # an impatient hand
            time.sleep(random_moment.uniform(0, 0.2))
            kernel.interrupt()
        reply = kernel.end(BOUND)
        took.append(time.perf_counter() - sent)
        assert reply.status == "KeyboardInterrupt", reply.traceback
        time.sleep(A_HAND)
        kernel.check("")  # it has control indeed
        assert_quiet(kernel)
        if turn % 4 == 3:
            kernel.check(STILL_WORKS)
    tell(f"a sweep interrupted 20 times: no zombie, the next one works; {in_words(took)}")


ONE_RUN_AND_ENDLESS = """
recipes = [Recipe(epochs=1), *all_recipes(seed=range(20), epochs=100_000)]
for result in sweep(recipes, digits, n_jobs=2):
    open("running", "w").close()
"""
PIDS = "print(*sorted(child.pid for child in psutil.Process().children()))"


def test_workers_at_rest_do_not_feel_an_interrupt_of_something_else(kernel):
    kernel.check(NEW_WORKERS + STILL_WORKS)
    workers = kernel.check(PIDS)
    reply, _ = interrupted(kernel, "time.sleep(60)", 0.3)
    assert reply.status == "KeyboardInterrupt"
    time.sleep(0.5)
    assert kernel.check(PIDS) == workers
    kernel.check(STILL_WORKS)
    assert kernel.check(PIDS) == workers


def being_born(kernel):
    """Two trackers are there and two workers, which have not yet done a thing."""
    return len(kernel.process.children()) == 4


def at_work(kernel):
    return kernel.folder.joinpath("running").exists()


def wait_for(moment, kernel):
    until = time.monotonic() + 60
    while not moment(kernel):
        assert time.monotonic() < until
        time.sleep(0.005)


@pytest.mark.skipif(os.name == "nt", reason="Jupyter interrupts nobody but the kernel on Windows")
def test_workers_being_born_live_through_an_interrupt(kernel):
    for _ in range(5):
        kernel.check(NEW_WORKERS)
        kernel.begin(ENDLESS, sign="stream")
        wait_for(being_born, kernel)
        children = kernel.process.children()
        kernel.interrupt()
        assert kernel.end(BOUND).status == "KeyboardInterrupt"
        kernel.check(STILL_WORKS)
        assert kernel.process.children() == children


@pytest.mark.skipif(os.name == "nt", reason="Windows tells no process that its parent has died")
@pytest.mark.parametrize("moment", [being_born, at_work])
def test_a_kernel_killed_during_a_sweep_leaves_no_process_and_no_shared_memory(
    moment, tmp_path, tell
):
    with a_kernel(tmp_path) as kernel:
        kernel.check(START)
        kernel.begin(ONE_RUN_AND_ENDLESS)
        wait_for(moment, kernel)
        children = kernel.process.children(recursive=True)
        assert len(children) == 4
        kernel.process.kill()
        kernel.process.wait(BOUND)
        began = time.perf_counter()
        while any(map(alive, children)) and time.perf_counter() - began < BOUND:
            time.sleep(0.05)
        seconds, left = time.perf_counter() - began, list(filter(alive, children))
        for process in left:
            process.kill()
        assert left == []
        assert list(Path("/dev/shm").glob(f"joblib_*_{kernel.process.pid}_*")) == []
        when = moment.__name__.replace("_", " ")
        tell(f"a kernel killed while a sweep's workers are {when}: all end in {seconds:.1f} s")


# the download


class Slow(BaseHTTPRequestHandler):
    """A mirror that takes its time."""

    def do_GET(self):
        body = (BUILT_IN_FOLDER / Path(self.path).name).read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        step = len(body) // 20 + 1
        try:
            for place in range(0, len(body), step):
                self.wfile.write(body[place : place + step])
                time.sleep(self.server.pause)
        except OSError:
            pass  # the client has hung up

    def log_message(self, *arguments):
        pass


@pytest.fixture
def mirror():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.daemon_threads, server.pause = True, 0.05
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_download_interrupted_20_times_leaves_no_half_written_file(mirror, tmp_path, tell):
    random_moment, took, stopped = random.Random(2), [], 0
    whole = {file.name: (BUILT_IN_FOLDER / file.name).read_bytes() for file in BUILT_IN.files}
    with a_kernel(tmp_path, NO_PROXY="127.0.0.1") as kernel:
        kernel.check(START)
        address = f"http://127.0.0.1:{mirror.server_port}/"
        # the built-in digits stand in for MNIST: small, and at hand
        kernel.check(f"datasets.MNIST, mirrors.MIRRORS = datasets.BUILT_IN, ({address!r},)")
        kernel.check("mirrors.SCHEME = 'http://'")
        cache = Path(kernel.check("print(datasets.cache_folder())").strip())
        for _ in range(20):
            reply, seconds = interrupted(kernel, "load_mnist()", random_moment.uniform(0, 1.8))
            assert reply.status in ("ok", "KeyboardInterrupt"), reply.traceback
            stopped += reply.status != "ok"
            took.append(seconds)
            for path in cache.iterdir() if cache.exists() else []:
                assert path.read_bytes() == whole[path.name]
                path.unlink()
        assert stopped > 10
        mirror.pause = 0
        kernel.check("assert (load_mnist().train.images == digits.train.images).all()")
    tell(f"a download interrupted 20 times: no file left but whole ones; {in_words(took)}")


# boards at work

TRAINS = "not hand.control(board, 'Pause').disabled"
SWEEPS = "not hand.control(board, 'Stop').disabled"


def until_paused(kernel, at_work):
    """Ask until the board is no longer at work: the seconds it took."""
    began = time.perf_counter()
    while kernel.check(f"print({at_work})") == "True\n":
        assert time.perf_counter() - began < BOUND
        time.sleep(0.01)
    return time.perf_counter() - began


def test_a_cockpit_at_work_is_paused_by_each_of_20_interrupts(kernel, tell):
    random_moment, took = random.Random(3), []
    kernel.check("board = training_cockpit(digits, epochs=10**6)")
    for _ in range(20):
        kernel.check("board.start()")
        time.sleep(random_moment.uniform(0.1, 0.5))
        assert kernel.check(f"print({TRAINS})") == "True\n"
        time.sleep(A_HAND)
        kernel.interrupt()
        took.append(until_paused(kernel, TRAINS))
        kernel.check("assert board.net.is_finite()")
    kernel.check("board.close()")
    tell(f"a cockpit at work interrupted 20 times, paused each time; {in_words(took)}")


def test_a_sweep_board_at_work_is_stopped_by_each_of_5_interrupts(kernel, tell):
    random_moment, took = random.Random(4), []
    kernel.check("board = sweep_board(digits, epochs=50, n_jobs=2)")
    for _ in range(5):
        kernel.check(NEW_WORKERS)  # some interrupts come while workers are starting
        kernel.check("board.start()")
        time.sleep(random_moment.uniform(0.2, 1.5))
        assert kernel.check(f"print({SWEEPS})") == "True\n"
        time.sleep(A_HAND)
        kernel.interrupt()
        took.append(until_paused(kernel, SWEEPS))
        assert "Stopped." in kernel.check("print(hand.words(board))")
    kernel.check("board.close()")
    assert_quiet(kernel)
    tell(f"a sweep board at work interrupted 5 times, stopped each time; {in_words(took)}")


def test_a_cell_is_interrupted_as_ever_while_a_board_is_at_work(kernel, tell):
    random_moment, took = random.Random(5), []
    kernel.check("board = training_cockpit(digits, epochs=10**6)")
    for cell in ("while True: pass", "time.sleep(60)", "await asyncio.sleep(60)") * 3:
        kernel.check("board.start()")
        reply, seconds = interrupted(kernel, cell, random_moment.uniform(0.1, 0.4))
        assert reply.status in ("KeyboardInterrupt", "CancelledError"), reply.traceback
        took.append(seconds)
    kernel.interrupt()
    until_paused(kernel, TRAINS)
    kernel.check("board.close()")
    tell(f"a cell interrupted 9 times while a cockpit was at work: {in_words(took)}")
