r"""The vertex that a programme with rough limits ended at, exactly: its levels and duals by Krylov iteration.

Simplex says which levels :math:`F` lie between their bounds and which limits :math:`T` are used up; there are as many
of the one as of the other. With :math:`Q_{TF}` exact, applied by a Leontief solve each time, and the rough one as
preconditioner,

.. math:: Q_{TF}\, \Delta s_F = r_T, \qquad Q_{TF}^\top\, \Delta \lambda_T = d_F,

where r is what is left of the limits and d what is left of the levels' worth. The method is GMRES :cite:`saad:86`.
"""

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as linalg

from planlab.optimisation.elimination import Elimination
from planlab.optimisation.holding import Holding
from planlab.optimisation.sifting import Limits

__all__ = ["exact"]

CLOSE, STEPS = 1e-10, 40
"""The part of what is left at which iteration ends, and its most steps."""


def exact(
    of: Elimination,
    held: Holding,
    Q: Limits,
    between: np.ndarray,
    tight: np.ndarray,
    slack: np.ndarray,
    reduced: np.ndarray,
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return by how much levels and duals change to those of a vertex.

    Parameters
    ----------
    of, held, Q
        The equations, the active set, and the limits, roughly.
    between, tight
        Levels between their bounds, and limits used up; as many of both.
    slack, reduced
        Of all limits and levels, exactly, as they stand.

    Returns
    -------
    levels, duals
        Of those between and of those used up; ``None`` where the rough matrix is singular or iteration does not end.
    """
    rough = sp.csc_matrix(sp.csr_array(Q.columns(between))[tight])
    try:
        of_levels, of_duals = linalg.factorized(rough), linalg.factorized(sp.csc_matrix(rough.T))
    except RuntimeError:
        return None
    dense = Q.dense.shape[0]
    factor, limit = tight[tight < dense], tight[tight >= dense] - dense
    process, side = held.limits[limit], held.side[limit]

    def use(change: np.ndarray) -> np.ndarray:
        s = np.zeros(of.u.size)
        s[between] = change
        x = of.activity_for(s)
        return np.concatenate([(of.F @ x)[factor], side * x[process]])

    def charge(change: np.ndarray) -> np.ndarray:
        rents = np.zeros(dense)
        rents[factor] = change[: factor.size]
        cost = of.F.T @ rents
        np.add.at(cost, process, side * change[factor.size :])
        return (of.taken_by @ of.prices_for(cost))[between]

    levels = _solved(use, of_levels, slack[tight])
    duals = None if levels is None else _solved(charge, of_duals, reduced[between])
    return None if levels is None or duals is None else (levels, duals)


def _solved(
    apply: Callable[[np.ndarray], np.ndarray], rough: Callable[[np.ndarray], np.ndarray], left: np.ndarray
) -> np.ndarray | None:
    """Return the solution of a system that is applied, by a rough inverse; ``None`` where it is not found."""
    system = linalg.LinearOperator((left.size, left.size), lambda v: apply(rough(v)), dtype=float)
    found, unfinished = linalg.gmres(system, left, rtol=CLOSE, restart=STEPS, maxiter=1)
    return None if unfinished or not np.isfinite(found).all() else rough(found)
