"""Another world, in which energy goes down to what decent living takes."""

from dataclasses import replace
from typing import Any

from planlab.base.checks import POSITIVE, check_float, check_whole
from planlab.economy.laws.constraint import Constraint
from planlab.economy.scenario import Scenario
from planlab.scenarios import base_world

__all__ = ["decent_living"]

ENOUGH = 15.3
"""Final energy in GJ a head and year that provides decent living to all: 149 EJ for 9.7 thousand million people."""

TODAY = 48.0
"""At least so many GJ are used today: 149 EJ are less than 40 % of it, shared by 7.8 thousand million people."""


def decent_living(
    base: str | Scenario = "layered",
    gigajoules: float = ENOUGH,
    today: float = TODAY,
    years: int = 10,
    factor: str = "energy",
    seed: int = 0,
    **parameters: Any,
) -> Scenario:
    r"""Wrap a scenario: the use of energy is limited, and over some years the limit falls to what decent living takes.

    .. math:: \sum_j F_{ej} x_j^t \le \Bigl(\frac{b}{b_0}\Bigr)^{\min(t / T, 1)} \sum_j F_{ej} x_j^0

    with :math:`b` the energy a head that provides decent living :cite:`millward_hopkins:20` and :math:`b_0` what the
    opening activity uses. Who gets the essential part of every need with so little energy, the score ``floor_met``, is
    the question.

    Stylised: recipes stay what they are, while decent living with so little takes the best technique everywhere; add
    ``planlab.Productivity(energy=...)`` for that. Heads stay as many; where needs grow with people, let the limit.

    Parameters
    ----------
    base
        A generator's, a wrapper's or a table's name, or a scenario that uses energy.
    gigajoules
        :math:`b`, final energy in GJ a head and year.
    today
        :math:`b_0`, by default of the world, at least; give that of the country whose table it is.
    years
        :math:`T`, how long it takes.
    factor
        Which factor is energy: its name, or its kind.
    seed
        Of the base.
    **parameters
        The base's.

    Returns
    -------
    Scenario
        The base with a `planlab.Constraint` called ``decent living``.

    Raises
    ------
    ValueError, TypeError
        For parameters out of range, unknown or of the wrong type, and where no such factor is.

    Examples
    --------
    >>> import numpy as np, planlab as pl
    >>> run = pl.simulate("linear_program", decent_living(products=20, inputs=4, years=4), periods=6)
    >>> np.asarray(run.limits[:, -1] / run.limits[0, -1]).round(2).tolist()
    [1.0, 0.75, 0.56, 0.42, 0.32, 0.32]
    """
    b, b_0 = check_float("gigajoules", gigajoules, POSITIVE), check_float("today", today, POSITIVE)
    check_whole("years", years, 1)
    world = base_world(base, seed, parameters)
    falls = (b / b_0) ** (1 / years) - 1
    law = Constraint("decent living", factor=factor, change=falls, until=years)
    return replace(world.with_laws(law), name=f"decent_living-{world.name}")
