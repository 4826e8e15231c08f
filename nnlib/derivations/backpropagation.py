"""Backpropagation for any depth: the error of a layer from that of the next, and its slopes.

Zl is Z of layer l, Znext that of layer l + 1. Whatever lies behind layer l + 1, further layers and
the cost, acts through Znext alone: a stand-in with random numbers V takes its place.
"""

from nnlib.activations import SIGMOID
from nnlib.derivations.derivation import Derivation
from nnlib.derivations.steps import Symbol, index, matrix, numpy_line, product, start

TWO_LAYERS = (
    Symbol("Zl", ("samples", "hidden"), "before the activation of layer $l$, one sample a row"),
    Symbol("Wnext", ("hidden", "outputs"), "the weights of the next layer"),
    Symbol("bnext", ("outputs",), "its biases"),
    Symbol("V", ("samples", "outputs"), "random numbers: `C` stands in for all layers behind"),
)
AND_ALL_BEHIND = {
    "Al": numpy_line("f.value(Zl)"),
    "Znext": numpy_line("Al @ Wnext + bnext"),
    "C": numpy_line("np.sum(V * np.sin(Znext))"),
    "deltanext": numpy_line("V * np.cos(Znext)"),
}

ERROR_ONE_LAYER_BACK = Derivation(
    "The error, one layer back",
    TWO_LAYERS,
    AND_ALL_BEHIND,
    (
        start("∂C/∂Zl_ij", "Turn neuron `j`'s weighted input for sample `i`, and watch the cost."),
        index(
            "∂C/∂Zl_ij = [∂C/∂Znext_rk ∂Znext_rk/∂Zl_ij]",
            "The chain rule: layer $l$ acts on the cost through the next layer alone.",
        ),
        index(
            "∂C/∂Zl_ij = [deltanext_rk ∂Znext_rk/∂Al_st ∂Al_st/∂Zl_ij]",
            "The first factor has a name: the error of the next layer. And `Zl` acts through `Al`.",
        ),
        index(
            "∂C/∂Zl_ij = deltanext_rk [I_rs Wnext_tk f'(Zl_st) I_si I_tj]",
            "`Znext_rk = Al_rt Wnext_tk + bnext_k`, and `f` acts on each element by itself.",
        ),
        index(
            "∂C/∂Zl_ij = [deltanext_ik Wnext_jk f'(Zl_ij)]",
            "`r` and `s` are `i`, `t` is `j`: only `k` is left to be summed over.",
        ),
        matrix(
            "deltal",
            r"[(\delta^{(l+1)} \cdot W^{(l+1)}.T) * f'(Z^{(l)})]",
            "(deltanext @ Wnext.T) * f.slope(Zl)",
            "`Wnext_jk = (Wnext.T)_kj` hooks on (·), `f'` shares both indices (*).",
            "deltanext Wnext.T",
        ),
    ),
    {"f": SIGMOID},
)

SLOPES_OF_ANY_LAYER = Derivation(
    "The slopes of any layer",
    TWO_LAYERS,
    AND_ALL_BEHIND,
    (
        start("∂C/∂Wnext_jk", "Turn one weight, and watch the cost."),
        index(
            "∂C/∂Wnext_jk = [deltanext_rm ∂Znext_rm/∂Wnext_jk]",
            "The chain rule: a weight acts through `Znext` alone, and that factor is the error.",
        ),
        index(
            "∂C/∂Wnext_jk = deltanext_rm [Al_rt I_tj I_mk]",
            "`Znext_rm = Al_rt Wnext_tm + bnext_m`: an identity for each index of the weight.",
        ),
        index("∂C/∂Wnext_jk = [Al_rj deltanext_rk]", "`t` is `j`, `m` is `k`."),
        product(
            "∂C/∂Wnext = [Al.T·deltanext]",
            "The free index to the front, `Al_rj = (Al.T)_jr`, and `r` hooks onto `r`.",
        ),
    ),
    {"f": SIGMOID},
)
