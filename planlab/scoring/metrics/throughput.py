"""What it draws on nature and people."""

import numpy as np

from planlab.scoring import throughput
from planlab.scoring.metric import metric
from planlab.scoring.series import per_period
from planlab.simulation.trajectory import Trajectory

PLACE = 7.0


@metric(unit="1 per period")
def throughput_growth(trajectory: Trajectory) -> dict[str, float]:
    """Return the mean growth of throughput, of its headline kind and of every kind of factor."""
    use = _use(trajectory)
    growth = {kind: throughput.growth_rate(index) for kind, index in use.items()}
    return {"": next(iter(growth.values()), float("nan"))} | growth


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


def _use(trajectory: Trajectory) -> dict[str, np.ndarray]:
    """Return the use of every kind of factor by period, the headline first."""
    series = per_period(trajectory)
    return {kind: series[f"throughput_{kind}"] for kind in throughput.HEADLINE if f"throughput_{kind}" in series}
