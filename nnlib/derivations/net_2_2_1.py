"""The 2-2-1 net, number by number: the slope of the cost by each of its nine knobs."""

from nnlib.derivations.derivation import Derivation
from nnlib.derivations.steps import Symbol, index, numpy_line, start

NUMBERS = tuple(
    Symbol(name, (), meaning)
    for names, meaning in (
        ("x1 x2", "the inputs"),
        ("y", "the target"),
        ("w1 w2", "the weights into hidden neuron 1"),
        ("w3 w4", "the weights into hidden neuron 2"),
        ("w5 w6", "the weights into the output"),
        ("b1 b2 b3", "the biases"),
    )
    for name in names.split()
)
NET_2_2_1 = {
    "a1": numpy_line("w1 * x1 + w2 * x2 + b1", lambda w1, x1, w2, x2, b1: w1 * x1 + w2 * x2 + b1),
    "a2": numpy_line("w3 * x1 + w4 * x2 + b2", lambda w3, x1, w4, x2, b2: w3 * x1 + w4 * x2 + b2),
    "h": numpy_line("w5 * a1 + w6 * a2 + b3", lambda w5, a1, w6, a2, b3: w5 * a1 + w6 * a2 + b3),
    "ỹ": numpy_line("y - h", lambda y, h: y - h),
    "Δ": numpy_line("ỹ**2", lambda ỹ: ỹ**2),
}


def partial_of_2_2_1(knob, *steps):
    """∂Δ/∂knob, from the cost down to the output h and on by the steps given."""
    whole = f"∂Δ/∂{knob}"
    first = (
        start(whole, "Turn this one knob and watch the cost."),
        index(f"{whole} = [∂Δ/∂h ∂h/∂{knob}]", "The chain rule: the knob acts through `h` alone."),
        index(f"{whole} = [−2 ỹ] ∂h/∂{knob}", "$\\Delta = \\tilde{y}^2$ and `ỹ = y − h`."),
    )
    rest = tuple(index(f"{whole} = {text}", reason) for text, reason in steps)
    title = f"The 2-2-1 net: ∂Δ/∂{knob}"
    return Derivation(title, NUMBERS, NET_2_2_1, first + rest)


def of_the_hidden_layer(knob, neuron, weight, times, because):
    """∂Δ/∂knob for a knob of hidden neuron 1 or 2."""
    return partial_of_2_2_1(
        knob,
        (f"−2 ỹ [∂h/∂a{neuron} ∂a{neuron}/∂{knob}]", f"It acts on `h` through `a{neuron}` alone."),
        (f"−2 ỹ [{weight}] ∂a{neuron}/∂{knob}", f"In `h`, `a{neuron}` stands with `{weight}`."),
        (f"−2 ỹ {weight} {times}".strip(), because),
    )


NINE_PARTIALS = (
    of_the_hidden_layer("w1", 1, "w5", "[x1]", "In `a1`, `w1` stands with `x1`."),
    of_the_hidden_layer("w2", 1, "w5", "[x2]", "In `a1`, `w2` stands with `x2`."),
    of_the_hidden_layer("b1", 1, "w5", "", "In `a1`, `b1` stands alone: its slope is 1."),
    of_the_hidden_layer("w3", 2, "w6", "[x1]", "In `a2`, `w3` stands with `x1`."),
    of_the_hidden_layer("w4", 2, "w6", "[x2]", "In `a2`, `w4` stands with `x2`."),
    of_the_hidden_layer("b2", 2, "w6", "", "In `a2`, `b2` stands alone: its slope is 1."),
    partial_of_2_2_1("w5", ("−2 ỹ [a1]", "In `h`, `w5` stands with `a1`.")),
    partial_of_2_2_1("w6", ("−2 ỹ [a2]", "In `h`, `w6` stands with `a2`.")),
    partial_of_2_2_1("b3", ("−2 ỹ", "In `h`, `b3` stands alone: its slope is 1.")),
)
