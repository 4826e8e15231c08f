"""The contraction explorer without a browser: its model, its words, and every control swept."""

import base64

import ipywidgets
import numpy as np
import pytest
from hand import choose, control, controls, key, markup, page, place_of, touch, type_in, words
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib.widgets import contraction_explorer
from nnlib.widgets.contraction import MODES, OWN, Contraction, shortened

A = np.array([[1, 2, 3], [2, 4, 6]])
B = np.array([[7, 8, 1, 3], [5, 4, 2, 7], [3, 6, 9, 4]])
NAMES = [mode.name for mode in MODES]


def press_keys(board, *keys):
    for name in keys:
        key(board, name)


def sliders(board):
    """Those for the rows and columns of A and of B."""
    return list(controls(board, ipywidgets.IntSlider))


def sizes(board):
    return [slider.value for slider in sliders(board)]


def test_the_product_of_the_source():
    assert Contraction(A, B).result.tolist() == [[26, 34, 32, 29], [52, 68, 64, 58]]


def test_an_element_is_written_out_as_a_sum():
    product = Contraction(A, B)
    product.choose(0, 1)
    assert product.in_numbers == "C[0,1] = 1*8 + 2*4 + 3*6 = 34"
    assert product.in_letters == "C[0,1] = A[0,0]·B[0,1] + A[0,1]·B[1,1] + A[0,2]·B[2,1]"


def test_a_row_of_A_and_a_column_of_B_meet():
    product = Contraction(A, B)
    product.choose(1, 2)
    assert list(product.places) == [[(1, j), (j, 2)] for j in range(3)]


def test_a_transpose_is_one_number_and_no_sum():
    transpose = Contraction(A, B, "T_ij = A_ji")
    transpose.choose(2, 0)
    assert transpose.in_numbers == "T[2,0] = 3"
    assert transpose.in_letters == "T[2,0] = A[0,2]"


def test_the_outer_product_of_the_source():
    a, b = np.array([[1], [2], [5]]), np.array([[3], [4], [7]])
    outer = Contraction(a, b, "D_ij = A_i0 B_j0")
    assert outer.result.tolist() == [[3, 4, 7], [6, 8, 14], [15, 20, 35]]
    outer.choose(2, 1)
    assert outer.in_numbers == "D[2,1] = 5*4 = 20"


def test_the_trace_has_no_index_and_one_sum():
    square = Contraction(A[:, :2], B, "s = A_ii")
    assert square.element == ()
    assert square.in_numbers == "s = 1 + 4 = 5"


@pytest.mark.parametrize("mode", MODES)
@given(shapes=st.tuples(*[st.integers(1, 6)] * 4))
@settings(deadline=None, max_examples=30)
def test_the_formula_of_a_mode_and_its_line_of_numpy_agree(mode, shapes):
    contraction = Contraction(A, B, mode.formula)
    for (name, axis), length in zip([(n, a) for n in "AB" for a in (0, 1)], shapes, strict=True):
        contraction.resize(name, axis, length)
    line = f"lambda np, A, B: {mode.numpy}"
    if contraction.trouble:
        assert bool(contraction.clash)
    else:
        expected = eval(line)(np, **contraction.arrays)
        assert np.array_equal(contraction.result, expected)
        assert np.array_equal(mode.call(**contraction.arrays), expected)


@pytest.mark.parametrize(
    "text", ["ij,jk->ik", "C_i = A_ij A_ij", "ij->ji", "s = A_ij A_ij", "D_j = A_0j"]
)
def test_an_own_formula_shows_a_line_of_numpy_that_computes_it(text):
    contraction = Contraction(A, B, text)
    expected = eval(contraction.mode.numpy, {"np": np, **contraction.arrays})
    assert np.array_equal(contraction.result, expected)


def test_subscripts_of_einsum_are_read_as_a_formula():
    assert Contraction(A, B, "ij, jk -> ik").formula.text == "C_ik = A_ij B_jk"
    assert Contraction(A, B, "ij,ij->").formula.text == "C = A_ij B_ij"


def test_a_clash_is_told_in_numpys_own_words():
    product = Contraction(A, B, "C_ik = B_ij A_jk")
    with pytest.raises(ValueError) as error:
        np.dot(B, A)
    assert product.trouble == f"ValueError: {error.value}"
    assert product.result is None


def test_a_clash_points_at_the_two_axes():
    product = Contraction(A, B, "C_ik = B_ij A_jk")
    assert product.clash == ((0, 1, 4), (1, 0, 2))
    assert "j runs over 4 values as axis 1 of B but over 2 as axis 0 of A" in product.sentence


def test_a_stretched_axis_is_not_passed_over():
    product = Contraction(A[:1], B, "C_ij = A_ij B_ij")
    product.resize("A", 1, 4)
    assert (product.arrays["A"] * product.arrays["B"]).shape == (3, 4)  # NumPy says nothing
    assert product.trouble.startswith("No error: NumPy stretches")


def test_an_index_beyond_the_end_is_told_in_words():
    assert "IndexError: index 5 is out of bounds" in Contraction(A, B, "C_i = A_i5").trouble


def test_a_longer_matrix_keeps_its_numbers_and_comes_back():
    product = Contraction(A, B)
    product.resize("A", 0, 5)
    assert product.arrays["A"][:2].tolist() == A.tolist()
    assert product.result.shape == (5, 4)
    product.resize("A", 0, 2)
    assert product.arrays["A"].tolist() == A.tolist()


def test_the_chosen_element_stays_inside_when_the_result_shrinks():
    product = Contraction(A, B)
    product.choose(1, 3)
    product.resize("B", 1, 2)
    assert product.element == (1, 1)


def test_the_chosen_element_is_kept_through_a_clash():
    product = Contraction(A, B)
    product.choose(1, 3)
    product.resize("A", 1, 4)
    product.resize("A", 1, 3)
    assert product.element == (1, 3)


def test_an_index_that_stands_once_and_not_on_the_left_is_summed_over():
    contraction = Contraction(A, B, "ij->i")
    assert contraction.result.tolist() == A.sum(axis=1).tolist()


@pytest.mark.parametrize(
    "text, words",
    [
        ("C_ik", "="),
        ("C_ik = X_ij B_jk", "only A and B"),
        ("C_ik = f(A_ij) B_jk", "only A and B"),
        ("C_ik = (A·B)_ik", "only A and B"),
        ("C_ik = A_ij δ_jk", "only A and B"),
        ("C_i = A_i", "two indices"),
        ("C_ijk = A_ij B_jk", "more than two axes"),
        ("C_ij = 2 A_ij", "no number"),
        ("C_ij = -A_ij", "no number"),
        ("C_ij = A_ij + B_ij", "one product"),
        ("C = 1", "needs A or B"),
        ("ij,jk,kl->il", "3 arrays"),
        ("<b>", "="),
    ],
)
def test_a_formula_that_cannot_be_shown_is_refused_in_words(text, words):
    contraction = Contraction(A, B)
    with pytest.raises(ValueError, match=words):
        contraction.write(text)
    assert contraction.formula.text == "C_ik = A_ij B_jk"


@pytest.mark.parametrize(
    "array, words",
    [
        (
            np.ones(3),
            r"expected a matrix of 1 to 10 rows .*; write B.reshape\(-1, 1\) for a column",
        ),
        (np.ones((2, 2, 2)), "expected a matrix of 1 to 10 rows"),
        ([["a"]], "expected an array of real numbers"),
        (np.ones((11, 2)), "1 to 10 rows"),
        (np.ones((0, 2)), "1 to 10 rows"),
    ],
)
def test_a_matrix_that_cannot_be_shown_is_refused_in_words(array, words):
    with pytest.raises(ValueError, match=words):
        contraction_explorer(A, array)


def test_a_long_sum_is_shortened_in_its_middle():
    text = shortened("C[0,0] = " + " + ".join(["0.1234*0.5678"] * 10) + " = 0.7007", 86)
    assert len(text) <= 86
    assert text.endswith("… = 0.7007")


# The board


def test_arrow_keys_walk_over_the_result_and_stop_at_its_edge():
    board = contraction_explorer(A, B)
    press_keys(board, "ArrowRight", "ArrowDown", "ArrowDown", "ArrowRight")
    assert board.contraction.element == (1, 2)
    press_keys(board, "ArrowLeft", *["ArrowUp"] * 3)
    assert board.contraction.element == (0, 1)
    assert "C[0,1] = 1*8 + 2*4 + 3*6 = 34" in words(board)


def test_arrow_keys_walk_over_a_result_of_one_axis():
    board = contraction_explorer(A, B, "C_j = A_ij A_ij")
    press_keys(board, "ArrowRight", "ArrowDown", "ArrowRight")
    assert board.contraction.element == (2,)


@pytest.mark.parametrize("element", [(0, 0), (0, 3), (1, 2)])
def test_a_click_on_a_number_of_the_result_chooses_it(element):
    board = contraction_explorer(A, B)
    touch(board, *place_of(board, str((A @ B)[element])))
    assert board.contraction.element == element


def test_a_click_elsewhere_changes_nothing():
    board = contraction_explorer(A, B)
    press_keys(board, "ArrowRight")
    touch(board, 0.01, 0.99)
    assert board.contraction.element == (0, 1)


def test_a_mode_writes_its_formula_and_a_formula_finds_its_mode():
    board = contraction_explorer(A, B)
    choose(board, "what", "transpose A.T")
    assert control(board, "formula").value == "T_ij = A_ji"
    type_in(board, "formula", "C_ik = A_ij B_kj")
    assert control(board, "what").value == OWN
    type_in(board, "formula", "C_ik = A_ij B_jk")
    assert control(board, "what").value == NAMES[0]


def test_sliders_of_a_matrix_that_is_not_used_are_off():
    board = contraction_explorer(A, B, "T_ij = A_ji")
    assert [slider.disabled for slider in sliders(board)] == [False, False, True, True]


def test_a_formula_that_cannot_be_shown_is_answered_and_escaped():
    board = contraction_explorer(A, B)
    type_in(board, "formula", "C_ik = <b>")
    assert "cannot be shown" in words(board)
    assert "<b>" not in markup(board)


def test_the_picture_is_described_in_words():
    board = contraction_explorer(A, B)
    press_keys(board, "ArrowRight")
    (told,) = board.still_metadata().values()
    assert "= 34" in told["alt"]


PLAY = "Multiply the pairs one after the other, or stop and show all"


def written(board):
    return [label["text"] for label in page(board).labels]


def test_play_multiplies_the_pairs_one_after_the_other():
    board = contraction_explorer(A, B)
    press_keys(board, "ArrowRight")
    seen = []
    for control(board, PLAY).value in (1, 2, 3, 0):
        seen += [text for text in written(board) if text.startswith("C[0,1] = 1")]
    whole = "C[0,1] = 1*8 + 2*4 + 3*6 = 34"
    assert seen == ["C[0,1] = 1*8 + …", "C[0,1] = 1*8 + 2*4 + …", whole, whole]


def test_another_number_is_shown_whole_again():
    board = contraction_explorer(A, B)
    control(board, PLAY).value = 1
    press_keys(board, "ArrowDown")
    assert control(board, PLAY).value == 0 and control(board, PLAY).max == 3
    assert "C[1,0] = 2*7 + 4*5 + 6*3 = 52" in written(board)


def where(board, text):
    """Where a text stands that is written once."""
    (label,) = [label for label in page(board).labels if label["text"] == text]
    return label["x"], label["y"]


def test_a_row_of_A_and_a_column_of_B_meet_in_the_corner():
    board = contraction_explorer(A, B)
    titles = "A  (2,3)", "B  (3,4)", "C  (2,4)"
    (ax, ay), (bx, by), (cx, cy) = (where(board, title) for title in titles)
    assert ax < bx == cx and by < ay == cy


@pytest.mark.parametrize("formula", ["C_ij = A_ij A_ij", "D_ij = A_i0 B_j0", "C_ik = B_ij A_jk"])
def test_what_does_not_meet_so_stands_side_by_side(formula):
    board = contraction_explorer(A, B, formula)
    heights = {label["y"] for label in page(board).labels if label["text"][3:4] == "("}
    assert len(heights) == 1


def test_the_explorer_has_a_still_twin():
    png = base64.b64decode(contraction_explorer(A, B).still()["image/png"])
    assert png.startswith(b"\x89PNG")


@pytest.mark.parametrize("mode", [*NAMES, "ij,kj->ik", "s = A_ij B_ij", "C_j = A_ij A_ij"])
def test_every_size_and_every_number_can_be_shown(mode):
    board = contraction_explorer(A, B)
    if mode in NAMES:
        choose(board, "what", mode)
    else:
        type_in(board, "formula", mode)
    rng = np.random.default_rng(0)
    for lengths in [(1, 1, 1, 1), (6, 6, 6, 6), (6, 1, 1, 6), *rng.integers(1, 7, (2, 4)).tolist()]:
        for slider, length in zip(sliders(board), lengths, strict=True):
            slider.value = length
        press_keys(board, "ArrowRight", "ArrowDown")
        assert (board.contraction.trouble != "") == ("not defined" in words(board))


def test_the_largest_matrices_of_real_numbers_fit():
    rng = np.random.default_rng(0)
    board = contraction_explorer(rng.normal(size=(10, 10)), -rng.normal(size=(10, 10)))
    press_keys(board, *["ArrowRight"] * 9, *["ArrowDown"] * 9)
    assert board.contraction.element == (9, 9)


def test_closing_the_board_closes_its_picture():
    board = contraction_explorer(A, B)
    board.close()
    assert board.picture.comm is None
