"""A period that is planned in parts: in the units of an interval, and added up to a period again."""

import math
from dataclasses import replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array

from planlab.economy.state import State, overlap
from planlab.planning.plan import Plan
from planlab.world.physics import Outcome

__all__ = ["IntervalRecord", "as_it_stood", "of_interval", "of_period"]


class IntervalRecord(NamedTuple):
    """What is kept of an interval of a period: plan, what of it can be executed, what happened, and what was reported.

    ``reported`` is what pay asks for of that, and of what those who reported knew, by the names of
    `planlab.pay.account.Account`: flows, which add up.
    """

    plan: Plan
    executable: Plan
    outcome: Outcome
    reported: dict[str, Array]


def as_it_stood(state: State, replans: int, interval: Any) -> State:
    """Return a state in units of an interval that is about to begin, with what the month before left of capacity.

    Before a period's first interval the state is that of the period before, of which it is the last month.
    """
    months = state.capacity_months
    if months.shape[0]:
        state = replace(state, capacity_months=months[interval * months.shape[0] // replans - 1][None])
    return _in_its_units(state, replans)


def of_interval(state: State, replans: int, interval: Any) -> State:
    """Return a state in units of an interval, with the months of that interval."""
    months = state.capacity_months
    if months.shape[0] and replans > 1:
        fine = jnp.asarray(overlap(math.lcm(months.shape[0], replans), months.shape[0])) @ months
        state = replace(state, capacity_months=fine.reshape(replans, -1, months.shape[1])[interval])
    return _in_its_units(state, replans)


def _in_its_units(state: State, replans: int) -> State:
    """Return a state whose flows and what limits them are a part of a period's.

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
        months=jax.tree.map(lambda part: part.reshape(part.shape[0] * part.shape[1], part.shape[2]), o.months),
    )
    reported = {name: part.sum(axis=0) for name, part in intervals.reported.items()}
    return IntervalRecord(plan(intervals.plan), plan(intervals.executable), outcome, reported)
