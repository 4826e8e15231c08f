"""One page of the site as one file, to be handed out: its formulas and pictures are inside.

python site/one_file.py 05    writes build/html/05_….html, from the site as it was built last
"""

import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / ".ci"))

from inlined import as_data, script_in  # noqa: E402

BUILD = ROOT / "build"
PAGES = BUILD / "site/notebooks"
# The rest of the site, and what leads there; the search's scripts with it.
ELSEWHERE = (
    ".sidebar-drawer, .sidebar-overlay, [for=__navigation], .related-pages, .doors, "
    "link[rel=next], link[rel=prev], link[rel=index], link[rel=search], "
    "script[src*=doctools], script[src*=documentation_options], script[src*=sphinx_highlight]"
)

ALONE = "<style>.main { justify-content: center; }</style>"  # where the contents were at its left


def main(number):
    page = find(number)
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    for part in soup.select(ELSEWHERE):
        part.decompose()
    for part in (links, pictures, styles, scripts):
        part(soup, page.parent)
    soup.head.append(BeautifulSoup(ALONE, "html.parser"))
    target = BUILD / "html" / page.name
    target.parent.mkdir(exist_ok=True)
    target.write_text(str(soup), encoding="utf-8")
    print(f"html: {target}, {target.stat().st_size / 1000:,.0f} kB")


def find(number):
    """The page of the notebook of this number, 5 or 05."""
    found = sorted(PAGES.glob(f"{number:0>2}_*.html")) if number.isdecimal() else []
    if not found:
        sys.exit(f"expected the number of a notebook, such as NB=05, got {number!r}")
    return found[0]


def links(soup, folder):
    """What leads to another page of the site becomes text."""
    for link in soup.select("a[href]"):
        address = urlsplit(link["href"])
        if not address.scheme and address.path:
            link.unwrap()


def pictures(soup, folder):
    for picture in soup.select("img[src], link[rel~=icon]"):
        name = "src" if picture.name == "img" else "href"
        picture[name] = as_data(inside(folder, picture[name]))


def styles(soup, folder):
    for link in soup.select("link[rel=stylesheet]"):
        style = soup.new_tag("style")
        style.string = inside(folder, link["href"]).read_text(encoding="utf-8")
        link.replace_with(style)


def scripts(soup, folder):
    """At the end of the page: a script that stands in the page does not wait for it."""
    for script in soup.select("script[src]"):
        moved = soup.new_tag("script")
        moved.string = script_in(inside(folder, script["src"]))
        script.decompose()
        soup.body.append(moved)


def inside(folder, address):
    """The file of the site that an address on a page of this folder names."""
    return folder / unquote(urlsplit(address).path)


if __name__ == "__main__":
    main(sys.argv[1])
