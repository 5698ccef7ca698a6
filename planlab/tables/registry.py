"""Which tables there are: the files of ``sources``, and what users add."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from planlab.base.registry import Registry

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario
    from planlab.tables.table import Table

__all__ = ["TABLES", "Source", "table"]

Source = Callable[[], "Table | Scenario"]

TABLES = Registry("table", folder="sources", many=True)
"""All tables that have a name."""


def table(name: str = "") -> Callable[[Source], Source]:
    """Add the function below to the tables that can be named.

    Parameters
    ----------
    name
        What it is called; by default as the function, with hyphens.

    Returns
    -------
    callable
        Takes a function that returns a table, from `planlab.read_table` for instance, or a `planlab.Scenario`; and
        returns it as it is.

    Examples
    --------
    >>> import pandas as pd
    >>> import planlab as pl
    >>> @pl.table()
    ... def robinson_1719():
    ...     flows = pd.DataFrame([[20.0]], index=["corn"], columns=["corn"])
    ...     needs = pd.DataFrame({"robinson": [80.0]}, index=["corn"])
    ...     return pl.read_table({"flows": flows, "output": {"corn": 100.0}, "final_demand": needs})
    >>> float(pl.load_table("robinson-1719", ambition=1.5).needs.sum())
    120.0
    >>> TABLES.forget("robinson-1719")
    """
    if not isinstance(name, str):
        raise TypeError(f"name is {name!r}; write @pl.table(), or @pl.table('my-country'), above the function.")

    def add(function: Source) -> Source:
        TABLES.add(name or function.__name__.replace("_", "-"), function, function.__module__)
        return function

    return add
