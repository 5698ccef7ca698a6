"""Worlds to plan in: one generator per file; the folder is the registry, and plug-ins register as entry points."""

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from planlab.base.checks import check_whole, near
from planlab.base.registry import Registry

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["GROUP", "SCENARIOS", "base_world", "find_generator", "make_scenario", "scenario", "scenario_names"]

GROUP = "planlab.scenarios"
"""Entry-point group under which a plug-in registers a generator."""

SCENARIOS = Registry("scenario", group=GROUP)
"""All generators by name."""


def scenario(name: str = "") -> Callable[[Callable[..., "Scenario"]], Callable[..., "Scenario"]]:
    """Add the function below to the generators that can be named.

    Parameters
    ----------
    name
        What it is called; by default as the function.

    Returns
    -------
    callable
        Takes a function from a ``seed`` and its own parameters to a `planlab.Scenario`, and returns it as it is.

    Examples
    --------
    >>> import planlab as pl
    >>> @pl.scenario()
    ... def village(seed=0, fields=3):
    ...     return pl.make_scenario("modular", products=6 * fields, seed=seed)
    >>> pl.make_scenario("village", fields=2).economy.products
    12
    >>> SCENARIOS.forget("village")
    """
    if not isinstance(name, str):
        raise TypeError(f"name is {name!r}; write @pl.scenario(), or @pl.scenario('island'), above the function.")

    def add(function: Callable[..., "Scenario"]) -> Callable[..., "Scenario"]:
        SCENARIOS.add(name or function.__name__, function, function.__module__)
        return function

    return add


def scenario_names() -> list[str]:
    """Return the names of all generators, sorted; nothing is imported."""
    return SCENARIOS.names()


def find_generator(name: str) -> Callable[..., "Scenario"]:
    """Return the generator behind a name.

    Raises
    ------
    ValueError
        If there is no such generator, or its file cannot be loaded.
    """
    return SCENARIOS.find(name)


def make_scenario(name: str, **parameters: Any) -> "Scenario":
    """Generate a scenario.

    Parameters
    ----------
    name
        A file of ``planlab/scenarios``, a plug-in's entry point, or what `planlab.scenario` added.
    **parameters
        The generator's own; see its documentation.

    Returns
    -------
    Scenario
        The same for the same parameters and seed on every machine.

    Raises
    ------
    ValueError, TypeError
        For unknown names and parameters, and values out of range.

    Examples
    --------
    >>> scenario = make_scenario("layered", products=30, communities=2, seed=1)
    >>> scenario.needs.shape
    (30, 2)
    """
    generator = find_generator(name)
    accepted = inspect.signature(generator).parameters
    open_ended = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in accepted.values())
    unknown = sorted(set(parameters) - set(accepted))
    if unknown and not open_ended:
        hint = near(unknown[0], accepted)
        raise TypeError(f"{name} has no parameter {unknown[0]!r}.{hint} It takes: {', '.join(accepted)}.")
    return generator(**parameters)


def base_world(base: "str | Scenario", seed: int, parameters: dict[str, Any]) -> "Scenario":
    """Return the scenario that a wrapper wraps: a generator's, a table's or ``wrapper:base`` by name, or as given.

    Raises
    ------
    ValueError, TypeError
        For unknown names and parameters, and for parameters of a scenario that exists already.
    """
    from planlab.economy.scenario import Scenario
    from planlab.tables.reading import load_table, table_names

    check_whole("seed", seed, 0)
    if isinstance(base, str) and base in table_names():
        return load_table(base, **parameters)
    wrapper, around, inside = base.partition(":") if isinstance(base, str) else ("", "", "")
    if around and wrapper in scenario_names():
        return make_scenario(wrapper, base=inside, seed=seed, **parameters)
    if isinstance(base, str):
        return make_scenario(base, seed=seed, **parameters)
    if not isinstance(base, Scenario):
        known = ", ".join([*scenario_names(), *table_names()])
        raise TypeError(f"base is {base!r}; give a scenario, or the name of one: {known}.")
    if parameters:
        raise TypeError(f"base is a scenario already; leave out {', '.join(sorted(parameters))}.")
    return base
