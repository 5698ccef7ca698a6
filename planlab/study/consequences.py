"""What lying pays and where it leads under one mechanism and one reward, in numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from planlab.economy.leontief import upstreamness
from planlab.economy.scenario import Scenario
from planlab.incentives.equilibrium import equilibrium
from planlab.incentives.regret import Regret, regret
from planlab.incentives.search import noise_of
from planlab.incentives.trial import LIES, OWN_LIES, Trial
from planlab.mechanisms.mechanism import Mechanism
from planlab.pay.account import Effort, Reward
from planlab.people.channel import Channel
from planlab.people.channels.direct import Direct
from planlab.scoring.score import score
from planlab.simulation.runner import reference_output
from planlab.simulation.simulate import simulate
from planlab.simulation.trajectory import Trajectory
from planlab.world.physics import Physics

__all__ = ["consequences", "curve", "places"]


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
    physics: Physics = Physics(),  # noqa: B008 - frozen
) -> tuple[dict[str, Any], Regret]:
    """Return what lying pays and where it leads under one mechanism and reward, in numbers.

    Parameters
    ----------
    mechanism, scenario, reward, lies, rounds, periods, discount, seed, effort, channel, physics
        As in `planlab.incentive_profile`.

    Returns
    -------
    dict
        ``honest``, ``equilibrium``: needs met if all are honest, and where best replies end; ``regret``,
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
    world: Any = {"seed": seed, "channel": channel, "physics": physics}
    quiet: Any = world | {"periods": periods, "discount": discount, "effort": effort, "progress": False}
    found = regret(mechanism, scenario, reward, "all", lies, **quiet)
    ended = equilibrium(mechanism, scenario, reward, "all", lies, rounds=rounds, **quiet)
    honest = simulate(mechanism, scenario, periods, reward=reward, **world)
    strategic = simulate(mechanism, scenario, periods, ended.behaviour, reward=reward, **world)
    used, used_then = (_used(run) for run in (honest, strategic))
    drawn = used > 0
    said = {name: float(np.exp(np.log(np.asarray(getattr(ended.behaviour, name))).mean())) for name in LIES}
    row = {
        "honest": score(honest).needs_met,
        "regret": _most(found, "producer"),
        "regret_of_communities": _most(found, "community"),
        "truthful": float(found.table.truthful.abs().mean()),
        "liars": float(found.table.found.mean()),
        "equilibrium": score(strategic).needs_met,
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


def curve(trial: Trial, lies: tuple[str, ...], factors: Sequence[float]) -> list[dict[str, Any]]:
    """Return what lies of every size gain those who tell them alone."""
    points = []
    trial.honest()
    honest, unit = trial.near(trial.truth), dict(zip(OWN_LIES, np.eye(len(OWN_LIES)), strict=True))
    for lie in lies:
        producers = lie != "needs"
        own, along = np.asarray(honest.of(producers)), unit[lie] if producers else np.ones(1)
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


def places(scenario: Scenario) -> pd.DataFrame:
    """Return sector, region, size and place in the chain of every producer, the first rows of a table of all agents."""
    e, size = scenario.economy, np.asarray(reference_output(scenario))
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
