"""Where the project lies on GitHub: owner and name stand in pyproject.toml, and nowhere else.

    python .ci/repository.py ada/nets    writes them there, and what is made of them: README's four
                                         doors and the address in CITATION.cff

The site asks for `binder_work` when it is built.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIES, FIRST = "work", "00_start_here.ipynb"  # where binder/postBuild lays the notebooks
BEGIN, END = "<!-- make repository writes this -->\n\n", "\n\n<!-- until here -->"
BADGE = "https://img.shields.io/badge/{}-{}"
LITE = "lite/lab/index.html?path="  # of the site: a notebook that runs in the browser
NOT_SET = "#running-it-for-a-class"
# what README's doors say, what each opens, and what it costs
DOORS = {
    "Read": "every page, with its pictures",
    "In your browser": "runs there, nothing to install",
    "Binder": "a server of its own, for a while",
    "Install": "yours to keep: Python and `make lab`",
}


def main(repository):
    if not re.fullmatch(r"[\w-]+/[\w.-]+", repository):
        sys.exit(f"expected NAME=owner/repo, such as NAME=ada/nets, got {repository!r}")
    line = re.compile(r'^repository = ".*?"', re.MULTILINE)
    rewrite("pyproject.toml", lambda text: line.sub(f'repository = "{repository}"', text))
    rewrite("README.md", with_doors)
    rewrite("CITATION.cff", with_address)
    print(f"pyproject.toml, README.md and CITATION.cff say {repository}; build the site anew")


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


def pages(inside=""):
    """Where GitHub puts the site, or a page inside it; "" where nothing is set."""
    owner, _, repo = name().partition("/")
    return f"https://{owner}.github.io/{repo}/{inside}" if owner else ""


def with_doors(readme):
    """README with the doors to the repository that pyproject.toml names, as a table."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    first = [place and place + FIRST for place in (pages(LITE), binder_work())]
    opened = [pages(), *first, "#get-it"]
    badges = [badge(*door) for door in zip(DOORS, opened, strict=True)]
    rows = [badges, [":-:"] * len(DOORS), DOORS.values()]
    return before + begin + "\n".join(f"| {' | '.join(row)} |" for row in rows) + end + after


def badge(door, opens):
    """A door as a badge with a link; it says so where nothing is set."""
    word, colour = (door, "0072B2") if opens else (f"{door}: not set", "lightgrey")
    picture = BADGE.format(word.replace(" ", "_"), colour)
    return f"[![{word}]({picture})]({opens or NOT_SET})"


def with_address(citation):
    """CITATION.cff with the address of the repository as its last line, if it is set."""
    kept = re.sub(r"^repository-code: .*\n", "", citation, flags=re.MULTILINE)
    return kept + (f"repository-code: https://github.com/{name()}\n" if name() else "")


if __name__ == "__main__":
    main(sys.argv[1])
