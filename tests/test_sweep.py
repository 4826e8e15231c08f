"""Sweeps: the same results wherever they run, and an end that leaves nothing behind."""

import contextlib
import copy
import math
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time

import cloudpickle
import numpy as np
import psutil
import pytest
import readme
from joblib.externals.loky import get_reusable_executor
from refusals import DOOR, files_of_nnlib

from nnlib import (
    CROSS_ENTROPY,
    LOG_LIKELIHOOD,
    QUADRATIC,
    SIGMOID,
    SOFTMAX,
    Activation,
    Cost,
    Network,
    load_digits,
)
from nnlib.activations import ACTIVATIONS
from nnlib.costs import COSTS
from nnlib.sweep import Recipe, Result, all_recipes, sweep

DIGITS = load_digits().few(200)
RECIPES = all_recipes(eta=(0.1, 0.5), cost=(CROSS_ENTROPY, LOG_LIKELIHOOD), hidden=5, epochs=2)
ENDLESS = all_recipes(seed=range(20), epochs=100_000)  # a minute and more each
SOON = 10  # seconds that a worker may take to see that its kernel was killed


@pytest.fixture(scope="module")
def serial():
    """The results of RECIPES, by recipe, run one after the other in this process."""
    return by_recipe(sweep(RECIPES, DIGITS, n_jobs=1, progress=False))


@pytest.fixture(scope="module", autouse=True)
def no_workers_left():
    yield
    get_reusable_executor().shutdown(wait=True, kill_workers=True)


def by_recipe(results):
    return {result.recipe: result for result in results}


def assert_equal(some, others):
    """The same recipes with the same accuracies and, to the last bit, the same networks."""
    assert set(some) == set(others)
    for recipe, result in some.items():
        other = others[recipe]
        assert result.accuracies == other.accuracies
        parameters = zip(result.net.W + result.net.b, other.net.W + other.net.b, strict=True)
        assert all((a == b).all() for a, b in parameters)


# what a sweep yields


def test_every_recipe_has_one_result(serial):
    assert set(serial) == set(RECIPES)


def test_a_run_is_what_fit_does_with_the_same_seed(serial):
    from nnlib import fit

    recipe, rng = RECIPES[0], np.random.default_rng(0)
    net = Network([784, 5, 10], dtype=np.float32, rng=rng)
    X, Y = DIGITS.train.images, DIGITS.train.targets
    watched = DIGITS.validation.images, DIGITS.validation.targets
    history = fit(net, X, Y, eta=0.1, epochs=2, evaluation=watched, rng=rng, progress=False)
    assert serial[recipe].accuracies == tuple(history.evaluation_accuracy)


def test_processes_give_what_a_single_process_gives(serial):
    assert_equal(serial, by_recipe(sweep(RECIPES, DIGITS, n_jobs=2, progress=False)))


def test_a_dask_cluster_gives_what_a_single_process_gives(serial):
    """As README writes it; only the recipes and the size of the cluster are the test's own."""
    distributed = pytest.importorskip("distributed")
    lines = readme.block("import joblib")
    local = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": ":0"}  # any free port
    with distributed.LocalCluster(**local) as cluster:
        names = {"sweep": sweep, "digits": DIGITS, "all_recipes": lambda **_: RECIPES}
        exec(lines.replace("Client()", f"Client({cluster.scheduler_address!r})"), names)
    assert_equal(serial, by_recipe(names["results"]))


def test_a_network_that_comes_back_has_nnlibs_own_cost(serial):
    for result in sweep(RECIPES, DIGITS, n_jobs=2, progress=False):
        assert result.net.cost is result.recipe.cost
        assert result.net.activations[-1] is result.net.cost.only


def test_a_cost_of_ones_own_travels_too():
    halved = Cost(
        "halved",
        per_sample=lambda Z, A, Y: ((A - Y) ** 2).sum(axis=1) / 2,
        error=lambda Z, A, Y, f: f.times_slope(A - Y, Z, A),
    )
    recipes = [Recipe(cost=cost, hidden=5, epochs=1) for cost in (halved, QUADRATIC)]
    results = list(sweep(recipes, DIGITS, n_jobs=2, progress=False))
    assert results[0].accuracies == results[1].accuracies


def test_a_run_that_diverges_says_so():
    recipe = Recipe(eta=100, l2=1000, hidden=5, epochs=3)
    (result,) = sweep([recipe], DIGITS, n_jobs=1, progress=False)
    assert result.diverged
    assert math.isnan(result.last)
    assert "diverged" in repr(result)


def test_best_is_the_highest_and_last_the_final_accuracy():
    result = Result(Recipe(epochs=3), None, (0.5, 0.9, 0.7), 1.0)
    assert (result.best, result.last) == (0.9, 0.7)


def test_the_progress_bar_counts_runs_where_it_is_wanted(capsys):
    list(sweep(RECIPES, DIGITS, n_jobs=1))
    assert "0/4" in capsys.readouterr().out
    list(sweep(RECIPES, DIGITS, n_jobs=1, progress=False))
    assert capsys.readouterr().out == ""


# recipes


def test_all_recipes_are_all_combinations_the_last_varying_fastest():
    pairs = [(r.eta, r.l2) for r in all_recipes(eta=(0.1, 1), l2=[0, 5], epochs=3)]
    assert pairs == [(0.1, 0), (0.1, 5), (1, 0), (1, 5)]


def test_recipes_refuse_what_cannot_be_trained():
    for wrong in ({"eta": -1}, {"hidden": 0}, {"epochs": 0}, {"batch_size": 1.5}, {"seed": -1}):
        with pytest.raises((TypeError, ValueError), match=next(iter(wrong))):
            Recipe(**wrong)
    with pytest.raises(TypeError, match="did you mean CROSS_ENTROPY"):
        Recipe(cost="cross-entropy")


def test_an_unknown_choice_is_named():
    with pytest.raises(TypeError, match="mu: no such choice; expected some of eta"):
        all_recipes(mu=(1, 2))


def test_only_recipes_make_a_sweep():
    with pytest.raises(TypeError, match="expected a list of Recipes, got 0.5"):
        sweep([0.5], DIGITS)


# the end of it


def test_stop_ends_the_runs_in_hand_within_a_second():
    stopping = sweep(ENDLESS, DIGITS, n_jobs=2, progress=False)
    at = []
    press = threading.Timer(2, lambda: (at.append(time.perf_counter()), stopping.stop()))
    press.start()
    assert list(stopping) == []
    assert time.perf_counter() - at[0] < 1


def test_a_sweep_that_is_stopped_first_does_nothing():
    stopped = sweep(ENDLESS, DIGITS, n_jobs=1, progress=False)
    stopped.stop()
    assert list(stopped) == []


def test_a_sweep_is_handed_out_once():
    once = sweep(all_recipes(seed=range(3), epochs=1, hidden=5), DIGITS, n_jobs=1, progress=False)
    results = iter(once)
    next(results)
    for again in (lambda: list(once), once.start):
        with pytest.raises(RuntimeError, match=r"call sweep\(\.\.\.\) for another") as refusal:
            again()
        assert files_of_nnlib(refusal.value) == [DOOR]
    assert len(list(results)) == 2  # what has begun goes on


def test_an_error_of_a_run_reaches_whoever_waits_for_results(monkeypatch):
    def broken(*arguments, **knobs):
        raise ZeroDivisionError("as an example")

    monkeypatch.setattr("nnlib.sweep.run", broken)
    with pytest.raises(ZeroDivisionError, match="as an example"):
        list(sweep([Recipe()], DIGITS, n_jobs=1, progress=False))


def test_leaving_the_loop_ends_the_sweep():
    recipes = [Recipe(epochs=1, hidden=5), *ENDLESS]
    for _ in sweep(recipes, DIGITS, n_jobs=2, progress=False):
        left = time.perf_counter()
        break
    assert time.perf_counter() - left < 1


@pytest.fixture
def in_a_browser(monkeypatch):
    """There are neither processes nor threads, as in Pyodide."""

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    for module in ("sweep", "_support.workers"):
        monkeypatch.setattr(f"nnlib.{module}.ALONE", True)


def test_in_a_browser_a_sweep_gives_what_a_single_process_gives(serial, in_a_browser):
    assert_equal(serial, by_recipe(sweep(RECIPES, DIGITS, progress=False)))


def test_in_a_browser_each_look_at_a_sweep_is_one_run(in_a_browser):
    watched = sweep(RECIPES, DIGITS, progress=False)
    watched.start()
    came = []
    while watched.at_work:
        came.append(len(list(watched.came())))
    assert came == [1] * len(RECIPES)


def test_in_a_browser_stop_ends_a_sweep_after_the_run_in_hand(in_a_browser):
    watched = sweep(RECIPES, DIGITS, progress=False)
    watched.start()
    assert watched.at_work
    watched.stop()
    watched.join()
    assert len(list(watched.came())) == 1 and not watched.at_work


def test_a_second_interrupt_in_the_midst_of_stopping_leaves_no_run_at_work(monkeypatch):
    recipes = [Recipe(epochs=1, hidden=5), *ENDLESS]
    cut_short = sweep(recipes, DIGITS, n_jobs=1, progress=False)
    stop, interrupts = cut_short.stop, iter([KeyboardInterrupt])

    def stop_with_an_interrupt():
        for interrupt in interrupts:
            raise interrupt
        stop()

    monkeypatch.setattr(cut_short, "stop", stop_with_an_interrupt)
    results = iter(cut_short)
    next(results)
    with pytest.raises(KeyboardInterrupt):
        results.throw(KeyboardInterrupt)
    cut_short.join(SOON)
    assert not cut_short.at_work


INTERRUPTED = """
    import time, psutil
    from nnlib import load_digits
    from nnlib.sweep import Recipe, all_recipes, sweep

    recipes = [Recipe(epochs=1), *all_recipes(seed=range(20), epochs=100_000)]
    try:
        for result in sweep(recipes, load_digits(), n_jobs=2, progress=False):
            print("running", flush=True)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    states = [child.status() for child in psutil.Process().children(recursive=True)]
    assert psutil.STATUS_ZOMBIE not in states, states
    again = list(sweep(recipes[:1], load_digits(), n_jobs=2, progress=False))
    print("again", len(again), flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no process groups on this system")
def test_an_interrupt_of_all_processes_as_jupyter_sends_it_ends_the_sweep_quietly():
    command = [sys.executable, "-c", textwrap.dedent(INTERRUPTED)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, start_new_session=True, **pipes) as process:
        assert process.stdout.readline() == "running\n"
        time.sleep(1)  # until both workers are at an endless run
        sent = time.perf_counter()
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.readline() == "interrupted\n"
        assert time.perf_counter() - sent < 1
        printed, complaints = process.communicate(timeout=60)
    assert printed == "again 1\n"
    assert complaints == ""


ENDLESS_PROGRAM = """
    import os, psutil
    from nnlib import load_digits
    from nnlib.sweep import Recipe, all_recipes, sweep

    recipes = [Recipe(epochs=1), *all_recipes(seed=range(20), epochs=100_000)]
    for result in sweep(recipes, load_digits(), n_jobs=2, progress=False):
        print(*[child.pid for child in psutil.Process().children()], flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows tells no process that its parent has died")
def test_workers_whose_kernel_was_killed_give_up_their_runs():
    command = [sys.executable, "-c", textwrap.dedent(ENDLESS_PROGRAM)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        workers = [psutil.Process(int(pid)) for pid in process.stdout.readline().split()]
        time.sleep(1)  # until both workers are at an endless run
        process.kill()
        process.stdout.close()
    try:
        assert_idle_soon(workers)
    finally:
        for worker in workers:
            with contextlib.suppress(psutil.NoSuchProcess):
                worker.kill()


def assert_idle_soon(processes):
    end, worked = time.perf_counter() + SOON, math.inf
    while worked >= 0.1:
        assert time.perf_counter() < end, f"{worked:.1f} s of work in 0.5 s"
        worked = work_in_half_a_second(processes)


def work_in_half_a_second(processes):
    before = work_of(processes)
    time.sleep(0.5)
    return sum(work - before.get(pid, 0) for pid, work in work_of(processes).items())


def work_of(processes):
    """pid -> the seconds of processor time of each that still runs."""
    found = {}
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            found[process.pid] = sum(process.cpu_times()[:2])
    return found


def test_after_a_stop_no_worker_is_a_zombie_or_at_work():
    stopping = sweep(ENDLESS, DIGITS, n_jobs=2, progress=False)
    threading.Timer(1, stopping.stop).start()
    list(stopping)
    children = psutil.Process().children(recursive=True)
    assert psutil.STATUS_ZOMBIE not in [child.status() for child in children]
    assert work_in_half_a_second(children) < 0.1


# what travels between processes


@pytest.mark.parametrize("constant", [*ACTIVATIONS, *COSTS], ids=lambda c: c.name)
def test_nnlibs_own_activations_and_costs_travel_by_name(constant):
    assert pickle.loads(pickle.dumps(constant)) is constant
    assert copy.deepcopy(constant) is constant


def test_a_pickled_network_is_the_same_network():
    rng = np.random.default_rng(0)
    net = Network([4, 3, 2], activations=[SIGMOID, SOFTMAX], cost=LOG_LIKELIHOOD, rng=rng)
    again, X = pickle.loads(pickle.dumps(net)), rng.random((5, 4))
    assert again.cost is LOG_LIKELIHOOD
    assert again.activations == net.activations
    assert (again.predict(X) == net.predict(X)).all()


def test_the_default_cost_is_itself_after_pickling():
    net = Network([2, 1], rng=np.random.default_rng(0))
    assert pickle.loads(pickle.dumps(net)).cost is CROSS_ENTROPY


def test_an_activation_of_ones_own_travels_with_cloudpickle():
    doubled = Activation("sigmoid", value=lambda z: 2 * z, slope=lambda z: 2 + 0 * z)
    again = pickle.loads(cloudpickle.dumps(doubled))
    assert again is not SIGMOID  # only its name is the same
    assert again.value(3.0) == 6.0
    assert again.times_slope(5.0, 3.0, 6.0) == 10.0
