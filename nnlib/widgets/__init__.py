"""The widgets of the notebooks, one file each, and the only place that imports ipywidgets."""

from nnlib.widgets.bending import bending_board
from nnlib.widgets.cockpit import training_cockpit
from nnlib.widgets.contraction import contraction_explorer
from nnlib.widgets.knobs import knob_board
from nnlib.widgets.pad import digit_pad
from nnlib.widgets.parts.board import alternative_text, still_twin
from nnlib.widgets.playground import playground
from nnlib.widgets.samples import sample_explorer
from nnlib.widgets.slowdown import slowdown_explorer
from nnlib.widgets.softmax_board import softmax_board
from nnlib.widgets.stepper import derivation_stepper
from nnlib.widgets.sweep_board import sweep_board
from nnlib.widgets.watcher import weight_watcher

__all__ = [
    "alternative_text", "bending_board", "contraction_explorer", "derivation_stepper", "digit_pad",
    "knob_board", "playground", "sample_explorer", "slowdown_explorer", "softmax_board",
    "still_twin", "sweep_board", "training_cockpit", "weight_watcher",
]  # fmt: skip
