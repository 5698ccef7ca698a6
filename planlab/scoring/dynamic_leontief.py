"""The dynamic Leontief programme of a clairvoyant: all that could be made, built and consumed over a horizon."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from planlab.economy.need_weights import need_weights
from planlab.economy.scenario import Scenario
from planlab.economy.state import State
from planlab.economy.tiers import Tiers
from planlab.optimisation.linear_problem import LinearProblem
from planlab.optimisation.units import gross_flow
from planlab.world.physics import Physics, opening

__all__ = ["Terminal", "dynamic_leontief"]


class Terminal(NamedTuple):
    r"""What has to be left at the end.

    Parameters
    ----------
    capacity
        :math:`k^*`, ``(processes,)``.
    cost
        What a unit of each process's capacity counts for, ``(processes,)``.
    shortfall
        How much may be lacking of it at that cost, :math:`\sum_j c_j [k^*_j - k_{Tj}]_+`; ``None``: as little as can
        be, whatever becomes of needs.
    price
        What a unit of each product in store counts for, ``(products,)``.
    cover
        :math:`\tau`, for what part of a period the closing activity's inputs are to lie in store.
    missing
        What part of that may be missing, by value.
    """

    capacity: np.ndarray
    cost: np.ndarray
    shortfall: float | None
    price: np.ndarray
    cover: float
    missing: float


def dynamic_leontief(
    scenario: Scenario,
    states: Sequence[State],
    spans: Sequence[Sequence[int]],
    physics: Physics,
    tiers: Tiers,
    terminal: Terminal | None = None,
    equally: bool = False,
) -> LinearProblem:
    """Return the programme of `planlab.scoring.bounds.clairvoyant`.

    Parameters
    ----------
    scenario
        The world.
    states
        What is true in each period.
    spans
        Consecutive periods that are merged into one average period, in order.
    physics
        Of which only the opening inventories matter.
    tiers
        What a part of a need is worth.
    terminal
        What has to be left, of stores beside the last of `spans` alone; ``None``: nothing.
    equally
        Whether all needs of a period are met to the same share.
    """
    e, T = scenario.economy, sum(map(len, spans))
    K, delta = e.capital.to_scipy(), np.asarray(e.depreciation)
    n, m = K.shape
    lead = 1 + scenario.opening.building.shape[0]
    begin = opening(scenario, physics)
    there = np.asarray(begin.stock + e.inputs.sum_rows(begin.inventory))
    units = gross_flow(scenario)
    product, process = units.product, units.process
    lasts = np.asarray(scenario.opening.lasts) > 0
    r_all = np.where(lasts, np.asarray(scenario.limits), [np.asarray(state.limits_now) for state in states])
    limited = np.flatnonzero(np.isfinite(r_all).all(axis=0))
    usual = np.asarray(scenario.limits)[limited]
    factor = np.where(np.isfinite(usual) & (usual > 0), usual, 1.0)
    rows, cols = np.nonzero(np.any([np.asarray(state.needs) > 0 for state in states], axis=0))
    people = np.asarray(scenario.urgency), np.asarray(scenario.population)
    c = np.asarray(scenario.capacity)
    budgets = np.flatnonzero(lasts[limited])
    built = np.flatnonzero(np.isfinite(c) & (np.diff(sp.csc_array(K).indptr) > 0))
    works = sp.diags_array(1 / product) @ sp.csc_array(K)[:, built] @ sp.diags_array(process[built])
    carry = sp.eye_array(n, format="csc")
    pick = sp.csc_array((np.ones(built.size), (np.arange(built.size), built)), (built.size, m))
    levels = sp.csc_array(np.ones((rows.size, 1)) if equally else sp.eye_array(rows.size))
    widths, weights = np.asarray(tiers.widths), np.asarray(tiers.weights)
    aims = terminal is None or terminal.shortfall is not None

    grid: list[list] = []
    drawn: list = [None] * (4 * len(spans))
    upper, cost, demand = [], [], []
    for a, span in enumerate(spans):
        now, size = states[span[0]], len(span)
        A, M, F = now.economy.inputs.to_scipy(), now.economy.outputs.to_scipy(), np.asarray(now.economy.factors)
        D, r = np.asarray(now.needs_now), r_all[span[0]]
        psi = (1 + float(physics.overproduction)) * np.asarray(now.capacity_left)
        worth = levels.T @ need_weights(D, *people, np)[rows, cols] * aims
        if now.economy.critical is not None:  # what is not critical stops nobody
            A = sp.diags_array(np.asarray(now.economy.critical, float)) @ A
        net = sp.diags_array(1 / product) @ (M - A) @ sp.diags_array(process)
        use = sp.csc_array(F[limited] * process / factor[:, None])
        met = sp.csc_array((D[rows, cols] / product[rows], (rows, np.arange(rows.size))), (n, rows.size)) @ levels
        left = np.mean([_remaining(scenario, t) for t in span], axis=0)
        room = np.where(np.isin(np.arange(m), built), np.inf, psi * left)
        blocks: list = [None] * (4 * len(spans))
        balance, factors, capacity = list(blocks), list(blocks), list(blocks)
        balance[4 * a : 4 * a + 4] = [
            net * size,
            sp.hstack([-width * size * met for width in widths]),
            -carry,
            -works * size,
        ]
        if a:
            balance[4 * a - 2] = carry
        factors[4 * a], drawn[4 * a] = -use, -size * use[budgets]
        capacity[4 * a] = -pick
        for b, earlier in enumerate(spans[: a + 1]):
            gain = _lasting(delta, earlier, span, lead) * len(earlier) * psi
            capacity[4 * b + 3] = sp.diags_array(gain[built])
        grid += [balance, factors, capacity]
        reach = _implied(F, r)
        of_tiers = np.outer(weights, worth).ravel()
        upper += [np.minimum(room, reach) / process, np.ones(of_tiers.size), np.full(n + built.size, np.inf)]
        cost += [np.zeros(m), -of_tiers * size / T * rows.size, np.zeros(n + built.size)]
        given = -there / product if a == 0 else np.zeros(n)
        demand += [given, -r[limited] / factor, -(psi * left / process)[built]]
    grid.append(drawn)
    demand.append(-r_all[0, limited][budgets] / factor[budgets])
    if terminal is not None:
        _keep(terminal, scenario, spans, built, process, grid, upper, cost, demand)
        _keep_stores(terminal, states[-1], 4 * len(spans) - 4, product, process, grid, upper, cost, demand)
    kept = [row for row in grid if next(block for block in row if block is not None).shape[0]]
    return LinearProblem(
        cost=np.concatenate(cost),
        matrix=sp.csr_array(sp.block_array(kept, format="csr")),
        rows=np.concatenate(demand),
        lower=np.zeros(sum(map(len, upper))),
        upper=np.concatenate(upper),
        worth=-1.0 / rows.size if aims else 1.0,
    )


def _keep(
    terminal: Terminal,
    scenario: Scenario,
    spans: Sequence[Sequence[int]],
    built: np.ndarray,
    process: np.ndarray,
    grid: list[list],
    upper: list,
    cost: list,
    demand: list,
) -> None:
    """Add what may be lacking at the end as columns, and what has to be left as rows.

    What is under construction at the end counts in full.
    """
    delta, T = np.asarray(scenario.economy.depreciation)[built], sum(map(len, spans))
    lead, unit = 1 + scenario.opening.building.shape[0], process[built]
    wanted = terminal.capacity[built]
    size = float(terminal.cost @ terminal.capacity) or 1.0
    counts = terminal.cost[built] * unit / size
    for row in grid:
        row.append(None)
    closing: list = [None] * (4 * len(spans))
    for b, span in enumerate(spans):
        closing[4 * b + 3] = sp.diags_array((1 - delta) ** max(0, T - lead - span[-1]) * len(span))
    grid.append([*closing, sp.eye_array(built.size, format="csc")])
    left = _remaining(scenario, T) + np.asarray(scenario.opening.building)[T:].sum(axis=0)
    upper.append(wanted / unit)
    demand.append((wanted - left[built]) / unit)
    if terminal.shortfall is None:
        cost.append(counts)
        return
    cost.append(np.zeros(built.size))
    grid.append([None] * (4 * len(spans)) + [sp.csr_array(-counts[None, :])])
    demand.append(np.array([-terminal.shortfall / size]))


def _keep_stores(
    terminal: Terminal,
    state: State,
    last: int,
    product: np.ndarray,
    process: np.ndarray,
    grid: list[list],
    upper: list,
    cost: list,
    demand: list,
) -> None:
    """Add what may be missing of stores at the end as columns, and as rows what the last activity wants of them.

    The last span's activity is the column of blocks `last`, and what it carries over two columns on.
    """
    n, p, A = product.size, terminal.price, state.economy.inputs.to_scipy()
    wanted = terminal.cover * sp.diags_array(1 / product) @ A @ sp.diags_array(process)
    value = (p * product) / ((p * product).max() or 1.0)
    for row in grid:
        row.append(None)
    lying: list = [None] * len(grid[0])
    lying[last], lying[last + 2], lying[-1] = -wanted, sp.eye_array(n), sp.eye_array(n)
    enough: list = [None] * len(grid[0])
    enough[last], enough[-1] = sp.csr_array(terminal.missing * (value @ wanted)[None, :]), sp.csr_array(-value[None, :])
    grid += [lying, enough]
    upper.append(np.full(n, np.inf))
    cost.append(np.zeros(n))
    demand.append(np.zeros(n + 1))


def _remaining(scenario: Scenario, period: int) -> np.ndarray:
    """Return what a period has of opening capacity, and of what was under construction at the opening."""
    delta, begun = np.asarray(scenario.economy.depreciation), np.asarray(scenario.opening.building)
    works = sum(((1 - delta) ** (period - 1 - i) * row for i, row in enumerate(begun[:period])), np.zeros_like(delta))
    return (1 - delta) ** period * np.asarray(scenario.capacity) + works


def _implied(F: np.ndarray, r: np.ndarray) -> np.ndarray:
    """Return the activity beyond which a process alone would break a factor limit."""
    with np.errstate(divide="ignore", invalid="ignore"):
        most = np.where(F > 0, r[:, None] / F, np.inf)
    return most.min(axis=0, initial=np.inf)


def _lasting(delta: np.ndarray, built: Sequence[int], used: Sequence[int], lead: int) -> np.ndarray:
    """Return what a unit of capacity built in one span adds at most to the average capacity of another."""

    def adds(b: int, t: int) -> np.ndarray:
        return (1 - delta) ** (t - lead - b) if t >= b + lead else np.zeros_like(delta)

    moments = built if built[0] == used[0] else [built[-1]]
    return np.max([np.mean([adds(b, t) for t in used], axis=0) for b in moments], axis=0)
