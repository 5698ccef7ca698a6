"""What is scored period by period."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from planlab.base.once import once_each
from planlab.economy.tiers import USUAL
from planlab.scoring import coordination, needs, throughput
from planlab.simulation.trajectory import Trajectory

__all__ = ["per_period"]


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
