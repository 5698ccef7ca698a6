"""Worlds to plan in: one generator per file; the folder is the registry, and plug-ins register as entry points."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planlab.economy.economy import Scenario

__all__ = ["GROUP", "find_generator", "make_scenario", "scenario_names"]

GROUP = "planlab.scenarios"
"""Entry-point group under which a plug-in registers a generator."""

_SHARED = {"calibration", "draws", "graphs"}


def scenario_names() -> list[str]:
    """Return the names of all generators, sorted; nothing is imported."""
    files = {module.name for module in pkgutil.iter_modules(__path__)} - _SHARED
    return sorted(files | {point.name for point in entry_points(group=GROUP)})


def find_generator(name: str) -> Callable[..., "Scenario"]:
    """Return the generator behind a name.

    Raises
    ------
    ValueError
        If there is no such generator.
    """
    known = scenario_names()
    if name not in known:
        near = get_close_matches(str(name), known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"No scenario {name!r}.{hint} Known scenarios: {', '.join(known)}.")
    for point in entry_points(group=GROUP, name=name):
        return point.load()
    return getattr(importlib.import_module(f"planlab.scenarios.{name}"), name)


def make_scenario(name: str, **parameters: Any) -> "Scenario":
    """Generate a scenario.

    Parameters
    ----------
    name
        A file of ``planlab/scenarios``, or a plug-in's entry point.
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
        near = get_close_matches(unknown[0], list(accepted), n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise TypeError(f"{name} has no parameter {unknown[0]!r}.{hint} It takes: {', '.join(accepted)}.")
    return generator(**parameters)
