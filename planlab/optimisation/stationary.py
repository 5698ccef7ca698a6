"""The best plan that can go on for ever: what capacity it takes is what an economy should be left with."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from planlab.economy.economy import Economy
from planlab.economy.tiers import WHOLE, Tiers
from planlab.optimisation import highs
from planlab.optimisation.linear_problem import LinearProblem
from planlab.optimisation.units import Units, flow_units
from planlab.planning.plan import Certificate, Status

__all__ = ["PLAIN", "Stationary", "best_stationary"]

PLAIN = WHOLE
"""Of a need every part counts alike."""

DEAR = 1e3
"""What a product that cannot be made is worth, in what drawing all factors as far as all needs take is worth."""


class Stationary(NamedTuple):
    r"""The best stationary plan.

    Parameters
    ----------
    capacity
        What it needs of each process's capacity, :math:`k^*` ``(processes,)``; 0 where capacity is unlimited.
    activity
        :math:`x^*`, ``(processes,)``.
    shares
        Of each need that is met, :math:`s^*` ``(products, communities)``; 0 where nothing is needed.
    prices, rents
        Of products ``(products,)`` and factors ``(factors,)``, in units of the objective.
    embodied
        The factors embodied in a unit of each product, ``(products,)``: each factor as a part of what meeting all needs
        would roughly draw on it, added up, of the techniques that take least.
    cost
        The same of a unit of each process's capacity, ``(processes,)``.
    value
        The objective, :math:`\sum_{ih} w_{ih} v(s^*_{ih})`.
    status, certificate
        Whether it is optimal, and how far from it at most.
    """

    capacity: np.ndarray
    activity: np.ndarray
    shares: np.ndarray
    prices: np.ndarray
    rents: np.ndarray
    embodied: np.ndarray
    cost: np.ndarray
    value: float
    status: Status
    certificate: Certificate


def best_stationary(
    economy: Economy,
    needs: np.ndarray,
    limits: np.ndarray,
    capacity: np.ndarray,
    worth: np.ndarray,
    tiers: Tiers = PLAIN,
    factor_cost: float = 1e-6,
) -> Stationary:
    r"""Return the best plan that repeats itself for ever, with all the capacity it takes and its replacement.

    .. math:: \max \sum_{ih} w_{ih} v(s_{ih}) - \varepsilon \sum_k (F x)_k / (F X)_k \quad\text{s.t.}\quad
              (M - A - K \hat\delta) x \ge \sum_h D_h s_h,\ F x \le r,\ 0 \le s \le 1,

    the golden rule of the dynamic Leontief model without growth :cite:`dorfman:58`: capacity is not given but chosen,
    :math:`k^* = x^*`. Only what cannot be built is not: it stays what it is where nothing of it wears out, and is gone
    where it does.

    Parameters
    ----------
    economy
        Its technology.
    needs
        :math:`D`, ``(products, communities)``.
    limits
        :math:`r`, ``(factors,)``; infinity where unlimited.
    capacity
        ``(processes,)``: where it is infinite no capacity is needed and none wears out.
    worth
        :math:`w`, what meeting each need in full adds to the objective, ``(products, communities)``.
    tiers
        :math:`v`; by default :math:`v(s) = s`.
    factor_cost
        :math:`\varepsilon`: of stationary plans equally good the one that draws less on the factors.
    """
    A, M, K = economy.inputs.to_scipy(), economy.outputs.to_scipy(), economy.capital.to_scipy()
    F, D, delta = np.asarray(economy.factors), np.asarray(needs), np.asarray(economy.depreciation)
    limited, buildable = np.isfinite(capacity), np.diff(K.indptr) > 0
    worn = sp.csc_array(K @ sp.diags_array(np.where(limited, delta, 0.0)))
    units = flow_units(sp.csc_array(A + worn), M, F, D)
    net = sp.diags_array(1 / units.product) @ (M - A - worn) @ sp.diags_array(units.process)
    most = np.where(~limited | buildable, np.inf, np.where(delta > 0, 0.0, capacity))
    draw = _draw(F, units)

    (rows, cols), widths, weights = np.nonzero(D * worth), np.asarray(tiers.widths), np.asarray(tiers.weights)
    n, m, cells, w = *units.product.shape, *units.process.shape, rows.size, worth[rows, cols]
    met = sp.csc_array((D[rows, cols] / units.product[rows], (rows, np.arange(cells))), (n, cells))
    scarce = np.flatnonzero(np.isfinite(limits))
    use = sp.csc_array(F[scarce] * units.process / units.factor[scarce, None])
    parts = [[net, *(-width * met for width in widths)], [-use, *(None for _ in widths)]]
    scale = max(cells, 1)
    problem = LinearProblem(
        cost=scale * np.concatenate([factor_cost * draw, -np.outer(weights, w).ravel()]),
        matrix=sp.csr_array(sp.block_array(parts[: 1 + (scarce.size > 0)], format="csr")),
        rows=np.concatenate([np.zeros(n), -np.asarray(limits)[scarce] / units.factor[scarce]]),
        lower=np.zeros(m + cells * widths.size),
        upper=np.concatenate([most / units.process, np.ones(cells * widths.size)]),
        worth=-1.0 / scale,
    )
    found = highs.solve(problem)
    x, levels = found.z[:m] * units.process, found.z[m:].reshape(widths.size, cells)
    shares, rents = np.zeros(D.shape), np.zeros(F.shape[0])
    shares[rows, cols] = widths @ levels
    prices, of_limits = np.split(found.y / scale, [n])
    rents[scarce] = of_limits / units.factor[scarce]
    value = float(weights @ levels @ w)
    embodied, prices = _values(net, draw) / units.product, prices / units.product
    cost, kept = K.T @ embodied, np.where(limited, x, 0.0)
    return Stationary(kept, x, shares, prices, rents, embodied, cost, value, found.status, found.certificate)


def _draw(F: np.ndarray, units: Units) -> np.ndarray:
    """Return what each process's unit draws, every factor as a part of its full use; its activity without any."""
    return (F * units.process / units.full_use[:, None]).sum(axis=0) if F.shape[0] else np.ones(units.process.size)


def _values(net: sp.csc_array, draw: np.ndarray) -> np.ndarray:
    """Return what a unit of each product embodies of what is drawn, with the techniques that take least."""
    n = net.shape[0]
    problem = LinearProblem(
        cost=np.concatenate([draw, np.full(n, DEAR * draw.sum())]),
        matrix=sp.csr_array(sp.hstack([net, sp.eye_array(n)], format="csr")),
        rows=np.ones(n),
        lower=np.zeros(draw.size + n),
        upper=np.full(draw.size + n, np.inf),
        worth=1.0,
    )
    return highs.solve(problem).y
