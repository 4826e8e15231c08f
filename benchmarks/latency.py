"""Slider to new picture, in milliseconds, for every widget that draws: real JupyterLab, Chromium.

    python benchmarks/latency.py

Prints a table of medians and ninetieth percentiles. Needs the test requirements and Chromium, and a
machine that is doing nothing else.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "browser"))
from lab import CHROMIUM_OPTIONS, LabPage, LabServer, find_chromium  # noqa: E402

MOVES = 40
WIDGETS = {
    "contraction_explorer": "contraction_explorer(np.arange(6).reshape(2, 3), np.ones((3, 4)))",
    "sample_explorer": "sample_explorer()",
    "knob_board": "knob_board(net, X, X[:, :1])",
    "weight_watcher": "weight_watcher()",
    "slowdown_explorer": "slowdown_explorer()",
    "softmax_board": "softmax_board()",
}
OPENING = """
import numpy as np
from nnlib import IDENTITY, SUM_OF_SQUARES, TANH, Network
from nnlib.widgets import {name}
X = np.random.default_rng(3).uniform(-1, 1, (10, 3))
rng = np.random.default_rng(0)
net = Network([3, 4, 1], activations=[TANH, IDENTITY], cost=SUM_OF_SQUARES, biases=False, rng=rng)
{call}
"""
TIME_A_KEY = """async (moves) => {
    const image = document.querySelector(".jp-OutputArea img");
    const handle = document.querySelector(".noUi-handle");
    const waits = [];
    for (let i = 0; i < moves; i++) {
        const start = performance.now();
        const seen = new Promise(done => image.addEventListener("load", done, {once: true}));
        const key = ["ArrowRight", "ArrowLeft"][i % 2];
        handle.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
        await seen;
        waits.push(performance.now() - start);
        await new Promise(done => setTimeout(done, 100));
    }
    return waits;
}"""


def waits_of(browser, server, name, call):
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    lab = LabPage(server, page, name)
    lab.open_cells([OPENING.format(name=name, call=call)])
    lab.run_all()
    page.wait_for_selector(".jp-OutputArea img")
    page.evaluate(TIME_A_KEY, 4)  # warm
    waits = page.evaluate(TIME_A_KEY, MOVES)
    page.close()
    server.shut_down_kernels()
    return waits


def main():
    print("| widget | median ms | p90 ms |\n|---|---|---|")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_OPTIONS)
        server = LabServer(folder, ROOT / "notebooks")
        try:
            for name, call in WIDGETS.items():
                waits = waits_of(browser, server, name, call)
                print(f"| {name} | {np.median(waits):.0f} | {np.percentile(waits, 90):.0f} |")
        finally:
            server.stop()


if __name__ == "__main__":
    main()
