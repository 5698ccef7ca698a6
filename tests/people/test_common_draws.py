"""Draws belong to roles: whoever wraps a behaviour or a channel, people lie and reports are blurred as before."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.base.registry import kinds
from planlab.incentives.adapting import Adapting, Settled
from planlab.simulation import simulate as simulation
from planlab.simulation.runner import first_published
from planlab.testing.worlds import drawn_scenario
from planlab.world.physics import opening

WORLD = drawn_scenario(0)


class Disguised(pl.Behaviour):
    """Another class around a behaviour."""

    inner: pl.Behaviour

    def report(self, said, known, key):
        return self.inner.report(said, known, key)

    def adapt_to(self, mechanism, scenario, **world):
        return Disguised(self.inner.adapt_to(mechanism, scenario, **world))


class Relayed(pl.Channel):
    """Another class around a channel."""

    inner: pl.Channel

    def carry(self, said, known, key):
        return self.inner.carry(said, known, key)


SETTLED = Settled(pl.Misreport(capacity=0.9), jnp.zeros(()), jnp.asarray(True))
"""Stands for people who adapt: they draw nothing, and finding what they end up saying takes long."""


def all_of(base):
    own = [kind for kind in kinds(base).values() if kind.__module__.startswith("planlab.")]
    return [SETTLED if issubclass(kind, Adapting) else kind() for kind in own]


BEHAVIOURS, CHANNELS = all_of(pl.Behaviour), all_of(pl.Channel)


@pytest.fixture
def heard(monkeypatch):
    """Return what tells what is said and what arrives in the first two periods of a simulation."""
    runners = []

    def tell(behaviour=pl.Truthful(), channel=pl.Direct(), seed=0):  # noqa: B008 - frozen
        with monkeypatch.context() as patched:
            patched.setattr(simulation, "scanned", lambda mechanism, runner, periods: runners.append(runner) or ())
            patched.setattr(simulation, "Trajectory", lambda *parts: None)
            simulation.simulate("standstill", WORLD, 2, behaviour, channel, seed=seed)
        runner = runners[-1]
        state, last = opening(WORLD, runner.setting.physics), first_published(WORLD, 12)
        pairs = [runner.report(replace(state, period=jnp.asarray(period)), last)[1:] for period in (0, 1)]
        return [said for said, _ in pairs], [(seen.economy.inputs.values, seen.capacity) for _, seen in pairs]

    return tell


def same(one, two):
    return all(np.array_equal(a, b) for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(two), strict=True))


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda part: type(part).__name__)
def test_a_wrapped_behaviour_says_the_same_whatever_its_words_travel_through(heard, behaviour):
    said, _ = heard(behaviour)
    for wrapped in (pl.Combined((behaviour,)), pl.Combined((pl.Combined((behaviour,)),)), Disguised(behaviour)):
        assert same(heard(wrapped)[0], said)
    for channel in CHANNELS:
        assert same(heard(behaviour, channel)[0], said)


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda part: type(part).__name__)
def test_a_wrapped_channel_blurs_the_same_whoever_speaks(heard, channel):
    _, arrived = heard(channel=channel)
    assert same(heard(channel=Relayed(channel))[1], arrived)
    said, padded = heard(pl.OverRequest(2.0), channel)
    for before, (inputs, _), (doubled, _) in zip(said, arrived, padded, strict=True):
        np.testing.assert_allclose(doubled, 2 * inputs, rtol=1e-14)
        assert same(before.inputs, 2 * WORLD.economy.inputs.values)


def test_liars_are_the_same_beside_others(heard):
    alone, _ = heard(pl.IdiosyncraticBias())
    beside, _ = heard(pl.Combined((pl.IdiosyncraticBias(), pl.NoisyNeeds(), pl.ExaggerateNeeds())))
    assert same([said.capacity for said in beside], [said.capacity for said in alone])


def test_another_seed_has_other_liars_and_another_blur(heard):
    people, channel = pl.IdiosyncraticBias(), pl.Hierarchy(levels=1)
    (here, heard_here), (there, heard_there) = heard(people, channel, seed=0), heard(people, channel, seed=1)
    assert not same(here[0].capacity, there[0].capacity)
    assert not same(heard_here, heard_there)
    assert not same(heard_here[0], heard_here[1])
