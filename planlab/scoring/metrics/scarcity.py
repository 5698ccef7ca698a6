"""What binds: the worth of a little more of every limit."""

import numpy as np

from planlab.scoring.metric import metric
from planlab.simulation.trajectory import Trajectory

PLACE = 8.5


@metric(unit="objective")
def scarcity(trajectory: Trajectory) -> dict[str, float]:
    r"""Return what one per cent more of each limit adds to a plan's objective, :math:`.01\, v_k r_k`, on average.

    With the plan's rents :math:`v` and the limits :math:`r`, of budgets the part of a period; for those factors and
    constraints that have a limit, and plans that have rents. Where the objective is needs met, it is a share of needs.
    """
    if not np.asarray(trajectory.plan.rents).any():
        return {}
    e, limits = trajectory.scenario.economy, np.asarray(trajectory.allotted)
    names = e.labels.of("factors", limits.shape[1])
    finite = np.isfinite(limits).all(axis=0)
    worth = 0.01 * (np.asarray(trajectory.plan.rents) * np.where(finite, limits, 0.0)).mean(axis=0)
    return {name: float(worth[k]) for k, name in enumerate(names) if finite[k]}
