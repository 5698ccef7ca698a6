"""Who and what came off worst."""

from planlab.scoring import needs
from planlab.scoring.metric import metric
from planlab.simulation.trajectory import Trajectory

PLACE = 2.0


@metric()
def worst_community(trajectory: Trajectory) -> float:
    """Return the plain share of its needs that a period's worst served community gets (Rawls), a mean over periods."""
    return needs.worst_community(trajectory.outcome.delivery, trajectory.needs, trajectory.scenario.urgency).mean()


@metric()
def worst_need(trajectory: Trajectory) -> float:
    """Return how far each period's worst met need was met, a mean over periods."""
    return needs.worst_need(trajectory.outcome.delivery, trajectory.needs).mean()
