"""Six answers to what counts: each is best on its own score, and all are worked by hand."""

import numpy as np
import pytest

import planlab as pl
from planlab.scoring.weightings import LEAST_SHARE, WEIGHTINGS, isoelastic_equivalent

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
