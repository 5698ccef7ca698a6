r"""Activity and prices eliminated from a plan with one process per product, by Leontief solves in two precisions."""

import numpy as np
import scipy.sparse as sp

from planlab.economy.kernels import Rows, at_once
from planlab.economy.krylov import bicgstab
from planlab.optimisation.linear_problem import Utility
from planlab.optimisation.planning_matrix import PlanningMatrix, rescale
from planlab.optimisation.planning_problem import PlanningProblem

__all__ = ["FAINTER", "ROUGH", "Elimination"]

ROUGH = 1e-5
"""Relative residual to which embodied factors are worked out."""

FAINT, FAINTER = 1e-3, 1e-5
"""What a capacity's row leaves out, and where that proves too coarse: products of which a unit takes less than this."""


BLOCK = 1024
"""Capacities whose rows are worked out at once by one core."""


class Elimination:
    r"""The Leontief equations of a plan, :math:`B x = C s + b` and :math:`B^\top p = c_x + G^\top \lambda`.

    Parameters
    ----------
    problem
        With one process per product.
    E
        As below where it is known already; ``None``: it is worked out, in 32 bits and to `ROUGH`, which is good enough
        to solve with where the answer is refined.

    Attributes
    ----------
    c_x, c_s, u, most, F, r, b
        Costs of activity and of levels, upper bounds of levels and of activity, factor coefficients and limits, and
        what the balances must leave, all of ``problem.linear``.
    utility
        Of the levels; ``None`` where worth is linear.
    E
        Every factor's coefficients and :math:`c_x`, embodied in each product, ``(limits + 1, products)``; roughly.
    products, rough
        Matrix-vector products taken so far, and those of them in 32 bits.
    """

    def __init__(self, problem: PlanningProblem, E: np.ndarray | None = None) -> None:
        linear, n = problem.linear, problem.processes
        assert isinstance(linear.matrix, PlanningMatrix)
        self.matrix, self.products, self.rough = linear.matrix, 0, 0
        self.c_x, self.c_s = linear.cost[:n], linear.cost[n:]
        self.most, self.u = linear.upper[:n], linear.upper[n:]
        self.F, self.r, self.b = self.matrix.factors, -linear.rows[n:], linear.rows[:n]
        whole = linear.utility
        self.utility = None if whole is None else Utility(whole.weight[n:], whole.aversion)
        self.own = self.matrix.balance.diagonal()
        self.taken_by = Rows(sp.csr_array(self.matrix.consumption.T))
        self.E = self.embodied() if E is None else E
        self._priced = np.zeros(self.r.size), self.E[-1].astype(float)

    def embodied(self) -> np.ndarray:
        r"""Return :math:`B^{-\top}` of every factor's coefficients and of :math:`c_x`, ``(limits + 1, products)``."""
        balance = self.matrix.balance
        scaled = sp.csc_array((balance.data.astype(np.float32), balance.indices, balance.indptr), shape=balance.shape)
        rescale(scaled, np.ones(self.own.size, np.float32), (1 / self.own).astype(np.float32))
        done = bicgstab(Rows(scaled.T), np.column_stack([self.F.T, self.c_x]) / self.own[:, None], tolerance=ROUGH)
        self.products += done.products
        self.rough += done.products
        return done.x.T

    def of_levels(self) -> np.ndarray:
        r"""Return :math:`E^\top C`: what a unit of each level takes, ``(limits + 1, levels)``."""
        return np.stack([self.taken_by @ row for row in self.E]).astype(np.float32)

    def capacities(self, rows: np.ndarray, faint: float = FAINT) -> sp.csr_array:
        r"""Return what a unit of each level takes of some capacities, without the faint parts, ``(rows, levels)``.

        From the series :math:`B^{-1} = D^{-1} \sum_t N^t` with :math:`D` the diagonal of :math:`B` and
        :math:`N = I - B D^{-1} \ge 0`, terms below `faint` left out.
        """
        B = self.matrix.by_product.csr
        N = sp.csr_array((-B.data / self.own[B.indices], B.indices, B.indptr), shape=B.shape)
        N.setdiag(0.0)

        def part(low: int) -> sp.csr_array:
            some = rows[low : low + BLOCK]
            term = sp.csr_array((np.ones(some.size), (np.arange(some.size), some)), shape=(some.size, self.own.size))
            total = term
            while term.nnz:
                term = sp.csr_array(term @ N)
                term.data[term.data < faint] = 0.0
                term.eliminate_zeros()
                total = total + term
            return sp.csr_array((total / self.own) @ self.matrix.consumption)

        return sp.csr_array(sp.vstack(at_once(part, range(0, rows.size, BLOCK)), format="csr"))

    def activity(self, s: np.ndarray, start: np.ndarray | None, residual: float) -> np.ndarray:
        """Return the activity that levels of consumption call for, to an absolute residual."""
        return self._solve(self.matrix.by_product, self.matrix.consumption @ s + self.b, start, residual)

    def drawn(self, x: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Return what levels draw on factors, from an activity that is not theirs exactly.

        What that leaves out, the products which it makes too little of, is counted by what they embody. The error is
        the product of both errors, that of x and that of E.
        """
        self.products += 1
        missing = self.matrix.consumption @ s + self.b - self.matrix.by_product @ x
        return self.F @ x + self.E[:-1] @ missing.astype(np.float32)

    def prices(self, rents: np.ndarray, rows: np.ndarray, scarcity: np.ndarray, residual: float) -> np.ndarray:
        """Return the prices that rents of the factors, and of the capacities in `rows`, amount to."""
        d = self.F.T @ rents + self.c_x
        d[rows] += scarcity
        before, p = self._priced
        guess = p + (rents - before).astype(np.float32) @ self.E[:-1]
        self._priced = rents, self._solve(self.matrix.by_process, d, guess, residual)
        return self._priced[1]

    def _solve(self, matrix: Rows, d: np.ndarray, start: np.ndarray | None, residual: float) -> np.ndarray:
        done = bicgstab(matrix, d, start, tolerance=max(residual / (float(np.linalg.norm(d)) or 1.0), 1e-14))
        self.products += done.products
        return done.x
