"""How many needs fell short, and how deep."""

import numpy as np

from planlab.economy.tiers import USUAL
from planlab.scoring import categories, needs
from planlab.scoring.metric import metric
from planlab.simulation.trajectory import Trajectory

PLACE = 4.0


@metric()
def deprivation(trajectory: Trajectory) -> dict[str, float]:
    """Return how many needs fell short (0), by how much (1), the deepest weighed most (2); means over periods."""
    delivery = trajectory.outcome.delivery
    return {str(alpha): needs.deprivation(delivery, trajectory.needs, alpha).mean() for alpha in (0, 1, 2)}


@metric()
def essential_deprivation(trajectory: Trajectory) -> dict[str, float]:
    """Return the share of people, by category, below the essential half (0), how far (1), and squared (2); means."""
    s, floor = trajectory.scenario, float(USUAL.bounds[0])
    given = trajectory.outcome.delivery, trajectory.needs, s.category, np.asarray(s.urgency), s.population, floor
    return {str(alpha): categories.essential_deprivation(*given, alpha).mean() for alpha in (0, 1, 2)}
