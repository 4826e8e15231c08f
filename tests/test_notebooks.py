"""The stored notebooks keep the house rules, and each rule sees what it is there for."""

import base64
import io
import tempfile
from pathlib import Path

import nbformat
import notebook_rules
import numpy as np
import pytest
from PIL import Image

import notebooks
from nnlib import Network, load_digits
from nnlib._support import files, saving

ROOT = Path(__file__).resolve().parents[1]
NAMES = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


@pytest.mark.parametrize("name", NAMES)
def test_notebook_keeps_the_notebook_rules(name):
    assert notebook_rules.all_problems([ROOT / "notebooks" / name]) == []


def test_no_function_is_defined_in_two_notebooks():
    problems = notebook_rules.all_problems(ROOT / "notebooks" / name for name in NAMES)
    assert [problem for problem in problems if "each defines" in problem] == []


def markdown(source):
    return nbformat.v4.new_markdown_cell(source)


def code(source, count, *outputs, **metadata):
    cell = nbformat.v4.new_code_cell(source, outputs=list(outputs), metadata=metadata)
    cell.execution_count = count
    return cell


def printed(text):
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def good_cells():
    return [
        markdown("# A title\n\n![a drawing](attachment:drawing.png)"),
        markdown("You will **do** this, **learn** that and **need** nothing."),
        code("import math", 1),
        markdown("## Is it so?"),
        code("print(math.pi)", 2, printed("3.14\n")),
    ]


def good_start():
    """Good cells, after which code may follow."""
    return [*good_cells(), markdown("And:")]


def problems_with(folder, cells, metadata=KERNEL, name="01_is_it_so.ipynb"):
    path = folder / name
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
    return notebook_rules.all_problems([path])


def test_a_good_notebook_has_no_problems(tmp_path):
    assert problems_with(tmp_path, good_cells()) == []


@pytest.mark.parametrize(
    "place, cell, problem",
    [
        (0, markdown("No title\n\n![a](attachment:a.png)"), "is not a title"),
        (0, markdown("# A title"), "shows 0 pictures"),
        (0, markdown("# A title\n\n![](attachment:a.png)"), "no alternative text"),
        (0, markdown('# A title\n\n<img src="attachment:a.png">'), "no alternative text"),
        (0, markdown("# A title\n\n![a](pictures/none.png)"), "does not exist"),
        (3, markdown("Is [it](none.md) so?"), "leads to no file"),
        (3, markdown("Is [it](../test_notebooks.py) so?"), "leads to no file"),
        (1, markdown("You will **do** this and **learn** that."), "what you will need"),
        (2, code("import math\nx = 1", 1), "not a cell of imports"),
        (3, markdown("It is so."), "asks no question"),
        (4, code("def f():\n    import math", 2), "cell 2 is the place for that"),
        (4, code("1 + 1", 3), "was not run once from top to bottom"),
        (4, code("\n".join("x = 1" for _ in range(16)), 2), "16 lines of code"),
        (4, code("", 2), "is empty"),
        (4, code("1", 2, jupyter={"source_hidden": True}), "hides its code"),
        (4, code("!pip install numpy", 2), "installs something"),
        (4, code("%pip install numpy", 2), "installs something"),
        (4, code("!wget example.org", 2), "downloads by hand"),
        (4, code("from math import *", 2), "hides where a name comes from"),
        (4, code("sys.path.append('..')", 2), "nnlib is installed"),
        (4, code('warnings.simplefilter("ignore")', 2), "silences warnings"),
        (4, code("x = 1  # TODO", 2), "leaves work undone"),
        (4, code("ax.plot(x, color='#0072B2')", 2), "nnlib.palette has them"),
        (2, code("from nnlib.costs import QUADRATIC", 1), "write `from nnlib import QUADRATIC`"),
        (4, code("open('/home/ada/digits.npy')", 2), "names an absolute path"),
        (4, code("open('~/digits.npy')", 2), "names an absolute path"),
        (4, code(r"open(r'C:\digits.npy')", 2), "names an absolute path"),
        (4, code("1", 2, printed("saved in /home/ada/digits.npy")), "shows a path"),
        (4, code("1", 2, printed("np.float64(0.5)")), "bare NumPy number"),
        (4, code("1", 2, printed("cell.py:1: RuntimeWarning: overflow")), "shows a warning"),
        (4, code("1", 2, printed("Here are the 1,797 built-in digits instead")), "without MNIST"),
        (4, code("1", 2, nbformat.v4.new_output("error", ename="E", evalue="")), "an error"),
        (
            4,
            code("1", 2, nbformat.v4.new_output("display_data", {notebook_rules.WIDGET: {}})),
            "a widget without a picture or a text",
        ),
        (
            4,
            code("1", 2, nbformat.v4.new_output("display_data", {"image/png": ""})),
            "a picture without alternative text",
        ),
        (4, code("1", 2, printed("x" * 600_000)), "at most 600 kB"),
    ],
)
def test_a_broken_rule_is_seen(tmp_path, place, cell, problem):
    cells = good_cells()
    cells[place] = cell
    assert [found for found in problems_with(tmp_path, cells) if problem in found] != []


@pytest.mark.parametrize(
    "metadata, problem",
    [
        ({}, "not python3"),
        ({"kernelspec": KERNEL["kernelspec"] | {"name": "myenv"}}, "not python3"),
        (KERNEL | {"widgets": {}}, "holds metadata.widgets"),
    ],
)
def test_bad_metadata_is_seen(tmp_path, metadata, problem):
    assert problem in "".join(problems_with(tmp_path, good_cells(), metadata))


def test_code_right_below_a_folded_solution_is_seen(tmp_path):
    fold = markdown("<details><summary>The solution</summary>\n\nIt is 2.\n\n</details>")
    found = problems_with(tmp_path, [*good_cells(), fold, code("1 + 1", 3)])
    assert found == ["01_is_it_so.ipynb: cell 6: code right below a folded solution may show it"]
    assert problems_with(tmp_path, [*good_cells(), fold, markdown("Next."), code("2", 3)]) == []


def test_code_right_below_code_is_seen_but_for_predictions_and_claims(tmp_path):
    more = [code('predict("a")', 3), code("2", 4), code("assert True", 5)]
    more[2].metadata["tags"] = ["claim"]
    assert problems_with(tmp_path, [*good_cells(), *more]) == []
    more[2].metadata["tags"] = []
    found = problems_with(tmp_path, [*good_cells(), *more])
    assert found == ["01_is_it_so.ipynb: cell 7: code follows code without a sentence between"]


@pytest.mark.parametrize("target", ["page.md", "page.md#part", "#part", "https://example.org/a"])
def test_a_link_that_leads_somewhere_is_no_problem(tmp_path, target):
    (tmp_path / "page.md").write_text("# A page")
    assert problems_with(tmp_path, [*good_cells(), markdown(f"See [there]({target}).")]) == []


def test_a_bad_file_name_is_seen(tmp_path):
    problems = problems_with(tmp_path, good_cells(), name="Untitled.ipynb")
    assert "not of the form" in "".join(problems)


def test_a_function_defined_twice_is_seen(tmp_path):
    paths = [tmp_path / "01_a.ipynb", tmp_path / "02_b.ipynb"]
    for path in paths:
        cells = [*good_cells(), markdown("Next."), code("def f():\n    pass", 3)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), path)
    found = notebook_rules.all_problems(paths)
    assert found == ["01_a.ipynb, 02_b.ipynb: each defines `f`: put it into nnlib"]


def test_an_error_that_is_wanted_is_no_problem(tmp_path):
    error = nbformat.v4.new_output("error", ename="ValueError", evalue="as announced")
    cells = [*good_start(), code("raise ValueError", 3, error, tags=["raises-exception"])]
    assert problems_with(tmp_path, cells) == []


def test_the_cell_of_imports_may_end_in_the_seed(tmp_path):
    cells = good_cells()
    cells[2] = code("import math\n\nSEED = 1", 1)
    assert problems_with(tmp_path, cells) == []


@pytest.mark.parametrize(
    "harmless",
    ["print(a / b)", "ax.set_ylabel('samples/s')", "f'{n} /{m}'", "await task", "%time x"],
)
def test_harmless_code_is_no_problem(tmp_path, harmless):
    assert problems_with(tmp_path, [*good_start(), code(harmless, 3)]) == []


@pytest.mark.parametrize(
    "written, seen",
    [
        ("a\nb\n", "a\nb\n"),
        ("\r 10 %\r 90 %\r100 %\n", "100 %\n"),
        ("before\n\r10 %\r      \rafter", "before\nafter"),
        ("\r10 %\r     \r", ""),
        ("a\r\nb", "a\nb"),
    ],
)
def test_progress_bars_are_stored_as_they_end(written, seen):
    assert notebooks.after_carriage_returns(written) == seen


def test_running_a_notebook_stores_outputs_counts_and_little_else(tmp_path):
    path = tmp_path / "01_is_it_so.ipynb"
    cells = good_cells()
    cells[4] = code("print(1 + 1)", 7, printed("stale"), secret="x", tags=["kept"])
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"widgets": {}}), path)
    notebooks.run(path)
    stored = nbformat.read(path, as_version=4)
    assert notebook_rules.all_problems([path]) == []
    assert stored.cells[4].outputs == [printed("2\n")]
    assert stored.cells[4].metadata == {"tags": ["kept"], "slideshow": {"slide_type": "subslide"}}


def test_running_twice_changes_nothing(tmp_path):
    path = tmp_path / "01_is_it_so.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=good_cells()), path)
    notebooks.run(path)
    first = path.read_bytes()
    notebooks.run(path)
    assert path.read_bytes() == first


def test_a_cell_that_fails_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "01_is_it_so.ipynb"
    cells = [*good_start(), code("1 / 0", 3)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    before = path.read_bytes()
    with pytest.raises(Exception, match="ZeroDivisionError"):
        notebooks.run(path)
    assert path.read_bytes() == before


def test_an_error_hidden_in_an_output_widget_is_not_stored(tmp_path):
    path = tmp_path / "01_is_it_so.ipynb"
    source = "import ipywidgets\nout = ipywidgets.Output()\nwith out:\n    1 / 0"
    nbformat.write(nbformat.v4.new_notebook(cells=[*good_start(), code(source, 3)]), path)
    with pytest.raises(RuntimeError, match="Output widget holds ZeroDivisionError"):
        notebooks.run(path)


def picture(colour):
    """A small PNG of one colour, in base64 as notebooks keep it."""
    file = io.BytesIO()
    Image.new("RGB", (2, 2), colour).save(file, "png")
    return base64.b64encode(file.getvalue()).decode()


@pytest.mark.parametrize("twin", ["image/png", "text/markdown", "text/latex"])
def test_a_widget_with_a_picture_or_a_text_beside_it_is_no_problem(tmp_path, twin):
    data = {notebook_rules.WIDGET: {"model_id": "abcd"}, twin: "twin"}
    told = {"image/png": {"alt": "what it shows"}}
    output = nbformat.v4.new_output("display_data", data, metadata=told)
    assert problems_with(tmp_path, [*good_start(), code("widget", 3, output)]) == []


def test_a_widget_is_stored_as_it_looks_at_the_end(tmp_path):
    path = tmp_path / "01_is_it_so.ipynb"
    before = {notebook_rules.WIDGET: {"model_id": "abcd"}, "image/png": picture("red")}
    after = {"abcd": {"image/png": picture("lime")}}
    stand_in = (
        "import sys, types, IPython\n"
        f"sys.modules['nnlib.widgets'] = types.SimpleNamespace("
        f"still_twin={after}.get, alternative_text={{'abcd': 'a lime'}}.get)\n"
        f"IPython.display.display({before}, raw=True)"
    )
    nbformat.write(nbformat.v4.new_notebook(cells=[*good_start(), code(stand_in, 3)]), path)
    notebooks.run(path)
    output = nbformat.read(path, as_version=4).cells[-1].outputs[0]
    stored = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
    assert stored.convert("RGB").getpixel((0, 0)) == (0, 255, 0)
    assert output.metadata["image/png"]["alt"] == "a lime"


def test_the_digits_notebook_keeps_its_network_elsewhere_where_it_may_not_write(
    tmp_path, monkeypatch, capsys
):
    (elsewhere := tmp_path / "temporary").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    monkeypatch.setattr(saving, "replacing", refusing(tmp_path))  # root may write everywhere
    (path,) = (ROOT / "notebooks").glob("*_reading_handwritten_digits.ipynb")
    sources = [cell.source for cell in nbformat.read(path, as_version=4).cells]
    (keep,) = [source for source in sources if "net.save(" in source]
    made = {"net": Network([784, 5, 10], rng=np.random.default_rng(0)), "test": load_digits().test}
    exec(f"{sources[2]}\n{keep}", made)
    said = capsys.readouterr().out
    assert said.startswith("Nothing can be written into this folder: the network is saved as ")
    assert [kept.name for kept in elsewhere.glob("*/*")] == ["my_network.json"]


def refusing(folder):
    """What stands for `replacing` where this folder is read-only."""

    def replacing(path):
        if Path(path).resolve().parent == folder:
            raise PermissionError(13, "Permission denied")
        return files.replacing(path)

    return replacing
