"""The concave objective: known answers, an independent solver, and its limits."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.economy.scenario import with_parts
from planlab.optimisation import active_set, highs
from planlab.optimisation.planning_problem import certify
from planlab.testing.probes import first_observation


def world(seed, share=1.0, products=60):
    scenario = pl.make_scenario(("layered", "scale_free", "modular")[seed % 3], products=products, seed=seed)
    draw = np.random.default_rng(seed)
    capacity = scenario.capacity * jnp.asarray(draw.lognormal(np.log(share), 0.1, scenario.capacity.shape))
    return with_parts(scenario, capacity=capacity)


def test_logarithms_share_one_factor_in_proportion_to_weight_whatever_things_cost():
    labour = np.array([1.0, 2.0, 5.0, 0.5])
    scenario = pl.Scenario.from_arrays(inputs=np.zeros((4, 4)), needs=np.ones(4), factors=labour[None], limits=[1.0])
    plan = pl.plan(pl.LinearProgram(objective=pl.IsoelasticNeeds(factor_cost=0.0)), scenario)
    np.testing.assert_allclose(labour * np.asarray(plan.activity), 0.25, rtol=1e-8)
    assert plan.rents[0] == pytest.approx(1.0)  # the worths add up to one, and so does what is paid
    assert float(plan.certificate.error) < 1e-8


def test_constant_elasticity_equalises_what_a_further_hour_is_worth():
    labour = np.array([1.0, 2.0, 5.0, 0.5])
    scenario = pl.Scenario.from_arrays(inputs=np.zeros((4, 4)), needs=np.ones(4), factors=labour[None], limits=[1.0])
    plan = pl.plan(pl.LinearProgram(objective=pl.IsoelasticNeeds(aversion=3.0, factor_cost=0.0)), scenario)
    s = np.asarray(plan.activity)
    known = labour ** (-1 / 3) / (labour @ labour ** (-1 / 3))
    np.testing.assert_allclose(s, known, rtol=1e-8)


@pytest.mark.parametrize("aversion", [0.5, 1.0, 2.0])
@pytest.mark.parametrize(("seed", "share"), [(0, 0.8), (1, 0.95), (5, 1.1)])
def test_clarabel_finds_the_same_optimum(seed, share, aversion):
    cp = pytest.importorskip("cvxpy", reason="the extra `test` is not installed")
    problem = pl.IsoelasticNeeds(aversion=aversion).problem(first_observation(world(seed, share)))
    linear, n = problem.linear, problem.processes
    z, w = cp.Variable(linear.cost.size), linear.utility.weight[n:]
    curve = cp.log(z[n:]) if aversion == 1 else (cp.power(z[n:], 1 - aversion) - 1) / (1 - aversion)
    finite = np.isfinite(linear.upper)
    inside = [linear.assembled() @ z >= linear.rows, z >= 0, z[finite] <= linear.upper[finite]]
    reference = cp.Problem(cp.Minimize(linear.cost @ z - w @ curve), inside).solve(solver="CLARABEL")
    found, _ = active_set.solve(problem)
    assert found.certificate.error <= 1e-8
    assert found.certificate.objective == pytest.approx(reference * linear.worth, abs=1e-7)


def test_little_aversion_is_capped_needs_and_much_evens_out():
    scenario = world(4)
    worst = []
    for aversion in (0.02, 1.0, 8.0):
        plan = pl.plan(pl.LinearProgram(objective=pl.IsoelasticNeeds(aversion=aversion)), scenario)
        met = np.asarray(plan.delivery / jnp.where(scenario.needs > 0, scenario.needs, 1.0))
        worst.append(met[np.asarray(scenario.needs) > 0].min())
        if aversion == 0.02:
            capped = pl.plan(pl.LinearProgram(objective=pl.CappedNeeds()), scenario)
            linear = certify(pl.CappedNeeds().problem(first_observation(scenario)), plan).objective
            assert linear == pytest.approx(capped.certificate.objective, abs=1e-2)
    assert worst[0] < worst[1] < worst[2]


def test_a_worse_plan_has_a_worse_certificate():
    scenario = world(4)
    objective = pl.IsoelasticNeeds()
    plan = pl.plan(pl.LinearProgram(objective=objective), scenario)
    problem = objective.problem(first_observation(scenario))
    assert certify(problem, plan).error < 1e-8
    assert certify(problem, replace(plan, delivery=0.9 * plan.delivery)).gap > 1e-3
    assert certify(problem, replace(plan, prices=1.05 * plan.prices)).gap > 1e-4


def test_what_it_cannot_do_it_says():
    with pytest.raises(ValueError, match="aversion is 0; give a number above 0"):
        pl.IsoelasticNeeds(aversion=0)
    scenario = world(0)
    with pytest.raises(ValueError, match="HiGHS solves linear programmes"):
        highs.solve(pl.IsoelasticNeeds().problem(first_observation(scenario)).linear)


NOTHING_OF_A_FACTOR = {
    "all": {"limits": [0.0]},
    "one of two": {"factors": [[1.0, 1.0], [0.0, 1.0]], "limits": [1.0, 0.0]},
    "there is stock": {"limits": [0.0], "stock": [1.0, 1.0]},
    "needed by one": {"inputs": np.zeros((2, 2)), "factors": [[1.0, 0.0], [0.0, 1.0]], "limits": [0.0, 1.0]},
    "joint products": {
        "inputs": [[0.1, 0.2, 0.1], [0.3, 0.1, 0.1]],
        "outputs": [[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]],
        "factors": [[1.0, 1.0, 1.0]],
        "limits": [0.0],
    },
}


@pytest.mark.parametrize("aversion", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("case", NOTHING_OF_A_FACTOR)
def test_what_nothing_of_a_factor_stops_is_left_out_and_all_else_is_planned(case, aversion):
    usual = {"inputs": [[0.1, 0.2], [0.3, 0.1]], "needs": [1.0, 2.0], "factors": [[1.0, 1.0]], "limits": [1.0]}
    plan = pl.plan(
        pl.LinearProgram(objective=pl.IsoelasticNeeds(aversion=aversion)),
        pl.Scenario.from_arrays(**(usual | NOTHING_OF_A_FACTOR[case])),
    )
    delivered = {"there is stock": [1.0, 1.0], "needed by one": [0.0, 1.0]}.get(case, [0.0, 0.0])
    assert plan.status == pl.Status.OPTIMAL
    assert float(plan.certificate.error) < 1e-6
    np.testing.assert_allclose(plan.delivery[:, 0], delivered, atol=1e-6)
    np.testing.assert_allclose(plan.activity, [0.0, 1.0] if case == "needed by one" else 0.0, atol=1e-6)
    for numbers in (plan.activity, plan.prices, plan.rents, plan.capacity_rents):
        assert np.isfinite(numbers).all()
