"""Reloads, restarts and lost connections: what is left of a board works, or looks dead.

In both cases Run All brings back a board that works, without an error.
"""

import os
import signal

import pytest
from lab import CLOSE_DOCUMENTS, BoardPage, LabPage, LabServer

OPENING = """
from nnlib import load_digits
from nnlib.widgets import training_cockpit
cockpit = training_cockpit(load_digits(), epochs=100_000)
cockpit
"""

# The controls that can be pressed, turned or written into, and show no broken link.
LOOKING_ALIVE = """() => [...document.querySelectorAll(
    '.jp-OutputArea :is(button, input, select, .noUi-target)'
)].filter(control => !control.hasAttribute('disabled')
    && !control.closest('.jupyter-widgets-disconnected:not(.widget-box)')
).map(control => control.parentElement.outerHTML)"""
NO_BOARD = "text=Error displaying widget: model not found"  # Lab's words for a stored board
NOTEBOOK = "jupyterapp.shell.currentWidget.context"
CLOSE_AS_A_PICTURE_COMES = f"""() => new Promise(done => {{
    const close = () => done(({CLOSE_DOCUMENTS})());
    document.querySelector('.nnlib-board canvas').addEventListener('load', close, {{once: true}});
}})"""


@pytest.fixture
def cockpit(lab):
    """A cockpit at work."""
    cockpit = BoardPage(lab, OPENING, opens_with="Ready: press Start.")
    cockpit.press("Start")
    cockpit.says("Training.")
    return cockpit


def save(lab):
    lab.page.evaluate(f"async () => {{ await {NOTEBOOK}.save(); }}")


# Each returns after something was lost, with the notebook in sight.


def the_page_is_reloaded(lab):
    save(lab)
    lab.page.reload()
    lab.attend()


def the_page_is_reloaded_and_was_never_saved(lab):
    lab.page.reload()
    lab.attend()


def the_connection_breaks(lab):
    # private to JupyterLab, which has no public way to lose a connection
    lab.page.evaluate(f"{NOTEBOOK}.sessionContext.session.kernel._ws.close()")
    lab.wait_until_idle()


def lab_is_closed_and_opened_again(lab):
    save(lab)
    path = lab.page.evaluate(f"{NOTEBOOK}.path")
    lab.leave()
    lab.load(f"/lab/tree/{path}")
    lab.attend()


def lab_is_closed_and_the_kernel_ended_meanwhile(lab):
    save(lab)
    path = lab.page.evaluate(f"{NOTEBOOK}.path")
    lab.leave()
    lab.server.shut_down_kernels()
    lab.load(f"/lab/tree/{path}")
    lab.attend()
    lab.page.wait_for_selector(NO_BOARD)


def the_kernel_is_restarted(lab):
    lab.page.evaluate("void jupyterapp.commands.execute('kernelmenu:restart')")
    lab.page.get_by_role("button", name="Confirm Kernel Restart").click()
    lab.page.wait_for_selector(".jupyter-widgets-disconnected")
    lab.wait_until_idle()


def the_kernel_is_killed(lab):
    os.kill(int(lab.ask_kernel("import os; print(os.getpid())")), signal.SIGKILL)
    lab.page.get_by_role("button", name="Ok", exact=True).click()
    lab.wait_until_idle()


LEAVE_IT_ALIVE = (the_page_is_reloaded, the_connection_breaks, lab_is_closed_and_opened_again)
LEAVE_IT_DEAD = (the_kernel_is_restarted, the_kernel_is_killed)
LEAVE_NOTHING = (
    the_page_is_reloaded_and_was_never_saved,
    lab_is_closed_and_the_kernel_ended_meanwhile,
)


def looking_alive(lab):
    return lab.page.evaluate(LOOKING_ALIVE)


def told(loss):
    return "survived: " + loss.__name__.replace("_", " ")


def run_all_brings_it_back(cockpit):
    """Run All leaves one board, at work, and no error."""
    cockpit.lab.console_errors.clear()  # what Lab said about the loss
    cockpit.lab.run_all()
    cockpit.lab.attend()
    cockpit.says("Ready: press Start.")
    assert cockpit.button("Start").count() == 1
    cockpit.press("Start")
    cockpit.says("Training.")
    cockpit.press("Pause")
    cockpit.says("Paused.")
    cockpit.is_sound()


@pytest.mark.parametrize("loss", LEAVE_IT_ALIVE)
def test_a_board_whose_kernel_lives_goes_on_and_obeys(cockpit, loss, tell):
    loss(cockpit.lab)
    cockpit.says("Training.")
    cockpit.press("Pause")
    cockpit.says("Paused.")
    cockpit.screenshot("paused")
    run_all_brings_it_back(cockpit)
    tell(told(loss))


@pytest.mark.parametrize("loss", LEAVE_IT_DEAD)
def test_a_board_whose_kernel_is_gone_looks_dead_until_run_all(cockpit, loss, tell):
    assert looking_alive(cockpit.lab) != []
    loss(cockpit.lab)
    cockpit.screenshot("dead")
    assert cockpit.page.locator(".widget-button", has_text="Start").count() == 1
    assert looking_alive(cockpit.lab) == []
    cockpit.says("The kernel has ended: run this cell again.")
    assert cockpit.sentence("Training.").count() == 0
    run_all_brings_it_back(cockpit)
    tell(told(loss))


def test_a_board_whose_kernel_is_shut_down_says_so_and_what_to_do(cockpit, tell):
    """As a server does to a kernel that has been idle for long: Lab itself shows nothing."""
    cockpit.lab.server.shut_down_kernels()
    cockpit.says("The kernel has ended: reload this page, then run all cells.")
    cockpit.screenshot("dead")
    assert cockpit.button("Start").count() == 1
    assert looking_alive(cockpit.lab) == []
    cockpit.page.reload()
    cockpit.lab.attend()
    run_all_brings_it_back(cockpit)
    tell("survived: the kernel is shut down")


@pytest.mark.parametrize("loss", LEAVE_NOTHING)
def test_a_board_that_the_page_does_not_know_shows_no_control_until_run_all(cockpit, loss, tell):
    loss(cockpit.lab)
    cockpit.screenshot("nothing")
    assert looking_alive(cockpit.lab) == []
    run_all_brings_it_back(cockpit)
    tell(told(loss))


def test_a_run_whose_page_was_reloaded_ends_when_its_cell_is_run_again(cockpit):
    cockpit.ask("globals().update(old=cockpit)")
    learned = "old.net.W[0].sum()"
    the_page_is_reloaded_and_was_never_saved(cockpit.lab)
    assert cockpit.changes(learned)
    cockpit.lab.run_all()
    cockpit.wait_until("old.comm", "None")
    assert not cockpit.changes(learned)
    cockpit.is_sound()


def test_a_notebook_that_is_closed_as_a_picture_comes_leaves_no_error(cockpit):
    cockpit.page.evaluate(CLOSE_AS_A_PICTURE_COMES)
    cockpit.page.wait_for_timeout(1000)
    assert cockpit.lab.console_errors == []


@pytest.mark.soak
def test_a_server_that_ended_and_came_back_needs_a_reload_and_run_all(chromium, tmp_path, tell):
    lab = LabPage(LabServer(tmp_path), chromium)
    lab.begin("server")
    try:
        cockpit = BoardPage(lab, OPENING, opens_with="Ready: press Start.")
        save(lab)
        lab.server.stop()
        lab.page.wait_for_selector(".jp-Dialog:has-text('Server Connection Error')")
        lab.screenshot("ended")
        lab.server.start()
        lab.page.reload()
        lab.attend()
        lab.page.wait_for_selector(NO_BOARD)
        assert looking_alive(lab) == []
        run_all_brings_it_back(cockpit)
    finally:
        lab.leave()
        lab.server.stop()
    tell("survived: the server ended and came back")
