"""How much of the labour that there is has work."""

import numpy as np

from planlab.scoring import employment as formula
from planlab.scoring.metric import metric
from planlab.simulation.trajectory import Trajectory

PLACE = 7.7


@metric()
def employment(trajectory: Trajectory) -> dict[str, float]:
    """Return hours worked over hours that there are, a mean over periods; only where there is labour with a limit."""
    kinds = trajectory.scenario.economy.factor_kinds
    found = formula.employment(trajectory.outcome.factor_use, np.asarray(trajectory.limits), kinds)
    return {} if found is None else {"": found.mean()}
