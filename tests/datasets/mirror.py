"""A server on this machine whose folders are mirrors of every kind."""

import _thread
import socket
import struct
import time
from http.server import BaseHTTPRequestHandler

from small_mnist import NAMES

SHORT = 2  # seconds a mirror is waited for here: a good one answers even on a busy machine
FAULTS = ["missing", "redirecting", "wrong", "garbled", "broken", "reset", "half", "endless"]
FAULTS += ["hanging", "stalling"]


class Mirror(BaseHTTPRequestHandler):
    def do_GET(self):
        _, kind, name = self.path.split("/")
        self.server.asked.append((kind, name))
        try:
            getattr(self, kind)(self.server.files[name])
        except OSError:
            pass  # the client has hung up

    def send(self, body, *, status=200, length=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def good(self, body):
        self.send(body)

    def slow(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for i in range(5):
            time.sleep(SHORT / 4)
            self.wfile.write(body[i * len(body) // 5 : (i + 1) * len(body) // 5])

    def missing(self, body):
        self.send(b"no such file", status=404)

    def redirecting(self, body):
        self.send_response(302)
        self.send_header("Location", self.path.replace("redirecting", "good"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def wrong(self, body):
        self.send(body[:-1] + bytes([body[-1] ^ 1]))

    def broken(self, body):
        self.send(body[: len(body) // 2], length=len(body))

    def half(self, body):
        self.send(body[: len(body) // 2])

    def endless(self, body):
        self.send_response(200)
        self.end_headers()
        for _ in range(100):  # long enough here, and a broken test need not fill the disk
            self.wfile.write(bytes(2**16))

    def hanging(self, body):
        self.server.over.wait(20)

    def stalling(self, body):
        self.send(body[: len(body) // 2], length=len(body))
        self.server.over.wait(20)

    def reset(self, body):
        """Half of it, and then the connection is not closed but torn down."""
        self.broken(body)
        time.sleep(SHORT / 4)  # so that the half arrives
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()  # it holds the connection too
        self.connection.close()

    def garbled(self, body):
        self.wfile.write(b"This is no HTTP.\r\n\r\n" + body)

    def broken_later(self, body):
        first = all(name == NAMES[0] for kind, name in self.server.asked if kind == "broken_later")
        self.good(body) if first else self.broken(body)

    def interrupting(self, body):
        if len(self.server.asked) > 1:  # not yet when asked whether it is there
            self.send(body[: len(body) // 2], length=len(body))
            _thread.interrupt_main()
            self.server.over.wait(20)
        self.good(body)

    def log_message(self, *arguments):
        pass


def refused():
    """The address of a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"
