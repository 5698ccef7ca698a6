"""The scale of the assortment."""

from planlab.scoring import needs
from planlab.scoring.metric import metric
from planlab.simulation.trajectory import Trajectory

PLACE = 3.0


@metric()
def kantorovich_ray(trajectory: Trajectory) -> float:
    """Return the uncapped scale of the assortment that was delivered (Kantorovich 1939), a mean over periods."""
    return needs.kantorovich_ray(trajectory.outcome.delivery, trajectory.needs).mean()
