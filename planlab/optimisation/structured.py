r"""Planning with one technique per product: as many unknown prices as there are binding limits.

Where every product has one process, balances hold with equality and activity follows from consumption,
:math:`x = B^{-1}(C s + b)` with :math:`B = M - A` in natural units. Limits :math:`G x \le g` (those of the factors, and
the capacities that turn out to bind) become rows over the needs alone,

.. math:: \max_s\ v^\top s \quad\text{s.t.}\quad Q s \le h,\ 0 \le s \le u, \qquad
          Q = E^\top C,\quad h = g - E^\top b,\quad B^\top E = G^\top,\quad v = -(c_s + C^\top B^{-\top} c_x).

:math:`E`, the factors embodied in each product, is the dear part: one Leontief solve per limit. It is worked out in 32
bits to `ROUGH` only, and the programme over needs solved by `planlab.optimisation.reduced`; then activity, prices
:math:`B^\top p = c_x + G^\top \lambda`, slack and reduced worth are worked out in 64 bits, and the programme is solved
again as it stands there (iterative refinement), until the certificate is good.
"""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from planlab.economy.kernels import Rows
from planlab.economy.krylov import bicgstab
from planlab.mechanisms.mechanism import Status
from planlab.optimisation.highs import Solution
from planlab.optimisation.linear_problem import LinearProblem, kkt
from planlab.optimisation.planning_matrix import PlanningMatrix
from planlab.optimisation.planning_problem import PlanningProblem
from planlab.optimisation.reduced import exact, near

__all__ = ["Counts", "applies", "solve"]

ROUGH = 1e-5
"""Relative residual to which embodied factors are worked out."""

BLOCK = 128
"""At most this many violated capacities become rows in one go."""

LARGEST = 100_000_000
"""Numbers in Q above which the general method is the better one."""

REFINEMENTS = 40


class Counts(NamedTuple):
    """What a solution took: matrix-vector products, Newton steps, limits that became rows, refinements."""

    products: int
    newton: int
    rows: int
    refinements: int


def applies(problem: PlanningProblem) -> bool:
    """Return whether every product has one process of its own, and more of a process never hurts its product."""
    linear, matrix = problem.linear, problem.linear.matrix
    return bool(
        isinstance(matrix, PlanningMatrix)
        and matrix.one_process_each()
        and linear.cost.size > problem.processes
        and (linear.cost[: problem.processes] >= 0).all()
        and (linear.lower == 0).all()
        and np.isfinite(linear.upper[problem.processes :]).all()
    )


class _Elimination:
    """The Leontief equations of a programme: both directions, two precisions, and what they took."""

    def __init__(self, linear: LinearProblem, matrix: PlanningMatrix, processes: int) -> None:
        self.linear, self.matrix, self.products = linear, matrix, 0
        self.c_x, self.c_s = linear.cost[:processes], linear.cost[processes:]
        self.most, self.u = linear.upper[:processes], linear.upper[processes:]
        self.F, self.r = matrix.factors, -linear.rows[processes:]
        self.b = linear.rows[:processes]
        self.own = matrix.balance.diagonal()
        self.rough = Rows(_scaled(matrix.by_process, self.own, np.float32))
        self.C_T = Rows(sp.csr_array(matrix.consumption.T))

    def embodied(self, G_T: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return rows of Q, and what stocks and fixed demand take of the limits, for columns of limits."""
        done = bicgstab(self.rough, G_T / self.own[:, None], tolerance=ROUGH)
        self.products += done.products
        taken = np.stack([self.C_T @ e for e in done.x.T]).astype(np.float32)
        return taken, np.array([e @ self.b for e in done.x.T])

    def exactly(self, matrix: Rows, d: np.ndarray, start: np.ndarray | None, residual: float) -> np.ndarray:
        """Return the solution of the balances or of the price equations, to an absolute residual."""
        size = float(np.linalg.norm(d)) or 1.0
        done = bicgstab(matrix, d, start, tolerance=max(residual / size, 1e-14))
        self.products += done.products
        return done.x


def _scaled(matrix: Rows, own: np.ndarray, dtype: type) -> sp.csr_array:
    """Return the matrix with every row divided by its own number, in another precision."""
    csr = matrix.csr
    data = (csr.data / np.repeat(own, np.diff(csr.indptr))).astype(dtype)
    return sp.csr_array((data, csr.indices, csr.indptr), shape=csr.shape)


def solve(
    problem: PlanningProblem, start: np.ndarray | None = None, tolerance: float = 1e-8
) -> tuple[Solution, Counts] | None:
    """Solve a planning problem for which `applies` holds.

    Parameters
    ----------
    problem
        In natural units, from `planlab.optimisation.planning_problem`.
    start
        Duals of the factor limits to start from, such as last period's.
    tolerance
        Relative KKT error up to which the answer is called optimal.

    Returns
    -------
    Solution, Counts
        With the certificate recomputed from the problem; ``None`` where no plan with balances in equality exists, as
        with more stock than is needed, or where too many capacities bind: then take the general method.
    """
    linear, matrix = problem.linear, problem.linear.matrix
    assert isinstance(matrix, PlanningMatrix)
    of = _Elimination(linear, matrix, problem.processes)
    limits, levels = of.r.size, of.u.size
    Q, taken = of.embodied(np.column_stack([of.F.T, of.c_x]))
    rows, g, slack = np.zeros(0, int), of.r, of.r - taken[:-1]
    Q, reduced = np.ascontiguousarray(Q[:-1]), -(of.c_s + Q[-1])
    s, lam = np.zeros(levels), np.zeros(limits)
    x: np.ndarray | None = None
    p: np.ndarray | None = None
    newton, fresh, best = 0, True, None
    room = 1 + float(np.linalg.norm(linear.rows)), 1 + float(np.linalg.norm(linear.cost))
    for done in range(1, REFINEMENTS + 1):
        if fresh:
            h, v = slack + Q @ s, reduced + lam @ Q
            if (h < -1e-9 * (1 + np.abs(g))).any():
                return None
            guess = np.concatenate([lam if start is None else start, np.zeros(lam.size - limits)])[: lam.size]
            near_lam, steps = near(Q, h, v, of.u, guess if done == 1 else lam, known=done > 1 or start is not None)
            newton += steps
            reduced, lam = v - near_lam @ Q, near_lam
        s, lam, _ = exact(Q, slack, reduced, of.u, s, lam)
        close = 1e-2 * tolerance if done > 1 else 1e-2 * ROUGH
        x = of.exactly(matrix.by_product, matrix.consumption @ s + of.b, x, close * room[0])
        if x.min(initial=0.0) < -1e-7:
            return None
        over = (x - of.most) / (1 + of.most)
        over[rows] = -np.inf
        worst = np.argsort(-over)[:BLOCK] if over.max(initial=-1.0) > 1e-2 * tolerance else rows[:0]
        worst = worst[over[worst] > 1e-2 * tolerance]
        fresh = bool(worst.size)
        if fresh:
            if (rows.size + worst.size + limits) * levels > LARGEST:
                return None
            unit = np.zeros((problem.processes, worst.size))
            unit[worst, np.arange(worst.size)] = 1.0
            Q, rows = np.concatenate([Q, of.embodied(unit)[0]]), np.concatenate([rows, worst])
            g, lam = np.concatenate([g, of.most[worst]]), np.concatenate([lam, np.zeros(worst.size)])
        rent = of.F.T @ lam[:limits] + of.c_x
        rent[rows] += lam[limits:]
        p = of.exactly(matrix.by_process, rent, p, close * room[1])
        slack, reduced = g - np.concatenate([of.F @ x, x[rows]]), -(of.c_s + of.C_T @ p)
        if not fresh:
            z, y = np.concatenate([np.clip(x, 0.0, of.most), s]), np.concatenate([np.maximum(p, 0.0), lam[:limits]])
            certificate = kkt(linear, z, y)
            if best is None or certificate.error < best[2].error:
                best = z, y, certificate
            if certificate.error <= 0.1 * tolerance:
                break
    if best is None:
        return None
    z, y, certificate = best
    status = Status.OPTIMAL if certificate.error <= tolerance else Status.FAILED
    counts = Counts(of.products, newton, g.size, done)
    return Solution(z, y, status, certificate, y[problem.products :], newton), counts
