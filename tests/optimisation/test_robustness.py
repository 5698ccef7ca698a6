"""A part of the robustness benchmark: answers right or uncertain wherever numbers are far apart, and no cliffs."""

import pytest

import planlab as pl
from benchmarks.exact import optimum, shortfall
from benchmarks.robustness import SIZES, proved, timed_plans
from planlab.optimisation import highs
from planlab.testing.probes import first_observation


@pytest.mark.parametrize(("what", "decades"), [("units", 12), ("spreads", 6)])
def test_certified_plans_have_the_exact_optimum_whatever_the_numbers(what, decades):
    found = [each for each in (proved(seed, decades, what) for seed in range(100)) if each is not None]
    assert len(found) >= 90
    assert [each for each in found if each.wrong] == []
    assert sum(each.certified for each in found) >= 0.99 * len(found)


def test_beyond_that_they_are_right_or_not_certified():
    found = [proved(seed, 12, "spreads") for seed in range(25)]
    assert [each for each in found if each is not None and each.wrong] == []


def test_stocks_shocks_and_lies_leave_no_small_economy_without_a_certified_plan():
    for size in SIZES:
        table = timed_plans(size, 25)
        assert set(table.status) == {"optimal"}
        assert set(table.how) <= {"simplex", "active set", "closed form", "policy iteration"}
        assert (table.error <= 1e-6).all()


def test_the_exact_optimum_is_that_of_the_known_example():
    factors, limits, capacity = [[1.0, 1.0]], [1.0], [9.0, 1e15]
    world = pl.Scenario.from_arrays([[0.1, 0.2], [0.3, 0.1]], [1.0, 2.0], factors, limits, capacity=capacity)
    problem = pl.CappedNeeds(factor_cost=0.0).problem(first_observation(world))
    assert float(optimum(problem)) == pytest.approx(0.3125, rel=1e-12)
    z = highs.solve(problem.linear).z * problem.column_unit
    assert shortfall(problem.stated, z) < 1e-12
    z[problem.processes :] *= 1.0 + 1e-5
    assert 1e-6 < shortfall(problem.stated, z) < 1e-4
