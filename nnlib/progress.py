"""The progress bar of whatever takes its time."""

import sys


def progress_bar(total, unit, shown=True, **looks):
    """A tqdm bar; looks go to tqdm. On standard output if not asked: Jupyter paints the other red.

    It has a lock of its own. One that is common to all bars stays locked for ever when an interrupt
    meets the thread that has just taken it, and every other thread then waits in vain.
    """
    import threading

    from tqdm import tqdm

    class Bar(tqdm):
        _lock = threading.RLock()

    return Bar(total=total, unit=unit, disable=not shown, **{"file": sys.stdout, **looks})
