"""Where MNIST is fetched from: one mirror after the other, until the pinned hash is met."""

import sys
import threading
import time

import requests

from nnlib._support.files import replacing
from nnlib._support.progress import progress_bar
from nnlib.datasets.idx import check_bytes

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
SCHEME = "https://"  # an address that begins otherwise is not asked
PATIENCE = 10  # seconds for a mirror to connect, and for each piece of a file
SHORT_PATIENCE = 3  # seconds in which load_mnist_or_digits finds out whether a mirror answers
PIECE = 2**16  # bytes
# the very bytes, and never led away from https elsewhere
AS_IT_IS = {"stream": True, "allow_redirects": False, "headers": {"Accept-Encoding": "identity"}}
BY_HAND = """\
MNIST could not be downloaded: no mirror delivered it.
{answers}
By hand: fetch these four files from one of the mirrors, and leave them packed:
  train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz,
  t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz;
put them into one folder and name it: load_mnist(folder), or set NNLIB_MNIST to it.
Without any download, load_digits() has 1,797 real digits in the same form."""


def fill(folder, files, seconds):
    """Download the files into the folder, from mirrors that answer within so many seconds.

    A mirror that fails is not asked again. Raises ConnectionError with the manual steps when none
    is left, OSError when the disk fails.
    """
    answers = _ask_all(files[0].name, seconds)
    ready = [mirror for mirror in MIRRORS if answers[mirror] == "ready"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            while ready and not _has_fetched(file, folder, ready[0], answers):
                del ready[0]
    except KeyboardInterrupt:  # one of our own: to show the frames of the libraries takes a second
        raise KeyboardInterrupt from None
    except OSError as reason:
        raise OSError(
            f"MNIST cannot be stored in {folder} ({reason.strerror or reason}); put that right, or "
            "put the four files into a folder of yours and name it: load_mnist(folder), or set "
            "NNLIB_MNIST to it."
        ) from reason
    if not ready:
        lines = "\n".join(f"  {mirror} {answer}" for mirror, answer in answers.items())
        raise ConnectionError(BY_HAND.format(answers=lines))


def _ask_all(name, seconds):
    """What each mirror answers in time when asked for the file: "ready", or a few words.

    All are asked at once, in threads that may be left behind: the look-up of a mirror's address
    can hang for minutes, keeps to no time-out and cannot be interrupted.
    """
    answers = dict.fromkeys(MIRRORS, f"no answer within {seconds} s")
    asked = [(mirror, name, seconds, answers) for mirror in MIRRORS]
    threads = [threading.Thread(target=_ask, args=each, daemon=True) for each in asked]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return dict(answers)  # a copy: who answers too late is not heard


def _ask(mirror, name, seconds, answers):
    try:
        if not mirror.startswith(SCHEME):
            raise ConnectionRefusedError
        with requests.get(mirror + name, timeout=seconds, **AS_IT_IS) as response:
            response.raise_for_status()
        answers[mirror] = "ready"
    except Exception as reason:  # any failure at all means: not this mirror
        answers[mirror] = _in_words(reason)


def _has_fetched(file, folder, mirror, answers):
    """Whether the mirror delivers the published file, to the byte. OSError when the disk fails."""
    looks = {"desc": file.name, "unit_scale": True, "file": sys.stderr}
    try:
        with (
            replacing(folder / file.name) as path,
            open(path, "w+b") as out,
            requests.get(mirror + file.name, timeout=PATIENCE, **AS_IT_IS) as response,
            progress_bar(file.size, "B", **looks) as bar,
        ):
            response.raise_for_status()
            for piece in response.iter_content(PIECE):
                bar.update(len(piece))
                if bar.n > file.size:  # or an endless answer would fill the disk
                    raise ValueError
                out.write(piece)
            out.seek(0)
            check_bytes(out, file, mirror)
        return True
    except (requests.RequestException, ValueError) as reason:
        answers[mirror] = _in_words(reason)
        return False


def _in_words(reason):
    """A few words for a failed download: the libraries' own fill several lines."""
    if getattr(reason, "response", None) is not None:
        return f"answered {reason.response.status_code}"
    if isinstance(reason, ValueError):
        return "sent something else than the published file"
    return f"no connection, or it broke off ({type(reason).__name__})"
