"""Products that cannot be had at all, of which nobody has stock or capacity or a way to it: taken out beforehand."""

from dataclasses import dataclass, replace

import numpy as np

from planlab.optimisation.linear_problem import LinearProblem
from planlab.optimisation.planning_matrix import PlanningMatrix

__all__ = ["OutOfReach"]

AMPLE = 1.001
"""How much dearer than necessary it is made, for rounding."""


@dataclass(frozen=True)
class OutOfReach:
    """What cannot be had, and why.

    Parameters
    ----------
    linear
        The programme.
    generation
        By product: 0 where it can be had, 1 where no process has capacity, 2 where all its processes need a product of
        generation 1, and so on, ``(products,)``.
    barred
        Which processes cannot run, ``(processes,)``.
    """

    linear: LinearProblem
    generation: np.ndarray
    barred: np.ndarray

    @classmethod
    def of(cls, linear: LinearProblem) -> "OutOfReach":
        """Follow what has neither capacity nor stock down the supply chains."""
        matrix = linear.matrix
        assert isinstance(matrix, PlanningMatrix)
        (n, m), balance = matrix.balance.shape, matrix.balance
        column = np.repeat(np.arange(m), np.diff(balance.indptr))
        uses, makes = balance.data < 0, balance.data > 0
        made, maker = balance.indices[makes], column[makes]
        generation, barred = np.zeros(n, int), linear.upper[:m] <= 0
        none = linear.rows[:n] >= 0
        for step in range(1, n + 1):
            makers = np.bincount(made[~barred[maker]], minlength=n)
            lost = none & (makers == 0) & (generation == 0)
            if not lost.any():
                break
            generation[lost] = step
            lacking = uses & (generation[balance.indices] > 0)
            barred = barred | (np.bincount(column[lacking], minlength=m) > 0)
        return cls(linear, generation, barred)

    @property
    def products(self) -> np.ndarray:
        """Which products cannot be had, ``(products,)``."""
        return self.generation > 0

    @property
    def levels(self) -> np.ndarray:
        """Which levels take of what cannot be had, ``(levels,)``."""
        matrix = self.linear.matrix
        assert isinstance(matrix, PlanningMatrix)
        return matrix.consumption.T @ self.products.astype(float) > 0

    def rest(self) -> LinearProblem:
        """Return the programme without what cannot run and the levels that take of what cannot be had."""
        none = np.concatenate([self.barred, self.levels])
        return replace(self.linear, upper=np.where(none, 0.0, self.linear.upper))

    def prices(self, y: np.ndarray) -> np.ndarray:
        """Return duals in which what cannot be had is too dear for all who would use it; it costs nothing to say so."""
        matrix, linear = self.linear.matrix, self.linear
        assert isinstance(matrix, PlanningMatrix)
        m, p, C = matrix.balance.shape[1], y.copy(), matrix.consumption
        level = np.repeat(np.arange(C.shape[1]), np.diff(C.indptr))
        out = self.generation[C.indices] > 0
        np.maximum.at(p, C.indices[out], (-linear.cost[m:][level] / C.data)[out])
        last = int(self.generation.max(initial=0))
        by_process = matrix.by_process.csr
        for step in range(last, 0, -1):
            gain = -(linear.cost[:m] - (matrix.T @ p)[:m])
            users = np.flatnonzero((gain > 0) & (linear.upper[:m] > 0) & self.barred)
            rows = by_process[users]
            use = np.repeat(users, np.diff(rows.indptr))
            dear = (rows.data < 0) & (self.generation[rows.indices] == step)
            enough = p[rows.indices[dear]] + gain[use[dear]] / -rows.data[dear]
            np.maximum.at(p, rows.indices[dear], AMPLE * enough)
        return p
