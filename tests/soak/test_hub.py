"""A class on a real JupyterHub, set up by README's own lines, read out of it and run.

What is the test's own: another folder than /srv, one password for made-up students instead of the
machine's accounts (JupyterHub's "simple" spawner, which runs all under one account), free ports.
Costs six minutes, half of them pip's; STUDENTS=30 in the environment makes the class larger, and
costs ten seconds more a student.
"""

import json
import os
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import nbformat
import psutil
import pytest
import readme
from lab import CHROMIUM_OPTIONS, LabPage, find_chromium, free_port

from nnlib.datasets import MNIST, cache_folder

ROOT = Path(__file__).resolve().parents[2]
STUDENTS = int(os.environ.get("STUDENTS", 6))
FIRST, THIRD = "00_start_here.ipynb", "03_number_by_number.ipynb"
TOKEN = "a-token-of-the-tests"
OWN = """
c.JupyterHub.spawner_class, c.SimpleLocalProcessSpawner.home_dir_template = "simple", {home!r}
c.JupyterHub.authenticator_class, c.DummyAuthenticator.password = "dummy", "secret"
c.JupyterHub.bind_url, c.JupyterHub.hub_port = "http://127.0.0.1:{ports[0]}", {ports[1]}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.JupyterHub.services = [{{"name": "tests", "api_token": {token!r}}}]
SCOPES = ["admin:users", "admin:servers"]
c.JupyterHub.load_roles = [{{"name": "tests", "services": ["tests"], "scopes": SCOPES}}]
c.Spawner.args = ["--allow-root", "--LabApp.expose_app_in_browser=True"]
"""


class Hub:
    """JupyterHub in a folder that takes the place of /srv, and what a browser needs to reach it."""

    def __init__(self, srv):
        self.srv, self.folder = srv, srv / "nnlib"
        self.ports = [free_port() for _ in range(3)]
        self.address = f"http://127.0.0.1:{self.ports[0]}"
        outside = ("PYTHONPATH", "JUPYTER", "IPYTHON", "XDG", "NNLIB")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(outside)}
        self.env |= {
            "npm_config_prefix": str(srv / "npm"),
            "PATH": f"{srv}/npm/bin{os.pathsep}{os.environ['PATH']}",
            "CONFIGPROXY_AUTH_TOKEN": TOKEN,
        }

    def here(self, lines):
        return lines.replace("/srv/", f"{self.srv}/")

    def call(self, lines, cwd, **env):
        """Run lines of README; what they print."""
        command, env = ["sh", "-ec", self.here(lines)], self.env | env
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self):
        own = {"home": f"{self.srv}/home/{{username}}", "ports": self.ports, "token": TOKEN}
        config = self.here(readme.block("c.Authenticator")) + OWN.format(**own)
        (self.folder / "jupyterhub_config.py").write_text(config)
        (line,) = re.findall(r"`(\.venv/bin/python -m jupyterhub .*?)`", readme.TEXT)
        self.log = open(self.srv / "log", "w")
        output = {"stdout": self.log, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL}
        self.process = subprocess.Popen(line.split(), cwd=self.folder, env=self.env, **output)
        self.wait_for(lambda: self.ask("GET", "") is not None)

    def wait_for(self, true, seconds=120):
        end = time.monotonic() + seconds
        while not self.is_true(true):
            alive = self.process.poll() is None and time.monotonic() < end
            assert alive, (self.srv / "log").read_text()[-4000:]
            time.sleep(0.3)

    def is_true(self, true):
        try:
            return true()
        except OSError:
            return False

    def ask(self, method, path):
        headers = {"Authorization": f"token {TOKEN}"}
        address = f"{self.address}/hub/api/{path}"
        request = urllib.request.Request(address, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def let_in(self, student):
        """Start the server of a student who has no browser."""
        if student not in [user["name"] for user in self.ask("GET", "users")]:
            self.ask("POST", f"users/{student}")
        self.ask("POST", f"users/{student}/server")
        self.wait_for(lambda: self.ask("GET", f"users/{student}")["server"])

    def servers(self):
        """The processes of the students' servers."""
        below = psutil.Process(self.process.pid).children(recursive=True)
        return [p for p in below if "jupyterhub.singleuser" in p.cmdline()]

    def home(self, student):
        return self.srv / "home" / student

    def stop(self):
        below = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        self.process.wait(timeout=60)
        for process in below:
            if process.is_running():
                process.kill()
        self.log.close()


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    packed = Path(os.environ.get("NNLIB_MNIST") or cache_folder())
    if not shutil.which("npm") or not all((packed / f.name).is_file() for f in MNIST.files):
        pytest.skip("JupyterHub's proxy wants Node, and its class wants MNIST")
    hub = Hub(tmp_path_factory.mktemp("srv"))
    cache = hub.srv / "mnist/nnlib"  # MNIST as if it had just been fetched
    cache.mkdir(parents=True)
    for file in MNIST.files:
        shutil.copy(packed / file.name, cache)
    hub.call(readme.block("git clone"), ROOT)
    hub.start()
    yield hub
    hub.stop()


@pytest.fixture(scope="module")
def browser():
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)


@pytest.fixture(scope="module")
def ada(hub, browser):
    """A student who has signed in: JupyterLab as she finds it, nothing else done."""
    student = LabPage(None, browser)
    student.page = page = browser.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{hub.address}/hub/login")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Sign in").click()
    student.attend(120)
    return student


def code_cells(path):
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


def test_a_student_lands_on_notebook_0(hub, ada):
    assert urllib.parse.urlsplit(ada.page.url).path == f"/user/ada/lab/tree/nnlib/{FIRST}"
    assert ada.page.evaluate("jupyterapp.shell.currentWidget.context.path") == f"nnlib/{FIRST}"


def test_no_answer_stands_under_a_question(hub, ada):
    assert ada.outputs() and not any(ada.outputs())
    for path in hub.home("ada").glob("nnlib/*.ipynb"):
        assert not any(cell.outputs for cell in code_cells(path)), path


def test_no_question_about_news_lies_over_the_notebook(ada):
    ada.page.wait_for_timeout(5000)
    assert ada.page.locator(".Toastify__toast").all_inner_texts() == []


def test_a_kernel_reads_the_mnist_that_all_share(hub, ada):
    ada.ask_kernel("from nnlib import load_mnist\nimages = load_mnist().train.images")
    maps = ada.ask_kernel("print(open('/proc/self/maps').read())")
    assert f"{hub.srv}/mnist/nnlib/train-images-idx3-ubyte.float32" in maps


def test_a_kernel_computes_in_one_thread(ada):
    lines = (
        "import numpy, threadpoolctl as t\nprint({p['num_threads'] for p in t.threadpool_info()})"
    )
    assert ada.ask_kernel(lines).strip() == "{1}"


def test_a_kernel_that_wants_more_than_the_limit_gets_an_error_and_lives_on(ada):
    with pytest.raises(RuntimeError, match="MemoryError"):
        ada.ask_kernel(f"bytearray({5 * 10**9})")
    assert ada.ask_kernel(f"print(len(bytearray({10**9})))").strip() == str(10**9)


def test_a_notebook_is_brought_back_and_the_students_own_is_kept(hub, ada):
    place = hub.home("ada") / "nnlib"
    original = (place / THIRD).read_bytes()
    (place / THIRD).write_text("spoiled")
    (line,) = re.findall(r"`(/srv/nnlib/\.venv/bin/python .*? --fresh 03)`", readme.TEXT)
    hub.call(line, hub.home("ada"), HOME=str(hub.home("ada")))
    assert (place / THIRD).read_bytes() == original
    assert (place / f"{THIRD.removesuffix('.ipynb')}_kept_1.ipynb").read_text() == "spoiled"


def test_what_a_student_wrote_outlives_a_new_start_of_the_server(hub):
    hub.let_in("grace")
    mine = hub.home("grace") / "nnlib" / THIRD
    mine.write_text("my work")
    hub.ask("DELETE", "users/grace/server")
    hub.wait_for(lambda: not hub.ask("GET", "users/grace")["servers"])
    (mine.parent / FIRST).unlink()
    hub.let_in("grace")
    assert mine.read_text() == "my work" and (mine.parent / FIRST).is_file()


@pytest.fixture(scope="module")
def link(hub):
    """The link of nbgitpuller that hands out what README's lines have put under git."""
    who = {f"GIT_{w}_{k}": "test" for w in ("AUTHOR", "COMMITTER") for k in ("NAME", "EMAIL")}
    hub.env |= who
    hub.call(readme.block(".venv/bin/python notebooks handout"), hub.folder)
    (link,) = re.findall(r"`https://HUB(/hub/user-redirect/git-pull\?\S+)`", readme.TEXT)
    address = urllib.parse.quote((hub.folder / "handout").as_uri(), safe="")
    return hub.address + link.replace("ADDRESS", address)


def follow(ada, link):
    ada.page.goto(link)
    ada.page.wait_for_url(f"**/lab/tree/handout/{FIRST}", timeout=120_000)
    ada.attend(120)


def test_a_link_hands_out_and_later_updates_what_the_student_has_not_changed(hub, ada, link):
    follow(ada, link)
    mine, theirs = hub.home("ada") / "handout", hub.folder / "handout"
    assert not any(cell.outputs for cell in code_cells(mine / THIRD))
    (mine / THIRD).write_text("my work")
    (theirs / FIRST).write_text((theirs / FIRST).read_text("utf-8") + "\n", "utf-8")
    (theirs / "11_new.md").write_text("new")
    hub.call("git add . && git commit --quiet --message new", theirs)
    follow(ada, link)
    assert (mine / "11_new.md").is_file()
    assert (mine / FIRST).read_bytes() == (theirs / FIRST).read_bytes()
    assert (mine / THIRD).read_text() == "my work"


def test_what_the_server_of_a_student_costs(hub, tell):
    for number in range(STUDENTS):
        hub.let_in(f"student-{number}")
    servers = hub.servers()
    assert len(servers) >= STUDENTS
    held = sum(process.memory_full_info().pss for process in servers) / len(servers)
    copies = [path.stat().st_size for path in hub.home("student-0").rglob("*") if path.is_file()]
    tell(
        f"JupyterHub: {len(servers)} students' servers hold {held / 1e6:.0f} MB each (PSS) with no "
        f"kernel; a student's copies take {sum(copies) / 1e6:.1f} MB of the disk"
    )
