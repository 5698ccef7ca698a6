"""Divisions that report productivity to a centre which shares out one scarce input among them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from planlab.incentives.settings.announcements import NewSovietBonus

__all__ = ["Divisions", "GrovesBonus", "Reply", "best_report", "searched_threshold"]

Bonus = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Divisions:
    r"""Firms that report how productive they are and are given input by it (Loeb & Magat 1978 :cite:`loeb:78`).

    Firm :math:`i` makes :math:`\theta_i x_i^a` of one good. The centre believes the reports :math:`\hat\theta` and
    shares out one unit of the input so that reported output :math:`\sum_i \hat\theta_i x_i^a` is greatest. With
    :math:`s = 1/(1-a)`,

    .. math:: x_i = \hat\theta_i^s \Big/ \sum_j \hat\theta_j^s, \qquad
              \hat y_i = \hat\theta_i x_i^a, \qquad y_i = \theta_i x_i^a.

    Parameters
    ----------
    productivity
        True :math:`\theta_i > 0`, one per firm; at least two firms.
    exponent
        :math:`a`, above 0 and below 1.

    Raises
    ------
    ValueError
        If there are fewer than two firms, a productivity is not positive, or the exponent is not within (0, 1).

    Examples
    --------
    >>> pair = Divisions((1.0, 2.0), exponent=0.5)
    >>> pair.shares([1.0, 2.0]).tolist()
    [0.2, 0.8]
    """

    productivity: tuple[float, ...]
    exponent: float = 0.5

    def __post_init__(self) -> None:
        if len(self.productivity) < 2 or min(self.productivity) <= 0:
            raise ValueError(f"productivity is {self.productivity}; give two or more numbers above 0.")
        if not 0 < self.exponent < 1:
            raise ValueError(f"exponent is {self.exponent}; returns diminish only between 0 and 1.")

    def shares(self, reports: Any) -> Float[np.ndarray, "... firms"]:
        """Return how much of the input each firm is given, for reports of shape ``(..., firms)``."""
        power = np.log(np.asarray(reports, float)) / (1 - self.exponent)
        x = np.exp(power - power.max(axis=-1, keepdims=True))
        return x / x.sum(axis=-1, keepdims=True)

    def bonuses(self, bonus: Bonus, reports: Any) -> Float[np.ndarray, "... firms"]:
        """Return what `bonus` pays each firm, from announced and realised output, for the reports."""
        made = self.shares(reports) ** self.exponent
        return bonus(np.asarray(reports, float) * made, np.asarray(self.productivity) * made)

    def threshold(self, firm: int, reports: Any = None) -> float:
        r"""Return the ratio :math:`\gamma/\beta` below which the New Soviet Incentive Model makes a firm over-report.

        Reporting :math:`t \ge \theta` earns :math:`x^a (\gamma \theta - (\gamma - \beta) t)`. As
        :math:`\mathrm{d} \ln x / \mathrm{d} \ln t = s (1 - x)`,

        .. math:: \frac{\mathrm{d} \ln B}{\mathrm{d} t} =
                  \frac{a s (1 - x)}{t} - \frac{\gamma - \beta}{\gamma \theta - (\gamma - \beta) t},

        which falls in :math:`t`: the logarithm of the bonus is concave there, and the local condition at
        :math:`t = \theta` is global. Reporting :math:`t \le \theta` earns
        :math:`x^a ((\beta - \alpha) t + \alpha \theta)`, which rises in :math:`t` and :math:`x`: nobody under-reports.
        Truth is a best reply if and only if

        .. math:: \frac{\gamma}{\beta} \ge 1 + \frac{a (1 - x_i)}{1 - a}, \qquad x_i = x_i(\theta_i, \hat\theta_{-i}),

        whatever :math:`\alpha`. Without allocation the condition would be :math:`\gamma > \beta`.

        Parameters
        ----------
        firm
            Whose report is in question.
        reports
            What the others say; the truth if not given. The firm's own entry is not used.
        """
        theta = np.array(self.productivity if reports is None else reports, float)
        theta[firm] = self.productivity[firm]
        return float(1 + self.exponent * (1 - self.shares(theta)[firm]) / (1 - self.exponent))

    @property
    def dominant_threshold(self) -> float:
        r"""The ratio :math:`\gamma/\beta = 1/(1-a)` from which truth is dominant, whatever the others report."""
        return 1 / (1 - self.exponent)


@dataclass(frozen=True)
class GrovesBonus:
    r"""Own result plus what the others announced (Groves 1973 :cite:`groves:73`; Loeb & Magat 1978 :cite:`loeb:78`).

    .. math:: B_i = y_i + \sum_{j \ne i} \hat y_j.

    The centre maximises :math:`\sum_j \hat\theta_j x_j^a`; with :math:`\hat\theta_i = \theta_i` that is
    :math:`B_i`. Truth is dominant in every economy, and remains so if what the others could have produced without
    :math:`i`, or anything else that its report does not touch, is taken off (Clarke 1971 :cite:`clarke:71`).

    Parameters
    ----------
    weight
        How much of the others' announcements counts; 1 makes truth dominant.
    """

    weight: float = 1.0

    def __call__(self, announced: Any, realised: Any) -> np.ndarray:
        """Return the bonus of each firm, along the last axis."""
        yhat, y = np.asarray(announced, float), np.asarray(realised, float)
        return y + self.weight * (yhat.sum(axis=-1, keepdims=True) - yhat)


@dataclass(frozen=True)
class Reply:
    """What a firm does best to report.

    Parameters
    ----------
    report
        The best report found; the truth if nothing found pays more.
    gain
        What it earns above the truth, relative to what the truth earns; in absolute terms if the truth earns nothing.
    """

    report: float
    gain: float


def best_report(
    divisions: Divisions, bonus: Bonus, firm: int, reports: Any = None, reach: float = 30.0, points: int = 65
) -> Reply:
    r"""Search for the report that pays a firm most, the others' reports being given.

    Reports within a factor `reach` of the truth are tried on a logarithmic grid that contains the truth; the cells
    beside the best are divided again until they are :math:`10^{-9}` wide. Only peaks narrower than a cell can be
    missed: the gain found is a lower bound.

    Parameters
    ----------
    reports
        What the others say; the truth if not given. The firm's own entry is not used.

    Examples
    --------
    >>> pair = Divisions((1.0, 2.0), exponent=0.5)
    >>> best_report(pair, GrovesBonus(), 0)
    Reply(report=1.0, gain=0.0)
    >>> bonus = NewSovietBonus(over=0.5, announced=1.0, under=1.5)
    >>> round(best_report(pair, bonus, 0).gain, 3)
    0.037
    """
    truth = divisions.productivity[firm]
    said = np.array(divisions.productivity if reports is None else reports, float)

    def earned(log: np.ndarray) -> np.ndarray:
        theta = np.tile(said, (len(log), 1))
        theta[:, firm] = truth * np.exp(log)
        return divisions.bonuses(bonus, theta)[:, firm]

    honest = float(earned(np.zeros(1))[0])
    centre, width = 0.0, float(np.log(reach))
    while width > 1e-9:
        log = centre + width * np.linspace(-1, 1, points)
        centre, width = float(log[np.argmax(earned(log))]), 2 * width / (points - 1)
    gain = float(earned(np.array([centre]))[0] - honest)
    if gain <= 0:
        return Reply(truth, 0.0)
    return Reply(truth * float(np.exp(centre)), gain / (abs(honest) or 1.0))


def searched_threshold(
    divisions: Divisions, firm: int, over: float = 0.5, announced: float = 1.0, accuracy: float = 1e-3
) -> float:
    r"""Return the ratio :math:`\gamma/\beta` at which searched gains vanish, by bisection and without the theorem.

    A gain counts above :math:`10^{-10}`: near the threshold gains are of second order in the distance to it.

    Examples
    --------
    >>> pair = Divisions((1.0, 2.0), exponent=0.5)
    >>> round(searched_threshold(pair, 0), 2), round(pair.threshold(0), 2)
    (1.8, 1.8)
    """

    def pays(ratio: float) -> bool:
        return best_report(divisions, NewSovietBonus(over, announced, announced * ratio), firm).gain > 1e-10

    low, high = 1.0, 2.0
    while pays(high):
        low, high = high, 2 * high
    while high - low > accuracy * low:
        middle = (low + high) / 2
        low, high = (middle, high) if pays(middle) else (low, middle)
    return (low + high) / 2
