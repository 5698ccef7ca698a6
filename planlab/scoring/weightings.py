r"""Six answers to what counts: what needs weigh, and what meeting a share of one is worth.

Each is a score of deliveries and the objective that aims at it. Isoelastic scores are equivalents, the share that would
be as good if it were everybody's of everything, :math:`e^{\sum w \ln s}` and :math:`1 / \sum w s^{-1}`, with
:math:`s \ge .01`, since a need left out altogether would make all else count for nothing.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from planlab.economy.need_weights import need_weights
from planlab.economy.tiers import WHOLE, Tiers
from planlab.optimisation.objectives import CappedNeeds, IsoelasticNeeds, Objective, Ray, TieredNeeds
from planlab.scoring.needs import need_ratios

__all__ = ["LEAST_SHARE", "WEIGHTINGS", "Weighting", "isoelastic_equivalent"]

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
    of_shares
        From shares of needs met, NaN where there is none, and weights that add up to one to the score.
    """

    weights: str
    objective: Objective
    of_shares: Callable[[np.ndarray, np.ndarray], float]

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
    if aversion == 1:
        return float(np.exp((w * np.log(s)).sum()))
    return float((w * s ** (1 - aversion)).sum() ** (1 / (1 - aversion)))


def _isoelastic(aversion: float) -> Weighting:
    return Weighting(
        "equal",
        IsoelasticNeeds(aversion=aversion),
        lambda shares, weights: isoelastic_equivalent(shares, weights, aversion),
    )


WEIGHTINGS = {
    "tiers": Weighting("honest", TieredNeeds(), _tiered(Tiers())),
    "equal cells": Weighting("equal", CappedNeeds(), _tiered(WHOLE)),
    "expenditure": Weighting("honest", CappedNeeds(), _tiered(WHOLE)),
    "isoelastic 1": _isoelastic(1.0),
    "isoelastic 2": _isoelastic(2.0),
    "max-min": Weighting("equal", Ray(), lambda shares, _: float(np.nanmin(shares, initial=1.0))),
}
"""By name: tiers with honest weights; all needs alike; by expenditure, or by scarce factors where nothing is in money;
aversion to inequality between needs of 1 and 2; the worst met need."""
