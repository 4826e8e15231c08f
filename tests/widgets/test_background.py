"""The kernel's interrupt while boards are at work."""

import asyncio
import os
import signal

from nnlib.widgets.parts.background import interrupt_calls, running_loop


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupt_calls_every_board_at_work():
    called = []
    with interrupt_calls(lambda: called.append("a")), interrupt_calls(lambda: called.append("b")):
        interrupt()
    assert called == ["a", "b"]


def test_boards_may_leave_in_any_order_and_the_last_puts_the_handler_back():
    before, called = signal.getsignal(signal.SIGINT), []
    first = interrupt_calls(lambda: called.append("first"))
    second = interrupt_calls(lambda: called.append("second"))
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    interrupt()
    second.__exit__(None, None, None)
    assert called == ["second"]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_handler_that_was_put_back_meanwhile_is_taken_again_but_not_from_a_cell():
    before, called = signal.getsignal(signal.SIGINT), []

    async def work():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # between two cells, as ipykernel has it
        with interrupt_calls(lambda: called.append("between")) as hear:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            hear()
            interrupt()
            signal.signal(signal.SIGINT, signal.default_int_handler)  # a cell begins
            hear()
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler, "the cell's, still"

    asyncio.run(work())
    signal.signal(signal.SIGINT, before)
    assert called == ["between"]


def test_there_is_a_loop_in_a_coroutine_and_none_outside():
    async def inside():
        return running_loop() is asyncio.get_running_loop()

    assert asyncio.run(inside())
    assert running_loop() is None
