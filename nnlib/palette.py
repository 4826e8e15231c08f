"""The colours of every picture, told apart by colour-blind eyes (Okabe and Ito, 2008).

Colour is never alone: a dash, a marker or a word goes with it.
"""

BLUE = "#0072B2"
ORANGE = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
SKY = "#56B4E9"
GREY = "#999999"
PALE = "#DDDDDD"
