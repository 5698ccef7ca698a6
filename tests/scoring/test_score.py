import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.scoring.bounds import Bound
from planlab.scoring.series import per_period


class Gibberish(pl.Mechanism):
    """Promise NaN of everything."""

    sees = frozenset({"last", "needs"})

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=jnp.nan * seen.last.activity, delivery=seen.needs)


@pytest.fixture(scope="module")
def trajectory():
    return pl.simulate("standstill", pl.make_scenario("three_sector", labour=75), periods=3)


def test_every_metric_is_a_number_and_an_attribute(trajectory):
    score = pl.score(trajectory, Bound(0.9, 0.9, "made up"))
    assert score.need_satisfaction == score.metrics["need_satisfaction"]
    assert all(np.isfinite(value) for value in score.metrics.values())
    assert score.avoidable_shortfall == pytest.approx(0.9 - score.need_satisfaction)
    assert score.bits == 64 * score.messages
    assert score.throughput_growth == score.throughput_growth_labour
    assert score.status == "proposed"
    with pytest.raises(AttributeError, match="No metric 'happiness'. There are: need_satisfaction"):
        _ = score.happiness


def test_without_a_bound_nothing_is_said_of_shortfalls(trajectory):
    assert "avoidable_shortfall" not in pl.score(trajectory).metrics


def test_periods_are_scored_one_by_one(trajectory):
    series = per_period(trajectory)
    assert {values.shape for values in series.values()} == {(3,)}
    assert series["need_satisfaction"].mean() == pytest.approx(pl.score(trajectory).need_satisfaction)


def test_a_broken_plan_is_scored_as_broken():
    score = pl.score(pl.simulate(Gibberish(), pl.make_scenario("three_sector"), periods=2))
    assert score.status == "broken"
    assert np.isnan(score.throughput_growth)
    assert 0 <= score.need_satisfaction < 1


@pytest.mark.parametrize("thing", [None, 3, "run"])
def test_what_is_no_trajectory_has_no_score(thing):
    with pytest.raises(TypeError, match="give what planlab.simulate returns"):
        pl.score(thing)
