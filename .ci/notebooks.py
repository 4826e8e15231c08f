"""Run every notebook from top to bottom in a fresh kernel and store its outputs.

python .ci/notebooks.py            all of them
python .ci/notebooks.py 00 07      only these
python .ci/notebooks.py --renew    run nothing: write the exercises' texts and the slide tags anew
python .ci/notebooks.py --check    run nothing: hold the stored ones against the house rules
python .ci/notebooks.py --words    renew what stands in for their figures, in words; nothing else
"""

import base64
import io
import json
import os
import sys
import tempfile
import time

import exercise_cells
import nbformat
import slide_tags
import teaching
from chosen import FOLDER, chosen
from nbclient import NotebookClient
from notebook_rules import TWINS, WIDGET, all_problems, is_widget, unexpected_errors
from PIL import Image

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
KEPT_CELL_METADATA = {"tags", "slideshow"}

STILL_TWIN = """
import json
from nnlib.widgets import alternative_text, still_twin
print(json.dumps([still_twin({model_id!r}), alternative_text({model_id!r})]))
"""


LISTEN = f"""
import sys
sys.path.insert(0, {str(FOLDER.parent / ".ci")!r})
from figures_in_words import listen
listen()
sys.path.pop(0)
del sys, listen
"""


def main(arguments):
    names = [name for name in arguments if not name.startswith("-")]
    paths = chosen(names)
    if not paths:
        sys.exit(f"No notebook in {FOLDER} answers to {names or 'NN_*.ipynb'}.")
    if "--check" in arguments:
        problems = all_problems(paths)
        sys.exit("\n".join(problems) if problems else 0)
    words = "--words" in arguments
    do = renew if "--renew" in arguments else put_into_words if words else run
    for path in paths:
        do(path)


def run(path):
    """Execute the notebook at `path` and store it; a cell that fails leaves the file as it was."""
    start = time.perf_counter()
    notebook = nbformat.read(path, as_version=4)
    exercise_cells.renew(notebook, path)
    clear(notebook)
    execute(notebook, folder=path.parent)
    tidy(notebook)
    write(notebook, path)
    teaching.renew(notebook, path)
    print(f"{path.name}: {time.perf_counter() - start:.1f} s, {path.stat().st_size / 1000:.0f} kB")


def renew(path):
    """Write what other cells and nnlib's data decide, and leave the outputs as they are."""
    notebook = nbformat.read(path, as_version=4)
    exercise_cells.renew(notebook, path)
    slide_tags.renew(notebook)
    write(notebook, path)
    teaching.renew(notebook, path)


def put_into_words(path):
    """Give the pictures stored at `path` the words that they would have if they were drawn now."""
    stored = nbformat.read(path, as_version=4)
    fresh = nbformat.from_dict(stored)
    clear(fresh)
    execute(fresh, folder=path.parent)
    for old, new in zip(code_cells(stored), code_cells(fresh), strict=True):
        for one, other in zip(pictures(old), pictures(new), strict=True):
            one.metadata = other.metadata
    write(stored, path)


def clear(notebook):
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None


def execute(notebook, folder):
    """Fill in the outputs; the widgets' pictures are taken while the kernel still lives."""
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=1200,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.widget_registry.clear()  # nbclient playing an Output widget waits for ever now and then
    with client.setup_kernel():
        ask(client, LISTEN)
        for number, cell in enumerate(notebook.cells):
            client.execute_cell(cell, number)
        renew_pictures(client, notebook)
    refuse_hidden_errors(notebook)


def renew_pictures(client, notebook):
    """Put a fresh picture or text beside every widget: what it shows now, its run finished."""
    for cell in code_cells(notebook):
        for output in filter(is_widget, cell.outputs):
            if TWINS & set(output.data):
                twin, words = still_twin(client, output.data[WIDGET]["model_id"])
                output.data.update(twin)
                if words:
                    output.metadata["image/png"] = {"alt": words}


def still_twin(client, model_id):
    """What a reader without a kernel sees of a widget (MIME type -> data), and that in words.

    The kernel is asked.
    """
    return json.loads(ask(client, STILL_TWIN.format(model_id=model_id)))


def ask(client, source):
    """What the kernel prints for a cell that is not the notebook's."""
    question = nbformat.v4.new_code_cell(source)
    client.nb.cells.append(question)
    client.execute_cell(question, len(client.nb.cells) - 1, store_history=False)
    client.nb.cells.pop()
    return "".join(output.text for output in question.outputs)


def refuse_hidden_errors(notebook):
    """An exception inside an Output widget is shown, but does not stop its cell."""
    for cell in code_cells(notebook):
        for error in unexpected_errors(cell):
            raise RuntimeError(f"An Output widget holds {error}")


def tidy(notebook):
    """Leave only what a reader needs, so that running twice changes as little as possible."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat_minor = max(5, notebook.nbformat_minor)
    name_cells(notebook)
    for cell in notebook.cells:
        for key in set(cell.metadata) - KEPT_CELL_METADATA:
            del cell.metadata[key]
    for cell in code_cells(notebook):
        cell.outputs = [output for output in map(settled, cell.outputs) if output is not None]
    slide_tags.renew(notebook)


def name_cells(notebook):
    """Every cell an id: its own where it has one that is unique, else one made from its place."""
    taken = set()
    for place, cell in enumerate(notebook.cells):
        if cell.get("id") in taken or "id" not in cell:
            cell["id"] = f"cell-{place:02}"
        taken.add(cell["id"])


def settled(output):
    """A stream as it stands on the screen at the end; None where nothing is left of it."""
    if "image/png" in output.get("data", {}):
        output.data["image/png"] = in_few_colours(output.data["image/png"])
    if output.output_type == "stream":
        output.text = after_carriage_returns(output.text)
        if not output.text.strip():
            return None
    return output


def in_few_colours(png):
    """The picture (base64) in at most 128 colours: no eye sees it, and it takes a third."""
    small = io.BytesIO()
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    picture.quantize(128).save(small, "png", optimize=True)
    return base64.b64encode(small.getvalue()).decode()


def after_carriage_returns(text):
    r"""Each line as a terminal leaves it: what was written after its last `\r`."""
    return "\n".join(
        line.rstrip("\r").rpartition("\r")[2].rstrip() if "\r" in line else line
        for line in text.split("\n")
    )


def pictures(cell):
    return [output for output in cell.outputs if "image/png" in output.get("data", {})]


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def write(notebook, path):
    """Replace the file in one step: a crash leaves the old one or the new one, never half."""
    nbformat.validate(notebook)
    text = nbformat.writes(notebook)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
        file.write(text if text.endswith("\n") else text + "\n")
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


if __name__ == "__main__":
    main(sys.argv[1:])
