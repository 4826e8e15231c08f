"""What who reads the notebooks in the browser waits for, each time in a page that is new to it.

    python benchmarks/lite.py          every notebook
    python benchmarks/lite.py 00 03    only these

Prints for each notebook the seconds until the kernel waits and the minutes until all its cells have
run; then how many pictures a second the training cockpit draws, and how long it takes to pause.
Needs what `make lite-tested` builds, Chromium, and a machine that does nothing else.
"""

import os
import sys
from time import perf_counter

from latency import COUNT_PICTURES, ROOT, SECONDS, verdict
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(ROOT / ".ci"))
from chosen import chosen  # noqa: E402
from lab import CHROMIUM_OPTIONS, BoardPage, find_chromium  # noqa: E402
from lite_page import BUILT, LitePage  # noqa: E402
from web import served  # noqa: E402

IDLE, MINUTES, PICTURES, PAUSED = 40, 3, 4, 0.5  # seconds, minutes, a second at least, seconds
COCKPIT = """
from nnlib import load_digits
from nnlib.widgets import training_cockpit
training_cockpit(load_digits(), epochs=1000)
"""
# Milliseconds from the click until the board says so
PAUSE = """async () => {
    const said = () => [...document.querySelectorAll("[role=status]")].map(one => one.innerText);
    const buttons = [...document.querySelectorAll("button")];
    const start = performance.now();
    buttons.find(one => one.innerText === "Pause").click();
    while (!said().some(words => words.includes("Paused.")))
        await new Promise(done => setTimeout(done, 5));
    return performance.now() - start;
}"""


def main():
    paths = chosen(sys.argv[1:])
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}\n")
    print("| notebook | seconds until idle | minutes to run | |\n|---|---|---|---|", flush=True)
    with sync_playwright() as playwright, served(BUILT.parent) as address:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_OPTIONS)
        for path in paths:
            run(LitePage(f"{address}/{BUILT.name}", browser), path.name)
        watch_the_cockpit(LitePage(f"{address}/{BUILT.name}", browser))
        browser.close()


def run(page, name):
    """Open a notebook, run it, and print how long either took, from the address on."""
    began = perf_counter()
    page.open(name)
    idle = perf_counter() - began
    page.run_all(timeout=1800)
    minutes = (perf_counter() - began) / 60
    told = f"{verdict(idle <= IDLE and minutes <= MINUTES)}{', with errors' * bool(page.errors())}"
    page.leave()
    print(
        f"| {name[:2]} | {idle:.0f}, at most {IDLE} | {minutes:.1f}, at most {MINUTES} | {told} |"
    )


def watch_the_cockpit(page):
    """Print how many pictures a second come while it trains, and how long Pause takes."""
    board = BoardPage(page, COCKPIT, opens_with="Ready")
    board.press("Start")
    page.page.evaluate(COUNT_PICTURES, 2)  # warm
    rate = page.page.evaluate(COUNT_PICTURES, SECONDS) / SECONDS
    seconds = page.page.evaluate(PAUSE) / 1000
    page.leave()
    holds = verdict(rate >= PICTURES), verdict(seconds <= PAUSED)
    print(f"\nThe cockpit draws {rate:.1f} pictures a second, at least {PICTURES}: {holds[0]}")
    print(f"It pauses after {seconds:.2f} s, at most {PAUSED}: {holds[1]}")


if __name__ == "__main__":
    main()
