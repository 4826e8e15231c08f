"""Words on what stands in a module, in a Markdown file beside it.

It is read chapter by chapter, and a chapter paragraph by paragraph:

    ## A title

    Words, which may
    run over several lines.

        indented lines, which are code
    and words on them
"""

import functools


@functools.cache
def chapters(path):
    """{title: [(lines of code, words), …]} of a Markdown file: paragraph by paragraph."""
    parts = path.read_text(encoding="utf-8").split("\n## ")[1:]
    paragraphs = (part.strip("\n").split("\n\n") for part in parts)
    return {title: [_parted(paragraph) for paragraph in rest] for title, *rest in paragraphs}


def _parted(paragraph):
    """(the indented lines, without their indent, the others as one) of a paragraph."""
    lines = paragraph.splitlines()
    code = [line[4:] for line in lines if line.startswith("    ")]
    return code, " ".join(line for line in lines if not line.startswith("    "))
