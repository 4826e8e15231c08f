"""A board that works on its own, in turns with the kernel, and feels the kernel's stop button."""

import asyncio
import contextlib
import signal

from nnlib.widgets.parts.board import Board, one_at_a_time

_to_call = []  # what the next interrupt calls, of every board that is at work
_before = []  # the handler to put back when none is


class BackgroundBoard(Board):
    """A Board whose controls act on the kernel's event loop, between two turns of its work."""

    def __init__(self):
        super().__init__()
        self._loop = running_loop()
        self._task = None
        self._wanted = False  # should it be at work?

    def close(self):
        """Stop working, too."""
        self._wanted = False
        super().close()

    def start(self):
        """Press Start. Returns the board, so that a cell may end with it."""
        self.act(self._start)
        return self

    def act(self, do):
        """Call do on the event loop's thread as soon as it is free; at once where there is none."""
        if self._loop is None:
            super().act(do)
        else:
            self._loop.call_soon_threadsafe(super().act, do)

    def work(self, turn, stop):
        """Call turn on the event loop until it returns None, then settle().

        turn returns the seconds to rest before the next; the kernel's interrupt calls stop. Without
        a kernel only settle() is called, which then has all the work to do.
        """
        if self._loop is None:
            self.settle()
        elif self._task is None or self._task.done():
            self._task = self._loop.create_task(self._work(turn, stop))

    async def _work(self, turn, stop):
        with interrupt_calls(lambda: self.act(stop)) as hear:
            while (rest := self._one(turn)) is not None:
                await asyncio.sleep(rest)
                hear()
        self.settle()

    def _one(self, turn):
        with one_at_a_time:
            return turn()


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
