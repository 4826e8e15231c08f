"""The toy net: its letters, forward, the cost, the slopes without activation, the step."""

from nnlib.activations import CUBE, SQUARE
from nnlib.derivations.derivation import Derivation
from nnlib.derivations.steps import Symbol, index, matrix, numpy_line, positive, product, start

X = Symbol("X", ("samples", "inputs"), "the inputs, one sample a row")
Y = Symbol("Y", ("samples", 1), "the targets")
W1 = Symbol("W1", ("inputs", "hidden"), "the weights into the hidden layer")
W2 = Symbol("W2", ("hidden", 1), "the weights into the output")
RATE = Symbol("η", (), "the learning rate", positive)
TOY_NET = (X, Y, W1, W2)

COST_OF_THE_ANSWERS = numpy_line("np.sum((Y_hat - Y)**2)")
WITHOUT_ACTIVATION = {
    "Y_hat": numpy_line("X @ W1 @ W2"),
    "C": COST_OF_THE_ANSWERS,
    "delta2": numpy_line("2 * (Y_hat - Y)"),
}
WITH_ACTIVATION = {
    "Z1": numpy_line("X @ W1"),
    "A1": numpy_line("f1.value(Z1)"),
    "Z2": numpy_line("A1 @ W2"),
    "Y_hat": numpy_line("f2.value(Z2)"),
    "C": COST_OF_THE_ANSWERS,
    "delta2": numpy_line("2 * (Y_hat - Y) * f2.slope(Z2)"),
    "delta1": numpy_line("delta2 @ W2.T * f1.slope(Z1)"),
}
SQUARE_AND_CUBE = {"f1": SQUARE, "f2": CUBE}  # f1(x) = x², f2(x) = x³
OFF = r"\hat{Y}_{i0} - Y_{i0}"  # how far an answer is off


# ---------------------------------------------------------------- forward and the cost

FORWARD_WITHOUT_ACTIVATION = Derivation(
    "Forward, without activation",
    (X, W1, W2),
    {},
    (
        index(
            "Y_hat_i0 = X_ij W1_jk W2_k0",
            "Each sample `i` through the net; `j` and `k` are summed over.",
        ),
        index("Y_hat_i0 = [(X·W1)_ik] W2_k0", "The sum over `j` is a matrix product."),
        product(
            "Y_hat = [X·W1·W2]",
            "The sum over `k` is another; each matrix hooks onto the one before.",
        ),
    ),
)

FORWARD_WITH_ACTIVATION = Derivation(
    "Forward, with activation",
    (X, W1, W2),
    {name: WITH_ACTIVATION[name] for name in ("Z1", "A1", "Z2")},
    (
        matrix(
            "Y_hat_i0",
            r"f_2(f_1(X_{ij} \, W^{(1)}_{jk}) \, W^{(2)}_{k0})",
            'f2.value(np.einsum("ik,km->im", f1.value(np.einsum("ij,jk->ik", X, W1)), W2))',
            "Each function acts on every element by itself, after the sum inside its brackets.",
        ),
        matrix(
            "Y_hat_i0",
            r"f_2(f_1([Z^{(1)}_{ik}]) \, W^{(2)}_{k0})",
            'f2.value(np.einsum("ik,km->im", f1.value(Z1), W2))',
            "Name what stands innermost: `Z1 = X·W1`.",
        ),
        matrix(
            "Y_hat_i0",
            r"f_2([A^{(1)}_{ik}] \, W^{(2)}_{k0})",
            'f2.value(np.einsum("ik,km->im", A1, W2))',
            "Name the next: `A1 = f1(Z1)`.",
        ),
        index(
            "Y_hat_i0 = f2([Z2_i0])",
            "And the last: `Z2 = A1·W2`. Now each name hides one matrix only.",
        ),
        matrix(
            "Y_hat",
            r"[f_2(f_1(X \cdot W^{(1)}) \cdot W^{(2)})]",
            "f2.value(f1.value(X @ W1) @ W2)",
            "The same for all samples at once.",
            "X W1 W2",
        ),
    ),
    SQUARE_AND_CUBE,
)

COST = Derivation(
    "The cost as a product of matrices",
    (Y, Symbol("Y_hat", ("samples", 1), "the answers")),
    {},
    (
        matrix(
            "C",
            rf"\sum_i ({OFF})^2",
            "sum((Y_hat[i, 0] - Y[i, 0])**2 for i in range(len(Y)))",
            "How far each answer is off, squared, and the sum over the samples.",
        ),
        matrix(
            "C",
            rf"[({OFF}) \, ({OFF})]",
            'np.einsum("ij,ij->", Y_hat - Y, Y_hat - Y)',
            r"A square is a product of two; `i` is not on the left, so the sign $\sum$ may go.",
        ),
        matrix(
            "C",
            rf"[((\hat{{Y}} - Y).T)_{{0i}}] \, ({OFF})",
            'np.einsum("ji,ij->", (Y_hat - Y).T, Y_hat - Y)',
            "The rule of the transpose, so that the two `i` become neighbours.",
        ),
        matrix(
            "C",
            r"[(\hat{Y} - Y).T \cdot (\hat{Y} - Y)]",
            "(Y_hat - Y).T @ (Y_hat - Y)",
            "A matrix product, of shape (1,1).",
            "Y_hat.T Y_hat",
        ),
    ),
)

GRADIENT_OF_THE_COST = Derivation(
    "The gradient of the cost, down to the answers",
    TOY_NET,
    WITH_ACTIVATION,
    (
        start("∂C/∂W1_mn", "Turn one weight and watch the cost."),
        index(
            "∂C/∂W1_mn = [∂C/∂Y_hat_i0 ∂Y_hat_i0/∂W1_mn]",
            "The chain rule: the weight acts on the cost through the answers. `i` is summed over.",
        ),
        matrix(
            "∂C/∂W1_mn",
            rf"[2 \, ({OFF})]"
            r" \, \frac{\partial \hat{Y}_{i0}}{\partial W^{(1)}_{mn}}",
            '2 * np.einsum("i,imn->mn", (Y_hat - Y)[:, 0], dY_hat_dW1[:, 0])',
            "A square has the slope twice its base, and the targets `Y` do not move.",
        ),
    ),
    SQUARE_AND_CUBE,
)


# ---------------------------------------------------------------- the slopes without activation

GRADIENT_W2_WITHOUT_ACTIVATION = Derivation(
    "The slopes in W2, without activation",
    TOY_NET,
    WITHOUT_ACTIVATION,
    (
        start("∂C/∂W2_m0", "Turn one weight into the output and watch the cost."),
        index(
            "∂C/∂W2_m0 = [∂C/∂Y_hat_i0 ∂Y_hat_i0/∂W2_m0]", "The chain rule, through the answers."
        ),
        index(
            "∂C/∂W2_m0 = [delta2_i0] ∂Y_hat_i0/∂W2_m0",
            r"A name for the first factor: $\delta^{(2)} = 2 \, (\hat{Y} - Y)$.",
        ),
        index(
            "∂C/∂W2_m0 = delta2_i0 [X_ij W1_jk I_km]",
            "`Y_hat_i0 = X_ij W1_jk W2_k0`, and `∂W2_k0/∂W2_m0 = I_km`.",
        ),
        index("∂C/∂W2_m0 = delta2_i0 X_ij [W1_jm]", "`I_km` picks `k = m`."),
        index("∂C/∂W2_m0 = delta2_i0 [(X·W1)_im]", "The sum over `j` is a matrix product."),
        index(
            "∂C/∂W2_m0 = [((X·W1).T)_mi] delta2_i0",
            "The free index `m` to the front: `A_im = (A.T)_mi` for any matrix.",
        ),
        product(
            "∂C/∂W2 = [(X·W1).T·delta2]",
            "`i` hooks onto `i`: the matrix product. The shape is that of `W2`, as it must be.",
        ),
    ),
)

GRADIENT_W1_WITHOUT_ACTIVATION = Derivation(
    "The slopes in W1, without activation",
    TOY_NET,
    WITHOUT_ACTIVATION,
    (
        start("∂C/∂W1_mn", "Turn one weight into the hidden layer and watch the cost."),
        index(
            "∂C/∂W1_mn = [delta2_i0 ∂Y_hat_i0/∂W1_mn]",
            r"The chain rule, with $\delta^{(2)} = 2 \, (\hat{Y} - Y)$ as before.",
        ),
        index(
            "∂C/∂W1_mn = delta2_i0 [X_ij I_jm I_kn W2_k0]",
            "`Y_hat_i0 = X_ij W1_jk W2_k0`, and `∂W1_jk/∂W1_mn = I_jm I_kn`.",
        ),
        index("∂C/∂W1_mn = delta2_i0 [X_im W2_n0]", "`I_jm` picks `j = m`, `I_kn` picks `k = n`."),
        index(
            "∂C/∂W1_mn = [(X.T)_mi] delta2_i0 [(W2.T)_0n]",
            "The free indices `m` to the front and `n` to the end; in between all hooks on.",
        ),
        product(
            "∂C/∂W1 = [X.T·delta2·W2.T]",
            "The matrix product, twice. The shape is that of `W1`, as it must be.",
        ),
    ),
)


# ---------------------------------------------------------------- the descent step

DESCENT_STEP = Derivation(
    "The descent step",
    (*TOY_NET, RATE),
    WITHOUT_ACTIVATION,
    (
        matrix(
            "W1 ←",
            r"W^{(1)} - \eta \, \frac{\partial C}{\partial W^{(1)}}",
            "W1 - η * dC_dW1",
            "Against the slope, as far as `η` says: is it positive, go back; negative, go on.",
        ),
        index("W1_mn ← W1_mn − [η ∂C/∂W1_mn]", "By components: every weight by its own slope."),
        matrix(
            "W1 ←",
            r"W^{(1)} - \eta \, [X.T \cdot \delta^{(2)} \cdot W^{(2)}.T]",
            "W1 - η * X.T @ delta2 @ W2.T",
            "With the slopes computed, not measured.",
        ),
    ),
)
