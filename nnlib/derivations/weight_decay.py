"""Weight decay: what the regularisation term adds to the gradient and to the step."""

from nnlib.derivations.derivation import Derivation
from nnlib.derivations.steps import Symbol, index, matrix, numpy_line, positive, start
from nnlib.derivations.toy_net import RATE, X

WEIGHTS = Symbol("W", ("inputs", "outputs"), "the weights")
SEVERAL_TARGETS = Symbol("Y", ("samples", "outputs"), "the targets")
DECAY = Symbol("λ", (), "the strength of the regularisation", positive)
REGULARISED = {
    "n": numpy_line("len(X)"),
    "C0": numpy_line("np.sum((X @ W - Y)**2) / (2 * n)"),
    "R": numpy_line("λ / (2 * n) * np.sum(W**2)"),
    "C": numpy_line("C0 + R"),
}

GRADIENT_OF_THE_REGULARISER = Derivation(
    "The gradient of the regularisation term",
    (X, SEVERAL_TARGETS, WEIGHTS, DECAY),
    REGULARISED,
    (
        start(
            "∂R/∂W_kl",
            r"$R = \frac{\lambda}{2n} W_{ij} W_{ij}$, the sum of all squares: turn one weight.",
        ),
        matrix(
            "∂R/∂W_kl",
            r"[\frac{\lambda}{2n} \, 2 W_{ij} \, \frac{\partial W_{ij}}{\partial W_{kl}}]",
            'λ / (2 * n) * 2 * np.einsum("ij,ijkl->kl", W, dW_dW)',
            "The chain rule on the square of each weight.",
        ),
        matrix(
            "∂R/∂W_kl",
            r"[\frac{\lambda}{n}] \, W_{ij} \, [I_{ik} \, I_{jl}]",
            'λ / n * np.einsum("ij,ik,jl->kl", W, np.eye(len(W)), np.eye(len(W.T)))',
            "The 2 cancels; a matrix by its own elements gives an `I` for each index.",
        ),
        matrix(
            "∂R/∂W_kl",
            r"\frac{\lambda}{n} \, [W_{kl}]",
            "λ / n * W",
            "`I_ik` picks `i = k`, `I_jl` picks `j = l`: only the weight that was turned is left.",
        ),
    ),
)

WEIGHT_DECAY = Derivation(
    "Weight decay",
    (X, SEVERAL_TARGETS, WEIGHTS, DECAY, RATE),
    REGULARISED,
    (
        index("W_ij ← W_ij − η ∂C/∂W_ij", "The descent step, with `C = C0 + R` the whole cost."),
        index(
            "W_ij ← W_ij − [η ∂C0/∂W_ij − η ∂R/∂W_ij]",
            "The slope of a sum is the sum of the slopes.",
        ),
        matrix(
            "W_ij ←",
            r"W_{ij} - \eta \, \frac{\partial C_0}{\partial W_{ij}}"
            r" - [\frac{\eta \lambda}{n} \, W_{ij}]",
            "W - η * dC0_dW - η * λ / n * W",
            r"$\partial R / \partial W = \lambda W / n$, the gradient of the regularisation term.",
        ),
        matrix(
            "W_ij ←",
            r"[\left( 1 - \frac{\eta \lambda}{n} \right) W_{ij}]"
            r" - \eta \, \frac{\partial C_0}{\partial W_{ij}}",
            "(1 - η * λ / n) * W - η * dC0_dW",
            "`W` taken out: each step first shrinks every weight by the same small part.",
        ),
        matrix(
            "W ←",
            r"\left( 1 - \frac{\eta \lambda}{n} \right) W"
            r" - \eta \, [\frac{\partial C_0}{\partial W}]",
            "(1 - η * λ / n) * W - η * (X.T @ (X @ W - Y)) / n",
            r"As matrices. The example tested here is a linear layer, $Z = X \cdot W$, with half"
            r" the mean square as its `C0`: its slope is the transpose of `X` times $(Z - Y) / n$.",
        ),
    ),
)
