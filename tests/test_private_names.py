"""Tests stand on what a student or another module may use; a private name needs a reason."""

import ast
import re
import tokenize
from pathlib import Path

TESTS = Path(__file__).parent
AT_MOST = 15
# in programs for a kernel or a page, and in what monkeypatch is told to replace
IN_TEXT = re.compile(r"(?<!\bself)(?<=[\w\])])\._(?!_|repr_|support\b)[a-z]|\bimport _[a-z]")


def is_private(name):
    """Not __init__ and the like, nor what IPython asks of everything: _repr_html_."""
    return re.match("_(?!_|repr_)", name) is not None


def read_by(node):
    """Whether a node reads a private name that is not of the test's own object."""
    if isinstance(node, ast.Attribute):
        return is_private(node.attr) and ast.unparse(node.value) != "self"
    if isinstance(node, ast.ImportFrom):
        return any(is_private(alias.name) for alias in node.names)
    return isinstance(node, ast.Constant) and bool(IN_TEXT.search(str(node.value)))


def private_reads(path):
    """(line, whether a comment stands on it or on the line above) of each."""
    with path.open("rb") as file:
        tokens = list(tokenize.tokenize(file.readline))
    commented = {token.start[0] for token in tokens if token.type == tokenize.COMMENT}
    tree = ast.parse(path.read_bytes())
    lines = [node.lineno for node in ast.walk(tree) if read_by(node)]
    return [(line, bool({line, line - 1} & commented)) for line in lines]


def test_few_tests_read_a_private_name_and_each_says_why(tell):
    reads = {path: private_reads(path) for path in sorted(TESTS.rglob("*.py"))}
    places = [
        (f"{path.relative_to(TESTS)}:{line}", why) for path in reads for line, why in reads[path]
    ]
    tell(f"private names: read at {len(places)} places of the tests, each with its reason")
    assert [place for place, why in places if not why] == []
    assert len(places) <= AT_MOST
