"""Metrics of one's own, beside those that planlab comes with."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from planlab.simulation.trajectory import Trajectory

__all__ = ["Metric", "forget", "metric", "own_metrics"]


class Metric(NamedTuple):
    """A number that a run is scored by.

    Parameters
    ----------
    name
        In tables; what the function is called.
    unit
        In what it is counted, ``"1"`` for shares.
    of
        From a `planlab.simulation.trajectory.Trajectory` to the number.
    """

    name: str
    unit: str
    of: "Callable[[Trajectory], float]"


_own: dict[str, Metric] = {}

Scoring = Callable[["Trajectory"], float]


def metric(unit: str = "1") -> Callable[[Scoring], Scoring]:
    """Add the function below to the metrics that every run is scored by, under its own name.

    Parameters
    ----------
    unit
        In what it is counted.

    Returns
    -------
    callable
        Takes a function from a `planlab.simulation.trajectory.Trajectory` to a number, and returns it as it is.

    Examples
    --------
    >>> import planlab as pl
    >>> @pl.metric(unit="units of the first product")
    ... def first_delivered(trajectory):
    ...     return trajectory.outcome.delivery[:, 0].sum()
    >>> run = pl.simulate("standstill", pl.make_scenario("three_sector"), 2)
    >>> pl.score(run).first_delivered == float(run.outcome.delivery[:, 0].sum())
    True
    >>> forget("first_delivered")
    """
    if not isinstance(unit, str):
        raise TypeError(f"unit is {unit!r}; write @pl.metric(), or @pl.metric(unit='tonnes'), above the function.")

    def add(function: Scoring) -> Scoring:
        _own[function.__name__] = Metric(function.__name__, unit, function)
        return function

    return add


def own_metrics() -> dict[str, Metric]:
    """Return the metrics that were added, by name."""
    return dict(_own)


def forget(name: str) -> None:
    """Take a metric out again."""
    _own.pop(name, None)
