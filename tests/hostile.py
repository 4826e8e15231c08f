"""Answers that fail wherever they are touched."""


class Hostile:
    """Fails wherever it is touched."""

    def __repr__(self):
        raise RuntimeError("no repr")

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array")

    def __eq__(self, other):
        raise RuntimeError("no ==")

    __hash__ = None


class HostileError(Exception):
    def __str__(self):
        raise RuntimeError("no str")
