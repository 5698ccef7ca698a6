r"""The constraints of a plan, kept in their three parts so that a million products need no assembled matrix."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from scipy.sparse import _sparsetools

from planlab.economy.kernels import Rows

__all__ = ["PlanningMatrix", "rescale"]


def rescale(matrix: sp.csc_array, rows: np.ndarray, columns: np.ndarray) -> None:
    """Multiply a matrix's rows and columns by their numbers, in place."""
    shape = matrix.shape[::-1]
    _sparsetools.csr_scale_rows(*shape, matrix.indptr, matrix.indices, matrix.data, columns)
    _sparsetools.csr_scale_columns(*shape, matrix.indptr, matrix.indices, matrix.data, rows)


@dataclass(frozen=True)
class PlanningMatrix:
    r"""The rows are balances, then factor limits; the columns are activity, then levels of consumption.

    .. math:: G = \begin{pmatrix} B & -C \\ -F & 0 \end{pmatrix}.

    Parameters
    ----------
    balance
        :math:`B = M - A`, net output per unit of activity, ``(products, processes)``.
    consumption
        :math:`C \ge 0`, what each level takes, ``(products, levels)``.
    factors
        :math:`F` of the limited factors, ``(limits, processes)``.
    outputs
        :math:`M`, ``(products, processes)``.
    """

    balance: sp.csc_array
    consumption: sp.csc_array
    factors: np.ndarray
    outputs: sp.csc_array

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        (products, processes), levels = self.balance.shape, self.consumption.shape[1]
        return products + self.factors.shape[0], processes + levels

    @property
    def T(self) -> "_Transposed":
        """The transpose, for products."""
        return _Transposed(self)

    @cached_property
    def by_product(self) -> Rows:
        """:math:`B` by rows, for fast products."""
        return Rows(self.balance.tocsr())

    @cached_property
    def by_process(self) -> Rows:
        r""":math:`B^\top` by rows, for fast products; shares the numbers of `balance`."""
        return Rows(self.balance.T)

    def parts(self) -> tuple[np.ndarray, ...]:
        """Return all numbers in it."""
        return self.balance.data, self.consumption.data, self.factors

    def one_process_each(self) -> bool:
        """Return whether process j makes product j and nothing else, so that balances can be solved for activity."""
        own = self.balance.diagonal() if self.balance.shape[0] == self.balance.shape[1] else np.zeros(1)
        return bool((own > 0).all() and np.count_nonzero(self.balance.data > 0) == own.size)

    def __matmul__(self, z: np.ndarray) -> np.ndarray:
        """Return :math:`G z`."""
        x, s = np.split(z, [self.balance.shape[1]])
        balance = self.by_product if "by_product" in self.__dict__ else self.balance  # rows are dear to come by
        return np.concatenate([balance @ x - self.consumption @ s, -(self.factors @ x)])

    def flows(self, x: np.ndarray, s: np.ndarray) -> np.ndarray:
        r"""Return what is made, used and consumed of each product, :math:`(M + A) x + C s`, and drawn on factors."""
        balance = self.by_product if "by_product" in self.__dict__ else self.balance
        return np.concatenate([2 * (self.outputs @ x) - balance @ x + self.consumption @ s, self.factors @ x])

    def values(self, y: np.ndarray) -> np.ndarray:
        r"""Return what each process makes, uses and draws on is worth, :math:`(M + A)^\top p + F^\top v`.

        Of levels, what they take, :math:`C^\top p`.
        """
        p, rents = np.split(y, [self.balance.shape[0]])
        of_activity = 2 * (self.outputs.T @ p) - self.by_process @ p + rents @ self.factors
        return np.concatenate([of_activity, self.consumption.T @ p])

    def by_columns(self) -> sp.csc_array:
        """Return :math:`G` column by column as one sparse matrix, for solvers that want it."""
        B, C, F = self.balance, self.consumption, self.factors
        (products, processes), k = B.shape, F.shape[0]
        # every column of activity is a column of B followed by one of -F
        of_b = np.arange(B.indptr[-1]) + k * np.repeat(np.arange(processes), np.diff(B.indptr))
        of_f = (B.indptr[1:] + k * np.arange(processes))[:, None] + np.arange(k)
        values, rows = np.empty(of_b.size + of_f.size), np.empty(of_b.size + of_f.size, np.int32)
        values[of_b], rows[of_b] = B.data, B.indices
        values[of_f], rows[of_f] = -F.T, np.arange(products, products + k)
        starts = B.indptr + k * np.arange(processes + 1)
        parts = (
            np.concatenate([values, -C.data]),
            np.concatenate([rows, C.indices]).astype(np.int32),
            np.concatenate([starts, starts[-1] + C.indptr[1:]]).astype(np.int32),
        )
        return sp.csc_array(parts, shape=self.shape)

    def assembled(self) -> sp.csr_array:
        """Return :math:`G` row by row as one sparse matrix."""
        return self.by_columns().tocsr()


@dataclass(frozen=True)
class _Transposed:
    of: PlanningMatrix

    def __matmul__(self, y: np.ndarray) -> np.ndarray:
        p, rents = np.split(y, [self.of.balance.shape[0]])
        return np.concatenate([self.of.by_process @ p - rents @ self.of.factors, -(self.of.consumption.T @ p)])
