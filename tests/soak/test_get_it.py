"""README's lines for who gets this, and for who grades with it, run as they stand there.

They run in a copy of the folder that has no environment yet. What is the test's own: a browser
that keeps the page it is given instead of showing it; the tests of `make test` are counted, not
run. Left, for they need more of the network than the package registries: the lines for Colab, for
Binder and for MNIST, and `make lite`, which is tried with a Pyodide of its own. `make bench`,
`make soak` and `benchmarks/summit.py` measure for an hour.
"""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request

import pytest
import readme

from binder import LEFT_OUT, ROOT

NAME = "04_gradients_by_hand"
OUTSIDE = ("PYTHON", "JUPYTER", "IPYTHON", "XDG", "NNLIB", "MAKE", "VIRTUAL_ENV", "ARGS")


class Newcomer:
    """A copy of the folder, a shell in it, and a browser that keeps the page it opens."""

    def __init__(self, home):
        self.folder, self.opened = home / "copy", home / "opened"
        shutil.copytree(ROOT, self.folder, ignore=shutil.ignore_patterns(*LEFT_OUT, "course"))
        (home / "jupyter_server_config.py").write_text("c.ServerApp.allow_root = True")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(OUTSIDE)}
        self.env |= {"JUPYTER_CONFIG_DIR": str(home), "BROWSER": f"sh {home}/browser %s"}
        (home / "browser").write_text(f'cat "${{1#file://}}" > {self.opened}')

    def run(self, lines):
        """What the lines print."""
        how = {"cwd": self.folder, "env": self.env, "capture_output": True, "text": True}
        done = subprocess.run(["bash", "-ec", lines], **how)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def visit(self, lines):
        """The address of the page that the lines open, and the notebook that is shown on it."""
        self.opened.unlink(missing_ok=True)
        how = {"cwd": self.folder, "env": self.env, "start_new_session": True}
        with (self.folder / "log").open("w") as log:
            server = subprocess.Popen(["bash", "-ec", lines], stdout=log, stderr=log, **how)
        try:
            while not self.opened.is_file() or "</html>" not in self.opened.read_text():
                assert server.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.3)
            (address,) = re.findall(r'href="(.+?)"', self.opened.read_text())
            page = urllib.request.urlopen(address, timeout=60).read().decode()
            assert "JupyterLab" in page
            asked = re.sub(r"/lab(/workspaces/\w+)?/tree/", "/api/contents/", address)
            return address, json.load(urllib.request.urlopen(asked, timeout=60))["content"]
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=60)


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory):
    return Newcomer(tmp_path_factory.mktemp("newcomer"))


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """With an environment of one's own, which README's lines make."""
    return Newcomer(tmp_path_factory.mktemp("alone"))


def lines(beginning):
    return readme.block(beginning).splitlines()


def code(beginning):
    """What stands between `…` and begins so, once however often it stands there."""
    (found,) = {c for c in re.findall(r"`([^`\n]+)`", readme.TEXT) if c.startswith(beginning)}
    return found


def assert_fresh(notebook):
    assert not any(cell.get("outputs") for cell in notebook["cells"])


def test_make_lab_sets_everything_up_and_opens_the_notebooks(newcomer):
    lab, *_ = lines("make lab")
    address, notebook = newcomer.visit(lab)
    assert "/lab/tree/00_start_here.ipynb" in address
    assert_fresh(notebook)


def test_make_fresh_brings_a_notebook_back(newcomer):
    work = newcomer.folder / "work/03_number_by_number.ipynb"
    work.write_text("mine")
    newcomer.run(lines("make lab")[1])
    assert work.with_stem("03_number_by_number_kept_1").read_text() == "mine"
    assert_fresh(json.loads(work.read_text("utf-8")))


def test_make_slides_makes_slides_and_the_projector_shows_the_notebook(newcomer):
    slides, _, projector = lines("make lab")[2].partition("; ")
    newcomer.run(slides)
    assert (newcomer.folder / "build/slides/06_why_learning_slows_down.html").is_file()
    assert projector.startswith(code("make lab NB="))
    address, notebook = newcomer.visit(projector.partition(":")[0])
    assert "/lab/workspaces/projector/tree/06_why_learning_slows_down.ipynb" in address
    assert_fresh(notebook)


def test_make_test_sets_everything_up_and_finds_every_test(newcomer):
    command, _, _ = lines("make lab")[3].partition("#")
    said = newcomer.run(f"{command} ARGS='--collect-only --quiet'")
    assert "All checks passed" in said  # ruff's, in make lint
    for place in ("tests/test_network.py", "notebooks/03", "tests/browser/test_site.py"):
        assert place in said
    assert (newcomer.folder / "build/site/index.html").is_file()


def test_make_html_writes_one_notebook_as_one_file(newcomer):
    newcomer.run(code("make html"))
    assert list((newcomer.folder / "build/html").glob("05_*.html"))


def test_a_sheet_is_handed_out_and_graded(newcomer):
    course, grade = lines("make course")
    newcomer.run(course)
    made, given = (newcomer.folder / "course" / place for place in ("release", "handed_in"))
    (given / NAME).mkdir(parents=True)
    shutil.copy(made / NAME / f"{NAME}.ipynb", given / NAME / "ada.ipynb")
    newcomer.run(grade)
    with (newcomer.folder / f"course/{NAME}.csv").open(encoding="utf-8") as file:
        assert [row["student"] for row in csv.DictReader(file)] == ["ada"]
    assert (newcomer.folder / "course/feedback/ada" / NAME / f"{NAME}.html").is_file()


def test_a_sheet_of_exercises_for_an_exam_is_made(newcomer):
    (newcomer.folder / "exam.py").write_text(readme.block("from nnlib.exercises"), "utf-8")
    newcomer.run(code('make course ARGS="exam'))
    assert "Return twice" in (newcomer.folder / "course/release/exam/exam.ipynb").read_text("utf-8")


def test_with_an_environment_of_ones_own_the_first_notebook_opens(alone):
    typed = readme.block("python -m venv")
    address, notebook = alone.visit(re.sub(r".*\(Linux and macOS: (.*)\)", r"\1", typed))
    assert "/lab/tree/00_start_here.ipynb" in address
    assert_fresh(notebook)
    work = alone.folder / "work/03_number_by_number.ipynb"
    work.write_text("mine")
    alone.run(f"source .venv/bin/activate\n{code('python notebooks work --fresh')}")
    assert work.with_stem("03_number_by_number_kept_1").read_text() == "mine"
    cluster = code('pip install -e ".[cluster')
    client = "python -c 'from dask.distributed import Client'"
    alone.run(f"source .venv/bin/activate\n{cluster}\n{client}")
