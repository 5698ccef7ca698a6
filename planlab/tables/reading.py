"""Where real tables are read from: by name, from files, from frames, from pymrio."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from planlab.base.checks import near
from planlab.economy.scenario import Scenario
from planlab.tables.files import parts_of_frames, parts_of_path
from planlab.tables.parts import table_of_parts
from planlab.tables.pymrio_systems import from_pymrio_system
from planlab.tables.registry import TABLES
from planlab.tables.table import Table, scenario_with_warning

__all__ = ["load_table", "read_table", "table_names"]


def table_names() -> list[str]:
    """Return the names of the tables that come with Python packages, and of users' own."""
    return sorted(TABLES.names())


def read_table(
    source: str | Path | Mapping[str, Any] | Any, name: str | None = None, unit: str | Sequence[str] | None = None
) -> Table:
    """Read a table by name, from a folder of CSV or Parquet files, a workbook, labelled frames, or a pymrio system.

    Parameters
    ----------
    source
        One of `table_names`; or a folder, a workbook (.xlsx), or a mapping to pandas tables, with files, sheets or keys
        ``flows`` (or ``coefficients``), ``output``, ``final_demand`` and, if there are any, ``factors``; or with a pair
        ``make`` (industries × products) and ``use`` (products and value added × industries and final uses). Files are
        ``.csv`` or ``.parquet``, labelled by their first column. Factors are totals. Or a ``pymrio.IOSystem``: needs by
        region, every extension's factor use as factors.
    name
        What the table is called; ``None``: as its folder or file, or ``"table"``.
    unit
        Of flows, or of each product's, where `source` does not say.

    Returns
    -------
    Table
        As published; ``blemishes`` names what is odd in it, `Table.scenario` treats that by rule.

    Raises
    ------
    TypeError, ValueError, FileNotFoundError, ModuleNotFoundError
        For what is no source, unknown names, missing or malformed parts, missing packages.

    Examples
    --------
    >>> import pandas as pd
    >>> names = ["farms", "works"]
    >>> table = read_table(
    ...     {
    ...         "flows": pd.DataFrame([[150.0, 500.0], [200.0, 100.0]], names, names),
    ...         "output": {"works": 2000.0, "farms": 1000.0},
    ...         "final_demand": pd.DataFrame({"households": [350.0, 1700.0]}, names),
    ...     }
    ... )
    >>> table.output.tolist()
    [1000.0, 2000.0]
    """
    found = _read(source)
    if isinstance(found, Scenario):
        raise TypeError(f"{source} is a scenario and no table any more; use pl.load_table({str(source)!r}).")
    return _called(found, name, unit)


def load_table(
    source: str | Path | Mapping[str, Any] | Any,
    name: str | None = None,
    unit: str | Sequence[str] | None = None,
    **assumptions: Any,
) -> Scenario:
    """Return a real table as a scenario.

    Parameters
    ----------
    source, name, unit
        As in `read_table`: "us-2021-71", "us-2021-15", "australia-2020-114", "pymrio-test", what `planlab.table`
        added, a folder, a workbook, a mapping to labelled frames, or a pymrio system.
    **assumptions
        As in `Table.scenario`.

    Returns
    -------
    Scenario
        A user's own table with blemishes also gives a `TableWarning` that lists them and how they were treated.

    Examples
    --------
    >>> scenario = load_table("us-2021-15")
    >>> scenario.economy.labels.communities
    ('households', 'investment', 'abroad', 'government')
    """
    found = _read(source)
    if isinstance(found, Scenario):
        given = {"name": name, "unit": unit} | assumptions
        if said := [key for key, value in given.items() if value is not None]:
            raise TypeError(f"{source} is a scenario already; leave out {', '.join(said)}.")
        return found
    known = [p for p in inspect.signature(Table.scenario).parameters if p != "self"]
    for key in assumptions:
        if key not in known:
            unknown = f"The table {str(source)!r:.80} has no assumption {key!r}.{near(key, known)}"
            raise TypeError(f"{unknown} It takes: {', '.join(known)}.")
    table = _called(found, name, unit)
    if isinstance(source, str | Path) and str(source) in TABLES.planlabs():
        return table.scenario(**assumptions)
    return scenario_with_warning(table, stacklevel=3, **assumptions)


def _read(source: Any) -> Table | Scenario:
    """Return what there is at a source; what users add by name may be a scenario."""
    if isinstance(source, Mapping):
        return table_of_parts(parts_of_frames(source))
    if hasattr(source, "get_extensions"):
        return from_pymrio_system(source)
    if not isinstance(source, str | Path):
        frames = "{'flows': ..., 'output': ..., 'final_demand': ...}"
        shown = f"of type {type(source).__name__}" if hasattr(source, "shape") else repr(source)
        raise TypeError(
            f"source is {shown}; give one of {', '.join(table_names())}, the path of a folder or workbook, a pymrio "
            f"system, or labelled frames by name, {frames}."
        )
    name = str(source)
    if name not in table_names():
        return table_of_parts(parts_of_path(source, known=table_names()))
    made = TABLES.find(name)()
    if not isinstance(made, Table | Scenario):
        raise TypeError(
            f"The table {name!r} is {made!r:.60}; let its function return what pl.read_table gives, or a Scenario."
        )
    return replace(made, name=name) if isinstance(made, Table) else made


def _called(table: Table, name: str | None, unit: str | Sequence[str] | None) -> Table:
    return replace(table, name=name or table.name, unit=unit or table.unit)
