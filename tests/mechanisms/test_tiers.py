"""Tiers in mechanisms: dialogues reach the programme's optimum, and truth is dominant by what communities value."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.economy.need_weights import need_weights, worth_met
from planlab.economy.scenario import with_parts
from planlab.testing import drawn_scenario

CAPPED, TIERED = pl.CappedNeeds(), pl.TieredNeeds()
STYLISED = [pl.MalinvaudDrezePoussin, pl.ProportionalShare]
STRAIGHT = [pl.MalinvaudDrezePoussin(floor=10.0, rounds=20_000), pl.ProportionalShare(substitution=1.0)]


def worth_in_tiers(plan, scenario):
    """Return what a plan delivers, as tiers have it."""
    weights = need_weights(scenario.needs, scenario.urgency, scenario.population)
    return float(worth_met(plan.delivery, scenario.needs, weights, tiers=TIERED.tiers).sum())


@pytest.mark.parametrize("techniques", [1, 2])
@pytest.mark.parametrize("name", ["layered", "scale_free", "modular"])
def test_a_dialogue_about_tiers_reaches_the_optimum_of_the_programme(name, techniques):
    scenario = pl.make_scenario(name, products=20, inputs=4, communities=2, techniques=techniques, seed=2)
    best, found = (pl.plan(kind(objective=TIERED), scenario) for kind in (pl.LinearProgram, pl.Gradient))
    assert found.status is pl.Status.OPTIMAL
    assert float(found.certificate.objective) == pytest.approx(float(best.certificate.objective), rel=3e-4)
    assert found.delivery.shape == scenario.needs.shape


def test_one_tier_is_the_dialogue_over_capped_needs_and_each_further_one_costs_its_messages():
    scenario = pl.make_scenario("layered", products=20, inputs=4, communities=2, seed=2)
    capped = pl.plan(pl.Gradient(objective=CAPPED), scenario)
    one = pl.plan(pl.Gradient(objective=pl.TieredNeeds(pl.Tiers((1.0,), (1.0,)))), scenario)
    np.testing.assert_array_equal(capped.delivery, one.delivery)
    assert int(capped.messages) == int(one.messages)
    two = pl.plan(pl.Gradient(objective=TIERED), scenario)
    needed = int(np.count_nonzero(scenario.needs))
    factors = scenario.economy.products * scenario.limits.size**2
    each = (int(capped.messages) - factors) / int(capped.rounds)
    assert (int(two.messages) - factors) / int(two.rounds) == pytest.approx(each + needed)


def test_no_lie_gains_by_the_value_of_tiers_and_a_charge_is_the_harm_done():
    draw, strictly, planner = np.random.default_rng(0), 0, pl.VCG(objective=TIERED)

    def gets(true, stated, h):
        plan = pl.plan(planner, stated)
        weights = need_weights(true.needs, true.urgency, true.population)
        value = worth_met(plan.delivery, true.needs, weights, tiers=TIERED.tiers)
        return float(value[h] - plan.payments[h])

    for seed in range(60):
        true = drawn_scenario(seed, wear=0.0, struck=False)
        h = seed % true.communities
        lie = true.needs.at[:, h].multiply(jnp.asarray(draw.lognormal(0.0, 0.7, true.needs.shape[0])))
        honest, lying = gets(true, true, h), gets(true, with_parts(true, needs=lie), h)
        assert lying <= honest + 1e-6, seed
        assert honest >= -1e-6
        strictly += lying < honest - 1e-4
    assert strictly > 10


@pytest.mark.parametrize("mechanism", STRAIGHT, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("seed", range(3))
def test_where_willingness_is_straight_levels_and_bids_end_near_the_optimum_of_the_programme(seed, mechanism):
    scenario = pl.make_scenario("layered", products=20, inputs=4, communities=1, seed=seed)
    best, ended = (worth_in_tiers(pl.plan(m, scenario), scenario) for m in (pl.LinearProgram(), mechanism))
    capped = replace(mechanism, objective=CAPPED)
    assert best - 1e-3 < ended < best + 1e-6
    assert worth_in_tiers(pl.plan(capped, scenario), scenario) < ended - 0.01


@pytest.mark.parametrize("kind", STYLISED)
def test_one_tier_is_capped_needs(kind):
    scenario = drawn_scenario(1, struck=False)
    one, capped = (pl.plan(kind(objective=o), scenario) for o in (pl.TieredNeeds(pl.Tiers((1.0,), (1.0,))), CAPPED))
    np.testing.assert_array_equal(one.delivery, capped.delivery)
    assert int(one.rounds) == int(capped.rounds)


@pytest.mark.parametrize("kind", STYLISED)
def test_two_tiers_that_count_alike_are_one_where_willingness_is_straight(kind):
    scenario = pl.make_scenario("layered", products=20, inputs=4, communities=1, seed=0)
    straight = next(m for m in STRAIGHT if isinstance(m, kind))
    alike = replace(straight, objective=pl.TieredNeeds(pl.Tiers((0.5, 1.0), (0.5, 0.5))))
    two, one = (pl.plan(m, scenario).delivery / scenario.needs for m in (alike, replace(straight, objective=CAPPED)))
    np.testing.assert_allclose(np.nanmean(two), np.nanmean(one), atol=2e-3)


@pytest.mark.parametrize("kind", STYLISED)
def test_tiers_leave_fewer_needs_below_the_essential_half(kind):
    below = {}
    for name, objective in (("capped", CAPPED), ("tiered", TIERED)):
        plans = [(pl.plan(kind(objective=objective), s), s) for s in map(drawn_scenario, range(6))]
        some = [(np.asarray(plan.delivery / s.needs)[np.asarray(s.needs) > 0] for plan, s in plans)]
        below[name] = sum(int((share < 0.5 - 1e-6).sum()) for each in some for share in each)
    assert below["tiered"] < below["capped"]


@pytest.mark.parametrize("kind", [*STYLISED, pl.Gradient, pl.VCG])
def test_an_objective_that_does_not_add_up_what_communities_get_is_refused(kind):
    with pytest.raises(TypeError, match=r"objective is .*; give pl.CappedNeeds\(\) or pl.TieredNeeds\(\)"):
        kind(objective=pl.Ray())
