"""What a release holds, in build/release: the wheel, the site and their checksums. Nothing is sent.

    python .ci/release.py    after `make site`; `make release` runs every test first

A version has three places, which must agree: nnlib/__init__.py, where everything takes it from, the
newest heading of CHANGELOG.md, and CITATION.cff.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE, SITE = ROOT / "build/release", ROOT / "build/site"
SUMS = "SHA256SUMS"
INTO_THE_WHEEL = ("nnlib", "pyproject.toml", "LICENSE")


def main():
    version, _ = agreed(ROOT)
    refuse_what_no_tag_would_hold()
    if not (SITE / "index.html").is_file():
        sys.exit("release: there is no site; run `make site`")
    shutil.rmtree(PLACE, ignore_errors=True)
    build_wheel(PLACE)
    shutil.make_archive(str(PLACE / f"nnlib-{version}-site"), "zip", SITE)
    write_sums(PLACE)
    print((PLACE / SUMS).read_text(), end="")
    print(f"release: {PLACE} holds version {version}; CONTRIBUTING.md says how it is tagged")


def agreed(root):
    """(version, day) of the newest release, in which all three places agree; ends where not."""
    (version,) = found(root / "nnlib/__init__.py", r'^__version__ = "(.+)"$')
    noted = found(root / "CHANGELOG.md", r"^## (\S+) \((\S+)\)$")
    cited = found(root / "CITATION.cff", r"^version: (\S+)\ndate-released: (\S+)$")
    if noted != cited or version != noted[0]:
        sys.exit(
            f"release: expected one version and day, got {version} in nnlib, "
            f"{' of '.join(noted)} in CHANGELOG.md, {' of '.join(cited)} in CITATION.cff"
        )
    return noted


def found(path, pattern):
    return re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE).groups()


def refuse_what_no_tag_would_hold():
    """End if a file differs from the last commit, which is what a tag names."""
    changed = subprocess.check_output(["git", "status", "--porcelain"], cwd=ROOT, text=True)
    if changed:
        sys.exit(f"release: commit first; a tag would not hold:\n{changed}")


def build_wheel(folder):
    """The wheel, built from a copy into this folder: what earlier builds have left stays out."""
    with tempfile.TemporaryDirectory() as place:
        for name in INTO_THE_WHEEL:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, Path(place, name))
        command = [sys.executable, "-m", "uv", "--quiet", "build", "--wheel", "--out-dir", folder]
        subprocess.run([*command, place], check=True)
    Path(folder, ".gitignore").unlink(missing_ok=True)  # uv's own
    (wheel,) = Path(folder).glob("*.whl")
    return wheel


def write_sums(folder):
    """The SHA-256 of each file, as `sha256sum --check SHA256SUMS` reads them."""
    files = sorted(path for path in folder.iterdir() if path.name != SUMS)
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / SUMS).write_text("".join(lines))


if __name__ == "__main__":
    main()
