"""Is my gradient of the toy net right? And if it is not: which slip gives just these numbers?

The slopes are an exercise like any other. What is special: they are arrays, or functions of any of
the letters; and the numbers are the student's own.

    Z1 = X W1 + b1    A1 = f1(Z1)    Z2 = A1 W2 + b2    Y_hat = f2(Z2)    C = Σ (Y_hat - Y)²
"""

import functools
import inspect
import itertools

import numpy as np

from nnlib._support.hints import door, short
from nnlib.activations import ACTIVATIONS, CUBE, SQUARE, Activation
from nnlib.exercises.judging import first_element, look_at_change, multiple, rounded, slip_behind
from nnlib.exercises.making import asked
from nnlib.exercises.my_activation import POINTS, as_numbers, look_at_activation, look_at_slope
from nnlib.exercises.running import Failed, run_once, same, tried
from nnlib.exercises.session import FOUND
from nnlib.exercises.verdict import FAILS, NOT_YET, NOTHING, Trouble, verdict_of


@door
def check_my_gradient(
    dW1, dW2, db1=None, db2=None, *, X=None, Y=None, W1=None, W2=None, b1=None, b2=None,
    f1=SQUARE, f2=CUBE,
):  # fmt: skip
    """The Verdict on your own slopes of the toy net's cost C = Σ (Y_hat - Y)².

    dW1, dW2, db1, db2   arrays; or functions of X, Y, W1, W2, or of any of the letters X, Y, W1,
                         W2, b1, b2, Z1, A1, Z2, Y_hat, f1, f2, called by these names
    X, Y, W1, W2, b1, b2 what the arrays were computed from; functions may do without: then two
                         examples are drawn, of shapes (10,3), (10,1), (3,4), (4,1), and with two
                         outputs; with biases where a function or its slopes have to do with them
    f1, f2               the two Activations, one for IDENTITY where there is none
    Negated ones, the ways downhill, are right as well. A wrong gradient is laid beside the usual
    slips; the verdict names the one that gives just these numbers, or the first element that
    differs. It never raises.
    """
    biases = {name: mine for name, mine in (("db1", db1), ("db2", db2)) if mine is not None}
    data = {"X": X, "Y": Y, "W1": W1, "W2": W2, "b1": b1, "b2": b2}
    verdict = verdict_of(judge_all, {"dW1": dW1, "dW2": dW2} | biases, data, f1, f2)
    FOUND["4"]["your own gradient"] = verdict.state
    return verdict


@asked("4.0 The slopes of the toy net")
def slopes(X, Y, W2, Z1, A1, Z2, Y_hat, f1, f2):
    delta2 = 2 * (Y_hat - Y) * f2.slope(Z2)
    delta1 = delta2 @ W2.T * f1.slope(Z1)
    return X.T @ delta1, A1.T @ delta2, delta1.sum(axis=0), delta2.sum(axis=0)


NAMES = ("dW1", "dW2", "db1", "db2")
NO_LINE = "nothing written yet."


def slopes_of(net, function=slopes.solution):
    """{dW1: …, dW2: …, db1: …, db2: …} by the true slopes or by one with slips; {} if it fails."""
    found = tried(function, tuple(net[letter] for letter in slopes.names))
    return {} if isinstance(found, Failed) else dict(zip(NAMES, found, strict=True))


# The verdict


def judge_all(mine, data, f1, f2):
    """The sentences on {dW1: …, dW2: …} where all are right, else Trouble with them."""
    nets = toy_nets(data, f1, f2, mine)
    return [judge_in(net, mine) for net in nets][0]


def judge_in(net, mine):
    """The sentences on {dW1: …, dW2: …} in one net where all are right, else Trouble with them."""
    arrays, told, state = {}, {}, NOT_YET
    for name, thing in mine.items():
        try:
            arrays[name] = as_gradient(thing, net, name)
        except Trouble as trouble:
            told[name] = str(trouble)
            state = FAILS if trouble.state == FAILS else state
    if len(told) == len(mine) and set(told.values()) == {NO_LINE}:
        raise Trouble(state=NOTHING)
    judge = Judge(net, arrays)
    judge.look_for_swapped()
    found, way = judge.best_way()
    sentences = [f"{name}: {(told | found)[name]}" for name in mine]
    if way < 0 and all(words.startswith("right") for words in found.values()):
        one = "This is the way downhill, minus the slope: a step adds it, W1 + η dW1."
        all_ = "These are the ways downhill, minus the slopes: a step adds them, W1 + η dW1."
        sentences.append(all_ if len(found) > 1 else one)
    if told or not all(words.startswith("right") for words in found.values()):
        raise Trouble(*sentences, state=state)
    return sentences


class Judge:
    """A student's arrays beside the true slopes of one net, and what slips make of these."""

    def __init__(self, net, mine):
        self.net, self.mine, self.true = net, mine, slopes_of(net)

    @functools.cached_property
    def singles(self):
        return {words: slopes_of(self.net, slip) for words, slip in slopes.singles.items()}

    @functools.cached_property
    def pairs(self):
        return {words: slopes_of(self.net, slip) for words, slip in slopes.pairs.items()}

    def look_for_swapped(self):
        """Trouble if dW1 and dW2 are each what the other should be."""
        one, two = self.true["dW1"], self.true["dW2"]
        for way in (1, -1):
            turned = (way * self.mine.get(name, np.nan) for name in NAMES[:2])
            if not same(one, two) and all(map(same, turned, (two, one))):
                raise Trouble("The two matrices are swapped: dW1 stands in the place of dW2.")

    def best_way(self):
        """({name: sentence}, 1 for slopes or -1 for ways downhill): that which explains more."""
        ways = []
        for way in (1, -1):
            told = {name: self.sentence(name, way) for name in self.mine}
            strange = [w for w in told.values() if "sign is turned" in w or "no usual slip" in w]
            ways.append((len(strange), told, way))
            if not strange:
                break
        return min(ways, key=lambda one: one[0])[1:]

    def sentence(self, name, way):
        """The sentence on one array of finite numbers, taken for a way downhill if way is -1."""
        array, true = self.mine[name], self.true[name]
        if same(way * array, true):
            return "right." if true.any() else "right, but every element is 0 here: take others."
        given = way * array, way * self.mine.get("dW2", np.nan)
        if named := self.slips_in(name, *given) or self.updated_first(name, way):
            return f"this is what you get when {named}."
        if array.shape != true.shape:
            return self.about_shape(name)
        if step := multiple([self.net[name[1:]] - array], [true]):
            return f"these are {name[1:]} after the step with η = {step:.3g}, not the slopes."
        words = first_element(array, way * true)
        all_wrong = words.startswith(f"{true.size} of")
        return ("no usual slip gives these numbers; " if all_wrong else "") + words

    def slips_in(self, name, array, dW2=np.nan):
        """The fewest slips that give just this array, but for a common factor; "" if none do.

        The factor in one single number is believed if dW2 has it, too.
        """
        n, true = len(self.net["X"]), self.true[name]
        left = multiple([array], [true]) or multiple([array, dW2], [true, self.true["dW2"]])
        whole = about_factor(left, n) if left else ""
        kinds = (getattr(self, kind) for kind in (["singles"] if whole else ["singles", "pairs"]))
        wrong = ({words: one[name] for words, one in kind.items() if one} for kind in kinds)
        shows = ({w: [a] for w, a in kind.items() if not same(abs(a), abs(true))} for kind in wrong)
        shares = (1, rounded(1 / n))
        usual = [sign * two * s for s in shares for two in (1, 2, 0.5) for sign in (1, -1)]
        named, factor = slip_behind(shows, [array], usual)
        if factor == 1 or not named:
            return named or whole
        return whole or f"{named}, and apart from that {about_factor(factor, n)}"

    def updated_first(self, name, way):
        """"W2 is taken after its update", and with which slip; "" if that is not what happened."""
        array, W2 = way * self.mine[name], self.net["W2"]
        steps = [self.true["dW2"], way * self.mine.get("dW2", np.nan)]
        known = {("",): slopes.solution} | slopes.singles
        for step, ((words,), function) in itertools.product(steps, known.items()):
            if name not in ("dW1", "db1") or np.shape(step) != W2.shape:
                continue
            before, later = (slopes_of(self.net | {"W2": W}, function) for W in (W2, step))
            if before and before[name].shape == array.shape:
                if eta := multiple([array - before[name]], [later[name]]):
                    also = f"{words} and " if words else ""
                    return f"{also}W2 is taken after its update (by {abs(eta):.3g} dW2)"
        return ""

    def about_shape(self, name):
        """The sentence on an array of another shape than the parameters."""
        array, true = self.mine[name], self.true[name]
        found = f"its shape is {array.shape}, but that of {name[1:]} is {true.shape}"
        if same(array.T, true) or same(-array.T, true):
            return f"{found}: the numbers are right, but it has to be transposed."
        other = {"dW1": "dW2", "dW2": "dW1"}.get(name, name)
        if array.shape == self.true[other].shape:
            return f"{found}. That is the shape of the other: are the two matrices swapped?"
        if array.size == true.size:
            return f"{found}: the same number of elements, on other axes."
        return f"{found}. Write the shapes side by side: which transpose or which axis is missing?"


def about_factor(factor, n):
    """What a common factor comes of, as part of a sentence."""
    sign = ["the sign is turned"] if factor < 0 else []
    eta = f"η = {abs(factor):.3g} is already in it"
    twos = {1: [], 0.5: ["the factor 2 is missing"], 2: ["the factor 2 stands twice"]}
    means = {1: [], 1 / n: ["the mean over the samples is taken for the sum"]}
    for (two, missing), (mean, taken) in itertools.product(twos.items(), means.items()):
        if np.isclose(abs(factor), two * mean, rtol=1e-6):
            return joined(sign + missing + taken) + (f", or {eta}" if taken else "")
    times = f"everything is {abs(factor):.6g} times what it should be"
    return joined([*sign, times if abs(factor) > 1 else eta])


def joined(words):
    """`a`, `a and b`, `a, b and c`."""
    *before, last = words
    return f"{', '.join(before)} and {last}" if before else last


# What comes in


def toy_nets(data, f1, f2, mine):
    """The forward pass of the student's data, or of two examples, by its letters: a list."""
    given = {name: array for name, array in data.items() if array is not None}
    examples = [given]
    if not given and all(callable(one) or one is None or one is ... for one in mine.values()):
        letters = set(mine).union(*map(asked_for, mine.values()))
        biases = not letters.isdisjoint(("db1", "db2", "b1", "b2"))
        examples = [example(biases=biases), example(6, 4, 3, 2, biases=biases)]
    needed = ["X", "Y", "W1", "W2", *(["b1", "b2"] if {"db1", "db2"} & set(mine) else [])]
    if missing := [name for name in needed if name not in examples[0]]:
        calls = ", ".join(f"{name}={name}" for name in needed)
        raise Trouble(f"{joined(missing)} missing: pass what you computed with, {calls}.")
    for name, f in (("f1", f1), ("f2", f2)):
        within(name, look_at, f)
    nets = [{name: within(name, as_finite, one[name]) for name in one} for one in examples]
    for arrays in nets:
        look_at_shapes(**arrays)
    nets = [passed_forward(arrays, f1, f2) for arrays in nets]
    for net, (name, f) in itertools.product(nets, (("f1", f1), ("f2", f2))):
        if f not in ACTIVATIONS:
            within(name, look_at_slope, f, some_of_all(net[f"Z{name[1]}"]))
    return nets


def some_of_all(Z):
    """A few hundred of the weighted inputs in Z, in rising order."""
    z = np.unique(Z)
    return z[:: 1 + len(z) // len(POINTS)]


def asked_for(function):
    """The names of a function's parameters; none where there is no telling."""
    try:
        return set(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return set()


def within(name, function, *args):
    """function(*args), whose Trouble begins with a name."""
    try:
        return function(*args)
    except Trouble as trouble:
        raise Trouble(f"{name}: {trouble}", state=trouble.state) from None


def look_at(f):
    """Trouble with what is no Activation, or with a wrong one of the student's own."""
    if not isinstance(f, Activation):
        raise Trouble(f"expected an Activation such as SQUARE, got {short(f)}.")
    if f not in ACTIVATIONS:
        look_at_activation(f)
    if np.shape(f.slope(np.zeros((2, 3)))) not in ((2, 3), ()):
        one_by_one = "this check is for functions that act element by element"
        raise Trouble(f"{one_by_one}; the slope of {f.name} has another shape than z.")


def example(n=10, n_in=3, hidden=4, n_out=1, biases=False):
    """Random data and parameters for the toy net, in the shapes of the blackboard."""
    rng = np.random.default_rng(0)
    shapes = {"X": (n, n_in), "Y": (n, n_out), "W1": (n_in, hidden), "W2": (hidden, n_out)}
    drawn = {name: rng.uniform(-1, 1, shape) for name, shape in shapes.items()}
    b1, b2 = (biases * rng.uniform(-1, 1, size) for size in (hidden, n_out))
    return drawn | {"b1": b1, "b2": b2}


def look_at_shapes(X, Y, W1, W2, b1=0, b2=0):
    """Trouble with shapes that do not hook onto each other."""
    shapes = f"X {X.shape}, Y {Y.shape}, W1 {W1.shape}, W2 {W2.shape}"
    if any(array.ndim != 2 or not array.size for array in (X, Y, W1, W2)):
        raise Trouble(f"X, Y, W1, W2: expected matrices, with two axes each, got {shapes}.")
    fits = W1.shape[0] == X.shape[1] and W2.shape == (W1.shape[1], Y.shape[1])
    for name, b, W in (("b1", b1, W1), ("b2", b2, W2)):
        shapes += f", {name} {np.shape(b)}" if np.ndim(b) else ""
        fits = fits and np.shape(b) in ((), (W.shape[1],), (1, W.shape[1]))
    if not fits or len(X) != len(Y):
        raise Trouble(f"These shapes do not hook onto each other: {shapes}.")


def passed_forward(arrays, f1, f2):
    """The letters of the net's forward pass: {X: …, Z1: …, Y_hat: …, f1: …}."""
    net = {"b1": np.zeros(1), "b2": np.zeros(1)} | arrays | {"f1": f1, "f2": f2}
    net["Z1"] = net["X"] @ net["W1"] + net["b1"]
    net["A1"] = f1.value(net["Z1"])
    net["Z2"] = net["A1"] @ net["W2"] + net["b2"]
    net["Y_hat"] = f2.value(net["Z2"])
    if not all(np.isfinite(slope).all() for slope in slopes_of(net).values()):
        raise Trouble("The true gradient is not finite for these numbers: take smaller ones.")
    source = zip("ABCŶỸ", ("Z1", "A1", "Z2", "Y_hat"), strict=False)  # the letters of the source
    return net | {old: net[new] for old, new in source} | {"Ỹ": net["Y"] - net["Y_hat"]}


def as_finite(thing):
    """A float array of finite numbers, or Trouble."""
    array = as_numbers(thing)
    for where in np.argwhere(~np.isfinite(array))[:1].tolist():
        got = array[tuple(where)]
        raise Trouble(f"expected finite numbers, got {got} at element {where}.")
    return array


def as_gradient(thing, net, name):
    """A float array, or Trouble: an array as it is, a function's result."""
    array = called(thing, net, name) if callable(thing) else thing
    if array is ...:
        raise Trouble(NO_LINE)
    array = as_finite(array)
    row = name in ("db1", "db2") and array.ndim == 2 and len(array) == 1  # keepdims leaves one
    return array[0] if row else array


def called(function, net, name):
    """What the function returns, or Trouble: it asks for other letters, or fails."""
    letters = wanted(function, net)
    args = tuple(net[letter] for letter in letters)
    given, result = run_once(function, args, raw=True)
    for argument in zip(letters, given, args, strict=True):
        look_at_change(*argument)
    if not isinstance(result, Failed):
        return result
    if result != "ValueError":
        raise Trouble(f"your function fails: {result.why}.", state=FAILS)
    square = passed_forward(example(4, 4, 4, 4), net["f1"], net["f2"])  # here all shapes fit
    there = run_once(function, tuple(square[letter] for letter in letters))[1]
    if isinstance(there, np.ndarray) and there.shape == (4, 4):
        for way in (1, -1):
            named = Judge(square, {}).slips_in(name, way * there)
            if "transpose" in named and "sign" not in named:
                raise Trouble(f"this is what you get when {named}. It fails: {result.why}.")
    words = f"your function fails: {result.why}. Is a transpose missing?"
    raise Trouble(words, state=FAILS)


def wanted(function, net):
    """The letters to call a function with, or Trouble with what it asks for."""
    four = ("X", "Y", "W1", "W2")
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some built-in functions do not tell
        return four
    names = [p.name for p in parameters if p.default is p.empty and p.kind < p.VAR_POSITIONAL]
    if all(name in net for name in names):
        return names
    if len(names) == 4:
        return four
    raise Trouble(
        f"your function asks for {', '.join(names)}; write it as a function of X, Y, W1, W2, "
        "or of any of b1, b2, Z1, A1, Z2, Y_hat, f1, f2."
    )
