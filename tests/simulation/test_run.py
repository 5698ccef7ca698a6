"""A run is all that determines a result; its address is the same for the same, and another for anything else."""

import dataclasses
from typing import ClassVar

import jax
import numpy as np
import pytest

import planlab as pl

WORLD = pl.make_scenario("layered", products=20, seed=1)
RUN = pl.Run("command", WORLD, pl.Setting(pl.Understate(0.8), pl.Hierarchy(levels=2)), periods=3, seed=1)


def test_a_run_gives_what_its_parts_give():
    made = pl.simulate(RUN)
    alone = pl.simulate("command", WORLD, 3, pl.Understate(0.8), pl.Hierarchy(levels=2), seed=1)
    np.testing.assert_array_equal(made.outcome.delivery, alone.outcome.delivery)
    assert (made.periods, made.seed) == (3, 1)


OTHERS = {
    "mechanism": pl.Run(pl.Command(tautness=0.01), WORLD, RUN.setting, 3, 1),
    "world": dataclasses.replace(RUN, scenario=pl.make_scenario("layered", products=20, seed=2)),
    "laws": dataclasses.replace(RUN, scenario=WORLD.with_laws(pl.Population(0.01))),
    "behaviour": pl.Run("command", WORLD, pl.Setting(pl.Understate(0.7), pl.Hierarchy(levels=2)), 3, 1),
    "reward": pl.Run("command", WORLD, dataclasses.replace(RUN.setting, reward=pl.Profit()), 3, 1),
    "physics": pl.Run("command", WORLD, dataclasses.replace(RUN.setting, physics=pl.Physics(cover=1.0)), 3, 1),
    "replans": pl.Run("command", WORLD, dataclasses.replace(RUN.setting, replans=4), 3, 1),
    "horizon": pl.Run("command", WORLD, dataclasses.replace(RUN.setting, horizon=2), 3, 1),
    "periods": dataclasses.replace(RUN, periods=4),
    "seed": dataclasses.replace(RUN, seed=2),
}


def test_the_same_has_one_address_and_everything_else_another():
    again = pl.Run("command", pl.make_scenario("layered", products=20, seed=1), RUN.setting, 3, 1)
    assert again.address() == RUN.address()
    addresses = {name: run.address() for name, run in OTHERS.items()} | {"": RUN.address()}
    assert len(set(addresses.values())) == len(addresses)


def test_a_seed_that_nobody_looks_at_makes_no_other_run():
    honest = pl.Run("command", WORLD, periods=3)
    assert honest.address() == dataclasses.replace(honest, seed=7).address()


class Luck(pl.Law):
    """A law that draws: next period's needs are a little more or less."""

    moves: ClassVar = frozenset({"needs"})

    def step(self, state, outcome, key):
        """Draw."""
        return dataclasses.replace(state, needs=state.needs * jax.random.uniform(key, (), float, 0.9, 1.1))


class Sly(Luck):
    """Says that it does not draw."""

    deterministic: ClassVar = True
    foreseeable: ClassVar = False


def test_a_law_that_may_draw_is_run_for_every_seed():
    run = pl.Run("command", WORLD.with_laws(Luck()), periods=3)
    assert run.draws
    assert run.address() != dataclasses.replace(run, seed=7).address()
    assert not pl.Run("command", WORLD.with_laws(pl.Population(0.01), pl.Gestation(2)), periods=3).draws


def test_a_law_that_draws_may_not_say_it_does_not():
    with pytest.raises(pl.testing.BrokenPromise, match="goes by chance"):
        pl.testing.check_law(Sly())


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        (("nobody", WORLD), ValueError, "No mechanism 'nobody'"),
        (("command", "layered"), TypeError, "scenario"),
        (("command", WORLD, "honest"), TypeError, "setting is 'honest'"),
        (("command", WORLD, None, 0), ValueError, "periods is 0"),
        (("command", WORLD, None, 3, -1), ValueError, "seed is -1"),
    ],
)
def test_what_makes_no_run_is_named(arguments, kind, said):
    with pytest.raises(kind, match=said):
        pl.Run(*arguments)


def test_a_run_has_its_own_scenario():
    with pytest.raises(TypeError, match="the run has its own"):
        pl.simulate(RUN, WORLD)
    with pytest.raises(TypeError, match="scenario is None"):
        pl.simulate("command")
