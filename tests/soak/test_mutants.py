"""Planted bugs in forward, backward and the step: each turns the test named beside it red.

A copy of nnlib gets one bug at a time, and the named test alone is run against it, in a process of
its own; against the copy without a bug all these tests pass. Costs about 2 s a bug, a minute in
all. A place is an expression or a statement in a function, wherever in nnlib that is and however it
is laid out. When nnlib changes, a bug whose place is gone is an error here: plant it anew.
"""

import ast
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
    place: str  # a function, Class.method or CONSTANT, of which nnlib has one
    right: str  # an expression or a statement that is there exactly once; `...` is anything
    wrong: str  # `...` is what it was there
    test: str  # must go red


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
SAME = "weights beyond a million give every input the same output"
DEAD = "test_divergence.py::test_an_eta_that_kills_every_relu_in_one_step_is_told"

BUGS = {
    "forward: the bias is subtracted": Bug(
        "Network.forward", "z += b[layer]", "z -= b[layer]", FORWARD
    ),
    "forward: every neuron of a layer has the same bias": Bug(
        "Network.forward", "z += b[layer]", "z += b[layer][0]", FORWARD
    ),
    "forward: every layer has the first activation": Bug(
        "Network.forward", "f.value", "self.activations[0].value", TOY
    ),
    "forward: the sigmoid is that of 2 z": Bug(
        "_sigmoid", "np.maximum(z, lowest)", "2 * np.maximum(z, lowest)", SLOPE
    ),
    "forward: the cost of a batch is not averaged": Bug(
        "Network.cost_and_accuracy", "cost * self.cost.share(len(Y))", "cost", COST
    ),
    "forward: the last chunk of many samples costs alone": Bug(
        "Network.cost_and_accuracy",
        "cost += self.cost.per_sample(Z[-1], A[-1], Y[rows]).sum(dtype=np.float64)",
        "cost = self.cost.per_sample(Z[-1], A[-1], Y[rows]).sum(dtype=np.float64)",
        CHUNKS,
    ),
    "forward: the L2 term is twice as large": Bug("Network.penalty", "2 * n", "n", COST),
    "forward: the cross-entropy of the opposite target": Bug(
        "_cross_entropy", "Y * Z", "(1 - Y) * Z", SAMPLE
    ),
    "backward: the inputs of a layer without their sign": Bug(
        "Network.backward", "delta.T.dot(A[layer])", "delta.T.dot(abs(A[layer]))", BACKWARD
    ),
    "backward: averaged over the batch twice": Bug(
        "Network.backward", "np.add.reduce(delta, axis=0)", "delta.mean(axis=0)", BACKWARD
    ),
    "backward: never averaged over the batch": Bug(
        "Network.backward", "scale * cost.share(len(Y))", "scale", BATCH
    ),
    "backward: the slope of the layer above": Bug(
        "Network.backward", "f[layer - 1]", "f[layer]", PAIRS
    ),
    "backward: z where a belongs": Bug(
        "Network.backward",
        "f[layer - 1].times_slope(back, Z[layer - 1], A[layer])",
        "f[layer - 1].times_slope(back, Z[layer - 1], Z[layer - 1])",
        BACKWARD,
    ),
    "backward: the slope of the activation forgotten": Bug(
        "Network.backward",
        "f[layer - 1].times_slope(back, Z[layer - 1], A[layer])",
        "back",
        BACKWARD,
    ),
    "backward: slopes of the biases in reverse order": Bug(
        "Network.backward", "db[::-1]", "db", SHAPES
    ),
    "backward: the slope of tanh is 1 - a": Bug("TANH", "1 - a * a", "1 - a", TIMES_SLOPE),
    "backward: the slope of relu where z is below 0": Bug("RELU", "z > 0", "z < 0", TIMES_SLOPE),
    "backward: softmax without the coupling of its outputs": Bug(
        "_softmax_times_slope", "(v * a).sum(axis=-1, keepdims=True)", "v * a", JACOBIAN
    ),
    "backward: the quadratic cost forgets the slope of the output": Bug(
        "QUADRATIC", "f.times_slope(A - Y, Z, A)", "A - Y", ERROR
    ),
    "backward: the mean of squares is not divided by the outputs": Bug(
        "MEAN_SQUARES", "2 / Y.shape[1]", "2", ERROR
    ),
    "backward: the 2 of the square is forgotten": Bug(
        "SUM_OF_SQUARES", "2 * (A - Y)", "A - Y", ERROR
    ),
    "step: uphill": Bug("descent_step", "-eta", "eta", STEP),
    "step: the biases do not learn": Bug(
        "descent_step",
        "zip(net.W + net.b, dW + db, strict=True)",
        "zip(net.W, dW, strict=True)",
        STEP,
    ),
    "step: the biases decay": Bug(
        "descent_step",
        "for W in net.W: W *= 1 - eta * l2 / n",
        "for W in net.W + net.b: W *= 1 - eta * l2 / n",
        NO_DECAY,
    ),
    "step: the decay forgets eta": Bug("descent_step", "eta * l2 / n", "l2 / n", STEP),
    "step: the decay refers to the mini-batch": Bug(
        "descent_step", "eta * l2 / n", "eta * l2 / len(X)", DECAY
    ),
    "step: the samples are drawn with repetition": Bug(
        "Descent.__next__", "(...).permutation(n)", "(...).integers(n, size=n)", EPOCH
    ),
    "step: every epoch has the same order": Bug(
        "Descent.__next__",
        "(...).permutation(n)",
        "np.random.default_rng(0).permutation(n)",
        ORDER,
    ),
    "step: the targets of other samples": Bug(
        "Descent.__next__",
        "self.Y.take(batch, 0, mode='clip')",
        "self.Y.take(batch[::-1], 0, mode='clip')",
        TOGETHER,
    ),
    "step: an epoch leaves a sample out": Bug(
        "Descent.__next__", "waiting[len(batch) :]", "waiting[len(batch) + 1 :]", EPOCH
    ),
    "divergence: a first cost below 1 counts as it is": Bug(
        "trouble_of", "max(first, 1.0)", "first", LIMIT
    ),
    "divergence: the bad net is kept": Bug(
        "Guard.rescue", "if trouble: ...", "if False: ...", KEPT
    ),
    "divergence: a dead net goes unnoticed": Bug(
        "Guard.trouble", f"if ...: return {SAME!r}", f"if False: return {SAME!r}", DEAD
    ),
}


# A test that is red is red: nobody looks for a smaller example.
NO_SHRINKING = """
from hypothesis import Phase

settings.register_profile("copy", settings(), phases=[Phase.explicit, Phase.generate])
settings.load_profile("copy")
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A folder with nnlib and its tests, but nothing compiled: a bug must not meet old bytecode."""
    folder = tmp_path_factory.mktemp("copy")
    ignore = shutil.ignore_patterns("__pycache__", "soak", "browser")
    for name in ("nnlib", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", folder)
    with open(folder / "tests/conftest.py", "a", encoding="utf-8") as conftest:
        conftest.write(NO_SHRINKING)
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


def definitions(body, above=""):
    """(name, node) for each function, class, method and constant of a module."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield above + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from definitions(node.body, f"{node.name}.")
        if isinstance(node, ast.Assign):
            yield from ((target.id, node) for target in node.targets if hasattr(target, "id"))


def place_of(name, package):
    """(file, tree of the file, node) of the one thing that has this name in the package."""
    trees = {file: ast.parse(file.read_text("utf-8")) for file in package.rglob("*.py")}
    there = [
        (file, tree, node)
        for file, tree in trees.items()
        for own, node in definitions(tree.body)
        if own == name
    ]
    assert len(there) == 1, f"the place is gone: nnlib has {len(there)} of {name}"
    return there[0]


def parsed(text):
    """The expression, or else the statement, that a text is."""
    (statement,) = ast.parse(text).body
    return statement.value if isinstance(statement, ast.Expr) else statement


class Swap(ast.NodeTransformer):
    """Puts a node in the place of another."""

    def __init__(self, old, new):
        self.old, self.new = old, new

    def visit(self, node):
        return self.new if node is self.old else self.generic_visit(node)


def planted(bug, package):
    """The file that the bug belongs into, and its source with the bug."""
    file, tree, there = place_of(bug.place, package)
    right, wrong = parsed(bug.right), ast.unparse(parsed(bug.wrong))
    pattern = re.escape(ast.unparse(right)).replace(r"\.\.\.", "(.+)")
    alike = [node for node in ast.walk(there) if type(node) is type(right)]
    fits = [(node, re.fullmatch(pattern, ast.unparse(node), re.DOTALL)) for node in alike]
    found = [(node, match.groups()) for node, match in fits if match]
    assert len(found) == 1, f"the place is gone: {bug.place} has {len(found)} of {bug.right}"
    ((old, kept),) = found
    for text in kept:
        wrong = wrong.replace("...", text, 1)
    return file, ast.unparse(ast.fix_missing_locations(Swap(old, parsed(wrong)).visit(tree)))


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_turns_the_test_named_beside_it_red(name, copy):
    bug = BUGS[name]
    file, wrong = planted(bug, copy / "nnlib")
    source = file.read_text(encoding="utf-8")
    file.write_text(wrong, encoding="utf-8")
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
    assert len({bug[:3] for bug in BUGS.values()}) == len(BUGS)
