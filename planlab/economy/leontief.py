"""The algebra of production: gross output, embodied factors, Hawkins–Simon, growth factor. No inverse is formed."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla

from planlab.economy.kernels import Rows
from planlab.economy.krylov import bicgstab
from planlab.economy.perron import DENSE_UP_TO, perron_root
from planlab.economy.sparse import Sparse
from planlab.economy.technology import market_shares

__all__ = [
    "balanced_activity",
    "embodied",
    "gross_output",
    "growth_factor",
    "is_productive",
    "spectral_radius",
    "upstreamness",
]


def _host(matrix: Any) -> sp.csc_array:
    if isinstance(matrix, Sparse):
        return matrix.to_scipy()
    if hasattr(matrix, "to_numpy"):
        matrix = matrix.to_numpy()
    return sp.csc_array(matrix if hasattr(matrix, "tocsc") else np.asarray(matrix), dtype=np.float64)


class LeontiefSystem:
    r"""The equations :math:`(I - A) x = d`, made ready for one right-hand side after another.

    Parameters
    ----------
    A
        Technical coefficients, ``(products, products)``, any SciPy sparse format; rows (CSR) save a conversion.
    """

    def __init__(self, A: Any) -> None:
        n = A.shape[0]
        I_A = sp.eye_array(n, format="csr") - sp.csr_array(A)
        I_A.sort_indices()
        self.A, self.I_A = A, Rows(I_A)

    def solve(self, d: np.ndarray, tolerance: float = 1e-10) -> np.ndarray:
        r"""Return :math:`x = (I - A)^{-1} d` for one or several right-hand sides, its residual checked.

        Raises
        ------
        ValueError
            If no non-negative solution is found to the tolerance: the economy is unproductive or nearly so.
        """
        I_A, n = self.I_A, self.I_A.shape[0]
        x = np.linalg.solve(I_A.csr.toarray(), d) if n <= DENSE_UP_TO else bicgstab(I_A, d, tolerance=tolerance / 10).x
        residual = np.linalg.norm(I_A @ x - d) / max(np.linalg.norm(d), np.finfo(float).tiny)
        if not residual <= tolerance and n > DENSE_UP_TO:
            x = spla.splu(sp.csc_array(I_A.csr)).solve(d)
            residual = np.linalg.norm(I_A @ x - d) / np.linalg.norm(d)
        if not residual <= 1e3 * tolerance or (x < -1e-9 * max(1.0, np.abs(x).max())).any() and (d >= 0).all():
            raise ValueError(
                f"(I - A) x = d has no non-negative solution to {tolerance:g} (residual {residual:.1e}); the economy "
                f"is unproductive: its spectral radius is {spectral_radius(self.A):.4f} and must be below 1."
            )
        return x


def solve(A: Any, d: np.ndarray, tolerance: float = 1e-10) -> np.ndarray:
    """Return the solution of `LeontiefSystem` for `d`, for those who solve once."""
    return LeontiefSystem(A).solve(d, tolerance)


def gross_output(inputs: Any, demand: Any) -> np.ndarray:
    r"""Return the gross output that a final demand calls for, :math:`x = (I - A)^{-1} d` :cite:`leontief:36`.

    Parameters
    ----------
    inputs
        Technical coefficients :math:`A`, ``(products, products)``: NumPy, SciPy, pandas, JAX or `Sparse`.
    demand
        Final demand :math:`d`, ``(products,)`` or ``(products, columns)``.

    Returns
    -------
    numpy.ndarray
        Gross output in the units of `demand`, same shape.

    Raises
    ------
    ValueError
        If shapes disagree or the economy is unproductive.

    Examples
    --------
    Miller and Blair (2009, chapter 2): flows divided by gross output, a new final demand.

    >>> import numpy as np
    >>> A = np.array([[150.0, 500.0], [200.0, 100.0]]) / np.array([1000.0, 2000.0])
    >>> gross_output(A, np.array([600.0, 1500.0])).round(1).tolist()
    [1247.5, 1841.6]
    """
    A, d = _host(inputs), np.asarray(demand, dtype=np.float64)
    _square(A)
    if d.shape[:1] != A.shape[:1]:
        raise ValueError(f"demand has {d.shape[:1]} rows but inputs has {A.shape[0]} products; they must agree.")
    if not (np.isfinite(A.data).all() and np.isfinite(d).all()):
        raise ValueError("inputs and demand must be finite; fill or drop NaN and infinite entries first.")
    return solve(A, d)


def embodied(inputs: Any, factors: Any) -> np.ndarray:
    r"""Return the factors embodied in a unit of each product, :math:`F (I - A)^{-1}`.

    Parameters
    ----------
    inputs
        Technical coefficients :math:`A`, ``(products, products)``.
    factors
        Factor coefficients :math:`F`, ``(factors, products)`` or ``(products,)`` for one factor.

    Returns
    -------
    numpy.ndarray
        Factor units per unit of final product, the shape of `factors`.

    Examples
    --------
    >>> import numpy as np
    >>> A = np.array([[0.15, 0.25], [0.2, 0.05]])
    >>> embodied(A, np.array([0.3, 0.25])).round(4).tolist()
    [0.4422, 0.3795]
    """
    A, F = _host(inputs), np.asarray(factors, dtype=np.float64)
    _square(A)
    if F.shape[-1] != A.shape[1]:
        raise ValueError(f"factors has {F.shape[-1]} columns but inputs has {A.shape[1]} products; they must agree.")
    if not (np.isfinite(A.data).all() and np.isfinite(F).all()):
        raise ValueError("inputs and factors must be finite; fill or drop NaN and infinite entries first.")
    return solve(A.T, F.T).T


def upstreamness(inputs: Any, activity: Any, outputs: Any = None) -> np.ndarray:
    r"""Return how far from final use each product is made: 1 for what is only consumed, more for inputs of inputs.

    .. math:: U_i = 1 + \sum_j \frac{A_{ij} x_j}{q_i} \sum_l \frac{M_{lj}}{\sum_{l'} M_{l'j}} U_l, \qquad q = M x

    (Antràs, Chor, Fally & Hillberry 2012 :cite:`antras:12`); what is not used as an input counts as final use.

    Parameters
    ----------
    inputs
        :math:`A`, ``(products, processes)``.
    activity
        :math:`x`, ``(processes,)``.
    outputs
        :math:`M`, ``(products, processes)``; ``None``: process j makes product j.

    Returns
    -------
    numpy.ndarray
        ``(products,)``; 1 for what nobody makes.

    Raises
    ------
    ValueError
        If more of some products is used than made, round and round.

    Examples
    --------
    Ore goes into steel, steel into cars:

    >>> upstreamness([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]], [1.0, 1.0, 1.0]).tolist()
    [3.0, 2.0, 1.0]
    """
    A, x = _host(inputs), np.asarray(activity, float)
    M = sp.eye_array(A.shape[0], format="csc") if outputs is None else _host(outputs)
    q, made = M @ x, np.asarray(M.sum(axis=0)).ravel()
    per_product = np.divide(1.0, q, out=np.zeros_like(q), where=q > 0)
    per_process = np.divide(1.0, made, out=np.zeros_like(made), where=made > 0)
    used = sp.diags_array(per_product) @ A @ sp.diags_array(x)
    return solve(used @ (M @ sp.diags_array(per_process)).T, np.ones(A.shape[0]))


def _square(A: sp.csc_array) -> None:
    if A.shape[0] != A.shape[1]:
        raise ValueError(f"inputs has shape {A.shape}; the Leontief equations need one technique per product (square).")


def spectral_radius(inputs: Any) -> float:
    """Return the spectral radius of a square non-negative matrix of technical coefficients.

    Examples
    --------
    >>> round(spectral_radius([[0.0, 0.5], [0.5, 0.0]]), 12)
    0.5
    """
    A = _host(inputs)
    _square(A)
    return perron_root(A)


def _unit_costs(A: sp.csc_array, M: sp.csc_array, rounds: int = 100_000) -> np.ndarray | None:
    """Return p = 1 + min over each product's processes of (Aᵀ p) / M, or ``None`` where it has no finite solution."""
    maker = sp.coo_array(M)
    p, At = np.ones(A.shape[0]), Rows(A.T)
    for _ in range(rounds):
        cost = (At @ p)[maker.col] / maker.data
        cheapest = np.full(A.shape[0], np.inf)
        np.minimum.at(cheapest, maker.row, cost)
        cheapest[np.isinf(cheapest)] = 0.0
        if (cheapest < p * (1 - 1e-12)).all():
            return p
        grown = 1.0 + cheapest
        if grown.max() > 1e14:
            return None
        p = grown
    return None


def is_productive(inputs: Any, outputs: Any = None) -> bool:
    r"""Return whether some mix of processes makes more of every product than it uses up (Hawkins–Simon).

    With single-product processes: whether prices exist at which every product's cheapest process makes a profit,
    :math:`p > \min_j A_j^\top p / M_j` (Hawkins & Simon 1949, in price form). With joint production: whether the
    programme :math:`(M - A) x \ge 1,\ x \ge 0` is feasible.

    Examples
    --------
    >>> is_productive([[0.0, 1.1], [0.9, 0.0]]), is_productive([[0.0, 2.0], [0.4, 0.0]])
    (True, True)
    >>> is_productive([[0.0, 2.0], [0.6, 0.0]])
    False
    """
    A = _host(inputs)
    M = sp.eye_array(A.shape[0], format="csc") if outputs is None else _host(outputs)
    if (np.diff(sp.csc_array(M).indptr) <= 1).all():
        return _unit_costs(A, M) is not None
    return _feasible(M - A, np.where(np.asarray(M.sum(axis=1)).ravel() > 0, 1.0, -np.inf))


def _feasible(G: sp.csc_array, lower: np.ndarray, total: float = np.inf) -> bool:
    """Return whether some x >= 0 (adding up to `total` if that is finite) has G x >= lower, by HiGHS."""
    from scipy.optimize import linprog

    kept = np.isfinite(lower)
    equal: dict[str, Any] = {} if np.isinf(total) else {"A_eq": np.ones((1, G.shape[1])), "b_eq": [total]}
    answer = linprog(np.zeros(G.shape[1]), A_ub=-sp.csr_array(G)[kept], b_ub=-lower[kept], method="highs", **equal)
    return answer.status == 0


def growth_factor(inputs: Any, outputs: Any = None, tolerance: float = 1e-9) -> float:
    r"""Return von Neumann's growth factor, the largest :math:`\alpha` with :math:`M x \ge \alpha A x` for some mix x.

    With one technique per product it is :math:`1/\rho(A)`; otherwise it is found by bisection over feasibility
    programmes :cite:`neumann:45`.

    Examples
    --------
    >>> round(growth_factor([[0.0, 0.5], [0.5, 0.0]]), 9)
    2.0
    """
    A = _host(inputs)
    if outputs is None:
        radius = spectral_radius(A)
        return np.inf if radius == 0 else 1.0 / radius
    M = _host(outputs)
    low, high = 0.0, 1.0
    while _feasible(M - high * A, np.zeros(A.shape[0]), total=1.0):
        low, high = high, 2 * high
        if high > 1e9:
            return np.inf
    while high - low > tolerance * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _feasible(M - middle * A, np.zeros(A.shape[0]), total=1.0) else (low, middle)
    return low


def balanced_activity(
    A: Sparse, M: Sparse, F: Any, demand: np.ndarray, limits: np.ndarray, capacity: np.ndarray
) -> np.ndarray:
    r"""Return the largest activity that serves `demand` in fixed proportions within limits and capacity.

    With the market shares :math:`G` of `market_shares`, :math:`q = d + A G q` and :math:`x = \varphi G q`
    with the largest :math:`\varphi \le 1`.
    """
    a, G = A.to_scipy(), market_shares(M, jnp.asarray(capacity)).to_scipy()
    try:
        x = np.maximum(G @ solve(a @ G, demand), 0.0)
    except (ValueError, np.linalg.LinAlgError):
        return np.zeros(A.shape[1])
    return largest_within(x, F, limits, capacity)


def largest_within(x: np.ndarray, F: Any, limits: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """Return an activity ``(processes,)``, reduced in proportion as far as limits and capacity make it necessary."""
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.concatenate([limits / (F @ x), capacity / x])
    return x * min(1.0, float(np.nanmin(room, initial=1.0)))
