"""Bending digits: loop, takes and matrix product agree; no bend at all changes nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib import load_digits
from nnlib.datasets.bending import SIDE, Bending, modes, read_at, smoothing

X = load_digits().train.images[:250]
NONE = {"alpha": 0, "degrees": 0, "scale": 0, "shear": 0, "shift": 0}
several = settings(max_examples=20, deadline=None, derandomize=True)


def rng(seed=0):
    return np.random.default_rng(seed)


def bent(X=X, seed=0, **how):
    return Bending(**{**NONE, **how})(X, rng(seed))


def read_by_a_loop(image, row, column):
    """One number of a picture (28, 28), between four pixels in proportion; paper beyond."""
    ink = 0.0
    for i in range(SIDE):
        for j in range(SIDE):
            share = max(0, 1 - abs(row - i)) * max(0, 1 - abs(column - j))
            ink += share * image[i, j]
    return ink


@given(st.integers(0, 10_000))
@several
def test_four_takes_read_what_a_loop_over_all_pixels_reads(seed):
    places = rng(seed).uniform(-3, 30, (2, 1, SIDE**2))
    some = rng(seed).choice(SIDE**2, 20, replace=False)
    found = read_at(X[:1].astype(float), places)[0, some]
    image = X[0].reshape(SIDE, SIDE).astype(float)
    assert np.allclose(found, [read_by_a_loop(image, *places[:, 0, k]) for k in some])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_bend_at_all_is_the_identity_to_the_bit(dtype):
    found = bent(X.astype(dtype))
    assert found.dtype == dtype and (found == X.astype(dtype)).all()


def test_a_field_of_strength_0_is_the_identity_to_the_bit_too():
    places = np.indices((SIDE, SIDE)).reshape(2, 1, -1) + 0 * modes(5, 0)[:1]
    assert (read_at(X[:1], places) == X[:1]).all()


@pytest.mark.parametrize("rows, columns", [(1, 0), (-2, 3), (0, -5)])
def test_a_whole_shift_moves_every_pixel(rows, columns):
    places = np.indices((SIDE, SIDE)).reshape(2, 1, -1) + np.array([rows, columns])[:, None, None]
    wide = np.pad(X[0].reshape(SIDE, SIDE), 6)
    moved = wide[6 + rows : 34 + rows, 6 + columns : 34 + columns]
    assert (read_at(X[:1], places).reshape(SIDE, SIDE) == moved).all()


def test_what_lies_beyond_the_edge_is_paper():
    ink = np.ones((1, SIDE**2))
    for far in (-1, -1e6, SIDE, 1e6, np.nextafter(SIDE, 30)):
        assert (read_at(ink, np.full((2, 1, SIDE**2), far)) == 0).all()
    assert (read_at(ink, np.full((2, 1, SIDE**2), -0.25)) == 0.75**2).all()


def test_a_quarter_turn_is_numpys():
    fixed = Bending(**NONE)
    K = np.zeros((2, 1, 3), np.float32)
    K[0, 0, 1], K[1, 0, 0], K[:, 0, 2] = 1, -1, 13.5
    turned = read_at(X[:1], K @ fixed.basis).reshape(SIDE, SIDE)
    assert np.allclose(turned, np.rot90(X[0].reshape(SIDE, SIDE)))


def test_smoothing_is_two_products_with_a_matrix_and_a_sum_over_the_sheet():
    G = smoothing(2.0)
    noise = rng().normal(size=(G.shape[1],) * 2)
    i, j = 5, 20
    bell = np.outer(G[i], G[j])
    assert np.isclose((G @ noise @ G.T)[i, j], (bell * noise).sum())
    assert np.allclose(G.sum(axis=1), 1)


@pytest.mark.parametrize("sigma", [2.0, 5.0])
def test_all_modes_together_have_the_covariance_of_smoothed_noise(sigma):
    G, all_modes = smoothing(sigma), modes(sigma, 7.0, kept=1)
    along = G @ G.T
    assert np.allclose(all_modes.T @ all_modes, 7.0**2 / 3 * np.kron(along, along))


def test_the_modes_stand_at_right_angles_the_longest_first():
    some = modes(5.0, 36.0)
    lengths = np.linalg.norm(some, axis=1)
    assert np.allclose(some @ some.T, np.diag(lengths**2))
    assert (np.diff(lengths) <= 1e-9).all()


def test_sixteen_modes_hold_98_of_a_hundred_parts_at_sigma_5():
    kept, everything = modes(5.0, 36.0), modes(5.0, 36.0, kept=1)
    assert len(kept) == 16
    assert (kept**2).sum() >= 0.98 * (everything**2).sum() > (kept[:-1] ** 2).sum()


def test_all_fields_of_a_mini_batch_are_one_product():
    bend = Bending(degrees=0, scale=0, shift=0)
    places = bend.places(3, rng())
    K = rng().standard_normal((2, 3, 19), dtype=np.float32)[..., :16]
    straight = np.indices((SIDE, SIDE)).reshape(2, 1, -1)
    for axis, n in np.ndindex(2, 3):
        by_hand = sum(K[axis, n, k] * modes(5.0, 36.0)[k] for k in range(16))
        assert np.allclose(places[axis, n], straight[axis, 0] + by_hand, atol=1e-3)


@given(st.floats(0, 15), st.floats(0, 0.3), st.floats(0, 0.3), st.floats(0, 2), st.integers(0, 99))
@several
def test_no_ink_is_darker_than_the_darkest_and_none_is_below_paper(degrees, scale, shear, shift, k):
    found = bent(X[k : k + 3], k, alpha=36, degrees=degrees, scale=scale, shear=shear, shift=shift)
    assert found.shape == (3, 784) and found.dtype == np.float32
    assert -1e-6 <= found.min() and found.max() <= X[k : k + 3].max() + 1e-6


def test_a_matrix_alone_takes_straight_lines_to_straight_lines():
    y, x = Bending(**{**NONE, "degrees": 30, "scale": 0.3, "shear": 0.4}).places(5, rng())
    for place in (y, x):
        grid = place.reshape(5, SIDE, SIDE)
        assert np.abs(np.diff(grid, n=2, axis=1)).max() < 1e-4
        assert np.abs(np.diff(grid, n=2, axis=2)).max() < 1e-4


def test_an_angle_alone_keeps_lengths_and_the_middle():
    y, x = Bending(**{**NONE, "degrees": 30}).places(5, rng())
    steps = np.hypot(np.diff(y)[:, 0], np.diff(x)[:, 0])
    assert np.allclose(steps, 1, atol=1e-5)
    assert np.allclose(y.mean(axis=1), 13.5, atol=1e-4)


def test_each_image_is_bent_in_its_own_way_and_each_call_anew():
    twins = np.repeat(X[:1], 2, axis=0)
    draw, bend = rng(), Bending()
    first, second = bend(twins, draw), bend(twins, draw)
    assert (first[0] != first[1]).any() and (first != second).any()


def test_the_same_seed_bends_alike_and_the_images_stay_as_they_were():
    before = X.copy()
    assert (bent(alpha=36) == bent(alpha=36)).all() and (X == before).all()


def test_more_images_than_are_bent_at_once_come_out_in_their_order():
    assert (bent(X) == X).all() and len(X) > 2 * 100


@pytest.mark.parametrize(
    "name, value, words",
    [
        ("sigma", 0, "at least 0.5"),
        ("sigma", 29, "at most 28"),
        ("alpha", -1, "at least 0"),
        ("degrees", 181, "at most 180"),
        ("scale", 0.95, "at most 0.9"),
        ("shear", None, "finite number"),
        ("shift", np.nan, "finite number"),
    ],
)
def test_a_bend_that_is_none_is_refused_in_a_sentence(name, value, words):
    with pytest.raises((ValueError, TypeError), match=f"{name}: expected .*{words}"):
        Bending(**{name: value})


@pytest.mark.parametrize("images", [X[0], X[:, :10], X[:0], X.reshape(-1, 28, 28)])
def test_what_are_no_images_is_refused_in_a_sentence(images):
    with pytest.raises(ValueError, match=r"X: expected images of shape \(n, 784\)"):
        Bending()(images, rng())


def test_a_bend_says_what_it_is():
    assert repr(Bending(alpha=0)).startswith("Bending(sigma=5.0, alpha=0, degrees=10.0")
