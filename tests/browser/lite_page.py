"""The notebooks as `make lite` builds them, on a web server, and a page of them in Chromium."""

import secrets
from pathlib import Path

import nbformat
from lab import PATIENCE, PYTHON, LabPage

BUILT = Path(__file__).resolve().parents[2] / "build/tested/lite"
NO_PYODIDE = "no Pyodide to test with: `make lite-tested` says why"
OPENS = 300  # seconds, on a machine with other work: Python and its packages are compiled first

# looked for beside the page before it is found where it lies
ASKED_IN_VAIN = "/favicon.ico", "/lab/pictures/"
ANSWERED_IN_THE_PAGE = "/api/service-worker-heartbeat"  # by JupyterLite's own worker
SAVE = """async ({name, content}) => {
    const contents = jupyterapp.serviceManager.contents;
    await contents.save(name, {type: 'notebook', format: 'json', content});
}"""


class LitePage(LabPage):
    """A LabPage whose kernel is in the page: each notebook is opened cold, as by a newcomer."""

    def __init__(self, address, browser):
        self.address, self.browser = address, browser
        self.name, self.console_errors, self.asked = None, [], []
        self.context = browser.new_context(viewport={"width": 1366, "height": 768})
        self.page = self.context.new_page()
        self.page.set_default_timeout(1000 * PATIENCE)
        self.page.on("console", self.hear_console)
        self.page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        self.context.on("request", lambda request: self.asked.append(request.url))

    def hear_console(self, message):
        if not any(one in message.location.get("url", "") for one in ASKED_IN_VAIN):
            super().hear_console(message)

    def open(self, notebook, timeout=OPENS):
        """Open a notebook by its address, and wait for its idle kernel."""
        self.page.goto(f"{self.address}/lab/index.html?path={notebook}")
        self.attend(timeout)

    def open_cells(self, cells, timeout=OPENS):
        super().open_cells(cells, timeout)

    def write_cells(self, cells):
        """Write a new notebook with these code cells into the browser's own files; its name."""
        cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
        name = f"{secrets.token_hex(4)}.ipynb"
        known = PYTHON | {"language_info": {"name": "python"}}  # else it asks for which kernel
        content = nbformat.v4.new_notebook(cells=cells, metadata=known)
        self.page.goto(f"{self.address}/lab/index.html")
        self.wait_for("window.jupyterapp?.serviceManager?.isReady", OPENS)
        self.page.evaluate(SAVE, {"name": name, "content": content})
        return name

    def strangers(self):
        """What the page has asked for that lies neither in the site nor in the page itself."""
        here = self.address, "data:", "blob:"
        asked = [url for url in self.asked if not url.endswith(ANSWERED_IN_THE_PAGE)]
        return [url for url in asked if not url.startswith(here)]

    def leave(self):
        self.context.close()
