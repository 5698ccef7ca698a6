"""What is left at the end."""

import numpy as np

from planlab.scoring import closing, throughput
from planlab.scoring.metric import metric
from planlab.simulation.trajectory import Trajectory

PLACE = 7.5


@metric()
def closing_wealth(trajectory: Trajectory) -> dict[str, float]:
    """Return the share that is left of the capacity, and of the stores, that it would take to go on."""
    left = closing.closing_wealth(trajectory)
    return {"": left.capacity, "stores": left.stores}


@metric()
def collapsed(trajectory: Trajectory) -> float:
    """Return 1 where the last period's output is under half of the opening's, otherwise 0."""
    s, e = trajectory.scenario, trajectory.scenario.economy
    output = throughput.output_index(trajectory.outcome.activity, s.activity, np.asarray(e.factors)[e.primary])
    return float(output[-1] < throughput.COLLAPSE)
