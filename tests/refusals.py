"""What the traceback of a refusal shows of nnlib: its door, and no corridor behind it."""

import traceback
from pathlib import Path

import nnlib
from nnlib._support.hints import DOOR

PACKAGE = str(Path(nnlib.__file__).parent)


def files_of_nnlib(error):
    """Of each frame of nnlib in the traceback, outermost first, the file: DOOR for a door."""
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    return [file for file in files if file == DOOR or file.startswith(PACKAGE)]
