"""Weight decay: what the regularisation term adds to the gradient and to the step."""

from nnlib.derivations.derivation import titled
from nnlib.derivations.steps import Symbol, defined, positive
from nnlib.derivations.toy_net import RATE, X

LINEAR_LAYER = (
    X,
    Symbol("Y", ("samples", "outputs"), "the targets"),
    Symbol("W", ("inputs", "outputs"), "the weights"),
    Symbol("λ", (), "the strength of the regularisation", positive),
)
REGULARISED = defined(
    n="len(X)", C0="np.sum((X @ W - Y)**2) / (2 * n)", R="λ / (2 * n) * np.sum(W**2)", C="C0 + R"
)

GRADIENT_OF_THE_REGULARISER = titled(
    "The gradient of the regularisation term", LINEAR_LAYER, REGULARISED
)
WEIGHT_DECAY = titled("Weight decay", (*LINEAR_LAYER, RATE), REGULARISED)
