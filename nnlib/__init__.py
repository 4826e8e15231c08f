"""nnlib: a neural network small enough to read, fast enough to train in class.

The letters, in the code and on the blackboard. Samples are rows. Layers count from 1 in formulas;
the lists of the code count from 0, so that net.W[0] is W⁽¹⁾:

    X  (n, n_in)       inputs, one sample a row; A⁽⁰⁾ is X       n       number of samples
    Y  (n, n_out)      targets, one sample a row                 C       the cost
    W  (n_in, n_out)   weights of a layer                        eta  η  learning rate
    b  (n_out,)        biases of a layer                         l2   λ  weight decay
    Z  (n, n_out)      before the activation, Z = A @ W + b      rng     np.random.Generator
    A  (n, n_out)      after it, A = f(Z); the last A is Ŷ       seed    of an rng
    dW, db             slopes of the cost, ∂C/∂W and ∂C/∂b, in the shapes of W and b
    delta  (n, n_out)  δ = ∂C/∂Z, the error, and nothing else

A step downhill is W ← W − η ∂C/∂W. An index that does not stand on the left is summed over. I_mi is
an element of the identity matrix (Kronecker's delta), .T the transpose, f' the slope of f, and
N(0, σ = 0.1) a normal distribution by its mean and its standard deviation.

Five short files are all that learning takes. Read them in this order: activations (value and
slope), costs (value and error), network (the pass forward and the pass back), training (the step
downhill, an epoch, fit), gradcheck (central differences, which judge the rest). What else there is
stands beside them, plots and sweep, and in folders named after what they are about.
"""

from nnlib.activations import CUBE, IDENTITY, RELU, SIGMOID, SOFTMAX, SQUARE, TANH, Activation
from nnlib.costs import CROSS_ENTROPY, LOG_LIKELIHOOD, MEAN_SQUARES, QUADRATIC, SUM_OF_SQUARES, Cost
from nnlib.datasets import Digits, load_digits, load_mnist, load_mnist_or_digits
from nnlib.network import FOR_RELU, LARGE, ONES, SCALED, Network, check_gradients
from nnlib.training import History, fit, sgd

__version__ = "1.0.0"

__all__ = [
    "CROSS_ENTROPY", "CUBE", "FOR_RELU", "IDENTITY", "LARGE", "LOG_LIKELIHOOD", "MEAN_SQUARES",
    "ONES", "QUADRATIC", "RELU", "SCALED", "SIGMOID", "SOFTMAX", "SQUARE", "SUM_OF_SQUARES",
    "TANH", "Activation", "Cost", "Digits", "History", "Network", "check_gradients", "fit",
    "load_digits", "load_mnist", "load_mnist_or_digits", "sgd",
]  # fmt: skip
