r"""Derivations as data: every line a formula, the reason that proves it, the NumPy that tests it.

    >>> GRADIENT_W2.check(np.random.default_rng(0)) < BAR_MEASURED
    True

A derivation is a chain of lines that all say the same quantity. `check` draws arrays of random
sizes, computes every line literally as it is displayed, identities and all, and returns the largest
difference between a line and the one before it. A line that holds a derivative such as ∂C/∂W2 or
∂Z2/∂A1 is measured by central differences: that is where the chain is tied to the truth.

The lines stand in lines.md, each above its reason. They are written in three ways:

    index("∂C/∂W2_m0 = delta2_i0 [A1_im]", reason)          index notation, see nnlib.index_notation
    product("∂C/∂W2 = [A1.T·delta2]", reason)                a product of matrices
    matrix(left, latex, numpy, reason, blocks)               anything else, as NumPy

What is new in a line stands between [ and ], in LaTeX inside \changed{…}.

The letters of the toy net: samples are rows, X·W1 = Z1, f1(Z1) = A1, A1·W2 = Z2, f2(Z2) = Ŷ, and
the cost C is the sum of the squares of Ŷ − Y. delta1 and delta2 are ∂C/∂Z1 and ∂C/∂Z2. Free indices
are m and n, bound ones i j k r s t p q g: l counts layers, e is 2.718…, μ is a mean.
"""

from nnlib.derivations.derivation import SIZES, Derivation, check_choices, difference
from nnlib.derivations.steps import (
    BAR_EXACT, BAR_MEASURED, Symbol, index, is_measured, matrix, numpy_line, product, start,
)
from nnlib.derivations.writing import BLACKBOARD, legend, markdown, marked

from nnlib.derivations.matrices import (
    MATRIX_PRODUCT, TRANSPOSE_OF_A_PRODUCT, OUTER_PRODUCT, TRANSPOSE_OF_AN_OUTER_PRODUCT,
    DERIVATIVE_BY_ITSELF,
)
from nnlib.derivations.toy_net import (
    TOY_NET, SQUARE_AND_CUBE, WITH_ACTIVATION,
    FORWARD_WITHOUT_ACTIVATION, FORWARD_WITH_ACTIVATION, COST, GRADIENT_OF_THE_COST,
    GRADIENT_W2_WITHOUT_ACTIVATION, GRADIENT_W1_WITHOUT_ACTIVATION, DESCENT_STEP,
    DELTA_OUTPUT, GRADIENT_W2, DELTA_HIDDEN, GRADIENT_W1,
    PARTIAL_F2_BY_Z2, PARTIAL_Z2_BY_W2, PARTIAL_Z2_BY_A1, PARTIAL_A1_BY_Z1, PARTIAL_Z1_BY_W1,
    WHOLE_CHAIN,
)
from nnlib.derivations.net_2_2_1 import FIRST_OF_NINE, NET_2_2_1, NINE_PARTIALS
from nnlib.derivations.output_errors import (
    SLOPE_OF_THE_SIGMOID, DELTA_QUADRATIC, DELTA_CROSS_ENTROPY, JACOBIAN_OF_SOFTMAX,
    DELTA_LOG_LIKELIHOOD,
)
from nnlib.derivations.backpropagation import ERROR_ONE_LAYER_BACK, SLOPES_OF_ANY_LAYER
from nnlib.derivations.weight_decay import GRADIENT_OF_THE_REGULARISER, WEIGHT_DECAY
from nnlib.derivations.smoothed_noise import SMOOTHED_NOISE

# the nine partial derivatives begin with one that has a name of its own
NAMED = {name: thing for name, thing in vars().items() if isinstance(thing, Derivation)}
DERIVATIONS = (*NAMED.values(), *NINE_PARTIALS[1:])

__all__ = ["DERIVATIONS", "NINE_PARTIALS", *NAMED]
# what a derivation is made of, to write one; how it is judged and shown
__all__ += ["NET_2_2_1", "SQUARE_AND_CUBE", "TOY_NET", "WITH_ACTIVATION"]
__all__ += ["Derivation", "Symbol", "index", "matrix", "numpy_line", "product", "start"]
__all__ += ["BAR_EXACT", "BAR_MEASURED", "SIZES", "check_choices", "difference", "is_measured"]
__all__ += ["BLACKBOARD", "legend", "markdown", "marked"]
