"""Needs met: as it came about, at last, and as plans promised."""

from planlab.scoring.metric import metric
from planlab.scoring.series import per_period
from planlab.simulation.trajectory import Trajectory

PLACE = 1.0


@metric()
def need_satisfaction(trajectory: Trajectory) -> float:
    """Return the share of needs that was met, a mean over people and periods."""
    return per_period(trajectory)["need_satisfaction"].mean()


@metric()
def last_need_satisfaction(trajectory: Trajectory) -> float:
    """Return the share of needs that was met in the last period."""
    return per_period(trajectory)["need_satisfaction"][-1]


@metric()
def planned_need_satisfaction(trajectory: Trajectory) -> float:
    """Return the share of needs that plans promised to meet."""
    return per_period(trajectory)["planned_need_satisfaction"].mean()
