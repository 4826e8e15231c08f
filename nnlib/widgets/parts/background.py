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

    Yields a function for the task to call at each of its turns. Boards may enter and leave in any
    order; the last to leave puts back the handler that was there.
    """
    _to_call.append(act)
    _hear()
    try:
        yield _hear
    finally:
        _to_call.remove(act)
        if not _to_call and signal.getsignal(signal.SIGINT) is _call_all:
            signal.signal(signal.SIGINT, _before.pop())


def _hear():
    """Take the interrupt, unless a cell is at work: then it is the cell's.

    Between two cells ipykernel ignores it; for each it sets a handler, and afterwards puts back the
    one it had found, which may be older than ours: so this is done again and again.
    """
    handler = signal.getsignal(signal.SIGINT)
    no_kernel = running_loop() is None
    if handler is signal.SIG_IGN or (no_kernel and handler is not _call_all):
        _before[:] = [handler]
        signal.signal(signal.SIGINT, _call_all)


def _call_all(*_):
    for act in list(_to_call):
        act()
