"""Slider to new picture, in milliseconds, for every widget that draws: real JupyterLab, Chromium.

    python benchmarks/latency.py

Prints how long the first notebook takes to open; a table of medians and ninetieth percentiles
beside their targets, above them the time Jupyter itself takes: a slider that shows pictures which
lie ready. Then how many pictures a second boards draw while they train. Writes latency.json,
which speed/ reads. Needs the test requirements, Chromium, and a machine that does nothing else.
"""

import json
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "browser"))
from lab import CHROMIUM_OPTIONS, LabPage, LabServer, find_chromium  # noqa: E402

RESULTS = Path(__file__).with_name("latency.json")
MOVES = 40
SECONDS = 10  # that a board is watched while it trains
LIMITS = {1: (35, 60), 2: (45, 80)}  # pixel ratio -> milliseconds at most: median, p90

# How each widget is made, and the buttons pressed in turn; without any the first slider is moved.
WIDGETS = {
    "bending_board": ("bending_board(digits.test.images[0])", []),
    "contraction_explorer": ("contraction_explorer(np.ones((2, 3)), np.ones((3, 4)))", []),
    "derivation_stepper": ("derivation_stepper(GRADIENT_W2)", ["Next ▶", "◀ Back"]),
    "digit_pad": ("digit_pad(Network([784, 30, 10], rng=rng), digits)", ["Load a test digit"]),
    "knob_board": ("knob_board(net, X, X[:, :1])", []),
    "playground": ("playground()", ["One step", "Rewind"]),
    "sample_explorer": ("sample_explorer()", []),
    "slowdown_explorer": ("slowdown_explorer()", []),
    "softmax_board": ("softmax_board()", []),
    "sweep_board": ("sweep_board(digits)", []),
    "weight_watcher": ("weight_watcher()", []),
}
READY = "ipywidgets.VBox([slider, image, words])"
# What trains by itself: how it is made, the button that starts it, pictures a second at least.
TRAINING = {
    "training_cockpit": ("training_cockpit(digits, epochs=1000)", "Start", 10),
    "playground": ('playground(task="circles")', "Play", 20),
}
OPENING = """
import numpy as np
from nnlib import IDENTITY, SUM_OF_SQUARES, TANH, Network, load_mnist_or_digits
from nnlib.derivations import GRADIENT_W2
from nnlib.widgets import *
rng = np.random.default_rng(3)
X = rng.uniform(-1, 1, (10, 3))
net = Network([3, 4, 1], activations=[TANH, IDENTITY], cost=SUM_OF_SQUARES, biases=False, rng=rng)
digits = load_mnist_or_digits()

import io
import ipywidgets
from matplotlib.figure import Figure
figure, pngs = Figure((10, 5), dpi=100), []
ax = figure.subplots()
for seed in (1, 2):
    ax.plot(np.random.default_rng(seed).normal(size=(50, 4)))
    figure.savefig(file := io.BytesIO())
    pngs.append(file.getvalue())
slider, image, words = ipywidgets.IntSlider(51), ipywidgets.Image(), ipywidgets.HTML()
image.value = pngs[1]
def swap(change):
    image.value = pngs[change.new % 2]
    words.value = f"picture {change.new}"
slider.observe(swap, "value")
"""

# A picture has come when it says that it is loaded; the stepper has none, there it is new text.
TIME_MOVES = """async ([moves, names]) => {
    const area = document.querySelector(".jp-OutputArea");
    const image = area.querySelector("canvas:not(.nnlib-pad), img");
    const handle = area.querySelector(".noUi-handle");
    const buttons = [...area.querySelectorAll("button")];
    let pictures = 0, seen = () => {};
    const come = () => { pictures += 1; seen(); };
    const texts = new MutationObserver(come);
    if (image) image.addEventListener("load", come);
    else texts.observe(area.querySelector("[role=status]").parentNode, {childList: true});
    const waits = [];
    for (let i = 0; i < moves; i++) {
        const start = performance.now();
        const next = new Promise((done, fail) => {
            seen = done;
            setTimeout(() => fail(new Error(`move ${i} brought nothing new in 10 s`)), 10_000);
        });
        const key = ["ArrowRight", "ArrowLeft"][i % 2];
        if (names.length) buttons.find(one => one.innerText === names[i % names.length]).click();
        else handle.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
        await next;
        waits.push(performance.now() - start);
        await new Promise(done => setTimeout(done, 100));
    }
    texts.disconnect();
    if (image) image.removeEventListener("load", come);
    return {waits, pictures};
}"""
COUNT_PICTURES = """async (seconds) => {
    let pictures = 0;
    const come = () => { pictures += 1; };
    const image = document.querySelector(".jp-OutputArea :is(canvas, img)");
    image.addEventListener("load", come);
    await new Promise(done => setTimeout(done, 1000 * seconds));
    image.removeEventListener("load", come);
    return pictures;
}"""


def show(lab, call, ratio=1):
    """Show one widget in a new notebook, on a screen of this pixel ratio."""
    screen = lab.page.context.new_cdp_session(lab.page)
    metrics = {"width": 1280, "height": 1000, "deviceScaleFactor": ratio, "mobile": False}
    screen.send("Emulation.setDeviceMetricsOverride", metrics)
    lab.open_cells([f"{OPENING}\n{call}"])
    lab.run_all()
    lab.page.wait_for_selector(".jp-OutputArea :is(canvas, img, [role=status])")


def waits_of(lab, call, buttons, moves, ratio=1):
    """(milliseconds from each move of a widget to its picture, how many pictures came)."""
    show(lab, call, ratio)
    lab.page.evaluate(TIME_MOVES, [4, buttons])  # warm
    timed = lab.page.evaluate(TIME_MOVES, [moves, buttons])
    return timed["waits"], timed["pictures"]


def seconds_to_first_notebook(lab):
    """From its address until its kernel waits, in a browser that has seen nothing of Lab before."""
    began = perf_counter()
    lab.load("/lab/tree/00_start_here.ipynb")
    lab.attend()
    seconds = perf_counter() - began
    lab.end()
    return seconds


def median_and_p90(lab, call, buttons, ratio=1):
    """Of a widget's waits, in milliseconds."""
    lab.begin(call)
    waits, _ = waits_of(lab, call, buttons, MOVES, ratio)
    lab.end()
    return round(np.median(waits), 1), round(np.percentile(waits, 90), 1)


def pictures_of(lab, call, button, seconds):
    """How many pictures a second come into the page while a board trains."""
    show(lab, call)
    lab.page.get_by_role("button", name=button, exact=True).click()
    lab.page.evaluate(COUNT_PICTURES, 1)  # warm
    return lab.page.evaluate(COUNT_PICTURES, seconds) / seconds


def measure(lab):
    """Widget -> its median and ninetieth percentile; each is printed as it comes."""
    first = seconds_to_first_notebook(lab)
    print(f"The first notebook is usable {first:.1f} s after its address is entered.\n")
    print("| widget | pixel ratio | median ms, at most | p90 ms, at most | |")
    print("|---|---|---|---|---|")
    median, p90 = median_and_p90(lab, READY, [])
    print(f"| (pictures that lie ready) | 1 | {median:.0f} | {p90:.0f} | |", flush=True)
    results = {
        "first notebook": {"seconds": round(first, 1)},
        "pictures that lie ready": {"median": median, "p90": p90},
    }
    for name, (call, buttons) in WIDGETS.items():
        results[name] = {}
        for ratio, (most, most_p90) in LIMITS.items():
            median, p90 = median_and_p90(lab, call, buttons, ratio)
            crisp = "" if ratio == 1 else f" at pixel ratio {ratio}"
            results[name] |= {f"median{crisp}": median, f"p90{crisp}": p90}
            holds = verdict(median <= most and p90 <= most_p90)
            waited = f"{median:.0f}, {most} | {p90:.0f}, {most_p90}"
            print(f"| {name} | {ratio} | {waited} | {holds} |", flush=True)
    for name, (call, button, least) in TRAINING.items():
        lab.begin(name)
        rate = pictures_of(lab, call, button, SECONDS)
        lab.end()
        results.setdefault(name, {})["pictures_a_second"] = round(rate, 1)
        words = f"{rate:.1f} pictures a second, at least {least}: {verdict(rate >= least)}"
        print(f"\n{name} while it trains: {words}")
    return results


def verdict(holds):
    return "holds" if holds else "missed"


def main():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_OPTIONS)
        server = LabServer(folder)
        try:
            results = measure(LabPage(server, browser))
        finally:
            server.stop()
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
