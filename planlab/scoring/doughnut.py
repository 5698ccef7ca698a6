"""The two rings of a doughnut: who stands on the social floor, and how much of each ceiling is used."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planlab.base.checks import SHARE, check_float
from planlab.economy.surroundings import ONE_CATEGORY
from planlab.economy.tiers import USUAL
from planlab.scoring.categories import category_satisfaction
from planlab.scoring.needs import population_in_need

if TYPE_CHECKING:
    from planlab.simulation.trajectory import Trajectory

__all__ = ["ecological_ceiling", "social_floor"]


def social_floor(trajectory: "Trajectory", floor: float = float(USUAL.bounds[0])) -> pd.Series:
    r"""Return the share of people who have what is essential, category of needs by category :cite:`raworth:17`.

    .. math:: \frac{1}{T} \sum_t \frac{\sum_{h:\, s_{cht} \ge \phi} P_h}{\sum_h P_h}

    over the communities that need something of category c, with the people in each, :math:`P`, and what is met of its
    needs, :math:`s` (`planlab.scoring.categories.category_satisfaction`). No category makes up for another, so there is
    no total.

    Parameters
    ----------
    trajectory
        What `planlab.simulate` returned.
    floor
        :math:`\phi`, the share of a category's needs that is essential.

    Returns
    -------
    pandas.Series
        By category; NaN of what nobody ever needed.

    Examples
    --------
    >>> import planlab as pl
    >>> social_floor(pl.simulate("linear_program", pl.make_scenario("three_sector"), 2)).to_dict()
    {'agriculture': 1.0, 'industry': 1.0, 'services': 1.0}
    """
    check_float("floor", floor, SHARE)
    s = trajectory.scenario
    needs, urgency = np.asarray(trajectory.needs), np.asarray(s.urgency)
    met = category_satisfaction(trajectory.outcome.delivery, needs, s.category, urgency)
    people = np.where(np.isnan(met), 0.0, np.asarray(population_in_need(needs, urgency, s.population))[:, None, :])
    above = (people * (np.nan_to_num(met) >= floor - 1e-9)).sum(axis=-1)
    return pd.Series(_mean(above, people.sum(axis=-1)), pd.Index(s.categories or (ONE_CATEGORY,), name="category"))


def ecological_ceiling(trajectory: "Trajectory") -> pd.Series:
    r"""Return use of each limited factor over its limit, which is its overshoot where it is above 1.

    .. math:: \frac{1}{T} \sum_t \frac{(F_t x_t)_k}{r_{kt}}

    Of a boundary that is an amount per year and was not touched in the Holocene, such as nitrogen fixed by people, this
    is `planlab.Boundary.overshoot` with the limit as the boundary: (use − 0) / (limit − 0). Limits do not make up for
    one another, so there is no total. Of a budget the limit is the part of a period.

    Parameters
    ----------
    trajectory
        What `planlab.simulate` returned.

    Returns
    -------
    pandas.Series
        By factor or constraint that is limited in some period, a mean over those in which it is; infinity where
        something is used of which there must be nothing.

    Examples
    --------
    >>> import planlab as pl
    >>> run = pl.simulate("linear_program", pl.make_scenario("three_sector"), 2)
    >>> ecological_ceiling(run).round(3).to_dict()
    {'labour': 0.942}
    """
    use, limits = np.asarray(trajectory.outcome.factor_use), np.asarray(trajectory.allotted)
    limited = np.isfinite(limits)
    free = np.where(use > 0, np.inf, 0.0)
    over = np.divide(use, limits, out=free, where=limited & (limits > 0))
    names = np.array(trajectory.scenario.economy.labels.of("factors", limits.shape[1]), dtype=object)
    shown = limited.any(axis=0)
    mean = _mean(np.where(limited, over, 0.0), limited)[shown]
    return pd.Series(mean, pd.Index(names[shown], name="factor"))


def _mean(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return part over whole in the periods in which there is a whole, a mean over those; NaN without any."""
    there = whole > 0
    each = np.divide(part, whole, out=np.zeros(part.shape), where=there)
    return np.divide(each.sum(axis=0), there.sum(axis=0), out=np.full(part.shape[1], np.nan), where=there.any(axis=0))
