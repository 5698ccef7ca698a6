"""How good was it: every metric of a run, by name."""

import warnings
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planlab.base.registry import PartWarning, reason_of
from planlab.economy.exports import xarray_module
from planlab.planning.plan import Status
from planlab.scoring.bounds import Bound
from planlab.scoring.closing import ENOUGH
from planlab.scoring.metric import METRICS, Metric, is_taken
from planlab.simulation.trajectory import Trajectory

if TYPE_CHECKING:
    import xarray

__all__ = ["COLLAPSED", "NEEDS", "LIVED_OFF", "Score", "beside_bound", "score", "unit_of"]

NEEDS = "needs_met"
"""The metric by which runs are ranked, the first axis of every figure; the second is throughput growth."""

COLLAPSED, LIVED_OFF = "collapsed", "lived off its wealth"
"""Marks in a status: output under half of the opening's; less left than it takes to go on (`ENOUGH`)."""


def unit_of(metric: str) -> str:
    """Return the unit of a metric.

    Examples
    --------
    >>> unit_of("throughput_growth_labour"), unit_of("need_satisfaction")
    ('1 per period', '1')
    """
    known = METRICS.all()
    family = [name for name in known if metric.startswith(f"{name}_")]
    return known[metric].unit if metric in known else known[max(family, key=len)].unit if family else "1"


@dataclass(frozen=True, repr=False)
class Score:
    """Named metrics of one run; each is also an attribute.

    Parameters
    ----------
    metrics
        Means over periods, except growth rates; the functions behind them are in ``planlab.scoring.metrics``.
    status
        The worst plan's, as text; and whether the economy collapsed, or lived off its wealth.
    """

    metrics: Mapping[str, float]
    status: str

    def to_pandas(self) -> pd.Series:
        """Return the metrics by name, their units in ``attrs``."""
        found = pd.Series(dict(self.metrics), name="score", dtype=float)
        found.attrs = {"status": self.status, "units": {name: unit_of(name) for name in self.metrics}}
        return found

    def to_xarray(self) -> "xarray.Dataset":
        """Return the metrics as variables without dimensions, each with its unit."""
        parts = {name: ((), value, {"units": unit_of(name)}) for name, value in self.metrics.items()}
        return xarray_module().Dataset(parts, attrs={"status": self.status})

    def __repr__(self) -> str:
        """Return a metric a line."""
        wide = max(map(len, self.metrics))
        return "\n".join(
            [f"Score ({self.status})", *(f"  {name:{wide}} {value:10.6g}" for name, value in self.metrics.items())]
        )

    def _repr_html_(self) -> str:
        """As a table for notebooks."""
        cells = [f"<tr><td>{name}</td><td>{value:.6g}</td></tr>" for name, value in self.metrics.items()]
        return f"<table><caption>{escape(self.status)}</caption><tbody>{''.join(cells)}</tbody></table>"

    def __getattr__(self, name: str) -> float:
        metrics = object.__getattribute__(self, "__dict__").get("metrics", {})
        if name in metrics:
            return metrics[name]
        raise AttributeError(f"No metric {name!r}. There are: {', '.join(metrics)}.")


def score(trajectory: Trajectory, bound: Bound | None = None) -> Score:
    """Score a run on needs met, throughput and coordination.

    Parameters
    ----------
    trajectory
        What happened.
    bound
        The clairvoyant bound of the same scenario, horizon and physics, if it is known.

    Returns
    -------
    Score
        For instance ``score(trajectory).need_satisfaction``.

    Raises
    ------
    TypeError
        For what is no trajectory, a plan for instance.
    """
    if not isinstance(trajectory, Trajectory):
        raise TypeError(f"trajectory is {trajectory!r:.80}; give what planlab.simulate returns.")
    metrics: dict[str, float] = {}
    known = METRICS.all().values()
    own = METRICS.own()
    for each in known:
        if not each.beside_bound:
            metrics |= _values(each, own, metrics, trajectory)
    if bound is not None:
        metrics |= {"bound": bound.needs_met, **beside_bound(metrics, bound.needs_met)}
    return Score(metrics, "; ".join([str(Status(int(np.asarray(trajectory.plan.status).max()))), *_marks(metrics)]))


def _marks(metrics: Mapping[str, float]) -> list[str]:
    """Return what has to be said of an economy, however well it met needs."""
    if metrics["collapsed"]:
        return [COLLAPSED]
    return [LIVED_OFF] if min(metrics["closing_wealth"], metrics["closing_wealth_stores"]) < ENOUGH else []


def beside_bound(metrics: Mapping[str, float], bound: float) -> dict[str, float]:
    """Return the metrics that say how the others stand beside the clairvoyant bound."""
    own, found = METRICS.own(), dict[str, float]()
    for each in METRICS.all().values():
        if each.beside_bound:
            found |= _values(each, own, {**metrics, **found}, metrics, bound)
    return found


def _values(metric: Metric, own: Container[str], before: Iterable[str], *given: Any) -> dict[str, float]:
    """Return the numbers of a metric; a user's own that raises is not known, with a warning, and breaks no other."""
    try:
        found = metric.values(*given)
        if taken := [name for name in found if metric.name in own and is_taken(name, before)]:
            raise ValueError(f"scores and tables have a {taken[0]!r} already; give your metric another name")
        return found
    except Exception as error:
        if metric.name not in own:
            raise
        said = f"The metric {metric.name!r} cannot be worked out ({reason_of(error)}); it is not known."
        warnings.warn(said, PartWarning, stacklevel=3)
        return {} if is_taken(metric.name, before) else {metric.name: float("nan")}
