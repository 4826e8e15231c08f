"""What every widget here is: a column of controls and pictures that lives as long as its cell.

Running a cell again closes the board it made before, with all that the board was doing, where the
client says which cell it runs (JupyterLab does, a console does not). A reader without a kernel
(GitHub, print) sees the board's still picture in its place.
"""

import atexit
import gc
import html
import re
import threading
import weakref
from functools import partial

import ipywidgets
from IPython import get_ipython

from nnlib._support.hints import door, printable
from nnlib.widgets.parts.in_browser import Names

ENDED = "<b role='status'>The kernel has ended: reload this page, then run all cells.</b>"
INK = {"success": "black", "warning": "black"}  # Lab's white is hard to read on green and orange
WRAP = {"flex_flow": "row wrap", "align_items": "center", "grid_gap": "4px"}

# Callbacks may come on several threads, and matplotlib sets formulas in type on one at a time.
one_at_a_time = threading.RLock()

SPARED = 4  # runs of the same code whose boards stay where no client says which cell it runs

_live = weakref.WeakValueDictionary()  # model_id -> Board
_made_by = {}  # cell, by its id or else its code -> {execution: [boards]}, oldest first


@printable
class Board(ipywidgets.VBox):
    """A column of rows with one sentence and a still twin.

    Begin with super().__init__(), make the controls with `button` and `listen`, then `stack` them,
    with the `sentence` where it belongs. After each act of a control comes refresh(). picture is
    the Picture that stands for the board where there is no kernel; override settle() to show it at
    its best, or still() to show something else.
    """

    picture = None
    spare = ()  # widgets of this board that are not shown at present

    def __init__(self):
        super().__init__()
        self.sentence = ipywidgets.HTML()
        self._acting = False
        self.add_class("nnlib-board")  # by which the page finds the sentence
        _live[self.model_id] = self
        _replace_earlier(self)

    def stack(self, *rows):
        """Show these below one another; a list of widgets is a row that wraps."""
        shown = [row(*some) if isinstance(some, list) else some for some in rows]
        sliders = any(one.has_trait("readout") for some in shown for one in _inside(some))
        self.children = [*shown, Names()] if sliders else shown

    # what the controls do

    def act(self, do):
        """Call do, once at a time: what it sets on other controls acts no further; refresh()."""
        with one_at_a_time:
            if not self._acting:
                self._acting = True
                try:
                    self.refresh(do() if do else None)
                finally:
                    self._acting = False

    def refresh(self, said):
        """Show what the board is now; said is what the act returned, None or words."""

    def listen(self, do, *controls):
        """Let each new value of the controls call do, or None: just refresh()."""
        for control in controls:
            control.observe(lambda _: self.act(do), "value")

    def feel(self, do):
        """Let each touch and key on the picture call do(event)."""
        self.picture.on_touch(lambda event: self.act(lambda: do(event)))

    def button(self, words, do, width="auto", style="", tooltip=None):
        """A button that calls do."""
        look = {"button_style": style, "layout": {"width": width}, "tooltip": tooltip}
        ink = {"text_color": INK.get(style)}
        button = ipywidgets.Button(description=words, style=ink, **look)
        button.on_click(lambda _: self.act(do))
        return button

    def say(self, words, weight="normal"):
        """Put the sentence; one that stays the same is not read out again by a screen reader."""
        said = (
            f"<div role='status' style='font-size: 1.2em; font-weight: {weight}'>"
            f"{html.escape(words)}</div>"
        )
        if self.sentence.value != said:
            self.sentence.value = said

    # what a reader without a kernel sees

    def still(self):
        """MIME type -> data of what a reader without a kernel sees; {} for nothing."""
        return self.picture.still() if self.picture else {}

    def still_metadata(self):
        """What stands in for the picture where it cannot be seen, as notebooks keep it."""
        words = " ".join(html.unescape(re.sub("<.*?>", " ", self.sentence.value)).split())
        return {"image/png": {"alt": f"{self.picture.alt} {words}"}} if self.picture else {}

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
        return (bundle | self.still(), self.still_metadata()) if bundle else bundle


def row(*widgets):
    """Widgets beside one another, and below where there is no room."""
    return ipywidgets.HBox(widgets, layout=WRAP)


def sized(name, whole):
    """How wide a control is, in pixels: its name, and name and control together."""
    layout = {"width": f"{whole}px", "max_width": "100%"}
    return {"style": {"description_width": f"{name}px"}, "layout": layout}


def slider(name, value, low, high, step, *widths, **looks):
    """A slider from low to high, with a name; widths are those of `sized`."""
    looks |= {"min": low, "max": high, "step": step, "description": name}
    return ipywidgets.FloatSlider(value, **looks, **sized(*widths))


def choice(name, options, value, *widths, kind=ipywidgets.SelectionSlider, **looks):
    """A slider over some values, with a name; widths are those of `sized`."""
    looks = sized(*widths) | looks
    return kind(options=options, value=value, description=name, **looks)


menu = partial(choice, kind=ipywidgets.Dropdown)  # a list that opens, in the place of a slider


def toggles(options, value, width, **looks):
    """A row of buttons so many pixels wide, one of which is pressed."""
    looks |= {"style": {"button_width": f"{width}px"}}
    return ipywidgets.ToggleButtons(options=options, value=value, **looks)


def player(tick, says, **looks):
    """A Play button: milliseconds of a step, and what it does, in words."""
    return ipywidgets.Play(interval=tick, show_repeat=False, tooltip=says, **looks)


def label(words, width):
    """The name of a control that shows none itself, to the right of so many pixels."""
    layout = {"width": f"{width}px", "display": "flex", "justify_content": "flex-end"}
    return ipywidgets.Label(words, layout=layout)


def still_twin(model_id):
    """The still twin of a live board, once it has settled: MIME type -> data, or {}."""
    board = _live.get(model_id)
    if board is None:
        return {}
    board.settle()
    return board.still()


@door
def alternative_text(model_id):
    """What the still twin of a live board shows, in words, or ""."""
    board = _live.get(model_id)
    return board.still_metadata().get("image/png", {}).get("alt", "") if board else ""


def _inside(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _inside(child)
    for name in ("layout", "style"):
        if isinstance(getattr(widget, name, None), ipywidgets.Widget):
            yield getattr(widget, name)


def _replace_earlier(board):
    """Close the boards that earlier runs of the same cell made.

    Without a cell's id there is only its code to go by, and another cell may have the same: then
    a run may be that other cell's, and only boards of more than SPARED runs ago are closed.
    """
    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell_id = parent.get("metadata", {}).get("cellId")
    cell = cell_id or parent.get("content", {}).get("code")
    if cell is None:
        return
    runs = _made_by.setdefault(cell, {})
    runs.setdefault(parent["header"]["msg_id"], []).append(board)
    for execution in list(runs)[: -1 if cell_id else -1 - SPARED]:
        _close_all(runs.pop(execution), shell)


def _close_all(boards, shell):
    """Close boards, and take them out of IPython's memory, which would keep them for ever."""
    outputs, shown = shell.user_ns.get("Out", {}), getattr(shell.history_manager, "outputs", {})
    for board in boards:
        board.close()
        for number in [number for number, output in outputs.items() if output is board]:
            del outputs[number]
            shown.pop(number, None)  # its still, which an IPython from 9 on keeps
            shell.drop_by_id({f"_{number}": board})
    gc.collect()  # a board holds circular references, and pictures of megabytes in it


@atexit.register
def _switch_off():
    """Disable all controls: a kernel that is shut down leaves none that look alive in the page."""
    for board in [board for board in _live.values() if board.comm is not None]:
        for widget in _inside(board):
            if widget.has_trait("disabled"):
                widget.disabled = True
        board.children = [ipywidgets.HTML(ENDED), *board.children]
