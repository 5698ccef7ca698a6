"""A run: all that determines a result, and what it is called."""

import dataclasses
from collections.abc import Callable
from typing import Any

import equinox as eqx

from planlab.base.address import address
from planlab.base.checks import check_whole
from planlab.economy.intact import require_scenario
from planlab.economy.scenario import Scenario
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import find_mechanism
from planlab.simulation.setting import Setting

__all__ = ["MOST_PERIODS", "Run", "deterministic"]

MOST_PERIODS = 100_000
"""More than anybody can want of one run: a slip of the keyboard."""


class Run(eqx.Module):
    """All that determines a result: who plans which world, in which setting, for how long, and by which draws.

    Parameters
    ----------
    mechanism
        By name, or a `Mechanism`.
    scenario
        The world.
    setting
        How people act, and how the world treats them.
    periods
        How many periods (years).
    seed
        Same seed, same machine: same bits.

    Raises
    ------
    ValueError, TypeError
        For unknown mechanisms, no periods, negative seeds, arguments of the wrong kind, and scenarios whose arrays do
        not fit together.

    Examples
    --------
    >>> import planlab as pl
    >>> run = pl.Run("command", pl.make_scenario("three_sector"), pl.Setting(pl.Understate(0.8)), periods=3)
    >>> pl.simulate(run).periods
    3
    >>> run.address() == dataclasses.replace(run, seed=1).address()  # nothing in it draws
    True
    """

    mechanism: Mechanism
    scenario: Scenario
    setting: Setting
    periods: int = eqx.field(static=True)
    seed: int = eqx.field(static=True)

    def __init__(
        self,
        mechanism: str | Mechanism,
        scenario: Scenario,
        setting: Setting | None = None,
        periods: int = 10,
        seed: int = 0,
    ) -> None:
        require_scenario("scenario", scenario)
        self.mechanism, self.scenario = find_mechanism(mechanism), scenario
        self.setting = Setting.of(setting)
        self.periods = check_whole("periods", periods, 1, MOST_PERIODS)
        self.seed = check_whole("seed", seed, 0)

    @property
    def draws(self) -> bool:
        """Whether anything in it looks at the seed."""
        parts = self.mechanism, self.setting.behaviour, self.setting.channel, *self.scenario.laws
        return not deterministic(*parts, *(() if self.setting.reward is None else (self.setting.reward,)))

    def address(self, named: Callable[..., str] = address) -> str:
        """Return what the result is called: the hash of everything that determines it (`planlab.base.address`).

        Parameters
        ----------
        named
            How parts are named, for those who name many runs of one world.

        Raises
        ------
        ValueError, TypeError
            Naming the part that cannot be told from others.
        """
        asked = named(self.mechanism, self.setting, self.periods)
        return named("run", asked, named(self.scenario), self.seed if self.draws else None)


def deterministic(*parts: Any) -> bool:
    """Return whether no part draws, nor any part inside one: every class says so of itself.

    Examples
    --------
    >>> import planlab as pl
    >>> deterministic(pl.Truthful(), pl.Direct()), deterministic(pl.Combined((pl.IdiosyncraticBias(),)))
    (True, False)
    """
    return all(map(_is_deterministic, parts))


def _is_deterministic(part: Any) -> bool:
    if isinstance(part, tuple):
        return deterministic(*part)
    if not isinstance(part, eqx.Module):
        return True
    says = vars(type(part)).get("deterministic", not hasattr(type(part), "deterministic"))
    return says and deterministic(*(getattr(part, field.name) for field in dataclasses.fields(part)))
