r"""Plans with nothing to choose but one level: two Leontief solves, and the first limit that is reached.

Where every product has one process, an equal assortment :math:`z` of all needs takes the activity
:math:`x = B^{-1} b + z B^{-1} C`; the largest :math:`z` is the least of the ratios of what each limit leaves to what
the assortment takes of it, and the rent of that limit alone is positive. Least throughput has nothing to choose at all:
:math:`x = B^{-1} b` or no plan, with prices :math:`B^\top p = c_x`.
"""

import numpy as np

from planlab.economy.krylov import bicgstab
from planlab.optimisation.highs import Solution
from planlab.optimisation.kkt import PROOF, farkas_margin, kkt
from planlab.optimisation.planning_matrix import PlanningMatrix
from planlab.optimisation.planning_problem import PlanningProblem
from planlab.optimisation.polish import polished
from planlab.planning.plan import Status

__all__ = ["applies", "solve"]

TIGHT = 1e-12
"""Relative residual of the Leontief solves."""


def applies(problem: PlanningProblem) -> bool:
    """Return whether every product has one process of its own and there is at most one level, unbounded, to choose."""
    linear, n = problem.linear, problem.processes
    free, one_each = linear.upper[n:], isinstance(linear.matrix, PlanningMatrix) and linear.matrix.one_process_each
    return one_each and free.size <= 1 and bool(np.isinf(free).all() and (linear.cost[:n] >= 0).all())


def solve(problem: PlanningProblem, tolerance: float = 1e-8) -> Solution | None:
    """Return the plan of greatest level, or proof that there is none; its iterations are matrix products.

    ``None`` where balances cannot hold with equality, as with more stock than is needed, or nothing limits the level:
    then take the general method.
    """
    linear, matrix, n = problem.linear, problem.linear.matrix, problem.processes
    assert isinstance(matrix, PlanningMatrix)
    b, r, most, F = linear.rows[:n], -linear.rows[n:], linear.upper[:n], matrix.factors
    per_level = matrix.consumption.toarray()
    forward = bicgstab(matrix.by_product, np.column_stack([b, per_level]), tolerance=TIGHT)
    x_0, x_1 = forward.x[:, 0], forward.x[:, 1:].sum(axis=1)
    left = np.concatenate([r - F @ x_0, most - x_0])
    taken = np.concatenate([F @ x_1, x_1])
    size = np.abs(np.concatenate([r, np.where(np.isfinite(most), most, 0.0)]))
    if (short := left / (1 + size)).min() < -1e-9:
        return _impossible(problem, int(short.argmin()), forward.products)
    z, first = np.zeros(0), None
    if x_1.any():
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(taken > 0, np.maximum(left, 0.0) / taken, np.inf)
        first = int(reach.argmin())
        z = reach[[first]]
        if np.isinf(z[0]):
            return None
    rent = linear.cost[:n][:, None]
    if first is not None:
        rent = np.column_stack([rent, _row(problem, first)])
    back = bicgstab(matrix.by_process, rent, tolerance=TIGHT)
    p, lam = back.x[:, 0], np.zeros(r.size)
    if first is not None:
        e = back.x[:, 1]
        rise = -float(linear.cost[n:] @ np.ones(1) + (per_level.T @ p)[0]) / float((per_level.T @ e)[0])
        p = p + rise * e
        if first < r.size:
            lam[first] = rise
    x = x_0 + x_1 * z.sum()
    if x.min() < -1e-9:
        return None
    answer = np.concatenate([np.clip(x, 0.0, most), z]), np.concatenate([np.maximum(p, 0.0), lam])
    z, y, certificate = polished(linear, *answer, tolerance)
    status = Status.OPTIMAL if certificate.error <= tolerance else Status.FAILED
    return Solution(z, y, status, certificate, None, forward.products + back.products)


def _row(problem: PlanningProblem, limit: int) -> np.ndarray:
    """Return what a unit of each process takes of a limit: of a factor, or of a capacity."""
    F = problem.linear.matrix.factors  # type: ignore[union-attr]  # `applies` saw to it
    return F[limit] if limit < F.shape[0] else np.eye(1, problem.processes, limit - F.shape[0])[0]


def _impossible(problem: PlanningProblem, limit: int, products: int) -> Solution | None:
    """Return the proof that a limit is too small: the prices at which what must be made costs more than there is."""
    linear, matrix = problem.linear, problem.linear.matrix
    assert isinstance(matrix, PlanningMatrix)
    back = bicgstab(matrix.by_process, _row(problem, limit), tolerance=TIGHT)
    ray = np.concatenate([np.maximum(back.x, 0.0), np.zeros(matrix.factors.shape[0])])
    if limit < matrix.factors.shape[0]:
        ray[problem.products + limit] = 1.0
    if not farkas_margin(linear, ray) > PROOF:
        return None
    certificate = kkt(linear, np.zeros(linear.cost.size), ray, ray=ray)
    nothing = np.zeros(linear.cost.size), 0.0 * ray
    return Solution(*nothing, Status.INFEASIBLE, certificate, None, products + back.products)
