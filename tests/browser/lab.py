"""A real JupyterLab and a page of it in a real Chromium, for the browser tests."""

import ast
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest

ARTEFACTS = Path(__file__).parent / "artefacts"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

KERNEL_SETTINGS = "@jupyterlab/apputils-extension:kernels-settings"
SETTINGS = {
    # Cells out of sight are drawn too, so that the whole notebook can be looked at.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"},
}

PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}

# A test with this mark runs twice: callbacks on the kernel's main thread, and on other threads
# (JupyterLab's own setting).
BOTH_COMM_SETTINGS = pytest.mark.parametrize(
    "comms_over_subshells", ["disabled", "perCommTarget"], indirect=True
)

# An error in a callback appears in no cell. The kernel still announces it: listen.
LISTEN = """() => {
    window.errorsOutsideCells = [];
    const kernel = jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
    kernel.iopubMessage.connect((_, message) => {
        const {header, parent_header, content} = message;
        const trouble = header.msg_type === 'error'
            || header.msg_type === 'stream' && /Traceback/.test(content.text);
        if (trouble && parent_header.msg_type !== 'execute_request')
            window.errorsOutsideCells.push(content.text || content.ename + ': ' + content.evalue);
    });
}"""

RUN_ALL = """() => {
    window.ranAll = false;
    jupyterapp.commands.execute('notebook:run-all-cells').finally(() => { window.ranAll = true; });
}"""

ASK_KERNEL = """async (code) => {
    const kernel = jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
    const future = kernel.requestExecute({code, silent: false, store_history: false});
    let printed = '';
    future.onIOPub = ({header, content}) => {
        if (header.msg_type === 'stream') printed += content.text;
        if (header.msg_type === 'error') printed += content.traceback.join('\\n');
    };
    const reply = await future.done;
    return {printed, status: reply.content.status};
}"""

OUTPUT_WIDGETS = """
import ipywidgets as _widgets
print([
    output for widget in list(_widgets.widget._instances.values())
    if isinstance(widget, _widgets.Output) for output in widget.outputs
])
"""


def find_chromium():
    """The path of an installed Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


class LabServer:
    """A JupyterLab of its own: own settings, own token, a copy of the notebooks as its folder."""

    def __init__(self, folder, notebooks):
        self.folder = Path(folder)
        self.notebooks = self.folder / "notebooks"
        self.port, self.token = free_port(), secrets.token_hex(16)
        self.address = f"http://127.0.0.1:{self.port}"
        shutil.copytree(notebooks, self.notebooks, ignore=shutil.ignore_patterns(".ipynb_check*"))
        self.set_comms_over_subshells(None)
        self.log = open(self.folder / "server.log", "w")
        self.process = subprocess.Popen(
            self.command(),
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.wait_until_ready(seconds=60)

    def command(self):
        options = [
            "--no-browser",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={self.port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={self.token}",
            f"--ServerApp.root_dir={self.notebooks}",
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.collaborative=False",
        ]
        as_root = ["--allow-root"] if hasattr(os, "getuid") and os.getuid() == 0 else []
        return [sys.executable, "-m", "jupyterlab", *options, *as_root]

    def environment(self):
        places = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "IPYTHONDIR": "ipython",
        }
        return os.environ | {name: str(self.folder / place) for name, place in places.items()}

    def wait_until_ready(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                self.ask("GET", "/api")
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise RuntimeError(f"JupyterLab did not start within {seconds} s: {self.log.name}")

    def ask(self, method, path):
        """The server's answer, parsed from JSON; None where it is empty."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(self.address + path, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def set_comms_over_subshells(self, value):
        """Where callbacks run: "disabled" (the main thread), "perCommTarget", None for Lab's own.

        A page that is opened afterwards obeys.
        """
        choice = {} if value is None else {"commsOverSubshells": value}
        for plugin, settings in (SETTINGS | {KERNEL_SETTINGS: choice}).items():
            package, _, name = plugin.partition(":")
            file = self.folder / "settings" / package / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(settings))

    def shut_down_kernels(self):
        for session in self.ask("GET", "/api/sessions"):
            self.ask("DELETE", f"/api/sessions/{session['id']}")

    def stop(self):
        """End the server and its kernels; keep its log."""
        self.shut_down_kernels()
        self.process.terminate()
        self.process.wait(timeout=30)
        self.log.close()
        ARTEFACTS.mkdir(exist_ok=True)
        shutil.copy(self.log.name, ARTEFACTS / "server.log")


class LabPage:
    """One browser page with one notebook open. `page` is playwright's, for clicks and looks."""

    def __init__(self, server, page, name):
        self.server, self.page, self.name = server, page, re.sub(r"\W+", "-", name).strip("-")
        self.console_errors = []
        page.on("console", self.hear_console)
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))

    def hear_console(self, message):
        if message.type == "error":
            self.console_errors.append(f"{message.text} ({message.location.get('url', '')})")

    def open(self, notebook, timeout=60):
        """Open notebooks/<notebook> and wait for its idle kernel."""
        address = f"{self.server.address}/lab/tree/{notebook}?reset&token={self.server.token}"
        self.page.goto(address)
        self.wait_for("window.jupyterapp?.shell?.currentWidget?.context?.isReady", timeout)
        self.page.evaluate("jupyterapp.shell.collapseLeft()")
        self.wait_until_idle(timeout)
        self.page.evaluate(LISTEN)
        return self

    def wait_for(self, expression, timeout):
        """Wait until a JavaScript expression is true in the page; `timeout` in seconds."""
        self.page.wait_for_function(expression, timeout=1000 * timeout)

    def wait_until_idle(self, timeout=60):
        session = "jupyterapp.shell.currentWidget.context.sessionContext.session"
        self.wait_for(f"{session}?.kernel?.status === 'idle'", timeout)

    def open_cells(self, sources, timeout=60):
        """Open a new notebook with these code cells."""
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        name = f"{secrets.token_hex(4)}.ipynb"
        notebook = nbformat.v4.new_notebook(cells=cells, metadata=PYTHON)
        nbformat.write(notebook, self.server.notebooks / name)
        return self.open(name, timeout)

    def run_all(self, timeout=600):
        """Run every cell and wait until the last one has finished, or the first one has failed."""
        self.page.evaluate(RUN_ALL)
        self.wait_for("window.ranAll", timeout)
        self.wait_until_idle(timeout)

    def cells(self):
        """The notebook's cells as they are in the page now, in the form of the file."""
        return self.page.evaluate("jupyterapp.shell.currentWidget.content.model.toJSON()")["cells"]

    def outputs(self):
        """The outputs of each code cell: a list of lists."""
        return [cell["outputs"] for cell in self.cells() if cell["cell_type"] == "code"]

    def errors(self):
        """Every error there is to see: in cells, in Output widgets, in callbacks. [] is good."""
        found = [say(output) for cell in self.cells() for output in unexpected_errors(cell)]
        held = ast.literal_eval(self.ask_kernel(OUTPUT_WIDGETS))
        found += ["in an Output widget: " + say(output) for output in held if is_error(output)]
        outside = self.page.evaluate("window.errorsOutsideCells")
        return found + ["outside the cells: " + text for text in outside]

    def ask_kernel(self, code):
        """Run code in the notebook's kernel, beside its cells; what it printed."""
        answer = self.page.evaluate(ASK_KERNEL, code)
        if answer["status"] != "ok":
            raise RuntimeError(answer["printed"])
        return answer["printed"]

    def screenshot(self, name):
        """Keep a picture of the page as artefacts/<test>-<name>.png; its path."""
        ARTEFACTS.mkdir(exist_ok=True)
        path = ARTEFACTS / f"{self.name}-{name}.png"
        self.page.screenshot(path=path)
        return path

    def screenshots(self):
        """Keep pictures of the whole notebook, one a screenful; their paths."""
        panel = self.page.locator(".jp-WindowedPanel-outer:visible").first
        whole, seen = panel.evaluate("panel => [panel.scrollHeight, panel.clientHeight]")
        paths = []
        for number, top in enumerate(range(0, whole, seen)):
            panel.evaluate("(panel, top) => { panel.scrollTop = top; }", top)
            self.page.wait_for_timeout(150)
            paths.append(self.screenshot(f"{number:02}"))
        return paths


def unexpected_errors(cell):
    """The error outputs of a cell that is not meant to fail."""
    if "raises-exception" in cell["metadata"].get("tags", ()):
        return []
    return [output for output in cell.get("outputs", ()) if is_error(output)]


def is_error(output):
    return output["output_type"] == "error"


def say(output):
    return f"{output['ename']}: {output['evalue']}"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
