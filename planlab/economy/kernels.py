"""Sparse products on the host at memory speed: SciPy's kernels over blocks of rows, one thread per core."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse import _sparsetools

__all__ = ["Changed", "Rows", "Within", "at_once", "cores"]

WORTH_SPLITTING = 200_000
"""Below this many non-zeros one thread is as fast."""


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(cores(), thread_name_prefix="planlab")


def at_once(work: Any, items: Any) -> list[Any]:
    """Return what `work` gives for every item, in order, worked on by all cores; for work that lets go of the GIL."""
    return list(_threads().map(work, items))


class Rows:
    r"""A sparse matrix by rows, cut into blocks of equal numbers of non-zeros, whose products run on all cores.

    Every row is added up in the same order however many blocks there are, so results do not depend on the cores.

    Parameters
    ----------
    matrix
        ``(rows, columns)``; a CSR array is not copied.

    Examples
    --------
    >>> Rows(sp.csr_array(np.array([[0.0, 0.5], [0.2, 0.0]]))) @ np.array([1.0, 2.0])
    array([1. , 0.2])
    """

    def __init__(self, matrix: Any) -> None:
        csr = sp.csr_array(matrix)
        self.shape, self.nnz = csr.shape, csr.nnz
        self.dtype, self.csr = csr.dtype, csr
        parts = 4 * cores() if csr.nnz > WORTH_SPLITTING else 1
        ends = np.searchsorted(csr.indptr, csr.nnz * np.arange(1, parts) / parts)
        cuts = np.unique(np.concatenate([[0], ends, [csr.shape[0]]])).tolist()
        self._blocks = [(low, high) for low, high in zip(cuts, cuts[1:], strict=False)]

    def __matmul__(self, x: np.ndarray) -> np.ndarray:
        """Return the product with one vector ``(columns,)`` or with several, ``(columns, vectors)``."""
        x = np.ascontiguousarray(x, dtype=self.dtype)
        y = np.zeros((self.shape[0], *x.shape[1:]), self.dtype)
        if len(self._blocks) == 1:
            self.add_to(y, x)
        else:
            at_once(lambda block: self.add_to(y, x, *block), self._blocks)
        return y

    def add_to(self, y: np.ndarray, x: np.ndarray, low: int = 0, high: int | None = None) -> None:
        """Add rows `low` to `high` of the product with x to y, in this thread; both C-contiguous."""
        high = self.shape[0] if high is None else high
        starts, csr, shape = self.csr.indptr[low : high + 1], self.csr, (high - low, self.shape[1])
        if x.ndim == 1:
            _sparsetools.csr_matvec(*shape, starts, csr.indices, csr.data, x, y[low:high])
        else:
            part = y[low:high].reshape(-1)
            _sparsetools.csr_matvecs(*shape, x.shape[1], starts, csr.indices, csr.data, x.reshape(-1), part)


class Changed:
    """A matrix by rows and a change of few of its numbers, as one matrix for products.

    Parameters
    ----------
    rows
        The matrix.
    change
        What is added to it, ``(rows, columns)``.
    """

    def __init__(self, rows: Rows, change: sp.csr_array) -> None:
        self.rows, self.change = rows, Rows(change.astype(rows.dtype))
        self.shape, self.dtype = rows.shape, rows.dtype

    def __matmul__(self, x: np.ndarray) -> np.ndarray:
        """Return the product with one vector ``(columns,)``."""
        x = np.ascontiguousarray(x, dtype=self.dtype)
        y = self.rows @ x
        self.change.add_to(y, x)
        return y

    def add_to(self, y: np.ndarray, x: np.ndarray) -> None:
        """Add the product with x to y, in this thread; both C-contiguous."""
        self.rows.add_to(y, x)
        self.change.add_to(y, x)


class Within:
    """A square matrix on some of its rows and columns and the identity on the others, as one matrix for products.

    Parameters
    ----------
    rows
        The whole matrix.
    inside
        Which rows and columns count, ``(n,)``.
    """

    def __init__(self, rows: Rows, inside: np.ndarray) -> None:
        self.rows, self.shape, self.dtype = rows, rows.shape, rows.dtype
        self.inside, self.outside = inside.astype(rows.dtype), (~inside).astype(rows.dtype)

    def __matmul__(self, x: np.ndarray) -> np.ndarray:
        """Return the product with one vector ``(n,)``."""
        x = np.ascontiguousarray(x, dtype=self.dtype)
        y = self.rows @ (self.inside * x)
        y *= self.inside
        y += self.outside * x
        return y

    def add_to(self, y: np.ndarray, x: np.ndarray) -> None:
        """Add the product with x to y, in this thread; both C-contiguous."""
        part = np.zeros_like(y)
        self.rows.add_to(part, self.inside * x)
        part *= self.inside
        y += part
        y += self.outside * x
