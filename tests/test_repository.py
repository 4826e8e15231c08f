"""Owner and name of the repository stand in one place; every badge is made of it."""

import re
import shutil
from pathlib import Path

import pytest
import repository

import binder

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """What the command writes to, as copies."""
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    monkeypatch.setattr(repository, "ROOT", tmp_path)
    return tmp_path


def test_readmes_badges_are_those_of_the_repository_in_pyproject():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert repository.with_badges(readme) == readme


def test_the_badge_says_that_the_repository_is_not_set_until_it_is(checkout, monkeypatch):
    readme = (checkout / "README.md").read_text(encoding="utf-8")
    monkeypatch.setattr(repository, "name", lambda: "")
    assert "Binder: not set" in repository.with_badges(readme)
    assert "mybinder.org" not in repository.with_badges(readme)


def test_the_badge_opens_the_notebook_that_binder_py_runs(checkout):
    repository.main("ada/nets")
    readme = (checkout / "README.md").read_text(encoding="utf-8")
    address = f"https://mybinder.org/v2/gh/ada/nets/HEAD?urlpath=lab/tree/{binder.NOTEBOOK}"
    assert re.findall(r"\((https://mybinder.org/v2/[^)]*)\)", readme) == [address]


def test_a_repository_that_moves_leaves_nothing_of_its_old_name(checkout):
    repository.main("ada/nets")
    repository.main("grace/networks.py")
    for name in ("pyproject.toml", "README.md"):
        text = (checkout / name).read_text(encoding="utf-8")
        assert "grace/networks.py" in text and "ada/nets" not in text


@pytest.mark.parametrize("wrong", ["", "nets", "https://github.com/ada/nets", "ada/nets/", 'a"/b'])
def test_what_is_no_owner_and_name_is_refused_and_nothing_is_written(checkout, wrong):
    with pytest.raises(SystemExit, match="expected NAME=owner/repo"):
        repository.main(wrong)
    for name in ("pyproject.toml", "README.md"):
        assert (checkout / name).read_bytes() == (ROOT / name).read_bytes()


def test_no_other_file_names_the_place_of_the_repository():
    assert "OWNER/REPO" not in (ROOT / "README.md").read_text(encoding="utf-8")
