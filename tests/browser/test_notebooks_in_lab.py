"""Every notebook in a real JupyterLab, as `make lab` opens it: links lead on, Run All is clean."""

import pytest
from claims import WITHOUT_MNIST
from lab import NOTEBOOKS, PATIENCE

ALL = sorted(path.name for path in NOTEBOOKS.glob("[0-9]*.ipynb"))
WITH_THE_PAGE = [n for n in ALL if "(published_results.md)" in (NOTEBOOKS / n).read_text("utf-8")]
PICTURES = "[...document.querySelectorAll('.jp-RenderedMarkdown img')]"
ALL_PICTURES_ARE_SEEN = f"{PICTURES}.length && {PICTURES}.every(picture => picture.naturalWidth)"


def follow(lab, link, heading):
    """Click a link of the open notebook and wait until what it opens shows this heading."""
    lab.page.get_by_role("link", name=link, exact=True).first.click()
    lab.page.get_by_role("heading", name=heading).first.wait_for()


def test_a_newcomer_finds_no_answer_under_a_question(lab):
    lab.open(ALL[1])
    assert lab.outputs() and not any(lab.outputs())


def test_a_link_between_notebooks_opens_the_other_one(lab):
    lab.open(ALL[0])
    follow(lab, "Tensors and indices", "How do matrices multiply")
    assert lab.page.evaluate("jupyterapp.shell.currentWidget.context.path") == ALL[1]


@pytest.mark.parametrize("name", WITH_THE_PAGE)
def test_the_link_to_the_published_results_opens_them_with_their_picture(lab, name):
    lab.open(name)
    follow(lab, "published results", "Published results and ours")
    lab.page.locator(".jp-MarkdownViewer img").wait_for()
    lab.wait_for(ALL_PICTURES_ARE_SEEN, PATIENCE)


@pytest.mark.parametrize("name", ALL)
def test_run_all_without_mnist_and_without_a_network_leaves_no_error(lab, name, tmp_path):
    lab.open(name)
    nowhere = WITHOUT_MNIST | {"XDG_CACHE_HOME": str(tmp_path)}
    lab.ask_kernel(f"import os; os.environ.update({nowhere})")
    lab.run_all()
    lab.scroll_through()
    lab.wait_for(ALL_PICTURES_ARE_SEEN, PATIENCE)
    assert lab.page.locator(".Toastify__toast").all_inner_texts() == []  # nothing lies over it
    assert lab.errors() == []
    assert lab.console_errors == []
