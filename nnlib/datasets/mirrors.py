"""Where MNIST is fetched from: pooch asks one mirror after the other, the pinned hash decides."""

import contextlib
import sys
import threading
import time
from types import SimpleNamespace

import pooch
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
# for requests: the very bytes, and never led away from https elsewhere
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

    Raises ConnectionError with the manual steps when none delivers, OSError when the disk fails.
    """
    answers = _ask_all(files[0].name, seconds)
    mirrors = [mirror for mirror in MIRRORS if answers[mirror] == "ready"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        delivered = all(_download(file, folder, mirrors, answers) for file in files)
    except KeyboardInterrupt:  # one of our own: to show the frames of pooch below takes a second
        raise KeyboardInterrupt from None
    except OSError as reason:
        raise OSError(
            f"MNIST cannot be stored in {folder} ({reason.strerror or reason}); put that right, or "
            "put the four files into a folder of yours and name it: load_mnist(folder), or set "
            "NNLIB_MNIST to it."
        ) from reason
    if not delivered:
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


def _download(file, folder, mirrors, answers):
    """Whether one of the mirrors delivers the file; one that fails goes to the end of the list.

    Raises OSError when the disk fails.
    """
    for mirror in list(mirrors):
        try:
            with replacing(folder / file.name) as temporary:
                _fetch(mirror + file.name, file, temporary)
            return True
        except (requests.RequestException, ValueError) as reason:
            answers[mirror] = _in_words(reason)
            mirrors.append(mirrors.pop(0))
    return False


def _fetch(url, file, path):
    """Download to path, with a progress bar; raise ValueError for anything but the file.

    Not by pooch.retrieve: what a kill leaves of its temporary files would stay for ever.
    """
    looks = {"desc": file.name, "unit_scale": True, "file": sys.stderr}
    bar = progress_bar(file.size, "B", **looks)
    with open(path, "w+b") as out, bar, contextlib.ExitStack() as connection:

        def write(piece):
            bar.update(len(piece))
            if bar.n > file.size:
                raise ValueError("more bytes than the published file has")
            out.write(piece)

        def answered(response, **_):
            connection.callback(response.close)  # pooch leaves it open where a download fails

        receiver = SimpleNamespace(write=write, flush=out.flush)
        options = {"chunk_size": 2**16, "timeout": PATIENCE, "hooks": {"response": answered}}
        pooch.HTTPDownloader(**options, **AS_IT_IS)(url, receiver, None)
        out.seek(0)
        check_bytes(out, file, url)


def _in_words(reason):
    """A few words for a failed download: the libraries' own fill several lines."""
    if getattr(reason, "response", None) is not None:
        return f"answered {reason.response.status_code}"
    if isinstance(reason, ValueError):
        return "sent something else than the published file"
    return f"no connection, or it broke off ({type(reason).__name__})"
