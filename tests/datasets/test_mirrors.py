"""nnlib.datasets.mirrors: from whichever mirror is good, and no file but the published one."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
import traceback
from contextlib import contextmanager
from pathlib import Path

import pytest
from mirror import FAULTS, SHORT, refused
from small_mnist import NAMES, PACKED, assert_whole, names, put

from nnlib import datasets, load_mnist, load_mnist_or_digits
from nnlib._support.files import BEGIN, END, replacing
from nnlib.datasets import mirrors

REAL = os.environ.get("NNLIB_MNIST")
SOON = 10  # seconds: long enough for a machine that is busy, far less than waiting in vain takes


def test_a_download_fills_the_cache_and_is_not_repeated(serving, server, small):
    serving("good")
    assert_whole(load_mnist())
    assert names(small / "cache") == sorted(NAMES)
    n = len(server.asked)
    assert_whole(load_mnist())
    assert len(server.asked) == n


def test_a_slow_mirror_that_keeps_sending_is_waited_for(serving):
    serving("slow")
    assert_whole(load_mnist())


@pytest.mark.parametrize("fault", FAULTS)
def test_after_any_failure_the_next_mirror_is_asked(serving, small, fault):
    serving(fault, "good")
    assert_whole(load_mnist())
    assert names(small / "cache") == sorted(NAMES)


def test_a_mirror_that_refuses_the_connection_is_passed_over(serving):
    serving(refused(), "good")
    assert_whole(load_mnist())


def test_any_failure_at_all_in_asking_means_not_this_mirror(serving, monkeypatch):
    serving("good")

    def get(*_arguments, **_options):
        raise OSError("could not find a suitable TLS CA certificate bundle")

    monkeypatch.setattr(mirrors.requests, "get", get)
    with pytest.raises(ConnectionError, match=r"no connection, or it broke off \(OSError\)"):
        load_mnist()


def test_a_mirror_that_falls_silent_is_left_after_the_time_out(serving):
    serving("stalling", "good")
    start = time.monotonic()
    load_mnist()
    assert time.monotonic() - start < SOON


def test_a_mirror_that_failed_for_one_file_is_not_asked_first_for_the_next(serving, server):
    serving("broken_later", "good")
    load_mnist()
    served = [(kind, name) for kind, name in server.asked if name != NAMES[0]]
    first_failure = served.index(("broken_later", NAMES[1]))
    assert all(kind == "good" for kind, _ in served[first_failure + 1 :])


@pytest.mark.parametrize("fault", FAULTS)
def test_when_all_mirrors_fail_no_file_gets_its_name_and_none_is_left(serving, small, fault):
    serving(fault)
    with pytest.raises(ConnectionError, match="MNIST could not be downloaded"):
        load_mnist()
    assert names(small / "cache") == []


def test_when_all_fail_the_manual_steps_take_at_most_eight_lines(serving):
    serving("missing", refused())
    with pytest.raises(ConnectionError) as error:
        load_mnist()
    text = str(error.value)
    assert len(text.splitlines()) <= 8
    for part in [*NAMES, *mirrors.MIRRORS, "404", "NNLIB_MNIST", "load_mnist(folder)"]:
        assert part in text


def test_an_endless_answer_is_broken_off_before_it_fills_the_disk(serving, monkeypatch):
    serving("endless")
    sizes = []

    @contextmanager
    def watched(path):
        with replacing(path) as temporary:
            try:
                yield temporary
            finally:
                sizes.append(temporary.stat().st_size)

    monkeypatch.setattr(mirrors, "replacing", watched)
    with pytest.raises(ConnectionError):
        load_mnist()
    assert sizes and max(sizes) <= len(PACKED[NAMES[0]]) + 2**16  # and one piece


def test_a_download_shows_a_bar_for_each_file_and_nothing_else(serving, capsys):
    serving("good")
    load_mnist()
    out, err = capsys.readouterr()
    assert out == ""
    shown = {line.strip("\x1b[A ") for line in re.split("[\r\n]", err)} - {""}
    for name in NAMES:
        assert any(line.startswith(f"{name}: 100%") for line in shown)
    assert all(line.startswith(tuple(f"{name}: " for name in NAMES)) for line in shown)


def test_a_damaged_file_in_the_cache_is_replaced_by_a_fresh_one(serving, small):
    serving("good")
    put(put(small / "cache"), {NAMES[0]: PACKED[NAMES[0]][:1000], NAMES[3]: b""})
    assert_whole(load_mnist())


def test_only_the_missing_files_are_downloaded(serving, server, small):
    serving("good")
    (put(small / "cache") / NAMES[2]).unlink()
    load_mnist()
    assert {name for _, name in server.asked} == {NAMES[2]}


def test_half_a_file_left_by_a_killed_process_does_no_harm_and_goes_in_time(serving, small):
    serving("good")
    leftover = put(small / "cache", {f"{BEGIN}0123{END}": b"half"}) / f"{BEGIN}0123{END}"
    os.utime(leftover, (time.time() - 4000, time.time() - 4000))
    assert_whole(load_mnist())
    assert names(small / "cache") == sorted(NAMES)


@pytest.fixture
def interrupting(serving, monkeypatch):
    """A mirror that interrupts, waited for: one that comes late would interrupt pytest."""
    monkeypatch.setattr(mirrors, "PATIENCE", SOON)
    serving("interrupting")


def test_an_interrupt_in_a_download_leaves_nothing_behind_and_the_next_one_works(
    interrupting, serving, small
):
    with pytest.raises(KeyboardInterrupt):
        load_mnist()
    assert names(small / "cache") == []
    serving("good")
    assert_whole(load_mnist())


def test_a_stopped_download_shows_no_line_of_the_libraries_beneath(interrupting):
    with pytest.raises(KeyboardInterrupt) as stop:
        load_mnist()
    shown = "".join(traceback.format_exception(stop.value))
    assert "mirrors.py" in shown and not re.search("pooch/|requests/|urllib3/|socket.py", shown)


def test_a_cache_from_an_older_version_is_brought_up_to_date(serving, server, small):
    """Other bytes under the same name are replaced; files of other names are left alone."""
    serving("good")
    older = {NAMES[0]: PACKED[NAMES[0]][::-1], "mnist.pkl.gz": b"?", "mnist.npz": b"?"}
    put(put(small / "cache"), older)
    assert_whole(load_mnist())
    assert {name for _, name in server.asked} == {NAMES[0]}
    assert names(small / "cache") == sorted([*NAMES, "mnist.pkl.gz", "mnist.npz"])


# How long is waited


def test_a_mirror_is_given_ten_seconds_to_connect():
    assert mirrors.PATIENCE == 10


def test_silent_mirrors_are_given_up_together_not_one_after_the_other(serving):
    serving(*["hanging"] * 50)
    start = time.monotonic()
    load_mnist_or_digits()
    assert time.monotonic() - start < SOON < 50 * SHORT


def test_the_look_up_of_a_name_that_hangs_is_given_up_in_time(serving, monkeypatch):
    serving("http://one.invalid/", "http://two.invalid/", "http://three.invalid/")
    over = threading.Event()

    def hanging(*_arguments, **_options):
        over.wait(3 * SOON)
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    start = time.monotonic()
    load_mnist_or_digits()
    assert time.monotonic() - start < SOON
    over.set()


def test_offline_is_decided_within_three_seconds():
    assert mirrors.SHORT_PATIENCE <= 3


# Two at once


def test_two_downloads_at_once_both_end_well(serving, small):
    serving("good")
    results = []
    threads = [threading.Thread(target=lambda: results.append(load_mnist())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    for digits in results:
        assert_whole(digits)
    assert names(small / "cache") == sorted(NAMES)


LOADER = """
import sys
from nnlib import datasets
from nnlib.datasets import mirrors
from small_mnist import SMALL_MNIST, assert_whole
from pathlib import Path
datasets.MNIST, mirrors.MIRRORS, mirrors.SCHEME = SMALL_MNIST, (sys.argv[1],), "http"
datasets.cache_folder = lambda: Path(sys.argv[2])
assert_whole(datasets.load_mnist())
"""


def test_two_processes_that_download_at_once_both_end_well(server, small):
    url, cache = f"http://127.0.0.1:{server.server_port}/slow/", small / "cache"
    here = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-c", LOADER, url, str(cache)]
    loaders = [subprocess.Popen(command, env=here, stderr=subprocess.PIPE) for _ in range(2)]
    errors = [loader.communicate()[1].decode() for loader in loaders]
    assert [loader.returncode for loader in loaders] == [0, 0], errors
    assert names(cache) == sorted(NAMES)


# Disks


def test_a_cache_that_cannot_be_made_is_one_sentence_with_what_to_do(serving, small):
    serving("good")
    (small / "cache").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="cannot be stored in .*cache .*load_mnist.folder") as error:
        load_mnist()
    assert not isinstance(error.value, ConnectionError)


@pytest.mark.parametrize("make", ["mkdir", "mkfifo"])
def test_what_is_no_file_in_the_cache_is_no_reason_to_wait(serving, small, make):
    if not hasattr(os, make):
        pytest.skip("Windows makes no pipes")
    serving("good")
    (put(small / "cache") / NAMES[0]).unlink()
    getattr(os, make)(small / "cache" / NAMES[0])
    try:
        assert_whole(load_mnist())  # a pipe is replaced
    except OSError as refused:
        assert "cannot be stored" in str(refused)


@pytest.fixture
def full_disk(small, monkeypatch):
    """No file may grow beyond 5,000 bytes: more is refused by the system as on a full disk."""
    resource = pytest.importorskip("resource", reason="Windows sets no limit to a file's size")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_one_sentence_and_no_reason_to_try_the_next_mirror(
    serving, server, small, full_disk
):
    serving("good", "slow")
    with pytest.raises(OSError, match="cannot be stored in .*File too large.*; put that right"):
        load_mnist()
    assert names(small / "cache") == []
    assert [kind for kind, _ in server.asked].count("slow") == 1, "asked whether it is there, only"


def test_with_a_full_disk_the_built_in_digits_come(serving, full_disk, capsys):
    serving("good")
    assert len(load_mnist_or_digits().train) == 1200
    assert "cannot be stored" in capsys.readouterr().out


# Only by https


def test_the_product_downloads_over_https_only():
    assert mirrors.SCHEME == "https://"
    assert all(mirror.startswith("https://") for mirror in mirrors.MIRRORS)


def test_a_mirror_without_https_is_not_even_asked(serving, server, monkeypatch):
    serving("good")
    monkeypatch.setattr(mirrors, "SCHEME", "https://")
    with pytest.raises(ConnectionError, match="MNIST could not be downloaded"):
        load_mnist()
    assert server.asked == []


# The real MNIST, where it is at hand


@pytest.mark.skipif(not REAL, reason="NNLIB_MNIST does not name a folder with MNIST")
def test_mnist_is_downloaded_whole_from_a_mirror(serving, server, small, monkeypatch):
    monkeypatch.undo()  # the real files and their hashes again …
    monkeypatch.delenv("NNLIB_MNIST")
    monkeypatch.setattr(datasets, "cache_folder", lambda: small / "cache")
    monkeypatch.setattr(mirrors, "SCHEME", "http")
    base = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(mirrors, "MIRRORS", (f"{base}/broken/", f"{base}/good/"))  # … from here
    server.files = {
        file.name: (Path(REAL) / file.name).read_bytes() for file in datasets.MNIST.files
    }
    assert len(load_mnist().test) == 10_000
    assert names(small / "cache") == sorted(NAMES)
