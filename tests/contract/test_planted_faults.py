"""Planted faults: for each promise a planner or a world that breaks it, and the check that catches it.

The planners are not traceable, so that the compiled steps of a period serve them all.
"""

import itertools
import random
from dataclasses import replace
from typing import Any, ClassVar

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.people.observation import Observation
from planlab.simulation import runner as steps
from planlab.testing import CHECKS, BrokenPromise, check_mechanism, contract
from planlab.world.physics import Physics


class Planner(pl.Mechanism):
    """Promises everybody everything and does what was done last year: no fault but that."""

    sees: ClassVar = frozenset({"last", "needs"})
    traceable: ClassVar = False

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=seen.last.activity, delivery=seen.needs)


class Peeking(Planner):
    """Reads capacity without saying so."""

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=jnp.minimum(seen.last.activity, seen.capacity), delivery=seen.needs)


class Prying(Planner):
    """Looks into the producers' books instead of asking them."""

    sees: ClassVar = frozenset({"last", "needs", "producers"})

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=seen.producers._capacity / 2, delivery=seen.needs)


class Believing(Planner):
    """Plans half of everybody's reported capacity."""

    sees: ClassVar = frozenset({"capacity", "needs"})

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=seen.capacity / 2, delivery=seen.needs)


class Dicing(Planner):
    """Draws from Python's own dice."""

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=seen.last.activity * random.random(), delivery=seen.needs)


class DicingWhenTraced(Planner):
    """Draws from a counter while it is traced, which what was compiled remembers."""

    traceable: ClassVar = True
    drawn: ClassVar = itertools.count()

    def plan(self, state, seen, key):
        luck = 1.0 + 0.01 * next(self.drawn)
        return state, pl.Plan(activity=seen.last.activity * luck, delivery=seen.needs)


class FirstInTheTable(Planner):
    """Favours whoever stands first in the table."""

    def plan(self, state, seen, key):
        share = jnp.where(jnp.arange(seen.needs.shape[1]) == 0, 1.0, 0.1)[None, :]
        return state, pl.Plan(activity=seen.last.activity, delivery=seen.needs * share)


class Compiling(Planner):
    """Puts a number where only settings belong."""

    def plan(self, state, seen, key):
        scale = eqx.filter_jit(lambda x, by: x * by)
        activity = scale(seen.last.activity, float(1 + 1e-6 * seen.needs[1, 1]))
        return state, pl.Plan(activity=activity, delivery=seen.needs)


class Fixed(Planner):
    """Fixes what could be a dial."""

    share: float = eqx.field(static=True, default=0.9)

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=self.share * seen.last.activity, delivery=seen.needs)


class FixedWithin(Planner):
    """Fixes it in a part of its own."""

    inner: Fixed = Fixed()

    def plan(self, state, seen, key):
        return self.inner.plan(state, seen, key)


class Untyped(Planner):
    """Does not say that a field is a number, so that nobody makes it one."""

    traceable: ClassVar = True
    share: Any = 0.9

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=self.share * seen.last.activity, delivery=seen.needs)


class InUnits(Planner):
    """Does a thousandth of a unit more of everything, whatever a unit is."""

    traceable: ClassVar = True

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=seen.last.activity + 1e-3, delivery=seen.needs)


class Claimant(Planner):
    """Claims an optimum and delivers something else."""

    sees: ClassVar = pl.LinearProgram().sees

    def problem(self, seen):
        return pl.CappedNeeds().problem(seen)

    def plan(self, state, seen, key):
        planner = pl.LinearProgram()
        best = planner.plan(planner.init(seen, key), seen, key)[1]
        return state, replace(best, delivery=self.delivered(best.delivery, seen), certificate=None)


class Rounding(Claimant):
    """Claims an optimum and takes small numbers for nothing."""

    def delivered(self, best, seen):
        return jnp.where(best > 1e-3, best, 0.0)


class NotANumber(Planner):
    """Promises NaN."""

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=seen.last.activity * jnp.nan, delivery=seen.needs)


class Spoilt(Claimant):
    """Claims an optimum and delivers less the more there is."""

    def delivered(self, best, seen):
        return best / seen.limits.sum()


class Leaking(Physics):
    """A world that loses a millionth of what lies in stock."""

    def __call__(self, state, plan, claimed_inputs):
        state, outcome = Physics.__call__(self, state, plan, claimed_inputs)
        lost = 1e-6 * state.stock
        return replace(state, stock=state.stock - lost), replace(outcome, closing=outcome.closing - lost)


class Overnight(Physics):
    """A world that loses a millionth of what lies in stock between two periods, where no balance looks."""

    def __call__(self, state, plan, claimed_inputs):
        state, outcome = Physics.__call__(self, state, plan, claimed_inputs)
        return replace(state, stock=state.stock * (1 - 1e-6)), outcome


class Conjuring(Physics):
    """A world that delivers what was promised, whether it exists or not."""

    def __call__(self, state, plan, claimed_inputs):
        state, outcome = Physics.__call__(self, state, plan, claimed_inputs)
        return state, replace(outcome, delivery=plan.delivery)


CAUGHT = [
    (Peeking(), {}, "sees_no_more_than_declared", "read 'capacity' without declaring it"),
    (Prying(), {}, "sees_no_more_than_declared", "looked into 'producers' at '_capacity'"),
    (Planner(), {"physics": Leaking()}, "goods_are_conserved", "goods are not conserved"),
    (Planner(), {"physics": Overnight()}, "goods_are_conserved", "does not open with what the one before left"),
    (Planner(), {"physics": Conjuring()}, "no_better_than_foresight", "beats the clairvoyant bound"),
    (Planner(), {}, "plenty_meets_every_need", "in plenty only"),
    (FirstInTheTable(), {}, "names_do_not_matter", "another order of names changes the outcome"),
    (Dicing(), {}, "same_seed_same_bits", "two runs of one seed differ"),
    (DicingWhenTraced(), {}, "same_seed_same_bits", "two runs of one seed differ"),
    (Compiling(), {}, "new_numbers_do_not_recompile", "other numbers of the same shapes took"),
    (Fixed(), {}, "new_numbers_do_not_recompile", "^share is a static number"),
    (FixedWithin(), {}, "new_numbers_do_not_recompile", r"^inner\.share is a static number"),
    (Untyped(), {}, "new_numbers_do_not_recompile", "^another value of share took 1 compilations"),
    (InUnits(), {}, "units_do_not_matter", "other units change activity by"),
    (Rounding(), {}, "units_do_not_matter", "other units change the objective by"),
    (NotANumber(), {}, "broken_plan_keeps_its_row", r"marked as broken are \[True, True, True\]"),
    (Spoilt(), {}, "more_of_a_limit_never_hurts", "higher limits worsen the objective"),
]


@pytest.mark.parametrize(("planner", "world", "promise", "said"), CAUGHT)
def test_a_planted_fault_is_caught_by_the_check_that_names_it(planner, world, promise, said):
    with pytest.raises(BrokenPromise, match=said):
        CHECKS[promise](planner, **world)


def test_the_planner_without_a_fault_keeps_all_promises_but_plenty():
    class Honest(Planner):
        expected_failures: ClassVar = {"plenty_meets_every_need": "it does what was done last year"}

    outcome = check_mechanism(Honest())
    assert outcome.pop("more_of_a_limit_never_hurts") == "does not apply"
    assert outcome.pop("numbers_can_be_differentiated") == "does not apply"  # it is not traceable
    assert outcome.pop("plenty_meets_every_need") == "expected failure: it does what was done last year"
    assert set(outcome.values()) == {"kept"}


def test_a_simulator_that_hands_over_everything_is_caught(monkeypatch):
    class PeekingElsewhere(Peeking):
        """Sees what no other does, so that nothing compiled for another serves it."""

        sees: ClassVar = frozenset({"last", "needs", "urgency"})

    monkeypatch.setattr(Observation, "only", lambda seen, sees: seen)
    with pytest.raises(BrokenPromise, match="the plan changes with 'capacity'"):
        CHECKS["sees_no_more_than_declared"](PeekingElsewhere())


def test_a_simulator_that_lets_the_truth_through_is_caught(monkeypatch):
    def leaky(scenario, state, said, *rest):
        return honest(scenario, state, replace(said, capacity=scenario.capacity), *rest)

    class Believes(Believing):
        """Its own class, so that nothing compiled for another serves it, nor the other way round."""

        traceable: ClassVar = True

    honest = steps.observe
    CHECKS["sees_no_more_than_declared"](Believing())
    monkeypatch.setattr(steps, "observe", leaky)
    with pytest.raises(BrokenPromise, match="true capacity"):
        CHECKS["sees_no_more_than_declared"](Believes())


def test_a_simulator_that_executes_nan_is_caught(monkeypatch):
    class Traced(Planner):
        traceable: ClassVar = True

    def blind(plan, *sizes):
        whole = replace(honest(plan, *sizes)[0], status=jnp.asarray(pl.Status.PROPOSED, jnp.int32))
        return whole, whole

    honest = steps.executable
    monkeypatch.setattr(steps, "executable", blind)
    with pytest.raises(BrokenPromise, match=r"marked as broken are \[False, False, False\]"):
        CHECKS["broken_plan_keeps_its_row"](Traced())


def test_an_expected_failure_that_does_not_come_is_an_error():
    class Pessimist(Planner):
        expected_failures: ClassVar = {"same_seed_same_bits": "an excuse", "plenty_meets_every_need": "it must"}

    with pytest.raises(BrokenPromise, match="same_seed_same_bits: expected to fail"):
        check_mechanism(Pessimist())


def test_an_expected_failure_of_no_promise_is_an_error():
    class Misspelt(Planner):
        expected_failures: ClassVar = {"plenty": "it must"}

    with pytest.raises(BrokenPromise, match="'plenty'; the promises are sees_no_more_than_declared"):
        check_mechanism(Misspelt())


def test_a_broken_promise_is_named():
    with pytest.raises(BrokenPromise, match="plenty_meets_every_need: in plenty only"):
        check_mechanism(Planner())


def test_a_mechanism_to_which_nothing_applies_fails(monkeypatch):
    monkeypatch.setattr(contract, "CHECKS", {"nothing": lambda mechanism: False})
    with pytest.raises(BrokenPromise, match="nothing was checked"):
        check_mechanism(Planner())


def test_a_nan_plan_harms_nobody_afterwards():
    run = pl.simulate(NotANumber(), pl.testing.drawn_scenario(0), 2)
    assert (np.asarray(run.plan.status) == pl.Status.BROKEN).all()
    assert np.isfinite(np.asarray(run.outcome.delivery)).all()
