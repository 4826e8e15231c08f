"""nnlib.datasets: the right digits, from wherever they can be had, or a clear sentence."""

import gzip
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from mirror import FAULTS, refused
from small_mnist import NAMES, PACKED, UNPACKED, assert_whole, put

from nnlib import load_mnist, load_mnist_or_digits
from nnlib.datasets import MNIST, share_mnist

REAL = os.environ.get("NNLIB_MNIST")

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


def test_an_account_without_a_home_gets_the_built_in_digits(small, monkeypatch, capsys):
    import pooch

    def homeless(_):
        raise RuntimeError("could not determine the home directory")

    monkeypatch.undo()
    monkeypatch.delenv("NNLIB_MNIST", raising=False)
    monkeypatch.setattr(pooch, "os_cache", homeless)
    assert len(load_mnist_or_digits().train) == 1200
    assert "expected a home folder, got an account without one" in capsys.readouterr().out


# Files that somebody has unpacked

DOTTED = {name.replace("-idx", ".idx"): content for name, content in UNPACKED.items()}
LYING = {  # what lies in the folder
    "all unpacked": UNPACKED,
    "all unpacked, under their other name": DOTTED,
    "packed and unpacked": PACKED | UNPACKED,
    "pictures packed, labels not": dict([*PACKED.items()][::2]) | dict([*UNPACKED.items()][1::2]),
    "unpacked, the ending .gz kept": {f"{name}.gz": some for name, some in UNPACKED.items()},
    "packed, the ending .gz lost": {n.removesuffix(".gz"): some for n, some in PACKED.items()},
}


@pytest.mark.parametrize("kind", LYING)
@pytest.mark.parametrize("load", [load_mnist, load_mnist_or_digits])
def test_files_that_lie_unpacked_are_read(small, kind, load):
    assert_whole(load(put(small / "mine", LYING[kind])))


@pytest.mark.parametrize("name", UNPACKED)
def test_a_file_missing_among_unpacked_ones_is_named(small, name):
    (put(small / "mine", UNPACKED) / name).unlink()
    words = f"packed .*, got a folder in which {name}.gz is missing"
    with pytest.raises(FileNotFoundError, match=words):
        load_mnist(small / "mine")


def test_wrong_bytes_in_an_unpacked_file_are_an_error(small):
    name, content = [*UNPACKED.items()][3]
    put(put(small / "mine", UNPACKED), {name: content[:-1] + b"?"})
    with pytest.raises(ValueError, match=f"{name}: expected SHA-256 .*, got .*; replace"):
        load_mnist(small / "mine")


def test_unpacked_files_are_shared_too(small):
    folder = put(small / "mine", UNPACKED)
    assert share_mnist(folder) == folder.resolve()
    assert len(list(folder.glob("*.float32"))) == 2
    assert_whole(load_mnist(folder))


@pytest.mark.skipif(not REAL, reason="NNLIB_MNIST does not name a folder with MNIST")
def test_the_published_files_are_known_unpacked_too():
    for file in MNIST.files:
        content = gzip.decompress((Path(REAL) / file.name).read_bytes())
        assert hashlib.sha256(content).hexdigest() == file.sha256_of(len(content))


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


def test_in_a_browser_the_built_in_digits_take_mnists_place(monkeypatch, capsys):
    monkeypatch.delenv("NNLIB_MNIST", raising=False)
    monkeypatch.setattr(sys, "platform", "emscripten")
    assert len(load_mnist_or_digits().train) == 1200
    assert "got a browser without them; runs are smaller here.\n" in capsys.readouterr().out


def test_importing_nnlib_loads_nothing_that_could_open_a_connection():
    program = "import sys, nnlib; print({'pooch', 'requests', 'urllib3'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr
