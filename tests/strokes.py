"""Ten digits as a hand draws them: strokes of points on a sheet of 280 × 280."""

import numpy as np
from PIL import Image, ImageDraw


def _arc(x, y, width, height, start, end):
    """Points of an ellipse; angles in degrees, 0 is right, 90 is down."""
    angles = np.radians(np.linspace(start, end, 24))
    return [(x + width * np.cos(a), y + height * np.sin(a)) for a in angles]


STROKES = {
    0: [_arc(140, 140, 60, 90, -90, 270)],
    1: [[(122, 88), (152, 50), (146, 232)]],
    2: [[*_arc(140, 100, 55, 50, -160, 40), (90, 225), (205, 222)]],
    3: [[*_arc(130, 95, 50, 45, -150, 90), *_arc(130, 185, 58, 48, -90, 150)]],
    4: [[(150, 50), (75, 165), (205, 165)], [(155, 115), (150, 235)]],
    5: [[(195, 60), (110, 62), (102, 130), *_arc(138, 175, 55, 52, -110, 140)]],
    6: [[(175, 50), (120, 110), (95, 175), *_arc(140, 185, 45, 45, 180, 540)]],
    7: [[(85, 70), (195, 65), (130, 230)]],
    8: [[*_arc(140, 95, 55, 45, 90, -270), *_arc(140, 190, 55, 50, -90, 270)]],
    9: [[*_arc(135, 100, 45, 45, 0, -360), (180, 100), (170, 235)]],
}


def drawn(strokes, side, width=22):
    """The ink (side, side) from 0 to 1 that strokes of this width leave on the pad's sheet."""
    sheet = Image.new("L", (280, 280))
    pen = ImageDraw.Draw(sheet)
    for stroke in strokes:
        pen.line(stroke, fill=255, width=width)
        for x, y in stroke:
            pen.ellipse([x - width / 2, y - width / 2, x + width / 2, y + width / 2], fill=255)
    return np.asarray(sheet.resize((side, side), Image.Resampling.BOX)) / 255
