"""A world that was not made by `from_arrays` is looked at where it is handed over."""

from dataclasses import replace

import jax.numpy as jnp
import pytest

import planlab as pl
from planlab.economy.scenario import with_parts
from planlab.scoring.bounds import clairvoyant

WORLD = pl.make_scenario("three_sector")
DOORS = {
    "plan": lambda world: pl.plan("linear_program", world),
    "simulate": lambda world: pl.simulate("command", world, periods=1),
    "compare": lambda world: pl.compare(["standstill"], world, periods=1, seeds=1),
    "compare drawn worlds": lambda world: pl.compare(["standstill"], lambda seed: world, periods=1, seeds=1),
    "regret": lambda world: pl.regret("command", world, reward=pl.Flat()),
    "equilibrium": lambda world: pl.equilibrium("command", world, reward=pl.Flat()),
    "incentive profile": lambda world: pl.incentive_profile(["command"], world),
    "bound": lambda world: clairvoyant(world, 1),
}


@pytest.mark.parametrize("door", DOORS)
def test_what_is_no_scenario_is_refused_at_every_door(door):
    with pytest.raises(TypeError, match="Scenario"):
        DOORS[door](None)


@pytest.mark.parametrize("door", DOORS)
def test_needs_of_a_wrong_shape_are_refused_at_every_door(door):
    with pytest.raises(ValueError, match=r"needs has shape \(4, 2\) but should have \(3, 2\)"):
        DOORS[door](with_parts(WORLD, needs=jnp.ones((4, 2))))


ARRAYS = ("needs", "urgency", "limits", "capacity", "stock", "activity", "population")


@pytest.mark.parametrize("part", ARRAYS)
@pytest.mark.parametrize(("number", "said"), [(jnp.nan, "1 missing entries"), (-1.0, "1 negative entries")])
def test_no_array_of_a_world_may_hold_what_cannot_be_counted(part, number, said):
    array = getattr(WORLD, part)
    with pytest.raises(ValueError, match=f"{part} has {said}"):
        pl.plan("command", with_parts(WORLD, **{part: array.at[(0,) * array.ndim].set(number)}))


@pytest.mark.parametrize("part", ARRAYS)
def test_no_array_of_a_world_may_have_another_shape_or_be_none(part):
    # of one community more than there are needs, the needs are told
    with pytest.raises(ValueError, match=f"{'needs' if part == 'population' else part} has shape"):
        pl.plan("command", with_parts(WORLD, **{part: jnp.concatenate([getattr(WORLD, part)] * 2)}))
    with pytest.raises(TypeError, match=f"{part} is None; give an array of"):
        pl.plan("command", with_parts(WORLD, **{part: None}))


@pytest.mark.parametrize("part", ["factors", "depreciation"])
def test_arrays_of_the_economy_are_looked_at_as_well(part):
    wrong = replace(WORLD.economy, **{part: getattr(WORLD.economy, part)[..., :-1]})
    with pytest.raises(ValueError, match=f"{part} has shape"):
        pl.plan("command", with_parts(WORLD, economy=wrong))


def test_coefficients_and_shocks_are_looked_at_as_well():
    inputs = WORLD.economy.inputs
    wrong = replace(WORLD.economy, inputs=inputs.with_values(inputs.values.at[1].set(-0.5)))
    with pytest.raises(ValueError, match=r"inputs has 1 negative entries \(least -0.5\)"):
        pl.plan("command", with_parts(WORLD, economy=wrong))
    with pytest.raises(ValueError, match=r"shocks.needs has shape \(1, 2\) but should have \(any, 3\)"):
        pl.plan("command", with_parts(WORLD, shocks=replace(WORLD.shocks, needs=jnp.ones((1, 2)))))
