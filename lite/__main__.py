"""The notebooks in JupyterLite: they run in the reader's browser, and nothing is installed.

    python lite                   builds build/site/lite; Pyodide's packages stay at its own address
    python lite --pyodide FOLDER  they come from the distribution in FOLDER, which is copied along
    python lite --mnist FOLDER    MNIST's four files in FOLDER are served beside the notebooks
    python lite --into FOLDER     builds it there

The copies of the notebooks are taken from build/lite/files, where `make lite` puts them.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SOURCE, PLACE = ROOT / "build/lite", ROOT / "build/site/lite"

sys.path.insert(0, str(ROOT / ".ci"))  # where archives is

import archives  # noqa: E402
import packages  # noqa: E402

KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
THEMES = "@jupyterlab/apputils-extension:themes"
CORE = "pyodide.js", "pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip"


def main():
    parser = argparse.ArgumentParser("python lite", description=__doc__.splitlines()[0])
    parser.add_argument("--pyodide", type=Path, help="the folder of a Pyodide distribution")
    parser.add_argument("--mnist", type=Path, help="the folder with the four packed files")
    parser.add_argument("--into", type=Path, default=PLACE, help="where it is built, anew")
    asked = parser.parse_args()
    place = asked.into.resolve()
    lay_out_python(asked.pyodide, SOURCE / "static/pyodide")
    write_settings(lay_out_mnist(asked.mnist) if asked.mnist else {})
    shutil.rmtree(place, ignore_errors=True)
    build(place)
    complete(place / "lab/index.html")
    megabytes = sum(path.stat().st_size for path in place.rglob("*") if path.is_file()) / 1e6
    print(f"lite: {place}, {megabytes:.0f} MB in all, to be put on a web server")


def lay_out_python(given, folder):
    """Put Pyodide, our wheels and the list of all packages into the folder."""
    core = given or archives.unpacked("pyodide")
    folder.mkdir(parents=True)
    for name in CORE:
        shutil.copy(core / name, folder)
    lock = json.loads((core / "pyodide-lock.json").read_text(encoding="utf-8"))
    lock["packages"] = packages.laid_out(lock, given, folder)
    (folder / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")


def lay_out_mnist(folder):
    """Put MNIST beside the notebooks; the environment by which nnlib finds it."""
    (SOURCE / "files/mnist").mkdir()
    for file in folder.glob("*-ubyte.gz"):
        shutil.copy(file, SOURCE / "files/mnist")
    return {"NNLIB_MNIST": "/drive/mnist"}  # where the kernel sees the notebooks' folder


def write_settings(environment):
    """Tell JupyterLite what the kernel loads before it is ready, and its environment."""
    options = {"packages": packages.KERNEL, "env": environment}
    kernel = {"disablePyPIFallback": True, "loadPyodideOptions": options}
    data = {
        "appName": "How a neural network learns",
        "exposeAppInBrowser": True,  # waiting.html and phone.html look at it
        "litePluginSettings": {KERNEL: kernel},
        "settingsOverrides": {THEMES: {"adaptive-theme": True}},  # dark where the system is
    }
    settings = {"jupyter-lite-schema-version": 0, "jupyter-config-data": data}
    (SOURCE / "jupyter-lite.json").write_text(json.dumps(settings), encoding="utf-8")


def build(place):
    """Let JupyterLite build the site into the folder."""
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--apps=lab", "--no-sourcemaps"]
    folders = [f"--lite-dir={SOURCE}", f"--output-dir={place}", f"--contents={SOURCE / 'files'}"]
    told = subprocess.run([*command, *folders], cwd=SOURCE, capture_output=True, text=True)
    if told.returncode:
        sys.exit(f"{told.stdout}{told.stderr}\nlite: JupyterLite could not be built, see above")


def complete(page):
    """Say on the page what is going on while the kernel comes, and make it fit a phone."""
    text = page.read_text(encoding="utf-8")
    parts = [(HERE / name).read_text(encoding="utf-8") for name in ("waiting.html", "phone.html")]
    page.write_text(text.replace("</body>", "".join([*parts, "</body>"])), encoding="utf-8")


if __name__ == "__main__":
    main()
