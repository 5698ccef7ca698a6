r"""How much a producer or a community can gain by misreporting, and what lie achieves it.

For agent :math:`i` with truth :math:`\theta_i`, what it gets :math:`u_i` and what all others say,

.. math:: \text{gain}_i = \max_{\hat\theta_i} u_i(\hat\theta_i, \hat\theta_{-i}) - u_i(\theta_i, \hat\theta_{-i}).

A lie multiplies what is said by a factor: of capacity, of all input requirements, of last period's results, of all
needs. The search tries a coarse grid along each, then climbs along the slope of what the liar gets
(`planlab.incentives.trial.Trial.slopes`: through the mechanism where it is traceable, and within its active set where
it is a linear programme), then polishes what gains by a compass search. A gain that was found is run once more from
nothing; it proves that the mechanism can be manipulated. Where none was found there may be one all the same: the
largest gain is then known to be no less than zero, no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from planlab.economy.economy import Scenario
from planlab.incentives.trial import LIES, Payoffs, Profile, Trial
from planlab.information.account import Effort, Reward
from planlab.information.behaviours import Behaviour, Truthful
from planlab.information.channels import Channel, Direct
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import name_of
from planlab.progress import Advance, progress_bar
from planlab.world.execution import Execution

__all__ = ["GRID", "Regret", "regret", "search"]

GRID = (0.5, 0.8, 1.25, 2.0)
"""Factors tried first, along each thing that can be misreported."""

CLIMBS = (0.1, 0.02)
"""How far to go along the slope, in logarithms: each is tried."""

WIDEST = float(np.log(5.0))
"""No lie that is looked for is larger than fivefold, up or down."""

STEPS = (0.03,)
"""Of the compass search, in logarithms."""

AGENTS = ("producers", "communities", "all")


@dataclass(frozen=True)
class Regret:
    """What unilateral misreporting was found to gain.

    Parameters
    ----------
    table
        A row per agent: ``agent``, ``kind``, ``truthful`` (what truth gets it), ``gain``, ``relative`` (over what truth
        gets, NaN where that is next to nothing), the lie's factors ``capacity``, ``inputs``, ``results``, ``needs``,
        ``society`` (what the lie adds to mean need satisfaction) and ``found`` (whether a gain was confirmed).
    mechanism, reward
        What they are called.
    tried
        How many lies were tried.
    """

    table: pd.DataFrame
    mechanism: str
    reward: str
    tried: int

    @property
    def largest(self) -> float:
        """The largest confirmed gain; 0 where none was found."""
        return float(self.table.gain.max()) if len(self.table) else 0.0

    @property
    def mean(self) -> float:
        """The mean over agents of confirmed gains."""
        return float(self.table.gain.mean()) if len(self.table) else 0.0

    @property
    def manipulable(self) -> bool:
        """Whether a gain was confirmed. ``False`` does not mean that there is none."""
        return bool(self.table.found.any())

    @property
    def best(self) -> pd.Series:
        """The row of whoever gains most."""
        return self.table.iloc[int(self.table.gain.to_numpy().argmax())]

    def __str__(self) -> str:
        """In words."""
        who = f"{self.mechanism} with {self.reward}"
        liars = int(self.table.found.sum())
        if not liars:
            return f"{who}: no gain found for any of {len(self.table)} agents in {self.tried} lies; there may be one."
        best = self.best
        share = f", {100 * best.relative:.1f} % of what truth gets" if np.isfinite(best.relative) else ""
        return (
            f"{who}: {liars} of {len(self.table)} agents gain by lying, {best.agent} most, by {best.gain:.4g}{share}; "
            f"{self.tried} lies tried, every gain run once more."
        )


def regret(
    mechanism: str | Mechanism,
    scenario: Scenario,
    reward: Reward | None = None,
    agents: str | Any = "producers",
    lies: tuple[str, ...] = LIES,
    effort: Effort = Effort(),  # noqa: B008 - frozen
    periods: int = 1,
    discount: float = 1.0,
    behaviour: Behaviour = Truthful(),  # noqa: B008 - frozen
    channel: Channel = Direct(),  # noqa: B008 - frozen
    execution: Execution = Execution(),  # noqa: B008 - frozen
    grid: tuple[float, ...] = GRID,
    steps: tuple[float, ...] = STEPS,
    tolerance: float = 1e-6,
    seed: int = 0,
    progress: bool | None = None,
) -> Regret:
    """Find the largest gain from unilateral misreporting, agent by agent, and the lie that achieves it.

    Parameters
    ----------
    mechanism
        By name, or a `Mechanism`.
    scenario
        The world.
    reward
        What people are paid; ``None``: the mechanism's own.
    agents
        ``"producers"``, ``"communities"``, ``"all"``, or positions of processes.
    lies
        What may be misreported, of ``("capacity", "inputs", "results", "needs")``.
    effort
        What producing costs those who do it.
    periods, discount
        Horizon, and what the next period counts for over what this one does: the ratchet lives there.
    behaviour
        What all do anyway; an agent's lie comes on top.
    channel, execution, seed
        As in `planlab.simulate`.
    grid, steps
        Factors that are tried first, and steps in logarithms of the compass search around what gains so far.
    tolerance
        Gains below this part of the largest payoff, or of one where that is less, are noise of solvers: make it smaller
        if pay comes in small units.
    progress
        Whether to show a progress bar; ``None``: when standard error is a terminal.

    Returns
    -------
    Regret
        Confirmed gains.

    Raises
    ------
    ValueError
        For agents and lies that do not exist, and grids of numbers that are no factors.
    """
    trial = Trial(mechanism, scenario, reward, effort, periods, discount, behaviour, channel, execution, seed)
    known_lies(lies)
    if not grid or min(grid) <= 0 or not np.isfinite(grid).all():
        raise ValueError(f"grid is {grid!r}; give factors above 0, for instance (0.5, 2.0).")
    chosen = _chosen(agents, scenario)
    honest = trial.warm_up(trial.truth)
    rows, tried = [], 0
    with progress_bar(progress, (4 + len(steps)) * len(chosen)) as advance:
        for producers, who in chosen:
            dims = [k for k, lie in enumerate(LIES[:3] if producers else LIES[3:]) if lie in lies]
            if not dims or not who.size:
                continue
            best, count = search(trial, trial.truth, producers, who, dims, grid, steps, advance)
            advance("gains run once more", 0)
            tried += count
            rows += _confirmed(trial, honest, producers, who, best, tolerance)
            advance("gains run once more", 1)
    table = pd.DataFrame(rows, columns=["agent", "kind", "truthful", "gain", "relative", *LIES, "society", "found"])
    return Regret(table, name_of(trial.mechanism), type(trial.reward).__name__, tried)


def known_lies(lies: Sequence[str]) -> None:
    """Raise for none and for what cannot be misreported."""
    if isinstance(lies, str) or not lies:
        raise ValueError(f"lies is {lies!r}; give some of {', '.join(LIES)}, for instance ('capacity',).")
    if unknown := [lie for lie in lies if lie not in LIES]:
        raise ValueError(f"lies names {unknown[0]!r}; choose from {', '.join(LIES)}.")


def search(
    trial: Trial,
    profile: Profile,
    producers: bool,
    who: np.ndarray,
    dims: list[int],
    grid: tuple[float, ...],
    steps: tuple[float, ...],
    advance: Advance = lambda text, done: None,
    thorough: bool = False,
) -> tuple[np.ndarray, int]:
    """Return each agent's best lie found, and how many lies were tried.

    Agents are searched for together: every round tries the same moves for all that it is for.

    Parameters
    ----------
    trial, profile
        What is run, and what all others say.
    producers, who, dims
        Who searches, and along which of the things they can misreport.
    grid, steps, advance
        As in `regret`, and what is told how far it is.
    thorough
        Whether to polish for all, and not for those only who gain already.
    """
    now = np.array(profile.of(producers))[who]
    along = np.eye(now.shape[1])[dims]
    truthful = np.asarray(trial.near(profile).of(producers))[who]
    value, tried = truthful.copy(), 0

    def improve(some: np.ndarray, moves: np.ndarray, onward: bool = True) -> None:
        """Try several places for some agents, ``(some, moves, lies)``; keep what is better."""
        nonlocal tried
        if not moves.size:
            return
        moves = np.clip(moves, -WIDEST, WIDEST)
        got = trial.unilateral(profile, producers, who[some], moves, onward)
        tried += got.size
        best = got.max(axis=1)
        better = best > value[some]
        now[some[better]] = moves[better, got[better].argmax(axis=1)]
        value[some[better]] = best[better]

    advance("a grid of lies", 0)
    everybody = np.arange(who.size)
    improve(everybody, _far(now, along, np.log(np.asarray(grid))), onward=False)

    advance("slopes", 1)
    slope = np.zeros_like(now)
    slope[:, dims] = trial.slopes(profile, producers, who, now)[:, dims]
    steepest = np.abs(slope).max(axis=1, keepdims=True)
    uphill = np.flatnonzero(steepest[:, 0] > 0)
    advance("climbing", 1)
    improve(uphill, now[uphill, None, :] + np.array(CLIMBS)[:, None] * (slope / steepest.clip(1e-300))[uphill, None, :])

    advance("polishing", 1)
    for step in steps:
        some = everybody if thorough else np.flatnonzero(value > truthful)
        near = step * np.concatenate([along, -along])
        improve(some, now[some, None, :] + near[None])
        advance("polishing", 1)
    return now, tried


def _far(now: np.ndarray, along: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Return one lie of every level along each thing alone; of liars also the truth, and a change of one lie only."""
    told = np.tile(along, (levels.size, 1))
    alone = np.repeat(levels, len(along))[:, None] * told
    moves = np.broadcast_to(alone, (now.shape[0], *alone.shape))
    if not now.any():
        return moves
    stay = now[:, None, :]
    return np.concatenate([moves, 0 * stay, stay * (1 - told) + alone], axis=1)


def noise(own: np.ndarray, tolerance: float) -> float:
    """Return what gains have to exceed: a part of the largest payoff, or of one where that is less."""
    return tolerance * max(1.0, float(np.abs(own).max()))


def _chosen(agents: Any, scenario: Scenario) -> list[tuple[bool, np.ndarray]]:
    m, h = scenario.economy.processes, scenario.communities
    if isinstance(agents, str):
        if agents not in AGENTS:
            raise ValueError(f"agents is {agents!r}; choose {', '.join(AGENTS)}, or give positions of processes.")
        return [(True, np.arange(m))] * (agents != "communities") + [(False, np.arange(h))] * (agents != "producers")
    who = np.atleast_1d(np.asarray(agents))
    if who.dtype.kind not in "iu" or who.size == 0 or who.min() < 0 or who.max() >= m:
        raise ValueError(f"agents is {agents!r}; give positions of processes from 0 to {m - 1}.")
    return [(True, who)]


def _confirmed(
    trial: Trial, honest: Payoffs, producers: bool, who: np.ndarray, best: np.ndarray, tolerance: float
) -> list[dict]:
    """Return a row per agent, gains run once more from nothing."""
    own = np.asarray(honest.of(producers))
    labels = trial.scenario.economy.labels
    names = labels.of("processes", own.size) if producers else labels.of("communities", own.size)
    least, rows = noise(own, tolerance), []
    gains, society = np.zeros(who.size), np.zeros(who.size)
    lying = np.flatnonzero(np.any(best != 0, axis=1))
    if lying.size:
        got, satisfaction = trial.definitive(trial.truth, producers, who[lying], best[lying])
        gains[lying], society[lying] = got - own[who[lying]], satisfaction - float(honest.satisfaction)
    for agent, lie, gain, effect in zip(who, best, gains, society, strict=True):
        found = gain > least
        factors = np.exp(lie) if found else np.ones_like(lie)
        said = dict(zip(LIES[:3] if producers else LIES[3:], factors, strict=True))
        rows.append(
            {
                "agent": str(names[agent]),
                "kind": "producer" if producers else "community",
                "truthful": float(own[agent]),
            }
            | {"gain": float(gain) if found else 0.0, "society": effect if found else 0.0, "found": bool(found)}
            | {"relative": gain / abs(own[agent]) if abs(own[agent]) > least else (np.nan if found else 0.0)}
            | {name: float(said.get(name, 1.0)) for name in LIES}
        )
    return rows
