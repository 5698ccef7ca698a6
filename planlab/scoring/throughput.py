"""What it draws on nature and people: throughput by kind of factor, its growth, overshoot."""

from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from planlab.economy.economy import FACTOR_KINDS

__all__ = [
    "FEWEST_FITTED",
    "HEADLINE",
    "UNSETTLED",
    "Trend",
    "output_index",
    "overshoot",
    "throughput_index",
    "throughput_per_need",
    "trend",
    "volatility",
]

HEADLINE = ("material", "energy", "emissions", "land", "labour", "other")
"""The kind that stands for throughput is the first of these that an economy has."""

UNSETTLED = 2
"""Periods at the start of a run in which a mechanism finds its level."""

COLLAPSE = 0.5
"""Output under this part of the opening's is a collapse."""

FEWEST_FITTED = 3
"""Points that a trend with an interval takes."""


def throughput_index(factor_use: Any, opening_use: Any, kinds: tuple[str, ...]) -> dict[str, np.ndarray]:
    r"""Return use of each kind of factor, the opening being 1: :math:`\frac{1}{|K|}\sum_{k \in K} (Fx_t)_k / (Fx_0)_k`.

    Parameters
    ----------
    factor_use
        ``(periods, factors)``.
    opening_use
        Of the period before the first, ``(factors,)``; factors it did not use are left out.
    kinds
        One per factor.

    Returns
    -------
    dict
        Kind to ``(periods,)``; a mean of ratios, since factors of one kind may have different units.

    Examples
    --------
    >>> throughput_index([[2.0, 3.0]], [1.0, 3.0], ("energy", "energy"))["energy"].tolist()
    [1.5]
    """
    use, start, named = np.asarray(factor_use, float), np.asarray(opening_use, float), np.array(kinds, dtype=object)
    index = {}
    for kind in FACTOR_KINDS:
        chosen = (named == kind) & (start > 0)
        if chosen.any():
            index[kind] = (use[:, chosen] / start[chosen]).mean(axis=1)
    return index


class Trend(NamedTuple):
    """Growth per period, in logarithms, and half the width of its 95 % interval."""

    rate: float
    margin: float


def trend(index: Any, from_opening: bool = True) -> Trend:
    r"""Return the growth rate that fits throughput best, once the start is over.

    .. math:: \ln \theta_t = a + g t + u_t \quad (t = 3, \dots, T), \qquad
              g \pm t_{.975,\,n-2} \sqrt{\frac{\sum_t \hat u_t^2}{(n - 2) \sum_t (t - \bar t)^2}},

    by least squares over the periods after the second, in which a mechanism that opens at another level has found its
    own; a run of fewer than five periods has too few of these, and is fitted from the opening on, which is 1. So a
    change of level that happens once is no growth, and no single year decides. The interval takes deviations
    :math:`u` to be independent.

    Parameters
    ----------
    index
        Throughput by period, the opening being 1, ``(periods,)``.
    from_opening
        Whether the opening counts in short runs; of what has none they are fitted from the first period on.

    Returns
    -------
    Trend
        Minus infinity for a run that ends without throughput. The margin is NaN where two points alone are fitted.

    Examples
    --------
    >>> round(trend([0.5, 0.6, 0.9, 0.9, 0.9, 0.9]).rate, 9)
    0.0
    >>> round(float(np.expm1(trend(1.02 ** np.arange(1.0, 11.0)).rate)), 6)
    0.02
    """
    theta = np.asarray(index, float)
    if not theta[-1] > 0:
        return Trend(-np.inf if theta[-1] == 0 else np.nan, np.nan)
    t = np.arange(1.0, theta.size + 1.0)
    fitted = t > UNSETTLED
    if fitted.sum() < FEWEST_FITTED:
        start = [0.0] if from_opening else []
        t, theta = np.append(start, t), np.append(np.exp(start), theta)
        fitted = np.full(t.size, True)
    fitted &= theta > 0
    t, y = t[fitted], np.log(theta[fitted])
    if t.size < 2:
        return Trend(np.nan, np.nan)
    away = t - t.mean()
    rate = away @ y / (away @ away)
    left = y - y.mean() - rate * away
    free = t.size - 2
    error = np.sqrt(left @ left / free / (away @ away)) if free else np.nan
    return Trend(float(rate), float(error * stats.t.ppf(0.975, free)) if free else np.nan)


def volatility(index: Any) -> float:
    r"""Return the standard deviation of :math:`\Delta \ln \theta_t` over the periods that `trend` fits.

    NaN of fewer than two changes, and where throughput comes to nothing on the way.

    Examples
    --------
    >>> round(volatility([1.0, 1.0, 1.0, 1.1, 1.0, 1.1, 1.0]), 4)
    0.1101
    """
    theta = np.asarray(index, float)
    theta = theta[UNSETTLED:] if theta.size - UNSETTLED >= FEWEST_FITTED else np.append(1.0, theta)
    if theta.size < 3 or not (theta > 0).all():
        return float("nan")
    return float(np.diff(np.log(theta)).std(ddof=1))


def output_index(activity: Any, opening: Any, factors: Any) -> np.ndarray:
    r"""Return output by period, the opening being 1, each process weighed by the factors that it took then.

    .. math:: \frac{1}{|K|} \sum_k \frac{\sum_j F_{kj} x_{jt}}{\sum_j F_{kj} x_{j0}}

    over the factors that the opening used; without any, processes that ran count alike. A quantity index with the
    weights of its base (Laspeyres), whatever factors are saved later.

    Parameters
    ----------
    activity, opening
        ``(periods, processes)`` and ``(processes,)``.
    factors
        As at the opening, ``(factors, processes)``.

    Examples
    --------
    >>> output_index([[1.0, 1.0], [2.0, 0.0]], [1.0, 1.0], [[3.0, 1.0]]).tolist()
    [1.0, 1.5]
    """
    x, x0, F = np.asarray(activity, float), np.asarray(opening, float), np.asarray(factors, float)
    F = F[F @ x0 > 0]
    weights = F * x0 if len(F) else (x0 > 0).astype(float)[None, :]
    shares = (weights / weights.sum(axis=1, keepdims=True)).mean(axis=0)
    return np.divide(x, x0, out=np.zeros_like(x), where=x0 > 0) @ shares


def overshoot(factor_use: Any, limits: Any) -> np.ndarray:
    r"""Return :math:`\max_k [ (Fx)_k / r_k - 1 ]_+` per period; unlimited factors cannot be overshot.

    Examples
    --------
    >>> overshoot([[12.0, 5.0]], [10.0, float("inf")]).round(6).tolist()
    [0.2]
    """
    use, r = np.asarray(factor_use, float), np.asarray(limits, float)
    over = np.where(np.isfinite(r) & (r > 0), use / np.where(r > 0, r, 1.0) - 1.0, 0.0)
    return np.maximum(over, 0.0).max(axis=-1, initial=0.0)


def throughput_per_need(index: Any, satisfaction: Any) -> np.ndarray:
    """Return throughput (opening period 1) per unit of need satisfaction, per period.

    Examples
    --------
    >>> throughput_per_need([0.9], [0.75]).round(6).tolist()
    [1.2]
    """
    s = np.asarray(satisfaction, float)
    return np.where(s > 0, np.asarray(index, float) / np.where(s > 0, s, 1.0), np.nan)
