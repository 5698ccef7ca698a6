r"""Activity and prices eliminated from a plan with one process per product, by Leontief solves in two precisions."""

from functools import cached_property

import numpy as np
import scipy.sparse as sp

from planlab.economy.kernels import Rows, Within
from planlab.economy.krylov import bicgstab
from planlab.optimisation.linear_problem import LinearProblem, Utility
from planlab.optimisation.planning_matrix import PlanningMatrix, rescale

__all__ = ["ROUGH", "Elimination"]

ROUGH = 1e-5
"""Relative residual to which embodied factors are worked out."""

COARSEST = 1e-3
"""Relative residual to which activity and prices are worked out at least, however small a part of all needs is met."""

SHARP = 1e-11
"""Relative residual to which changes of activity and prices are worked out."""

AMPLE = 2.0
"""How much of a stock may be put aside, over all of it: never needed, and room for rough rows."""


class Elimination:
    r"""The Leontief equations of a plan, :math:`B x = C s + b` and :math:`B^\top p = c_x + G^\top \lambda`.

    They hold for the products that are elastic; of the others activity and price are given, and their rows and columns
    are taken out. What is left of :math:`B` is an M-matrix still.

    Parameters
    ----------
    linear
        With one process per product, in units.

    Attributes
    ----------
    c_x, c_s, u, most, F, r, b
        Costs of activity and of levels, upper bounds of levels and of activity, factor coefficients and limits, and
        what the balances must leave; beyond the programme's levels there is one for every product in stock, worth
        nothing, that puts it aside.
    aside
        The level that puts a product aside, -1 where there is none, ``(products,)``.
    utility
        Of the levels; ``None`` where worth is linear.
    elastic
        Which products are not held, ``(products,)``.
    E
        Every factor's coefficients and :math:`c_x`, embodied in each elastic product, ``(limits + 1, products)``;
        roughly.
    products, rough
        Matrix-vector products taken so far, and those of them in 32 bits.
    """

    def __init__(self, linear: LinearProblem) -> None:
        assert isinstance(linear.matrix, PlanningMatrix)
        n = linear.matrix.balance.shape[1]
        self.matrix, self.products, self.rough = linear.matrix, 0, 0
        self.F, self.r, self.b = self.matrix.factors, -linear.rows[n:], linear.rows[:n]
        self.levels, aside = linear.cost.size - n, np.flatnonzero(self.b < 0)
        idle, self.aside = np.zeros(aside.size), np.full(n, -1)
        self.aside[aside] = self.levels + np.arange(aside.size)
        self.c_x, self.c_s = linear.cost[:n], np.concatenate([linear.cost[n:], idle])
        self.most, self.u = linear.upper[:n], np.concatenate([linear.upper[n:], -AMPLE * self.b[aside]])
        whole = linear.utility
        self.utility = None if whole is None else Utility(np.concatenate([whole.weight[n:], idle]), whole.aversion)
        put = sp.csc_array((np.ones(aside.size), (aside, np.arange(aside.size))), shape=(n, aside.size))
        self.C = sp.csc_array(sp.hstack([self.matrix.consumption, put], format="csc"))
        self.taken_by = Rows(sp.csr_array(self.C.T))
        self.own = self.matrix.balance.diagonal()
        self.elastic = np.ones(n, bool)
        self.E = np.zeros((self.r.size + 1, n), np.float32)

    def embody(self, elastic: np.ndarray, residual: float = ROUGH) -> None:
        """Take products as elastic or not, and work out anew what is embodied in them, starting from what was."""
        self.elastic, d = elastic, np.where(elastic, np.vstack([self.F, self.c_x]) / self.own, 0.0).T
        done = bicgstab(Within(self._in_32_bits, elastic), d, np.where(elastic, self.E, 0.0).T, tolerance=residual)
        self.products += done.products
        self.rough += done.products
        self.E = done.x.T

    @cached_property
    def _in_32_bits(self) -> Rows:
        r""":math:`B^\top`, every row divided by what the process makes of its product."""
        balance, own = self.matrix.balance, (1 / self.own).astype(np.float32)
        scaled = sp.csc_array((balance.data.astype(np.float32), balance.indices, balance.indptr), shape=balance.shape)
        rescale(scaled, np.ones(own.size, np.float32), own)
        return Rows(scaled.T)

    def of_levels(self) -> np.ndarray:
        r"""Return :math:`E^\top C`: what a unit of each level takes, ``(limits + 1, levels)``."""
        return np.stack([self.taken_by @ row for row in self.E]).astype(np.float32)

    def activity(self, s: np.ndarray, held: np.ndarray, start: np.ndarray, residual: float) -> np.ndarray:
        """Return the activity that levels of consumption and the activity held call for, to an absolute residual."""
        fixed = np.where(self.elastic, 0.0, held)
        d = np.where(self.elastic, self.C @ s + self.b - self.matrix.by_product @ fixed, held)
        self.products += 1
        return self._solve(self.matrix.by_product, d, np.where(self.elastic, start, held), residual)

    def left(self, x: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Return what activity, stocks and some consumption leave of every product, ``(products,)``."""
        self.products += 1
        return self.matrix.by_product @ x - self.b - self.C @ s

    def dear(self, cost: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Return what a unit of activity costs beyond what it earns at prices, ``(products,)``."""
        self.products += 1
        return cost - self.matrix.by_process @ p

    def prices(self, rent: np.ndarray, held: np.ndarray, start: np.ndarray, residual: float) -> np.ndarray:
        """Return the prices to which costs of activity, ``(products,)``, and the prices held amount."""
        fixed = np.where(self.elastic, 0.0, held)
        d = np.where(self.elastic, rent - self.matrix.by_process @ fixed, held)
        self.products += 1
        return self._solve(self.matrix.by_process, d, np.where(self.elastic, start, held), residual)

    def activity_for(self, change: np.ndarray) -> np.ndarray:
        """Return what activity a change of levels calls for in addition, ``(products,)``."""
        return self._changed(self.matrix.by_product, self.C @ change)

    def prices_for(self, change: np.ndarray) -> np.ndarray:
        """Return what a change of costs of activity, ``(products,)``, adds to prices."""
        return self._changed(self.matrix.by_process, change)

    def _changed(self, matrix: Rows, change: np.ndarray) -> np.ndarray:
        d = np.where(self.elastic, change, 0.0)
        return self._solve(matrix, d, 0.0 * d, SHARP * float(np.linalg.norm(d)))

    def _solve(self, matrix: Rows, d: np.ndarray, start: np.ndarray, residual: float) -> np.ndarray:
        of = matrix if self.elastic.all() else Within(matrix, self.elastic)
        part = residual / (float(np.linalg.norm(d)) or 1.0)
        done = bicgstab(of, d, start, tolerance=min(max(part, 1e-14), COARSEST))
        self.products += done.products
        return done.x
