"""Needs by tiers: the plan of capped needs with one tier, and with several what HiGHS finds, by every solver."""

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from benchmarks.agreement import compared
from benchmarks.tiers import cases
from planlab.economy.scenario import with_parts
from planlab.optimisation.planning_problem import certify
from planlab.optimisation.solvers import Start, solve
from planlab.planning.plan import Status
from planlab.testing.probes import first_observation

ONE = pl.TieredNeeds(pl.Tiers((1.0,), (1.0,)))


def shares(plan, scenario):
    needs = np.asarray(scenario.needs)
    return (np.asarray(plan.delivery) / np.where(needs > 0, needs, np.nan))[needs > 0]


def made(objective, scenario, **how):
    return pl.plan(pl.LinearProgram(objective=objective, **how), scenario)


def test_every_solver_agrees_with_simplex_on_many_economies_and_tiers_of_all_kinds():
    exact = ("active_set", "policy_iteration")
    lines = compared(cases(50), exact) + compared(cases(4), ["primal_dual"])
    assert [failure for line in lines for failure in line.failures] == []
    answered = {line.what: line.tried - line.declined for line in lines}
    assert answered["primal_dual"] == 4
    assert all(answered[name] >= 15 for name in exact)


@pytest.mark.parametrize("solver", ["highs", "active_set", "policy_iteration", "primal_dual"])
def test_one_tier_is_capped_needs_to_the_bit(solver):
    scenario = pl.make_scenario("layered", products=30, communities=3, depreciation=0.1, seed=1)
    capped, one = (made(objective, scenario, solver=solver) for objective in (pl.CappedNeeds(), ONE))
    for part in ("activity", "delivery", "prices", "rents", "investment"):
        np.testing.assert_array_equal(getattr(capped, part), getattr(one, part))


@pytest.mark.parametrize("name", ["layered", "scale_free", "modular"])
def test_two_tiers_end_at_nothing_at_the_floor_or_in_full_but_for_as_many_needs_as_limits(name):
    scenario = pl.make_scenario(name, products=60, communities=2, seed=2)
    s = shares(made(pl.TieredNeeds(), scenario), scenario)
    between = np.abs(s[:, None] - np.array([0.0, 0.5, 1.0])).min(axis=1) > 1e-9
    assert between.sum() <= scenario.limits.size + scenario.economy.processes - 40
    assert between.sum() <= 8
    assert (np.abs(s - 0.5) < 1e-9).any()


def test_the_dear_need_keeps_its_essential_half_by_hand():
    r"""Two needs of 1 that take 1 and 3 hours, of which there are 2.5: the dear half is worth .8 / 1.5, its rest .2."""
    world = {"inputs": np.zeros((2, 2)) + 0.0 * 0.5, "needs": [1.0, 1.0], "factors": [[1.0, 3.0]], "limits": [2.5]}
    scenario = pl.Scenario.from_arrays(**world)
    tiered, capped = (made(x(factor_cost=0.0), scenario) for x in (pl.TieredNeeds, pl.CappedNeeds))
    np.testing.assert_allclose(capped.delivery[:, 0], [1.0, 0.5], atol=1e-9)
    np.testing.assert_allclose(tiered.delivery[:, 0], [1.0, 0.5], atol=1e-9)
    less = with_parts(scenario, limits=jnp.asarray([1.7]))
    tiered, capped = (made(x(factor_cost=0.0), less) for x in (pl.TieredNeeds, pl.CappedNeeds))
    np.testing.assert_allclose(capped.delivery[:, 0], [1.0, 0.7 / 3], atol=1e-9)
    np.testing.assert_allclose(tiered.delivery[:, 0], [0.5, 0.4], atol=1e-9)  # .8 / 1.5 an hour, above .2 / .5
    assert float(tiered.certificate.objective) == pytest.approx(0.5 * 0.8 + 0.5 * 0.8 * 0.8)


def test_a_community_without_needs_and_one_more_column_change_nothing():
    scenario = pl.make_scenario("layered", products=20, communities=2, seed=0)
    seen = first_observation(scenario)
    nobody = with_parts(
        scenario,
        needs=jnp.pad(scenario.needs, ((0, 0), (0, 1))),
        urgency=jnp.pad(scenario.urgency, ((0, 0), (0, 1)), constant_values=1.0),
        population=jnp.append(scenario.population, 5.0),
    )
    problem = pl.TieredNeeds().problem(first_observation(nobody))
    alone = solve(pl.TieredNeeds().problem(seen))[0].solution
    found = solve(problem)[0].solution
    assert found.certificate.objective == pytest.approx(float(alone.certificate.objective), rel=1e-9)
    assert problem.to_plan(found.z, found.y, found.status).delivery.shape == (20, 3)


def test_deliveries_are_levels_filled_in_order_and_too_much_is_seen():
    scenario = pl.make_scenario("layered", products=20, communities=2, seed=0)
    problem = pl.TieredNeeds().problem(first_observation(scenario))
    plan = made(pl.TieredNeeds(), scenario)
    levels = problem.levels.of(np.asarray(plan.delivery), np.zeros(20))
    np.testing.assert_allclose(problem.levels.delivery(levels), plan.delivery, rtol=1e-14)
    first, second = np.split(levels, 2)
    assert (first[second > 0] == problem.levels.most[: first.size][second > 0]).all()
    from dataclasses import replace

    too_much = replace(plan, delivery=1.5 * scenario.needs)
    assert float(certify(problem, too_much).primal) > 0.1


def test_the_next_period_starts_from_the_last_and_what_did_not_move_is_kept():
    scenario = pl.make_scenario("scale_free", products=40, seed=3)
    seen, objective = first_observation(scenario), pl.TieredNeeds()
    before = objective.problem(seen)
    _, start = solve(before, start=Start())
    again = objective.problem(seen, before)
    assert again.levels is before.levels
    assert again.stated.matrix is before.stated.matrix
    other = pl.TieredNeeds(pl.Tiers((0.4, 1.0), (0.8, 0.2))).problem(seen, before)
    assert other.levels is not before.levels
    assert solve(other, start=start)[0].solution.status is Status.OPTIMAL


@pytest.mark.parametrize("mechanism", [pl.Gradient, pl.VCG])
def test_what_is_no_sum_over_needs_is_refused_by_name(mechanism):
    with pytest.raises(TypeError, match=r"^objective is Ray\(.*give pl.CappedNeeds\(\) or pl.TieredNeeds"):
        mechanism(objective=pl.Ray())
    with pytest.raises(TypeError, match="^tiers is 2, which is not of kind Tiers"):
        pl.TieredNeeds(2)
