"""The benchmark of waits at work on a few moves: it counts what it says it counts. No timing."""


import latency
import pytest


@pytest.mark.parametrize("name", ["ready", "softmax_board", "digit_pad", "derivation_stepper"])
def test_every_move_brings_one_picture(lab, name):
    cases = latency.WIDGETS | {"ready": (latency.READY, [])}
    waits, pictures = latency.waits_of(lab, *cases[name], moves=3)
    assert pictures == len(waits) == 3
    assert min(waits) > 0
    assert lab.errors() == []


def test_the_cockpit_draws_while_it_trains(lab):
    assert latency.pictures_of_the_cockpit(lab, seconds=2) > 0
    assert lab.errors() == []
