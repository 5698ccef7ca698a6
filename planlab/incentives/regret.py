r"""How much a producer or a community can gain by misreporting, and what lie achieves it.

For agent :math:`i` with truth :math:`\theta_i`, what it gets :math:`u_i` and what all others say,

.. math:: \text{gain}_i = \max_{\hat\theta_i} u_i(\hat\theta_i, \hat\theta_{-i}) - u_i(\theta_i, \hat\theta_{-i}).

A lie multiplies what is said by a factor: of capacity, of all input requirements, of last period's results, of what
lies in stores, of all needs. The search tries a coarse grid along each, then climbs along the slope of what the liar
gets (`planlab.incentives.trial.Trial.slopes`: through the mechanism where it is traceable, and within its active set
where it is a linear programme), then polishes what gains by a compass search. A gain that was found is run once more
from nothing; it proves that the mechanism can be manipulated. Where none was found there may be one all the same: the
largest gain is then known to be no less than zero, no more.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from planlab.base.checks import BELOW_1, check_float, check_positive
from planlab.base.progress import progress_bar
from planlab.economy.scenario import Scenario
from planlab.incentives.arguments import known_lies, liars
from planlab.incentives.search import GRID, STEPS, noise_of, search
from planlab.incentives.trial import LIES, OWN_LIES, Payoffs, Trial
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import name_of
from planlab.pay.account import Effort, Reward
from planlab.people.behaviour import Behaviour
from planlab.people.channel import Channel
from planlab.simulation.setting import Setting
from planlab.world.physics import Physics

__all__ = ["Regret", "regret"]


@dataclass(frozen=True)
class Regret:
    """What unilateral misreporting was found to gain.

    Parameters
    ----------
    table
        A row per agent: ``agent``, ``kind``, ``truthful`` (what truth gets it), ``gain``, ``relative`` (over what truth
        gets, NaN where that is next to nothing), the lie's factors ``capacity``, ``inputs``, ``results``, ``stores``,
        ``needs``, ``society`` (what the lie adds to the needs met) and ``found`` (whether a gain was confirmed).
    mechanism, reward
        What they are called.
    tried
        How many lies were tried.
    failed
        How many of them led to a payoff that is not finite; they count as no gain.
    """

    table: pd.DataFrame
    mechanism: str
    reward: str
    tried: int
    failed: int = 0

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
        lies = f"{self.tried} lies" + (f", {self.failed} of which had no finite payoff" if self.failed else "")
        if not liars:
            return f"{who}: no gain found for any of {len(self.table)} agents in {lies}; there may be one."
        best = self.best
        share = f", {100 * best.relative:.1f} % of what truth gets" if np.isfinite(best.relative) else ""
        return (
            f"{who}: {liars} of {len(self.table)} agents gain by lying, {best.agent} most, by {best.gain:.4g}{share}; "
            f"{lies} tried, every gain run once more."
        )


def regret(
    mechanism: str | Mechanism,
    scenario: Scenario,
    reward: Reward | None = None,
    agents: str | Any = "producers",
    lies: tuple[str, ...] | None = None,
    effort: Effort = Effort(),  # noqa: B008 - frozen
    periods: int = 1,
    discount: float = 1.0,
    behaviour: Behaviour | None = None,
    channel: Channel | None = None,
    physics: Physics | None = None,
    grid: tuple[float, ...] = GRID,
    steps: tuple[float, ...] = STEPS,
    tolerance: float = 1e-6,
    seed: int = 0,
    progress: bool | None = None,
    setting: Setting | None = None,
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
        What may be misreported, of ``("capacity", "inputs", "results", "stores", "needs")``; ``None``: all of it, but
        stores only where planners look into them.
    effort
        What producing costs those who do it.
    periods, discount
        Horizon, and what the next period counts for over what this one does: the ratchet lives there.
    behaviour
        What all do anyway; an agent's lie comes on top.
    channel, physics, seed, setting
        As in `planlab.simulate`.
    grid, steps
        Factors that are tried first, and steps in logarithms of the compass search around what gains so far.
    tolerance
        Gains below this part of the largest payoff, or of one where that is less, count as noise: make it smaller if
        pay comes in small units. The mechanism's own `planlab.Mechanism.accuracy` counts where it is coarser.
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
    trial = Trial(mechanism, scenario, reward, effort, periods, discount, behaviour, channel, physics, seed, setting)
    lies = trial.heard if lies is None else lies
    known_lies(lies)
    tried = check_positive("grid", grid, "factors above 0, for instance (0.5, 2.0)")
    polish = check_positive("steps", steps, "lengths above 0, or () for no polish") if np.size(steps) else ()
    check_float("tolerance", tolerance, BELOW_1)
    chosen = liars(agents, scenario, lies)
    honest, counts = trial.honest(), Counter[str]()
    least = max(tolerance, trial.mechanism.accuracy)
    rows: list[dict] = []
    with progress_bar(progress, (4 + len(polish)) * len(chosen)) as advance:
        for producers, who, dims in chosen:
            best, count = search(trial, trial.truth, producers, who, dims, tried, polish, advance)
            advance("gains run once more", 0)
            counts += count
            rows += _confirmed(trial, honest, producers, who, best, least)
            advance("gains run once more", 1)
    table = pd.DataFrame(rows, columns=["agent", "kind", "truthful", "gain", "relative", *LIES, "society", "found"])
    names = name_of(trial.mechanism), type(trial.reward).__name__
    return Regret(table, *names, counts["tried"], counts["failed"])


def _confirmed(
    trial: Trial, honest: Payoffs, producers: bool, who: np.ndarray, best: np.ndarray, tolerance: float
) -> list[dict]:
    """Return a row per agent, gains run once more from nothing."""
    own = np.asarray(honest.of(producers))
    labels = trial.scenario.economy.labels
    names = labels.of("processes", own.size) if producers else labels.of("communities", own.size)
    noise, rows = noise_of(own, tolerance), []
    gains, society = np.zeros(who.size), np.zeros(who.size)
    lying = np.flatnonzero(np.any(best != 0, axis=1))
    if lying.size:
        got, satisfaction = trial.definitive(trial.truth, producers, who[lying], best[lying])
        gains[lying], society[lying] = got - own[who[lying]], satisfaction - float(honest.satisfaction)
    for agent, lie, gain, effect in zip(who, best, gains, society, strict=True):
        found = gain > noise
        factors = np.exp(lie) if found else np.ones_like(lie)
        said = dict(zip(OWN_LIES if producers else ("needs",), factors, strict=True))
        rows.append(
            {
                "agent": str(names[agent]),
                "kind": "producer" if producers else "community",
                "truthful": float(own[agent]),
            }
            | {"gain": float(gain) if found else 0.0, "society": effect if found else 0.0, "found": bool(found)}
            | {"relative": gain / abs(own[agent]) if abs(own[agent]) > noise else (np.nan if found else 0.0)}
            | {name: float(said.get(name, 1.0)) for name in LIES}
        )
    return rows
