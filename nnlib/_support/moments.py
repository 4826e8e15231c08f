"""The record of a training run: what it was at chosen moments, and the way back to each of them."""

from dataclasses import dataclass

import numpy as np

MOST = 200  # moments of a run
ROOM = 40_000_000  # bytes that all their parameters may take


class Orders(np.random.Generator):
    """A random generator that knows its state `before` it drew the order of an epoch.

    The state is 32 bytes; the order that is left of an epoch of MNIST would be up to 400,000.
    """

    before = None

    def permutation(self, n):
        self.before = self.bit_generator.state
        return super().permutation(n)


@dataclass(frozen=True)
class Moment:
    """All that decides how a descent goes on, but for the knobs, and what was `told` of it."""

    seen: int  # samples visited so far, in all epochs
    random: tuple  # the states before this epoch's order was drawn, if there is one, and now
    parameters: list
    told: tuple

    @classmethod
    def of(cls, descent, orders, told=()):
        """What the descent, whose rng is orders, is now."""
        seen, net = descent.place.seen, descent.net
        now = orders.bit_generator.state
        before = orders.before if seen % len(descent.X) else now
        return cls(seen, (before, now), [array.copy(order="K") for array in net.W + net.b], told)

    def restore(self, descent, orders):
        """Make the descent what it was, to the last bit; its net stays the same object."""
        n, (orders.bit_generator.state, now) = len(descent.X), self.random
        order = orders.permutation(n) if self.seen % n else np.empty(0, int)
        orders.bit_generator.state = now  # augment has drawn since
        descent.place.waiting, descent.place.seen = order[self.seen % n :], self.seen
        for array, kept in zip(descent.net.W + descent.net.b, self.parameters, strict=True):
            array[...] = kept


class Moments:
    """The newest thing kept and, evenly thinned, those before it: a list of at most `most`."""

    def __init__(self, most=MOST):
        self._most, self._every, self._kept = most, 1, []  # (its number, the thing)

    def keep(self, thing):
        """Add the newest; where there are too many, every other one of those before it goes."""
        number = self._kept[-1][0] + 1 if self._kept else 0
        if self._kept and self._kept[-1][0] % self._every:
            self._kept.pop()  # it was there as the newest only
        self._kept.append((number, thing))
        if len(self._kept) > self._most:
            self._every *= 2
            *older, newest = self._kept
            self._kept = [*(one for one in older if one[0] % self._every == 0), newest]

    def cut(self, length):
        """Forget all but the first so many."""
        del self._kept[length:]

    def __len__(self):
        return len(self._kept)

    def __getitem__(self, place):
        return self._kept[place][1]


class Record:
    """A descent whose moments are kept; `here` is the place of the one that its net is at."""

    def begin(self, descent, orders):
        """Forget all; from now on keep moments of this descent, whose rng is orders."""
        self.descent, self._orders, self.here = descent, orders, 0
        self.moments = Moments(most_moments(descent.net))

    def keep(self, told):
        """Keep this moment, and what is told of it; True where it was kept before, then anew."""
        anew = len(self.moments) and self.moments[-1].seen == self.descent.place.seen
        self.moments.cut(len(self.moments) - bool(anew))
        self.moments.keep(Moment.of(self.descent, self._orders, told))
        self.here = len(self.moments) - 1
        return bool(anew)

    @property
    def told(self):
        """What was told of this moment."""
        return self.moments[self.here].told

    at_the_end = property(lambda self: self.here == len(self.moments) - 1)

    def stand_at(self, place):
        """Let the net be what it was at this moment, -1 for the last."""
        self.here = place % len(self.moments)
        self.moments[self.here].restore(self.descent, self._orders)


def most_moments(net):
    """How many moments of a net have room: two at least, a start and an end."""
    return max(2, min(MOST, ROOM // sum(array.nbytes for array in net.W + net.b)))
