"""The pictures hold what they are given: lines, widths, dashes, numbers, shapes."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from nnlib.palette import BLUE, ORANGE
from nnlib.plots import draw_blocks, draw_net, draw_reliability, edge_style


def new_axes():
    return Figure().subplots()


def toy_weights():
    rng = np.random.default_rng(0)
    return [rng.uniform(-1, 1, (3, 4)), rng.uniform(-1, 1, (4, 1))]


def lines(ax):
    return {line.get_gid(): line for line in ax.lines if line.get_gid()}


def words(ax):
    return [text.get_text() for text in ax.texts]


def test_every_weight_of_a_net_has_its_line():
    ax = draw_net(new_axes(), toy_weights())
    wanted = {f"W[0][{i},{j}]" for i in range(3) for j in range(4)}
    assert set(lines(ax)) == wanted | {f"W[1][{k},0]" for k in range(4)}


def test_a_line_goes_from_its_input_to_its_output():
    line = lines(draw_net(new_axes(), toy_weights()))["W[0][0,3]"]
    assert list(line.get_xdata()) == [0, 1]
    assert list(line.get_ydata()) == [1.0, -1.5]  # highest of three, lowest of four


def test_positive_weights_are_solid_blue_and_negative_ones_dashed_orange():
    up, down = edge_style(0.5, 1), edge_style(-0.5, 1)
    assert (up["color"], up["linestyle"]) == (BLUE, "-")
    assert (down["color"], down["linestyle"]) == (ORANGE, (0, (2, 1)))


def test_a_line_is_wider_the_farther_its_weight_is_from_zero():
    widths = [edge_style(weight, 2.0)["linewidth"] for weight in (0.1, -0.5, 1.0, -2.0, 3.0)]
    assert widths[:4] == sorted(set(widths[:4]))
    assert widths[3] == widths[4]  # nothing is wider than the limit's line


@pytest.mark.parametrize("weight", [0.0, np.nan, np.inf, -np.inf])
def test_a_weight_without_sign_or_size_is_dotted(weight):
    assert edge_style(weight, 1.0)["linestyle"] == ":"


def test_the_numbers_on_the_lines_are_the_weights():
    W = toy_weights()
    ax = draw_net(new_axes(), W, numbers="+.3f")
    for text in ax.texts:
        if text.get_gid():
            layer, i, j = map(
                int,
                text.get_gid()
                .removeprefix("number W[")
                .replace("][", ",")
                .removesuffix("]")
                .split(","),
            )
            assert text.get_text() == f"{W[layer][i, j]:+.3f}"
    assert sum(bool(text.get_gid()) for text in ax.texts) == 16


@pytest.mark.parametrize("sizes", [(3, 4), (2, 2), (4, 1), (1, 5), (5, 3)])
def test_no_two_numbers_stand_on_each_other(sizes):
    ax = draw_net(new_axes(), [np.ones(sizes)], numbers=True)
    heights = sorted(text.get_position()[1] for text in ax.texts if text.get_gid())
    assert np.diff(heights).min() > 0.1 if len(heights) > 1 else True


def test_only_the_marked_weight_is_numbered_unless_all_are():
    ax = draw_net(new_axes(), toy_weights(), marked=(1, 2, 0))
    assert [t.get_gid() for t in ax.texts if t.get_gid()] == ["number W[1][2,0]"]


def test_biases_are_written_under_the_neurons_that_have_them():
    b = [np.arange(4.0), np.array([-0.5])]
    texts = words(draw_net(new_axes(), toy_weights(), b))
    assert [t for t in texts if t.startswith("b")] == [f"b = {v:+.2f}" for v in (0, 1, 2, 3, -0.5)]


def test_neurons_carry_the_names_they_are_given():
    names = [["p", "q", "r"], list("stuv"), ["w"]]
    assert words(draw_net(new_axes(), toy_weights(), names=names)) == list("pqrstuvw")


def test_a_net_of_zeros_and_a_net_of_nan_can_be_drawn():
    for value in (0.0, np.nan):
        ax = draw_net(new_axes(), [np.full((2, 2), value)], numbers=True)
        assert len(lines(ax)) == 4


def test_a_block_has_a_square_for_every_number_and_says_its_shape():
    ax = draw_blocks(new_axes(), ("X", (10, 3)), "·", ("W", (3, 4)), "=", ("A", (10, 4)))
    assert len(ax.patches) == 30 + 12 + 40
    assert {"(10, 3)", "(3, 4)", "(10, 4)", "·", "="} <= set(words(ax))


def test_a_block_of_numbers_shows_them_in_their_rows_and_columns():
    ax = draw_blocks(new_axes(), ("W", np.array([[1.0, -2.0], [0.5, 4.0]])))
    numbers = {t.get_text(): t.get_position() for t in ax.texts if t.get_gid() == "number"}
    assert set(numbers) == {"1.0", "-2.0", "0.5", "4.0"}
    assert numbers["1.0"][1] == numbers["-2.0"][1] > numbers["0.5"][1]
    assert numbers["1.0"][0] == numbers["0.5"][0] < numbers["-2.0"][0]


def test_blocks_do_not_overlap():
    ax = draw_blocks(new_axes(), ("X", (2, 3)), ("v", (3, 1)), ("Y", (2, 1)))
    edges = sorted({patch.get_x() for patch in ax.patches})
    assert min(np.diff(edges)) >= 1


def test_numbers_in_blocks_fit_into_their_squares():
    figure = Figure(figsize=(5, 3))
    ax = draw_blocks(figure.subplots(), ("X", (10, 3)), "·", ("W", np.full((3, 4), -0.5)))
    figure.draw_without_rendering()
    square = ax.patches[0].get_window_extent().width
    for text in ax.texts:
        if text.get_gid() == "number":
            assert text.get_window_extent().width < square


def probabilities(sure, n):
    """Outputs (n, 2) of which the first is the larger one and says `sure`."""
    return np.tile([sure, 1 - sure], (n, 1))


def points(ax):
    """(what is said, the share that is right) of each group."""
    return [
        (line.get_xdata()[0], line.get_ydata()[0])
        for line in ax.lines
        if len(line.get_xdata()) == 1
    ]


def test_a_reliability_has_a_point_for_each_group_with_samples_and_says_how_many():
    outputs = np.vstack([probabilities(0.6, 5), probabilities(0.95, 4)])
    ax = draw_reliability(new_axes(), outputs, [0, 0, 1, 1, 1, 0, 0, 0, 1])
    assert np.allclose(sorted(points(ax)), [(0.6, 0.4), (0.95, 0.75)])
    assert words(ax) == ["5", "4"]


@pytest.mark.parametrize("sure", [0.6, 0.8, 0.95])
def test_what_is_said_and_so_lies_in_its_bar_nineteen_times_of_twenty(sure):
    rng, inside = np.random.default_rng(0), 0
    for _ in range(200):
        labels = (rng.random(400) > sure).astype(int)
        ax = draw_reliability(new_axes(), probabilities(sure, 400), labels)
        (_, share), (bar,) = *points(ax), ax.collections
        low, high = bar.get_segments()[0][:, 1]
        inside += low <= share <= high
    assert 0.9 < inside / 200 < 0.99
