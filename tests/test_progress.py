"""The progress bar."""

import threading

from tqdm import tqdm

from nnlib._support.progress import progress_bar


def test_a_lock_that_an_interrupt_left_locked_keeps_no_other_thread_waiting(capsys):
    done = []

    def another():
        with progress_bar(3, " steps") as bar:
            bar.update(3)
            done.append(bar.n)

    with tqdm.get_lock(), progress_bar(1, " steps"):  # this thread holds tqdm's own, and a bar
        thread = threading.Thread(target=another, daemon=True)
        thread.start()
        thread.join(5)
    assert done == [3]
    assert "3/3" in capsys.readouterr().out


def test_a_bar_that_is_not_shown_prints_nothing(capsys):
    with progress_bar(3, " steps", shown=False) as bar:
        bar.update(3)
    told = capsys.readouterr()
    assert told.out == told.err == ""


def test_a_bar_starts_no_thread_and_is_known_to_no_other(capsys):
    threads, bars = threading.active_count(), len(getattr(tqdm, "_instances", ()))
    with progress_bar(3, " steps"):
        assert threading.active_count() == threads
        assert len(getattr(tqdm, "_instances", ())) == bars
