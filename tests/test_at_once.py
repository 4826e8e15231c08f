"""The server's extension: each message of a kernel goes to the page at once."""

import json
import subprocess
import sys
from types import SimpleNamespace

from jupyter_server.extension.manager import ExtensionPackage

from nnlib._support import at_once


def test_a_connection_holds_nothing_back_from_its_start():
    told = []

    class Connection:
        def __init__(self, websocket_handler):
            self.websocket_handler = websocket_handler

        def connect(self):
            told.append("connect")
            return "connected"

    settings = {"kernel_websocket_connection_class": Connection}
    server = SimpleNamespace(
        kernel_websocket_connection_class=Connection,
        web_app=SimpleNamespace(settings=settings),
    )
    (point,) = ExtensionPackage(name=at_once.EXTENSION, enabled=True).extension_points.values()
    point.load(server)
    handler = SimpleNamespace(set_nodelay=lambda on: told.append(on))
    assert settings["kernel_websocket_connection_class"](handler).connect() == "connected"
    assert told == [True, "connect"]


def test_it_is_named_in_the_settings_of_its_environment(tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path], check=True)
    python = tmp_path / "bin/python"
    code = f"import runpy; runpy.run_path({at_once.__file__!r}, run_name='__main__')"
    subprocess.run([python, "-c", code], check=True)
    settings = json.loads((tmp_path / at_once.LISTED_IN).read_text("utf-8"))
    assert settings == {"ServerApp": {"jpserver_extensions": {at_once.EXTENSION: True}}}
    assert ExtensionPackage(name=at_once.EXTENSION, enabled=True).validate()
