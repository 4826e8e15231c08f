"""The downloads go to a server on this machine; no test opens a connection to any other."""

import socket
import threading
from http.server import ThreadingHTTPServer

import pytest
from mirror import SHORT, Mirror
from small_mnist import PACKED, SMALL_MNIST

from nnlib import datasets
from nnlib.datasets import mirrors


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch):
    connect = socket.socket.connect

    def guarded(self, address):
        assert address[0] in ("127.0.0.1", "localhost"), f"a test connects to {address}"
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def small(monkeypatch, tmp_path):
    """The small files in place of MNIST's, an empty cache, no mirrors, little patience."""
    monkeypatch.delenv("NNLIB_MNIST", raising=False)
    monkeypatch.setattr(datasets, "MNIST", SMALL_MNIST)
    monkeypatch.setattr(datasets, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(mirrors, "MIRRORS", ())
    monkeypatch.setattr(mirrors, "PATIENCE", SHORT)
    monkeypatch.setattr(mirrors, "SHORT_PATIENCE", SHORT)
    monkeypatch.setattr(mirrors, "SCHEME", "http")
    return tmp_path


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    server.daemon_threads = True
    server.files, server.asked, server.over = PACKED, [], threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def serving(small, server, monkeypatch):
    """A function that names the kinds of the mirrors, in order."""
    base = f"http://127.0.0.1:{server.server_port}"

    def use(*kinds):
        urls = tuple(kind if "://" in kind else f"{base}/{kind}/" for kind in kinds)
        monkeypatch.setattr(mirrors, "MIRRORS", urls)

    return use
