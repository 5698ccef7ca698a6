"""What it draws on nature and people."""

import numpy as np

from planlab.scoring import throughput
from planlab.scoring.metric import metric
from planlab.scoring.series import by_kind, headline, per_period
from planlab.simulation.trajectory import Trajectory

PLACE = 7.0


@metric(unit="1 per period")
def throughput_growth(trajectory: Trajectory) -> dict[str, float]:
    """Return the fitted growth of throughput after the second period, of its headline kind and of every kind."""
    return by_kind(trajectory, lambda index: throughput.trend(index).rate)


@metric(unit="1 per period")
def throughput_margin(trajectory: Trajectory) -> float:
    """Return half the width of the 95 % interval of throughput growth, of its headline kind."""
    return by_kind(trajectory, lambda index: throughput.trend(index).margin)[""]


@metric(unit="opening throughput")
def throughput_level(trajectory: Trajectory) -> dict[str, float]:
    """Return throughput of the last period (opening period 1), of its headline kind and of every kind."""
    return by_kind(trajectory, lambda index: index[-1])


@metric(unit="1 per period")
def throughput_volatility(trajectory: Trajectory) -> float:
    """Return the standard deviation of changes in throughput after the second period, of its headline kind."""
    return by_kind(trajectory, throughput.volatility)[""]


@metric(unit="opening throughput per share of needs")
def throughput_per_need(trajectory: Trajectory) -> float:
    """Return throughput (opening period 1) per unit of need satisfaction, a mean over periods."""
    index, met = headline(trajectory), per_period(trajectory)["need_satisfaction"]
    if index is None or not (met > 0).any():
        return float("nan")
    return np.nanmean(throughput.throughput_per_need(index, met))


@metric()
def overshoot(trajectory: Trajectory) -> float:
    """Return the largest overshoot of a factor's limit in any period."""
    return throughput.overshoot(trajectory.outcome.factor_use, np.asarray(trajectory.limits)).max()
