"""Another world, struck by a drought."""

from dataclasses import replace
from typing import Any

import jax.numpy as jnp
import numpy as np

from planlab.economy.economy import Scenario
from planlab.scenarios import make_scenario
from planlab.scenarios.draws import fraction, stream, whole

__all__ = ["drought"]


def drought(
    base: str | Scenario = "layered",
    severity: float = 0.4,
    share: float = 0.2,
    start: int = 3,
    length: int = 3,
    seed: int = 0,
    **parameters: Any,
) -> Scenario:
    """Wrap a scenario: for some periods, some processes lose part of their capacity.

    Struck are processes of the sector called "raw" or "agriculture" where the base has one, otherwise any. Nobody
    but the clairvoyant sees it coming; from the second period of the drought on producers report what they have left.

    Parameters
    ----------
    base
        A generator's name or a scenario.
    severity
        Share of capacity lost by those struck.
    share
        Share of eligible processes struck, at least one.
    start, length
        First period of the drought, and for how many it lasts.
    seed
        Of the drought and of the base.
    **parameters
        The base generator's.

    Returns
    -------
    Scenario
        The base with `Scenario.shocks`.
    """
    severity, share = fraction("severity", severity, 0, 1), fraction("share", share, 0, 1)
    start, length = whole("start", start, 0), whole("length", length, 1)
    world = base if isinstance(base, Scenario) else make_scenario(base, seed=seed, **parameters)
    m = world.economy.processes
    sectors = world.economy.labels.sectors or ()
    dry = [code for code, name in enumerate(sectors) if name in ("raw", "agriculture")]
    eligible = np.flatnonzero(np.isin(np.asarray(world.economy.sector), dry)) if dry else np.arange(m)
    count = max(1, round(share * eligible.size))
    struck = stream(whole("seed", seed, 0), "drought", "struck").choice(eligible, count, replace=False)
    capacity = np.ones((start + length + 1, m))
    capacity[start : start + length, struck] = 1 - severity
    shocks = replace(world.shocks, capacity=jnp.asarray(capacity))
    return replace(world, shocks=shocks, name=f"drought-{world.name}")
