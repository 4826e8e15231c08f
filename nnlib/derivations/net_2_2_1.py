"""The 2-2-1 net, number by number: the slope of the cost by each of its nine knobs.

Without an activation z and a are one number: delta_z1, delta_z2 and delta_z3 are the errors of its
three neurons, elsewhere delta1 and delta2 those of whole layers.
"""

import re

from nnlib.derivations.derivation import Derivation
from nnlib.derivations.steps import Step, Symbol, changed, defined, numpy_line, start, typeset
from nnlib.index_notation import latex_of

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
NET_2_2_1 = defined(
    a1="w1 * x1 + w2 * x2 + b1",
    a2="w3 * x1 + w4 * x2 + b2",
    y_hat="w5 * a1 + w6 * a2 + b3",
    C="(y_hat - y)**2",
    delta_z3="2 * (y_hat - y)",
    delta_z1="delta_z3 * w5",
    delta_z2="delta_z3 * w6",
)


def line(knob, factors, reason):
    """∂C/∂knob as a product of numbers and measured slopes; [ ] sets off what is new."""
    names = tuple(re.findall(r"\w+", factors))
    latex = re.sub(r"\w+", lambda found: letter(found[0]), factors.replace(" ", r"\, "))
    code = numpy_line(" * ".join(names))
    return Step(latex_of(f"∂C/∂{knob}"), "=", changed(latex), typeset(reason), code)


def letter(name):
    """The LaTeX of a name: w5, delta_z3, or a slope such as dy_hat_dw1."""
    if name.startswith("delta_"):
        return rf"\delta_{{z_{name[-1]}}}"
    top, _, bottom = name.removeprefix("d").partition("_d")
    text = f"∂{top}/∂{bottom}" if bottom else name
    return latex_of(text.replace("y_hat", "ŷ"))


def slope_in(knob, *lines):
    """The derivation of ∂C/∂knob, from the cost back to the answer and on by the lines given."""
    first = (
        start(f"∂C/∂{knob}", "Turn this one knob and watch the cost."),
        line(knob, f"[dC_dy_hat dy_hat_d{knob}]", "The chain rule: it acts through `ŷ` alone."),
        line(
            knob,
            f"[delta_z3] dy_hat_d{knob}",
            r"The error of the output, as $z_3 = \hat{y}$. For $C = (\hat{y} - y)^2$ it is"
            r" $2 \, (\hat{y} - y)$.",
        ),
    )
    rest = tuple(line(knob, *each) for each in lines)
    return Derivation(f"The 2-2-1 net: ∂C/∂{knob}", NUMBERS, NET_2_2_1, first + rest)


def slope_in_hidden(knob, k, weight, times, because):
    """The derivation of ∂C/∂knob for a knob of hidden neuron k, which `weight` joins to ŷ."""
    into = f"da{k}_d{knob}"
    return slope_in(
        knob,
        (f"delta_z3 [dy_hat_da{k} {into}]", f"It acts on `ŷ` through `a{k}` alone."),
        (f"delta_z3 [{weight}] {into}", f"In `ŷ`, `a{k}` stands with `{weight}`."),
        (
            f"[delta_z{k}] {into}",
            f"The error of neuron {k}, as `z{k} = a{k}`: what comes back through `{weight}`.",
        ),
        (f"delta_z{k} {times}".strip(), because),
    )


NINE_PARTIALS = (
    slope_in_hidden("w1", 1, "w5", "[x1]", "In `a1`, `w1` stands with `x1`."),
    slope_in_hidden("w2", 1, "w5", "[x2]", "In `a1`, `w2` stands with `x2`."),
    slope_in_hidden("b1", 1, "w5", "", "In `a1`, `b1` stands alone: its slope is 1."),
    slope_in_hidden("w3", 2, "w6", "[x1]", "In `a2`, `w3` stands with `x1`."),
    slope_in_hidden("w4", 2, "w6", "[x2]", "In `a2`, `w4` stands with `x2`."),
    slope_in_hidden("b2", 2, "w6", "", "In `a2`, `b2` stands alone: its slope is 1."),
    slope_in("w5", ("delta_z3 [a1]", "In `ŷ`, `w5` stands with `a1`.")),
    slope_in("w6", ("delta_z3 [a2]", "In `ŷ`, `w6` stands with `a2`.")),
    slope_in("b3", ("delta_z3", "In `ŷ`, `b3` stands alone: its slope is 1.")),
)
FIRST_OF_NINE = NINE_PARTIALS[0]
