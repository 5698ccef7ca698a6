"""What it draws on nature and people."""

from collections.abc import Callable

import numpy as np

from planlab.scoring import throughput
from planlab.scoring.metric import metric
from planlab.scoring.series import per_period
from planlab.simulation.trajectory import Trajectory

PLACE = 7.0


@metric(unit="1 per period")
def throughput_growth(trajectory: Trajectory) -> dict[str, float]:
    """Return the fitted growth of throughput after the second period, of its headline kind and of every kind."""
    return _by_kind(trajectory, lambda index: throughput.trend(index).rate)


@metric(unit="1 per period")
def throughput_margin(trajectory: Trajectory) -> float:
    """Return half the width of the 95 % interval of throughput growth, of its headline kind."""
    return _by_kind(trajectory, lambda index: throughput.trend(index).margin)[""]


@metric(unit="opening throughput")
def throughput_level(trajectory: Trajectory) -> dict[str, float]:
    """Return throughput of the last period (opening period 1), of its headline kind and of every kind."""
    return _by_kind(trajectory, lambda index: index[-1])


@metric(unit="1 per period")
def throughput_volatility(trajectory: Trajectory) -> float:
    """Return the standard deviation of changes in throughput after the second period, of its headline kind."""
    return _by_kind(trajectory, throughput.volatility)[""]


@metric(unit="opening throughput per share of needs")
def throughput_per_need(trajectory: Trajectory) -> float:
    """Return throughput (opening period 1) per unit of need satisfaction, a mean over periods."""
    headline, met = next(iter(_use(trajectory).values()), None), per_period(trajectory)["need_satisfaction"]
    if headline is None or not (met > 0).any():
        return float("nan")
    return np.nanmean(throughput.throughput_per_need(headline, met))


@metric()
def overshoot(trajectory: Trajectory) -> float:
    """Return the largest overshoot of a factor's limit in any period."""
    return throughput.overshoot(trajectory.outcome.factor_use, np.asarray(trajectory.limits)).max()


def _by_kind(trajectory: Trajectory, of: Callable[[np.ndarray], float]) -> dict[str, float]:
    """Return a number of every kind's use, and that of the headline under no name; NaN without factors."""
    found = {kind: of(index) for kind, index in _use(trajectory).items()}
    return {"": next(iter(found.values()), float("nan"))} | found


def _use(trajectory: Trajectory) -> dict[str, np.ndarray]:
    """Return the use of every kind of factor by period, the headline first."""
    series = per_period(trajectory)
    return {kind: series[f"throughput_{kind}"] for kind in throughput.HEADLINE if f"throughput_{kind}" in series}
