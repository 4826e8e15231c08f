"""`python notebooks DIR`: copies to work in, without outputs, whole, and never written over."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import readme

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
NAMES = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
LEFT_BY_RUNNING = {"outputs": [], "execution_count": None}


def run(folder, *arguments):
    command = [sys.executable, NOTEBOOKS, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def copy(folder, *arguments):
    """What the command says, called in the folder for its subfolder work."""
    answer = run(folder, "work", *arguments)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of fresh copies, only to be looked at."""
    folder = tmp_path_factory.mktemp("student")
    copy(folder)
    return folder / "work"


@pytest.fixture
def work(made, tmp_path):
    """A folder of copies for one test alone."""
    return shutil.copytree(made, tmp_path / "work")


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_is_the_notebook_but_for_what_running_it_left(made, name):
    original, copied = (json.loads((place / name).read_text()) for place in (NOTEBOOKS, made))
    for cell in original["cells"]:
        if cell["cell_type"] == "code":
            cell.update(LEFT_BY_RUNNING)
    assert copied == original


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_is_written_as_jupyter_writes_it(made, name):
    text = (made / name).read_text(encoding="utf-8")
    assert text == nbformat.writes(nbformat.reads(text, as_version=4)) + "\n"


def test_pages_and_pictures_come_along_and_nothing_else(made):
    suffixes = (".csv", ".ipynb", ".md", ".png", ".svg")
    listed = {path.relative_to(NOTEBOOKS) for path in NOTEBOOKS.rglob("*")}
    hidden = {path for path in listed if any(part.startswith(".") for part in path.parts)}
    left_out = {path for path in listed if path.parts[0] == "for_teachers"}
    wanted = {path for path in listed - hidden - left_out if path.suffix in suffixes}
    assert {path.relative_to(made) for path in made.rglob("*") if path.is_file()} == wanted


def test_the_notes_for_teachers_are_not_among_the_copies(made):
    assert list((NOTEBOOKS / "for_teachers").glob("*.md"))
    assert not (made / "for_teachers").exists()


def test_a_file_that_is_there_is_never_written_over(work, tmp_path):
    mine = work / NAMES[3]
    mine.write_text("my own work")
    copy(tmp_path)
    assert mine.read_text() == "my own work"


def test_what_is_missing_is_added(work, tmp_path):
    (work / NAMES[3]).unlink()
    assert "1 new file" in copy(tmp_path)
    assert (work / NAMES[3]).is_file()


def test_a_fresh_notebook_is_as_it_was(work, made, tmp_path):
    (work / NAMES[3]).write_text("my own work")
    copy(tmp_path, "--fresh", "03")
    assert (work / NAMES[3]).read_bytes() == (made / NAMES[3]).read_bytes()


def test_whatever_was_there_before_a_fresh_one_is_kept(work, tmp_path):
    for attempt in ("first", "second", "third"):
        (work / NAMES[3]).write_text(attempt)
        said = copy(tmp_path, "--fresh", "3")
    kept = [path.read_text() for path in sorted(work.glob("03_*_kept_?.ipynb"))]
    assert kept == ["first", "second", "third"]
    assert "what stood there is kept as work/03_" in said


@pytest.mark.parametrize("number", ["", "99", "x", "../03"])
def test_a_number_that_no_notebook_has_is_told_with_those_there_are(work, tmp_path, number):
    answer = run(tmp_path, "work", "--fresh", number)
    assert answer.returncode != 0
    told = f"expected the number of a notebook, got {number!r}; it is one of 00, 01"
    assert told in answer.stderr


@pytest.mark.parametrize("folder", ["notebooks", "notebooks/work"])
def test_the_notebooks_own_folder_and_those_in_it_are_refused(folder):
    answer = run(ROOT, folder, "--fresh", "03")
    assert answer.returncode != 0 and not (NOTEBOOKS / "work").exists()
    assert "expected a folder outside that of the notebooks" in answer.stderr


def test_a_place_where_no_folder_can_be_is_told_in_a_sentence(tmp_path):
    (tmp_path / "work").write_text("a file")
    answer = run(tmp_path, "work")
    assert answer.returncode != 0
    assert answer.stderr.startswith("work: expected a folder to write into, got: ")


# The Makefile, in a folder with an environment that is ready

PYTHON = """#!/bin/sh
[ "$2" = jupyterlab ] && { echo "$@"; exit; }
exec {python} "$@"
"""


@pytest.fixture
def checkout(tmp_path):
    """A copy of what make needs; its Python says what it would start instead of a JupyterLab."""
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "notebooks").symlink_to(NOTEBOOKS)
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON.replace("{python}", sys.executable))
    python.chmod(0o755)
    (tmp_path / ".venv/.place").write_text(f"{tmp_path.resolve()}\n")
    (tmp_path / ".venv/.lab").touch()
    return tmp_path


def make(folder, *arguments):
    command = ["make", *arguments]
    kept = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "ARGS")}
    env = kept | {"PYTHONPATH": str(ROOT)}
    answer = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=60
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_make_lab_opens_a_folder_of_copies(checkout):
    said = make(checkout, "lab")
    assert "--ServerApp.root_dir=work" in said
    assert sorted(path.name for path in (checkout / "work").glob("*.ipynb")) == NAMES


def test_make_lab_leaves_a_students_work_as_it_is(checkout):
    make(checkout, "lab")
    (checkout / "work" / NAMES[1]).write_text("my own work")
    make(checkout, "lab")
    assert (checkout / "work" / NAMES[1]).read_text() == "my own work"


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        ((), "/lab/tree/00_start_here.ipynb"),
        (("NB=06",), f"/lab/tree/{NAMES[6]}"),
        (("NB=06", "PROJECTOR=1"), f"/lab/workspaces/projector/tree/{NAMES[6]}"),
    ],
)
def test_make_lab_opens_the_notebook_that_is_named(checkout, arguments, place):
    said = make(checkout, "--dry-run", "lab", *arguments)
    assert f"--LabApp.default_url={place} " in said
    assert (".ci/projector.py" in said) == ("PROJECTOR=1" in arguments)


def test_make_fresh_brings_one_notebook_back(checkout, made):
    make(checkout, "lab")
    (checkout / "work" / NAMES[3]).write_text("my own work")
    make(checkout, "fresh", "NB=03")
    assert (checkout / "work" / NAMES[3]).read_bytes() == (made / NAMES[3]).read_bytes()


def test_make_clean_leaves_a_students_work_where_it_is(checkout):
    make(checkout, "lab")
    checkpoint = checkout / "work/.ipynb_checkpoints/03.ipynb"
    checkpoint.parent.mkdir()
    checkpoint.write_text("an hour ago")
    make(checkout, "clean")
    assert checkpoint.is_file() and (checkout / "work" / NAMES[3]).is_file()
    assert not (checkout / ".venv").exists()


def test_git_ignores_a_students_work():
    assert "work/" in (ROOT / ".gitignore").read_text().splitlines()


# README's lines


def test_readmes_line_for_an_environment_of_ones_own_makes_the_copies(checkout):
    (line,) = [line for line in readme.TEXT.splitlines() if line.startswith("python notebooks")]
    command = [sys.executable, *line.split()[1:]]
    subprocess.run(command, cwd=checkout, check=True, timeout=60, stdout=subprocess.DEVNULL)
    (opened,) = [line for line in readme.TEXT.splitlines() if line.startswith("jupyter lab ")]
    assert (checkout / opened.split()[-1]).is_file()


def test_binders_image_is_built_with_the_copies(checkout):
    lines = (ROOT / "binder/postBuild").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("python notebooks")]
    command = [sys.executable, *line.split()[1:]]
    subprocess.run(command, cwd=checkout, check=True, timeout=60, stdout=subprocess.DEVNULL)
    assert (checkout / "work" / NAMES[0]).is_file()
