"""A world with some of its numbers changed, by label, and checked as a new one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from planlab.base.checks import check_text, near
from planlab.economy.alignment import AXES, aligned, entries_of, tabular
from planlab.economy.arrays import dense, numbers
from planlab.economy.building import MARKS, technology
from planlab.economy.exports import TECHNOLOGY, WORLD
from planlab.economy.labels import Labels, singular
from planlab.economy.shocks import Shocks
from planlab.economy.sparse import Sparse
from planlab.economy.surroundings import shocks_in_order, world

if TYPE_CHECKING:
    from planlab.economy.economy import Economy
    from planlab.economy.scenario import Scenario

__all__ = ["changed"]


def changed(scenario: "Scenario", changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a scenario as they are once some arguments of `planlab.Scenario.from_arrays` are changed.

    Raises
    ------
    TypeError, ValueError
        As `planlab.Scenario.from_arrays`, and for arguments and labels that there are none of.
    """
    known = (*TECHNOLOGY, *WORLD, "categories", "shocks", "name")
    if unknown := [name for name in changes if name not in known]:
        hint = near(unknown[0], known)
        raise TypeError(f"A scenario has no {unknown[0]!r} to replace.{hint} It has: {', '.join(known)}.")
    economy, labels = scenario.economy, scenario.economy.labels
    given = {name: getattr(economy, name) for name in TECHNOLOGY}
    given |= {name: getattr(scenario, name) for name in WORLD} | {"categories": None}
    given |= {name: _change(name, scenario, value) for name, value in changes.items() if name in given}
    if set(changes) & set(TECHNOLOGY):
        economy = _economy(economy, given, changes)
    if changes.get("needs") is not None:
        needs = numbers("needs", given["needs"])
        given["needs"] = needs[:, None] if needs.ndim == 1 and scenario.communities == 1 else needs
        dense("needs", given["needs"], scenario.needs.shape)
    now = scenario.shocks if any(isinstance(law, Shocks) for law in scenario.laws) else None
    given |= shocks_in_order(changes.get("shocks", now), labels)
    fields = world(economy, given, labels)
    _same_constraints(scenario, fields["limits"])
    if "categories" not in changes:
        fields |= {"category": scenario.category, "categories": scenario.categories}
    name = check_text("name", changes.get("name", scenario.name))
    return {"economy": economy, **fields, "name": name}


def _same_constraints(scenario: "Scenario", limits: Any) -> None:
    """Require that what a law limits keeps its limit, which the law would set again."""
    e = scenario.economy
    moved = ~e.primary & (np.asarray(limits) != np.asarray(scenario.limits))
    if moved.any():
        name = e.labels.of("factors", moved.size)[int(np.argmax(moved))]
        raise ValueError(
            f"limits[{name!r}] is what a constraint or budget says; give that anew: with_laws(pl.Constraint({name!r}, "
            "level=...))."
        )


def _economy(economy: "Economy", given: Mapping[str, Any], changes: Mapping[str, Any]) -> "Economy":
    """Return an economy with another technology; codes and names of sectors and regions stay unless they change."""
    labels = replace(economy.labels, sectors=None, regions=None)
    fields = technology(given, labels)
    for part, names in (("sector", "sectors"), ("region", "regions")):
        if part not in changes:
            fields[part] = getattr(economy, part)
            fields["labels"] = replace(fields["labels"], **{names: getattr(economy.labels, names)})
    return replace(economy, **fields)


def _change(name: str, scenario: "Scenario", value: Any) -> Any:
    """Return what stands in an argument's place: the whole if it is given whole, else what is now, in part changed."""
    labels = scenario.economy.labels
    if not isinstance(value, Mapping):
        return aligned(name, tabular(name, value), labels, "the scenario")
    named = scenario.category_names if name == "categories" else None
    now = getattr(scenario.economy if name in TECHNOLOGY else scenario, name) if named is None else named
    axes = AXES[name]
    if len(axes) == 2:
        return _with_cells(name, now, value, axes, labels)
    entries: Any = list(value.values())
    if name in ("sector", "region"):
        codes = np.asarray(now)
        result = np.array(labels.of(f"{name}s", int(codes.max()) + 1), dtype=object)[codes]
    elif name in MARKS:
        result = np.ones(scenario.economy.products, bool) if now is None else np.array(now)
    elif name in ("factor_kinds", "categories"):
        result = np.array(now, dtype=object)
    else:
        result, entries = np.array(now), numbers(name, entries)
    result[entries_of(name, list(value), axes[0], labels, len(result))] = entries
    return result


def _with_cells(name: str, now: Any, value: Mapping[Any, Any], axes: Sequence[str], labels: Labels) -> Any:
    """Return a table with some of its cells changed: ``{row: {column: number}}``, or whole rows in order."""
    rows, columns, entries = [], [], []
    places = entries_of(name, list(value), axes[0], labels, now.shape[0])
    for i, (label, row) in zip(places, value.items(), strict=True):
        if isinstance(row, Mapping | pd.Series):
            row = dict(row)
            j = entries_of(f"{name}[{label!r}]", list(row), axes[1], labels, now.shape[1])
            numbered = numbers(f"{name}[{label!r}]", list(row.values()))
        else:
            j, numbered = np.arange(now.shape[1]), numbers(f"{name}[{label!r}]", row)
            alike = numbered.ndim == 0 and (len(j) == 1 or name == "urgency")
            if not alike and numbered.shape != j.shape:
                raise ValueError(
                    f"{name}[{label!r}] is {row!r}; say for which of the {len(j)} {axes[1]}, for instance with a "
                    f"mapping from {singular(axes[1])} to number."
                )
        rows.append(np.full(j.size, i))
        columns.append(j)
        entries.append(np.broadcast_to(numbered, j.shape))
    if not rows:
        return now
    place = np.concatenate(rows), np.concatenate(columns)
    if not isinstance(now, Sparse):
        result = np.array(now)
        result[place] = np.concatenate(entries)
        return result
    old = sp.coo_array(now.to_scipy())
    width = now.shape[1]
    kept = ~np.isin(old.row.astype(np.int64) * width + old.col, place[0] * width + place[1])
    data = np.concatenate([old.data[kept], *entries])
    where = (np.concatenate([old.row[kept], place[0]]), np.concatenate([old.col[kept], place[1]]))
    return sp.coo_array((data, where), shape=now.shape)
