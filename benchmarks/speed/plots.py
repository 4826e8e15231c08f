"""The two pictures of the speed benchmark."""

import numpy as np
from matplotlib.figure import Figure

from nnlib.palette import BLUE, GREEN, ORANGE, PALE

MARKS = (("o", BLUE), ("s", ORANGE), ("^", GREEN))
AXES = {
    "samples": "training images",
    "width": "neurons in the hidden layer",
    "depth": "hidden layers of 30",
    "mini-batch": "images in a mini-batch",
}


def draw_race(rows, path):
    """How many times nnlib's time each contender takes: one line each, one mark a network size.

    rows  {contender: {size: times}}, times as long as nnlib
    """
    names = sorted(rows, key=lambda name: min(rows[name].values()))
    sizes = list(dict.fromkeys(size for times in rows.values() for size in times))
    figure = Figure((9, 0.5 * len(names) + 1.6), layout="constrained")
    ax = figure.subplots()
    for place, (size, (marker, colour)) in enumerate(zip(sizes, MARKS, strict=False)):
        heights = np.arange(len(names)) + 0.22 * (place - (len(sizes) - 1) / 2)
        times = [rows[name].get(size, np.nan) for name in names]
        ax.plot(times, heights, marker, color=colour, ms=8, label=size)
        for x, y in zip(times, heights, strict=True):
            if np.isfinite(x):
                ax.annotate(f"{x:.2g}×", (x, y), (8, -3), textcoords="offset points", fontsize=9)
    ax.axvline(1, color="black", lw=1)
    ax.set_yticks(range(len(names)), names, fontsize=11)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.margins(x=0.12)
    ax.set_xlabel("time of an epoch, in times of nnlib's (logarithmic; left of the line: faster)")
    ax.grid(axis="x", color=PALE)
    ax.legend(loc="lower right", fontsize=10)
    figure.savefig(path, dpi=110)


def draw_growth(growth, path):
    """Seconds and memory of an epoch over what is varied, nnlib's beside the floor's."""
    figure = Figure((14, 6.5), layout="constrained")
    axes = figure.subplots(2, len(growth), sharey="row")
    for column, (name, points) in zip(axes.T, growth.items(), strict=True):
        for ax, ours, floor in zip(column, ("nnlib", "memory"), FLOORS, strict=True):
            draw_pair(ax, points, ours, floor)
            if name != "depth":
                ax.set_xscale("log")
        column[1].set_xlabel(f"{AXES[name]}")
    axes[0, 0].set_ylabel("seconds an epoch (one thread)")
    axes[1, 0].set_ylabel("megabytes beyond the images")
    for ax in axes[:, 0]:
        ax.legend(loc="upper left", fontsize=9)
    figure.savefig(path, dpi=100)


FLOORS = ("floor", "memory_floor")
NAMES = {
    "nnlib": "nnlib",
    "floor": "the floor: matrix products only",
    "memory": "nnlib, peak",
    "memory_floor": "parameters, slopes, a mini-batch",
}


def draw_pair(ax, points, ours, floor):
    values = [point["value"] for point in points]
    for key, colour, style in ((ours, BLUE, "o-"), (floor, ORANGE, "s--")):
        ax.plot(values, [point[key] for point in points], style, color=colour, label=NAMES[key])
    ax.set_yscale("log")
    ax.grid(color=PALE)
