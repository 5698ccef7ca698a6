"""Sparse linear equations with many right-hand sides, every residual checked."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from planlab.economy.kernels import Changed, Rows, Within, at_once

__all__ = ["Solved", "bicgstab"]

RESTARTS = 5
"""How often to start again from the residual that is left when the recurrence breaks down or drifts."""

BREAKDOWN = 1e-100
"""How much smaller than its predecessor a scalar product may be before the recurrence counts as broken down."""


class Solved(NamedTuple):
    """Solutions, their relative residuals (one per right-hand side), and how many matrix-vector products it took."""

    x: np.ndarray
    residual: np.ndarray
    products: int


def bicgstab(
    matrix: Any,
    d: np.ndarray,
    x: np.ndarray | None = None,
    tolerance: float = 1e-10,
    rounds: int = 500,
    units: np.ndarray | None = None,
) -> Solved:
    r"""Solve :math:`B x = d` for every column of d by BiCGSTAB :cite:`vorst:92`, the columns dealt to all cores.

    The residuals returned are recomputed from the solution. For an M-matrix :math:`B = I - A` with
    :math:`\|A\|_1 \le a < 1` they bound the error, :math:`\|x - x^*\|_1 \le \|B x - d\|_1 / (1 - a)`.

    Parameters
    ----------
    matrix
        :math:`B`, ``(n, n)``: `Rows`, `Changed`, `Within`, or anything SciPy makes a CSR array of. Its precision is the
        precision of the work, 32 or 64 bit.
    d
        ``(n,)`` or ``(n, columns)``.
    x
        Where to start; ``None``: at zero.
    tolerance
        Relative residual, in the Euclidean norm, at which a column is done.
    rounds
        At most this many; each takes two products.
    units
        In which unknowns and equations are measured, the shape of `d`, positive; ``None``: in ones. Residuals are
        those of :math:`U^{-1} B U y = U^{-1} d`.

    Returns
    -------
    Solved
        Check ``residual``: equations without a solution do not converge.
    """
    B = matrix if isinstance(matrix, Rows | Changed | Within) else Rows(matrix)
    columns = np.array(d.reshape(d.shape[0], -1).T, dtype=B.dtype, order="C")
    starts = np.zeros_like(columns) if x is None else np.array(x.reshape(d.shape[0], -1).T, dtype=B.dtype, order="C")
    measures = None if units is None else np.ascontiguousarray(units.reshape(d.shape[0], -1).T, dtype=B.dtype)
    if measures is not None:
        columns /= measures
        starts /= measures

    def alone(at: np.ndarray) -> np.ndarray:
        y = np.zeros(B.shape[0], B.dtype)
        B.add_to(y, at)
        return y

    def solve(k: int) -> tuple[float, int]:
        product = alone if len(columns) > 1 else B.__matmul__
        if measures is None:
            return _column(product, columns[k], starts[k], tolerance, rounds)
        unit = measures[k]
        return _column(lambda at: product(unit * at) / unit, columns[k], starts[k], tolerance, rounds)

    solved = [solve(0)] if len(columns) == 1 else at_once(solve, range(len(columns)))
    if measures is not None:
        starts *= measures
    residual = np.array([one[0] for one in solved])
    return Solved(starts.T.reshape(d.shape), residual, sum(one[1] for one in solved))


def _column(
    product: Callable[[np.ndarray], np.ndarray], d: np.ndarray, x: np.ndarray, tolerance: float, rounds: int
) -> tuple[float, int]:
    """Move x to the solution for one right-hand side; return its relative residual and the products it took."""
    size, products = np.sqrt(_dot(d, d)) or 1.0, 0
    for left in reversed(range(RESTARTS + 1)):
        if products or x.any():
            r = d - product(x)
            products += 1
        else:
            r = d.copy()
        residual = np.sqrt(_dot(r, r)) / size
        if not (residual > tolerance and left) or products > 2 * rounds:
            break
        products += _stretch(product, r, x, tolerance * size, rounds)
    return float(residual), products


def _stretch(
    product: Callable[[np.ndarray], np.ndarray], r: np.ndarray, x: np.ndarray, enough: float, rounds: int
) -> int:
    """Run the recurrence from residual r, adding to x, until it converges or breaks down; return its products."""
    r_0, p, rho, step = r.copy(), r.copy(), _dot(r, r), np.empty_like(r)
    for done in range(1, rounds + 1):
        v = product(p)
        across = _dot(r_0, v)
        if abs(across) <= BREAKDOWN * rho:
            return 2 * done - 1
        alpha = rho / across
        r -= np.multiply(v, alpha, out=step)
        t = product(r)
        length = _dot(t, t)
        omega = _dot(t, r) / length if length else 0.0
        x += np.multiply(p, alpha, out=step)
        x += np.multiply(r, omega, out=step)
        r -= np.multiply(t, omega, out=step)
        before, rho = rho, _dot(r_0, r)
        beta = rho / before * (alpha / omega) if omega and before else 0.0
        if not (np.sqrt(_dot(r, r)) > enough and np.isfinite(beta) and beta):
            return 2 * done
        p -= np.multiply(v, omega, out=step)
        p *= beta
        p += r
    return 2 * rounds


def _dot(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.einsum("i,i", a, b))
