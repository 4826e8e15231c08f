"""A deck of slides, opened from its file without a network: nothing cut, no answer too early."""

import base64

import pytest
import slides
from lab import ARTEFACTS, NOTEBOOKS

PATHS = {path.name[:2]: path for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))}
USUAL = ("02", "04")  # pictures and boards; formulas and long derivations
DECKS = [n if n in USUAL else pytest.param(n, marks=pytest.mark.soak) for n in PATHS]

# What is wrong, slide after slide, in words
WRONG = """async () => {
    const wrong = [], sheet = document.querySelector('.slides').getBoundingClientRect();
    const seen = element => element.checkVisibility() && !element.closest('mjx-assistive-mml');
    for (const slide of Reveal.getSlides()) {
        const {h, v} = Reveal.getIndices(slide);
        Reveal.slide(h, v, 99);  // all its fragments shown
        await new Promise(requestAnimationFrame);
        const say = words => wrong.push(`${h}/${v}: ${words}: ${slide.innerText.slice(0, 60)}`);
        const all = [...slide.querySelectorAll('*')].filter(seen);
        if (!all.length) say('empty');
        for (const element of all) {
            const {bottom, right} = element.getBoundingClientRect();
            const name = `<${element.tagName} ${element.className}>`;
            if (bottom > sheet.bottom + 1 || right > sheet.right + 1) { say(`cut ${name}`); break; }
            if (element.scrollWidth > element.clientWidth + 1
                && getComputedStyle(element).overflowX !== 'visible') say(`too wide ${name}`);
        }
        if (slide.querySelector('[data-mml-node=merror]')) say('an error in a formula');
        const text = [...slide.querySelectorAll('p, li, td')].map(one => one.textContent).join(' ');
        if (/\\$/.test(text)) say('a formula that is not set');
        const asks = [...slide.querySelectorAll('.jp-MarkdownCell :is(p, li)')]
            .filter(one => /\\bpredict\\b/i.test(one.textContent));
        const shown = [...slide.querySelectorAll('.jp-OutputArea-output')]
            .filter(one => !/^\\s*(Predict:|… nothing written yet)/.test(one.textContent));
        if (asks.length && shown.some(one => asks[0].compareDocumentPosition(one) & 4))
            say('an answer beside its question');
        if (Number(slide.style.zoom) < 0.6) say('too small');
    }
    return wrong;
}"""


@pytest.fixture
def deck(request, chromium, tmp_path):
    """A page that shows the deck of the notebook, and all that it asked the network for."""
    file = tmp_path / "deck.html"
    file.write_text(slides.deck(PATHS[request.param]), encoding="utf-8")
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    page, asked, errors = context.new_page(), [], []
    page.on("request", lambda one: asked.append(one.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_function("window.Reveal?.isReady()", timeout=120_000)
    yield page, asked, errors
    context.close()


@pytest.mark.parametrize("deck", DECKS, indirect=True)
def test_a_deck_shows_all_there_is_and_needs_nothing_else(deck, request):
    page, asked, errors = deck
    wrong = page.evaluate(WRONG)
    if wrong:
        ARTEFACTS.mkdir(exist_ok=True)
        sheet = page.context.new_cdp_session(page).send("Page.captureScreenshot")
        name = f"deck-{request.node.callspec.params['deck']}.png"
        (ARTEFACTS / name).write_bytes(base64.b64decode(sheet["data"]))
    assert wrong == []
    assert errors == []
    assert [url[:80] for url in asked[1:] if not url.startswith("data:")] == []
