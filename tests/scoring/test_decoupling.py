"""Needs met on less: rates worked by hand."""

import numpy as np
import pytest

import planlab as pl
from planlab.scoring.decoupling import absolute_decoupling, growth_while_saturated, relative_decoupling
from planlab.scoring.series import per_period
from planlab.scoring.throughput import trend

FALLING, STILL = np.exp([3.0, 2.0, 0.0, -0.1, -0.2]), [0.1, 0.2, 0.5, 0.5, 0.5]


def test_rates_are_fitted_after_the_second_period_by_hand():
    assert relative_decoupling(FALLING, STILL) == pytest.approx(0.1)
    assert relative_decoupling(FALLING, np.exp([0.0, 0.0, -1.0, -1.3, -1.6])) == pytest.approx(-0.2)


def test_what_needs_met_were_before_a_short_run_is_not_made_up():
    assert relative_decoupling([2.0, 2.0 * np.e], [0.25, 0.25]) == pytest.approx(-1.0)
    assert np.isnan(relative_decoupling([0.5], [0.5]))
    assert np.isnan(absolute_decoupling([0.5], [0.5]))


@pytest.mark.parametrize(
    ("use", "met", "absolute"),
    [(-0.1, 0.0, 1.0), (-0.1, 0.1, 1.0), (-0.1, -0.01, 0.0), (0.0, 0.1, 0.0), (0.1, 0.2, 0.0)],
)
def test_absolute_is_less_throughput_without_less_of_needs(use, met, absolute):
    t = np.arange(6.0)
    assert absolute_decoupling(np.exp(use * t), 0.4 * np.exp(met * t)) == absolute
    assert relative_decoupling(np.exp(use * t), 0.4 * np.exp(met * t)) == pytest.approx(met - use)


def test_a_collapse_is_no_decoupling():
    gone = [1.0, 1.0, 1.0, 0.5, 0.1, 0.0]
    assert np.isnan(relative_decoupling(gone, gone))
    assert absolute_decoupling(gone, gone) == 0.0


def test_growth_counts_only_after_periods_in_which_all_needs_were_met_by_hand():
    theta, worst = [9.0, 7.0, 1.0, 2.0, 2.0, 4.0, 4.4], [1.0, 1.0, 0.5, 1.0, 0.9995, 0.9, 1.0]
    assert growth_while_saturated(theta, worst) == pytest.approx((0.0 + np.log(2.0)) / 2)  # after the 4th and the 5th
    assert growth_while_saturated([1.0, 1.1, 1.1], [1.0, 1.0, 0.0]) == pytest.approx(np.log(1.1) / 2)
    assert np.isnan(growth_while_saturated([1.0, 2.0, 3.0], [0.9, 0.9, 1.0]))


def test_a_run_is_scored_by_kind_and_says_nan_where_needs_were_never_all_met():
    met, short = (
        pl.simulate("linear_program", pl.make_scenario("three_sector", labour=hours), 5, physics=pl.Frictionless())
        for hours in (90, 75)
    )
    assert pl.score(met).growth_while_saturated == pytest.approx(0.0, abs=1e-9)
    assert pl.score(met).growth_while_saturated_original == pytest.approx(0.0, abs=1e-9)
    found = pl.score(short)
    assert np.isnan(found.growth_while_saturated)
    rate = trend(per_period(short)["needs_met"]).rate
    assert found.relative_decoupling_labour == pytest.approx(rate - found.throughput_growth_labour, abs=1e-12)
    assert found.relative_decoupling == found.relative_decoupling_labour


def test_needs_that_moved_are_told_from_those_of_the_opening():
    """Needs double: what is made for the old ones is then half of what is wanted."""
    scenario = pl.make_scenario("three_sector", labour=90)
    many = pl.Shocks(np.ones((1, 3)), np.array([[1.0] * 3, [2.0] * 3]), np.ones((1, 1)))
    run = pl.simulate("linear_program", scenario.with_laws(many), 4, physics=pl.Frictionless())
    found = pl.score(run)
    assert np.isfinite(found.growth_while_saturated)  # after the first period alone
    assert found.growth_while_saturated == pytest.approx(
        np.log(run.outcome.factor_use[1, 0] / run.outcome.factor_use[0, 0])
    )
