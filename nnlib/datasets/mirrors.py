"""Where MNIST is fetched from: one mirror after the other, until the pinned hash is met."""

import sys

import requests
from pooch import HTTPDownloader
from tqdm.utils import CallbackIOWrapper

from nnlib._support.files import replacing
from nnlib._support.progress import progress_bar
from nnlib._support.workers import in_time
from nnlib.datasets.idx import check_file

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
SCHEME = "https://"  # an address that begins otherwise is not asked
PATIENCE = 10  # seconds for a mirror to connect, and for each piece of a file
SHORT_PATIENCE = 3  # seconds in which load_mnist_or_digits finds out whether a mirror answers
# the very bytes, and never led away from https elsewhere
AS_IT_IS = {"stream": True, "allow_redirects": False, "headers": {"Accept-Encoding": "identity"}}
ITS_FAULT = requests.RequestException, ValueError  # another error is the disk's
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
    answers = dict.fromkeys(MIRRORS, f"no answer within {seconds} s")
    asks = {
        mirror: (_complaint, Exception, _ask, mirror + files[0].name, seconds) for mirror in MIRRORS
    }
    answers |= in_time(asks, seconds)
    ready = [mirror for mirror in MIRRORS if not answers[mirror]]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            while ready and (words := _complaint(ITS_FAULT, _fetch, ready[0], file, folder)):
                answers[ready.pop(0)] = words
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


def _complaint(faults, do, *arguments):
    """What went wrong, in a few words where the libraries fill lines; "" when all is well."""
    try:
        do(*arguments)
        return ""
    except faults as reason:
        if isinstance(reason, requests.HTTPError):
            return f"answered {reason.response.status_code}"
        if isinstance(reason, ValueError) and not isinstance(reason, requests.RequestException):
            return "sent something else than the published file"
        return f"no connection, or it broke off ({type(reason).__name__})"


def _ask(url, seconds):
    if not url.startswith(SCHEME):
        raise requests.exceptions.InvalidSchema
    with requests.get(url, timeout=seconds, **AS_IT_IS) as response:
        response.raise_for_status()


def _fetch(mirror, file, folder):
    """Raises ValueError when it is not the published file, OSError when the disk fails."""
    looks = {"desc": file.name, "unit_scale": True, "file": sys.stderr}
    with (
        replacing(folder / file.name) as path,
        open(path, "wb") as out,
        progress_bar(file.size, "B", **looks) as bar,
    ):

        def count(n):
            bar.update(n)
            if bar.n > file.size:  # or an endless answer would fill the disk
                raise ValueError

        download = HTTPDownloader(chunk_size=2**16, timeout=PATIENCE, **AS_IT_IS)
        download(mirror + file.name, CallbackIOWrapper(count, out, "write"), None)
        check_file(path, file)
