"""`make lab PROJECTOR=1`: one document over the whole width, large type, and only for once."""

import json
import sys
from pathlib import Path

import pytest
from lab import LabPage, LabServer

PROJECTOR = Path(__file__).resolve().parents[2] / ".ci/projector.py"
NOTEBOOK = "06_why_learning_slows_down.ipynb"
SIZE = "selector => getComputedStyle(document.querySelector(selector)).fontSize"
WIDTH = "selector => document.querySelector(selector).getBoundingClientRect().width"
# What is larger than a notebook has it elsewhere: its selector, pixels there, pixels here
LARGER = {
    "text": (".jp-MarkdownCell .jp-RenderedMarkdown p", 14, 21),
    "code": (".jp-CodeCell .cm-line", 13, 20),
    "output": (".jp-OutputArea-output pre", 13, 20),
    "label of a board": (".nnlib-board .widget-label", 13, 18),
}


class ProjectorServer(LabServer):
    def command(self):
        return [sys.executable, PROJECTOR, *super().command()[3:]]


@pytest.fixture(scope="module")
def server(chromium, tmp_path_factory):
    server = ProjectorServer(tmp_path_factory.mktemp("projector"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def lecture(server, chromium):
    """The notebook of a lecture, run, on a screen of 1280 by 720."""
    lab = LabPage(server, chromium)
    lab.name, lab.page = "projector", chromium.new_page(viewport={"width": 1280, "height": 720})
    place = f"/lab/workspaces/projector/tree/{NOTEBOOK}"
    lab.page.goto(f"{server.address}{place}?token={server.token}")
    lab.attend()
    lab.run_all()
    lab.page.evaluate("document.querySelector('.nnlib-board').scrollIntoView()")
    lab.screenshot("board")
    yield lab
    lab.leave()


def test_one_document_is_seen_and_no_side_bar(lecture):
    assert lecture.page.evaluate("jupyterapp.shell.mode") == "single-document"
    shell = "[jupyterapp.shell.leftCollapsed, jupyterapp.shell.rightCollapsed]"
    assert lecture.page.evaluate(shell) == [True, True]
    assert lecture.page.evaluate(WIDTH, ".jp-NotebookPanel") > 1200


@pytest.mark.parametrize("what", LARGER)
def test_type_is_half_as_large_again(lecture, what):
    selector, _, pixels = LARGER[what]
    assert lecture.page.evaluate(SIZE, selector) == f"{pixels}px"


def test_a_board_has_the_full_width_and_all_of_it_is_seen(lecture):
    assert lecture.page.evaluate(WIDTH, ".nnlib-board") > 1000
    panel = lecture.page.locator(".jp-WindowedPanel-outer:visible").first
    assert panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth + 1")


def test_the_users_own_settings_stay_as_they_are(lecture, server):
    lecture.page.evaluate(
        "jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
    )
    lecture.wait_for("document.body.dataset.jpThemeName === 'JupyterLab Dark'", 60)
    lecture.page.wait_for_timeout(1000)
    files = [file for file in (server.folder / "settings").rglob("*") if file.is_file()]
    assert [json.loads(file.read_text()) for file in files] == [
        {"windowingMode": "none"}  # as this test's server has written it
    ]
    assert not (server.folder / "workspaces").exists()
