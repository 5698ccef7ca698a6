"""No number of an economy, however large, small or missing, makes a plan wrong, and none stops it from being made."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.mechanisms.registry import find_mechanism
from planlab.optimisation.solvers import SOLVERS
from planlab.scoring.bounds import clairvoyant
from planlab.testing.measures import rescaled
from planlab.testing.probes import first_observation
from planlab.testing.worlds import drawn_scenario

A, NEEDS = [[0.1, 0.2], [0.3, 0.1]], [1.0, 2.0]


def two(needs=NEEDS, limit=1.0, **more):
    return pl.Scenario.from_arrays(A, needs, factors=[[1.0, 1.0]], limits=[limit], **more)


OBJECTIVES = {
    "capped needs": (pl.CappedNeeds(), 1.0),
    "ray": (pl.Ray(), 1.0),
    "isoelastic needs": (pl.IsoelasticNeeds(), 1.0),
    "least throughput": (pl.LeastThroughput(), 5.0),
}
"""Each with a limit that leaves something to decide."""


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_capacity_that_nobody_reaches_may_be_of_any_size(name, solver):
    objective, limit = OBJECTIVES[name]
    if name == "isoelastic needs" and solver == "highs":
        return
    planner = pl.LinearProgram(objective=objective, solver=solver)
    without = pl.plan(planner, two(limit=limit))
    assert without.status == pl.Status.OPTIMAL
    for much in (1e9, 1e12, 1e13, 1e15, 1e40):
        plan = pl.plan(planner, two(limit=limit, capacity=[9.0, much]))
        assert plan.status == pl.Status.OPTIMAL
        assert plan.certificate.objective == pytest.approx(float(without.certificate.objective), rel=2e-6)
        made = np.asarray(plan.activity)
        assert (made - A @ made >= np.asarray(plan.delivery).sum(axis=1) * (1 - 1e-6) - 1e-9).all()


def test_the_known_optimum_is_found_by_all_who_claim_one():
    world, plain = two(capacity=[9.0, 1e15]), pl.CappedNeeds()
    for planner in (pl.LinearProgram(plain), pl.VCG(plain), pl.LinearProgram(plain, solver="primal_dual")):
        assert float(pl.plan(planner, world).certificate.objective) == pytest.approx(0.3125, rel=1e-5)
    assert np.isfinite(np.asarray(pl.plan(pl.VCG(plain), world).payments)).all()


def test_what_was_done_before_may_be_of_any_size():
    inputs, outputs = np.column_stack([A, [0.2, 0.1]]), [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]
    world = [
        pl.Scenario.from_arrays(inputs, NEEDS, [[1.0, 1.0, 1.0]], [1.0], outputs, activity=[1.0, 1.0, done])
        for done in (1.0, 1e12)
    ]
    few, many = (pl.plan("linear_program", one) for one in world)
    assert many.status == pl.Status.OPTIMAL
    assert float(many.certificate.objective) == pytest.approx(float(few.certificate.objective), rel=1e-9)


def test_the_clairvoyant_bound_does_not_depend_on_capacities_that_nobody_reaches():
    without = clairvoyant(two(activity=[1.0, 0.0]), 3).needs_met
    for much in (1e9, 1e13, 1e15):
        bound = clairvoyant(two(capacity=[9.0, much], activity=[1.0, 0.0]), 3)
        assert bound.needs_met == pytest.approx(without, rel=1e-9)
        assert bound.achieved == pytest.approx(without, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_clairvoyant_bound_is_the_same_in_any_units(seed):
    scenario = drawn_scenario(seed, unlimited=True)
    other, _ = rescaled(scenario, seed)
    there = clairvoyant(other, 3).needs_met
    assert there == pytest.approx(clairvoyant(scenario, 3).needs_met, rel=1e-9)


def test_aversion_to_inequality_needs_no_limit():
    plan = pl.plan(pl.LinearProgram(objective=pl.IsoelasticNeeds()), two(limit=np.inf))
    assert plan.status == pl.Status.OPTIMAL
    np.testing.assert_allclose(plan.delivery[:, 0], NEEDS, rtol=1e-6)


def test_where_nothing_can_be_made_aversion_to_inequality_says_so_and_holds_no_nan():
    plan = pl.plan(pl.LinearProgram(objective=pl.IsoelasticNeeds()), two(limit=0.0))
    assert plan.status in (pl.Status.OPTIMAL, pl.Status.UNBOUNDED, pl.Status.INFEASIBLE, pl.Status.FAILED)
    assert np.isfinite(np.asarray(plan.activity)).all()
    assert not np.asarray(plan.activity).any()


@pytest.mark.parametrize("solver", ["highs", "active_set", "policy_iteration"])
def test_frugality_stays_a_tie_break_where_needs_are_a_million_times_what_can_be_made(solver):
    plan = pl.plan(pl.LinearProgram(solver=solver), two(needs=[1e6, 2e6]))
    assert plan.status == pl.Status.OPTIMAL
    assert float(np.asarray(plan.activity).sum()) == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize("name", ["linear_program", "vcg"])
def test_reports_that_are_no_numbers_reach_no_solver(name):
    scenario, planner = drawn_scenario(0), find_mechanism(name)
    seen, key = first_observation(scenario), jax.random.key(0)
    for field in ("capacity", "needs", "limits", "stock"):
        wrong = getattr(seen, field).at[0].set(jnp.nan)
        unheard = replace(seen, **{field: wrong}).only(planner.sees)
        _, plan = planner.plan(planner.init(unheard, key), unheard, key)
        status = pl.Status(int(plan.status))
        assert status is pl.Status.FAILED
