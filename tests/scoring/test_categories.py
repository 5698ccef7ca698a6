"""Needs of one category do not compensate for those of another: worked by hand."""

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.scoring import categories, needs

NEEDS = np.array([[2.0, 4.0, 0.0], [2.0, 4.0, 0.0], [10.0, 0.0, 0.0]])
DELIVERY = np.array([[2.0, 4.0, 0.0], [0.0, 1.0, 0.0], [6.0, 0.0, 0.0]])
FOOD_AND_CARE = [0, 0, 1]


def test_within_a_category_things_stand_for_each_other_between_them_none():
    met = categories.category_satisfaction(DELIVERY, NEEDS, FOOD_AND_CARE)
    np.testing.assert_allclose(met, [[0.5, 0.625, np.nan], [0.6, np.nan, np.nan]])
    apart = categories.category_satisfaction(DELIVERY, NEEDS, [0, 1, 2])
    np.testing.assert_allclose(apart, [[1, 1, np.nan], [0, 0.25, np.nan], [0.6, np.nan, np.nan]])
    weighed = categories.category_satisfaction(DELIVERY, NEEDS, FOOD_AND_CARE, urgency=NEEDS * [[3.0], [1.0], [1.0]])
    np.testing.assert_allclose(weighed[0, :2], [0.75, 0.8125])
    np.testing.assert_allclose(categories.category_satisfaction(DELIVERY, NEEDS)[0, :2], [1.6 / 3, 0.625])
    np.testing.assert_allclose(categories.category_satisfaction(DELIVERY, NEEDS, FOOD_AND_CARE, xp=jnp), met)


def test_the_floor_counts_people_and_passes_over_who_needs_nothing():
    people = [1.0, 3.0, 100.0]
    assert categories.floor_met(DELIVERY, NEEDS, FOOD_AND_CARE, population=people) == 1.0
    assert categories.floor_met(DELIVERY, NEEDS, FOOD_AND_CARE, population=people, floor=0.6) == 0.75
    assert categories.floor_met(DELIVERY, NEEDS, [0, 1, 2], population=people) == 0.0
    assert categories.floor_met(0 * DELIVERY, NEEDS, FOOD_AND_CARE, population=people) == 0.0
    two = np.stack([DELIVERY, 0 * DELIVERY]), np.stack([NEEDS, NEEDS])
    assert categories.floor_met(*two, FOOD_AND_CARE, population=people).tolist() == [1.0, 0.0]


def test_essentials_lacked_by_hand_count_people_and_go_by_the_square():
    # of one person's categories all, nothing and .6 of one is met; of three people's all and a quarter of one
    given = DELIVERY, NEEDS, [0, 1, 2], 1.0, [1.0, 3.0, 100.0]
    for alpha, expected in ((0, (1 / 3 + 3 / 2) / 4), (1, (1 / 3 + 3 / 4) / 4), (2, (1 / 3 + 3 / 8) / 4)):
        assert categories.essential_deprivation(*given, alpha=alpha) == pytest.approx(expected)
    assert categories.essential_deprivation(DELIVERY, NEEDS, FOOD_AND_CARE, alpha=0) == 0.0  # at the line
    assert categories.essential_deprivation(DELIVERY, 0 * NEEDS, alpha=0) == 0.0
    two = np.stack([DELIVERY, 0 * DELIVERY]), np.stack([NEEDS, NEEDS])
    assert categories.essential_deprivation(*two, FOOD_AND_CARE).tolist() == [0.0, 1.0]


def test_the_worst_category_is_that_of_who_has_least_of_it():
    assert categories.worst_category(DELIVERY, NEEDS, FOOD_AND_CARE) == 0.5
    assert categories.worst_category(DELIVERY, NEEDS, [0, 1, 2]) == 0.0
    assert categories.worst_category(DELIVERY, 0 * NEEDS, FOOD_AND_CARE) == 1.0


def test_needs_met_counts_the_essential_half_for_four_fifths():
    met = needs.need_satisfaction(DELIVERY, NEEDS, tiers=pl.Tiers())
    first, second = (1.0 + 0.0 + 0.84) / 3, (1.0 + 0.4) / 2  # .6 of care is .8 + .2 / 5
    assert met == pytest.approx((first + second) / 2)


def test_a_run_is_scored_and_says_who_lacks_what():
    scenario = pl.Scenario.from_arrays(
        inputs=np.zeros((2, 2)),
        needs=[[1.0, 0.0], [1.0, 2.0]],
        factors=[[1.0, 1.0]],
        limits=[3.2],
        capacity=[0.2, 3.0],
        categories=["health", "food"],
        population=[1.0, 4.0],
        labels=pl.Labels(communities=["town", "village"]),
    )
    run = pl.simulate("linear_program", scenario, periods=2, physics=pl.Frictionless())
    score = pl.score(run)
    assert score.worst_category == pytest.approx(0.2, abs=1e-6)
    assert score.floor_met == pytest.approx(0.8)
    assert score.needs_met == pytest.approx(0.2 * (0.32 + 1.0) / 2 + 0.8)
    met = pl.needs_by_category(run)
    assert met.attrs["worst"] == ("health", "town")
    assert np.isnan(met.loc["health", "village"])
    assert met.loc["food"].tolist() == pytest.approx([1.0, 1.0])


def test_closing_the_hospitals_is_seen_by_the_floor_and_not_by_the_mean():
    """Planted: all is met but for a category of a fiftieth of expenditure, of which nothing is."""
    needed = np.vstack([np.ones((49, 1)), [[1.0]]])
    delivered = np.vstack([np.ones((49, 1)), [[0.0]]])
    codes = np.r_[np.zeros(49, int), 1]
    assert needs.need_satisfaction(delivered, needed) == pytest.approx(0.98)
    assert categories.floor_met(delivered, needed, codes) == 0.0
