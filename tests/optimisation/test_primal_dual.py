"""The general method: the same optima as simplex, concave objectives without structure, batches, and honest failure."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from benchmarks.economies import case, random_arrays
from planlab.economy.scenario import with_parts
from planlab.optimisation import highs, primal_dual
from planlab.optimisation.kkt import PROOF, farkas_margin
from planlab.optimisation.planning_problem import certify
from planlab.planning.plan import Status
from planlab.testing.probes import first_observation


@pytest.mark.parametrize("seed", range(40_000, 40_006))
def test_it_finds_the_optimum_of_simplex(seed):
    linear = case(seed).problem.linear
    reference, (found, products) = highs.solve(linear), primal_dual.solve(linear, tolerance=1e-8)
    assert found.status is reference.status is Status.OPTIMAL
    assert found.certificate.error <= 1e-8
    assert abs(linear.cost @ found.z - linear.cost @ reference.z) <= 1e-7 * max(1, abs(linear.cost @ reference.z))
    assert products == 2 * found.iterations > 0


@pytest.mark.parametrize(("techniques", "joint", "aversion"), [(2, False, 1.0), (1, True, 1.0), (2, True, 2.0)])
def test_clarabel_finds_the_same_concave_optimum(techniques, joint, aversion):
    cp = pytest.importorskip("cvxpy", reason="the extra `test` is not installed")
    scenario = random_arrays(30, techniques, joint=joint, seed=techniques + joint)
    objective = pl.IsoelasticNeeds(aversion=aversion)
    linear = objective.problem(first_observation(scenario)).linear
    n = scenario.economy.processes
    z, w = cp.Variable(linear.cost.size), linear.utility.weight[n:]
    curve = cp.log(z[n:]) if aversion == 1 else (cp.power(z[n:], 1 - aversion) - 1) / (1 - aversion)
    finite = np.isfinite(linear.upper)
    inside = [linear.assembled() @ z >= linear.rows, z >= 0, z[finite] <= linear.upper[finite]]
    reference = cp.Problem(cp.Minimize(linear.cost @ z - w @ curve), inside).solve(solver="CLARABEL")
    plan = pl.plan(pl.LinearProgram(objective=objective, tolerance=1e-7), scenario)
    assert plan.status is Status.OPTIMAL
    assert plan.how is pl.How.PRIMAL_DUAL
    assert float(plan.certificate.objective) == pytest.approx(reference * linear.worth, abs=1e-6)
    worse = certify(objective.problem(first_observation(scenario)), replace(plan, delivery=0.9 * plan.delivery))
    assert float(worse.error) > 1e-4


def test_a_large_sparse_programme_with_joint_products_is_solved_by_it_without_being_asked():
    scenario = random_arrays(1600, joint=True, seed=4)
    plan = pl.plan(pl.LinearProgram(tolerance=1e-5, budget=1e6), scenario)
    assert plan.how is pl.How.PRIMAL_DUAL
    assert plan.status is Status.OPTIMAL
    assert float(certify(pl.CappedNeeds().problem(first_observation(scenario)), plan).error) <= 1e-5


def test_programmes_batch():
    linear = case(40_000).problem.linear
    of = primal_dual.programme(linear)
    draw = np.random.default_rng(0)
    rows = jnp.stack([of.rows * jnp.asarray(draw.uniform(0.8, 1.0, of.rows.shape)) for _ in range(4)])

    def objective(rows):
        zeros = jnp.zeros_like(of.cost), jnp.zeros_like(of.rows)
        z, _, _, error, _ = primal_dual.solution(replace(of, rows=rows), *zeros, jnp.asarray(1.0), 1e-8, 20_000)
        return of.cost @ z, error

    values, errors = jax.jit(jax.vmap(objective))(rows)
    assert errors.max() <= 1e-8
    for each, value in zip(rows, values, strict=True):
        alone = highs.solve(replace(linear, rows=np.asarray(each)[: linear.rows.size]))
        assert value == pytest.approx(linear.cost @ alone.z, abs=1e-6)


def test_the_next_period_starts_where_the_last_one_ended():
    drawn = case(40_001)
    first, products = primal_dual.solve(drawn.problem.linear)
    again, fewer = primal_dual.solve(drawn.problem.linear, first.basis)
    assert again.certificate.error <= 1e-6
    assert fewer < 0.5 * products


def test_what_cannot_be_had_is_proved_and_what_takes_too_long_is_said():
    scenario = random_arrays(13, seed=3)
    hopeless = with_parts(scenario, limits=0.2 * scenario.limits, capacity=jnp.full_like(scenario.capacity, 1e9))
    linear = pl.LeastThroughput(factor=0).problem(first_observation(hopeless)).linear
    found, _ = primal_dual.solve(linear)
    assert found.status is Status.INFEASIBLE
    assert farkas_margin(linear, found.certificate.ray) > PROOF
    spent, _ = primal_dual.solve(case(40_000).problem.linear, tolerance=1e-12, rounds=40)
    assert spent.status is Status.ROUNDS_SPENT
    assert spent.certificate.error > 1e-12
