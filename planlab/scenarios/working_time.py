"""Another world, in which working time falls."""

from dataclasses import replace
from typing import Any

import numpy as np

from planlab.base.checks import UNDER_1, check_float, check_whole
from planlab.economy.law import factor_place
from planlab.economy.laws.constraint import Constraint
from planlab.economy.scenario import Scenario
from planlab.scenarios import base_world

__all__ = ["working_time"]


def working_time(
    base: str | Scenario = "layered",
    shorter: float = 0.02,
    years: int = 10,
    factor: str = "labour",
    seed: int = 0,
    **parameters: Any,
) -> Scenario:
    r"""Wrap a scenario: everybody works a little less every year.

    .. math:: \sum_j F_{\ell j} x_j^t \le (1 - w)^{\min(t, T)} h_0 L

    with the hours that there are at the opening :math:`h_0 L`. It acts through the limit of labour alone: where labour
    does not bind, a plan goes on as before and only idle hours become free. What lower income does to consumption is a
    market's channel, and not in it.

    Parameters
    ----------
    base
        A generator's, a wrapper's or a table's name, or a scenario that uses labour.
    shorter
        :math:`w`, by which part working time falls a year.
    years
        :math:`T`, for how long.
    factor
        Which factor is labour: its name, or its kind.
    seed
        Of the base.
    **parameters
        The base's.

    Returns
    -------
    Scenario
        The base with a `planlab.Constraint` called ``working time``.

    Raises
    ------
    ValueError, TypeError
        For parameters out of range, unknown or of the wrong type, and where no such factor is limited.

    Examples
    --------
    >>> import numpy as np, planlab as pl
    >>> run = pl.simulate("command", working_time("three_sector", shorter=0.1, years=2), periods=4)
    >>> np.asarray(run.limits[:, -1]).round(1).tolist()
    [90.0, 81.0, 72.9, 72.9]
    """
    check_float("shorter", shorter, UNDER_1), check_whole("years", years, 1)
    world = base_world(base, seed, parameters)
    hours = float(world.limits[factor_place(world, factor)])
    if not np.isfinite(hours):
        raise ValueError(f"base has no limit of {factor!r} that could fall; give its scenario one.")
    law = Constraint("working time", factor=factor, level=hours, change=-shorter, until=years)
    return replace(world.with_laws(law), name=f"working_time-{world.name}")
