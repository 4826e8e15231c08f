"""README's own lines, for the tests that run them."""

import re
from pathlib import Path

TEXT = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def block(beginning):
    """The one block that begins so."""
    (lines,) = re.findall(rf"^```(?:python)?\n({re.escape(beginning)}.*?)^```$", TEXT, re.M | re.S)
    return lines


def code_in(chapter):
    """What stands between `…` in the prose of a chapter."""
    (prose,) = re.findall(rf"^## {chapter}\n(.*?)(?=^## )", TEXT, re.M | re.S)
    return re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```$", "", prose, flags=re.M | re.S))
