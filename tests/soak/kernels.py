"""Kernels for the long tests: started, asked and interrupted as Jupyter does, with no network."""

import os
import queue
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from claims import WITHOUT_MNIST
from jupyter_client.manager import start_new_kernel

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds for a cell that nobody interrupts; a loaded machine is slow

# where kernels find the hand that the tests of the widgets have
HAND = os.pathsep.join([str(ROOT / "tests" / "widgets"), os.environ.get("PYTHONPATH", "")])


# lets a kernel that does not answer write down what each of its threads is doing
WHERE = """
import faulthandler as _faulthandler, signal as _signal
_faulthandler.register(_signal.SIGUSR1, open("where", "w"))
"""


def offline(folder):
    """The environment of a kernel that has nothing but the built-in digits."""
    return WITHOUT_MNIST | {"XDG_CACHE_HOME": str(folder)}


@dataclass
class Reply:
    """What a cell came to: "ok" or the name of its error, its printed text, its traceback."""

    status: str
    text: str
    traceback: str


class Kernel:
    """A kernel and its client. `run` waits for a cell; `begin` and `end` are its two halves."""

    def __init__(self, manager, client, folder):
        self.manager, self.client, self.folder = manager, client, folder
        self.process = psutil.Process(manager.provisioner.pid)

    def run(self, code):
        self.begin(code)
        return self.end()

    def check(self, code):
        """Run a cell that must not fail; what it printed."""
        reply = self.run(code)
        assert reply.status == "ok", reply.traceback
        return reply.text

    def begin(self, code, sign="execute_input"):
        """Send a cell and return when the kernel works on it: it has sent a message of that type.

        A cell that prints first tells by sign="stream" that its own lines have begun.
        """
        self._asked = self.client.execute(code)
        # "busy" comes too early: until the cell is read, a kernel ignores interrupts
        while self._message(PATIENCE)["msg_type"] != sign:
            pass

    def end(self, patience=PATIENCE):
        """Wait until the kernel is idle again: the Reply. It has so long, then the test fails."""
        until, status, texts, tracebacks = time.monotonic() + patience, "ok", [], []
        while True:
            message = self._message(until - time.monotonic())
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                texts.append(content["text"])
            elif kind == "error":
                status, tracebacks = content["ename"], content["traceback"]
            elif content == {"execution_state": "idle"}:
                break
        return Reply(status, "".join(texts), "\n".join(tracebacks))

    def interrupt(self):
        self.manager.interrupt_kernel()

    def _message(self, patience):
        """The next message that the cell at work has sent."""
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=max(patience, 0.001))
            except queue.Empty:
                self.process.send_signal(signal.SIGUSR1)
                time.sleep(1)
                where = (self.folder / "where").read_text()
                raise AssertionError(f"the kernel says nothing; it is here: {where}") from None
            if message["parent_header"].get("msg_id") == self._asked:
                return message


@contextmanager
def a_kernel(folder, **environment):
    """A kernel that works in the folder, without a network; ended with all it started."""
    env = os.environ | {"PYTHONPATH": HAND} | offline(folder) | environment
    with open(folder / "stderr", "w") as stderr:
        manager, client = start_new_kernel(
            kernel_name="python3", cwd=str(folder), env=env, stderr=stderr
        )
        kernel = Kernel(manager, client, folder)
        try:
            kernel.check(WHERE)
            yield kernel
        finally:
            children = kernel.process.children(recursive=True) if alive(kernel.process) else []
            client.stop_channels()
            manager.shutdown_kernel(now=True)
            for child in filter(alive, children):
                child.kill()


def alive(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
