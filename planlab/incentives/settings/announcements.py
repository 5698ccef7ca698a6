"""The New Soviet Incentive Model: a firm announces its own plan and is paid by plan and result."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["NewSovietBonus", "best_announcement", "expected_bonus", "plan_quantile"]


@dataclass(frozen=True)
class NewSovietBonus:
    r"""Bonus on announced and realised output of the New Soviet Incentive Model (Weitzman 1976 :cite:`weitzman:76`).

    .. math::

        B(\hat y, y) = \beta \hat y + \alpha (y - \hat y)_+ - \gamma (\hat y - y)_+, \qquad
        0 < \alpha < \beta < \gamma,

    up to a constant: raising the announcement by one gains :math:`\beta - \alpha` as long as it is kept and loses
    :math:`\gamma - \beta` once it is not. :math:`\alpha > 0` makes it pay to produce more than announced.

    Names: New Soviet Incentive Model (Weitzman), counter-planning bonus.

    Parameters
    ----------
    over
        :math:`\alpha`, per unit produced beyond the announcement.
    announced
        :math:`\beta`, per unit announced.
    under
        :math:`\gamma`, lost per unit announced and not produced.

    Examples
    --------
    >>> bonus = NewSovietBonus(over=0.5, announced=1.0, under=2.0)
    >>> bonus([9.0, 10.0, 11.0], 10.0).tolist()
    [9.5, 10.0, 9.0]
    """

    over: float = 0.5
    announced: float = 1.0
    under: float = 2.0

    def __call__(self, announced: Any, realised: Any) -> np.ndarray:
        """Return the bonus of each firm; shapes broadcast."""
        yhat, y = np.asarray(announced, float), np.asarray(realised, float)
        return self.announced * yhat + np.where(y >= yhat, self.over, self.under) * (y - yhat)

    @property
    def is_ordered(self) -> bool:
        r"""Whether :math:`0 < \alpha < \beta < \gamma`."""
        return 0 < self.over < self.announced < self.under


def plan_quantile(bonus: NewSovietBonus) -> float:
    r"""Return the level of the quantile that a firm unsure of its output announces.

    The expected bonus has slope :math:`(\beta - \alpha)(1 - F(\hat y)) - (\gamma - \beta) F(\hat y)`, hence

    .. math:: F(\hat y) = \frac{\beta - \alpha}{\gamma - \alpha}:

    the bonus is a pinball score and elicits a quantile. It suffices that :math:`\alpha < \beta < \gamma`.

    Raises
    ------
    ValueError
        If :math:`\alpha < \beta < \gamma` does not hold: the firm then announces the least or the most it may.

    Examples
    --------
    >>> round(plan_quantile(NewSovietBonus(0.2, 1.0, 1.2)), 6)
    0.8
    """
    a, b, g = bonus.over, bonus.announced, bonus.under
    if not a < b < g:
        raise ValueError(f"over, announced and under are {a}, {b} and {g}; a quantile needs over < announced < under.")
    return (b - a) / (g - a)


def expected_bonus(bonus: NewSovietBonus, quantile: Callable[[np.ndarray], Any], draws: int = 20_000) -> Callable:
    """Return the expected bonus as a function of one announcement, output having this quantile function.

    The expectation is the midpoint rule over `draws` equally likely quantiles.
    """
    y = np.asarray(quantile((np.arange(draws) + 0.5) / draws), float)
    return lambda announced: float(bonus(announced, y).mean())


def best_announcement(bonus: NewSovietBonus, output: float, lowest: float, highest: float) -> float:
    r"""Return what a firm certain of its output :math:`y` announces on an interval that contains it.

    In :math:`\hat y` the bonus has slope :math:`\beta - \alpha` below :math:`y` and :math:`\beta - \gamma` above:

    ========================  ==========================  =============================================
    rates                     :math:`\beta < \gamma`      :math:`\beta > \gamma`
    ========================  ==========================  =============================================
    :math:`\alpha < \beta`    the truth :math:`y`         the maximum
    :math:`\alpha > \beta`    the minimum                 whichever end pays more, never the inside
    ========================  ==========================  =============================================

    Where a slope is zero the firm is indifferent and the truth is returned if it is among the best.

    Raises
    ------
    ValueError
        If `output` lies outside the interval.

    Examples
    --------
    >>> bonuses = NewSovietBonus(0.5, 1, 2), NewSovietBonus(1.5, 1, 2), NewSovietBonus(0.5, 1, 0.8)
    >>> [best_announcement(bonus, 10.0, lowest=5.0, highest=20.0) for bonus in bonuses]
    [10.0, 5.0, 20.0]
    """
    if not lowest <= output <= highest:
        raise ValueError(f"output is {output}, outside [{lowest}, {highest}]; widen the interval of announcements.")
    candidates = np.array([output, lowest, highest], float)
    return float(candidates[np.argmax(bonus(candidates, output))])
