"""A world on its way from one basket of needs to another."""

import numpy as np
import pytest

import planlab as pl
from planlab.economy.capital import with_capital
from planlab.scoring.bounds import clairvoyant

WORLD = pl.make_scenario("transition", products=60, seed=1, hit=0.0)


def law(scenario):
    return next(each for each in scenario.laws if isinstance(each, pl.Transition))


def test_multiples_are_lognormal_and_keep_the_mean_of_what_is_needed():
    scenario = pl.make_scenario("transition", products=2000, sigma=0.7, hit=0.0)
    needed = np.asarray(scenario.needs).any(axis=1)
    multiples = np.asarray(law(scenario).needs)
    assert multiples[needed].mean() == pytest.approx(1.0)
    assert np.log(multiples[needed]).std() == pytest.approx(0.7, rel=0.05)
    assert (multiples[~needed] == 1).all()


def test_announcements_err_by_the_root_of_their_lead_and_are_right_on_average():
    revisions = np.asarray(law(pl.make_scenario("transition", products=3000, error=0.1, hit=0.0)).revisions)
    told = np.exp(-np.cumsum(revisions[1:], axis=0))  # announced over what comes, in the opening year
    np.testing.assert_allclose(told.mean(axis=1), 1.0, atol=0.03)
    np.testing.assert_allclose(np.log(told).std(axis=1), 0.1 * np.sqrt(np.arange(1, 10)), rtol=0.06)
    assert law(WORLD).revisions is None


def test_what_is_drawn_beside_the_needs_does_not_change_them():
    other = pl.make_scenario("transition", products=60, seed=1, error=0.2, hit=0.3, severity=0.5)
    np.testing.assert_array_equal(law(other).needs, law(WORLD).needs)


def test_hits_take_capacity_when_nobody_expects_it():
    scenario = pl.make_scenario("transition", products=60, hit=0.2, severity=0.4, year=3, length=2)
    shocks = np.array([scenario.shocks.capacity_at(t) for t in range(7)])
    assert (shocks[[0, 1, 2, 5, 6]] == 1).all()
    assert (shocks[3:5] == 0.6).mean() == pytest.approx(0.2)
    assert not WORLD.laws[1:]


def test_to_go_on_as_before_loses_clearly_and_a_perfect_planner_is_short_of_all_needs():
    bound = clairvoyant(WORLD, 10).needs_met
    met = {name: pl.score(pl.simulate(name, WORLD, 10)).needs_met for name in ("standstill", "receding_horizon")}
    assert 0.93 < bound < 0.98
    assert met["standstill"] < met["receding_horizon"] - 0.05 < bound - 0.06


@pytest.mark.parametrize("base", ["us-2021-15", pl.load_table("us-2021-15")], ids=["by name", "as a scenario"])
def test_a_table_builds_what_its_investment_bought_and_nobody_needs_that_beside(base):
    table, scenario = pl.load_table("us-2021-15"), pl.make_scenario("transition", base=base, hit=0.0)
    bought = np.asarray(table.needs)[:, 1]
    assert (np.asarray(scenario.needs)[:, 1] == 0).all()
    K, c = scenario.economy.capital.to_scipy().toarray(), np.asarray(scenario.capacity)
    uses = np.asarray(table.economy.inputs.to_scipy().sum(axis=0)).ravel() > 0
    np.testing.assert_allclose(
        K[:, uses] / K[:, uses].sum(axis=0), np.outer(bought / bought.sum(), np.ones(uses.sum()))
    )
    assert not K[:, ~uses].any()
    assert (np.asarray(scenario.economy.depreciation)[~uses] == 0).all()
    e, x = table.economy, np.asarray(table.activity)
    net = np.asarray(e.outputs @ x - e.inputs @ x)
    others = np.asarray(table.needs)[:, [0, 2, 3]].sum(axis=1) / np.asarray(table.needs).sum(axis=1).clip(1e-300)
    assert (K @ c).sum() == pytest.approx(2.5 * (np.maximum(net, 0) @ others))


def test_without_investment_capital_is_each_process_own_main_inputs():
    calm = pl.make_scenario("three_sector")
    scenario = with_capital(calm, 2.5, 0.1)
    A, K = np.array([[0.2, 0.1, 0.0], [0.2, 0.3, 0.2], [0.0, 0.0, 0.0]]), scenario.economy.capital.to_scipy().toarray()
    x = np.asarray(calm.activity)
    np.testing.assert_allclose(K, A / A.sum(axis=0) * 2.5 * (x - A @ x).sum() / 170)  # capacity is 40 + 80 + 50
    assert (np.asarray(scenario.economy.depreciation) == 0.1).all()
    np.testing.assert_array_equal(scenario.needs, calm.needs)


def test_a_base_with_capital_keeps_it():
    base = pl.make_scenario("layered", products=40, depreciation=0.05)
    scenario = pl.make_scenario("transition", base=base)
    assert scenario.name == "transition-layered-40-0"
    np.testing.assert_array_equal(scenario.economy.depreciation, base.economy.depreciation)
    asked = pl.make_scenario("transition", base="layered", products=40)
    assert float(np.asarray(asked.economy.depreciation).max()) == 0.1


def test_capital_needs_a_process_that_could_have_it():
    with pytest.raises(ValueError, match="no limited capacity of processes with inputs"):
        pl.make_scenario("transition", base=pl.Scenario.from_arrays(inputs=np.zeros((1, 1)), needs=[1.0]), hit=0.0)
