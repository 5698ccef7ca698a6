"""Whether needs are met on less: throughput against needs met, and its growth once all needs are met."""

from typing import Any

import numpy as np

from planlab.scoring.throughput import FEWEST_FITTED, UNSETTLED, trend

__all__ = ["MET", "absolute_decoupling", "growth_while_saturated", "relative_decoupling"]

MET = 0.999
"""The share from which on a need counts as met: what is executed misses by rounding and by the last crumbs."""

STILL = 1e-9
"""Growth per period that is rounding."""


def relative_decoupling(index: Any, needs_met: Any) -> float:
    r"""Return by how much needs met grow faster than throughput, :math:`g_S - g_\theta`, per period.

    Both rates are fitted as in `planlab.scoring.throughput.trend`, of runs with fewer than five periods from the first
    on, since what needs were met before it is not known. Above 0 throughput per need met falls: relative decoupling,
    the rate at which the intensity of the OECD's decoupling ratio (2002) :cite:`oecd:02` falls.

    Parameters
    ----------
    index
        Throughput by period, in any unit, ``(periods,)``.
    needs_met
        Share of needs met by period, ``(periods,)``.

    Returns
    -------
    float
        NaN where a rate is not known, and where neither needs are met nor anything is used in the end.

    Examples
    --------
    Throughput falls by 3 % a period and needs met by 1 %:

    >>> round(relative_decoupling(0.97 ** np.arange(8.0), 0.99 ** np.arange(8.0)), 4)
    0.0204
    """
    use, met = _rates(index, needs_met)
    return float(np.nan if np.isinf(use) and np.isinf(met) else met - use)


def absolute_decoupling(index: Any, needs_met: Any) -> float:
    r"""Return 1 where throughput falls while needs met do not, :math:`g_\theta < 0 \le g_S`, otherwise 0.

    Rates are those of `relative_decoupling`; below 1e-9 a period they are 0. It is what Haberl et al. (2020)
    :cite:`haberl:20` call absolute, with needs met in the place of GDP. A mean over runs is the share of those that
    did.

    Parameters
    ----------
    index, needs_met
        As in `relative_decoupling`.

    Returns
    -------
    float
        NaN where a rate is not known.

    Examples
    --------
    >>> absolute_decoupling([1.0, 0.9, 0.8], [0.7, 0.7, 0.7]), absolute_decoupling([1.0, 0.9, 0.8], [0.7, 0.7, 0.6])
    (1.0, 0.0)
    """
    use, met = _rates(index, needs_met)
    return float(np.nan if np.isnan(use) or np.isnan(met) else use < -STILL and met >= -STILL)


def _rates(index: Any, needs_met: Any) -> tuple[float, float]:
    """Return the rates at which throughput and needs met grow."""
    return trend(index, from_opening=False).rate, trend(needs_met, from_opening=False).rate


def growth_while_saturated(index: Any, worst_need: Any) -> float:
    r"""Return how fast throughput grows once there is nothing left that it would be needed for.

    .. math:: \frac{1}{|T^*|} \sum_{t \in T^*} \ln \frac{\theta_t}{\theta_{t-1}}, \qquad
              T^* = \Bigl\{ t : \min_{ih} \frac{y_{ih,t-1}}{D_{ih,t-1}} \ge .999 \Bigr\},

    the mean over periods before which all needs were met already, of those that `planlab.scoring.throughput.trend`
    fits: a change of level at the start is no growth.

    Parameters
    ----------
    index
        Throughput by period, ``(periods,)``.
    worst_need
        How far the worst met need was met, by period, ``(periods,)``.

    Returns
    -------
    float
        Per period; NaN where all needs were met in no period but the last, so that nothing can be said.

    Examples
    --------
    >>> round(growth_while_saturated([1.0, 1.5, 1.5, 1.65], [0.5, 1.0, 1.0, 1.0]), 4)  # of 0 and ln 1.1
    0.0477
    """
    theta, worst = np.asarray(index, float), np.asarray(worst_need, float)
    if theta.size - UNSETTLED >= FEWEST_FITTED:
        theta, worst = theta[UNSETTLED:], worst[UNSETTLED:]
    after = (worst[:-1] >= MET) & (theta[:-1] > 0) & (theta[1:] > 0)
    return float(np.log(theta[1:][after] / theta[:-1][after]).mean()) if after.any() else float("nan")
