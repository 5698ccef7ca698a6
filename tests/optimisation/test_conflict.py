"""What cannot all be had at once is named: planted conflicts, and what relaxing one of their names does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planlab as pl
from planlab.optimisation import highs
from planlab.planning.plan import Status
from planlab.testing.probes import first_observation

ALL = pl.LinearProgram(objective=pl.LeastThroughput())
GOODS = ("ore", "steel", "bread", "care", "idle")


def village(**changes):
    """Return an economy in which everything is plentiful."""
    world = pl.Scenario.from_arrays(
        inputs=np.array([[0, 0.5, 0, 0, 0], [0, 0, 0.1, 0, 0], [0, 0, 0, 0.1, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0.0]]),
        needs=[0.0, 1.0, 4.0, 3.0, 1.0],
        factors=np.array([[1.0, 1.0, 0.5, 2.0, 0.1], [0.0, 3.0, 0.0, 0.0, 0.0]]),
        limits=[1000.0, 1000.0],
        capacity=np.full(5, 100.0),
        labels=pl.Labels(products=GOODS, processes=GOODS, factors=("hours", "carbon")),
        factor_kinds=("labour", "emissions"),
    )
    return world.replace(**changes) if changes else world


def named(world):
    """Return what conflicts in a world, by kind."""
    plan = pl.plan(ALL, world)
    assert plan.status is Status.INFEASIBLE
    found = pl.conflict(plan, world)
    return {kind: set(getattr(found, kind)) for kind in ("needs", "limits", "capacities") if getattr(found, kind)}


def test_a_capacity_that_is_too_small_is_named_with_the_needs_that_run_into_it():
    assert named(village(capacity={"care": 2.0})) == {"needs": {"care"}, "capacities": {"care"}}
    assert named(village(capacity={"bread": 2.0})) == {
        "needs": {"bread"},
        "capacities": {"bread"},
    }  # with or without care
    assert named(village(capacity={"bread": 4.2})) == {"needs": {"bread", "care"}, "capacities": {"bread"}}
    assert named(village(capacity={"ore": 0.1})) == {"needs": {"steel", "bread", "care"}, "capacities": {"ore"}}


def test_a_limit_that_is_too_tight_is_named_and_others_are_not():
    assert named(village(limits={"carbon": 2.0})) == {"needs": {"steel", "bread", "care"}, "limits": {"carbon"}}
    taken = float(pl.plan(ALL, village()).certificate.objective)
    short = village(limits={"hours": taken - 0.05})  # nobody needs less than that
    assert named(short) == {"needs": {"steel", "bread", "care", "idle"}, "limits": {"hours"}}


def test_a_constraint_of_ones_own_is_named_too():
    world = village().with_laws(pl.Constraint("less bread", of="bread", level=3.0))
    assert named(world) == {"needs": {"bread", "care"}, "limits": {"less bread"}}


def test_the_sentence_names_them():
    world = village(capacity={"care": 2.0})
    said = str(pl.conflict(pl.plan(ALL, world), world))
    assert said == (
        "No plan meets the need of 'care' within the capacity of 'care': at least 33.3 % of that is out of reach. "
        "One of these has to give."
    )


def test_what_is_there_already_counts():
    world = village(capacity={"care": 2.0}, stock={"care": 0.4})
    found = pl.conflict(pl.plan(ALL, world), world)
    assert found.stocks == {"care": pytest.approx(0.4 / 3)}
    assert found.margin == pytest.approx(0.6 / 3)


def test_capacity_that_has_to_be_replaced_is_named():
    world = village(capacity={"steel": 2.0, "care": 0.0}, needs={"steel": 0.0, "bread": 0.0, "care": 0.0, "ore": 1.0})
    worn = world.replace(capital={"steel": {"ore": 1.0}}, depreciation={"ore": 0.5})
    plan = pl.plan(pl.LinearProgram(objective=pl.Ray()), worn)
    found = pl.conflict(plan, worn)
    assert set(found.replacement) == {"steel"}
    assert set(found.capacities) == {"steel"}
    assert not found.needs


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_relaxing_any_one_name_breaks_the_proof_and_what_is_not_named_has_no_part_in_it(seed):
    draw = np.random.default_rng(seed)
    n, k = 6, 2
    A = np.where(draw.random((n, n)) < 0.4, draw.random((n, n)) / n, 0.0)
    F, D = draw.random((k, n)), draw.random(n)
    x = np.linalg.solve(np.eye(n) - A, D)
    ample = {"limits": 3 * F @ x, "capacity": 3 * x}
    planted = draw.integers(n + k)
    part, place = ("limits", planted) if planted < k else ("capacity", planted - k)
    ample[part][place] *= 0.2
    world = pl.Scenario.from_arrays(inputs=A, needs=D, factors=F, **ample)
    found = pl.conflict(pl.plan(ALL, world), world)
    kind, axis = ("limits", "factor") if part == "limits" else ("capacities", "process")
    assert getattr(found, kind).keys() == {f"{axis} {place}"}
    assert not (found.capacities if part == "limits" else found.limits)
    reach = A.T @ np.linalg.inv(np.eye(n) - A).T + np.eye(n)  # what of each product a unit of every other embodies
    takes = F[place] > 0 if part == "limits" else np.arange(n) == place
    assert {f"product {i}" for i in range(n) if (reach[i] * takes > 0).any()} >= set(found.needs)
    ample[part][place] *= 15.0
    relaxed = pl.Scenario.from_arrays(inputs=A, needs=D, factors=F, **ample)
    assert pl.plan(ALL, relaxed).status is Status.OPTIMAL


def test_the_names_are_those_of_highs_irreducible_infeasible_subset():
    world = village(capacity={"bread": 4.2}, limits={"hours": 500.0})
    model = highs.load(ALL.problem(first_observation(world)).linear)
    model.setOptionValue("iis_strategy", 3)
    _, subset = model.getIis()
    assert set(subset.row_index_) == {2, 3}  # the balances of bread and care
    assert 2 in set(subset.col_index_)  # the capacity of bread
    assert named(world)["needs"] == {"bread", "care"}


def test_a_plan_without_a_ray_has_no_conflict():
    with pytest.raises(ValueError, match="The plan is optimal and has no Farkas ray; give one that is infeasible"):
        pl.conflict(pl.plan(ALL, village()), village())
    tight = village(capacity={"care": 2.0})
    with pytest.raises(ValueError, match="give the one that the plan was made for"):
        pl.conflict(pl.plan(ALL, tight), village())
