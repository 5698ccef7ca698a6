"""Metrics by name: the files of ``metrics``, and what users add."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from planlab.base.registry import Registry

__all__ = ["METRICS", "RUN", "Metric", "is_taken", "metric"]

METRICS = Registry("metric", many=True)
"""All metrics by name."""

RUN = ("mechanism", "behaviour", "seed")
"""Columns that tell runs apart in tables."""

ENDS = ("_low", "_high")
"""What the ends of a metric's interval end in."""

_TABLES = {*RUN, "seeds", "period", "bound", "status", "epsilon", "converged"}
_SCORES = {"metrics", "to_pandas", "to_xarray"}


def is_taken(name: str, known: Iterable[str] = ()) -> bool:
    """Return whether a metric of that name would take the place of something else in scores and tables.

    Parameters
    ----------
    name
        Of a metric of a user's.
    known
        Names of other metrics; means have the ends of their intervals beside them, ``_low`` and ``_high``.
    """
    about = {name, *(name.removesuffix(end) for end in ENDS), *(name + end for end in ENDS)}
    return not about.isdisjoint(_TABLES | _SCORES | set(known))


class Metric(NamedTuple):
    """A number that a run is scored by, or several of a family.

    Parameters
    ----------
    name
        In tables; what the function is called.
    unit
        In what it is counted, ``"1"`` for shares.
    of
        From a `planlab.simulation.trajectory.Trajectory` to the number.
    beside_bound
        Whether it is a function of the other metrics and the clairvoyant bound instead.
    """

    name: str
    unit: str
    of: Callable[..., Any]
    beside_bound: bool = False

    def values(self, *given: Any) -> dict[str, float]:
        """Return the number by its name, or those of a family by name and ending."""
        found = self.of(*given)
        if not isinstance(found, Mapping):
            return {self.name: float(found)}
        return {f"{self.name}_{end}" if end else self.name: float(value) for end, value in found.items()}


Scoring = Callable[..., Any]


def metric(unit: str = "1") -> Callable[[Scoring], Scoring]:
    """Add the function below to the metrics that every run is scored by, under its own name.

    Parameters
    ----------
    unit
        In what it is counted.

    Returns
    -------
    callable
        Takes a function from a `planlab.simulation.trajectory.Trajectory` to a number, or to a mapping from endings of
        its name to numbers; and returns it as it is. A function of two arguments gets the other metrics by name and the
        clairvoyant bound, and counts only where that is known.

    Raises
    ------
    ValueError
        For a name that another metric has, or a column of the tables that metrics stand in.

    Examples
    --------
    >>> import planlab as pl
    >>> @pl.metric(unit="units of the first product")
    ... def first_delivered(trajectory):
    ...     return trajectory.outcome.delivery[:, 0].sum()
    >>> run = pl.simulate("standstill", pl.make_scenario("three_sector"), 2)
    >>> pl.score(run).first_delivered == float(run.outcome.delivery[:, 0].sum())
    True
    >>> METRICS.forget("first_delivered")
    """
    if not isinstance(unit, str):
        raise TypeError(f"unit is {unit!r}; write @pl.metric(), or @pl.metric(unit='tonnes'), above the function.")

    def add(function: Scoring) -> Scoring:
        name, arguments = function.__name__, len(inspect.signature(function).parameters)
        if is_taken(name):
            raise ValueError(f"planlab's scores and tables have a {name!r} already; give your metric another name.")
        METRICS.add(name, Metric(name, unit, function, beside_bound=arguments == 2), function.__module__)
        return function

    return add
