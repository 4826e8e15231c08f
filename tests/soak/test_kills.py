"""A process killed at any moment leaves nothing that a later one could mistake for a whole file.

Costs about a minute and a half: 200 kills for each of three jobs, and each time the next start.
One process imports nnlib once and forks a child for each kill, after a random part of the time
that the job takes. The mirror is a server on this machine.
"""

import gzip
import hashlib
import json
import os
import random
import signal
import statistics
import struct
import subprocess
import sys
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from amounts import amount

from nnlib import Network, datasets, load_mnist, load_mnist_or_digits
from nnlib._support.files import BEGIN, END
from nnlib.datasets import idx, mirrors
from nnlib.datasets.digits import Source
from nnlib.datasets.idx import File

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows forks no process")
KILLS = amount(200)


# A stand-in for MNIST, the same in every process


def stand_in(n):
    """The packed bytes by name, and the Source, of n random pictures to train and n to test."""
    rng, packed, files = np.random.default_rng(0), {}, []
    for part in ("train", "t10k"):
        for kind, shape in [("images-idx3", (n, 28, 28)), ("labels-idx1", (n,))]:
            name, array = f"{part}-{kind}-ubyte.gz", rng.integers(0, 10, shape, np.uint8)
            header = struct.pack(f">{1 + array.ndim}I", 0x0800 + array.ndim, *shape)
            packed[name] = gzip.compress(header + array.tobytes(), compresslevel=1, mtime=0)
            sha256 = hashlib.sha256(packed[name]).hexdigest()
            files.append(File(name, sha256, len(packed[name]), shape))
    splits = {
        "train": (*files[:2], 0, n - 1),
        "validation": (*files[:2], n - 1, n),
        "test": (*files[2:], 0, n),
    }
    return packed, Source("A stand-in for MNIST", splits)


class Mirror(BaseHTTPRequestHandler):
    """/slow/NAME comes in pieces with a pause before each, /fast/NAME at once."""

    def do_GET(self):
        _, speed, name = self.path.split("/")
        body = self.server.files[name]
        size = 2**14 if speed == "slow" else len(body)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            for start in range(0, len(body), size):
                time.sleep(0.002 if speed == "slow" else 0)
                self.wfile.write(body[start : start + size])
        except OSError:
            pass  # the client was killed

    def log_message(self, *arguments):
        pass


@pytest.fixture
def mirror():
    """A function that puts the stand-in of n pictures on a server and returns its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()

    def serve(n):
        server.files = stand_in(n)[0]
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    server.shutdown()
    server.server_close()
    thread.join()


def use(folder, mirror, n):
    datasets.MNIST, mirrors.MIRRORS, mirrors.SCHEME = stand_in(n)[1], (mirror,), "http"
    datasets.cache_folder = lambda: folder


# In the process that forks: the jobs


class Downloading:
    """MNIST into an empty cache."""

    def __init__(self, folder, mirror, n):
        use(folder, mirror, int(n))
        self.folder = folder

    def do(self):
        load_mnist()

    def check(self):
        """No file of the right name is anything but right."""
        for file in datasets.MNIST.files:
            if (self.folder / file.name).exists():
                idx.check_file(self.folder / file.name, file)

    def begin_again(self):
        self.check()
        assert len(os.listdir(self.folder)) == 4, "nothing but the four files"
        for path in self.folder.iterdir():
            path.unlink()


class Saving:
    """One of two networks over the other."""

    def __init__(self, folder):
        self.path, self.folder = folder / "net.json", folder
        self.nets = [Network([784, 30, 10], rng=np.random.default_rng(i)) for i in range(2)]
        self.whole = []
        for net in self.nets:
            net.save(self.path)
            self.whole.append(self.path.read_bytes())

    def do(self):
        self.nets[0].save(self.path)

    def check(self):
        """It is the one network or the other."""
        assert self.path.read_bytes() in self.whole
        Network.load(self.path)

    def begin_again(self):
        assert self.path.read_bytes() == self.whole[0]
        assert os.listdir(self.folder) == ["net.json"], "nothing but the network"
        self.nets.reverse()
        self.whole.reverse()


def start(job):
    """Do the job in a child: its process number, and a pipe on which it says how far it is."""
    progress, mine = os.pipe()
    child = os.fork()
    if child:
        os.close(mine)
        return child, progress
    status = 1
    try:
        os.write(mine, b"b")
        job.do()
        os.write(mine, b"e")
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)  # documented, in spite of its name: ends a fork without clean-up


def finish(job):
    child, progress = start(job)
    status = os.waitpid(child, 0)[1]
    os.close(progress)
    assert status == 0, "the next start after a kill failed"


def kill(job, delay):
    """Kill the job after so many seconds; whether that was before it, during it or after it."""
    child, progress = start(job)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    said = os.read(progress, 2)
    os.close(progress)
    return {b"": "before", b"b": "during", b"be": "after"}[said]


def seconds(job):
    began = time.perf_counter()
    finish(job)
    job.begin_again()
    return time.perf_counter() - began


def main(kind, kills, folder, *options):
    folder = Path(folder)
    folder.mkdir()
    job = {"downloading": Downloading, "saving": Saving}[kind](folder, *options)
    import pooch  # noqa: F401  (what the job would import, so that no child has to)
    import requests  # noqa: F401
    import tqdm  # noqa: F401

    whole = statistics.median(seconds(job) for _ in range(5))
    moments, halves, rng = {"before": 0, "during": 0, "after": 0}, 0, random.Random(0)
    for _ in range(int(kills)):
        moments[kill(job, rng.uniform(0, 1.1 * whole))] += 1
        halves += any(name.startswith(BEGIN) for name in os.listdir(folder))
        job.check()
        finish(job)
        job.begin_again()
    print(json.dumps({**moments, "halves": halves}))


# The tests


def killed(*arguments):
    """The counts that main prints."""
    here = os.environ | {"PYTHONPATH": str(Path(__file__).parent), "OPENBLAS_NUM_THREADS": "1"}
    here["NNLIB_MNIST"] = ""
    program = "import sys, test_kills; test_kills.main(*sys.argv[1:])"
    command = [sys.executable, "-W", "error", "-c", program, *map(str, arguments)]
    done = subprocess.run(command, env=here, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def report(tell, name, counts):
    tell(
        f"{name} killed {KILLS} times: {counts['before']} before, {counts['during']} during, "
        f"{counts['after']} after it, {counts['halves']} times with half a file left; no bad file "
        "was ever taken, the next start worked each time and left no rubbish"
    )
    assert sum(counts[when] for when in ("before", "during", "after")) == KILLS
    assert counts["during"] > KILLS / 5
    assert counts["halves"] > 0 or KILLS < 200  # of a few kills none may fall into the writing


def test_a_download_may_be_killed_at_any_moment(tmp_path, mirror, tell):
    url, n = mirror(600), 600
    report(tell, "a download", killed("downloading", KILLS, tmp_path / "c", f"{url}/slow/", n))


def test_writing_the_cache_may_be_killed_at_any_moment(tmp_path, mirror, tell):
    url, n = mirror(6000), 6000
    report(tell, "cache writing", killed("downloading", KILLS, tmp_path / "c", f"{url}/fast/", n))


def test_net_save_may_be_killed_at_any_moment(tmp_path, tell):
    report(tell, "net.save", killed("saving", KILLS, tmp_path / "nets"))


# Disks that are full or may not be written to


@pytest.fixture
def disk(tmp_path, monkeypatch):
    """A function that makes a small disk of its own; only root may."""
    made = []

    def make(options):
        place = tmp_path / "disk"
        place.mkdir(exist_ok=True)
        mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        if subprocess.run(mount, capture_output=True).returncode:
            pytest.skip("only root may mount a small disk")
        made.append(place)
        return place

    for module, name in (
        (datasets, "MNIST"),
        (datasets, "cache_folder"),
        (mirrors, "MIRRORS"),
        (mirrors, "SCHEME"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))  # set back what use sets
    monkeypatch.delenv("NNLIB_MNIST", raising=False)
    yield make
    for place in made:
        subprocess.run(["umount", str(place)], check=True)


FULL, FORBIDDEN = ("size=64k", "No space left"), ("ro,size=64k", "Read-only")


@pytest.mark.parametrize("options, reason", [FULL, FORBIDDEN])
def test_without_room_for_mnist_the_built_in_digits_come(disk, mirror, options, reason, capsys):
    folder = disk(options) / "cache"
    use(folder, f"{mirror(600)}/fast/", 600)
    with pytest.raises(OSError, match=f"MNIST cannot be stored in .*{reason}.*; put that right"):
        load_mnist()
    assert len(load_mnist_or_digits().train) == 1200
    assert capsys.readouterr().out.count("\n") == 2
    assert not list(folder.glob(f"{BEGIN}*{END}"))


@pytest.mark.parametrize("options, reason", [FULL, FORBIDDEN])
def test_without_room_for_a_network_one_sentence_says_so(disk, options, reason):
    folder = disk(options)
    net = Network([784, 30, 10], rng=np.random.default_rng(0))
    with pytest.raises(OSError, match=f"net.json: expected a place .*{reason}.*; name a folder"):
        net.save(folder / "net.json")
    assert list(folder.iterdir()) == []
