"""One JupyterLab and one Chromium page for all tests of a process; a new kernel for each test.

With the mark one_kernel the tests of a file have one kernel, cleared after each: it takes longer to
start than most tests.
"""

import shutil
from pathlib import Path

import pytest
from lab import ARTEFACTS, CHROMIUM, CHROMIUM_OPTIONS, LabPage, LabServer, find_chromium


def pytest_configure(config):
    if not hasattr(config, "workerinput"):  # once, by the process that starts the others
        shutil.rmtree(ARTEFACTS, ignore_errors=True)


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
def lab_server(chromium, worker_id, tmp_path_factory):
    """A running JupyterLab over copies of the notebooks, as `make lab` opens them."""
    server = LabServer(tmp_path_factory.mktemp("lab"))
    yield server
    server.stop()
    server.keep_log(f"server-{worker_id}.log")


@pytest.fixture(scope="session")
def lab_page(chromium, lab_server):
    return LabPage(lab_server, chromium)


@pytest.fixture
def comms_over_subshells(request):
    """Lab's setting, None for its own choice; the mark BOTH_COMM_SETTINGS asks for two."""
    return getattr(request, "param", None)


@pytest.fixture
def lab(request, lab_page, comms_over_subshells):
    """A LabPage with nothing open. A test that fails leaves a last picture, and its page."""
    shared = request.node.get_closest_marker("one_kernel")
    lab_page.begin(request.node.name, comms_over_subshells, shared and request.path.stem)
    yield lab_page
    if request.node.stash.get(FAILED, False):
        lab_page.screenshot("failed")
        lab_page.leave()
        lab_page.server.shut_down_kernels()
    else:
        lab_page.end()


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report
