import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.base.registry import PartWarning
from planlab.scoring import throughput
from planlab.scoring.bounds import Bound
from planlab.scoring.metric import METRICS, is_taken
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
    unknown = {name for name, value in score.metrics.items() if not np.isfinite(value)}
    assert unknown == {"growth_while_saturated", "growth_while_saturated_original"}  # not all needs were ever met
    assert score.avoidable_shortfall == pytest.approx(0.9 - score.needs_met)
    assert score.bits == 64 * score.messages
    assert score.throughput_growth == score.throughput_growth_labour
    assert score.status == "proposed"
    with pytest.raises(AttributeError, match="No metric 'happiness'. There are: needs_met"):
        _ = score.happiness


def test_without_a_bound_nothing_is_said_of_shortfalls(trajectory):
    assert "avoidable_shortfall" not in pl.score(trajectory).metrics


def test_periods_are_scored_one_by_one(trajectory):
    series = per_period(trajectory)
    assert {values.shape for values in series.values()} == {(3,)}
    assert series["need_satisfaction"].mean() == pytest.approx(pl.score(trajectory).need_satisfaction)


def test_what_is_scored_period_by_period_is_worked_out_once_a_trajectory(monkeypatch):
    counted, index = [], throughput.throughput_index
    monkeypatch.setattr(throughput, "throughput_index", lambda *given: counted.append(1) or index(*given))
    first, second = (pl.simulate("standstill", pl.make_scenario("three_sector"), periods=n) for n in (2, 3))
    for run in (first, second, first):
        pl.score(run)
        assert len(per_period(run)["need_satisfaction"]) == run.periods
    assert len(counted) == 2
    with pytest.raises(ValueError, match="read-only"):
        per_period(first)["need_satisfaction"][0] = 1.0


def test_a_broken_plan_is_scored_as_broken():
    score = pl.score(pl.simulate(Gibberish(), pl.make_scenario("three_sector"), periods=2))
    assert score.status == "broken; collapsed"
    assert score.throughput_growth == -np.inf
    assert 0 <= score.need_satisfaction < 1


@pytest.mark.parametrize("thing", [None, 3, "run"])
def test_what_is_no_trajectory_has_no_score(thing):
    with pytest.raises(TypeError, match="give what planlab.simulate returns"):
        pl.score(thing)


class Halts(pl.Mechanism):
    """Stop all work."""

    sees = frozenset({"last"})

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=0.0 * seen.last.activity, delivery=0.0 * seen.last.delivery)


def test_a_collapse_has_a_status_and_keeps_its_row():
    halted = pl.score(pl.simulate(Halts(), pl.make_scenario("three_sector"), periods=6))
    assert halted.status == "proposed; collapsed"
    assert (halted.collapsed, halted.throughput_level) == (1.0, 0.0)
    assert halted.throughput_growth == -np.inf
    table = pl.compare({"halt": Halts()}, pl.make_scenario("three_sector"), 6, seeds=1, behaviours="honest").table
    assert table["status"].tolist() == ["proposed; collapsed"]
    assert table["collapsed"].tolist() == [1.0]


def add(name, value):
    """Add a metric of a user's that returns something."""
    measure = lambda trajectory: value  # noqa: E731 - it is named below
    measure.__name__ = name
    return pl.metric()(measure)


def test_no_metric_is_called_like_what_stands_beside_metrics():
    compared = pl.compare("standstill", "three_sector", 1, 1, {"lying": pl.BestReply(rounds=1)})
    beside = {*compared.table, *compared.periods, *compared.summary, *compared.summary.reset_index()}
    beside |= {name for name in vars(pl.Score) | pl.Score.__dataclass_fields__ if not name.startswith("_")}
    beside -= set(METRICS.all())
    fixed = {name for name in beside if is_taken(name)}
    assert {"mechanism", "seed", "seeds", "bound", "bound_low", "status", "epsilon", "metrics", "to_pandas"} <= fixed
    assert all(is_taken(name, compared.table) for name in beside - set(compared.periods))
    for name in fixed:
        with pytest.raises(ValueError, match=f"have a '{name}' already; give your metric another name"):
            add(name, 0.5)


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("throughput", {"growth": 7.0, "mine": 1.0}, "throughput_growth"),
        ("throughput_growth_labour", 7.0, "throughput_growth_labour"),
        ("need_satisfaction_low", 7.0, "need_satisfaction_low"),
        ("to", {"pandas": 7.0}, "to_pandas"),
    ],
)
def test_a_metric_that_would_overwrite_another_is_not_known_and_the_other_stays(trajectory, name, value, taken):
    before = dict(pl.score(trajectory).metrics)
    add(name, value)
    with pytest.warns(PartWarning, match=f"{name!r} cannot be worked out .*have a {taken!r} already"):
        after = pl.score(trajectory)
    np.testing.assert_equal({key: after.metrics[key] for key in before}, before)  # NaN stays NaN
    assert 7.0 not in after.metrics.values()
