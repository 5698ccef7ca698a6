"""Needs met, the essential part of each first; and whether nobody lacks a whole category of them."""

import numpy as np

from planlab.economy.tiers import Tiers
from planlab.scoring import categories, needs
from planlab.scoring.metric import metric
from planlab.simulation.trajectory import Trajectory

PLACE = 1.5

TIERS = Tiers()
"""What is counted: the essential half of a need for four fifths."""


@metric()
def needs_met(trajectory: Trajectory) -> float:
    """Return the worth of needs met, the essential half of each for four fifths; a mean over people and periods."""
    s = trajectory.scenario
    met = needs.need_satisfaction(trajectory.outcome.delivery, trajectory.needs, s.urgency, s.population, tiers=TIERS)
    return met.mean()


@metric()
def floor_met(trajectory: Trajectory) -> float:
    """Return the share of people who have the essential half in every category of needs, a mean over periods."""
    s, floor = trajectory.scenario, float(TIERS.bounds[0])
    given = trajectory.outcome.delivery, trajectory.needs, s.category, np.asarray(s.urgency), s.population
    return categories.floor_met(*given, floor=floor).mean()


@metric()
def worst_category(trajectory: Trajectory) -> float:
    """Return how far each period's worst met category of needs was, of who had least of it; a mean over periods."""
    s = trajectory.scenario
    return categories.worst_category(
        trajectory.outcome.delivery, trajectory.needs, s.category, np.asarray(s.urgency)
    ).mean()
