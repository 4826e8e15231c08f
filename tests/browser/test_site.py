"""The static site as a reader sees it: every page in Chromium, on a desktop and a phone, by day and
by night. It is the site that `make site` has built.
"""

import functools
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import axe
import nbformat
import pytest
from bs4 import BeautifulSoup
from web import served

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "build/site"
NOTEBOOKS = sorted(ROOT.glob("notebooks/[0-9][0-9]_*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]
NOTES = sorted(path.stem for path in ROOT.glob("notebooks/for_teachers/*.md"))
PAGES = ["index", "get_it", "search", "notebooks/published_results"]
PAGES += [f"notebooks/{name}" for name in NAMES]
PAGES += [f"notebooks/for_teachers/{name}" for name in NOTES]
LOOKS = [(width, theme) for width in (1280, 390) for theme in ("light", "dark")]

TYPESET = "async () => { await window.MathJax?.startup?.promise; }"

# What is wrong on a page, by kind: each a list of what it was seen at.
LOOK = r"""() => {
    const all = which => [...document.querySelectorAll(which)];
    const words = found => found.map(e => e.src || e.outerHTML.slice(0, 200));
    const scrolls = e => e && (getComputedStyle(e).overflowX !== 'visible'
        || scrolls(e.parentElement));
    const wide = e => e.getBoundingClientRect().right > innerWidth + 1
        && !scrolls(e.parentElement);
    const reads = e => !e.closest('pre, code, script, style, mjx-container');
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const raw = [];
    while (texts.nextNode()) {
        const {data, parentElement} = texts.currentNode;
        if (/\$|\\\(|\\\[/.test(data) && reads(parentElement)) raw.push(data);
    }
    const page = document.documentElement.scrollWidth;
    return {
        formulas_not_set: words(all('.math').filter(e => !e.querySelector('mjx-container'))),
        formula_errors: words(all('mjx-merror, [data-mjx-error], [data-mml-node=merror]')),
        raw_formulas: raw,
        pictures_not_loaded: words(all('img').filter(i => !i.complete || !i.naturalWidth)),
        pictures_without_words: words(all('img').filter(i => !i.alt.trim())),
        parts_wider_than_the_screen: words(all('.main, .main *').filter(wide)),
        wider_than_the_screen: page > innerWidth ? [page] : [],
    };
}"""


class Visit:
    """A page as a browser finds it: what it asked for, and what is wrong at each look."""

    def __init__(self, chromium, address, looks=LOOKS, **settings):
        self.asked, self.refused, self.console, self.wrong = [], [], [], {}
        self.context = chromium.new_context(**settings)
        self.page = self.context.new_page()
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("requestfailed", lambda request: self.refused.append(request.url))
        self.page.on("response", self.hear)
        self.page.on(
            "console", lambda said: said.type == "error" and self.console.append(said.text)
        )
        self.page.on("pageerror", lambda error: self.console.append(str(error)))
        self.page.goto(address)
        self.page.evaluate(TYPESET)
        for width, theme in looks:
            self.page.set_viewport_size({"width": width, "height": 844})
            self.page.emulate_media(color_scheme=theme)
            self.wrong[width, theme] = self.page.evaluate(LOOK)

    def hear(self, response):
        if response.status >= 400:
            self.refused.append(f"{response.status} {response.url}")

    def wrongs(self, *kinds):
        """What is wrong of these kinds, with the looks at which it is; [] is good."""
        return [
            (look, kind, found[kind])
            for look, found in self.wrong.items()
            for kind in kinds
            if found[kind]
        ]


@pytest.fixture(scope="session")
def site():
    if not (SITE / "index.html").is_file():
        pytest.fail("there is no site to look at: run `make site`")
    return SITE


@pytest.fixture(scope="session")
def address(site):
    """The site in a subfolder of a web server, as it lies at github.io."""
    with served(site.parent) as address:
        yield f"{address}/{site.name}"


@pytest.fixture(scope="module", params=PAGES)
def visit(request, chromium, address):
    visit = Visit(chromium, f"{address}/{request.param}.html")
    yield visit
    visit.context.close()


def test_a_page_asks_for_nothing_outside_the_site(visit, address):
    outside = [url for url in visit.asked if not url.startswith((f"{address}/", "data:"))]
    assert outside == []


def test_all_that_a_page_asks_for_is_there(visit):
    assert visit.refused == []


def test_a_page_reports_no_error_to_the_console(visit):
    assert visit.console == []


def test_every_formula_of_a_page_is_set(visit):
    assert visit.wrongs("formulas_not_set", "formula_errors", "raw_formulas") == []


def test_every_picture_of_a_page_is_loaded_and_has_words(visit):
    assert visit.wrongs("pictures_not_loaded", "pictures_without_words") == []


def test_no_page_is_wider_than_its_screen(visit):
    assert visit.wrongs("wider_than_the_screen", "parts_wider_than_the_screen") == []


def test_axe_finds_nothing_on_a_page_that_wcag_forbids(visit):
    visit.page.set_viewport_size({"width": 1280, "height": 844})
    visit.page.emulate_media(color_scheme="light")
    assert axe.violations(visit.page, "html") == []
    visit.page.emulate_media(color_scheme="dark")
    assert axe.violations(visit.page, "html", rules=["color-contrast"]) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_works_from_a_file_with_no_network(chromium, site, name):
    visit = Visit(chromium, (site / f"{name}.html").as_uri(), LOOKS[:1], offline=True)
    visit.context.close()
    assert visit.refused == visit.console == []
    assert visit.wrongs("formulas_not_set", "formula_errors", "pictures_not_loaded") == []


def test_dark_is_dark(chromium, address):
    visit = Visit(chromium, f"{address}/index.html")
    visit.page.emulate_media(color_scheme="dark")
    paper = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
    visit.context.close()
    assert max(map(int, paper.removeprefix("rgb(").removesuffix(")").split(","))) < 60


SCROLLS = "tables => tables.map(table => table.scrollWidth - table.clientWidth)"


@pytest.mark.parametrize("name", NOTES)
def test_the_tables_of_the_notes_for_teachers_fit_a_phone(chromium, address, name):
    visit = Visit(chromium, f"{address}/notebooks/for_teachers/{name}.html", [(390, "light")])
    scrolls = visit.page.eval_on_selector_all(".table-wrapper", SCROLLS)
    visit.context.close()
    assert set(scrolls) == {0}


@pytest.mark.parametrize("where", ["address", "file"])
def test_the_search_finds_the_notebook_on_softmax(chromium, site, address, where):
    start = address if where == "address" else site.as_uri()
    page = chromium.new_page()
    page.goto(f"{start}/search.html?q=softmax")
    page.locator("#search-results a[href*='07_softmax']").first.wait_for()
    page.close()


# what the pages hold, as they lie in the folder


@functools.cache
def soup(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@functools.cache
def anchors(path):
    return {tag["id"] for tag in soup(path).select("[id]")}


def linked(path):
    """(the link, the file that it names, the anchor in it) of each link that stays in the site."""
    for tag in soup(path).select("[href], [src]"):
        link = tag.get("href") or tag.get("src") or ""
        address = urlsplit(link)
        if not address.scheme:
            file = (path.parent / unquote(address.path)).resolve() if address.path else path
            yield link, file / "index.html" if file.is_dir() else file, unquote(address.fragment)


def test_every_link_leads_to_a_file_of_the_site_and_to_an_anchor_in_it(site, tell):
    broken, count = [], 0
    for path in site.rglob("*.html"):
        for link, file, anchor in linked(path):
            count += 1
            inside = file.is_relative_to(site) and file.is_file()
            if not inside or anchor and anchor not in anchors(file):
                broken.append((path.name, link))
    assert broken == []
    tell(f"the site: {count:,} links and anchors of its own followed")


def test_no_link_begins_at_the_servers_root(site):
    links = [link for path in site.rglob("*.html") for link, *_ in linked(path)]
    assert [link for link in links if link.startswith("/")] == []


def test_next_leads_through_all_notebooks_in_their_order(site):
    path, seen = site / "index.html", []
    while following := soup(path).select_one("a.next-page"):
        path = (path.parent / following["href"]).resolve()
        seen.append(path.stem)
    assert seen == [*NAMES, "published_results", "get_it", *NOTES]


def page_of(notebook):
    return soup(SITE / f"notebooks/{notebook.stem}.html")


def outputs(notebook, kind):
    cells = nbformat.read(notebook, as_version=4).cells
    found = [output for cell in cells for output in cell.get("outputs", ())]
    return [output for output in found if kind in output.get("data", {})]


by_name = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=NAMES)


@by_name
def test_every_stored_picture_stands_on_the_page(site, notebook):
    pictures = page_of(notebook).select(".cell_output img")
    assert len(pictures) == len(outputs(notebook, "image/png"))


@by_name
def test_what_a_picture_shows_is_told_in_the_words_that_are_stored_with_it(site, notebook):
    told = [
        output.metadata.get("image/png", {}).get("alt") for output in outputs(notebook, "image/png")
    ]
    shown = [picture["alt"] for picture in page_of(notebook).select(".cell_output img")]
    assert [words or "The picture that the code above draws" for words in told] == shown


@by_name
def test_a_stepper_stands_there_as_its_table(site, notebook):
    shown = [part for part in page_of(notebook).select(".cell_output") if part.find("table")]
    stored = [output.data["text/markdown"] for output in outputs(notebook, "text/markdown")]
    assert len(shown) >= sum("|--" in words.replace(":", "").replace(" ", "") for words in stored)


@by_name
def test_a_prediction_stands_there_as_its_question(site, notebook):
    shown = [part.text for part in page_of(notebook).select(".cell_output")]
    stored = [output.data["text/markdown"] for output in outputs(notebook, "text/markdown")]
    questions = sum(words.startswith("**Predict:**") for words in stored)
    assert sum(text.strip().startswith("Predict:") for text in shown) == questions


@by_name
def test_hints_and_solutions_are_folded(site, notebook):
    cells = nbformat.read(notebook, as_version=4).cells
    written = sum(cell.source.count("<details") for cell in cells if cell.cell_type == "markdown")
    folded = page_of(notebook).select("details:not([open])")
    assert len(folded) == written > 0


@by_name
def test_a_page_has_doors_to_work_with_its_notebook(site, notebook):
    doors = page_of(notebook).select_one("nav.doors")
    assert [part.text.partition(":")[0] for part in doors.select("a, span")] == [
        "Run it here",
        "Binder",
        "Get it",
    ]
    assert doors.a["href"] == f"../lite/lab/index.html?path={notebook.name}"


@pytest.fixture(scope="session")
def one_file(site, tmp_path_factory):
    """What `make html NB=05` writes, alone in a folder."""
    command = [ROOT / ".venv-site/bin/python", ROOT / "site/one_file.py", "05"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    written = ROOT / f"build/html/{NAMES[5]}.html"
    return Path(shutil.copy(written, tmp_path_factory.mktemp("handed-out")))


def test_one_page_as_one_file_is_whole_with_no_network(chromium, one_file):
    visit = Visit(chromium, one_file.as_uri(), offline=True)
    visit.context.close()
    assert [url for url in visit.asked if not url.startswith("data:")] == [one_file.as_uri()]
    assert visit.console == []
    assert visit.wrongs(*visit.wrong[LOOKS[0]]) == []


def test_one_page_as_one_file_links_only_to_itself_and_the_web(one_file):
    page = soup(one_file)
    links = [tag["href"] for tag in page.select("[href]")]
    allowed = ("#", "https://", "data:")
    assert [link for link in links if not link.startswith(allowed)] == []
    assert len(page.select("details")) == len(page_of(NOTEBOOKS[5]).select("details")) > 0
