"""How well needs are met: per community, per period, without credit above saturation.

In NumPy, or with ``xp=jnp`` in JAX, so that a score can be differentiated and batched along with the run it is of.
"""

from typing import Any

import numpy as np

from planlab.base.checks import INSIDE_0_1, check_float
from planlab.economy.tiers import WHOLE, Tiers

__all__ = [
    "atkinson",
    "community_satisfaction",
    "deprivation",
    "gini",
    "kantorovich_ray",
    "need_ratios",
    "need_satisfaction",
    "palma",
    "population_in_need",
    "share_above",
    "worst_community",
    "worst_need",
]


def need_ratios(delivery: Any, needs: Any, xp: Any = np) -> Any:
    r"""Return :math:`\min(1, y_{ih} / D_{ih})`, NaN where nothing is needed; same shape as `needs`.

    Examples
    --------
    >>> need_ratios([[1.0], [3.0], [5.0]], [[2.0], [2.0], [0.0]]).ravel().tolist()
    [0.5, 1.0, nan]
    """
    y, D = xp.asarray(delivery, float), xp.asarray(needs, float)
    return xp.where(D > 0, xp.minimum(y, D) / xp.where(D > 0, D, 1.0), xp.nan)


def community_satisfaction(delivery: Any, needs: Any, urgency: Any = 1.0, xp: Any = np, tiers: Tiers = WHOLE) -> Any:
    r"""Return each community's need satisfaction, :math:`\sum_i u_{ih} \min(1, y_{ih}/D_{ih}) / \sum_i u_{ih}`.

    With `tiers` it is :math:`\sum_i u_{ih} v(y_{ih}/D_{ih}) / \sum_i u_{ih}`, see `planlab.Tiers`. Sums run over
    what the community needs; one that needs nothing is satisfied. Shapes ``(..., products, communities)`` to
    ``(..., communities)``.

    Examples
    --------
    >>> community_satisfaction([[1.0, 2.0], [2.0, 2.0]], [[2.0, 2.0], [2.0, 0.0]]).tolist()
    [0.75, 1.0]
    """
    ratios = need_ratios(delivery, needs, xp)
    u = xp.where(xp.isnan(ratios), 0.0, xp.broadcast_to(xp.asarray(urgency, float), ratios.shape))
    total = u.sum(axis=-2)
    met = (u * xp.nan_to_num(tiers.value(ratios, xp))).sum(axis=-2)
    return xp.where(total > 0, met / xp.where(total > 0, total, 1.0), 1.0)


def need_satisfaction(
    delivery: Any, needs: Any, urgency: Any = 1.0, population: Any = None, xp: Any = np, tiers: Tiers = WHOLE
) -> Any:
    """Return the population-weighted mean of `community_satisfaction`, the objective of capped-needs planning.

    Communities that need nothing have no part in it.

    Examples
    --------
    >>> float(need_satisfaction([[1.0, 2.0], [2.0, 2.0]], [[2.0, 2.0], [2.0, 0.0]]))
    0.875
    >>> float(need_satisfaction([[1.0, 0.0]], [[2.0, 0.0]]))
    0.5
    """
    each = community_satisfaction(delivery, needs, urgency, xp, tiers)
    return _mean(each, population_in_need(needs, urgency, population, xp), xp)


def population_in_need(needs: Any, urgency: Any = 1.0, population: Any = None, xp: Any = np) -> Any:
    """Return how many people of each community count in a mean: none of one that needs nothing, if any needs anything.

    Shapes ``(..., products, communities)`` to ``(..., communities)``.

    Examples
    --------
    >>> population_in_need([[2.0, 0.0]], population=[3.0, 1.0]).tolist()
    [3.0, 0.0]
    """
    D = xp.asarray(needs, float)
    P = xp.ones(D.shape[-1]) if population is None else xp.asarray(population, float)
    needy = ((D > 0) & (xp.broadcast_to(xp.asarray(urgency, float), D.shape) > 0)).any(axis=-2)
    return xp.where(needy | ~needy.any(axis=-1, keepdims=True), xp.broadcast_to(P, needy.shape), 0.0)


def _mean(each: Any, population: Any, xp: Any = np) -> Any:
    P = xp.ones(each.shape[-1]) if population is None else xp.asarray(population, float)
    return (each * xp.broadcast_to(P, each.shape)).sum(axis=-1) / P.sum(axis=-1)


def worst_community(delivery: Any, needs: Any, urgency: Any = 1.0, xp: Any = np) -> Any:
    """Return the least of `community_satisfaction` (Rawls' criterion over communities)."""
    return community_satisfaction(delivery, needs, urgency, xp).min(axis=-1)


def worst_need(delivery: Any, needs: Any, xp: Any = np) -> Any:
    r"""Return the least ratio :math:`\min_{ih} \min(1, y_{ih}/D_{ih})` (Leontief, Rawls over needs).

    Examples
    --------
    >>> float(worst_need([[1.0], [2.0]], [[2.0], [2.0]]))
    0.5
    """
    return xp.nan_to_num(need_ratios(delivery, needs, xp), nan=1.0).min(axis=(-2, -1))


def kantorovich_ray(delivery: Any, needs: Any) -> np.ndarray:
    r"""Return :math:`\varphi = \min_i \sum_h y_{ih} / \sum_h D_{ih}`, the uncapped scale of the assortment (1939).

    Examples
    --------
    >>> float(kantorovich_ray([[6.0], [4.0]], [[2.0], [2.0]]))
    2.0
    """
    y, D = np.asarray(delivery, float).sum(axis=-1), np.asarray(needs, float).sum(axis=-1)
    return np.where(D > 0, y / np.where(D > 0, D, 1.0), np.inf).min(axis=-1)


def deprivation(delivery: Any, needs: Any, alpha: float = 1.0) -> np.ndarray:
    r"""Return the mean of :math:`[1 - y/D]_+^\alpha` over needs (Foster, Greer & Thorbecke 1984); 0 without any.

    :math:`\alpha = 0` counts needs that fall short, 1 by how much, 2 weighs the deepest shortfalls most.

    Examples
    --------
    >>> [float(deprivation([[1.0], [2.0]], [[2.0], [2.0]], alpha)) for alpha in (0, 1, 2)]
    [0.5, 0.25, 0.125]
    """
    ratios = need_ratios(delivery, needs)
    gap = 1.0 - np.nan_to_num(ratios, nan=1.0)
    depth = np.where(gap > 1e-9, np.abs(gap) ** alpha, 0.0).sum(axis=(-2, -1))
    return depth / np.maximum((~np.isnan(ratios)).sum(axis=(-2, -1)), 1)


def gini(satisfaction: Any, population: Any = None) -> np.ndarray:
    r"""Return the Gini coefficient of need satisfaction across communities, weighted by population.

    :math:`G = \sum_{gh} P_g P_h |s_g - s_h| / (2 \bar s (\sum P)^2)`.

    Examples
    --------
    >>> float(gini([0.0, 1.0])), float(gini([0.5, 0.5]))
    (0.5, 0.0)
    """
    s = np.asarray(satisfaction, float)
    P = np.ones(s.shape[-1]) if population is None else np.asarray(population, float)
    P = P / P.sum(axis=-1, keepdims=True)
    mean = (s * P).sum(axis=-1)
    spread = (np.abs(s[..., :, None] - s[..., None, :]) * P[..., :, None] * P[..., None, :]).sum(axis=(-2, -1))
    return np.where(mean > 0, spread / (2 * np.where(mean > 0, mean, 1.0)), 0.0)


def palma(satisfaction: Any, population: Any = None) -> np.ndarray:
    r"""Return what the best served tenth of people have of need satisfaction over what the worst served 40 % have.

    .. math:: \frac{1 - L(.9)}{L(.4)}, \qquad
              L(q) = \frac{\sum_h s_h \min(P_h, [q P - \sum_{g < h} P_g]_+)}{\sum_h s_h P_h},

    with communities in the order of their satisfaction and :math:`P = \sum_h P_h` (Palma 2011 :cite:`palma:11`). All
    people of a community count as served alike, so that a tenth may be a part of one, and however few there are it is
    known: 1/4 of equals. Infinite where 40 % of people have nothing and others have something.

    Examples
    --------
    >>> [round(float(palma(s)), 6) for s in ([0.5, 0.5], [0.2, 0.6], [0.0, 1.0])]
    [0.25, 0.75, inf]
    """
    s = np.asarray(satisfaction, float)
    P = np.broadcast_to(np.ones(s.shape[-1]) if population is None else np.asarray(population, float), s.shape)
    order = np.argsort(s, axis=-1, kind="stable")
    s, P = np.take_along_axis(s, order, axis=-1), np.take_along_axis(P / P.sum(axis=-1, keepdims=True), order, axis=-1)
    below = P.cumsum(axis=-1) - P

    def of_worst(q: float) -> np.ndarray:
        return (s * np.clip(q - below, 0.0, P)).sum(axis=-1)

    top, bottom = (s * P).sum(axis=-1) - of_worst(0.9), of_worst(0.4)
    some = np.where(bottom > 0, bottom, 1.0)
    return np.where(bottom > 0, top / some, np.where(top > 0, np.inf, 0.25))


def atkinson(satisfaction: Any, population: Any = None, aversion: float = 0.5) -> np.ndarray:
    r"""Return Atkinson's index (1970) across communities, :math:`1 - (\sum P s^{1-\epsilon})^{1/(1-\epsilon)}/\bar s`.

    Examples
    --------
    >>> round(float(atkinson([0.0, 1.0])), 6), float(atkinson([0.5, 0.5]))
    (0.5, 0.0)
    """
    check_float("aversion", aversion, INSIDE_0_1)
    s = np.asarray(satisfaction, float)
    mean = _mean(s, population)
    equivalent = _mean(s ** (1 - aversion), population) ** (1 / (1 - aversion))
    return np.where(mean > 0, np.maximum(0.0, 1 - equivalent / np.where(mean > 0, mean, 1.0)), 0.0)


def share_above(delivery: Any, needs: Any, population: Any = None, threshold: float = 0.95) -> np.ndarray:
    """Return the share of people in communities whose every need is met to at least `threshold`, of those who need.

    Examples
    --------
    >>> float(share_above([[2.0, 1.0]], [[2.0, 2.0]], population=[3.0, 1.0]))
    0.75
    """
    ratios = need_ratios(delivery, needs)
    every = np.where(np.isnan(ratios), 1.0, ratios).min(axis=-2) >= threshold
    return _mean(every.astype(float), population_in_need(needs, population=population))
