"""What lying pays and where it leads, for several mechanisms and rewards in one world."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planlab.base.memory import make_room
from planlab.base.progress import progress_bar
from planlab.economy.economy import Scenario
from planlab.economy.leontief import upstreamness
from planlab.incentives.arguments import known_lies, positive
from planlab.incentives.equilibrium import equilibrium
from planlab.incentives.regret import Regret, regret
from planlab.incentives.search import noise_of
from planlab.incentives.trial import LIES, Trial
from planlab.information.account import Effort, Reward
from planlab.information.channels import Channel, Direct
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import find_mechanism, name_of
from planlab.scoring.score import score
from planlab.world.execution import Execution
from planlab.world.simulation import norms, of_kind, simulate
from planlab.world.trajectory import Trajectory

__all__ = ["FACTORS", "IncentiveProfile", "consequences", "incentive_profile"]

FACTORS = (0.25, 0.4, 0.6, 0.75, 0.9, 1.1, 1.3, 1.7, 2.5, 4.0)
"""Said over true: the sizes of lies that curves show."""


@dataclass(frozen=True)
class IncentiveProfile:
    """What lying pays and where it leads.

    Parameters
    ----------
    pairs
        A row per mechanism and reward, with the numbers of `consequences`.
    curves
        A row per mechanism, reward, thing misreported (``lie``) and size of lie (``factor``, said over true): over the
        agents who can tell it, the ``largest`` and the ``mean`` gain of one who does so alone, and the share who gain.
    agents
        A row per mechanism, reward and agent: the table of `planlab.Regret`, and of producers ``sector``, ``region``,
        ``size`` (share of all activity's norms) and ``place`` (`planlab.upstreamness` of what they make).
    scenario
        The world's name.
    """

    pairs: pd.DataFrame
    curves: pd.DataFrame
    agents: pd.DataFrame
    scenario: str

    def page(self, path: str | os.PathLike[str]) -> Path:
        """Write the profile as one HTML file that works offline; needs ``planlab[report]``."""
        from planlab.presentation.incentive_page import write_incentive_page

        return write_incentive_page(self, path)

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Save the numbers as CSV files: ``pairs.csv``, ``curves.csv`` and ``agents.csv``."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("pairs", "curves", "agents"):
            getattr(self, name).to_csv(folder / f"{name}.csv", index=False)
        return folder


def incentive_profile(
    mechanisms: Sequence[str | Mechanism],
    scenario: Scenario,
    rewards: Mapping[str, Reward] | None = None,
    lies: tuple[str, ...] = ("capacity", "inputs", "needs"),
    factors: Sequence[float] = FACTORS,
    periods: int = 1,
    discount: float = 1.0,
    rounds: int = 12,
    seed: int = 0,
    effort: Effort = Effort(),  # noqa: B008 - frozen
    channel: Channel = Direct(),  # noqa: B008 - frozen
    execution: Execution = Execution(),  # noqa: B008 - frozen
    progress: bool | None = None,
) -> IncentiveProfile:
    """Work out what lying pays, to whom, and where it leads, for every mechanism with every reward.

    Parameters
    ----------
    mechanisms
        By name, or as objects.
    scenario
        The world.
    rewards
        By what they are to be called; ``None``: each mechanism's own.
    lies
        What may be misreported, of ``("capacity", "inputs", "results", "needs")``.
    factors
        Said over true, the sizes of lies on the curves.
    periods, discount, seed, effort, channel, execution
        As in `planlab.regret`.
    rounds
        Of best replies, as in `planlab.equilibrium`.
    progress
        Whether to show a progress bar; ``None``: when standard error is a terminal.

    Returns
    -------
    IncentiveProfile
        With a page.

    Raises
    ------
    ValueError
        For arguments out of range, by name.
    """
    of_kind("scenario", scenario, Scenario)
    known_lies(lies)
    cases = _cases(mechanisms, rewards)
    sizes = positive("factors", factors, "factors above 0, for instance (0.5, 2.0)")
    horizon: Any = {"periods": periods, "discount": discount, "seed": seed, "effort": effort}
    horizon |= {"channel": channel, "execution": execution}
    places = _places(scenario)
    pairs, curves, agents = [], [], []
    with progress_bar(progress, len(cases)) as advance:
        for mechanism, label, reward in cases:
            who = {"mechanism": name_of(mechanism), "reward": label}
            advance(f"{who['mechanism']} with {label}", 0)
            make_room()
            row, told = consequences(mechanism, scenario, reward, lies, rounds, **horizon)
            trial = Trial(mechanism, scenario, reward, **horizon)
            pairs.append(who | row)
            curves += [who | point for point in _curve(trial, lies, sizes)]
            agents.append(pd.concat([told.table, places], axis=1).assign(**who))
            advance(f"{who['mechanism']} with {label}", 1)
    everybody = pd.concat(agents, ignore_index=True)
    ordered = ["mechanism", "reward", *(name for name in everybody if name not in ("mechanism", "reward"))]
    return IncentiveProfile(pd.DataFrame(pairs), pd.DataFrame(curves), everybody[ordered], scenario.name)


def _cases(mechanisms: Any, rewards: Any) -> list[tuple[Mechanism, str, Reward]]:
    """Return every mechanism with every reward, or raise by name for what is neither."""
    listed = [mechanisms] if isinstance(mechanisms, str | Mechanism) else list(mechanisms)
    found = {name_of(mechanism): mechanism for mechanism in map(find_mechanism, listed)}
    if not found:
        raise ValueError("mechanisms is empty; give at least one, for instance ['command'].")
    if len(found) < len(listed):
        raise ValueError(f"mechanisms names one twice: {', '.join(name_of(find_mechanism(m)) for m in listed)}.")
    if rewards is not None and (not isinstance(rewards, Mapping) or not rewards):
        raise ValueError(f"rewards is {rewards!r}; give a mapping such as {{'flat': pl.Flat()}}.")
    for label, reward in (rewards or {}).items():
        of_kind(f"rewards[{label!r}]", reward, Reward)
    own = {m: {type(m.reward).__name__: m.reward} if rewards is None else dict(rewards) for m in found.values()}
    return [(mechanism, str(label), reward) for mechanism, paid in own.items() for label, reward in paid.items()]


def consequences(
    mechanism: str | Mechanism,
    scenario: Scenario,
    reward: Reward,
    lies: tuple[str, ...],
    rounds: int,
    periods: int = 1,
    discount: float = 1.0,
    seed: int = 0,
    effort: Effort = Effort(),  # noqa: B008 - frozen
    channel: Channel = Direct(),  # noqa: B008 - frozen
    execution: Execution = Execution(),  # noqa: B008 - frozen
) -> tuple[dict[str, Any], Regret]:
    """Return what lying pays and where it leads under one mechanism and reward, in numbers.

    Parameters
    ----------
    mechanism, scenario, reward, lies, rounds, periods, discount, seed, effort, channel, execution
        As in `incentive_profile`.

    Returns
    -------
    dict
        ``honest``, ``equilibrium``: need satisfaction if all are honest, and where best replies end; ``regret``,
        ``regret_of_communities``: the largest confirmed gain of a producer and of a community that lies alone;
        ``liars``: the share of agents for whom a gain was found; ``truthful``: mean size of honest payoffs; ``left``,
        ``converged``: what can still be gained in the end, over the mean payoff, and whether that is little;
        ``at_most``: how many agents then tell the largest lie that is looked for; ``paid``, ``paid_in_equilibrium``:
        mean pay of a producer; ``charged``, ``charged_in_equilibrium``: what communities are charged together; ``use``:
        factor use in the end over factor use if honest, mean over factors; ``capacity``, ``inputs``, ``needs``:
        geometric means in the end of what is said over the truth.
    Regret
        Agent by agent.
    """
    world: Any = {"seed": seed, "channel": channel, "execution": execution}
    quiet: Any = world | {"periods": periods, "discount": discount, "effort": effort, "progress": False}
    found = regret(mechanism, scenario, reward, "all", lies, **quiet)
    ended = equilibrium(mechanism, scenario, reward, "all", lies, rounds=rounds, **quiet)
    honest = simulate(mechanism, scenario, periods, reward=reward, **world)
    strategic = simulate(mechanism, scenario, periods, ended.behaviour, reward=reward, **world)
    used, used_then = (_used(run) for run in (honest, strategic))
    drawn = used > 0
    said = {name: float(np.exp(np.log(np.asarray(getattr(ended.behaviour, name))).mean())) for name in LIES}
    row = {
        "honest": score(honest).need_satisfaction,
        "regret": _most(found, "producer"),
        "regret_of_communities": _most(found, "community"),
        "truthful": float(found.table.truthful.abs().mean()),
        "liars": float(found.table.found.mean()),
        "equilibrium": score(strategic).need_satisfaction,
        "left": ended.epsilon,
        "converged": ended.converged,
        "at_most": ended.at_most,
        "paid": float(honest.pay.producers.mean()),
        "paid_in_equilibrium": float(strategic.pay.producers.mean()),
        "charged": _charged(honest),
        "charged_in_equilibrium": _charged(strategic),
        "use": float((used_then[drawn] / used[drawn]).mean()),
    }
    return row | {name: said[name] for name in ("capacity", "inputs", "needs")}, found


def _used(run: Trajectory) -> np.ndarray:
    return np.asarray(run.outcome.factor_use.sum(axis=0))


def _charged(run: Trajectory) -> float:
    return -float(run.pay.communities.sum(axis=1).mean())


def _most(found: Regret, kind: str) -> float:
    """Return the largest confirmed gain of an agent of a kind; 0 where nobody of it can lie."""
    return max([0.0, *found.table.gain[found.table.kind == kind]])


def _curve(trial: Trial, lies: tuple[str, ...], factors: Sequence[float]) -> list[dict[str, Any]]:
    """Return what lies of every size gain those who tell them alone."""
    points = []
    trial.honest()
    honest = trial.near(trial.truth)
    for lie in lies:
        producers = lie != "needs"
        own, along = np.asarray(honest.of(producers)), np.eye(3)[LIES.index(lie)] if producers else np.ones(1)
        said = np.log(factors)[:, None] * along[None, :]
        moves = np.broadcast_to(said, (own.size, *said.shape))
        noise = noise_of(own, max(1e-6, trial.mechanism.accuracy))
        gain = trial.unilateral(trial.truth, producers, np.arange(own.size), moves) - own[:, None]
        for k, factor in enumerate(factors):
            points.append(
                {"lie": lie, "factor": float(factor), "largest": gain[:, k].max(), "mean": gain[:, k].mean()}
                | {"gaining": float((gain[:, k] > noise).mean())}
            )
    return points


def _places(scenario: Scenario) -> pd.DataFrame:
    """Return sector, region, size and place in the chain of every producer, the first rows of a table of all agents."""
    e, size = scenario.economy, np.asarray(norms(scenario))
    upstream = upstreamness(e.inputs, np.asarray(scenario.activity), e.outputs)
    M = e.outputs.to_scipy()
    return pd.DataFrame(
        {
            "sector": np.array(e.labels.of("sectors", int(e.sector.max()) + 1), object)[np.asarray(e.sector)],
            "region": np.array(e.labels.of("regions", int(e.region.max()) + 1), object)[np.asarray(e.region)],
            "size": size / size.sum(),
            "place": (M.T @ upstream) / np.asarray(M.sum(axis=0)).ravel(),
        }
    )
