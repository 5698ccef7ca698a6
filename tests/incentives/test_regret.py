"""Regret: what is found is real, what theory promises is kept, and planted faults are caught."""

from dataclasses import replace
from typing import ClassVar

import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.incentives.trial import Profile, Trial
from planlab.pay.account import Pay, Reward
from planlab.pay.rewards.clarke import Clarke
from planlab.pay.rewards.flat import Flat
from planlab.pay.rewards.groves import Groves
from planlab.testing import BrokenPromise, check_manipulable, check_truthful, drawn_scenario
from planlab.world.frictionless import Frictionless


@pytest.fixture(scope="module")
def scenario():
    return drawn_scenario(0, wear=0.0, struck=False)


def test_a_found_gain_is_what_the_world_pays_for_that_lie(scenario):
    reward = pl.Weitzman()
    found = pl.regret("command", scenario, reward)
    assert found.manipulable
    best = found.table.loc[found.table.gain.idxmax()]
    j = int(found.table.gain.idxmax())
    ones = jnp.ones(scenario.economy.processes)
    factors = {name: ones.at[j].set(best[name]) for name in ("capacity", "inputs", "results")}
    honest = pl.simulate("command", scenario, 1, reward=reward)
    lying = pl.simulate("command", scenario, 1, pl.Misreport(**factors), reward=reward)
    gain = float(lying.pay.producers[0, j] - honest.pay.producers[0, j])
    assert gain == pytest.approx(best.gain, rel=1e-9)


def test_nothing_is_gained_where_pay_is_flat_and_it_is_not_called_truthful(scenario):
    found = pl.regret("command", scenario, Flat())
    assert not found.manipulable
    assert found.largest == 0.0
    assert "no gain found" in str(found)
    assert "truthful" not in str(found)


@pytest.mark.parametrize("reward", [Groves(), Clarke()])
def test_groves_and_clarke_are_truthful_for_communities(reward):
    check_truthful("vcg", reward, "communities", tolerance=1e-6)


class PaidOnReports(Reward):
    """A planted fault: everybody is paid for what it says."""

    def pay(self, reward_state, account):
        return reward_state, Pay(
            account.reported_capacity / account.reference_output, account.reported_needs.sum(axis=0)
        )


class WrongSign(Groves):
    """A planted fault: a Groves rule that charges what it should pay."""

    def pay(self, reward_state, account):
        reward_state, pay = super().pay(reward_state, account)
        return reward_state, replace(pay, communities=2 * account.payments - pay.communities)


def test_a_groves_rule_with_the_wrong_sign_is_caught():
    with pytest.raises(BrokenPromise, match="gain by lying"):
        check_truthful("vcg", WrongSign(), "communities")


@pytest.mark.parametrize("agents", ["producers", "communities"])
def test_a_bonus_on_reports_is_caught(agents):
    with pytest.raises(BrokenPromise, match="gain by lying"):
        check_truthful("linear_program", PaidOnReports(), agents)


def test_a_search_that_always_returns_zero_is_caught():
    def nothing(*args, **kwargs):
        found = pl.regret(*args, grid=(1.0,), steps=(), **kwargs)
        return replace(found, table=found.table.assign(gain=0.0, found=False))

    with pytest.raises(BrokenPromise, match="no lie was found"):
        check_manipulable("linear_program", PaidOnReports(), search=nothing)
    assert check_manipulable("linear_program", PaidOnReports()).manipulable


def test_threads_and_one_by_one_find_the_same(scenario):
    trial = Trial("command", scenario, pl.Weitzman(), physics=Frictionless())
    lies = np.log(np.random.default_rng(0).uniform(0.5, 2.0, (40, 4)))
    who = np.arange(40) % scenario.economy.processes
    got = trial.unilateral(trial.truth, True, who, lies[:, None])[:, 0]
    for agent, lie, own in list(zip(who, lies, got, strict=True))[::9]:
        producers = jnp.zeros((scenario.economy.processes, 4)).at[agent].set(lie)
        alone = trial.payoffs(Profile(producers, trial.truth.communities))
        assert float(alone.producers[agent]) == pytest.approx(own, rel=1e-12)


class Silent(pl.TargetBonus):
    """Pays nothing that can be counted to who announces too little."""

    def pay(self, reward_state, account):
        reward_state, pay = super().pay(reward_state, account)
        little = account.reported_capacity < 0.6 * account.known_capacity
        return reward_state, pl.Pay(jnp.where(little, jnp.nan, pay.producers), pay.communities)


def test_lies_without_a_finite_payoff_hide_no_others_and_are_counted():
    scenario = drawn_scenario(0, wear=0.0, struck=False)
    setting = {"lies": ("capacity",), "grid": (0.5, 0.8, 1.25, 2.0), "steps": ()}
    counted = pl.regret(Shares(), scenario, pl.TargetBonus(), **setting)
    silent = pl.regret(Shares(), scenario, Silent(), **setting)
    assert counted.failed == 0
    assert silent.failed >= 9
    assert f"{silent.failed} of which had no finite payoff" in str(silent)
    assert silent.largest == pytest.approx(counted.largest)
    assert counted.largest > 0


@pytest.mark.parametrize("look", [pl.regret, pl.equilibrium])
def test_nothing_is_measured_against_what_makes_no_sense(look):
    scenario = drawn_scenario(0, wear=0.0, struck=False)
    with pytest.raises(ValueError, match="pays honest producer 0 nan"):
        look(Shares(), scenario, Nothing(), lies=("capacity",))
    with pytest.raises(ValueError, match="made from honest reports holds numbers that are not finite"):
        look(Shares(), drawn_scenario(0, plenty=True), pl.Flat(), lies=("capacity",))


class Nothing(pl.Reward):
    def pay(self, reward_state, account):
        return reward_state, pl.Pay(account.reference_output * jnp.nan, account.satisfaction)


class Shares(pl.Mechanism):
    """Ask every process for the same share of the capacity that it admits to."""

    sees: ClassVar = frozenset({"capacity", "needs"})

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=0.8 * seen.capacity, delivery=seen.needs)


def test_a_gain_within_the_planners_own_accuracy_is_none():
    rough, scenario = pl.Gradient(tolerance=1e-2), drawn_scenario(2, wear=0.0, struck=False)
    found = pl.regret(rough, scenario, pl.Groves(), physics=pl.Frictionless())
    assert not found.manipulable
    assert rough.accuracy == 1e-2
    assert pl.LinearProgram().accuracy == 0.0
    assert pl.LinearProgram(solver="primal_dual").accuracy > 0


def test_lies_come_on_top_of_what_others_draw_anyway():
    scenario, people = drawn_scenario(0), pl.IdiosyncraticBias()
    trial = Trial("command", scenario, pl.Weitzman(), behaviour=people)
    run = pl.simulate("command", scenario, 1, people, reward=pl.Weitzman())
    np.testing.assert_allclose(trial.payoffs(trial.truth).producers, run.pay.producers[0], rtol=1e-12)


def test_the_team_is_not_paid_for_replacement_so_that_wear_makes_a_lie_pay():
    setting = {"physics": pl.Frictionless(), "lies": ("capacity",)}
    worn = pl.regret("linear_program", drawn_scenario(0, wear=0.2, struck=False), pl.Groves(), **setting)
    assert worn.largest > 1e-3
    assert not pl.regret(
        "linear_program", drawn_scenario(0, wear=0.0, struck=False), pl.Groves(), **setting
    ).manipulable


def test_plans_looked_for_from_where_the_last_was_found_are_the_same_plans(scenario):
    trial = Trial(pl.Gradient(tolerance=1e-8), scenario, pl.Profit())
    trial.warm_up(trial.truth)
    who = np.arange(scenario.economy.processes)
    moves = np.log(np.random.default_rng(0).uniform(0.7, 1.4, (who.size, 7, 4)))
    onward = trial.unilateral(trial.truth, True, who, moves, onward=True)
    np.testing.assert_allclose(onward, trial.unilateral(trial.truth, True, who, moves), atol=1e-5)
    some = who[3:8]
    np.testing.assert_array_equal(onward[some], trial.unilateral(trial.truth, True, some, moves[some], onward=True))


def test_slopes_are_those_of_what_the_world_pays(scenario):
    reward = pl.Profit()
    for mechanism, close in (("gradient", 2e-2), ("linear_program", 1e-3)):
        trial = Trial(pl.Gradient(tolerance=1e-7) if mechanism == "gradient" else mechanism, scenario, reward)
        who, lies = np.arange(scenario.economy.processes), np.full((scenario.economy.processes, 4), -0.05)
        slopes = trial.slopes(trial.truth, True, who, lies)
        step = 1e-3 * np.array([0.0, 1.0, 0.0, 0.0])
        moves = lies[:, None] + np.array([-1, 0, 1])[:, None] * step
        down, here, up = trial.unilateral(trial.truth, True, who, moves).T
        most = np.abs(slopes[:, 1]).max()
        smooth = np.abs(up - 2 * here + down) / 1e-3 < 0.05 * most  # away from kinks
        assert smooth.sum() >= 5
        np.testing.assert_allclose(slopes[smooth, 1], ((up - down) / 2e-3)[smooth], atol=close * most)
        assert most > 1e-3


def test_climbing_finds_what_a_grid_misses(scenario):
    class NearlyTrue(Reward):
        """Pays for an announcement a twentieth above the truth, and for nothing further away."""

        def pay(self, reward_state, account):
            off = jnp.log(account.reported_capacity / account.capacity) - 0.05
            return reward_state, Pay(jnp.exp(-50 * off**2), jnp.zeros_like(account.satisfaction))

    for mechanism in ("command", "linear_program"):
        found = pl.regret(mechanism, scenario, NearlyTrue(), lies=("capacity",), grid=(0.5, 2.0))
        assert found.table.found.all()
        np.testing.assert_allclose(np.log(found.table.capacity), 0.05, atol=0.03)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"agents": "everybody"}, "agents is 'everybody'"),
        ({"agents": [99]}, "positions of processes"),
        ({"lies": ("moods",)}, "choose from capacity"),
        ({"grid": (0.0,)}, "factors above 0"),
        ({"periods": 0}, "periods is 0"),
        ({"discount": 0.0}, "discount is 0.0"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_bad_arguments_are_named(scenario, arguments, message):
    with pytest.raises(ValueError, match=message):
        pl.regret("command", scenario, **arguments)


@pytest.mark.parametrize("argument", ["reward", "effort", "behaviour", "channel", "physics"])
def test_arguments_of_the_wrong_kind_are_named(scenario, argument):
    with pytest.raises(TypeError, match=f"{argument} is 'money'"):
        pl.regret("command", scenario, **{argument: "money"})


def test_what_is_promised_is_what_comes_about_where_a_plan_can_be_carried_out(scenario):
    run = pl.simulate("linear_program", scenario, 1, physics=Frictionless())
    np.testing.assert_allclose(run.outcome.delivery, run.plan.delivery, rtol=1e-6, atol=1e-8)
    out = run.outcome
    into, away = out.opening + out.made, out.closing + out.delivery.sum(axis=2) + out.used + out.invested + out.decayed
    np.testing.assert_allclose(into, away, rtol=1e-10)


SCARCE = pl.make_scenario("three_sector", labour=75.0)


def test_who_hides_stores_is_given_more_where_planners_look_and_nothing_where_they_do_not():
    """The planner refills what is not lacking; the others get less, and fewer needs are met."""
    looks, blind = (
        pl.regret("linear_program", SCARCE, None, "producers", ("stores",), periods=3, setting=setting)
        for setting in (pl.Setting(reward=pl.Weitzman(), stores=stores) for stores in (True, False))
    )
    assert looks.best.found
    assert looks.best.stores < 0.9
    assert looks.best.society < 0
    assert not blind.manipulable


def test_lies_about_stores_are_tried_unless_nobody_would_hear_them():
    def tried(**setting):
        return Trial("linear_program", SCARCE, setting=pl.Setting(**setting)).heard

    assert tried() == ("capacity", "inputs", "results", "stores", "needs")
    assert "stores" not in tried(stores=False)
    assert "stores" not in tried(physics=pl.Frictionless())
