"""Copies of the notebooks to work in: with no outputs, so that no answer stands under its question.

    python notebooks work               puts into the folder work what is not there yet
    python notebooks work --fresh 03    brings notebook 03 back as it was, and keeps yours beside it

Pages, pictures and results come along, links and all, but for the notes for teachers. A file that
is there is never written over.
"""

import argparse
import json
import os
import sys
from itertools import count
from pathlib import Path

from nnlib._support.files import replacing
from nnlib._support.hints import in_known_letters

HERE = Path(__file__).parent
COPIED = {".csv", ".ipynb", ".md", ".png", ".svg"}
NOT_FOR_STUDENTS = "for_teachers"


def main():
    parser = argparse.ArgumentParser("python notebooks", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the copies go; made if it is not there")
    parser.add_argument("--fresh", metavar="NN", help="bring this notebook back as it was")
    asked = parser.parse_args()
    if asked.folder.resolve().is_relative_to(HERE.resolve()):  # copies would be copied in turn
        sys.exit("expected a folder outside that of the notebooks; name one, such as work")
    try:
        kept = make_way(asked.folder / named(asked.fresh)) if asked.fresh is not None else None
        new = add_missing(asked.folder)
    except OSError as reason:
        sys.exit(f"{asked.folder}: expected a folder to write into, got: {reason.strerror}")
    where = in_known_letters(str(asked.folder))
    print(f"{where}: {new} new file{'' if new == 1 else 's'}, every other one left as it is")
    if kept:
        print(f"what stood there is kept as {in_known_letters(str(kept))}")


def named(number):
    """The notebook of this number, 3 or 03."""
    found = sorted(HERE.glob(f"{number:0>2}_*.ipynb")) if number.isdecimal() else []
    if not found:
        numbers = ", ".join(path.name[:2] for path in sorted(HERE.glob("[0-9][0-9]_*.ipynb")))
        sys.exit(f"expected the number of a notebook, got {number!r}; it is one of {numbers}")
    return found[0].name


def make_way(path):
    """Give the file at path a free name beside it: that name, or None where there is no file."""
    if not os.path.lexists(path):
        return None
    names = (path.with_stem(f"{path.stem}_kept_{number}") for number in count(1))
    free = next(name for name in names if not os.path.lexists(name))
    path.rename(free)
    return free


def add_missing(folder):
    """Copy what the folder lacks; how many files that were."""
    parts = [path.relative_to(HERE) for path in sorted(HERE.rglob("*")) if is_copied(path)]
    missing = [part for part in parts if not os.path.lexists(folder / part)]
    for part in missing:
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        with replacing(folder / part) as temporary:
            temporary.write_bytes(content(HERE / part))
    return len(missing)


def is_copied(path):
    parts = path.relative_to(HERE).parts
    hidden = any(part.startswith(".") for part in parts) or NOT_FOR_STUDENTS in parts
    return path.suffix in COPIED and not hidden


def content(path):
    """What a copy of the file holds: of a notebook, all but what running it has left."""
    if path.suffix != ".ipynb":
        return path.read_bytes()
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)  # as Jupyter writes
    return f"{text}\n".encode()


if __name__ == "__main__":
    main()
