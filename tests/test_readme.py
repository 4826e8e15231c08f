"""README's lines on the module, and its exercise for an exam, are run as they stand there."""

import re
import sys
from pathlib import Path

import course
import numpy as np
import pytest
import readme

import nnlib
from nnlib.exercises import check
from nnlib.widgets import playground


def test_every_block_of_lines_is_read_out_of_readme_by_a_test():
    tests = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("test_*.py")]
    read = re.findall(r'(?:block|lines)\("(.+?)"\)', "\n".join(tests))
    blocks = re.findall(r"^```(?:python)?\n(.+?)\n```$", readme.TEXT, re.M | re.S)
    assert len(blocks) == readme.TEXT.count("\n```") / 2
    assert [block for block in blocks if not block.startswith(tuple(read))] == []


def test_the_lines_on_the_module_read_digits(monkeypatch, capsys):
    monkeypatch.setattr(nnlib, "load_mnist", nnlib.load_digits)
    names = {}
    exec(readme.block("import numpy as np"), names)
    assert len(names["history"].evaluation_accuracy) == 30
    assert float(capsys.readouterr().out.split()[-1]) > 0.85


@pytest.mark.parametrize("line", [c for c in readme.code_in("The module") if "playground(" in c])
def test_the_lines_on_the_playground_open_it(line):
    X = np.random.default_rng(0).uniform(-1, 1, (20, 2))
    names = {"nnlib": nnlib, "playground": playground, "X": X, "Y": np.arange(20) % 2}
    eval(line, names).close()


def test_the_line_on_digits_of_ones_own_makes_digits():
    (line,) = [code for code in readme.code_in("The data") if "Digits(" in code]
    some = nnlib.load_digits().test
    names = {"nnlib": nnlib, "images": some.images, "labels": some.labels}
    exec(line, names)
    assert len(names["digits"].train) == 199


def test_the_exercise_for_an_exam_is_asked_and_judged(tmp_path, monkeypatch):
    (tmp_path / "exam.py").write_text(readme.block("from nnlib.exercises"))
    (tmp_path / course.OWN).mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "exam", raising=False)
    ((name, (asked,)),) = course.sheets_of(["exam.py=5"], tmp_path).items()
    assert (name, asked.points, asked.own) == ("exam", 5, "exam.double")
    cells = course.sheet(name, [asked]).cells
    assert any("Return twice `x`." in cell.source for cell in cells)
    assert check(asked.exercise, lambda x: x + x).right
    assert "x is squared" in str(check(asked.exercise, lambda x: x * x))
