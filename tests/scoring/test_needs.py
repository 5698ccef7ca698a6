import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import planlab as pl
from planlab.economy.need_weights import need_weights
from planlab.scoring import needs as metrics

D = np.array([[2.0, 4.0], [10.0, 0.0], [5.0, 5.0]])
Y = np.array([[1.0, 4.0], [20.0, 3.0], [0.0, 2.5]])

positive = st.floats(0.01, 100.0)
some_needs = arrays(float, (3, 2), elements=positive)
some_delivery = arrays(float, (3, 2), elements=st.floats(0.0, 150.0))
some_people = arrays(float, 2, elements=positive)


def test_satisfaction_by_hand_gives_no_credit_above_saturation():
    # community 0: .5, 1 (20 of 10), 0; community 1: 1, nothing needed, .5
    np.testing.assert_allclose(metrics.community_satisfaction(Y, D), [0.5, 0.75])
    assert metrics.need_satisfaction(Y, D, population=[3.0, 1.0]) == pytest.approx((3 * 0.5 + 0.75) / 4)


def test_urgent_needs_weigh_more():
    urgency = np.array([[2.0, 2.0], [1.0, 1.0], [1.0, 1.0]])
    np.testing.assert_allclose(
        metrics.community_satisfaction(Y, D, urgency), [(2 * 0.5 + 1 + 0) / 4, (2 * 1 + 0.5) / 3]
    )


def test_worst_need_ray_and_deprivation_by_hand():
    assert metrics.worst_need(Y, D) == 0.0
    assert metrics.worst_community(Y, D) == 0.5
    assert metrics.kantorovich_ray(Y, D) == pytest.approx(0.25)  # product 2: 2.5 of 10
    gaps = np.array([0.5, 0.0, 0.0, 1.0, 0.5])
    for alpha, expected in ((0, 3 / 5), (1, gaps.mean()), (2, (gaps**2).mean())):
        assert metrics.deprivation(Y, D, alpha) == pytest.approx(expected)


def test_inequality_by_hand():
    # two people at .2, two at .6: the mean is .4, the mean difference .2, so G = .2 / .8
    assert metrics.gini([0.2, 0.6], [2.0, 2.0]) == pytest.approx(0.25)
    equivalent = ((np.sqrt(0.2) + np.sqrt(0.6)) / 2) ** 2
    assert metrics.atkinson([0.2, 0.6]) == pytest.approx(1 - equivalent / 0.4)
    with pytest.raises(ValueError, match="aversion is 1"):
        metrics.atkinson([0.2, 0.6], aversion=1)


def test_the_palma_ratio_by_hand_takes_parts_of_communities():
    # of ten people five have .1, four .5, one .9: a tenth at .9 over four tenths at .1
    assert metrics.palma([0.9, 0.1, 0.5], [1.0, 5.0, 4.0]) == pytest.approx(0.09 / 0.04)
    # of three at .2 and one at .6, a tenth of all at .6 over four tenths at .2; then all alike, and none at all
    several = metrics.palma([[0.2, 0.6], [0.3, 0.3], [0.0, 0.0]], [3.0, 1.0])
    np.testing.assert_allclose(several, [0.06 / 0.08, 0.25, 0.25])
    # a third of people at nothing, then those at .5: .4 - 1/3 of all of these
    assert metrics.palma([0.0, 0.5], [1.0, 2.0]) == pytest.approx(0.1 / (0.4 - 1 / 3))
    assert metrics.palma([0.0, 0.5], [1.0, 1.0]) == np.inf
    assert metrics.palma([0.7]) == pytest.approx(0.25)


def test_people_above_the_threshold_count_whole_communities():
    ratios = np.array([[0.96, 1.0], [1.0, 0.9]])
    assert metrics.share_above(ratios, np.ones((2, 2)), population=[1.0, 3.0]) == 0.25
    assert metrics.share_above(ratios, np.ones((2, 2)), threshold=0.9) == 1.0


def test_where_nothing_is_needed_nothing_is_lacking():
    nothing = np.zeros((2, 2))
    assert metrics.need_satisfaction(nothing, nothing) == 1.0
    assert metrics.worst_need(nothing, nothing) == 1.0
    assert metrics.deprivation(nothing, nothing, 0) == 0.0
    assert metrics.share_above(nothing, nothing) == 1.0
    np.testing.assert_array_equal(metrics.community_satisfaction(Y * [1, 0], D * [1, 0]), [0.5, 1.0])


def test_periods_stack_in_front():
    both = metrics.need_satisfaction(np.stack([Y, D]), np.stack([D, D]))
    np.testing.assert_allclose(both, [metrics.need_satisfaction(Y, D), 1.0])


@given(some_delivery, some_needs, some_people)
def test_metrics_keep_their_bounds(y, d, people):
    satisfied = metrics.need_satisfaction(y, d, population=people)
    each = metrics.community_satisfaction(y, d)
    assert 0 <= metrics.worst_need(y, d) <= metrics.worst_community(y, d) + 1e-12 <= satisfied + 2e-12 <= 1 + 3e-12
    assert -1e-12 <= metrics.gini(each, people) <= 1
    assert -1e-9 <= metrics.atkinson(each, people) <= 1 + 1e-12
    depth = [float(metrics.deprivation(y, d, alpha)) for alpha in (0, 1, 2)]
    assert depth == sorted(depth, reverse=True)


@given(some_delivery, some_needs, some_people, st.floats(0.0, 50.0))
def test_more_is_never_worse(y, d, people, extra):
    more = y + extra * np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    for metric in (metrics.need_satisfaction, metrics.share_above):
        assert metric(more, d, population=people) >= metric(y, d, population=people) - 1e-12
    assert metrics.worst_need(more, d) >= metrics.worst_need(y, d)
    assert metrics.deprivation(more, d, 2) <= metrics.deprivation(y, d, 2) + 1e-12
    assert metrics.kantorovich_ray(more, d) >= metrics.kantorovich_ray(y, d)


@given(some_delivery, some_needs, arrays(float, (3, 1), elements=positive), st.permutations(range(3)))
def test_units_and_names_do_not_matter(y, d, unit, order):
    for metric in (metrics.need_satisfaction, metrics.worst_need, metrics.kantorovich_ray, metrics.deprivation):
        expected = metric(y, d)
        np.testing.assert_allclose(metric(y * unit, d * unit), expected, atol=1e-8)
        np.testing.assert_allclose(metric(y[order], d[order]), expected, atol=1e-12)


@given(some_delivery, some_needs, some_needs, some_people)
def test_the_score_is_the_objective_of_capped_needs(y, d, urgency, people):
    worth = np.asarray(need_weights(d, urgency, people))
    expected = (worth * np.minimum(1, y / d)).sum()
    assert metrics.need_satisfaction(y, d, urgency, people) == pytest.approx(expected, abs=1e-12)


def test_the_three_sectors_score_what_was_worked_out_by_hand():
    scenario = pl.make_scenario("three_sector", labour=75, weights="equal")
    plan = pl.plan(pl.LinearProgram(objective=pl.CappedNeeds()), scenario)
    met = metrics.need_satisfaction(plan.delivery, scenario.needs, scenario.urgency, scenario.population)
    assert met == pytest.approx(1 - (84.814814814 - 75) / (20 * 1.481481481) / 3, abs=1e-6)
    assert met == pytest.approx(float(plan.certificate.objective), abs=1e-5)
