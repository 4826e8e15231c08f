"""The playground in a real JupyterLab: every task, own points by pointers and keys, the net."""

import pytest
from lab import BoardPage
from test_fits import WRONG

pytestmark = pytest.mark.one_kernel

OPENING = """
from nnlib.widgets import playground
board = playground()
board
"""


@pytest.fixture
def board(lab):
    """A page whose only cell shows a playground at its start."""
    return PlaygroundPage(lab, OPENING, opens_with="Step 0, epoch 0: cost ")


class PlaygroundPage(BoardPage):
    """Buttons stand on the picture, too, and the plane is a part of it with a name."""

    def plane(self):
        return self.page.get_by_role("application", name="the plane: ")

    def place(self, x, y):
        """Where on the page a place of the plane is: from 0 to 1, from its left and its top."""
        box = self.plane().bounding_box()
        return box["x"] + x * box["width"], box["y"] + y * box["height"]


def test_every_task_is_learned_while_one_looks(board):
    for task in ("exclusive or", "circles", "spirals", "moons", "a curve to fit", "two clouds"):
        board.choose("task", task)
        board.says("Step 0, epoch 0: cost ")
        before = float(board.ask("board.net.cost_of(board.X, board.Y)"))
        board.press("Play")
        board.wait_until("'Step 0,' not in hand.words(board)")
        board.page.wait_for_timeout(700)
        board.press("Pause")
        board.button("Play").wait_for()
        assert float(board.ask("board.net.cost_of(board.X, board.Y)")) < before
        board.screenshot(task)
    board.is_sound()


@pytest.mark.parametrize("pointer", ["mouse", "touch", "pen"])
def test_points_are_put_dragged_and_taken_away(board, pointer):
    board.choose("task", "own points")
    board.says("No points yet")
    board.point(pointer, board.place(0.25, 0.25))
    board.wait_until("len(board.X)", "1")
    board.button("points of kind 1").click()
    board.point(pointer, board.place(0.75, 0.75))
    board.wait_until("board.Y.ravel().tolist()", "[0.0, 1.0]")
    board.point(pointer, board.place(0.25, 0.25), board.place(0.4, 0.4), board.place(0.25, 0.75))
    board.wait_until("bool(board.X[-1, 1] < -0.4)")
    board.point(pointer, board.place(0.75, 0.75), board.place(0.9, 0.6), board.place(1.3, 0.5))
    board.wait_until("len(board.X)", "1")
    board.screenshot(pointer)
    board.is_sound()


def test_the_keyboard_does_it_all(board):
    board.choose("task", "own points")
    board.says("No points yet")
    for key in ("ArrowRight", "ArrowUp", "Enter"):
        board.plane().press(key)
    board.wait_until("board.X.round(2).tolist()", "[[0.05, 0.05]]")
    board.plane().press("Delete")
    board.wait_until("len(board.X)", "0")
    board.button("a neuron in hidden layer 1 more").press("Enter")
    board.wait_until("board.net.sizes", "[2, 5, 4, 1]")
    weight = board.page.get_by_role("slider", name="net.W[0][0, 0]")
    before = float(board.ask("board.net.W[0][0, 0]"))
    weight.press("ArrowUp")
    board.wait_until(f"round(board.net.W[0][0, 0] - {before}, 6)", "0.1")
    board.is_sound()


def test_the_net_is_changed_pointed_at_and_turned_where_it_is_drawn(board):
    board.button("a hidden layer less").click()
    board.button("activation of hidden layer 1: tanh").click()
    board.wait_until("board.net.sizes, board.net.activations[0].name", "[2, 4, 1] relu")
    weight = board.page.get_by_role("slider", name="net.W[0][0, 0]").bounding_box()
    x, y = weight["x"] + weight["width"] / 2, weight["y"] + weight["height"] / 2
    board.page.mouse.move(*board.place(0.5, 0.5))
    board.page.get_by_text("the net answers").wait_for()
    board.page.mouse.move(x, y)
    board.page.get_by_text("net.W[0][0, 0] =").wait_for()
    assert board.page.evaluate(WRONG) == []
    before = float(board.ask("board.net.W[0][0, 0]"))
    board.point("mouse", (x, y), (x, y - 40), (x, y - 80))
    board.wait_until(f"bool(board.net.W[0][0, 0] > {before})")
    board.screenshot("turned")
    board.is_sound()


def test_rewind_ends_the_play(board):
    board.press("Play")
    board.wait_until("'Step 0,' not in hand.words(board)")
    board.press("Rewind")
    board.says("Step 0, ")
    board.page.wait_for_timeout(500)
    board.button("Play").wait_for()
    board.says("Step 0, ")
    board.is_sound()


def test_it_goes_back_shows_more_and_does_what_its_lines_say(board):
    for _ in range(3):
        board.press("One step")
    board.says("Step 3, ")
    board.turn("time line", "ArrowLeft")
    board.says("Looking back. Step 2, ")
    board.press("More")
    board.page.get_by_text("descent = sgd(").wait_for()
    board.screenshot("more")
    board.lab.ask_kernel("exec(board.code)")
    assert board.ask("(net.W[0] == board.net.W[0]).all()") == "True"
    board.press("Rewind")
    board.says("Step 0, ")
    board.is_sound()
