"""Several techniques per product: as good as simplex, cheap to plan again, and honest where it does not apply."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.economy.scenario import with_parts
from planlab.optimisation import highs, policy_iteration, solvers
from planlab.optimisation.planning_problem import certify
from planlab.planning.plan import Status
from planlab.testing.probes import first_observation


def world(seed, products=60, **parameters):
    scenario = pl.make_scenario(
        ("layered", "scale_free", "modular")[seed % 3],
        products=products,
        seed=seed,
        **{"techniques": 2 + seed % 2, "communities": 1 + seed % 2, "capacity_margin": 3.0, **parameters},
    )
    draw = np.random.default_rng(seed)
    return replace(scenario, urgency=scenario.urgency * jnp.asarray(draw.lognormal(0.0, 0.5, scenario.needs.shape)))


def programme(scenario, objective=None):
    return (objective or pl.CappedNeeds()).problem(first_observation(scenario))


def equals_simplex(problem, tolerance=1e-8):
    """Return what was found, once it is as good as simplex by a certificate that is worked out anew."""
    reference, (found, counts) = highs.solve(problem.linear), policy_iteration.solve(problem, tolerance=tolerance)
    assert reference.status is found.status is Status.OPTIMAL
    plan = problem.to_plan(found.z, found.y, found.status)
    assert certify(problem, plan).error <= tolerance
    assert found.certificate.objective == pytest.approx(float(reference.certificate.objective), rel=10 * tolerance)
    return found, counts


@pytest.mark.parametrize("seed", range(20))
def test_as_good_as_simplex(seed):
    equals_simplex(programme(world(seed, products=(20, 60, 150)[seed // 2 % 3])))


@pytest.mark.parametrize("seed", range(6))
def test_capacities_that_bind(seed):
    scenario = world(seed)
    draw = np.random.default_rng(seed)
    scenario = with_parts(
        scenario, capacity=scenario.capacity * jnp.asarray(draw.uniform(0.15, 0.6, scenario.capacity.shape))
    )
    _, counts = equals_simplex(programme(scenario))
    assert counts.rows > scenario.limits.size


def test_bottlenecks_and_wear():
    for seed in range(3):
        equals_simplex(programme(world(seed, bottlenecks=0.1, depreciation=0.05)))


def test_unequal_numbers_of_techniques_and_a_dominated_one():
    rng = np.random.default_rng(3)
    maker = np.concatenate([np.arange(30), rng.integers(0, 30, 25)])
    inputs = rng.random((30, 55)) * (rng.random((30, 55)) < 0.2) * 0.1
    labour = rng.uniform(0.5, 1.5, 55)
    inputs[:, 54], labour[54] = 1.5 * inputs[:, maker[54]], 1.5 * labour[maker[54]]
    scenario = pl.Scenario.from_arrays(
        inputs=inputs,
        outputs=np.equal.outer(np.arange(30), maker).astype(float),
        needs=rng.uniform(0.5, 2.0, (30, 1)),
        factors=np.stack([labour, rng.random(55)]),
        limits=[12.0, 9.0],
    )
    found, _ = equals_simplex(programme(scenario))
    assert found.z[54] <= 1e-9 * found.z[:55].max()


@pytest.mark.parametrize("products", [60, 2000])
def test_planning_again_takes_less(products):
    scenario = world(0, products)
    first, fresh = policy_iteration.solve(programme(scenario), tolerance=1e-8)
    draw = np.random.default_rng(1)
    changed = with_parts(scenario, needs=scenario.needs * jnp.asarray(draw.lognormal(0.0, 0.05, scenario.needs.shape)))
    problem = programme(changed)
    again, warm = policy_iteration.solve(problem, first.basis, tolerance=1e-8)
    cold, anew = policy_iteration.solve(problem, tolerance=1e-8)
    assert again.certificate.objective == pytest.approx(float(cold.certificate.objective), rel=1e-7)
    assert warm.newton < anew.newton
    assert warm.products < 0.8 * anew.products


def test_same_problem_same_bits():
    problem = programme(world(2))
    (first, _), (second, _) = policy_iteration.solve(problem), policy_iteration.solve(problem)
    np.testing.assert_array_equal(first.z, second.z)
    np.testing.assert_array_equal(first.y, second.y)


def test_a_mistaken_valuation_is_caught():
    problem = programme(world(1))
    found, _ = policy_iteration.solve(problem)
    wrong = found.y.copy()
    wrong[problem.products] *= 1.01
    plan = problem.to_plan(found.z, wrong, found.status)
    assert certify(problem, plan).error > 1e-4


def test_joint_products_and_concave_objectives_are_not_for_it():
    inputs, outputs = np.full((2, 2), 0.1), np.array([[1.0, 0.5], [0.0, 1.0]])
    joint = pl.Scenario.from_arrays(
        inputs=inputs, outputs=outputs, needs=[1.0, 1.0], factors=[[1.0, 1.0]], limits=[1.0]
    )
    assert not policy_iteration.applies(programme(joint))
    assert not policy_iteration.applies(programme(world(0), pl.IsoelasticNeeds()))
    assert solvers.solve(programme(joint), "policy_iteration")[0].how is pl.How.INTERIOR_POINT


def test_stock_beyond_need_is_left_to_the_general_method():
    scenario = world(0)
    scenario = with_parts(scenario, stock=scenario.stock.at[3].set(1e4 * float(scenario.needs.sum())))
    answer, _ = solvers.solve(programme(scenario), "policy_iteration")
    assert answer.solution.status is Status.OPTIMAL
    assert answer.how is pl.How.INTERIOR_POINT


def test_the_automatic_choice_takes_it_and_remembers_valuations():
    problem = programme(world(1, products=600))
    answer, start = solvers.solve(problem)
    assert answer.how is pl.How.POLICY_ITERATION
    again, _ = solvers.solve(problem, start=start)
    assert again.solution.iterations < answer.solution.iterations


@pytest.mark.parametrize(
    "objective", [pl.CappedNeeds(), pl.TieredNeeds()], ids=lambda objective: type(objective).__name__
)
def test_what_is_left_of_techniques_given_up_is_no_activity(objective):
    """Rounding of 1e-53 made a row look wholly short, so that rounds ran out."""
    scenario = pl.make_scenario("modular", products=10_000, communities=1, techniques=2, seed=1)
    solution, counts = policy_iteration.solve(programme(scenario, objective), tolerance=1e-8)
    assert solution.status is Status.OPTIMAL
    assert counts.refinements < 15
    activity = solution.z[: scenario.economy.processes]
    assert activity[activity > 0].min() > 1e-14
