"""Optimal planning: known answers, an independent solver, certificates that can fail, and prices that coordinate."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.optimize
from hypothesis import assume, given, settings

import planlab as pl
from planlab.economy.need_weights import need_weights
from planlab.optimisation.kkt import farkas_margin
from planlab.optimisation.planning_problem import certify
from planlab.testing import drawn_scenario, scenarios
from planlab.testing.probes import first_observation

P = np.array([[105.0, 107.0, 64.0], [56.0, 66.0, 38.0], [56.0, 83.0, 53.0]])

PLAIN = pl.CappedNeeds()


def excavators():
    """Return Kantorovich's three tasks by three machines."""
    M, F = np.zeros((3, 9)), np.zeros((3, 9))
    for task in range(3):
        for machine in range(3):
            M[task, 3 * task + machine], F[machine, 3 * task + machine] = P[task, machine], 1.0
    return pl.Scenario.from_arrays(inputs=np.zeros((3, 9)), needs=np.ones(3), factors=F, limits=np.ones(3), outputs=M)


def test_what_machines_earn_is_what_their_plan_is_worth():
    plan = pl.plan(pl.LinearProgram(objective=pl.Ray()), excavators())
    assert float(plan.certificate.error) < 1e-9
    assert float(plan.rents.sum()) == pytest.approx(float(plan.certificate.objective))
    earned = np.asarray(plan.prices)[:, None] * P
    np.testing.assert_allclose(earned.max(axis=0), plan.rents)


@given(scenario=scenarios(wear=0.0, unlimited=False))
def test_the_linear_programme_agrees_with_another_assembly_and_solver(scenario):
    e = scenario.economy
    A, M, F = (np.asarray(x) for x in (e.inputs.to_scipy().toarray(), e.outputs.to_scipy().toarray(), e.factors))
    D, w = np.asarray(scenario.needs), np.asarray(need_weights(scenario.needs, scenario.urgency, scenario.population))
    n, m, h = *A.shape, D.shape[1]
    spread = np.zeros((n, n * h))
    for i in range(n):
        spread[i, i * h : (i + 1) * h] = D[i]
    answer = scipy.optimize.linprog(
        np.concatenate([np.zeros(m), -w.ravel()]),
        A_ub=np.block([[A - M, spread], [F, np.zeros((F.shape[0], n * h))]]),
        b_ub=np.concatenate([scenario.stock, scenario.limits]),
        bounds=[(0, c) for c in np.asarray(scenario.capacity)] + [(0, 1)] * (n * h),
    )
    plan = pl.plan(pl.LinearProgram(objective=pl.CappedNeeds(factor_cost=0.0)), scenario)
    assert float(plan.certificate.objective) == pytest.approx(-answer.fun, abs=1e-8)


@given(scenario=scenarios())
def test_corrupted_plans_are_rejected_by_the_certificate(scenario):
    seen = first_observation(scenario)
    problem = pl.TieredNeeds().problem(seen)
    plan = pl.plan("linear_program", scenario)
    assert float(certify(problem, plan).error) < 1e-7
    assume((np.asarray(plan.delivery) < 0.999 * np.asarray(scenario.needs)).any())  # in plenty nothing costs anything
    for corrupted in (
        replace(plan, activity=plan.activity * 0.9),
        replace(plan, activity=plan.activity * 1.2),
        replace(plan, delivery=plan.delivery * 0.9),
        replace(plan, prices=plan.prices * 1.1),
        replace(plan, rents=plan.rents + 1.0),
    ):
        assert float(certify(problem, corrupted).error) > 1e-4


def test_an_impossible_wish_returns_a_farkas_ray():
    scenario = drawn_scenario(1, struck=False)
    plan = pl.plan(pl.LinearProgram(objective=pl.LeastThroughput(factor=0)), scenario)
    assert plan.status == pl.Status.INFEASIBLE
    problem = pl.LeastThroughput(factor=0).problem(first_observation(scenario)).stated
    assert farkas_margin(problem, plan.certificate.ray) > 1e-6
    not_a_proof = np.eye(problem.rows.size)[-1]  # one factor limit alone forbids nothing
    assert farkas_margin(problem, not_a_proof) <= 0


def test_least_throughput_meets_every_need_with_no_more_than_needed():
    scenario = drawn_scenario(1, plenty=True, struck=False)
    plan = pl.plan(pl.LinearProgram(objective=pl.LeastThroughput(factor=1)), scenario)
    assert plan.status == pl.Status.OPTIMAL
    assert np.allclose(plan.delivery, scenario.needs)
    lean = float((scenario.economy.factors @ plan.activity)[1])
    other = pl.plan(pl.LinearProgram(objective=pl.LeastThroughput(factor=0)), scenario)
    assert lean <= float((scenario.economy.factors @ other.activity)[1]) + 1e-9


def test_a_ray_without_limits_is_unbounded():
    plan = pl.plan(pl.LinearProgram(objective=pl.Ray()), drawn_scenario(2, plenty=True))
    assert plan.status == pl.Status.UNBOUNDED


@settings(max_examples=10)
@given(scenario=scenarios())
def test_prices_and_answers_reach_the_linear_programmes_optimum(scenario):
    best, found = (pl.plan(name, scenario) for name in ("linear_program", "gradient"))
    assert found.status == pl.Status.OPTIMAL
    assert float(found.certificate.error) <= 1.01e-4
    assert float(found.certificate.objective) == pytest.approx(float(best.certificate.objective), abs=1e-3)


@pytest.mark.parametrize("name", ["layered", "scale_free", "modular"])
def test_prices_and_answers_coordinate_larger_economies(name):
    scenario = pl.make_scenario(name, products=200, seed=2)
    best, found = (pl.plan(mechanism, scenario) for mechanism in ("linear_program", "gradient"))
    assert float(found.certificate.objective) == pytest.approx(float(best.certificate.objective), abs=1e-3)


def test_messages_are_counted():
    scenario = pl.make_scenario("three_sector")
    plan = pl.plan("gradient", scenario)
    # 5 inputs, 3 outputs, 3 labour coefficients, 6 needs of two tiers a pass; once, what 3 products answer to one rent
    assert float(plan.messages) == int(plan.rounds) * (5 + 3 + 3 + 2 * 6) + 3 > 3


def test_with_several_techniques_every_party_takes_steps_of_its_own():
    scenario = pl.make_scenario("layered", products=20, techniques=2, seed=0)
    best, found = (pl.plan(mechanism, scenario) for mechanism in ("linear_program", "gradient"))
    e = scenario.economy
    numbers = e.inputs.nonzeros + e.outputs.nonzeros + np.count_nonzero(e.factors)
    numbers += 2 * np.count_nonzero(scenario.needs)  # of two tiers
    assert float(found.messages) == 2 * int(found.rounds) * numbers
    assert found.status == pl.Status.OPTIMAL
    assert float(found.certificate.objective) == pytest.approx(float(best.certificate.objective), abs=1e-3)


def test_orders_and_costs_along_the_chain_take_a_fraction_of_the_rounds():
    # many rounds of steps of their own used to be spent on economies of this size without settling
    for name in ("layered", "scale_free", "modular"):
        plan = pl.plan("gradient", pl.make_scenario(name, products=1000, seed=1))
        assert plan.status == pl.Status.OPTIMAL
        assert int(plan.rounds) < 1400


def test_material_balances_are_the_truncated_series():
    scenario = pl.Scenario.from_arrays([[0.15, 0.25], [0.2, 0.05]], [600.0, 1500.0])
    A, d = scenario.economy.inputs.to_scipy().toarray(), np.array([600.0, 1500.0])
    from planlab.mechanisms.command import Command

    exact, reference_output = pl.gross_output(A, d), np.abs(A).sum(axis=0).max()
    x = d
    for rounds in (1, 2, 3, 6):
        plan = pl.plan(Command(rounds=rounds, inertia=0.0, revised=False), scenario)
        x = d
        for _ in range(rounds):
            x = d + A @ x
        assert np.allclose(plan.activity, x, rtol=1e-12)
        assert np.abs(exact - x).sum() <= reference_output**rounds * np.abs(exact - d).sum() + 1e-9


def test_a_reserve_plans_more_inputs_than_the_norms_and_refills_pipelines_that_ran_empty():
    # in this world a product lives on its stock for a year, reopens slowly, and everything that is only an input falls
    scenario = pl.make_scenario("modular", products=100, weights="equal", seed=1)
    A = scenario.economy.inputs.to_scipy()
    plan = pl.plan(pl.LinearProgram(PLAIN, reserve=0.05), scenario)
    x, y = np.asarray(plan.activity), np.asarray(plan.delivery).sum(axis=1)
    assert (x + np.asarray(scenario.stock) - 1.05 * (A @ x) - y).min() > -1e-6 * x.max()
    assert plan.certificate.objective < pl.plan(pl.LinearProgram(PLAIN), scenario).certificate.objective
    blind = pl.Setting(physics=pl.Physics(rule=pl.IntermediatesFirst()), stores=False)
    planners = (pl.LinearProgram(PLAIN, reserve=r) for r in (0.0, 0.05))
    without, reserved = (pl.simulate(each, scenario, periods=6, seed=1, setting=blind) for each in planners)
    assert pl.score(reserved).need_satisfaction > 0.85
    assert pl.score(without).need_satisfaction < 0.7
    with pytest.raises(ValueError, match=r"reserve is -1; give a number of at least 0"):
        pl.LinearProgram(reserve=-1)


AMPLE = {"inputs": [[0.1, 0.2], [0.3, 0.1]], "needs": [1.0, 2.0], "factors": [[1.0, 1.0]], "limits": [1.0]}


@pytest.mark.parametrize("most", [1e9, 1e12, 1e13, 1e15, np.inf])
@pytest.mark.parametrize(
    ("mechanism", "found"),
    [
        (pl.LinearProgram(objective=PLAIN), 0.3125),
        (pl.VCG(objective=PLAIN), 0.3125),
        (pl.LinearProgram(objective=PLAIN, solver="active_set"), 0.3125),
        (pl.LinearProgram(objective=PLAIN, solver="primal_dual", tolerance=1e-8), 0.3125),
        (pl.LinearProgram(objective=pl.Ray()), 15 / 68),
    ],
    ids=["simplex", "vcg", "active_set", "primal dual", "ray"],
)
def test_a_capacity_that_never_binds_changes_no_plan_however_large_it_is(mechanism, found, most):
    plan = pl.plan(mechanism, pl.Scenario.from_arrays(**AMPLE, capacity=[9.0, most], activity=[1.0, 1e12]))
    assert plan.status == pl.Status.OPTIMAL
    assert float(plan.certificate.objective) == pytest.approx(found, abs=1e-6)
    made = np.asarray(plan.activity)
    left = made - np.asarray(AMPLE["inputs"]) @ made - np.asarray(plan.delivery)[:, 0]
    assert left.min() >= -1e-6
    assert made.sum() <= 1 + 1e-6


@pytest.mark.parametrize(
    ("solver", "more"),
    [
        *((solver, more) for solver in ("auto", "active_set", "policy_iteration") for more in (1.0, 1e3, 1e6)),
        ("auto", 1e9),
    ],
)
def test_frugality_breaks_ties_and_no_more_however_little_of_all_needs_can_be_met(more, solver):
    scenario = pl.Scenario.from_arrays(**(AMPLE | {"needs": [more, 2 * more]}))
    plan = pl.plan(pl.LinearProgram(objective=PLAIN, solver=solver), scenario)
    assert plan.status == pl.Status.OPTIMAL
    np.testing.assert_allclose(plan.activity, [0.75, 0.25], rtol=1e-6)
    assert float(plan.certificate.error) < 1e-6


@pytest.mark.parametrize("more", [1e3, 1e6, 1e9, 1e12])
@pytest.mark.parametrize("solver", ["auto", "active_set", "policy_iteration"])
def test_a_plan_is_called_optimal_only_if_its_own_certificate_says_so(solver, more):
    plan = pl.plan(pl.LinearProgram(solver=solver), pl.Scenario.from_arrays(**(AMPLE | {"needs": [more, 2 * more]})))
    error = float(plan.certificate.error)
    assert (plan.status == pl.Status.OPTIMAL) == (error < 1e-6)
    assert np.asarray(plan.activity).sum() <= 1 + 1e-6


@pytest.mark.parametrize("objective", [pl.CappedNeeds, pl.IsoelasticNeeds, pl.LeastThroughput])
def test_what_a_number_of_an_objective_means_has_to_be_said(objective):
    with pytest.raises(TypeError, match="positional"):
        objective(1.0)
