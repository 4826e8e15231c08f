"""An interrupt at any moment: at every single line of nnlib that a training run or a saving passes.

The real thing, the kernel's interrupt at random times, is tried in soak/test_interrupts.py.
"""

import gc
import itertools
import sys
from pathlib import Path

import numpy as np
import pytest

import nnlib
from nnlib import LOG_LIKELIHOOD, SIGMOID, SOFTMAX, Network, fit
from nnlib.training import MONITORS, sgd

FOLDER = str(Path(nnlib.__file__).parent)
RNG = np.random.default_rng(0)
X, Y = RNG.random((6, 3)), np.eye(2)[RNG.integers(2, size=6)]


@pytest.fixture(autouse=True)
def no_garbage_collection():
    """What earlier tests left behind passes lines of nnlib too when it is cleared away: not now."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def interrupted_at(line, act):
    """act() with a KeyboardInterrupt before the line-th line of nnlib that it comes to.

    Returns what act returned, None where the interrupt came through, and whether there was one.
    """
    passed = 0

    def trace(frame, event, argument):
        nonlocal passed
        if not frame.f_code.co_filename.startswith(FOLDER):
            return None
        if event == "line":
            passed += 1
            if passed == line:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        return act(), passed >= line
    except KeyboardInterrupt:
        return None, True
    finally:
        sys.settrace(before)


def every_line(prepare, act):
    """Interrupt act(prepare()) at its first line, at its second …, until it comes to its end.

    Yields what prepare returned and what act returned.
    """
    for line in itertools.count(1):
        prepared = prepare()
        returned, interrupted = interrupted_at(line, lambda prepared=prepared: act(prepared))
        if not interrupted:
            return
        yield prepared, returned


def a_net():
    f = [SIGMOID, SOFTMAX]
    return Network([3, 4, 2], activations=f, cost=LOG_LIKELIHOOD, rng=np.random.default_rng(0))


def assert_usable(net):
    assert net.is_finite()
    assert np.isfinite(net.cost_of(X, Y))
    next(sgd(net, X, Y, eta=0.1, rng=np.random.default_rng(0)))


def train(net, eta=0.5):
    knobs = {"eta": eta, "epochs": 2, "batch_size": 3, "l2": 0.1, "evaluation": (X, Y)}
    return fit(net, X, Y, **knobs, rng=np.random.default_rng(0), progress=False)


@pytest.mark.thorough
@pytest.mark.parametrize("eta", [0.5, 1e200], ids=["learning", "diverging"])
def test_fit_interrupted_at_any_line_leaves_net_and_history_whole(eta, tell):
    lines = returned = 0
    for net, history in every_line(a_net, lambda net: train(net, eta)):
        lines += 1
        assert_usable(net)
        if history is not None:
            returned += 1
            assert history.ended
            assert {len(getattr(history, name)) for name in MONITORS} == {len(history.seconds)}
    tell(f"fit interrupted at each of {lines} lines: {returned} histories, every net usable")
    assert returned > lines / 2


@pytest.mark.thorough
def test_an_interrupt_is_answered_with_a_history_from_the_first_step_to_the_last():
    start, answered, unanswered = a_net(), 0, 0
    for net, history in every_line(a_net, train):
        if any((W != V).any() for W, V in zip(net.W, start.W, strict=True)):
            answered += history is not None
            unanswered += history is None
    assert answered > 100
    assert unanswered == 1  # at `return history`; only a test can interrupt so late


# a file that was opened and not yet under the care of its `with` is closed a moment later
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_saving_interrupted_at_any_line_leaves_the_old_file_or_the_new(tmp_path, tell):
    path, old, new = tmp_path / "net.json", a_net(), a_net()
    new.W[0][0, 0] = 7
    new.save(path)
    whole = {path.read_bytes()}
    old.save(path)
    whole.add(path.read_bytes())
    lines = 0
    for _ in every_line(lambda: old.save(path), lambda _: new.save(path)):
        lines += 1
        assert path.read_bytes() in whole
        assert [file.name for file in tmp_path.iterdir()] == ["net.json"]
    tell(f"net.save interrupted at each of {lines} lines: no file torn, nothing left behind")
    assert lines > 10
