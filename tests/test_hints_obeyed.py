"""Hints are followed to the letter: the line that a refusal tells to write is run, and works."""

import re
from contextlib import suppress
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits as load_sixteen

from nnlib import (
    IDENTITY,
    LOG_LIKELIHOOD,
    QUADRATIC,
    SIGMOID,
    SOFTMAX,
    Activation,
    Digits,
    Network,
    check_gradients,
    fit,
    load_digits,
    load_mnist,
)
from nnlib.datasets.digits import MNIST
from nnlib.datasets.handwriting import like_mnist
from nnlib.widgets import digit_pad

RNG = np.random.default_rng(0)
ROWS, LABELS = RNG.uniform(size=(4, 6)), np.array([0, 1, 0, 1])
COLUMN = RNG.uniform(size=4)
PICTURES = RNG.uniform(size=(4, 2, 3))


def net(*sizes, **looks):
    return Network(list(sizes), rng=np.random.default_rng(0), **looks)


def cost(Y, n_out=2, n=4, **looks):
    return net(6, n_out, **looks).cost_of(ROWS[:n], Y)


def read(labels, n_out=2, n=4):
    return net(6, n_out).accuracy(ROWS[:n], labels)


def check(X):
    return check_gradients(net(2, 1), X, COLUMN[:, None])


WORDS, WORDY = np.array(list("abab")), ROWS.astype(str)
DAYS = np.array(["2026-01-01", "2026-01-05", "2026-02-01", "2026-02-03"], "datetime64[D]")
SOFT = net(6, 2, activations=SOFTMAX, cost=LOG_LIKELIHOOD)
CALLS = {  # name -> the call, the name that the hint speaks of, what stands under it
    "one sample": (net(6, 2).predict, "X", ROWS[0]),
    "one sample as a list": (net(6, 2).predict, "X", ROWS[0].tolist()),
    "one input": (net(1, 2).predict, "X", COLUMN),
    "a column of a data frame": (net(1, 2).predict, "X", pd.Series(COLUMN)),
    "samples as columns": (net(6, 2).predict, "X", ROWS.T),
    "pictures": (net(6, 2).predict, "X", PICTURES),
    "one picture": (net(6, 2).predict, "X", PICTURES[0]),
    "one sample as a column": (net(6, 2).predict, "X", ROWS[0][:, None]),
    "class numbers": (lambda Y: net(6, 2).cost_of(ROWS, Y), "labels", LABELS),
    "class numbers in a column": (
        lambda Y: net(6, 2).cost_of(ROWS, Y), "labels", LABELS[:, None]
    ),
    "class numbers from 1": (lambda Y: net(6, 2).cost_of(ROWS, Y), "labels", LABELS + 1),
    "class numbers from 1 in a column": (
        lambda Y: net(6, 2).cost_of(ROWS, Y), "labels", LABELS[:, None] + 1
    ),
    "class numbers as floats": (
        lambda Y: net(6, 2).cost_of(ROWS, Y), "labels", LABELS.astype(float)
    ),
    "class numbers as a list of floats": (
        lambda Y: net(6, 2).cost_of(ROWS, Y), "labels", LABELS.astype(float).tolist()
    ),
    "class numbers as floats in a column": (
        lambda Y: net(6, 2).cost_of(ROWS, Y), "labels", LABELS[:, None] * 1.0
    ),
    "class numbers as floats of a data frame": (
        lambda Y: net(6, 2).cost_of(ROWS, Y), "labels", pd.Series(LABELS * 1.0)
    ),
    "classes coded -1 and 1 for the cross-entropy": (
        lambda Y: net(6, 1).cost_of(ROWS, Y), "Y", 2 * LABELS[:, None] - 1
    ),
    "rows of -1 and 1 for the cross-entropy": (
        lambda Y: net(6, 2).cost_of(ROWS, Y), "Y", (2 * np.eye(2)[LABELS] - 1).tolist()
    ),
    "rows of -1 and 1 for the log-likelihood": (
        lambda Y: SOFT.cost_of(ROWS, Y), "Y", 2 * np.eye(2)[LABELS] - 1
    ),
    "classes coded 1 and 2 in a column": (lambda Y: cost(Y, 1), "Y", LABELS[:, None] + 1),
    "classes coded 0 and 255 in a column": (lambda Y: cost(Y, 1), "Y", 255 * LABELS[:, None]),
    "rows of 0 and 255 for the log-likelihood": (
        lambda Y: SOFT.cost_of(ROWS, Y), "Y", 255 * np.eye(2)[LABELS]
    ),
    "a split of digits": (net(784, 10).predict, "X", load_digits().test),
    "digits": (net(784, 10).predict, "X", load_digits()),
    "a split as labels": (
        lambda y: net(784, 10).accuracy(load_digits().test.images, y), "labels", load_digits().test
    ),
    "a split as targets": (
        lambda Y: net(784, 10).cost_of(load_digits().test.images, Y), "Y", load_digits().test
    ),
    "rows that do not sum to 1": (lambda Y: SOFT.cost_of(ROWS, Y), "Y", 3 * np.eye(2)[LABELS]),
    "pictures with a channel": (net(6, 2).predict, "X", PICTURES[:, :, :, None]),
    "numbers as words": (net(6, 2).predict, "X", ROWS.astype(str)),
    "labels in a list of floats": (
        lambda y: net(6, 2).accuracy(ROWS, y), "labels", LABELS.astype(float).tolist()
    ),
    "names in bytes": (read, "labels", np.array(list("abab"), "S")),
    "one output": (lambda Y: net(6, 1).cost_of(ROWS, Y), "Y", LABELS),
    "one output of a data frame": (lambda Y: net(6, 1).cost_of(ROWS, Y), "Y", pd.Series(LABELS)),
    "targets as columns": (lambda Y: net(6, 2).cost_of(ROWS, Y), "Y", np.eye(2)[LABELS].T),
    "names of classes": (lambda y: net(6, 2).accuracy(ROWS, y), "labels", np.array(list("abab"))),
    "names in a list": (lambda y: net(6, 2).accuracy(ROWS, y), "labels", list("abab")),
    "classes coded -1 and 1": (lambda y: net(6, 2).accuracy(ROWS, y), "labels", 2 * LABELS - 1),
    "in a list of floats": (lambda y: net(6, 1).accuracy(ROWS[:2], y), "labels", [-1.0, 1]),
    "classes counted from 1": (lambda y: net(6, 3).accuracy(ROWS, y), "labels", [1, 2, 3, 1]),
    "classes in a column": (lambda y: net(6, 2).accuracy(ROWS, y), "labels", LABELS[:, None]),
    "numbers as words in a list": (read, "labels", list("0101")),
    "numbers as words in a column": (read, "labels", np.array(list("0101"))[:, None]),
    "names in a column": (read, "labels", WORDS[:, None]),
    "names in a row": (read, "labels", WORDS[None, :]),
    "labels in a row": (read, "labels", LABELS[None, :]),
    "classes from 1 as floats": (lambda y: read(y, 3), "labels", [1.0, 2, 3, 1]),
    "classes from 1 in a column": (lambda y: read(y, 3), "labels", [[1], [2], [3], [1]]),
    "classes coded -1 and 1 in a column": (read, "labels", 2 * LABELS[:, None] - 1),
    "classes coded -1 and 1 as floats": (read, "labels", 2.0 * LABELS - 1),
    "classes coded 10 and 20": (read, "labels", 10 * LABELS + 10),
    "one-hot labels": (read, "labels", np.eye(2)[LABELS]),
    "one-hot labels in a list": (read, "labels", np.eye(2)[LABELS].tolist()),
    "names as targets": (cost, "labels", WORDS),
    "names in a list as targets": (cost, "labels", list("abab")),
    "names in a column as targets": (cost, "labels", WORDS[:, None]),
    "names as targets of one output": (lambda Y: cost(Y, 1), "labels", WORDS),
    "names in a column, one output": (lambda Y: cost(Y, 1), "labels", WORDS[:, None]),
    "two of three names": (lambda Y: cost(Y, 3), "labels", WORDS),
    "numbers as words as targets": (cost, "labels", list("0101")),
    "truth values as targets": (cost, "labels", LABELS > 0),
    "one-hot targets as words": (cost, "Y", np.eye(2)[LABELS].astype(str)),
    "1 and 2 as targets of one output": (lambda Y: cost(Y, 1), "labels", LABELS + 1),
    "-1 and 1 for one output": (lambda Y: cost(Y, 1), "Y", 2 * LABELS - 1),
    "-1 and 1 in columns": (cost, "Y", 2 * np.eye(2)[LABELS].T - 1),
    "targets of one sample": (lambda Y: cost(Y, 3, 1), "Y", [0, 1, 0]),
    "the class of one sample": (lambda Y: cost(Y, 3, 1), "labels", [2]),
    "targets with an axis too many": (cost, "Y", np.eye(2)[LABELS][:, :, None]),
    "targets with an axis in front": (cost, "Y", np.eye(2)[LABELS][None]),
    "one output with two axes too many": (lambda Y: cost(Y, 1), "Y", LABELS[:, None, None]),
    "two ones in a row for softmax": (lambda Y: SOFT.cost_of(ROWS, Y), "Y", np.ones((4, 2))),
    "targets of the validation set": (
        lambda Y: fit(net(6, 2), ROWS, np.eye(2)[LABELS], eta=0.1, epochs=1,
                      evaluation=(ROWS, Y), rng=RNG, progress=False), "labels", WORDS
    ),
    "one sample of words": (net(6, 2).predict, "X", WORDY[0]),
    "words in columns": (net(6, 2).predict, "X", WORDY.T),
    "one input of words": (net(1, 2).predict, "X", COLUMN.astype(str)),
    "pictures of words": (net(6, 2).predict, "X", PICTURES.astype(str)),
    "one-hot labels as words": (read, "labels", np.eye(2)[LABELS].astype(str)),
    "samples with an axis in front": (net(6, 2).predict, "X", ROWS[None]),
    "numerals for digits": (lambda y: Digits(np.eye(6, 784), y), "labels", list("012345")),
    "floats for digits": (lambda y: Digits(np.eye(6, 784), y), "labels", np.arange(6.0)),
    "one-hot words for digits": (
        lambda y: Digits(np.eye(6, 784), y), "labels", np.eye(10)[:6].astype(int).astype(str)
    ),
    "a column of dates": (net(1, 2).predict, "X", pd.Series(DAYS)),
    "a frame of dates": (net(1, 2).predict, "X", pd.DataFrame(DAYS)),
    "a frame of samples in columns": (net(6, 2).predict, "X", pd.DataFrame(ROWS.T)),
    "a row of a frame": (net(6, 2).predict, "X", pd.DataFrame(ROWS).iloc[0]),
    "a frame of numbers as words": (net(6, 2).predict, "X", pd.DataFrame(WORDY)),
    **{
        f"a column of names, {dtype}, for {call.__name__}": (
            call, "labels", pd.Series(WORDS, dtype=dtype)
        )
        for dtype in ("object", "category", "string") for call in (read, cost)
    },
    "a frame of names": (read, "labels", pd.DataFrame(WORDS)),
    "a frame of names as targets": (cost, "labels", pd.DataFrame(WORDS)),
    "a frame of class numbers as targets": (cost, "labels", pd.DataFrame(LABELS)),
    "dummies as labels": (read, "labels", pd.get_dummies(pd.Series(WORDS))),
    "categories as targets": (cost, "labels", pd.Series(LABELS, dtype="category")),
    "nullable numbers as targets": (cost, "labels", pd.Series(LABELS, dtype="Int64")),
    "nullable labels": (read, "labels", pd.Series(LABELS, dtype="Float64")),
    "shuffled targets": (cost, "labels", pd.Series(LABELS).sample(frac=1, random_state=0)),
    "nullable numbers for one output": (
        lambda Y: cost(Y, 1), "Y", pd.Series(LABELS, dtype="Int64")
    ),
    "dates": (net(1, 2).predict, "X", DAYS[:, None]),
    "dates of one input": (net(1, 2).predict, "X", DAYS),
    "days between dates": (net(1, 2).predict, "X", (DAYS - DAYS[0])[:, None]),
    "objects": (net(6, 2).predict, "X", ROWS.astype(object).astype(str).astype(object)),
    "decimal commas": (net(6, 2).predict, "X", np.char.replace(WORDY, ".", ",")),
    "decimal commas in a frame": (
        net(6, 2).predict, "X", pd.DataFrame(np.char.replace(WORDY, ".", ","))
    ),
    "one picture with a channel": (net(6, 2).predict, "X", PICTURES[0][:, :, None]),
    "one number": (net(1, 2).predict, "X", 0.5),
    "one number of NumPy's": (net(1, 2).predict, "X", np.float64(0.5)),
    "decimals": (net(6, 2).predict, "X", np.vectorize(Decimal, otypes=[object])(ROWS)),
    "decimals in a list": (net(1, 2).predict, "X", [[Decimal("0.1")], [Decimal("0.2")]]),
    "decimals as targets": (lambda Y: cost(Y, 1), "Y", [[Decimal(int(k))] for k in LABELS]),
    "a header line": (net(2, 2).predict, "X", [["a", "b"], ["1", "2"], ["3", "4"]]),
    "a header line above numbers": (net(2, 2).predict, "X", [["a", "b"], [1, 2], [3, 4]]),
    "a header line in an array": (net(6, 2).predict, "X", np.vstack([list("abcdef"), WORDY])),
    "sixteen greys on white paper": (like_mnist, "ink", 16 - load_sixteen().images[0]),
    "columns for a gradient check": (check, "X", ROWS[:2, :4]),
    "weights as in books with columns": (
        lambda W: net(6, 2, weights=W), "weights", [np.ones((2, 6))]
    ),
    "biases as in books with columns": (
        lambda b: net(6, 2, biases=b), "biases", [np.ones((2, 1))]
    ),
}  # fmt: skip


def line_of(sentence):
    """The code that a sentence tells to write: the longest that Python can read."""
    said = sentence.partition("write ")[2]
    for end in range(len(said), 0, -1):
        with suppress(SyntaxError):
            compile(said[:end], "hint", "eval")
            return said[:end]
    raise AssertionError(f"no line in: {sentence}")


def test_one_matrix_is_put_into_a_list_as_told():
    for name, given in (("weights", np.ones((6, 2))), ("biases", np.ones(2))):
        with pytest.raises(ValueError) as refusal:
            net(6, 2, **{name: given})
        net(6, 2, **{name: eval(line_of(str(refusal.value)), {name: given})})
    with pytest.raises(ValueError, match="; give one array a layer"):
        net(6, 2, 1, weights=np.ones((6, 2)))


def test_weights_of_another_shape_are_put_in_as_told():
    for k, given in ((0, np.ones((2, 3))), (1, [[1.0], [2.0]]), (1, np.ones((1, 2)))):
        mine = net(3, 2, 1)
        mine.W[k] = given
        with pytest.raises(ValueError) as refusal:
            mine.predict(np.ones((4, 3)))
        mine = net(3, 2, 1)
        line = str(refusal.value).partition("put your numbers in with ")[2].replace("…", "given")
        exec(line, {"net": mine, "given": given, "np": np})
        mine.predict(np.ones((4, 3)))


@pytest.mark.parametrize("name", CALLS)
def test_the_line_that_a_refusal_tells_to_write_works(name):
    call, letter, given = CALLS[name]
    with pytest.raises(ValueError) as refusal:
        call(given)
    obeyed = eval(line_of(str(refusal.value)), {"np": np, letter: given})
    call([obeyed] if letter in ("weights", "biases") else obeyed)


@pytest.mark.parametrize(
    "given, words",
    [
        ([[1, 2], [3, "?"]], "the first that is none, '?', is in row 1, column 1"),
        ([["a", "b"], ["1", "2"]], "the first that is none, 'a', is in row 0, column 0, a header"),
        ([["1", "2"], ["a", "b"]], "the first that is none, 'a', is in row 1, column 0"),
        ([[1, None], [2, 3]], "the first that is missing is in row 0, column 1; leave such rows"),
        ([[Decimal(1), None]], "the first that is missing is in row 0, column 1; leave such rows"),
        (np.array([[1, {}]], object), "the first that is none, {}, is in row 0, column 1"),
    ],
)
def test_the_first_entry_that_is_no_number_is_told_with_its_place(given, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        net(2, 2).predict(given)


def test_numbers_in_a_row_that_are_no_classes_are_not_taken_for_classes():
    with pytest.raises(ValueError, match="got .4,.; check sizes"):
        net(6, 2).cost_of(ROWS, COLUMN)


def test_too_few_rows_of_targets_are_told_as_that():
    with pytest.raises(ValueError, match=r"got .3, 2.; give as many rows as X has, 4"):
        cost(np.eye(2)[LABELS[:3]])


def test_a_function_in_the_place_of_an_activation_is_told_which_may_be_meant():
    with pytest.raises(TypeError, match="did you mean TANH"):
        net(6, 2, activations=np.tanh)


@pytest.mark.parametrize("made", [lambda: (row for row in ROWS), lambda: {1, 2}, lambda: {"a": 1}])
def test_what_is_no_array_and_no_list_is_told_as_that(made):
    with pytest.raises(ValueError, match="; pass an array or a list"):
        net(6, 2).predict(made())


def test_too_few_labels_are_told_as_that():
    with pytest.raises(ValueError, match="got .2,.; give as many labels as samples"):
        net(6, 2).accuracy(ROWS, [0, 1])


def test_targets_beyond_0_and_1_are_learnt_as_the_hint_says():
    x = np.linspace(-1, 1, 40)[:, None]
    y = np.sin(3 * x)
    with pytest.raises(ValueError, match="use cost=QUADRATIC with IDENTITY in the output layer"):
        net(1, 10, 1).cost_of(x, y)
    obeyed = net(1, 10, 1, activations=[SIGMOID, IDENTITY], cost=QUADRATIC)
    history = fit(obeyed, x, y, eta=0.3, epochs=1000, rng=np.random.default_rng(1), progress=False)
    assert history.training_cost[-1] < 0.01  # with sigmoid outputs, which end at 0: 0.13


@pytest.mark.parametrize("missing", [None, np.nan, "", pd.NA])
@pytest.mark.parametrize("form", [list, lambda names: np.array(names, object)[:, None]])
@pytest.mark.parametrize("call", [read, cost])
def test_the_place_of_a_name_that_is_missing_is_told(call, form, missing):
    names = form(["a", "b", missing, "b"])
    with pytest.raises(ValueError, match=r"missing is in row 2(, column 0)?; leave such rows out"):
        call(names)
    there = form(["a", "b", "b"])
    with pytest.raises(ValueError) as refusal:
        call(there, n=3)
    call(eval(line_of(str(refusal.value)), {"np": np, "labels": there}), n=3)


def test_names_that_are_not_those_the_network_knows_are_not_numbered_anew():
    with pytest.raises(ValueError, match="; give the numbers 0 to 2 by which the network knows"):
        read(WORDS, 3)


@pytest.mark.parametrize("labels", [list("abca"), [0, 1, 2, 0]])
@pytest.mark.parametrize("n_out", [1, 2])
def test_more_classes_than_outputs_are_counted(labels, n_out):
    with pytest.raises(ValueError, match="; make sizes.-1. 3: there are 3 classes, one output"):
        cost(labels, n_out)
    with pytest.raises(ValueError) as refusal:
        cost(labels, 3)
    cost(eval(line_of(str(refusal.value)), {"np": np, "labels": labels}), 3)


def test_fewer_digits_are_asked_for_as_many_as_there_are():
    with pytest.raises(ValueError, match="; write few.30.$"):
        load_digits().few(30).few(0)


def test_words_for_weights_are_told_with_their_layer():
    with pytest.raises(ValueError, match=r"^weights\[0\]: .*; pass numbers alone$"):
        net(6, 2, weights=[np.ones((6, 2)).astype(str)])


def test_a_single_softmax_output_is_told_as_what_it_is():
    with pytest.raises(ValueError, match="always 1: take two, or SIGMOID with CROSS_ENTROPY"):
        cost(LABELS[:, None], 1, activations=SOFTMAX, cost=LOG_LIKELIHOOD)


@pytest.mark.parametrize("looks", [{}, {"activations": SOFTMAX, "cost": LOG_LIKELIHOOD}])
@pytest.mark.parametrize("k", [3, 5])
def test_classes_in_one_column_are_told_to_have_an_output_each(k, looks):
    labels, x = np.arange(2 * k)[:, None] % k, RNG.uniform(size=(2 * k, 6))
    with pytest.raises(ValueError, match=f" for {k} classes and make sizes.-1. {k}, else") as told:
        net(6, 1, **looks).cost_of(x, labels)
    obeyed = eval(line_of(str(told.value)), {"np": np, "Y": labels})
    net(6, k, **looks).cost_of(x, obeyed)


def test_amounts_are_told_to_be_rescaled_and_not_taken_for_classes():
    for amounts in ([1, 2, 3, 4], [1.5, 2.5, 1.5, 2.5], [3, 9, 20, 3]):
        with pytest.raises(ValueError, match="; rescale them, or use cost=QUADRATIC"):
            cost(np.array(amounts)[:, None], 1)


@pytest.mark.parametrize("shape", [(6, 784), (6, 28, 28), (1, 784)])
def test_numbers_none_of_which_is_finite_are_not_taken_for_a_header_line(shape):
    with pytest.raises(ValueError, match="; none is finite: look at how they were read"):
        if shape == (1, 784):
            net(784, 2).predict(np.full(shape, np.nan))
        Digits(np.full(shape, np.nan), np.arange(6))


@pytest.mark.parametrize(
    "value",
    [lambda z: z if z > 0 else 0, lambda z: 1 if z > 0 else z / 2, lambda z: -1 if z < 0 else z],
)
def test_own_functions_that_make_whole_numbers_of_all_are_told_and_floats_are_right(value):
    def made(**looks):
        own = Activation("own", np.vectorize(value, **looks), lambda z: 1.0 * (z > 0))
        return net(6, 2, activations=own, cost=QUADRATIC)

    with pytest.raises(ValueError, match="own.value: expected .* np.vectorize.…, otypes=.float"):
        made()
    made(otypes=[float]).predict(ROWS)
    objects = Activation("own", np.frompyfunc(value, 1, 1), lambda z: 1.0 * (z > 0))
    with pytest.raises(ValueError, match="got object"):
        net(6, 2, activations=objects, cost=QUADRATIC)


@pytest.mark.parametrize(
    "value, slope, words",
    [
        (np.sort, np.ones_like, "value: expected .* got other numbers in another order; let it wo"),
        (np.tanh, np.sort, "slope: expected .* got other numbers in another order; let it work el"),
        (lambda z: np.tanh(z).tolist(), np.cos, "value: expected .* got .*, and return an array"),
        (lambda z: None, np.cos, "value: expected .* got None; let it work .*, and return an arra"),
        (np.sin, lambda z: None, "slope: expected .* got None; let it work .*, and return an arra"),
    ],
)
def test_own_functions_that_do_not_work_element_by_element_are_told(value, slope, words):
    with pytest.raises(ValueError, match=words):
        net(6, 2, activations=Activation("own", value, slope), cost=QUADRATIC)


@pytest.mark.parametrize("slope", [lambda z: 1 * (z > 0), lambda z: np.where(z > 0, 1, 0)])
def test_slopes_of_whole_numbers_work_as_those_of_floats(slope):
    def weights(slope):
        own = Activation("own", lambda z: np.maximum(z, 0), slope)
        learner = net(6, 4, 2, activations=[own, IDENTITY], cost=QUADRATIC)
        rng = np.random.default_rng(1)
        fit(learner, ROWS, np.eye(2)[LABELS], eta=0.1, epochs=3, rng=rng, progress=False)
        assert check_gradients(learner, ROWS, np.eye(2)[LABELS]) < 1e-7
        return learner.W[0]

    np.testing.assert_array_equal(weights(slope), weights(lambda z: 1.0 * (z > 0)))


def test_a_value_in_float32_is_told_as_that_and_not_as_a_kink():
    def check(as_told):
        own = Activation("mine", lambda z: as_told(np.tanh(z), z), lambda z: 1 - np.tanh(z) ** 2)
        tested = net(6, 2, activations=own, cost=QUADRATIC, dtype=np.float32)
        return check_gradients(tested, ROWS, np.eye(2)[LABELS])

    with pytest.raises(ValueError, match="expected float64 from mine, got float32, too coarse"):
        check(lambda a, z: a.astype(np.float32))
    error = check(lambda a, z: a.astype(z.dtype))
    assert error < 1e-7 and error.left_out == 0


def test_plain_arrays_in_the_place_of_digits_are_told_how_to_become_some():
    images, labels = load_digits().test.images, load_digits().test.labels
    with pytest.raises(TypeError, match="or digits = (Digits.images, labels.) with pic") as told:
        digit_pad(net(784, 10), images)
    line = re.search(r"Digits\(images, labels\)", str(told.value))[0]
    digit_pad(net(784, 10), eval(line, {"Digits": Digits, "images": images, "labels": labels}))


def test_a_folder_as_kaggle_hands_it_out_is_told_how_to_be_read(tmp_path):
    rows = RNG.integers(0, 10, (12, 785)) ** 2 * 3  # mostly paper
    rows[:, 0] %= 10
    names = "label," + ",".join(f"pixel{k}" for k in range(784))
    np.savetxt(tmp_path / "train.csv", rows, "%d", ",", header=names, comments="")
    with pytest.raises(FileNotFoundError, match="ubyte.gz is missing; write rows = ") as told:
        load_mnist(tmp_path)
    read, made = str(told.value).partition("; write ")[2].split(" and then ")
    scene = {"np": np, "Digits": Digits}
    exec(f"{read}\n{made}", scene)
    assert len(scene["digits"].train) == 8


def test_a_folder_as_torchvision_lays_it_out_is_looked_into(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for file in MNIST.files:
        (raw / file.name).write_bytes(b"not MNIST")
    for folder in (tmp_path, tmp_path / "MNIST", raw):
        with pytest.raises(ValueError, match=f"{raw}/train-images-idx3-ubyte.gz: expected 9,912,4"):
            load_mnist(folder)


HEADER, HOLE = ROWS.copy(), ROWS.copy()
HEADER[0], HOLE[2, 3] = np.nan, np.inf


@pytest.mark.parametrize(
    "X, words",
    [
        (HEADER, "the first in row 0, column 0; is row 0 a header line?"),
        (HOLE, "the first in row 2, column 3; leave such rows out"),
    ],
)
def test_the_place_of_a_missing_value_is_told(X, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        net(6, 2).predict(X)
    net(6, 2).predict(X[np.isfinite(X).all(axis=1)])


WHOLE = [[1, 0.5, True], [2, -0.5, False], [3, 0.0, True], [4, 1.5, False]]  # Int64, Float64, …


def frame(rows):
    return pd.DataFrame(rows).convert_dtypes()


def test_numbers_in_columns_that_may_lack_some_are_taken():
    plain = np.array(WHOLE, float)
    np.testing.assert_array_equal(net(3, 2).predict(frame(WHOLE)), net(3, 2).predict(plain))
    for labels in (pd.Series(LABELS, dtype="Int64"), pd.Series(LABELS > 0, dtype="boolean")):
        assert net(6, 2).accuracy(ROWS, labels) == net(6, 2).accuracy(ROWS, LABELS)
    column = pd.DataFrame(COLUMN, dtype="Float64")
    assert net(6, 1).cost_of(ROWS, column) == net(6, 1).cost_of(ROWS, COLUMN[:, None])


def test_categories_that_are_numbers_and_dummies_are_taken():
    coded, names = pd.Series(LABELS, dtype="category"), pd.Series(WORDS)
    assert net(6, 2).accuracy(ROWS, coded) == net(6, 2).accuracy(ROWS, LABELS)
    assert cost(pd.get_dummies(names)) == cost(np.eye(2)[LABELS])


@pytest.mark.parametrize("missing", [pd.NA, None])
@pytest.mark.parametrize("row, column", [(0, 0), (2, 1), (3, 2)])
def test_the_place_of_a_number_that_is_missing_in_a_data_frame_is_told(missing, row, column):
    whole = frame(WHOLE)
    holed = whole.copy()
    holed.iloc[row, column] = missing
    words = f"X: expected finite numbers, got NaN .* in row {row}, column {column}; leave such rows"
    with pytest.raises(ValueError, match=words):
        net(3, 2).predict(holed)
    net(3, 2).predict(holed.dropna())


def test_a_label_that_is_missing_is_told_with_its_row():
    for labels in (pd.Series([0, 1, None, 1], dtype="Int64"), pd.Series([0, 1, None, 1])):
        for call in (read, cost):
            with pytest.raises(ValueError, match=": expected finite numbers, .* in row 2; leave"):
                call(labels)


DATE, WEEK = pd.Timestamp("2026-01-01"), pd.Timedelta(days=7)


@pytest.mark.parametrize("entry", ["a", 1j, [1], 10**400, DATE, DATE.tz_localize("UTC"), WEEK])
def test_a_data_frame_that_holds_something_else_is_refused_with_its_place(entry):
    values = pd.DataFrame(WHOLE, dtype=object)
    values.iat[1, 0] = entry
    with pytest.raises(ValueError, match="X: expected an array of real .* is in row 1, column 0"):
        net(3, 2).predict(values)


def test_tens_among_the_labels_may_stand_for_0():
    with pytest.raises(ValueError) as refusal:
        net(6, 10).accuracy(np.ones((10, 6)), np.arange(1, 11))
    lines = re.findall(r"np\.\w+\(labels, \d+\)", str(refusal.value))
    first, also = (eval(line, {"np": np, "labels": np.arange(1, 11)}) for line in lines)
    assert first.tolist() == list(range(10)) and also.tolist() == [*range(1, 10), 0]
