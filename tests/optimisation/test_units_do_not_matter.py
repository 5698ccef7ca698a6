"""Whatever products, processes and factors are measured in, every solver finds the same plan of every objective."""

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import planlab as pl
from planlab.optimisation.planning_problem import certify
from planlab.optimisation.units import gross_flow
from planlab.planning.plan import How
from planlab.testing.measures import rescaled
from planlab.testing.probes import first_observation
from planlab.testing.worlds import drawn_scenario

PRODUCTS, INPUTS = 6, 2


def drawn(seed: int, techniques: int, tightness: float, capped: bool, stocked: bool) -> pl.Scenario:
    """Return an economy of one shape in sensible units."""
    rng = np.random.default_rng(seed)
    n, m = PRODUCTS, PRODUCTS * techniques
    maker = np.tile(np.arange(n), techniques)
    A, M = np.zeros((n, m)), np.zeros((n, m))
    for j in range(m):
        A[rng.choice(n, INPUTS, replace=False), j] = rng.uniform(0.05, 0.4, INPUTS)
    M[maker, np.arange(m)] = 1.0
    F, D = rng.lognormal(0.0, 0.5, (2, m)), rng.uniform(0.5, 2.0, (n, 2))
    full = (M / techniques).T @ np.linalg.solve(np.eye(n) - A @ M.T / techniques, D.sum(axis=1))
    capacity = rng.uniform(0.8, 1.6, m) * full * np.where(rng.random(m) < 0.2, np.inf, 1.0)
    return pl.Scenario.from_arrays(
        inputs=A,
        outputs=M,
        needs=D,
        factors=F,
        limits=tightness * rng.uniform(0.8, 1.2, 2) * (F @ full),
        capacity=capacity if capped else None,
        stock=stocked * rng.uniform(0.0, 0.3, n) * D.sum(axis=1),
        urgency=rng.uniform(0.5, 2.0, (n, 2)),
        capital=0.2 * A,
        depreciation=0.05 * capped,
        factor_kinds=("labour", "material"),
    )


WORLDS = st.builds(
    drawn,
    seed=st.integers(0, 2**32 - 1),
    techniques=st.sampled_from([1, 2]),
    tightness=st.sampled_from([0.7, 1.3, 100.0]),
    capped=st.booleans(),
    stocked=st.booleans(),
)

OBJECTIVES = {
    "capped needs": pl.CappedNeeds(),
    "ray": pl.Ray(),
    "least throughput": pl.LeastThroughput(factor=1),
    "isoelastic needs": pl.IsoelasticNeeds(aversion=0.7),
}

CASES = [
    (objective, solver)
    for objective in OBJECTIVES
    for solver in ("highs", "active_set", "policy_iteration", "primal_dual")
    if (objective, solver) != ("isoelastic needs", "highs")
]
"""HiGHS is for what is linear."""


VERTICES = {How.SIMPLEX, How.CLOSED_FORM, How.ACTIVE_SET, How.POLICY_ITERATION}
"""What ends at a vertex; all else ends at its tolerance."""


@pytest.mark.parametrize(("objective", "solver"), CASES)
@given(world=WORLDS, seed=st.integers(0, 2**32 - 1))
def test_units_change_no_plan(objective, solver, world, seed):
    aim = OBJECTIVES[objective]
    planner, key = pl.LinearProgram(objective=aim, solver=solver, budget=20.0), jax.random.key(0)
    other, new = rescaled(world, seed)
    here, there = first_observation(world), first_observation(other)
    (_, old), (_, plan) = (planner.plan(planner.init(seen, key), seen, key) for seen in (here, there))
    assert plan.status == old.status
    assert plan.how == old.how
    if old.status != pl.Status.OPTIMAL:
        return
    exact, told, flow = old.how in VERTICES and objective != "isoelastic needs", dict(new.old(plan)), gross_flow(here)
    measured = new.factors[1] if objective == "least throughput" else 1.0
    slack = 1e-9 if exact else float(planner.tolerance)
    assert plan.certificate.objective / measured == pytest.approx(old.certificate.objective, rel=slack, abs=1e-300)
    prices = {name: told[name] / measured for name in ("prices", "rents", "capacity_rents")}
    retold = pl.Plan(told["activity"], told["delivery"], told["investment"], **prices)
    assert certify(aim.problem(here), retold).error <= float(planner.tolerance)
    if exact and objective == "capped needs":  # which has one optimal plan, for it is frugal
        for name, unit in (("activity", flow.process), ("delivery", flow.need)):
            np.testing.assert_allclose(told[name] / unit, np.asarray(getattr(old, name)) / unit, rtol=0, atol=1e-8)


@pytest.mark.parametrize("name", ["linear_program", "vcg"])
@given(scenario=st.builds(drawn_scenario, st.integers(0, 1000)), seed=st.integers(0, 2**32 - 1))
def test_units_change_no_price_charge_or_score_of_optimal_plans(name, scenario, seed):
    other, new = rescaled(scenario, seed)
    one, two = pl.simulate(name, scenario, 3), pl.simulate(name, other, 3)
    flow, told = gross_flow(first_observation(scenario)), dict(new.old(two.plan))
    worth = {"prices": flow.product, "rents": flow.factor, "capacity_rents": flow.process, "payments": 1.0}
    for quantity, unit in worth.items():
        before = np.asarray(getattr(one.plan, quantity)) * unit
        np.testing.assert_allclose(told[quantity] * unit, before, rtol=0, atol=1e-9)
    ours, theirs = pl.score(one), pl.score(two)
    assert ours.status == theirs.status
    assert theirs.metrics == pytest.approx(ours.metrics, rel=1e-9, abs=1e-9, nan_ok=True)
