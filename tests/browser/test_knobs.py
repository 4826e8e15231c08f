"""The knob board in a real JupyterLab: knobs turned by hand and by their slopes, to divergence."""

import numpy as np
import pytest
from lab import BOTH_COMM_SETTINGS, BoardPage

pytestmark = pytest.mark.one_kernel

OPENING = """
import numpy as np
from nnlib import IDENTITY, SUM_OF_SQUARES, TANH, Network
from nnlib.widgets import knob_board

X = np.random.default_rng(3).uniform(-1, 1, (10, 3))
Y = X[:, :1] - 2 * X[:, 1:2]
rng = np.random.default_rng(13)
W = [rng.uniform(-1, 1, (3, 4)), rng.uniform(-1, 1, (4, 1))]
f = [TANH, IDENTITY]
net = Network([3, 4, 1], activations=f, cost=SUM_OF_SQUARES, weights=W, biases=False)
board = knob_board(net, X, Y)
board
"""


@pytest.fixture
def board(lab):
    """A page whose only cell shows a knob board at its start."""
    return KnobsPage(lab, OPENING, opens_with="Knob W2[0,0] reads -0.84")


class KnobsPage(BoardPage):
    """Each knob is a button, and the one in hand a slider."""

    def knob(self, name):
        """The button that takes a knob in hand."""
        return self.page.locator(f"button[title='{name}']")

    def number(self, expression):
        return float(self.ask(f"float({expression})"))

    def cost(self):
        return self.number("board.net.cost_of(X, Y)")


@BOTH_COMM_SETTINGS
def test_a_knob_is_chosen_and_turned_by_hand(board):
    board.screenshot("start")
    board.knob("W1[1,2]").click()
    board.says("Knob W1[1,2] reads +0.23")
    board.turn("W1[1,2] =", "ArrowRight", 20)
    board.says("Knob W1[1,2] reads +0.43")
    assert board.number("board.net.W[0][1, 2]") == pytest.approx(0.43, abs=0.006)
    assert board.knob("W1[1,2]").inner_text() == "+0.43"
    board.screenshot("turned")
    board.is_sound()


def test_a_press_on_the_middle_of_a_handle_takes_that_weight_where_others_lie_on_it(board):
    for i, j in np.ndindex(3, 4):
        name = f"W1[{i},{j}]"
        handle = board.page.locator(f"[aria-label='{name} on its line']")
        box = handle.bounding_box()
        board.point("mouse", (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
        board.says(f"Knob {name} reads")
        board.page.wait_for_function(
            "one => one === document.activeElement", arg=handle.element_handle()
        )
    board.is_sound()


def test_the_board_can_be_used_from_the_keyboard(board):
    board.knob("W2[2,0]").focus()
    board.page.keyboard.press("Enter")
    board.says("Knob W2[2,0] reads")
    board.page.get_by_role("button", name="One step: this knob").focus()
    board.page.keyboard.press("Space")
    board.says("One step of W2[2,0]")
    board.is_sound()


def test_a_step_is_exactly_as_long_as_the_slope_says(board):
    board.press("One step: this knob")
    board.says("One step of W2[0,0]: the cost went from 32.57 to ")
    slope = "net.backward(*net.forward(X), Y)[0][1][0, 0]"
    assert board.number(f"board.net.W[1][0, 0] - (W[1][0, 0] - 0.03 * {slope})") == 0
    board.is_sound()


def test_the_learning_rates_crawl_fall_and_jump_about(board):
    costs = {}
    for name in ("first: 0.0001", "second: 0.03", "third: 0.1"):
        board.press("Reset")
        board.says("The same start again.")
        board.press(name)
        board.says(f"A step of η = {name.split()[-1]}")
        board.press("100 epochs")
        board.says("100 epochs: the cost went from 32.57")
        board.screenshot(name.split(":")[0])
        costs[name.split(":")[0]] = board.cost()
    assert costs["second"] < 0.1 < costs["third"] < 1 < costs["first"]
    board.is_sound()


@BOTH_COMM_SETTINGS
def test_divergence_is_said_in_words_and_reset_mends_it(board):
    board.press("fourth: 0.3")
    board.says("A step of η = 0.3")
    board.press("One step: all 16 knobs")
    board.says("the step was too long")
    board.press("100 epochs")
    board.says("Diverged in step")
    board.says("Press Reset and choose a smaller η")
    board.screenshot("diverged")
    board.press("Reset")
    board.says("The same start again.")
    assert board.cost() == board.number("net.cost_of(X, Y)")
    assert board.page.get_by_role("button", name="100 epochs").is_enabled()
    board.screenshot("reset")
    board.is_sound()


def test_every_slider_can_be_pressed_to_both_ends(board):
    for slider in ("W2[0,0] =", "η"):
        for key in ("Home", "End"):
            board.turn(slider, key)
            board.page.wait_for_timeout(300)
    board.says("reads +3.00")
    board.says("A step of η = 10 ")
    board.screenshot("ends")
    board.is_sound()


def test_the_slider_keeps_the_digits_that_a_step_gave_the_knob(board):
    board.press("100 epochs")
    board.says("100 epochs: ")
    board.page.wait_for_timeout(500)
    fresh = "sum(abs(a - b).max() for a, b in zip(board.net.W, trained.W))"
    board.lab.ask_kernel(
        "from nnlib.training import descent_step\n"
        "trained = net.copy()\n"
        "for _ in range(100): descent_step(trained, X, Y, 0.03)"
    )
    assert board.number(fresh) == 0


def test_the_browser_never_answers_a_set_slider_with_another_reading(board):
    """An answer would be taken for a hand on the knob, and would undo a step made meanwhile."""
    board.lab.ask_kernel(
        "import hand, ipywidgets\n"
        "from nnlib.widgets.knobs import Knobs\n"
        "heard = []\n"
        "[slider, _] = hand.controls(board, ipywidgets.IntSlider)  # the other is the time line\n"
        "slider.observe(heard.append, 'value')\n"
        "for slider.value in range(-300, 301, 7): pass\n"
        "alone = Knobs(board.net.copy(), X, Y)\n"
        "alone.chosen = 1, 0, 0"
    )
    board.page.wait_for_timeout(2000)
    assert board.number("len(heard)") == len(range(-300, 301, 7))
    board.lab.ask_kernel("heard.clear()")
    for _ in range(3):
        board.press("One step: this knob")
    board.page.wait_for_timeout(1000)
    board.lab.ask_kernel("for _ in range(3): alone.step_this(0.03)")
    assert board.number("0 < len(heard) <= 3")
    assert board.number("all((a == b).all() for a, b in zip(board.net.W, alone.net.W))")


def test_running_the_cell_again_leaves_one_board(board):
    board.lab.run_all()
    board.says("Knob W2[0,0] reads -0.84")
    assert board.page.get_by_role("button", name="Reset", exact=True).count() == 1
    board.is_sound()
