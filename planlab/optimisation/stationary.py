"""The best plan that can go on for ever: what capacity it takes is what an economy should be left with."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from planlab.economy.economy import Economy
from planlab.economy.kernels import Rows
from planlab.economy.tiers import WHOLE, Tiers
from planlab.optimisation import highs
from planlab.optimisation.linear_problem import LinearProblem
from planlab.optimisation.matrices import Matrices
from planlab.optimisation.need_levels import levels_of
from planlab.optimisation.planning_matrix import PlanningMatrix, rescale
from planlab.optimisation.planning_problem import PlanningProblem
from planlab.optimisation.solvers import solve
from planlab.optimisation.units import Units, flow_units
from planlab.planning.plan import Certificate, Status

__all__ = ["PLAIN", "Stationary", "best_stationary"]

PLAIN = WHOLE
"""Of a need every part counts alike."""

DEAR = 1e3
"""What a product that cannot be made is worth, in what drawing all factors as far as all needs take is worth."""

BUDGET = 300.0
"""Seconds that the plan may take; then it is the best point found, with a status that says so."""

SETTLED, PASSES = 1e-13, 10_000
"""Relative change of every embodied value at which passes end, and the most there are."""


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
    parts = economy.inputs, economy.outputs, economy.capital
    A, M, K = (part.to_scipy().astype(float, copy=False) for part in parts)
    F, delta = (np.asarray(part, float) for part in (economy.factors, economy.depreciation))
    D = np.where(worth > 0, np.asarray(needs, float), 0.0)
    limited, buildable = np.isfinite(capacity), np.diff(K.indptr) > 0
    worn = sp.csc_array(K @ sp.diags_array(np.where(limited, delta, 0.0)))
    units, net = flow_units(sp.csc_array(A + worn), M, F, D), sp.csc_array(M - A - worn)
    most = np.where(~limited | buildable, np.inf, np.where(delta > 0, 0.0, capacity))
    draw, scarce = _draw(F, units, economy.primary), np.flatnonzero(np.isfinite(limits))
    technology = Matrices(net, M, sp.csc_array(K.shape), F, reported=())
    levels = levels_of(D, worth, tiers, D, np.zeros(K.shape[1]), np.zeros(K.shape[0]))
    stated = LinearProblem(
        cost=np.concatenate([factor_cost * draw, -levels.value]),
        matrix=PlanningMatrix(net, levels.takes, F[scarce], M),
        rows=np.concatenate([np.zeros(K.shape[0]), -np.asarray(limits)[scarce]]),
        lower=np.zeros(most.size + levels.value.size),
        upper=np.concatenate([most, levels.most]),
        worth=-1.0,
    )
    problem = PlanningProblem(stated, levels, scarce, F.shape[0], units, technology)
    (found, how), _ = solve(problem, seconds=BUDGET)
    plan = problem.to_plan(found.z, found.y, found.status, how)
    assert plan.certificate is not None
    x, shares = np.asarray(plan.activity), np.asarray(plan.delivery) / np.where(D > 0, D, 1.0)
    embodied = _embodied(net, units, draw)
    return Stationary(
        capacity=np.where(limited, x, 0.0),
        activity=x,
        shares=shares,
        prices=np.asarray(plan.prices),
        rents=np.asarray(plan.rents),
        embodied=embodied,
        cost=K.T @ embodied,
        value=float((worth * tiers.value(shares))[D > 0].sum()),
        status=found.status,
        certificate=plan.certificate,
    )


def _draw(F: np.ndarray, units: Units, primary: np.ndarray) -> np.ndarray:
    """Return what a unit of activity draws, every primary factor as a part of its full use; without any, its flow."""
    return (F / units.full_use[:, None])[primary].sum(axis=0) if primary.any() else 1 / units.process


def _embodied(net: sp.csc_array, units: Units, draw: np.ndarray) -> np.ndarray:
    """Return what a unit of each product embodies of what is drawn, with the techniques that take least."""
    measured, drawn = net.copy(), draw * units.process
    rescale(measured, 1 / units.product, units.process)
    most = DEAR * drawn.sum()
    alone = np.bincount(_columns(measured)[measured.data > 0], minlength=drawn.size)
    return (_by_passes if (alone == 1).all() else _by_programme)(measured, drawn, most) / units.product


def _by_passes(net: sp.csc_array, draw: np.ndarray, most: float) -> np.ndarray:
    r"""Return embodied values where every process makes one product: costs passed down the chain until they settle.

    .. math:: p_i \leftarrow \min\Bigl(p_{\max},\ \min_{j \to i} \frac{d_j + \sum_l A_{lj} p_l}{m_j}\Bigr),

    which falls to the largest values that no technique undercuts, as in `_by_programme`.
    """
    makes = net.data > 0
    maker, own = net.indices[makes], net.data[makes]
    used = sp.csr_array(
        (np.where(makes, 0.0, -net.data) / own[_columns(net)], net.indices, net.indptr), net.shape[::-1]
    )
    inputs, draw, p = Rows(used), draw / own, np.full(net.shape[0], most)
    for _ in range(PASSES):
        then = np.full(p.size, most)
        np.minimum.at(then, maker, draw + inputs @ p)
        settled = (np.abs(then - p) <= SETTLED * then).all()
        p = then
        if settled:
            break
    return p


def _by_programme(net: sp.csc_array, draw: np.ndarray, most: float) -> np.ndarray:
    """Return embodied values where processes have several products: the prices at which making one of each is dear."""
    n = net.shape[0]
    problem = LinearProblem(
        cost=np.concatenate([draw, np.full(n, most)]),
        matrix=sp.csr_array(sp.hstack([net, sp.eye_array(n)], format="csr")),
        rows=np.ones(n),
        lower=np.zeros(draw.size + n),
        upper=np.full(draw.size + n, np.inf),
        worth=1.0,
    )
    return highs.solve(problem).y


def _columns(matrix: sp.csc_array) -> np.ndarray:
    """Return the column of each entry."""
    return np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
