"""The monitors that a history may keep: their names, and which of them are wanted."""

from nnlib._support.classes import are_classes
from nnlib._support.hints import did_you_mean, short

MONITORS = ("training_cost", "training_accuracy", "evaluation_cost", "evaluation_accuracy")


def checked_monitor(monitor, sets):
    """The names in monitor as a set; by default all, accuracies only where targets are classes."""
    if monitor is None:
        classes = {name: are_classes(Y) for name, (_, Y) in sets.items()}
        return {f"{name}_cost" for name in sets} | {f"{n}_accuracy" for n in sets if classes[n]}
    names = monitor if isinstance(monitor, (list, tuple, set)) else [monitor]
    unknown = [name for name in names if not (isinstance(name, str) and name in MONITORS)]
    if unknown or names is not monitor:
        near = did_you_mean(str(unknown[0]), MONITORS) if unknown else ""
        raise ValueError(
            f"monitor: expected a list out of {', '.join(MONITORS)}, got {short(monitor)}"
            f"{near or '; write them in brackets, as in [' + repr(MONITORS[0]) + ']'}"
        )
    if "evaluation" not in sets and any(name.startswith("evaluation") for name in monitor):
        raise ValueError(
            f"monitor: {monitor!r} needs a validation set, got none; pass evaluation=(X, Y)"
        )
    return set(monitor)
