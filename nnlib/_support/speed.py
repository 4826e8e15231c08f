"""What makes the same NumPy faster: how arrays lie in memory, how many threads multiply them."""

import functools
from contextlib import contextmanager, nullcontext

import numpy as np

SMALL_STEP = 20_000_000  # multiply-adds in a step's largest product; below it one thread is fastest
SHORT_STEPS = 2_500_000  # multiply-adds of the largest product, together within a millisecond
CHUNK = 1_000  # samples passed forward at a time when only the result is wanted


@contextmanager
def for_training(net, batch_size):
    """Inside: one BLAS thread if the net is small; no overflow warnings, divergence is told."""
    with np.errstate(over="ignore", invalid="ignore"), one_thread(net, batch_size):
        yield


def one_thread(net, batch_size):
    """A context in which BLAS uses one thread, if the step is small; outside it nothing changes.

    Threads cost a small product more than they save, and thirty kernels of a class that each start
    one a core bring a machine to a halt.
    """
    if batch_size * max(W.size for W in net.W) > SMALL_STEP:
        return nullcontext()
    return _blas().limit(limits=1)


@functools.cache
def _blas():
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


def laid_out(array):
    """A copy, column-major and from a multiple of 64 bytes on, the unit that processors read.

    Large products are a third faster so, steps of small mini-batches by some percent.
    """
    room = np.empty(array.size + 64, array.dtype)
    start = -room.__array_interface__["data"][0] % 64 // array.itemsize
    copy = room[start : start + array.size].reshape(array.shape, order="F")
    copy[...] = array
    return copy


def descend(descent, steps, goal):
    """Take so many steps, or as many as lead to the goal in epochs."""
    for _ in range(steps):
        if descent.epochs >= goal:
            return
        next(descent)


def steps_between_looks(net, batch_size):
    """How many steps to take between two looks at the clock: ten, and fewer for wide nets."""
    return max(1, min(10, SHORT_STEPS // (batch_size * max(W.size for W in net.W))))


def chunks(n, size=CHUNK):
    """Slices that part n rows: what is computed for one chunk stays in the processor's cache."""
    return (slice(start, start + size) for start in range(0, n, size))
