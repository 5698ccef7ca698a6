"""What a planner of one year builds."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import planlab as pl
from planlab.economy.scenario import with_parts
from planlab.optimisation.planning_problem import certify
from planlab.people.observation import NotSeen
from planlab.planning.plan import Status
from planlab.scoring.closing import closing_plan
from planlab.simulation.runner import Runner, keys_of
from planlab.testing.probes import first_observation
from planlab.testing.worlds import drawn_scenario

ALL = (pl.ReplaceWorn(), pl.ReplaceUsed(), pl.BuildAhead())
OBJECTIVES = (pl.TieredNeeds(), pl.CappedNeeds(), pl.Ray(), pl.LeastThroughput(), pl.IsoelasticNeeds())


def workshop(capacity=20.0, hours=100.0, **path):
    """Ten units are needed, twenty next year; a unit of capacity takes one to build and half of it wears out."""
    world = pl.Scenario.from_arrays(
        inputs=[[0.0]], needs=[10.0], factors=[[1.0]], limits=[hours], capacity=[capacity], capital=[[1.0]],
        depreciation=[0.5], activity=[10.0],
    )  # fmt: skip
    return world.with_laws(pl.Transition(**({"needs": 2.0, "tightening": 0.0, "years": 2} | path)))


def announced(world, planner, **dials):
    """Return what a planner sees of a world's first year, with what is announced to it."""
    setting = pl.Setting(stores=False, **dials).announced_to(planner)
    return Runner(world, setting, keys_of(world.name, 0)).start()[-1]


def made(world, investment, objective=pl.TieredNeeds()):  # noqa: B008 - frozen
    """Return the programme of the first year and its plan."""
    planner = pl.LinearProgram(objective, investment=investment)
    seen = announced(world, planner).only(planner.sees)
    return planner.problem(seen), planner.plan(planner.init(seen, None), seen, None)[1]


@pytest.mark.parametrize(
    ("investment", "capacity", "hours", "built"),
    [
        (pl.ReplaceWorn(), 20.0, 100.0, 10.0),  # half of twenty
        (pl.ReplaceUsed(), 20.0, 100.0, 10.0),  # x = 10 + x / 2
        (pl.ReplaceUsed(), 40.0, 100.0, 10.0),  # whatever lies idle
        (pl.BuildAhead(), 40.0, 100.0, 20.0),  # next year x = 20 + x / 2 takes 40, and 20 are left
        (pl.BuildAhead(0.25), 40.0, 100.0, 5.0),
        (pl.BuildAhead(), 100.0, 100.0, 0.0),  # enough is left
        (pl.BuildAhead(), 20.0, 100.0, 10.0),  # 30 are lacking, and ten can be made besides what is needed
        (pl.BuildAhead(), 40.0, 28.0, 8.0),  # next year no more than 28 can work
    ],
)
def test_by_hand(investment, capacity, hours, built):
    _, plan = made(workshop(capacity, hours), investment)
    assert plan.investment == pytest.approx([built])
    assert plan.delivery == pytest.approx(np.array([[10.0]]))
    assert plan.activity == pytest.approx([10.0 + built])


def test_what_wears_out_is_replaced_before_the_dispensable_half_of_a_need():
    _, plan = made(workshop(20.0, 16.0), pl.ReplaceWorn())
    assert plan.investment == pytest.approx([10.0])
    assert plan.delivery == pytest.approx(np.array([[6.0]]))


def test_what_tightens_next_year_is_not_built_for():
    _, plan = made(workshop(40.0, 60.0, tightening=0.5), pl.BuildAhead())
    assert plan.investment == pytest.approx([10.0])  # thirty hours are announced


def test_without_an_announcement_next_year_is_like_this_one():
    planner = pl.LinearProgram(investment=pl.BuildAhead())
    seen = first_observation(workshop(30.0)).only(planner.sees)
    _, plan = planner.plan(planner.init(seen, None), seen, None)
    assert plan.investment == pytest.approx([5.0])  # x = 10 + x / 2 takes 20, and 15 are left


def test_what_is_under_construction_is_not_built_again():
    slow = workshop(40.0).with_laws(*workshop().laws, pl.Gestation(2))
    slow = with_parts(slow, building=np.array([[12.0]]))
    _, plan = made(slow, pl.BuildAhead())
    assert plan.investment == pytest.approx([8.0])


@pytest.mark.parametrize("replans", [1, 4])
def test_a_year_builds_what_is_lacking_however_often_it_is_planned(replans):
    setting = pl.Setting(physics=pl.Frictionless(), replans=replans, stores=False)
    run = pl.simulate(pl.LinearProgram(investment=pl.BuildAhead()), workshop(60.0), 1, setting=setting)
    assert np.asarray(run.outcome.capacity) == pytest.approx(np.array([[40.0]]))


def test_whoever_replaces_what_it_uses_lets_the_rest_go():
    setting = pl.Setting(physics=pl.Frictionless())
    idle = workshop(40.0, needs=1.0)
    run = pl.simulate(pl.LinearProgram(investment=pl.ReplaceUsed()), idle, 12, setting=setting)
    assert np.asarray(run.outcome.capacity)[-1] == pytest.approx([20.0], rel=1e-3)
    assert np.asarray(run.outcome.delivery) == pytest.approx(np.full((12, 1, 1), 10.0))


@given(seed=st.integers(0, 40))
def test_upkeep_is_the_wear_of_what_is_used(seed):
    world = drawn_scenario(seed, wear=0.2, struck=False)
    _, plan = made(world, pl.ReplaceUsed())
    built = np.diff(world.economy.capital.to_scipy().indptr) > 0
    worn = np.where(built, np.asarray(world.economy.depreciation) * plan.activity, 0.0)
    assert plan.investment == pytest.approx(worn)
    e, x = world.economy, plan.activity
    net = np.asarray(world.stock) + np.asarray(e.outputs @ x - e.inputs @ x - e.capital @ plan.investment)
    assert (net >= plan.delivery.sum(axis=1) - 1e-7 * (1 + np.abs(net))).all()


@given(seed=st.integers(0, 40))
def test_in_the_best_stationary_state_all_build_alike(seed):
    """Nothing is idle and nothing changes: what wears out is what is used and what will be lacking."""
    world = drawn_scenario(seed, wear=0.2, struck=False)
    best = closing_plan(world, pl.simulate("standstill", world, 1).state(0))
    resting = with_parts(world, capacity=np.maximum(best.capacity, 1e-9), stock=0.0 * world.stock)
    worn, used, ahead = (made(resting, investment)[1] for investment in ALL)
    for other in (used, ahead):
        assert other.investment == pytest.approx(worn.investment, rel=1e-4, abs=1e-6)
        assert other.delivery == pytest.approx(worn.delivery, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda part: type(part).__name__)
@pytest.mark.parametrize("investment", [*ALL[:2], pl.BuildAhead(0.25)], ids=lambda part: type(part).__name__)
def test_every_objective_is_certified_with_every_investment(investment, objective):
    problem, plan = made(workshop(40.0), investment, objective)
    assert plan.status == Status.OPTIMAL
    assert certify(problem, plan).error < 1e-5
    assert (plan.delivery >= 10.0 - 1e-4).all()


def test_building_less_than_upkeep_is_found_out():
    problem, plan = made(drawn_scenario(2, wear=0.2, struck=False), pl.ReplaceUsed())
    assert certify(problem, plan).error < 1e-6
    assert certify(problem, replace(plan, investment=0.5 * plan.investment)).error > 1e-4


def test_only_who_builds_ahead_is_told_of_next_year():
    assert [pl.LinearProgram(investment=each).looks_ahead for each in ALL] == [0, 0, 1]
    blind = pl.LinearProgram()
    seen = announced(workshop(), blind, horizon=1).only(blind.sees)
    ahead = pl.LinearProgram(investment=pl.BuildAhead())
    with pytest.raises(NotSeen, match="forecast"):
        ahead.plan(ahead.init(seen, None), seen, None)


def test_what_is_no_investment_is_refused():
    with pytest.raises(TypeError, match="investment"):
        pl.LinearProgram(investment="used")


def test_in_a_transition_idle_capacity_is_better_scrapped_and_what_is_coming_better_built():
    world = pl.make_scenario("transition", products=30, seed=1, hit=0.0)
    runs = [pl.simulate(pl.LinearProgram(investment=investment), world, 8) for investment in ALL]
    worn, used, ahead = (pl.score(run).needs_met for run in runs)
    assert worn + 0.02 < used < ahead - 0.01
