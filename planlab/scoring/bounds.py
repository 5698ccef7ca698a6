"""What a clairvoyant could have done: the bound in every table, certified by its duals."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp

from planlab.economy.intact import require_scenario
from planlab.economy.need_weights import need_weights
from planlab.economy.scenario import Scenario
from planlab.economy.state import State
from planlab.optimisation import highs
from planlab.optimisation.kkt import dual_bound
from planlab.optimisation.linear_problem import LinearProblem
from planlab.optimisation.units import gross_flow
from planlab.world.laws.gestation import Gestation
from planlab.world.physics import Physics, opening

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


def clairvoyant(
    scenario: Scenario,
    periods: int,
    physics: Physics = Physics(),  # noqa: B008 - frozen
    states: Sequence[State] | None = None,
) -> Bound:
    r"""Bound mean need satisfaction by a planner who knows the truth and everything to come.

    .. math:: \max \frac{1}{T} \sum_t \sum_{ih} w_{ih} s_{iht} \quad\text{s.t.}\quad
              (M_t - A_t) x_t + z_t \ge \sum_h D_{ht} s_{ht} + K g_t + z_{t+1},\ F_t x_t \le r_t,\
              x_t \le \psi_t \Bigl[c_t + \sum_{\tau \le t - G} (1-\delta)^{t-G-\tau} g_\tau\Bigr],\ s \le 1,

    where :math:`z_0` counts every opening stock and inventory as available, :math:`c_t` is what is left of opening
    capacity and of what was under construction then, and :math:`G` how long it takes to build. It is a relaxation of
    `planlab.world.physics.Physics`: no cover, no ramp, no decay, no months; so no mechanism can beat it.

    Parameters
    ----------
    scenario
        The world, with its laws.
    periods
        The horizon :math:`T`.
    physics
        The physics, of which only the opening inventories matter.
    states
        What is true in each period, for instance of a run (`planlab.simulation.trajectory.Trajectory.state`);
        ``None``: as the scenario's laws move it whatever people do.

    Returns
    -------
    Bound
        In programmes of more than `EXACT_ROWS` rows, consecutive periods in which the same is true are merged into
        one average period, which relaxes the programme further. 1 without `states` where a law goes by what people
        do: nobody knows what could be had then.
    """
    require_scenario("scenario", scenario)
    laws = [law for law in scenario.laws if not isinstance(law, Gestation)]
    unknown = [type(law).__name__ for law in laws if not law.foreseeable]
    if states is None and unknown:
        return Bound(1.0, float("nan"), f"none: {unknown[0]} goes by what people do")
    ahead = _foreseen(scenario, periods) if states is None else list(states)
    spans = [[t] for t in range(periods)]
    if periods * (scenario.economy.products + int(np.isfinite(np.asarray(scenario.limits)).sum())) > EXACT_ROWS:
        moved = frozenset().union(*(law.moves for law in laws)) - {"nature", "accounts"}
        alike = groupby(range(periods), key=lambda t: _bytes(ahead[t], moved))
        spans = [list(group) for _, group in alike]
    problem = _programme(scenario, ahead, spans, physics)
    solution = highs.solve(problem, tolerance=1e-6)
    value, open_ended, _ = dual_bound(problem, solution.y)
    certified = problem.worth * float(value) if np.abs(open_ended).max(initial=0.0) <= 1e-9 else 1.0
    how = "every period" if len(spans) == periods else f"{len(spans)} merged periods"
    return Bound(
        min(1.0, certified), float(solution.certificate.objective), f"clairvoyant programme, {how}, {solution.status}"
    )


def _foreseen(scenario: Scenario, periods: int) -> list[State]:
    """Return what is true in each period as plans find it, where that does not depend on them."""
    laws, key = [law for law in scenario.laws if law.foreseeable], jax.random.key(0)
    state, found = scenario.opening, []
    for t in range(periods):
        state = replace(state, period=jnp.asarray(t))
        for law in laws:
            state = law.begin(state)
        for law in laws:
            state = law.shock(state, key)
        found.append(state)
        for law in laws:
            state = law.step(state, None, key)
    return found


def _bytes(state: State, names: frozenset[str]) -> bytes:
    return b"".join(np.asarray(part).tobytes() for part in jax.tree.leaves(state.parts(names)))


def _programme(scenario: Scenario, states: list[State], spans: list[list[int]], physics: Physics) -> LinearProblem:
    """Return the programme with one average period per span of periods."""
    e, T = scenario.economy, sum(map(len, spans))
    K, delta = e.capital.to_scipy(), np.asarray(e.depreciation)
    n, m = K.shape
    lead = 1 + scenario.opening.building.shape[0]
    begin = opening(scenario, physics)
    there = np.asarray(begin.stock + e.inputs.sum_rows(begin.inventory))
    units = gross_flow(scenario)
    product, process = units.product, units.process
    r_all = np.stack([np.asarray(state.limits_now) for state in states])
    limited = np.flatnonzero(np.isfinite(r_all).all(axis=0))
    usual = np.asarray(scenario.limits)[limited]
    factor = np.where(np.isfinite(usual) & (usual > 0), usual, 1.0)
    rows, cols = np.nonzero(np.any([np.asarray(state.needs) > 0 for state in states], axis=0))
    people = np.asarray(scenario.urgency), np.asarray(scenario.population)
    c = np.asarray(scenario.capacity)
    built = np.flatnonzero(np.isfinite(c) & (np.diff(sp.csc_array(K).indptr) > 0))
    works = sp.diags_array(1 / product) @ sp.csc_array(K)[:, built] @ sp.diags_array(process[built])
    carry = sp.eye_array(n, format="csc")
    pick = sp.csc_array((np.ones(built.size), (np.arange(built.size), built)), (built.size, m))

    grid: list[list] = []
    upper, cost, demand = [], [], []
    for a, span in enumerate(spans):
        now, size = states[span[0]], len(span)
        A, M, F = now.economy.inputs.to_scipy(), now.economy.outputs.to_scipy(), np.asarray(now.economy.factors)
        D, r = np.asarray(now.needs_now), r_all[span[0]]
        psi = (1 + float(physics.overproduction)) * np.asarray(now.capacity_left)
        worth = need_weights(D, *people, np)[rows, cols]
        net = sp.diags_array(1 / product) @ (M - A) @ sp.diags_array(process)
        use = sp.csc_array(F[limited] * process / factor[:, None])
        met = sp.csc_array((D[rows, cols] / product[rows], (rows, np.arange(rows.size))), (n, rows.size))
        left = np.mean([_remaining(scenario, t) for t in span], axis=0)
        room = np.where(np.isin(np.arange(m), built), np.inf, psi * left)
        blocks: list = [None] * (4 * len(spans))
        balance, factors, capacity = list(blocks), list(blocks), list(blocks)
        balance[4 * a : 4 * a + 4] = [net * size, -met * size, -carry, -works * size]
        if a:
            balance[4 * a - 2] = carry
        factors[4 * a] = -use
        capacity[4 * a] = -pick
        for b, earlier in enumerate(spans[: a + 1]):
            gain = _lasting(delta, earlier, span, lead) * len(earlier) * psi
            capacity[4 * b + 3] = sp.diags_array(gain[built])
        grid += [balance, factors, capacity]
        reach = _implied(F, r)
        upper += [np.minimum(room, reach) / process, np.ones(rows.size), np.full(n + built.size, np.inf)]
        cost += [np.zeros(m), -worth * size / T * rows.size, np.zeros(n + built.size)]
        given = -there / product if a == 0 else np.zeros(n)
        demand += [given, -r[limited] / factor, -(psi * left / process)[built]]
    kept = [row for row in grid if next(block for block in row if block is not None).shape[0]]
    return LinearProblem(
        cost=np.concatenate(cost),
        matrix=sp.csr_array(sp.block_array(kept, format="csr")),
        rows=np.concatenate(demand),
        lower=np.zeros(sum(map(len, upper))),
        upper=np.concatenate(upper),
        worth=-1.0 / rows.size,
    )


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


def _lasting(delta: np.ndarray, built: list[int], used: list[int], lead: int) -> np.ndarray:
    """Return what a unit of capacity built in one span adds at most to the average capacity of another."""

    def adds(b: int, t: int) -> np.ndarray:
        return (1 - delta) ** (t - lead - b) if t >= b + lead else np.zeros_like(delta)

    moments = built if built[0] == used[0] else [built[-1]]
    return np.max([np.mean([adds(b, t) for t in used], axis=0) for b in moments], axis=0)
