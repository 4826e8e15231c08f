"""Run the suite where it is likeliest to break: on the oldest versions allowed and on the newest.

The oldest are the lower bounds of tests/requirements.txt, which includes the notebooks' own; the
newest are whatever the package index has today. Each goes with the oldest and the newest Python
that pyproject.toml allows and that can be had here: found, or brought by uv.
    make versions       make versions ARGS=oldest
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = "tests/requirements.txt"
UV = (sys.executable, "-m", "uv", "--quiet")
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
# Of the repository: its texts and tools are the same whatever is installed.
LEFT_OUT = (
    *("browser", "soak", "test_archives.py", "test_chapters.py", "test_claims.py"),
    *("test_copies.py", "test_exercise_cells.py", "test_figures_in_words.py"),
    *("test_folded_code.py", "test_given_away.py", "test_language.py", "test_minutes.py"),
    *("test_notebooks.py", "test_prediction_cells.py", "test_private_names.py"),
    *("test_published_results.py", "test_readme.py", "test_release.py", "test_repository.py"),
    *("test_sentences.py", "test_sheets.py", "test_slides.py", "test_speed_benchmark.py"),
    "test_teaching.py",
)
UNIT = ("-n", "logical", *(f"--ignore=tests/{name}" for name in LEFT_OUT), "-m", "not thorough")
NOTEBOOK = ("--nbval-lax", "--nbval-current-env", "notebooks/04_gradients_by_hand.ipynb")
SHOWN = ("numpy", "matplotlib", "ipywidgets")  # named in the table


def main(names):
    ends = {
        "oldest": (supported(), "lowest-direct"),
        "newest": (supported()[::-1], "highest"),
    }
    with tempfile.TemporaryDirectory(prefix="nnlib-versions-") as folder:
        environments = {name: Path(folder, name) for name in names or ends}
        for name, environment in environments.items():
            make(environment, *ends[name])
        rows = [tried(environment) for environment in environments.values()]
    print("\n".join(row for row, _ in rows))
    sys.exit(not all(good for _, good in rows))


def supported():
    """The Pythons that pyproject.toml allows, such as 3.11, oldest first."""
    bounds = r'requires-python = ">=3\.(\d+),<3\.(\d+)"'
    first, end = re.search(bounds, (ROOT / "pyproject.toml").read_text()).groups()
    return [f"3.{minor}" for minor in range(int(first), int(end))]


def make(environment, pythons, resolution):
    """A virtual environment on the first of the Pythons that can be had."""
    commands = ([*UV, "venv", "--python", python, environment] for python in pythons)
    if not any(succeeds(command) for command in commands):
        sys.exit(f"versions: none of the Pythons {', '.join(supported())} can be had here")
    where = ["--python", environment, "--resolution", resolution]
    subprocess.run([*UV, "pip", "install", *where, "-r", REQUIREMENTS], cwd=ROOT, check=True)


def succeeds(command):
    """Whether a command ends well; pyenv's Pythons, which lie outside PATH, are found too."""
    pyenv = sorted(Path.home().glob(".pyenv/versions/3.*/bin"))
    path = os.pathsep.join([os.environ["PATH"], *map(str, pyenv)])
    return subprocess.run(command, env=os.environ | {"PATH": path}).returncode == 0


def tried(environment):
    """Run the suite and a notebook: their line of the table, and whether both passed."""
    python = environment / "bin/python"
    versions = subprocess.check_output([python, "-c", VERSIONS], text=True).strip()
    print(f"versions: {environment.name}: {versions}", flush=True)
    runs = [run([python, *PYTEST, *arguments]) for arguments in (UNIT, NOTEBOOK)]
    unit, notebook = (last for last, _ in runs)
    row = f"versions: {environment.name}: {versions}: {unit}; notebook 4: {notebook}"
    return row, all(good for _, good in runs)


VERSIONS = f"""
import platform
from importlib.metadata import version
named = [f"{{name}} {{version(name)}}" for name in {SHOWN}]
print("Python", platform.python_version() + ",", ", ".join(named))
"""


def run(command):
    """Run pytest, its output passed on: its last line, such as "2761 passed", and if it is good."""
    one_each = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # as in the Makefile
    pytest = subprocess.Popen(command, cwd=ROOT, env=one_each, stdout=subprocess.PIPE, text=True)
    last = ""
    for line in pytest.stdout:
        print(line, end="", flush=True)
        last = line.strip("= \n") or last
    return re.sub(r" in .*", "", last), pytest.wait() == 0


if __name__ == "__main__":
    main(sys.argv[1:])
