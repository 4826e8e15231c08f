"""The door: a refusal is told where nnlib was called; a real fault keeps all its frames."""

import contextlib
import importlib
import inspect
import io
import traceback

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure
from refusals import files_of_nnlib

import nnlib
from nnlib import (
    QUADRATIC,
    Activation,
    Network,
    fit,
    gradcheck,
    index_notation,
    plots,
    training,
    widgets,
)
from nnlib._support.hints import DOOR, door

rng = np.random.default_rng(0)
X = rng.random((6, 2))
Y = np.eye(3)[[0, 1, 2, 0, 1, 2]]


def net(**options):
    return Network([2, 3], cost=QUADRATIC, rng=np.random.default_rng(0), **options)


def raised(call, kind=Exception):
    with pytest.raises(kind) as caught:
        call()
    return caught.value


# What a student sees in a notebook


@pytest.fixture(scope="module")
def shell():
    shell = InteractiveShell()
    shell.colors = "nocolor"
    shell.push({"np": np, "rng": rng, "X": X, "Y": Y, "net": net()})
    shell.push({name: getattr(nnlib, name) for name in nnlib.__all__})
    for room in (index_notation, plots, gradcheck, training):
        shell.push({name: part for name, part in vars(room).items() if not name.startswith("_")})
    shell.push({"ax": Figure().subplots()})
    return shell


def shown(shell, code):
    """What a notebook shows below the cell."""
    with contextlib.redirect_stdout(io.StringIO()) as output:
        assert not shell.run_cell(code).success
    return output.getvalue().strip()


REFUSED = [
    "fit(net, X, Y, eta=-1, epochs=1, rng=rng)",
    "fit(net, X, Y, lr=0.5, epochs=1, rng=rng)",
    "Network([2])",
    "net.predict(X[0])",
    "net.forward(X[0])",
    "net.backward(X, X, Y)",
    "net.weights = []",
    "sgd(net, X, Y, eta=1, rng=rng).batch_size = 0",
    "Network.load('no/such/file')",
    "load_mnist('no/such/folder')",
    "draw_net(None, net.W)",
    "draw_digits(None, X, list('abc'))",
    "draw_digits(ax, X, [[], 'b'])",
    "draw_blocks(ax, ('X', (-1, 3)))",
    "edge_style('a', 1)",
    "descent_step(net, X[0], Y, 0.1)",
    "largest_relative_error([X], [X], 'a')",
    "central_differences(lambda: 1.0, [np.ma.ones(3)])",
    "load_digits().few(True)",
    "Formula('c = A_ii + B_ii').einsum",
    "Formula('C_ik = A_ij B_jk').evaluate(A=X)",
    "History(0.5, 10, 0.0).plot(None)",
]


@pytest.mark.parametrize("code", REFUSED)
def test_a_refusal_takes_at_most_12_lines_in_a_notebook(shell, code):
    lines = shown(shell, code).splitlines()
    assert len(lines) <= 12
    assert any(line.endswith(code) for line in lines), "the student's own line is among them"


@pytest.mark.parametrize("code", [code for code in REFUSED if code != "net.weights = []"])
def test_of_nnlib_one_line_is_seen_between_ones_own_and_the_sentence(shell, code):
    between = shown(shell, code).partition(code)[2].strip().splitlines()[:-1]
    assert [line for line in between if line][0].startswith("File <nnlib>")
    assert len([line for line in between if line]) == 1


# What is a refusal, and what is not


def test_of_two_doors_one_behind_the_other_only_the_first_is_seen():
    options = {"epochs": 1, "rng": rng}
    error = raised(lambda: fit(net(), X, Y, eta=-1, **options), ValueError)  # fit asks sgd
    assert files_of_nnlib(error) == [DOOR]


def faulty(fault):
    """A net with an activation of one's own that is at fault once it has been made."""
    made = []

    def value(z):
        if made:
            raise fault
        return z

    made.append(net(activations=Activation("mine", value, np.ones_like)))
    return made[0]


FAULTS = [
    ValueError("mine"), TypeError("mine"), OSError("mine"), ZeroDivisionError("mine"),
    MemoryError("mine"), KeyboardInterrupt("mine"), RuntimeError("mine"),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
def test_a_fault_in_ones_own_function_keeps_all_its_frames(fault):
    own = faulty(fault)
    error = raised(lambda: own.predict(X), BaseException)
    assert error is fault
    names = [frame.f_code.co_name for frame, _ in traceback.walk_tb(error.__traceback__)]
    assert names[-5:] == ["asked", "predict", "asked", "forward", "value"]


def test_a_fault_that_numpy_finds_in_nnlib_keeps_all_its_frames():
    broken = net()
    broken.W[0] = np.ones((5, 3))  # forward takes it unchecked
    error = raised(lambda: broken.forward(X), ValueError)
    assert files_of_nnlib(error)[-1].endswith("network.py")


def test_a_call_of_nnlib_refused_within_ones_own_function_keeps_the_frames_to_it():
    made = []
    own = Activation("mine", lambda z: Network([2]) if made else z, np.ones_like)
    made.append(net(activations=own))
    error = raised(lambda: made[0].forward(X), ValueError)
    assert files_of_nnlib(error) == [DOOR, inspect.getsourcefile(nnlib.network), DOOR]


def test_a_door_says_what_the_function_behind_it_says():
    @door
    def twice(x):
        """Two x."""
        return 2 * x

    assert twice(3) == 6 and twice(x=3) == 6
    assert twice.__doc__ == "Two x." and str(inspect.signature(twice)) == "(x)"


# Where there is a door

ROOMS = {
    "nnlib": nnlib.__all__,
    "nnlib.plots": [*(name for name in dir(plots) if name.startswith("draw_")), "edge_style"],
    "nnlib.widgets": [name for name in widgets.__all__ if name != "still_twin"],  # not for students
    "nnlib.index_notation": ["Formula", "latex_of"],
    "nnlib.derivations": ["Derivation"],
    "nnlib.exercises": ["check", "check_my_gradient", "check_my_activation"],
    "nnlib.gradcheck": ["central_differences", "largest_relative_error"],
    "nnlib.sweep": ["Recipe", "Sweep", "all_recipes", "sweep"],
    "nnlib.datasets": ["Digits", "share_mnist"],
    "nnlib.datasets.handwriting": ["like_mnist"],
    "nnlib.training": ["Descent", "descent_step"],
}


def functions(name, thing):
    """(name, function) for all that can be called of a thing: of a class, its methods."""
    if inspect.isfunction(thing):
        yield name, thing
    elif isinstance(thing, type):
        for part, method in vars(thing).items():
            if part == "__init__" or not part.startswith("_"):
                yield from functions(f"{name}.{part}", getattr(method, "__func__", method))
    elif isinstance(thing, property) and thing.fset:
        yield f"{name} = …", thing.fset


PUBLIC = dict(
    found
    for room, names in ROOMS.items()
    for name in names
    for found in functions(name, getattr(importlib.import_module(room), name))
)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_function_has_a_door(name):
    assert PUBLIC[name].__code__.co_filename == DOOR


def test_the_doors_that_were_looked_at_are_many(tell):
    assert {"Network.__init__", "Network.forward", "Network.load", "fit", "eta = …"} <= {
        name.replace("Descent.", "") for name in PUBLIC
    }
    tell(f"{len(PUBLIC)} public functions, each with a door")
