"""nnlib: a neural network small enough to read, fast enough to train in class.

The letters, in the code and on the blackboard (samples are rows, layers count from 0):

    X  (n, n_in)       inputs, one sample a row              eta  η  learning rate
    Y  (n, n_out)      targets                               l2   λ  weight decay
    W  (n_in, n_out)   weights of a layer                    n       number of samples
    b  (n_out,)        biases of a layer                     rng     np.random.Generator
    Z  (n, n_out)      weighted inputs, Z = A @ W + b
    A  (n, n_out)      activations, A = f(Z)
    dW, db             slopes of the cost in W and b, in their shapes
    delta  (n, n_out)  δ, the error: slopes of the cost in Z

Five short files are all that learning takes. Read them in this order: activations (value and
slope), costs (value and error), network (the pass forward and the pass back), training (the step
downhill, an epoch, fit), gradcheck (central differences, which judge the rest). What else there is
stands beside them, plots and sweep, and in folders named after what they are about.
"""

from nnlib.activations import CUBE, IDENTITY, RELU, SIGMOID, SOFTMAX, SQUARE, TANH, Activation
from nnlib.costs import (
    CROSS_ENTROPY,
    LOG_LIKELIHOOD,
    MEAN_SQUARES,
    QUADRATIC,
    SUM_OF_SQUARES,
    Cost,
)
from nnlib.datasets import Digits, load_digits, load_mnist, load_mnist_or_digits
from nnlib.network import LARGE, ONES, SCALED, Network, check_gradients
from nnlib.training import History, fit, sgd

__version__ = "0.1.0"

__all__ = [
    "CROSS_ENTROPY",
    "CUBE",
    "IDENTITY",
    "LARGE",
    "LOG_LIKELIHOOD",
    "MEAN_SQUARES",
    "ONES",
    "QUADRATIC",
    "RELU",
    "SCALED",
    "SIGMOID",
    "SOFTMAX",
    "SQUARE",
    "SUM_OF_SQUARES",
    "TANH",
    "Activation",
    "Cost",
    "Digits",
    "History",
    "Network",
    "check_gradients",
    "fit",
    "load_digits",
    "load_mnist",
    "load_mnist_or_digits",
    "sgd",
]
