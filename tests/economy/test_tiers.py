"""Tiers: concave, known by hand, refused by name, and traced like any number."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import planlab as pl
from planlab.economy.tiers import WHOLE

shares = st.lists(st.floats(0.0, 2.0), min_size=3, max_size=3)


@given(shares)
def test_value_rises_is_concave_and_ends_at_1(some):
    tiers, (a, b, c) = pl.Tiers((0.2, 0.6, 1.0), (0.5, 0.4, 0.1)), np.sort(some)
    low, middle, high = tiers.value(np.array([a, b, c]))
    assert 0 <= low <= middle <= high <= 1 + 1e-12
    assert (c - a) * middle >= (c - b) * low + (b - a) * high - 1e-12
    assert tiers.value(1.0) == pytest.approx(1.0)


def test_value_by_hand_also_beyond_need_and_where_nothing_is_needed():
    s = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 3.0, np.nan])
    np.testing.assert_allclose(pl.Tiers().value(s), [0, 0.4, 0.8, 0.9, 1.0, 1.0, np.nan])
    np.testing.assert_array_equal(WHOLE.value(s), np.minimum(s, 1.0))
    np.testing.assert_allclose(pl.Tiers().value(jnp.asarray(s), jnp), pl.Tiers().value(s))


@pytest.mark.parametrize(
    ("bounds", "weights", "said"),
    [
        ((0.5, 0.9), (0.8, 0.2), r"^bounds is \(0.5, 0.9\); give shares of a need that rise to 1"),
        ((0.5, 0.4, 1.0), (0.5, 0.3, 0.2), "^bounds is"),
        ((0.0, 1.0), (0.5, 0.5), "^bounds is"),
        ((), (), "^bounds is"),
        (("half", 1.0), (0.5, 0.5), "^bounds is"),
        ((0.5, 1.0), (0.8, 0.3), r"^weights is \(0.8, 0.3\); give numbers of at least 0 that add up to 1"),
        ((0.5, 1.0), (1.1, -0.1), "^weights is"),
        ((0.5, 1.0), (1.0,), "give one for each of the 2 bounds"),
        ((0.5, 1.0), (0.3, 0.7), "counts a later tier for more"),
        ((0.5, 1.0), (np.nan, 0.2), "^weights is"),
    ],
)
def test_what_is_no_concave_value_is_refused_by_name(bounds, weights, said):
    with pytest.raises(ValueError, match=said):
        pl.Tiers(bounds, weights)


def test_tiers_are_traced_and_have_slopes():
    def worth(floor, weight):
        return pl.Tiers((floor, 1.0), (weight, 1 - weight)).value(0.75, jnp)

    at = jnp.asarray(0.5), jnp.asarray(0.8)
    assert float(jax.jit(worth)(*at)) == pytest.approx(0.9)
    assert float(jax.grad(worth)(*at)) == pytest.approx(-0.2 * 0.25 / 0.5**2)  # 1 - (1 - w) (1 - s) / (1 - b)
    assert {leaf.dtype for leaf in jax.tree.leaves(pl.Tiers())} == {np.dtype(float)}
