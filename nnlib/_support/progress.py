"""The progress bar of whatever takes its time."""

import sys


def progress_bar(total, unit, shown=True, **looks):
    """A tqdm bar; looks go to tqdm. On standard output if not asked: Jupyter paints the other red.

    It shares nothing with other bars. A common lock stays locked for ever when an interrupt meets
    the thread that has just taken it, and every other thread then waits in vain; the thread that
    watches all bars fails when one of them comes or goes meanwhile.
    """
    import threading
    import weakref

    from tqdm import tqdm

    class Bar(tqdm):
        monitor_interval = 0  # no thread that watches
        _lock = threading.RLock()
        _instances = weakref.WeakSet()

    return Bar(total=total, unit=unit, disable=not shown, **{"file": sys.stdout, **looks})
