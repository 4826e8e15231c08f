"""Files that are whole or not there at all, whatever happens while they are written."""

import os
import time
from contextlib import contextmanager, suppress
from pathlib import Path

BEGIN, END = ".nnlib-", ".part"  # a temporary file is known by its name
HOUR = 3600  # seconds


@contextmanager
def replacing(path):
    """Yield the path of a temporary file in the same folder, to be written and closed in the block.

    When the block ends well, the temporary file takes the name `path` in one step. When it ends
    with an exception, an interrupt included, the temporary file goes and `path` is as it was.
    Raises OSError where the folder is missing, cannot be written or is full.
    """
    path = Path(path).resolve()  # a link stays a link: what it points to is replaced
    temporary = path.with_name(f"{BEGIN}{os.urandom(8).hex()}{END}")
    with _tidied(path.parent):
        try:
            yield temporary
            with open(temporary, "rb+") as file:
                os.fsync(file.fileno())  # or a power cut could leave the new name on an empty file
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def _tidied(folder):
    """Clear what killed processes left in the folder, then be one of those that write there.

    All that write share a lock on the folder, which the system takes back from the dead: whoever
    gets it alone sees only leftovers. Where there is no such lock, an hour's age makes a leftover.
    """
    handle = None
    with suppress(OSError):  # Windows opens no folder; one that is missing is told when written to
        handle = os.open(folder, os.O_RDONLY)
    try:
        _clear_leftovers(folder, 0 if _locked(handle, alone=True) else HOUR)
        _locked(handle, alone=False)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _locked(handle, alone):
    """Whether the lock could be had: alone if that can be at once, shared as soon as it can."""
    if handle is None:
        return False
    with suppress(OSError, ImportError):  # another has it; a disk, system or browser without
        from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock

        flock(handle, LOCK_EX | LOCK_NB if alone else LOCK_SH)
        return True
    return False


def _clear_leftovers(folder, age):
    """Remove the temporary files last written to longer than age seconds ago."""
    with suppress(OSError):
        for leftover in folder.glob(f"{BEGIN}*{END}"):
            if time.time() - leftover.stat().st_mtime >= age:
                leftover.unlink()
