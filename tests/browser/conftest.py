"""One JupyterLab and one Chromium for all browser tests; a fresh page and kernel for each."""

import shutil
from pathlib import Path

import pytest
from lab import ARTEFACTS, CHROMIUM, CHROMIUM_OPTIONS, LabPage, LabServer, find_chromium

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    """playwright's handle on the installed Chromium; skips where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(CHROMIUM)})")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab_server(chromium, tmp_path_factory):
    """A running JupyterLab over a copy of notebooks/, so that no test changes the originals."""
    shutil.rmtree(ARTEFACTS, ignore_errors=True)
    server = LabServer(tmp_path_factory.mktemp("lab"), NOTEBOOKS)
    yield server
    server.stop()


@pytest.fixture
def comms_over_subshells(request, lab_server):
    """JupyterLab's own setting; the mark BOTH_COMM_SETTINGS asks for each."""
    value = getattr(request, "param", None)
    lab_server.set_comms_over_subshells(value)
    yield value
    lab_server.set_comms_over_subshells(None)


@pytest.fixture
def lab(request, chromium, lab_server, comms_over_subshells):
    """A LabPage. A test that fails leaves a last picture; its kernel is shut down in any case."""
    page = chromium.new_page(viewport={"width": 1280, "height": 1000})
    lab_page = LabPage(lab_server, page, request.node.name)
    yield lab_page
    if request.node.stash.get(FAILED, False):
        lab_page.screenshot("failed")
    page.close()
    lab_server.shut_down_kernels()


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.stash[FAILED] = report.failed
    return report
