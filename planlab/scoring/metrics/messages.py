"""What planning costs."""

import numpy as np

from planlab.scoring import coordination
from planlab.scoring.metric import metric
from planlab.simulation.trajectory import Trajectory

PLACE = 9.0


@metric(unit="numbers per period")
def messages(trajectory: Trajectory) -> float:
    """Return how many numbers were reported and exchanged, a mean over periods."""
    return (np.asarray(trajectory.numbers_reported) + np.asarray(trajectory.plan.messages)).mean()


@metric(unit="bits per period")
def bits(trajectory: Trajectory) -> float:
    """Return the size of all messages, a mean over periods."""
    return coordination.bits(messages(trajectory))


@metric(unit="rounds per period")
def rounds(trajectory: Trajectory) -> float:
    """Return the rounds that planning took, a mean over periods."""
    return np.asarray(trajectory.plan.rounds).mean()
