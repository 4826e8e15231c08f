"""Every notebook in a real JupyterLab: Run All leaves no error anywhere."""

import pytest
from lab import NOTEBOOKS

ALL = sorted(path.name for path in NOTEBOOKS.glob("[0-9]*.ipynb"))


@pytest.mark.parametrize("name", ALL)
def test_run_all_without_mnist_and_without_a_network_leaves_no_error(lab, name, tmp_path):
    lab.open(name)
    nowhere = {
        "NNLIB_MNIST": "",
        "XDG_CACHE_HOME": str(tmp_path),
        "HTTPS_PROXY": "http://127.0.0.1:9",  # nothing answers there
    }
    lab.ask_kernel(f"import os; os.environ.update({nowhere})")
    lab.run_all()
    lab.screenshots()
    assert lab.page.locator(".Toastify__toast").all_inner_texts() == []  # nothing lies over it
    assert lab.errors() == []
    assert lab.console_errors == []
