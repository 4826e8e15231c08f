"""saving: a saved network comes back to the last bit, a damaged file is never believed."""

import json
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib import (
    LOG_LIKELIHOOD,
    ONES,
    QUADRATIC,
    RELU,
    SOFTMAX,
    TANH,
    Activation,
    Cost,
    Network,
)
from nnlib._support.saving import checksum
from nnlib.activations import ACTIVATIONS
from nnlib.costs import COSTS

by_name = {"ids": lambda thing: getattr(thing, "name", None)}
ALLOWED = [(cost, f) for cost in COSTS for f in ACTIVATIONS if cost.only in (None, f)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "net.json"


@pytest.fixture
def saved(path):
    small_net().save(path)
    return path


def small_net(**options):
    return Network([2, 3, 2], **{"rng": np.random.default_rng(0), **options})


def round_trip(net, path):
    net.save(path)
    return Network.load(path)


def assert_same(one, other):
    assert (one.sizes, one.activations, one.cost, one.dtype) == (
        other.sizes,
        other.activations,
        other.cost,
        other.dtype,
    )
    for x, y in zip(one.W + one.b, other.W + other.b, strict=True):
        assert x.dtype == y.dtype and x.shape == y.shape
        assert x.tobytes() == y.tobytes()  # tells -0.0 from 0.0


# What comes back


@pytest.mark.parametrize("biases", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("cost, output", ALLOWED, **by_name)
def test_every_network_comes_back_to_the_last_bit(cost, output, dtype, biases, path):
    net = small_net(activations=[TANH, output], cost=cost, dtype=dtype, biases=biases)
    assert_same(round_trip(net, path), net)


@pytest.mark.parametrize("dtype, bits", [(np.float32, np.uint32), (np.float64, np.uint64)])
def test_every_finite_float_comes_back_to_the_last_bit(dtype, bits, path):
    rng = np.random.default_rng(0)
    W = rng.integers(0, np.iinfo(bits).max, (50, 40), bits, endpoint=True).view(dtype)
    W[~np.isfinite(W)] = 0
    info = np.finfo(dtype)
    W[0, :6] = [-0.0, info.smallest_subnormal, info.tiny, info.max, -info.max, info.eps]
    net = Network([50, 40], weights=[W], dtype=dtype)
    assert_same(round_trip(net, path), net)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.integers(1, 6), min_size=2, max_size=5), st.booleans(), st.integers(0, 2**32))
def test_networks_of_any_size_come_back(tmp_path_factory, sizes, biases, seed):
    net = Network(sizes, biases=biases, rng=np.random.default_rng(seed))
    assert_same(round_trip(net, tmp_path_factory.mktemp("net") / "net.json"), net)


def test_a_loaded_network_answers_and_learns_like_the_saved_one(saved):
    net, loaded = small_net(), Network.load(saved)
    X, Y = np.ones((4, 2)), np.eye(2)[[0, 1, 1, 0]]
    np.testing.assert_array_equal(loaded.predict(X), net.predict(X))
    np.testing.assert_array_equal(
        loaded.backward(*loaded.forward(X), Y)[0][0], net.backward(*net.forward(X), Y)[0][0]
    )


def test_the_file_is_readable_json_with_a_version_and_a_checksum(saved):
    content = json.loads(saved.read_text(encoding="utf-8"))
    assert (content["format"], content["version"]) == ("nnlib network", 1)
    assert (content["sizes"], content["cost"]) == ([2, 3, 2], "cross-entropy")
    assert len(content["sha256"]) == 64
    assert content["W"][0] == small_net().W[0].tolist()


def test_the_file_has_one_row_of_weights_a_line(saved):
    row = json.dumps(small_net().W[1][0].tolist())
    assert any(row in line for line in saved.read_text().splitlines())


def test_the_same_network_gives_the_same_file(path, saved):
    first = saved.read_bytes()
    Network.load(saved).save(path)
    assert path.read_bytes() == first


def test_a_path_may_be_a_string(tmp_path):
    name = str(tmp_path / "net.json")
    small_net().save(name)
    assert_same(Network.load(name), small_net())


# Saving


def test_nothing_but_the_file_is_left_in_the_folder(saved):
    small_net().save(saved)
    assert [p.name for p in saved.parent.iterdir()] == ["net.json"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_save_that_fails_leaves_the_old_file_as_it_was(saved, monkeypatch, failing):
    before = saved.read_bytes()

    def full_disk(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, full_disk)
    with pytest.raises(OSError, match="expected a place .* got: No space left .*; name a folder"):
        small_net(weights=ONES).save(saved)
    assert saved.read_bytes() == before
    assert [p.name for p in saved.parent.iterdir()] == ["net.json"]


def save_or_load(door, path):
    small_net().save(path) if door == "save" else Network.load(path)


@pytest.mark.parametrize("path", [None, 7, 1.5, b"net.json", ["net.json"], small_net])
@pytest.mark.parametrize("door", ["save", "load"])
def test_what_is_no_path_is_a_type_error_in_words(door, path):
    with pytest.raises(TypeError, match="expected the name of a file, got .*; write 'net.json'"):
        save_or_load(door, path)


@pytest.mark.parametrize("path", ["", "net\0.json"])
@pytest.mark.parametrize("door", ["save", "load"])
def test_a_name_that_no_file_can_have_is_a_value_error_in_words(door, path):
    with pytest.raises(ValueError, match="expected the name of a file, got .*; write 'net.json'"):
        save_or_load(door, path)


def test_saving_into_a_folder_without_a_name_is_refused_in_words(tmp_path):
    with pytest.raises(ValueError, match="got the folder .*; add a name to it, such as .*net.json"):
        small_net().save(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_saving_into_a_missing_folder_is_refused_in_words(tmp_path):
    with pytest.raises(FileNotFoundError, match="net.json: expected a place .* got: .*; name a"):
        small_net().save(tmp_path / "missing" / "net.json")


def test_a_file_where_a_folder_should_be_is_refused_in_words(saved):
    for door in ("save", "load"):
        with pytest.raises(NotADirectoryError, match="below: expected a .* got: Not a directory; "):
            save_or_load(door, saved / "below")


@pytest.mark.parametrize("door", ["save", "load"])
def test_a_file_that_may_not_be_touched_is_refused_in_words(saved, monkeypatch, door):
    def forbidden(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("nnlib._support.saving.open", forbidden, raising=False)
    monkeypatch.setattr(os, "replace", forbidden)
    with pytest.raises(PermissionError, match="net.json: expected a .* got: Permission denied; "):
        save_or_load(door, saved)


def test_a_name_that_is_too_long_is_refused_in_words(tmp_path):
    for door in ("save", "load"):
        with pytest.raises(OSError, match="expected a .* got: .*; "):
            save_or_load(door, tmp_path / ("long" * 1000))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_network_that_diverged_is_not_saved(saved, bad):
    before = saved.read_bytes()
    net = small_net()
    net.b[0][0] = bad
    with pytest.raises(ValueError, match="got NaN or infinity, nothing was saved"):
        net.save(saved)
    assert saved.read_bytes() == before


def test_an_activation_or_a_cost_of_your_own_is_not_saved(path):
    sine = Activation("sigmoid", value=np.sin, slope=np.cos)
    mine = Cost("mine", QUADRATIC.per_sample, QUADRATIC.error)
    for net in (
        small_net(activations=[sine, TANH], cost=QUADRATIC),
        small_net(activations=TANH, cost=mine),
    ):
        with pytest.raises(ValueError, match="only nnlib's own .* np.savez"):
            net.save(path)
    assert not path.exists()


# Loading what is no saved network


def refusal(path):
    """The one sentence with which the file is refused."""
    with pytest.raises(ValueError) as refused:
        Network.load(path)
    assert type(refused.value) is ValueError
    sentence = str(refused.value)
    assert sentence.startswith(f"{path} is not a network saved by nnlib: ")
    assert sentence.endswith("; save it again with net.save")
    assert "\n" not in sentence
    return sentence


def written(path, content):
    """The file at path, with this content and the checksum that belongs to it."""
    content = {k: v for k, v in content.items() if k != "sha256"}
    path.write_text(json.dumps({**content, "sha256": checksum(content)}))
    return path


def content_of(path):
    return json.loads(path.read_text())


def test_a_missing_file_is_simply_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="none.json: expected a file .*; check the name"):
        Network.load(tmp_path / "none.json")


def test_the_whole_file_written_by_hand_with_its_checksum_is_taken(saved):
    assert_same(Network.load(written(saved, content_of(saved))), small_net())


def test_a_truncated_file_is_refused_wherever_it_ends(saved):
    whole = saved.read_bytes()
    assert whole.endswith(b"\n")
    ends = [*range(0, len(whole) - 1, 50), len(whole) - 2]
    for end in ends:
        saved.write_bytes(whole[:end])
        refusal(saved)
    assert len(ends) > 10


def test_a_flipped_bit_is_refused_or_changes_nothing(saved):
    net, whole = small_net(), saved.read_bytes()
    rng = np.random.default_rng(0)
    refused = 0
    for place in rng.integers(0, len(whole), 400):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(rng.integers(8))
        saved.write_bytes(damaged)
        try:
            assert_same(Network.load(saved), net)  # a space for a line's end, say
        except ValueError:
            refusal(saved)
            refused += 1
    assert refused > 380


@pytest.mark.parametrize(
    "raw, reason",
    [
        (b"", "JSONDecodeError"),
        (b"\n", "JSONDecodeError"),
        (b"null", "no JSON object"),
        (b"[]", "no JSON object"),
        (b"{}", "format"),
        (b'"sizes"', "no JSON object"),
        (b"\x93NUMPY\x01\x00v\x00", "UnicodeDecodeError"),
        (bytes(range(256)), "UnicodeDecodeError"),
        (b"\xef\xbb\xbf{}", "JSONDecodeError"),
        (b"[" * 100_000, "RecursionError"),
        (b'{"a":' * 100_000, "RecursionError"),
        (b'{"format": ' + b"[" * 500 + b"]" * 500 + b"}", "format"),
        (b'{"version": ' + b"9" * 5000 + b"}", "integer string"),
        (b'{"format": "nnlib network", "version": 1}', "checksum"),
    ],
)
def test_a_file_that_holds_something_else_is_refused(path, raw, reason):
    path.write_bytes(raw)
    assert reason in refusal(path)


def test_a_folder_is_refused(tmp_path):
    assert "it is a folder" in refusal(tmp_path)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="Windows has no /dev/zero")
def test_a_device_that_never_ends_and_a_pipe_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in ("/dev/zero", "/dev/null", tmp_path / "pipe"):
        assert "it is a device or a pipe" in refusal(path)


@pytest.mark.parametrize("key", ["format", "sizes", "W"])
def test_a_key_that_stands_in_it_twice_is_refused(saved, key):
    text = saved.read_text()
    saved.write_text(text.replace(f'"{key}":', f'"{key}": 1,\n"{key}":', 1))
    assert "a key stands in it twice" in refusal(saved)


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_nan_and_infinity_are_refused(saved, constant):
    content = content_of(saved)
    content["W"][0][0][0] = float(constant)
    assert f"it holds {constant}" in refusal(written(saved, content))


def test_a_number_too_large_for_a_float_is_refused(saved):
    text = json.dumps({k: v for k, v in content_of(saved).items() if k != "sha256"})
    number = repr(content_of(saved)["b"][0][0])
    content = json.loads(text.replace(number, "1e999"))
    saved.write_text(
        json.dumps({**content, "sha256": checksum(content)}).replace("Infinity", "1e999")
    )
    assert "finite" in refusal(saved)


def test_a_number_too_large_for_float32_is_refused(saved):
    content = {**content_of(saved), "dtype": "float32"}
    content["W"][0][0][0] = 1e300
    assert "too large for float32" in refusal(written(saved, content))


@pytest.mark.parametrize("change", [1, -1])
def test_a_number_changed_by_hand_is_refused_unless_the_checksum_is_made_anew(saved, change):
    content = content_of(saved)
    content["W"][0][0][0] += change
    saved.write_text(json.dumps(content))
    assert "checksum" in refusal(saved)


@pytest.mark.parametrize("version", [0, 2, "1", None, [1], 1.5, 1.0, True, "x" * 1000])
def test_another_version_is_refused_by_name(saved, version):
    sentence = refusal(written(saved, {**content_of(saved), "version": version}))
    assert "this nnlib reads 1" in sentence and len(sentence) < 400


@pytest.mark.parametrize("key", ["format", "version"])
def test_a_file_without_format_or_version_is_refused(saved, key):
    content = content_of(saved)
    del content[key]
    refusal(written(saved, content))


@pytest.mark.parametrize("key", ["sizes", "activations", "cost", "dtype", "W", "b"])
def test_a_missing_key_is_refused(saved, key):
    content = content_of(saved)
    del content[key]
    assert "instead of sizes, activations, cost, dtype, W, b" in refusal(written(saved, content))


def test_a_key_too_many_is_refused(saved):
    assert "it holds W, activations, b, code, cost" in refusal(
        written(saved, {**content_of(saved), "code": "print(1)"})
    )


NUMBERS = [[0.0] * 3] * 2, [[0.0] * 2] * 3


@pytest.mark.parametrize(
    "key, value",
    [
        ("sizes", value)
        for value in ([2], [], None, [2, 3], [2, 0, 2], [2, 4, 2], "232", [2, "3", 2], {}, 3)
    ]
    + [("sizes", [2, 10**9, 2]), ("sizes", [2, -3, 2]), ("sizes", [[2], [3], [2]])]
    + [
        ("activations", value)
        for value in (
            None, [], ["sigmoid"], ["sigmoid"] * 3, "sigmoid", [1, 2], ["eval", "sigmoid"],
            ["sigmoid", "softmax"], ["Sigmoid", "sigmoid"], [None, "sigmoid"], {"a": 1},
            [["sigmoid"], ["sigmoid"]], {"sigmoid": 1, "tanh": 2},
        )
    ]
    + [("cost", value) for value in (None, "", "cost", "os.system", ["quadratic"], "softmax", 1)]
    + [("cost", "log-likelihood"), ("cost", "<script>alert(1)</script>" * 100)]
    + [("dtype", value) for value in (None, "", "float16", "object", "int64", 64, ["f8"], "O")]
    + [("dtype", "f8"), ("dtype", "a")]
    + [
        ("W", value)
        for value in (
            None, [], {}, "weights", 1.0, [[]], [[[]]], [NUMBERS[0]], [*NUMBERS, NUMBERS[0]],
            NUMBERS[::-1], [[0.0] * 6, [0.0] * 6], [[["0.0"] * 3] * 2, NUMBERS[1]],
            [[[0] * 3] * 2, NUMBERS[1]], [[[None] * 3] * 2, NUMBERS[1]],
            [[[True] * 3] * 2, NUMBERS[1]], [[[[0.0]] * 3] * 2, NUMBERS[1]],
            [[[0.0] * 3, [0.0] * 2], NUMBERS[1]], [[[0.0] * 3, 0.0], NUMBERS[1]],
        )
    ]
    + [
        ("b", value)
        for value in (
            None, False, "b", 0.0, [[]], [[0.0] * 3], [[0.0] * 2, [0.0] * 3],
            [["0"] * 3, [0.0] * 2], [[0.0] * 3, [0] * 2], [0.0] * 5, [[[0.0] * 3], [[0.0] * 2]],
            {"b": 1},
        )
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_even_with_a_right_checksum(saved, key, value):
    assert len(refusal(written(saved, {**content_of(saved), key: value}))) < 600


@pytest.mark.parametrize("one", [True, 1.0, "1", [1]])
def test_what_only_equals_a_whole_number_is_refused(path, one):
    Network([2, 1, 2], rng=np.random.default_rng(0)).save(path)
    assert "sizes" in refusal(written(path, {**content_of(path), "sizes": [2, one, 2]}))


def test_a_name_is_only_ever_looked_up_among_nnlibs_own(saved):
    sentence = refusal(written(saved, {**content_of(saved), "cost": "__import__"}))
    assert "'__import__' is none of sum of squares" in sentence


@pytest.mark.parametrize("text", ["a\nb\rc", "\x1b[2J", "\ud800", "\u2028", "\u202e", "é" * 999])
def test_a_hostile_text_stays_on_one_line_and_can_be_printed(saved, text):
    content = content_of(saved)
    for bad in ({"cost": text}, {text: 1}, {"version": text}, {"activations": [text, text]}):
        sentence = refusal(written(saved, {**content, **bad}))
        sentence.encode()  # a lone surrogate could not be sent to the page
        assert sentence.isprintable()


def test_two_names_of_one_network_are_two_files(tmp_path):
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    small_net().save(first)
    small_net(weights=ONES).save(second)
    assert_same(Network.load(first), small_net())
    assert (Network.load(second).W[0] == 1).all()


def test_activations_and_cost_come_back_as_the_objects_themselves(path):
    loaded = round_trip(small_net(activations=[RELU, SOFTMAX], cost=LOG_LIKELIHOOD), path)
    assert loaded.activations[0] is RELU and loaded.cost is LOG_LIKELIHOOD
