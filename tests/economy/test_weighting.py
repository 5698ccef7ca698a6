"""What needs weigh: by hand, by table, by generator; the world itself stays as it is."""

import jax
import numpy as np
import pytest
from hypothesis import given

import planlab as pl
from planlab.economy.need_weights import need_weights
from planlab.economy.scenario import with_parts
from planlab.economy.weighting import DEFAULT_WEIGHTS, WEIGHTS, embodied_scarcity
from planlab.testing.strategies import scenarios


def weights_of(scenario):
    return np.asarray(need_weights(scenario.needs, scenario.urgency, scenario.population))


def test_embodied_weights_are_labour_values_by_hand():
    scenario = pl.make_scenario("three_sector", weights="embodied")
    values = np.array([1.48148148, 0.92592593, 0.68518519])  # hours per unit, see three_sector
    np.testing.assert_allclose(90 * embodied_scarcity(scenario), values, rtol=1e-8)
    spent = values * [20.0, 30.0, 40.0]
    np.testing.assert_allclose(weights_of(scenario).sum(axis=1), spent / spent.sum(), rtol=1e-8)


def test_several_techniques_count_by_their_capacity():
    world = pl.Scenario.from_arrays(
        inputs=np.zeros((1, 2)),
        outputs=np.ones((1, 2)),
        needs=[4.0],
        factors=[[1.0, 3.0]],
        limits=[10.0],
        capacity=[3.0, 1.0],
    )
    np.testing.assert_allclose(embodied_scarcity(world), [(0.75 * 1 + 0.25 * 3) / 10])


def test_a_table_in_money_is_its_own_expenditure_and_final_uses_weigh_what_they_spend():
    equal, honest = (pl.load_table("us-2021-15", weights=weights) for weights in ("equal", "honest"))
    np.testing.assert_array_equal(honest.urgency, honest.needs)
    np.testing.assert_allclose(weights_of(honest), honest.needs / honest.needs.sum(), rtol=1e-12)
    np.testing.assert_array_equal(equal.urgency, np.ones_like(equal.needs))
    np.testing.assert_array_equal(equal.population, np.ones(4))
    for one, other in zip(jax.tree.leaves(equal.opening), jax.tree.leaves(honest.opening), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_table_in_many_units_has_no_expenditure():
    import pandas as pd

    flows = pd.DataFrame([[1.0, 2.0], [2.0, 1.0]], ["iron", "corn"], ["iron", "corn"])
    parts = {"flows": flows, "output": {"iron": 10.0, "corn": 10.0}, "final_demand": {"iron": 7.0, "corn": 7.0}}
    table = pl.read_table(parts, unit=["t", "bushel"])
    with pytest.raises(ValueError, match="^weights is 'expenditure' but prices is missing"):
        table.scenario(weights="expenditure")
    np.testing.assert_array_equal(table.scenario(weights="honest").urgency, table.scenario(weights="embodied").urgency)


@given(scenarios())
def test_weights_add_up_to_one_and_change_nothing_else(scenario):
    for weights in ("embodied", "honest"):
        other = scenario.with_weights(weights)
        assert weights_of(other).sum() == pytest.approx(1.0)
        back = with_parts(other, urgency=scenario.urgency)
        assert all(np.array_equal(a, b) for a, b in zip(jax.tree.leaves(back), jax.tree.leaves(scenario), strict=True))


@pytest.mark.parametrize("name", ["layered", "scale_free", "modular", "shifting_needs", "drought"])
def test_generators_weigh_by_prices_of_the_calibration_or_by_what_is_embodied(name):
    parameters = {"products": 20, "inputs": 4, "seed": 1}
    equal, spent, scarce, honest = (
        pl.make_scenario(name, weights=weights, **parameters)
        for weights in ("equal", "expenditure", "embodied", "honest")
    )
    assert np.ptp(np.asarray(equal.urgency)) == 0
    assert np.corrcoef(np.asarray(spent.urgency).ravel(), np.asarray(scarce.urgency).ravel())[0, 1] > 0.9
    np.testing.assert_array_equal(scarce.urgency, honest.urgency)
    np.testing.assert_array_equal(equal.population, spent.population)


def test_wrong_weights_are_refused_by_name():
    scenario = pl.make_scenario("three_sector")
    assert DEFAULT_WEIGHTS in WEIGHTS
    for make in (
        lambda: scenario.with_weights("price"),
        lambda: pl.make_scenario("layered", weights="price"),
        lambda: pl.load_table("us-2021-15", weights="price"),
    ):
        with pytest.raises(ValueError, match="^weights is 'price'"):
            make()
    with pytest.raises(ValueError, match="^prices has shape"):
        scenario.with_weights("expenditure", prices=[1.0, 2.0])
    with pytest.raises(ValueError, match="nothing that is needed costs anything"):
        scenario.with_weights("expenditure", prices=0.0)
    with pytest.raises(ValueError, match="no factor is limited"):
        with_parts(scenario, limits=np.inf * scenario.limits).with_weights("embodied")
    with pytest.raises(TypeError, match="^people is 1"):
        scenario.with_weights("equal", people=1)
