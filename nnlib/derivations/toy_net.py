"""The toy net: forward, the cost, the slopes without and with activation, the step."""

from nnlib.activations import CUBE, SQUARE
from nnlib.derivations.derivation import titled
from nnlib.derivations.steps import Symbol, defined, positive

X = Symbol("X", ("samples", "inputs"), "the inputs, one sample a row")
Y = Symbol("Y", ("samples", 1), "the targets")
W1 = Symbol("W1", ("inputs", "hidden"), "the weights into the hidden layer")
W2 = Symbol("W2", ("hidden", 1), "the weights into the output")
RATE = Symbol("η", (), "the learning rate", positive)
ANSWERS = Symbol("Y_hat", ("samples", 1), "the answers")
TOY_NET = (X, Y, W1, W2)

FORWARD = defined(Z1="X @ W1", A1="f1.value(Z1)", Z2="A1 @ W2")
WITHOUT_ACTIVATION = defined(
    Y_hat="X @ W1 @ W2", C="np.sum((Y_hat - Y)**2)", delta2="2 * (Y_hat - Y)"
)
WITH_ACTIVATION = FORWARD | defined(
    Y_hat="f2.value(Z2)",
    C="np.sum((Y_hat - Y)**2)",
    delta2="2 * (Y_hat - Y) * f2.slope(Z2)",
    delta1="delta2 @ W2.T * f1.slope(Z1)",
)
SQUARE_AND_CUBE = {"f1": SQUARE, "f2": CUBE}  # f1(x) = x², f2(x) = x³


def with_activation(title):
    """A derivation about the toy net with f1 and f2."""
    return titled(title, TOY_NET, WITH_ACTIVATION, SQUARE_AND_CUBE)


# forward and the cost
FORWARD_WITHOUT_ACTIVATION = titled("Forward, without activation", (X, W1, W2))
FORWARD_WITH_ACTIVATION = titled("Forward, with activation", (X, W1, W2), FORWARD, SQUARE_AND_CUBE)
COST = titled("The cost as a product of matrices", (Y, ANSWERS))
GRADIENT_OF_THE_COST = with_activation("The gradient of the cost, down to the answers")

# without activation
GRADIENT_W2_WITHOUT_ACTIVATION = titled(
    "The slopes in W2, without activation", TOY_NET, WITHOUT_ACTIVATION
)
GRADIENT_W1_WITHOUT_ACTIVATION = titled(
    "The slopes in W1, without activation", TOY_NET, WITHOUT_ACTIVATION
)
DESCENT_STEP = titled("The descent step", (*TOY_NET, RATE), WITHOUT_ACTIVATION)

# with activation, layer by layer, from the output
DELTA_OUTPUT = with_activation("The error of the output")
GRADIENT_W2 = with_activation("The slopes in W2")
DELTA_HIDDEN = with_activation("The error of the hidden layer")
GRADIENT_W1 = with_activation("The slopes in W1")

# for the patient, without deltas
PARTIAL_F2_BY_Z2 = with_activation("∂f2/∂Z2")
PARTIAL_Z2_BY_W2 = with_activation("∂Z2/∂W2")
PARTIAL_Z2_BY_A1 = with_activation("∂Z2/∂A1")
PARTIAL_A1_BY_Z1 = with_activation("∂A1/∂Z1")
PARTIAL_Z1_BY_W1 = with_activation("∂Z1/∂W1")
WHOLE_CHAIN = with_activation("The slopes in W1, the whole chain in one line")
