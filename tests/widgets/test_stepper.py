"""The derivation stepper without a browser: every line of every derivation is reached and shown."""

import html
import re
import threading

import ipywidgets
import numpy as np
import pytest
from hand import controls, inside, press, words

from nnlib import SIGMOID, TANH
from nnlib import derivations as d
from nnlib.widgets.stepper import (
    KEYS,
    Stepper,
    Walk,
    all_lines,
    block,
    blocks,
    derivation_stepper,
    line_and_reason,
    look,
    verdict,
    written_out,
)

TWO = (d.PARTIAL_Z2_BY_W2, d.GRADIENT_W2)


NEXT, BACK, NEW = "Next ▶", "◀ Back", "New numbers"


def classes(widget):
    """Those that the browser gives it."""
    return set(widget.get_state("_dom_classes")["_dom_classes"])


def titles(board):
    return list(controls(board, ipywidgets.Dropdown))


def place(board):
    return board.walk.number, board.walk.k


def test_next_goes_through_every_line_of_every_derivation():
    walk, seen = Walk(d.DERIVATIONS), set()
    for _ in range(sum(len(derivation.steps) for derivation in d.DERIVATIONS)):
        seen.add((walk.number, walk.k))
        assert walk.line.holds, (walk.derivation.title, walk.k)
        walk.next()
    assert len(seen) == sum(len(derivation.steps) for derivation in d.DERIVATIONS)


def test_next_at_the_very_end_and_back_at_the_very_start_stay():
    walk = Walk(TWO)
    walk.back()
    assert (walk.number, walk.k) == (0, 0)
    walk.go(1, -1)
    walk.next()
    assert (walk.number, walk.k) == (1, 5)


def test_back_goes_to_the_last_line_of_the_derivation_before():
    walk = Walk(TWO)
    walk.go(1)
    walk.back()
    assert (walk.number, walk.k) == (0, 2)


def test_first_and_last_stay_in_the_derivation():
    walk = Walk(TWO)
    walk.go(1, 3)
    walk.last()
    assert (walk.number, walk.k) == (1, 5)
    walk.first()
    assert (walk.number, walk.k) == (1, 0)


def test_a_walk_begins_with_the_sizes_of_the_blackboard():
    assert Walk(TWO).line.arrays == "X (10,3), Y (10,1), W1 (3,4), W2 (4,1)"


def test_new_numbers_come_in_new_sizes_and_prove_every_line_again():
    walk = Walk([d.GRADIENT_W1], seed=1)
    seen = set()
    for _ in range(5):
        walk.renew()
        seen.add(walk.line.arrays)
        assert all(line.holds for line in walk.lines)
    assert len(seen) > 1


def test_the_same_seed_draws_the_same_numbers():
    one, other = Walk([d.GRADIENT_W1], seed=3), Walk([d.GRADIENT_W1], seed=3)
    one.renew(), other.renew()
    np.testing.assert_array_equal(one.line.value, other.line.value)


def test_chosen_sizes_and_activations_hold_for_new_numbers_too():
    walk = Walk([d.GRADIENT_W1], chosen={"hidden": 2, "f1": TANH, "f2": SIGMOID})
    for _ in range(3):
        assert "W2 (2,1)" in walk.line.arrays
        assert all(line.holds for line in walk.lines)
        walk.renew()


def test_a_chosen_activation_holds_for_the_derivations_that_have_one_and_for_the_text():
    board = derivation_stepper(d.COST, d.GRADIENT_W1, f1=TANH)
    press(board, "Last", NEXT)
    assert board.walk.derivation.functions["f1"] is TANH
    assert all(line.holds for line in board.walk.lines)
    assert "Here f1 is tanh" in board.still()["text/markdown"]


@pytest.mark.parametrize("wrong", [(), ("GRADIENT_W2",), (None,), (d.GRADIENT_W2, 3)])
def test_what_is_no_derivation_is_refused_in_words(wrong):
    with pytest.raises(TypeError, match="expected one or more, got .*; write GRADIENT_W2"):
        derivation_stepper(*wrong)


def test_a_choice_there_is_not_is_refused_in_words():
    with pytest.raises(ValueError, match="expected a choice among samples"):
        derivation_stepper(d.GRADIENT_W2, neurons=3)


def test_the_sheet_holds_every_line_and_every_reason_once():
    text = html.unescape(all_lines(d.DERIVATIONS))
    assert text.count("class='l ") == sum(len(derivation.steps) for derivation in d.DERIVATIONS)
    for derivation in d.DERIVATIONS:
        assert all(step.reason in text for step in derivation.steps)


def test_the_lines_to_come_are_hidden_and_only_the_reason_in_hand_is_seen():
    walk = Walk(TWO)
    walk.go(1, 4)
    hidden = re.search(r"([^}]*){ display: none", look(walk, "board"))[1]
    assert ".d1 .l5" in hidden
    assert ".d1 .l4" not in hidden
    assert ".d1 .r:not(.r4)" in hidden
    assert ".d:not(.d1)" in hidden


def test_an_identity_that_the_next_line_has_no_more_is_struck_out_there():
    text = html.unescape(line_and_reason(2, d.GRADIENT_W2))
    assert re.findall(r"mjx-gone}{\\class{mjx-part-\d+}{(I_\{\w+\})}}", text) == ["I_{km}"]
    assert "mjx-gone" not in line_and_reason(1, d.GRADIENT_W2) + line_and_reason(4, d.GRADIENT_W2)
    assert ".l:not(.l3) .mjx-gone" in look(walk_at(3), "board")


def walk_at(k):
    walk = Walk([d.GRADIENT_W2])
    walk.go(0, k)
    return walk


def test_a_factor_is_known_again_in_the_next_line():
    one, other = (line_and_reason(k, d.GRADIENT_W2) for k in (2, 3))
    parts = [set(re.findall(r"mjx-part-\d+", text)) for text in (one, other)]
    assert len(parts[0] & parts[1]) == 1  # delta2_i0


def test_the_page_is_told_where_the_walk_is():
    board = derivation_stepper(*TWO)
    press(board, "Last", NEXT)
    (hand,) = (widget for widget in inside(board) if widget.has_trait("place"))
    assert hand.place == [1, 0]


def test_the_check_is_a_sentence():
    walk = Walk(TWO)
    walk.go(1, 5)
    text = re.sub("<.*?>", "", verdict(walk).replace("<br>", " "))
    assert re.fullmatch(
        r"✓ Line 6 of 6: left = right, largest difference (0|\de-1\d), "
        r"on X \(10,3\), Y \(10,1\), W1 \(3,4\), W2 \(4,1\)",
        text,
    )


def test_the_first_line_is_not_said_to_be_the_first_line():
    text = re.sub("<.*?>", "", verdict(Walk(TWO)).replace("<br>", " "))
    assert text == "Line 1 of 3, on X (10,3), Y (10,1), W1 (3,4), W2 (4,1)"


def test_a_line_that_does_not_hold_is_crossed():
    steps = list(d.GRADIENT_W2.steps)
    steps[-1] = d.matrix("∂C/∂W2", "wrong", "A1.T @ Y", "", "A1.T Y")
    walk = Walk([d.Derivation("wrong", d.TOY_NET, d.WITH_ACTIVATION, steps, d.SQUARE_AND_CUBE)])
    walk.last()
    assert "✗" in verdict(walk)
    assert "left ≠ right" in verdict(walk)


def test_a_block_is_as_high_as_the_matrix_has_rows():
    assert "height: 60px; width: 6px" in block("(10,1)")
    assert block("→") == ""


def test_the_blocks_stand_over_their_shapes():
    text = blocks("(4,10)(10,1) → (4,1)")
    assert re.sub("<.*?>", "", text) == "(4,10)(10,1)→(4,1)"
    assert text.count("background") == 3


def test_the_board_follows_its_buttons():
    board = derivation_stepper(*TWO)
    places = []
    for name in (NEXT, "Last", NEXT, BACK, "First", NEW, BACK):
        press(board, name)
        places.append(place(board))
    assert places == [(0, 1), (0, 2), (1, 0), (0, 2), (0, 0), (0, 0), (0, 0)]


def test_the_board_follows_its_list_of_titles():
    board = derivation_stepper(*TWO)
    (chosen,) = titles(board)
    assert [title for title, _ in chosen.options] == [derivation.title for derivation in TWO]
    chosen.label = TWO[1].title
    assert place(board) == (1, 0)
    press(board, BACK)
    assert (chosen.value, place(board)) == (0, (0, 2))


def test_a_single_derivation_has_no_list_of_titles():
    assert titles(derivation_stepper(d.GRADIENT_W2)) == []


def test_every_key_presses_a_button_that_is_there():
    board = derivation_stepper(d.GRADIENT_W2)
    there = set.union(*map(classes, controls(board, ipywidgets.Button)))
    assert {f"nnlib-{name}" for name in KEYS.values()} <= there


def test_two_boards_do_not_hide_each_others_lines():
    one, other = derivation_stepper(d.GRADIENT_W2), derivation_stepper(d.GRADIENT_W2)
    shared = classes(one) & classes(other)
    assert shared == {"nnlib-board", "nnlib-stepper"}


@pytest.mark.parametrize("derivation", d.DERIVATIONS, ids=lambda derivation: derivation.title)
def test_any_order_of_presses_is_survived(derivation):
    board = derivation_stepper(derivation, *TWO)
    rng = np.random.default_rng(0)
    for name in rng.choice(["First", BACK, NEXT, "Last", NEW], 30):
        press(board, name)
        assert "Line" in words(board)


def test_callbacks_from_many_threads_leave_the_board_whole():
    board = derivation_stepper(*TWO)
    names = [NEXT, NEW, BACK, "Last"]
    threads = [threading.Thread(target=press, args=(board, name)) for name in names * 5]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert f"Line {board.walk.k + 1} of {len(board.walk.lines)}" in words(board)


def test_a_reader_without_a_kernel_gets_the_whole_derivation_as_text():
    bundle, _ = derivation_stepper(*TWO)._repr_mimebundle_()
    text = bundle["text/markdown"]
    assert "image/png" not in bundle
    for derivation in TWO:
        assert derivation.title in text
        assert all(d.marked(step.latex) in text for step in derivation.steps)
        assert all(step.reason in text for step in derivation.steps)
    assert "(4,10)(10,1) → (4,1)" in text


def test_the_letters_are_explained_once():
    text = written_out([d.GRADIENT_W2, d.GRADIENT_W1])
    assert text.count("the inputs, one sample a row") == 1
    assert isinstance(derivation_stepper(d.GRADIENT_W2), Stepper)
