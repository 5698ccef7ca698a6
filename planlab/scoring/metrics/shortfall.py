"""Whose fault a shortfall is."""

from collections.abc import Mapping

from planlab.scoring import coordination
from planlab.scoring.metric import metric

PLACE = 10.0


@metric()
def avoidable_shortfall(metrics: Mapping[str, float], bound: float) -> float:
    """Return the fall-short that plan and execution caused: the clairvoyant bound less what was achieved."""
    return coordination.avoidable_shortfall(metrics["needs_met"], bound)


@metric()
def unavoidable_shortfall(metrics: Mapping[str, float], bound: float) -> float:
    """Return the fall-short that nobody could have avoided: one less the clairvoyant bound."""
    return coordination.unavoidable_shortfall(bound)
