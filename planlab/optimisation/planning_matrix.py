r"""The constraints of a plan, kept in their three parts so that a million products need no assembled matrix."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from scipy.sparse import _sparsetools

from planlab.economy.kernels import Rows
from planlab.optimisation.matrices import same

__all__ = ["PlanningMatrix", "rescale", "times"]


def rescale(matrix: sp.csc_array, rows: np.ndarray, columns: np.ndarray) -> None:
    """Multiply a matrix's rows and columns by their numbers, in place."""
    shape = matrix.shape[::-1]
    _sparsetools.csr_scale_rows(*shape, matrix.indptr, matrix.indices, matrix.data, columns)
    _sparsetools.csr_scale_columns(*shape, matrix.indptr, matrix.indices, matrix.data, rows)


def times(matrix: sp.csc_array, x: np.ndarray) -> np.ndarray:
    """Return a matrix times a vector, as SciPy does, without what it asks before."""
    y = np.zeros(matrix.shape[0])
    _sparsetools.csc_matvec(*matrix.shape, matrix.indptr, matrix.indices, matrix.data, x, y)
    return y


def _turned(matrix: sp.csc_array, y: np.ndarray) -> np.ndarray:
    """Return a transpose times a vector."""
    x = np.zeros(matrix.shape[1])
    _sparsetools.csr_matvec(*matrix.shape[::-1], matrix.indptr, matrix.indices, matrix.data, y, x)
    return x


@dataclass(frozen=True, eq=False)
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

    @cached_property
    def finite(self) -> bool:
        """Whether all of it are numbers that solvers can work with."""
        return all(np.isfinite(part).all() for part in self.parts())

    def measured(self, rows: np.ndarray, columns: np.ndarray) -> "PlanningMatrix":
        """Return the matrix in other units of rows and columns; the last that was asked for is kept."""
        known = self.__dict__.get("_measured")
        if known is None or not same(known[:2], (rows, columns)):
            known = rows, columns, self._in_units(rows, columns)
            self.__dict__["_measured"] = known
        return known[2]

    def _in_units(self, rows: np.ndarray, columns: np.ndarray) -> "PlanningMatrix":
        products, processes = self.balance.shape
        product, factor = np.split(rows, [products])
        process, level = np.split(columns, [processes])
        B, C, M = (part.astype(float) for part in (self.balance, self.consumption, self.outputs))
        rescale(B, 1 / product, process)
        rescale(M, 1 / product, process)
        rescale(C, 1 / product, level)
        return PlanningMatrix(B, C, self.factors * process / factor[:, None], M)

    @cached_property
    def one_process_each(self) -> bool:
        """Whether process j makes product j and nothing else, so that balances can be solved for activity."""
        own = self.balance.diagonal() if self.balance.shape[0] == self.balance.shape[1] else np.zeros(1)
        return bool((own > 0).all() and np.count_nonzero(self.balance.data > 0) == own.size)

    def __matmul__(self, z: np.ndarray) -> np.ndarray:
        """Return :math:`G z`."""
        processes = self.balance.shape[1]
        x, s = z[:processes], z[processes:]
        return np.concatenate([self._net(x) - times(self.consumption, s), -(self.factors @ x)])

    def _net(self, x: np.ndarray) -> np.ndarray:
        """Return net output; rows are dear to come by."""
        return self.by_product @ x if "by_product" in self.__dict__ else times(self.balance, x)

    def flows(self, x: np.ndarray, s: np.ndarray) -> np.ndarray:
        r"""Return what is made, used and consumed of each product, :math:`(M + A) x + C s`, and drawn on factors."""
        through = 2 * times(self.outputs, x) - self._net(x) + times(self.consumption, s)
        return np.concatenate([through, self.factors @ x])

    def values(self, y: np.ndarray) -> np.ndarray:
        r"""Return what each process makes, uses and draws on is worth, :math:`(M + A)^\top p + F^\top v`.

        Of levels, what they take, :math:`C^\top p`.
        """
        products = self.balance.shape[0]
        p, rents = y[:products], y[products:]
        of_activity = 2 * _turned(self.outputs, p) - self.by_process @ p + rents @ self.factors
        return np.concatenate([of_activity, _turned(self.consumption, p)])

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
        of, products = self.of, self.of.balance.shape[0]
        p, rents = y[:products], y[products:]
        return np.concatenate([of.by_process @ p - rents @ of.factors, -_turned(of.consumption, p)])
