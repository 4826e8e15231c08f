"""nbgrader's settings for a course: whatever a student hands in, the rest of the class is graded.

Plain nbgrader gives full points to a check that is silent and none to one beside a warning, ends
grading for everybody after a copied cell, and loses a submission that kills its kernel.
"""

from pathlib import Path

import nbformat
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat.v4 import new_code_cell, new_output
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    Execute,
    IgnorePattern,
    LimitOutput,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from nbgrader.utils import is_grade

COURSE = Path(__file__).resolve().parent
OWN = COURSE / "own"  # the lecturer's own exercises

# Run before each check: what a student's cell may have changed is as it was.
FRESH = f"""
def fresh():
    import sys
    from IPython import get_ipython
    shell = get_ipython()
    shell.ast_node_interactivity = "last_expr"
    shell.ast_transformers.clear()
    sys.path[:] = [{str(OWN)!r}, *(place for place in sys.path if place != {str(OWN)!r})]
    for name, module in list(sys.modules.items()):
        own = str(getattr(module, "__file__", "")).startswith({str(OWN)!r})
        if own or name.startswith("nnlib.exercises"):
            del sys.modules[name]
fresh()
del fresh
"""


class AsHandedOut(NbGraderPreprocessor):
    """Puts nbgrader's marks back as they were: of a copied cell the last has them, and one that
    was deleted comes back."""

    def preprocess(self, nb, resources):
        asked, place = resources["nbgrader"], 0
        path = COURSE / "release" / asked["assignment"] / f"{asked['notebook']}.ipynb"
        given = {mark_of(cell): cell for cell in nb.cells}
        for cell in nb.cells:
            cell.metadata.pop("nbgrader", None)
        for released in filter(mark_of, nbformat.read(path, as_version=4).cells):
            cell = given.get(mark_of(released), released)
            if cell is released:
                nb.cells.insert(place, cell)
            cell.metadata.nbgrader = released.metadata.nbgrader
            place = 1 + next(k for k, one in enumerate(nb.cells) if one is cell)
        return nb, resources


def mark_of(cell):
    """The name that nbgrader knows a cell by; None for any other cell."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


class ExecuteWhatRuns(Execute):
    """Where the kernel dies or goes on for ever, what was graded before counts, the rest gets 0."""

    def preprocess(self, nb, resources, *args, **kwargs):
        try:
            return super().preprocess(nb, resources, *args, **kwargs)
        except Exception as error:
            why = f"the kernel was lost before this check was done: {type(error).__name__}"
            for cell in filter(is_grade, nb.cells):
                if not cell.outputs:
                    cell.outputs = [no_points("KernelLost", why)]
            return nb, resources

    def preprocess_cell(self, cell, resources, index):
        if is_grade(cell):
            self.execute_hidden(FRESH)
        return super().preprocess_cell(cell, resources, index)

    def execute_hidden(self, code):
        self.nb.cells.append(new_code_cell(code))
        try:
            self.execute_cell(self.nb.cells[-1], len(self.nb.cells) - 1, store_history=False)
        finally:
            self.nb.cells.pop()


class OnlyANumberCounts(NbGraderPreprocessor):
    """A check that shows no number of points gets none; what stands on stderr costs none."""

    def preprocess_cell(self, cell, resources, index):
        if is_grade(cell):
            kinds = [output.output_type for output in cell.outputs]
            if "error" not in kinds and not is_number_of_points(cell):
                cell.outputs.insert(0, no_points("NoNumber", "the check did not end with a number"))
            for output in cell.outputs:
                if output.get("name") == "stderr":
                    output.name = "stdout"
        return cell, resources


def no_points(kind, why):
    return new_output("error", ename=kind, evalue=why, traceback=[f"No points: {why}."])


def is_number_of_points(cell):
    results = [o for o in cell.outputs if o.output_type == "execute_result"]
    try:
        (result,) = results
        return 0 <= float(result.data["text/plain"]) <= cell.metadata.nbgrader["points"]
    except (KeyError, ValueError):
        return False


c = get_config()  # noqa: F821
c.CourseDirectory.course_id = COURSE.name
c.CourseDirectory.root = str(COURSE)
c.ClearSolutions.code_stub = {"python": ""}  # the stub stands above the solution
c.Execute.timeout = 30  # seconds a cell
c.Execute.extra_arguments = ["--IPKernelApp.log_level=ERROR"]  # or each kernel tells of its own
c.LimitOutput.max_lines = 200
c.Autograde.sanitize_preprocessors = [
    AsHandedOut,
    ClearOutput,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
]
c.Autograde.autograde_preprocessors = [
    ExecuteWhatRuns,
    OnlyANumberCounts,
    IgnorePattern,
    ClearMetadataPreprocessor,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
