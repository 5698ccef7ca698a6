"""How unequally needs are met."""

import numpy as np

from planlab.scoring import needs
from planlab.scoring.metric import metric
from planlab.simulation.trajectory import Trajectory

PLACE = 5.0


def _satisfaction_and_people(trajectory: Trajectory) -> tuple[np.ndarray, np.ndarray]:
    s = trajectory.scenario
    each = needs.community_satisfaction(trajectory.outcome.delivery, trajectory.needs, s.urgency)
    return each, needs.population_in_need(trajectory.needs, s.urgency, s.population)


@metric()
def gini(trajectory: Trajectory) -> float:
    """Return the Gini coefficient of need satisfaction across communities, a mean over periods."""
    return needs.gini(*_satisfaction_and_people(trajectory)).mean()


@metric()
def palma(trajectory: Trajectory) -> float:
    """Return need satisfaction of the best served tenth of people over that of the worst served 40 %, over periods."""
    return needs.palma(*_satisfaction_and_people(trajectory)).mean()


@metric()
def atkinson(trajectory: Trajectory) -> float:
    """Return Atkinson's index of need satisfaction across communities (1970), a mean over periods."""
    return needs.atkinson(*_satisfaction_and_people(trajectory)).mean()
