"""Many seeds: on threads as alone, bit for bit; in one batch as on threads, to rounding."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.mechanisms.registry import find_mechanism
from planlab.world.execution import Execution
from planlab.world.simulation import Runner, _stack, batched, keys_of, nameless, simulate_seeds

SEEDS = (0, 3, 5)


@pytest.mark.parametrize("name", ["command", "gradient", "linear_program"])
def test_a_seed_does_not_depend_on_which_others_are_asked_for(name):
    scenario = pl.make_scenario("three_sector", labour=75)
    together = simulate_seeds(name, scenario, periods=3, behaviour=pl.Heterogeneous(), seeds=SEEDS)
    for seed, run in zip(SEEDS, together, strict=True):
        alone = pl.simulate(name, scenario, periods=3, behaviour=pl.Heterogeneous(), seed=seed)
        for one, other in zip(jax.tree.leaves(run.outcome), jax.tree.leaves(alone.outcome), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("shared", [True, False])
def test_one_batch_gives_what_threads_give(shared):
    worlds = [pl.make_scenario("layered", products=20, seed=0 if shared else seed) for seed in SEEDS]
    behaviour, mechanism = pl.Heterogeneous(), find_mechanism("command")
    alone = simulate_seeds("command", worlds, periods=2, behaviour=behaviour, seeds=SEEDS)
    keys = [keys_of("command", "Heterogeneous", "Direct", s.name, seed) for s, seed in zip(worlds, SEEDS, strict=True)]
    world = nameless(worlds[0]) if shared else _stack([nameless(s) for s in worlds])
    records = batched(mechanism, Runner(world, behaviour, pl.Direct(), Execution(), jnp.stack(keys)), 2, shared)
    for run, (_, outcome, *_) in zip(alone, records, strict=True):
        assert eqx.tree_equal(run.outcome, outcome, rtol=1e-9, atol=1e-9)
