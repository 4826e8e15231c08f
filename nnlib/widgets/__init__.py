"""The widgets of the notebooks, one file each, and the only place that imports ipywidgets."""

from nnlib.widgets.board import still_twin
from nnlib.widgets.cockpit import training_cockpit
from nnlib.widgets.knobs import knob_board

__all__ = ["knob_board", "still_twin", "training_cockpit"]
