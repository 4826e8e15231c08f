"""Every exercise: its stub is empty, its solution right, each of its slips refused and named."""

import copy
import functools
import itertools
import math
import re
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import readme
from hostile import Hostile, HostileError
from test_safety import SCRIPT, Page

import nnlib
from nnlib import exercises
from nnlib._support.chapters import chapters
from nnlib.exercises import EXERCISES, Exercise, Verdict, check, session, so_far
from nnlib.exercises.digits import epoch as EPOCH
from nnlib.exercises.digits import mini_batches as MINI_BATCHES
from nnlib.exercises.equal_weights import exclusive_or as EXCLUSIVE_OR
from nnlib.exercises.exercise import cases
from nnlib.exercises.first_look import one_step as ONE_STEP
from nnlib.exercises.nets import costs_of as COSTS_OF_SAMPLES
from nnlib.exercises.nets import forward as FORWARD
from nnlib.exercises.nets import stepped as STEPPED
from nnlib.exercises.nets import turned as TURNED
from nnlib.exercises.predictions import all_predictions
from nnlib.exercises.running import Failed, as_plain, same
from nnlib.exercises.tensors import at_b as AT_B
from nnlib.exercises.tensors import times_vector as TIMES_VECTOR
from nnlib.exercises.verdict import FAILS, IS_RIGHT, NOT_YET, NOTHING

SEEDS = range(20)  # two hundred in make soak
by_name = {"ids": lambda exercise: exercise.name}
pytestmark = pytest.mark.filterwarnings("error")


def told(verdict):
    """What a verdict says, on one line."""
    return " ".join(repr(verdict).split())


@functools.cache  # its random cases are kept with it
def as_functions(exercise):
    """The exercise with functions for answers, though it asks for a value or a line."""
    return replace(exercise, read=lambda answer, names: answer)


def seeds_of(exercise, seeds):
    return seeds if exercise.draws > 1 else seeds[:1]


def not_right(exercise, function, seeds):
    """The verdicts that do not call this function right."""
    verdicts = [check(as_functions(exercise), function, s) for s in seeds_of(exercise, seeds)]
    return [verdict for verdict in verdicts if not verdict.right]


def not_named(exercise, words, seeds):
    """The verdicts on this slip that call it right, or do not name it and nothing but it."""
    exercise = as_functions(exercise)
    verdicts = [check(exercise, exercise.singles[words,], s) for s in seeds_of(exercise, seeds)]
    named = [words in told(v) and ", or when" not in told(v) for v in verdicts]
    return [v for v, good in zip(verdicts, named, strict=True) if v.right or not good]


def written(text, exercise):
    """The answer that stands in a cell with this text."""
    scope = {"np": np} | {name: getattr(nnlib, name) for name in nnlib.__all__}
    exec(text, scope)
    return scope[exercise.answer]


SLIPS = [
    pytest.param(exercise, words, id=f"{exercise.name}, {words}")
    for exercise in EXERCISES
    for words in exercise.slips
]


@pytest.mark.parametrize("exercise", EXERCISES, **by_name)
def test_a_stub_is_nothing_written_yet(exercise):
    assert repr(check(exercise, written(exercise.stub, exercise))) == "… nothing written yet"


@pytest.mark.parametrize("exercise", EXERCISES, **by_name)
def test_the_solution_as_it_is_shown_is_right(exercise):
    assert check(exercise, written(exercise.shown, exercise)).state == IS_RIGHT


@pytest.mark.parametrize("exercise", EXERCISES, **by_name)
def test_the_solution_is_right_with_every_seed(exercise):
    assert not_right(exercise, exercise.solution, SEEDS) == []


@pytest.mark.thorough
@pytest.mark.parametrize("exercise, words", SLIPS)
def test_each_slip_is_refused_and_named_with_every_seed(exercise, words):
    assert not_named(exercise, words, SEEDS) == []


@pytest.mark.thorough
@pytest.mark.parametrize("exercise", [e for e in EXERCISES if not e.accept], **by_name)
def test_two_slips_at_once_are_named_both_or_as_the_one_that_shows(exercise):
    exercise = as_functions(exercise)
    for two, function in exercise.pairs.items():
        verdict = check(exercise, function)
        assert not verdict.right
        named = any(words in told(verdict) for words in two)
        assert verdict.state == FAILS or named or "just as given" in told(verdict)


def one_group_for_empty(A, labels, edges):
    table = exercises.softmax.calibration.solution(A, labels, edges)
    table[0] = np.nan
    return table


def first_knobs_only(W1, b1, W2):
    return exercises.equal_weights.twin_pairs.solution(W1[:1], b1, W2[:, :1])


def each_with_one_before(W1, b1, W2):
    pairs = exercises.equal_weights.twin_pairs.solution(W1, b1, W2)
    return [(i, j) for i, j in pairs if i == min(first for first, other in pairs if other == j)]


TAKEN = [("7.4", one_group_for_empty), ("5.2", first_knobs_only), ("5.2", each_with_one_before)]


@pytest.mark.parametrize("number, answer", TAKEN)
def test_an_answer_that_holds_for_some_twins_or_groups_only_is_refused(number, answer):
    assert not check(number, answer).right


def table_by_shares(A, labels, edges):
    top, right = A.max(axis=1), A.argmax(axis=1) == labels
    groups = [(low <= top) & (top < high) for low, high in itertools.pairwise(edges)]
    shares = [(group / max(group.sum(), 1), group.any()) for group in groups]
    return [[of @ top, of @ right] if some else [np.nan] * 2 for of, some in shares]


def test_what_rounding_alone_makes_of_a_table_with_nan_is_right():
    assert all(check("7.4", table_by_shares, seed=seed).right for seed in range(10))


def softmax_first(Z, labels):
    A = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    return -np.log(A[np.arange(len(Z)), labels])


def softmax_of_z_less_its_maximum(Z, labels):
    return softmax_first(Z - Z.max(axis=1, keepdims=True), labels)


def softmax_of_z_less_one_maximum(Z, labels):
    return softmax_first(Z - Z.max(), labels)


def one_maximum(Z, labels):
    return np.log(np.exp(Z - Z.max()).sum(axis=1)) + Z.max() - Z[np.arange(len(Z)), labels]


def maximum_of_columns(Z, labels):
    m = Z.max(axis=0)
    return np.log(np.exp(Z - m).sum(axis=1)) + m - Z[np.arange(len(Z)), labels]


def rows_as_knobs(W1, b1, W2):
    pairs = itertools.combinations(range(len(b1)), 2)
    return [(i, j) for i, j in pairs if (W1[i] == W1[j]).all() and b1[i] == b1[j]]


def first_term_only(A, x):
    y = np.zeros(len(A))
    for i in range(len(A)):
        for j in range(len(x)):
            y[i] += A[i, j] * x[j]
            return y


def each_half_where_it_counts(z, y):
    a = 1 / (1 + np.exp(-z))
    return np.where(y == 1, -np.log(a), -np.log(1 - a))


def with_a_little_in_the_logarithm(z, y):
    a = 1 / (1 + np.exp(-z))
    return -(y * np.log(a + 1e-15) + (1 - y) * np.log(1 - a + 1e-15))


def a_clipped(z, y):
    a = np.clip(1 / (1 + np.exp(-z)), 1e-8, 1 - 1e-8)
    return -np.log(np.where(y == 1, a, 1 - a))


def softmax_clipped(Z, labels):
    A = np.exp(Z - Z.max(axis=1, keepdims=True))
    A /= A.sum(axis=1, keepdims=True)
    return -np.log(np.clip(A, 1e-10, 1)[np.arange(len(Z)), labels])


def softmax_of_z_less_its_mean(Z, labels):
    m = Z.mean(axis=1)
    return np.log(np.exp(Z - m[:, None]).sum(axis=1)) + m - Z[np.arange(len(Z)), labels]


def sum_not_begun_anew(A, x):
    y, total = np.zeros(len(A)), 0
    for i in range(len(A)):
        for j in range(len(x)):
            total += A[i, j] * x[j]
        y[i] = total
    return y


def returned_in_the_second_loop(A, B):
    C = np.zeros((A.shape[1], B.shape[1]))
    for i in range(A.shape[1]):
        for j in range(B.shape[1]):
            for k in range(len(A)):
                C[i, j] += A[k, i] * B[k, j]
            return C


def a_vote_for_each_run(outputs):
    votes = outputs.argmax(axis=2)
    return [np.bincount(votes[:, i]).argmax() for i in range(outputs.shape[1])]


DRAFTS = [
    ("7.2", softmax_of_z_less_its_mean, "the mean of each row is subtracted, not its largest"),
    ("1.1", sum_not_begun_anew, "the sum is not begun anew for each row"),
    ("1.2", returned_in_the_second_loop, "does return stand in the second loop?"),
    ("10.5", a_vote_for_each_run, "each run has one vote: the outputs are not averaged"),
    ("0.2", lambda read, labels: (read == labels).all(), ".all() is True only where all are"),
    ("1.1", first_term_only, "does return stand in the inner loop?"),
    ("6.2", each_half_where_it_counts, "for each y its half, and ln 0 is not finite"),
    ("6.2", a_clipped, "a is clipped at 1e-8: z = 40 costs as much as z = 800"),
    ("6.2", with_a_little_in_the_logarithm, "1e-15 is added in the logarithm: z = 40"),
    ("7.2", softmax_clipped, "softmax is clipped at 1e-10"),
    ("0.3", lambda images, labels, digit: images[:, labels == digit], "columns are picked"),
    ("2.4", lambda Ws, dWs, eta: [W - eta * dW.T for W, dW in zip(Ws, dWs)], "are transposed"),  # noqa: B905
    ("5.2", rows_as_knobs, "rows of W1, or columns of W2, are compared"),
    ("7.2", softmax_first, "exp overflows"),
    ("7.2", softmax_first, "softmax is taken first"),
    ("7.2", softmax_of_z_less_its_maximum, "this is what you get when softmax is taken first"),
    ("7.2", softmax_of_z_less_one_maximum, "the same maximum is subtracted from all rows"),
    ("7.2", softmax_of_z_less_one_maximum, "softmax is taken first"),
    ("7.2", one_maximum, "this is what you get when the same maximum is subtracted from all rows."),
    ("7.2", maximum_of_columns, "the maximum of each column is taken, not of each row"),
    ("7.2", maximum_of_columns, "`[:, None]` is missing"),
]  # fmt: skip


@pytest.mark.parametrize("number, draft, words", DRAFTS)
def test_a_usual_first_draft_is_named_as_a_student_writes_it(number, draft, words):
    for seed in SEEDS:
        assert words in told(check(number, draft, seed))


@pytest.mark.parametrize("exercise", [e for e in EXERCISES if not e.accept], **by_name)
def test_a_slip_in_the_shapes_runs_where_they_are_square_which_is_about_half_of_the_cases(exercise):
    drawn = [wrong for seed in range(5) for _, _, wrong in cases(exercise, seed) if wrong]
    for words in exercise.singles:
        assert np.mean([not isinstance(wrong[words], Failed) for wrong in drawn]) > 0.4, words


def test_a_slip_that_fails_in_most_cases_shows_its_numbers_in_one():
    def dot(x, y):
        return x @ y.T

    def draw(rng):
        return rng.normal(size=(2, 3)), rng.normal(size=(3 if rng.random() < 0.02 else 2, 3))

    rare = Exercise("A.1 Rare", "", draw, {"not transposed": "y.T -> y"}, (), dot)
    for seed in range(20):
        shown = [not isinstance(w, Failed) for _, _, r in cases(rare, seed) for w in r.values()]
        assert any(shown) and not all(shown)


def with_an_empty_batch(n, size, rng):
    order = rng.permutation(n)
    for start in range(0, n + 1, size):
        yield order[start : start + size]


def past_the_end(costs, patience, least):
    best = epoch = 0
    while epoch < len(costs):
        best = epoch if costs[epoch] < costs[best] - least else best
        if epoch - best >= patience:
            break
        epoch += 1
    return epoch, best


def returned_within_the_loop(costs, patience, least):
    epoch, best = exercises.overfitting.stopped.solution(costs, patience, least)
    return (epoch, best) if epoch - best >= patience else None


AT_EDGES = [("8.2", with_an_empty_batch), ("9.3", past_the_end), ("9.3", returned_within_the_loop)]


@pytest.mark.parametrize("number, answer", AT_EDGES)
def test_an_answer_that_is_wrong_only_where_a_slip_is_right_is_refused(number, answer):
    assert not any(check(number, answer, seed).right for seed in SEEDS)


def test_where_a_slip_gives_the_right_result_are_a_quarter_of_the_cases_at_most(tell):
    edges = {}
    for exercise in EXERCISES:
        drawn = [any(same(w, r) for w in slips.values()) for _, r, slips in cases(exercise)]
        edges[exercise.number] = sum(drawn)
        assert 4 * sum(drawn) <= len(drawn)
    tell(f"edges: {sum(edges.values())} cases in {sum(map(bool, edges.values()))} exercises")


def lengths(argument):
    """The shape of an array, the shapes in a list, the sizes of a net; () of anything else."""
    if isinstance(argument, nnlib.Network):
        return tuple(argument.sizes)
    if isinstance(argument, list):
        return tuple(map(np.shape, argument))
    return np.shape(argument) if isinstance(argument, np.ndarray) else ()


ALWAYS_SO_LONG = {("3.1", "knobs"): "the nine knobs of one net"}


@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e.draws > 1], **by_name)
def test_no_argument_of_an_exercise_and_no_length_of_one_is_the_same_in_all_cases(exercise):
    for name, *drawn in zip(exercise.names, *(args for args, _, _ in cases(exercise)), strict=True):
        assert not all(same(as_plain(drawn[0]), as_plain(one)) for one in drawn)
        if lengths(drawn[0]) and (exercise.number, name) not in ALWAYS_SO_LONG:
            assert len({lengths(one) for one in drawn}) > 1


def test_an_answer_for_two_layers_only_is_refused():
    def stepped(weights, slopes, eta):
        return [weights[0] - eta * slopes[0], weights[-1] - eta * slopes[-1]]

    def with_l2(cost, weights, l2, n):
        return cost + l2 / (2 * n) * ((weights[0] ** 2).sum() + (weights[-1] ** 2).sum())

    assert not check("2.4", stepped).right and not check("9.2", with_l2).right


def test_the_edges_of_a_group_are_decided_by_a_case():
    slip = "the upper edge belongs to the group, not the lower one"
    calibration = exercises.exercise.numbered("7.4")
    assert slip in told(check(calibration, calibration.singles[slip,]))


def test_neurons_whose_knobs_have_equal_sums_are_no_twins():
    def twin_pairs(W1, b1, W2):
        sums = W1.sum(axis=0) + b1 + W2.sum(axis=1)
        pairs = itertools.combinations(range(len(b1)), 2)
        return [(i, j) for i, j in pairs if np.isclose(sums[i], sums[j])]

    assert not check("5.2", twin_pairs).right


def test_far_out_an_answer_may_be_right_or_wrong_on_either_side():
    def cost_of_z(z, y):
        return np.where(abs(z) > 100, abs(z), np.log1p(np.exp(z)) - y * z)

    assert not check("6.2", cost_of_z).right


XOR = np.array([[4.0, -4], [4, -4]]), np.array([-2.0, 6]), np.full((2, 1), 0.52), [-0.02]
OTHER_NETS = [
    (*XOR[:3], np.array([[0], [1], [1], [0.0]])),  # a bias a sample
    (*XOR[:2], XOR[2].ravel(), XOR[3]),
    ([[4, -4, 0], [4, -4, 0]], [-2, 6, 0], [[0.52], [0.52], [0]], [-0.02]),
]


@pytest.mark.parametrize("weights", OTHER_NETS, ids=["a bias a sample", "a row", "three neurons"])
def test_another_net_than_the_one_asked_for_is_refused_by_its_shapes(weights):
    assert "are to have the shapes (2, 2), (2,), (2, 1), (1,)" in told(check("5.4", weights))


def test_an_epoch_that_trains_a_copy_is_not_right():
    def epoch(net, *others):
        return exercises.digits.epoch.solution(copy.deepcopy(net), *others)

    assert "the right numbers, but of a copy: what was given stays" in told(check("8.3", epoch))


@pytest.mark.parametrize("exercise", EXERCISES, **by_name)
def test_no_hint_and_no_task_holds_the_solution(exercise):
    body = [line.strip() for line in exercise.shown.splitlines()[1:]] or [exercise.shown.strip()]
    code = [line.removeprefix("return ") for line in body]
    telling = [line for line in code if len(line) > 12]
    texts = [exercise.task, *exercise.hints]
    assert telling and not [line for line in telling for text in texts if line in text]


def test_the_exercises_are_counted_and_in_the_order_of_the_notebooks(tell):
    numbers = [tuple(map(int, e.name.split()[0].split("."))) for e in EXERCISES]
    assert numbers == sorted(set(numbers))
    rooms = range(len(exercises.ROOMS))
    of = [sum(number == notebook for number, _ in numbers) for notebook in rooms]
    assert min(of) >= 3 and sum(of) >= 45
    pairs = sum(len(e.pairs) for e in EXERCISES if not e.accept)
    facts = f"{len(EXERCISES)} exercises, {of} a notebook, {len(SLIPS)} slips"
    tell(f"{facts} and {pairs} pairs of them; {len(all_predictions())} predictions")


def test_each_chapter_beside_the_exercises_is_one_of_them():
    pages = Path(exercises.__file__).parent.glob("*.md")
    names = {name for page in pages for name in chapters(page)}
    ours = {exercise.name for exercise in EXERCISES} | {"4.0 The slopes of the toy net"}
    assert len(names) > 40 and names <= ours


def test_readme_counts_exercises_slips_and_predictions():
    words = " ".join(readme.TEXT.split())
    assert f"There are {len(EXERCISES)} of them, with {len(SLIPS)} slips;" in words
    assert f"a board asks for it, {len(all_predictions())} times in all:" in words


OTHER_WAYS = {
    "0.2": lambda read, labels: 1 - np.count_nonzero(read - labels) / len(labels),
    "1.1": lambda A, x: [sum(A[i, j] * x[j] for j in range(len(x))) for i in range(len(A))],
    "1.2": lambda A, B: A.T @ B,
    "2.1": lambda X, W1, W2, f1, f2: np.vstack([f2(f1(row @ W1) @ W2) for row in X]),
    "2.2": lambda Y_hat, Y: np.einsum("ij,ij->i", Y - Y_hat, Y - Y_hat),
    "2.5": lambda W1, W2, k: (W1 @ (S := np.diag(1 - 2 * np.eye(len(W2))[k])), S @ W2),
    "5.1": lambda W1, b1, W2, b2, W3, b3: (W1 @ (W2 @ W3), b1 @ (W2 @ W3) + b2 @ W3 + b3),
    "6.2": lambda z, y: np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z))),
    "7.3": lambda v, a: v @ (np.diag(a) - np.outer(a, a)),
    "8.1": lambda labels, k, doubt: np.where(np.eye(k)[labels], 1 - doubt, doubt / (k - 1)),
    "8.2": lambda n, size, rng: np.array_split(rng.permutation(n), range(size, n, size)),
    "9.5": lambda A: [j for j in range(A.shape[1]) if not A[:, j].any()],
    "10.2": lambda a, b, k: np.geomspace(a, b, k),
    "10.5": lambda outputs: sum(outputs).argmax(axis=1),
    "11.1": lambda tall, wide, slant: np.array([[tall, 0], [slant * tall, wide]]),
}  # fmt: skip


@pytest.mark.parametrize("number", OTHER_WAYS)
def test_another_honest_way_is_right_too(number):
    exercise = next(e for e in EXERCISES if e.name.split()[0] == number)
    assert not_right(exercise, OTHER_WAYS[number], SEEDS) == []


# What is said of an answer


def test_a_slip_that_fails_where_shapes_are_not_square_is_named_through_its_failures():
    words = "the transpose is missing: this is A @ B. Where the shapes allow it; else it fails: "
    assert words in told(check(AT_B, "C_ij = A_ik B_kj"))


def test_any_letters_do_in_a_line_for_formula():
    assert check(AT_B, "Q_pq = B_rq A_rp").right


NO_LINES = [
    ("Q_pq = ", "a term is empty"),
    (3, "expected a formula"),
    ("A.T @ B", 'expected one "=", got "A.T @ B"; write it as in "C_ik = A_ij B_jk"'),
    (lambda A, B: A.T @ B, 'write "C_ik = A_ij B_jk"'),
]


@pytest.mark.parametrize("line, words", NO_LINES)
def test_a_line_that_is_no_formula_is_told_in_its_words(line, words):
    verdict = check(AT_B, line)
    assert verdict.state == FAILS and words in told(verdict)


@pytest.mark.parametrize("letter", "Iδ")
def test_the_letter_of_the_identity_is_known_and_where_it_is_to_go_what_to_write_is_told(letter):
    assert check(AT_B, f"C_ij = {letter}_il A_kl B_kj").right
    verdict = check("4.1", f"u_mn = {letter}_mi A_ij B_jn c_n")
    assert f"leave out {letter}_ab and write a for b in the rest" in told(verdict)


def test_a_common_factor_alone_is_told():
    half = check(COSTS_OF_SAMPLES, lambda Y_hat, Y: COSTS_OF_SAMPLES.solution(Y_hat, Y) / 2)
    assert told(half) == "✗ not yet: a factor 2 is missing."
    thrice = check(COSTS_OF_SAMPLES, lambda Y_hat, Y: 3 * COSTS_OF_SAMPLES.solution(Y_hat, Y))
    assert "everything is 3 times what it should be" in told(thrice)


def test_a_slip_is_named_with_the_factor_left_over():
    verdict = check(FORWARD, lambda X, W1, W2, f1, f2: 2 * f2(X @ W1 @ W2))
    assert "when f1 is missing, and a factor 2 is too many." in told(verdict)


def test_two_slips_at_once_are_named():
    verdict = check(FORWARD, lambda X, W1, W2, f1, f2: X @ W1 @ W2)
    assert "when f1 is missing and f2 is missing." in told(verdict)
    verdict = check("0.2", lambda read, labels: (read != labels).sum())
    assert "not which share; and the share that is wrong is returned." in told(verdict)


@pytest.mark.parametrize("number", ["4.3", "4.5", "5.1", "10.3"])
def test_a_common_factor_of_several_results_is_told(number):
    def thrice(*arguments):
        return tuple(3 * result for result in exercise.solution(*arguments))

    exercise = exercises.exercise.numbered(number)
    assert told(check(exercise, thrice)) == "✗ not yet: everything is 3 times what it should be."


@pytest.mark.parametrize("form", [list, tuple])
@pytest.mark.parametrize(
    "number", ["2.4", "2.5", "3.1", "4.3", "5.2", "8.4", "9.3", "9.5", "10.2", "10.3"]
)
def test_a_list_and_a_tuple_of_the_right_values_are_both_right(number, form):
    solution = exercises.exercise.numbered(number).solution
    assert check(number, lambda *arguments: form(solution(*arguments))).right


def test_arguments_that_come_back_as_they_were_are_told():
    verdict = check(TURNED, lambda W1, W2, k: (W1, W2))
    assert told(verdict) == "✗ not yet: your function returns W1 and W2 just as given."
    verdict = check(STEPPED, lambda weights, slopes, eta: weights)
    assert told(verdict) == "✗ not yet: your function returns weights just as given."


@pytest.mark.parametrize("name", ["array_equal", "abs", "isfinite", "array", "ndarray"])
def test_an_answer_that_gives_a_name_of_numpys_away_is_not_right_and_the_name_is_put_back(name):
    def one_step(w, slope, eta):
        setattr(np, name, lambda *arguments, **options: True)
        return 5

    before = getattr(np, name)
    assert f"np.{name} is NumPy's own" in told(check(ONE_STEP, one_step))
    assert getattr(np, name) is before and check(ONE_STEP, ONE_STEP.solution).right


def test_a_name_of_numpys_given_away_before_a_check_is_put_back():
    before, np.array_equal = np.array_equal, lambda *arguments, **options: True
    assert "np.array_equal is NumPy's own" in told(check(ONE_STEP, lambda w, slope, eta: 5))
    assert np.array_equal is before


def changes_with(method):
    return lambda first, *others: (getattr(first, method)(), 0)[1]


CHANGES = [
    ("10.4", changes_with("sort"), "its argument scores: let it begin with scores = scores.copy()"),
    ("8.5", changes_with("pop"), "its argument sizes: let it begin with sizes = sizes.copy()."),
    ("2.4", changes_with("pop"), "let it begin with weights = [one.copy() for one in weights]."),
]  # fmt: skip


@pytest.mark.parametrize("number, answer, words", CHANGES)
def test_a_changed_argument_is_told_with_a_line_that_helps_whatever_changed_it(
    number, answer, words
):
    assert words in told(check(number, answer))


async def later(w, slope, eta):
    return w - eta * slope


def one_by_one(w, slope, eta):
    yield w - eta * slope


def without_end(w, slope, eta):
    while True:
        yield w


NO_RESULTS = [
    (ONE_STEP, later, "got an object of type coroutine, it should be 2.10631: leave out `async`"),
    (ONE_STEP, one_by_one, "got an object of type generator, it should be 2.10631: `return` it"),
    (ONE_STEP, without_end, "got an object of type generator"),
    (ONE_STEP, lambda *given: object(), "got an object of type object, it should be 2.10631."),
    (STEPPED, lambda *given: map(abs, given), "got an object of type map: write list(…) around it"),
    (STEPPED, lambda *given: zip(given), "got an object of type zip: write list(…) around it"),  # noqa: B905
    (EPOCH, lambda net, *given: net, "2 things are to be returned, in this order; got Network"),
    (EPOCH, lambda net, *given: 5, "2 things are to be returned, in this order; got 5."),
]


@pytest.mark.parametrize("exercise, answer, words", NO_RESULTS)
def test_a_result_that_is_no_number_is_told_and_what_is_wanted(exercise, answer, words):
    verdict = told(check(exercise, answer))
    assert words in verdict and "second time" not in verdict


def steps_in_place(weights, slopes, eta):
    for W, dW in zip(weights, slopes, strict=True):
        W -= eta * dW
    return weights


def adds_one_element(A, x):
    return A @ x + (np.arange(len(A)) == 1)


ANSWERS = [
    (TIMES_VECTOR, lambda A, x: None, NOT_YET, "is a return missing?"),
    (TIMES_VECTOR, lambda A: A, NOT_YET, "your function has to take A, x, in this order"),
    (TIMES_VECTOR, lambda x, A: A @ x, NOT_YET, "your function has to take A, x, in this order"),
    (TIMES_VECTOR, 3, NOT_YET, "a function of A, x is asked for; this is 3"),
    (TIMES_VECTOR, lambda A, x: (A @ x).astype(str), NOT_YET, "got an array of <U32, not of numb"),
    (TIMES_VECTOR, lambda A, x: (A @ x).astype(object), NOT_YET, "got an array of object, not of"),
    (TIMES_VECTOR, None, NOT_YET, "a function of A, x is asked for"),
    (TIMES_VECTOR, lambda A, x: (A @ x)[:, None], NOT_YET, "the shape is"),
    (TIMES_VECTOR, lambda A, x: "a word", NOT_YET, "got str 'a word', it should be an array"),
    (TIMES_VECTOR, lambda A, x: [[1, 2], [3]], NOT_YET, "no rows of different lengths"),
    (TIMES_VECTOR, lambda A, x: np.sum, NOT_YET, "it should be an array of shape"),
    (TIMES_VECTOR, lambda A, x: A @ x * np.nan, NOT_YET, "elements are wrong"),
    (TIMES_VECTOR, adds_one_element, NOT_YET, "the first is [1]"),
    (TIMES_VECTOR, lambda A, x: A @ x + 1j, NOT_YET, "it should be"),
    (COSTS_OF_SAMPLES, lambda Y_hat, Y: Y - Y_hat, NOT_YET, "the shape is"),
    (TURNED, lambda W1, W2, k: W1, NOT_YET, "2 things are to be returned"),
    (TURNED, lambda W1, W2, k: (W1, ...), NOTHING, ""),
    (STEPPED, steps_in_place, NOT_YET, "your function changes its argument weights"),
    (ONE_STEP, lambda w, slope, eta: [w - eta * slope], NOT_YET, "should be (), one number."),
    (ONE_STEP, lambda w, slope, eta: 1 / 0, FAILS, "ZeroDivisionError: division by zero"),
    (ONE_STEP, lambda w, slope, eta: sys.exit(), FAILS, "SystemExit"),
    (ONE_STEP, lambda w, slope, eta: undefined, FAILS, "NameError: name 'undefined'"),  # noqa: F821
    (ONE_STEP, lambda w, slope, eta: np.random.default_rng().random(), NOT_YET, "the second time"),
    (ONE_STEP, lambda w, slope, eta: w - math.pi * slope, NOT_YET, "for w ="),
    (EXCLUSIVE_OR, 5, NOT_YET, "four things are asked for"),
    (EXCLUSIVE_OR, (..., ..., ..., ...), NOTHING, ""),
    (MINI_BATCHES, lambda n, size, rng: 5, NOT_YET, "things are to be returned"),
    (MINI_BATCHES, lambda *given: list(MINI_BATCHES.solution(*given)), IS_RIGHT, "on 20 random"),
]


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_one_element_that_is_no_number_is_the_one_that_is_told(number):
    def answer(A, x):
        return np.where(np.arange(len(A)) == 1, number, A @ x)

    sentence = rf"1 of \d elements is wrong; the first is \[1\]: {number}, "
    assert re.search(sentence, told(check(TIMES_VECTOR, answer)))


def test_functions_among_the_arguments_are_not_shown_as_python_shows_them():
    words = told(check("2.3", lambda f, x, h: 0.0))
    assert "for x = " in words and "<" not in words


@pytest.mark.parametrize("exercise, answer, state, words", ANSWERS)
def test_an_answer_gets_its_state_and_its_words(exercise, answer, state, words):
    verdict = check(exercise, answer)
    assert verdict.state == state and words in told(verdict)


def test_the_students_own_line_is_shown_with_an_error():
    def one_step(w, slope, eta):
        return w - etta * slope  # noqa: F821

    assert "in line" in told(check(ONE_STEP, one_step))
    assert "return w - etta * slope" in told(check(ONE_STEP, one_step))


def test_what_an_answer_prints_is_not_shown_and_that_is_said(capsys):
    def one_step(w, slope, eta):
        print("here")
        return w - eta * slope

    verdict = check(ONE_STEP, one_step)
    assert verdict.right and "What it prints is not shown here." in told(verdict)
    assert capsys.readouterr().out == ""


def test_another_seed_makes_other_numbers():
    one, other = (told(check(ONE_STEP, lambda w, s, e: math.pi, seed)) for seed in (1, 2))
    assert one != other


def test_a_seed_that_is_none_is_told_in_words():
    for seed in ("mine", -1):
        verdict = check(ONE_STEP, ONE_STEP.solution, seed)
        assert verdict.state == FAILS and "seed: expected a whole number" in told(verdict)


def test_a_common_factor_of_a_single_number_is_told():
    cost = exercises.exercise.numbered("6.3").solution
    said = told(check("6.3", lambda *arguments: 3 * cost(*arguments)))
    assert "everything is 3 times" in said


def test_elements_that_differ_by_little_are_counted_and_shown_in_digits_that_differ():
    slopes = exercises.exercise.numbered("4.2").solution

    def almost(*arguments):
        dW2 = slopes(*arguments)
        dW2[0, 0] += 3e-7 * np.abs(dW2).max()
        return dW2

    said = told(check("4.2", almost))
    found, right = re.search(r"is \[0, 0\]: (\S+), it should be (\S+)\.", said).groups()
    assert " 0 of " not in said and found != right


def test_the_own_line_of_a_formula_that_fails_is_none_of_nnlibs():
    assert "in line" not in told(check("1.3", "C_ij = A_ij B_ij"))


def fails(error):
    def function(*arguments):
        raise error

    return function


def calls_itself(*arguments):
    return calls_itself(*arguments)


ODD = (
    *(None, True, 0, 2**100, math.nan, 1 + 2j, "", b"bytes", [], [[1], [2, 3]], {}, (), range(3)),
    *(object(), object, Hostile(), Hostile, int, print, np.exp, np, iter([1]), np.array(None)),
    *(np.zeros((3, 0)), np.ones(3, object), np.ma.masked_all(3), np.array(["a"]), calls_itself),
    *(fails(HostileError()), fails(SystemExit()), fails(MemoryError()), fails(GeneratorExit())),
    *(fails(StopIteration()), fails(KeyError("x")), fails(Warning("w"))),
)


def test_an_answer_is_run_once_a_case_and_once_more_and_the_cases_are_drawn_once():
    calls, drawn = [], []
    counted = replace(ONE_STEP, draw=lambda rng: (drawn.append(1), ONE_STEP.draw(rng))[1])

    def one_step(*arguments):
        calls.append(1)
        return ONE_STEP.solution(*arguments)

    for _ in range(3):
        assert check(counted, one_step).right
    assert len(drawn) <= 2 * ONE_STEP.draws and len(calls) == 3 * (ONE_STEP.draws + 1)


def test_a_slip_is_run_in_a_few_cases_and_in_the_rest_if_it_gives_what_was_found(monkeypatch):
    def tried(function, *given):
        runs.append(function)
        return exercises.running.tried(function, *given)

    fourth, runs = replace(exercises.exercise.numbered("4.3")), []
    drawn = cases(fourth)
    known = [wrong for _, _, wrong in drawn if wrong]
    assert len(known) < len(drawn) / 2 and all(w.keys() == fourth.singles.keys() for w in known)
    monkeypatch.setattr(exercises.judging, "tried", tried)
    (sentence,), slip = next(iter(fourth.singles.items()))
    assert sentence in told(check(fourth, slip))
    assert runs == [slip] * (len(drawn) - len(known))


def test_two_slips_that_give_other_numbers_in_the_first_case_are_not_run_in_the_rest(monkeypatch):
    def tried(function, *given):
        runs.append(function)
        return exercises.running.tried(function, *given)

    fourth, runs = replace(exercises.exercise.numbered("4.3")), []
    monkeypatch.setattr(exercises.judging, "tried", tried)
    assert not check(fourth, lambda *given: tuple(a + 1 for a in fourth.solution(*given))).right
    assert len(runs) == len(fourth.pairs) > 40


def test_a_line_for_formula_is_not_summed_number_by_number(monkeypatch):
    monkeypatch.delattr(nnlib.index_notation.Formula, "evaluate")
    for number in ("1.3", "1.4", "4.1"):
        exercise = exercises.exercise.numbered(number)
        assert check(exercise, written(exercise.written, exercise)).right


ASKED = [ONE_STEP, TIMES_VECTOR, AT_B, MINI_BATCHES, TURNED]


@pytest.mark.parametrize("exercise", ASKED, **by_name)
def test_no_odd_answer_makes_a_check_raise(exercise):
    for odd in ODD:
        once, twice = (lambda *given, odd=odd: odd), (lambda *given, odd=odd: [odd, odd])
        for answer in (odd, once, twice):
            verdict = check(exercise, answer)
            assert repr(verdict) and verdict._repr_html_() and not verdict.right


# Endless loops and the stop button


def endless(w, slope, eta):
    while True:
        pass


def endless_on_one_line(w, slope, eta):
    while True: w = w + 1  # fmt: skip  # noqa: E701


def endless_that_catches_exceptions(w, slope, eta):
    while True:
        try:
            w = w / 0
        except Exception:
            pass


ENDLESS = [
    (ONE_STEP, endless),
    (ONE_STEP, endless_on_one_line),
    (ONE_STEP, endless_that_catches_exceptions),
    (MINI_BATCHES, lambda n, size, rng: (x for x in itertools.count() if x < 0)),
]


@pytest.mark.parametrize("exercise, answer", ENDLESS)
def test_an_endless_loop_is_stopped_and_told(exercise, answer):
    if sys.gettrace():
        pytest.skip("a debugger or coverage is at work: then no steps are counted")
    verdict = check(exercise, answer)
    assert verdict.state == FAILS
    assert "it does not end; stopped after 1,000,000 steps" in told(verdict)


def test_an_endless_generator_is_stopped_and_told():
    verdict = check(MINI_BATCHES, lambda n, size, rng: (np.array([k]) for k in itertools.count()))
    assert verdict.state == FAILS and "it does not end; stopped after 10,000 items" in told(verdict)


def test_an_endless_loop_is_stopped_in_another_thread_too():
    verdicts = []
    thread = threading.Thread(target=lambda: verdicts.append(check(ONE_STEP, endless)))
    thread.start()
    thread.join(60)
    assert verdicts and "it does not end" in told(verdicts[0])


def test_nothing_is_traced_after_a_check():
    before = sys.gettrace()
    check(ONE_STEP, endless)
    check(ONE_STEP, ONE_STEP.solution)
    assert sys.gettrace() is before


def test_the_stop_button_ends_a_check():
    def presses_stop(w, slope, eta):
        signal.raise_signal(signal.SIGINT)
        time.sleep(60)

    with pytest.raises(KeyboardInterrupt):
        check(ONE_STEP, presses_stop)


# What a verdict looks like


def test_a_long_sentence_is_broken_between_words():
    lines = repr(Verdict(NOT_YET, ("a sentence of many words " * 10,))).splitlines()
    assert len(lines) > 1 and max(map(len, lines)) <= 96


@pytest.mark.parametrize("state", [NOTHING, NOT_YET, FAILS, IS_RIGHT])
def test_a_verdict_tells_its_state_by_a_word_and_a_sign_and_not_by_colour_alone(state):
    verdict = Verdict(state, ("why",))
    assert state in repr(verdict) and state in verdict._repr_html_()
    assert repr(verdict)[0] in "…✗!✓" and repr(verdict)[0] in Page(verdict._repr_html_()).text


def test_what_a_student_wrote_reaches_the_page_as_text_only():
    verdict = check(TIMES_VECTOR, lambda A, x: SCRIPT)
    page = Page(verdict._repr_html_())
    assert page.tags <= {"div", "b", "span", "br"} and "<script>" in page.text


def test_an_edit_that_does_not_stand_once_in_the_solution_is_refused():
    broken = replace(ONE_STEP, slips={"nonsense": "nowhere -> here"})
    words = 'expected "nowhere" once, got it 0 times; mend this slip'
    assert words in told(check(broken, ONE_STEP.solution))


@pytest.mark.parametrize("edit", ["eta * slope -> slope * eta", "eta * slope -> w @ slope"])
def test_a_slip_that_cannot_be_told_from_the_solution_or_only_fails_is_refused(edit):
    same = replace(ONE_STEP, slips={"nothing": edit})
    assert "one gives the same, or fails in all" in told(check(same, ONE_STEP.solution))


def test_an_exercise_of_the_lecturers_own_is_judged_like_ours():
    def double(x):
        return 2 * x

    mine = Exercise(
        "A.1 Twice", "Twice x.", lambda rng: (rng.normal(),), {"x alone": "2 * x -> x"}, (), double
    )
    assert mine.stub == "def double(x):\n    return ..."
    assert check(mine, double).right


def test_an_exercise_is_known_by_its_number():
    answer = FORWARD.solution
    assert check("2.1", answer).right and check(FORWARD, answer).right


def test_an_unknown_number_is_refused_in_words():
    with pytest.raises(ValueError, match=r"such as .2.1., got '12.9'; see its heading"):
        check("12.9", None)
    with pytest.raises(ValueError, match=r"such as .2.1., got \['2.1'\]"):
        check(["2.1"], None)


def test_the_slopes_of_ones_own_are_no_exercise_with_a_number():
    with pytest.raises(ValueError, match="got '4.0'"):
        check("4.0", None)


def test_so_far_tells_what_was_done_in_a_notebook():
    session.FOUND.clear()
    assert so_far(2).state == "nothing written yet"
    check("2.1", FORWARD.solution)
    check("2.2", ...)
    check("3.1", ...)
    assert repr(so_far(2)) == (
        "… nothing written yet: so far in notebook 2: nothing written yet: 2.2; right: 2.1."
    )
    check("2.2", COSTS_OF_SAMPLES.solution)
    for none in (99, "2", None):
        with pytest.raises(ValueError, match="notebook: expected a number from 0 to 11, got"):
            so_far(none)
    assert so_far(2).right and "right: 2.1, 2.2." in repr(so_far(2))
