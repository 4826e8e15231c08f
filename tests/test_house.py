"""The house rules that a machine can hold: who imports whom, and what the package never does."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import nnlib

PACKAGE = Path(nnlib.__file__).parent
# Each room may enter only those before it. __init__, the door, may enter all.
ROOMS = (
    "hints activations costs index_notation gradcheck files idx progress mirrors datasets "
    "handwriting checks saving network palette training sweep derivations slips plots widgets"
).split()
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent.name != "data")
by_path = {"ids": lambda path: path.relative_to(PACKAGE).as_posix()}


def room(path):
    """The room a file belongs to: plots for plots.py, widgets for widgets/cockpit.py."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


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


def rooms_entered(path):
    names = [name.split(".") for name in imported(ast.walk(tree(path)))]
    return {parts[1] for parts in names if parts[0] == "nnlib"} - {"widgets"}


def run_at_import(node):
    """The nodes of a module that run when it is imported: all but the bodies of functions."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from run_at_import(child)


@pytest.mark.parametrize("path", MODULES[1:], **by_path)  # [0] is __init__
def test_a_module_imports_only_from_those_above_it(path):
    assert room(path) in ROOMS, "a new module: give it its place in ROOMS"
    above = ROOMS[: ROOMS.index(room(path))]
    assert rooms_entered(path) <= set(above)


def test_the_gradient_check_and_the_index_notation_know_nothing_of_nnlib():
    for name in ("gradcheck", "index_notation"):
        assert rooms_entered(PACKAGE / f"{name}.py") == set()


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


NEVER_CALLED = {"eval", "exec", "compile", "__import__"}
NEVER_IMPORTED = {"pickle", "cPickle", "dill", "marshal", "shelve", "runpy"}
# joblib itself could load a file: only names out of it that cannot
NEVER_IMPORTED |= {"joblib", "joblib.load", "joblib.dump", "joblib.Memory"}


@pytest.mark.parametrize("path", MODULES, **by_path)
def test_nothing_runs_code_that_a_file_brought(path):
    nodes = list(ast.walk(tree(path)))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    called = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
    assert not called & NEVER_CALLED
    names = {name for name in imported(nodes) if not name.startswith("joblib.")}
    assert not {name.partition(".")[0] for name in names} & NEVER_IMPORTED
    assert not set(imported(nodes)) & NEVER_IMPORTED
    assert not [call.lineno for call in calls for k in call.keywords if k.arg == "allow_pickle"]


@pytest.mark.parametrize("path", MODULES, **by_path)
def test_no_module_changes_settings_for_everybody(path):
    nodes = list(ast.walk(tree(path)))
    names = {node.attr for node in nodes if isinstance(node, ast.Attribute)} | set(imported(nodes))
    settings = {"rcParams", "seterr", "set_printoptions", "simplefilter", "filterwarnings"}
    assert not names & settings
    dotted = [ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)]
    assert not [name for name in dotted if name.endswith("random.seed")]


@pytest.mark.parametrize("path", MODULES, **by_path)
def test_no_module_holds_pyplots_state(path):
    names = set(imported(ast.walk(tree(path))))
    assert not {name for name in names if name.startswith(("matplotlib.pyplot", "pylab"))}


@pytest.mark.parametrize("path", MODULES, **by_path)
def test_nothing_is_read_or_fetched_at_import(path):
    calls = [node for node in run_at_import(tree(path)) if isinstance(node, ast.Call)]
    names = {getattr(call.func, "id", getattr(call.func, "attr", "")) for call in calls}
    assert not names & {"open", "urlopen", "retrieve", "get", "read_text", "read_bytes", "load"}


@pytest.mark.parametrize("path", MODULES, **by_path)
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(tree(path))
