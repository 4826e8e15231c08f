"""The slopes of the toy net with activation: the errors of the two layers, then all weights."""

from nnlib.derivations.derivation import Derivation
from nnlib.derivations.steps import index, matrix, product, start
from nnlib.derivations.toy_net import OFF, SQUARE_AND_CUBE, TOY_NET, WITH_ACTIVATION


def with_activation(title, *steps):
    """A derivation about the toy net with f1 and f2."""
    return Derivation(title, TOY_NET, WITH_ACTIVATION, steps, SQUARE_AND_CUBE)


# ---------------------------------------------------------------- layer by layer, from the output

DELTA_OUTPUT = with_activation(
    "The error of the output",
    start("∂C/∂Z2_i0", "Turn the output's weighted input for sample `i`, and watch the cost."),
    index(
        "∂C/∂Z2_i0 = [∂C/∂Y_hat_l0 ∂f2(Z2_l0)/∂Z2_i0]",
        "The chain rule: `Y_hat = f2(Z2)`. The new index `l` is summed over.",
    ),
    matrix(
        "∂C/∂Z2_i0",
        r"[2 \, (\hat{Y}_{l0} - Y_{l0}) \, f_2'(Z^{(2)}_{l0}) \, I_{li}]",
        '2 * np.einsum("lo,lo,li->io", Y_hat - Y, f2.slope(Z2), np.eye(len(Z2)))',
        "A square has the slope twice its base; `f2` acts on each element by itself.",
    ),
    matrix(
        "∂C/∂Z2_i0",
        rf"2 \, ([{OFF}]) \, f_2'([Z^{{(2)}}_{{i0}}])",
        "2 * (Y_hat - Y) * f2.slope(Z2)",
        "`I_li` picks `l = i`: sample `i` answers for itself alone.",
    ),
    matrix(
        "delta2",
        r"[2 \, (\hat{Y} - Y) * f_2'(Z^{(2)})]",
        "2 * (Y_hat - Y) * f2.slope(Z2)",
        "All samples at once. Both indices are shared: element by element (*). It gets a name.",
    ),
)

GRADIENT_W2 = with_activation(
    "The slopes in W2",
    start("∂C/∂W2_m0", "Turn one weight into the output and watch the cost."),
    index("∂C/∂W2_m0 = [∂C/∂Z2_i0 ∂Z2_i0/∂W2_m0]", "The chain rule: `W2` acts through `Z2` alone."),
    index(
        "∂C/∂W2_m0 = [delta2_i0 A1_ik I_km]",
        "`delta2` is that first factor; `Z2_i0 = A1_ik W2_k0`, and `∂W2_k0/∂W2_m0 = I_km`.",
    ),
    index("∂C/∂W2_m0 = delta2_i0 [A1_im]", "`I_km` picks `k = m`."),
    index("∂C/∂W2_m0 = [(A1.T)_mi] delta2_i0", "The free index to the front: `A1_im = (A1.T)_mi`."),
    product("∂C/∂W2 = [A1.T·delta2]", "`i` hooks onto `i`: a matrix product over the samples."),
)

DELTA_HIDDEN = with_activation(
    "The error of the hidden layer",
    start("∂C/∂Z1_in", "Turn hidden neuron `n`'s weighted input for sample `i`, watch the cost."),
    index(
        "∂C/∂Z1_in = [∂C/∂Z2_l0 ∂Z2_l0/∂A1_rs ∂A1_rs/∂Z1_in]",
        "The chain rule, two links: `Z1` acts through `A1`, and that through `Z2`.",
    ),
    index(
        "∂C/∂Z1_in = [delta2_l0 I_lr I_ks W2_k0 f1'(Z1_rs) I_ri I_sn]",
        "`delta2` is known; `Z2_l0 = A1_lk W2_k0`; `f1` acts on each element by itself.",
    ),
    index(
        "∂C/∂Z1_in = [delta2_i0 W2_n0 f1'(Z1_in)]",
        "`l` and `r` are both `i`, `k` and `s` are both `n`: all identities are folded.",
    ),
    matrix(
        "delta1",
        r"[(\delta^{(2)} \cdot W^{(2)}.T) * f_1'(Z^{(1)})]",
        "delta2 @ W2.T * f1.slope(Z1)",
        "`W2_n0 = (W2.T)_0n` hooks on (·); `f1'` shares both indices (*). It gets a name.",
        "delta2 W2.T",
    ),
)

GRADIENT_W1 = with_activation(
    "The slopes in W1",
    start("∂C/∂W1_mn", "Turn one weight into the hidden layer and watch the cost."),
    index("∂C/∂W1_mn = [∂C/∂Z1_ie ∂Z1_ie/∂W1_mn]", "The chain rule: `W1` acts through `Z1` alone."),
    index(
        "∂C/∂W1_mn = [delta1_ie X_ij I_jm I_en]",
        "`delta1` is that first factor; `Z1_ie = X_ij W1_je`: an identity for each index.",
    ),
    index("∂C/∂W1_mn = [X_im delta1_in]", "`I_jm` picks `j = m`, `I_en` picks `e = n`."),
    product(
        "∂C/∂W1 = [X.T·delta1]",
        "`X_im = (X.T)_mi`, the free index to the front, and `i` hooks onto `i`.",
    ),
)


# ---------------------------------------------------------------- for the patient, without deltas

PARTIAL_F2_BY_Z2 = with_activation(
    "∂f2/∂Z2",
    start("∂f2(Z2_i0)/∂Z2_μν", "Turn the output's weighted input for one sample, watch another."),
    index(
        "∂f2(Z2_i0)/∂Z2_μν = [f2'(Z2_i0) I_iμ I_0ν]",
        "The function acts on each element by itself: only `i = μ` and `0 = ν` moves.",
    ),
)

PARTIAL_Z2_BY_W2 = with_activation(
    "∂Z2/∂W2",
    start("∂Z2_μ0/∂W2_m0", "Turn a weight into the output, watch its weighted input."),
    index(
        "∂Z2_μ0/∂W2_m0 = [A1_μk ∂W2_k0/∂W2_m0]",
        "`Z2_μ0 = A1_μk W2_k0`, and `A1` knows nothing of `W2`.",
    ),
    index("∂Z2_μ0/∂W2_m0 = A1_μk [I_km]", "A matrix by its own elements: an identity."),
)

PARTIAL_Z2_BY_A1 = with_activation(
    "∂Z2/∂A1",
    start("∂Z2_μν/∂A1_ls", "Turn one hidden neuron's activation for one sample, watch `Z2`."),
    index(
        "∂Z2_μν/∂A1_ls = [∂A1_μk/∂A1_ls W2_kν]",
        "`Z2_μν = A1_μk W2_kν`, and `W2` does not depend on `A1`.",
    ),
    index("∂Z2_μν/∂A1_ls = [I_μl I_ks] W2_kν", "A matrix by its own elements: two identities."),
)

PARTIAL_A1_BY_Z1 = with_activation(
    "∂A1/∂Z1",
    start("∂A1_ls/∂Z1_re", "Turn one hidden neuron's weighted input for one sample, watch `A1`."),
    index("∂A1_ls/∂Z1_re = [f1'(Z1_ls) I_lr I_se]", "`f1` acts on each element by itself."),
)

PARTIAL_Z1_BY_W1 = with_activation(
    "∂Z1/∂W1",
    start("∂Z1_re/∂W1_mn", "Turn one weight into the hidden layer, watch `Z1`."),
    index(
        "∂Z1_re/∂W1_mn = [X_rj ∂W1_je/∂W1_mn]",
        "`Z1_re = X_rj W1_je`, and `X` does not depend on `W1`.",
    ),
    index("∂Z1_re/∂W1_mn = X_rj [I_jm I_en]", "A matrix by its own elements: two identities."),
)

WHOLE_CHAIN = with_activation(
    "The slopes in W1, the whole chain in one line",
    start("∂C/∂W1_mn", "Turn one weight into the hidden layer and watch the cost."),
    index(
        "∂C/∂W1_mn = [∂C/∂Y_hat_i0 ∂f2(Z2_i0)/∂Z2_μν ∂Z2_μν/∂A1_ls ∂A1_ls/∂Z1_re ∂Z1_re/∂W1_mn]",
        "The chain rule through all stages, each with two indices of its own, summed over.",
    ),
    index(
        "∂C/∂W1_mn = ∂C/∂Y_hat_i0"
        " [f2'(Z2_i0) I_iμ I_0ν I_μl I_ks W2_kν f1'(Z1_ls) I_lr I_se X_rj I_jm I_en]",
        "The four small derivations put in.",
    ),
    index(
        "∂C/∂W1_mn = ∂C/∂Y_hat_i0 f2'(Z2_i0) I_iμ [W2_k0] I_μl I_ks f1'(Z1_ls) I_lr I_sn [X_rm]",
        "`I_0ν` picks `ν = 0`, `I_jm` picks `j = m`; `I_se` and `I_en` together say `s = n`.",
    ),
    index(
        "∂C/∂W1_mn = ∂C/∂Y_hat_i0 f2'(Z2_i0) [I_il] W2_k0 I_ks f1'(Z1_ls) I_lr I_sn X_rm",
        "`μ` is summed over and stands in two identities: `I_iμ I_μl = I_il`.",
    ),
    index(
        "∂C/∂W1_mn = ∂C/∂Y_hat_i0 f2'(Z2_i0) I_il W2_k0 [I_kn] f1'([Z1_ln]) [X_lm]",
        "`I_sn` picks `s = n` in all the rest, `I_lr` picks `r = l`.",
    ),
    index(
        "∂C/∂W1_mn = ∂C/∂Y_hat_i0 f2'(Z2_i0) [W2_n0] f1'([Z1_in]) [X_im]",
        "`I_kn` picks `k = n`, `I_il` picks `l = i`. No identity is left.",
    ),
    index(
        "∂C/∂W1_mn = [delta2_i0] W2_n0 f1'(Z1_in) X_im",
        "The first two factors are the error of the output.",
    ),
    index("∂C/∂W1_mn = X_im [delta1_in]", "The next two make it the error of the hidden layer."),
    matrix(
        "∂C/∂W1",
        r"[X.T \cdot (((2 \, (\hat{Y} - Y) * f_2'(Z^{(2)})) \cdot W^{(2)}.T) * f_1'(Z^{(1)}))]",
        "X.T @ ((2 * (Y_hat - Y) * f2.slope(Z2)) @ W2.T * f1.slope(Z1))",
        "Both errors written out: all in one line.",
        "X.T Y_hat W2.T",
    ),
)
