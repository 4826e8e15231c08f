"""The toy net: its letters, forward, the cost, the gradients without activation, the step."""

import numpy as np

from nnlib.activations import CUBE, SQUARE
from nnlib.derivations.derivation import Derivation
from nnlib.derivations.steps import Symbol, index, matrix, numpy_line, positive, start

X = Symbol("X", ("samples", "inputs"), "the inputs, one sample a row")
Y = Symbol("Y", ("samples", 1), "the targets")
W1 = Symbol("W1", ("inputs", "hidden"), "the weights into the hidden layer")
W2 = Symbol("W2", ("hidden", 1), "the weights into the output")
RATE = Symbol("η", (), "the learning rate", positive)
TOY_NET = (X, Y, W1, W2)

WITHOUT_ACTIVATION = {
    "Ŷ": numpy_line("X @ W1 @ W2", lambda X, W1, W2: X @ W1 @ W2),
    "Ỹ": numpy_line("Y - Ŷ", lambda Y, Ŷ: Y - Ŷ),
    "Δ": numpy_line("np.sum(Ỹ**2)", lambda Ỹ: np.sum(Ỹ**2)),
}
WITH_ACTIVATION = {
    "A": numpy_line("X @ W1", lambda X, W1: X @ W1),
    "B": numpy_line("f1.value(A)", lambda f1, A: f1.value(A)),
    "C": numpy_line("B @ W2", lambda B, W2: B @ W2),
    "Ŷ": numpy_line("f2.value(C)", lambda f2, C: f2.value(C)),
    "Ỹ": numpy_line("Y - Ŷ", lambda Y, Ŷ: Y - Ŷ),
    "Δ": numpy_line("np.sum(Ỹ**2)", lambda Ỹ: np.sum(Ỹ**2)),
}
SQUARE_AND_CUBE = {"f1": SQUARE, "f2": CUBE}  # f1(x) = x², f2(x) = x³


# ---------------------------------------------------------------- forward and the cost

FORWARD_WITHOUT_ACTIVATION = Derivation(
    "Forward, without activation",
    (X, W1, W2),
    {},
    (
        index(
            "Ŷ_i0 = X_ij W1_jk W2_k0", "Each sample `i` through the net; `j` and `k` are summed."
        ),
        index("Ŷ_i0 = [(X·W1)_ik] W2_k0", "The sum over `j` is a matrix product."),
        matrix(
            "Ŷ",
            r"[X \cdot W^{(1)} \cdot W^{(2)}]",
            "X @ W1 @ W2",
            lambda X, W1, W2: X @ W1 @ W2,
            "The sum over `k` is another; each matrix hooks onto the one before.",
            "X W1 W2",
        ),
    ),
)

FORWARD_WITH_ACTIVATION = Derivation(
    "Forward, with activation",
    (X, W1, W2),
    {name: WITH_ACTIVATION[name] for name in "ABC"},
    (
        matrix(
            "Ŷ_i0",
            r"f_2(f_1(X_{ij} \, W^{(1)}_{jk}) \, W^{(2)}_{k0})",
            'f2.value(np.einsum("ik,km->im", f1.value(np.einsum("ij,jk->ik", X, W1)), W2))',
            lambda X, W1, W2, f1, f2: f2.value(
                np.einsum("ik,km->im", f1.value(np.einsum("ij,jk->ik", X, W1)), W2)
            ),
            "Each function acts on every element by itself, after the sum inside its brackets.",
        ),
        matrix(
            "Ŷ_i0",
            r"f_2(f_1([A_{ik}]) \, W^{(2)}_{k0})",
            'f2.value(np.einsum("ik,km->im", f1.value(A), W2))',
            lambda A, W2, f1, f2: f2.value(np.einsum("ik,km->im", f1.value(A), W2)),
            "Name what stands innermost: `A = X·W1`.",
        ),
        matrix(
            "Ŷ_i0",
            r"f_2([B_{ik}] \, W^{(2)}_{k0})",
            'f2.value(np.einsum("ik,km->im", B, W2))',
            lambda B, W2, f2: f2.value(np.einsum("ik,km->im", B, W2)),
            "Name the next: `B = f1(A)`.",
        ),
        index(
            "Ŷ_i0 = f2([C_i0])", "And the last: `C = B·W2`. Now each name hides one matrix only."
        ),
        matrix(
            "Ŷ",
            r"[f_2(f_1(X \cdot W^{(1)}) \cdot W^{(2)})]",
            "f2.value(f1.value(X @ W1) @ W2)",
            lambda X, W1, W2, f1, f2: f2.value(f1.value(X @ W1) @ W2),
            "The same for all samples at once.",
            "X W1 W2",
        ),
    ),
    SQUARE_AND_CUBE,
)

COST = Derivation(
    "The cost as a product of matrices",
    (Y, Symbol("Ŷ", ("samples", 1), "the predictions")),
    {"Ỹ": numpy_line("Y - Ŷ", lambda Y, Ŷ: Y - Ŷ)},
    (
        matrix(
            "Δ",
            r"\sum_i (Y_{i0} - \hat{Y}_{i0})^2",
            "sum((Y[i, 0] - Ŷ[i, 0])**2 for i in range(len(Y)))",
            lambda Y, Ŷ: sum((Y[i, 0] - Ŷ[i, 0]) ** 2 for i in range(len(Y))),
            "How far each prediction is off, squared, summed over the samples.",
        ),
        matrix(
            "Δ",
            r"\sum_i [\tilde{Y}_{i0}^2]",
            "sum(Ỹ[i, 0]**2 for i in range(len(Ỹ)))",
            lambda Ỹ: sum(Ỹ[i, 0] ** 2 for i in range(len(Ỹ))),
            "A name for the difference: `Ỹ = Y − Ŷ`.",
        ),
        index(
            "Δ = [(Ỹ.T)_0i Ỹ_i0]", "A square is a product of two; `(Ỹ.T)_0i` is the same as `Ỹ_i0`."
        ),
        matrix(
            "Δ",
            r"[(\tilde{Y}.T) \cdot \tilde{Y}]",
            "Ỹ.T @ Ỹ",
            lambda Ỹ: Ỹ.T @ Ỹ,
            "The two `i` stand next to each other: a matrix product, of shape (1,1).",
            "Ỹ.T Ỹ",
        ),
    ),
)

GRADIENT_OF_THE_COST = Derivation(
    "The gradient of the cost, down to the predictions",
    TOY_NET,
    WITH_ACTIVATION,
    (
        start("∂Δ/∂W1_mn", "Turn one weight and watch the cost."),
        index(
            "∂Δ/∂W1_mn = [2 Ỹ_i0 ∂Ỹ_i0/∂W1_mn]",
            "The chain rule: $\\tilde{Y}^2$ has the slope $2 \\tilde{Y}$.",
        ),
        matrix(
            "∂Δ/∂W1_mn",
            r"[- 2 \sum_i (Y_{i0} - \hat{Y}_{i0})]"
            r" \, \frac{\partial [\hat{Y}_{i0}]}{\partial W^{(1)}_{mn}}",
            '-2 * np.einsum("i,imn->mn", (Y - Ŷ)[:, 0], dŶ_dW1[:, 0])',
            lambda Y, Ŷ, dŶ_dW1: -2 * np.einsum("i,imn->mn", (Y - Ŷ)[:, 0], dŶ_dW1[:, 0]),
            "`Ỹ = Y − Ŷ`, and the targets `Y` do not depend on the weights: a minus comes out.",
        ),
        index(
            "∂Δ/∂W1_mn = −2 [Ỹ_i0] ∂Ŷ_i0/∂W1_mn",
            "Short again: `Ỹ` put back; `i` is repeated, so the sign $\\sum$ goes.",
        ),
    ),
    SQUARE_AND_CUBE,
)


# ---------------------------------------------------------------- gradients without activation

GRADIENT_W2_WITHOUT_ACTIVATION = Derivation(
    "The gradient by W2, without activation",
    TOY_NET,
    WITHOUT_ACTIVATION
    | {"δW2": numpy_line("2 * (X @ W1).T @ Ỹ", lambda X, W1, Ỹ: 2 * (X @ W1).T @ Ỹ)},
    (
        start("∂Δ/∂W2_m0", "Turn one weight of the output layer and watch the cost."),
        index(
            "∂Δ/∂W2_m0 = [−2 Ỹ_i0 ∂Ŷ_i0/∂W2_m0]", "The chain rule, and `Ỹ = Y − Ŷ` brings a minus."
        ),
        index(
            "∂Δ/∂W2_m0 = −2 Ỹ_i0 [X_ij W1_jk δ_km]",
            "`Ŷ_i0 = X_ij W1_jk W2_k0`, and `∂W2_k0/∂W2_m0 = δ_km`.",
        ),
        index("∂Δ/∂W2_m0 = −2 Ỹ_i0 X_ij [W1_jm]", "`δ_km` picks `k = m`."),
        index("∂Δ/∂W2_m0 = −2 Ỹ_i0 [(X·W1)_im]", "The sum over `j` is a matrix product."),
        index(
            "∂Δ/∂W2_m0 = −2 [((X·W1).T)_mi] Ỹ_i0",
            "Move the free index `m` to the front: `A_im = (A.T)_mi` for any matrix.",
        ),
        matrix(
            "∂Δ/∂W2",
            r"-2 \, [((X \cdot W^{(1)}).T) \cdot \tilde{Y}]",
            "-2 * (X @ W1).T @ Ỹ",
            lambda X, W1, Ỹ: -2 * (X @ W1).T @ Ỹ,
            "`i` hooks onto `i`: the matrix product. The shape is that of `W2`, as it must be.",
            "(X·W1).T Ỹ",
        ),
        matrix(
            "∂Δ/∂W2",
            r"[-\delta W^{(2)}], \quad \delta W^{(2)} = 2 \, ((X \cdot W^{(1)}).T) \cdot \tilde{Y}",
            "-δW2",
            lambda δW2: -δW2,
            "A name for the way downhill: `δW = −∂Δ/∂W`.",
        ),
    ),
)

GRADIENT_W1_WITHOUT_ACTIVATION = Derivation(
    "The gradient by W1, without activation",
    TOY_NET,
    WITHOUT_ACTIVATION
    | {"δW1": numpy_line("2 * X.T @ Ỹ @ W2.T", lambda X, Ỹ, W2: 2 * X.T @ Ỹ @ W2.T)},
    (
        start("∂Δ/∂W1_mn", "Turn one weight of the hidden layer and watch the cost."),
        index(
            "∂Δ/∂W1_mn = [−2 Ỹ_i0 ∂Ŷ_i0/∂W1_mn]", "The chain rule, and `Ỹ = Y − Ŷ` brings a minus."
        ),
        index(
            "∂Δ/∂W1_mn = −2 Ỹ_i0 [X_ij δ_jm δ_kn W2_k0]",
            "`Ŷ_i0 = X_ij W1_jk W2_k0`, and `∂W1_jk/∂W1_mn = δ_jm δ_kn`.",
        ),
        index("∂Δ/∂W1_mn = −2 Ỹ_i0 [X_im W2_n0]", "`δ_jm` picks `j = m`, `δ_kn` picks `k = n`."),
        index(
            "∂Δ/∂W1_mn = −2 [(X.T)_mi] Ỹ_i0 [(W2.T)_0n]",
            "The free indices `m` to the front and `n` to the end; in between all hooks on.",
        ),
        matrix(
            "∂Δ/∂W1",
            r"-2 \, [(X.T) \cdot \tilde{Y} \cdot (W^{(2)}.T)]",
            "-2 * X.T @ Ỹ @ W2.T",
            lambda X, Ỹ, W2: -2 * X.T @ Ỹ @ W2.T,
            "The matrix product, twice. The shape is that of `W1`, as it must be.",
            "X.T Ỹ W2.T",
        ),
        matrix(
            "∂Δ/∂W1",
            r"[-\delta W^{(1)}],"
            r" \quad \delta W^{(1)} = 2 \, (X.T) \cdot \tilde{Y} \cdot (W^{(2)}.T)",
            "-δW1",
            lambda δW1: -δW1,
            "A name for the way downhill: `δW = −∂Δ/∂W`.",
        ),
    ),
)


# ---------------------------------------------------------------- the descent step

DESCENT_STEP = Derivation(
    "The descent step",
    (*TOY_NET, RATE),
    WITHOUT_ACTIVATION | {"δW1": GRADIENT_W1_WITHOUT_ACTIVATION.definitions["δW1"]},
    (
        matrix(
            "W1 ←",
            r"W^{(1)} + \eta \, \delta W^{(1)}",
            "W1 + η * δW1",
            lambda W1, η, δW1: W1 + η * δW1,
            "A step downhill, as long as the learning rate `η` says (others write `μ`).",
        ),
        matrix(
            "W1 ←",
            r"W^{(1)} - [\eta \, \frac{\partial \Delta}{\partial W^{(1)}}]",
            "W1 - η * dΔ_dW1",
            lambda W1, η, dΔ_dW1: W1 - η * dΔ_dW1,
            "`δW = −∂Δ/∂W`: where the slope is positive, go back; where it is negative, go on.",
        ),
        index("W1_mn ← W1_mn − [η ∂Δ/∂W1_mn]", "By components: every weight by its own slope."),
        index("W1_mn ← W1_mn + [η δW1_mn]", "With the gradient computed, not measured."),
    ),
)
