"""Where MNIST is fetched from: the mirrors, asked all at once, and the download, pinned by hash."""

import errno
import queue
import sys
import threading
import time

from nnlib._support.files import replacing
from nnlib._support.progress import progress_bar
from nnlib.datasets.idx import check_bytes, is_genuine

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
SCHEME = "https://"  # an address that begins otherwise is not asked
PATIENCE = 10  # seconds for a mirror to connect, and for each piece of a file
PIECE = 2**16  # bytes: at the slowest that is waited for, MNIST takes half an hour
SHORT_PATIENCE = 3  # seconds in which load_mnist_or_digits finds out whether a mirror answers
FULL_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def fill(folder, files, seconds):
    """Download those of the files that the folder lacks, from mirrors that answer within seconds.

    Raises ConnectionError with the manual steps when none delivers, OSError when the disk fails.
    """
    # a bad copy is simply fetched again
    missing = [file for file in files if not is_genuine(folder / file.name, file)]
    if not missing:
        return
    mirrors, answers = _answering(missing[0], seconds)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in missing:
            _download(file, folder, mirrors, answers)
    except ConnectionError:
        raise ConnectionError(_manual_steps(answers, files)) from None
    except OSError as reason:
        raise OSError(
            f"MNIST cannot be stored in {folder} ({reason.strerror or reason}); put that right, or "
            "put the four files into a folder of yours and name it: load_mnist(folder), or set "
            "NNLIB_MNIST to it."
        ) from reason


def _answering(file, seconds):
    """The mirrors that begin to send the file in time, and what each of the others answered.

    All are asked at once, in threads that may be left behind, since the look-up of a name can
    hang for minutes, keeps to no time-out and cannot be interrupted.
    """
    import requests  # noqa: F401  (before the threads, so that none of them holds up an import)

    answers = {mirror: f"no answer within {seconds} s" for mirror in MIRRORS}
    threads = [
        threading.Thread(target=_ask, args=(mirror, file, seconds, answers), daemon=True)
        for mirror in MIRRORS
    ]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return [mirror for mirror in MIRRORS if answers[mirror] == "ready"], answers


def _ask(mirror, file, seconds, answers):
    try:
        with _opened(mirror + file.name, seconds):
            answers[mirror] = "ready"
    except Exception as reason:  # any failure at all means: not this mirror
        answers[mirror] = _in_words(reason)


def _opened(url, seconds):
    """The answer to a request: the bytes as they are, and never led away from https elsewhere."""
    import requests

    if not url.startswith(SCHEME):
        raise ConnectionRefusedError(url)
    as_they_are = {"Accept-Encoding": "identity"}
    response = requests.get(
        url, timeout=seconds, stream=True, allow_redirects=False, headers=as_they_are
    )
    response.raise_for_status()
    return response


def _download(file, folder, mirrors, answers):
    """Download one file from the mirrors in turn; one that fails is moved to the end of the list.

    Raises ConnectionError when all fail, OSError when the disk does.
    """
    with replacing(folder / file.name) as temporary, open(temporary, "w+b") as out:
        for mirror in list(mirrors):
            try:
                return _fetch(mirror + file.name, file, out)
            except Exception as reason:  # a wrong hash and a lost connection are the same here
                if getattr(reason, "errno", None) in FULL_DISK:
                    raise
                answers[mirror] = _in_words(reason)
                mirrors.append(mirrors.pop(0))
        raise ConnectionError(f"no mirror delivered {file.name}")


def _fetch(url, file, out):
    """Download into an open file, with a progress bar; raise ValueError for any other content.

    A thread receives the pieces, and is left behind with a mirror that trickles: a byte now and
    then keeps to every time-out of a connection, and would take days.
    """
    pieces, over = queue.SimpleQueue(), threading.Event()
    threading.Thread(target=_receive, args=(url, file.size, pieces, over), daemon=True).start()
    out.seek(0)  # over what another mirror may have left
    looks = {"desc": file.name, "unit_scale": True, "file": sys.stderr}
    with progress_bar(file.size, "B", **looks) as bar:
        try:
            while piece := _next(pieces):
                out.write(piece)
                bar.update(len(piece))
        finally:
            over.set()
    out.seek(0)
    check_bytes(out, file, url)


def _receive(url, most, pieces, over):
    """Put the pieces of at most so many bytes into the queue, and at the end b"" or what failed."""
    end = b""
    try:
        with _opened(url, PATIENCE) as response:
            for piece in response.iter_content(PIECE):
                most -= len(piece)
                if most < 0:
                    raise ValueError("more bytes than the published file has")
                if over.is_set():
                    return
                pieces.put(piece)
    except Exception as reason:
        end = reason
    pieces.put(end)


def _next(pieces):
    try:
        piece = pieces.get(timeout=PATIENCE)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(piece, Exception):
        raise piece
    return piece


def _in_words(reason):
    """A few words for a failed download: the libraries' own fill several lines."""
    status = getattr(getattr(reason, "response", None), "status_code", None)
    if status:
        return f"answered {status}"
    if isinstance(reason, ValueError):
        return "sent something else than the published file"
    return f"no connection, or it broke off ({type(reason).__name__})"


def _manual_steps(answers, files):
    names = [file.name for file in files]
    return "\n".join(
        [
            "MNIST could not be downloaded: no mirror delivered it.",
            *[f"  {mirror} {answer}" for mirror, answer in answers.items()],
            "By hand: fetch these four files from one of the mirrors, and leave them packed:",
            f"  {', '.join(names[:2])},",
            f"  {', '.join(names[2:])};",
            "put them into one folder and name it: load_mnist(folder), or set NNLIB_MNIST to it.",
            "Without any download, load_digits() has 1,797 real digits in the same form.",
        ]
    )
