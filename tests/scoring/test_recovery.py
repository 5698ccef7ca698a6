"""Depth and time of recovery, worked by hand."""

import numpy as np
import pytest

import planlab as pl
from planlab.scoring.recovery import recovery

NONE = np.zeros(6, bool)


def struck(*periods):
    hit = NONE.copy()
    hit[list(periods)] = True
    return hit


def test_depth_and_time_by_hand():
    assert recovery([0.5, 0.8, 0.6, 0.4, 0.7, 0.76], struck(2)) == (0.5, 3.0)  # back is .95 * .8 = .76
    assert recovery([0.5, 0.8, 0.6, 0.4, 0.7, 0.75], struck(2)) == (0.5, np.inf)
    assert recovery([0.5, 0.8, 0.8, 0.4, 0.8, 0.8], struck(2, 3)) == (0.5, 2.0)  # stores delay the fall
    assert recovery([0.8, 0.8, 0.78, 0.8, 0.8, 0.8], struck(2)) == (pytest.approx(0.975), 0.0)


def test_of_several_shocks_the_deepest_decides():
    assert recovery([1.0, 0.9, 1.0, 0.5, 0.9, 1.0], struck(1, 3)) == (0.5, 4.0)


def test_what_was_before_the_run_is_not_made_up():
    assert np.isnan(recovery([0.5, 0.8, 0.8, 0.8, 0.8, 0.8], struck(0))).all()
    assert np.isnan(recovery([0.0, 0.0, 0.8, 0.8, 0.8, 0.8], struck(1))).all()
    with pytest.raises(ValueError, match="No period is struck"):
        recovery(np.ones(6), NONE)


def test_a_run_is_scored_from_when_capacity_was_struck():
    """Services lose half of what they make, for a period.

    Nobody saw it coming, and deliveries are met in one proportion: half of everything, which counts for .8. In the next
    period producers report the capacity that the last one left them: half of services alone, (1 + 1 + .8) / 3, is under
    95 %. Then all is back.
    """
    scenario = pl.make_scenario("three_sector", weights="equal")
    calm = pl.simulate("linear_program", scenario, 5, physics=pl.Frictionless())
    assert not {"recovery_depth", "recovery_time"} & set(pl.score(calm).metrics)
    left = np.ones((4, 3))
    left[2, 2] = 20 / 50
    shocks = pl.Shocks(left, np.ones((1, 3)), np.ones((1, 1)))
    found = pl.score(pl.simulate("linear_program", scenario.with_laws(shocks), 5, physics=pl.Frictionless()))
    assert found.recovery_depth == pytest.approx(0.8, abs=1e-6)
    assert found.recovery_time == 2.0


def test_months_in_which_capacity_is_lost_are_shocks_too():
    scenario = pl.make_scenario("three_sector").with_laws(pl.Disaster(0.5, start=12, months=6))
    found = pl.score(pl.simulate("linear_program", scenario, 4))
    assert 0 < found.recovery_depth < 1
