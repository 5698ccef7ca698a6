"""Post-growth reforms around other worlds: what each limits, and what it leaves alone."""

import numpy as np
import pytest

import planlab as pl
from planlab.economy.scenario import with_parts
from planlab.study.design import world_of


def row(scenario, name):
    return scenario.economy.labels.factors.index(name)


def test_energy_falls_to_what_decent_living_takes_and_stays_there():
    world = pl.make_scenario("decent_living", products=20, inputs=4, years=3, today=61.2)
    energy, limit = row(world, "energy"), row(world, "decent living")
    np.testing.assert_array_equal(world.economy.factors[limit], world.economy.factors[energy])
    run = pl.simulate("linear_program", world, 5)
    used = float(world.economy.factors[energy] @ world.activity)
    np.testing.assert_allclose(run.limits[:, limit] / used, 0.25 ** (np.array([0, 1, 2, 3, 3]) / 3))
    assert (run.outcome.factor_use[:, energy] <= run.limits[:, limit] * (1 + 1e-9)).all()
    planned = np.asarray(run.plan.activity)[-1] @ np.asarray(world.economy.factors)[energy]
    assert planned == pytest.approx(15.3 / 61.2 * used, rel=1e-6)  # it binds
    assert run.plan.rents[-1, limit] > 0


def test_decent_living_at_15_gigajoules_is_149_exajoules_for_all():
    from planlab.scenarios.decent_living import ENOUGH, TODAY

    assert pytest.approx(149, abs=1) == 9.7e9 * ENOUGH * 1e-9
    assert pytest.approx(149 / 0.4, rel=0.01) == TODAY * 7.8


def test_working_time_falls_from_the_hours_there_are():
    world = pl.make_scenario("working_time", base="three_sector", shorter=0.1, years=2)
    run = pl.simulate("linear_program", world, 4)
    np.testing.assert_allclose(run.limits[:, 1], 90 * 0.9 ** np.array([0, 1, 2, 2]))
    assert (np.diff(run.outcome.factor_use[:, 0])[:2] < 0).all()


def test_where_labour_does_not_bind_shorter_hours_change_nothing():
    ample = pl.make_scenario("three_sector").replace(limits={"labour": 1e4})
    shorter = pl.make_scenario("working_time", base=ample, shorter=0.1, years=3)
    one, other = (pl.simulate("linear_program", world, 4) for world in (ample, shorter))
    np.testing.assert_allclose(other.outcome.delivery, one.outcome.delivery, rtol=1e-9)


def test_hours_without_a_limit_cannot_fall():
    free = pl.make_scenario("three_sector").replace(limits={"labour": np.inf})
    with pytest.raises(ValueError, match="base has no limit of 'labour' that could fall"):
        pl.make_scenario("working_time", base=free)


def test_sufficiency_cuts_what_lies_above_the_cap_and_nothing_else():
    base = with_parts(
        pl.make_scenario("three_sector"),
        needs=np.array([[10.0, 30.0], [20.0, 20.0], [0.0, 40.0]]),
        population=np.array([1.0, 3.0]),
    )
    capped = pl.make_scenario("sufficiency", base=base, cap=1.25)
    np.testing.assert_allclose(capped.needs, [[10.0, 30.0], [12.5, 20.0], [0.0, 37.5]])
    np.testing.assert_array_equal(capped.urgency, base.urgency)
    assert float(pl.make_scenario("sufficiency", base=base, cap=100.0).needs.sum()) == float(base.needs.sum())


def test_regions_take_no_more_from_each_other_than_they_may():
    world = pl.make_scenario("regional_trade", products=24, inputs=4, regions=3, share=0.5)
    e, names = world.economy, world.economy.labels.factors
    A, region = e.inputs.to_scipy().toarray(), np.asarray(e.region)
    run = pl.simulate("linear_program", world, 2)
    for r in range(3):
        taken = A[region != r][:, region == r].sum(axis=0) @ np.asarray(run.outcome.activity)[:, region == r].T
        k = names.index(f"imports of region {r + 1}")
        np.testing.assert_allclose(run.outcome.factor_use[:, k], taken, rtol=1e-12)
        before = A[region != r][:, region == r].sum(axis=0) @ np.asarray(world.activity)[region == r]
        assert (taken <= 0.5 * before * (1 + 1e-9)).all()


def test_a_world_of_one_region_trades_with_nobody():
    with pytest.raises(ValueError, match="base has one region, which trades with nobody"):
        pl.make_scenario("regional_trade", base="layered")


def test_reforms_go_around_each_other_by_name():
    world = world_of("working_time:decent_living:layered", products=20, inputs=4, years=3)(0)
    assert world.name.startswith("working_time-decent_living-layered")
    assert world.economy.labels.factors[-2:] == ("decent living", "working time")
    assert [law.until for law in world.laws] == [10, 3]


def test_the_us_table_can_be_reformed_by_name():
    world = world_of("decent_living:us-2021-71", today=200.0)
    world = world(0) if callable(world) else world
    assert world.economy.labels.factors[-1] == "decent living"
