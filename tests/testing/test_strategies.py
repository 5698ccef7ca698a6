"""Lies and types that are drawn: of one shape, as asked for, and what theory says of them."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import planlab as pl
from planlab.economy.need_weights import need_weights, worth_met
from planlab.economy.scenario import with_parts
from planlab.testing import drawn_scenario, lies, types


@jax.jit
def satisfied(delivery, needs, urgency, population):
    return worth_met(delivery, needs, need_weights(needs, urgency, population))


def payoffs(mechanism, scenario, behaviour, reward):
    """Return what producers and communities get in one period, the plan being carried out at a stroke."""
    run = pl.simulate(mechanism, scenario, 1, behaviour, physics=pl.Frictionless(), reward=reward)
    value = satisfied(run.outcome.delivery[0], scenario.needs, scenario.urgency, scenario.population)
    return np.asarray(run.pay.producers[0]), np.asarray(value + run.pay.communities[0])


def truth(lie):
    """Return the truth in the shape of a lie, so that nothing is compiled twice."""
    return jax.tree.map(jnp.ones_like, lie)


@given(types("needs"), lies("communities"), st.integers(0, 2))
def test_no_drawn_lie_of_a_community_gains_under_vcg_whatever_the_others_say(scenario, lie, h):
    honest = replace(lie, needs=lie.needs.at[h].set(1.0))
    gain = payoffs("vcg", scenario, lie, pl.Clarke())[1][h] - payoffs("vcg", scenario, honest, pl.Clarke())[1][h]
    assert gain <= 1e-6


def test_under_command_a_drawn_lie_of_a_community_gains():
    @settings(phases=[Phase.generate])
    @given(types("needs"), lies("communities", agent=0))
    def nobody_gains(scenario, lie):
        lying, honest = (payoffs("command", scenario, said, pl.Flat())[1] for said in (lie, truth(lie)))
        assert lying[0] <= honest[0] + 1e-6

    with pytest.raises(AssertionError):
        nobody_gains()


@given(types("recipes"), lies(), lies("producers", agent=4))
def test_under_flat_pay_no_drawn_lie_of_a_producer_gains_whatever_all_others_say(scenario, others, lie):
    both = pl.Combined((others, lie))
    lying, honest = (payoffs("command", scenario, said, pl.Flat())[0] for said in (both, others))
    assert lying[4] == honest[4]


@given(types("capacity"), lies("producers", agent=2))
def test_no_drawn_lie_gains_a_producer_in_groves_team(scenario, lie):
    lying, honest = (payoffs("linear_program", scenario, said, pl.Groves())[0] for said in (lie, truth(lie)))
    assert lying[2] <= honest[2] + 1e-5


@pytest.mark.parametrize("private", ["capacity", "recipes", "needs"])
def test_types_differ_in_what_is_private_only(private):
    usual = drawn_scenario(0, wear=0.0, struck=False)

    @given(types(private))
    def check(scenario):
        parts = {
            "capacity": (scenario.capacity, usual.capacity),
            "recipes": (scenario.economy.inputs.values, usual.economy.inputs.values),
            "needs": (scenario.needs, usual.needs),
        }
        for name, (now, before) in parts.items():
            ratio = np.asarray(now)[before > 0] / np.asarray(before)[before > 0]
            assert now.shape == before.shape
            assert ((now > 0) == (before > 0)).all()
            assert (ratio == 1).all() if name != private else (np.abs(np.log(ratio)) <= np.log(1.5) + 1e-9).all()
        same = with_parts(scenario, capacity=usual.capacity, needs=usual.needs, economy=usual.economy)
        assert all(np.array_equal(a, b) for a, b in zip(*map(jax.tree.leaves, (same, usual)), strict=True))
        inputs = scenario.economy.inputs
        assert (inputs.sum_columns(inputs.values) < 1).all()

    check()


@given(lies(scenario=pl.make_scenario("three_sector")))
def test_lies_fit_the_scenario_they_are_drawn_for(lie):
    world = pl.make_scenario("three_sector")
    assert lie.capacity.shape == (world.economy.processes,)
    assert lie.needs.shape == (world.communities,)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: lies("planners"), "agents is 'planners'"),
        (lambda: lies("all", agent=0), "agent is 0"),
        (lambda: lies("communities", agent=3), "agent is 3"),
        (lambda: lies(widest=1.0), "widest is 1.0"),
        (lambda: types("prices"), "private is 'prices'"),
    ],
)
def test_wrong_arguments_are_named(wrong, said):
    with pytest.raises(ValueError, match=said):
        wrong()
