"""Planted bugs in forward, backward and the step: each turns the test named beside it red.

A copy of nnlib gets one bug at a time, and the named test alone is run against it, in a process of
its own; against the copy without a bug all these tests pass. Costs about 3 s a bug, two minutes in
all. When nnlib changes, a bug whose place is gone is an error here: plant it anew.
"""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]


class Bug(NamedTuple):
    file: str
    right: str  # stands in the file exactly once
    wrong: str
    test: str  # must go red


NETWORK, TRAINING, ACTIVATIONS, COSTS = "network.py", "training.py", "activations.py", "costs.py"

FORWARD = "test_network.py::test_forward_is_the_formula_in_loops"
TOY = "test_network.py::test_the_toy_net_with_square_and_cube_has_the_gradients_derived_by_hand"
BACKWARD = "test_network.py::test_backward_is_the_formula_in_loops"
PAIRS = "test_network.py::test_the_gradients_of_every_allowed_pair_are_those_of_central_differences"
SHAPES = "test_network.py::test_slopes_have_the_shapes_of_what_they_change"
BATCH = "test_network.py::test_the_slopes_of_a_batch_are_the_mean_or_sum_of_those_of_its_samples"
COST = (
    "test_network.py::"
    "test_cost_of_is_the_mean_over_the_samples_and_half_lambda_over_n_of_the_squared_weights"
)
CHUNKS = "test_network.py::test_the_cost_of_many_samples_is_that_of_its_chunks"
STEP = "test_training.py::test_a_step_is_the_decayed_weights_minus_eta_times_the_slopes"
NO_DECAY = "test_training.py::test_biases_do_not_decay"
DECAY = (
    "test_training.py::test_weights_decay_by_lambda_over_the_training_set_not_over_the_mini_batch"
)
EPOCH = "test_training.py::test_each_epoch_visits_every_sample_once"
ORDER = "test_training.py::test_each_epoch_has_an_order_of_its_own"
TOGETHER = "test_training.py::test_inputs_and_targets_stay_together"
ETA = "test_training.py::test_a_changed_eta_holds_from_the_next_step_on"
TIMES_SLOPE = "test_activations.py::test_times_slope_is_the_slope_times_v"
SLOPE = "test_activations.py::test_the_slope_is_how_fast_the_value_rises"
JACOBIAN = "test_activations.py::test_softmax_times_slope_is_the_product_with_the_jacobian"
ERROR = "test_costs.py::test_the_error_is_the_slope_of_the_cost_in_z"
SAMPLE = "test_costs.py::test_the_cost_of_each_sample_is_the_formula_in_loops"
LIMIT = (
    "test_divergence.py::"
    "test_a_million_times_the_first_cost_is_the_limit_and_a_first_cost_below_1_counts_as_1"
)
KEPT = "test_training.py::test_the_history_keeps_the_epochs_before_the_divergence"
DEAD = "test_divergence.py::test_an_eta_that_kills_every_relu_in_one_step_is_told"

BUGS = {
    "forward: the bias is subtracted": Bug(NETWORK, "z += b[layer]", "z -= b[layer]", FORWARD),
    "forward: every neuron of a layer has the same bias": Bug(
        NETWORK, "z += b[layer]", "z += b[layer][0]", FORWARD
    ),
    "forward: every layer has the first activation": Bug(
        NETWORK, "A.append(f.value(z))", "A.append(self.activations[0].value(z))", TOY
    ),
    "forward: the sigmoid is that of 2 z": Bug(
        ACTIVATIONS, "np.exp(-np.maximum(", "np.exp(-2 * np.maximum(", SLOPE
    ),
    "forward: the cost of a batch is not averaged": Bug(
        NETWORK,
        "float(cost * self.cost.share(len(Y)))",
        "float(cost)",
        COST,
    ),
    "forward: the last chunk of many samples costs alone": Bug(
        NETWORK, "cost += self.cost", "cost = self.cost", CHUNKS
    ),
    "forward: the L2 term is twice as large": Bug(NETWORK, "l2 / (2 * n)", "l2 / n", COST),
    "forward: the cross-entropy of the opposite target": Bug(
        COSTS, "np.maximum(Z, 0) - Y * Z", "np.maximum(Z, 0) - (1 - Y) * Z", SAMPLE
    ),
    "backward: the inputs of a layer without their sign": Bug(
        NETWORK, "(delta.T @ A[layer]).T", "(delta.T @ abs(A[layer])).T", BACKWARD
    ),
    "backward: averaged over the batch twice": Bug(
        NETWORK, "delta.sum(axis=0)", "delta.mean(axis=0)", BACKWARD
    ),
    "backward: never averaged over the batch": Bug(
        NETWORK, "(scale * cost.share(len(Y)))", "scale", BATCH
    ),
    "backward: the slope of the layer above": Bug(
        NETWORK, "f[layer - 1].times_slope", "f[layer].times_slope", PAIRS
    ),
    "backward: z where a belongs": Bug(
        NETWORK, "Z[layer - 1], A[layer])", "Z[layer - 1], Z[layer - 1])", BACKWARD
    ),
    "backward: the slope of the activation forgotten": Bug(
        NETWORK,
        "f[layer - 1].times_slope(delta @ W[layer].T, Z[layer - 1], A[layer])",
        "delta @ W[layer].T",
        BACKWARD,
    ),
    "backward: slopes of the biases in reverse order": Bug(
        NETWORK, "return dW[::-1], db[::-1]", "return dW[::-1], db", SHAPES
    ),
    "backward: the slope of tanh is 1 - a": Bug(
        ACTIVATIONS, "v * (1 - a * a)", "v * (1 - a)", TIMES_SLOPE
    ),
    "backward: the slope of relu where z is below 0": Bug(
        ACTIVATIONS, "v * (z > 0)", "v * (z < 0)", TIMES_SLOPE
    ),
    "backward: softmax without the coupling of its outputs": Bug(
        ACTIVATIONS, "a * (v - (v * a).sum(axis=-1, keepdims=True))", "a * (v - v * a)", JACOBIAN
    ),
    "backward: the quadratic cost forgets the slope of the output": Bug(
        COSTS, "f.times_slope(A - Y, Z, A)", "A - Y", ERROR
    ),
    "backward: the mean of squares is not divided by the outputs": Bug(
        COSTS, "(A - Y) * (2 / Y.shape[1])", "(A - Y) * 2", ERROR
    ),
    "backward: the 2 of the square is forgotten": Bug(
        COSTS, "f.times_slope(2 * (A - Y), Z, A)", "f.times_slope((A - Y), Z, A)", ERROR
    ),
    "step: uphill": Bug(TRAINING, "scale=-eta", "scale=eta", STEP),
    "step: the biases do not learn": Bug(
        TRAINING, "zip(net.W + net.b, dW + db", "zip(net.W, dW", STEP
    ),
    "step: the biases decay": Bug(TRAINING, "for W in net.W:", "for W in net.W + net.b:", NO_DECAY),
    "step: the decay forgets eta": Bug(TRAINING, "1 - eta * l2 / n", "1 - l2 / n", STEP),
    "step: the decay refers to the mini-batch": Bug(
        TRAINING, "self._eta, self._l2, n)", "self._eta, self._l2, len(batch))", DECAY
    ),
    "step: the samples are drawn with repetition": Bug(
        TRAINING, "self._rng.permutation(n)", "self._rng.integers(n, size=n)", EPOCH
    ),
    "step: every epoch has the same order": Bug(
        TRAINING, "self._rng.permutation(n)", "np.random.default_rng(0).permutation(n)", ORDER
    ),
    "step: the targets of other samples": Bug(
        TRAINING, "self.Y.take(batch, axis=0)", "self.Y.take(batch[::-1], axis=0)", TOGETHER
    ),
    "step: an epoch leaves a sample out": Bug(
        TRAINING, "waiting[len(batch) :]", "waiting[len(batch) + 1 :]", EPOCH
    ),
    "divergence: a first cost below 1 counts as it is": Bug(
        TRAINING, "max(first, 1.0)", "first", LIMIT
    ),
    "divergence: the bad net is kept": Bug(
        TRAINING,
        "descent.net.W, descent.net.b = good.W, good.b",
        "good.W, good.b = descent.net.W, descent.net.b",
        KEPT,
    ),
    "divergence: a dead net goes unnoticed": Bug(
        TRAINING, "if _is_dead(descent):", "if False:", DEAD
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A folder with nnlib and its tests, but nothing compiled: a bug must not meet old bytecode."""
    folder = tmp_path_factory.mktemp("copy")
    ignore = shutil.ignore_patterns("__pycache__", "soak", "browser")
    for name in ("nnlib", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def run(copy, *tests):
    """pytest's return code and words for these tests, against the copy."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    tests = [f"tests/{test}" for test in tests]
    done = subprocess.run(
        [*command, *tests], cwd=copy, env=environment, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


def test_without_a_bug_every_named_test_passes_against_the_copy(copy):
    code, words = run(copy, *sorted({bug.test for bug in BUGS.values()}))
    assert code == 0, words
    where = [sys.executable, "-c", "import nnlib; print(nnlib.__file__)"]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    found = subprocess.run(where, cwd=copy, env=environment, capture_output=True, text=True)
    assert found.stdout.startswith(str(copy))


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_turns_the_test_named_beside_it_red(name, copy):
    bug = BUGS[name]
    file = copy / "nnlib" / bug.file
    source = file.read_text(encoding="utf-8")
    assert source.count(bug.right) == 1, f"stands {source.count(bug.right)} times: {bug.right}"
    file.write_text(source.replace(bug.right, bug.wrong), encoding="utf-8")
    try:
        code, words = run(copy, bug.test)
    finally:
        file.write_text(source, encoding="utf-8")
    assert code == 1, words  # 1: a test failed; 2 and more: it could not be run
    # Hypothesis reports several failures at once as a group, behind bars
    assert re.search(r"^[E |]+(AssertionError|assert )", words, re.MULTILINE), words


def test_at_least_twenty_bugs_are_planted_in_forward_backward_and_the_step(tell):
    passes = Counter(name.split(":")[0] for name in BUGS)
    where = ", ".join(f"{count} in {name}" for name, count in passes.items())
    tell(f"mutants: {len(BUGS)} bugs planted ({where}), a failure here for each that is not caught")
    assert len(BUGS) - passes["divergence"] >= 20
    assert len({(bug.file, bug.right, bug.wrong) for bug in BUGS.values()}) == len(BUGS)
