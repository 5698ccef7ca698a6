"""Needs met, the essential part of each first: as it came about, at last, and as plans promised; and categories."""

import numpy as np

from planlab.economy.tiers import USUAL
from planlab.scoring import categories
from planlab.scoring.metric import metric
from planlab.scoring.series import per_period
from planlab.simulation.trajectory import Trajectory

PLACE = 0.5


@metric()
def needs_met(trajectory: Trajectory) -> float:
    """Return the worth of needs met, the essential half of each for four fifths; a mean over people and periods."""
    return per_period(trajectory)["needs_met"].mean()


@metric()
def last_needs_met(trajectory: Trajectory) -> float:
    """Return the worth of needs met in the last period."""
    return per_period(trajectory)["needs_met"][-1]


@metric()
def planned_needs_met(trajectory: Trajectory) -> float:
    """Return the worth of the needs that plans promised to meet."""
    return per_period(trajectory)["planned_needs_met"].mean()


@metric()
def floor_met(trajectory: Trajectory) -> float:
    """Return the share of people who have the essential half in every category of needs, a mean over periods."""
    s, floor = trajectory.scenario, float(USUAL.bounds[0])
    given = trajectory.outcome.delivery, trajectory.needs, s.category, np.asarray(s.urgency), s.population
    return categories.floor_met(*given, floor=floor).mean()


@metric()
def worst_category(trajectory: Trajectory) -> float:
    """Return how far each period's worst met category of needs was, of who had least of it; a mean over periods."""
    s = trajectory.scenario
    return categories.worst_category(
        trajectory.outcome.delivery, trajectory.needs, s.category, np.asarray(s.urgency)
    ).mean()
