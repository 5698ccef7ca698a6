"""Another world, in which needs change from period to period."""

from dataclasses import replace
from typing import Any

import jax.numpy as jnp
import numpy as np

from planlab.economy.economy import Scenario
from planlab.scenarios import make_scenario
from planlab.scenarios.draws import fraction, stream, whole

__all__ = ["shifting_needs"]


def shifting_needs(
    base: str | Scenario = "layered", drift: float = 0.15, periods: int = 20, seed: int = 0, **parameters: Any
) -> Scenario:
    r"""Wrap a scenario: each product's needs follow a lognormal random walk of mean one.

    .. math:: \ln \nu_{i,t+1} = \ln \nu_{it} + \sigma \varepsilon_{it} - \sigma^2/2, \qquad \nu_{i0} = 1.

    Parameters
    ----------
    base
        A generator's name or a scenario.
    drift
        :math:`\sigma`.
    periods
        How many periods are drawn; afterwards needs stay.
    seed
        Of the walk and of the base.
    **parameters
        The base generator's.

    Returns
    -------
    Scenario
        The base with `Scenario.shocks`.
    """
    drift, periods = fraction("drift", drift, 0, 2), whole("periods", periods, 1)
    world = base if isinstance(base, Scenario) else make_scenario(base, seed=seed, **parameters)
    n = world.economy.products
    steps = stream(whole("seed", seed, 0), "shifting_needs", "walk").normal(-(drift**2) / 2, drift, (periods - 1, n))
    walk = np.exp(np.vstack([np.zeros(n), np.cumsum(steps, axis=0)]))
    return replace(world, shocks=replace(world.shocks, needs=jnp.asarray(walk)), name=f"shifting_needs-{world.name}")
