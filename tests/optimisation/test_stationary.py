"""The best stationary plan: what it takes for ever, and what it is worth."""

import jax.numpy as jnp
import numpy as np
import pytest
import scipy.sparse as sp

import planlab as pl
from planlab.economy.need_weights import need_weights
from planlab.economy.tiers import Tiers
from planlab.optimisation import solvers
from planlab.optimisation.stationary import PLAIN, _by_passes, _by_programme, best_stationary
from planlab.optimisation.units import flow_units
from planlab.planning.plan import Status

ONE = pl.Economy.from_arrays([[0.2]], factors=[[2.0]], capital=[[1.5]], depreciation=[0.1])
WORLDS = [("layered", 1), ("layered", 2), ("scale_free", 1), ("modular", 3)]


def best(scenario, tiers=PLAIN, **other):
    D = np.asarray(scenario.needs)
    given = {"needs": D, "limits": np.asarray(scenario.limits), "capacity": np.asarray(scenario.capacity)}
    given["worth"] = need_weights(D, np.asarray(scenario.urgency), np.asarray(scenario.population), np)
    return best_stationary(scenario.economy, tiers=tiers, **(given | other))


def world(name, seed):
    return pl.make_scenario(name, products=30, seed=seed, depreciation=0.1)


def one(limit, capacity=np.inf, economy=ONE):
    return best_stationary(economy, np.array([[4.0]]), np.array([limit]), np.array([capacity]), np.array([[1.0]]))


def test_one_product_needs_what_input_replacement_and_people_take():
    plan = one(6.0, 1.0)
    assert plan.status is Status.OPTIMAL
    assert plan.capacity == pytest.approx([3.0])
    assert plan.shares == pytest.approx((1 - 0.2 - 0.15) * 3.0 / 4.0)
    assert plan.prices == pytest.approx([0.25], rel=1e-4)
    assert plan.rents == pytest.approx([0.25 * 0.65 / 2.0], rel=1e-4)


def test_a_unit_of_capacity_costs_the_factors_in_what_it_takes_to_build():
    A, M, F = sp.csc_array([[0.35]]), sp.csc_array([[1.0]]), np.array([[2.0]])
    full_use = flow_units(A, M, F, np.array([[4.0]])).full_use
    assert one(6.0, 1.0).cost == pytest.approx([1.5 * 2.0 / 0.65 / full_use[0]])
    assert full_use == pytest.approx([2.0 * 4.0 / 0.65], rel=0.15)


def test_without_scarcity_every_need_is_met_with_no_more_capacity_than_that_takes():
    plan = one(np.inf, 1.0)
    assert plan.capacity == pytest.approx([4.0 / 0.65])
    assert plan.shares == pytest.approx(1.0)


def test_of_unlimited_capacity_none_is_needed_and_none_wears_out():
    plan = one(6.0, np.inf)
    assert plan.capacity == 0.0
    assert plan.activity == pytest.approx([3.0])
    assert plan.shares == pytest.approx(0.8 * 3.0 / 4.0)


@pytest.mark.parametrize(("depreciation", "kept"), [(0.0, 1.5), (0.1, 0.0)])
def test_what_cannot_be_built_stays_or_is_gone(depreciation, kept):
    fixed = pl.Economy.from_arrays([[0.2]], factors=[[2.0]], capital=[[0.0]], depreciation=[depreciation])
    assert one(6.0, 1.5, fixed).activity == pytest.approx([kept])


@pytest.mark.parametrize(("name", "seed"), WORLDS)
def test_the_plan_repeats_itself_and_no_plan_is_better(name, seed):
    s = world(name, seed)
    plan, e, D = best(s), s.economy, np.asarray(s.needs)
    made = np.asarray(e.outputs @ plan.activity - e.inputs @ plan.activity)
    replaced = np.asarray(e.capital @ (e.depreciation * plan.capacity))
    assert plan.certificate.error <= 1e-9
    assert (made - replaced >= (D * plan.shares).sum(axis=1) - 1e-7 * made.max()).all()
    assert (np.asarray(e.factors) @ plan.activity <= np.asarray(s.limits) * (1 + 1e-9)).all()
    scarcity = np.where(np.isfinite(s.limits), s.limits, 0.0) @ plan.rents
    w = need_weights(D, np.asarray(s.urgency), np.asarray(s.population), np)
    gains = np.maximum(w - D * plan.prices[:, None], 0.0).sum()
    assert plan.value == pytest.approx(scarcity + gains, rel=1e-4)


@pytest.mark.parametrize(("name", "seed"), WORLDS)
def test_with_tiers_the_worst_need_is_met_better_and_the_plain_mean_less(name, seed):
    s = world(name, seed)
    plain, tiered = best(s), best(s, Tiers())
    some, w = np.asarray(s.needs) > 0, need_weights(s.needs, s.urgency, s.population)
    assert tiered.shares[some].min() >= plain.shares[some].min()
    assert (w * tiered.shares).sum() <= plain.value + 1e-9
    assert tiered.value == pytest.approx(float((w * jnp.asarray(Tiers().value(tiered.shares))).sum()))
    assert tiered.value >= (w * Tiers().value(plain.shares)).sum() - 1e-6


@pytest.mark.parametrize("techniques", [1, 2])
@pytest.mark.parametrize("name", ["layered", "scale_free", "modular"])
def test_what_uses_structure_finds_what_simplex_finds(name, techniques, monkeypatch):
    s = pl.make_scenario(name, products=60, techniques=techniques, seed=2, depreciation=0.1)
    by_simplex = best(s, Tiers())
    monkeypatch.setattr(solvers, "SMALL", 0)
    by_structure = best(s, Tiers())
    assert max(by_simplex.certificate.error, by_structure.certificate.error) <= 1e-8
    assert by_structure.value == pytest.approx(by_simplex.value, rel=1e-7)
    most = by_simplex.capacity.max()
    np.testing.assert_allclose(by_structure.capacity, by_simplex.capacity, rtol=1e-5, atol=1e-6 * most)


@pytest.mark.parametrize("techniques", [1, 2, 3])
@pytest.mark.parametrize("name", ["layered", "modular"])
def test_costs_passed_down_the_chain_are_the_duals_of_the_programme(name, techniques):
    s = pl.make_scenario(name, products=40, techniques=techniques, seed=1, depreciation=0.1)
    net = sp.csc_array(s.economy.outputs.to_scipy() - 1.5 * s.economy.inputs.to_scipy())
    draw = np.asarray(s.economy.factors).sum(axis=0)
    passed, dual = (way(net, draw, 1e3 * draw.sum()) for way in (_by_passes, _by_programme))
    np.testing.assert_allclose(passed, dual, rtol=1e-9)


def test_what_nobody_can_make_embodies_what_is_dearest():
    net = sp.csc_array(np.array([[1.0, -0.2, 0.0], [-0.5, 1.0, 0.0], [0.0, 0.0, 1.0], [-0.1, 0.0, -1.1]]))
    draw = np.array([1.0, 2.0, 3.0])
    dearest = 1e3 * draw.sum()
    for way in (_by_passes, _by_programme):
        assert way(net, draw, dearest)[[2, 3]] == pytest.approx([dearest, dearest])


def test_units_do_not_matter():
    s = world("layered", 1)
    times = np.exp(np.random.default_rng(0).normal(0, 3, s.economy.products))
    A, K = (part.to_scipy().toarray() for part in (s.economy.inputs, s.economy.capital))
    F = np.asarray(s.economy.factors)
    other = pl.Economy.from_arrays(
        times[:, None] * A / times, factors=F / times, capital=times[:, None] * K / times, depreciation=0.1
    )
    plan = best(s)
    again = best_stationary(
        other,
        np.asarray(s.needs) * times[:, None],
        np.asarray(s.limits),
        np.asarray(s.capacity) * times,
        need_weights(np.asarray(s.needs), np.asarray(s.urgency), np.asarray(s.population), np),
    )
    np.testing.assert_allclose(again.capacity / times, plan.capacity, rtol=1e-6, atol=1e-9 * plan.capacity.max())
    np.testing.assert_allclose(again.cost * times, plan.cost, rtol=1e-6)
    assert again.value == pytest.approx(plan.value)
