"""Another world, in which nobody is said to need much more than others."""

from dataclasses import replace
from typing import Any

import jax.numpy as jnp
import numpy as np

from planlab.base.checks import POSITIVE, check_float
from planlab.economy.scenario import Scenario, with_parts
from planlab.scenarios import base_world

__all__ = ["sufficiency"]


def sufficiency(base: str | Scenario = "layered", cap: float = 1.0, seed: int = 0, **parameters: Any) -> Scenario:
    r"""Wrap a scenario: needs count up to a cap by head, the same for all communities.

    .. math:: D_{ih} \leftarrow \min\bigl(D_{ih},\ \kappa N_h \bar d_i\bigr), \qquad
              \bar d_i = \frac{\sum_h D_{ih}}{\sum_h N_h},

    with :math:`N_h` people in community :math:`h`. What lies above is planned for by nobody and missed in no score, so
    that every mechanism meets the cap; a market's demand follows needs too. How far what is met of needs is left apart
    between communities is no part of it.

    Meant for communities of people; final uses of a table, such as investment, are none.

    Parameters
    ----------
    base
        A generator's, a wrapper's or a table's name, or a scenario.
    cap
        :math:`\kappa`, in means by head.
    seed
        Of the base.
    **parameters
        The base's.

    Returns
    -------
    Scenario
        The base with lower needs; nothing else changes.

    Raises
    ------
    ValueError, TypeError
        For parameters out of range, unknown or of the wrong type.

    Examples
    --------
    >>> before = base_world("modular", 0, {"products": 20, "inputs": 4})
    >>> after = sufficiency(before, cap=1.5)
    >>> by_head = np.asarray(after.needs) / np.asarray(after.population)
    >>> mean = np.asarray(before.needs).sum(axis=1) / float(before.population.sum())
    >>> bool((by_head <= 1.5 * mean[:, None] + 1e-9).all()), bool(after.needs.sum() < before.needs.sum())
    (True, True)
    """
    kappa = check_float("cap", cap, POSITIVE)
    world = base_world(base, seed, parameters)
    D, N = np.asarray(world.needs), np.asarray(world.population)
    mean = D.sum(axis=1) / N.sum()
    most = kappa * mean[:, None] * N[None, :]
    return replace(with_parts(world, needs=jnp.asarray(np.minimum(D, most))), name=f"sufficiency-{world.name}")
