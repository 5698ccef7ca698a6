"""Whether plans come true."""

from planlab.scoring.metric import metric
from planlab.scoring.series import per_period
from planlab.simulation.trajectory import Trajectory

PLACE = 8.0


@metric()
def plan_fulfilment(trajectory: Trajectory) -> float:
    """Return deliveries done over deliveries promised, need by need, a mean over periods."""
    return per_period(trajectory)["fulfilment"].mean()
