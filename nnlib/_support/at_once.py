"""An extension of Jupyter's server: what a kernel says goes to the page at once.

    python -m nnlib._support.at_once    lets each server of this environment load it

TCP holds a small message back until the one before it has been acknowledged, which a page may take
40 ms to do. A board's picture comes right after smaller ones, so it often waited just so long.
"""

import json
import sys
from pathlib import Path

EXTENSION = "nnlib._support.at_once"
LISTED_IN = "etc/jupyter/jupyter_server_config.d/nnlib.json"


def _jupyter_server_extension_points():
    return [{"module": EXTENSION}]


def _load_jupyter_server_extension(server):
    """Let every new connection to a kernel send each message without waiting for the one before."""

    class AtOnce(server.kernel_websocket_connection_class):
        def connect(self):
            self.websocket_handler.set_nodelay(True)
            return super().connect()

    server.web_app.settings["kernel_websocket_connection_class"] = AtOnce


if __name__ == "__main__":
    path = Path(sys.prefix, LISTED_IN)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"ServerApp": {"jpserver_extensions": {EXTENSION: True}}}))
