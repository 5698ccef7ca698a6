"""What is left at the end."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.mechanisms.registry import find_mechanism
from planlab.scoring import closing
from planlab.scoring.closing import closing_plan, closing_wealth
from tests.scoring.test_bounds import WORLD, village


class Builds(pl.Mechanism):
    """Do what was done last year, and build so much."""

    built: float

    sees = frozenset({"last"})

    def plan(self, state, seen, key):
        build = self.built * jnp.ones_like(seen.last.activity)
        return state, pl.Plan(activity=seen.last.activity, delivery=0.1 * seen.last.delivery, investment=build)


class Replaces(pl.Mechanism):
    """Plan as another does who is told that nothing wears out: nothing is replaced."""

    inner: pl.Mechanism

    traceable = False
    sees = pl.LinearProgram().sees

    def init(self, seen, key):
        return self.inner.init(seen, key)

    def plan(self, state, seen, key):
        lasting = replace(seen.economy, depreciation=0.0 * seen.economy.depreciation)
        return self.inner.plan(state, replace(seen, economy=lasting), key)


@pytest.mark.parametrize(("built", "left"), [(0.0, 0.5), (3.0, 0.8), (5.0, 1.0), (7.0, 1.0)])
def test_by_hand(built, left):
    """Of ten units half wear out, and ten are needed: the best stationary plan takes all ten."""
    run = pl.simulate(Builds(built), village(), 1)
    assert closing_plan(village(), run.state(0)).capacity == pytest.approx([10.0])
    assert float(run.outcome.investment.sum()) == pytest.approx(built)
    assert closing_wealth(run).capacity == pytest.approx(left)


def test_what_is_under_construction_is_there():
    run = pl.simulate(Builds(1.5), village().with_laws(pl.Gestation(3)), 2)
    assert float(run.outcome.capacity[-1, 0]) == pytest.approx(2.5)
    assert closing_wealth(run).capacity == pytest.approx((2.5 + 3.0) / 10)


def test_capacity_that_nobody_will_need_is_rightly_given_up():
    run = pl.simulate(Builds(0.0), village(20.0), 1)
    assert float(run.outcome.capacity[-1, 0]) == pytest.approx(10.0)
    assert closing_wealth(run).capacity == pytest.approx(1.0)


def test_stores_are_measured_by_what_the_closing_activity_takes():
    run = pl.simulate("standstill", pl.make_scenario("three_sector"), 3)
    assert closing_wealth(run).stores == pytest.approx(1.0, abs=1e-3)
    use = np.asarray(run.scenario.economy.inputs @ run.outcome.activity[-1])
    half = replace(run, outcome=replace(run.outcome, closing=jnp.asarray(use)[None, :] / 12))  # one month of two
    assert closing_wealth(half).stores == pytest.approx(0.5)
    assert pl.score(half).status == "proposed; lived off its wealth"


def test_a_world_in_which_nothing_is_built_has_all_its_capacity():
    for unlimited in (False, True):
        world = pl.make_scenario("three_sector")
        world = world.replace(capacity=None) if unlimited else world
        assert closing_wealth(pl.simulate("command", world, 2)).capacity == 1.0


def test_who_stops_replacing_is_marked_and_loses():
    planner = find_mechanism("linear_program")
    honest, eater = (pl.score(pl.simulate(each, WORLD, 15)) for each in (planner, Replaces(planner)))
    assert "lived off" in eater.status or "collapsed" in eater.status
    assert eater.closing_wealth < 0.5 < 0.95 < honest.closing_wealth
    assert eater.needs_met < honest.needs_met
    assert eater.last_needs_met < honest.last_needs_met - 0.1


def test_all_mechanisms_have_the_same_ruler():
    states = [pl.simulate(name, WORLD, 2).state(-1) for name in ("standstill", "command")]
    assert closing_plan(WORLD, states[0]) is closing_plan(WORLD, states[1])


def test_what_is_left_of_a_large_economy_is_known():
    world = pl.make_scenario("layered", products=10_000, depreciation=0.1, capacity_margin=1.0, tightness=1.0)
    run = pl.simulate(Builds(0.0), world, 1)
    left = closing_wealth(run)
    k, needed = np.asarray(run.outcome.capacity[-1]), closing_plan(world, run.state(-1))
    assert needed.certificate.error <= 1e-6
    short = needed.cost @ np.maximum(needed.capacity - k, 0.0) / (needed.cost @ needed.capacity)
    assert left.capacity == pytest.approx(1 - short)
    assert 0.0 < short < 1.0
    assert 0.0 < left.stores <= 1.0


def test_of_a_large_economy_with_by_products_it_is_not(monkeypatch):
    monkeypatch.setattr(closing, "MOST_PRODUCTS", 1)
    joint = pl.Scenario.from_arrays(
        np.zeros((2, 2)), needs=[1.0, 1.0], outputs=[[1.0, 0.0], [0.5, 1.0]], capacity=[1.0, 1.0]
    )
    assert np.isnan(closing_wealth(pl.simulate("standstill", joint, 1))).all()
    assert not np.isnan(closing_wealth(pl.simulate("standstill", WORLD, 1))).any()
