"""A row of factors that counts what a user names: how it is found in a scenario, added to it, and kept up."""

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from planlab.base.checks import AT_LEAST_0, check_number, hidden, is_number, near
from planlab.economy.building import CONSTRAINT
from planlab.economy.law import Law, Named, factor_place
from planlab.economy.state import State

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["amount", "counted", "kept_up", "place_of", "read", "weights_of", "with_row"]


def read(given: Any) -> Named:
    """Return weights by name, 1 where only names are given.

    Raises
    ------
    TypeError, ValueError
        For what are neither names nor numbers of at least 0 by name.
    """
    if isinstance(given, Named):
        return given
    if isinstance(given, str):
        given = (given,)
    if isinstance(given, tuple | list) and all(isinstance(name, str) for name in given):
        given = dict.fromkeys(given, 1.0)
    if not isinstance(given, Mapping):
        raise TypeError(f"of is {given!r}; give names of processes, sectors or regions, or numbers by name.")
    found = Named.of("of", given, AT_LEAST_0)
    numbers: Any = np.asarray(found.numbers, float)  # in one array: there may be one of every process
    return replace(found, numbers=numbers) if found.names else found


def amount(given: Any) -> Any:
    """Return how much of something there is, if anybody says."""
    if given is not None:
        check_number("level", given, AT_LEAST_0)
    return np.float64(given) if is_number(given) and not hidden(given) else given


def weights_of(of: Named, scenario: "Scenario") -> Float[Array, "processes"]:
    """Return what each process counts for: its own name's number, that of its sector or of its region; all 1 of none.

    Names may be patterns such as ``"*transportation*"``; of several that fit the last one counts.

    Raises
    ------
    ValueError
        For a name that fits nothing.
    """
    e = scenario.economy
    if not of.names:
        return jnp.ones(e.processes)
    called = [list(e.labels.of("processes", e.processes))]
    if e.labels.processes is None:
        called.append([str(place) for place in range(e.processes)])
    for names, codes in ((e.labels.sectors, e.sector), (e.labels.regions, e.region)):
        if names is not None:
            called.append([names[code] for code in np.asarray(codes)])
    found = jnp.zeros(e.processes)
    for name, number in zip(of.names, of.numbers, strict=True):
        fits = np.any([[own == name or fnmatchcase(own, name) for own in names] for names in called], axis=0)
        if not fits.any():
            known = list(dict.fromkeys(own for names in called for own in names))
            raise ValueError(f"of names {name!r}, which is no process, sector or region.{near(name, known)}")
        found = jnp.where(fits, number, found)
    return found


def place_of(factor: str, scenario: "Scenario") -> int | None:
    """Return where the factor stands of which the use is counted, `factor_place`; ``None`` where none is named."""
    return factor_place(scenario, factor) if factor else None


def counted(state: State, weights: Any, place: int | None) -> Float[Array, "processes"]:
    """Return the row: weights, times the use of a factor per unit of activity where there is one."""
    return jnp.asarray(weights) if place is None else weights * state.economy.factors[place]


def kept_up(state: State, at: int, weights: Any, place: int | None) -> State:
    """Return the state with the row as it is by what the factor's use now is."""
    e = state.economy
    return replace(state, economy=replace(e, factors=e.factors.at[at].set(counted(state, weights, place))))


def with_row(
    scenario: "Scenario", law: Law, name: str, row: Any, place: int | None, limit: Any, lasts: int
) -> tuple[int, State]:
    """Return where a constraint's row stands, and the opening state with it; one of the same name is replaced.

    Parameters
    ----------
    scenario
        The world.
    law, name
        Which law limits it, and what it is called.
    row
        What a unit of activity counts for, ``(processes,)``.
    place
        Where the factor stands of which the use is counted.
    limit, lasts
        How much of it there is, and for how many periods it has to last; 0: as much again in every period.

    Raises
    ------
    ValueError
        Where a factor, or what another kind of law limits, is called so.
    """
    state, e = scenario.opening, scenario.economy
    k = len(e.factor_kinds)
    names = e.labels.of("factors", k)
    if name in names:
        at = names.index(name)
        if e.factor_kinds[at] != CONSTRAINT or not any(law.takes_the_place_of(other) for other in scenario.laws):
            raise ValueError(f"name is {name!r}, which something else in the scenario is called; choose another name.")
        economy, limits = replace(e, factors=e.factors.at[at].set(row)), state.limits.at[at].set(limit)
        return at, replace(state, economy=economy, limits=limits, lasts=state.lasts.at[at].set(lasts))
    units = e.labels.units("factors", k)
    if units is not None:
        units = (*units, "weighed activity" if place is None else units[place])
    economy = replace(
        e,
        factors=jnp.concatenate([e.factors, jnp.asarray(row)[None]]),
        factor_kinds=(*e.factor_kinds, CONSTRAINT),
        labels=replace(e.labels, factors=(*names, name), factor_units=units),
    )
    return k, replace(
        state,
        economy=economy,
        limits=jnp.append(state.limits, limit),
        limits_shock=jnp.append(state.limits_shock, 1.0),
        lasts=jnp.append(state.lasts, lasts),
    )
