"""The largest eigenvalue of a non-negative matrix, whatever its units and structure: periodic, reducible, acyclic."""

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla
from scipy.sparse.csgraph import connected_components

from planlab.economy.kernels import Rows
from planlab.economy.scaling import moderate_units

__all__ = ["perron_root"]

DENSE_UP_TO = 400
"""Up to this many products dense linear algebra is faster than sparse."""

PRODUCTS = 60
"""How many products with the matrix are tried before ARPACK: enough where its second eigenvalue is far behind."""

RESTARTS = 100
"""How often ARPACK may start again; a few times do unless the matrix has no cycles, or long ones only."""


def perron_root(A: sp.csc_array) -> float:
    """Return the spectral radius of a square non-negative matrix.

    By powers where bounds meet soon, then by ARPACK where that converges, else by blocks. ARPACK looks for the
    eigenvalue of largest real part, which is one alone even where a periodic matrix has several of the same modulus;
    its vector must have one sign.

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
    n, arcs = A.shape[0], sp.coo_array(A)
    if n <= DENSE_UP_TO or not arcs.nnz:
        return root_by_blocks(A)
    if (root := _by_powers(Rows(A))) is not None:
        return root
    unit = moderate_units(arcs.data, arcs.row, arcs.col, n)
    B = Rows(sp.diags_array(unit) @ A @ sp.diags_array(1 / unit))
    product = spla.LinearOperator(A.shape, matvec=B.__matmul__, dtype=A.dtype)
    try:
        largest, vector = spla.eigs(product, k=1, which="LR", v0=np.ones(n), maxiter=RESTARTS)
    except spla.ArpackError:
        return root_by_blocks(A)
    x = np.abs(vector[:, 0])
    if np.abs(B @ x - largest[0].real * x).max() > 1e-9 * x.max():
        return root_by_blocks(A)
    return float(largest[0].real)


def _by_powers(A: Rows, tolerance: float = 1e-12) -> float | None:
    """Return the root if a few products with ones bring its bounds together; both hold for any vector, in any units."""
    x = np.ones(A.shape[0])
    for done in range(1, PRODUCTS + 1):
        x = A @ x
        x /= x.max(initial=0.0) or 1.0
        if done % 10 == 0:
            y = A @ x
            ratio = np.divide(y, x, out=np.zeros_like(x), where=x > 0)
            upper = float(ratio.max())
            leading = np.where(ratio >= upper * (1 - tolerance), x, 0.0)
            lower = np.divide(A @ leading, leading, out=np.full_like(x, np.inf), where=leading > 0).min()
            if lower >= upper * (1 - 2 * tolerance):
                return upper
    return None


def root_by_blocks(A: sp.csc_array, tolerance: float = 1e-12, rounds: int = 100) -> float:
    r"""Return the spectral radius as the largest of the matrix's irreducible blocks'.

    In every block, and for any :math:`x > 0`, it lies between the bounds of Collatz and Wielandt,

    .. math:: \min_i \frac{(A x)_i}{x_i} \le \rho \le \max_i \frac{(A x)_i}{x_i} = \bar\rho,

    which :math:`x \leftarrow (\bar\rho I - A)^{-1} x` tightens quadratically, with whatever period (Noda 1971
    :cite:`noda:71`). Products are measured in units of which x is one, so that numbers stay moderate; blocks that
    cannot have the largest root are left behind.

    Raises
    ------
    ValueError
        If the bounds do not meet.
    """
    arcs = sp.coo_array(A)
    block: np.ndarray = connected_components(A, connection="strong")[1]
    inside = (block[arcs.row] == block[arcs.col]) & (arcs.data > 0)
    rows, columns, values = arcs.row[inside], arcs.col[inside], arcs.data[inside]
    if not inside.any():
        return 0.0
    unit = moderate_units(values, rows, columns, A.shape[0])
    values = values * unit[rows] / unit[columns]
    for _ in range(rounds):
        cyclic, rows = np.unique(rows, return_inverse=True)
        columns, block = np.searchsorted(cyclic, columns), np.unique(block[cyclic], return_inverse=True)[1]
        ratio, n = np.bincount(rows, weights=values), cyclic.size
        least, most = np.full(block.max() + 1, np.inf), np.zeros(block.max() + 1)
        np.minimum.at(least, block, ratio)
        np.maximum.at(most, block, ratio)
        lower, upper = float(least.max()), float(most.max())
        if upper - lower <= tolerance * upper:
            return upper
        shift = most[block] * (1 + tolerance / 10)
        x = _solve(sp.csc_array(sp.diags_array(shift) - sp.csc_array((values, (rows, columns)), shape=(n, n))))
        kept = (most >= lower)[block[rows]]
        rows, columns, values = rows[kept], columns[kept], (values * x[columns] / x[rows])[kept]
    raise ValueError(
        f"inputs has a spectral radius between {lower:.6g} and {upper:.6g}, which could not be found more exactly. "
        "Measure products in units of which similar amounts are used."
    )


def _solve(left: sp.csc_array) -> np.ndarray:
    """Return the solution of ``left @ x = 1`` for an M-matrix."""
    if left.shape[0] <= DENSE_UP_TO:
        return np.linalg.solve(left.toarray(), np.ones(left.shape[0]))
    return m_matrix_factors(left).solve(np.ones(left.shape[0]))


def m_matrix_factors(left: sp.csc_array) -> spla.SuperLU:
    """Return the factors of an M-matrix without exchanging rows: exact in every entry, whatever the units.

    Raises
    ------
    RuntimeError
        If the matrix is singular.
    """
    return spla.splu(
        left, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True, "Equil": False}
    )
