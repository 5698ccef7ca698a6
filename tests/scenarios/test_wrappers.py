"""Worlds wrapped around other worlds."""

import numpy as np
import pytest

import planlab as pl


@pytest.mark.parametrize("base", ["layered", "scale_free", "modular", "three_sector", "shifting_needs"])
def test_droughts_strike_as_long_and_as_hard_as_asked(base):
    parameters = {} if base == "three_sector" else {"products": 60}
    scenario = pl.make_scenario("drought", base=base, start=2, length=2, severity=0.7, **parameters)
    shock = np.array([scenario.shocks.capacity_at(t) for t in range(6)])
    assert (shock[[0, 1, 4, 5]] == 1).all()
    assert set(np.round(np.unique(shock[2:4]), 12)) == {0.3, 1.0}


def test_droughts_strike_raw_materials_and_all_techniques_of_a_product():
    scenario = pl.make_scenario("drought", products=50, techniques=2, share=0.5)
    struck = np.asarray(scenario.shocks.capacity_at(3)) < 1
    names = [scenario.economy.labels.sectors[s] for s in np.asarray(scenario.economy.sector)[struck]]
    assert set(names) == {"raw"}
    assert (struck[:50] == struck[50:]).all()
    assert struck.sum() == 10


def test_droughts_strike_agriculture_in_three_sectors():
    scenario = pl.make_scenario("drought", base="three_sector")
    assert np.asarray(scenario.shocks.capacity_at(3)) == pytest.approx([0.4, 1.0, 1.0])


def test_shifting_needs_start_as_they_were_and_keep_their_mean():
    scenario = pl.make_scenario("shifting_needs", products=60, drift=0.3, periods=8)
    walk, needed = np.asarray(scenario.shocks.needs), np.asarray(scenario.needs).any(axis=1)
    assert walk.shape == (8, 60)
    assert (walk[0] == 1).all()
    assert walk[:, needed].mean(axis=1) == pytest.approx(np.ones(8))
    spread = np.log(walk[:, needed]).std(axis=1)
    assert (np.diff(spread) > 0).sum() >= 5
    assert (walk[:, ~needed] == 1).all()


def test_wrappers_wrap_each_other_and_keep_what_struck_before():
    walk = pl.make_scenario("shifting_needs", products=40, seed=1)
    both = pl.make_scenario("drought", base=walk, seed=1)
    assert np.array_equal(np.asarray(both.shocks.needs), np.asarray(walk.shocks.needs))
    assert both.name == "drought-shifting_needs-layered-40-1"
    twice = pl.make_scenario("drought", base=both, seed=2, start=4, length=4)
    first, second = (np.asarray(s.shocks.capacity_at(5)) for s in (both, twice))
    assert second.min() == pytest.approx(0.16)
    assert (second <= first).all()


def test_wrapped_worlds_are_simulated():
    trajectory = pl.simulate("proportional", pl.make_scenario("drought", products=30, inputs=4), periods=4)
    assert np.isfinite(np.asarray(trajectory.outcome.delivery)).all()
