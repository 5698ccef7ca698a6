"""How often a mechanism plans: in units of its interval, scored by the period."""

import jax
import numpy as np
import pytest

import planlab as pl
from planlab.incentives.trial import Trial
from planlab.testing import drawn_scenario
from planlab.testing.probes import compilations
from planlab.testing.worlds import PROCESSES

WORLD = drawn_scenario(0)
OFTEN = [1, 2, 4, 12]
STEADY = pl.make_scenario("three_sector", labour=75)


def run(mechanism, replans, scenario=WORLD, periods=3, **dials):
    return pl.simulate(mechanism, scenario, periods, setting=pl.Setting(replans=replans, **dials))


@pytest.mark.parametrize("replans", OFTEN)
def test_goods_are_conserved_however_often_is_planned(replans):
    o = run("command", replans, periods=5).outcome
    out = np.asarray(o.closing + o.used + o.invested + o.decayed) + np.asarray(o.delivery).sum(axis=2)
    np.testing.assert_allclose(np.asarray(o.opening + o.made), out, rtol=1e-9)
    np.testing.assert_allclose(o.opening[1:], o.closing[:-1], rtol=1e-12)


@pytest.mark.parametrize("mechanism", ["linear_program", "gradient"])
def test_a_plan_a_month_is_nearly_a_plan_a_year_in_a_world_that_hardly_changes(mechanism):
    yearly, monthly = (run(mechanism, replans, STEADY) for replans in (1, 12))
    for name in ("activity", "delivery", "prices", "rents"):
        one, other = (np.asarray(getattr(each.plan, name)) for each in (yearly, monthly))
        np.testing.assert_allclose(other, one, rtol=1e-2, atol=1e-2 * np.abs(one).max())


def test_standing_still_is_the_same_however_often_it_is_planned():
    yearly, monthly = (run("standstill", replans, STEADY) for replans in (1, 12))
    for name in ("activity", "delivery", "factor_use", "closing", "capacity"):
        np.testing.assert_allclose(getattr(monthly.outcome, name), getattr(yearly.outcome, name), rtol=1e-9, atol=1e-9)


def test_capacity_that_is_built_monthly_is_capacity_a_year():
    for replans in OFTEN:
        o = run("command", replans).outcome
        built, delta = np.asarray(o.investment), np.asarray(WORLD.economy.depreciation)
        k = np.asarray(WORLD.capacity)
        for t in range(3):
            k = (1 - delta) * k + built[t]
            np.testing.assert_allclose(o.capacity[t], k, rtol=1e-12)
        np.testing.assert_allclose(o.invested.sum(axis=0), WORLD.economy.capital @ built.sum(axis=0), rtol=1e-9)


def test_who_plans_monthly_learns_of_a_drought_within_the_year():
    calm = drawn_scenario(0, struck=False, wear=0.0)
    drought = np.ones((3, PROCESSES))
    drought[1] = 0.3
    shocks = pl.Shocks(drought, np.ones((1, calm.economy.products)), np.ones((1, 2)))
    planned = [
        np.asarray(run("linear_program", replans, calm.replace(shocks=shocks)).plan.activity) for replans in (1, 12)
    ]
    capacity = np.asarray(calm.capacity)
    limited = np.isfinite(capacity)
    assert (planned[0][1] > 0.3 * capacity)[limited].any()
    assert (planned[1][1] <= (0.3 * 11 / 12 + 1 / 12) * capacity * (1 + 1e-9))[limited].all()


def test_reports_and_messages_are_counted_for_every_plan():
    yearly, quarterly = (run("command", replans) for replans in (1, 4))
    np.testing.assert_array_equal(quarterly.numbers_reported, 4 * np.asarray(yearly.numbers_reported))
    np.testing.assert_array_equal(quarterly.plan.rounds, 4 * np.asarray(yearly.plan.rounds))


def test_pay_is_for_the_year():
    yearly, monthly = (run("standstill", r, STEADY, reward=pl.Weitzman()) for r in (1, 12))
    np.testing.assert_allclose(monthly.pay.producers, yearly.pay.producers, rtol=1e-6)


@pytest.mark.parametrize("mechanism", ["command", "linear_program"])
def test_lies_are_tried_with_the_plans_that_the_setting_asks_for(mechanism):
    trial = Trial(mechanism, STEADY, periods=2, setting=pl.Setting(replans=3))
    honest = trial.honest()
    trajectory = run(mechanism, 3, STEADY, 2)
    np.testing.assert_allclose(honest.satisfaction, pl.score(trajectory).needs_met, rtol=1e-9)


def test_numbers_of_a_setting_compile_nothing_anew():
    def met(share):
        return pl.simulate("command", WORLD, 2, setting=pl.Setting(pl.Understate(share), replans=2)).outcome.delivery

    jax.block_until_ready(met(0.8))
    with compilations() as compiled:
        jax.block_until_ready(met(0.9))
    assert compiled == []


@pytest.mark.parametrize(("replans", "error"), [(5, "that divides them"), (0, "at least 1"), (1.5, "whole number")])
def test_intervals_that_are_no_whole_months_are_refused(replans, error):
    with pytest.raises((ValueError, TypeError), match=error):
        pl.Setting(replans=replans)
