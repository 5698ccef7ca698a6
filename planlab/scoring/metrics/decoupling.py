"""Whether needs are met on less."""

import numpy as np

from planlab.scoring import decoupling, needs
from planlab.scoring.metric import metric
from planlab.scoring.series import by_kind, headline, per_period
from planlab.simulation.trajectory import Trajectory

PLACE = 7.6


@metric(unit="1 per period")
def relative_decoupling(trajectory: Trajectory) -> dict[str, float]:
    """Return growth of needs met less that of throughput, of its headline kind and of every kind."""
    met = per_period(trajectory)["needs_met"]
    return by_kind(trajectory, lambda index: decoupling.relative_decoupling(index, met))


@metric()
def absolute_decoupling(trajectory: Trajectory) -> dict[str, float]:
    """Return 1 where throughput falls while needs met do not, otherwise 0, of its headline kind and of every kind."""
    met = per_period(trajectory)["needs_met"]
    return by_kind(trajectory, lambda index: decoupling.absolute_decoupling(index, met))


@metric(unit="1 per period")
def growth_while_saturated(trajectory: Trajectory) -> dict[str, float]:
    """Return growth of headline throughput after periods in which all needs were met; NaN where there are none.

    Of needs as they move, and as they were at the opening (``original``).
    """
    index, D = headline(trajectory), np.asarray(trajectory.needs)
    wanted = {"": D, "original": np.broadcast_to(np.asarray(trajectory.scenario.needs), D.shape)}
    if index is None:
        return dict.fromkeys(wanted, float("nan"))
    worst = {end: needs.worst_need(trajectory.outcome.delivery, each) for end, each in wanted.items()}
    return {end: decoupling.growth_while_saturated(index, each) for end, each in worst.items()}
