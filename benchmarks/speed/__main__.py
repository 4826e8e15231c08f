"""nnlib's speed beside others', and every target beside what was measured.

    make bench                                the whole: some minutes on a machine left in peace
    make bench ARGS=--quick                   a short look at the smallest network; writes nothing
    make bench ARGS=--again                   the table and pictures anew from speed.json

Prints the table; writes, one folder up, speed.json (all that was measured), speed.md, speed.png and
speed_growth.png, and the table of targets into README.
Every measure is a ratio of two times taken in turn on this machine. Slider to picture is measured
by latency.py, which needs a browser: its latency.json is read where it lies beside speed.json.

    targets.py      what is asked              measuring.py  runs the five programs below
    contenders.py   who races                  race.py       an epoch of each contender, its parts
    report.py       the words and tables       growth.py     how an epoch grows
    plots.py        the two pictures           kernel.py     the cockpit in a notebook's kernel
                                               startup.py    importing and loading
                                               bending.py    an epoch of digits bent anew
"""

import argparse
import json
from pathlib import Path
from time import perf_counter

from measuring import measure
from plots import draw_growth, draw_race
from race import say
from report import parted, report, target_table, times_of_nnlib

from nnlib._support.files import replacing

RESULTS = Path(__file__).resolve().parents[1]
README = RESULTS.parent / "README.md"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a short look; writes nothing")
    parser.add_argument("--rounds", type=int, help="timed rounds, by default 5 (quick: 2)")
    parser.add_argument("--again", action="store_true", help="measure nothing, read speed.json")
    options = parser.parse_args()
    began = perf_counter()
    if options.again:
        results = json.loads((RESULTS / "speed.json").read_text(encoding="utf-8"))
    else:
        results = measure(options.quick, options.rounds or (2 if options.quick else 5))
    results["latency"] = latency() or results.get("latency")
    if not options.quick:
        write(results)
    print(report(results))
    say(f"{perf_counter() - began:.0f} s")


def latency():
    path = RESULTS / "latency.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def write(results):
    """Write the table and the pictures where README links to them."""
    with replacing(RESULTS / "speed.json") as path:
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    with replacing(RESULTS / "speed.md") as path:
        path.write_text(report(results), encoding="utf-8")
    with replacing(README) as path:
        before, _, after = parted(README.read_text(encoding="utf-8"))
        path.write_text(f"{before}{target_table(results)}{after}", encoding="utf-8")
    draw_race(times_of_nnlib(results), RESULTS / "speed.png")
    draw_growth(results["growth"], RESULTS / "speed_growth.png")


if __name__ == "__main__":
    main()
