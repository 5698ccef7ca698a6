"""What is scored period by period."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from planlab.base.once import once_each
from planlab.economy.tiers import USUAL
from planlab.scoring import coordination, needs, throughput
from planlab.simulation.trajectory import Trajectory

__all__ = ["by_kind", "headline", "per_period", "use_by_kind"]


@once_each
def per_period(trajectory: Trajectory) -> Mapping[str, np.ndarray]:
    """Return what is scored period by period: needs met and promised, by tiers and plain; fulfilment; throughput.

    A promise below 1e-9 of a need is a solver's rounding and not a promise.
    """
    s, o, p = trajectory.scenario, trajectory.outcome, trajectory.plan
    D, y, promised = (np.asarray(x) for x in (trajectory.needs, o.delivery, p.delivery))
    opening = s.economy.factors @ s.activity
    index = throughput.throughput_index(o.factor_use, opening, s.economy.factor_kinds)
    finite = np.where(np.isfinite(promised), promised, 0.0)
    weights = s.urgency, s.population
    found = {
        "needs_met": needs.need_satisfaction(y, D, *weights, tiers=USUAL),
        "planned_needs_met": needs.need_satisfaction(finite, D, *weights, tiers=USUAL),
        "need_satisfaction": needs.need_satisfaction(y, D, *weights),
        "planned_need_satisfaction": needs.need_satisfaction(finite, D, *weights),
        "fulfilment": coordination.plan_fulfilment(y, np.where(finite > 1e-9 * D, finite, 0.0)),
        **{f"throughput_{kind}": values for kind, values in index.items()},
    }
    for values in found.values():
        values.flags.writeable = False
    return MappingProxyType(found)


def use_by_kind(trajectory: Trajectory) -> dict[str, np.ndarray]:
    """Return throughput of every kind of factor by period (opening period 1), the headline first."""
    series = per_period(trajectory)
    return {kind: series[f"throughput_{kind}"] for kind in throughput.HEADLINE if f"throughput_{kind}" in series}


def headline(trajectory: Trajectory) -> np.ndarray | None:
    """Return throughput by period, of the kind that stands for it; ``None`` without factors."""
    return next(iter(use_by_kind(trajectory).values()), None)


def by_kind(trajectory: Trajectory, of: Callable[[np.ndarray], float]) -> dict[str, float]:
    """Return a number of every kind's throughput, and that of the headline under no name; NaN without factors."""
    found = {kind: of(index) for kind, index in use_by_kind(trajectory).items()}
    return {"": next(iter(found.values()), float("nan"))} | found
