"""What a mechanism with a reward promises about incentives, one function per promise.

A reward declares its promises (``promises``, by mechanism) and is held to them both ways: `check_truthful` fails where
a lie gains, `check_manipulable` where no certificate of a gain is found. Checks run in drawn worlds of one shape, in
which by default plans are carried out at a stroke (`planlab.Frictionless`), as theorems take them to be.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from planlab.base.checks import check_choice
from planlab.economy.scenario import Scenario, with_parts
from planlab.incentives.arguments import AGENTS
from planlab.incentives.regret import Regret, regret
from planlab.incentives.trial import Trial
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import find_mechanism
from planlab.pay.account import Reward
from planlab.simulation.simulate import plan as make_plan
from planlab.simulation.simulate import simulate
from planlab.testing.promise import BrokenPromise
from planlab.testing.worlds import drawn_scenario
from planlab.world.frictionless import Frictionless
from planlab.world.physics import Physics

__all__ = [
    "PROMISES",
    "check_budget",
    "check_individually_rational",
    "check_manipulable",
    "check_monotone",
    "check_truthful",
]

SEEDS = range(2)
THOROUGH: dict[str, Any] = {"grid": (0.25, 0.5, 0.8, 0.95, 1.05, 1.25, 2.0, 4.0), "steps": (0.15, 0.05, 0.015)}
"""Bonuses that jump leave no slope to climb: what is promised is searched for on a finer grid."""

Search = Callable[..., Regret]


def _worlds(scenarios: Scenario | Iterable[Scenario] | None) -> list[Scenario]:
    if scenarios is None:
        return [drawn_scenario(seed, wear=0.0, struck=False) for seed in SEEDS]
    worlds = [scenarios] if isinstance(scenarios, Scenario) else list(scenarios)
    if not worlds:
        raise ValueError("scenarios is empty; give at least one world to check in.")
    return worlds


def _of(agents: str, pay: Any) -> np.ndarray:
    """Return what the agents of one kind, or all, get."""
    check_choice("agents", agents, AGENTS)
    kinds = [pay.producers] * (agents != "communities") + [pay.communities] * (agents != "producers")
    return np.concatenate([np.asarray(kind).ravel() for kind in kinds])


def _searched(
    mechanism: str | Mechanism,
    reward: Reward | None,
    agents: str,
    scenarios: Scenario | Iterable[Scenario] | None,
    search: Search,
    setting: dict[str, Any],
) -> Iterator[Regret]:
    """Yield what is found in each world, plans carried out at a stroke unless the setting says otherwise."""
    for scenario in _worlds(scenarios):
        yield search(mechanism, scenario, reward, agents, **({"physics": Frictionless()} | setting))


def check_truthful(
    mechanism: str | Mechanism,
    reward: Reward | None = None,
    agents: str = "producers",
    scenarios: Scenario | Iterable[Scenario] | None = None,
    search: Search = regret,
    **setting: Any,
) -> None:
    """Require that no lie gains its teller more than the tolerance, all others being honest.

    Parameters
    ----------
    mechanism, reward, agents
        As in `planlab.regret`.
    scenarios
        A world or several to try; ``None``: drawn ones of one shape.
    search
        What looks for gains.
    **setting
        ``tolerance``, ``periods``, ``discount``, ``effort``, ``lies``, ``physics`` and so on, as in `planlab.regret`;
        the physics is `planlab.Frictionless` unless given.

    Raises
    ------
    BrokenPromise
        With the lie.
    """
    for found in _searched(mechanism, reward, agents, scenarios, search, setting):
        if found.manipulable:
            raise BrokenPromise(f"{found} The lie:\n{found.best.to_string()}")


def check_manipulable(
    mechanism: str | Mechanism,
    reward: Reward | None = None,
    agents: str = "producers",
    scenarios: Scenario | Iterable[Scenario] | None = None,
    search: Search = regret,
    **setting: Any,
) -> Regret:
    """Require that a gain from lying is found and confirmed in some world, and return it.

    Parameters
    ----------
    mechanism, reward, agents, scenarios, search, **setting
        As in `check_truthful`.

    Raises
    ------
    BrokenPromise
        If none is found.
    """
    for found in _searched(mechanism, reward, agents, scenarios, search, setting):
        if found.manipulable:
            return found
    raise BrokenPromise(f"{found} It was said to be manipulable, but no lie was found that gains.")


def check_individually_rational(
    mechanism: str | Mechanism,
    reward: Reward | None = None,
    agents: str = "producers",
    scenarios: Scenario | Iterable[Scenario] | None = None,
    tolerance: float = 1e-6,
    physics: Physics = Frictionless(),  # noqa: B008 - frozen
    **horizon: Any,
) -> None:
    """Require that nobody who is honest is worse off than with nothing.

    Raises
    ------
    BrokenPromise
        With the loss.
    """
    for scenario in _worlds(scenarios):
        trial = Trial(mechanism, scenario, reward, physics=physics, **horizon)
        least = float(np.min(_of(agents, trial.honest())))
        if not least >= -tolerance:
            raise BrokenPromise(f"honest {agents} end up with {least:.3g}, worse than with nothing.")


def check_budget(
    mechanism: str | Mechanism,
    reward: Reward | None = None,
    agents: str = "producers",
    deficit: float = 0.0,
    scenarios: Scenario | Iterable[Scenario] | None = None,
    tolerance: float = 1e-6,
    physics: Physics = Frictionless(),  # noqa: B008 - frozen
    seed: int = 0,
) -> None:
    """Require that what is paid out, less what is taken in, is no more than the stated deficit.

    Raises
    ------
    BrokenPromise
        With the deficit found.
    """
    for scenario in _worlds(scenarios):
        pay = simulate(mechanism, scenario, 1, physics=physics, seed=seed, reward=reward).pay
        paid = float(_of(agents, pay).sum())
        if not paid <= deficit + tolerance:
            raise BrokenPromise(f"{agents} are paid {paid:.4g} more than they pay; stated is {deficit:.4g}.")


def check_monotone(
    mechanism: str | Mechanism, scenarios: Scenario | Iterable[Scenario] | None = None, tolerance: float = 1e-6
) -> None:
    """Require that who admits to more capacity is asked for no less.

    Where what one is asked for costs less the more capacity one has, no payment makes truth pay otherwise (Myerson 1981
    :cite:`myerson:81`). Where capacity enters neither pay nor effort, as by default here, truth can pay all the same.

    Raises
    ------
    BrokenPromise
        With the process.
    """
    mechanism = find_mechanism(mechanism)
    for scenario in _worlds(scenarios):
        before = np.asarray(make_plan(mechanism, scenario).activity)
        for j in range(before.size):
            more = with_parts(scenario, capacity=scenario.capacity.at[j].multiply(1.2))
            after = float(make_plan(mechanism, more).activity[j])
            if not after >= before[j] * (1 - tolerance) - tolerance:
                raise BrokenPromise(
                    f"process {j} admits to a fifth more and is asked for {after:.4g}, not {before[j]:.4g}."
                )


def _rational_for_all(mechanism: str | Mechanism, reward: Reward) -> None:
    check_individually_rational(mechanism, reward, "all")


PROMISES: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "truthful producers": lambda m, r: check_truthful(m, r, "producers", **THOROUGH),
        "truthful communities": lambda m, r: check_truthful(m, r, "communities", **THOROUGH),
        "manipulable by producers": lambda m, r: check_manipulable(m, r, "producers", **THOROUGH),
        "manipulable by communities": lambda m, r: check_manipulable(m, r, "communities", **THOROUGH),
        "individually rational": _rational_for_all,
        "no deficit from communities": lambda m, r: check_budget(m, r, "communities"),
    }
)
"""Every promise by the name under which rewards declare it."""
