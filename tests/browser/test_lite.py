"""The notebooks in the browser with nothing installed: Python itself runs in the page.

They are those that `make lite-tested` has built.
"""

import shutil
import subprocess
from pathlib import Path

import pytest
from lab import NOTEBOOKS, BoardPage
from lite_page import BUILT, NO_PYODIDE, OPENS, LitePage
from strokes import STROKES
from web import served

ROOT = NOTEBOOKS.parent
ALL = sorted(path.name for path in NOTEBOOKS.glob("[0-9]*.ipynb"))

pytestmark = pytest.mark.release


@pytest.fixture(scope="session")
def lite():
    if not BUILT.is_dir():
        pytest.skip(NO_PYODIDE)
    return BUILT


@pytest.fixture(scope="session")
def lite_address(lite):
    """The notebooks in a subfolder of a web server, as they lie in the site."""
    with served(lite.parent) as address:
        yield f"{address}/{lite.name}"


@pytest.fixture
def page(chromium, lite_address):
    """A LitePage of a browser that has never been here."""
    page = LitePage(lite_address, chromium)
    yield page
    page.leave()


@pytest.mark.parametrize("name", ALL)
def test_run_all_leaves_no_error_and_asks_nobody_else(page, name):
    page.open(name)
    assert not any(page.outputs())
    page.run_all(timeout=900)
    assert page.errors() == []
    assert page.console_errors == []
    assert page.strangers() == []


def test_what_is_to_come_stands_on_the_page_until_python_is_there(page):
    page.page.goto(f"{page.address}/lab/index.html?path={ALL[0]}")
    waiting = page.page.locator("#waiting")
    assert "Python is coming" in waiting.inner_text()
    page.attend(OPENS)
    waiting.wait_for(state="detached")


def test_on_a_phone_the_notebook_has_all_the_room_and_is_dark_where_the_system_is(page):
    page.page.set_viewport_size({"width": 390, "height": 844})
    page.page.emulate_media(color_scheme="dark")
    page.open(ALL[3])
    page.page.wait_for_timeout(2000)  # time for side bars to come back
    assert page.page.evaluate("document.querySelector('.jp-Notebook').clientWidth") > 380
    assert page.page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.page.locator("body[data-jp-theme-light='false']").count() == 1


BOARDS = """
import numpy as np
from nnlib import Network, fit, load_mnist_or_digits
from nnlib.widgets import digit_pad, sweep_board, training_cockpit
digits = load_mnist_or_digits()
"""


def test_the_cockpit_trains_heeds_its_knobs_and_pauses(page):
    board = BoardPage(page, BOARDS, "training_cockpit(digits, epochs=1000)", opens_with="Ready")
    board.press("Start")
    board.says("Training.")
    board.page.locator("text=/^Epoch [1-9]/").wait_for(timeout=1000 * OPENS)
    board.turn("η", "ArrowLeft", 6)
    board.page.locator(r"text=/^Epoch [2-9]\d/").wait_for(timeout=1000 * OPENS)
    board.press("Pause")
    board.says("→ 0.1, mini-batch")
    board.is_sound()


TRAIN = """
net = Network([784, 30, 10], dtype=np.float32, rng=np.random.default_rng(0))
images, targets = digits.train.images, digits.train.targets
_ = fit(net, images, targets, eta=0.5, epochs=30, monitor=[], rng=np.random.default_rng(1))
"""


def test_a_digit_is_drawn_and_read(page):
    board = BoardPage(page, BOARDS + TRAIN, "digit_pad(net, digits)", opens_with="")
    sheet = board.page.locator("canvas.nnlib-pad")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    for stroke in STROKES[1]:
        board.point("mouse", *[(box["x"] + 2 + x, box["y"] + 2 + y) for x, y in stroke])
    board.says("Read as a ")
    board.is_sound()


def test_a_sweep_is_stopped_and_keeps_what_has_come(page):
    board = BoardPage(page, BOARDS, "board = sweep_board(digits)\nboard", opens_with="Ready")
    board.press("Start")
    board.page.locator("text=/^[1-9] of 25 runs/").wait_for()
    board.press("Stop")
    board.says("Stopped. Start goes on with the rest. Best so far")
    kept = int(page.ask_kernel("print(len(board.results))"))
    assert 1 <= kept < 25
    board.is_sound()


IN_NODE = (  # by their test files
    "activations", "costs", "derivations", "gradcheck", "index_notation", "network", "training",
)  # fmt: skip
QUIETLY = "-q", "-p", "no:cacheprovider", "-m", "not thorough"


def test_nnlibs_own_tests_hold_there_too_in_node(lite, tell):
    node = shutil.which("node") or shutil.which("node", path=ROOT / ".venv-lite/bin")
    files = [f"tests/test_{name}.py" for name in IN_NODE]
    script = Path(__file__).with_name("in_pyodide.mjs")
    command = [node, script, lite, ROOT / "build/tested/pytest", *QUIETLY, *files]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr
    tell(f"in Pyodide: {told.stdout.splitlines()[-1]}")
