"""The speed benchmark's own code: the contenders compute the same, the rows say what they found.

No timings here: `make bench` takes them. PyTorch and JAX are not needed by any test; that they
compute the same too is measured and printed by the benchmark itself.
"""

import copy
import importlib
import json
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
MODULES = "bending contenders growth kernel measuring plots race report startup targets".split()


@pytest.fixture(scope="module")
def bench():
    """The benchmark's programs, by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(FOLDER / "speed")
        yield {name: importlib.import_module(name) for name in MODULES}


@pytest.fixture
def results(bench):
    """Results as `make bench` collects them, in round numbers: every row holds."""
    took = dict(zip(bench["contenders"].CONTENDERS, (1.0, 0.9, 0.8, 1.2, 16, 8, 4, 2), strict=True))
    race = {
        contender.name: {"seconds": [t] * 3, "cpu": [t] * 3, "trained_on": 50, "accuracy": 0.9}
        for contender, t in took.items()
    }
    race["nnlib fit: bar, four monitors"]["differs"] = 1e-5
    bending = bench["bending"].CONTENDERS
    sizes = [f"784-{h}-10, mini-batch {n}" for h, n in ((30, 10), (100, 10), (800, 100))]
    one = {
        "threads": 1,
        "data": "MNIST",
        "images": 50,
        "sizes": {size: copy.deepcopy(race) for size in sizes},
        "anatomy": {size: {"the step": 50.0, "products": 20.0, "the rest": 30.0} for size in sizes},
        "anatomy of fit": {"bare sgd": 1000.0, "the four monitors": 200.0},
    }
    points = [
        {"value": v, "nnlib": 2.0, "floor": 1, "memory": 9, "memory_floor": 5} for v in (1, 9)
    ]
    return {
        "machine": {"processor": "a processor", "cores": 2, "python": "3", "versions": {}},
        "race": {"1": one, "2": {**one, "threads": 2}},
        "kernel": {"bare": [9.0], "cockpit": [8.5], "pictures": [10.0], "parts": {"drawing": 20.0}},
        "startup": {
            "import": {"nnlib": [0.11], "numpy": [0.1], "parts": {"nnlib": 10.0}},
            "load": {
                "load": [0.9],
                "unzip": [0.5],
                "peak_mb": 230.0,
                "arrays_mb": 220.0,
                "parts": {"unzipping": 500.0},
            },
        },
        "memory": {contender.name: 300.0 for contender in took},
        "bent": {
            "images": 60,
            "race": {
                contender.name: {"bending": [seconds / 2] * 3, "epoch": [seconds] * 3}
                for contender, seconds in zip(bending, (4.0, 4, 4, 5, 40), strict=True)
            },
            "fifteen": {"nnlib": {"seconds": 60.0, "wrong": 0.0091}},
        },
        "growth": {name: points for name in bench["growth"].VARIED},
        "latency": {
            "a widget": {"median": 30.0, "p90": 60.0} | {
                "median at pixel ratio 2": 40.0,
                "p90 at pixel ratio 2": 70.0,
            },
            "pictures that lie ready": {"median": 20.0, "p90": 25.0},
            "training_cockpit": {"pictures_a_second": 10.5},
            "first notebook": {"seconds": 4.2},
        },
    }


def a_task(bench, hidden=(5,), batch_size=10, n=200):
    data = bench["contenders"].made_up(n, 50)
    return bench["contenders"].Task(*data.train, list(hidden), batch_size, data.validation)


# ---------------------------------------------------------------- the contenders


def outputs_after_an_epoch(runner, task):
    runner.train(len(task.X))
    return runner.outputs(task.evaluation[0])


@pytest.mark.parametrize("name", ["NnlibFit", "SampleBySample"])
@pytest.mark.parametrize("hidden", [(5,), (6, 4)])
def test_the_same_mini_batches_lead_to_the_same_outputs(bench, name, hidden):
    task = a_task(bench, hidden)
    ours = outputs_after_an_epoch(bench["contenders"].Nnlib(task), task)
    theirs = outputs_after_an_epoch(getattr(bench["contenders"], name)(task), task)
    assert theirs == pytest.approx(ours, abs=1e-5)
    untrained = task.start.predict(task.evaluation[0])
    assert np.abs(untrained - ours).max() > 0.1


def in_a_row(W, b):
    return np.concatenate([array.ravel() for array in W + b])


@pytest.mark.parametrize("way", ["C", "F"])
def test_the_leanest_numpy_takes_nnlibs_steps_to_the_last_digits(bench, way):
    task = a_task(bench, hidden=(30,), n=1000)
    nnlib, leanest = bench["contenders"].Nnlib(task), bench["contenders"].Leanest(task, way)
    for runner in (nnlib, leanest):
        runner.train(3000)
    ours, theirs = in_a_row(nnlib.net.W, nnlib.net.b), in_a_row(leanest.W, leanest.b)
    assert theirs == pytest.approx(ours, rel=0, abs=2e-6)  # float32, numbers up to 2
    assert np.abs(ours - in_a_row(task.start.W, task.start.b)).max() > 1
    assert leanest.outputs(task.X) == pytest.approx(nnlib.outputs(task.X), rel=0, abs=2e-6)


def test_scikit_learn_takes_the_same_step_on_the_same_batch(bench):
    task = a_task(bench, batch_size=200)  # it shuffles by itself: one batch has only one order
    ours = outputs_after_an_epoch(bench["contenders"].Nnlib(task), task)
    theirs = outputs_after_an_epoch(bench["contenders"].ScikitLearn(task), task)
    assert theirs == pytest.approx(ours, abs=1e-5)


def test_a_contender_leaves_the_common_start_alone(bench):
    task = a_task(bench)
    before = [array.copy() for array in task.start.W + task.start.b]
    for contender in (bench["contenders"].Nnlib, bench["contenders"].ScikitLearn):
        contender(task).train(200)
    bench["contenders"].Floor(task, "CF").train(200)
    bench["contenders"].Leanest(task, "F").train(200)
    after = task.start.W + task.start.b
    assert all((a == b).all() for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("way", ["CC", "CF", "FC", "FF"])
@pytest.mark.parametrize("hidden", [(5,), (6, 4)])
def test_the_floor_is_every_product_of_a_step_and_no_other(bench, way, hidden):
    task = a_task(bench, hidden, batch_size=20)
    step = next(bench["contenders"].Floor(task, way).steps)
    layers = len(hidden) + 1
    assert len(step) == 3 * layers - 1
    net = task.start
    dW, _ = net.backward(*net.forward(task.X[:20]), task.Y[:20])
    slopes = [into.shape for *_, into in step if into.shape[0] != 20]
    wanted = [slope.shape if way[1] == "C" else slope.T.shape for slope in dW[::-1]]
    assert slopes == wanted


def test_the_floor_passes_over_every_sample_once_an_epoch(bench):
    task = a_task(bench)
    floor = bench["contenders"].Floor(task, "FF")
    seen = [next(floor.steps)[0][0] for _ in range(20)]
    assert (np.concatenate(seen) == task.X).all()


def test_made_up_images_can_be_learned(bench):
    data = bench["contenders"].made_up(2000, 500)
    task = bench["contenders"].Task(*data.train, [20], 10, data.validation)
    runner = bench["contenders"].Nnlib(task)
    for _ in range(5):
        runner.train(2000)
    X, Y = data.test
    assert (X.dtype, X.shape, Y.shape) == (np.float32, (500, 784), (500, 10))
    assert 0 <= X.min() and X.max() <= 1
    assert runner.net.accuracy(X, Y.argmax(axis=1)) > 0.9


def test_a_contender_that_is_not_installed_is_told_and_the_others_race(bench, monkeypatch):
    racing, contenders = bench["race"], bench["contenders"]

    class Missing:
        name = "missing"

        def __init__(self, task):
            raise ImportError("No module named 'missing'")

    monkeypatch.setattr(racing, "CONTENDERS", (contenders.Nnlib, Missing, contenders.NnlibFit))
    X, Y = a_task(bench).evaluation
    results = racing.race(a_task(bench), 2, X, Y.argmax(axis=1))
    assert results["missing"] == {"missing": "No module named 'missing'"}
    assert len(results["nnlib"]["seconds"]) == len(results["nnlib"]["cpu"]) == 2
    assert results[contenders.NnlibFit.name]["differs"] < 1e-5


def test_the_parts_of_a_step_add_up_to_the_step(bench, monkeypatch):
    monkeypatch.setattr(bench["race"], "PIECE", 3)
    parts = bench["race"].anatomy(a_task(bench))
    step = parts.pop("the step")
    assert sum(parts.values()) == pytest.approx(step)
    assert len(parts) == 5


# ---------------------------------------------------------------- digits bent anew


@pytest.fixture
def bent(bench):
    return bench["bending"].Task(bench["contenders"].made_up(400, 100))


def test_images_to_train_and_to_watch_are_bent_together(bench, bent):
    assert (bent.X.shape, bent.Y.shape, bent.start.sizes) == ((500, 784), (500, 10), [784, 800, 10])


def test_nnlib_learns_from_bent_images_at_the_rate_it_is_given(bench, bent):
    still, moved = bench["bending"].Nnlib(bent), bench["bending"].Nnlib(bent)
    still.train(200, eta=1e-30), moved.train(200)
    assert (still.net.W[0] == bent.start.W[0]).all()
    assert np.abs(moved.net.W[0] - bent.start.W[0]).max() > 1e-3
    assert moved.classify(bent.X).shape == (500,)


def test_a_slice_of_an_epoch_is_timed_as_a_whole_one(bench, bent, monkeypatch):
    trained = []

    class Sliced(bench["bending"].Nnlib):
        name, share = "sliced", 0.1

        def train(self, n, eta=None):
            trained.append(n)

    class Missing(Sliced):
        name = "missing"

        def __init__(self, task):
            raise ImportError("No module named 'missing'")

    times = iter(range(100))
    monkeypatch.setattr(bench["bending"], "CONTENDERS", (Sliced, Missing))
    monkeypatch.setattr(bench["bending"], "process_time", lambda: next(times))
    results = bench["bending"].race(bent, 2)
    assert results["missing"] == {"missing": "No module named 'missing'"}
    assert results["sliced"] == {"bending": [10, 10], "epoch": [10, 10]}
    assert trained == [5, 50, 50]  # warmed up, and a tenth of 500 images in each round


def test_eta_falls_to_a_quarter_in_the_last_of_fifteen_epochs(bench, bent):
    rates = []

    class Told(bench["bending"].Nnlib):
        def train(self, n, eta):
            rates.append(eta)

    found = bench["bending"].fifteen(Told, bent, (bent.X, bent.Y))
    assert rates == [0.5] * 12 + [0.375, 0.25, 0.125]
    assert 0.5 < found["wrong"] <= 1  # of a net that has not learned


def test_the_page_tells_bent_digits_contender_by_contender(bench, results):
    named = bench["bending"].Torchvision.name
    results["bent"]["race"][named] = {"missing": "No module named 'torchvision'"}
    page = bench["report"].report(results)
    assert f"| {named} | not installed | | |" in page
    assert "| nnlib | 2.00 | 4.00 | 1 |" in page
    assert "15 epochs, η falling at the end, and test images misread: nnlib 60 s, 0.91%." in page
    assert "not measured" in row_of(page, "bent digits, nnlib / torchvision")


# ---------------------------------------------------------------- how an epoch grows


def test_more_samples_than_there_are_begin_anew(bench):
    rows = np.arange(6.0).reshape(3, 2)
    assert (bench["growth"].array_of(rows, 5) == rows[[0, 1, 2, 0, 1]]).all()
    assert (bench["growth"].array_of(rows, 2) == rows[:2]).all()


def test_the_least_memory_is_parameters_twice_and_a_mini_batch(bench):
    task = a_task(bench)  # 784-5-10 at 10, float32
    parameters = 784 * 5 + 5 + 5 * 10 + 10
    assert bench["growth"].least_memory(task) == 4 * (2 * parameters + 10 * (784 + 2 * 15))


def test_no_run_needs_less_than_the_least_memory(bench):
    task = a_task(bench, hidden=(300,))
    assert bench["growth"].peak_of(task) > bench["growth"].least_memory(task) / 2


# ---------------------------------------------------------------- what a row says


def test_the_targets_are_those_that_were_asked_for(bench):
    asked = [1.35, 2.3, 1.25, 0.07, 0.165, 0.25, 0.95, 0.1, 0.8, 1.05]
    asked += [1.35, 1.3, 10, 1.15, 2.0, 1.15]
    waits = [35, 60, 45, 80]
    assert [target.bound for target in bench["targets"].TARGETS] == asked + waits


def test_a_row_holds_up_to_its_bound_and_not_beyond(bench):
    target = bench["targets"].TARGETS[0]
    assert bench["report"].verdict(target, [1.0, 1.35, 9.0]) == "holds"
    assert bench["report"].verdict(target, [1.0, 1.36, 9.0]) == "does not hold"


def test_a_lower_bound_holds_from_there_on(bench):
    (target,) = (t for t in bench["targets"].TARGETS if t.least)
    assert bench["report"].verdict(target, [10.0]) == "holds"
    assert bench["report"].verdict(target, [9.9]) == "does not hold"


def test_numbers_have_three_digits_that_count(bench):
    shown = [bench["report"].number(x) for x in (0.0123, 1.0, 12.345, 99.96, 1234.5)]
    assert shown == ["0.0123", "1.00", "12.3", "100.", "1,234"]


def test_the_stored_page_is_the_one_the_stored_results_give(bench):
    if not (FOLDER / "speed.json").is_file():
        pytest.skip("no speed.json: `make bench` has not been run")
    stored = json.loads((FOLDER / "speed.json").read_text(encoding="utf-8"))
    page = (FOLDER / "speed.md").read_text(encoding="utf-8")
    assert bench["report"].report(stored) == page
    _, table, _ = bench["report"].parted((FOLDER.parent / "README.md").read_text(encoding="utf-8"))
    assert table == bench["report"].target_table(stored)


def row_of(page, name):
    """The one line of the table of targets that begins with this name."""
    (line,) = (line for line in page.splitlines() if line.startswith(f"| {name} |"))
    return line


def test_where_every_row_holds_nothing_is_explained(bench, results):
    page = bench["report"].report(results)
    assert page.count("| holds |") == len(bench["targets"].TARGETS)
    assert "does not" not in page and "where the time goes" not in page


def test_a_row_that_does_not_hold_is_followed_by_where_the_time_goes(bench, results):
    name = "fit, bar and four monitors / bare sgd"
    fit = results["race"]["1"]["sizes"][bench["targets"].SMALL]["nnlib fit: bar, four monitors"]
    fit["seconds"] = fit["cpu"] = [1.4, 1.5, 1.6]
    page = bench["report"].report(results)
    assert row_of(page, name).endswith("at most 1.35 × | 1.50 [1.45–1.55] × | does not hold |")
    parts = "bare sgd 1,000 ms (83%), the four monitors 200 ms (17%)"
    assert f"- **{name}.** An epoch of fit takes 1200 ms: {parts}." in page


def test_rows_with_one_reason_are_told_once(bench, results):
    for contender in ("Floor", "Jax"):
        name = getattr(bench["contenders"], contender).name
        race = results["race"]["1"]["sizes"][bench["targets"].SMALL][name]
        race["seconds"] = race["cpu"] = [0.1] * 3
    page = bench["report"].report(results)
    assert "- **nnlib / the floor; nnlib / JAX, compiled.** One step of nnlib at" in page
    assert page.count("products 20.0 µs (40%)") == 1


def test_every_row_can_say_where_its_time_goes(bench, results):
    for target in bench["targets"].TARGETS:
        assert "%" in bench["report"].profile(target, results), target.name


def test_what_was_not_measured_neither_holds_nor_fails(bench, results):
    results |= {"latency": None}
    results["startup"]["load"] = None
    table = bench["report"].target_table(results).splitlines()
    lines = [line for line in table if "not measured" in line]
    assert len(lines) == 6 and not [line for line in lines if "hold" in line]


def test_a_contender_that_is_not_there_is_no_row_of_the_targets(bench, results):
    for race in results["race"].values():
        race["sizes"][bench["targets"].SMALL]["JAX, compiled"] = {"missing": "No module"}
    page = bench["report"].report(results)
    assert "not measured" in row_of(page, "nnlib / JAX, compiled")
    assert "| JAX, compiled | not installed |" in page


def test_the_slowest_widget_is_the_one_that_counts(bench, results):
    waits = {"quick": {"median": 10.0, "p90": 20.0}, "slow": {"median": 50.0, "p90": 55.0}}
    table = bench["report"].target_table(results | {"latency": waits})
    assert row_of(table, "slider to picture, median, slowest widget").endswith(
        "50.0 ms | does not hold |"
    )
    assert "55.0 ms | holds" in row_of(table, "slider to picture, 90th percentile, slowest widget")
    sharp = row_of(table, "slider to picture, median at pixel ratio 2, slowest widget")
    assert "not measured" in sharp


def test_what_is_waited_for_in_the_browser_is_a_table_of_its_own(bench, results):
    page = "\n".join(bench["report"].waiting(results))
    assert "usable 4.2 s after" in page and row_of(page, "a widget") == "| a widget | 30 | 60 |"
    assert "cockpit" not in page
    assert not list(bench["report"].waiting({"latency": None}))


def test_of_a_wait_it_is_told_what_jupyter_takes(bench, results):
    slowest, parts, unit = bench["targets"].latency_parts("median")(results)
    assert (slowest, unit) == ("a widget", "ms")
    assert parts == {"Jupyter and the browser": 20.0, "computing and drawing": 10.0}


def test_the_page_names_the_kernels_that_openblas_took(bench, results):
    results["machine"]["kernels"] = "SkylakeX"
    assert "OpenBLAS took its SkylakeX kernels" in bench["report"].about(results)


def test_of_kernels_that_are_not_known_nothing_is_said(bench, results):
    assert "kernels" not in bench["report"].about(results)


@pytest.mark.parametrize(
    "libraries, kernels",
    [
        ([{"internal_api": "openmp"}, {"internal_api": "openblas", "architecture": "Zen"}], "Zen"),
        ([{"internal_api": "mkl"}], None),
    ],
)
def test_the_kernels_are_those_that_threadpoolctl_tells(bench, monkeypatch, libraries, kernels):
    monkeypatch.setattr(bench["measuring"], "threadpool_info", lambda: libraries)
    assert bench["measuring"].machine()["kernels"] == kernels


def test_a_busy_machine_is_told_and_judged_by_processor_time(bench, results):
    for race in results["race"]["1"]["sizes"].values():
        for result in race.values():
            result["seconds"] = [10 * t * k for k, t in enumerate(result["cpu"], 1)]
        race["nnlib"]["seconds"] = [1000.0] * 3
    assert "**The machine was busy:** the race on one thread" in bench["report"].about(results)
    table = bench["report"].target_table(results)
    assert row_of(table, "nnlib / PyTorch, eager").endswith("| 0.125 [0.125–0.125] × | holds |")


def test_a_machine_left_in_peace_is_judged_by_the_clock(bench, results):
    assert bench["targets"].clock(results["race"]["1"]) == "seconds"
    assert "busy" not in bench["report"].about(results)


def test_two_threads_are_judged_by_the_clock_whatever_the_processor_did(bench, results):
    race = copy.deepcopy(results["race"]["2"])
    for result in race["sizes"][bench["targets"].SMALL].values():
        result["cpu"] = [0.1] * 3
    assert bench["targets"].clock(race) == "seconds"


def test_a_contender_on_part_of_an_epoch_says_so_beside_its_accuracy(bench, results):
    results["race"]["1"]["sizes"][bench["targets"].SMALL]["PyTorch, eager"]["trained_on"] = 10
    lines = [line for line in bench["report"].report(results).splitlines() if "eager |" in line]
    assert "90.0% after 10 images" in lines[1]
    assert "after" not in lines[2]


def test_both_pictures_are_drawn(bench, results, tmp_path):
    bench["plots"].draw_race(bench["report"].times_of_nnlib(results), tmp_path / "race.png")
    bench["plots"].draw_growth(results["growth"], tmp_path / "growth.png")
    assert min(path.stat().st_size for path in tmp_path.iterdir()) > 10_000


# ---------------------------------------------------------------- waiting


def test_the_times_of_imports_are_read_from_what_python_prints(bench):
    text = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:       120 |        120 |   numpy.version\n"
        "import time:      2500 |       2620 | numpy\n"
    )
    assert bench["startup"].import_times(text) == {"numpy.version": 0.12, "numpy": 2.5}


def test_a_program_that_fails_says_why(bench):
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        bench["startup"].answer("1 / 0")


def test_one_thread_holds_for_every_library(bench):
    limits = bench["measuring"].environment(1)
    assert {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "XLA_FLAGS"} < set(limits)
    assert "XLA_FLAGS" not in bench["measuring"].environment(2)
