"""The colours of every picture, told apart by colour-blind eyes (after Okabe and Ito, 2008).

A palette is for light or for dark paper. In ink, blue, orange, green, purple and grey one may write
(contrast 4.5 : 1 or more) and draw; ink is read on sky, blush and halo, which fill; pale is for
grids. Colour is never alone: a dash, a marker or a word goes with it. And how a picture writes a
number below a letter.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Palette:
    """Colours that fit together, each as "#rrggbb"."""

    paper: str
    ink: str
    blue: str
    orange: str
    green: str
    purple: str
    grey: str
    sky: str
    blush: str
    halo: str
    pale: str

    @property
    def behind_words(self):
        """The box of a text that stands across lines."""
        return {"facecolor": self.paper, "edgecolor": "none", "pad": 1, "alpha": 0.85}


LIGHT = Palette(
    paper="#FFFFFF", ink="#1A1A1A", blue="#0072B2", orange="#C04F00", green="#007A59",
    purple="#A3447F", grey="#6B6B6B", sky="#3D99D3", blush="#F5B58C", halo="#FFE680",
    pale="#D9D9D9",
)  # fmt: skip
DARK = Palette(
    paper="#111111", ink="#E8E8E8", blue="#56B4E9", orange="#FF9A57", green="#3CC79A",
    purple="#E39AC4", grey="#A8A8A8", sky="#2A6A99", blush="#8A4A1F", halo="#5C4A00",
    pale="#3C3C3C",
)  # fmt: skip

BLUE, ORANGE, GREEN = LIGHT.blue, LIGHT.orange, LIGHT.green
PURPLE, SKY, GREY, PALE = LIGHT.purple, LIGHT.sky, LIGHT.grey, LIGHT.pale


def below(name):
    """x₁ for x1."""
    return name.translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def luminance(colour):
    """How bright "#rrggbb" looks, from 0 (black) to 1 (white), as WCAG 2 has it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def palette_on(paper):
    """The palette for a paper "#rrggbb", with that paper in it."""
    return replace(LIGHT if luminance(paper) > 0.18 else DARK, paper=paper)
