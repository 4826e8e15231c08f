"""JupyterLab as a lecture needs it: one document, no side bars, type half as large again.

python .ci/projector.py OPTIONS    starts it; the options are JupyterLab's own

Three places of its settings do this, each what the others cannot. They are written anew into a
temporary folder at each start, so the user's own settings stay as they are.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from jupyterlab_server.workspaces_handler import WorkspacesManager

NAME = "projector"  # of the workspace, in the address /lab/workspaces/projector

# Instead of the settings that JupyterLab comes with
DEFAULTS = {
    "@jupyterlab/application-extension:shell": {"startMode": "single"},
    "@jupyterlab/statusbar-extension:plugin": {"visible": False},
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
}
# Sizes of type are read from the user's settings only; they are 14, 13 and 13 pixels else.
SIZES = {
    "overrides": {
        "content-font-size1": "21px",
        "code-font-size": "20px",
        "ui-font-size1": "18px",
    }
}
# Side bars have no setting: which are open is part of a workspace.
CLOSED = {"collapsed": True, "visible": False, "current": None, "widgets": []}
WORKSPACE = {
    "data": {
        "layout-restorer:data": {
            "main": None,
            "left": CLOSED,
            "right": CLOSED,
            "relativeSizes": [0, 1, 0],
            "top": {"simpleVisibility": True},
        }
    },
    "metadata": {"id": NAME},
}


def main(options):
    folder = Path(tempfile.mkdtemp(prefix="projector-"))
    prepare(folder)
    command = [sys.executable, "-m", "jupyterlab", f"--LabApp.app_settings_dir={folder}", *options]
    places = {
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
    }
    os.execve(sys.executable, command, os.environ | places)  # whoever ends this ends Lab


def prepare(folder):
    """Write all three places."""
    themes = folder / "settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings"
    themes.parent.mkdir(parents=True)
    themes.write_text(json.dumps(SIZES))
    (folder / "overrides.json").write_text(json.dumps(DEFAULTS))
    WorkspacesManager(str(folder / "workspaces")).save(NAME, json.dumps(WORKSPACE))


if __name__ == "__main__":
    main(sys.argv[1:])
