"""The cockpit in a real JupyterLab: a network learns while its controls are used."""

import re

import pytest
from lab import BOTH_COMM_SETTINGS, BoardPage

pytestmark = pytest.mark.one_kernel

OPENING = """
from nnlib import load_digits
from nnlib.widgets import training_cockpit
cockpit = training_cockpit(load_digits(), epochs=1000)
cockpit
"""


@pytest.fixture
def cockpit(lab):
    """A page with a fresh notebook whose only cell shows a cockpit that has not been started."""
    return CockpitPage(lab, OPENING, opens_with="Ready: press Start.")


class CockpitPage(BoardPage):
    """A line below the curves says how far the training is."""

    def numbers(self):
        """Epochs, seconds and accuracy as the line below the curves says them."""
        text = self.page.locator("text=/^Epoch /").inner_text()
        return [float(n.replace(",", "")) for n in re.findall(r"[\d,]+\.\d+", text)]

    def epochs(self):
        return self.numbers()[0]

    def wait_for_epochs(self, epochs):
        self.wait(f"Number(/^Epoch ([\\d.]+)/.exec(t)?.[1]) >= {epochs}")

    def wait(self, condition):
        """Wait until a JavaScript condition on the numbers' text t holds."""
        script = f"""() => [...document.querySelectorAll('.widget-html')]
            .map(e => e.innerText).some(t => {condition})"""
        self.page.wait_for_function(script, timeout=30_000)


@BOTH_COMM_SETTINGS
def test_a_network_learns_while_its_controls_are_used(cockpit):
    cockpit.screenshot("ready")
    cockpit.press("Start")
    cockpit.wait_for_epochs(0.5)
    cockpit.screenshot("training")
    cockpit.turn("η", "ArrowLeft", 6)
    cockpit.wait_until("hand.control(cockpit, 'η', hand.FIELDS).value", "0.1")
    cockpit.wait_for_epochs(cockpit.epochs() + 0.2)
    cockpit.press("Pause")
    cockpit.says("→ 0.1, mini-batch")
    cockpit.says("Paused.")
    cockpit.screenshot("paused")
    paused_at = cockpit.epochs()
    cockpit.page.wait_for_timeout(500)
    assert cockpit.epochs() == paused_at
    cockpit.press("One epoch")
    cockpit.says("Done.")
    cockpit.press("Reset")
    cockpit.says("A new start")
    assert cockpit.epochs() == 0
    cockpit.screenshot("reset")
    cockpit.is_sound()


def test_another_number_of_hidden_units_begins_a_new_run_and_training_goes_on(cockpit):
    cockpit.press("Start")
    cockpit.wait_for_epochs(0.5)
    cockpit.turn("hidden units", "ArrowRight", 2)
    cockpit.wait_until("cockpit.net.sizes[1]", "100")
    cockpit.wait_for_epochs(0.2)
    cockpit.screenshot("earlier-run-is-pale")
    cockpit.is_sound()


def test_a_run_is_walked_back_and_goes_on_from_there_with_another_rate(cockpit):
    cockpit.press("Start")
    cockpit.wait_for_epochs(4)  # at most one a moment: three moments back is not the start
    cockpit.turn("time line", "ArrowLeft", 3)
    cockpit.says("Looking back: epoch")
    cockpit.screenshot("looking-back")
    there = cockpit.epochs()
    cockpit.turn("η", "ArrowRight", 4)
    cockpit.wait_until("hand.control(cockpit, 'η', hand.FIELDS).value", "2.0")
    cockpit.press("Go on from here")
    cockpit.wait_for_epochs(there + 1)
    cockpit.press("Pause")
    cockpit.says("Paused. With η 0.5 → 2, mini-batch 10, 30 hidden,")
    assert cockpit.page.get_by_text("η 0.5 → 2", exact=True).count() == 1  # at the fork
    assert cockpit.page.get_by_text("a: η 0.5, mini-batch 10, 30 hidden").count() == 1
    cockpit.screenshot("forked")
    cockpit.is_sound()


def test_bent_digits_relus_and_an_eta_that_falls_are_chosen_and_told(cockpit):
    cockpit.choose("cost", "log-likelihood, hidden ReLUs")
    cockpit.choose("digits", "both")
    cockpit.press("One epoch")
    cockpit.says("Done. With η 0.5, mini-batch 10, 30 hidden ReLUs, digits both, log-likelihood,")
    cockpit.choose("η halves", "every epoch")
    cockpit.press("One epoch")
    cockpit.wait("/η 0.25 now/.test(t)")
    cockpit.says("30 hidden ReLUs, η halves never → every epoch, digits both,")
    cockpit.screenshot("bent-digits")
    cockpit.is_sound()


def test_the_stop_button_of_jupyterlab_pauses_it(cockpit):
    cockpit.press("Start")
    cockpit.wait_for_epochs(0.2)
    cockpit.page.evaluate("jupyterapp.commands.execute('notebook:interrupt-kernel')")
    cockpit.says("Paused.")
    cockpit.press("Start")
    cockpit.wait_for_epochs(cockpit.epochs() + 0.2)
    cockpit.is_sound()


def test_running_the_cell_again_ends_the_old_run(cockpit):
    cockpit.ask("globals().update(old=cockpit)")
    cockpit.press("Start")
    cockpit.wait_for_epochs(0.2)
    cockpit.lab.run_all()
    cockpit.says("Ready: press Start.")
    cockpit.wait_until("old.comm, cockpit is old", "None False")
    assert not cockpit.changes("old.net.W[0].sum()")
    assert cockpit.page.get_by_role("button", name="Start", exact=True).count() == 1
    cockpit.is_sound()


def test_divergence_is_said_in_words(cockpit):
    cockpit.turn("η", "End", 1)
    cockpit.turn("λ", "End", 1)
    cockpit.wait_until("hand.control(cockpit, 'λ').value", "100")
    cockpit.press("Start")
    cockpit.says("Diverged after")
    cockpit.says("With η 100, mini-batch 10, 30 hidden, λ 100,")
    cockpit.screenshot("diverged")
    cockpit.is_sound()
