"""The algebra of production: gross output, embodied factors, upstreamness. No inverse is formed."""

from functools import cached_property
from typing import Any

import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla

from planlab.economy.alignment import agreed, aligned, tabular
from planlab.economy.arrays import coefficients, numbers, sound
from planlab.economy.kernels import Rows
from planlab.economy.krylov import bicgstab
from planlab.economy.labels import Labels
from planlab.economy.perron import DENSE_UP_TO, m_matrix_factors, perron_root
from planlab.economy.sparse import Sparse
from planlab.economy.technology import market_shares

__all__ = ["balanced_activity", "embodied", "gross_output", "spectral_radius", "upstreamness"]

DIRECT_UP_TO = 20_000
"""Up to this many products elimination is tried where iteration fails."""

ROUNDS, MOST_ROUNDS = 8, 10_000
"""How many rounds of orders show about how much of everything is needed; more where a supply chain is longer."""


def read_together(square: bool, **arguments: Any) -> dict[str, Any]:
    """Return coefficients and what goes with them as arrays, aligned by label, each checked by name."""
    given = {name: tabular(name, value) for name, value in arguments.items()}
    labels, sources = agreed(Labels(), given)
    result = {name: aligned(name, value, labels, sources) for name, value in given.items() if value is not None}
    for name, value in result.items():
        if name in ("inputs", "outputs"):
            result[name] = coefficients(name, value)
        else:
            result[name] = sound(name, numbers(name, value), negative=name == "demand")
    shape = result["inputs"].shape
    if square and shape[0] != shape[1]:
        raise ValueError(f"inputs has shape {shape}; the Leontief equations need one technique per product (square).")
    return result


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
        r"""Return :math:`x = (I - A)^{-1} d` for one or several right-hand sides, the residual of every row checked.

        A row's residual is measured by what the row adds up, :math:`|x_i| + (A |x|)_i + |d_i|`, and unknowns in units
        in which they are about one: small entries are as exact as large ones, whatever products are counted in.

        Raises
        ------
        ValueError
            If no non-negative solution is found to the tolerance: the economy is unproductive or nearly so.
        """
        if (d < 0).any():
            self.solve(np.abs(d), tolerance)
        x = self._direct(d) if self.I_A.shape[0] <= DENSE_UP_TO else self._iterated(d, tolerance)
        error = self._error(x, d)
        if not error <= tolerance and DENSE_UP_TO < self.I_A.shape[0] <= DIRECT_UP_TO:
            x = self._direct(d)
            error = self._error(x, d)
        if not error <= 1e3 * tolerance or ((d >= 0).all() and (x < -1e-9 * self._sizes(x, d)).any()):
            raise ValueError(
                f"(I - A) x = d has no non-negative solution to {tolerance:g} (residual {error:.1e}); the economy "
                f"is unproductive: its spectral radius is {spectral_radius(self.A):.4f} and must be below 1."
            )
        return x

    @cached_property
    def _factors(self) -> spla.SuperLU:
        return m_matrix_factors(sp.csc_array(self.I_A.csr))

    def _direct(self, d: np.ndarray) -> np.ndarray:
        """Return the solution by elimination; NaN where the matrix is singular."""
        try:
            return self._factors.solve(d)
        except RuntimeError:
            return np.full_like(d, np.nan)

    def _iterated(self, d: np.ndarray, tolerance: float) -> np.ndarray:
        """Return the solution by BiCGSTAB, once more in units of what was found where that is not exact enough."""
        rough = self._rough(np.abs(d))
        units, start = np.where(rough > 0, rough, 1.0), rough if (d >= 0).all() else None
        x = bicgstab(self.I_A, d, x=start, tolerance=tolerance / 10, units=units).x
        if self._error(x, d) > tolerance:
            units = np.where(x > 0, x, units)
            x = bicgstab(self.I_A, d, x=x, tolerance=tolerance / 10, units=units).x
        return x

    def _rough(self, d: np.ndarray) -> np.ndarray:
        """Return the sum of the first rounds of orders for `d` >= 0, as many as reach everything that is needed."""
        x = d
        for done in range(MOST_ROUNDS):
            before, x = x, np.maximum(x, d + x - self.I_A @ x)
            if done >= ROUNDS and (x > 0).sum() == (before > 0).sum():
                break
        return x

    def _sizes(self, x: np.ndarray, d: np.ndarray) -> np.ndarray:
        """Return what each row adds up."""
        x = np.abs(x)
        return np.maximum(2 * x - self.I_A @ x, x) + np.abs(d)

    def _error(self, x: np.ndarray, d: np.ndarray) -> float:
        """Return the largest residual of any row, relative to what the row adds up."""
        sizes = self._sizes(x, d)
        return float((np.abs(self.I_A @ x - d) / np.where(sizes > 0, sizes, 1.0)).max(initial=0.0))


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
        Gross output in the units of `demand`, same shape; in the order of the rows of `inputs`, by whose labels
        `demand` is aligned if both have some.

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
    A, d = read_together(True, inputs=inputs, demand=demand).values()
    if d.shape[:1] != A.shape[:1]:
        raise ValueError(f"demand has {d.shape[:1]} rows but inputs has {A.shape[0]} products; they must agree.")
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
    A, F = read_together(True, inputs=inputs, factors=factors).values()
    if F.shape[-1:] != A.shape[1:]:
        raise ValueError(f"factors has {F.shape[-1:]} columns but inputs has {A.shape[1]} products; they must agree.")
    return solve(A.T, F.T).T


def upstreamness(inputs: Any, activity: Any, outputs: Any = None) -> np.ndarray:
    r"""Return how far from final use each product is made: 1 for what is only consumed, more for inputs of inputs.

    .. math:: U_i = 1 + \sum_j \frac{A_{ij} x_j}{q_i} \sum_l \theta_{lj} U_l, \qquad
              \theta_{lj} = \frac{M_{lj} / q_l}{\sum_{l'} M_{l'j} / q_{l'}}, \qquad q = M x

    (Antràs, Chor, Fally & Hillberry 2012 :cite:`antras:12`); what is not used as an input counts as final use. Several
    products of one process count by the share of each that it makes, so that units do not matter.

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
    A, x, *made = read_together(False, inputs=inputs, activity=activity, outputs=outputs).values()
    M = made[0] if made else sp.eye_array(A.shape[0], format="csc")
    if M.shape != A.shape or x.shape != A.shape[1:]:
        raise ValueError(
            f"inputs has shape {A.shape}, outputs {M.shape} and activity {x.shape}; they are (products, processes) "
            "twice, and (processes,)."
        )
    q = M @ x
    per_product = sp.diags_array(np.divide(1.0, q, out=np.zeros_like(q), where=q > 0))
    share = per_product @ M @ sp.diags_array(x)
    total = np.asarray(share.sum(axis=0)).ravel()
    share = share @ sp.diags_array(np.divide(1.0, total, out=np.zeros_like(total), where=total > 0))
    return solve(per_product @ A @ sp.diags_array(x) @ share.T, np.ones(A.shape[0]))


def spectral_radius(inputs: Any) -> float:
    """Return the spectral radius of a square non-negative matrix of technical coefficients.

    Examples
    --------
    >>> round(spectral_radius([[0.0, 0.5], [0.5, 0.0]]), 12)
    0.5
    """
    return perron_root(read_together(True, inputs=inputs)["inputs"])


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
