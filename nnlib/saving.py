"""The file a network is saved in: readable JSON with a version and a checksum, never code.

Written whole or not at all, and believed only when everything in it has been checked.
"""

import hashlib
import json
import os
from contextlib import contextmanager

from nnlib.files import replacing

FORMAT = "nnlib network"
VERSION = 1
LARGEST_FILE = 2_000_000_000  # bytes: fifty million parameters, written out


class _BadFile(Exception):
    """Why a file is not a saved network."""


def write(path, content):
    """Write the dict content to path; a process killed meanwhile leaves the old file as it was."""
    content = {"format": FORMAT, "version": VERSION, **content}
    lines = [f'"{key}": {_rows(value)}' for key, value in content.items()]
    lines.append(f'"sha256": "{_checksum(content)}"')
    with replacing(path) as temporary:
        temporary.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def read(path, keys):
    """The dict with these keys that write was given; call it inside ``explained(path)``."""
    content = _parsed(path)
    _expect(isinstance(content, dict), "it holds no JSON object")
    _expect(content.get("format") == FORMAT, f'its format is not "{FORMAT}"')
    version = content.get("version")
    _expect(version == VERSION, f"it has version {version!r:.40}, this nnlib reads {VERSION}")
    stored = content.pop("sha256", None)
    _expect(stored == _checksum(content), "its checksum does not match: a part was changed or lost")
    found, wanted = content.keys() - {"format", "version"}, ", ".join(keys)
    _expect(found == set(keys), f"it holds {', '.join(sorted(found))} instead of {wanted}")
    return content


@contextmanager
def explained(path):
    """Whatever is wrong with the file at path becomes one ValueError that says so in words."""
    try:
        yield
    except (_BadFile, KeyError, TypeError, ValueError, RecursionError) as reason:
        kind = "" if isinstance(reason, _BadFile) else f"{type(reason).__name__}: "
        raise ValueError(
            f"{os.fspath(path)} is not a network saved by nnlib: {kind}{str(reason)[:200]}; "
            "save it again with net.save"
        ) from None


def named(name, known):
    """The one of the known objects that has this name."""
    for thing in known:
        if thing.name == name:
            return thing
    raise _BadFile(f"{name!r:.40} is none of {', '.join(thing.name for thing in known)}")


def floats(nested, depth):
    """The nested lists themselves, if they are depth deep and hold floats and nothing else."""
    _expect(isinstance(nested, list), "a list of numbers is missing")
    for item in nested:
        if depth > 1:
            floats(item, depth - 1)
        else:
            _expect(type(item) is float, f"{item!r:.40} stands where a number should")
    return nested


def _parsed(path):
    _expect(not os.path.isdir(path), "it is a folder")
    _expect(os.path.getsize(path) <= LARGEST_FILE, f"it is larger than {LARGEST_FILE:,} bytes")
    with open(path, encoding="utf-8") as file:
        return json.load(file, object_pairs_hook=_without_twins, parse_constant=_refused)


def _without_twins(pairs):
    _expect(len(dict(pairs)) == len(pairs), "a key stands in it twice")
    return dict(pairs)


def _refused(constant):
    _expect(False, f"it holds {constant}")


def _checksum(content):
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _rows(value):
    """JSON with a matrix written one row a line."""
    if isinstance(value, list) and value and isinstance(value[0], list):
        return "[\n" + ",\n".join(map(_rows, value)) + "]"
    return json.dumps(value)


def _expect(holds, otherwise):
    if not holds:
        raise _BadFile(otherwise)
