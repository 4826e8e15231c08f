"""What makes a picture fast: text by Pillow and a PNG without filters.

matplotlib's text and Pillow's PNG filters took most of the time of a redraw.
"""

import functools
import struct
import zlib

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.font_manager import findfont, get_font
from PIL import ImageFont

DPI = 100
WORD = 12  # characters at most, as numbers have: such come again and again, so their ink is kept


class Canvas(FigureCanvasAgg):
    """matplotlib's own canvas, with our Renderer."""

    def get_renderer(self):
        if getattr(self, "renderer", None) is None:
            self.renderer = Renderer(*self.figure.bbox.size, self.figure.dpi)
        return self.renderer


class Renderer(RendererAgg):
    """matplotlib's own renderer, but Pillow writes the text: the same fonts, sooner.

    Formulas and slanting text are left to matplotlib.
    """

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        if ismath or angle not in (0, 90):
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        drawn = ink_of_word if len(s) <= WORD else ink_of
        ink, right, up = drawn(s, prop, gc.get_rgb()[:3], angle)
        self.draw_image(gc, round(x) + right, round(self.height - y) + up, ink)

    def get_text_width_height_descent(self, s, prop, ismath):
        if ismath:
            return super().get_text_width_height_descent(s, prop, ismath)
        font = font_of(prop)
        _, top, _, bottom = font.getbbox(s, anchor="ls")
        return font.getlength(s), bottom - top, max(bottom, 0)

    def _get_font_height_metrics(self, prop):
        # matplotlib 3.11 asks its renderer before it opens the font anew for every text
        return heights_of(prop)

    def width_of(self, label):
        """The pixels across a Text of one line."""
        text = label.get_text()
        size = self.get_text_width_height_descent(text, label.get_fontproperties(), "$" in text)
        return size[0]


@functools.cache
def font_of(prop):
    """Pillow's font for matplotlib's FontProperties."""
    pixels = prop.get_size_in_points() * DPI / 72
    return ImageFont.truetype(str(findfont(prop)), pixels, layout_engine=ImageFont.Layout.BASIC)


@functools.cache
def heights_of(prop):
    """Pixels above and below a font's base line, and between lines, as matplotlib finds them."""
    font = get_font(findfont(prop))
    own, pixels = font.get_sfnt_table("OS/2"), prop.get_size_in_points() * DPI / 72
    scale = pixels / font.get_sfnt_table("head")["unitsPerEm"]
    sizes = own["sTypoAscender"], -own["sTypoDescender"], own["sTypoLineGap"]
    return [size * scale for size in sizes]


@functools.lru_cache(300)
def ink_of_word(*what):
    return ink_of(*what)


def ink_of(text, prop, colour, angle):
    """A text as a picture, bottom row first, and how far right and up of its place that begins."""
    mask, (right, down) = font_of(prop).getmask2(text, mode="L", anchor="ls")
    ink = np.empty((*mask.size[::-1], 4), np.uint8)
    ink[..., :3] = np.multiply(colour, 255).round()
    ink[..., 3] = np.array(mask).reshape(mask.size[::-1])
    if angle == 90:
        return np.rot90(ink)[::-1].copy(), down, right
    return ink[::-1].copy(), right, -down - len(ink)


def as_png(rgba):
    """The PNG of an opaque picture (height, width, 4) of bytes.

    No row is filtered: trying all filters, as libraries do, takes longer than it saves on the way.
    """
    height, width, _ = rgba.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each begins with its filter: 0, none
    for colour in range(3):
        rows[:, 1 + colour :: 3] = rgba[..., colour]
    size = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)  # 8 bits of red, of green, of blue
    chunks = (b"IHDR", size), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*named) for named in chunks)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
