"""Numbers on a board: in few characters, and as the end of an axis."""

import math


def nice(number, marks=(1, 2, 5)):
    """The first of these marks, times a power of ten, that is not below the number."""
    if not 0 < number < 1e300:
        return 1.0 if number <= 0 else 1e300
    decade = 10.0 ** math.floor(math.log10(number))
    return next(m * decade for m in (*marks, *(10 * m for m in marks)) if m * decade >= number)


def decimals(value, places):
    """A number with so many decimals, and "< 0.01" for one that is not 0 but would look like it."""
    least = 10.0**-places
    if 0 < abs(value) < least / 2:
        return f"< {least:g}" if value > 0 else f"> −{least:g}"
    return f"{value + 0.0:.{places}f}".replace("-", "−")  # + 0.0: never −0.0


def signed(value):
    """A number with its sign, in at most eight characters; rounding errors count as 0."""
    value = 0.0 if abs(value) < 1e-9 else value
    style = "+.3f" if value == 0 or 0.0005 <= abs(value) < 1000 else "+.0e"
    return format(value, style).replace("-", "−")


def reading(value):
    """A number as a dial shows it, in six characters at most: +0.52, +1140, +2e+06."""
    size = abs(value)
    return f"{value:+.2f}" if size < 99 else f"{value:+.0f}" if size < 9999 else f"{value:+.0e}"
