"""What a clairvoyant could have done: the bound in every table, certified by its duals."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from planlab.base.checks import SHARE, check_float
from planlab.economy.intact import require_scenario
from planlab.economy.laws.budget import Budget
from planlab.economy.scenario import Scenario
from planlab.economy.state import State
from planlab.economy.tiers import USUAL, Tiers
from planlab.optimisation import highs
from planlab.optimisation.kkt import dual_bound
from planlab.planning.plan import Status
from planlab.scoring.closing import closing_plan, opening_cover
from planlab.scoring.dynamic_leontief import Terminal, dynamic_leontief
from planlab.world.laws.gestation import Gestation
from planlab.world.physics import Physics, opening

__all__ = ["Bound", "clairvoyant"]

EXACT_ROWS = 3000
"""Up to this many rows every period has its own balances; above, consecutive periods alike share theirs."""

MARGIN = 1e-7
"""By which what may be lacking at the end exceeds the least that was found, which is found to rounding only."""


class Bound(NamedTuple):
    """What nobody can beat.

    Parameters
    ----------
    needs_met
        Upper bound on what needs met are worth over the horizon, certified by duals.
    achieved
        What the best plan found for the relaxed programme achieves; NaN where none was found.
    method
        How it was found.
    lasting
        The bound of those only who leave enough to go on, where it was asked for: in comparisons.
    """

    needs_met: float
    achieved: float
    method: str
    lasting: float = float("nan")


def clairvoyant(
    scenario: Scenario,
    periods: int,
    physics: Physics = Physics(),  # noqa: B008 - frozen
    states: Sequence[State] | None = None,
    tiers: Tiers = USUAL,
    closing: float | None = None,
    worst: bool = False,
) -> Bound:
    r"""Bound the needs met by a planner who knows the truth and everything to come.

    .. math:: \max \frac{1}{T} \sum_t \sum_{ih} w_{ih} v(s_{iht}) \quad\text{s.t.}\quad
              (M_t - A_t) x_t + z_t \ge \sum_h D_{ht} s_{ht} + K g_t + z_{t+1},\ F_t x_t \le r_t,\
              x_t \le \psi_t \Bigl[c_t + \sum_{\tau \le t - G} (1-\delta)^{t-G-\tau} g_\tau\Bigr],\ s \le 1,

    where :math:`z_0` counts every opening stock and inventory as available, :math:`c_t` is what is left of opening
    capacity and of what was under construction then, and :math:`G` how long it takes to build. Of a `planlab.Budget`
    all that there is at the opening may be drawn over the whole horizon, in whichever period. It is a relaxation of
    `planlab.world.physics.Physics`: no cover, no ramp, no decay, no months; so no mechanism can beat it.

    With a terminal condition it bounds those only who do not live off what they have: of the capacity :math:`k^*` that
    the best stationary plan takes for the last needs and limits, `closing` has to be left,

    .. math:: \sum_j c_j [k^*_j - k_{Tj}]_+ \le (1 - \text{closing}) \sum_j c_j k^*_j,

    at the factors embodied in it, :math:`c`, whatever `tiers` say (`planlab.scoring.closing.closing_plan`); where even
    the most that can be built by then is less, that much has to be left. Likewise of what the closing activity takes
    for as long as inputs lay in store at the opening, :math:`z^*_i = \tau \sum_j A_{ij} x_{Tj}`,

    .. math:: \sum_i p_i [z^*_i - z_{Ti}]_+ \le (1 - \text{closing}) \sum_i p_i z^*_i,

    as `planlab.scoring.closing.closing_wealth` counts both.

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
    tiers
        :math:`v`, what a part of a need is worth: as in the score ``needs_met``, or `planlab.economy.tiers.WHOLE` for
        the plain share of needs.
    closing
        What has to be left, from 0 to 1; 1: all of it, process by process. ``None``: nothing.
    worst
        Whether the worst met need of a period is all that counts, so that :math:`s_{iht} = s_t`.

    Returns
    -------
    Bound
        In programmes of more than `EXACT_ROWS` rows, consecutive periods in which the same is true are merged into
        one average period, which relaxes the programme further. 1 without `states` where a law goes by what people
        do: nobody knows what could be had then.
    """
    require_scenario("scenario", scenario)
    if closing is not None:
        check_float("closing", closing, SHARE)
    laws = [law for law in scenario.laws if not isinstance(law, Gestation)]
    unknown = [type(law).__name__ for law in laws if not (law.foreseeable or isinstance(law, Budget))]
    if states is None and unknown:
        return Bound(1.0, float("nan"), f"none: {unknown[0]} goes by what people do")
    ahead = _foreseen(scenario, periods) if states is None else list(states)
    spans = [[t] for t in range(periods)]
    if periods * (scenario.economy.products + int(np.isfinite(np.asarray(scenario.limits)).sum())) > EXACT_ROWS:
        moved = frozenset().union(*(law.moves for law in laws)) - {"nature", "accounts"}
        alike = groupby(range(periods), key=lambda t: _bytes(ahead[t], moved))
        spans = [list(group) for _, group in alike]
    if closing is not None and len(spans[-1]) > 1:
        spans[-1:] = [spans[-1][:-1], spans[-1][-1:]]
    terminal, note = _terminal(scenario, ahead[-1], physics, closing), ""
    solution, certified = _bound(scenario, ahead, spans, physics, tiers, terminal, worst)
    if terminal is not None and solution.status is not Status.OPTIMAL:
        least, _ = _bound(scenario, ahead, spans, physics, tiers, terminal._replace(shortfall=None), worst)
        value = float(terminal.cost @ terminal.capacity)
        short = float(least.certificate.objective) * (1 + MARGIN) + MARGIN
        terminal = terminal._replace(shortfall=max(terminal.shortfall or 0.0, short * value))
        solution, certified = _bound(scenario, ahead, spans, physics, tiers, terminal, worst)
        note = f" (no more than {1 - short:.3f} can be left)"
    how = "every period" if len(spans) == periods else f"{len(spans)} merged periods"
    left = "" if closing is None else f", closing wealth {closing:g}{note}"
    return Bound(
        certified, float(solution.certificate.objective), f"clairvoyant programme, {how}{left}, {solution.status}"
    )


def _terminal(scenario: Scenario, last: State, physics: Physics, closing: float | None) -> Terminal | None:
    """Return what has to be left for the last state."""
    if closing is None:
        return None
    plan, missing = closing_plan(scenario, last), 1 - closing
    lying = np.asarray(scenario.economy.inputs.sum_rows(opening(scenario, physics).inventory))
    cover = opening_cover(scenario, lying, plan.embodied)
    shortfall = missing * float(plan.cost @ plan.capacity)
    return Terminal(plan.capacity, plan.cost, shortfall, plan.embodied, cover, missing)


def _bound(
    scenario: Scenario,
    states: list[State],
    spans: list[list[int]],
    physics: Physics,
    tiers: Tiers,
    terminal: Terminal | None,
    worst: bool,
) -> tuple[highs.Solution, float]:
    """Return the solution of the programme, and what its duals prove."""
    problem = dynamic_leontief(scenario, states, spans, physics, tiers, terminal, worst)
    solution = highs.solve(problem, tolerance=1e-6)
    value, open_ended, _ = dual_bound(problem, solution.y)
    proves = np.abs(open_ended).max(initial=0.0) <= 1e-9
    return solution, min(1.0, problem.worth * float(value)) if proves else 1.0


def _foreseen(scenario: Scenario, periods: int) -> list[State]:
    """Return what is true in each period as plans find it, where that does not depend on them."""
    laws, key = [law for law in scenario.laws if law.foreseeable], jax.random.key(0)
    state, found = scenario.opening, []
    for t in range(periods):
        state = replace(state, period=jnp.asarray(t))
        for law in scenario.laws:
            state = law.begin(state)
        for law in laws:
            state = law.shock(state, key)
        found.append(state)
        for law in laws:
            state = law.step(state, None, key)
    return found


def _bytes(state: State, names: frozenset[str]) -> bytes:
    return b"".join(np.asarray(part).tobytes() for part in jax.tree.leaves(state.parts(names)))
