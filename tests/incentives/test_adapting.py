"""Those who adapt, put into simulations, comparisons and files like any other behaviour."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.people.behaviour import Behaviour
from planlab.study.parts import build, kinds
from planlab.study.reporting import named_behaviour

WORLD = pl.make_scenario("layered", products=10, communities=2, seed=0)
LIARS = {"agents": "producers", "lies": ("capacity",), "rounds": 3}
RATCHET = pl.TargetBonus(1.0, 1.0)
AHEAD = {"effort": pl.Effort(1.0, 2.0), "horizon": 6, "discount": 0.9}


def test_what_they_end_up_saying_is_what_the_search_for_an_equilibrium_returns():
    run = pl.simulate("command", WORLD, 2, pl.BestReply(RATCHET, **LIARS, **AHEAD), seed=3)
    setting = LIARS | {"effort": AHEAD["effort"], "periods": 6, "discount": 0.9, "seed": 3}
    ended = pl.equilibrium("command", WORLD, RATCHET, **setting)
    said = np.asarray(run.behaviour.misreport.capacity)
    np.testing.assert_array_equal(said, np.asarray(ended.behaviour.capacity))
    assert said.min() < 0.95
    told = pl.simulate("command", WORLD, 2, ended.behaviour, seed=3)
    for one, other in zip(jax.tree.leaves(run.outcome), jax.tree.leaves(told.outcome), strict=True):
        np.testing.assert_array_equal(one, other)


def test_rewards_stand_side_by_side_in_a_comparison_that_says_how_settled_they_are():
    behaviours = {
        "honest": pl.Truthful(),
        "ratchet": pl.BestReply(RATCHET, **LIARS, **AHEAD),
        "flat": pl.BestReply(pl.Flat(), **LIARS),
    }
    found = pl.compare("command", WORLD, periods=6, seeds=[0, 1], behaviours=behaviours, bound=False)
    met = found.summary.need_satisfaction["command"]
    assert met["flat"] == met["honest"]
    assert met["ratchet"] < met["honest"]
    ends = found.table.set_index(["behaviour", "seed"])
    assert ends.loc["honest", ["epsilon", "converged"]].isna().all(axis=None)
    assert (ends.loc["flat", "epsilon"] == 0).all()
    assert (ends.loc["flat", "converged"] == 1).all()
    assert (ends.loc["ratchet", "converged"] == 0).all()  # three rounds are too few
    assert (ends.loc["ratchet", "epsilon"] > 0.01).all()


def test_they_answer_the_reward_that_is_paid_unless_they_are_given_one():
    scenario = pl.testing.drawn_scenario(0, wear=0.0, struck=False)
    learners = pl.ExponentialWeights(agents="producers", lies=("capacity",), rounds=8)
    paid = pl.simulate("linear_program", scenario, 1, learners, physics=pl.Frictionless(), reward=pl.Profit())
    flat = pl.simulate("linear_program", scenario, 1, learners, physics=pl.Frictionless(), reward=pl.Flat())
    np.testing.assert_array_equal(np.asarray(flat.behaviour.misreport.capacity), 1.0)
    assert float(paid.behaviour.misreport.capacity.min()) < 1.0


def test_together_they_know_of_those_before_them():
    liars = pl.BestReply(RATCHET, **LIARS, **AHEAD)
    alone = pl.simulate("command", WORLD, 1, liars).behaviour
    behind, after = (
        pl.simulate("command", WORLD, 1, pl.Combined(parts)).behaviour.behaviours
        for parts in ((pl.Understate(0.6), liars), (liars, pl.Understate(0.6)))
    )
    np.testing.assert_array_equal(after[0].misreport.capacity, alone.misreport.capacity)
    assert not np.array_equal(behind[1].misreport.capacity, alone.misreport.capacity)


class Remembered(pl.IdiosyncraticBias):
    """Tells what it drew."""

    def report(self, said, known, key):
        jax.debug.callback(lambda drawn: DRAWN.append(float(drawn)), jax.random.uniform(key))
        return super().report(said, known, key)


DRAWN: list[float] = []


@pytest.mark.parametrize("nested", [False, True])
def test_they_adapt_to_the_lies_that_others_will_tell(nested):
    """What others draw while people adapt is what they draw in the run itself."""
    liars = pl.BestReply(RATCHET, **(LIARS | {"rounds": 1}))
    parts = (pl.Truthful(), pl.Combined((Remembered(), liars))) if nested else (pl.Truthful(), Remembered(), liars)
    DRAWN.clear()
    pl.simulate("command", WORLD, 1, pl.Combined(parts))
    jax.effects_barrier()
    assert len(DRAWN) > 10
    assert len(set(DRAWN)) == 1


def test_together_among_those_together_changes_nothing():
    flat = pl.Combined((pl.Understate(0.6), pl.IdiosyncraticBias(), pl.Embellish()))
    nested = pl.Combined((pl.Understate(0.6), pl.Combined((pl.IdiosyncraticBias(), pl.Embellish()))))
    one, other = (pl.simulate("command", WORLD, 1, behaviour).outcome.activity for behaviour in (flat, nested))
    np.testing.assert_array_equal(one, other)


def test_those_who_cannot_adapt_keep_their_row():
    class Worthless(pl.Reward):
        def pay(self, reward_state, account):
            return reward_state, pl.Pay(account.reference_output * jnp.nan, account.satisfaction)

    behaviours = {"honest": pl.Truthful(), "lost": pl.BestReply(Worthless(), **LIARS)}
    found = pl.compare("command", WORLD, periods=1, seeds=[0, 1], behaviours=behaviours, bound=False)
    status = found.table.set_index("behaviour").status
    assert status["lost"].str.startswith("error: ValueError: command with Worthless pays honest producer 0 nan").all()
    assert (status["honest"] == "proposed").all()


def test_they_have_names_in_files_and_on_the_command_line():
    assert {"best_reply", "exponential_weights"} <= set(kinds(Behaviour))
    assert "adapting" not in kinds(Behaviour)
    assert isinstance(named_behaviour("best_reply").behaviour, pl.BestReply)
    spelled = {"reward": {"kind": "target_bonus", "ratchet": 1.0}, "lies": ["capacity"], "effort": {"cost": 1.0}}
    made = build(Behaviour, "best_reply", spelled | {"agents": "producers", "horizon": 6}, "behaviour")
    assert (made.reward.ratchet, made.lies, made.effort.cost, made.horizon) == (1.0, ("capacity",), 1.0, 6)
    for wrong, said in (
        ({"reward": "praise"}, "No behaviour.reward 'praise'"),
        ({"lies": [1]}, r"behaviour.lies\[0\] is 1; give a name"),
        ({"effort": 3}, "behaviour.effort is 3; give a table"),
        ({"agents": 1}, "behaviour.agents is 1; give a name"),
        ({"rounds": 2.5}, "behaviour.rounds is 2.5; give a whole number"),
    ):
        with pytest.raises(ValueError, match=said):
            build(Behaviour, "best_reply", wrong, "behaviour")


def test_they_cannot_report_before_they_know_what_they_face():
    with pytest.raises(TypeError, match=r"put it into pl\.simulate"):
        pl.BestReply().report(None, None, None)


@pytest.mark.parametrize("wrong", [{"damping": 0.0}, {"rounds": 0}, {"agents": "planners"}, {"lies": ("age",)}])
def test_wrong_arguments_are_named(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} is|{next(iter(wrong))} names"):
        pl.simulate("command", WORLD, 1, pl.BestReply(**wrong))
