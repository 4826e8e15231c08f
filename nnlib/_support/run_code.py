"""A training run as a short text, read as data and believed only when every part is checked:

    nn1:SEED:HIDDEN:COST:DIGITS:0/0.5/10/0/0/unbent:52000/0.1/10/0/2/both:100000:CHECK

COST is a place in a list, DIGITS the fingerprint of the data, each turn of a knob the samples
before its first step and the Setting; then how many samples were visited in all, and a checksum.
"""

import re
import zlib
from typing import NamedTuple

import numpy as np

from nnlib._support.hints import short

LONGEST_CODE = 100_000  # letters
LARGEST_ETA = 1000.0
_N, _DECIMAL = r"\d{1,15}", r"\d{1,20}(?:\.\d{1,20})?(?:e-?\d{1,3})?"
_TURN = rf":{_N}/{_DECIMAL}/{_N}/{_DECIMAL}/{_N}/[a-z]+"
_FORM = re.compile(rf"nn1:(\d{{1,80}}):({_N}):({_N}):(\w{{8}})((?:{_TURN})+):({_N})", re.ASCII)


class Setting(NamedTuple):
    """How the knobs stand that may be turned while a run learns."""

    eta: float
    batch_size: int
    l2: float
    halving: int = 0  # the epochs in which η halves, from the turn on; 0: it stays
    bend: str = "unbent"  # the name of one of BENDINGS

    @property
    def halving_in_words(self):
        return {0: "never", 1: "every epoch"}.get(self.halving, f"every {self.halving} epochs")


class RunCode(NamedTuple):
    """What decides a run: its start, every turn (samples, *Setting), and where it ends."""

    seed: int
    hidden: int
    cost: int
    turns: list
    end: int

    def written(self, data):
        """The text, for digits with this fingerprint."""
        turns = ("/".join(str(one).removesuffix(".0") for one in t) for t in self.turns)
        parts = "nn1", self.seed, self.hidden, self.cost, data, *turns, self.end
        return _signed(":".join(map(str, parts)))


def read_code(text, data, choices):
    """The RunCode that a text stands for; refused in words if it is none or of other digits.

    data     the fingerprint of the digits at hand
    choices  what the board offers as hidden, cost, batch_size, l2, halving and bend
    """
    if not isinstance(text, str):
        got = short(text)
        raise TypeError(f'code: expected the text cockpit.code, got {got}; write code="nn1:…"')
    text = "".join(text[:LONGEST_CODE].split())  # a mail breaks its lines
    body = text.rpartition(":")[0]
    found, signed = _FORM.fullmatch(body), text == _signed(body)
    code = _read(found) if found and signed else None
    if not code or not _is_run(code, choices):
        why = "made by another cockpit" if signed else "with a letter wrong or missing"
        raise ValueError(
            f"code: expected what cockpit.code gave, got {text!r:.40}, {why}; copy it again"
        )
    if found[4] != data:
        raise ValueError(
            f"code: expected the code of a run on these digits, got {text!r:.40}, made on others; "
            "load those"
        )
    return code


def fingerprint(digits):
    """Eight letters that tell one set of Digits from another: all it trains and validates on."""
    check = 0
    for part in (digits.train, digits.validation):
        for array in (part.images, part.labels):
            check = zlib.crc32(str(array.shape).encode(), check)
            check = zlib.crc32(np.ascontiguousarray(array), check)
    return f"{check:08x}"


def _signed(body):
    return f"{body}:{zlib.crc32(body.encode('utf-8', 'replace')):08x}"


def _read(found):
    turns = [turn.split("/") for turn in found[5][1:].split(":")]
    kinds = int, float, int, float, int, str
    turns = [tuple(kind(one) for kind, one in zip(kinds, turn, strict=True)) for turn in turns]
    return RunCode(int(found[1]), int(found[2]), int(found[3]), turns, int(found[6]))


def _is_run(code, choices):
    """Whether the board could have made it: the turns in their order, each knob within reach."""
    seen, etas, *knobs = zip(*code.turns, strict=True)
    asked = dict(zip(Setting._fields[1:], knobs, strict=True))
    asked |= {"hidden": [code.hidden], "cost": [code.cost]}
    offered = all({*values} <= {*choices[name]} for name, values in asked.items())
    ordered = seen[0] == 0 and [*seen] == sorted({*seen}) and seen[-1] <= code.end
    return offered and ordered and max(etas) <= LARGEST_ETA
