"""Every reward is held to what it declares, with every mechanism it declares it for, both ways."""

import inspect
from typing import ClassVar

import jax.numpy as jnp
import pytest

import planlab as pl
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import MECHANISMS
from planlab.planning.plan import Plan
from planlab.testing import (
    PROMISES,
    BrokenPromise,
    check_budget,
    check_individually_rational,
    check_manipulable,
    check_monotone,
    check_truthful,
    drawn_scenario,
)

PUBLIC = [getattr(pl, name) for name in pl.__all__]
ANY = ("standstill", "command", "linear_program")
"""Pay that is promised for any mechanism does not know it: one that is hardly there, one traced, one in NumPy."""

REWARDS = [part for part in PUBLIC if inspect.isclass(part) and issubclass(part, pl.Reward) and part is not pl.Reward]
PAIRS = [
    (mechanism, reward, promise)
    for reward in REWARDS
    for declared, promises in reward.promises.items()
    for mechanism in (ANY if declared == "any" else [declared])
    for promise in promises
]


@pytest.mark.parametrize(("mechanism", "reward", "promise"), PAIRS)
def test_what_is_declared_is_kept(mechanism, reward, promise):
    PROMISES[promise](mechanism, reward())


def test_only_promises_that_exist_are_made_for_mechanisms_that_exist():
    assert {promise for _, _, promise in PAIRS} <= set(PROMISES)
    assert {mechanism for reward in REWARDS for mechanism in reward.promises} <= {"any", *MECHANISMS.planlabs()}


def test_nobody_is_both_truthful_and_manipulable():
    for mechanism, reward, promise in PAIRS:
        opposite = promise.replace("truthful ", "manipulable by ")
        if opposite != promise:
            assert (mechanism, reward, opposite) not in PAIRS


def test_a_budget_and_a_loss_are_noticed():
    with pytest.raises(BrokenPromise, match="stated is 0"):
        check_budget("vcg", pl.Groves(), "communities")
    check_budget("vcg", pl.Groves(), "communities", deficit=2.0)
    with pytest.raises(BrokenPromise, match="worse than with nothing"):
        check_individually_rational("command", pl.Flat(income=-1.0))


def test_more_admitted_capacity_is_not_asked_for_less():
    check_monotone("linear_program")


class Lost(pl.Reward):
    """A planted fault: pay that is no number."""

    def pay(self, reward_state, account):
        return reward_state, pl.Pay(account.reference_output * jnp.nan, account.satisfaction)


class Shy(Mechanism):
    """A planted fault: who admits to more is asked for less."""

    sees: ClassVar = frozenset({"capacity", "needs"})

    def plan(self, state, seen, key):
        return state, Plan(activity=1.0 / seen.capacity, delivery=seen.needs)


def test_who_asks_less_of_those_who_admit_to_more_is_noticed():
    with pytest.raises(BrokenPromise, match="admits to a fifth more"):
        check_monotone(Shy())


@pytest.mark.parametrize(
    ("check", "arguments", "message"),
    [
        (check_individually_rational, {"agents": "prodcers"}, "agents is 'prodcers'; choose one of producers"),
        (check_budget, {"agents": "prodcers"}, "agents is 'prodcers'; choose one of producers"),
        (check_truthful, {"scenarios": []}, "scenarios is empty"),
        (check_manipulable, {"scenarios": []}, "scenarios is empty"),
        (check_truthful, {"lies": ("needs",)}, "can misreport none"),
        (check_truthful, {"agents": "communities", "lies": ("capacity",)}, "can misreport none"),
        (check_individually_rational, {"reward": Lost()}, "pays honest producer 0 nan"),
    ],
)
def test_a_check_that_would_check_nothing_is_refused(check, arguments, message):
    with pytest.raises(ValueError, match=message):
        check("command", **({"reward": pl.Flat()} | arguments))


def test_a_budget_that_is_no_number_is_not_balanced():
    with pytest.raises(BrokenPromise, match="nan more than they pay"):
        check_budget("command", Lost())


def test_one_world_is_enough():
    world = drawn_scenario(1, wear=0.0, struck=False)
    check_truthful("command", pl.Flat(), scenarios=world)
    with pytest.raises(BrokenPromise, match="worse than with nothing"):
        check_individually_rational("command", pl.Flat(income=-1.0), "all", scenarios=world)
