"""The benchmark of waits at work on a few moves: it counts what it says it counts. No timing."""


import latency
import pytest

from nnlib._support.at_once import EXTENSION


@pytest.mark.parametrize("name", ["ready", "softmax_board", "digit_pad", "derivation_stepper"])
def test_every_move_brings_one_picture(lab, name):
    cases = latency.WIDGETS | {"ready": (latency.READY, [])}
    waits, pictures = latency.waits_of(lab, *cases[name], moves=3)
    assert pictures == len(waits) == 3
    assert min(waits) > 0
    assert lab.errors() == []


def test_the_server_sends_what_a_kernel_says_at_once(lab):
    lines = (lab.server.folder / "server.log").read_text("utf-8").splitlines()
    assert any(f"{EXTENSION} | extension was successfully loaded" in line for line in lines)


@pytest.mark.parametrize("name", latency.TRAINING)
def test_a_board_draws_while_it_trains(lab, name):
    call, button, _ = latency.TRAINING[name]
    assert latency.pictures_of(lab, call, button, seconds=2) > 0
    assert lab.errors() == []
