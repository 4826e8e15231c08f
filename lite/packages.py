"""The Python packages that the kernel in the browser finds, and the list that Pyodide has of them.

Pyodide reads in pyodide-lock.json which package an import needs, and loads it with all that it
needs in turn. So nnlib is there at the first import, with no cell that installs it.
"""

import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from email import message_from_string
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"  # Pyodide's public one
# what the kernel needs before it can run a cell
KERNEL = "micropip", "piplite", "pyodide-kernel", "ipykernel", "comm", "jedi", "ipython"
# what a browser does instead, or what is for JupyterLab's own page
LEFT_OUT = {"jupyterlab-widgets", "widgetsnbextension", "pooch", "requests"}
RENEWED = {"joblib"}  # Pyodide's is older than nnlib allows


def laid_out(lock, given, folder):
    """Lay all wheels into the folder; the entries of the list, by name.

    lock   the list of the Pyodide distribution
    given  its folder; None: what it lists is loaded from Pyodide's address
    """
    known = {n: entry for n, entry in lock["packages"].items() if n not in RENEWED}
    if given:
        known = {n: entry for n, entry in known.items() if (given / entry["file_name"]).is_file()}
        for entry in known.values():
            copy_genuine(given / entry["file_name"], entry["sha256"], folder)
    else:
        address = ADDRESS.format(version=lock["info"]["version"])
        for entry in known.values():
            entry["file_name"] = address + entry["file_name"]
    with tempfile.TemporaryDirectory() as place:
        python = lock["info"]["python"]
        wheels = [nnlib(Path(place)), *wheels_of_the_kernel()]
        wheels += [fetched(name, python, Path(place)) for name in RENEWED]
        while wheels:
            wheel = wheels.pop()
            name = parse_wheel_filename(wheel.name)[0]
            known[name] = entry_of(wheel, python)
            shutil.copy(wheel, folder)
            missing = [other for other in known[name]["depends"] if other not in known]
            wheels += [fetched(other, python, Path(place)) for other in missing]
    return known


def copy_genuine(file, sha256, folder):
    """Copy the file, if it is the one that the list means."""
    if hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
        sys.exit(f"lite: {file} is not the file that its pyodide-lock.json lists; fetch it again")
    shutil.copy(file, folder)


def nnlib(place):
    """The wheel of nnlib as it lies here, built from a copy: setuptools leaves folders behind."""
    source = place / "source"
    shutil.copytree(ROOT / "nnlib", source / "nnlib", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip("wheel", "--no-deps", f"--wheel-dir={place}", source)
    return next(place.glob("nnlib-*.whl"))


def wheels_of_the_kernel():
    """The wheels that JupyterLite's kernel brings: itself, and stand-ins for what it replaces."""
    extension = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
    brought = Path(sysconfig.get_path("data"), extension).glob("*.whl")
    return [wheel for wheel in brought if parse_wheel_filename(wheel.name)[0] in KERNEL]


def fetched(name, python, place):
    """The newest wheel of a package that runs on any machine, from PyPI."""
    place = Path(tempfile.mkdtemp(dir=place))
    anywhere = ["--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none"]
    pip("download", "--no-deps", *anywhere, f"--python-version={python}", "-d", place, name)
    return next(place.glob("*.whl"))


def pip(*words):
    command = [sys.executable, "-m", "pip", *map(str, words)]
    quiet = ["--quiet", "--disable-pip-version-check"]
    if subprocess.run([*command, *quiet]).returncode:
        sys.exit(f"lite: this step failed: {' '.join(command)}")


def entry_of(wheel, python):
    """What Pyodide's list says of a wheel."""
    name, version, *_ = parse_wheel_filename(wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        files = archive.namelist()
        metadata = next(file for file in files if file.endswith(".dist-info/METADATA"))
        about = message_from_string(archive.read(metadata).decode())
    needed = map(Requirement, about.get_all("Requires-Dist", ()))
    return {
        "name": name,
        "version": str(version),
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": imports(files),
        "depends": sorted({canonicalize_name(r.name) for r in needed if wanted(r, python)}),
        "unvendored_tests": False,
    }


def imports(files):
    """The names by which the modules of a wheel with these files are imported."""
    code = [file for file in files if file.endswith(".py") and ".data/" not in file]
    return sorted({file.partition("/")[0].removesuffix(".py") for file in code})


def wanted(requirement, python):
    """Whether a requirement holds in the browser, where this Python runs."""
    if canonicalize_name(requirement.name) in LEFT_OUT:
        return False
    machine = {"sys_platform": "emscripten", "platform_system": "Emscripten", "os_name": "posix"}
    machine |= {"python_full_version": python, "python_version": ".".join(python.split(".")[:2])}
    return not requirement.marker or requirement.marker.evaluate(machine | {"extra": ""})
