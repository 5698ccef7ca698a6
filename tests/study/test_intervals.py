from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from planlab.study.intervals import FEWEST, Interval, interval, interval_of
from planlab.study.pairs import paired

SHARES = st.lists(st.floats(0, 1), min_size=FEWEST, max_size=30)


def runs(values, metric="need_satisfaction", **more):
    return pd.DataFrame({"seed": range(len(values)), metric: values} | more)


@given(SHARES)
def test_an_interval_of_shares_holds_its_mean_and_stays_within_what_a_share_can_be(shares):
    found = interval(shares)
    if found.has_interval:
        assert 0 <= found.least <= found.low <= found.mean + 1e-12
        assert found.mean - 1e-12 <= found.high <= found.most <= 1


def test_by_hand():
    """Of the 255 means of subsets of 0, …, 0, 1, half lie above zero; six are left out on either side."""
    found = interval([0.0] * 7 + [1.0])
    assert (found.low, found.mean, found.high) == (0.0, 0.125, 0.5)
    means = sorted(np.mean(x) for n in range(1, 9) for x in combinations(range(8), n))
    assert (interval(range(8)).low, interval(range(8)).high) == (means[5], means[-6])


def test_it_is_about_students_where_runs_scatter_alike():
    x = np.random.default_rng(0).normal(0.5, 0.1, 40)
    low, high = stats.t.interval(0.95, 39, x.mean(), stats.sem(x))
    assert (interval(x).low, interval(x).high) == pytest.approx((low, high), abs=0.1 * (high - low))


def test_it_leaves_out_zero_where_the_paired_test_says_so():
    random = np.random.default_rng(4)
    for n, _ in product((8, 9, 12, 20), range(50)):
        found = paired(runs(random.random(n)), runs(random.random(n) - 0.2), "need_satisfaction")
        assert (found.p_value <= 0.05) == (not found.difference.low <= 0 <= found.difference.high)


@pytest.mark.parametrize("draw", ["skewed", "two clusters"])
def test_it_covers_the_mean_about_as_often_as_it_says(draw):
    random = np.random.default_rng(1)
    worlds = {
        "skewed": (random.beta(20, 3, (1000, 10)), 20 / 23),
        "two clusters": (
            np.where(random.random((1000, 10)) < 0.5, random.beta(40, 8, (1000, 10)), random.beta(4, 10, (1000, 10))),
            (40 / 48 + 4 / 14) / 2,
        ),
    }
    samples, truth = worlds[draw]
    held = [found.low <= truth <= found.high for found in (interval(x) for x in samples)]
    assert 0.92 <= np.mean(held) <= 0.98


def test_two_seeds_have_no_interval_but_are_themselves():
    found = interval([0.66, 0.87])
    assert not found.has_interval
    assert np.isnan([found.low, found.high]).all()
    assert (found.least, found.most, found.drawn) == (0.66, 0.87, (0.66, 0.87))


def test_equal_runs_are_one_world():
    found = interval([0.1 + 0.2] * 10)
    assert found.is_one_world
    assert not found.has_interval
    assert found.mean == 0.1 + 0.2
    assert not interval([0.3]).is_one_world


def test_runs_without_a_number_are_counted():
    assert interval([1.0, np.nan, 3.0, np.inf]) == Interval((1.0, 3.0), missing=2)
    assert not interval([np.nan]).is_known
    assert np.isnan([interval([]).mean, interval([]).least]).all()


def test_collapsed_runs_grow_by_minus_a_hundred_per_cent_and_do_not_drop_out():
    table = runs([0.0, -np.inf, np.nan], "throughput_growth")
    assert interval_of(table, "throughput_growth").values == (0.0, -1.0)
    assert interval_of(table, "throughput_growth").missing == 1
    assert paired(table, runs([0.0] * 3, "throughput_growth"), "throughput_growth").mean == -0.5


def test_pairs_are_matched_by_seed():
    a, b = runs([0.5, 0.6, np.nan]), runs([0.1, 0.2, 0.3]).iloc[::-1]
    found = paired(a, b, "need_satisfaction")
    assert found.difference.values == pytest.approx((0.4, 0.4))
    assert found.difference.missing == 1
    assert paired(a.assign(seed=[7, 0, 8]), b, "need_satisfaction").difference.values == pytest.approx((0.5,))


def test_rows_whose_intervals_overlap_can_differ_beyond_doubt():
    world = np.linspace(0.3, 0.9, 10)
    a, b = runs(world + 0.02 + 0.001 * np.arange(10)), runs(world)
    wide = interval_of(a, "need_satisfaction"), interval_of(b, "need_satisfaction")
    assert wide[0].low < wide[1].mean < wide[0].high
    found = paired(a, b, "need_satisfaction")
    assert found.is_clear
    assert found.p_value == 2 / 2**10
    assert found.chance == pytest.approx((1.0, 0.025 ** (1 / 10), 1.0))


def test_the_test_is_exact():
    d = np.array([0.3, -0.1, 0.2, 0.05, -0.02, 0.4, 0.1, 0.15, -0.2, 0.12])
    theirs = stats.permutation_test((d,), np.mean, permutation_type="samples", n_resamples=2**11)
    found = paired(runs(0.5 + d / 2), runs(0.5 - d / 2), "need_satisfaction")
    assert found.p_value == pytest.approx(theirs.pvalue)


def test_the_test_errs_once_in_twenty_where_there_is_nothing_to_find():
    random = np.random.default_rng(2)
    ps = [paired(runs(a), runs(b), "need_satisfaction").p_value for a, b in random.random((400, 2, 8))]
    assert np.mean(np.array(ps) < 0.05) < 0.08
    assert np.mean(np.array(ps) < 0.5) > 0.4


def test_many_pairs_are_tested_alike_every_time():
    random = np.random.default_rng(3)
    a, b = runs(random.random(30)), runs(random.random(30))
    ps = {paired(a, b, "need_satisfaction").p_value for _ in range(2)}
    assert len(ps) == 1
    assert ps.pop() == pytest.approx(stats.wilcoxon(a.need_satisfaction, b.need_satisfaction).pvalue, abs=0.1)


def test_few_pairs_are_clear_only_if_they_agree():
    assert paired(runs([0.5, 0.6, 0.7]), runs([0.4, 0.4, 0.1]), "need_satisfaction").is_clear
    assert not paired(runs([0.5, 0.6, 0.7]), runs([0.4, 0.4, 0.8]), "need_satisfaction").is_clear
    assert np.isnan(paired(runs([0.5] * 3), runs([0.4] * 3), "need_satisfaction").p_value)
    assert not paired(runs([0.5] * 9), runs([0.5] * 9), "need_satisfaction").is_clear
