"""Six answers to what counts: each is best on its own score, and all are worked by hand."""

import numpy as np
import pytest

import planlab as pl
from planlab.scoring.weightings import LEAST_SHARE, WEIGHTINGS, isoelastic_equivalent, isoelastic_tiers

BY_HAND = {
    "tiers": 0.5 * (1.0 + 0.4),
    "equal cells": 0.625,
    "expenditure": 0.625,
    "isoelastic 1": 0.5,
    "isoelastic 2": 0.4,
    "max-min": 0.25,
}


@pytest.mark.parametrize("name", WEIGHTINGS)
def test_a_score_by_hand(name):
    score = WEIGHTINGS[name].score([[1.0], [1.0], [5.0]], [[1.0], [4.0], [0.0]], [[1.0], [1.0], [1.0]], [2.0])
    assert score == pytest.approx(BY_HAND[name])


@pytest.mark.parametrize("name", WEIGHTINGS)
def test_everything_met_scores_1_and_more_of_it_no_more(name):
    needs = np.array([[1.0, 2.0], [3.0, 0.0]])
    assert WEIGHTINGS[name].score(2 * needs, needs, np.ones((2, 2)), np.ones(2)) == pytest.approx(1.0)


def test_a_need_left_out_counts_as_one_in_a_hundred():
    assert isoelastic_equivalent([1.0, 0.0], [0.5, 0.5], 1) == pytest.approx(LEAST_SHARE**0.5)
    assert isoelastic_equivalent([1.0, 0.0], [0.5, 0.5], 2) == pytest.approx(2 / 101)


def test_no_plan_is_better_by_a_score_than_the_one_that_aims_at_it():
    worlds = {
        weights: pl.make_scenario("layered", products=24, inputs=4, communities=2, weights=weights, seed=1)
        for weights in ("equal", "honest")
    }
    plans = {
        name: pl.plan(pl.LinearProgram(objective=each.objective), worlds[each.weights])
        for name, each in WEIGHTINGS.items()
    }
    for each in WEIGHTINGS.values():
        world = worlds[each.weights]
        scores = {
            name: each.score(plan.delivery, world.needs, world.urgency, world.population)
            for name, plan in plans.items()
        }
        own = next(name for name, other in WEIGHTINGS.items() if other is each)
        assert scores[own] >= max(scores.values()) - 1e-5, (own, scores)
    assert len({round(float(plan.certificate.objective), 6) for plan in plans.values()}) == len(plans)


def village(hours):
    """Bread takes one hour and care three; one of each is needed, and nothing is in stock."""
    return pl.Scenario.from_arrays(
        inputs=np.zeros((2, 2)), needs=[1.0, 1.0], factors=[[1.0, 3.0]], limits=[hours], stock=[0.0, 0.0]
    ).with_weights("equal")


BOUNDS = {
    "tiers": 0.5 * 0.8 + 0.5 * 0.8,
    "equal cells": 0.5 * 1 + 0.5 / 3,
    "expenditure": 0.5 * 1 + 0.5 / 3,
    "isoelastic 1": (1.0 * (1 / 3)) ** 0.5,
    "isoelastic 2": 4 * (1 + 3**0.5) ** -2,
    "max-min": 0.5,
}
"""Of two hours: half of each in tiers; all bread, the rest for care; half of them for each; in the ratio of one to the
root of three, so that 1/s adds up to (1 + root 3)^2 / 2; half of each."""


@pytest.mark.parametrize("name", WEIGHTINGS)
def test_bounds_of_a_village_by_hand(name):
    bound = WEIGHTINGS[name].bound(village(2.0), 2)
    loose = 0.01 if WEIGHTINGS[name].aversion else 1e-6  # concave worth in pieces
    assert BOUNDS[name] - 1e-6 <= bound <= BOUNDS[name] + loose


@pytest.mark.parametrize("aversion", [0.5, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("count", [2, 12, 40])
def test_tiers_that_stand_for_an_aversion_are_worth_no_less(aversion, count):
    share, one = np.linspace(0.0, 1.0, 2001), np.ones(1)
    worth = isoelastic_tiers(aversion, count).value(share)

    def value(s):
        return np.log(s) if aversion == 1 else (s ** (1 - aversion) - 1) / (1 - aversion)

    least = value(LEAST_SHARE)
    true = 1 - value(np.maximum(share, LEAST_SHARE)) / least
    assert (worth >= true - 1e-12).all()
    assert worth[[0, -1]] == pytest.approx([0.0, 1.0])
    if count == 40:
        assert np.abs(worth - true)[share > 0.1].max() < 3e-4
    assert isoelastic_equivalent(0.5 * one, one, aversion) == pytest.approx(0.5)


@pytest.mark.parametrize("name", WEIGHTINGS)
def test_nobody_is_above_a_bound_and_two_years_are_scored_as_one(name):
    each = WEIGHTINGS[name]
    world = pl.make_scenario("transition", products=15, weights=each.weights, seed=2)
    run = pl.simulate(pl.LinearProgram(objective=each.objective), world, 4)
    given = zip(np.asarray(run.outcome.delivery), np.asarray(run.needs), strict=True)
    scores = [each.score(y, D, world.urgency, world.population) for y, D in given]
    assert each.over(scores) <= each.bound(world, 4) + 1e-6
    assert each.over([0.25, 0.25]) == pytest.approx(0.25)
    assert each.over([0.2, 0.8]) <= 0.5 + 1e-9
