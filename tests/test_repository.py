"""Owner and name of the repository stand in one place; every door is made of it."""

import re
import shutil
from pathlib import Path

import pytest
import repository
import yaml

import binder

ROOT = Path(__file__).resolve().parents[1]
PLACES = ("pyproject.toml", "README.md", "CITATION.cff")


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """What the command writes to, as copies."""
    for name in PLACES:
        shutil.copy(ROOT / name, tmp_path)
    monkeypatch.setattr(repository, "ROOT", tmp_path)
    return tmp_path


def test_readmes_doors_are_those_of_the_repository_in_pyproject():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert repository.with_doors(readme) == readme


def doors(readme):
    """(what a door says, what it opens), in their order, and no door else on the page."""
    return re.findall(r"\[!\[([^]]*)\]\([^)]*\)\]\(([^)]*)\)", readme)


def test_a_door_says_that_it_is_not_set_until_it_is(checkout, monkeypatch):
    monkeypatch.setattr(repository, "name", lambda: "")
    readme = repository.with_doors((checkout / "README.md").read_text(encoding="utf-8"))
    unset = [f"{door}: not set" for door in ("Read", "In your browser", "Binder")]
    assert doors(readme) == [
        *[(word, "#running-it-for-a-class") for word in unset],
        ("Install", "#get-it"),
    ]


def test_the_four_doors_stand_above_all_else():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(doors(readme)) == 4
    above = readme.partition(repository.BEGIN)[0]
    assert above.splitlines() == ["# How a neural network learns", ""]


def test_the_doors_open_the_site_its_browser_notebook_and_the_one_that_binder_py_runs(checkout):
    repository.main("ada/nets")
    readme = (checkout / "README.md").read_text(encoding="utf-8")
    site = "https://ada.github.io/nets/"
    assert doors(readme) == [
        ("Read", site),
        ("In your browser", f"{site}lite/lab/index.html?path=00_start_here.ipynb"),
        ("Binder", f"https://mybinder.org/v2/gh/ada/nets/HEAD?urlpath=lab/tree/{binder.NOTEBOOK}"),
        ("Install", "#get-it"),
    ]


def test_every_link_of_readme_into_itself_leads_to_a_heading():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w -]", "", title).lower().replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", readme, re.MULTILINE)
    }
    assert set(re.findall(r"\(#([^)]*)\)", readme)) - headings == set()


def test_the_citation_names_the_repository_once_it_is_set(checkout):
    citation = checkout / "CITATION.cff"
    assert "repository-code" not in yaml.safe_load(citation.read_text("utf-8"))
    repository.main("ada/nets")
    repository.main("grace/nets")
    assert yaml.safe_load(citation.read_text("utf-8"))["repository-code"] == (
        "https://github.com/grace/nets"
    )


def test_a_repository_that_moves_leaves_nothing_of_its_old_name(checkout):
    repository.main("ada/nets")
    repository.main("grace/networks.py")
    for name in PLACES:
        text = (checkout / name).read_text(encoding="utf-8")
        assert "grace/networks.py" in text and "ada/nets" not in text


@pytest.mark.parametrize("wrong", ["", "nets", "https://github.com/ada/nets", "ada/nets/", 'a"/b'])
def test_what_is_no_owner_and_name_is_refused_and_nothing_is_written(checkout, wrong):
    with pytest.raises(SystemExit, match="expected NAME=owner/repo"):
        repository.main(wrong)
    for name in PLACES:
        assert (checkout / name).read_bytes() == (ROOT / name).read_bytes()


def test_no_other_file_names_the_place_of_the_repository():
    assert "OWNER/REPO" not in (ROOT / "README.md").read_text(encoding="utf-8")
