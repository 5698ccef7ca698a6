"""From where on a market grows: thresholds of its drivers in closed form."""

import math

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla
from scipy.optimize import brentq

from planlab.economy.technology import market_shares
from planlab.markets.model import MarketModel

__all__ = ["accumulation_threshold", "growth_ceiling", "positional_threshold"]

GRID = 400
"""At how many degrees of utilisation a change of sign is looked for."""


def positional_threshold(model: MarketModel) -> float:
    r"""Return :math:`\pi^* = (1 - \alpha_1) - \alpha_2 m / (p D)`, beyond which wants that follow consumption grow."""
    return float(model.stationary().books.autonomous[0])


def accumulation_threshold(model: MarketModel) -> float:
    r"""Return :math:`\gamma_0^*`, beyond which firms that want to grow whatever they sell make the economy grow.

    Below it they only use their capacity less, :math:`u = u_n (1 - \gamma_0 / \gamma)`; households own what that takes,
    and at the first root of

    .. math:: (1 - \alpha_1)\, p D = \alpha_2\, m(u), \qquad
              m(u) = p K X_u / u + \sigma p M X_u + \text{cover}\; p A X_u

    they spend all that they earn without any autonomous demand.

    Raises
    ------
    ValueError
        Where there is no root: then no accumulation makes it grow.
    """
    rules, e = model.rules, model.economy
    p, D = np.asarray(model.stationary().books.prices), np.asarray(model.basket).sum(axis=1)
    A, K, M = (part.to_scipy() for part in (e.inputs, e.capital, e.outputs))
    G, delta = market_shares(e.outputs, model.shares).to_scipy(), sp.diags_array(np.asarray(e.depreciation))

    def saved(u: float) -> float:
        x = G @ spla.spsolve(sp.csc_array(sp.eye_array(D.size) - (A + K @ delta / u) @ G), D)
        m = p @ (K @ x) / u + p @ (np.asarray(rules.stocks(e)) * (M @ x)) + float(model.cover) * (p @ (A @ x))
        return float((1 - rules.out_of_income) * (p @ D) - rules.out_of_wealth * m)

    normal = float(rules.utilisation)
    high = normal
    for u in np.linspace(normal, 0.0, GRID, endpoint=False)[1:]:
        if saved(float(u)) <= 0:
            return float(rules.accelerator) * (1 - float(brentq(saved, u, high, xtol=1e-13)) / normal)
        high = float(u)
    raise ValueError("At no utilisation do households spend all they earn: no accumulation makes this market grow.")


def growth_ceiling(model: MarketModel) -> float:
    r"""Return the fastest growth that capacity can follow, :math:`\ln(1 + \gamma (1 / u_n - 1))`."""
    rules = model.rules
    return math.log1p(float(rules.accelerator) * (1 / float(rules.utilisation) - 1))
