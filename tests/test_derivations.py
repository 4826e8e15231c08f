"""Every displayed line of every derivation is computed, and every slip in a line is seen."""

import json
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

from nnlib import QUADRATIC, Network
from nnlib import derivations as package
from nnlib._support.chapters import chapters
from nnlib.activations import CUBE, IDENTITY, RELU, SIGMOID, SQUARE, TANH
from nnlib.derivations import (
    BAR_EXACT,
    BAR_MEASURED,
    COST,
    DELTA_CROSS_ENTROPY,
    DELTA_HIDDEN,
    DELTA_LOG_LIKELIHOOD,
    DELTA_OUTPUT,
    DELTA_QUADRATIC,
    DERIVATIONS,
    DESCENT_STEP,
    ERROR_ONE_LAYER_BACK,
    GRADIENT_OF_THE_COST,
    GRADIENT_W1,
    GRADIENT_W1_WITHOUT_ACTIVATION,
    GRADIENT_W2,
    GRADIENT_W2_WITHOUT_ACTIVATION,
    JACOBIAN_OF_SOFTMAX,
    MATRIX_PRODUCT,
    NET_2_2_1,
    NINE_PARTIALS,
    OUTER_PRODUCT,
    SLOPES_OF_ANY_LAYER,
    WEIGHT_DECAY,
    WHOLE_CHAIN,
    Derivation,
    difference,
    index,
    marked,
)
from nnlib.index_notation import FACTOR

TITLES = [derivation.title for derivation in DERIVATIONS]
SMALL = {"samples": 3, "inputs": 2, "hidden": 3, "outputs": 4, "rows": 2, "inner": 3, "columns": 4}
OF_THE_SOURCE = {"samples": 10, "inputs": 3, "hidden": 4}

each_derivation = pytest.mark.parametrize("derivation", DERIVATIONS, ids=TITLES)
seeds = st.integers(0, 2**32 - 1)


# Every letter has one meaning


@each_derivation
def test_no_index_has_the_letter_of_a_layer_of_e_or_of_a_mean(derivation):
    formulas = [step.formula for step in derivation.steps if step.formula]
    assert not set("elμν") & {letter for f in formulas for letter in (*f.free, *f.bound)}


# Every line equals the one before


@each_derivation
@given(seed=seeds)
@settings(max_examples=20, deadline=None, derandomize=True)
def test_every_line_equals_the_one_before_in_every_size(derivation, seed):
    sample = derivation.sample(np.random.default_rng(seed))
    for line in derivation.lines(sample):
        assert line.holds, f"{line.verdict}: {line.right}"


@each_derivation
@given(seed=seeds)
@settings(max_examples=5, deadline=None, derandomize=True)
def test_check_returns_the_largest_difference(derivation, seed):
    lines = derivation.lines(derivation.sample(np.random.default_rng(seed)))
    largest = derivation.check(np.random.default_rng(seed))
    assert largest == max(line.difference for line in lines[1:]) <= BAR_MEASURED


@pytest.mark.parametrize("f1", (IDENTITY, SIGMOID, TANH, RELU, SQUARE), ids=str)
@pytest.mark.parametrize("f2", (IDENTITY, SIGMOID, TANH, CUBE), ids=str)
def test_the_derivations_hold_for_other_activations(f1, f2):
    for derivation in (d for d in DERIVATIONS if "f1" in d.functions):
        assert derivation.check(np.random.default_rng(1), f1=f1, f2=f2) < BAR_MEASURED


def test_exact_lines_agree_to_rounding():
    for derivation in DERIVATIONS:
        for line in derivation.lines(derivation.sample(np.random.default_rng(2))):
            assert line.bar == BAR_MEASURED or (line.difference or 0) < 1e-13


def test_every_gradient_begins_with_a_measured_line():
    about_slopes = [d for d in DERIVATIONS if r"\partial" in d.steps[0].latex]
    assert len(about_slopes) > 20
    for derivation in about_slopes:
        assert derivation.steps[0].bar == BAR_MEASURED


def test_every_displayed_line_is_counted(tell):
    rng = np.random.default_rng(0)
    lines = [line for d in DERIVATIONS for line in d.lines(d.sample(rng))]
    measured = sum(line.bar == BAR_MEASURED for line in lines)
    tell(
        f"{len(lines)} displayed lines of {len(DERIVATIONS)} derivations, each checked against "
        f"the line before ({measured} beside a measured derivative)"
    )
    assert len(lines) == sum(len(d.steps) for d in DERIVATIONS) > 150
    assert all(line.holds for line in lines)


# Every line broken once


def transposed(value):
    return value.T


def one_element_off(value):
    value = value.astype(float)
    value.flat[np.abs(value).argmax()] *= 1.001
    return value


MUTATIONS = {
    "a factor 2 too many": lambda value: 2 * value,
    "a factor 2 missing": lambda value: value / 2,
    "the wrong sign": lambda value: -value,
    "a transpose missing": transposed,
    "one element a thousandth off": one_element_off,
    "an addend too many": lambda value: value + 0.01,
}


def matters(mutate, value):
    """Whether the mutation changes the value: a symmetric matrix may well be transposed."""
    return difference(value, np.asarray(mutate(value))) > BAR_MEASURED


def with_step(derivation, k, step):
    return replace(derivation, steps=(*derivation.steps[:k], step, *derivation.steps[k + 1 :]))


def broken(derivation, k, mutate):
    """`derivation` with the code of line k followed by `mutate`."""
    step = derivation.steps[k]
    code = replace(
        step.code, function=lambda **arrays: mutate(np.asarray(step.code.function(**arrays)))
    )
    return with_step(derivation, k, replace(step, code=code))


def caught(derivation, k, sample):
    """Whether line k is reported; a wrong first line shows at the second."""
    return not derivation.lines(sample)[max(k, 1)].holds


@each_derivation
def test_every_line_broken_once_is_reported_at_that_line(derivation):
    sample = derivation.sample(np.random.default_rng(3), **SMALL)
    values = derivation.values(sample)
    for k, value in enumerate(values):
        for name, mutate in MUTATIONS.items():
            if matters(mutate, value):
                assert caught(broken(derivation, k, mutate), k, sample), f"line {k}: {name}"


def test_the_number_of_broken_lines_is_printed(tell):
    count = 0
    for derivation in DERIVATIONS:
        values = derivation.values(derivation.sample(np.random.default_rng(3), **SMALL))
        count += sum(matters(mutate, v) for v in values for mutate in MUTATIONS.values())
    lines = sum(len(d.steps) for d in DERIVATIONS)
    tell(f"{count} slips put into {lines} lines, each reported at its line")
    assert count > 3 * lines


def index_slips(text):
    """`text` with each factor left out, each transpose, prime, number and sign lost in turn."""
    left, right = re.split("[=←]", text)
    yield from (f"{left}={right[: m.start()]}{right[m.end() :]}" for m in FACTOR.finditer(right))
    yield from (f"{left}={right[: m.start()]}{right[m.end() :]}" for m in re.finditer("'", right))
    for m in re.finditer(r"\((\w+)\.T\)", right):
        yield f"{left}={right[: m.start()]}{m[1]}{right[m.end() :]}"
    if "−" in right:
        yield f"{left}={right.replace('−', '+')}"
    for one, other in (("W1", "W2"), ("W2", "W1"), ("delta2_", "Y_"), ("Y_hat_", "Y_")):
        if one in right:
            yield f"{left}={right.replace(one, other)}"


def survives(derivation, k, text, sample):
    """Whether line k rewritten as `text` is neither refused nor seen to differ."""
    try:
        return not caught(with_step(derivation, k, index(text, "")), k, sample)
    except (ValueError, KeyError):  # refused in words, or a derivative nobody defined
        return False


def leaves_out_a_one(text, slip):
    """Whether the slip only loses a 1, so that nothing is wrong.

    The slope by a bias is one; so is the identity I_0g where g runs over the only output.
    """
    right, slipped = (re.split("[=←]", side)[1] for side in (text, slip))
    return any(re.search(one, right) and not re.search(one, slipped) for one in ("/∂b", "[Iδ]_0g"))


@each_derivation
def test_every_slip_in_an_index_line_is_refused_or_seen(derivation):
    sample = derivation.sample(np.random.default_rng(4), **SMALL)
    for k, step in enumerate(derivation.steps):
        if step.formula and step.left != step.latex:
            for text in index_slips(step.formula.text):
                if leaves_out_a_one(step.formula.text, text):
                    continue
                assert not survives(derivation, k, text, sample), text


def matrix_slips(text):
    """`text` with one transpose, factor 2, sign or slope lost, or Y for Y_hat - Y, in turn."""
    for lost, instead in (
        (".T", ""),
        ("2 * ", ""),
        ("-", ""),
        (".slope", ".value"),
        ("Y_hat - Y", "Y"),
        ("Y_hat - Y", "Y_hat"),
        (" * ", " @ "),
        ("delta1", "-delta1"),
        ("delta2", "-delta2"),
        ("A1", "Z1"),
        ("W1", "W2"),
        (" - ", " + "),
    ):
        for found in re.finditer(r"(?<!len\()" + re.escape(lost), text):
            yield text[: found.start()] + instead + text[found.end() :]


@each_derivation
def test_every_slip_in_a_matrix_line_is_refused_or_seen(derivation):
    sample = derivation.sample(np.random.default_rng(5), **SMALL)
    values = derivation.values(sample)
    for k, step in enumerate(derivation.steps):
        for text in matrix_slips(step.code.text) if not step.formula else ():
            try:
                slipped = np.asarray(eval(text, namespace(derivation, sample)))
            except (ValueError, TypeError, NameError, SyntaxError, AttributeError):
                continue
            assert difference(values[k], slipped) > BAR_MEASURED, text


@pytest.mark.parametrize(
    ("derivation", "k", "text"),
    (
        (GRADIENT_W2, 0, "∂C/∂W2_m0 = − ∂C/∂W2_m0"),
        (GRADIENT_W2, 2, "∂C/∂W2_m0 = 2 delta2_i0 A1_ik I_km"),
        (GRADIENT_W2, 3, "∂C/∂W2_m0 = delta2_i0 Z1_im"),
        (GRADIENT_W2, 4, "∂C/∂W2_m0 = (A1.T)_mi Y_i0"),
        (DELTA_HIDDEN, 2, "∂C/∂Z1_in = delta2_t0 I_tr I_ks W2_k0 f1(Z1_rs) I_ri I_sn"),
        (DELTA_HIDDEN, 3, "∂C/∂Z1_in = delta2_i0 W2_n0"),
        (GRADIENT_W1, 3, "∂C/∂W1_mn = X_im delta2_i0 W2_n0"),
        (WHOLE_CHAIN, 6, "∂C/∂W1_mn = ∂C/∂Y_hat_i0 f2(Z2_i0) W2_n0 f1'(Z1_in) X_im"),
        (WHOLE_CHAIN, 7, "∂C/∂W1_mn = delta2_i0 f1'(Z1_in) f1'(Z1_in) W2_n0 X_im"),
        (DESCENT_STEP, 1, "W1_mn ← W1_mn + η ∂C/∂W1_mn"),
        (OUTER_PRODUCT, 1, "D_ij = a_j0 (b.T)_0i"),
    ),
)
def test_the_usual_slips_are_seen_at_their_line(derivation, k, text):
    sizes = SMALL | {"rows": 3, "columns": 3}
    sample = derivation.sample(np.random.default_rng(6), **sizes)
    assert caught(with_step(derivation, k, index(text, "a slip")), k, sample)


def test_the_gradient_of_one_matrix_is_not_taken_for_that_of_the_other():
    swapped = with_step(GRADIENT_W2, 5, GRADIENT_W1.steps[4])
    lines = swapped.lines(swapped.sample(np.random.default_rng(0), **SMALL))
    assert lines[5].difference == np.inf and "≠" in lines[5].verdict


# What is displayed is what is computed


def namespace(derivation, sample):
    """Every name a line of NumPy may use, the measured derivatives among them."""
    names = {name for step in derivation.steps for name in step.code.names} | set(sample)
    return {"np": np} | {name: derivation.array(name, sample) for name in names}


@each_derivation
def test_the_numpy_text_is_the_function_that_proves_the_line(derivation):
    sample = derivation.sample(np.random.default_rng(7), **SMALL)
    names = namespace(derivation, sample)
    for step, value in zip(derivation.steps, derivation.values(sample), strict=True):
        typed = np.asarray(eval(step.code.text, names))
        assert typed.shape == value.shape, step.code.text
        np.testing.assert_allclose(typed, value, rtol=1e-12, atol=1e-15)


@each_derivation
def test_the_text_of_every_definition_is_its_function(derivation):
    sample = derivation.sample(np.random.default_rng(8))
    for name, code in derivation.definitions.items():
        np.testing.assert_array_equal(eval(code.text, {"np": np, **sample}), sample[name])


@each_derivation
def test_every_index_line_is_the_same_by_explicit_loops(derivation):
    sizes = SMALL | {"samples": 2, "hidden": 2} if derivation is WHOLE_CHAIN else SMALL
    sample = derivation.sample(np.random.default_rng(9), **sizes)
    for step, value in zip(derivation.steps, derivation.values(sample), strict=True):
        if step.formula and len(step.formula.bound) < 8:
            arrays = {name: derivation.array(name, sample) for name in step.code.names}
            loops = step.formula.evaluate(**arrays)
            np.testing.assert_allclose(loops, value, rtol=1e-10, atol=1e-12)


@each_derivation
def test_every_block_of_shapes_hooks_onto_the_next(derivation):
    sample = derivation.sample(np.random.default_rng(10), **SMALL)
    for line in derivation.lines(sample):
        if ")(" in line.shapes:
            before, after = line.shapes.split(" → ")
            pairs = [tuple(map(int, pair)) for pair in re.findall(r"\((\d+),(\d+)\)", before)]
            assert all(a[1] == b[0] for a, b in zip(pairs, pairs[1:], strict=False))
            assert after == f"({pairs[0][0]},{pairs[-1][1]})"


# The facts of the sources


def last_line(derivation, **sizes):
    lines = derivation.lines(derivation.sample(np.random.default_rng(0), **sizes))
    return [line for line in lines if "→" in line.shapes][-1]


@pytest.mark.parametrize(
    ("derivation", "shapes"),
    (
        (GRADIENT_W2_WITHOUT_ACTIVATION, "(4,10)(10,1) → (4,1)"),
        (GRADIENT_W1_WITHOUT_ACTIVATION, "(3,10)(10,1)(1,4) → (3,4)"),
        (GRADIENT_W2, "(4,10)(10,1) → (4,1)"),
        (DELTA_HIDDEN, "(10,1)(1,4) → (10,4)"),
        (GRADIENT_W1, "(3,10)(10,4) → (3,4)"),
        (WHOLE_CHAIN, "(3,10)(10,1)(1,4) → (3,4)"),
        (COST, "(1,10)(10,1) → (1,1)"),
    ),
)
def test_the_shapes_are_those_of_the_source(derivation, shapes):
    assert last_line(derivation, **OF_THE_SOURCE).shapes == shapes


def source_gradients(X, Y, W1, W2, f1, f2):
    """The ways downhill as the source writes them, in its letters."""
    A = X @ W1
    B = f1.value(A)
    C = B @ W2
    off = Y - f2.value(C)
    δW2 = 2 * B.T @ (off * f2.slope(C))
    δW1 = 2 * X.T @ (((off * f2.slope(C)) @ W2.T) * f1.slope(A))
    return δW1, δW2


def test_the_slopes_are_minus_the_ways_downhill_of_the_source():
    sample = GRADIENT_W1.sample(np.random.default_rng(0), **OF_THE_SOURCE)
    ways = source_gradients(*(sample[name] for name in ("X", "Y", "W1", "W2", "f1", "f2")))
    for derivation, way in zip((GRADIENT_W1, GRADIENT_W2), ways, strict=True):
        np.testing.assert_allclose(derivation.values(sample)[-1], -way, rtol=1e-12)


def test_the_error_of_a_layer_is_all_that_its_slopes_and_the_layer_before_need():
    assert DELTA_OUTPUT.steps[-1].code.text == "2 * (Y_hat - Y) * f2.slope(Z2)"
    assert GRADIENT_W2.steps[-1].code.text == "A1.T @ delta2"
    assert DELTA_HIDDEN.steps[-1].code.text == "delta2 @ W2.T * f1.slope(Z1)"
    assert GRADIENT_W1.steps[-1].code.text == "X.T @ delta1"


def test_the_worked_example_has_the_square_and_the_cube():
    assert GRADIENT_W1.functions == {"f1": SQUARE, "f2": CUBE}


def test_the_nine_partial_derivatives_are_the_nine_knobs():
    assert [d.title.split("∂")[-1] for d in NINE_PARTIALS] == ("w1 w2 b1 w3 w4 b2 w5 w6 b3".split())


PUBLISHED_COSTS = (
    9.0,
    2.8224,
    1.5966218817110012,
    0.9683273794294401,
    0.5760699863534953,
    0.32719131652443106,
    0.1740732075208342,
    0.08569554755596182,
    0.03892831196020326,
    0.016430631253940065,
)


def test_the_nine_partial_derivatives_give_the_published_run():
    knobs = {f"w{k}": np.array(1.0) for k in range(1, 7)} | {
        f"b{k}": np.array(0.0) for k in (1, 2, 3)
    }
    sample_of = {"x1": np.array(1.0), "x2": np.array(1.0), "y": np.array(1.0)}
    costs = []
    for _ in PUBLISHED_COSTS:
        sample = NINE_PARTIALS[0].computed(sample_of | knobs)
        costs.append(float(sample["C"]))
        slopes = {d.title.split("∂")[-1]: d.steps[-1].code(sample.get) for d in NINE_PARTIALS}
        knobs = {name: value - 0.1 * slopes[name] for name, value in knobs.items()}
    np.testing.assert_allclose(costs, PUBLISHED_COSTS, rtol=1e-12)
    np.testing.assert_allclose(knobs["w1"], 0.18065149, atol=1e-8)
    np.testing.assert_allclose(knobs["w5"], -0.28422197, atol=1e-8)
    np.testing.assert_allclose(knobs["b3"], 0.6588107791504076, rtol=1e-12)


def test_in_the_2_2_1_net_the_error_goes_back_through_the_weights_of_the_output():
    assert list(NET_2_2_1) == ["a1", "a2", "y_hat", "C", "delta_z3", "delta_z1", "delta_z2"]
    assert NET_2_2_1["delta_z1"].text == "delta_z3 * w5"
    assert NET_2_2_1["delta_z2"].text == "delta_z3 * w6"


def test_softmax_by_its_formula_is_softmax_as_nnlib_computes_it():
    sample = JACOBIAN_OF_SOFTMAX.sample(np.random.default_rng(0))
    np.testing.assert_allclose(sample["a"], sample["f"].value(sample["z"]), rtol=1e-12)


def test_both_modern_costs_end_at_the_same_output_error():
    assert DELTA_CROSS_ENTROPY.steps[-1].code.text == "a - y"
    assert DELTA_LOG_LIKELIHOOD.steps[-1].code.text == "a - y"
    assert DELTA_QUADRATIC.steps[-1].code.text == "(a - y) * σ.slope(z)"


def test_the_error_of_a_net_of_any_depth_goes_back_by_the_last_line():
    rng = np.random.default_rng(0)
    net = Network([5, 4, 3, 4, 2], activations=TANH, cost=QUADRATIC, rng=rng)
    X, Y = rng.normal(size=(7, 5)), rng.normal(size=(7, 2))
    Z, A = net.forward(X)
    back, slopes = (d.steps[-1].code for d in (ERROR_ONE_LAYER_BACK, SLOPES_OF_ANY_LAYER))
    delta = QUADRATIC.error(Z[-1], A[-1], Y, TANH) / 7
    dW, _ = net.backward(Z, A, Y)
    for l in (3, 2, 1):
        arrays = {"deltanext": delta, "Wnext": net.W[l], "Zl": Z[l - 1], "Al": A[l], "f": TANH}
        np.testing.assert_allclose(slopes(arrays.get), dW[l], rtol=1e-10)
        delta = back(arrays.get)
    np.testing.assert_allclose(X.T @ delta, dW[0], rtol=1e-10)


# LaTeX and text

COMMANDS = set(
    r"""\changed \frac \dfrac \partial \delta \Delta \eta \lambda \mu \nu \sigma \hat \tilde \cdot
    \sum \left \right \leftarrow \mathrm \mathsf \ln \quad \,""".split()
)


def latex_of_everything():
    for derivation in DERIVATIONS:
        for k, step in enumerate(derivation.steps):
            yield from derivation.sides(k)
            yield from re.findall(r"\$(.+?)\$", step.reason)


def test_the_latex_has_balanced_braces_and_known_commands_only():
    for latex in latex_of_everything():
        depth = 0
        for sign in re.sub(r"\\[{}]", "", latex):
            depth += (sign == "{") - (sign == "}")
            assert depth >= 0, latex
        assert depth == 0, latex
        assert set(re.findall(r"\\(?:[A-Za-z]+|.)", latex)) <= COMMANDS, latex
        assert latex.count(r"\left ") == latex.count(r"\right "), latex
        assert latex.isascii() or set(re.sub(r"[ -~]", "", latex)) <= set("Σ"), latex


def test_the_latex_of_every_line_and_reason_parses():
    parser = MathTextParser("path")
    for latex in latex_of_everything():
        if latex:
            parser.parse(f"${marked(latex, begin='{')}$")


def test_the_marks_can_be_drawn_in_any_way_or_left_out():
    step = GRADIENT_W2.steps[3]
    assert r"\changed{A^{(1)}_{im}}" in step.latex
    assert r"\underline{\color{#0072B2} A^{(1)}_{im}}" in marked(step.latex)
    assert r"\boxed{A^{(1)}_{im}}" in marked(step.latex, begin=r"\boxed{")
    assert r"\, {A^{(1)}_{im}}" in marked(step.latex, begin="{")


def test_every_line_but_the_first_marks_what_changed():
    unmarked = [
        (d.title, k)
        for d in DERIVATIONS
        for k, step in enumerate(d.steps)
        if k and r"\changed{" not in step.latex
    ]
    # A bias stands alone: its slope 1 leaves nothing new to mark.
    assert {title.split("∂")[-1] for title, _ in unmarked} <= {"b1", "b2", "b3"}


@each_derivation
def test_every_reason_is_a_sentence(derivation):
    for step in derivation.steps:
        assert step.reason[0].isupper() or step.reason[0] == "$", step.reason
        assert step.reason.endswith(".") and "`" not in step.reason, step.reason


def test_a_verdict_reads_as_on_the_blackboard():
    lines = MATRIX_PRODUCT.lines(
        MATRIX_PRODUCT.sample(np.random.default_rng(0), rows=2, inner=3, columns=4)
    )
    assert lines[0].verdict == "the first line, on A (2,3), B (3,4)"
    assert re.fullmatch(
        r"left = right, largest difference (0|\de-\d+), on A \(2,3\), B \(3,4\)", lines[1].verdict
    )


def test_a_measured_line_says_how_good_it_is():
    lines = GRADIENT_W2.lines(GRADIENT_W2.sample(np.random.default_rng(0)))
    assert "one side measured, good to 1e-06" in lines[1].verdict
    assert "measured" not in lines[4].verdict


def test_single_numbers_are_shown_with_their_value():
    derivation = NINE_PARTIALS[0]
    line = derivation.lines(derivation.sample(np.random.default_rng(0)))[1]
    assert re.search(r"on x1 = -?\d\.\d+, x2 = ", line.verdict)
    assert line.shapes == "a single number"


def test_the_left_side_is_shown_once():
    lines = GRADIENT_W2.lines(GRADIENT_W2.sample(np.random.default_rng(0)))
    assert [bool(line.left) for line in lines] == [True, False, False, False, False, True]
    assert lines[1].right.startswith("= ")


def test_a_descent_step_is_an_arrow():
    assert r"\leftarrow" in WEIGHT_DECAY.steps[0].sign
    assert WEIGHT_DECAY._repr_markdown_().count(r"\leftarrow") == 2


@each_derivation
def test_the_static_block_shows_every_line_and_reason(derivation):
    text = derivation._repr_markdown_()
    assert text == derivation._repr_markdown_()
    assert text.startswith(f"**{derivation.title}**")
    rows = text.split("|---|:---|:---|:---|\n")[1].splitlines()
    assert len(rows) == len(derivation.steps)
    for k, (row, step) in enumerate(zip(rows, derivation.steps, strict=True)):
        assert row.count("|") == 5 and step.reason in row
        assert all(marked(side) in row for side in derivation.sides(k))


@pytest.mark.parametrize(
    "derivation",
    (WHOLE_CHAIN, GRADIENT_W1_WITHOUT_ACTIVATION, GRADIENT_W2_WITHOUT_ACTIVATION),
    ids=lambda derivation: derivation.title,
)
def test_a_derivation_that_notebook_4_folds_away_is_the_one_of_the_package(derivation):
    path = Path(__file__).resolve().parents[1] / "notebooks" / "04_gradients_by_hand.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert any(derivation._repr_markdown_() in "".join(cell["source"]) for cell in cells)


def test_every_derivation_of_the_package_is_among_DERIVATIONS():
    files = (import_module(f"{package.__name__}.{m.name}") for m in iter_modules(package.__path__))
    found = [thing for file in files for thing in vars(file).values()]
    found = {id(thing) for thing in found if isinstance(thing, Derivation)}
    assert len(found) > 25 and found <= set(map(id, DERIVATIONS))


def test_each_chapter_of_the_lines_is_a_derivation():
    titles = set(chapters(Path(package.__file__).with_name("lines.md")))
    assert len(titles) > 25 and titles <= set(TITLES)


# Drawing examples


@given(seed=seeds)
@settings(deadline=None, derandomize=True)
def test_the_same_seed_draws_the_same_example(seed):
    one, other = (GRADIENT_W1.sample(np.random.default_rng(seed)) for _ in range(2))
    assert all(np.array_equal(one[name], other[name]) for name in ("X", "Y", "W1", "W2", "C"))


def test_sizes_can_be_chosen():
    sample = GRADIENT_W1.sample(np.random.default_rng(0), **OF_THE_SOURCE)
    assert [sample[name].shape for name in ("X", "W1", "W2", "Y_hat")] == [
        (10, 3),
        (3, 4),
        (4, 1),
        (10, 1),
    ]


@pytest.mark.parametrize(
    ("choice", "message"),
    (
        ({"sample": 3}, "expected a choice among samples, .*, got sample"),
        ({"samples": 0}, "samples: expected a whole number of at least 1, got 0"),
        ({"samples": "ten"}, "samples: expected a whole number"),
        ({"f1": np.tanh}, "f1: expected an Activation, got .*; write f1=TANH"),
    ),
)
def test_a_wrong_choice_is_refused_in_words(choice, message):
    with pytest.raises((ValueError, TypeError), match=message):
        GRADIENT_W1.sample(np.random.default_rng(0), **choice)


def test_the_repr_is_short():
    assert repr(GRADIENT_OF_THE_COST) == (
        'Derivation "The gradient of the cost, down to the answers", 3 lines; '
        ".check(rng) tests them"
    )


def test_lines_of_different_shapes_differ_without_end():
    assert difference(np.ones((2, 1)), np.ones((1, 2))) == np.inf
    assert difference(np.array([np.nan]), np.array([np.nan])) == np.inf
    assert difference(np.array(2.0), np.array([[2.0]])) == 0


def test_the_bars_are_as_stated():
    assert (BAR_EXACT, BAR_MEASURED) == (1e-9, 1e-6)
