"""Every sentence that nnlib raises has one form: what was expected, what was got; what to do.

The sentences are read in the source, so that none is forgotten; what they say in full is held by
the tests of each module.
"""

import ast
import re
from pathlib import Path

import pytest

import nnlib

PACKAGE = Path(nnlib.__file__).parent
OTHERWISE = {  # how a sentence may begin that has another form, and why
    "{name}: {self._called} has no such name": "a misspelt name: the right one is all there is",
    "{unknown[0]}: no such choice": "a misspelt name: the right one is all there is",
    "{os.fspath(path)} is not a network": "what is wrong with the file takes the place of got",
    "MNIST cannot be stored in": "the disk fails, nothing was passed",
    # a formula is read as a whole: where in it which index stands is both, expected and got
    **dict.fromkeys(
        (
            '"{self.text}" is a sum',
            "a term is empty",
            'cannot read "{rest}"',
            "{index} stands",
            'the left of "{formula.text}"',
            "{factor.text} asks for index",
            "{factor.text} needs",
            "{factor.text} has",
            "{index} runs over",
            'nothing in "{formula.text}"',
            "I_{one}{other} sets",
            "the identity I takes",
            '"{text}" takes',
            '"{formula.text}" has a result',
        ),
        "the place in a formula",
    ),
}


def is_error(call):
    """Whether an exception is made: of a class by its name, or of one found out on the way."""
    function = ast.unparse(call.func)
    return bool(re.fullmatch(r"[A-Z]\w*Error|type\(\w+\)|.* if .* else \w+Error", function))


def written(node):
    """A string as in the source, what is put in in braces; None for anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(written(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return f"{{{ast.unparse(node.value)}}}"
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def sentences():
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and is_error(node) and node.args:
                sentence = written(node.args[0])
                if sentence is not None:
                    yield pytest.param(sentence, id=f"{path.stem}: {sentence[:70]}")


SENTENCES = list(sentences())


def is_otherwise(sentence):
    return any(sentence.startswith(beginning) for beginning in OTHERWISE)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_says_what_to_do(sentence):
    """After a semicolon; or it ends with the name that was probably meant."""
    assert "; " in sentence or sentence.endswith("{near}") or sentence.startswith("more bytes")


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_says_what_was_expected_and_what_was_got(sentence):
    assert is_otherwise(sentence) or re.search(r"(expected|needs) .*\bgot\b", sentence)


def test_each_other_form_is_in_use(tell):
    words = [param.values[0] for param in SENTENCES]
    unused = [b for b in OTHERWISE if not any(word.startswith(b) for word in words)]
    assert unused == []
    tell(f"{len(words)} sentences that nnlib raises say what to do")
