"""What the length of a plan and its ending do, in a world that carries plans out to the letter."""

from dataclasses import replace
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.economy.scenario import with_parts
from planlab.economy.tiers import Tiers
from planlab.mechanisms.receding_horizon import ThisYear
from planlab.optimisation import horizon
from planlab.optimisation.horizon import Horizon
from planlab.planning.plan import Status
from planlab.testing.probes import first_observation

PLAIN = Tiers((1.0,), (1.0,))
GOODS, START = 8, 0.5


def half_built(seed=0, moving=False, lead=1):
    """Return eight goods with half of the capacity that needs take for ever, and just the labour for it."""
    draw = np.random.default_rng(seed)
    A = np.where(draw.random((GOODS, GOODS)) < 0.4, draw.uniform(0.02, 0.15, (GOODS, GOODS)), 0.0)
    K = np.where(draw.random((GOODS, GOODS)) < 0.4, draw.uniform(0.1, 0.6, (GOODS, GOODS)), 0.0)
    K[(np.arange(GOODS) + 1) % GOODS, np.arange(GOODS)] = 0.5
    F, D, delta = draw.uniform(0.5, 1.5, (1, GOODS)), draw.uniform(0.5, 1.5, (GOODS, 1)), 0.1
    full = np.linalg.solve(np.eye(GOODS) - A - K * delta, D[:, 0])
    world = pl.Scenario.from_arrays(
        inputs=A,
        needs=D,
        factors=F,
        limits=F @ full,
        capacity=START * full,
        capital=K,
        depreciation=delta,
        activity=START * full,
        name="half-built",
        labels=pl.Labels(products=tuple(f"g{i}" for i in range(GOODS)), factors=("labour",)),
    )
    laws: list[Any] = [pl.Gestation(lead=lead)]
    if moving:
        laws.append(pl.Announced(needs={"g0": 0.1, "g1": -0.1}, limits={"labour": -0.02}, until=6))
    return world.with_laws(*laws)


def run(mechanism, world, periods, **setting):
    return pl.simulate(mechanism, world, periods, setting=pl.Setting(physics=pl.Frictionless(), **setting))


def met(run):
    """Return the years' worth of needs that were met."""
    y, D = np.asarray(run.outcome.delivery), np.asarray(run.needs)
    return float(np.minimum(y / D, 1.0).mean(axis=(1, 2)).sum())


def capacity(run):
    """Return capacity after each year over what all needs take for ever, ``(years, processes)``."""
    return START * np.asarray(run.outcome.capacity) / np.asarray(run.scenario.capacity)


class Shrinking(pl.Mechanism):
    """Every year a plan for all years that are left."""

    years: int = 10
    sees: ClassVar = pl.RecedingHorizon.sees
    traceable: ClassVar = False
    in_numpy: ClassVar = True

    @property
    def looks_ahead(self) -> int:
        return self.years - 1

    def init(self, seen, key):
        return self.years, ThisYear()

    def plan(self, state, seen, key):
        years, this_year = state
        this_year, plan = pl.RecedingHorizon(years, tiers=PLAIN, terminal=False).plan(this_year, seen, key)
        return (years - (this_year.plans == 0), this_year), plan


def open_loop(world, years=30, **other):
    return run(pl.NYearPlan(years, tiers=PLAIN, terminal=False), world, years, **other)


def receding(world, window, terminal, years=30):
    return run(pl.RecedingHorizon(window, tiers=PLAIN, terminal=terminal), world, years)


@pytest.mark.parametrize(("seed", "lead", "replans"), [(0, 1, 1), (1, 2, 1), (2, 1, 3), (3, 3, 2)])
def test_with_exact_forecasts_a_horizon_that_shrinks_does_what_one_plan_for_all_years_does(seed, lead, replans):
    world = half_built(seed, moving=True, lead=lead)
    shrinking = run(Shrinking(), world, 10, replans=replans)
    assert met(shrinking) == pytest.approx(met(open_loop(world, 10)), rel=1e-6)


def test_a_window_long_enough_does_nearly_what_one_plan_for_all_years_does():
    world = half_built()
    best = met(open_loop(world))
    for window, terminal in ((6, True), (20, False)):
        assert best * (1 - 1e-3) <= met(receding(world, window, terminal)) <= best * (1 + 1e-6)


@pytest.mark.parametrize("seed", range(2))
def test_a_short_window_eats_its_capital_unless_that_has_to_be_left(seed):
    world = half_built(seed)
    best, eaten, kept = met(open_loop(world)), receding(world, 2, False), receding(world, 2, True)
    assert capacity(eaten)[-1].mean() < 0.3
    assert met(eaten) < 0.5 * best
    assert capacity(kept)[-1].min() > 0.99
    assert met(kept) > 0.98 * best


@pytest.mark.parametrize(("years", "terminal"), [(30, True), (60, False)])
def test_the_middle_of_a_long_plan_is_the_best_stationary_plan(years, terminal):
    world = half_built()
    problem, found = ahead(world, years, terminal=terminal)
    middle = problem.plans(found)[years // 3 : 2 * years // 3]
    for plan in middle:
        np.testing.assert_allclose(plan.delivery, world.needs, rtol=1e-3)
        np.testing.assert_allclose(plan.activity, np.asarray(world.capacity) / START, rtol=1e-3)


@pytest.mark.parametrize(("lead", "replans"), [(1, 1), (1, 4), (3, 1), (2, 4)])
def test_what_is_promised_for_all_years_comes_true(lead, replans):
    world = half_built(1, moving=True, lead=lead)
    years = open_loop(world, 9, replans=replans)
    promised, got = (np.asarray(each.delivery) for each in (years.plan, years.outcome))
    np.testing.assert_allclose(got, promised, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(np.asarray(years.outcome.investment), np.asarray(years.plan.investment), atol=1e-8)
    assert met(years) == pytest.approx(met(open_loop(world, 9)), rel=1e-6)


def ahead(world, window, **other):
    seen = first_observation(world)
    problem = Horizon(window, PLAIN, **other).problem(seen)
    return problem, problem.solved(1e-7)


def test_where_it_can_be_reached_the_capacity_of_the_best_stationary_plan_is_left():
    problem, found = ahead(half_built(), 20)
    assert found.status is Status.OPTIMAL
    assert problem.lacking(found.z).max() <= 1e-9
    left = problem.left(20) + sum(0.9 ** (19 - t) * plan.investment for t, plan in enumerate(problem.plans(found)))
    assert (left >= problem.stationary.capacity * (1 - 1e-8)).all()


def test_where_it_cannot_be_reached_what_is_lacking_costs_as_little_as_can_be(monkeypatch):
    def lacking():
        problem, found = ahead(half_built(), 2)
        return float(problem.stationary.cost @ problem.lacking(found.z))

    usual = lacking()
    assert usual > 0
    monkeypatch.setattr(horizon, "DEAR", 1e5)
    assert lacking() == pytest.approx(usual, rel=1e-6)


def test_no_plan_that_leaves_as_much_meets_more():
    free, bound = (ahead(half_built(), 12, terminal=terminal)[1].certificate.objective for terminal in (False, True))
    assert bound < free


def test_what_is_asked_for_besides_counts_in_the_first_year_only():
    world = half_built()
    seen = first_observation(world)
    more = replace(
        seen,
        needs=jnp.concatenate([seen.needs, 0.1 * seen.needs], axis=1),
        urgency=jnp.ones((GOODS, 2)),
        population=jnp.array([1.0, 10.0]),
    )
    problem = Horizon(3, PLAIN).problem(more)
    first, second, third = problem.plans(problem.solved(1e-7))
    np.testing.assert_allclose(first.delivery[:, 1], 0.1 * np.asarray(seen.needs)[:, 0])
    assert not second.delivery[:, 1].any()
    assert not third.delivery[:, 1].any()
    hopeless = replace(more, needs=more.needs.at[:, 1].set(1e6), limits=jnp.zeros(1))
    assert Horizon(3, PLAIN).problem(hopeless).solved(1e-7).status is Status.OPTIMAL


class Told(pl.Mechanism):
    """Promises as much of the first product as it is told periods."""

    ahead: int = 0
    sees: ClassVar = frozenset({"forecast", "last"})

    @property
    def looks_ahead(self) -> int:
        return self.ahead

    def plan(self, state, seen, key):
        rows = float(seen.forecast.needs.shape[0])
        return state, pl.Plan(seen.last.activity, jnp.zeros_like(seen.last.delivery).at[0, 0].set(rows))


@pytest.mark.parametrize(("announced", "looks", "told"), [(0, 0, 0), (3, 0, 3), (0, 4, 4), (6, 4, 6)])
def test_a_mechanism_is_told_as_far_ahead_as_it_looks(announced, looks, told):
    years = run(Told(looks), half_built(), 1, horizon=announced)
    assert float(years.plan.delivery[0, 0, 0]) == told


def test_under_construction_is_seen_in_units_of_an_interval():
    world = half_built(lead=3)
    world = with_parts(world, building=jnp.arange(2.0 * GOODS).reshape(2, GOODS))
    np.testing.assert_array_equal(first_observation(world).building, world.opening.building)


def test_goods_saved_for_the_last_years_of_a_window_that_moves_on_are_never_taken():
    """In the transition of a quiet world the horizon is near the bound of who leaves as much, unless it saves up."""
    world = pl.make_scenario("transition", products=30, seed=1, hit=0.0)
    bound = pl.clairvoyant(world, 10, tiers=Tiers(), closing=1.0).needs_met
    plain, saving = (pl.simulate(pl.RecedingHorizon(carry_over=kept), world, 10) for kept in (0.0, 1.0))
    scores, stocks = ([f(each) for each in (plain, saving)] for f in (pl.score, in_stock))
    assert scores[0].needs_met > 0.99 * bound > scores[1].needs_met
    assert scores[0].closing_wealth > 0.98 > scores[1].closing_wealth
    assert stocks[1] > 3 * stocks[0]


def in_stock(run):
    """Return finished goods at the end."""
    return float(run.outcome.stock[-1].sum())
