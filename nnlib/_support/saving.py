"""The file a network is saved in: readable JSON with a version and a checksum, never code.

Written whole or not at all, and believed only when everything in it has been checked.
"""

import hashlib
import json
import os
from contextlib import contextmanager

import numpy as np

from nnlib._support.files import replacing
from nnlib._support.hints import short
from nnlib.activations import ACTIVATIONS
from nnlib.costs import COSTS

FORMAT = "nnlib network"
VERSION = 1
FIELDS = ("sizes", "activations", "cost", "dtype", "W", "b")
LARGEST_FILE = 2_000_000_000  # bytes: fifty million parameters, written out


class _BadFile(Exception):
    """Why a file is not a saved network."""


def write(path, net):
    """Write the network to path; a process killed meanwhile leaves the old file as it was.

    Raises TypeError or ValueError if path names no file or the network cannot be saved, OSError
    where the file cannot be written.
    """
    content = _content(net)
    _check_path(path)
    if os.path.isdir(path):
        raise ValueError(
            f"path: expected the name of a file, got the folder {os.fspath(path)!r}; add a name to "
            f"it, such as {os.path.join(path, 'net.json')!r}"
        )
    content = {"format": FORMAT, "version": VERSION, **content}
    lines = [f'"{key}": {_rows(value)}' for key, value in content.items()]
    lines.append(f'"sha256": "{checksum(content)}"')
    try:
        with replacing(path) as temporary:
            temporary.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    except OSError as reason:
        raise type(reason)(
            f"{path}: expected a place where a file can be written, got: {reason.strerror}; name "
            "a folder that is there, is yours and has room (what was there is as it was)"
        ) from None


def _content(net):
    own = [f.name for f in net.activations if f not in ACTIVATIONS]
    own += [net.cost.name] if net.cost not in COSTS else []
    if own:
        raise ValueError(
            f"net: expected only nnlib's own activations and costs, got {own[0]!r}: a file "
            "cannot carry your function; save net.W and net.b with np.savez instead"
        )
    if not net.is_finite():
        raise ValueError(
            "net: expected finite parameters, got NaN or infinity, nothing was saved; train it anew"
        )
    return {
        "sizes": net.sizes,
        "activations": [f.name for f in net.activations],
        "cost": net.cost.name,
        "dtype": net.dtype.name,
        "W": [W.astype(np.float64).tolist() for W in net.W],
        "b": [b.astype(np.float64).tolist() for b in net.b],
    }


def read(path):
    """The arguments that make the Network again; call it inside ``explained(path)``."""
    content = _checked(path)
    return {
        "sizes": content["sizes"],
        "activations": [_named(name, ACTIVATIONS) for name in content["activations"]],
        "cost": _named(content["cost"], COSTS),
        "weights": _floats(content["W"], 3),
        "biases": _floats(content["b"], 2) or False,
        "dtype": content["dtype"],
    }


def _checked(path):
    """What the file holds, if nothing of it was changed or lost."""
    content = _parsed(path)
    _expect(isinstance(content, dict), "it holds no JSON object")
    _expect(content.get("format") == FORMAT, f'its format is not "{FORMAT}"')
    version = content.get("version")
    known = type(version) is int and version == VERSION  # True == 1 too
    _expect(known, f"it has version {version!r:.40}, this nnlib reads {VERSION}")
    stored = content.pop("sha256", None)
    _expect(stored == checksum(content), "its checksum does not match: a part was changed or lost")
    found = content.keys() - {"format", "version"}
    _expect(found == set(FIELDS), f"it holds {_names(found)} instead of {', '.join(FIELDS)}")
    _expect(content["dtype"] in ("float32", "float64"), "its dtype is neither float32 nor float64")
    _expect(_are(int, content["sizes"]), "its sizes are not a list of whole numbers")
    _expect(_are(str, content["activations"]), "its activations are not a list of names")
    return content


@contextmanager
def explained(path):
    """Whatever is wrong with the file at path becomes one ValueError that says so in words.

    Raises TypeError if path names no file, FileNotFoundError or another OSError, in words too, if
    the file cannot be read.
    """
    _check_path(path)
    try:
        yield
    except OSError as reason:
        raise type(reason)(
            f"{path}: expected a file saved with net.save, got: {reason.strerror}; check the name "
            "and the folder"
        ) from None
    except (_BadFile, KeyError, TypeError, ValueError, RecursionError) as reason:
        kind = "" if isinstance(reason, _BadFile) else f"{type(reason).__name__}: "
        raise ValueError(
            f"{os.fspath(path)} is not a network saved by nnlib: {kind}{str(reason)[:200]}; "
            "save it again with net.save"
        ) from None


def _named(name, known):
    """The one of the known objects that has this name."""
    for thing in known:
        if thing.name == name:
            return thing
    raise _BadFile(f"{name!r:.40} is none of {', '.join(thing.name for thing in known)}")


def _floats(nested, depth):
    """The nested lists themselves, if they are depth deep and hold floats and nothing else."""
    _expect(isinstance(nested, list), "a list of numbers is missing")
    for item in nested:
        if depth > 1:
            _floats(item, depth - 1)
        else:
            _expect(type(item) is float, f"{item!r:.40} stands where a number should")
    return nested


def _check_path(path):
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"path: expected the name of a file, got {short(path)}; write 'net.json'")
    if not os.fspath(path) or "\0" in os.fspath(path):
        raise ValueError(f"path: expected the name of a file, got {short(path)}; write 'net.json'")


def _parsed(path):
    _expect(os.path.getsize(path) <= LARGEST_FILE, f"it is larger than {LARGEST_FILE:,} bytes")
    _expect(not os.path.isdir(path), "it is a folder")
    _expect(os.path.isfile(path), "it is a device or a pipe")  # which may never end
    with open(path, encoding="utf-8") as file:
        return json.load(file, object_pairs_hook=_without_twins, parse_constant=_refused)


def _without_twins(pairs):
    _expect(len(dict(pairs)) == len(pairs), "a key stands in it twice")
    return dict(pairs)


def _are(kind, items):
    """Whether items is a list of this very kind and nothing else: True is no whole number."""
    return isinstance(items, list) and all(type(item) is kind for item in items)


def _names(keys):
    """The names on one line, whatever characters a file has put into them."""
    return ascii(", ".join(sorted(keys)))[1:-1]


def _refused(constant):
    _expect(False, f"it holds {constant}")


def checksum(content):
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _rows(value):
    """JSON with a matrix written one row a line."""
    if isinstance(value, list) and value and isinstance(value[0], list):
        return "[\n" + ",\n".join(map(_rows, value)) + "]"
    return json.dumps(value)


def _expect(holds, otherwise):
    if not holds:
        raise _BadFile(otherwise)
