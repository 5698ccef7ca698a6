"""What a clairvoyant could have done: the bound in every table, certified by its duals."""

from itertools import groupby
from typing import Any, NamedTuple

import jax
import numpy as np
import scipy.sparse as sp

from planlab.economy.economy import Scenario
from planlab.economy.intact import require_scenario
from planlab.information.replies import worth_of_needs
from planlab.optimisation import highs
from planlab.optimisation.linear_problem import LinearProblem, dual_bound
from planlab.optimisation.units import gross_flow
from planlab.world.execution import Execution, opening

__all__ = ["Bound", "clairvoyant"]

EXACT_ROWS = 3000
"""Up to this many rows every period has its own balances; above, consecutive periods alike share theirs."""


class Bound(NamedTuple):
    """What nobody can beat.

    Parameters
    ----------
    need_satisfaction
        Upper bound on mean need satisfaction over the horizon, certified by duals.
    achieved
        What the best plan found for the relaxed programme achieves; NaN where none was found.
    method
        How it was found.
    """

    need_satisfaction: float
    achieved: float
    method: str


def clairvoyant(scenario: Scenario, periods: int, execution: Execution = Execution()) -> Bound:  # noqa: B008 - frozen
    r"""Bound mean need satisfaction by a planner who knows the truth and every shock to come.

    .. math:: \max \frac{1}{T} \sum_t \sum_{ih} w_{ih} s_{iht} \quad\text{s.t.}\quad
              (M - A) x_t + z_t \ge \sum_h D_{ht} s_{ht} + K g_t + z_{t+1},\ F x_t \le r,\
              x_t \le \psi_t \Bigl[(1-\delta)^t c_0 + \sum_{\tau<t} (1-\delta)^{t-1-\tau} g_\tau\Bigr],\ s \le 1,

    where :math:`z_0` counts every opening stock and inventory as available. It is a relaxation of
    `planlab.world.execution.Execution`: no cover, no ramp, no decay, no months; so no mechanism can beat it.

    Parameters
    ----------
    scenario
        The world, shocks included.
    periods
        The horizon :math:`T`.
    execution
        The physics, of which only the opening inventories matter.

    Returns
    -------
    Bound
        In programmes of more than `EXACT_ROWS` rows, consecutive periods in which the same strikes are merged into
        one average period, which relaxes the programme further.
    """
    require_scenario("scenario", scenario)
    k = int(np.isfinite(np.asarray(scenario.limits)).sum())
    spans = [[t] for t in range(periods)]
    if periods * (scenario.economy.products + k) > EXACT_ROWS:
        shocks = scenario.shocks
        alike = groupby(range(periods), key=lambda t: tuple(_row(rows, t) for rows in jax.tree.leaves(shocks)))
        spans = [list(group) for _, group in alike]
    problem = _programme(scenario, spans, execution)
    solution = highs.solve(problem, tolerance=1e-6)
    certified, open_ended = dual_bound(problem, solution.y)
    certified = problem.worth * certified if np.abs(open_ended).max(initial=0.0) <= 1e-9 else 1.0
    how = "every period" if len(spans) == periods else f"{len(spans)} merged periods"
    return Bound(
        min(1.0, certified), float(solution.certificate.objective), f"clairvoyant programme, {how}, {solution.status}"
    )


def _row(shock: Any, period: int) -> bytes:
    return np.asarray(shock)[min(period, shock.shape[0] - 1)].tobytes()


def _programme(scenario: Scenario, spans: list[list[int]], execution: Execution) -> LinearProblem:
    """Return the programme with one average period per span of periods."""
    e, T = scenario.economy, sum(map(len, spans))
    A, M, K = (matrix.to_scipy() for matrix in (e.inputs, e.outputs, e.capital))
    F, D, r = np.asarray(e.factors), np.asarray(scenario.needs), np.asarray(scenario.limits)
    c, delta = np.asarray(scenario.capacity), np.asarray(e.depreciation)
    n, m = A.shape
    world = opening(scenario, execution)
    there = np.asarray(world.stock + e.inputs.sum_rows(world.inventory))
    units = gross_flow(scenario)
    product, process = units.product, units.process
    limited = np.flatnonzero(np.isfinite(r))
    factor = np.where(r[limited] > 0, r[limited], 1.0)
    rows, cols = np.nonzero(D)
    weights = np.asarray(scenario.urgency), np.asarray(scenario.population)
    worth = worth_of_needs(D, *weights, np)[rows, cols]
    built = np.flatnonzero(np.isfinite(c) & (np.diff(sp.csc_array(K).indptr) > 0))

    net = sp.diags_array(1 / product) @ (M - A) @ sp.diags_array(process)
    works = sp.diags_array(1 / product) @ sp.csc_array(K)[:, built] @ sp.diags_array(process[built])
    use = sp.csc_array(F[limited] * process / factor[:, None])
    carry = sp.eye_array(n, format="csc")
    pick = sp.csc_array((np.ones(built.size), (np.arange(built.size), built)), (built.size, m))
    reach = _implied(F, r * np.asarray(scenario.shocks.limits).max(axis=0))

    grid: list[list] = []
    upper, cost, demand = [], [], []
    for a, span in enumerate(spans):
        size, psi = len(span), np.asarray(scenario.shocks.capacity_at(span[0]))
        tight = np.asarray(scenario.shocks.limits_at(span[0]))[limited]
        needs = np.asarray(scenario.shocks.needs_at(span[0]))[rows] * D[rows, cols]
        met = sp.csc_array((needs / product[rows], (rows, np.arange(rows.size))), (n, rows.size))
        wear = np.mean([(1 - delta) ** t for t in span], axis=0)
        room = np.where(np.isin(np.arange(m), built), np.inf, psi * wear * c)
        blocks: list = [None] * (4 * len(spans))
        balance, factors, capacity = list(blocks), list(blocks), list(blocks)
        balance[4 * a : 4 * a + 4] = [net * size, -met * size, -carry, -works * size]
        if a:
            balance[4 * a - 2] = carry
        factors[4 * a] = -use
        capacity[4 * a] = -pick
        for b, earlier in enumerate(spans[: a + 1]):
            gain = _lasting(delta, earlier, span) * len(earlier) * psi
            capacity[4 * b + 3] = sp.diags_array(gain[built])
        grid += [balance, factors, capacity]
        upper += [np.minimum(room, reach) / process, np.ones(rows.size), np.full(n + built.size, np.inf)]
        cost += [np.zeros(m), -worth * size / T * rows.size, np.zeros(n + built.size)]
        begin = -there / product if a == 0 else np.zeros(n)
        demand += [begin, -tight * r[limited] / factor, -(psi * wear * c / process)[built]]
    kept = [row for row in grid if next(block for block in row if block is not None).shape[0]]
    return LinearProblem(
        cost=np.concatenate(cost),
        matrix=sp.csr_array(sp.block_array(kept, format="csr")),
        rows=np.concatenate(demand),
        lower=np.zeros(sum(map(len, upper))),
        upper=np.concatenate(upper),
        worth=-1.0 / rows.size,
    )


def _implied(F: np.ndarray, r: np.ndarray) -> np.ndarray:
    """Return the activity beyond which a process alone would break a factor limit."""
    with np.errstate(divide="ignore", invalid="ignore"):
        most = np.where(F > 0, r[:, None] / F, np.inf)
    return most.min(axis=0, initial=np.inf)


def _lasting(delta: np.ndarray, built: list[int], used: list[int]) -> np.ndarray:
    """Return what a unit of capacity built in one span adds at most to the average capacity of another."""
    moments = built if built[0] == used[0] else [built[-1]]
    return np.max([np.mean([(1 - delta) ** (t - 1 - b) * (t > b) for t in used], axis=0) for b in moments], axis=0)
