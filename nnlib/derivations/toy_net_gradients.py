"""The gradients of the toy net with activation: the small derivations, then the whole."""

from nnlib.derivations.derivation import Derivation
from nnlib.derivations.steps import index, matrix, numpy_line, start
from nnlib.derivations.toy_net import SQUARE_AND_CUBE, TOY_NET, WITH_ACTIVATION


def with_activation(title, *steps, **definitions):
    """A derivation about the toy net with f1 and f2."""
    return Derivation(title, TOY_NET, WITH_ACTIVATION | definitions, steps, SQUARE_AND_CUBE)


PARTIAL_F2_BY_C0 = with_activation(
    "∂f2/∂C, one column",
    start("∂f2(C_i0)/∂C_μ0", "Turn the output neuron's input for sample `μ`, watch sample `i`."),
    index(
        "∂f2(C_i0)/∂C_μ0 = [f2'(C_i0) δ_iμ]",
        "The function acts on each element by itself: only `i = μ` moves, by the slope there.",
    ),
)

PARTIAL_C_BY_W2 = with_activation(
    "∂C/∂W2",
    start("∂C_μ0/∂W2_m0", "Turn a weight of the output layer, watch the output neuron's input."),
    index(
        "∂C_μ0/∂W2_m0 = [B_μk ∂W2_k0/∂W2_m0]", "`C_μ0 = B_μk W2_k0`, and `B` knows nothing of `W2`."
    ),
    index("∂C_μ0/∂W2_m0 = B_μk [δ_km]", "A matrix by its own elements: a delta for each index."),
)

GRADIENT_W2 = with_activation(
    "The gradient by W2, with activation",
    index("δW2_m0 = −∂Δ/∂W2_m0", "`δW` is short for the way downhill: minus the slope."),
    index(
        "δW2_m0 = [2 Ỹ_i0 ∂Ŷ_i0/∂W2_m0]",
        "The chain rule; with the minus of `Ỹ = Y − Ŷ` two signs cancel.",
    ),
    index(
        "δW2_m0 = 2 Ỹ_i0 [∂f2(C_i0)/∂C_μ0 ∂C_μ0/∂W2_m0]",
        "`Ŷ = f2(C)`: the chain rule again, now through `C`. `μ` is a new index, summed over.",
    ),
    index(
        "δW2_m0 = 2 Ỹ_i0 [f2'(C_i0) δ_iμ B_μk δ_km]",
        "Both partial derivatives put in: `∂f2/∂C` and `∂C/∂W2`.",
    ),
    index("δW2_m0 = 2 Ỹ_i0 f2'(C_i0) [B_im]", "`δ_iμ` picks `μ = i`, `δ_km` picks `k = m`."),
    index(
        "δW2_m0 = 2 [(B.T)_mi] Ỹ_i0 f2'(C_i0)",
        "Move the free index to the front: `B_im = (B.T)_mi`.",
    ),
    matrix(
        "δW2",
        r"2 \, (B.T) \cdot [(\tilde{Y} * f_2'(C))]",
        "2 * B.T @ (Ỹ * f2.slope(C))",
        lambda B, Ỹ, f2, C: 2 * B.T @ (Ỹ * f2.slope(C)),
        "`Ỹ` and `f2'(C)` share both indices: multiplied element by element (*), then the product.",
        "B.T Ỹ",
    ),
)

PARTIAL_F2_BY_C = with_activation(
    "∂f2/∂C",
    start("∂f2(C_i0)/∂C_μν", "As before, with an index `ν` for the column, the only one there is."),
    index(
        "∂f2(C_i0)/∂C_μν = [f2'(C_i0) δ_iμ δ_0ν]",
        "Only the element that is turned moves: `i = μ` and `0 = ν`.",
    ),
)

PARTIAL_C_BY_B = with_activation(
    "∂C/∂B",
    start("∂C_μν/∂B_ls", "Turn one hidden neuron's output for one sample, watch `C`."),
    index(
        "∂C_μν/∂B_ls = [∂B_μk/∂B_ls W2_kν]", "`C_μν = B_μk W2_kν`, and `W2` does not depend on `B`."
    ),
    index("∂C_μν/∂B_ls = [δ_μl δ_ks] W2_kν", "A matrix by its own elements: a delta each."),
)

PARTIAL_B_BY_A = with_activation(
    "∂B/∂A",
    start("∂B_ls/∂A_re", "Turn one hidden neuron's input for one sample, watch `B`."),
    index("∂B_ls/∂A_re = [f1'(A_ls) δ_lr δ_se]", "`f1` acts on each element by itself."),
)

PARTIAL_A_BY_W1 = with_activation(
    "∂A/∂W1",
    start("∂A_re/∂W1_mn", "Turn one weight of the hidden layer, watch A."),
    index(
        "∂A_re/∂W1_mn = [X_rj ∂W1_je/∂W1_mn]",
        "`A_re = X_rj W1_je`, and `X` does not depend on `W1`.",
    ),
    index("∂A_re/∂W1_mn = X_rj [δ_jm δ_en]", "A matrix by its own elements: a delta each."),
)

PARTIAL_B_BY_W1 = with_activation(
    "∂B/∂W1",
    start("∂B_ls/∂W1_mn", "Turn one weight of the hidden layer, watch `B`."),
    index(
        "∂B_ls/∂W1_mn = [∂B_ls/∂A_re ∂A_re/∂W1_mn]", "`B = f1(A)`: the chain rule, now through `A`."
    ),
    index(
        "∂B_ls/∂W1_mn = [f1'(A_ls) δ_lr δ_se δ_jm δ_en X_rj]",
        "Both partial derivatives put in: `∂B/∂A` and `∂A/∂W1`.",
    ),
    index(
        "∂B_ls/∂W1_mn = f1'(A_ls) δ_lr [δ_sn X_rm]",
        "`δ_jm` picks `j = m`; `δ_se` and `δ_en` together say `s = n`.",
    ),
)

GRADIENT_W1 = with_activation(
    "The gradient by W1, with activation",
    index("δW1_mn = −∂Δ/∂W1_mn", "`δW` is short for the way downhill: minus the slope."),
    index(
        "δW1_mn = [2 Ỹ_i0 ∂Ŷ_i0/∂W1_mn]",
        "The chain rule; with the minus of `Ỹ = Y − Ŷ` two signs cancel.",
    ),
    index(
        "δW1_mn = 2 Ỹ_i0 [∂f2(C_i0)/∂C_μν ∂C_μν/∂B_ls ∂B_ls/∂W1_mn]",
        "The chain rule through `C` and `B`, each with two indices of its own, summed over.",
    ),
    index(
        "δW1_mn = 2 Ỹ_i0 [f2'(C_i0) δ_iμ δ_0ν δ_μl δ_ks W2_kν f1'(A_ls) δ_sn δ_lr X_rm]",
        "The three partial derivatives put in: `∂f2/∂C`, `∂C/∂B`, `∂B/∂W1`.",
    ),
    index(
        "δW1_mn = 2 Ỹ_i0 f2'(C_i0) [W2_n0 f1'(A_in) X_im]",
        "The deltas folded: `ν = 0`; `μ`, `l` and `r` are all `i`; `k` and `s` are both `n`.",
    ),
    index(
        "δW1_mn = 2 [(X.T)_mi] Ỹ_i0 f2'(C_i0) [(W2.T)_0n] f1'(A_in)",
        "The free indices to their places: `m` to the front, `n` to the end.",
    ),
    matrix(
        "δW1",
        r"2 \, (X.T) \cdot [\left( ((\tilde{Y} * f_2'(C)) \cdot (W^{(2)}.T)) * f_1'(A) \right)]",
        "2 * X.T @ (((Ỹ * f2.slope(C)) @ W2.T) * f1.slope(A))",
        lambda X, Ỹ, f2, C, W2, f1, A: 2 * X.T @ (((Ỹ * f2.slope(C)) @ W2.T) * f1.slope(A)),
        "Shared indices multiply element by element (*), hooked ones by the matrix product (·).",
        "X.T Ỹ W2.T",
    ),
)

FOLDING_THE_DELTAS = with_activation(
    "Folding the deltas, one at a time",
    index(
        "δW1_mn = 2 Ỹ_i0 f2'(C_i0) δ_iμ δ_0ν δ_μl δ_ks W2_kν f1'(A_ls) δ_sn δ_lr X_rm",
        "A delta is 1 where its indices agree, else 0: in a sum it replaces one by the other.",
    ),
    index(
        "δW1_mn = 2 Ỹ_i0 f2'(C_i0) δ_iμ δ_μl δ_ks [W2_k0] f1'(A_ls) δ_sn δ_lr X_rm",
        "`δ_0ν` picks `ν = 0`: `δ_0ν W2_kν = W2_k0`.",
    ),
    index(
        "δW1_mn = 2 Ỹ_i0 f2'(C_i0) [δ_il] δ_ks W2_k0 f1'(A_ls) δ_sn δ_lr X_rm",
        "`μ` is summed over and stands in two deltas: `δ_iμ δ_μl = δ_il`.",
    ),
    index(
        "δW1_mn = 2 Ỹ_i0 f2'(C_i0) δ_il [δ_ir δ_kn] W2_k0 f1'(A_ls) δ_sn X_rm",
        "Where `l = i`, `δ_lr` is `δ_ir`; where `s = n`, `δ_ks` is `δ_kn`."
        " `m` and `n` are free: let them be.",
    ),
    index(
        "δW1_mn = 2 Ỹ_i0 f2'(C_i0) [X_im] δ_il δ_kn W2_k0 f1'(A_ls) δ_sn", "`δ_ir` picks `r = i`."
    ),
    index(
        "δW1_mn = 2 Ỹ_i0 f2'(C_i0) X_im δ_kn W2_k0 [f1'(A_in)]", "`δ_il`: `l = i`. `δ_sn`: `s = n`."
    ),
    index("δW1_mn = 2 Ỹ_i0 f2'(C_i0) X_im [W2_n0] f1'(A_in)", "`δ_kn` picks `k = n`."),
)

WITH_AUXILIARY_MATRICES = with_activation(
    "The same with two auxiliary matrices",
    index(
        "δW1_mn = 2 (X.T)_mi Ỹ_i0 f2'(C_i0) (W2.T)_0n f1'(A_in)",
        "The gradient by `W1` in components, its free indices in their places.",
    ),
    index(
        "δW1_mn = 2 (X.T)_mi [D_i0] (W2.T)_0n f1'(A_in)",
        "A name for what carries `i` and 0: $D = \\tilde{Y} * f_2'(C)$, element by element.",
    ),
    index("δW1_mn = 2 (X.T)_mi [F_in] f1'(A_in)", "`F = D·W2.T`, over an inner axis of length 1."),
    matrix(
        "δW1",
        r"2 \, (X.T) \cdot [(F * f_1'(A))]",
        "2 * X.T @ (F * f1.slope(A))",
        lambda X, F, f1, A: 2 * X.T @ (F * f1.slope(A)),
        "`F` and `f1'(A)` share both indices; the sum over `i` is the matrix product.",
        "X.T F",
    ),
    matrix(
        "δW1",
        r"2 \, (X.T) \cdot (([D \cdot (W^{(2)}.T)]) * f_1'(A))",
        "2 * X.T @ ((D @ W2.T) * f1.slope(A))",
        lambda X, D, W2, f1, A: 2 * X.T @ ((D @ W2.T) * f1.slope(A)),
        "`F` put back.",
        "X.T D W2.T",
    ),
    matrix(
        "δW1",
        r"2 \, (X.T) \cdot ((([\tilde{Y} * f_2'(C)]) \cdot (W^{(2)}.T)) * f_1'(A))",
        "2 * X.T @ (((Ỹ * f2.slope(C)) @ W2.T) * f1.slope(A))",
        lambda X, Ỹ, f2, C, W2, f1, A: 2 * X.T @ (((Ỹ * f2.slope(C)) @ W2.T) * f1.slope(A)),
        "`D` put back: the formula of the derivation.",
        "X.T Ỹ W2.T",
    ),
    D=numpy_line("Ỹ * f2.slope(C)", lambda Ỹ, f2, C: Ỹ * f2.slope(C)),
    F=numpy_line("D @ W2.T", lambda D, W2: D @ W2.T),
)
