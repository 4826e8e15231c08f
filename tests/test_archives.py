"""Archives of npm's registry: the right one is unpacked once, another one is refused."""

import base64
import hashlib
import io
import tarfile

import archives
import pytest


def write_archive(place):
    """An archive as npm's are: all in one folder, package."""
    path = place / "tiny-1.0.0.tgz"
    with tarfile.open(path, "w:gz") as archive:
        entry = tarfile.TarInfo("package/tiny.js")
        entry.size = 2
        archive.addfile(entry, io.BytesIO(b"42"))
    return path


def hash_of(path):
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


@pytest.fixture
def fetched(tmp_path, monkeypatch):
    """A registry that has tiny 1.0.0, and nothing in the cache yet; what was fetched of it."""
    archive, asked = write_archive(tmp_path), []

    def fetch(package, place):
        asked.append(package)
        return archive.rename(place / archive.name)

    monkeypatch.setattr(archives, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(archives, "fetch", fetch)
    monkeypatch.setattr(archives, "ARCHIVES", {"tiny": ("1.0.0", hash_of(archive))})
    return asked


def test_an_archive_is_unpacked_where_its_name_and_version_say(fetched):
    folder = archives.unpacked("tiny")
    assert folder == archives.CACHE / "tiny-1.0.0"
    assert (folder / "tiny.js").read_bytes() == b"42"


def test_what_is_unpacked_is_not_fetched_again(fetched):
    assert archives.unpacked("tiny") == archives.unpacked("tiny")
    assert fetched == ["tiny@1.0.0"]


def test_an_archive_with_another_hash_leaves_nothing_behind(fetched, monkeypatch):
    monkeypatch.setattr(archives, "ARCHIVES", {"tiny": ("1.0.0", "sha512-another")})
    with pytest.raises(SystemExit, match="expected sha512-another, got sha512-"):
        archives.unpacked("tiny")
    assert list(archives.CACHE.iterdir()) == []


def test_every_archive_has_a_hash_of_512_bits():
    for version, integrity in archives.ARCHIVES.values():
        kind, _, digest = integrity.partition("-")
        assert (kind, len(base64.b64decode(digest))) == ("sha512", 64), version
