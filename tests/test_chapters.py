"""Words on a module in the Markdown file beside it, chapter by chapter."""

from nnlib._support.chapters import chapters

PAGE = """# What is above the first chapter is for the reader alone

## One

Words over
two lines.

    code - of
     three
      lines
and words

    code alone

## Two

Others.
"""


def test_a_chapter_is_its_paragraphs_each_its_code_and_its_words(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")
    paragraphs = [
        ([], "Words over two lines."),
        (["code - of", " three", "  lines"], "and words"),
        (["code alone"], ""),
    ]
    assert chapters(page) == {"One": paragraphs, "Two": [([], "Others.")]}
