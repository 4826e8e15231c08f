"""The wheel of a release holds what nnlib needs: boards and words, where only it is installed.

Costs about half a minute; the build fetches the setuptools that pyproject.toml asks for.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import ipywidgets
import pytest
import release

from nnlib.exercises import EXERCISES

TOP = Path(__file__).parents[2]
UV = (sys.executable, "-m", "uv", "--quiet")
SCRIPTS = list((TOP / "nnlib/widgets/parts").glob("*.js"))

BOARDS = """
import json
import numpy as np
import nnlib
from hand import inside
from nnlib import Network, derivations, exercises, load_digits, widgets

net = Network([784, 10], rng=np.random.default_rng(0))
boards = [
    widgets.digit_pad(net, load_digits()),
    widgets.derivation_stepper(derivations.WEIGHT_DECAY),
    widgets.contraction_explorer(np.eye(2), np.eye(2)),
]
parts = [part for board in boards for part in inside(board) if part.has_trait("_esm")]
scripts = [part.get_state("_esm")["_esm"] for part in parts]
tasks = [exercise.task for exercise in exercises.EXERCISES]
print(json.dumps({"nnlib": nnlib.__file__, "scripts": scripts, "tasks": tasks}))
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What three boards tell of themselves in an environment that has the wheel, not the sources.

    All other packages are borrowed from the environment that runs this.
    """
    folder = tmp_path_factory.mktemp("wheel")
    environment, python = folder / "environment", folder / "environment/bin/python"
    subprocess.run([*UV, "venv", "--python", sys.executable, environment], check=True)
    wheel = ["--no-deps", release.build_wheel(folder)]
    install = [*UV, "pip", "install", "--python", python, *wheel]
    subprocess.run(install, check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(str(Path(ipywidgets.__file__).parents[1]))
    here = os.environ | {"PYTHONPATH": str(TOP / "tests/widgets")}  # the hand, and not the sources
    told = subprocess.check_output([python, "-c", BOARDS], cwd=folder, env=here, text=True)
    return environment, json.loads(told)


def test_the_wheel_is_what_is_shown(shown):
    environment, told = shown
    assert Path(told["nnlib"]).is_relative_to(environment)


def test_what_runs_in_the_browser_comes_with_the_wheel(shown):
    _, told = shown
    assert set(told["scripts"]) == {path.read_text("utf-8") for path in SCRIPTS}


def test_the_words_on_exercises_and_derivations_come_with_the_wheel(shown):
    _, told = shown
    assert told["tasks"] == [exercise.task for exercise in EXERCISES]
