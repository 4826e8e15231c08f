"""The static site: the notebooks with what they print and draw, to be put on any web server.

    python site    builds it into build/site; a warning is an error

What `make lite` has put into build/site/lite stays there.
"""

import json
import re
import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import build_main

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SOURCE, PLACE, LITE = ROOT / "build/site-source", ROOT / "build/site", ROOT / "build/site/lite"
WIDGET = "application/vnd.jupyter.widget-view+json"
UNTOLD = "The picture that the code above draws"

sys.path.insert(0, str(ROOT / ".ci"))  # where conf.py finds archives and repository


def main():
    gather()
    clear()
    options = ["-q", "-W", "--keep-going", "-E", "-b", "html", "-c", HERE]
    wrong = build_main(list(map(str, [*options, "-d", SOURCE / ".doctrees", SOURCE, PLACE])))
    if wrong:
        sys.exit("site: see the warnings above; each counts as an error")
    leave_word_in_lite()
    for page in sorted(PLACE.glob("**/*.html")):
        print(f"{weight(page) / 1000:6,.0f} kB  {page.relative_to(PLACE)}")
    shared = sum(path.stat().st_size for path in PLACE.glob("_static/*.*"))
    print(f"{shared / 1000:6,.0f} kB  scripts and styles that all pages share")
    print(f"site: {PLACE / 'index.html'}")


def gather():
    """Lay what Sphinx reads into one folder, new."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    hidden = shutil.ignore_patterns(".*", "__*", "*.json")
    shutil.copytree(ROOT / "notebooks", SOURCE / "notebooks", ignore=hidden)
    for path in [ROOT / "README.md", HERE / "templates/index.md", HERE / "templates/get_it.md"]:
        shutil.copy(path, SOURCE)
    for path in SOURCE.glob("notebooks/*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(as_shown(notebook)), encoding="utf-8")


def as_shown(notebook):
    """The notebook with a board's still in the board's place, and words to each picture."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if data.keys() - {WIDGET, "text/plain"}:
                data.pop(WIDGET, None)
            if "image/png" in data:
                words = output["metadata"].get("image/png", {}).get("alt", UNTOLD)
                cell["metadata"]["mystnb"] = {"image": {"alt": words}}
    return notebook


def clear():
    """Remove what an earlier call has built: pages of notebooks that are gone would stay."""
    for path in PLACE.glob("*"):
        if path != LITE:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def weight(page):
    """Bytes of the page and of the pictures on it."""
    pictures = set(re.findall(r'<img[^>]* src="([^"]*)"', page.read_text(encoding="utf-8")))
    return sum(path.stat().st_size for path in [page, *(page.parent / name for name in pictures)])


def leave_word_in_lite():
    """A page where the notebooks that run in the browser would be, if `make lite` has not run."""
    page = LITE / "lab/index.html"
    if not page.exists():
        page.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "templates/lite.html", page)


if __name__ == "__main__":
    main()
