"""What every widget here is: a column of controls and pictures that lives as long as its cell.

Running a cell again closes the board it made before, with all that the board was doing. A reader
without a kernel (GitHub, print) sees the board's still picture in its place.
"""

import atexit
import base64
import gc
import weakref

import ipywidgets
from IPython import get_ipython

ENDED = "<b role='status'>The kernel has ended: reload this page, then run all cells.</b>"

_live = weakref.WeakValueDictionary()  # model_id -> Board
_made_by = {}  # cell -> (execution, [boards])


class Board(ipywidgets.VBox):
    """A VBox with a still twin. Override still(), and settle() where it works on its own."""

    def __init__(self, children, **kwargs):
        super().__init__(children, **kwargs)
        _live[self.model_id] = self
        _replace_earlier(self)

    spare = ()  # widgets of this board that are not shown at present

    def still(self):
        """MIME type -> data of what a reader without a kernel sees; {} for nothing."""
        return {}

    def settle(self):
        """Finish what is going on, so that still() shows its end."""

    def close(self):
        """Close this widget, every one inside it, and those it keeps in `spare` for later."""
        spare = [widget for kept in self.spare for widget in _inside(kept)]
        for widget in [*_inside(self), *spare]:
            if widget is not self:
                widget.close()
        super().close()

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        return bundle | self.still() if bundle else bundle


def still_png(image):
    """The MIME bundle of an Image widget's PNG."""
    return {"image/png": base64.b64encode(image.value).decode()}


def still_twin(model_id):
    """The still twin of a live board, once it has settled: MIME type -> data, or {}."""
    board = _live.get(model_id)
    if board is None:
        return {}
    board.settle()
    return board.still()


def _inside(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _inside(child)
    for name in ("layout", "style"):
        if isinstance(getattr(widget, name, None), ipywidgets.Widget):
            yield getattr(widget, name)


def _replace_earlier(board):
    """Close the boards that an earlier run of the same cell made."""
    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = parent.get("metadata", {}).get("cellId") or parent.get("content", {}).get("code")
    if cell is None:
        return
    execution = parent["header"]["msg_id"]
    before, boards = _made_by.get(cell, (execution, []))
    if before != execution:
        for earlier in boards:
            earlier.close()
            _forget_output(shell, earlier)
        gc.collect()  # a board is a ring of references, with pictures of megabytes in it
        boards = []
    _made_by[cell] = (execution, [*boards, board])


@atexit.register
def _switch_off():
    """Disable all controls: a kernel that is shut down leaves none that look alive in the page."""
    for board in [board for board in _live.values() if board.comm is not None]:
        for widget in _inside(board):
            if widget.has_trait("disabled"):
                widget.disabled = True
        board.children = [ipywidgets.HTML(ENDED), *board.children]


def _forget_output(shell, board):
    """Take a closed board out of IPython's Out, which would keep its pictures for ever."""
    outputs = shell.user_ns.get("Out", {})
    for number in [number for number, output in outputs.items() if output is board]:
        del outputs[number]
        shell.drop_by_id({f"_{number}": board})
