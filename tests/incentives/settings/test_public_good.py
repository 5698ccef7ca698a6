import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planlab.incentives.settings.public_good import FujigakiSatoProcess, MDPProcess, PublicGood, follow, worth

agents = st.lists(st.floats(0.2, 5.0), min_size=2, max_size=6).map(tuple)
goods = st.builds(PublicGood, agents, st.floats(0.3, 5.0))
levels = st.one_of(st.just(0.0), st.floats(0.01, 5.0))
saying = st.lists(st.floats(-3.0, 5.0), min_size=6, max_size=6)
LIES = np.linspace(-6.0, 6.0, 241)


def gains(good, process, level, said):
    """What agent 0 gains over truth by each lie, the others saying what they will."""
    announced = np.tile(np.array(said[: len(good.weights)]), (len(LIES) + 1, 1))
    announced[:, 0] = good.willingness(level)[0] + np.append(0.0, LIES)
    paid = worth(good, process, announced, level)[:, 0]
    return (paid[1:] - paid[0]) / np.abs(paid).max().clip(1e-9)


@pytest.mark.parametrize("start", [0.0, 2.0, 7.0])
@pytest.mark.parametrize(("process", "duration"), [(MDPProcess(), 30.0), (FujigakiSatoProcess(), 3000.0)])
def test_the_good_is_provided_at_its_optimum(process, duration, start):
    good = PublicGood()
    way = follow(good, process, duration, start)
    assert good.optimum == 2.0
    assert way.level[-1] == pytest.approx(2.0, abs=2e-3)
    np.testing.assert_allclose(way.money.sum(axis=1), good.cost * (start - way.level), atol=1e-6)


@given(goods, st.floats(0.0, 4.0), st.sampled_from([MDPProcess(), FujigakiSatoProcess()]))
def test_nobody_ever_loses_on_the_truthful_way(good, start, process):
    way = follow(good, process, 5.0, start)
    assert np.diff(way.utilities, axis=0).min() > -1e-7
    assert way.level.min() >= 0


def test_an_unwanted_good_is_given_up_and_no_further():
    good = PublicGood((0.2, 0.3), cost=2.0)
    way = follow(good, MDPProcess(), 20.0, start=1.0)
    assert way.level[-1] == pytest.approx(good.optimum, abs=1e-8)
    assert way.level[-1] == pytest.approx(0.0, abs=1e-8)
    np.testing.assert_allclose(worth(good, MDPProcess(), good.willingness(0.0), 0.0), 0.0)


@settings(max_examples=500)
@given(st.floats(0.1, 5.0), st.floats(0.0, 8.0), st.floats(0.1, 0.9), st.floats(0.3, 5.0))
def test_truth_is_maximin(pi, lie, share, cost):
    process = MDPProcess()
    z = lie - cost + np.linspace(0.0, 60.0, 6001)
    searched = ((pi - lie) * z + share * z**2).min()
    least = process.guaranteed(pi, lie, share, cost)
    assert least <= searched + 1e-12
    assert least == pytest.approx(searched, abs=share * 0.01**2)
    if pi <= cost:
        assert least <= 0 == process.guaranteed(pi, pi, share, cost)
        assert least < 0 or abs(lie - pi) < 1e-2
    unrestricted = -((pi - lie) ** 2) / (4 * share)
    assert unrestricted <= least + 1e-12
    assert unrestricted < 0 or abs(lie - pi) < 1e-2


def test_who_would_pay_alone_guarantees_itself_more_by_a_lie():
    process = MDPProcess()
    lie = process.best_reply(3.0, -1.0, 0.25)
    assert process.guaranteed(3.0, lie, 0.25, 1.0) > process.guaranteed(3.0, 3.0, 0.25, 1.0) + 0.1
    assert process.best_reply(3.0, -1.0, 0.5) == 3.0


@settings(max_examples=500)
@given(goods, levels, saying)
def test_truth_is_dominant_in_the_generalised_process(good, level, said):
    assert gains(good, FujigakiSatoProcess(), level, said).max() < 1e-12


@settings(max_examples=500)
@given(st.tuples(st.floats(0.2, 5.0), st.floats(0.2, 5.0)), st.floats(0.3, 5.0), levels, saying)
def test_truth_is_dominant_for_two_under_mdp(weights, cost, level, said):
    good = PublicGood(weights, cost)
    assert gains(good, MDPProcess(), level, said).max() < 1e-12
    assert gains(good, MDPProcess((0.4, 0.6)), 1.0, (0.0, 3 * cost)).max() > 1e-6


@given(goods, st.floats(0.1, 5.0))
def test_beyond_two_the_best_reply_to_truth_is_a_lie(good, level):
    n, pi = len(good.weights), good.willingness(level)
    surplus = pi.sum() - good.cost
    if n > 2 and abs(surplus) > 0.5:
        process = MDPProcess()
        reply = process.best_reply(pi[0], surplus - pi[0], 1 / n)
        assert np.sign(pi[0] - reply) == np.sign(surplus)
        announced = np.array([pi, pi])
        announced[1, 0] = reply
        truth, lie = worth(good, process, announced, level)[:, 0]
        assert lie > truth + 1e-6


@given(goods, st.floats(0.1, 5.0), saying)
def test_best_replies_and_equilibrium_of_the_mdp_game(good, level, lies):
    n, pi, process = len(good.weights), good.willingness(level), MDPProcess()
    rho = process.equilibrium(pi, good.cost)
    z = rho.sum() - good.cost
    assert z == pytest.approx((pi.sum() - good.cost) / (n - 1))
    for i in range(n):
        assert process.best_reply(pi[i], z - rho[i], 1 / n) == pytest.approx(rho[i])
        announced = np.tile(rho, (len(lies) + 1, 1))
        announced[1:, i] += lies
        paid = worth(good, process, announced, level)[:, i]
        assert paid[0] == pytest.approx((1 - 1 / n) * z**2)
        assert paid[1:].max() <= paid[0] + 1e-12


def test_best_replies_still_reach_the_optimum():
    good, process = PublicGood(), MDPProcess()
    np.testing.assert_allclose(process.equilibrium(good.willingness(0.0), 2.0), [1 / 3, 4 / 3, 7 / 3])
    way = follow(good, process, 60.0, announce=lambda x: process.equilibrium(good.willingness(x), good.cost))
    assert way.level[-1] == pytest.approx(2.0, abs=1e-6)
    assert np.diff(way.utilities, axis=0).min() > -1e-7


def test_a_wrong_power_or_share_would_be_found_out():
    good = PublicGood()

    class WrongPower(FujigakiSatoProcess):
        def rates(self, announced, cost, level):
            speed, money = MDPProcess().rates(announced, cost, level)
            return speed, money

    assert gains(good, WrongPower(), 1.0, (1.0, 2.0, 3.0)).max() > 1e-3
    with pytest.raises(ValueError, match="add up to 1"):
        MDPProcess((0.5, 0.6))
