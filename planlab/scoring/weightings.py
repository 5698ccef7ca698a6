r"""Six answers to what counts: what needs weigh, and what meeting a share of one is worth.

Each is a score of deliveries, the objective that aims at it, and what nobody can beat. Isoelastic scores are
equivalents, the share that would be as good if it were everybody's of everything in every period,

.. math:: e^{\sum_t \sum w \ln s_t / T} \quad\text{and}\quad \Bigl(\tfrac1T \sum_t \sum w\, s_t^{-1}\Bigr)^{-1},

with :math:`s \ge .01`, since a need left out altogether would make all else count for nothing. The others are means
over periods.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from planlab.economy.need_weights import need_weights
from planlab.economy.scenario import Scenario
from planlab.economy.tiers import USUAL, WHOLE, Tiers
from planlab.optimisation.objectives import CappedNeeds, IsoelasticNeeds, Objective, Ray, TieredNeeds
from planlab.scoring.bounds import clairvoyant
from planlab.scoring.needs import need_ratios

__all__ = ["LEAST_SHARE", "WEIGHTINGS", "Weighting", "isoelastic_equivalent", "isoelastic_tiers"]

LEAST_SHARE = 0.01
"""What isoelastic scores count a smaller share as."""


class Weighting(NamedTuple):
    """An answer to what counts.

    Parameters
    ----------
    weights
        What needs weigh, as in `planlab.Scenario.with_weights`.
    objective
        What a planner maximises who goes by it.
    tiers
        What meeting a share of a need is worth, or a little more; for those who plan several years.
    of_shares
        From shares of needs met, NaN where there is none, and weights that add up to one to the score.
    aversion
        To inequality between needs and between periods.
    worst
        Whether the worst met need is all that counts.
    """

    weights: str
    objective: Objective
    tiers: Tiers
    of_shares: Callable[[np.ndarray, np.ndarray], float]
    aversion: float = 0.0
    worst: bool = False

    def score(self, delivery: Any, needs: Any, urgency: Any, population: Any) -> float:
        """Return the score of one period's deliveries.

        Parameters
        ----------
        delivery, needs, urgency
            ``(products, communities)``; urgencies by this answer's weights.
        population
            ``(communities,)``.
        """
        D, u, P = (np.asarray(part, float) for part in (needs, urgency, population))
        return self.of_shares(need_ratios(delivery, D), need_weights(D, u, P, np))

    def over(self, scores: Any) -> float:
        """Return the score of several periods from those of each."""
        s = np.asarray(scores, float)
        return (
            isoelastic_equivalent(s, np.full(s.size, 1 / s.size), self.aversion) if self.aversion else float(s.mean())
        )

    def bound(self, scenario: Scenario, periods: int) -> float:
        """Return what nobody's score can be above, in a world whose needs weigh what this answer says.

        Certified, as `planlab.scoring.bounds.clairvoyant`, by worths of parts of needs that are no less than this
        answer's.
        """
        most = clairvoyant(scenario, periods, tiers=self.tiers, worst=self.worst).needs_met
        return _equivalent_of(most, self.aversion) if self.aversion else most


def _tiered(tiers: Tiers) -> Callable[[np.ndarray, np.ndarray], float]:
    return lambda shares, weights: float((weights * np.nan_to_num(tiers.value(shares))).sum())


def isoelastic_equivalent(shares: Any, weights: Any, aversion: float) -> float:
    r"""Return :math:`(\sum w s^{1-\sigma})^{1/(1-\sigma)}`, or :math:`e^{\sum w \ln s}`, of shares of at least .01.

    Examples
    --------
    >>> [round(isoelastic_equivalent([1.0, 0.25], [0.5, 0.5], aversion), 6) for aversion in (1, 2)]
    [0.5, 0.4]
    """
    s, w = np.maximum(np.nan_to_num(np.asarray(shares, float), nan=1.0), LEAST_SHARE), np.asarray(weights, float)
    return float(_share_worth((w * _worth(s, aversion)).sum(), aversion))


def _worth(share: Any, aversion: float) -> Any:
    r"""Return :math:`\varphi(s) = (s^{1-\sigma} - 1) / (1 - \sigma)`, or :math:`\ln s`."""
    return np.log(share) if aversion == 1 else (share ** (1 - aversion) - 1) / (1 - aversion)


def _share_worth(worth: Any, aversion: float) -> Any:
    r"""Return :math:`\varphi^{-1}`."""
    return np.exp(worth) if aversion == 1 else (1 + (1 - aversion) * worth) ** (1 / (1 - aversion))


def _equivalent_of(value: float, aversion: float) -> float:
    """Return the equivalent whose worth is a part of the way from that of the least share to that of all."""
    least = _worth(LEAST_SHARE, aversion)
    return float(_share_worth(least * (1 - value), aversion))


def isoelastic_tiers(aversion: float, count: int = 40) -> Tiers:
    r"""Return tiers by which every share is worth no less than :math:`\varphi(\max(s, .01))`, scaled to :math:`[0, 1]`.

    The least of tangents of :math:`\varphi`, the first of them that through :math:`(0, \varphi(.01))`, the last at
    :math:`s = 1`.

    Parameters
    ----------
    aversion
        :math:`\sigma > 0`.
    count
        How many tangents, at least 2.

    Examples
    --------
    >>> tiers = isoelastic_tiers(2.0)
    >>> share = np.array([0.0, 0.02, 0.5, 1.0])
    >>> tiers.value(share).round(3).tolist(), ((1 / 0.01 - 1 / share.clip(0.01)) / 99).round(3).tolist()
    ([0.0, 0.505, 0.99, 1.0], [0.0, 0.505, 0.99, 1.0])
    """
    base, low, high = _worth(LEAST_SHARE, aversion), LEAST_SHARE, 1.0
    for _ in range(100):  # where a tangent goes through the point, by bisection of its logarithm
        middle = np.sqrt(low * high)
        above = _worth(middle, aversion) - middle ** (1 - aversion) > base
        low, high = (low, middle) if above else (middle, high)
    at = np.geomspace(high, 1.0, count)
    slope, worth = at**-aversion, _worth(at, aversion)
    crossing = (np.diff(worth - slope * at)) / -np.diff(slope)
    bounds = np.append(crossing, 1.0)
    weights = slope * np.diff(bounds, prepend=0.0)
    return Tiers(tuple(map(float, bounds)), tuple(map(float, weights / weights.sum())))


def _isoelastic(aversion: float) -> Weighting:
    return Weighting(
        "equal",
        IsoelasticNeeds(aversion=aversion),
        isoelastic_tiers(aversion),
        lambda shares, weights: isoelastic_equivalent(shares, weights, aversion),
        aversion,
    )


WEIGHTINGS = {
    "tiers": Weighting("honest", TieredNeeds(), USUAL, _tiered(USUAL)),
    "equal cells": Weighting("equal", CappedNeeds(), WHOLE, _tiered(WHOLE)),
    "expenditure": Weighting("honest", CappedNeeds(), WHOLE, _tiered(WHOLE)),
    "isoelastic 1": _isoelastic(1.0),
    "isoelastic 2": _isoelastic(2.0),
    "max-min": Weighting("equal", Ray(), WHOLE, lambda shares, _: float(np.nanmin(shares, initial=1.0)), worst=True),
}
"""By name: tiers with honest weights; all needs alike; by expenditure, or by scarce factors where nothing is in money;
aversion to inequality between needs of 1 and 2; the worst met need."""
