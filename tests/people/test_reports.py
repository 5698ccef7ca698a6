"""What people say, and what arrives."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np

import planlab as pl
from planlab.economy.need_weights import need_weights
from planlab.economy.scenario import with_parts
from planlab.people.reports import truth
from planlab.simulation.runner import announced, first_published, observe
from planlab.testing.worlds import PRODUCTS, drawn_scenario
from planlab.world.physics import Physics, opening

SCENARIO = drawn_scenario(0, struck=False)
X = SCENARIO.activity
FIRST = first_published(SCENARIO, 12)
LAST = replace(FIRST.statistics, target=0.5 * SCENARIO.capacity, delivery=0.4 * SCENARIO.needs)
NOW = opening(SCENARIO, Physics())
KNOWN = truth(NOW, LAST)
KEY = jax.random.key(0)


def said(behaviour):
    return behaviour.report(KNOWN.reports, KNOWN, KEY)


def test_each_behaviour_changes_what_it_says_it_changes():
    truthful = said(pl.Truthful())
    assert np.array_equal(truthful.capacity, SCENARIO.capacity)
    assert np.allclose(said(pl.Understate(0.8)).capacity, 0.8 * SCENARIO.capacity)
    assert np.allclose(said(pl.OverRequest(1.2)).inputs, 1.2 * SCENARIO.economy.inputs.values)
    boasted = said(pl.Embellish(1.1))
    assert np.allclose(boasted.activity, 1.1 * X)
    assert np.allclose(boasted.stock, SCENARIO.stock + 0.1 * (SCENARIO.economy.outputs @ X))
    assert np.allclose(said(pl.NoNeedsChannel()).needs, 0.4 * SCENARIO.needs)
    assert np.allclose(said(pl.ExaggerateNeeds(1.5, spread=0.0)).needs, 1.5 * SCENARIO.needs)


def test_ratchet_hides_more_the_tauter_last_years_target_was():
    report = said(pl.Ratchet(0.3))
    assert np.allclose(report.capacity, SCENARIO.capacity * (1 - 0.3 * 0.5))
    assert (report.activity <= LAST.target + 1e-12).all()


def test_heterogeneous_draws_are_lognormal_and_last():
    many = [
        pl.IdiosyncraticBias(capacity=0.3, capacity_bias=-0.1).report(KNOWN.reports, KNOWN, jax.random.key(s))
        for s in range(200)
    ]
    logs = np.log(np.stack([np.asarray(r.capacity / SCENARIO.capacity) for r in many]))
    assert abs(logs.mean() + 0.1) < 0.03
    assert abs(logs.std() - 0.3) < 0.03


def test_behaviours_act_together_in_order():
    both = said(pl.Combined((pl.Understate(0.5), pl.Understate(0.5), pl.NoNeedsChannel())))
    assert np.allclose(both.capacity, 0.25 * SCENARIO.capacity)
    assert np.allclose(both.needs, 0.4 * SCENARIO.needs)


def test_a_hierarchy_without_noise_biases_by_its_depth_and_forgets_who_can_do_what():
    channel = pl.Hierarchy(levels=3, span=3, bias=0.9, noise=0.0, padding=0.1)
    arrived = channel.carry(KNOWN.reports, KNOWN, KEY)
    assert np.isclose(arrived.capacity.sum(), 0.9**3 * SCENARIO.capacity.sum())
    booked = np.maximum(np.asarray(X), np.asarray(LAST.target))
    assert np.allclose(arrived.capacity / arrived.capacity.sum(), booked / booked.sum())
    assert np.allclose(arrived.inputs, 1.1**3 * SCENARIO.economy.inputs.values)


def test_noise_adds_up_over_levels():
    channel = pl.Hierarchy(levels=4, span=100, noise=0.1)
    totals = [float(jnp.log(channel.carry(KNOWN.reports, KNOWN, jax.random.key(s)).capacity.sum())) for s in range(300)]
    assert abs(np.std(totals) - np.sqrt(4) * 0.1) < 0.025


def test_no_levels_is_a_direct_channel():
    assert pl.Hierarchy(levels=0).carry(KNOWN.reports, KNOWN, KEY) is KNOWN.reports


def test_noisy_needs_are_right_on_average_and_fresh_every_period():
    later = replace(KNOWN, period=jnp.asarray(1))
    noisy = pl.NoisyNeeds(0.2)
    draws = jax.vmap(lambda key: noisy.report(KNOWN.reports, KNOWN, key).needs)(jax.random.split(KEY, 2000))
    assert np.allclose(draws.mean(axis=0), SCENARIO.needs, rtol=0.03)
    assert not np.allclose(said(noisy).needs, noisy.report(later.reports, later, KEY).needs)


def test_lasting_characters_do_not_change_from_period_to_period():
    later = replace(KNOWN, period=jnp.asarray(5))
    for behaviour in (pl.IdiosyncraticBias(), pl.ExaggerateNeeds()):
        for one, two in zip(
            jax.tree.leaves(said(behaviour)), jax.tree.leaves(behaviour.report(later.reports, later, KEY)), strict=True
        ):
            assert np.array_equal(one, two)


def test_unlimited_capacity_stays_unlimited_up_a_hierarchy():
    capacity = SCENARIO.capacity.at[2].set(jnp.inf)
    arrived = pl.Hierarchy(levels=2).carry(replace(KNOWN.reports, capacity=capacity), KNOWN, KEY)
    assert np.isinf(arrived.capacity[2])
    assert np.isfinite(np.delete(np.asarray(arrived.capacity), 2)).all()


def test_producers_learn_of_a_drought_after_they_have_reported():
    struck = drawn_scenario(0)
    calm = replace(struck.opening, period=jnp.asarray(1))
    hit = struck.shocks.shock(calm, KEY)
    before, after = (truth(struck.shocks.begin(state), LAST).reports.capacity for state in (calm, hit))
    assert np.allclose(before, struck.capacity)
    assert np.allclose(after[:4], 0.6 * struck.capacity[:4])


def test_what_producers_answer_is_what_they_reported():
    lie = said(pl.Combined((pl.Understate(0.5), pl.OverRequest(2.0))))
    producers = observe(SCENARIO, NOW, lie, FIRST, announced(NOW, lie, [], 1), cover=1 / 6).producers
    A, M = (np.asarray(matrix.to_scipy().todense()) for matrix in (SCENARIO.economy.inputs, SCENARIO.economy.outputs))
    p, v = np.linspace(1, 2, PRODUCTS), np.array([0.1, 0.2])
    assert np.allclose(producers.margins(p, v), (M - 2 * A).T @ p - np.asarray(SCENARIO.economy.factors).T @ v)
    assert np.allclose(producers.orders(X).net_product, (M - 2 * A) @ np.asarray(X))
    assert np.allclose(producers.ceiling(), 0.5 * SCENARIO.capacity)


def test_worth_of_needs_adds_up_to_one_and_is_zero_where_nobody_needs():
    worth = need_weights(SCENARIO.needs, SCENARIO.urgency, SCENARIO.population)
    assert np.isclose(worth.sum(), 1.0)
    assert (np.asarray(worth)[np.asarray(SCENARIO.needs) == 0] == 0).all()
    assert np.allclose(worth.sum(axis=0), SCENARIO.population / SCENARIO.population.sum())


def test_uniform_understatement_is_harmless_where_capacity_does_not_bind_and_spread_is_not():
    """MODELS: it is heterogeneity that misleads. Capacity a quarter above what factor limits allow."""
    scenario = pl.make_scenario("layered", products=40, seed=1)
    roomy = with_parts(scenario, capacity=1.5 * scenario.capacity)
    met = [
        pl.score(pl.simulate("linear_program", roomy, 3, behaviour)).need_satisfaction
        for behaviour in (pl.Truthful(), pl.Understate(0.9), pl.IdiosyncraticBias(0.8, 0.3, 0.0, -0.1, 0.0, 0.0))
    ]
    assert met[0] - met[1] < 0.01
    assert met[0] - met[2] > 0.03
