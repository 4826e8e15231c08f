"""nnlib.datasets: the right digits, from wherever they can be had, or a clear sentence.

The downloads go to a server on this machine; no test opens a connection to any other.
"""

import _thread
import gzip
import hashlib
import importlib.util
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import tracemalloc
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from nnlib import datasets, load_digits, load_mnist, load_mnist_or_digits
from nnlib._support.files import BEGIN, END, replacing
from nnlib.datasets import idx, mirrors
from nnlib.datasets.digits import Source
from nnlib.datasets.idx import File

REAL = os.environ.get("NNLIB_MNIST")
needs_mnist = pytest.mark.skipif(not REAL, reason="NNLIB_MNIST does not name a folder with MNIST")
SHORT = 0.4  # seconds a mirror is waited for here
SOON = 10  # seconds: long enough for a machine that is busy, far less than waiting in vain takes


# A small MNIST: 30 pictures to train and validate, 10 to test


def as_idx(array):
    return struct.pack(f">{1 + array.ndim}I", 0x0800 + array.ndim, *array.shape) + array.tobytes()


def describe(name, packed, shape):
    return File(name, hashlib.sha256(packed).hexdigest(), len(packed), shape)


def small_files():
    """The unpacked arrays and the packed bytes of four small files, by name."""
    rng = np.random.default_rng(0)
    arrays, packed = {}, {}
    for part, n in [("train", 30), ("t10k", 10)]:
        arrays[f"{part}-images-idx3-ubyte.gz"] = rng.integers(0, 256, (n, 28, 28), np.uint8)
        arrays[f"{part}-labels-idx1-ubyte.gz"] = rng.integers(0, 10, n, np.uint8)
    for name, array in arrays.items():
        packed[name] = gzip.compress(as_idx(array), mtime=0)
    return arrays, packed


ARRAYS, PACKED = small_files()
SMALL = [describe(name, PACKED[name], ARRAYS[name].shape) for name in ARRAYS]
SMALL_MNIST = Source(
    "A small MNIST",
    {
        "train": (SMALL[0], SMALL[1], 0, 20),
        "validation": (SMALL[0], SMALL[1], 20, 30),
        "test": (SMALL[2], SMALL[3], 0, 10),
    },
)
NAMES = list(PACKED)


def put(folder, packed=PACKED):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in packed.items():
        (folder / name).write_bytes(content)
    return folder


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch):
    connect = socket.socket.connect

    def guarded(self, address):
        assert address[0] in ("127.0.0.1", "localhost"), f"a test connects to {address}"
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def small(monkeypatch, tmp_path):
    """The small files in place of MNIST's, an empty cache, no mirrors, little patience."""
    monkeypatch.delenv("NNLIB_MNIST", raising=False)
    monkeypatch.setattr(datasets, "MNIST", SMALL_MNIST)
    monkeypatch.setattr(datasets, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(mirrors, "MIRRORS", ())
    monkeypatch.setattr(mirrors, "PATIENCE", SHORT)
    monkeypatch.setattr(mirrors, "SHORT_PATIENCE", SHORT)
    monkeypatch.setattr(mirrors, "SCHEME", "http")
    return tmp_path


# A server whose folders are mirrors of every kind


class Mirror(BaseHTTPRequestHandler):
    def do_GET(self):
        _, kind, name = self.path.split("/")
        self.server.asked.append((kind, name))
        try:
            getattr(self, kind)(self.server.files[name])
        except OSError:
            pass  # the client has hung up

    def send(self, body, *, status=200, length=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def good(self, body):
        self.send(body)

    def slow(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for i in range(5):
            time.sleep(SHORT / 4)
            self.wfile.write(body[i * len(body) // 5 : (i + 1) * len(body) // 5])

    def missing(self, body):
        self.send(b"no such file", status=404)

    def redirecting(self, body):
        self.send_response(302)
        self.send_header("Location", self.path.replace("redirecting", "good"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def wrong(self, body):
        self.send(body[:-1] + bytes([body[-1] ^ 1]))

    def broken(self, body):
        self.send(body[: len(body) // 2], length=len(body))

    def half(self, body):
        self.send(body[: len(body) // 2])

    def endless(self, body):
        self.send_response(200)
        self.end_headers()
        for _ in range(100):  # long enough here, and a broken test need not fill the disk
            self.wfile.write(bytes(2**16))

    def hanging(self, body):
        self.server.over.wait(20)

    def stalling(self, body):
        self.send(body[: len(body) // 2], length=len(body))
        self.server.over.wait(20)

    def reset(self, body):
        """Half of it, and then the connection is not closed but torn down."""
        self.broken(body)
        time.sleep(SHORT / 4)  # so that the half arrives
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()  # it holds the connection too
        self.connection.close()

    def garbled(self, body):
        self.wfile.write(b"This is no HTTP.\r\n\r\n" + body)

    def broken_later(self, body):
        first = all(name == NAMES[0] for kind, name in self.server.asked if kind == "broken_later")
        self.good(body) if first else self.broken(body)

    def interrupting(self, body):
        if len(self.server.asked) > 1:  # not yet when asked whether it is there
            self.send(body[: len(body) // 2], length=len(body))
            _thread.interrupt_main()
            self.server.over.wait(20)
        self.good(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    server.daemon_threads = True
    server.files, server.asked, server.over = PACKED, [], threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def serving(small, server, monkeypatch):
    """A function that names the kinds of the mirrors, in order."""
    base = f"http://127.0.0.1:{server.server_port}"

    def use(*kinds):
        urls = tuple(kind if "://" in kind else f"{base}/{kind}/" for kind in kinds)
        monkeypatch.setattr(mirrors, "MIRRORS", urls)

    return use


def refused():
    """The address of a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"


def assert_whole(digits):
    pictures = np.vstack([digits.train.images, digits.validation.images])
    expected = ARRAYS[NAMES[0]].reshape(30, 784) / np.float32(255)
    np.testing.assert_array_equal(pictures, expected)
    np.testing.assert_array_equal(digits.test.labels, ARRAYS[NAMES[3]])


# The arrays


def test_the_splits_hold_the_pictures_in_order_as_float32_from_0_to_1(small):
    digits = load_mnist(put(small / "mine"))
    assert_whole(digits)
    assert digits.train.images.dtype == np.float32
    assert digits.train.images.shape == (20, 784)
    assert digits.test.images.max() == 1 and digits.test.images.min() == 0


def test_the_labels_are_whole_numbers_in_order(small):
    digits = load_mnist(put(small / "mine"))
    assert digits.train.labels.dtype == np.int64
    labels = np.concatenate([digits.train.labels, digits.validation.labels])
    np.testing.assert_array_equal(labels, ARRAYS[NAMES[1]])


def test_the_targets_have_a_single_1_in_the_column_of_the_label(small):
    split = load_mnist(put(small / "mine")).train
    assert split.targets.shape == (20, 10) and split.targets.dtype == np.float32
    np.testing.assert_array_equal(split.targets.argmax(axis=1), split.labels)
    np.testing.assert_array_equal(split.targets.sum(axis=1), np.ones(20))


def test_splits_longer_than_a_chunk_are_joined_without_a_seam(small, monkeypatch):
    monkeypatch.setattr(idx, "CHUNK", 7)
    assert_whole(load_mnist(put(small / "mine")))


def test_a_split_is_unpacked_when_it_is_first_used_and_only_once(small):
    digits = load_mnist(put(small / "mine"))
    assert not {"train", "validation", "test"} & set(vars(digits))
    assert digits.test is digits.test
    assert "train" not in vars(digits)


def test_a_file_that_holds_two_splits_is_unpacked_once(small, monkeypatch):
    unpacked, read = [], idx.read_items
    monkeypatch.setattr(
        idx, "read_items", lambda *args: (unpacked.append(args[1].name), read(*args))[1]
    )
    digits = load_mnist(put(small / "mine"))
    assert_whole(digits)
    assert sorted(unpacked) == sorted(NAMES)
    assert digits.train.images.base is digits.validation.images.base, "two parts of one array"


def test_the_targets_are_made_when_they_are_first_used(small):
    split = load_mnist(put(small / "mine")).test
    assert "targets" not in vars(split)
    assert split.targets is split.targets


@pytest.mark.parametrize("array", ["images", "labels", "targets"])
def test_the_arrays_that_cells_share_are_read_only(small, array):
    with pytest.raises(ValueError, match="read-only"):
        getattr(load_mnist(put(small / "mine")).train, array)[0] = 1


def test_the_length_of_a_split_is_its_number_of_pictures(small):
    assert len(load_mnist(put(small / "mine")).validation) == 10


def test_the_digits_say_which_they_are_how_many_and_in_which_shapes(small):
    digits = load_mnist(put(small / "mine"))
    text = repr(digits)
    for part in ["A small MNIST: 40", "28 × 28", ".train ", "(20, 784)", "(20,)", "(20, 10)"]:
        assert part in text
    assert "train" not in vars(digits), "to be described, nothing has to be unpacked"


def test_a_split_says_how_many_and_in_which_shapes(small):
    split = load_mnist(put(small / "mine")).test
    assert repr(split) == "Split of 10: images (10, 784), labels (10,), targets (10, 10)"


# Where they come from


def test_the_named_folder_comes_before_the_environment_and_the_cache(small, monkeypatch):
    put(small / "cache", {NAMES[0]: b""})
    monkeypatch.setenv("NNLIB_MNIST", str(small / "nowhere"))
    assert_whole(load_mnist(put(small / "mine")))


def test_the_folder_of_the_environment_comes_before_the_cache(small, monkeypatch):
    put(small / "cache", {NAMES[0]: b""})
    monkeypatch.setenv("NNLIB_MNIST", str(put(small / "mine")))
    assert_whole(load_mnist())


def test_an_empty_environment_variable_names_no_folder(small, monkeypatch):
    put(small / "cache")
    monkeypatch.setenv("NNLIB_MNIST", "")
    assert_whole(load_mnist())


def test_whole_files_in_the_cache_are_used_without_a_connection(serving, server, small):
    serving("good")
    put(small / "cache")
    assert_whole(load_mnist())
    assert server.asked == []


def test_a_folder_may_be_named_by_text_or_path(small):
    put(small / "mine")
    assert_whole(load_mnist(str(small / "mine")))


@pytest.mark.parametrize("folder", [7, b"mine", ["mine"], np.zeros(3)])
def test_a_folder_that_is_not_a_path_is_a_type_error_in_words(small, folder):
    with pytest.raises(TypeError, match="expected a path, got"):
        load_mnist(folder)


@pytest.mark.parametrize("load", [load_mnist, load_mnist_or_digits])
def test_a_named_folder_that_is_not_there_is_an_error_not_passed_over(small, load):
    put(small / "cache")
    with pytest.raises(FileNotFoundError, match="folder: expected .* got .*nowhere"):
        load(small / "nowhere")


@pytest.mark.parametrize("load", [load_mnist, load_mnist_or_digits])
def test_an_environment_variable_that_points_nowhere_is_an_error(small, load, monkeypatch):
    put(small / "cache")
    monkeypatch.setenv("NNLIB_MNIST", str(small / "nowhere"))
    with pytest.raises(FileNotFoundError, match="NNLIB_MNIST: expected .* got .*nowhere"):
        load()


@pytest.mark.parametrize("load", [load_mnist, load_mnist_or_digits])
def test_a_file_missing_in_a_named_folder_is_named(small, load):
    (put(small / "mine") / NAMES[2]).unlink()
    with pytest.raises(FileNotFoundError, match=f"{NAMES[2]} is missing"):
        load(small / "mine")


@pytest.mark.parametrize("load", [load_mnist, load_mnist_or_digits])
def test_wrong_bytes_in_a_named_folder_are_an_error_and_stay_untouched(small, load):
    wrong = PACKED[NAMES[3]][:-1] + b"?"
    put(put(small / "mine"), {NAMES[3]: wrong})
    with pytest.raises(ValueError, match=f"{NAMES[3]}: expected SHA-256 .*, got .*; replace"):
        load(small / "mine")
    assert (small / "mine" / NAMES[3]).read_bytes() == wrong


def test_a_file_changed_after_loading_is_found_when_it_is_unpacked(small):
    digits = load_mnist(put(small / "mine"))
    put(small / "mine", {NAMES[0]: PACKED[NAMES[0]][:-1] + b"?"})
    with pytest.raises(ValueError, match="SHA-256"):
        _ = digits.train


def test_a_file_removed_after_loading_is_a_clear_error(small):
    digits = load_mnist(put(small / "mine"))
    (small / "mine" / NAMES[0]).unlink()
    with pytest.raises(ValueError, match=f"{NAMES[0]}: expected .*No such file"):
        _ = digits.train


# Malformed files, each with the hash it should have, so that the reader itself is tried


def load_train_images(folder, packed, shape=(30, 28, 28)):
    """Unpack the bytes as the pictures of a file that was published in this very form."""
    path = folder / NAMES[0]
    path.write_bytes(packed)
    return idx.unpack_images(path, describe(NAMES[0], packed, shape))


MALFORMED = {
    "empty": b"",
    "text": b"<html>404</html>",
    "cut in the middle": PACKED[NAMES[0]][:5000],
    "without its check sum": PACKED[NAMES[0]][:-4],
    "with a wrong check sum": PACKED[NAMES[0]][:-8] + bytes(8),
    "followed by rubbish": PACKED[NAMES[0]] + b"rubbish",
    "of labels": PACKED[NAMES[1]],
    "with another magic number": gzip.compress(b"\0\0\x0d" + as_idx(ARRAYS[NAMES[0]])[3:]),
    "of an empty archive": gzip.compress(b""),
    "with half a header": gzip.compress(as_idx(ARRAYS[NAMES[0]])[:7]),
    "with too few pictures": gzip.compress(as_idx(ARRAYS[NAMES[0]])[:-1]),
    "with too many pictures": gzip.compress(as_idx(ARRAYS[NAMES[0]]) + b"\0"),
    "that says it has more pictures": gzip.compress(
        as_idx(ARRAYS[NAMES[0]]).replace(struct.pack(">I", 30), struct.pack(">I", 2**32 - 1), 1)
    ),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_file_is_one_sentence_that_names_it(tmp_path, kind):
    with pytest.raises(ValueError, match=f"{NAMES[0]}: expected .*, got .*; replace") as error:
        load_train_images(tmp_path, MALFORMED[kind])
    assert "\n" not in str(error.value)


def test_labels_above_9_are_refused(tmp_path):
    packed = gzip.compress(as_idx(np.array([3, 10, 1], np.uint8)))
    (tmp_path / "labels.gz").write_bytes(packed)
    with pytest.raises(ValueError, match="expected labels from 0 to 9, got 10"):
        idx.unpack_labels(tmp_path / "labels.gz", describe("", packed, (3,)))


def test_five_hundred_mutated_files_give_the_right_pictures_or_a_value_error(tmp_path, tell):
    rng = np.random.default_rng(1)
    right, good, refused = ARRAYS[NAMES[0]].reshape(30, 784) / np.float32(255), 0, 0
    for _ in range(500):
        packed = bytearray(PACKED[NAMES[0]][: rng.choice([100, 10_000, None])])
        for place in rng.integers(0, rng.choice([20, len(packed)]), rng.integers(1, 4)):
            packed[place] ^= 1 << rng.integers(8)
        try:
            np.testing.assert_array_equal(load_train_images(tmp_path, bytes(packed)), right)
            good += 1
        except ValueError:
            refused += 1
    tell(f"{good + refused} mutated files: {refused} refused, {good} harmless and read rightly")
    assert refused > 400


def test_a_gzip_bomb_is_refused_without_being_unpacked(tmp_path):
    packed = gzip.compress(as_idx(ARRAYS[NAMES[0]]) + bytes(10**8))
    tracemalloc.start()
    with pytest.raises(ValueError, match="expected 30 items, got more"):
        load_train_images(tmp_path, packed)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2e6


def test_a_huge_file_is_refused_by_its_size_without_being_read(small):
    folder = put(small / "mine")
    with open(folder / NAMES[0], "wb") as file:
        file.truncate(10**9)  # a hole: it takes no room on the disk
    with pytest.raises(ValueError, match="got 1,000,000,000"):
        load_mnist(folder)


# Downloads


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


FAULTS = ["missing", "redirecting", "wrong", "garbled", "broken", "reset", "half", "endless"]
FAULTS += ["hanging", "stalling"]


@pytest.mark.parametrize("fault", FAULTS)
def test_after_any_failure_the_next_mirror_is_asked(serving, small, fault):
    serving(fault, "good")
    assert_whole(load_mnist())
    assert names(small / "cache") == sorted(NAMES)


def test_a_mirror_that_refuses_the_connection_is_passed_over(serving):
    serving(refused(), "good")
    assert_whole(load_mnist())


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
    assert sizes and max(sizes) <= len(PACKED[NAMES[0]])


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


def test_an_interrupt_in_a_download_leaves_nothing_behind_and_the_next_one_works(serving, small):
    serving("interrupting")
    with pytest.raises(KeyboardInterrupt):
        load_mnist()
    assert names(small / "cache") == []
    serving("good")
    assert_whole(load_mnist())


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


def test_a_cache_that_cannot_be_made_is_one_sentence_with_what_to_do(serving, small):
    serving("good")
    (small / "cache").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="cannot be stored in .*cache .*load_mnist.folder") as error:
        load_mnist()
    assert not isinstance(error.value, ConnectionError)


def test_a_cache_from_an_older_version_is_brought_up_to_date(serving, server, small):
    """Other bytes under the same name are replaced; files of other names are left alone."""
    serving("good")
    older = {NAMES[0]: PACKED[NAMES[0]][::-1], "mnist.pkl.gz": b"?", "mnist.npz": b"?"}
    put(put(small / "cache"), older)
    assert_whole(load_mnist())
    assert {name for _, name in server.asked} == {NAMES[0]}
    assert names(small / "cache") == sorted([*NAMES, "mnist.pkl.gz", "mnist.npz"])


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


def test_an_account_without_a_home_gets_the_built_in_digits(small, monkeypatch, capsys):
    import pooch

    def homeless(_):
        raise RuntimeError("could not determine the home directory")

    monkeypatch.undo()
    monkeypatch.delenv("NNLIB_MNIST", raising=False)
    monkeypatch.setattr(pooch, "os_cache", homeless)
    assert len(load_mnist_or_digits().train) == 1200
    assert "expected a home folder, this account has none" in capsys.readouterr().out


LOADER = """
import sys
from nnlib import datasets
from nnlib.datasets import mirrors
from test_mirrors import SMALL_MNIST, assert_whole
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


def test_the_product_downloads_over_https_only():
    assert mirrors.SCHEME == "https://"
    assert all(mirror.startswith("https://") for mirror in mirrors.MIRRORS)


def test_a_mirror_without_https_is_not_even_asked(serving, server, monkeypatch):
    serving("good")
    monkeypatch.setattr(mirrors, "SCHEME", "https://")
    with pytest.raises(ConnectionError, match="MNIST could not be downloaded"):
        load_mnist()
    assert server.asked == []


def test_a_mirror_is_given_ten_seconds_to_connect():
    assert mirrors.PATIENCE == 10


def test_importing_nnlib_loads_nothing_that_could_open_a_connection():
    program = "import sys, nnlib; print({'pooch', 'requests', 'urllib3'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr


# MNIST or the built-in digits


def test_mnist_is_taken_where_it_can_be_had_and_one_line_says_so(serving, capsys):
    serving("good")
    assert_whole(load_mnist_or_digits())
    assert capsys.readouterr().out.startswith("MNIST: ")


def test_a_named_folder_is_used_by_load_mnist_or_digits(small, capsys):
    assert_whole(load_mnist_or_digits(put(small / "mine")))
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize("fault", [*FAULTS, "refused"])
def test_without_mnist_the_built_in_digits_come_with_two_lines_that_say_so(serving, capsys, fault):
    serving(refused() if fault == "refused" else fault)
    assert len(load_mnist_or_digits().train) == 1200
    out = capsys.readouterr().out
    assert out.count("\n") == 2 and max(map(len, out.splitlines())) <= 96
    assert "1,797 built-in digits" in out and "load_mnist()" in out


def test_a_cache_that_cannot_be_written_leaves_the_built_in_digits(serving, small, capsys):
    serving("good")
    (small / "cache").write_text("a file where the folder should be")
    assert len(load_mnist_or_digits().train) == 1200
    assert "cannot be stored" in capsys.readouterr().out


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


# The built-in digits


def test_the_built_in_digits_have_the_form_of_mnist():
    digits = load_digits()
    assert [len(s) for s in (digits.train, digits.validation, digits.test)] == [1200, 300, 297]
    assert digits.train.images.shape == (1200, 784) and digits.train.images.dtype == np.float32
    assert digits.train.images.min() == 0 and digits.train.images.max() == 1


def test_every_digit_is_about_equally_frequent_in_every_split():
    digits = load_digits()
    for split in (digits.train, digits.validation, digits.test):
        share = np.bincount(split.labels, minlength=10) / len(split)
        assert share.min() > 0.07 and share.max() < 0.13


def test_the_centre_of_mass_of_each_built_in_digit_stands_where_mnist_has_it():
    images = load_digits().train.images.reshape(-1, 28, 28)
    ink = images.sum(axis=(1, 2))
    for axis in (1, 2):
        centre = images.sum(axis=axis) @ np.arange(28) / ink
        np.testing.assert_allclose(centre, 14, atol=1)


def test_the_built_in_digits_are_about_as_dark_as_mnist():
    assert 0.12 < load_digits().train.images.mean() < 0.15  # MNIST: 0.131


def test_the_stored_digits_are_those_that_the_script_makes():
    pytest.importorskip("sklearn", reason="scikit-learn, the source of the digits, is not here")
    path = datasets.BUILT_IN_FOLDER / "make_digits.py"
    spec = importlib.util.spec_from_file_location("make_digits", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for file, array in zip(datasets.BUILT_IN.files, script.digits(), strict=True):
        # Unpacked: how tightly gzip packs depends on the build of zlib.
        stored = gzip.decompress((datasets.BUILT_IN_FOLDER / file.name).read_bytes())
        assert stored == script.idx(array)


def test_the_files_of_the_built_in_digits_are_small_and_credited():
    files = [datasets.BUILT_IN_FOLDER / file.name for file in datasets.BUILT_IN.files]
    assert sum(path.stat().st_size for path in files) < 500_000
    text = (datasets.BUILT_IN_FOLDER / "README.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in text and "https://doi.org/10.24432/C50P49" in text


# The real MNIST, where it is at hand


@needs_mnist
def test_mnist_has_its_published_sizes_and_first_labels():
    digits = load_mnist(REAL)
    assert [len(s) for s in (digits.train, digits.validation, digits.test)] == [
        50_000,
        10_000,
        10_000,
    ]
    assert digits.train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert digits.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert abs(digits.train.images.mean() - 0.1307) < 0.001


@needs_mnist
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


MEMORY = """
import sys
from nnlib import datasets
def peak():  # in bytes; not ru_maxrss, which begins with what the parent process had
    status = open("/proc/self/status").read()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])
before = peak()
digits = datasets.load_mnist(sys.argv[1])
splits = [digits.train, digits.validation, digits.test]
print(peak() - before, sum(split.images.nbytes for split in splits))
"""


@needs_mnist
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_unpacking_takes_at_most_15_percent_more_memory_than_the_float32_pictures(tell):
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, REAL], capture_output=True, text=True, check=True
    )
    used, pictures = map(int, done.stdout.split())
    tell(f"all of MNIST: {pictures / 1e6:.0f} MB of pictures, {used / 1e6:.0f} MB at the peak")
    assert pictures < used < 1.15 * pictures


def test_few_keeps_the_first_training_images_and_all_others():
    digits = load_digits()
    few = digits.few(100)
    assert (few.train.images == digits.train.images[:100]).all()
    assert (few.train.labels == digits.train.labels[:100]).all()
    assert few.validation is digits.validation and few.test is digits.test
    assert "images (100, 784)" in repr(few)


@pytest.mark.parametrize("n", [0, -1, 1201, 2.5, "10", None])
def test_few_of_an_impossible_number_is_refused_in_words(n):
    with pytest.raises(ValueError, match="n: expected a whole number from 1 to 1,200"):
        load_digits().few(n)
