"""The house rules that a machine can hold: who imports whom, and what the package never does."""

import ast
import itertools
import re
import subprocess
import sys
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import nnlib

PACKAGE = Path(nnlib.__file__).parent
# Each room may enter only those before it. A folder is one room, but for _support, where each file
# is one; __init__, the door, may enter all.
ROOMS = (
    "_support.hints activations costs _support.speed _support.lines _support.checks "
    "_support.classes gradcheck index_notation _support.monitors _support.kinks _support.files "
    "_support.chapters _support.progress _support.saving _support.divergence _support.symptoms "
    "_support.moments _support.run_code _support.workers datasets network palette training "
    "_support.at_once sweep derivations plots widgets exercises"
).split()
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent.name != "data")
INSIDE = [path for path in MODULES if path.parent != PACKAGE or path.stem != "__init__"]
by_path = {"ids": lambda path: path.relative_to(PACKAGE).as_posix()}


def dotted(path):
    """The name of a module inside nnlib, widgets.parts.board; an __init__ has its folder's."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


NAMES = {dotted(path): path for path in INSIDE}


def room(name):
    """The room a module belongs to: plots for plots, widgets for widgets.cockpit."""
    parts = name.split(".")
    return ".".join(parts[:2]) if parts[0] == "_support" else parts[0]


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(nodes):
    """The dotted names that these nodes import, a from-import as module.name."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the module in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules_entered(path, nodes=ast.walk):
    """The modules of nnlib that a file imports, by their names inside nnlib."""
    for name in imported(nodes(tree(path))):
        if name.startswith("nnlib."):
            parts = name.split(".")[1:]
            longer = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
            yield next(part for part in longer if part in NAMES)


def rooms_entered(path):
    return {room(name) for name in modules_entered(path)} - {room(dotted(path))}


def run_at_import(node):
    """The nodes of a module that run when it is imported: all but the bodies of functions."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from run_at_import(child)


@pytest.mark.parametrize("path", INSIDE, **by_path)
def test_a_module_imports_only_from_rooms_before_its_own(path):
    own = room(dotted(path))
    if own == "_support":
        return  # its __init__
    assert own in ROOMS, "a new module: give it its place in ROOMS"
    assert rooms_entered(path) <= set(ROOMS[: ROOMS.index(own)])


def test_no_circle_of_imports():
    entered = {name: set(modules_entered(path, run_at_import)) for name, path in NAMES.items()}
    assert len(list(TopologicalSorter(entered).static_order())) >= len(NAMES)


def test_only_activations_and_costs_reach_up_into_support_from_below_it():
    """They lie first on a student's way, and all of _support but the hints knows them."""
    first = ROOMS[: ROOMS.index("_support.checks")]
    up = {
        name: rooms_entered(path) - {"activations"}
        for name, path in NAMES.items()
        if room(name) in first and rooms_entered(path) - {"activations"}
    }
    assert up == {name: {"_support.hints"} for name in ("activations", "costs")}


def test_the_gradient_check_and_the_index_notation_know_nothing_of_networks():
    for name, path in NAMES.items():
        if room(name) in ("gradcheck", "index_notation"):
            assert rooms_entered(path) <= {"_support.hints", "_support.checks"}


def test_the_house_is_seen_at_a_glance():
    """At most eleven files and six folders, and five files that a student can read."""
    inside = [path for path in PACKAGE.iterdir() if path.name != "__pycache__"]
    assert sum(path.is_file() for path in inside) <= 11
    assert sum(path.is_dir() for path in inside) <= 6


def test_the_five_files_that_a_student_reads_stay_short(tell):
    five = ("activations", "costs", "network", "training", "gradcheck")
    lines = {name: len((PACKAGE / f"{name}.py").read_text().splitlines()) for name in five}
    assert max(lines.values()) <= 300 and sum(lines.values()) <= 950
    everything = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.js")]
    whole = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in everything)
    tell(f"nnlib has {whole:,} lines, {sum(lines.values())} of them in the five files to read")


IN_TWO_MODULES = {  # why a name may be defined in two of them
    "__all__": "Python reads it",
    "ETAS": "the learning rates that a board's slider offers; each board has its own range",
    "EPOCHS": "the numbers of epochs that a board's slider offers; each board has its own range",
}


def defined(path):
    """The names that stand at the top level of a module because it makes them."""
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            parts = itertools.chain.from_iterable(map(ast.walk, node.targets))
            yield from (part.id for part in parts if isinstance(part, ast.Name))


def test_a_name_is_defined_in_one_module_only():
    """Where it is defined in two, it means one thing in both, and the reason is written above."""
    modules = [(name, path) for path in MODULES for name in set(defined(path))]
    many = Counter(name for name, _ in modules)
    assert {name for name in many if many[name] > 1} == set(IN_TWO_MODULES)


HEAVY = (
    "matplotlib ipywidgets anywidget IPython tqdm pooch requests threadpoolctl joblib dask "
    "distributed scipy sklearn PIL json html difflib secrets hashlib queue gzip"
)


def test_importing_nnlib_loads_nothing_heavy():
    program = "import sys, nnlib; print(*{name.partition('.')[0] for name in sys.modules})"
    command = [sys.executable, "-W", "error", "-c", program]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert set(answer.stdout.split()) & set(HEAVY.split()) == set()
    assert "numpy" in answer.stdout.split()


def test_every_public_name_is_there_and_in_order():
    assert nnlib.__all__ == sorted(nnlib.__all__, key=lambda name: (name != name.upper(), name))
    for name in nnlib.__all__:
        assert getattr(nnlib, name) is not None


@pytest.mark.parametrize("path", MODULES, **by_path)
def test_no_module_changes_settings_for_everybody(path):
    nodes = list(ast.walk(tree(path)))
    names = {node.attr for node in nodes if isinstance(node, ast.Attribute)} | set(imported(nodes))
    settings = {"rcParams", "seterr", "set_printoptions", "simplefilter", "filterwarnings"}
    assert not names & settings
    dotted = [ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)]
    assert not [name for name in dotted if name.endswith("random.seed")]


STYLE_SHEETS = ("widgets/stepper.py",)  # what a browser draws may need another shade


@pytest.mark.parametrize("path", MODULES, **by_path)
def test_a_colour_comes_from_the_palette(path):
    if path.stem == "palette" or path.relative_to(PACKAGE).as_posix() in STYLE_SHEETS:
        return
    words = [node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant)]
    assert not [word for word in words if re.search(r"#[0-9A-Fa-f]{6}\b", str(word))]


@pytest.mark.parametrize("path", MODULES, **by_path)
def test_no_module_holds_pyplots_state(path):
    names = set(imported(ast.walk(tree(path))))
    assert not {name for name in names if name.startswith(("matplotlib.pyplot", "pylab"))}


@pytest.mark.parametrize("path", MODULES, **by_path)
def test_nothing_is_read_or_fetched_at_import(path):
    """But for the words on exercises and derivations, which lie beside their modules."""
    calls = [node for node in run_at_import(tree(path)) if isinstance(node, ast.Call)]
    names = {getattr(call.func, "id", getattr(call.func, "attr", "")) for call in calls}
    assert not names & {"open", "urlopen", "retrieve", "get", "read_text", "read_bytes", "load"}


@pytest.mark.parametrize("path", MODULES, **by_path)
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(tree(path))


def test_scripts_keep_their_line_ends_where_git_turns_them_into_crlf(tmp_path):
    root = PACKAGE.parent
    if not (root / ".git").exists():
        pytest.skip("this copy of the repository has no .git to clone")
    clone = ["git", "-c", "core.autocrlf=true", "clone", "--quiet", root, tmp_path / "clone"]
    subprocess.run(clone, check=True, timeout=60)
    script = (tmp_path / "clone/.ci/environment").read_bytes()
    assert b"\n" in script and b"\r" not in script
