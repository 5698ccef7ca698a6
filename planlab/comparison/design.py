"""What is compared with what: every argument checked by name before anything runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from planlab.economy.economy import Scenario
from planlab.economy.table_files import WORKBOOKS
from planlab.economy.tables import load_table, table_names
from planlab.information.behaviours import Behaviour, Heterogeneous, Truthful
from planlab.information.channels import Channel, Direct, Hierarchy
from planlab.mechanisms.mechanism import Mechanism
from planlab.mechanisms.registry import find_mechanism, mechanism_names, name_of
from planlab.scenarios import make_scenario, scenario_names
from planlab.scenarios.draws import whole
from planlab.world.execution import Execution

__all__ = ["BEHAVIOURS", "Design", "design", "world_of"]

BEHAVIOURS: dict[str, tuple[Behaviour, Channel]] = {
    "honest": (Truthful(), Direct()),
    "misreporting": (Heterogeneous(), Hierarchy(levels=3)),
}
"""What is compared by default: everybody honest, and everybody different through three levels of offices."""

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
        By name: how people report, and how reports travel.
    scenarios
        One for all seeds, or one per seed.
    seeds, periods, execution, bound
        As in `planlab.compare`.
    """

    mechanisms: dict[str, Mechanism]
    behaviours: dict[str, tuple[Behaviour, Channel]]
    scenarios: tuple[Scenario, ...]
    seeds: tuple[int, ...]
    periods: int
    execution: Execution
    bound: bool

    def scenario(self, position: int) -> Scenario:
        """Return the world of the seed at a position."""
        return self.scenarios[position % len(self.scenarios)]


def design(
    mechanisms: Any,
    scenario: Named,
    periods: int = 10,
    seeds: Sequence[int] = range(5),
    behaviours: Mapping[str, Any] | None = None,
    execution: Execution = Execution(),  # noqa: B008 - frozen
    bound: bool = True,
) -> Design:
    """Check the arguments of `planlab.compare` and build its worlds.

    Raises
    ------
    ValueError, TypeError
        With the argument's name and what to do.
    """
    numbers = _seeds(seeds)
    whole("periods", periods, 1)
    if not isinstance(execution, Execution):
        raise TypeError(f"execution is {execution!r}; give for instance pl.Execution(cover=3.0).")
    named, acting = _mechanisms(mechanisms), _behaviours(BEHAVIOURS if behaviours is None else behaviours)
    return Design(named, acting, _scenarios(scenario, numbers), numbers, int(periods), execution, bool(bound))


def world_of(name: str | Path, **parameters: Any) -> World:
    """Return the world behind a name: a real table, or a generator that draws one economy per seed.

    Parameters
    ----------
    name
        One of `planlab.table_names` or `planlab.scenario_names`, or a folder that holds a table.
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
    if str(name) in scenario_names():
        if "seed" in parameters:
            raise TypeError("seed is drawn for each run; choose the seeds of the comparison instead.")
        return lambda seed: make_scenario(str(name), seed=seed, **parameters)
    if str(name) in table_names() or (str(name) and (Path(name).is_dir() or Path(name).suffix in WORKBOOKS)):
        return _table(name, parameters)
    known = [*table_names(), *scenario_names()]
    near = get_close_matches(str(name), known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ValueError(
        f"No scenario {str(name)!r}.{hint} Give a table ({', '.join(table_names())}), a generator "
        f"({', '.join(scenario_names())}) or a folder or workbook that holds a table."
    )


def _table(name: str | Path, assumptions: dict[str, Any]) -> Scenario:
    import inspect

    from planlab.economy.tables import Table

    known = [p for p in inspect.signature(Table.scenario).parameters if p != "self"]
    for key in assumptions:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"The table {str(name)!r} has no assumption {key!r}.{hint} It takes: {', '.join(known)}.")
    return load_table(name, **assumptions)


def _seeds(seeds: Any) -> tuple[int, ...]:
    if isinstance(seeds, str) or not hasattr(seeds, "__iter__"):
        raise TypeError(f"seeds is {seeds!r}; give a sequence of whole numbers such as range(5).")
    numbers = tuple(whole("seeds", seed, 0) for seed in seeds)
    if not numbers:
        raise ValueError("seeds is empty; give at least one, for instance range(5).")
    if len(set(numbers)) < len(numbers):
        raise ValueError(f"seeds names a seed twice: {', '.join(map(str, numbers))}. A run repeated says nothing new.")
    return numbers


def _mechanisms(mechanisms: Any) -> dict[str, Mechanism]:
    if isinstance(mechanisms, str | Mechanism):
        mechanisms = [mechanisms]
    if isinstance(mechanisms, Mapping):
        found = {_name("mechanisms", name): find_mechanism(part) for name, part in mechanisms.items()}
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
        raise TypeError(f"mechanisms is {mechanisms!r}; give names or mechanisms: {', '.join(mechanism_names())}.")
    if not found:
        raise ValueError(f"mechanisms is empty; give at least one of {', '.join(mechanism_names())}.")
    return found


def _name(what: str, name: Any) -> str:
    if not isinstance(name, str) or not name:
        raise TypeError(f"{what} is keyed by {name!r}; give names as text.")
    return name


def _behaviours(behaviours: Any) -> dict[str, tuple[Behaviour, Channel]]:
    example = '{"honest": pl.Truthful(), "lying": (pl.Heterogeneous(), pl.Hierarchy(levels=3))}'
    if not isinstance(behaviours, Mapping):
        raise TypeError(f"behaviours is {behaviours!r}; give a mapping such as {example}.")
    if not behaviours:
        raise ValueError(f"behaviours is empty; give a mapping such as {example}.")
    found = {}
    for name, value in behaviours.items():
        parts = value if isinstance(value, tuple) else (value, Direct())
        fits = len(parts) == 2 and isinstance(parts[0], Behaviour) and isinstance(parts[1], Channel)
        if not fits:
            raise TypeError(
                f"behaviours[{name!r}] is {value!r}; give a behaviour, or a behaviour and a channel, as in {example}."
            )
        found[_name("behaviours", name)] = (parts[0], parts[1])
    return found


def _scenarios(scenario: Any, seeds: tuple[int, ...]) -> tuple[Scenario, ...]:
    if isinstance(scenario, str | Path):
        scenario = world_of(scenario)
    if isinstance(scenario, Scenario):
        return (scenario,)
    if not callable(scenario):
        raise TypeError(
            f"scenario is {scenario!r}; give a Scenario, the name of one, or a function from a seed to a Scenario."
        )
    made = tuple(scenario(seed) for seed in seeds)
    for seed, world in zip(seeds, made, strict=True):
        if not isinstance(world, Scenario):
            raise TypeError(f"scenario({seed}) returned {world!r}, which is not a Scenario.")
    return made
