"""What works beside the caller: a sweep's processes, and threads that may be left behind."""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque

ALONE = sys.platform == "emscripten"  # a browser, where there are neither processes nor threads


def beside(work):
    """What works a generator off beside the caller: a thread, or a browser's Turns."""
    if ALONE:
        return Turns(work)
    return threading.Thread(target=deque, args=(work, 0), daemon=True)


class Turns:
    """In a thread's place where there are none: whoever asks whether it is alive does a turn."""

    def __init__(self, work):
        self._work, self.ident = work, None

    def start(self):
        self.ident = 0

    def is_alive(self):
        return self.ident is not None and next(self._work, self) is not self

    def join(self, timeout=None):
        while self.is_alive():
            pass


def in_time(calls, seconds):
    """The results that come in time, by name; calls holds (function, *arguments) by name.

    All are called at once, in threads that may be left behind: the look-up of a server's address
    can hang for minutes, keeps to no time-out and cannot be interrupted.
    """
    results = {}

    def call(name, function, *arguments):
        results[name] = function(*arguments)

    threads = [
        threading.Thread(target=call, args=(name, *c), daemon=True) for name, c in calls.items()
    ]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return dict(results)  # a copy: what comes too late is not heard


def deaf_to_interrupts():
    """Block the kernel's interrupt in this thread and in every process that it starts.

    The interrupt reaches child processes too. A worker that it killed while starting would only be
    missed by the next sweep.
    """
    if hasattr(signal, "pthread_sigmask"):
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()  # joblib wants it, and its start would unblock again
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])


def start_worker():
    """First thing in a worker process: leave interrupts to the kernel, live no longer than it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # on Windows, where none can be blocked
    if os.name != "nt":  # Windows tells no process that its parent has died
        parent = multiprocessing.parent_process()
        threading.Thread(target=die_with, args=(parent.pid,), daemon=True).start()


def die_with(pid):
    """End this process when the one with the pid has died: a killed kernel ends no worker."""
    try:
        while True:
            os.kill(pid, 0)  # sends nothing, asks whether it is there
            time.sleep(0.5)
    except ProcessLookupError:
        os._exit(1)
