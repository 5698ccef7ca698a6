"""What is compared with what: every argument checked by name before anything runs."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import equinox as eqx
import numpy as np

from planlab.base.checks import check_key, check_some, check_whole, in_short, near
from planlab.economy.intact import require_scenario
from planlab.economy.scenario import Scenario
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import find_mechanism, mechanism_names, name_of
from planlab.pay.account import Reward
from planlab.scenarios import make_scenario, scenario_names
from planlab.simulation.run import MOST_PERIODS
from planlab.simulation.setting import Setting
from planlab.study.reporting import behaviours_of
from planlab.tables.files import WORKBOOKS
from planlab.tables.reading import load_table, table_names
from planlab.world.physics import Physics

__all__ = ["MOST_SEEDS", "SEEDS", "Design", "design", "world_of"]

MOST_SEEDS = 100_000
"""More than anybody can want of one comparison: a slip of the keyboard."""

SEEDS = 8
"""How many seeds are run unless somebody asks for another number.

The fewest that tell a difference of one sign from chance with room to spare: an exact test over changes of sign gives
p = 2/2^8 = .8 %, where five seeds never come below 6 %.
"""

World = Scenario | Callable[[int], Scenario]
Named = str | Path | World


@dataclass(frozen=True)
class Design:
    """A comparison that can run.

    Parameters
    ----------
    mechanisms
        By the name they have in tables.
    behaviours
        By name: how people report and are paid.
    scenarios
        One for all seeds, or one per world.
    seeds
        Of all runs of a row, those in one world after one another.
    periods, physics, bound, draws
        As in `planlab.compare`.
    """

    mechanisms: dict[str, Mechanism]
    behaviours: dict[str, Setting]
    scenarios: tuple[Scenario, ...]
    seeds: tuple[int, ...]
    periods: int
    physics: Physics
    bound: bool
    draws: int = 1

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every mechanism under every behaviour, in the order of tables."""
        return [(mechanism, behaviour) for mechanism in self.mechanisms for behaviour in self.behaviours]

    def scenario(self, position: int) -> Scenario:
        """Return the world of the seed at a position."""
        return self.scenarios[self.place(position)]

    def place(self, position: int) -> int:
        """Return where among the scenarios the world of the seed at a position stands."""
        return position // self.draws if len(self.scenarios) > 1 else 0

    @property
    def worlds(self) -> list[int]:
        """The world of each seed, by the number it was drawn with; 0 where there is one for all."""
        drawn = len(self.scenarios) > 1
        return [seed // self.draws if drawn else 0 for seed in self.seeds]


def design(
    mechanisms: Any,
    scenario: Named,
    periods: int = 10,
    seeds: int | Iterable[int] = SEEDS,
    behaviours: Any = None,
    physics: Physics | None = None,
    bound: bool = True,
    reward: Reward | None = None,
    setting: Setting | None = None,
    replans: int | None = None,
    horizon: int | None = None,
    draws: int = 1,
) -> Design:
    """Check the arguments of `planlab.compare` and build its worlds.

    Raises
    ------
    ValueError, TypeError
        With the argument's name and what to do.
    """
    numbers, draws = _seeds(seeds), check_whole("draws", draws, 1, MOST_SEEDS)
    check_whole("periods", periods, 1, MOST_PERIODS)
    common = Setting.of(setting, physics=physics, reward=reward, replans=replans, horizon=horizon)
    if setting is not None and behaviours is not None:
        raise TypeError(
            "setting and behaviours are both given; give settings by name, behaviours={'paid': pl.Setting(...)}."
        )
    varied = {"setting": common} if setting is not None else behaviours_of(behaviours)
    settings = {name: _completed(name, each, common) for name, each in varied.items()}
    named = _mechanisms(mechanisms)
    runs = _seeds(draws * number + k for number in numbers for k in range(draws))
    worlds = _scenarios(scenario, numbers)
    return Design(named, settings, worlds, runs, int(periods), common.physics, bool(bound), draws)


def _completed(name: str, setting: Setting, common: Setting) -> Setting:
    """Return a setting with the physics of the comparison, and its pay unless it has one of its own."""
    if not any(eqx.tree_equal(setting.physics, usual) for usual in (Physics(), common.physics)):
        raise ValueError(
            f"behaviours[{name!r}] has physics of its own, and a comparison has one: compare(..., physics=...)."
        )
    if setting.replans not in (1, common.replans):
        raise ValueError(
            f"behaviours[{name!r}] has replans of its own, and a comparison has one: compare(..., replans=...)."
        )
    if setting.horizon not in (0, common.horizon):
        raise ValueError(
            f"behaviours[{name!r}] has a horizon of its own, and a comparison has one: compare(..., horizon=...)."
        )
    reward = common.reward if setting.reward is None else setting.reward
    return replace(setting, physics=common.physics, reward=reward, replans=common.replans, horizon=common.horizon)


def world_of(name: str | Path, **parameters: Any) -> World:
    """Return the world behind a name: a real table, or a generator that draws one economy per seed.

    Parameters
    ----------
    name
        One of `planlab.table_names` or `planlab.scenario_names`, a folder that holds a table, or ``wrapper:base``, such
        as ``"transition:us-2021-71"`` or ``"decent_living:transition:layered"``, for a generator with a `base`.
    **parameters
        A generator's parameters or a table's assumptions.

    Returns
    -------
    Scenario or callable
        A table, or a function from a seed to a scenario.

    Raises
    ------
    ValueError, TypeError, FileNotFoundError
        For names that are neither, and parameters that do not exist.
    """
    wrapper, around, base = str(name).partition(":")
    if around and wrapper in scenario_names():
        if "base" in parameters:
            raise ValueError(f"base is {parameters['base']!r}, and {str(name)!r} names another; give one of them.")
        return world_of(wrapper, base=base, **parameters)
    if str(name) in scenario_names():
        if "seed" in parameters:
            raise TypeError("seed is drawn for each run; choose the seeds of the comparison instead.")
        return lambda seed: make_scenario(str(name), seed=seed, **parameters)
    if str(name) in table_names() or (str(name) and (Path(name).is_dir() or Path(name).suffix in WORKBOOKS)):
        return load_table(name, **parameters)
    hint = near(str(name), [*table_names(), *scenario_names()])
    raise ValueError(
        f"No scenario {str(name)!r}.{hint} Give a table ({', '.join(table_names())}), a generator "
        f"({', '.join(scenario_names())}) or a folder or workbook that holds a table."
    )


def _seeds(seeds: Any) -> tuple[int, ...]:
    if isinstance(seeds, int | np.integer) and not isinstance(seeds, bool):
        return tuple(range(check_whole("seeds", seeds, 1, MOST_SEEDS)))
    if isinstance(seeds, str) or not hasattr(seeds, "__iter__"):
        raise TypeError(f"seeds is {in_short(seeds)}; give how many, or whole numbers such as range(5).")
    given = list(islice(seeds, MOST_SEEDS + 1))
    if len(given) > MOST_SEEDS:
        raise ValueError(f"seeds are more than {MOST_SEEDS}; give fewer.")
    numbers = tuple(check_whole("seeds", seed, 0, 2**63 - 1) for seed in given)
    check_some("seeds", numbers, "range(5)")
    twice = [seed for seed, times in Counter(numbers).items() if times > 1]
    if twice:
        raise ValueError(f"seeds names {twice[0]} twice; a run repeated says nothing new.")
    return numbers


def _mechanisms(mechanisms: Any) -> dict[str, Mechanism]:
    if isinstance(mechanisms, str | Mechanism):
        mechanisms = [mechanisms]
    if isinstance(mechanisms, Mapping):
        found = {check_key("mechanisms", name): find_mechanism(part) for name, part in mechanisms.items()}
    elif isinstance(mechanisms, Sequence):
        found = {}
        for part in mechanisms:
            mechanism = find_mechanism(part)
            name = name_of(mechanism)
            if name in found:
                raise ValueError(
                    f"mechanisms names {name!r} twice; to compare variants give a mapping such as "
                    f"{{'{name}': ..., '{name} 2': ...}}."
                )
            found[name] = mechanism
    else:
        known = ", ".join(mechanism_names())
        raise TypeError(f"mechanisms is {in_short(mechanisms)}; give names or mechanisms: {known}.")
    if not found:
        raise ValueError(f"mechanisms is empty; give at least one of {', '.join(mechanism_names())}.")
    return found


def _scenarios(scenario: Any, seeds: tuple[int, ...]) -> tuple[Scenario, ...]:
    if isinstance(scenario, str | Path):
        scenario = world_of(scenario)
    if isinstance(scenario, Scenario):
        require_scenario("scenario", scenario)
        return (scenario,)
    if not callable(scenario):
        many = " A comparison has one: compare once for each." if isinstance(scenario, list | tuple) else ""
        raise TypeError(
            f"scenario is {in_short(scenario)}; give a Scenario, the name of one, or a function from a seed to a "
            f"Scenario.{many}"
        )
    made = tuple(scenario(seed) for seed in seeds)
    for seed, world in zip(seeds, made, strict=True):
        if not isinstance(world, Scenario):
            raise TypeError(f"scenario({seed}) returned {in_short(world)}, which is not a Scenario.")
        require_scenario("scenario", world)
    return made
