"""The largest eigenvalue of a non-negative matrix, whatever its structure: periodic, reducible or without cycles."""

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla
from scipy.sparse.csgraph import connected_components

from planlab.economy.kernels import Rows

__all__ = ["perron_root"]

DENSE_UP_TO = 400
"""Up to this many products dense linear algebra is faster than sparse."""

RESTARTS = 100
"""How often ARPACK may start again; a few times do unless the matrix has no cycles, or long ones only."""


def perron_root(A: sp.csc_array) -> float:
    """Return the spectral radius of a square non-negative matrix, by ARPACK where that converges.

    Raises
    ------
    ValueError
        If it is not found to twelve digits.

    Examples
    --------
    A ring, whose eigenvalues all have the same modulus, the geometric mean of its weights:

    >>> n = 500
    >>> weights = np.linspace(0.1, 0.9, n)
    >>> ring = sp.csc_array((weights, (np.arange(n), (np.arange(n) + 1) % n)), shape=(n, n))
    >>> bool(np.isclose(perron_root(ring), np.exp(np.log(weights).mean()), rtol=1e-12))
    True
    """
    n = A.shape[0]
    if n <= DENSE_UP_TO:
        return float(np.abs(np.linalg.eigvals(A.toarray())).max())
    if not A.nnz:
        return 0.0
    product = spla.LinearOperator(A.shape, matvec=Rows(A).__matmul__, dtype=A.dtype)
    try:
        largest = spla.eigs(product, k=1, v0=np.ones(n), maxiter=RESTARTS, return_eigenvectors=False)
    except spla.ArpackError:
        return root_by_blocks(A)
    return float(np.abs(largest[0]))


def root_by_blocks(A: sp.csc_array, tolerance: float = 1e-12, rounds: int = 100) -> float:
    r"""Return the spectral radius as the largest of the matrix's irreducible blocks'.

    In every block, and for any :math:`x > 0`, it lies between the bounds of Collatz and Wielandt,

    .. math:: \min_i \frac{(A x)_i}{x_i} \le \rho \le \max_i \frac{(A x)_i}{x_i} = \bar\rho,

    which :math:`x \leftarrow (\bar\rho I - A)^{-1} x` tightens quadratically, with whatever period (Noda 1971
    :cite:`noda:71`). Products are measured in units of which x is one, so that numbers stay moderate.

    Raises
    ------
    ValueError
        If the bounds do not meet.
    """
    block = connected_components(A, connection="strong")[1]
    arcs = sp.coo_array(A)
    inside = (block[arcs.row] == block[arcs.col]) & (arcs.data > 0)
    if not inside.any():
        return 0.0
    cyclic, rows = np.unique(arcs.row[inside], return_inverse=True)
    columns, values, n = np.searchsorted(cyclic, arcs.col[inside]), arcs.data[inside], cyclic.size
    order = np.argsort(block[cyclic], kind="stable")
    starts = np.flatnonzero(np.diff(block[cyclic][order], prepend=-1))
    for _ in range(rounds):
        ratio = np.bincount(rows, weights=values)
        lower, upper = float(np.minimum.reduceat(ratio[order], starts).max()), float(ratio.max())
        if upper - lower <= tolerance * upper:
            return upper
        left = upper * sp.eye_array(n) - sp.csc_array((values, (rows, columns)), shape=(n, n))
        x = spla.splu(sp.csc_array(left), diag_pivot_thresh=0.0, options={"SymmetricMode": True}).solve(np.ones(n))
        values = values * x[columns] / x[rows]
    raise ValueError(
        f"inputs has a spectral radius between {lower:.6g} and {upper:.6g}, which could not be found more exactly. "
        "Measure products in units of which similar amounts are used."
    )
