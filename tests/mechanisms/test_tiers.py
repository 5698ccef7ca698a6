"""Tiers in mechanisms: dialogues reach the programme's optimum, and truth is dominant by what communities value."""

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.economy.need_weights import need_weights, worth_met
from planlab.economy.scenario import with_parts
from planlab.testing import drawn_scenario

TIERED = pl.TieredNeeds()


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
    capped = pl.plan(pl.Gradient(objective=pl.CappedNeeds()), scenario)
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
