"""The same seed draws the same people and the same noise, whichever classes play the roles."""

import jax
import numpy as np
import pytest

import planlab as pl
from planlab.comparison.parts import kinds
from planlab.information.reports import truth
from planlab.world.simulation import first_statistics, keys_of

WORLD = pl.make_scenario("three_sector", labour=75)
KNOWN = truth(WORLD, WORLD.capacity, WORLD.stock, first_statistics(WORLD), jax.numpy.asarray(0))
SPEAKERS = {
    name: kind
    for name, kind in kinds(pl.Behaviour).items()
    if kind.__module__ == pl.Heterogeneous.__module__ and name != "together"
}


class Renamed(pl.Heterogeneous):
    """The same people under another name."""


class Ministry(pl.Hierarchy):
    """The same offices under another name."""


def same(one, other) -> bool:
    leaves = [jax.tree.leaves(part) for part in (one, other)]
    return len(leaves[0]) == len(leaves[1]) and all(map(np.array_equal, *leaves))


@pytest.mark.parametrize("name", SPEAKERS)
def test_wrapped_in_others_people_say_the_same(name):
    key, behaviour = keys_of("somewhere", 3)[0], SPEAKERS[name]()
    alone = behaviour.report(KNOWN.reports, KNOWN, key)
    once, twice = pl.Together((behaviour,)), pl.Together((pl.Truthful(), pl.Together((behaviour,))))
    assert same(alone, once.report(KNOWN.reports, KNOWN, key))
    assert same(alone, twice.report(KNOWN.reports, KNOWN, key))


def test_a_run_draws_the_same_whatever_its_parts_are_called():
    def run(behaviour, channel, seed=0):
        return pl.simulate("command", WORLD, periods=2, behaviour=behaviour, channel=channel, seed=seed).outcome

    first = run(pl.Heterogeneous(), pl.Hierarchy(levels=1))
    assert same(first, run(pl.Together((pl.Heterogeneous(),)), pl.Hierarchy(levels=1)))
    assert same(first, run(Renamed(), Ministry(levels=1)))
    assert not same(first, run(pl.Heterogeneous(), pl.Hierarchy(levels=1), seed=1))
