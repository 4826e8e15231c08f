"""Where the project lies on GitHub: owner and name stand in pyproject.toml, and nowhere else.

    python .ci/repository.py ada/nets    writes them there, and into README the badges made of them

The site asks for `binder_work` when it is built.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIES, FIRST = "work", "00_start_here.ipynb"  # where binder/postBuild lays the notebooks
BEGIN, END = "<!-- make repository writes this -->\n\n", "\n\n<!-- until here -->"
BADGE = "https://img.shields.io/badge/Binder-not_set-lightgrey"
NOT_SET = f"[![Binder: not set]({BADGE})](#running-it-for-a-class)"
SET = "[![Open in Binder](https://mybinder.org/badge_logo.svg)]({binder})"


def main(repository):
    if not re.fullmatch(r"[\w-]+/[\w.-]+", repository):
        sys.exit(f"expected NAME=owner/repo, such as NAME=ada/nets, got {repository!r}")
    line = re.compile(r'^repository = ".*?"', re.MULTILINE)
    rewrite("pyproject.toml", lambda text: line.sub(f'repository = "{repository}"', text))
    rewrite("README.md", with_badges)
    print(f"pyproject.toml and README.md say {repository}; the site does when it is built again")


def rewrite(name, change):
    path = ROOT / name
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def name():
    """owner/repo, "" where it is not set."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["tool"]["nnlib"]["repository"]


def binder_work():
    """Where Binder opens a notebook, up to the notebook's name; "" where nothing is set."""
    return f"https://mybinder.org/v2/gh/{name()}/HEAD?urlpath=lab/tree/{COPIES}/" if name() else ""


def with_badges(readme):
    """README with the badges of the repository that pyproject.toml names."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    badges = SET.format(binder=binder_work() + FIRST) if name() else NOT_SET
    return before + begin + badges + end + after


if __name__ == "__main__":
    main(sys.argv[1])
