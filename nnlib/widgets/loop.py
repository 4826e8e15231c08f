"""The kernel's event loop, on which boards that work on their own take turns with it."""

import asyncio
import contextlib
import signal

_to_call = []  # what the next interrupt calls, of every board that is at work
_before = []  # the handler to put back when none is


def running_loop():
    """The event loop of the kernel that runs this cell, or None where there is no kernel."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


@contextlib.contextmanager
def interrupt_calls(act):
    """Let the kernel's interrupt (the stop button) call act: a background task never feels it.

    Boards may enter and leave in any order; the last to leave puts back the handler that was there.
    """
    if not _to_call:
        _before.append(signal.signal(signal.SIGINT, _call_all))
    _to_call.append(act)
    try:
        yield
    finally:
        _to_call.remove(act)
        if not _to_call:
            signal.signal(signal.SIGINT, _before.pop())


def _call_all(*_):
    for act in list(_to_call):
        act()
