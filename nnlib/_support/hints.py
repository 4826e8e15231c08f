"""The door of a public function, and its answer to a name that is nearly right: the right one.

Python knows such answers too, but Jupyter does not show them.
"""

import contextlib
import dis
import functools
import inspect
import os
import sys
from pathlib import Path

# What other libraries and books call it, and what it is called here
_ELSEWHERE = {
    **dict.fromkeys(("lr", "learning_rate", "alpha", "step_size", "η"), "eta"),
    **dict.fromkeys(("lmbda", "lambda_", "lamda", "lam", "weight_decay", "λ"), "l2"),
    **dict.fromkeys(("seed", "random_state", "random", "generator"), "rng"),
    **dict.fromkeys(("validation", "validation_data", "test_data"), "evaluation"),
    **dict.fromkeys(("weight", "weights", "kernel"), "W"),
    **dict.fromkeys(("bias", "biases"), "b"),
    **dict.fromkeys(("train", "learn"), "fit"),
    **dict.fromkeys(("layers", "shape"), "sizes"),
    "loss": "cost",
    "derivative": "slope",
}


def did_you_mean(name, known):
    """`; did you mean eta?`, if one of the known names is near, else ""."""
    import difflib

    by_name = {word.partition("(")[0].lower(): word for word in known}
    name = name.lower()
    near = [_ELSEWHERE.get(name, name).lower(), *difflib.get_close_matches(name, by_name, n=1)]
    return next((f"; did you mean {by_name[word]}?" for word in near if word in by_name), "")


def door(thing):
    """The public function with its refusals told where it is called, without the frames between.

    Refused are arguments that are missing, unknown or too many (Python would not say what else
    there is), and what a check inside does not take. A real fault keeps all its frames. Of a class,
    __init__, the public methods and what sets a property get a door.
    """
    if isinstance(thing, type):
        for name, part in list(vars(thing).items()):
            if name == "__init__" or not name.startswith("_"):
                setattr(thing, name, _with_door(part))
        return thing

    @functools.wraps(thing)
    def asked(*args, **kwargs):
        __tracebackhide__ = True  # Jupyter leaves out this frame, if it is not the last
        try:
            return thing(*args, **kwargs)
        except _MAY_BE_REFUSALS as error:
            if error.__traceback__.tb_next is None:  # the call did not fit
                error.args = (_what_does_not_fit(thing, args, kwargs) or str(error),)
            elif not _is_refusal(error):
                raise
            raise error.with_traceback(None) from error.__cause__

    # under the name of no file a traceback shows one line of this frame, and none of its source
    asked.__code__ = asked.__code__.replace(co_filename=DOOR, co_qualname=thing.__qualname__)
    return asked


def _with_door(part):
    """What stands in a class, with a door if it can be called or set."""
    if isinstance(part, classmethod):
        return classmethod(door(part.__func__))
    if isinstance(part, property) and part.fset:
        return part.setter(door(part.fset))
    return door(part) if inspect.isfunction(part) else part


DOOR = "<nnlib>"
_MAY_BE_REFUSALS = (ValueError, TypeError, OSError, RuntimeError, AttributeError)
_OURS = (DOOR, f"{Path(__file__).parent.parent}{os.sep}", contextlib.__file__)
_RAISE = dis.opmap["RAISE_VARARGS"]


def _is_refusal(error):
    """Whether a `raise` of nnlib has spoken, and nothing but nnlib has led from the door to it."""
    trace = error.__traceback__.tb_next  # the function behind the door
    while trace.tb_next is not None:
        trace = trace.tb_next
        if not trace.tb_frame.f_code.co_filename.startswith(_OURS):
            return False
    return trace.tb_frame.f_code.co_code[trace.tb_lasti] == _RAISE


class OwnNamesOnly:
    """A mixin: an attribute with a misspelt name is refused, and the right name told.

    Python would keep what is set under another name, and it would do nothing.
    _called     "a Network"
    _own        the attributes that an instance sets
    _elsewhere  what is looked for in it, and lies elsewhere
    """

    _called, _own, _elsewhere = "", (), ()

    @door
    def __getattr__(self, name):
        raise self._no_such(name)

    @door
    def __setattr__(self, name, value):
        if name not in self._own and not hasattr(type(self), name):
            raise self._no_such(name)
        super().__setattr__(name, value)

    def _no_such(self, name):
        public = [n for n in (*dir(type(self)), *self._own) if not n.startswith("_")]
        near = "" if name.startswith("_") else did_you_mean(name, [*public, *self._elsewhere])
        return AttributeError(f"{name}: {self._called} has no such name{near}")


_ANY_PLACE, _ANY_NAME = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD


def _what_does_not_fit(function, args, kwargs):
    """The sentence on the arguments that the function cannot take."""
    name = function.__qualname__.removesuffix(".__init__").split(".")[-1]
    parameters = inspect.signature(function).parameters
    given = len(args) - ("self" in parameters or "cls" in parameters)
    known = {k: p.kind for k, p in parameters.items() if k not in ("self", "cls")}
    named = [k for k, kind in known.items() if kind not in (_ANY_PLACE, _ANY_NAME)]
    places = [k for k in named if known[k] is not inspect.Parameter.KEYWORD_ONLY]
    needed = [k for k in named if parameters[k].default is inspect.Parameter.empty]
    example = ", ".join(k if k in places else f"{k}=…" for k in needed)
    for k in kwargs:
        if k not in named and _ANY_NAME not in known.values():
            near = did_you_mean(k, named) or f"; expected some of {', '.join(named)}"
            return f"{k}: {name} has no such argument{near}"
    if given > len(places) and _ANY_PLACE not in known.values():
        return (
            f"{name}: expected only {', '.join(places) or 'arguments with names'} without a name, "
            f"got {given} of them; write {name}({example})"
        )
    missing = [k for k in needed if k not in kwargs and k not in places[:given]]
    if missing:
        return f"{', '.join(missing)}: missing; write {name}({example})"
    return ""  # an argument given twice


def short(thing):
    """How Python writes the thing, on one line of at most 80 characters."""
    huge = isinstance(thing, int) and thing.bit_length() > 10_000  # more than Python writes
    return "thousands of digits" if huge else " ".join(f"{thing!r:.80}".split())


# What stands for a letter that a terminal does not know; any other becomes its number
_IN_ASCII = str.maketrans(
    {"×": "x", "→": "->", "−": "-", "·": "*", "½": "1/2", "²": "^2", "³": "^3", "√": "sqrt "}
    | {"…": "...", "‖": "|", "‘": "'", "’": "'", "Σ": "sum", "∂": "d"}
    | {"δ": "delta", "η": "eta", "σ": "sigma"}
)


def in_known_letters(text):
    """The text in letters that the terminal knows: print fails on any other."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
        return text
    except UnicodeEncodeError:
        return text.translate(_IN_ASCII).encode(encoding, "backslashreplace").decode(encoding)


def printable(thing):
    """The class, its repr in letters that the terminal knows."""
    write = thing.__repr__
    thing.__repr__ = functools.wraps(write)(lambda self: in_known_letters(write(self)))
    return thing
