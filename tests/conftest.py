"""Any test may tell a fact, such as how many inputs it tried: all are printed at the end."""

import signal

import pytest
from hypothesis import settings

# how long an example takes says something about the machine, nothing about nnlib
settings.register_profile("nnlib", deadline=None)
settings.load_profile("nnlib")

# a shell that runs tests in the background lets them ignore interrupts; some tests send one
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def tell(record_property):
    """tell("1,000 nets, largest error 3e-9"): one line under "what the tests tell"."""
    return lambda fact: record_property("told", fact)


def pytest_terminal_summary(terminalreporter):
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    told = [fact for report in reports for name, fact in report.user_properties if name == "told"]
    if told:
        terminalreporter.section("what the tests tell")
        for fact in told:
            terminalreporter.line(fact)
