import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from planlab.scoring import throughput as metrics

KINDS = ("labour", "material", "material", "energy")
USE = np.array([[10.0, 3.0, 8.0, 5.0], [12.0, 4.0, 8.0, 5.0]])
OPENING = np.array([10.0, 2.0, 8.0, 0.0])
use = arrays(float, (4, 4), elements=st.floats(0.1, 100.0))
units = arrays(float, 4, elements=st.floats(0.01, 100.0))


def test_index_by_hand_is_a_mean_of_ratios_by_kind():
    index = metrics.throughput_index(USE, OPENING, KINDS)
    assert set(index) == {"labour", "material"}  # no energy was used before the first period
    np.testing.assert_allclose(index["labour"], [1.0, 1.2])
    np.testing.assert_allclose(index["material"], [(1.5 + 1) / 2, (2 + 1) / 2])


def test_a_trend_is_fitted_after_the_second_period_by_hand():
    """Logarithms 0, 1, 3 of periods 3, 4, 5: slope 3/2; what is left is 1/6, -1/3, 1/6."""
    found = metrics.trend(np.exp([7.0, -3.0, 0.0, 1.0, 3.0]))
    assert found.rate == pytest.approx(1.5)
    assert found.margin == pytest.approx(12.706204736 * np.sqrt((1 / 36 + 1 / 9 + 1 / 36) / 1 / 2))


@given(st.floats(0.5, 2.0), st.floats(0.5, 2.0), st.floats(-0.1, 0.1))
def test_a_change_of_level_at_the_start_is_no_growth_and_an_exponential_is_found(first, level, rate):
    index = level * np.exp(rate * np.arange(10.0))
    index[:2] = first
    found = metrics.trend(index)
    assert found.rate == pytest.approx(rate, abs=1e-12)
    assert found.margin == pytest.approx(0.0, abs=1e-6)


def test_a_short_run_is_fitted_from_the_opening_on():
    assert metrics.trend([1.1]).rate == pytest.approx(np.log(1.1))
    assert np.isnan(metrics.trend([1.1]).margin)
    assert metrics.trend([1.0, 1.0, np.e, np.e]).rate == pytest.approx(0.3)  # of 0, 0, 0, 1, 1


def test_a_run_that_ends_with_nothing_shrinks_without_end():
    assert metrics.trend([1.0, 0.9, 0.8, 0.5, 0.2, 0.0]).rate == -np.inf
    assert np.isfinite(metrics.trend([1.0, 0.9, 0.8, 0.0, 0.8, 0.8]).rate)
    assert np.isnan(metrics.trend([1.0, np.nan]).rate)


def test_the_interval_of_a_trend_holds_the_truth_as_often_as_it_says():
    random = np.random.default_rng(0)
    noise = np.exp(0.02 * np.arange(10.0) + random.normal(0, 0.05, (2000, 10)))
    held = [abs(found.rate - 0.02) <= found.margin for found in map(metrics.trend, noise)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


def test_volatility_leaves_the_start_out():
    assert metrics.volatility([9.0, 2.0, 1.0, np.e, 1.0]) == pytest.approx(np.sqrt(2.0))
    assert np.isnan(metrics.volatility([1.0]))
    assert np.isnan(metrics.volatility([1.0, 1.0, 1.0, 0.0, 1.0]))


def test_output_is_weighed_by_the_factors_of_the_opening():
    F = [[1.0, 3.0], [2.0, 0.0], [0.0, 0.0]]  # shares 1/4, 3/4 of the first, all of the second; nobody uses the third
    index = metrics.output_index([[2.0, 1.0], [4.0, 0.5]], [2.0, 2.0], F)
    np.testing.assert_allclose(index, [(0.25 + 0.375 + 1) / 2, (0.5 + 0.1875 + 2) / 2])
    np.testing.assert_allclose(metrics.output_index([[1.0, 3.0]], [2.0, 2.0], np.zeros((0, 2))), [1.0])


def test_overshoot_and_throughput_per_need_by_hand():
    over = metrics.overshoot([[12.0, 5.0, 1.0], [8.0, 9.0, 1.0]], [[10.0, 10.0, np.inf]] * 2)
    np.testing.assert_allclose(over, [0.2, 0.0])
    per_need = metrics.throughput_per_need([0.9, 1.0], [0.75, 0.0])
    assert per_need[0] == pytest.approx(1.2)
    assert np.isnan(per_need[1])


@given(use, units)
def test_units_do_not_matter(drawn, unit):
    kinds = ("labour", "energy", "energy", "land")
    mine = metrics.throughput_index(drawn, drawn[0], kinds)
    other = metrics.throughput_index(drawn * unit, drawn[0] * unit, kinds)
    for kind, values in mine.items():
        np.testing.assert_allclose(other[kind], values, rtol=1e-9)
        assert values[0] == pytest.approx(1.0)
    np.testing.assert_allclose(metrics.overshoot(drawn * unit, unit), metrics.overshoot(drawn, np.ones(4)), atol=1e-9)
