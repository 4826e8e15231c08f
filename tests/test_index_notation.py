"""The index oracle: the source's own numbers, `@` and np.einsum, and errors in words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib.activations import CUBE, SQUARE, TANH
from nnlib.index_notation import Formula, latex_of

A = np.array([[1, 2, 3], [2, 4, 6]])
B = np.array([[7, 8, 1, 3], [5, 4, 2, 7], [3, 6, 9, 4]])
a = np.array([[1], [2], [5]])
b = np.array([[3], [4], [7]])
PRODUCT = Formula("C_ik = A_ij B_jk")

sizes = st.integers(1, 4)
seeds = st.integers(0, 2**32 - 1)


# The numbers of the source


def test_the_dot_product_of_125_and_347_is_46():
    assert Formula("s = a_i b_i").evaluate(a=[1, 2, 5], b=[3, 4, 7]) == 46


def test_without_a_sum_the_products_are_3_8_35():
    assert Formula("p_i = a_i b_i").evaluate(a=[1, 2, 5], b=[3, 4, 7]).tolist() == [3, 8, 35]


def test_an_element_of_a_matrix_is_picked_by_two_numbers():
    assert Formula("s = A_02").evaluate(A=A) == 3


def test_the_product_of_the_source_has_its_numbers():
    C = PRODUCT.evaluate(A=A, B=B)
    assert C.tolist() == [[26, 34, 32, 29], [52, 68, 64, 58]]


def test_integers_stay_integers():
    assert PRODUCT.evaluate(A=A, B=B).dtype.kind == "i"


def test_one_element_is_written_out_as_in_the_source():
    assert PRODUCT.written_out((0, 1), A=A, B=B) == "C[0,1] = 1*8 + 2*4 + 3*6 = 34"


def test_two_columns_make_the_matrix_of_the_source():
    D = Formula("D_ij = a_i0 b_j0").evaluate(a=a, b=b)
    assert D.tolist() == [[3, 4, 7], [6, 8, 14], [15, 20, 35]]


def test_the_second_column_may_be_transposed_to_bring_the_zeros_together():
    assert (Formula("D_ij = a_i0 (b.T)_0j").evaluate(a=a, b=b) == a @ b.T).all()


def test_the_transpose_of_the_outer_product_turns_the_order_round():
    D = a @ b.T
    assert (Formula("(D.T)_ji = D_ij").evaluate(D=D) == b @ a.T).all()


def test_the_cost_is_a_sum_over_samples_and_a_matrix_product():
    Y_tilde = np.array([[1.0], [-2.0], [0.5]])
    cost = Formula("Δ = (Ỹ.T)_0i Ỹ_i0").evaluate(Ỹ=Y_tilde)
    assert cost == (Y_tilde.T @ Y_tilde)[0, 0] == 5.25


def test_the_gradient_without_activation_has_the_shapes_of_the_source():
    rng = np.random.default_rng(0)
    X, W1, Ỹ = rng.normal(size=(10, 3)), rng.normal(size=(3, 4)), rng.normal(size=(10, 1))
    formula = Formula("δW2_m0 = 2 ((X·W1).T)_mi Ỹ_i0")
    found = formula.evaluate(X=X, W1=W1, Ỹ=Ỹ)
    assert found.shape == (4, 1)
    np.testing.assert_allclose(found, 2 * (X @ W1).T @ Ỹ, rtol=1e-12)


def test_the_slope_of_x_cubed_is_3_x_squared():
    found = Formula("s_i = f2'(C_i0)").evaluate(C=np.array([[2.0], [-1.0]]), f2=CUBE)
    assert found.tolist() == [12.0, 3.0]


def test_a_plain_function_may_be_passed():
    assert Formula("s_i = f(a_i)").evaluate(a=[1, 2], f=lambda x: x + 10).tolist() == [11, 12]


# What a formula says of itself


def test_free_indices_stand_on_the_left_and_bound_ones_do_not():
    assert (PRODUCT.free, PRODUCT.bound) == ("ik", "j")


def test_the_einsum_subscripts_are_those_a_student_writes():
    assert PRODUCT.einsum == "ij,jk->ik"


def test_greek_indices_get_latin_letters_for_einsum():
    formula = Formula("δW2_m0 = 2 Ỹ_i0 f2'(C_i0) δ_iμ B_μk δ_km")
    assert formula.bound == "iμk"
    assert formula.einsum == "i,i,ia,ak,km->m"


def test_the_repr_shows_formula_and_indices():
    assert repr(PRODUCT) == 'Formula("C_ik = A_ij B_jk")  free: i, k; summed: j'


def test_the_repr_says_none_where_nothing_is_summed():
    assert "summed: none" in repr(Formula("D_ij = a_i b_j"))


def test_names_with_digits_and_accents_are_read():
    formula = Formula("Ŷ_i0 = X_ij W1_jk W2_k0")
    assert formula.names == ("X", "W1", "W2")


def test_accents_typed_as_two_characters_are_the_same_name():
    formula = Formula("s_i = Y\u0303_i0")
    assert formula.evaluate(**{"Ỹ": np.ones((2, 1))}).tolist() == [1, 1]


def test_the_latex_has_the_superscripts_and_accents_of_the_blackboard():
    assert latex_of("δW1_mn") == r"\delta W^{(1)}_{mn}"
    assert latex_of("Ỹ_i0") == r"\tilde{Y}_{i0}"
    assert latex_of("f2'(C_μ0)") == r"f_2'(C_{\mu 0})"
    assert latex_of("∂Ŷ_i0/∂W2_m0") == r"\frac{\partial \hat{Y}_{i0}}{\partial W^{(2)}_{m0}}"
    assert latex_of("((X·W1).T)_mi") == r"((X \cdot W^{(1)})^{\mathsf{T}})_{mi}"
    assert Formula("s = 2 a_i b_i")._repr_latex_() == r"$s = 2 \, a_{i} \, b_{i}$"


def test_layers_stand_above_in_parentheses_and_functions_are_numbered_below():
    assert latex_of("Z2_ik = A1_ij W2_jk + b2_k") == (
        r"Z^{(2)}_{ik} = A^{(1)}_{ij} \, W^{(2)}_{jk} + b^{(2)}_{k}"
    )
    assert latex_of("delta2_ik f2'(Z2_ik)") == r"\delta^{(2)}_{ik} \, f_2'(Z^{(2)}_{ik})"


def test_Y_hat_is_one_name_as_code_spells_it():
    formula = Formula("Y_hat_i0 = X_ij ∂Y_hat_j0/∂w")
    assert formula.left.name == "Y_hat" and formula.names == ("X", "dY_hat_dw")
    assert formula.latex == r"\hat{Y}_{i0} = X_{ij} \, \frac{\partial \hat{Y}_{j0}}{\partial w}"
    assert Formula("s = Y_hat_i0").evaluate(Y_hat=[[1], [2]]) == 3


def test_the_layers_l_and_l_plus_1_have_names_too():
    assert latex_of("bnext_k") == "b^{(l+1)}_{k}"
    assert latex_of("deltanext_ik (Wnext.T)_kj f'(Zl_ij)") == (
        r"\delta^{(l+1)}_{ik} \, (W^{(l+1)\,\mathsf{T}})_{kj} \, f'(Z^{(l)}_{ij})"
    )


def test_a_single_number_of_the_2_2_1_net_is_numbered_below():
    assert latex_of("w1 x1 + b1") == r"w_1 \, x_1 + b_1"


def test_a_transpose_is_an_upright_T_above_also_beside_a_layer():
    assert latex_of("(A.T)_ji") == r"(A^{\mathsf{T}})_{ji}"
    assert latex_of("(W2.T)_0n") == r"(W^{(2)\,\mathsf{T}})_{0n}"
    assert latex_of("W2.T") == r"W^{(2)\,\mathsf{T}}"


@pytest.mark.parametrize("name", ["I", "δ"])
def test_kronecker_s_delta_is_read_under_both_names_and_written_I(name):
    formula = Formula(f"s_m = {name}_mi a_i")
    assert formula.evaluate(a=[1, 2, 3]).tolist() == [1, 2, 3]
    assert formula.names == ("a",)
    assert formula.latex == r"s_{m} = I_{mi} \, a_{i}"


def test_the_error_of_a_layer_is_no_identity():
    error = Formula("b_k = δ2_ik")
    assert error.names == ("δ2",)
    assert error.latex == r"b_{k} = \delta^{(2)}_{ik}"


def test_an_index_that_stands_once_and_not_on_the_left_is_summed_over():
    column_sums = Formula("b_k = D_ik")
    assert column_sums.bound == "i"
    assert column_sums.evaluate(D=A).tolist() == [3, 6, 9]
    assert column_sums.contract(D=A).tolist() == [3, 6, 9]
    assert column_sums.written_out((1,), D=A) == "b[1] = 2 + 4 = 6"


def test_a_sum_is_written_out_with_its_signs_and_brackets():
    formula = Formula("d_i = 2 a_i − b_i")
    assert formula.written_out((1,), a=[1, -2], b=[5, 7]) == "d[1] = 2*(-2) - 7 = -11"


def test_a_number_without_indices_is_written_out_without_brackets():
    assert Formula("s = η a_i a_i").written_out((), a=[1, 2], η=0.5) == (
        "s = 0.5*1*1 + 0.5*2*2 = 2.5"
    )


def test_the_ranges_of_the_indices_can_be_asked_for():
    assert PRODUCT.lengths(A=A, B=B) == {"i": 2, "j": 3, "k": 4}


def test_an_index_that_stands_in_deltas_only_takes_the_range_of_its_partner():
    formula = Formula("s_m = a_i δ_iμ δ_μl δ_lm")
    assert formula.lengths(a=[1, 2, 3]) == {"i": 3, "μ": 3, "l": 3, "m": 3}


def test_a_chain_of_deltas_may_be_written_from_either_end():
    formula = Formula("s_m = δ_ml δ_lμ δ_μi a_i")
    assert formula.evaluate(a=[1, 2, 3]).tolist() == [1, 2, 3]


def test_a_partial_derivative_on_the_left_lends_its_ranges():
    formula = Formula("∂a_mn/∂a_ij = δ_mi δ_nj")
    found = formula.evaluate(a=np.zeros((2, 3)))
    assert (found == np.einsum("mi,nj->mnij", np.eye(2), np.eye(3))).all()


# Against @ and np.einsum on generated shapes


@given(sizes, sizes, sizes, seeds)
@settings(deadline=None, derandomize=True)
def test_the_oracle_agrees_with_the_matrix_product(i, j, k, seed):
    rng = np.random.default_rng(seed)
    A, B = rng.normal(size=(i, j)), rng.normal(size=(j, k))
    found = PRODUCT.evaluate(A=A, B=B)
    np.testing.assert_allclose(found, A @ B, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found, np.einsum("ij,jk->ik", A, B), rtol=1e-12, atol=1e-12)


FORMULAS = (
    "C_ik = A_ij B_jk",
    "(C.T)_ki = (B.T)_kj (A.T)_ji",
    "s = A_ij A_ij",
    "d_i = 2 A_ij A_ij A_i0",
    "c_k = −0.5 A_0j B_jk + A_0i B_ik",
    "r_m0 = A_ij δ_iμ (A·B)_μk B_jk δ_mi",
    "E_nk = A_ij ((A·B).T)_ki δ_jn",
    "p_mj = f'(A_ij) δ_im − f(A_mj)",
    "q_k = A_ij δ_0ν δ_νi B_jk",
    "η_ik = w A_ij B_jk f(A_i0)",
    "b_k = A_ij B_jk A_l0",
    "s_m = A_ij I_im",
)


@pytest.mark.parametrize("text", FORMULAS)
@given(i=sizes, j=sizes, k=sizes, seed=seeds)
@settings(deadline=None, derandomize=True)
def test_loops_einsum_and_the_numpy_text_agree(text, i, j, k, seed):
    rng = np.random.default_rng(seed)
    formula = Formula(text)
    arrays = {"A": rng.normal(size=(i, j)), "B": rng.normal(size=(j, k)), "f": TANH, "w": 3.0}
    loops = formula.evaluate(**arrays)
    np.testing.assert_allclose(loops, formula.contract(**arrays), rtol=1e-12, atol=1e-12)
    typed = eval(formula.numpy, {"np": np, **arrays})
    assert np.shape(typed) == loops.shape
    np.testing.assert_allclose(loops, typed, rtol=1e-12, atol=1e-12)


@given(sizes, sizes, seeds)
@settings(deadline=None, derandomize=True)
def test_every_element_written_out_is_the_element(i, k, seed):
    rng = np.random.default_rng(seed)
    A, B = rng.integers(-9, 10, (i, 3)), rng.integers(-9, 10, (3, k))
    for element in np.ndindex(i, k):
        text = PRODUCT.written_out(element, A=A, B=B)
        _, products, result = text.split(" = ")
        assert eval(products) == int(result) == (A @ B)[element]


def test_the_arrays_passed_in_are_not_changed():
    left, right = A.copy(), B.copy()
    PRODUCT.evaluate(A=left, B=right)
    assert (left == A).all() and (right == B).all()


# Errors in words

WRONG_TEXTS = (
    ("C_ik", 'expected one "=", got "C_ik"'),
    ("C_ik = A_ij B_jl", "k stands on the left .* but is missing on the right"),
    ("C_ii = A_ij B_ji", "i stands twice on the left"),
    ("C_i1 = A_ij B_j1", "the left .* may hold letters and 0, not 1"),
    ("C_ik = A_ij +", "a term is empty"),
    ("C_ik = A_ij % B_jk", 'cannot read "% B_jk"'),
    ("2 = A_ij", "expected one array left"),
    ("f(C_i) = A_ij", "expected one array left"),
    ("C_i = A_ij I_j", "the identity I takes two indices"),
    ("C_i = A_ij δ_j", "the identity I takes two indices"),
    ("C_ik = (A_ij B_jk)", r'cannot read "\(A_ij B_jk\)"'),
)


@pytest.mark.parametrize(("text", "message"), WRONG_TEXTS)
def test_a_formula_that_cannot_be_right_is_refused_in_words(text, message):
    with pytest.raises(ValueError, match=message):
        Formula(text)


WRONG_ARRAYS = (
    (
        "C_ik = B_ij A_jk",
        {"A": A, "B": B},
        "j runs over 4 values as axis 1 of B but over 2 as axis 0 of A",
    ),
    (
        "C_ik = (A.T)_ij B_jk",
        {"A": A, "B": B},
        "j runs over 2 values as axis 1 of A.T but over 3 as axis 0 of B",
    ),
    ("C_ik = A_ij B_jk", {"A": A}, '"C_ik = A_ij B_jk" needs B, got A; pass B='),
    ("C_ik = A_ij B_jk", {}, "needs A, got none; pass A="),
    ("s = A_ijk A_ijk", {"A": A}, r"A_ijk has 3 indices, but A has 2 axes: its shape is \(2, 3\)"),
    ("s = v_i v_i", {"v": 3.0}, r"v_i has 1 index, but v has 0 axes"),
    ("s_i = A_i7", {"A": A}, "A_i7 asks for index 7 on axis 1 of A, which has length 3"),
    ("C_ik = δ_ik", {}, "nothing in .* says how far i runs"),
    (
        "s = A_ij A_kl δ_ij δ_kl",
        {"A": A},
        "I_ij sets i and j equal, but i runs over 2 values and j over 3",
    ),
    ("s_i = A_ij δ_j7", {"A": A}, "δ_j7 asks for index 7, but j runs over 3 values"),
    ("s = f(a)", {"a": 1.0, "f": 2.0}, "f: expected a function"),
    ("s_i = a_i", {"a": SQUARE}, "a: expected an array"),
    ("s_i = f'(a_i)", {"a": [1.0], "f": np.tanh}, r"f'\(a_i\) needs f with .value and .slope"),
    ("s_i = a_i", {"a": ["x", "y"]}, "a: expected an array of real numbers"),
)


@pytest.mark.parametrize(("text", "arrays", "message"), WRONG_ARRAYS)
def test_an_index_clash_names_index_axis_and_lengths(text, arrays, message):
    for compute in (Formula(text).evaluate, Formula(text).contract):
        with pytest.raises(ValueError, match=message):
            compute(**arrays)


def test_an_element_that_does_not_exist_is_refused_with_the_shape():
    with pytest.raises(ValueError, match=r"C: expected an element of .* \(2, 4\), got \(2, 0\);"):
        PRODUCT.written_out((2, 0), A=A, B=B)


def test_einsum_subscripts_of_a_sum_are_refused():
    with pytest.raises(ValueError, match="is a sum"):
        _ = Formula("s_i = a_i + b_i").einsum
