"""A class on one server: thirty kernels at once, each running notebook 8 on MNIST from end to end.

The server is set up as README says: MNIST lies unpacked in one folder that all kernels read, and a
kernel has one thread.
Costs ten minutes of both cores; KERNELS=6 in the environment makes the class smaller.
"""

import asyncio
import os
import shutil
from contextlib import AsyncExitStack
from pathlib import Path

import nbformat
import numpy as np
import psutil
import pytest
from nbclient import NotebookClient

from nnlib.datasets import MNIST, cache_folder, load_mnist, share_mnist

NOTEBOOK = Path(__file__).parents[2] / "notebooks/08_reading_handwritten_digits.ipynb"
KERNELS = int(os.environ.get("KERNELS", 30))
A_KERNEL, TOGETHER = 300e6, 7e9 * KERNELS / 30  # bytes
SLOWER = 1.5 * KERNELS / os.cpu_count()  # times an epoch of a kernel that has the machine alone
EPOCHS = "np.savetxt('epochs.txt', history.seconds)"  # as a file: a late message may get lost


class Student:
    """A kernel in a folder of its own that runs the notebook cell by cell, as Run All does."""

    def __init__(self, folder):
        shutil.copytree(NOTEBOOK.parent / "pictures", folder / "pictures")
        self.folder = folder
        self.notebook = nbformat.read(NOTEBOOK, as_version=4)
        self.notebook.cells.append(nbformat.v4.new_code_cell(EPOCHS))
        place = {"metadata": {"path": str(folder)}}
        patience = {"timeout": 1200, "startup_timeout": 300, "iopub_timeout": 60}
        self.client = NotebookClient(
            self.notebook, kernel_name="python3", resources=place, **patience
        )

    async def come(self, room):
        """Start the kernel; it lives until the room is closed."""
        await room.enter_async_context(self.client.async_setup_kernel())
        self.process = psutil.Process(self.client.km.provisioner.process.pid)

    async def attend(self):
        for number, cell in enumerate(self.notebook.cells):
            await self.client.async_execute_cell(cell, number)

    @property
    def epoch(self):
        """Seconds that an epoch of the full run took: the median of thirty."""
        return np.median(np.loadtxt(self.folder / "epochs.txt"))


class Memory:
    """The most that the kernels have held: `own` bytes in one of them, `together` in all.

    Own is what no other process can share (anonymous memory). Together is the sum of PSS, which
    counts a page that several kernels map once.
    """

    def __init__(self):
        self.own = self.together = 0

    def look(self, processes):
        for process in processes:
            info = process.memory_info()
            self.own = max(self.own, info.rss - info.shared)
        self.together = max(self.together, sum(p.memory_full_info().pss for p in processes))

    async def watch(self, processes):
        while True:
            await asyncio.to_thread(self.look, processes)
            await asyncio.sleep(1)


async def lesson(folder, n):
    """n students at once: those who finished, what went wrong for the others, and the memory.

    All kernels are up before the first begins and stay until the last has finished.
    """
    students, memory = [Student(folder / f"{n}-{number}") for number in range(n)], Memory()
    async with AsyncExitStack() as room:
        for student in students:  # one by one: two that start at once may choose the same port
            await student.come(room)
        watch = asyncio.create_task(memory.watch([student.process for student in students]))
        answers = await asyncio.gather(*(s.attend() for s in students), return_exceptions=True)
        watch.cancel()
    finished = [s for s, answer in zip(students, answers, strict=True) if answer is None]
    return finished, [answer for answer in answers if answer is not None], memory


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A folder for a class, MNIST and threads set up as README says for a server."""
    try:
        load_mnist()
    except OSError:
        pytest.skip("no MNIST on this machine, and none to be downloaded")
    packed = Path(os.environ.get("NNLIB_MNIST") or cache_folder())
    shared = tmp_path / "mnist"
    shared.mkdir()
    for file in MNIST.files:
        shutil.copy(packed / file.name, shared)
    share_mnist(shared)
    monkeypatch.setenv("NNLIB_MNIST", str(shared))
    for library in ("OPENBLAS", "OMP", "MKL"):
        monkeypatch.setenv(f"{library}_NUM_THREADS", "1")
    return tmp_path


def test_a_class_runs_notebook_8_at_once_on_one_server(server, tell):
    (alone,), *_ = asyncio.run(lesson(server, 1))
    finished, failures, memory = asyncio.run(lesson(server, KERNELS))
    slowest = max((student.epoch for student in finished), default=float("inf"))
    tell(
        f"a class of {KERNELS} kernels at once on {os.cpu_count()} cores: {len(finished)} ran "
        f"notebook 8 to its end on MNIST; a kernel held at most {memory.own / 1e6:.0f} MB of its "
        f"own, all together {memory.together / 1e9:.1f} GB (PSS); an epoch took "
        f"{slowest:.1f} s, {slowest / alone.epoch:.1f} times its {alone.epoch:.2f} s alone "
        f"(promised: at most {SLOWER:.1f})"
    )
    assert not failures
    assert len(finished) == KERNELS
    assert memory.own <= A_KERNEL
    assert memory.together <= TOGETHER
    assert slowest <= SLOWER * alone.epoch
