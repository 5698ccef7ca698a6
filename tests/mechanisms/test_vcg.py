"""Truth is dominant for communities under Vickrey–Clarke–Groves charges, whatever all others say."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.economy.need_weights import need_weights, worth_met
from planlab.economy.scenario import with_parts
from planlab.testing import drawn_scenario

value = jax.jit(lambda y, s: worth_met(y, s.needs, need_weights(s.needs, s.urgency, s.population)))


def what_it_gets(true, stated, h):
    """Return what community h has of the plan for what was stated, less its charge."""
    plan = pl.plan("vcg", stated)
    return float(value(plan.delivery, true)[h] - plan.payments[h]), plan


def test_no_lie_gains_in_five_hundred_drawn_economies_whatever_others_say():
    draw, strictly = np.random.default_rng(0), 0
    for seed in range(500):
        true = drawn_scenario(seed, wear=0.0, struck=False, unlimited=bool(seed % 2))
        h = seed % true.communities
        factors = draw.lognormal(0.0, 0.7, true.communities)
        others = true.needs * jnp.asarray(np.where(np.arange(true.communities) == h, 1.0, factors))[None, :]
        lie = others.at[:, h].multiply(jnp.asarray(draw.lognormal(0.0, 0.7, true.needs.shape[0])))
        honest, plan = what_it_gets(true, with_parts(true, needs=others), h)
        lying, _ = what_it_gets(true, with_parts(true, needs=lie), h)
        assert lying <= honest + 1e-6, seed
        assert honest >= -1e-6
        assert (np.asarray(plan.payments) >= 0).all()
        strictly += lying < honest - 1e-4
    assert strictly > 100  # lies matter here: most of them cost their teller something


def test_a_charge_is_the_harm_done_to_others():
    true = drawn_scenario(1, wear=0.0, struck=False)
    plan = pl.plan("vcg", true)
    for h in range(true.communities):
        alone = pl.plan("linear_program", with_parts(true, needs=true.needs.at[:, h].set(0.0)))
        harm = value(alone.delivery, true).sum() - jnp.delete(value(plan.delivery, true), h).sum()
        assert float(plan.payments[h]) == pytest.approx(float(harm), abs=1e-5)
    assert float(plan.payments.max()) > 1e-3


def test_one_community_harms_nobody():
    scenario = pl.make_scenario("layered", products=12, communities=1, seed=0)
    assert float(pl.plan("vcg", scenario).payments[0]) == 0.0


def test_every_solver_charges_the_same():
    scenario = pl.make_scenario("layered", products=30, communities=3, seed=1)
    by_simplex = pl.plan(pl.VCG(solver="highs", tolerance=1e-7), scenario).payments
    by_structure = pl.plan(pl.VCG(solver="active_set", tolerance=1e-7), scenario).payments
    np.testing.assert_allclose(by_structure, by_simplex, atol=1e-6)
    assert float(by_simplex.max()) > 1e-3


def test_charges_are_taken_off_whatever_people_are_paid():
    scenario = drawn_scenario(2, wear=0.0, struck=False)
    plan = pl.plan("vcg", scenario)
    flat = pl.simulate("vcg", scenario, 1, setting=pl.Setting(reward=pl.Flat(), stores=False))
    np.testing.assert_allclose(flat.pay.communities[0], -plan.payments, atol=1e-9)
    paid = pl.Setting(reward=pl.Groves(), stores=False)
    groves, unpaid = (pl.simulate(name, scenario, 1, setting=paid) for name in ("vcg", "linear_program"))
    np.testing.assert_allclose(groves.pay.communities, unpaid.pay.communities, atol=1e-6)
