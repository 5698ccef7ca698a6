import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planlab.incentives.settings.announcements import NewSovietBonus
from planlab.incentives.settings.divisions import Divisions, GrovesBonus, best_report, searched_threshold

several = st.lists(st.floats(0.3, 3.0), min_size=2, max_size=5).map(tuple)
exponent = st.floats(0.1, 0.75)
economies = st.builds(Divisions, several, exponent)


def test_the_centre_shares_out_the_input_as_believed_output_wants():
    economy = Divisions((1.0, 2.0, 0.7), 0.4)
    x = economy.shares(economy.productivity)
    marginal = 0.4 * np.array(economy.productivity) * x**-0.6
    assert x.sum() == pytest.approx(1)
    np.testing.assert_allclose(marginal, marginal[0])


@settings(max_examples=500)
@given(economies, st.lists(st.floats(0.1, 10.0), min_size=5, max_size=5))
def test_groves_bonuses_make_truth_dominant(economy, said):
    assert best_report(economy, GrovesBonus(), 0).gain < 1e-12
    assert best_report(economy, GrovesBonus(), 0, said[: len(economy.productivity)]).gain < 1e-12


@given(economies)
def test_a_groves_bonus_with_a_wrong_sign_or_weight_pays_liars(economy):
    x = economy.shares(economy.productivity)[0]
    if x < 0.99:
        assert best_report(economy, GrovesBonus(weight=-1.0), 0).gain > 1e-6
        assert best_report(economy, GrovesBonus(weight=0.5), 0).gain > 1e-6


@settings(max_examples=200)
@given(economies, st.floats(0.05, 0.95))
def test_the_searched_threshold_is_the_derived_one(economy, over):
    assert searched_threshold(economy, 0, over) == pytest.approx(economy.threshold(0), rel=0.01)


@settings(max_examples=500)
@given(economies, st.lists(st.floats(0.1, 10.0), min_size=5, max_size=5), st.floats(0.05, 0.95), st.floats(0.8, 1.25))
def test_the_local_condition_is_global_and_nobody_under_reports(economy, said, over, relative):
    said = said[: len(economy.productivity)]
    limit = economy.threshold(0, said)
    ratio = max(1 + 1e-6, limit * relative)
    reply = best_report(economy, NewSovietBonus(over, 1.0, ratio), 0, said)
    assert reply.report >= economy.productivity[0] * (1 - 1e-9)
    if ratio >= limit:
        assert reply.gain < 1e-12
    elif ratio < limit * (1 - 1e-3):
        assert reply.gain > 0


@given(economies, st.lists(st.floats(0.1, 10.0), min_size=5, max_size=5))
def test_steep_penalties_make_truth_dominant(economy, said):
    said = said[: len(economy.productivity)]
    assert economy.threshold(0, said) < economy.dominant_threshold
    bonus = NewSovietBonus(0.5, 1.0, economy.dominant_threshold)
    assert best_report(economy, bonus, 0, said).gain < 1e-12


def test_small_firms_are_the_first_to_over_report():
    economy = Divisions((1.0, 2.0), 0.5)
    assert economy.threshold(0) == pytest.approx(1.8)
    assert economy.threshold(1) == pytest.approx(1.2)


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match="two or more"):
        Divisions((1.0,))
    with pytest.raises(ValueError, match="exponent is 1"):
        Divisions((1.0, 2.0), 1.0)
