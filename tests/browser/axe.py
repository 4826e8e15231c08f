"""What axe-core finds on a page against WCAG 2.1, levels A and AA."""

import archives

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

# axe looks at each element, for seconds on a long page: the thousands inside formulas, which are
# drawings, and all but the first of each kind of word in code are made fewer, of the same size.
FEWER = """() => {
    const formulas = [...document.querySelectorAll('mjx-container')];
    const sizes = formulas.map(formula => formula.getBoundingClientRect());
    formulas.forEach((formula, n) => {
        formula.replaceChildren();
        Object.assign(formula.style, {
            display: 'inline-block', width: `${sizes[n].width}px`, height: `${sizes[n].height}px`,
        });
    });
    const kinds = new Set();
    for (const word of document.querySelectorAll('pre span, .cm-line span')) {
        if (kinds.has(word.className)) word.replaceWith(word.textContent);
        kinds.add(word.className);
    }
}"""
FIND = """async ([parts, rules]) => {
    const {violations} = await axe.run({include: parts.map(part => [part])}, {
        runOnly: rules, resultTypes: ['violations'],
    });
    return violations.flatMap(({id, nodes}) => nodes.map(
        ({html, failureSummary}) => [id, html.slice(0, 300), failureSummary.replace(/\\s+/g, ' ')]
    ));
}"""


def violations(page, *parts, rules=LEVELS):
    """[rule, element, what to do] of each violation inside these parts; [] is good.

    `rules` are axe's tags or names. The page is for nothing else afterwards.
    """
    if not page.evaluate("window.axe?.version"):
        page.evaluate((archives.unpacked("axe-core") / "axe.min.js").read_text("utf-8"))
        page.evaluate(FEWER)
    present = [part for part in parts if page.locator(part).count()]
    return page.evaluate(FIND, [present, rules]) if present else []
