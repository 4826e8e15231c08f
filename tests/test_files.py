"""files: a file is whole or not there at all."""

import os
import signal
import subprocess
import sys
import time

import pytest

from nnlib._support.files import BEGIN, END, HOUR, replacing


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def write(path, text):
    with replacing(path) as temporary:
        temporary.write_text(text)


def leftover(folder, age, name="0123"):
    path = folder / f"{BEGIN}{name}{END}"
    path.write_text("half a file")
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def test_the_file_holds_what_the_block_wrote_and_no_other_file_is_left(tmp_path):
    write(tmp_path / "net.json", "new")
    assert (tmp_path / "net.json").read_text() == "new"
    assert names(tmp_path) == ["net.json"]


def test_the_temporary_file_stands_in_the_same_folder(tmp_path):
    with replacing(tmp_path / "net.json") as temporary:
        temporary.write_text("new")
        assert temporary.parent == tmp_path
        assert temporary.name.startswith(BEGIN) and temporary.name.endswith(END)


def test_the_name_is_free_or_old_until_the_block_has_ended(tmp_path):
    write(tmp_path / "net.json", "old")
    with replacing(tmp_path / "net.json") as temporary:
        temporary.write_text("new")
        assert (tmp_path / "net.json").read_text() == "old"


@pytest.mark.parametrize("exception", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_leaves_the_old_file_and_no_temporary_one(tmp_path, exception):
    write(tmp_path / "net.json", "old")
    with pytest.raises(exception), replacing(tmp_path / "net.json") as temporary:
        temporary.write_text("ne")
        raise exception
    assert (tmp_path / "net.json").read_text() == "old"
    assert names(tmp_path) == ["net.json"]


def test_an_exception_before_anything_was_written_passes_unchanged(tmp_path):
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "net.json"):
        raise ZeroDivisionError
    assert names(tmp_path) == []


def test_the_contents_are_flushed_to_disk_before_the_file_gets_its_name(tmp_path, monkeypatch):
    events = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda *a: (events.append("fsync"), fsync(*a)))
    monkeypatch.setattr(os, "replace", lambda *a: (events.append("replace"), replace(*a)))
    write(tmp_path / "net.json", "new")
    assert events == ["fsync", "replace"]


needs_locks = pytest.mark.skipif(os.name == "nt", reason="Windows locks no folder")


@needs_locks
def test_whoever_writes_alone_clears_all_leftovers(tmp_path):
    for age in (0, 60, HOUR + 60):
        leftover(tmp_path, age, name=f"{age}")
    write(tmp_path / "net.json", "new")
    assert names(tmp_path) == ["net.json"]


def test_while_another_writes_a_temporary_file_is_a_leftover_after_an_hour(tmp_path):
    with replacing(tmp_path / "other.json") as other:
        other.write_text("other")
        old = leftover(tmp_path, age=HOUR + 60)
        write(tmp_path / "net.json", "new")
        assert other.exists() and not old.exists()


def refuse(*_):
    raise OSError("no locks on this kind of disk")


def test_without_locks_a_temporary_file_is_a_leftover_after_an_hour(tmp_path, monkeypatch):
    if os.name != "nt":  # which has none anyway
        monkeypatch.setattr("fcntl.flock", refuse)
    young, old = (
        leftover(tmp_path, age, name) for age, name in [(HOUR - 60, "1"), (HOUR + 60, "2")]
    )
    write(tmp_path / "net.json", "new")
    assert young.exists() and not old.exists()


@needs_locks
def test_a_file_is_written_where_the_module_of_locks_has_none(tmp_path, monkeypatch):
    monkeypatch.delattr("fcntl.flock")  # as in Pyodide
    write(tmp_path / "net.json", "new")
    assert (tmp_path / "net.json").read_text() == "new"


@needs_locks
def test_a_writer_lets_go_of_the_folder_when_it_has_ended(tmp_path):
    handles = len(os.listdir("/dev/fd"))
    write(tmp_path / "net.json", "new")
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "net.json"):
        raise ZeroDivisionError
    assert len(os.listdir("/dev/fd")) == handles


def test_other_old_files_are_never_cleared(tmp_path):
    mine = leftover(tmp_path, age=1e6).rename(tmp_path / f"mine{END}")
    write(tmp_path / "net.json", "new")
    assert mine.exists()


def test_a_missing_folder_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "missing" / "net.json", "new")


def test_a_name_that_is_a_folder_is_an_os_error_and_leaves_nothing_behind(tmp_path):
    (tmp_path / "net.json").mkdir()
    with pytest.raises(OSError):
        write(tmp_path / "net.json", "new")
    assert names(tmp_path) == ["net.json"]


def test_a_link_stays_a_link_and_its_target_is_replaced(tmp_path):
    write(tmp_path / "real.json", "old")
    try:
        (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    except OSError as reason:
        pytest.skip(f"no symbolic links here: {reason}")
    write(tmp_path / "link.json", "new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text() == "new"


def test_two_writers_at_once_leave_one_whole_file(tmp_path):
    with replacing(tmp_path / "net.json") as first, replacing(tmp_path / "net.json") as second:
        assert first != second
        first.write_text("first")
        second.write_text("second")
    assert (tmp_path / "net.json").read_text() in ("first", "second")
    assert names(tmp_path) == ["net.json"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_writer_killed_in_the_middle_leaves_the_old_file(tmp_path):
    write(tmp_path / "net.json", "old")
    program = (
        "import sys, time\nfrom nnlib._support.files import replacing\n"
        "with replacing(sys.argv[1]) as temporary:\n"
        "    temporary.write_text('ne'); print('half', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "net.json")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"half\n"
        process.send_signal(signal.SIGKILL)
    assert (tmp_path / "net.json").read_text() == "old"
    write(tmp_path / "net.json", "new")
    assert (tmp_path / "net.json").read_text() == "new"
    assert names(tmp_path) == ["net.json"]


TURNS = 100
WRITER = """
import sys
from nnlib._support.files import replacing
for turn in range(int(sys.argv[3])):
    with replacing(sys.argv[1]) as temporary:
        temporary.write_text(sys.argv[2] * 10_000)
"""


def test_two_processes_that_write_one_file_again_and_again_never_disturb_each_other(tmp_path):
    path = tmp_path / "net.json"
    writers = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", WRITER, path, text, str(TURNS)])
        for text in ("a", "b")
    ]
    while any(writer.poll() is None for writer in writers):
        if path.exists():
            assert path.read_text() in ("a" * 10_000, "b" * 10_000)
    assert [writer.returncode for writer in writers] == [0, 0]
    assert names(tmp_path) == ["net.json"]
