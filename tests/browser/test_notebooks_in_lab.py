"""Every notebook in a real JupyterLab: Run All leaves no error anywhere."""

import pytest
from conftest import NOTEBOOKS


@pytest.mark.parametrize("name", sorted(path.name for path in NOTEBOOKS.glob("[0-9]*.ipynb")))
def test_run_all_leaves_no_error(lab, name):
    lab.open(name)
    lab.run_all()
    lab.screenshots()
    assert lab.errors() == []
    assert lab.console_errors == []
