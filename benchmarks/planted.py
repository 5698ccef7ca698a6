"""Faults planted in optimal plans and in proofs, and an independent measure of whether a fault matters.

The measure is worked out densely from the scenario, in the economy's own units, by code that shares nothing with the
certificate: how far a plan breaks a balance, a limit, a capacity or a need, how much of its worth it loses, and how far
its prices are from proving the optimum. A fault counts where any of these is at least `MATTERS`.
"""

from collections.abc import Callable
from dataclasses import replace

import jax.numpy as jnp
import numpy as np

import planlab as pl
from benchmarks.economies import Case
from planlab.economy.need_weights import need_weights
from planlab.planning.plan import Plan

__all__ = ["FAULTS", "MATTERS", "effect", "false_rays", "plant"]

MATTERS = 5e-5
"""Relative effect from which on a planted fault has to be found."""

Fault = Callable[[pl.Scenario, Plan, np.random.Generator], Plan]


def plant(case: Case, plan: Plan, fault: str, draw: np.random.Generator) -> Plan | None:
    """Return the plan with one fault of that name, or ``None`` where twenty tries gave none that matters."""
    for _ in range(20):
        wrong = FAULTS[fault](case.scenario, plan, draw)
        if not effect(case, plan, wrong) < MATTERS:
            return wrong
    return None


def effect(case: Case, right: Plan, wrong: Plan) -> float:
    """Return how much a faulty plan matters: the largest of what it breaks, loses and fails to prove, all relative."""
    prove = _unproved if isinstance(case.objective, pl.CappedNeeds) else _prices_moved
    return float(np.max([_broken(case, right, wrong), _lost(case, right, wrong), prove(case, right, wrong)]))


def _broken(case: Case, right: Plan, wrong: Plan) -> float:
    r"""Return the largest violation of what is feasible.

    :math:`Mx + \text{stock} \ge Ax + y + Kg,\ Fx \le r,\ 0 \le x \le c,\ 0 \le y \le D`.
    """
    world, e = case.scenario, case.scenario.economy
    A, M, K = (part.to_scipy() for part in (e.inputs, e.outputs, e.capital))
    F, r, c, D = (np.asarray(part) for part in (e.factors, world.limits, world.capacity, world.needs))
    x, y, g, usual = (np.asarray(part) for part in (wrong.activity, wrong.delivery, wrong.investment, right.activity))
    stock, bounded = np.asarray(world.stock), np.isfinite(c) & (c > 0)
    worn = np.where(bounded, c, 0.0) * np.asarray(e.depreciation)
    turnover = M @ usual + stock + D.sum(axis=1)
    met = [
        (M @ x + stock - A @ x - y.sum(axis=1) - K @ g) / np.where(turnover > 0, turnover, 1.0),
        (r - F @ x) / r,
        np.where(bounded, c - x, 0.0) / np.where(bounded, c, 1.0),
        x / np.where(usual > 0, usual, usual.max()),
        y / np.where(D > 0, D, D.max()),
        g / np.where(worn > 0, worn, 1.0),
    ]
    if not isinstance(case.objective, pl.Ray):
        met.append((D - y) / np.where(D > 0, D, D.max()))
    if isinstance(case.objective, pl.LeastThroughput):
        met.append((y - D) / np.where(D > 0, D, D.max()))
    if not isinstance(case.objective, pl.CappedNeeds):
        met.append((g - worn) / np.where(worn > 0, worn, 1.0))
    return -min(part.min(initial=0.0) for part in met)


def _worth(case: Case, plan: Plan) -> float:
    """Return the objective, from quantities alone."""
    world, e = case.scenario, case.scenario.economy
    D, y, F = np.asarray(world.needs), np.asarray(plan.delivery), np.asarray(e.factors)
    use = F @ np.asarray(plan.activity)
    if isinstance(case.objective, pl.LeastThroughput):
        return -float(use[case.objective.factor])
    satisfied = y[D > 0] / D[D > 0]
    if isinstance(case.objective, pl.Ray):
        return float(satisfied.min())
    w = np.asarray(need_weights(world.needs, world.urgency, world.population))[D > 0]
    worn = np.asarray(world.capacity * e.depreciation)
    replaced = np.asarray(plan.investment)[worn > 0] / worn[worn > 0]
    thrift = case.objective.factor_cost * (use / case.problem.units.full_use).sum()
    return float(w @ satisfied + replaced.min(initial=1.0) * bool(replaced.size) - thrift)


def _lost(case: Case, right: Plan, wrong: Plan) -> float:
    best = _worth(case, right)
    return (best - _worth(case, wrong)) / (abs(best) or 1.0)


def _unproved(case: Case, right: Plan, wrong: Plan) -> float:
    r"""Return how far prices are from proving the optimum of capped needs, or how far one is below zero.

    For :math:`p, v \ge 0` no plan is worth more than

    .. math:: p^\top \text{stock} + v^\top r + c^\top [(M - A)^\top p - F^\top (v + \varepsilon / r)]_+
              + \sum [w - p D]_+ + [1 - p^\top K \delta c]_+ ,

    with :math:`r` below :math:`\varepsilon` what meeting every need would draw.
    """
    world, e = case.scenario, case.scenario.economy
    F, r, c, D = (np.asarray(part) for part in (e.factors, world.limits, world.capacity, world.needs))
    p, v = np.asarray(wrong.prices), np.asarray(wrong.rents)
    w = np.asarray(need_weights(world.needs, world.urgency, world.population))
    margin = (e.outputs.to_scipy() - e.inputs.to_scipy()).T @ p - F.T @ (
        v + case.objective.factor_cost / case.problem.units.full_use
    )
    worn = np.where(np.isfinite(c), c, 0.0) * np.asarray(e.depreciation)
    replacement = e.capital.to_scipy() @ worn
    best, gained = _worth(case, right), np.maximum(margin, 0.0)
    gained = np.where(np.isfinite(c), gained * np.where(np.isfinite(c), c, 0.0), gained * np.asarray(right.activity))
    bound = p @ np.asarray(world.stock) + v @ r + gained.sum() + np.maximum(w - p[:, None] * D, 0.0)[D > 0].sum()
    bound += max(1 - p @ replacement, 0.0) * bool(replacement.any())
    turnover = np.asarray(e.outputs.to_scipy() @ np.asarray(right.activity)) + np.asarray(world.stock)
    return max(abs(bound - best) / best, -float((p * turnover).min()) / best, -float((v * r).min()) / best)


def _prices_moved(case: Case, right: Plan, wrong: Plan) -> float:
    """Return zero for the same prices; with other objectives than capped needs no faults in prices are planted."""
    same = np.array_equal(right.prices, wrong.prices) and np.array_equal(right.rents, wrong.rents)
    if not same:
        raise ValueError("Plant faults in prices in plans for capped needs only; of others the measure knows no bound.")
    return 0.0


def _one(draw: np.random.Generator, among: np.ndarray, count: int = 1) -> np.ndarray:
    """Return flat places drawn among those that are not zero."""
    places = np.flatnonzero(np.asarray(among))
    return draw.choice(places, min(count, places.size), replace=False)


def _changed(field: str, change: Callable[..., np.ndarray]) -> Fault:
    """Return the fault that changes one field: ``change(values, draw, world)`` works on a flat copy."""

    def fault(world: pl.Scenario, plan: Plan, draw: np.random.Generator) -> Plan:
        values = np.array(getattr(plan, field), dtype=float)
        return replace(plan, **{field: jnp.asarray(change(values.ravel(), draw, world).reshape(values.shape))})

    return fault


def _scaled(values: np.ndarray, draw: np.random.Generator, world: pl.Scenario) -> np.ndarray:
    values[_one(draw, values)] *= 1 + draw.choice([-1, 1]) * 10 ** draw.uniform(-2, 0)
    return values


def _swapped(values: np.ndarray, draw: np.random.Generator, world: pl.Scenario) -> np.ndarray:
    two = _one(draw, values, 2)
    values[two] = values[two[::-1]]
    return values


def _negated(values: np.ndarray, draw: np.random.Generator, world: pl.Scenario) -> np.ndarray:
    values[_one(draw, values)] *= -1
    return values


def _dropped(values: np.ndarray, draw: np.random.Generator, world: pl.Scenario) -> np.ndarray:
    values[_one(draw, values)] = 0.0
    return values


def _all_scaled(values: np.ndarray, draw: np.random.Generator, world: pl.Scenario) -> np.ndarray:
    return values * (1 + draw.choice([-1, 1]) * 10 ** draw.uniform(-3, -1))


def _no_number(values: np.ndarray, draw: np.random.Generator, world: pl.Scenario) -> np.ndarray:
    values[draw.integers(values.size)] = np.nan
    return values


def _over_a_limit(values: np.ndarray, draw: np.random.Generator, world: pl.Scenario) -> np.ndarray:
    """Raise all activity until one factor limit is exceeded by a ten-thousandth."""
    filled = np.asarray(world.economy.factors) @ values / np.asarray(world.limits)
    return values * (1 + 1e-4) / filled.max()


def _over_capacity(values: np.ndarray, draw: np.random.Generator, world: pl.Scenario) -> np.ndarray:
    """Raise one activity a ten-thousandth above its capacity."""
    c = np.asarray(world.capacity)
    if not np.isfinite(c).any():
        return values
    j = _one(draw, np.isfinite(c) & (c > 0))
    values[j] = (1 + 1e-4) * c[j]
    return values


def _to_those_without_need(values: np.ndarray, draw: np.random.Generator, world: pl.Scenario) -> np.ndarray:
    """Deliver something where nobody asked for it."""
    nobody = np.asarray(world.needs).ravel() == 0
    if nobody.any():
        values[_one(draw, nobody)] = values.max()
    return values


def _built_elsewhere(values: np.ndarray, draw: np.random.Generator, world: pl.Scenario) -> np.ndarray:
    """Put investment into other processes than those whose capacity wears out."""
    return draw.permutation(values)


FAULTS: dict[str, Fault] = {
    "one activity scaled": _changed("activity", _scaled),
    "two activities swapped": _changed("activity", _swapped),
    "an activity's sign": _changed("activity", _negated),
    "an activity left out": _changed("activity", _dropped),
    "all activity scaled": _changed("activity", _all_scaled),
    "a limit exceeded by 1e-4": _changed("activity", _over_a_limit),
    "a capacity exceeded by 1e-4": _changed("activity", _over_capacity),
    "an activity is no number": _changed("activity", _no_number),
    "a delivery dropped": _changed("delivery", _dropped),
    "a delivery scaled": _changed("delivery", _scaled),
    "a delivery's sign": _changed("delivery", _negated),
    "a delivery nobody asked for": _changed("delivery", _to_those_without_need),
    "investment scaled": _changed("investment", _all_scaled),
    "investment in the wrong places": _changed("investment", _built_elsewhere),
    "a price scaled": _changed("prices", _scaled),
    "two prices swapped": _changed("prices", _swapped),
    "a price's sign": _changed("prices", _negated),
    "a price left out": _changed("prices", _dropped),
    "all prices scaled": _changed("prices", _all_scaled),
    "a price is no number": _changed("prices", _no_number),
    "a rent scaled": _changed("rents", _scaled),
    "a rent left out": _changed("rents", _dropped),
}
"""What can be wrong with a plan, by name."""


def false_rays(true: np.ndarray, duals: np.ndarray, draw: np.random.Generator) -> dict[str, np.ndarray]:
    """Return weights that prove nothing about a problem that has a solution.

    Parameters
    ----------
    true
        A Farkas ray of a similar problem that has none, ``(rows,)``.
    duals
        Of its own optimum, ``(rows,)``.
    draw
        To draw others by.
    """
    return {
        "a ray of another problem": true,
        "its sign turned": -true,
        "its order turned": true[::-1].copy(),
        "optimal duals": duals,
        "nothing": np.zeros(true.size),
        "one row": np.eye(1, true.size, int(draw.integers(true.size)))[0],
        "drawn": draw.exponential(size=true.size),
        "no number": np.where(np.arange(true.size) == 0, np.nan, true),
    }
