"""The cockpit's training in a notebook's kernel, beside bare sgd there; prints JSON.

    python benchmarks/speed/kernel.py --rounds 5         (run by measuring.py)

A kernel is started as JupyterLab starts one. In turn a cell trains with bare sgd, and the cockpit
trains by itself while all its parts move and the pictures arrive here, as they would in a browser.
"""

import argparse
import json
from pathlib import Path
from time import perf_counter

from jupyter_client.manager import start_new_kernel

OPENING = """
import sys
sys.path.insert(0, {folder!r})
from time import perf_counter
from contenders import Nnlib, Task, load_data
from nnlib.datasets.digits import Digits, Split
from nnlib.widgets import training_cockpit

data = load_data()
digits = Digits(*data.train, data.name)
digits.train, digits.validation = (
    Split(X, Y.argmax(axis=1)) for X, Y in (data.train, data.validation)
)
cockpit = training_cockpit(digits, epochs=10**6)
bare = Nnlib(Task(*data.train, [30], 10))
bare.train(10_000)

def samples_a_second(seconds):
    began, samples = perf_counter(), 0
    while perf_counter() - began < seconds:
        bare.train(1000)
        samples += 1000
    return samples / (perf_counter() - began)

def how_far():
    return perf_counter(), cockpit._run.descent.epochs * len(digits.train)

def milliseconds(act, times=5):
    began = perf_counter()
    for _ in range(times):
        act()
    return 1000 * (perf_counter() - began) / times
cockpit
"""
PARTS = """
print([milliseconds(cockpit._run.measure), milliseconds(lambda: cockpit._show("Training."))])
"""


class Kernel:
    """A kernel of its own, and the pictures that its widgets have sent."""

    def __init__(self):
        self.manager, self.client = start_new_kernel(extra_arguments=["--log-level=ERROR"])
        self.pictures = 0

    def ask(self, code):
        """What the cell prints; RuntimeError if it fails."""
        asked, text = self.client.execute(code), ""
        while True:
            message = self._next(timeout=120)
            content = message["content"]
            if message["parent_header"].get("msg_id") != asked:
                continue
            if message["msg_type"] == "stream" and content["name"] == "stdout":
                text += content["text"]
            elif message["msg_type"] == "error":
                raise RuntimeError(f"{content['ename']}: {content['evalue']}")
            elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                return text.strip()

    def listen(self, seconds):
        """Receive what the kernel sends for so long."""
        end = perf_counter() + seconds
        while (left := end - perf_counter()) > 0:
            if self.client.iopub_channel.socket.poll(1000 * left):
                self._next(timeout=1)

    def _next(self, timeout):
        message = self.client.get_iopub_msg(timeout=timeout)
        if message["msg_type"] == "comm_msg":
            said = message["content"]["data"].get("content", {})
            self.pictures += said.get("kind") == "frame"
        return message

    def look_at(self, widget, width=1000, ratio=1):
        """Say what a page says that shows a picture: how wide it is, on which paper."""
        seen = {"kind": "seen", "width": width, "ratio": ratio, "paper": [255, 255, 255]}
        content = {"comm_id": widget, "data": {"method": "custom", "content": seen}}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", content))

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def one_round(kernel, seconds):
    """Samples a second of bare sgd and of the cockpit, and the cockpit's pictures a second."""
    bare = float(kernel.ask(f"print(samples_a_second({seconds}))"))
    began, before = two_numbers(kernel.ask("print(*how_far())"))
    pictures = kernel.pictures
    kernel.listen(2 * seconds)
    ended, after = two_numbers(kernel.ask("print(*how_far())"))
    took = ended - began
    return {
        "bare": bare,
        "cockpit": (after - before) / took,
        "pictures": (kernel.pictures - pictures) / took,
    }


def two_numbers(text):
    first, second = map(float, text.split())
    return first, second


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    kernel = Kernel()
    try:
        kernel.ask(OPENING.format(folder=str(Path(__file__).resolve().parent)))
        kernel.look_at(kernel.ask("print(cockpit.picture.model_id)"))
        kernel.ask("cockpit.start();")
        kernel.listen(2)
        rounds = [one_round(kernel, options.seconds) for _ in range(options.rounds)]
        names = ("measuring the curves' next point", "drawing it and telling the page")
        parts = dict(zip(names, json.loads(kernel.ask(PARTS)), strict=True))
    finally:
        kernel.close()
    result = {name: [one[name] for one in rounds] for name in rounds[0]}
    print(json.dumps(result | {"parts": parts}))


if __name__ == "__main__":
    main()
