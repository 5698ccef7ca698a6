r"""Needs by category, which do not compensate for one another.

.. math:: s_{ch} = \frac{\sum_{i \in c} u_{ih} \min(1, y_{ih}/D_{ih})}{\sum_{i \in c} u_{ih}},

with sums over what community h needs of category c: within a category one thing may stand for another, between them
none may. In NumPy, or with ``xp=jnp`` in JAX.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planlab.economy.surroundings import ONE_CATEGORY
from planlab.scoring.needs import need_ratios, population_in_need

if TYPE_CHECKING:
    from planlab.simulation.trajectory import Trajectory

__all__ = ["category_satisfaction", "essential_deprivation", "floor_met", "needs_by_category", "worst_category"]


def category_satisfaction(delivery: Any, needs: Any, category: Any = None, urgency: Any = 1.0, xp: Any = np) -> Any:
    """Return how far each community's needs of each category are met, NaN where it has none.

    Parameters
    ----------
    delivery, needs
        ``(..., products, communities)``.
    category
        Code of each product's, ``(products,)``; ``None``: all are of one.
    urgency
        As in `planlab.scoring.needs.community_satisfaction`.
    xp
        NumPy or ``jax.numpy``.

    Returns
    -------
    array
        ``(..., categories, communities)``.

    Examples
    --------
    >>> category_satisfaction([[1.0, 2.0], [2.0, 2.0]], [[2.0, 2.0], [2.0, 0.0]], [0, 1]).tolist()
    [[0.5, 1.0], [1.0, nan]]
    """
    ratios = need_ratios(delivery, needs, xp)
    u = xp.where(xp.isnan(ratios), 0.0, xp.broadcast_to(xp.asarray(urgency, float), ratios.shape))
    codes = np.zeros(ratios.shape[-2], int) if category is None else np.asarray(category)
    member = xp.asarray(codes == np.arange(codes.max(initial=0) + 1)[:, None], float)
    total, met = member @ u, member @ (u * xp.nan_to_num(ratios))
    return xp.where(total > 0, met / xp.where(total > 0, total, 1.0), xp.nan)


def floor_met(
    delivery: Any,
    needs: Any,
    category: Any = None,
    urgency: Any = 1.0,
    population: Any = None,
    floor: Any = 0.5,
    xp: Any = np,
) -> Any:
    """Return the share of people in communities above the floor in every category in which they need something.

    Of those who need anything; rounding below the floor is not below it.

    Parameters
    ----------
    delivery, needs, category, urgency, xp
        As in `category_satisfaction`.
    population
        ``(communities,)``; ``None``: equal.
    floor
        The share of a category's needs that is essential.

    Examples
    --------
    Three people have half of everything; one has all of one thing and none of another:

    >>> float(floor_met([[1.0, 2.0], [1.0, 0.0]], [[2.0, 2.0], [2.0, 2.0]], [0, 1], population=[3.0, 1.0]))
    0.75
    """
    above = category_satisfaction(delivery, needs, category, urgency, xp)
    every = xp.all(xp.isnan(above) | (above >= floor - 1e-9), axis=-2)
    people = population_in_need(needs, urgency, population, xp)
    return (every * people).sum(axis=-1) / people.sum(axis=-1)


def essential_deprivation(
    delivery: Any,
    needs: Any,
    category: Any = None,
    urgency: Any = 1.0,
    population: Any = None,
    floor: float = 0.5,
    alpha: float = 1.0,
) -> np.ndarray:
    r"""Return how many people lack essentials, and how much (Foster, Greer & Thorbecke 1984 :cite:`foster:84`).

    .. math:: \frac{1}{\sum_h P_h} \sum_h \frac{P_h}{|C_h|} \sum_{c \in C_h}
              \Bigl[\frac{\varphi - s_{ch}}{\varphi}\Bigr]_+^\alpha

    with the share :math:`\varphi` of a need that is essential as the poverty line, over the categories :math:`C_h` of
    which a community needs something. :math:`\alpha = 0` counts people and categories below the line, 1 by how much,
    2 weighs the deepest most. Rounding below the line is not below it.

    Parameters
    ----------
    delivery, needs, category, urgency, population
        As in `floor_met`.
    floor
        :math:`\varphi`, above 0.
    alpha
        :math:`\alpha`, of at least 0.

    Returns
    -------
    array
        ``(...)``; 0 without needs.

    Examples
    --------
    Three people have half of all they need; one has all of one thing and a quarter of another:

    >>> given = [[1.0, 2.0], [1.0, 0.5]], [[2.0, 2.0], [2.0, 2.0]], [0, 1]
    >>> [float(essential_deprivation(*given, population=[3.0, 1.0], alpha=alpha)) for alpha in (0, 1, 2)]
    [0.125, 0.0625, 0.03125]
    """
    met = category_satisfaction(delivery, needs, category, urgency)
    gap = (floor - np.nan_to_num(met, nan=floor)) / floor
    depth = np.where(gap > 1e-9, np.maximum(gap, 0.0) ** alpha, 0.0).sum(axis=-2)
    people = population_in_need(needs, urgency, population)
    each = depth / np.maximum((~np.isnan(met)).sum(axis=-2), 1)
    return (each * people).sum(axis=-1) / people.sum(axis=-1)


def worst_category(delivery: Any, needs: Any, category: Any = None, urgency: Any = 1.0, xp: Any = np) -> Any:
    """Return how far the category is met that is met least, of the community that has least of it; 1 without needs.

    Examples
    --------
    >>> float(worst_category([[1.0, 2.0], [1.5, 2.0]], [[2.0, 2.0], [2.0, 4.0]], [0, 1]))
    0.5
    """
    return xp.nan_to_num(category_satisfaction(delivery, needs, category, urgency, xp), nan=1.0).min(axis=(-2, -1))


def needs_by_category(trajectory: "Trajectory") -> pd.DataFrame:
    """Return how far each category of needs was met, by community: who went short of what.

    Returns
    -------
    pandas.DataFrame
        Categories by communities, means over periods; NaN where a community needs nothing. ``attrs["worst"]`` names the
        category and the community that came off worst.

    Examples
    --------
    >>> import planlab as pl
    >>> met = pl.needs_by_category(pl.simulate("linear_program", pl.make_scenario("three_sector"), 3))
    >>> met.index.tolist(), met.attrs["worst"]
    (['agriculture', 'industry', 'services'], ('agriculture', 'community 1'))
    """
    scenario = trajectory.scenario
    each = category_satisfaction(
        trajectory.outcome.delivery, trajectory.needs, scenario.category, np.asarray(scenario.urgency)
    )
    there = ~np.isnan(each)
    mean = np.where(there, each, 0.0).sum(axis=0) / np.where(there.any(axis=0), there.sum(axis=0), np.nan)
    names = scenario.categories or (ONE_CATEGORY,)
    communities = scenario.economy.labels.of("communities", scenario.communities)
    table = pd.DataFrame(mean, pd.Index(names, name="category"), pd.Index(communities, name="community"))
    table.attrs["worst"] = table.stack().idxmin() if there.any() else None
    return table
