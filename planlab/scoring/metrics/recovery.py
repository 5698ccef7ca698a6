"""How a run came through a shock to capacity."""

from functools import reduce

import numpy as np

from planlab.scoring import recovery as formula
from planlab.scoring.metric import metric
from planlab.scoring.series import per_period
from planlab.simulation.trajectory import Trajectory

PLACE = 7.8

STRIKES = ("capacity_shock", "capacity_months")


@metric()
def recovery_depth(trajectory: Trajectory) -> dict[str, float]:
    """Return the least needs met since the first shock to capacity over those before it; only where there is one.

    NaN where the first period is struck, since what there was before is not known.
    """
    found = _recovery(trajectory)
    return {} if found is None else {"": found.depth}


@metric(unit="periods")
def recovery_time(trajectory: Trajectory) -> dict[str, float]:
    """Return periods from the first shock to capacity until needs met are back at 95 %; only where there is one.

    Infinite where they are not back within the run.
    """
    found = _recovery(trajectory)
    return {} if found is None else {"": found.time}


def _recovery(trajectory: Trajectory) -> formula.Recovery | None:
    """Return how the run came through its shock; ``None`` where capacity is never struck."""
    moved = [np.asarray(part) for name, part in trajectory.path.items() if name in STRIKES]
    hit = [(part < 1).reshape(trajectory.periods, -1).any(axis=1) for part in moved]
    struck = reduce(np.logical_or, hit, np.zeros(trajectory.periods, bool))
    return formula.recovery(per_period(trajectory)["needs_met"], struck) if struck.any() else None
