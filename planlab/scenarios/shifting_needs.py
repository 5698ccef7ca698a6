"""Another world, in which needs change from period to period."""

from typing import Any

import numpy as np

from planlab.base.checks import between, check_float, check_whole
from planlab.economy.scenario import Scenario
from planlab.scenarios import base_world
from planlab.scenarios._calibration import with_shocks
from planlab.scenarios._draws import stream

__all__ = ["shifting_needs"]


def shifting_needs(
    base: str | Scenario = "layered", drift: float = 0.15, periods: int = 20, seed: int = 0, **parameters: Any
) -> Scenario:
    r"""Wrap a scenario: each product's needs follow a random walk, while needs on average stay what they were.

    .. math:: \nu_{it} = \frac{e^{w_{it}}}{\frac1n \sum_l e^{w_{lt}}}, \qquad
              w_{i,t+1} = w_{it} + \sigma \varepsilon_{it}, \qquad w_{i0} = 0,

    multiplies the needs of product :math:`i` in period :math:`t`, with standard normal :math:`\varepsilon`; the mean is
    taken over the products that are needed.

    Parameters
    ----------
    base
        A generator's name or a scenario.
    drift
        :math:`\sigma`, per period.
    periods
        How many periods are drawn; afterwards needs stay.
    seed
        Of the walk and of the base.
    **parameters
        The base generator's.

    Returns
    -------
    Scenario
        The base with further `Scenario.shocks`.

    Raises
    ------
    ValueError, TypeError
        For parameters out of range, unknown or of the wrong type.

    Examples
    --------
    >>> world = shifting_needs(products=20, inputs=4, drift=0.3)
    >>> bool((world.shocks.needs_at(0) == 1).all()), bool((world.shocks.needs_at(5) == 1).all())
    (True, False)
    """
    drift, periods = check_float("drift", drift, between(0, 2)), check_whole("periods", periods, 1)
    world = base_world(base, seed, parameters)
    n = world.economy.products
    steps = stream(seed, "shifting_needs", "walk").normal(0.0, drift, (periods - 1, n))
    walk = np.exp(np.vstack([np.zeros(n), np.cumsum(steps, axis=0)]))
    needed = np.asarray(world.needs).any(axis=1)
    walk = np.where(needed, walk / walk[:, needed].mean(axis=1, keepdims=True), 1.0)
    return with_shocks(world, f"shifting_needs-{world.name}", needs=walk)
