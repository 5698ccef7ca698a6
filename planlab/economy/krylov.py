"""Sparse linear equations with many right-hand sides at once, every residual checked."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

__all__ = ["Solved", "bicgstab"]

RESTARTS = 5
"""How often to start again from the residual that is left when the recurrence breaks down or drifts."""


class Solved(NamedTuple):
    """Solutions, their relative residuals (one per right-hand side), and how many matrix products it took."""

    x: np.ndarray
    residual: np.ndarray
    products: int


def bicgstab(
    matrix: sp.csr_array, d: np.ndarray, x: np.ndarray | None = None, tolerance: float = 1e-10, rounds: int = 500
) -> Solved:
    r"""Solve :math:`B x = d` for all columns of d together, by BiCGSTAB (van der Vorst 1992).

    One pass over the matrix serves all columns; columns that have converged drop out. The residuals returned are
    recomputed from the solution. For an M-matrix :math:`B = I - A` with :math:`\|A\|_1 \le a < 1` they bound the
    error, :math:`\|x - x^*\|_1 \le \|B x - d\|_1 / (1 - a)`.

    Parameters
    ----------
    matrix
        :math:`B`, ``(n, n)``.
    d
        ``(n, columns)``.
    x
        Where to start; ``None``: at zero.
    tolerance
        Relative residual, in the Euclidean norm, at which a column is done.
    rounds
        At most this many; each takes two products.

    Returns
    -------
    Solved
        Check ``residual``: equations without a solution do not converge.
    """
    B, x, products = matrix, np.zeros_like(d) if x is None else x.copy(), 0
    size = np.linalg.norm(d, axis=0)
    size[size == 0] = 1.0
    for left in reversed(range(RESTARTS + 1)):
        r = d - B @ x
        residual = np.linalg.norm(r, axis=0) / size
        products += 1
        open_ = np.flatnonzero(residual > tolerance)
        if not (open_.size and left) or products > 2 * rounds:
            break
        products += _stretch(B, np.ascontiguousarray(r[:, open_]), x, open_, tolerance * size, rounds)
    return Solved(x, residual, products)


def _stretch(B: sp.csr_array, r: np.ndarray, x: np.ndarray, open_: np.ndarray, enough: np.ndarray, rounds: int) -> int:
    """Run the recurrence from residuals r of the columns `open_`, adding to x, until they converge or break down."""
    r_0, p, rho = r.copy(), r.copy(), (r * r).sum(axis=0)
    products = 0
    while products < 2 * rounds and open_.size:
        products += 2
        v = B @ p
        alpha = _ratio(rho, (r_0 * v).sum(axis=0))
        s = r - alpha * v
        t = B @ s
        omega = _ratio((t * s).sum(axis=0), (t * t).sum(axis=0))
        x[:, open_] += alpha * p + omega * s
        r = s - omega * t
        before, rho = rho, (r_0 * r).sum(axis=0)
        beta = _ratio(rho, before) * _ratio(alpha, omega)
        keep = (np.linalg.norm(r, axis=0) > enough[open_]) & (beta != 0)
        p = r + beta * (p - omega * v)
        if not keep.all():
            open_, rho = open_[keep], rho[keep]
            r, r_0, p = (np.ascontiguousarray(part[:, keep]) for part in (r, r_0, p))
    return products


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.zeros_like(above), where=below != 0)
