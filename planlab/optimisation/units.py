"""The units that numerics measure by: what flows through an economy that would meet every need in full."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp

from planlab.people.observation import Observation, worn
from planlab.people.replies import NEAR, PASSES

if TYPE_CHECKING:
    from planlab.economy.scenario import Scenario

__all__ = ["Units", "flow_units", "gross_flow"]


class Units(NamedTuple):
    """Of what a programme's rows and columns are measured by; any others would do as well in exact arithmetic.

    Parameters
    ----------
    process, product, factor
        Activity, product and factor units, all positive: ``(processes,)``, ``(products,)``, ``(factors,)``.
    need
        What a level of consumption is measured by, ``(products, communities)``; 0 where nothing is needed.
    full_use
        Of the factors, what meeting all needs would draw, ``(factors,)``; positive.
    """

    process: np.ndarray
    product: np.ndarray
    factor: np.ndarray
    need: np.ndarray
    full_use: np.ndarray

    def fit(self, seen: "Observation") -> bool:
        """Return whether they can measure what was reported, for which the same needs have to be there."""
        D = np.asarray(seen.needs)
        same = self.process.size == seen.economy.processes and self.need.shape == D.shape
        return same and bool(((self.need > 0) == (D > 0)).all())


def gross_flow(seen: "Observation | Scenario") -> Units:
    r"""Return units by gross flow: of products what is made when all needs are met, of processes and factors alike.

    .. math:: q = \sum_h D_h + K \delta c + A X, \qquad X_j = \min_i \frac{q_i}{n_i M_{ij}},

    with :math:`n_i` processes that make product :math:`i`, followed back so far that no flow changes by a tenth. Limits
    and unused capacity have no part in it, whatever their size. Measured in other units an economy has the same flows.
    """
    e = seen.economy
    A, M, K = e.inputs.to_scipy(), e.outputs.to_scipy(), e.capital.to_scipy()
    besides = K @ worn(seen, np) if K.nnz else 0.0
    return flow_units(A, M, np.asarray(e.factors), np.asarray(seen.needs), besides)


def flow_units(
    A: sp.csc_array, M: sp.csc_array, F: np.ndarray, D: np.ndarray, besides: np.ndarray | float = 0.0
) -> Units:
    """Return units by the flow of a technology that meets needs ``(products, communities)`` and what else is asked."""
    n, m = A.shape
    needed = D.sum(axis=1) + besides
    makers = np.maximum(np.bincount(M.indices, minlength=n), 1)
    q, x = needed, np.zeros(m)
    for _ in range(PASSES):
        x = _least(M, q / makers)
        then = needed + A @ x
        near = (np.abs(then - q) <= NEAR * then).all()
        q = then
        if near or not np.isfinite(q).all():
            break
    q, x = _unneeded(A, M, q, x)
    use = F @ x
    use = np.where(use > 0, use, 1.0)
    return Units(x, q, use, D, use)


def _least(M: sp.csc_array, q: np.ndarray) -> np.ndarray:
    """Return the least activity of each process that makes so much of one of its products; 0 where none is wanted."""
    wanted = q[M.indices] > 0
    least = np.minimum.reduceat(np.where(wanted, q[M.indices] / M.data, np.inf), M.indptr[:-1])
    return np.where(np.isfinite(least), least, 0.0)


def _unneeded(A: sp.csc_array, M: sp.csc_array, q: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return flows with something for what nobody needs: as much as takes no more of any input than flows."""
    idle = x <= 0
    if idle.any():
        taken = np.zeros(A.shape[1])
        with np.errstate(divide="ignore"):
            part = np.where(q[A.indices] > 0, A.data / q[A.indices], 0.0)
        np.maximum.at(taken, np.repeat(np.arange(A.shape[1]), np.diff(A.indptr)), part)
        x = np.where(idle, 1 / np.where(taken > 0, taken, 1.0), x)
    made = M @ x
    q = np.where(q > 0, q, np.where(made > 0, made, 1.0))
    return q, np.where(x > 0, x, 1.0)
