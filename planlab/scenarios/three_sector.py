"""Agriculture, industry, services: small enough to check by hand."""

import numpy as np

from planlab.base.checks import between, check_float, check_whole
from planlab.economy.economy import Labels
from planlab.economy.scenario import Scenario
from planlab.economy.weighting import DEFAULT_WEIGHTS

__all__ = ["three_sector"]


def three_sector(labour: float = 90.0, communities: int = 2, weights: str = DEFAULT_WEIGHTS, seed: int = 0) -> Scenario:
    r"""Return a fixed economy of three sectors.

    Per unit of output agriculture uses .2 of its own product and .2 of industry's, industry .1 of agriculture's and
    .3 of its own, services .2 of industry's; labour per unit is 1, .5 and .5 hours. All communities together need 20,
    30 and 40. By hand:

    * gross output for all needs: services 40; industry :math:`.7 x_2 = 30 + 8 + .2 x_1`, agriculture
      :math:`.8 x_1 = 20 + .1 x_2`, so :math:`x = (890/27, 1720/27, 40)`, which takes
      84.815 hours;
    * labour values: :math:`v = l + v A`, so :math:`v = (1.48148, .92593, .68519)` hours per unit;
    * with fewer hours the dearest need (20 × 1.48148 = 29.63 hours) is cut first, since each counts one third: for
      75 hours the plain share of needs that can be met, all alike, is :math:`1 - (84.815 - 75) / 29.63 / 3 = .88958`.

    Parameters
    ----------
    labour
        Hours available per period.
    communities
        Among which needs are split equally.
    weights
        What needs weigh, as in `planlab.Scenario.with_weights`; there are no prices, so expenditure is none of them.
    seed
        Accepted like every generator's; nothing here is drawn.

    Returns
    -------
    Scenario
        Labelled.
    """
    hours, h = check_float("labour", labour, between(0, 1e9)), check_whole("communities", communities, 1)
    check_whole("seed", seed, 0)
    names = ("agriculture", "industry", "services")
    scenario = Scenario.from_arrays(
        inputs=np.array([[0.2, 0.1, 0.0], [0.2, 0.3, 0.2], [0.0, 0.0, 0.0]]),
        needs=np.repeat(np.array([[20.0], [30.0], [40.0]]) / h, h, axis=1),
        factors=np.array([[1.0, 0.5, 0.5]]),
        limits=np.array([hours]),
        capacity=np.array([40.0, 80.0, 50.0]),
        factor_kinds=("labour",),
        sector=names,
        categories=names,
        labels=Labels(names, names, ("labour",), tuple(f"community {i + 1}" for i in range(h))),
        name="three_sector",
    )
    return scenario.with_weights(weights)
