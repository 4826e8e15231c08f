"""A release: one version and day everywhere, checksums that find a changed file, and the workflow
and forms of the usual hosting, which name nothing that is not there.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import release
import yaml

import nnlib

ROOT = Path(__file__).resolve().parents[1]
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"))
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/make.yml").read_text("utf-8"))
JOBS = WORKFLOW["jobs"]


@pytest.fixture
def places(tmp_path):
    """The three places that tell the version, as copies."""
    (tmp_path / "nnlib").mkdir()
    for name in ("nnlib/__init__.py", "CHANGELOG.md", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_nnlib_its_changes_and_its_citation_tell_one_version_and_day():
    assert release.agreed(ROOT)[0] == nnlib.__version__


@pytest.mark.parametrize("name", ["nnlib/__init__.py", "CHANGELOG.md", "CITATION.cff"])
def test_a_version_that_one_place_does_not_know_is_refused(places, name):
    text = (places / name).read_text("utf-8")
    (places / name).write_text(text.replace(nnlib.__version__, "9.9.9"), "utf-8")
    with pytest.raises(SystemExit, match="expected one version and day, got .*9.9.9"):
        release.agreed(places)


def test_a_day_that_the_citation_does_not_know_is_refused(places):
    citation = (places / "CITATION.cff").read_text("utf-8")
    other = re.sub("date-released: .*", "date-released: 1999-12-31", citation)
    (places / "CITATION.cff").write_text(other, "utf-8")
    with pytest.raises(SystemExit, match="1999-12-31 in CITATION.cff"):
        release.agreed(places)


def check_sums(folder):
    command = ["sha256sum", "--check", "--strict", release.SUMS]
    return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="no sha256sum on this machine")
def test_sha256sum_finds_a_changed_file_by_the_checksums(tmp_path):
    for name in ("a.whl", "b.zip"):
        (tmp_path / name).write_bytes(name.encode())
    release.write_sums(tmp_path)
    assert len((tmp_path / release.SUMS).read_text().splitlines()) == 2
    assert check_sums(tmp_path)
    (tmp_path / "b.zip").write_bytes(b"another")
    assert not check_sums(tmp_path)


def test_checksums_written_again_leave_themselves_out(tmp_path):
    (tmp_path / "a.whl").write_bytes(b"")
    release.write_sums(tmp_path)
    first = (tmp_path / release.SUMS).read_text()
    release.write_sums(tmp_path)
    assert (tmp_path / release.SUMS).read_text() == first


def test_what_is_not_committed_is_not_released(tmp_path, monkeypatch):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    monkeypatch.setattr(release, "ROOT", tmp_path)
    release.refuse_what_no_tag_would_hold()
    (tmp_path / "new.py").touch()
    with pytest.raises(SystemExit, match="commit first; .*\n.*new.py"):
        release.refuse_what_no_tag_would_hold()


# the usual hosting


def made(job):
    """The lines, after `make`, that a job of the workflow runs."""
    lines = [step["run"].removeprefix("make ") for step in job["steps"] if "run" in step]
    targets = job.get("strategy", {}).get("matrix", {}).get("target", [])
    return [target for line in lines for target in (targets if "matrix" in line else [line])]


def test_the_workflow_makes_what_ci_makes():
    script = (ROOT / ".ci/run").read_text("utf-8")
    called = re.findall(r"^make ([^.].+?)(?:  #.*)?$", script, re.M)
    assert sorted(called) == sorted(made(JOBS["test"]))


def test_the_workflow_makes_only_targets_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    words = {word for job in JOBS.values() for line in made(job) for word in line.split()}
    targets = {word for word in words if "=" not in word}
    assert targets - set(re.findall(r"^([a-z-]+):", makefile, re.M)) == set()


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.stem)
def test_a_form_asks_each_question_once_and_has_a_name(form):
    content = yaml.safe_load(form.read_text("utf-8"))
    asked = [part["id"] for part in content["body"]]
    assert content["name"] and content["description"]
    assert len(asked) == len(set(asked)) > 0


def test_the_form_asks_for_versions_by_lines_that_run():
    parts = yaml.safe_load((ROOT / ".github/ISSUE_TEMPLATE/wrong.yml").read_text("utf-8"))["body"]
    (lines,) = [part["attributes"]["value"] for part in parts if part["id"] == "versions"]
    exec(lines, {})
