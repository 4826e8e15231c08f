"""Files that are whole or not there at all, whatever happens while they are written."""

import os
import secrets
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
    _clear_leftovers(path.parent)
    temporary = path.with_name(f"{BEGIN}{secrets.token_hex(8)}{END}")
    try:
        yield temporary
        _flush_to_disk(temporary)  # or a power cut could leave the new name on an empty file
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _flush_to_disk(path):
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _clear_leftovers(folder):
    """Remove the temporary files of processes that were killed, not those of one still at work."""
    with suppress(OSError):
        for leftover in folder.glob(f"{BEGIN}*{END}"):
            if time.time() - leftover.stat().st_mtime > HOUR:
                leftover.unlink()
