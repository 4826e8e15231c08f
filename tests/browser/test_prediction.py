"""Predictions in a real JupyterLab: said with mouse or keys, told beside the answer."""

import pytest
from playwright.sync_api import expect

CELLS = [
    "from nnlib.exercises import met, predict",
    'predict("its numbers")',
    'predict("the largest slope")',
    'predict("the answer after a step")',
    'met("its numbers", 23_860)',
    'met("the largest slope", "w5 and w6")',
    'met("the answer after a step", -0.68)',
]
BOARDS, ANSWERS = range(1, 4), range(4, 7)
OPEN = "Say it before you run the next cell, or leave it open."
RUN_CELL = """async (n) => {
    jupyterapp.shell.currentWidget.content.activeCellIndex = n;
    await jupyterapp.commands.execute('notebook:run-cell');
}"""


class Questions:
    """A notebook that asks three times and answers three times; at first nothing is answered."""

    def __init__(self, lab):
        self.lab, self.page = lab, lab.page
        lab.open_cells(CELLS)
        self.run(0, *BOARDS)
        for n in BOARDS:
            self.says(n, OPEN)

    def run(self, *cells):
        for n in cells:
            self.page.evaluate(RUN_CELL, n)
        self.lab.wait_until_idle()

    def cell(self, n):
        return self.page.locator(".jp-Cell").nth(n)

    def says(self, n, words):
        """Wait until a board's sentence or an answer is this."""
        self.cell(n).locator("[role=status]", has_text=words).wait_for()

    def button(self, n):
        return self.cell(n).get_by_role("button", name="Lock it in")

    def choice(self, words):
        return self.cell(BOARDS[1]).get_by_role("button", name=words, exact=True)

    def answers(self):
        """What stands below the answering cells."""
        self.run(*ANSWERS)
        return [self.cell(n).locator(".jp-OutputArea [role=status]").inner_text() for n in ANSWERS]

    def is_sound(self):
        assert self.lab.errors() + self.lab.console_errors == []


@pytest.fixture
def questions(lab):
    return Questions(lab)


def test_predictions_made_with_the_mouse_stand_beside_the_answers(questions):
    number, choice, axis = BOARDS
    questions.cell(number).get_by_role("textbox").last.fill("20,000")
    questions.button(number).click()
    questions.says(number, "Locked in: 20,000.")
    questions.choice("all nine are equal").click()
    questions.says(choice, "“all nine are equal”: lock it in, or choose another.")
    questions.button(choice).click()
    questions.says(choice, "Locked in: “all nine are equal”.")
    questions.cell(axis).locator(".noUi-base").click()  # its middle
    questions.button(axis).click()
    questions.says(axis, "Locked in: 1.")
    told = questions.answers()
    assert "a surprise: you said 20,000, it is 23,860." in told[0]
    assert "you said “all nine are equal”, it is “w5 and w6”. To choose “all nine" in told[1]
    assert "a surprise: you said 1, it is −0.68." in told[2]
    questions.lab.screenshots()
    questions.is_sound()


def test_the_keyboard_alone_does_it(questions):
    number, choice, axis = BOARDS
    box = questions.cell(number).get_by_role("textbox").last
    box.click()
    questions.page.keyboard.type("23860")
    expect(box).to_have_value("23860")
    questions.page.keyboard.press("Tab")
    expect(questions.button(number)).to_be_focused()
    questions.page.keyboard.press("Space")
    questions.says(number, "Locked in: 23,860.")
    questions.choice("w1 to w4").focus()
    for key in ("Tab", "Space", "Tab", "Tab", "Tab", "Space"):  # one on, and over the others
        questions.page.keyboard.press(key)
    questions.says(choice, "Locked in: “w5 and w6”.")
    questions.cell(axis).get_by_role("slider").focus()
    for _ in range(22):
        questions.page.keyboard.press("ArrowRight")
    questions.page.keyboard.press("Tab")
    questions.page.keyboard.press("Tab")  # over the number beside the slider
    questions.page.keyboard.press("Space")
    questions.says(axis, "Locked in: −0.68.")
    assert all("as predicted" in told for told in questions.answers())
    questions.is_sound()


def test_what_is_left_open_holds_nothing_up_and_what_comes_late_is_called_so(questions):
    told = questions.answers()
    assert [line.split("answer: ")[1] for line in told] == ["23,860.", "“w5 and w6”.", "−0.68."]
    number = BOARDS[0]
    questions.cell(number).get_by_role("textbox").last.fill("23860")
    questions.button(number).click()
    questions.says(number, "Locked in: 23,860, said when the answer was there already.")
    assert "said when the answer was there already: you said 23,860" in questions.answers()[0]
    questions.is_sound()


def test_what_is_locked_in_stays_when_all_cells_run_again(questions):
    choice = BOARDS[1]
    questions.choice("b1 to b3").click()
    questions.button(choice).click()
    questions.says(choice, "Locked in: “b1 to b3”.")
    questions.lab.run_all()
    questions.says(choice, "Locked in: “b1 to b3”.")
    assert questions.button(choice).is_disabled()
    assert "you said “b1 to b3”, it is “w5 and w6”." in questions.answers()[1]
    questions.is_sound()


def test_every_control_has_a_name_for_a_screen_reader(questions):
    number, choice, axis = BOARDS
    assert questions.cell(number).get_by_role("textbox", name="your number").count() == 1
    assert questions.cell(axis).get_by_role("slider").count() == 1
    for words in ("w1 to w4", "w5 and w6", "b1 to b3", "all nine are equal"):
        assert questions.choice(words).count() == 1
    assert all(questions.button(n).count() == 1 for n in BOARDS)
