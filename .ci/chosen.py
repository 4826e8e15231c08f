"""Which notebooks a command means."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"


def chosen(names):
    """The paths of the notebooks whose names begin so, of all where there are no names."""
    starts = tuple(Path(name).name for name in names) or ("",)
    return [p for p in sorted(FOLDER.glob("[0-9][0-9]_*.ipynb")) if p.name.startswith(starts)]
