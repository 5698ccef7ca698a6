"""What less throughput costs, by planning again and from the duals: three sectors worked by hand."""

import numpy as np
import pytest

import planlab as pl

HOURS = {"agriculture": 20 * 1.4814814814, "industry": 30 * 0.9259259259}
"""That all needs of a sector's product take."""

WORTH = 0.4 / 3
"""Of the half of a need that is not essential, a third of all, by share of the need."""


def dependence(hours, mechanism="linear_program", **arguments):
    scenario = pl.make_scenario("three_sector", labour=hours, weights="equal")
    return pl.growth_dependence(mechanism, scenario, periods=2, physics=pl.Frictionless(), **arguments)


def test_inside_a_piece_both_ways_agree_with_what_was_worked_out_by_hand():
    found = dependence(75)
    expected = 0.75 * WORTH / HOURS["agriculture"]
    assert found.duals == pytest.approx(expected, rel=1e-5)
    for rerun in (found.loss, found.planned_loss, found.planned_gain):
        assert rerun == pytest.approx(expected, rel=1e-4)
    assert found.elasticity == pytest.approx(100 * expected / found.needs_met, rel=1e-4)


def test_at_a_kink_the_duals_lie_between_the_right_and_the_left_derivative():
    """With 70 hours agriculture is down to its essential half; next to be cut is industry."""
    found = dependence(70)
    assert found.planned_gain == pytest.approx(0.7 * WORTH / HOURS["agriculture"], rel=1e-4)
    assert found.planned_loss == pytest.approx(0.7 * WORTH / HOURS["industry"], rel=1e-4)
    assert found.planned_gain * (1 - 1e-4) <= found.duals <= found.planned_loss * (1 + 1e-4)


def test_plenty_does_not_depend_on_more():
    found = dependence(90)  # the cap is what all needs take
    assert found.planned_gain == pytest.approx(0.0, abs=1e-8)
    assert found.loss > 0


def test_a_mechanism_without_rents_is_run_again_alone():
    found = dependence(75, "proportional", cut=0.05)
    assert np.isnan(found.duals)
    assert found.elasticity > 0.3  # labour is all that is scarce: less of it costs at least its share of needs


def test_what_is_capped_is_asked_for_by_kind():
    assert dependence(75, kinds="labour") == dependence(75)
    with pytest.raises(ValueError, match="kinds is 'energy'; give kinds of factors that the economy has: labour"):
        dependence(75, kinds="energy")
    with pytest.raises(ValueError, match="cut is 1; give a number between 0 and 1"):
        dependence(75, cut=1)
