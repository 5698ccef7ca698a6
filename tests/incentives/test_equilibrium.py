"""Where lying leads: restraint that nobody assumed, honesty where nothing is gained, and whether it converged."""

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.incentives.equilibrium import _left_to_gain
from planlab.incentives.trial import Trial
from planlab.testing import drawn_scenario

SETTING = {"lies": ("capacity",), "effort": pl.Effort(1.0, 2.0), "periods": 6, "discount": 0.9, "rounds": 8}


@pytest.fixture(scope="module")
def scenario():
    return pl.make_scenario("layered", products=10, communities=2, seed=0)


@pytest.fixture(scope="module")
def under(scenario):
    shares = (0.0, 0.5, 1.0)
    return {share: pl.equilibrium("command", scenario, pl.TargetBonus(1.0, share), **SETTING) for share in shares}


def test_the_ratchet_makes_producers_hide_capacity_and_without_it_nobody_does(under):
    hidden = {share: 1 - float(ended.behaviour.capacity.mean()) for share, ended in under.items()}
    assert hidden[0.0] == 0.0
    assert under[0.0].converged
    assert under[0.0].epsilon == 0.0
    assert hidden[0.5] > 0.1
    assert hidden[1.0] > hidden[0.5]


def test_what_is_hidden_is_missing(under):
    assert under[1.0].honest_satisfaction == under[0.0].satisfaction
    assert under[1.0].satisfaction < under[1.0].honest_satisfaction - 0.05


def test_an_equilibrium_can_be_compared(under, scenario):
    behaviours = {"honest": pl.Truthful(), "strategic": under[1.0].behaviour}
    found = pl.compare("command", scenario, periods=6, seeds=[0], behaviours=behaviours, bound=False)
    met = found.table.set_index("behaviour").need_satisfaction
    assert met["strategic"] < met["honest"]


def test_one_round_is_not_called_converged_where_somebody_still_gains(scenario):
    ended = pl.equilibrium("command", scenario, pl.TargetBonus(1.0, 1.0), **(SETTING | {"rounds": 1}))
    assert not ended.converged
    assert ended.epsilon > 0.01
    assert "not converged" in str(ended)


def test_learners_who_gain_nothing_stay_honest_and_those_who_do_lie():
    scenario = drawn_scenario(0, wear=0.0, struck=False)
    setting = {"lies": ("capacity",), "rule": "learning", "physics": pl.Frictionless(), "rounds": 12}
    flat = pl.equilibrium("linear_program", scenario, pl.Flat(), **setting)
    np.testing.assert_array_equal(np.asarray(flat.behaviour.capacity), 1.0)
    profit = pl.equilibrium("linear_program", scenario, pl.Profit(), **setting)
    assert float(np.min(profit.behaviour.capacity)) < 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"agents": "nobody"}, "agents is 'nobody'"),
        ({"lies": ("moods",)}, "lies names 'moods'"),
        ({"rule": "prayer"}, "rule is 'prayer'"),
        ({"damping": 0.0}, "damping is 0.0"),
        ({"rounds": 0}, "rounds is 0"),
        ({"agents": "communities", "lies": ("capacity",)}, "who can misreport none"),
    ],
)
def test_bad_arguments_are_named(scenario, arguments, message):
    with pytest.raises(ValueError, match=message):
        pl.equilibrium("command", scenario, **arguments)


def test_what_is_left_to_gain_is_searched_for_at_the_truth_too():
    """A planted equilibrium that is none: all lie threefold where only the truth is paid."""

    class Truth(pl.Reward):
        def pay(self, reward_state, account):
            true = jnp.abs(account.reported_capacity / account.known_capacity - 1) < 1e-6
            return reward_state, pl.Pay(jnp.where(true, 1.0, 0.0), jnp.zeros_like(account.satisfaction))

    scenario = drawn_scenario(0, wear=0.0, struck=False)
    trial = Trial("command", scenario, Truth(), physics=pl.Frictionless())
    lies = jnp.zeros((9, 4)).at[:, 0].set(np.log(3.0))
    profile = trial.truth.with_those_of(True, lies)
    left = _left_to_gain(trial, profile, trial.warm_up(profile), trial.payoffs(trial.truth), [(True, [0, 1])])
    assert left == pytest.approx(1.0)


def test_those_at_the_largest_lie_are_counted(scenario):
    setting = {"agents": "communities", "lies": ("needs",), "rounds": 20}
    ended = pl.equilibrium("command", scenario, pl.Flat(), **setting)
    assert float(ended.behaviour.needs.min()) > 4.8
    assert ended.at_most == 2
    assert "2 tell the largest lie" in str(ended)
    assert pl.equilibrium("vcg", scenario, pl.Groves(), **(setting | {"rounds": 2})).at_most == 0
