"""Every mechanism in the folder, and a plug-in, keeps the contract; planted faults are caught."""

import itertools
import sys
from dataclasses import replace
from typing import ClassVar

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.mechanisms import registry
from planlab.testing import CHECKS, BrokenPromise, check_mechanism
from planlab.world.execution import Execution

SEES = frozenset({"last", "needs"})


@pytest.mark.parametrize("name", registry.mechanism_names())
def test_every_mechanism_keeps_the_contract(name):
    outcome = check_mechanism(registry.find_mechanism(name))
    assert set(outcome) == set(CHECKS)
    assert "kept" in outcome.values()


PLUG_IN = """
from typing import ClassVar
from planlab.mechanisms.mechanism import Mechanism, Plan

class Halve(Mechanism):
    sees: ClassVar = frozenset({"last"})
    expected_failures: ClassVar = {"plenty_meets_every_need": "it does half of what was done"}

    def plan(self, state, seen, key):
        return state, Plan(activity=seen.last.activity / 2, delivery=seen.last.delivery / 2)
"""


@pytest.fixture
def plug_in(tmp_path, monkeypatch):
    """Install a package that registers a mechanism as an entry point."""
    (tmp_path / "halving.py").write_text(PLUG_IN)
    folder = tmp_path / "halving-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: halving\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[planlab.mechanisms]\nhalve = halving:Halve\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "halve"
    registry.load_mechanism.cache_clear()
    sys.modules.pop("halving", None)


def test_a_plug_in_is_found_and_held_to_the_contract(plug_in):
    assert plug_in in registry.mechanism_names()
    outcome = check_mechanism(registry.find_mechanism(plug_in))
    assert outcome["plenty_meets_every_need"].startswith("expected failure")


class Peeking(pl.Mechanism):
    """Reads capacity without saying so."""

    sees: ClassVar = frozenset({"last"})

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=jnp.minimum(seen.last.activity, seen.capacity), delivery=seen.last.delivery)


class Unseeded(pl.Mechanism):
    """Draws from a counter of its own."""

    sees: ClassVar = SEES
    drawn: ClassVar = itertools.count()

    def plan(self, state, seen, key):
        luck = 1.0 + 0.01 * next(self.drawn)
        return state, pl.Plan(activity=seen.last.activity * luck, delivery=seen.last.delivery)


class FirstServed(pl.Mechanism):
    """Favours whoever stands first in the table."""

    sees: ClassVar = SEES

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=seen.last.activity, delivery=seen.needs * jnp.array([1.0, 0.1, 0.1]))


class Compiling(pl.Mechanism):
    """Keeps a number where only settings belong, so that every call compiles."""

    sees: ClassVar = SEES
    traceable: ClassVar = True

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=seen.last.activity, delivery=seen.last.delivery)


class Leaking(Execution):
    """A world that loses a millionth of its stock."""

    def __call__(self, economy, world, plan, limits, strike, claimed_inputs):
        world, outcome = Execution.__call__(self, economy, world, plan, limits, strike, claimed_inputs)
        stock = world.stock * (1 - 1e-3)
        return replace(world, stock=stock), replace(outcome, closing=outcome.closing - 1e-3 * world.stock)


class Conjuring(Execution):
    """A world that delivers what was promised, whether it exists or not."""

    def __call__(self, economy, world, plan, limits, strike, claimed_inputs):
        world, outcome = Execution.__call__(self, economy, world, plan, limits, strike, claimed_inputs)
        return world, replace(outcome, delivery=plan.delivery)


class Promising(pl.Mechanism):
    """Promises everything."""

    sees: ClassVar = SEES

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=seen.last.activity, delivery=seen.needs)


class NeverFails(Promising):
    """Expects a failure that does not come."""

    expected_failures: ClassVar = {"same_seed_same_bits": "an excuse", "plenty_meets_every_need": "it does nothing"}


def test_a_planner_that_peeks_is_caught():
    with pytest.raises(BrokenPromise, match="does not declare in sees"):
        CHECKS["sees_no_more_than_declared"](Peeking())


def test_a_planner_with_its_own_dice_is_caught():
    with pytest.raises(BrokenPromise, match="two runs of one seed differ"):
        CHECKS["same_seed_same_bits"](Unseeded())


def test_a_planner_that_reads_the_order_of_names_is_caught():
    with pytest.raises(BrokenPromise, match="another order of names"):
        CHECKS["names_do_not_matter"](FirstServed())


def test_a_planner_that_falls_short_in_plenty_is_caught():
    with pytest.raises(BrokenPromise, match="in plenty only"):
        CHECKS["plenty_meets_every_need"](Promising())


def test_a_world_that_leaks_is_caught():
    with pytest.raises(BrokenPromise, match="not conserved"):
        CHECKS["goods_are_conserved"](pl.Standstill(), Leaking())


def test_a_world_that_conjures_goods_is_caught():
    with pytest.raises(BrokenPromise, match="beats the clairvoyant bound"):
        CHECKS["no_better_than_foresight"](Promising(), Conjuring())


def test_an_expected_failure_that_does_not_come_is_an_error():
    with pytest.raises(BrokenPromise, match="expected to fail"):
        check_mechanism(NeverFails())


def test_a_nan_plan_is_marked_and_harms_nobody_afterwards():
    class NotANumber(Promising):
        def plan(self, state, seen, key):
            return state, pl.Plan(activity=seen.last.activity * jnp.nan, delivery=seen.needs)

    run = pl.simulate(NotANumber(), pl.testing.drawn_scenario(0), 2)
    assert (np.asarray(run.plan.status) == pl.Status.BROKEN).all()
    assert np.isfinite(np.asarray(run.outcome.delivery)).all()
