import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import planlab as pl
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


def test_growth_is_the_mean_difference_of_logarithms_from_the_opening_on():
    index = np.array([1.1, 0.9, 1.3])
    expected = np.diff(np.log(np.concatenate([[1.0], index]))).mean()
    assert metrics.growth_rate(index) == pytest.approx(expected)
    assert np.isnan(metrics.growth_rate([0.5, 0.0]))


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


def test_a_falling_cap_on_what_binds_costs_needs_in_proportion():
    # labour is all that is scarce: each per cent less of it costs at least its share of the needs it met
    scenario = pl.make_scenario("three_sector", labour=75)
    assert metrics.growth_dependence("proportional", scenario, cut=0.05, periods=3) > 0.3
    with pytest.raises(ValueError, match="cut is 1; give a number between 0 and 1"):
        metrics.growth_dependence("proportional", scenario, cut=1)
