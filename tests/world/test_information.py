"""What people say, and what arrives."""

import jax
import jax.numpy as jnp
import numpy as np

import planlab as pl
from planlab.information.reports import Statistics, truth
from planlab.testing import drawn_scenario

SCENARIO = drawn_scenario(0, struck=False)
X = SCENARIO.activity
LAST = Statistics(X, 0.5 * SCENARIO.capacity, 0.4 * SCENARIO.needs, jnp.zeros(6))
KNOWN = truth(SCENARIO, SCENARIO.capacity, SCENARIO.stock, LAST, jnp.asarray(0))
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
        pl.Heterogeneous(capacity=0.3, capacity_bias=-0.1).report(KNOWN.reports, KNOWN, jax.random.key(s))
        for s in range(200)
    ]
    logs = np.log(np.stack([np.asarray(r.capacity / SCENARIO.capacity) for r in many]))
    assert abs(logs.mean() + 0.1) < 0.03
    assert abs(logs.std() - 0.3) < 0.03


def test_behaviours_act_together_in_order():
    both = said(pl.Together((pl.Understate(0.5), pl.Understate(0.5), pl.NoNeedsChannel())))
    assert np.allclose(both.capacity, 0.25 * SCENARIO.capacity)
    assert np.allclose(both.needs, 0.4 * SCENARIO.needs)


def test_a_hierarchy_without_noise_biases_by_its_depth_and_forgets_who_can_do_what():
    channel = pl.Hierarchy(levels=3, span=2, bias=0.9, noise=0.0, padding=0.1)
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
