import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.economy.scenario import with_parts
from planlab.optimisation import active_set, highs
from planlab.testing.probes import first_observation


def tight_world(seed, share=0.95, **parameters):
    """A drawn world in which some capacities bind and no two needs are worth the same."""
    name = ("layered", "scale_free", "modular")[seed % 3]
    scenario = pl.make_scenario(name, seed=seed, **{"products": 60, "weights": "equal"} | parameters)
    draw = np.random.default_rng(seed)
    urgency = scenario.urgency * jnp.asarray(draw.lognormal(0.0, 0.5, scenario.needs.shape))
    capacity = scenario.capacity * jnp.asarray(draw.lognormal(np.log(share), 0.1, scenario.capacity.shape))
    return with_parts(scenario, urgency=urgency, capacity=capacity)


def both(scenario):
    problem = pl.CappedNeeds().problem(first_observation(scenario))
    assert active_set.applies(problem)
    return problem, highs.solve(problem.linear), active_set.solve(problem)


@pytest.mark.parametrize("seed", range(30))
def test_it_finds_the_optimum_that_simplex_finds(seed):
    problem, reference, (found, counts) = both(tight_world(seed, share=(0.8, 0.95, 1.1)[seed // 3 % 3]))
    assert found.certificate.objective == pytest.approx(reference.certificate.objective, rel=1e-8)
    assert found.certificate.error <= 1e-8
    at_capacity = reference.z[: problem.processes] >= problem.linear.upper[: problem.processes] * (1 - 1e-9)
    held = found.basis.held[at_capacity] > 0
    assert counts.rows >= problem.limited.size + (at_capacity.sum() > held.sum())


def test_it_finds_the_optimum_of_a_thousand_products_and_where_capacity_wears_out():
    for scenario in (tight_world(3, share=1.0, products=1000), tight_world(4, share=1.1, depreciation=0.1)):
        _, reference, (found, _) = both(scenario)
        assert found.certificate.objective == pytest.approx(reference.certificate.objective, rel=1e-8)
        assert found.certificate.error <= 1e-8


def test_starting_from_known_rents_finds_the_same_optimum_in_fewer_steps():
    problem, _, (found, fresh) = both(tight_world(6, share=1.1))
    again, warm = active_set.solve(problem, found.basis)
    assert again.certificate.objective == pytest.approx(found.certificate.objective, rel=1e-9)
    assert warm.newton < fresh.newton
    assert warm.rough < fresh.rough / 2


@pytest.mark.parametrize("parameters", [{}, {"techniques": 2}])
@pytest.mark.parametrize("stock", [0.0, 0.2, 50.0])
def test_the_mechanism_takes_it_where_it_applies_and_the_general_method_elsewhere(parameters, stock):
    scenario = tight_world(2, **parameters)
    scenario = with_parts(scenario, stock=stock * scenario.needs.sum(axis=1))
    plans = [pl.plan(pl.LinearProgram(solver=solver, tolerance=1e-8), scenario) for solver in ("highs", "active_set")]
    assert [str(plan.status) for plan in plans] == ["optimal", "optimal"]
    assert plans[0].certificate.objective == pytest.approx(plans[1].certificate.objective, rel=1e-8)


def test_it_plans_year_after_year_and_refuses_unknown_solvers():
    scenario = tight_world(1)
    runs = [pl.simulate(pl.LinearProgram(solver=solver), scenario, periods=3) for solver in ("highs", "active_set")]
    here, there = (pl.score(run).planned_need_satisfaction for run in runs)
    assert here == pytest.approx(there, abs=1e-3)
    with pytest.raises(ValueError, match="solver is 'simplex'; choose one of auto, highs"):
        pl.LinearProgram(solver="simplex")


def test_without_capacities_the_factors_alone_limit():
    scenario = pl.make_scenario("scale_free", products=60, seed=0)
    scenario = with_parts(scenario, capacity=jnp.full_like(scenario.capacity, jnp.inf))
    _, reference, (found, counts) = both(scenario)
    assert found.certificate.objective == pytest.approx(reference.certificate.objective, rel=1e-8)
    assert counts.rows == 4


@pytest.mark.parametrize("name", ["layered", "scale_free"])
def test_hundreds_of_binding_capacities(name):
    scenario = pl.make_scenario(name, products=800, inputs=15, weights="equal", seed=0)
    draw = np.random.default_rng(0)
    urgency = scenario.urgency * jnp.asarray(draw.lognormal(0.0, 0.5, scenario.needs.shape))
    capacity = scenario.capacity * jnp.asarray(draw.lognormal(np.log(0.8), 0.1, scenario.capacity.shape))
    _, reference, (found, counts) = both(with_parts(scenario, urgency=urgency, capacity=capacity))
    assert found.certificate.objective == pytest.approx(reference.certificate.objective, rel=1e-8)
    assert found.certificate.error <= 1e-8
    at_capacity = int((found.basis.held > 0).sum())
    assert at_capacity + counts.rows > 100
    assert at_capacity > counts.rows  # most of them are priced by their product's own needs
