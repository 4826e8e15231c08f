"""What Sphinx needs to know of the site; `python site` calls it. No notebook is run."""

import archives
import repository

project = html_title = "How a neural network learns"
language = "en"
extensions = ["myst_nb", "sphinx.ext.githubpages"]  # the second: else GitHub leaves out _static
exclude_patterns = ["README.md"]  # parts of it are included
highlight_language = "none"  # of README's shell commands; a cell's is Python all the same
nitpicky = True

nb_execution_mode = "off"
nb_merge_streams = True
nb_render_markdown_format = "myst"  # else the formulas in the steppers' tables stay text
myst_enable_extensions = ["amsmath", "dollarmath", "html_image"]

# All of MathJax in one file of the site's own. Its menu would fetch more from elsewhere.
MATHJAX = archives.unpacked("mathjax") / "es5/tex-svg-full.js"
mathjax_path = MATHJAX.name
mathjax3_config = {
    "options": {"enableMenu": False},
    "tex": {"packages": {"[-]": ["noundefined"]}},  # a letter it does not know is an error, not red
}

html_theme = "furo"
html_favicon = "static/favicon.svg"
html_static_path = ["static", str(MATHJAX)]
html_css_files = ["site.css"]
templates_path = ["templates"]
html_copy_source = html_show_sourcelink = html_use_index = False
html_show_copyright = False
# The doors on a notebook's page. `make lite` puts the notebooks that run in the browser into lite.
html_context = {"run_here": "lite/lab/index.html", "binder": repository.binder_work()}


def setup(app):
    app.connect("source-read", say_where)
    app.connect("html-page-context", level_of_captions, priority=900)  # after furo's own


def say_where(app, page, text):
    """On the page "Get it": from where."""
    place = f"<https://github.com/{repository.name()}>"
    unknown = "Where they lie on the web is not set in this copy (`make repository`)."
    where = f"Get the notebooks from {place}, then:" if repository.name() else unknown
    text[0] = text[0].replace("WHERE-IT-LIES", where)


def level_of_captions(app, page, template, context, doctree):
    """Sphinx calls a caption among the contents a heading, and leaves out of which level."""
    heading, contents = 'role="heading"', context["furo_navigation_tree"]
    context["furo_navigation_tree"] = contents.replace(heading, f'{heading} aria-level="2"')
