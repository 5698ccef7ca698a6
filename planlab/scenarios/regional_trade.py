"""Another world, in which regions buy less from each other."""

from dataclasses import replace
from typing import Any

import numpy as np

from planlab.base.checks import AT_LEAST_0, check_float
from planlab.economy.laws.constraint import Constraint
from planlab.economy.scenario import Scenario
from planlab.scenarios import base_world

__all__ = ["regional_trade"]


def regional_trade(base: str | Scenario = "modular", share: float = 0.8, seed: int = 0, **parameters: Any) -> Scenario:
    r"""Wrap a scenario: what a region's processes take from other regions is limited, for each region by itself.

    .. math:: \sum_{j \in R} m_j x_j^t \le \tau \sum_{j \in R} m_j x_j^0, \qquad m_j = \sum_{i \notin R} A_{ij},

    with products of a region those whose first maker lies there. Units count as they are: in a table they are money,
    and elsewhere they add up what is unlike. Inputs are counted and deliveries are not, since communities belong to no
    region; so what is made for people elsewhere goes free.

    Parameters
    ----------
    base
        A generator's, a wrapper's or a table's name, or a scenario, with several regions.
    share
        :math:`\tau`, which share of what the opening activity takes from elsewhere.
    seed
        Of the base.
    **parameters
        The base's.

    Returns
    -------
    Scenario
        The base with a `planlab.Constraint` called ``imports of <region>`` for each that takes anything from elsewhere.

    Raises
    ------
    ValueError, TypeError
        For parameters out of range, unknown or of the wrong type, and a base of one region.

    Examples
    --------
    >>> world = regional_trade(products=20, inputs=4, regions=2)
    >>> world.economy.labels.factors[-2:]
    ('imports of region 1', 'imports of region 2')
    """
    tau = check_float("share", share, AT_LEAST_0)
    world = base_world(base, seed, parameters)
    e = world.economy
    names, region = e.labels.regions or ("",), np.asarray(e.region)
    if len(np.unique(region)) < 2:
        raise ValueError("base has one region, which trades with nobody; give one with several, such as 'modular'.")
    A = e.inputs.to_scipy().tocoo()
    makers = np.full(e.products, -1)
    first = np.unique(np.asarray(e.main_product), return_index=True)
    makers[first[0]] = region[first[1]]
    abroad = (makers[A.row] != region[A.col]) & (makers[A.row] >= 0)
    taken = np.bincount(A.col[abroad], A.data[abroad], minlength=e.processes)
    processes = e.labels.of("processes", e.processes)
    for code, name in enumerate(names):
        of: Any = {processes[j]: float(taken[j]) for j in np.flatnonzero(region == code)}
        if any(of.values()):
            world = world.with_laws(Constraint(f"imports of {name}", of=of, share=tau))
    return replace(world, name=f"regional_trade-{world.name}")
