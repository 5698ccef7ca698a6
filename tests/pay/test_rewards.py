"""Bonus formulas against numbers worked out by hand."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.base.registry import kinds
from planlab.pay.rewards._paying import Beside
from planlab.people.reports import Statistics
from planlab.testing import drawn_scenario

QUOTA = jnp.array([0.8, 0.7])


@pytest.mark.parametrize(
    ("reward", "producers"),
    [
        (pl.Flat(2.0), [2.0, 2.0]),
        (pl.StepBonus(1.0, 0.1), [0.0, 1.0]),
        (pl.StepBonus(1.0, 0.1, leeway=0.2), [1.0, 1.0]),
        (pl.TargetBonus(2.0, 0.5), [0.2, 0.2]),
        (pl.Weitzman(0.5, 1.0, 1.5, base=1.0), [1 + 0.2 - 0.15, 1 + 0.1]),
        (pl.Groves(2.0), [1.4, 1.4]),
        (pl.LoebMagat(1.0), [0.24 + 0.3 + 0.4 - 1.0, 0.94]),
        (pl.Profit(), [(1 - 0.2 - 0.5) * 9, (2 - 0.2 - 0.5) * 16]),
        (pl.EffortRating(), [0.9, 1.0]),
        (pl.Audited(pl.Flat(1.0), probability=0.1, penalty=5.0), [0.5, 1.0]),
    ],
)
def test_producers_are_paid_by_the_formula(account, reward, producers):
    _, pay = reward.pay(QUOTA, account)
    np.testing.assert_allclose(pay.producers, producers, rtol=1e-12)


def test_communities_get_what_others_say_they_have_and_any_charge_is_given_back_or_kept(account):
    np.testing.assert_allclose(pl.Groves().pay(QUOTA, account)[1].communities, [0.4 + 0.1, 0.54 + 0.2])
    np.testing.assert_allclose(pl.Clarke().pay(QUOTA, account)[1].communities, [0.0, 0.0])


def test_quotas_follow_achievement_only_under_a_ratchet(account):
    reward_state, _ = pl.TargetBonus(1.0, 0.5).pay(QUOTA, account)
    np.testing.assert_allclose(reward_state, [0.85, 0.75])
    for reward in (pl.TargetBonus(1.0, 0.0), pl.Weitzman(), pl.StepBonus()):
        np.testing.assert_array_equal(reward.pay(QUOTA, account)[0], QUOTA)


def test_the_weitzman_bonus_is_highest_at_what_will_be_achieved(account):
    """Without allocation: with output given, the announcement that pays most is that output."""
    planned = np.linspace(1.0, 20.0, 381)
    pay = [
        float(pl.Weitzman().pay(QUOTA, replace(account, target=account.target.at[0].set(t)))[1].producers[0])
        for t in planned
    ]
    assert planned[int(np.argmax(pay))] == pytest.approx(9.0)


def test_pay_is_recorded_with_a_run():
    scenario = pl.make_scenario("three_sector")
    run = pl.simulate("command", scenario, 3, reward=pl.Flat(2.0))
    np.testing.assert_array_equal(run.pay.producers, 2.0)
    assert run.to_xarray()["pay"].shape == (3, scenario.economy.processes)
    with pytest.raises(TypeError, match="reward is 'money'"):
        pl.simulate("command", scenario, 1, reward="money")


def test_nobody_honest_is_fined_for_a_drought():
    scenario = drawn_scenario(0)
    audited = pl.Audited(pl.Flat(1.0), probability=0.1, penalty=10.0)
    honest = pl.simulate("linear_program", scenario, 3, reward=audited)
    assert float(honest.scenario.shocks.capacity.min()) < 0.9
    np.testing.assert_array_equal(honest.pay.producers, 1.0)
    lying = pl.simulate("linear_program", scenario, 3, pl.Understate(0.8), reward=audited)
    np.testing.assert_array_equal(lying.pay.producers, 0.0)


BESIDE = {name: kind for name, kind in kinds(pl.Reward).items() if hasattr(kind(), "reward")}


@pytest.mark.parametrize("name", BESIDE)
def test_what_is_paid_beside_another_reward_begins_with_it_and_takes_nothing_else(name):
    assert set(BESIDE) >= {"audited", "profile_accuracy", "truth_serum", "robust_truth_serum"}
    kind = BESIDE[name]
    assert issubclass(kind, Beside)
    with pytest.raises(TypeError, match="reward is 3, which is not of kind Reward"):
        kind(reward=3)
    last = Statistics(jnp.array([3.0, 5.0]), jnp.ones(2), jnp.ones((2, 3)), jnp.ones(2))
    *_, begun = jax.tree.leaves(kind(reward=pl.TargetBonus()).start(jnp.array([2.0, 4.0]), last))
    np.testing.assert_array_equal(begun, [1.5, 1.25])


class Misshapen(pl.Reward):
    """Returns whatever it is given."""

    returned: str = "scalar"

    def pay(self, reward_state, account):
        everybody = jnp.zeros_like(account.satisfaction)
        return {
            "scalar": (reward_state, pl.Pay(jnp.asarray(1.0), everybody)),
            "other lengths": (reward_state, pl.Pay(jnp.ones(2), everybody)),
            "pay alone": pl.Pay(account.reference_output, everybody),
            "another memory": (reward_state[:2], pl.Pay(account.reference_output, everybody)),
        }[self.returned]


@pytest.mark.parametrize("returned", ["scalar", "other lengths", "pay alone", "another memory"])
def test_pay_of_the_wrong_shape_is_named(returned):
    with pytest.raises(TypeError, match=r"Misshapen\.pay"):
        pl.simulate("command", drawn_scenario(0), 1, reward=Misshapen(returned))
