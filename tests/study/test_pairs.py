"""Differences between two rows over worlds and draws."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import planlab as pl
from planlab.study.intervals import interval_of, over_worlds
from planlab.study.pairs import cluster_bootstrap, paired

WORLDS, DRAWS = 10, 20


def table(values):
    """Return runs, one row a world, one column a draw."""
    x = np.asarray(values, float)
    worlds, draws = x.shape
    return pd.DataFrame(
        {"seed": np.arange(x.size), "world": np.repeat(np.arange(worlds), draws), "need_satisfaction": x.ravel()}
    )


def drawn(random, between, within, shift=0.0):
    """Return differences with a spread between worlds and one within them, (worlds, draws)."""
    return shift + random.normal(0, between, (WORLDS, 1)) + random.normal(0, within, (WORLDS, DRAWS))


def test_by_hand():
    a, b = table([[0.9, 0.5], [0.8, 0.8], [0.7, 0.1]]), table([[0.5, 0.3], [0.9, 0.8], [0.5, 0.4]])
    found = paired(a, b, "need_satisfaction")
    assert found.runs == pytest.approx((0.4, 0.2, -0.1, 0.0, 0.2, -0.3))
    assert found.difference.values == pytest.approx((0.3, -0.05, -0.05))
    assert found.mean == pytest.approx(0.2 / 3)
    assert found.median == pytest.approx(0.1)
    assert (found.higher, found.seeds) == (1, 3)
    exact = stats.binomtest(1, 3).proportion_ci(0.95, "exact")
    assert found.chance == pytest.approx((1 / 3, exact.low, exact.high))
    assert found.basis == "3 worlds, 6 draws"


def test_of_few_worlds_nothing_is_drawn_anew():
    found = paired(table(np.eye(7)), table(np.zeros((7, 7))), "need_satisfaction")
    assert np.isnan(cluster_bootstrap(found.runs, found.worlds)).all()


def test_draws_in_one_world_are_no_witnesses_of_others():
    """Where runs of a world are alike, two hundred of them know no more than its ten worlds."""
    random = np.random.default_rng(0)
    gaps = drawn(random, 0.1, 0.001)
    few = paired(table(gaps[:, :1]), table(np.zeros((WORLDS, 1))), "need_satisfaction")
    many = paired(table(gaps), table(np.zeros((WORLDS, DRAWS))), "need_satisfaction")
    assert many.seeds == WORLDS
    assert many.difference.high - many.difference.low == pytest.approx(
        few.difference.high - few.difference.low, rel=0.1
    )
    assert many.p_value == pytest.approx(few.p_value, abs=0.02)
    naive = cluster_bootstrap(gaps.ravel(), np.arange(gaps.size))
    clustered = cluster_bootstrap(many.runs, many.worlds)
    assert np.diff(clustered) > 3 * np.diff(naive)


@pytest.mark.parametrize(("between", "within"), [(0.1, 0.02), (0.03, 0.24)])
def test_the_bootstrap_over_worlds_holds_the_truth_about_as_often_as_it_says(between, within, monkeypatch):
    monkeypatch.setattr("planlab.study.pairs.RESAMPLES", 400)
    random = np.random.default_rng(1)
    of = np.repeat(np.arange(WORLDS), DRAWS)
    ends = [cluster_bootstrap(drawn(random, between, within, 0.05).ravel(), of) for _ in range(300)]
    held = np.mean([low <= 0.05 <= high for low, high in ends])
    assert 0.85 <= held <= 0.97  # percentiles of ten worlds are a little narrow


def test_the_test_errs_once_in_twenty_where_worlds_differ_and_mechanisms_do_not():
    random = np.random.default_rng(2)
    none = table(np.zeros((WORLDS, DRAWS)))
    ps = [paired(table(drawn(random, 0.2, 0.05)), none, "need_satisfaction").p_value for _ in range(400)]
    assert np.mean(np.array(ps) < 0.05) < 0.08


def test_a_world_of_which_a_draw_is_missing_counts_by_the_others():
    values = table([[0.5, np.nan], [0.7, 0.9], [np.nan, np.nan]])
    found = interval_of(values, "need_satisfaction")
    assert found.values == pytest.approx((0.5, 0.8))
    assert found.missing == 3


def test_one_world_is_called_one_world():
    alone = paired(table([[0.5, 0.5]]), table([[0.4, 0.4]]), "need_satisfaction")
    assert (alone.basis, alone.is_one_world) == ("one world", True)
    assert np.isnan(alone.chance[1:]).all()
    lies = paired(table([[0.5, 0.7]]), table([[0.4, 0.4]]), "need_satisfaction")
    assert (lies.basis, lies.seeds, lies.is_one_world) == ("one world, 2 draws", 2, True)
    assert paired(table([[np.nan]]), table([[0.4]]), "need_satisfaction").basis == "no pairs"


def test_without_a_column_of_worlds_every_seed_is_one():
    a, b = (table(np.full((4, 2), x)).drop(columns="world") for x in (0.5, 0.4))
    assert over_worlds([1.0, 2.0], [0, 1]).values == (1.0, 2.0)
    assert len(set(paired(a, b, "need_satisfaction").worlds)) == 8


def test_a_comparison_meets_every_world_with_several_draws():
    worlds = []

    def world(seed):
        worlds.append(seed)
        return pl.make_scenario("layered", products=12, inputs=4, seed=seed)

    lying = {"honest": pl.Truthful(), "lying": pl.IdiosyncraticBias()}
    found = pl.compare(["standstill", "proportional"], world, 2, seeds=[4, 2], draws=3, behaviours=lying, bound=False)
    assert worlds == [4, 2]
    one = found.table[(found.table.mechanism == "proportional") & (found.table.behaviour == "lying")]
    assert one["seed"].tolist() == [12, 13, 14, 6, 7, 8]
    assert one["world"].tolist() == [4, 4, 4, 2, 2, 2]
    assert one["need_satisfaction"].nunique() == 6
    honest = found.table[(found.table.mechanism == "proportional") & (found.table.behaviour == "honest")]
    assert honest.groupby("world")["need_satisfaction"].nunique().tolist() == [1, 1]
    rows = found.differences()
    assert rows.index.tolist() == [(each, "standstill", "proportional") for each in ("honest", "lying")]
    assert set(rows["basis"]) == {"2 worlds, 6 draws"}
    mean = one.groupby("world")["need_satisfaction"].mean().mean()
    assert found.summary.loc[("proportional", "lying"), "need_satisfaction"] == pytest.approx(mean)
    assert found.manifest["draws"] == 3


def test_a_single_world_met_honestly_says_so():
    scenario = pl.make_scenario("three_sector")
    rows = pl.compare(["standstill", "command"], scenario, 2, behaviours="honest", bound=False).differences()
    assert rows["basis"].tolist() == ["one world"]
    assert rows[["mean_low", "mean_high", "chance_low", "p_value"]].isna().all(axis=None)


@pytest.mark.parametrize("wrong", [0, 1.5, True])
def test_draws_are_a_whole_number(wrong):
    with pytest.raises((TypeError, ValueError), match="draws is"):
        pl.compare("standstill", pl.make_scenario("three_sector"), draws=wrong)
