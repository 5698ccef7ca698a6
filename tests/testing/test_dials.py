"""Every number of every part is swept, batched and differentiated; parts that cannot be are caught."""

from dataclasses import fields, replace
from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import planlab as pl
from planlab.base.checks import AT_LEAST_0
from planlab.base.part import number
from planlab.incentives.adapting import Adapting
from planlab.scoring.needs import need_satisfaction, worst_need
from planlab.study.parts import kinds
from planlab.testing import BrokenPromise, check_dials, drawn_scenario
from planlab.testing.turning import scores

STILL = pl.Setting(physics=pl.Frictionless())
"""A world that is soon compiled."""


def with_numbers(base, **given):
    """Return one of every kind of part that has numbers; who adapts searches before the run, and is left out."""
    own = {name: kind for name, kind in kinds(base).items() if kind.__module__.startswith("planlab.")}
    made = {name: given.get(name) or kind() for name, kind in own.items() if not issubclass(kind, Adapting)}
    return [part for part in made.values() if any("limit" in field.metadata for field in fields(part))]


class Together(pl.Reward):
    """All rewards at once."""

    rewards: tuple[pl.Reward, ...] = ()

    def start(self, reference_output, last):
        return tuple(reward.start(reference_output, last) for reward in self.rewards)

    def pay(self, reward_state, account):
        paid = [reward.pay(own, account) for reward, own in zip(self.rewards, reward_state, strict=True)]
        return tuple(own for own, _ in paid), jax.tree.map(lambda *parts: sum(parts), *(pay for _, pay in paid))


BEHAVIOURS = with_numbers(pl.Behaviour, misreport=pl.Misreport(1.2, 1.1, 1.05, 1.2), understate=pl.Understate(1.3))
BEHAVIOURS.sort(key=lambda part: not isinstance(part, pl.Ratchet))  # first: it claims no more than was asked of it
"""All at once, each acting on what the one before was going to say."""

REWARDS = Together(tuple(with_numbers(pl.Reward)))
LAWS = with_numbers(
    pl.Law,
    shocks=pl.Gestation(),
    budget=pl.Gestation(),
    constraint=pl.Gestation(),
    announced=pl.Announced(limits={"material": -0.02}, needs={"0": 0.01}),
    deposit=pl.Deposit("1", cost=0.5),
    productivity=pl.Productivity(material=0.02, inputs=0.01),
    renewable=pl.Renewable("0", most=5, within_reach=0.05),
)


class Priced(pl.Mechanism):
    """Command, with prices for rewards that are reckoned from them."""

    inner: pl.Command = pl.Command()
    sees: ClassVar = pl.Command.sees

    def init(self, seen, key):
        return self.inner.init(seen, key)

    def plan(self, state, seen, key):
        state, made = self.inner.plan(state, seen, key)
        needed = seen.needs.sum(axis=1)
        return state, replace(made, prices=0.1 / jnp.where(needed > 0, needed, 1.0))


MOVE_NOTHING = {
    "Hierarchy.floor": "nobody stands still",
    "Physics.overproduction": "ramps bind there, and not capacity",
    "Physics.overproduction_time": "likewise",
    "Disaster.severity": "likewise",
    "PositionalWants.reach": "nobody has enough of anything to move wants",
    "StepBonus.beyond": "nobody makes more than was planned",
    "Weitzman.alpha": "nobody makes more than was planned",
    "StepBonus.leeway": "a step",
    "Audited.leeway": "a step",
    "TruthSerum.leeway": "a step",
    "RobustTruthSerum.leeway": "a step",
    "TruthSerum.predictions": "of those who answer otherwise",
    "RobustTruthSerum.predictions": "of those who answer otherwise",
}
"""Numbers that have no slope anywhere in the drawn worlds, and why."""


def spoken(name):
    """Return the name of a dial with that of its reward, and without places in a table."""
    for place, reward in enumerate(REWARDS.rewards):
        name = name.replace(f"Together.rewards[{place}].reward.", f"{type(getattr(reward, 'reward', None)).__name__}.")
        name = name.replace(f"Together.rewards[{place}]", type(reward).__name__)
    return name.split("[")[0]


def test_numbers_of_behaviours_channels_physics_rewards_and_laws_are_swept_and_differentiated():
    parts = (*BEHAVIOURS, pl.Hierarchy(), pl.Physics(ramp=0.02), REWARDS, *LAWS)
    found = check_dials(*parts, mechanism=Priced(), draws=1)
    assert len(found) > 75
    assert all(dial.smooth >= dial.kinked for dial in found.values())
    assert {spoken(name) for name, dial in found.items() if not dial.moves} == MOVE_NOTHING.keys()


def test_numbers_of_constraints_and_budgets_are_swept_and_differentiated():
    for law, moving in (
        (pl.Constraint("less", of="0", factor="0", share=0.5, change=-0.05), {"Constraint.share", "Constraint.change"}),
        (pl.Budget("all", periods=4, factor="1", share=0.3), {"Budget.share"}),
    ):
        found = check_dials(law, setting=STILL, draws=1, values=20)
        assert {name.split("[")[0] for name, dial in found.items() if dial.moves} == moving  # weights alone are a unit


def test_scores_in_jax_are_those_that_are_published():
    run = pl.simulate("command", drawn_scenario(3), 3, pl.IdiosyncraticBias())
    s, published = run.scenario, pl.score(run)
    assert float(scores(run)["need_satisfaction"]) == pytest.approx(published.need_satisfaction, rel=1e-14)
    assert float(scores(run)["planned_need_satisfaction"]) == pytest.approx(
        published.planned_need_satisfaction, rel=1e-14
    )
    assert float(worst_need(run.outcome.delivery, run.needs, xp=jnp).mean()) == pytest.approx(
        published.worst_need, rel=1e-14
    )
    met = jax.grad(lambda y: need_satisfaction(y, run.needs, s.urgency, s.population, xp=jnp).sum())
    assert np.isfinite(met(0.5 * run.needs)).all()


class Rooted(pl.Mechanism):
    """Takes the root of what may be nothing: no derivative there."""

    share: float = number(0.9, AT_LEAST_0)
    sees: ClassVar = frozenset({"last", "needs"})

    def plan(self, state, seen, key):
        return state, pl.Plan(activity=self.share * seen.last.activity, delivery=jnp.sqrt(self.share * seen.needs))


class Untold(Rooted):
    """Stops the derivative on its way."""

    def plan(self, state, seen, key):
        share = jax.lax.stop_gradient(self.share)
        return state, pl.Plan(activity=share * seen.last.activity, delivery=seen.needs)


class OneWay(Rooted):
    """Leaves a branch that is not taken without a number, which only the gradient in reverse mode passes through."""

    def plan(self, state, seen, key):
        needs = jnp.where(seen.needs > 0, jnp.sqrt(self.share * seen.needs), 0.0)
        return state, pl.Plan(activity=self.share * seen.last.activity, delivery=needs)


class Jagged(Rooted):
    """Has a kink at every millionth."""

    def plan(self, state, seen, key):
        share = jnp.abs((self.share * 1e6) % 1.0 - 0.5)
        return state, pl.Plan(activity=share * seen.last.activity, delivery=seen.needs)


class Asking(Rooted):
    """Asks in Python how large its number is."""

    def plan(self, state, seen, key):
        share = self.share if self.share < 1 else 1.0
        return state, pl.Plan(activity=share * seen.last.activity, delivery=seen.needs)


class Immovable(Rooted):
    """Fixes its number, so that each value compiles anew."""

    share: float = eqx.field(static=True, default=0.9)


class Unannotated(Rooted):
    """Does not say that its number is one."""

    share: Any = 0.9


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (Rooted(), r"the derivative of need_satisfaction in Rooted.share at 0.9 is nan; where a branch"),
        (Untold(), r"the derivative of .* in Untold.share at 0.9 is 0 per size of the dial, and differences say"),
        (OneWay(), r"the gradient in OneWay.share at .* is nan in reverse, .* in forward mode"),
        (Jagged(), r"Jagged.share has a kink near each of 12 points"),
        (Asking(), r"numbers of Asking cannot be traced"),
        (Immovable(), r"share is a static number, so that each of its values compiles anew"),
        (Unannotated(), r"another value of Unannotated.share took \d compilations; annotate it with float"),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, pl.Mechanism) else "",
)
def test_numbers_that_cannot_be_turned_are_caught(part, said):
    with pytest.raises(BrokenPromise, match=said):
        check_dials(part, setting=STILL, values=2, periods=2)


@pytest.mark.parametrize("world", [{"unlimited": True}, {"plenty": True}])
def test_what_is_unlimited_has_no_slope_in_reverse_either(world):
    scenario = drawn_scenario(0, **world)

    def met(share):
        return scores(pl.simulate("command", scenario, 2, pl.Understate(share), physics=pl.Frictionless()))[
            "need_satisfaction"
        ]

    forward = jax.jvp(met, (0.9,), (1.0,))[1]
    assert float(jax.grad(met)(0.9)) == pytest.approx(float(forward), abs=1e-9)


def test_two_parts_of_which_one_would_take_the_others_place_are_refused():
    with pytest.raises(TypeError, match="would take the place of"):
        check_dials(pl.Hierarchy(), pl.Hierarchy(levels=2))
    with pytest.raises(TypeError, match="would take the place of"):
        check_dials(pl.Command(), pl.Gradient())
