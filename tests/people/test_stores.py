"""The users' stores are planned for like one more community."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.economy.need_weights import need_weights
from planlab.people.stores import gap, with_stores, without_stores
from planlab.scoring.series import per_period
from planlab.testing.probes import first_observation
from planlab.testing.worlds import drawn_scenario

A = np.array([[0.1, 0.4], [0.2, 0.0]])
TWO = pl.Scenario.from_arrays(inputs=A, needs=[4.0, 2.0], capacity=[20.0, 20.0], stock=[3.0, 0.5], activity=[10.0, 5.0])
WORLD = pl.make_scenario("layered", products=40, seed=1)
BOTH = {"behaviour": pl.Embellish(1.1), "channel": pl.Hierarchy(levels=3)}


def seen(inventory, target=(10.0, 5.0), scenario=TWO):
    """Return what is seen when so much lies in store, with a cover of two months."""
    first = first_observation(scenario)
    producers = replace(first.producers, _inventory=jnp.asarray(inventory))
    last = replace(first.last, target=jnp.asarray(target))
    return replace(first, inventory=jnp.asarray(inventory), producers=producers, last=last)


def test_what_stores_lack_by_hand():
    # two months of (10, 5): 1/6 of .1 * 10, .4 * 5 and .2 * 10, of which some is there
    rows, columns = (np.asarray(part) for part in (TWO.economy.inputs.rows, TWO.economy.inputs.columns))
    there = {(0, 0): 0.1, (0, 1): 1.0, (1, 0): 0.25}
    inventory = np.array([there[place] for place in zip(rows.tolist(), columns.tolist(), strict=True)])
    np.testing.assert_allclose(gap(seen(inventory)), [1 / 6 - 0.1, 2 / 6 - 0.25], atol=1e-12)
    np.testing.assert_allclose(gap(seen(inventory, (30.0, 5.0))), [2 / 6 - 0.1, 4 / 6 - 0.25], atol=1e-12)
    assert (np.asarray(gap(first_observation(TWO))) == 0).all()


def test_finished_goods_count_beyond_a_buffer():
    both = with_stores(first_observation(TWO))
    np.testing.assert_allclose(both.buffer, [10 / 6, 0.5])
    np.testing.assert_allclose(both.stock, [3 - 10 / 6, 0.0], atol=1e-12)


def test_stores_are_the_last_community_and_can_be_taken_away_again():
    plain = first_observation(WORLD)
    both = with_stores(plain)
    assert both.stores
    assert both.needs.shape[1] == plain.needs.shape[1] + 1
    assert both.people == plain.people == WORLD.communities
    again = without_stores(both)
    for name in ("needs", "urgency", "population", "stock"):
        np.testing.assert_allclose(getattr(again, name), getattr(plain, name))
    assert not again.stores


def test_peoples_weights_are_what_they_were():
    s = drawn_scenario(3)
    lacking = np.linspace(0, 1, s.needs.shape[0])[:, None]
    needs = np.concatenate([s.needs, lacking], axis=1)
    urgency = np.concatenate([s.urgency, np.ones_like(lacking)], axis=1)
    population = np.append(s.population, 5.0 * np.sum(s.population))
    weights = need_weights(needs, urgency, population, np, stores=True)
    alone = need_weights(np.asarray(s.needs), np.asarray(s.urgency), np.asarray(s.population), np)
    np.testing.assert_allclose(weights[:, :-1], alone)
    assert weights[:, -1].sum() == pytest.approx(5.0)


@pytest.mark.parametrize("mechanism", ["command", "gradient", "linear_program", "proportional_share"])
def test_where_stores_are_full_they_change_nothing(mechanism):
    blind, looks = (
        pl.simulate(mechanism, WORLD.replace(stock=None), 1, setting=pl.Setting(stores=stores)).plan
        for stores in (False, True)
    )
    tolerance = 1e-9 if mechanism in ("command", "linear_program") else 1e-4  # dialogues end near
    np.testing.assert_allclose(looks.activity, blind.activity, rtol=tolerance, atol=tolerance)
    assert looks.delivery.shape == blind.delivery.shape == (1, 40, WORLD.communities)


@pytest.mark.parametrize(
    ("mechanism", "years"),
    [("command", 6), ("gradient", 4), ("malinvaud_dreze_poussin", 4), ("linear_program", 4)],
)
def test_an_economy_that_was_lied_to_goes_on(mechanism, years):
    def met(years, **dials):
        return per_period(pl.simulate(mechanism, WORLD, years, setting=pl.Setting(**dials)))["need_satisfaction"][-1]

    honest = met(2)
    assert met(years, **BOTH, replans=4) > 0.9 * honest
    if mechanism != "command":
        blind = pl.Physics(rule=pl.IntermediatesFirst())
        assert met(years, **BOTH, replans=4, stores=False, physics=blind) < 0.7 * honest


def test_empty_stores_make_no_plan_infeasible():
    emptied = with_stores(seen(np.zeros(WORLD.economy.inputs.nonzeros), WORLD.activity, WORLD))
    for objective in (pl.CappedNeeds(), pl.TieredNeeds(), pl.Ray()):
        planner = pl.LinearProgram(objective=objective)
        _, plan = planner.plan(planner.init(emptied, None), emptied.only(planner.sees), None)
        assert plan.status == pl.Status.OPTIMAL
        assert plan.delivery[:, -1].sum() > 0.5 * float(np.asarray(emptied.refill).sum())


def test_hidden_stores_are_a_gap_that_is_not_there():
    full = np.asarray(first_observation(WORLD).inventory)
    t = np.asarray(WORLD.activity)
    assert not np.asarray(gap(seen(full, t, WORLD))).any()
    imagined = np.asarray(gap(seen(0.5 * full, t, WORLD)))
    np.testing.assert_allclose(imagined, np.asarray(WORLD.economy.inputs.sum_rows(0.5 * full)))


def test_a_static_world_has_no_stores():
    run = pl.simulate("linear_program", WORLD, 2, physics=pl.Frictionless())
    other = pl.simulate("linear_program", WORLD, 2, setting=pl.Setting(physics=pl.Frictionless(), stores=False))
    np.testing.assert_array_equal(run.plan.activity, other.plan.activity)
