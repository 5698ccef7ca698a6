"""Mechanisms that call solvers run in a loop of compiled steps, which changes nothing but the time it takes."""

from typing import Any, ClassVar

import equinox as eqx
import jax
import numpy as np
import pytest

import planlab as pl
from benchmarks.throughput import measured, step_by_step
from planlab.base.quick import quick
from planlab.optimisation.solvers import Start
from planlab.planning.plan import Certificate
from planlab.testing import drawn_scenario
from planlab.testing.probes import compilations

WORLD = drawn_scenario(0)
DIALS: dict[str, dict[str, Any]] = {
    "steady": {},
    "padded norms": {"behaviour": pl.OverRequest(1.3)},
    "claimed results": {"behaviour": pl.Embellish(1.1)},
    "other needs each period": {"behaviour": pl.NoisyNeeds()},
    "a hierarchy": {"channel": pl.Hierarchy(levels=3)},
    "four plans a period": {"replans": 4},
}
WORLDS = {
    "layered": pl.make_scenario("layered", products=12, communities=2, seed=0),
    "learning": pl.make_scenario("layered", products=12, communities=2, seed=0).with_laws(pl.Productivity(labour=0.05)),
    "wearing out": WORLD,
    "struck": pl.make_scenario("drought", products=12, seed=0),
}


class InALoop(pl.Command):
    """Command, as if it could not be traced."""

    traceable: ClassVar = False


class Looking(pl.Mechanism):
    """Does as last period, and remembers everything that it was shown."""

    traceable: ClassVar = False
    sees: ClassVar = frozenset({"economy", "last"})

    def plan(self, state, seen, key):
        """Return all that was seen so far, on the host."""
        SHOWN.append(seen)
        return state, pl.Plan(seen.last.activity, seen.last.delivery)


class LookingInNumPy(Looking):
    """The same in NumPy."""

    in_numpy: ClassVar = True


SHOWN: list[Any] = []


class Checked(pl.LinearProgram):
    """Linear programming that compares every problem and its optimum with those of a planner who forgets."""

    def plan(self, state, seen, key):
        """Return the plan, if it is as good as one from nothing."""
        fresh = pl.LinearProgram.problem(self, seen)
        state, plan = pl.LinearProgram.plan(self, state, seen, key)
        kept, new, draw = state.problem.stated, fresh.stated, state.problem.units.full_use
        for name in ("rows", "lower", "upper"):
            np.testing.assert_array_equal(getattr(kept, name), getattr(new, name))
        np.testing.assert_array_equal(kept.by_columns().toarray(), new.by_columns().toarray())
        of_activity, of_levels = np.split(kept.cost, [fresh.processes])
        np.testing.assert_array_equal(of_levels, new.cost[fresh.processes :])
        np.testing.assert_allclose(of_activity, self.objective.factor_cost / draw @ seen.economy.factors, rtol=1e-14)
        best = pl.LinearProgram.solved(self, state.problem, Start())[1]
        assert int(plan.status) == int(best.status) == pl.Status.OPTIMAL
        np.testing.assert_allclose(plan.certificate.objective, best.certificate.objective, rtol=1e-8)
        return state, plan


class Failing(pl.LinearProgram):
    """Linear programming that gives up on its second plan."""

    def plan(self, state, seen, key):
        """Return the first plan."""
        if state.problem is not None:
            raise ZeroDivisionError("nothing to divide by")
        return pl.LinearProgram.plan(self, state, seen, key)


class TooShort(pl.LinearProgram):
    """Linear programming that leaves a process out."""

    def plan(self, state, seen, key):
        """Return a plan for all processes but one."""
        state, plan = pl.LinearProgram.plan(self, state, seen, key)
        return state, eqx.tree_at(lambda p: p.activity, plan, plan.activity[:-1])


def seen_by(mechanism, periods=3, **dials):
    SHOWN.clear()
    pl.simulate(mechanism, WORLDS["layered"], periods, **dials)
    return list(SHOWN)


def test_the_loop_does_what_the_scan_does():
    setting = pl.Setting(pl.IdiosyncraticBias(), pl.Hierarchy(levels=2), replans=4)
    runs = (pl.simulate(m, WORLD, 4, setting=setting, seed=3) for m in (pl.Command(), InALoop()))
    parts = [jax.tree.leaves((r.plan, r.outcome, r.pay, r.path, r.numbers_reported)) for r in runs]
    for one, other in zip(*parts, strict=True):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        np.testing.assert_allclose(other, one, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("world", "dials"), [*((w, "steady") for w in WORLDS), *(("wearing out", d) for d in DIALS)])
def test_what_was_worked_out_for_an_earlier_plan_is_used_only_while_it_is_true(world, dials):
    pl.simulate(Checked(), WORLDS[world], 4, setting=pl.Setting(**DIALS[dials]))


def test_who_works_in_numpy_is_shown_nothing_else():
    arrays = [leaf for seen in seen_by(LookingInNumPy()) for leaf in jax.tree.leaves(seen)]
    assert arrays
    assert all(isinstance(leaf, np.ndarray) for leaf in arrays)
    others = [leaf for seen in seen_by(Looking()) for leaf in jax.tree.leaves(seen)]
    assert all(isinstance(leaf, jax.Array) for leaf in others)
    for one, other in zip(arrays, others, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_nobody_changes_is_handed_over_once():
    first, *later = seen_by(LookingInNumPy())
    assert all(seen.economy.inputs.values is first.economy.inputs.values for seen in later)
    assert all(seen.last.activity is not first.last.activity for seen in later)
    padded = seen_by(LookingInNumPy(), behaviour=pl.OverRequest(1.3))
    true = np.asarray(WORLDS["layered"].economy.inputs.values)
    for seen in padded:
        np.testing.assert_allclose(seen.economy.inputs.values, 1.3 * true)


def test_an_error_of_a_planner_comes_through_as_it_is_and_leaves_nothing_behind():
    with pytest.raises(ZeroDivisionError, match="nothing to divide by"):
        pl.simulate(Failing(), WORLD, 3)
    with pytest.raises(ValueError, match=r"Plan.activity has shape \(8,\); it should be \(9,\)."):
        pl.simulate(TooShort(), WORLD, 3)
    before, after = (pl.simulate("linear_program", WORLD, 3).plan.activity for _ in range(2))
    np.testing.assert_array_equal(before, after)


def test_another_number_of_periods_compiles_nothing_new():
    pl.simulate("linear_program", WORLD, 2)
    with compilations() as compiled:
        pl.simulate("linear_program", WORLD, 3, seed=1)
    assert compiled == []


def test_a_record_is_made_quickly_only_of_what_it_has():
    numbers = {"primal": 0.0, "dual": 0.0, "gap": 0.0, "objective": 1.0, "bound": 1.0}
    assert quick(Certificate, **numbers) == Certificate(**numbers)
    with pytest.raises(TypeError, match="Certificate has no field profit"):
        quick(Certificate, **numbers, profit=1.0)
    with pytest.raises(TypeError, match="Certificate needs bound"):
        quick(Certificate, primal=0.0, dual=0.0, gap=0.0, objective=1.0)


@pytest.mark.parametrize("mechanism", ["linear_program", "command"])
def test_the_benchmark_of_throughput_runs_the_same_periods_both_ways(mechanism):
    plain, run = step_by_step(mechanism, WORLD, 3), pl.simulate(mechanism, WORLD, 3)
    for one, other in ((plain.outcome, run.outcome), (plain.pay, run.pay)):
        for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-8)
    took = measured(mechanism, WORLD, 2, repeats=2)
    assert {name: len(way.clock) for name, way in took.items()} == {"simulate": 2, "step by step": 2}
    assert all(min(way.clock) > 0 and min(way.processor) > 0 for way in took.values())


def test_worlds_of_other_sizes_and_other_records_in_between_change_nothing():
    other = pl.make_scenario("layered", products=9, communities=3, seed=0)
    first = pl.simulate(InALoop(), WORLD, 2)
    pl.simulate(InALoop(), other, 2)
    pl.simulate(InALoop(rounds=5), WORLD, 2)  # whose record of rounds is longer
    again = pl.simulate(InALoop(), WORLD, 2)
    np.testing.assert_array_equal(again.outcome.delivery, first.outcome.delivery)
    np.testing.assert_array_equal(again.plan.trace, first.plan.trace)
