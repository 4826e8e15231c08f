"""A real JupyterLab and a page of it in a real Chromium, for the browser tests."""

import ast
import base64
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

HAND = str(Path(__file__).parents[1] / "widgets")
ARTEFACTS = Path(__file__).parent / "artefacts"
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
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

SETTINGS = {
    # Cells out of sight are drawn too, so that the whole notebook can be looked at.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}

PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}

PATIENCE = 60  # seconds: a machine with other work is slow, not wrong

# A test with this mark runs twice: callbacks on other threads, as JupyterLab has it by itself, and
# on the kernel's main thread; the second time in `make soak`.
BOTH_COMM_SETTINGS = pytest.mark.parametrize(
    "comms_over_subshells",
    ["perCommTarget", pytest.param("disabled", marks=pytest.mark.soak)],
    indirect=True,
)

# The setting "commsOverSubshells", as Lab's settings editor hands it on; null is Lab's own choice.
SET_COMMS = """(choice) => {
    const kernels = jupyterapp.serviceManager.kernels;
    window.choiceOfLab ??= kernels.commsOverSubshells;
    kernels.commsOverSubshells = choice ?? window.choiceOfLab;
}"""

OPEN = """async (path) => {
    const widget = await jupyterapp.commands.execute('docmanager:open', {path});
    await widget.context.ready;
}"""

CLOSE_DOCUMENTS = """() => {
    for (const widget of [...jupyterapp.shell.widgets('main')])
        if (widget.context) widget.dispose();
}"""

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

# All names and widgets of a test, before the next one begins with its kernel.
FORGET = """
import ipywidgets
ipywidgets.Widget.close_all()
get_ipython().reset()
"""

# private to ipywidgets, which has no public list: an Output may be shown by another widget
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
    """A JupyterLab of its own: own settings, own token, the folder that `make lab` would open."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.notebooks = self.folder / "notebooks"
        self.port, self.token = free_port(), secrets.token_hex(16)
        self.address = f"http://127.0.0.1:{self.port}"
        subprocess.run([sys.executable, NOTEBOOKS, self.notebooks], check=True)
        self.write_settings()
        self.start()

    def start(self):
        self.log = open(self.folder / "server.log", "a")
        self.process = subprocess.Popen(
            self.command(),
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.wait_until_ready(seconds=PATIENCE)

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
        # where kernels find the hand that the tests of the widgets have
        hand = os.pathsep.join([HAND, os.environ.get("PYTHONPATH", "")])
        folders = {name: str(self.folder / place) for name, place in places.items()}
        return os.environ | folders | {"PYTHONPATH": hand}

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

    def write_settings(self):
        for plugin, settings in SETTINGS.items():
            package, _, name = plugin.partition(":")
            file = self.folder / "settings" / package / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(settings))

    def shut_down_kernels(self):
        for session in self.ask("GET", "/api/sessions"):
            self.ask("DELETE", f"/api/sessions/{session['id']}")

    def stop(self):
        """End the server and its kernels."""
        self.shut_down_kernels()
        self.process.terminate()
        self.process.wait(timeout=30)
        self.log.close()

    def keep_log(self, name):
        """Copy the server's log to artefacts/<name>."""
        ARTEFACTS.mkdir(exist_ok=True)
        shutil.copy(self.log.name, ARTEFACTS / name)


class LabPage:
    """A browser page with Lab in it, and one notebook at a time, each with a kernel of its own.

    Lab takes longest to load, so a test finds it loaded by the one before. `page` is playwright's,
    for clicks and looks.
    """

    def __init__(self, server, browser):
        self.server, self.browser = server, browser
        self.page, self.name, self.comms, self.console_errors = None, "", None, []
        self.sharing = None

    def begin(self, name, comms=None, sharing=None):
        """Be ready for the test of this name: Lab with nothing open, and no error heard yet.

        Tests that name the same `sharing`, one after the other, share a kernel.
        """
        self.name, self.comms = re.sub(r"\W+", "-", name).strip("-"), comms
        self.console_errors = []
        if sharing != self.sharing:
            self.server.shut_down_kernels()
        self.sharing = sharing
        if self.page is None:
            self.load()
        self.page.evaluate(SET_COMMS, comms)

    def end(self):
        """Close the notebook, if it is not closed, and end its kernel or clear it for the next."""
        if self.sharing is not None:
            self.ask_kernel(FORGET)
        if self.page is not None:
            self.page.evaluate(CLOSE_DOCUMENTS)
        if self.sharing is None:
            self.server.shut_down_kernels()

    def leave(self):
        """Close the page: the next one begins with a new one."""
        self.page.close()
        self.page = None

    def load(self, path="/lab"):
        """Load Lab, or this address of it, in a new page."""
        page = self.browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(1000 * PATIENCE)
        page.on("console", self.hear_console)
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        page.goto(f"{self.server.address}{path}?reset&token={self.server.token}")
        page.wait_for_function("window.jupyterapp?.shell?.currentWidget")
        page.evaluate("jupyterapp.shell.collapseLeft()")
        self.page = page

    def hear_console(self, message):
        if message.type == "error":
            self.console_errors.append(f"{message.text} ({message.location.get('url', '')})")

    def open(self, notebook, timeout=PATIENCE):
        """Open notebooks/<notebook> and wait for its idle kernel."""
        self.page.evaluate(OPEN, notebook)
        self.attend(timeout)

    def attend(self, timeout=PATIENCE):
        """Wait for the open notebook and its idle kernel, and listen to it."""
        self.wait_for("window.jupyterapp?.shell?.currentWidget?.context?.isReady", timeout)
        self.wait_until_idle(timeout)
        self.page.evaluate(LISTEN)

    def open_cells(self, cells, timeout=PATIENCE):
        """Open a new notebook with these code cells, or sources of such."""
        self.open(self.write_cells(cells), timeout)

    def write_cells(self, cells):
        """Write a new notebook with these code cells, or sources of such; its name."""
        cells = [nbformat.v4.new_code_cell(c) if isinstance(c, str) else c for c in cells]
        name = f"{self.sharing or secrets.token_hex(4)}.ipynb"
        notebook = nbformat.v4.new_notebook(cells=cells, metadata=PYTHON)
        nbformat.write(notebook, self.server.notebooks / name)
        return name

    def wait_for(self, expression, timeout):
        """Wait until a JavaScript expression is true in the page; `timeout` in seconds."""
        self.page.wait_for_function(expression, timeout=1000 * timeout, polling=50)

    def wait_until_idle(self, timeout=PATIENCE):
        session = "jupyterapp.shell.currentWidget.context?.sessionContext.session"
        self.wait_for(f"{session}?.kernel?.status === 'idle'", timeout)

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
        sheet = self.page.context.new_cdp_session(self.page)  # as large as a test has made the page
        path.write_bytes(base64.b64decode(sheet.send("Page.captureScreenshot")["data"]))
        return path

    def screenshots(self):
        """Keep pictures of the whole notebook, one a screenful; their paths."""
        return self.scroll_through(lambda number: self.screenshot(f"{number:02}"))

    def scroll_through(self, look=lambda number: None):
        """Look at each screenful of the notebook, from the top down; what was seen."""
        panel = self.page.locator(".jp-WindowedPanel-outer:visible").first
        whole, seen = panel.evaluate("panel => [panel.scrollHeight, panel.clientHeight]")
        looks = []
        for number, top in enumerate(range(0, whole, seen)):
            panel.evaluate("(panel, top) => { panel.scrollTop = top; }", top)
            looks.append(look(number))
        return looks


class BoardPage:
    """A new notebook that shows a board, and the board's controls as a student finds them."""

    def __init__(self, lab, *cells, opens_with):
        self.lab = lab
        lab.open_cells(cells)
        lab.run_all()
        self.is_sound()
        self.says(opens_with)

    @property
    def page(self):
        return self.lab.page

    def says(self, words, seconds=PATIENCE):
        """Wait until a sentence of the board holds these words."""
        self.sentence(words).wait_for(timeout=1000 * seconds)

    def sentence(self, words):
        """The board's sentence that holds these words."""
        return self.page.locator("[role=status]", has_text=words).first

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self, name):
        self.button(name).click()

    def slider(self, name):
        """The slider whose label begins with this name."""
        return self.page.locator(".widget-slider", has_text=re.compile(f"^{re.escape(name)}"))

    def handle(self, name, number=0):
        """What the hand takes of the slider of this name."""
        return self.slider(name).locator(".noUi-handle").nth(number)

    def turn(self, name, key, times=1, handle=0):
        """Press a key on the slider of this name."""
        for _ in range(times):
            self.handle(name, handle).press(key)

    def drag(self, name, pixels, steps=20, pause=0):
        """Drag the slider of this name sideways with the mouse, `pause` milliseconds a step."""
        box = self.handle(name).bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        for step in range(1, steps + 1):
            self.page.mouse.move(x + pixels * step / steps, y)
            if pause:
                self.page.wait_for_timeout(pause)
        self.page.mouse.up()

    def point(self, pointer, *places):
        """Go down at the first place of the page, over the others, and up: mouse, touch or pen."""
        browser = self.page.context.new_cdp_session(self.page)
        at = [{"x": x, "y": y} for x, y in places]
        if pointer == "touch":
            events = [("touchStart", at[:1]), *[("touchMove", [one]) for one in at[1:]]]
            for kind, points in [*events, ("touchEnd", [])]:
                browser.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            return
        pressed = {"button": "left", "buttons": 1, "clickCount": 1, "pointerType": pointer}
        kinds = ["mousePressed", *["mouseMoved"] * (len(at) - 1), "mouseReleased"]
        for kind, one in zip(kinds, [*at, at[-1]], strict=True):
            browser.send("Input.dispatchMouseEvent", pressed | one | {"type": kind})

    def type(self, name, text):
        """Write into the text field of this name, and press Enter."""
        field = self.page.locator(".widget-text", has_text=name).locator("input")
        field.fill(str(text))
        field.press("Enter")

    def choose(self, name, label):
        """Choose this in the list of this name."""
        self.page.get_by_label(name, exact=True).select_option(label=label)

    def ask(self, expression):
        """What the kernel prints for an expression; hand in it is that of the widgets' tests."""
        return self.lab.ask_kernel(f"import hand\nprint({expression})").strip()

    def changes(self, expression, pause=500):
        """Whether the kernel prints another thing for an expression so many milliseconds later."""
        before = self.ask(expression)
        self.page.wait_for_timeout(pause)
        return self.ask(expression) != before

    def wait_until(self, expression, value="True", seconds=PATIENCE):
        """Wait until the kernel prints this for an expression."""
        end = time.monotonic() + seconds
        while (printed := self.ask(expression)) != value:
            assert time.monotonic() < end, f"{expression} is {printed}, not {value}"
            self.page.wait_for_timeout(100)

    def screenshot(self, name):
        return self.lab.screenshot(name)

    def is_sound(self):
        """Nothing went wrong: in a cell, in a callback, in the page."""
        wrong = self.lab.errors() + self.lab.console_errors
        assert wrong == [], wrong


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
