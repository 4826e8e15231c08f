"""No code out of a file is run, nothing is fetched unchecked, nothing is written astray."""

import ast
import html.parser
import json
import os
import re
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import nnlib
from nnlib import Activation, Cost, Network, datasets, derivations
from nnlib.datasets import mirrors
from nnlib.derivations import Derivation
from nnlib.index_notation import Formula

TOP = Path(__file__).parents[1]
PACKAGE = Path(nnlib.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted(PACKAGE.rglob("*.js"))
PROGRAMS = sorted(
    path for places in ("benchmarks/**", ".ci", "notebooks") for path in TOP.glob(f"{places}/*.py")
)
NOTEBOOKS = sorted(TOP.glob("notebooks/*.ipynb"))
by_name = {"ids": lambda path: path.name}


# Code that would run what a file brought

IMPORTS = "pickle cPickle dill cloudpickle marshal shelve runpy code codeop joblib.load joblib.dump"
CALLS = """
    eval exec __import__ system popen execv execve execvp spawnv spawnl
    np.load numpy.load joblib.load joblib.dump joblib.Memory torch.load yaml.load pd.read_pickle
    pickle.load pickle.loads run_path run_module
"""
TRUE_KEYWORDS = {"allow_pickle", "shell"}


def dotted(node):
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


def imports(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def dangers(source):
    """What in the source could run code out of a file: names of imports, calls and keywords.

    joblib's worker processes send each other pickles; no file is among them, and Parallel and
    delayed, which sweep.py imports, read none.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        found += [
            name for name in imports(node) if {name, name.split(".")[0]} & set(IMPORTS.split())
        ]
        if isinstance(node, ast.Call):
            name, calls = dotted(node.func), CALLS.split()
            alone = (
                name.startswith(("os.", "subprocess.", "runpy.", "builtins.")) or "." not in name
            )
            if name in calls or (alone and name.split(".")[-1] in calls):
                found.append(name)
            found += [
                f"{keyword.arg}={ast.unparse(keyword.value)}"
                for keyword in node.keywords
                if keyword.arg in TRUE_KEYWORDS and getattr(keyword.value, "value", True)
            ]
    return found


def cells(path):
    """The code cells of a notebook, one text; the lines that are IPython's own left out."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    return "\n".join(line for cell in code for line in cell.splitlines() if line[:1] not in "%!")


@pytest.mark.parametrize(
    "code",
    [
        "import pickle", "from pickle import loads", "import joblib.load", "import dill as d",
        "from joblib import load", "def f():\n    import marshal", "eval('1')", "exec(text)",
        "x = [eval(t) for t in texts]", "__import__('os')", "os.system('ls')",
        "os.popen('ls')", "subprocess.run('ls', shell=True)", "run(x, shell=yes)",
        "np.load(path, allow_pickle=True)", "numpy.load(path)", "read(path, allow_pickle=1)",
        "torch.load(path)", "yaml.load(text)", "builtins.eval('1')", "runpy.run_path(path)",
    ],
)  # fmt: skip
def test_the_search_finds_code_that_would_run_what_a_file_brought(code):
    assert dangers(code)


@pytest.mark.parametrize(
    "code",
    ["re.compile('a')", "from joblib import Parallel, delayed", "net.load(path)", "json.load(file)",
     "subprocess.run(command, shell=False)", "ast.literal_eval(text)", "platform.system()"],
)  # fmt: skip
def test_the_search_lets_harmless_code_pass(code):
    assert not dangers(code)


@pytest.mark.parametrize("path", MODULES + PROGRAMS, **by_name)
def test_no_module_runs_code_that_a_file_brought(path):
    # what they compile stands in nnlib itself: slips, edits of the text of an exercise's own
    # solution, and the NumPy that a derivation shows; the projector becomes JupyterLab
    known = {
        "nnlib/exercises/exercise.py": ["exec"],
        "nnlib/derivations/steps.py": ["eval"],
        "nnlib/_support/lines.py": ["eval"],  # hints: its own lines, with NumPy and no builtins
        ".ci/projector.py": ["os.execve"],
    }
    name = path.relative_to(PACKAGE.parent).as_posix()
    assert dangers(path.read_text(encoding="utf-8")) == known.get(name, [])


@pytest.mark.parametrize("path", NOTEBOOKS, **by_name)
def test_no_notebook_runs_code_that_a_file_brought(path):
    assert dangers(cells(path)) == []


@pytest.mark.parametrize("path", SCRIPTS, **by_name)
def test_no_script_runs_text_fetches_anything_or_writes_markup(path):
    words = (
        r"eval|Function|import|fetch|XMLHttpRequest|WebSocket|(?:inner|outer)HTML|insertAdjacent"
    )
    assert re.findall(rf"\b(?:{words})|document\.write", path.read_text(encoding="utf-8")) == []


def test_the_search_has_seen_the_whole_product(tell):
    assert len(MODULES) > 20 and len(NOTEBOOKS) >= 10 and len(PROGRAMS) > 2 and len(SCRIPTS) > 2
    tell(
        f"{len(MODULES)} modules, {len(SCRIPTS)} scripts, {len(NOTEBOOKS)} notebooks and "
        f"{len(PROGRAMS)} programs: none runs code that a file brought"
    )


@pytest.mark.parametrize("path", MODULES, **by_name)
def test_no_module_starts_another_program(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {name for node in ast.walk(tree) for name in imports(node)}
    assert not names & {"subprocess", "pty", "ctypes"}


# What is fetched


@pytest.mark.parametrize("path", MODULES, **by_name)
def test_only_the_datasets_can_open_a_connection(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {name.split(".")[0] for node in ast.walk(tree) for name in imports(node)}
    if path.parent.name != "datasets":
        assert not names & {"requests", "urllib", "http", "socket", "ftplib", "pooch", "httpx"}


@pytest.mark.parametrize("path", MODULES + SCRIPTS, **by_name)
def test_no_address_in_the_package_is_without_https(path):
    addresses = re.findall(r"http://[\w./-]+", path.read_text(encoding="utf-8"))
    assert not [a for a in addresses if not a.startswith("http://www.w3.org/")]  # a name, not asked


def test_every_file_has_a_pinned_hash_and_size():
    files = datasets.MNIST.files + datasets.BUILT_IN.files
    assert len(files) == 6
    for file in files:
        assert re.fullmatch("[0-9a-f]{64}", file.sha256) and 0 < file.size < 10**7


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "ftp://127.0.0.1/", "file:///etc/"])
def test_an_address_without_https_is_refused_before_any_connection(url, monkeypatch, tmp_path):
    connections = []
    monkeypatch.setattr(mirrors, "MIRRORS", (url,))
    monkeypatch.setattr(socket.socket, "connect", lambda *to: connections.append(to))
    with pytest.raises(ConnectionError, match="InvalidSchema"):
        mirrors.fill(tmp_path, datasets.MNIST.files, 1)
    assert connections == []


# Where is written

# Started by Python itself in every process, the workers of the sweep included.
WATCH = """
import os, sys
log = os.open(os.environ["WRITTEN"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate"}
CHANGES |= {"os.chmod", "os.chown", "os.utime", "shutil.move", "shutil.copyfile"}
def hook(event, args):
    paths = []
    if event == "open" and isinstance(args[2], int) and args[2] & WRITES:
        paths = args[:1]
    elif event in CHANGES:
        paths = args[:2]
    folder = args[-1] if event in ("os.remove", "os.rmdir") else -1
    for path in paths:
        if isinstance(path, (str, bytes, os.PathLike)):
            here = os.getcwd() if folder in (-1, None) else os.readlink(f"/proc/self/fd/{folder}")
            path = os.path.join(here, os.fsdecode(path))
            os.write(log, f"{event}\\t{os.path.realpath(path)}\\n".encode())
sys.addaudithook(hook)
"""

LESSON = """
import sys
from pathlib import Path
import numpy as np
from nnlib import LOG_LIKELIHOOD, Network, datasets, fit
from nnlib.datasets import mirrors
from nnlib.sweep import all_recipes, sweep
from small_mnist import SMALL_MNIST
if __name__ == "__main__":
    datasets.MNIST, mirrors.MIRRORS, mirrors.SCHEME = SMALL_MNIST, (sys.argv[1],), "http"
    digits = datasets.load_mnist()
    train, rng = digits.train, np.random.default_rng(0)
    net = Network([784, 5, 10], rng=rng)
    fit(net, train.images, train.targets, eta=0.5, epochs=2, rng=rng)
    net.save(sys.argv[2])
    Network.load(sys.argv[2])
    recipes = all_recipes(eta=[0.1, 1.0], epochs=1)
    assert len(list(sweep(recipes, datasets.load_digits(), n_jobs=2))) == 2
    if len(sys.argv) > 3:
        Path(sys.argv[3]).write_text("astray")
"""


class Mirror(BaseHTTPRequestHandler):
    def do_GET(self):
        from small_mnist import PACKED

        body = PACKED[self.path.lstrip("/")]
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass  # asked only whether it is there

    def log_message(self, *arguments):
        pass


@pytest.fixture
def mirror():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def written(top, *arguments):
    """Give the lesson in a home of its own: (event, path) of all it wrote or changed."""
    for name in ("watch", "home", "mine", "temp"):
        (top / name).mkdir()
    (top / "watch" / "sitecustomize.py").write_text(WATCH)
    (top / "watch" / "lesson.py").write_text(LESSON)
    here = {k: v for k, v in os.environ.items() if not k.startswith(("XDG", "NNLIB", "COV"))}
    here |= {"HOME": str(top / "home"), "TMPDIR": str(top / "temp"), "NO_PROXY": "127.0.0.1"}
    here |= {"JOBLIB_TEMP_FOLDER": str(top / "temp"), "PYTHONDONTWRITEBYTECODE": "1"}
    paths = top / "watch", Path(__file__).parent / "datasets", PACKAGE.parent
    here |= {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    here |= {"WRITTEN": str(top / "written")}
    command = [sys.executable, str(top / "watch" / "lesson.py"), *map(str, arguments)]
    done = subprocess.run(command, env=here, cwd=top / "mine", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = (top / "written").read_text().splitlines()
    return {tuple(line.split("\t")) for line in lines}


def astray(events, *places):
    paths = {path for _, path in events if path != os.devnull}
    return {path for path in paths if not any(Path(path).is_relative_to(place) for place in places)}


needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc/self/fd")


@needs_proc
def test_nothing_is_written_but_the_cache_the_named_file_and_temporary_files(
    tmp_path, mirror, tell
):
    cache, mine, temp = tmp_path / "home/.cache/nnlib", tmp_path / "mine", tmp_path / "temp"
    events = written(tmp_path, mirror, mine / "net.json")
    made = {path for event, path in events if event == "os.mkdir"}
    above = {str(folder) for folder in cache.parents}  # the cache's folders are made on the way
    paths = astray(events, cache, mine, temp) - (made & above)
    assert paths == set()
    for place in (cache, mine, temp):  # or the watch saw nothing
        assert not {p for _, p in events if Path(p).is_relative_to(place)} == set()
    assert [path.name for path in mine.iterdir()] == ["net.json"]
    assert not list(temp.glob("nnlib*"))
    tell(f"{len(events)} writes in a lesson: all in the cache, the named file or temporary files")


@needs_proc
def test_the_watch_sees_what_is_written_astray(tmp_path, mirror):
    events = written(tmp_path, mirror, tmp_path / "mine/net.json", tmp_path / "home/astray.txt")
    assert str(tmp_path / "home/astray.txt") in {path for _, path in events}


# What reaches the page


SCRIPT = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"


class Page(html.parser.HTMLParser):
    """The tags and the text of a piece of HTML."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text = set(), [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += attributes

    def handle_data(self, data):
        self.text += data


def hostile_net():
    own = Activation(SCRIPT, value=lambda z: z * 1.0, slope=lambda z: z * 0 + 1.0)
    quadratic = nnlib.QUADRATIC
    cost = Cost(SCRIPT, quadratic.per_sample, quadratic.error)
    return Network([2, 2], activations=own, cost=cost, weights=nnlib.ONES)


def test_a_networks_names_reach_the_page_as_text_only():
    page = Page(hostile_net()._repr_html_())
    assert page.tags == {"table", "caption", "tr", "th", "td"} and not page.attributes
    assert page.text.count(SCRIPT) == 2


def test_only_these_classes_bring_anything_but_text_to_the_page():
    """A new one belongs here, with a test that what it shows is escaped."""
    found = {
        (thing.name, method.name)
        for path in MODULES
        for thing in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(thing, ast.ClassDef)
        for method in thing.body
        if isinstance(method, ast.FunctionDef) and re.fullmatch("_repr_.+_", method.name)
    }
    assert found == {
        ("Network", "_repr_html_"),
        ("Formula", "_repr_latex_"),
        ("Board", "_repr_mimebundle_"),
        ("Derivation", "_repr_markdown_"),
        ("Verdict", "_repr_html_"),
    }


def test_the_derivations_markdown_holds_no_html():
    known = [thing for thing in vars(derivations).values() if isinstance(thing, Derivation)]
    assert len(known) > 3
    for derivation in known:
        assert not re.search(r"<[\w/!]|javascript:", derivation._repr_markdown_())


@pytest.mark.parametrize("text", [f"c_i = a_i {SCRIPT}", SCRIPT, "c_i = <b>_i", r"c_i = \href_i"])
def test_a_formula_takes_no_text_that_is_not_a_formula(text):
    with pytest.raises(ValueError):
        Formula(text)
