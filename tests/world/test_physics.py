"""The physics: hand-worked numbers and laws, for every rationing rule."""

from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given

import planlab as pl
from planlab.economy.scenario import with_parts
from planlab.testing import drawn_scenario, scenarios
from planlab.testing.worlds import PROCESSES
from planlab.world.physics import Physics, opening

RULES = [
    pl.IntermediatesFirst(),
    pl.HouseholdsFirst(),
    pl.Proportional(),
    pl.PrioritySectors(jnp.arange(PROCESSES) < 3),
    pl.ByPlan(),
    pl.ByPlan(ranks=pl.Proportional()),
]


@eqx.filter_jit
def run(world, *arguments):
    return world(*arguments)


def execute(scenario, plan, rule=RULES[0], claimed=None, **physics):
    world, e = Physics(rule=rule, **physics), scenario.economy
    claimed = e.inputs.values if claimed is None else claimed
    return run(world, opening(scenario, world), plan, claimed)


def marked(scenario):
    """Return the scenario with a service that cannot be stored, and two products that are not critical."""
    n = scenario.economy.products
    return scenario.replace(stored=np.arange(n) % 3 > 0, critical=np.arange(n) % 4 > 1)


def consistent(scenario, share=1.0):
    """Return the scenario's opening activity as a plan, and everything it leaves over promised to communities."""
    e, x = scenario.economy, scenario.activity * share
    net = jnp.maximum(e.outputs @ x - e.inputs @ x, 0.0)
    total = scenario.needs.sum(axis=1)
    return pl.Plan(activity=x, delivery=scenario.needs * (net / total)[:, None])


@pytest.mark.parametrize("rule", RULES, ids=repr)
@given(scenario=scenarios(struck=False, wear=0.0))
def test_an_honest_consistent_plan_with_filled_inventories_is_delivered_in_full(rule, scenario):
    scenario = with_parts(scenario, limits=jnp.full_like(scenario.limits, jnp.inf), stock=0 * scenario.stock)
    scenario = with_parts(scenario, capacity=jnp.full_like(scenario.capacity, jnp.inf))
    plan = consistent(scenario)
    _, outcome = execute(scenario, plan, rule)
    assert np.allclose(outcome.delivery, plan.delivery, rtol=1e-9)
    assert np.allclose(outcome.activity, plan.activity, rtol=1e-9)


@pytest.mark.parametrize("rule", RULES, ids=repr)
@given(scenario=scenarios())
def test_goods_are_conserved_and_nobody_gets_more_than_ordered(rule, scenario):
    plan = replace(consistent(scenario, 1.5), investment=0.1 * scenario.activity)
    _, o = execute(scenario, plan, rule, claimed=1.3 * scenario.economy.inputs.values, decay=0.05)
    left = o.closing + o.delivery.sum(axis=1) + o.used + o.invested + o.decayed
    assert np.allclose(o.opening + o.made, left, rtol=1e-9)
    assert (o.delivery <= plan.delivery * (1 + 1e-12)).all()
    assert (o.investment <= plan.investment * (1 + 1e-12)).all()
    assert (o.activity <= plan.activity * (1 + 1e-12)).all()
    assert (o.activity <= scenario.capacity * (1 + 1e-12)).all()
    assert (o.factor_use <= scenario.limits * (1 + 1e-12)).all()


@pytest.mark.parametrize("rule", RULES, ids=repr)
@given(scenario=scenarios())
def test_goods_are_conserved_with_services_slow_orders_and_overproduction(rule, scenario):
    scenario = marked(scenario).with_laws(pl.Disaster(0.5, start=2, months=3, recovery=2))
    plan = replace(consistent(scenario, 1.5), investment=0.1 * scenario.activity)
    ario = {"restoration": 2.5, "overproduction": 0.25, "overproduction_time": 3.0, "decay": 0.05}
    world = Physics(rule=rule, **ario)
    start = scenario.laws[-1].shock(opening(scenario, world), None)
    state, o = run(world, start, plan, 1.3 * scenario.economy.inputs.values)
    left = o.closing + o.delivery.sum(axis=1) + o.used + o.invested + o.decayed
    assert np.allclose(o.opening + o.made, left, rtol=1e-9)
    for part in jax.tree.leaves(o):
        assert (np.asarray(part) >= 0).all()
    stored = np.asarray(scenario.economy.stored)
    assert not np.asarray(state.inventory)[~stored[scenario.economy.inputs.rows]].any()
    assert (o.activity <= scenario.capacity * 1.25 * (1 + 1e-12)).all()
    assert (o.factor_use <= scenario.limits * (1 + 1e-12)).all()


@given(scenario=scenarios(plenty=True, struck=False))
def test_without_shortage_all_rules_agree(scenario):
    plan = consistent(scenario, 0.9)
    received = [execute(scenario, plan, rule)[1].delivery for rule in RULES]
    for other in received[1:]:
        assert np.allclose(received[0], other, rtol=1e-12)


def two_sectors(**changes):
    """Return a farm that feeds itself and a mill that grinds its corn; one community eats flour."""
    settings = {"inputs": [[0.0, 0.5], [0.0, 0.0]], "needs": [0.0, 12.0], "activity": [6.0, 12.0]} | changes
    return pl.Scenario.from_arrays(**settings)


def test_a_shortage_of_corn_by_hand():
    # the mill starts with two months of corn (1.0); the farm delivers .25 a month, half of what is milled
    plan = pl.Plan(activity=jnp.array([3.0, 12.0]), delivery=jnp.array([[0.0], [12.0]]))
    _, outcome = execute(two_sectors(), plan)
    # corn to mill: 1.0 at the start and .25 after each of the first eleven months = 3.75, that is 7.5 of flour
    assert np.isclose(outcome.activity[1], 7.5)
    assert np.isclose(outcome.delivery[1, 0], 7.5)
    assert np.isclose(outcome.closing[0], 0.25)


def from_empty_stores(rule, **physics):
    """Return what becomes of a plan for months of .5 corn and 1 flour where the mill has no corn."""
    world, scenario = Physics(rule=rule, **physics), two_sectors()
    months = world.sub_periods
    plan = pl.Plan(activity=jnp.array([0.5, 1.0]) * months, delivery=jnp.array([[0.0], [1.0]]) * months)
    empty = opening(scenario, Physics())
    return run(world, replace(empty, inventory=0 * empty.inventory), plan, scenario.economy.inputs.values)


def test_by_plan_a_user_that_stands_still_keeps_its_claim_by_hand():
    # it gets the .5 that there is; reopens at .25 of its target, which takes .125; two months of cover are 1
    state, outcome = from_empty_stores(pl.ByPlan(), sub_periods=2)
    np.testing.assert_allclose(outcome.months.orders[:, 0], [1.0, 1.0 - 0.375])
    np.testing.assert_allclose(state.inventory, [0.875])
    # by orders it asks for two months of the quarter that it can make, which it has
    state, outcome = from_empty_stores(pl.IntermediatesFirst(), sub_periods=2)
    np.testing.assert_allclose(outcome.months.orders[:, 0], [1.0, 0.0])
    np.testing.assert_allclose((state.inventory[0], state.stock[0]), [0.375, 0.5])


def test_by_plan_nobody_orders_more_than_the_allotment_due_by_hand():
    # a year's flour takes 6 of corn, filling the store 1: a twelfth of 7 is due after a month, .5 of it is there
    orders = from_empty_stores(pl.ByPlan())[1].months.orders[:, 0]
    np.testing.assert_allclose(orders[:2], [7 / 12, min(14 / 12 - 0.5, 1.0 - 0.375)])
    assert from_empty_stores(pl.IntermediatesFirst())[1].months.orders[0, 0] == 1.0


def test_by_plan_what_is_short_is_shared_in_proportion_to_what_is_still_allotted():
    # a farm's corn goes to two mills, one planned for three times as much as the other; the farm makes half of it
    scenario = pl.Scenario.from_arrays(
        inputs=[[0.0, 0.5, 0.5], [0.0] * 3, [0.0] * 3], needs=[0.0, 3.0, 9.0], activity=[6.0, 3.0, 9.0]
    )
    world = Physics(rule=pl.ByPlan())
    empty = opening(scenario, world)
    plan = pl.Plan(activity=jnp.array([3.0, 3.0, 9.0]), delivery=scenario.needs)
    state, outcome = run(world, replace(empty, inventory=0 * empty.inventory), plan, scenario.economy.inputs.values)
    received = np.asarray(state.inventory) + 0.5 * np.asarray(outcome.activity[1:])
    np.testing.assert_allclose(received, [3.0 / 4, 9.0 / 4])


def test_a_rule_within_a_rule_must_be_one():
    with pytest.raises(TypeError, match="ranks"):
        pl.ByPlan(ranks="households_first")


def test_ramps_limit_how_fast_activity_grows():
    plan = pl.Plan(activity=jnp.array([0.0, 24.0]), delivery=jnp.zeros((2, 1)))
    scenario = two_sectors(inputs=[[0.0, 0.0], [0.0, 0.0]])
    _, outcome = execute(scenario, plan, ramp=0.1)
    months = np.minimum(2.0, 1.0 * 1.1 ** np.arange(1, 13))
    assert np.isclose(outcome.activity[1], months.sum())


def test_capacity_wears_out_and_grows_by_investment():
    scenario = two_sectors(
        inputs=[[0.0, 0.0], [0.0, 0.0]],
        capacity=[10.0, 20.0],
        capital=[[0.0, 0.0], [0.0, 2.0]],
        depreciation=[0.1, 0.25],
    )
    plan = pl.Plan(
        activity=jnp.array([0.0, 12.0]), delivery=jnp.array([[0.0], [2.0]]), investment=jnp.array([3.0, 4.0])
    )
    state, outcome = execute(scenario, plan)
    assert np.allclose(outcome.investment, [0.0, 4.0])  # nothing builds farms
    assert np.allclose(pl.Gestation().step(state, outcome, jax.random.key(0)).capacity, [9.0, 19.0])
    assert np.isclose(outcome.invested[1], 8.0)


def test_stock_perishes():
    scenario = two_sectors(inputs=[[0.0, 0.0], [0.0, 0.0]], stock=[8.0, 0.0])
    _, outcome = execute(scenario, pl.Plan(jnp.zeros(2), jnp.zeros((2, 1))), decay=0.5, sub_periods=3)
    assert np.isclose(outcome.stock[0], 1.0)
    assert np.isclose(outcome.decayed[0], 7.0)


def test_who_pads_requests_hoards():
    scenario = drawn_scenario(3, plenty=True, struck=False)
    plan = consistent(scenario, 0.5)
    honest, padded = (
        execute(scenario, plan, claimed=factor * scenario.economy.inputs.values)[0].inventory.sum()
        for factor in (1.0, 1.5)
    )
    assert padded > 1.2 * honest


def test_delivery_is_differentiable_in_capacity():
    scenario = drawn_scenario(4, struck=False)
    plan = consistent(scenario, 2.0)

    def delivered(capacity):
        return execute(with_parts(scenario, capacity=capacity), plan)[1].delivery.sum()

    slope = jax.grad(delivered)(0.5 * scenario.capacity)
    assert np.isfinite(slope).all()
    assert (np.asarray(slope) != 0).any()


@pytest.mark.parametrize("mechanism", [pl.LinearProgram, pl.VCG])
def test_carried_out_at_a_stroke_a_plan_that_balances_keeps_what_it_promised(mechanism):
    scenario = pl.make_scenario("layered", products=60, weights="equal", seed=0)
    run = pl.simulate(mechanism(pl.CappedNeeds()), scenario, periods=1, physics=pl.Frictionless())
    assert pl.score(run).need_satisfaction == pytest.approx(0.9, abs=1e-6)


def test_gaps_are_restored_over_the_months_that_are_given_by_hand():
    # of 1 that two months take, 1 is missing: all of it is asked for at once, or a quarter
    at_once, slowly = (from_empty_stores(pl.ByPlan(), sub_periods=2, restoration=by) for by in (1.0, 4.0))
    np.testing.assert_allclose(at_once[1].months.orders[0, 0], 1.0)
    np.testing.assert_allclose(slowly[1].months.orders[0, 0], 0.25)
    # then a quarter of 1 flour is made: what it takes, .125, is asked for, and a quarter of what was missing before
    np.testing.assert_allclose(slowly[1].months.orders[1, 0], 0.125 + (1.0 - 0.25) / 4)


def test_overproduction_by_hand():
    # capacity is half of what is ordered; a fifth of what lacks of .25 sets in each month, by the share not delivered
    scenario = pl.Scenario.from_arrays(inputs=[[0.0]], needs=[12.0], capacity=[6.0], activity=[6.0])
    plan = pl.Plan(activity=jnp.array([12.0]), delivery=jnp.array([[12.0]]))
    _, outcome = execute(scenario, plan, sub_periods=3, overproduction=0.25, overproduction_time=5.0)
    made, ordered, alpha, expected = 0.0, 0.0, 0.0, []
    for _ in range(3):
        expected.append(2.0 * (1 + alpha))
        ordered += 4.0
        short = (ordered - made - expected[-1]) / (ordered - made)
        made += expected[-1]
        alpha += (0.25 - alpha) * short / 5
    np.testing.assert_allclose(outcome.months.activity[:, 0], expected)


def test_overproduction_speeds_recovery():
    scenario = pl.make_scenario("layered", products=24, seed=0)
    tight = scenario.replace(capacity=scenario.activity).with_laws(pl.Disaster(0.3, start=0, months=12))
    lost = [
        float(np.asarray(pl.simulate("standstill", tight, 2, physics=physics).outcome.delivery).sum())
        for physics in (Physics(), Physics(overproduction=0.25), Physics(overproduction=0.25, overproduction_time=2.0))
    ]
    assert lost[0] < lost[1] < lost[2]


def test_a_service_is_made_and_used_at_once_by_hand():
    # a quarter of each month's 2 cleaning is ordered by the mill; nothing lies anywhere, and what is left is gone
    scenario = two_sectors(stored=[False, True], stock=[0.0, 0.0])
    plan = pl.Plan(activity=jnp.array([12.0, 12.0]), delivery=jnp.array([[0.0], [12.0]]))
    state, outcome = execute(scenario.replace(activity=[12.0, 12.0]), plan)
    np.testing.assert_allclose(outcome.opening, 0.0)
    np.testing.assert_allclose(outcome.delivery[1, 0], 12.0)
    np.testing.assert_allclose([outcome.used[0], outcome.decayed[0], outcome.closing[0]], [6.0, 6.0, 0.0])
    assert not np.asarray(state.inventory).any()


def test_a_critical_service_that_falls_short_stops_its_users_in_the_same_month_and_another_does_not():
    plan = pl.Plan(activity=jnp.array([3.0, 12.0]), delivery=jnp.array([[0.0], [12.0]]))
    _, stopped = execute(two_sectors(stored=[False, True]), plan)
    _, goes_on = execute(two_sectors(stored=[False, True], critical=[False, True]), plan)
    np.testing.assert_allclose(stopped.activity[1], 6.0)
    np.testing.assert_allclose((goes_on.activity[1], goes_on.used[0]), (12.0, 3.0))


def test_what_is_not_critical_stops_nobody_and_is_used_as_far_as_it_is_there():
    plan = pl.Plan(activity=jnp.array([3.0, 12.0]), delivery=jnp.array([[0.0], [12.0]]))
    _, outcome = execute(two_sectors(critical={"0": False, "1": True}), plan)
    # 1.0 at the start and .25 after each of the first eleven months
    np.testing.assert_allclose((outcome.activity[1], outcome.used[0]), (12.0, 3.75))


def test_services_need_no_stores_when_all_stores_are_lost():
    scenario = pl.make_scenario("layered", products=24, seed=0)
    bare = scenario.with_laws(pl.LostStores(1.0))
    services = bare.replace(stored=np.zeros(24, bool))
    stores, none = (np.asarray(pl.simulate("standstill", w, 1).outcome.activity).sum() for w in (bare, services))
    np.testing.assert_allclose(none, scenario.activity.sum(), rtol=1e-9)
    assert stores < 0.9 * none
