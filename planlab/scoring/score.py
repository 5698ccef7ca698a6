"""How good was it: every metric of a run, by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planlab.economy.exports import xarray_module
from planlab.planning.plan import Status
from planlab.scoring import coordination, needs, throughput
from planlab.scoring.bounds import Bound
from planlab.scoring.metrics import own_metrics
from planlab.simulation.trajectory import Trajectory

if TYPE_CHECKING:
    import xarray

__all__ = ["Score", "per_period", "score", "unit_of"]

UNITS = {
    "throughput_growth": "1 per period",
    "throughput_per_need": "opening throughput per share of needs",
    "messages": "numbers per period",
    "bits": "bits per period",
    "rounds": "rounds per period",
}
"""In what metrics are counted that are no shares."""


def unit_of(metric: str) -> str:
    """Return the unit of a metric.

    Examples
    --------
    >>> unit_of("throughput_growth_labour"), unit_of("need_satisfaction")
    ('1 per period', '1')
    """
    if metric in own_metrics():
        return own_metrics()[metric].unit
    return next((unit for name, unit in UNITS.items() if metric == name or metric.startswith(f"{name}_")), "1")


@dataclass(frozen=True, repr=False)
class Score:
    """Named metrics of one run; each is also an attribute.

    Parameters
    ----------
    metrics
        Means over periods, except growth rates; the functions behind them are in ``planlab.scoring``.
    status
        The worst plan's, as text.
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


def per_period(trajectory: Trajectory) -> dict[str, np.ndarray]:
    """Return what is scored period by period: needs met and promised, fulfilment, throughput by kind.

    A promise below 1e-9 of a need is a solver's rounding and not a promise.
    """
    s, o, p = trajectory.scenario, trajectory.outcome, trajectory.plan
    D, y, promised = (np.asarray(x) for x in (trajectory.needs, o.delivery, p.delivery))
    opening = s.economy.factors @ s.activity
    index = throughput.throughput_index(o.factor_use, opening, s.economy.factor_kinds)
    finite = np.where(np.isfinite(promised), promised, 0.0)
    weights = s.urgency, s.population
    return {
        "need_satisfaction": needs.need_satisfaction(y, D, *weights),
        "planned_need_satisfaction": needs.need_satisfaction(finite, D, *weights),
        "fulfilment": coordination.plan_fulfilment(y, np.where(finite > 1e-9 * D, finite, 0.0)),
        **{f"throughput_{kind}": values for kind, values in index.items()},
    }


def score(trajectory: Trajectory, bound: Bound | None = None) -> Score:
    """Score a run on need satisfaction, throughput and coordination.

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
    s, o, p = trajectory.scenario, trajectory.outcome, trajectory.plan
    D, y = np.asarray(trajectory.needs), np.asarray(o.delivery)
    series = per_period(trajectory)
    met, each = series["need_satisfaction"], needs.community_satisfaction(y, D, s.urgency)
    people = needs.population_in_need(D, s.urgency, s.population)
    growth = {
        kind: throughput.growth_rate(series[f"throughput_{kind}"])
        for kind in throughput.HEADLINE
        if f"throughput_{kind}" in series
    }
    headline = next(iter(growth), None)
    messages = np.asarray(trajectory.numbers_reported) + np.asarray(p.messages)
    metrics = {
        "need_satisfaction": met.mean(),
        "last_need_satisfaction": met[-1],
        "planned_need_satisfaction": series["planned_need_satisfaction"].mean(),
        "worst_community": each.min(axis=1).mean(),
        "worst_need": needs.worst_need(y, D).mean(),
        "kantorovich_ray": needs.kantorovich_ray(y, D).mean(),
        **{f"deprivation_{alpha}": needs.deprivation(y, D, alpha).mean() for alpha in (0, 1, 2)},
        "gini": needs.gini(each, people).mean(),
        "atkinson": needs.atkinson(each, people).mean(),
        "share_above": needs.share_above(y, D, s.population).mean(),
        "throughput_growth": growth[headline] if headline else float("nan"),
        **{f"throughput_growth_{kind}": value for kind, value in growth.items()},
        "throughput_per_need": (
            np.nanmean(throughput.throughput_per_need(series[f"throughput_{headline}"], met))
            if headline and (met > 0).any()
            else float("nan")
        ),
        "overshoot": throughput.overshoot(o.factor_use, np.asarray(trajectory.limits)).max(),
        "plan_fulfilment": series["fulfilment"].mean(),
        "messages": messages.mean(),
        "bits": coordination.bits(messages.mean()),
        "rounds": np.asarray(p.rounds).mean(),
    }
    if bound is not None:
        metrics["bound"] = bound.need_satisfaction
        metrics["avoidable_shortfall"] = coordination.avoidable_shortfall(met.mean(), bound.need_satisfaction)
        metrics["unavoidable_shortfall"] = coordination.unavoidable_shortfall(bound.need_satisfaction)
    own = own_metrics()
    if taken := metrics.keys() & own.keys():
        raise ValueError(f"planlab has a metric {min(taken)!r} already; give your own another name.")
    metrics |= {name: added.of(trajectory) for name, added in own.items()}
    worst = Status(int(np.asarray(p.status).max()))
    return Score({name: float(value) for name, value in metrics.items()}, str(worst))
