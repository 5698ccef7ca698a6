r"""Linear programmes, and concave utility in them.

Every programme here has one form,

.. math:: \min_z\ c^\top z \quad\text{s.t.}\quad G z \ge b,\ l \le z \le u,

to which a concave utility of some columns may be added, :math:`c^\top z - \sum_j w_j \varphi(z_j)`.

`planlab.optimisation.kkt` measures how far an answer is from optimal.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp

from planlab.optimisation.planning_matrix import PlanningMatrix, times

__all__ = ["LEAST", "LinearProblem", "Utility"]

LEAST = float(np.finfo(float).tiny ** 0.25)
"""What counts as nothing where utility would be infinitely low."""


@dataclass(frozen=True)
class Utility:
    r"""Isoelastic utility of some columns (Atkinson 1970), :math:`\varphi(1) = 0` and :math:`\varphi'(1) = 1`.

    .. math:: \varphi(z) = \frac{z^{1 - \sigma} - 1}{1 - \sigma}, \qquad \varphi(z) = \log z \text{ for } \sigma = 1.

    Parameters
    ----------
    weight
        :math:`w`, zero where a column has none, ``(columns,)``.
    aversion
        :math:`\sigma > 0`, aversion to inequality.
    """

    weight: Any
    aversion: Any

    def worth(self, z: Any, xp: Any = np) -> Any:
        r"""Return :math:`\sum_j w_j \varphi(z_j)`, in NumPy or JAX as all here."""
        return self.terms(z, xp).sum()

    def terms(self, z: Any, xp: Any = np) -> Any:
        r"""Return :math:`w_j \varphi(z_j)`, 0 of columns without utility."""
        z, power = xp.where(self.weight > 0, xp.maximum(z, LEAST), 1.0), 1.0 - self.aversion
        if isinstance(self.aversion, int | float):
            return self.weight * (xp.log(z) if power == 0 else (z**power - 1) / power)
        even = power == 0
        return self.weight * xp.where(even, xp.log(z), (z**power - 1) / xp.where(even, 1.0, power))

    def best(self, charge: Any, upper: Any, xp: Any = np) -> Any:
        r"""Return the z up to `upper` that are best at a charge q, :math:`z = (w / q)^{1/\sigma}`."""
        dear = charge > 0
        with np.errstate(over="ignore"):
            wanted = (self.weight / xp.where(dear, charge, 1.0)) ** (1 / self.aversion)
        return xp.minimum(xp.where(dear, wanted, xp.inf), upper)

    def marginal(self, z: np.ndarray) -> np.ndarray:
        r"""Return :math:`w_j \varphi'(z_j) = w_j z_j^{-\sigma}`."""
        return self.weight * np.maximum(z, LEAST) ** -self.aversion


@dataclass(frozen=True)
class LinearProblem:
    """A linear programme.

    Parameters
    ----------
    cost, matrix, rows, lower, upper
        :math:`c, G, b, l, u`; the matrix in one piece or as a `PlanningMatrix`.
    worth
        The objective's unit, negative where it is maximised: ``worth * cost @ z`` is the objective.
    utility
        A concave utility to be had in addition, in the same unit; ``None`` for a linear programme.
    """

    cost: np.ndarray
    matrix: sp.csr_array | PlanningMatrix
    rows: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    worth: float
    utility: Utility | None = None

    def value(self, z: np.ndarray) -> float:
        """Return what is minimised, in units of `worth`."""
        return float(self.cost @ z) - (0.0 if self.utility is None else float(self.utility.worth(z)))

    def assembled(self) -> sp.csr_array:
        """Return the matrix in one piece, by rows."""
        return self.matrix.assembled() if isinstance(self.matrix, PlanningMatrix) else self.matrix

    def by_columns(self) -> sp.csc_array:
        """Return the matrix in one piece, by columns."""
        return self.matrix.by_columns() if isinstance(self.matrix, PlanningMatrix) else sp.csc_array(self.matrix)

    @cached_property
    def wanted(self) -> np.ndarray:
        """What all bounded levels take of each product, as far as stocks, capacity and limits have it; 0 of factors.

        A row in which nothing flows is measured by this. What is out of reach has no part in it: next to it a gap that
        empties all that can be had would look small.
        """
        if not isinstance(self.matrix, PlanningMatrix):
            return np.zeros(self.rows.size)
        matrix, (products, processes) = self.matrix, self.matrix.outputs.shape
        capacity, most, there = self.upper[:processes], self.upper[processes:], np.maximum(-self.rows, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            by_limits = there[products:, None] / matrix.factors
        able = np.fmin(capacity, np.fmin.reduce(by_limits, axis=0, initial=np.inf))
        in_full = times(matrix.consumption, np.where(np.isfinite(most), most, 0.0))
        wanted = np.zeros(self.rows.size)
        wanted[:products] = np.minimum(in_full, times(matrix.outputs, able) + there[:products])
        return wanted

    @property
    def in_full(self) -> float:
        """What all bounded levels of consumption are worth together; 0 without any."""
        if not isinstance(self.matrix, PlanningMatrix):
            return 0.0
        n = self.matrix.balance.shape[1]
        most = self.upper[n:]
        return float(np.abs(self.cost[n:]) @ np.where(np.isfinite(most), most, 0.0))

    def flows(self, z: np.ndarray) -> np.ndarray:
        """Return what flows through each row: what is made, used, consumed and drawn, at least what is `wanted`."""
        if isinstance(self.matrix, PlanningMatrix):
            processes = self.matrix.balance.shape[1]
            flow = self.matrix.flows(z[:processes], z[processes:])
        else:
            flow = abs(self.matrix) @ np.abs(z)
        return np.maximum(flow, self.wanted) + np.maximum(self.rows, 0.0)

    def values(self, y: np.ndarray) -> np.ndarray:
        """Return what each column is worth at prices y: its cost, and all that it takes and gives."""
        of_rows = self.matrix.values(y) if isinstance(self.matrix, PlanningMatrix) else abs(self.matrix).T @ y
        return of_rows + np.abs(self.cost)
