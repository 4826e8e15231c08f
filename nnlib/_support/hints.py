"""A name that is nearly right, of an argument or an attribute, gets the right one as the answer.

Python knows such answers too, but Jupyter does not show them.
"""

import functools
import inspect

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


def no_such_attribute(owner, name, known):
    """The AttributeError for a name that the owner, "a Network", does not have."""
    near = "" if name.startswith("_") else did_you_mean(name, known)
    return AttributeError(f"{name}: {owner} has no such name{near}")


def public_names(thing):
    """The names a thing has for everybody."""
    return [name for name in dir(thing) if not name.startswith("_")]


def explains_its_arguments(function):
    """The function or class, with a clear TypeError for a missing, unknown or superfluous argument.

    Python's own does not say what else there is. A call that fits costs nothing extra.
    """
    if isinstance(function, type):
        function.__init__ = explains_its_arguments(function.__init__)
        return function

    @functools.wraps(function)
    def asked(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except TypeError as error:
            if error.__traceback__.tb_next is not None:  # it came from inside: the call did fit
                raise
            words = _what_does_not_fit(function, args, kwargs) or str(error)
        raise TypeError(words)

    return asked


def _what_does_not_fit(function, args, kwargs):
    """The sentence on the arguments that the function cannot take."""
    name = function.__qualname__.removesuffix(".__init__").split(".")[-1]
    known = dict(inspect.signature(function).parameters)
    given = len(args) - bool(known.pop("self", None) or known.pop("cls", None))
    places = [k for k, p in known.items() if p.kind is not p.KEYWORD_ONLY]
    needed = [k for k, p in known.items() if p.default is p.empty]
    example = ", ".join(k if k in places else f"{k}=…" for k in needed)
    for k in kwargs:
        if k not in known:
            near = did_you_mean(k, known) or f"; expected some of {', '.join(known)}"
            return f"{k}: {name} has no such argument{near}"
    if given > len(places):
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
    return " ".join(f"{thing!r:.80}".split())
