"""The widgets of the notebooks, one file each, and the only place that imports ipywidgets."""

from nnlib.widgets.board import still_twin
from nnlib.widgets.cockpit import training_cockpit

__all__ = ["still_twin", "training_cockpit"]
