"""Backpropagation for any depth: the error of a layer from that of the next, and its slopes.

Zl is Z of layer l, Znext that of layer l + 1. Whatever lies behind layer l + 1, further layers and
the cost, acts through Znext alone: a stand-in with random numbers V takes its place.
"""

from nnlib.activations import SIGMOID
from nnlib.derivations.derivation import titled
from nnlib.derivations.steps import Symbol, defined

TWO_LAYERS = (
    Symbol("Zl", ("samples", "hidden"), "before the activation of layer $l$, one sample a row"),
    Symbol("Wnext", ("hidden", "outputs"), "the weights of the next layer"),
    Symbol("bnext", ("outputs",), "its biases"),
    Symbol("V", ("samples", "outputs"), "random numbers: `C` stands in for all layers behind"),
)
AND_ALL_BEHIND = defined(
    Al="f.value(Zl)",
    Znext="Al @ Wnext + bnext",
    C="np.sum(V * np.sin(Znext))",
    deltanext="V * np.cos(Znext)",
)

ERROR_ONE_LAYER_BACK = titled(
    "The error, one layer back", TWO_LAYERS, AND_ALL_BEHIND, {"f": SIGMOID}
)
SLOPES_OF_ANY_LAYER = titled("The slopes of any layer", TWO_LAYERS, AND_ALL_BEHIND, {"f": SIGMOID})
