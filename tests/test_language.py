"""One language in all notebooks and derivations, and each rule sees what it is there for."""

from pathlib import Path

import language
import nbformat
import pytest
from language import Text

from nnlib.derivations import DERIVATIONS

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"

# What keeps the language already, each on a line of its own: whoever rewrites one adds it here.
HELD = (
    "00",
    "01",
    "02",
    "03",
    "04",
    "05",
    "06",
    "07",
    "08",
    "09",
    "10",
    "11",
)


@pytest.mark.parametrize("number", HELD)
def test_a_notebook_speaks_the_one_language(number):
    (path,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    assert language.problems(language.texts_of(nbformat.read(path, as_version=4))) == []


@pytest.mark.parametrize("derivation", DERIVATIONS, ids=lambda derivation: derivation.title)
def test_a_derivation_speaks_the_one_language(derivation):
    assert language.problems(language.texts_of_derivation(derivation)) == []


def problems(kind, text, around=""):
    return " ".join(language.problems([Text(kind, text, f"{around} {text}")]))


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        ("formula", r"\Delta = 3", "the cost is C"),
        ("code", 'Formula("Δ = D_i0 D_i0")', "the cost is C"),
        ("formula", r"\delta W^{(1)}", "a letter of the source"),
        ("formula", r"\tilde{Y} = Y - \hat{Y}", "a letter of the source"),
        ("formula", r"\delta_{mi} \, a_{i}", "Kronecker"),
        ("formula", r"\delta _{i\mu }", "Kronecker"),
        ("code", 'Formula("s_m = δ_mi a_i")', "Kronecker"),
        ("formula", r"\delta_{a_1} = \delta_{z_3} \, w_5", "δ is ∂C/∂z"),
        ("formula", r"\delta_{\hat{y}}", "δ is ∂C/∂z"),
        ("code", "delta_y * w5", "δ is ∂C/∂z"),
        ("formula", r"(A.T)_{ij}", "for a transpose"),
        ("formula", r"A^T B", "for a transpose"),
        ("formula", r"A^{\top} B", "for a transpose"),
        ("formula", r"N(0, 1/\sqrt{n})", "N(0, σ = …)"),
        ("formula", r"\mathcal{N}(0, \sigma^2)", "N(0, σ = …)"),
        ("prose", "drawn from N(0, 1)", "N(0, σ = …)"),
        ("prose", "weights with σ = √(2/n)", "goes by its n_in"),
        ("formula", r"N(0, \sigma = 1/\sqrt{n})", "goes by its n_in"),
        ("formula", r"A' = 3", "a prime means a slope"),
        ("formula", r"W_{ij}' = 3", "a prime means a slope"),
        ("formula", r"\hat{Y}'", "a prime means a slope"),
        ("formula", r"W^{l} A^{(1)}", "stands in parentheses"),
        ("formula", r"W^1", "stands in parentheses"),
        ("formula", r"\delta^{l+1}", "stands in parentheses"),
        ("formula", r"W^{(0)}", "counted from 1"),
        ("formula", r"X W_1", "in a formula"),
        ("formula", r"X W1", "in a formula"),
        ("formula", r"W[0]", "in a formula"),
        ("formula", r"\sum_i a_i", "give a reason for Σ"),
        ("prose", "the penalty λ/2n Σ w²", "give a reason for Σ"),
        ("formula", r"S_{ij} = G_{ik} N_{kr} G_{jr}", "N is the normal distribution"),
        ("code", "Ŷ = X @ W1", "not every keyboard"),
        ("code", "f(δ=3)", "not every keyboard"),
        ("prose", "each line proven by running it", "reasons prove"),
        ("prose", "the accuracy on the evaluation set", "the validation set"),
    ],
)
def test_an_offence_is_seen(kind, text, problem):
    assert problem in problems(kind, text)


@pytest.mark.parametrize(
    ("kind", "text", "around"),
    [
        ("formula", r"\Delta", "| the source writes | we write |\n|---|---|\n"),
        ("formula", r"\delta_{mi} = I_{mi}", "Kronecker's delta"),
        ("formula", r"\delta^{(l)}_{ik} = \partial C / \partial Z^{(l)}_{ik}", ""),
        ("formula", r"\delta_k", ""),
        ("formula", r"W^{(2)\,\mathsf{T}} A^{\mathsf T}", ""),
        ("formula", r"N(2, \sigma = 4)", ""),
        ("formula", r"N(0, \sigma = 1/\sqrt{n_{in}})", ""),
        ("prose", "σ = √(2/n_in), and the mean of k runs has 1/√k of it", ""),
        ("formula", r"\delta_{z_1}, \delta_{k}, \delta^{(1)}_{ij}", ""),
        ("formula", r"N(\mu, \sigma^2)", "by the variance, as other books do,"),
        ("formula", r"f_2'(z) = \sigma'(z), f''(x) > 0", ""),
        ("formula", r"A^{(0)} = X, A_{01}, w_1, b_3, W_{ij}^2", ""),
        ("formula", r"\sum_j A_{ij}", "Σ is written: it is what is left out"),
        ("code", 'Formula("Ŷ_i0 = X_ij W1_jk W2_k0")', ""),
        ("prose", "`fit` calls the validation set `evaluation`", ""),
        ("prose", "ln Σ e^z", "(Σ is written: k stands inside the logarithm only.)"),
        ("code", 'print("Σ")', ""),
        ("prose", "None of it, Nobody (0, 1)", ""),
    ],
)
def test_what_is_right_is_no_offence(kind, text, around):
    assert problems(kind, text, around) == ""


def test_formulas_prose_and_code_of_a_notebook_are_told_apart():
    cells = [
        nbformat.v4.new_markdown_cell("Here $a_i$ and\n$$b_i$$ stand."),
        nbformat.v4.new_code_cell("a = 1"),
    ]
    found = list(language.texts_of(nbformat.v4.new_notebook(cells=cells)))
    assert [(text.kind, text.text.strip()) for text in found] == [
        ("formula", "a_i"),
        ("formula", "b_i"),
        ("prose", "Here   and\n  stand."),
        ("code", "a = 1"),
    ]
