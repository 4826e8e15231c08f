"""Ten thousand damaged or hostile MNIST files, ten thousand saved networks: refused, or read right.

Costs about a minute and a half. Each file must end in a ValueError of one line or in what an
independent reading of it gives, in bounded time and memory; any other exception fails the test.
All files of one kind are read in one process, which the system allows a bounded memory.
"""

import copy
import gzip
import hashlib
import json
import os
import struct
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from amounts import amount

from nnlib import LOG_LIKELIHOOD, RELU, SOFTMAX, TANH, Network, datasets, load_mnist
from nnlib._support.saving import checksum
from nnlib.activations import ACTIVATIONS
from nnlib.costs import COSTS
from nnlib.datasets import idx
from nnlib.datasets.digits import Source
from nnlib.datasets.idx import File

FILES = amount(10_000)
MOST_MEMORY = 80_000_000  # bytes that one file may cost; the largest here has 13 million
MOST_SECONDS = 3  # of the processor, for one file


# What is counted


class Tally:
    """How the files ended, and what the most expensive one cost."""

    def __init__(self):
        self.refused = self.right = self.memory = self.seconds = 0
        self.reasons = set()

    def read(self, reading, check, *clue):
        """Read one file: a ValueError in one line, or a result that passes the check."""
        tracemalloc.reset_peak()
        before, began = tracemalloc.get_traced_memory()[0], time.process_time()
        try:
            result = reading()
        except ValueError as refusal:
            assert type(refusal) is ValueError, (refusal, *clue)
            sentence = str(refusal)
            assert sentence.isprintable() and len(sentence) < 700, (sentence, *clue)
            self.reasons.add(sentence.split(": ")[1][:14])
            self.refused += 1
        except Exception as other:
            raise AssertionError(f"{other!r} for {clue}") from other
        else:
            check(result)
            self.right += 1
        self.seconds = max(self.seconds, time.process_time() - began)
        self.memory = max(self.memory, tracemalloc.get_traced_memory()[1] - before)

    def told(self):
        return {
            "refused": self.refused,
            "right": self.right,
            "memory": self.memory,
            "seconds": self.seconds,
            "reasons": len(self.reasons),
        }


# Damage to any bytes


def flipped(rng, raw):
    """One to eight bits flipped, in the first bytes or anywhere."""
    raw = bytearray(raw)
    end = min(len(raw), rng.choice([16, 64, 10**9]))
    for place in rng.integers(0, end, rng.integers(1, 9)):
        raw[place] ^= 1 << int(rng.integers(8))
    return bytes(raw)


def truncated(rng, raw):
    return raw[: rng.integers(len(raw))]


def extended(rng, raw):
    return raw + rng.bytes(int(rng.integers(1, 2000)))


def overwritten(rng, raw):
    start, n = int(rng.integers(len(raw))), int(rng.integers(1, 200))
    return raw[:start] + rng.bytes(n) + raw[start + n :]


def with_a_hole(rng, raw):
    start = int(rng.integers(len(raw)))
    return raw[:start] + raw[start + int(rng.integers(1, 200)) :]


def repeated(rng, raw):
    start, n = int(rng.integers(len(raw))), int(rng.integers(1, 200))
    return raw[: start + n] + raw[start:]


def rubbish(rng, raw):
    return rng.bytes(int(rng.integers(0, 3000)))


ANY_BYTES = (flipped, truncated, extended, overwritten, with_a_hole, repeated, rubbish)


# MNIST files


SHAPE = (30, 28, 28)


def as_idx(array, magic=None):
    magic = 0x0800 + array.ndim if magic is None else magic
    return struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + array.tobytes()


def packed(raw):
    return gzip.compress(raw, compresslevel=1, mtime=0)


def other_content(rng, array):
    """Well packed, but not what it should be inside."""
    raw = as_idx(array)
    damage = ANY_BYTES[rng.integers(len(ANY_BYTES))]
    return packed(damage(rng, raw))


def huge_header(rng, array):
    sizes = rng.choice([0, 1, 30, 31, 2**16, 2**31 - 1, 2**31, 2**32 - 1], array.ndim)
    return packed(struct.pack(f">{1 + array.ndim}I", 0x0800 + array.ndim, *sizes) + bytes(999))


def other_magic(rng, array):
    return packed(as_idx(array, int(rng.choice([0, 0x801, 0x802, 0x804, 0x8FF, 0xD03, 0x308]))))


def bomb(rng, array):
    """Two hundred kilobytes that unpack into two hundred million."""
    return packed(as_idx(array)) + BOMB[: int(rng.integers(1000, len(BOMB)))]


def two_members(rng, array):
    """Two gzip files in one, as the gzip format allows: they are read as one."""
    raw = as_idx(array)
    cut = int(rng.integers(len(raw)))
    return packed(raw[:cut]) + packed(raw[cut:])


def other_array(rng, array):
    shape = rng.integers(0, 40, rng.integers(1, 4))
    return packed(as_idx(rng.integers(0, 256, shape, np.uint8)))


BOMB = gzip.compress(bytes(2 * 10**8), mtime=0)
INSIDE = (other_content, other_content, huge_header, other_magic, bomb, two_members, other_array)


def mutated_idx(rng, array):
    if rng.random() < 0.5:
        damage = ANY_BYTES[rng.integers(len(ANY_BYTES))]
        return damage.__name__, damage(rng, packed(as_idx(array)))
    damage = INSIDE[rng.integers(len(INSIDE))]
    return damage.__name__, damage(rng, array)


def described(name, content, shape):
    """The File as if this very content had been published: so the reader itself is tried."""
    return File(name, hashlib.sha256(content).hexdigest(), len(content), shape)


def read_idx_files(folder):
    """Past the check of the hash."""
    rng, tally = np.random.default_rng(1), Tally()
    images = rng.integers(0, 256, SHAPE, np.uint8)
    labels = rng.integers(0, 10, SHAPE[:1], np.uint8)
    path = folder / "file.gz"
    for _ in range(FILES // 2):
        for array, unpack in [(images, idx.unpack_images), (labels, idx.unpack_labels)]:
            kind, content = mutated_idx(rng, array)
            path.write_bytes(content)
            file = described(path.name, content, array.shape)

            def check(found, content=content, array=array):
                assert found.max() <= 9, "no label is larger, no picture nearly"
                raw = gzip.decompress(content)
                inside = np.frombuffer(raw[4 * (1 + array.ndim) :], np.uint8).reshape(
                    len(array), -1
                )
                assert raw[: 4 * (1 + array.ndim)] == as_idx(array)[: 4 * (1 + array.ndim)]
                assert (found.reshape(len(array), -1) == inside / np.float32(255)).all() or (
                    found == inside[:, 0]
                ).all()

            tally.read(lambda unpack=unpack, file=file: unpack(path, file), check, kind)
    return tally.told()


def read_through_the_door(folder):
    """load_mnist of a folder in which one file is damaged."""
    rng, tally = np.random.default_rng(2), Tally()
    arrays = {
        f"{part}-{kind}": rng.integers(0, 10, shape, np.uint8)
        for part in ("train", "test")
        for kind, shape in (("images", SHAPE), ("labels", SHAPE[:1]))
    }
    whole = {name: packed(as_idx(array)) for name, array in arrays.items()}
    files = [described(name, whole[name], arrays[name].shape) for name in arrays]
    splits = {"train": (*files[:2], 0, 20), "validation": (*files[:2], 20, 30)}
    datasets.MNIST = Source("MNIST", {**splits, "test": (*files[2:], 0, 30)})
    for name, content in whole.items():
        (folder / name).write_bytes(content)
    for i in range(FILES):
        name = list(arrays)[i % 4]
        kind, content = mutated_idx(rng, arrays[name])
        (folder / name).write_bytes(content)
        tally.read(lambda: load_mnist(folder), lambda _, c=content, n=name: same(c, whole[n]), kind)
        (folder / name).write_bytes(whole[name])
    assert load_mnist(folder).train.images.shape == (20, 784)
    return tally.told()


def same(content, original):
    assert content == original


# Saved networks


def net_text(content, own_checksum=True):
    """The file of this content, with the checksum that belongs to it."""
    content = {key: value for key, value in content.items() if key != "sha256"}
    digits = checksum(content) if own_checksum else "0" * 64
    return json.dumps({**content, "sha256": digits}).encode("utf-8", "surrogatepass")


VALUES = (
    None, True, False, 0, 1, -1, 2, 10**9, 10**400, 0.0, -0.0, 1.5, 5e-324, 1.7e308, 1e39, "",
    "sigmoid", "softmax", "float32", "float64", "f8", "O", "a", "<script>alert(1)</script>",
    "a\nb", "\x1b[2J", "\ud800", "x" * 10_000, float("nan"), float("inf"), [], [[]], [[[]]], {},
    {"a": 1}, [0.0], [1, 2], [[0.0]], [[[0.0]]], [None], ["sigmoid", "sigmoid"], [2, 3, 2],
    [10**9, 10**9], [2, 10**400], [1, 20_000_000, 1], [1] * 1000, [[0.0] * 3] * 2, 4e400,
)  # fmt: skip


def a_place(rng, content):
    """A list or dict somewhere in the content, and a key or an index in it."""
    here = content
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        key = keys[rng.integers(len(keys))]
        deeper = here[key]
        if not isinstance(deeper, (list, dict)) or not deeper or rng.random() < 0.3:
            return here, key
        here = deeper


def other_value(rng, content):
    here, key = a_place(rng, content)
    here[key] = copy.deepcopy(VALUES[rng.integers(len(VALUES))])
    return net_text(content)


def lost_value(rng, content):
    here, key = a_place(rng, content)
    del here[key]
    return net_text(content)


def value_too_many(rng, content):
    here, key = a_place(rng, content)
    value = copy.deepcopy(VALUES[rng.integers(len(VALUES))])
    if isinstance(here, list):
        here.insert(key, value)
    else:
        here[str(rng.integers(99))] = value
    return net_text(content)


def swapped_values(rng, content):
    (one, i), (other, j) = a_place(rng, content), a_place(rng, copy.deepcopy(content))
    one[i] = other[j]
    return net_text(content)


def other_names(rng, content):
    """The names of real activations and costs: many of these networks make sense."""
    names = [f.name for f in ACTIVATIONS]
    content["activations"] = [names[i] for i in rng.integers(0, len(names), 2)]
    content["cost"] = COSTS[rng.integers(len(COSTS))].name
    content["dtype"] = str(rng.choice(["float32", "float64"]))
    return net_text(content)


def wrong_checksum(rng, content):
    return net_text(content, own_checksum=False)


def twin_key(rng, content):
    text = net_text(content).decode()
    key = list(content)[rng.integers(len(content))]
    return text.replace(f'"{key}":', f'"{key}": 1, "{key}":', 1).encode()


def deep(rng, content):
    """Lists in lists, or dicts in dicts, closed or not, alone or in a network."""
    depth = int(10 ** rng.uniform(1, 5.3))
    begin, end = (b"[", b"]") if rng.random() < 0.5 else (b'{"a":', b"}")
    nest = begin * depth + b"1" + (end * depth if rng.random() < 0.7 else b"")
    return rng.choice([nest, net_text(content).replace(b'"sizes": ', b'"sizes": ' + nest + b", ")])


def long_number(rng, content):
    digits = b"9" * int(10 ** rng.uniform(0, 5))
    number = rng.choice([digits, b"-" + digits, b"0." + digits, digits + b".5", b"1e" + digits])
    return net_text(content).replace(b"2", number, 1)


def constant(rng, content):
    word = rng.choice([b"NaN", b"Infinity", b"-Infinity", b"nan", b"1e999", b"0x10", b"1_000"])
    return net_text(content).replace(b"0.", word + b", 0.", 1)


def other_coding(rng, content):
    text = net_text(content).decode()
    return text.encode(str(rng.choice(["utf-16", "utf-32", "utf-8-sig", "utf-7", "cp037"])))


def many_items(rng, content):
    n = int(10 ** rng.uniform(2, 4.5))
    item = VALUES[rng.integers(25)]
    content[str(rng.choice(["sizes", "activations", "W", "b", "more"]))] = [item] * n
    return net_text(content)


def zipped(rng, content):
    return packed(bytes(10**6)) if rng.random() < 0.5 else packed(net_text(content))


PARSED = (
    other_value, other_value, other_value, lost_value, value_too_many, swapped_values, other_names,
    wrong_checksum, twin_key, deep, long_number, constant, other_coding, many_items, zipped,
)  # fmt: skip


def read_networks(folder):
    rng, tally, path = np.random.default_rng(3), Tally(), folder / "net.json"
    options = {"activations": [TANH, SOFTMAX], "cost": LOG_LIKELIHOOD}
    nets = [
        Network([2, 3, 2], rng=rng),
        Network(
            [2, 1, 2], rng=rng, biases=False, dtype=np.float32, activations=RELU, cost=COSTS[0]
        ),
        Network([2, 3, 2], rng=rng, **options),
    ]
    originals = []
    for net in nets:
        net.save(path)
        originals.append(path.read_bytes())
    for i in range(FILES):
        raw = originals[i % len(nets)]
        if rng.random() < 0.3:
            damage = ANY_BYTES[rng.integers(len(ANY_BYTES))]
            content = damage(rng, raw)
        else:
            damage = PARSED[rng.integers(len(PARSED))]
            content = damage(rng, json.loads(raw))
        path.write_bytes(content)
        tally.read(lambda: Network.load(path), as_written(content), damage.__name__, content[:300])
    return tally.told()


def as_written(content):
    """A check that a network is what the file says, to the type of each number."""

    def check(net):
        said = json.loads(content, object_pairs_hook=without_twins)
        names = [f.name for f in net.activations], net.cost.name, net.dtype.name
        assert repr(said["sizes"]) == repr(net.sizes)
        assert (said["activations"], said["cost"], said["dtype"]) == names
        for key in ("W", "b"):
            assert len(said[key]) == len(getattr(net, key))
            for file, array in zip(said[key], getattr(net, key), strict=True):
                np.testing.assert_array_equal(np.array(file, net.dtype), array)
        net.predict(np.zeros((1, net.sizes[0])))

    return check


def without_twins(pairs):
    assert len(dict(pairs)) == len(pairs), "which of the two counts?"
    return dict(pairs)


# Odd places


def read_odd_places(folder):
    """A folder, devices, a pipe, an empty file, a file of a terabyte: in place of either kind."""
    (folder / "folder").mkdir()
    (folder / "empty").touch()
    os.mkfifo(folder / "pipe")
    with open(folder / "huge", "wb") as file:
        file.truncate(10**12)  # a hole: it takes no room on the disk
    tally = Tally()
    file = File("file", "0" * 64, 10**12, SHAPE)
    for path in (*folder.iterdir(), Path("/dev/null"), Path("/dev/zero"), Path("/dev/full")):
        tally.read(lambda path=path: Network.load(path), None, path)
        if path.name != "huge":  # of the right size, it would be read to its end
            tally.read(lambda path=path: idx.check_file(path, file), None, path)
    return tally.told()


# The tests


def main(kind, folder):
    import resource

    tracemalloc.start()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (2 * 10**9, hard))  # libraries and threads included
    print(json.dumps(globals()[kind](Path(folder))))


def outcome(kind, folder):
    """What main prints, from a process whose memory is bounded."""
    pytest.importorskip("resource", reason="Windows sets no limit to a process's memory")
    here = os.environ | {"PYTHONPATH": str(Path(__file__).parent), "OPENBLAS_NUM_THREADS": "1"}
    program = "import sys, test_mutated_files as files; files.main(*sys.argv[1:])"
    command = [sys.executable, "-W", "error", "-c", program, kind, str(folder)]
    done = subprocess.run(command, env=here, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


KINDS = {
    "read_through_the_door": "MNIST files, through the door",
    "read_idx_files": "MNIST files, past the check of the hash",
    "read_networks": "saved networks",
    "read_odd_places": "folders, devices, pipes, huge files",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_refused_in_words_or_read_right(kind, tmp_path, tell):
    counts = outcome(kind, tmp_path)
    n = counts["refused"] + counts["right"]
    tell(
        f"{n:,} mutated {KINDS[kind]}: {counts['refused']:,} refused for {counts['reasons']} "
        f"reasons, {counts['right']:,} read right; at most {counts['memory'] / 1e6:.0f} MB and "
        f"{counts['seconds']:.2f} s each"
    )
    assert n == FILES or kind == "read_odd_places"
    assert counts["memory"] < MOST_MEMORY and counts["seconds"] < MOST_SECONDS
    assert counts["right"] > FILES / 100 or kind in ("read_through_the_door", "read_odd_places")
