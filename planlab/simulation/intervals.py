"""A period that is planned in parts: in the units of an interval, and added up to a period again."""

from dataclasses import replace
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array

from planlab.economy.state import State
from planlab.planning.plan import Plan
from planlab.world.physics import Outcome

__all__ = ["IntervalRecord", "of_interval", "of_period"]


class IntervalRecord(NamedTuple):
    """What is kept of an interval of a period: plan, what of it can be executed, what happened, and what was reported.

    ``reported`` is what pay asks for of that, and of what those who reported knew, by the names of
    `planlab.pay.account.Account`: flows, which add up.
    """

    plan: Plan
    executable: Plan
    outcome: Outcome
    reported: dict[str, Array]


def of_interval(state: State, replans: int) -> State:
    """Return a state in units of an interval: flows and what limits them are a part of a period's.

    Capacity is activity per interval, so that a unit of it takes as many times more to build.
    """
    if replans == 1:
        return state
    e = state.economy
    capital = e.capital.with_values(e.capital.values * replans)
    flows = {name: getattr(state, name) / replans for name in ("needs", "limits", "capacity", "building")}
    return replace(state, economy=replace(e, capital=capital, depreciation=e.depreciation / replans), **flows)


def of_period(intervals: IntervalRecord, replans: int) -> IntervalRecord:
    """Return a period's record from those of its intervals, stacked along a leading axis.

    Flows add up. What was built counts as capacity per period again. A period's objective is the mean of its
    intervals', so that prices are their mean by a unit of an interval's flow. Of status and how it was found the plan
    tells the largest code.
    """

    def plan(each: Plan) -> Plan:
        total = {name: getattr(each, name).sum(axis=0) for name in ("activity", "delivery", "rounds", "messages")}
        worst = {name: getattr(each, name).max(axis=0) for name in ("status", "how")}
        prices = {name: getattr(each, name).mean(axis=0) / replans for name in ("prices", "rents", "capacity_rents")}
        built = replans * jnp.asarray(each.investment).sum(axis=0)
        rows = {"trace": each.trace, "snapshots": each.snapshots}
        kept = jax.tree.map(lambda part: part.reshape(-1, *part.shape[2:]), rows)
        paid = jnp.asarray(each.payments).mean(axis=0)
        return Plan(**total, **worst, **prices, **kept, investment=built, payments=paid)

    o = intervals.outcome
    flows = ("activity", "delivery", "factor_use", "made", "used", "invested", "decayed")
    outcome = Outcome(
        **{name: getattr(o, name).sum(axis=0) for name in flows},
        investment=replans * o.investment.sum(axis=0),
        capacity=o.capacity[-1],
        stock=o.stock[-1],
        opening=o.opening[0],
        closing=o.closing[-1],
        months=jax.tree.map(lambda part: part.reshape(-1, part.shape[-1]), o.months),
    )
    reported = {name: part.sum(axis=0) for name, part in intervals.reported.items()}
    return IntervalRecord(plan(intervals.plan), plan(intervals.executable), outcome, reported)
