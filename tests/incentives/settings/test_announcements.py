import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import gamma, lognorm, norm, uniform

from planlab.incentives.settings.announcements import (
    NewSovietBonus,
    best_announcement,
    expected_bonus,
    plan_quantile,
)

rate = st.floats(0.05, 3.0)
step = st.floats(0.05, 2.0)


def searched(bonus, quantile):
    low, high = quantile(np.array([1e-4, 1 - 1e-4]))
    expected = expected_bonus(bonus, quantile)
    return minimize_scalar(lambda a: -expected(a), bounds=(low, high), method="bounded").x


@pytest.mark.parametrize(
    ("rates", "plan"), [((0.7, 1.0, 1.3), 100.0), ((0.5, 1.0, 2.0), 95.69), ((0.2, 1.0, 1.2), 108.42)]
)
def test_a_firm_unsure_of_its_output_announces_a_quantile(rates, plan):
    bonus, output = NewSovietBonus(*rates), norm(100, 10)
    assert output.ppf(plan_quantile(bonus)) == pytest.approx(plan, abs=0.005)
    assert searched(bonus, output.ppf) == pytest.approx(plan, abs=0.02)


@given(rate, step, step, st.sampled_from([gamma(3.0), lognorm(0.5), uniform(2, 5), norm(10, 1)]))
def test_the_quantile_holds_for_any_distribution(over, more, most, output):
    bonus = NewSovietBonus(over, over + more, over + more + most)
    assert output.cdf(searched(bonus, output.ppf)) == pytest.approx(plan_quantile(bonus), abs=2e-3)


def best_of_many(bonus, output, low, high):
    many = np.append(np.linspace(low, high, 2001), output)
    return many, bonus(many, output)


@settings(max_examples=500)
@given(rate, step, step, st.floats(5.0, 20.0), st.floats(0.1, 4.0), st.floats(0.1, 4.0))
def test_ordered_rates_make_a_certain_firm_truthful(over, more, most, output, below, above):
    bonus = NewSovietBonus(over, over + more, over + more + most)
    assert bonus.is_ordered
    many, paid = best_of_many(bonus, output, output - below, output + above)
    assert many[np.argmax(paid)] == pytest.approx(output, abs=1e-12)
    assert best_announcement(bonus, output, output - below, output + above) == output


@settings(max_examples=500)
@given(rate, rate, rate, st.floats(5.0, 20.0), st.floats(0.1, 4.0), st.floats(0.1, 4.0))
def test_broken_rates_send_a_certain_firm_to_an_end(over, announced, under, output, below, above):
    a, b, g = over, announced, under
    assume(not a < b < g and min(abs(a - b), abs(g - b)) > 1e-6)
    low, high = output - below, output + above
    bonus = NewSovietBonus(a, b, g)
    many, paid = best_of_many(bonus, output, low, high)
    best = best_announcement(bonus, output, low, high)
    assert bonus(best, output) == pytest.approx(paid.max(), abs=1e-12)
    if a < b:
        expected = high
    elif b < g:
        expected = low
    else:
        expected = low if (a - b) * below > (b - g) * above else high
    assert best == expected
    assert paid.max() > bonus(output, output)


def test_a_penalty_on_overproduction_leaves_the_announcement_true_but_holds_output_back():
    bonus = NewSovietBonus(over=-0.5)
    assert not bonus.is_ordered
    assert best_announcement(bonus, 10.0, 5.0, 20.0) == 10.0
    assert bonus(10.0, 10.0) > bonus(10.0, 11.0)


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match="over < announced < under"):
        plan_quantile(NewSovietBonus(1.0, 0.5, 2.0))
    with pytest.raises(ValueError, match="widen the interval"):
        best_announcement(NewSovietBonus(), 1.0, 2.0, 3.0)
