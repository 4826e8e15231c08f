"""The colours of every picture, told apart by colour-blind eyes (Okabe and Ito, 2008).

Colour is never alone: a dash, a marker or a word goes with it. And how a picture writes a number
below a letter, and words across its lines.
"""

BLUE = "#0072B2"
ORANGE = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
SKY = "#56B4E9"
GREY = "#999999"
PALE = "#DDDDDD"
BLUSH = "#F5B58C"  # ORANGE for an area that other things stand on
HALO = "#FFE680"  # behind a line that is set off
INK = "#222222"  # of numbers in a drawing

BEHIND_WORDS = {"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.85}


def below(name):
    """x₁ for x1."""
    return name.translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
