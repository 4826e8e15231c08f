"""What exercises are made of: random arguments, and functions of answers that are none."""

from nnlib.index_notation import Formula


def arrays(*shapes):
    """rng -> normal arrays whose axes are letters: ("nm", "mp"); a 1 is one, half are square."""

    def draw(rng):
        letters = sorted(set("".join(shapes)) - {"1"})
        sizes = dict(zip(letters, rng.integers(2, 6, len(letters)), strict=True))
        if rng.random() < 0.5:
            sizes = dict.fromkeys(letters, int(rng.integers(2, 5)))
        return tuple(rng.normal(size=[(sizes | {"1": 1})[c] for c in shape]) for shape in shapes)

    return draw


def number(low, high, sign=False):
    """rng -> (a number between the two,), or with either sign."""
    signs = (-1, 1) if sign else (1,)
    return lambda rng: (float((rng.uniform(low, high) * rng.choice(signs)).round(3)),)


def together(*draws):
    """rng -> the arguments of several draws in a row."""
    return lambda rng: tuple(argument for draw in draws for argument in draw(rng))


def value(answer):
    """The function whose result is the answer, whatever the arguments."""
    return lambda *arguments: answer


def formula_of(*names, without=()):
    """read(line): the function of these arrays that a line for Formula computes."""

    def read(line):
        if any(word in str(line) for word in without):
            raise ValueError(f"the line can be written without {without[0]}")
        formula = Formula(line)
        return lambda *arrays: formula.evaluate(**dict(zip(names, arrays, strict=True)))

    return read
