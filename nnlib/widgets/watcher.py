"""The weight watcher: a small net learns sample by sample, and every number in it can be read.

Three layers: Trace trains once and keeps what every epoch did, NetAndCosts shows one of its epochs,
Watcher has the controls.
"""

import ipywidgets
import numpy as np
from matplotlib.ticker import MaxNLocator, NullFormatter
from matplotlib.transforms import ScaledTranslation

from nnlib._support.checks import array_of_numbers, checked_number, checked_samples, checked_seed
from nnlib._support.divergence import divergence_in_words, trouble_of
from nnlib._support.hints import door, short
from nnlib._support.speed import for_training
from nnlib.activations import IDENTITY
from nnlib.costs import MEAN_SQUARES
from nnlib.network import Network
from nnlib.palette import below
from nnlib.plots import WIDEST, draw_net, edge_style
from nnlib.training import descent_step
from nnlib.widgets.parts.board import Board, choice, label, menu, one_at_a_time, sized, toggles
from nnlib.widgets.parts.numbers import signed
from nnlib.widgets.parts.picture import Drawing, Handle, Picture
from nnlib.widgets.parts.timeline import TimeLine

HIDDEN = 2  # the smallest layer in which neurons can be equal
MOST_INPUTS = 3
START_STEP, START_REACH = 0.05, 8.0  # by a key, and dragged all the way up the picture
LARGEST = 100.0  # of what may be typed, up or down
LARGEST_DATUM = 1000.0
DRAWN_COSTS = (1e-6, 1e9)  # costs beyond are drawn here: a logarithmic axis has no 0
DIGITS = (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 8)
ETAS = tuple(float(f"{digits}e{k}") for k in (-3, -2, -1) for digits in DIGITS) + (1.0,)
EPOCHS = (1, 2, 5, 10, 20, 50, 100, 200, 300, 500, 1000)
START_NAMES = {"equal": "all equal", "random": "random", "own": "my own"}


@door
def weight_watcher(
    X=((1, 1),), Y=((1,),), *, activations=IDENTITY, eta=0.1, epochs=10, start="equal", seed=0
):
    """A board that shows what every epoch did to the weights of a net with two hidden neurons.

    X (n, 1 to 3), Y (n, 1)  the samples, learned one after the other in this order
    activations              of the hidden and the output layer, as for Network
    eta, epochs              where their sliders begin
    start                    "equal" (weights 1, biases 0) or "random"
    seed                     of the random starts

    The cost is the squared error. ``watcher.net`` is the net at the epoch shown, ``watcher.costs``
    (epochs + 1, n) the cost of each sample as each epoch met it.
    """
    net, X, Y = _checked_task(X, Y, activations)
    if not (isinstance(start, str) and start in ("equal", "random")):
        raise ValueError(
            f"start: expected 'equal' or 'random', got {short(start)}; write one of them"
        )
    checked_seed(seed)
    eta = checked_number(eta, "eta", ETAS[0], most=ETAS[-1])
    epochs = checked_number(epochs, "epochs", 1, whole=True, most=EPOCHS[-1])
    return Watcher(net, X, Y, eta, epochs, start, seed)


def _checked_task(X, Y, activations):
    """A net for the task, and its X and Y as arrays."""
    X = array_of_numbers(X, "X")
    if X.ndim != 2 or not 1 <= X.shape[1] <= MOST_INPUTS:
        raise ValueError(
            f"X: expected shape (n, n_in), one sample a row, n_in from 1 to {MOST_INPUTS}, "
            f"got {X.shape}; choose fewer inputs, a larger net would not be readable"
        )
    sizes = [X.shape[1], HIDDEN, 1]
    rng = np.random.default_rng(0)
    net = Network(sizes, activations=activations, cost=MEAN_SQUARES, rng=rng)
    X, Y = checked_samples(X, Y, net)
    if (largest := max(np.abs(X).max(), np.abs(Y).max())) > LARGEST_DATUM:
        raise ValueError(
            f"X and Y: expected numbers from -{LARGEST_DATUM:g} to {LARGEST_DATUM:g}, "
            f"got {largest:g}; rescale them"
        )
    return net, X, Y


def parameter_names(n_in):
    """w₁ … and b₁ …, neuron by neuron, in the order in which Trace keeps the parameters."""
    sums = HIDDEN * n_in + HIDDEN
    return [below(f"w{k + 1}") for k in range(sums)] + [below(f"b{k + 1}") for k in range(3)]


def flat(W, b):
    """All parameters as one array: the weights neuron by neuron, then the biases."""
    return np.concatenate([*(layer.T.ravel() for layer in W), *b])


def unflat(parameters, n_in):
    """W, b of the net with HIDDEN hidden neurons whose flat array is given."""
    first, second, biases = np.split(parameters, [HIDDEN * n_in, HIDDEN * n_in + HIDDEN])
    return [first.reshape(HIDDEN, n_in).T, second[:, None]], [biases[:HIDDEN], biases[HIDDEN:]]


class Trace:
    """A net trained sample by sample, in the order given, and what every epoch did to it.

    parameters (epochs + 1, 9)  before epoch 0, before epoch 1, … and after the last
    outputs (epochs + 1, n)     of the net that the parameters make
    costs (epochs + 1, n)       each sample's cost, as the epoch that starts there meets it
    ended                       "" or why there are fewer rows: training diverged
    """

    def __init__(self, net, start, X, Y, eta, epochs):
        self.net, self.ended = net.copy(), ""
        self.net.W, self.net.b = unflat(np.array(start, float), X.shape[1])
        rows = []
        with for_training(self.net, 1):
            for epoch in range(epochs + 1):
                rows.append((flat(self.net.W, self.net.b), *self._epoch(X, Y, eta)))
                troubles = [trouble_of(cost, rows[0][2][0]) for cost in rows[-1][2]]
                if any(troubles):
                    when, trouble = f"in epoch {max(epoch, 1)}", next(filter(None, troubles))
                    self.ended = divergence_in_words(when, trouble, X, eta)
                    rows = rows[:-1] or rows
                    break
        self.parameters, self.outputs, self.costs = map(np.array, zip(*rows, strict=True))

    def _epoch(self, X, Y, eta):
        """Outputs (n,) before the epoch, and the cost (n,) of each sample just before its step."""
        outputs, costs = self.net.forward(X)[1][-1][:, 0], []
        for i in range(len(X)):
            x, y = X[i : i + 1], Y[i : i + 1]
            Z, A = self.net.forward(x)
            costs.append(float(self.net.cost.per_sample(Z[-1], A[-1], y)[0]))
            descent_step(self.net, x, y, eta)
        return outputs, costs

    def added(self, epoch):
        """What the epoch before this row added to each parameter, (9,): 0 before the first."""
        return self.parameters[epoch] - self.parameters[max(epoch - 1, 0)]

    def hidden_are_equal(self, epoch):
        """True if the hidden neurons hold the same weights and bias, to the bit."""
        W, b = unflat(self.parameters[epoch], self.net.sizes[0])
        columns = np.vstack([W[0], b[0], W[1].T])
        return bool((columns[:, 0] == columns[:, 1]).all())


# Each bias of the hidden and the output layer: x, y in the net, then points up.
BIAS_PLACES = ((1, 0.5, 43), (1, -0.5, -27), (2, 0, -42))


class NetAndCosts(Drawing):
    """The net, each weight a line with its number and what the last epoch added to it; the cost of
    a sample over the epochs, highest, mean and lowest; outputs beside targets.
    """

    wide = {"mosaic": [["net", "costs"], ["net", "outputs"]], "width_ratios": (2, 1)}
    wide |= {"height_ratios": (3, 2)}
    tall = {"mosaic": [["net"], ["costs"], ["outputs"]], "height_ratios": (4, 3, 2)}

    def __init__(self, Y, n_in):
        self._Y, self._n_in = Y, n_in

    def build(self, figure, look):
        axes = figure.subplot_mosaic(**(self.tall if look.narrow else self.wide))
        self._net, self._costs, self._outputs = (axes[k] for k in ("net", "costs", "outputs"))
        self._look, self._colours = look, look.colours
        return [*self._draw_net(), *self._draw_costs(), *self._draw_outputs()]

    def _draw_net(self):
        """The net's artists, made once with numbers that `show` replaces."""
        ax, n_in, self._names = self._net, self._n_in, parameter_names(self._n_in)
        W, _ = unflat(np.ones(len(self._names)), n_in)
        neurons = [[below(f"x{i + 1}") for i in range(n_in)], ["a₁", "a₂"], ["ŷ"]]
        draw_net(ax, W, names=neurons, numbers=True, limit=WIDEST, colours=self._colours)
        by_gid = {artist.get_gid(): artist for artist in ax.get_children()}
        keys = [f"W[{k}][{i},{j}]" for k in (0, 1) for j, i in np.ndindex(W[k].T.shape)]
        self._lines = [by_gid[key] for key in keys]
        self._numbers = [by_gid["number " + key] for key in keys]
        for line, number in zip(self._lines, self._numbers, strict=True):
            if np.ptp(line.get_ydata()) == 0:  # level: its number would touch the next neuron
                number.set_x(np.mean(line.get_xdata()))
        places = [*((*text.get_position(), 0) for text in self._numbers), *BIAS_PLACES]
        self._numbers += [self._write(*place) for place in BIAS_PLACES]
        self._added = [self._write(x, y, up - 16) for x, y, up in places]
        for number, added in zip(self._numbers, self._added, strict=True):
            number.set(fontsize=self._look.small, fontweight="bold")
            added.set(fontsize=self._look.small)
        ax.set_xlim(-0.2, 2.35)
        moving = [a for a in ax.get_children() if a in ax.lines or a in ax.texts]
        note = "below each number: what the last epoch added to it"
        foot = {"ha": "center", "fontsize": self._look.small, "transform": ax.transAxes}
        ax.text(0.5, 0, note, **foot)
        return sorted(moving, key=lambda artist: artist.get_zorder())

    def _write(self, x, y, up):
        """An empty text so many points above a place in the net."""
        ax = self._net
        lift = ScaledTranslation(0, up / 72, ax.figure.dpi_scale_trans)
        look = {"ha": "center", "va": "center", "bbox": self._colours.behind_words, "zorder": 5}
        return ax.text(x, y, "", transform=ax.transData + lift, **look)

    def _draw_costs(self):
        ax, c = self._costs, self._colours
        looks = (("highest", c.orange, "--"), ("mean", c.blue, "-"), ("lowest", c.green, ":"))
        self._curves = [ax.plot([], [], color=c, ls=s, lw=2, label=n)[0] for n, c, s in looks]
        self._now = ax.axvline(0, color=c.ink, lw=1)
        (self._here,) = ax.plot([], [], "o", color=c.blue, markersize=9)
        ax.set(xlabel="epochs done", ylabel="cost of a sample", yscale="log")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
        ax.grid()
        ax.legend(ncols=3, **self._above())
        return [*self._curves, self._now, self._here]

    def _draw_outputs(self):
        ax, c, samples = self._outputs, self._colours, np.arange(1, len(self._Y) + 1)
        looks = {"markerfacecolor": "none", "markeredgecolor": c.ink, "markersize": 12}
        ax.plot(samples, self._Y[:, 0], "s", label="target", **looks)
        dots = {"color": c.blue, "label": "output", "markersize": 7}
        (self._found,) = ax.plot(samples, self._Y[:, 0], "o", **dots)
        ax.set(xlabel="sample", xlim=(0.5, len(self._Y) + 0.5))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, nbins=8))
        ax.grid()
        ax.legend(ncols=2, **self._above())
        return [self._found]

    def _above(self):
        """Where a legend stands above its axes."""
        tight = {"columnspacing": 0.8, "handlelength": 1.8, "handletextpad": 0.4, "borderpad": 0}
        place = {"loc": "lower right", "bbox_to_anchor": (1.02, 1), "frameon": False}
        return tight | place | {"fontsize": 11.5 * 72 / 100}

    def show(self, trace, row, epochs):
        """Show the net at a row of its trace, which was to have so many epochs."""
        self._show_net(trace, row)
        costs = np.clip(np.nan_to_num(trace.costs, nan=np.inf), *DRAWN_COSTS)
        series = costs.max(axis=1), costs.mean(axis=1), costs.min(axis=1)
        for curve, values in zip(self._curves, series, strict=True):
            curve.set_data(range(len(values)), values)
        self._now.set_xdata([row, row])
        self._here.set_data([row], [series[1][row]])
        self._found.set_ydata(trace.outputs[row])
        self._starts = trace.parameters[0]
        return self._roomy(trace, epochs, series)

    def _show_net(self, trace, row):
        values, added = trace.parameters[row], trace.added(row)
        for line, value in zip(self._lines, values, strict=False):
            line.set(**edge_style(value, WIDEST, self._colours))
        for name, number, value in zip(self._names, self._numbers, values, strict=True):
            number.set_text(f"{name} {signed(value)}")
        for text, value in zip(self._added, added, strict=True):
            text.set_text(signed(value) if row else "")

    def _roomy(self, trace, epochs, series):
        """Limits that hold everything and change seldom: of epochs, costs and outputs."""
        low = 10.0 ** np.floor(np.log10(series[2].min()))
        high = max(10.0 ** np.ceil(np.log10(series[0].max() * 1.01)), 1000 * low)
        ends = [*self._outputs.lines[0].get_ydata(), *trace.outputs[0], *trace.outputs[-1]]
        reach = max(np.ptp(ends), 1.0)  # a wild epoch on the way may leave the picture
        bottom = max(trace.outputs.min(initial=min(ends)), min(ends) - reach)
        top = min(trace.outputs.max(initial=max(ends)), max(ends) + reach)
        return epochs, low, high, np.floor(2 * bottom - 0.3) / 2, np.ceil(2 * top + 0.3) / 2

    def set_limits(self, epochs, low, high, bottom, top):
        self._costs.set(xlim=(-0.04 * epochs, 1.04 * epochs), ylim=(low, high))
        self._costs.yaxis.set_minor_formatter(NullFormatter())
        self._outputs.set_ylim(bottom, top)

    def handles(self):
        """Each number on its line or at its neuron: dragged up and down, it starts elsewhere."""
        handles = []
        for name, text, start in zip(self._names, self._numbers, self._starts, strict=True):
            place, dial = text.get_position(), (float(start), -LARGEST, LARGEST, signed(start))
            at = self._net, *place, f"start of {name}"
            handles.append(Handle(*at, *dial, transform=text.get_transform()))
        return handles


class Watcher(Board):
    """The controls. `net` is the net at the epoch shown, `costs` what every sample cost."""

    def __init__(self, net, X, Y, eta, epochs, start, seed):
        super().__init__()
        self._template, self._X, self._Y = net, X, Y
        self._rng = np.random.default_rng(seed)
        n_in = X.shape[1]
        equal = np.append(np.ones(HIDDEN * n_in + HIDDEN), np.zeros(HIDDEN + 1))
        self._starts = {"equal": equal, "random": self._draw(), "own": equal.copy()}
        self.picture = Picture(NetAndCosts(Y, n_in), 400, tall=760)
        self.stack(*self._controls(eta, epochs, start, n_in), self.picture, self.sentence)
        self.feel(self._touch)
        self.act(self._change_start)

    @property
    def net(self):
        """The net at the epoch shown: a copy, yours to change."""
        with one_at_a_time:
            net = self._template.copy()
            net.W, net.b = unflat(self._trace.parameters[self._time.at], self._X.shape[1])
            return net.copy()  # in memory as every other net's arrays lie

    @property
    def costs(self):
        """The cost of each sample as each epoch met it, (epochs + 1, n)."""
        return self._trace.costs.copy()

    def settle(self):
        """Go to the last epoch: there the picture tells most."""
        self.act(lambda: self._go_to(self._time.last))

    def _draw(self):
        """A random start: weights N(0, σ = 1), in two decimals: the field shows all of it."""
        weights = self._rng.standard_normal(HIDDEN * self._X.shape[1] + HIDDEN).round(2)
        return np.append(weights, np.zeros(HIDDEN + 1))

    def _controls(self, eta, epochs, start, n_in):
        self._time = TimeLine(self, self._go_to, "epochs done")
        self._eta = choice("η", sorted({*ETAS, eta}), eta, 90, 360)
        self._epochs = choice("epochs in all", sorted({*EPOCHS, epochs}), epochs, 90, 360)
        self._start = toggles([(name, key) for key, name in START_NAMES.items()], start, 82)
        names = parameter_names(n_in)
        self._number = menu("my own", names, names[0], 60, 130)
        self._field = ipywidgets.BoundedFloatText(
            min=-LARGEST, max=LARGEST, step=0.1, description="starts at", **sized(60, 150)
        )
        self.listen(self._show_start, self._number)
        self.listen(self._take_own, self._field)
        self.listen(self._train, self._eta, self._epochs)
        self.listen(self._change_start, self._start)
        one_epoch = self.button("One epoch", lambda: self._go_to(self._time.at + 1), "110px")
        rewind = self.button("Rewind", lambda: self._go_to(0), "110px")
        new_random = self.button("New random start", self._new_random, "140px")
        return [
            [self._time.slider, self._time.play, one_epoch, rewind],
            [self._eta, self._epochs],
            [label("start", 90), self._start, new_random, self._number, self._field],
        ]

    def _change_start(self):
        """Write the chosen start into the field, and train from there."""
        self._show_start()
        self._train()

    def _show_start(self):
        self._field.value = float(self._starts[self._start.value][self._number.index])

    def _go_to(self, epoch):
        self._time.put(min(epoch, self._time.last))

    def _new_random(self):
        self._starts["random"], self._start.value = self._draw(), "random"
        self._change_start()

    def _touch(self, event):
        """Take a number of the net in hand, and drag it up or down from where it starts."""
        if self._number.index != event["handle"]:
            self._number.index = event["handle"]
            self._show_start()
        start = self.picture.turned(event, self._field.value, START_REACH, START_STEP)
        if event["kind"] != "up":
            self._time.put(0)
            self._field.value = round(float(np.clip(start, -LARGEST, LARGEST)), 2)
            self._take_own()

    def _take_own(self):
        """From now on the start is the student's own: one number set, the others kept."""
        own = self._starts[self._start.value].copy()
        own[self._number.index] = self._field.value
        self._starts["own"], self._start.value = own, "own"
        self._train()

    def _train(self):
        start, epochs = self._starts[self._start.value], self._epochs.value
        self._trace = Trace(self._template, start, self._X, self._Y, self._eta.value, epochs)
        last = len(self._trace.parameters) - 1  # fewer than epochs where it diverged
        self._time.put(min(self._time.at, last), last)

    def refresh(self, said):
        self.picture.show(self._trace, self._time.at, self._epochs.value)
        self.say(self._words())

    def _words(self):
        trace, row = self._trace, self._time.at
        costs, added = trace.costs[row], trace.added(row)
        most = np.abs(added).argmax()
        words = (
            f"After {row} of {self._epochs.value} epochs with η = {self._eta.value:g} the mean "
            f"cost is {costs.mean():.3g} (lowest {costs.min():.3g}, highest {costs.max():.3g})."
            if np.isfinite(costs).all()
            else "Already in the first epoch the cost leaves the range of numbers."
        )
        if row:
            name, now = self._number.options[most], signed(trace.parameters[row][most])
            change = signed(added[most])
            words += f" The last epoch's largest change: {change} to {name}, now {now}."
        equal = "equal to the bit" if trace.hidden_are_equal(row) else "not equal"
        words += f" The hidden neurons are {equal}."
        return words + (f" {trace.ended}" if trace.ended else "")
