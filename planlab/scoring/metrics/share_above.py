"""How many people are well served."""

from planlab.scoring import needs
from planlab.scoring.metric import metric
from planlab.simulation.trajectory import Trajectory

PLACE = 6.0


@metric()
def share_above(trajectory: Trajectory) -> float:
    """Return the share of people in communities whose every need is met to 95 %, a mean over periods."""
    population = trajectory.scenario.population
    return needs.share_above(trajectory.outcome.delivery, trajectory.needs, population).mean()
