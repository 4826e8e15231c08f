"""Do what Binder would do, without Docker: check its recipe, then follow it step by step.

The steps run on a copy of the repository, in a new virtual environment and with a new home
folder, so that nothing else on this machine helps or hinders.
"""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MADE = ("__pycache__", "build", "*.egg-info", ".*_cache", ".hypothesis", "artefacts", "work")
LEFT_OUT = (".git", ".venv*", *MADE)
NOTEBOOK = "work/00_start_here.ipynb"  # a copy that binder/postBuild makes
BASE = ("ipykernel", "ipywidgets", "jupyter_server", "jupyterlab", "notebook")

# What the Dockerfile must do, in this order.
DOCKERFILE = (
    r"environment-2epy-2d3-2e12",
    r"^COPY --chown=1000:1000 src/ \$\{REPO_DIR\}/$",
    r"^USER \$\{NB_USER\}$",
    r"pip install .*-r \"binder/requirements\.txt\"$",
    r"^RUN \./binder/postBuild$",
    r"^ENV R2D_ENTRYPOINT=.*/binder/start",
)
REPO2DOCKER = ("--no-build", "--debug", "--user-id=1000", "--user-name=jovyan", ".")


def main():
    with tempfile.TemporaryDirectory(prefix="nnlib-binder-") as folder:
        copy, home, python = (Path(folder, name) for name in ("copy", "home", "venv/bin/python"))
        home.mkdir()
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        step("repo2docker writes the expected Dockerfile", check_dockerfile, copy)
        step("a clean environment with what Binder's image has", make_environment, python)
        step("pip install -r binder/requirements.txt", install, python, copy)
        environment = visitor(python, home)
        step("binder/postBuild", call, ["binder/postBuild"], copy, environment)
        step(f"binder/start runs {NOTEBOOK}", execute, copy, environment)
        step("binder/start serves JupyterLab", serve, copy, environment)
    print("binder: every step passed")


def step(title, action, *arguments):
    print(f"binder: {title} …", flush=True)
    start = time.perf_counter()
    action(*arguments)
    print(f"binder: … {time.perf_counter() - start:.0f} s", flush=True)


def call(command, folder, environment=None):
    """Run a command to its end; its failure is ours."""
    command = [str(part) for part in command]
    print("$", " ".join(command), flush=True)
    if subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL).returncode:
        sys.exit(f"binder: this step failed: {' '.join(command)}")


def check_dockerfile(copy):
    """Print the Dockerfile that Binder would build and look for its steps, one after the other."""
    command = [sys.executable, "-m", "repo2docker", *REPO2DOCKER]
    dockerfile = subprocess.check_output(command, cwd=copy, text=True)
    print(dockerfile)
    place = 0
    for line in DOCKERFILE:
        found = re.compile(line, re.MULTILINE).search(dockerfile, place)
        if not found:
            sys.exit(f"binder: the Dockerfile lacks {line!r}, or has it too early")
        place = found.end()


def make_environment(python):
    """A virtual environment at the versions that repo2docker's image starts from.

    By uv, which takes a tenth of pip's time; Binder's image comes by conda. The rest is pip's.
    """
    uv = [sys.executable, "-m", "uv", "--quiet"]
    call([*uv, "venv", "--seed", "--python", binder_python(), python.parent.parent], ROOT)
    call([*uv, "pip", "install", "--python", python, *base_versions()], ROOT)


def binder_python():
    """Binder's Python 3.12 where this machine has it, else the Python that runs this."""
    version = (ROOT / "binder/runtime.txt").read_text().strip().replace("-", "")
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        subprocess.run([version, "-c", ""], check=True, capture_output=True)
        return version
    print(f"no {version} here: {sys.executable} takes its place")
    return sys.executable


def base_versions():
    """Requirements such as jupyterlab==4.4.9, read off repo2docker's own list."""
    folder = Path(find_spec("repo2docker").submodule_search_locations[0], "buildpacks/conda")
    listed = (folder / "environment.py-3.12-linux-64.lock").read_text()
    return [f"{name}=={re.search(rf'/{name}-([0-9.]+)-', listed)[1]}" for name in BASE]


def install(python, copy):
    call([python, "-m", "pip", "install", "--quiet", "-r", "binder/requirements.txt"], copy)
    call([python, "-m", "pip", "check"], copy)


def visitor(python, home):
    """The environment variables of a Binder session: a home of its own, no data lying ready."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NNLIB", "JUPYTER", "XDG"))}
    return kept | {"HOME": str(home), "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}


def execute(copy, environment):
    call(["binder/start", "jupyter", "execute", "--timeout=600", NOTEBOOK], copy, environment)


def serve(copy, environment):
    """Start a session as Binder does and fetch the page that the README's badge opens."""
    port = free_port()
    command = ["binder/start", "jupyter", "notebook", "--ip=127.0.0.1", f"--port={port}"]
    options = ["--no-browser", "--allow-root", "--IdentityProvider.token=secret"]
    pipes = {"stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    server = subprocess.Popen([*command, *options], cwd=copy, env=environment, **pipes)
    try:
        fetch(f"http://127.0.0.1:{port}/lab/tree/{NOTEBOOK}?token=secret")
    finally:
        server.terminate()
        said = server.communicate(timeout=30)[1]
    if "jupyterlab | extension was successfully loaded" not in said:
        sys.exit(f"binder: the session did not load JupyterLab:\n{said}")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def fetch(address, seconds=60):
    """Wait until a page answers with JupyterLab."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            page = urllib.request.urlopen(address, timeout=10).read().decode()
            if "JupyterLab" in page:
                return
        time.sleep(0.3)
    sys.exit(f"binder: {address} did not answer with JupyterLab within {seconds} s")


if __name__ == "__main__":
    main()
