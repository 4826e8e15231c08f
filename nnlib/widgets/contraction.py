"""The contraction explorer: which numbers of A and B meet in one number of their product.

Three layers: Contraction is a formula in index notation on two matrices, Matrices shows it, and
ContractionExplorer has the controls. A number of the result is chosen by a click or by arrow keys.
"""

import itertools
import textwrap
from collections import namedtuple

import ipywidgets
import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba

from nnlib._support.checks import array_of_numbers, checked_finite
from nnlib._support.hints import door, short
from nnlib.index_notation import Formula, described, matrix_of, shape_text, still
from nnlib.widgets.parts.board import Board, menu, player, sized
from nnlib.widgets.parts.picture import ARROWS, Drawing, Picture

LONGEST = 10  # rows or columns that the picture has room for
LEAST_END = 6  # how far a size slider goes at least

# A formula with a name, the line of NumPy that computes it, and the same line as a function.
Mode = namedtuple("Mode", "name formula numpy call")
MODES = (
    Mode("matrix product A·B", "C_ik = A_ij B_jk", "np.dot(A, B)", lambda A, B: np.dot(A, B)),
    Mode("matrix product B·A", "C_ik = B_ij A_jk", "np.dot(B, A)", lambda A, B: np.dot(B, A)),
    Mode("transpose A.T", "T_ij = A_ji", "A.T", lambda A, B: A.T),
    Mode(
        *("outer product of columns 0", "D_ij = A_i0 B_j0", "np.dot(A[:, :1], B[:, :1].T)"),
        lambda A, B: np.dot(A[:, :1], B[:, :1].T),
    ),
    Mode("element by element A*B", "C_ij = A_ij B_ij", "A * B", lambda A, B: A * B),
)
OWN = "my own: index formula or einsum"
STRETCHED = "No error: NumPy stretches an axis of length 1 to fit (broadcasting)."


@door
def contraction_explorer(A, B, formula=MODES[0].formula):
    """A board of two matrices and what a formula makes of them, number by number.

    A, B     matrices of whole or real numbers, at most 10 rows and 10 columns each
    formula  in index notation ("T_ij = A_ji"), or subscripts as for np.einsum ("ij->ji")
    Sliders change the sizes: a matrix is cut, or filled up with small whole numbers.
    ValueError in words for a matrix or a formula that does not fit.
    """
    return ContractionExplorer(Contraction(A, B, formula))


class Contraction:
    """A formula on A and B in some sizes, and the chosen element of its result. No drawing.

    factors  a (name, indices, matrix) for each matrix of the formula, in its order
    misfit   the trouble in words: which index, which axes, which lengths; else ""
    trouble  what NumPy says about the same, word for word, else ""
    result   the array the formula gives, None where there is trouble
    pair     the number of the product that is made now, from 1 on; 0 for all
    """

    def __init__(self, A, B, formula=MODES[0].formula):
        self._given = {"A": drawable(A, "A"), "B": drawable(B, "B")}
        self.shapes = {name: array.shape for name, array in self._given.items()}
        self.element = (0, 0)
        self.write(formula)

    def write(self, text):
        """Take another formula. ValueError in words, and nothing changes, where it does not fit."""
        self.formula = formula = fitting(Formula(as_formula(text)))
        known = {mode.formula: mode for mode in MODES}
        self.mode = known.get(formula.text) or own_mode(formula)
        self._renew()

    def resize(self, name, axis, length):
        """Make axis 0 or 1 of A or B so long."""
        rows, columns = self.shapes[name]
        self.shapes[name] = (length, columns) if axis == 0 else (rows, length)
        self._renew()

    def choose(self, *element):
        """Look at an element of the result, or the nearest there is, and at all of its sum."""
        self.pair = 0
        if self.result is not None:
            places = zip((*element, 0, 0), self.result.shape, strict=False)
            self.element = tuple(max(0, min(at, length - 1)) for at, length in places)

    def _renew(self):
        self.arrays = {name: resized(self._given[name], self.shapes[name]) for name in self.shapes}
        self.factors = [
            (described(factor), factor.indices, matrix_of(factor, self.arrays))
            for factor in self.formula.terms[0].factors
        ]
        self.misfit = str(objection(self.formula.lengths, self.arrays) or "")
        error = objection(self.mode.call, self.arrays)
        self.trouble = f"{type(error).__name__}: {error}" if error else self.misfit and STRETCHED
        self.result = None if self.trouble else self.formula.evaluate(**self.arrays)
        self.choose(*self.element)

    @property
    def clash(self):
        """The two axes that differ, each (number of the factor, axis, length), else ()."""
        seen = {}
        for number, (_, indices, matrix) in enumerate(self.factors):
            for axis, index in enumerate(indices):
                here = number, axis, matrix.shape[axis]
                if not index.isdigit() and seen.setdefault(index, here)[2] != here[2]:
                    return seen[index], here
        return ()

    @property
    def places(self):
        """The numbers that meet in the chosen element: for each product, a place a factor."""
        lengths = self.formula.lengths(**self.arrays)
        at = dict(zip(self.formula.left.indices, self.element, strict=True))
        for values in itertools.product(*(range(lengths[index]) for index in self.formula.bound)):
            at |= dict(zip(self.formula.bound, values, strict=True))
            yield [tuple(at.get(i) if i in at else int(i) for i in f[1]) for f in self.factors]

    @property
    def in_letters(self):
        """C[0,1] = A[0,0]·B[0,1] + A[0,1]·B[1,1] + A[0,2]·B[2,1]"""
        names = [name for name, _, _ in self.factors]
        products = [
            "·".join(f"{n}[{i},{j}]" for n, (i, j) in zip(names, places, strict=True))
            for places in self.places
        ]
        if len(products) > 5:
            products[2:-1] = ["…"]
        name, place = described(self.formula.left), ",".join(map(str, self.element))
        return f"{name}[{place}] = ".replace("[]", "") + " + ".join(products)

    @property
    def in_numbers(self):
        """C[0,1] = 1*8 + 2*4 + 3*6 = 34"""
        text = self.formula.written_out(self.element, **self.arrays)
        sums, _, number = text.rpartition(" = ")
        return sums if sums.endswith(f" = {number}") else text  # T[0,1] = 2, not 2 = 2

    @property
    def hooked(self):
        """Whether row of the first meets column of the second, as in A_ij B_jk."""
        if self.trouble or len(self.factors) != 2:
            return False
        (_, first, _), (_, second, _) = self.factors
        return first[1] == second[0] and [*self.formula.left.indices] == [first[0], second[1]]

    @property
    def so_far(self):
        """The sum in numbers up to the pair."""
        name, _, sums = self.in_numbers.partition(" = ")
        products = sums.rpartition(" = ")[0].split(" + ")
        if not 0 < self.pair < len(products):
            return self.in_numbers
        return f"{name} = {' + '.join(products[: self.pair])} + …"

    @property
    def sentence(self):
        """What the picture shows, in words."""
        if self.trouble:
            return f"{self.formula.text} is not defined here: {self.misfit}. NumPy: {self.trouble}"
        bound = ", ".join(self.formula.bound)
        how = f"summed over {bound}" if bound else "nothing is summed"
        shapes = "".join(shape_text(matrix) for _, _, matrix in self.factors)
        return f"{self.in_numbers} ({how}). Shapes {shapes} → {shape_text(self.result)}."


def drawable(array, name):
    """The array as a matrix, if it is one of a size to be drawn."""
    array = checked_finite(array_of_numbers(array, name), name)
    if array.ndim != 2 or not 1 <= min(array.shape) <= max(array.shape) <= LONGEST:
        do = f"pass a part of it, such as {name}[:{LONGEST}, :{LONGEST}]"
        if array.ndim == 1:
            do = f"write {name}.reshape(-1, 1) for a column"
        raise ValueError(
            f"{name}: expected a matrix of 1 to {LONGEST} rows and columns, to be drawn, got the "
            f"shape {array.shape}; {do}"
        )
    return array


def as_formula(text):
    """The formula for subscripts such as "ij,jk->ik"; any other text as it is."""
    if not isinstance(text, str):
        raise TypeError(f'formula: expected a text, got {short(text)}; write "C_ik = A_ij B_jk"')
    subscripts, arrow, free = text.replace(" ", "").partition("->")
    if not arrow:
        return text
    operands = subscripts.split(",")
    if len(operands) > 2:
        raise ValueError(
            f'"{text}" takes {len(operands)} arrays, but there are only A and B here; '
            "write one or two"
        )
    right = " ".join(f"{name}_{one}" for name, one in zip("AB", operands, strict=False))
    return f"C_{free} = {right}" if free else f"C = {right}"


def fitting(formula):
    """The formula; ValueError where it needs more than A, B and two axes to be shown."""
    term, *others = formula.terms
    if others or (term.sign, term.number) != (1, 1):
        raise ValueError(
            f'formula: expected one product of A and B, with no number, got "{formula.text}"; '
            'write one such as "C_ik = A_ij B_jk"'
        )
    for factor in term.factors:
        if factor.name not in ("A", "B") or factor.function or factor.parts:
            raise ValueError(
                f"formula: expected only A and B here, got {factor.text}; write one such as A_ij"
            )
        if len(factor.indices) != 2:
            raise ValueError(
                f"{factor.name} has two axes and needs two indices, got {factor.text}; "
                f"write {factor.name}_ij"
            )
    if not formula.names:
        raise ValueError(f'"{formula.text}" needs A or B, got neither; write "T_ij = A_ji"')
    if len(formula.left.indices) > 2:
        raise ValueError(
            f'"{formula.text}" has a result of more than two axes, which there is no room to draw; '
            "leave an index out on its left"
        )
    return formula


def resized(array, shape):
    """The array cut to a shape, or filled up with small whole numbers, always the same."""
    rows, columns = np.indices(shape)
    filled = (1 + (3 * rows + 5 * columns) % 9).astype(array.dtype)
    part = array[: shape[0], : shape[1]]
    filled[: part.shape[0], : part.shape[1]] = part
    return filled


def own_mode(formula):
    """The Mode of a formula without a name, by np.einsum."""

    def call(**arrays):
        factors = formula.terms[0].factors
        matrices = [still(matrix_of(factor, arrays), factor) for factor in factors]
        return np.einsum(formula.einsum, *matrices)

    return Mode(OWN, formula.text, formula.numpy, call)


def objection(call, arrays):
    """The error that a call on A and B raises because they do not fit, or None."""
    try:
        call(**arrays)
    except (ValueError, IndexError) as error:
        return error


# The drawing, in pixels

LEFT, GAP, HEAD = 58, 22, 84  # left of a matrix, between two, above them
FLOOR = 104  # below the matrices: the sum in letters and in numbers, and the line of NumPy
WIDE, HIGH = 72, 52  # a cell at most
BETWEEN, READABLE = 56, 22  # between the matrix above and the result; a cell at least

Place = namedtuple("Place", "x y rows columns")  # of the numbers of a matrix


class Matrices(Drawing):
    """The matrices of a formula and its result; what meets in the chosen number is lit up. Click a
    number of the result, or press the arrow keys.
    """

    def build(self, figure, look):
        self._look, self._c, self._drawn = look, look.colours, None
        self._axes = figure.subplots()
        self._axes.set(xlim=(0, look.width), ylim=(look.height, 0))
        self._axes.set_axis_off()
        self._floor, self._artists = look.height - FLOOR, []
        return self._artists

    def show(self, contraction):
        """Draw the matrices anew where sizes or formula have changed, and mark what meets."""
        now = contraction.formula.text, tuple(contraction.shapes.items())
        if now != self._drawn:
            self._drawn = now
            self._draw(contraction)
        self._mark(contraction)

    def _draw(self, contraction):
        for artist in self._artists:
            artist.remove()
        self._artists.clear()
        result = np.zeros((3, 2)) if contraction.trouble else np.atleast_2d(contraction.result)
        shapes = [*(matrix.shape for _, _, matrix in contraction.factors), result.shape]
        self._corner = contraction.hooked and self._in_the_corner(shapes)
        if not self._corner:
            self._lay_out(shapes)
        self._make_marks()
        free = dict(zip(contraction.formula.free, (self._c.blue, self._c.green), strict=False))
        self._colours = free | dict.fromkeys(contraction.formula.bound, self._c.orange)
        for place, factor in zip(self._places, contraction.factors, strict=False):
            self._draw_matrix(place, *factor)
        if contraction.trouble:
            self._draw_clash(contraction)
        else:
            left = contraction.formula.left
            self._draw_matrix(self._places[-1], described(left), left.indices, contraction.result)
        self._draw_signs(contraction.mode.numpy)

    def _make_marks(self):
        c, middle, size = self._c, self._look.width / 2, self._look.small
        ground = to_rgba(c.sky, 0.3)
        self._meeting = [
            self._boxes([], facecolors=ground, edgecolors=ink, lw=3)
            for ink in (c.blue, c.green, c.orange)
        ]
        self._chosen = self._boxes([], facecolors="none", edgecolors=c.ink, lw=4)
        self._letters = self._write(middle, self._floor + 16, "", size)
        self._numbers = self._write(middle, self._floor + 48, "", size, weight="bold")

    def _draw_signs(self, line):
        """The equals sign, and the line of NumPy below."""
        if not self._look.narrow and not self._corner:
            first, *_, last = self._places
            middle = first.y + first.rows * self._high / 2
            self._write(last.x - LEFT - GAP / 2 + 6, middle, "=", self._look.large)
        below = self._look.width / 2, self._floor + 84
        self._write(*below, line, self._look.small, family="monospace")

    def _mark(self, contraction):
        """Move the marks to the chosen element."""
        meeting, chosen, sums = [[], [], []], [], ("", "")
        if not contraction.trouble:
            meeting = self._meeting_cells(contraction)
            chosen = [self._cell(-1, contraction.element)]
            sums = contraction.in_letters, contraction.so_far
            sums = [shortened(text, round(self._across)) for text in sums]
        for boxes, cells in zip(self._meeting, meeting, strict=True):
            boxes.set_verts(cells)
        self._chosen.set_verts(chosen)
        self._letters.set_text(sums[0])
        roomy = len(sums[1]) * self._look.large < self._look.width
        self._numbers.set(text=sums[1], size=self._look.large if roomy else self._look.small)

    def _meeting_cells(self, contraction):
        """The cells that meet, by their free index: the first, the second, none or in hand."""
        free, products = contraction.formula.free, list(contraction.places)
        kinds = [
            next((free.index(index) for index in indices if index in free), 2)
            for _, indices, _ in contraction.factors
        ]
        cells = [[], [], []]
        for n, at in sorted({(n, at) for product in products for n, at in enumerate(product)}):
            cells[kinds[n]].append(self._cell(n, at))
        if contraction.pair:
            made = products[min(contraction.pair, len(products)) - 1]
            cells[2] += [self._cell(n, at) for n, at in enumerate(made)]
        return cells

    @property
    def _across(self):
        """How many letters there is room for beside one another."""
        return self._look.width / (0.62 * self._look.small * 100 / 72)

    def element_at(self, picture, event):
        """The element of the result that a touch means; None elsewhere."""
        x, y = picture.place_in(self._axes, event)
        place = self._places[-1]
        row, column = int((y - place.y) // self._high), int((x - place.x) // self._wide)
        inside = 0 <= row < place.rows and 0 <= column < place.columns
        return (row, column) if inside else None

    def _in_the_corner(self, shapes):
        """Place the first left of the result, the second above it; False where they are too high.

        Their common index then runs along one and down the other.
        """
        first, second, result = shapes
        wide = (self._look.width - 20 - 2 * LEFT - GAP) / (first[1] + second[1])
        high = (self._floor - 10 - HEAD - BETWEEN) / (first[0] + second[0])
        if min(wide, high) < READABLE:
            return False
        self._wide, self._high = min(WIDE, wide), min(HIGH, high)
        across = (first[1] + second[1]) * self._wide + 2 * LEFT + GAP
        left = (self._look.width - across) / 2 + LEFT
        x = left + first[1] * self._wide + GAP + LEFT
        y = HEAD + second[0] * self._high + BETWEEN
        self._places = [Place(left, y, *first), Place(x, HEAD, *second), Place(x, y, *result)]
        return True

    def _lay_out(self, shapes):
        """Find the size of a cell, and the place of each matrix: below one another where narrow."""
        (rows, columns), n = zip(*shapes, strict=True), len(shapes)
        wide, high = self._look.width - 20, self._floor - 10
        if self._look.narrow:
            self._wide = min(WIDE, (wide - LEFT) / max(columns))
            self._high = min(HIGH, (high - n * HEAD) / sum(rows))
            places = [(LEFT + 10, HEAD * (k + 1) + sum(rows[:k]) * self._high) for k in range(n)]
        else:
            self._wide = min(WIDE, (wide - n * (LEFT + GAP)) / sum(columns))
            self._high = min(HIGH, (high - HEAD) / max(rows))
            spans = [LEFT + length * self._wide + GAP for length in columns]
            left = (self._look.width - sum(spans) + GAP) / 2 + LEFT
            top = HEAD + (high - HEAD - max(rows) * self._high) / 3
            places = [(left + sum(spans[:k]), top) for k in range(n)]
        self._places = [Place(*at, *shape) for at, shape in zip(places, shapes, strict=True)]

    def _cell(self, number, at):
        """The corners of a cell; a result of one axis is drawn as a row, a number as one cell."""
        row, column = (0, 0, *at)[-2:]
        place, wide, high = self._places[number], self._wide, self._high
        x, y = place.x + column * wide, place.y + row * high
        return [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)]

    def _draw_matrix(self, place, name, indices, matrix):
        """Its name and shape, the values of its indices, and its numbers in their cells."""
        centre = place.x + place.columns * self._wide / 2
        title = f"{name}  {shape_text(matrix)}"
        up = 38 if self._corner and place.y > HEAD else 66
        self._write(centre, place.y - up, title, self._look.size, weight="bold")
        cells = [self._cell(self._places.index(place), at) for at in np.ndindex(matrix.shape)]
        self._boxes(cells, facecolors="none", edgecolors=self._c.grey, lw=0.8)
        for number, (corner, _, opposite, _) in zip(matrix.flat, cells, strict=True):
            self._write(*np.add(corner, opposite) / 2, shown(number, self._wide), self._look.small)
        for axis, index in zip((0, 1)[-len(indices) :], indices, strict=True) if indices else ():
            self._draw_index(place, axis, index)

    def _draw_index(self, place, axis, index):
        """The values that an index takes, along its axis; a digit stands at its place only."""
        length = (place.rows, place.columns)[axis]
        short_of_room = axis and self._wide < 40
        for value in [int(index)] if index.isdigit() else range(length):
            if value < length:
                named = not index.isdigit() and not (short_of_room and value)
                text = f"{index}={value}" if named else str(value)
                x = place.x + (value + 0.5) * self._wide if axis else place.x - 24
                y = place.y - 14 if axis else place.y + (value + 0.5) * self._high
                ink = self._colours.get(index, self._c.ink)
                self._write(x, y, text, self._look.small, ink, weight="bold")

    def _draw_clash(self, contraction):
        """Point at the two axes that differ, and quote NumPy."""
        for number, axis, length in contraction.clash:
            self._point_at(self._places[number], axis, length)
        lengths = " ≠ ".join(str(length) for _, _, length in contraction.clash)
        place, orange = self._places[-1], self._c.orange
        big = {"size": 2 * self._look.size, "colour": orange, "weight": "bold"}
        self._write(place.x + self._wide, place.y + 60, lengths or "?", **big)
        text = textwrap.fill(contraction.trouble, int(self._across))
        quote = {"colour": orange, "family": "monospace", "weight": "bold"}
        self._write(self._look.width / 2, self._floor + 34, text, self._look.small, **quote)

    def _point_at(self, place, axis, length):
        """A thick line along an axis, with its number and length."""
        wide, high, orange = place.columns * self._wide, place.rows * self._high, self._c.orange
        ends = ([place.x, place.x + wide], [place.y - 28] * 2)
        if axis == 0:
            ends = ([place.x - 46] * 2, [place.y, place.y + high])
        self._artists += self._axes.plot(*ends, color=orange, lw=5, solid_capstyle="butt")
        x, y = (place.x + wide / 2, place.y - 44) if axis else (place.x - 46, place.y + high + 12)
        self._write(x, y, f"axis {axis}: {length}", self._look.small, orange, weight="bold")

    def _write(self, x, y, text, size, colour=None, **look):
        look |= {"fontsize": size, "color": colour or self._c.ink, "ha": "center", "va": "center"}
        look["transform"] = self._axes.transData  # on the figure: on axes it would be clipped
        self._artists.append(self._axes.figure.text(x, y, text, **look))
        return self._artists[-1]

    def _boxes(self, corners, **look):
        boxes = self._axes.add_collection(PolyCollection(corners, **look), autolim=False)
        self._artists.append(boxes)
        return boxes


def shown(number, wide):
    """A number short enough for a cell so many pixels wide."""
    if isinstance(number, np.integer):
        return str(number)
    return f"{number:.3g}" if wide > 50 else f"{number:.1f}"


def shortened(text, longest):
    """A sum with its middle left out where it is too long for a line."""
    if len(text) <= longest:
        return text
    sums, _, number = text.rpartition(" = ")
    return f"{sums[: longest - len(number) - 6].rpartition(' ')[0]} … = {number}"


PAIR_TICK = 900  # milliseconds between two products of Play
PLAY_SAYS = "Multiply the pairs one after the other, or stop and show all"


class ContractionExplorer(Board):
    """The controls. `contraction` is what they change."""

    def __init__(self, contraction):
        super().__init__()
        self.contraction = contraction
        self._matrices = Matrices()
        self.picture = Picture(self._matrices, 430, tall=720, surface=True)
        self.stack(*self._controls(), self.picture, self.sentence)
        self.feel(self._touch)
        self.refresh(None)

    def _controls(self):
        names = [*(mode.name for mode in MODES), OWN]
        mode, text = self.contraction.mode.name, self.contraction.formula.text
        self._mode = menu("what", names, mode, 70, 380)
        look = {"description": "formula", "continuous_update": False}
        self._text = ipywidgets.Text(text, **look, **sized(70, 380))
        self._sizes = [self._size(*axis) for axis in itertools.product("AB", (0, 1))]
        self.listen(self._take, self._mode)
        self.listen(self._rewrite, self._text)
        self._play = player(PAIR_TICK, PLAY_SAYS)
        self.listen(self._make, self._play)
        return [[self._mode, self._text, self._play], self._sizes]

    def _size(self, name, axis):
        """A slider for the length of one axis, which stands above the matrix."""
        length, words = self.contraction.shapes[name][axis], ("rows", "columns")[axis]
        look = {"description": f"{words} of {name}", "readout": False}
        slider = ipywidgets.IntSlider(length, 1, max(LEAST_END, length), **look, **sized(90, 220))
        self.listen(lambda: self.contraction.resize(name, axis, slider.value), slider)
        return slider

    def _take(self):
        """Write the formula of a mode; the learner's own is written by hand."""
        for mode in MODES:
            if mode.name == self._mode.value:
                self._text.value = mode.formula
                self.contraction.write(mode.formula)

    def _rewrite(self):
        try:
            self.contraction.write(self._text.value)
        except ValueError as error:
            return f"This formula cannot be shown: {error}."
        mode = self.contraction.mode
        if mode.name not in (self._mode.value, OWN):
            self._text.value = mode.formula  # as the list has it
        self._mode.value = mode.name

    def _make(self):
        """Show the sum up to the pair that Play has come to."""
        self.contraction.pair = self._play.value

    def _touch(self, event):
        """Move to the element that was clicked, or one further by an arrow key."""
        element = self.contraction.element
        if event["kind"] == "key":
            step = ARROWS.get(event["key"], (0, 0))[2 - len(element) :]
            element = tuple(np.add(element, step)) if element else ()
        elif event["kind"] != "up" and not self.contraction.trouble:
            at = self._matrices.element_at(self.picture, event)
            element = element if at is None else at[2 - len(element) :]
        if element != self.contraction.element:
            self.contraction.choose(*element)

    def refresh(self, said):
        """Show the formula as it stands; or only say why another one cannot be shown."""
        if said:
            return self.say(said, "bold")
        for slider in self._sizes:
            slider.disabled = slider.description[-1] not in self.contraction.formula.names
        pairs = 0 if self.contraction.trouble else len(list(self.contraction.places))
        self._play.value, self._play.max = self.contraction.pair, max(pairs, 1)
        self.picture.show(self.contraction)
        self.say(self.contraction.sentence)
