"""A part of a board that lives in the browser: its JavaScript is a file beside this one."""

from pathlib import Path

import anywidget
import traitlets


class InBrowser(anywidget.AnyWidget):
    """A widget whose `script` names its file.

    anywidget itself gets text, for a path it would keep every widget alive: to tell it of changes.
    """

    script = ""
    _esm = traitlets.Unicode().tag(sync=True)

    @traitlets.default("_esm")
    def _read_script(self):
        return (Path(__file__).parent / self.script).read_text(encoding="utf-8")


class Names(InBrowser):
    """Nothing to see: gives the sliders of the board around it the names that they lack."""

    script = "names.js"
