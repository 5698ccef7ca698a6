"""How many needs fell short, and how deep."""

from planlab.scoring import needs
from planlab.scoring.metric import metric
from planlab.simulation.trajectory import Trajectory

PLACE = 4.0


@metric()
def deprivation(trajectory: Trajectory) -> dict[str, float]:
    """Return how many needs fell short (0), by how much (1), the deepest weighed most (2); means over periods."""
    delivery = trajectory.outcome.delivery
    return {str(alpha): needs.deprivation(delivery, trajectory.needs, alpha).mean() for alpha in (0, 1, 2)}
